package report_test

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/scoring"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

// told is a visit with something in every corner.
func told(w *worldtest.World, shopper string) worldtest.Made {
	answers := map[string]string{
		"Q01": `"yes"`, "W01": `"yes"`, "L01": `"wow"`, "Q02": `"no"`, "W02": `"not_observed"`, "T01": `"14:05"`, "V01": `"a vaulted secret"`,
		"N01": `"Bertram Wooster"`, "X01": `"=Lovely tea"`,
	}
	photo := func(q string) evidence.Photo {
		return evidence.Photo{ID: uuid.NewString(), Question: q, SHA256: strings.Repeat("ab", 32), Size: 9, Type: "image/jpeg", Width: 30, Height: 20}
	}
	return worldtest.Made{
		Branch: w.Branches[0], Scenario: "guest", Shopper: shopper, On: "2026-11-03", Hour: 14, Answers: answers,
		Comments: map[string]string{"Q02": "Nobody did.", "V01": "between us"}, Photos: []evidence.Photo{photo("X01"), photo("R01")},
	}
}

func branchManager(w *worldtest.World, branch int) auth.Actor {
	a := w.Member(auth.BranchManager)
	a.Branches = []string{w.Branches[branch].ID}
	return a
}

func tea(t testing.TB, s *store.Store) (*worldtest.World, *report.Service) {
	t.Helper()
	w := worldtest.New(t, s, 2)
	w.Publish(worldtest.Tea(2), "The first version.", "2025-01-01")
	return w, report.NewService(s.Reports(), w.Clock)
}

// An organisation may have a programme for its shops and another for its kiosks: who runs one shop does not begin with an
// empty page about kiosks.
func TestWhoHasAFewBranchesBeginsWithAProgrammeOfTheirs(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := tea(t, s)
		first := w.Programme.ID
		w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-02", Answers: w.Answered(2, 1)})
		second := strings.Replace(worldtest.Tea(2), "programme: ", "programme: more-", 1)
		w.Publish(second, "The first version.", "2025-01-01")
		for range 3 {
			w.Visit(worldtest.Made{Branch: w.Branches[1], Scenario: "guest", On: "2026-11-03", Answers: w.Answered(2, 1)})
		}
		most := w.Programme.ID
		nowhere := w.Member(auth.BranchManager)
		nowhere.Branches = []string{uuid.NewString()}
		for name, c := range map[string]struct {
			actor     auth.Actor
			ask, want string
			rows      int
		}{
			"the first branch":           {branchManager(w, 0), "", first, 1},
			"the second branch":          {branchManager(w, 1), "", most, 3},
			"everything":                 {w.Owner, "", most, 3},
			"a branch that is not there": {nowhere, "", most, 0},
			"another one by its name":    {branchManager(w, 0), most, most, 0},
		} {
			l, err := svc.PublishedVisits(t.Context(), c.actor, report.Query{Programme: c.ask}, "", 0, "")
			if err != nil || l.Programme.ID != c.want || len(l.Rows) != c.rows {
				t.Errorf("%s: %s with %d visits, %v", name, l.Programme.Key, len(l.Rows), err)
			}
		}
	})
}

func TestAPublishedVisitReadsSectionBySection(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := tea(t, s)
		id := w.Visit(told(w, ""))
		r, err := svc.PublishedVisit(t.Context(), branchManager(w, 0), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Pseudonym == "" || r.VisitedOn != "2026-11-03" || r.Daypart != "afternoon" || r.Version != 1 || r.Place.Code != "B001" || r.Scenario.Title != "Guest" {
			t.Errorf("head %+v", r)
		}
		if len(r.Sections) != 2 || r.Sections[0].Score == nil || r.Sections[0].Score.BP != 10_000 || r.Trace == nil || r.Trace.Total.BaseBP == nil {
			t.Fatalf("sections %+v", r.Sections)
		}
		want := map[string]string{"Q01": "Yes", "W01": "Yes", "L01": "By name", "T01": "Afternoon", "Q02": "No", "W02": "Not seen", "X01": "=Lovely tea", "V01": "", "N01": "", "R01": ""}
		for _, sec := range r.Sections {
			for _, q := range sec.Questions {
				if text, ok := want[q.ID]; !ok || q.Answer != text {
					t.Errorf("%s is answered %q, want %q", q.ID, q.Answer, text)
				}
				if withheld := q.ID == "V01" || q.ID == "N01" || q.ID == "R01"; q.Withheld != withheld || withheld && (q.Comment != "" || len(q.Photos) > 0) {
					t.Errorf("%s: withheld %v, %q, %d photos", q.ID, q.Withheld, q.Comment, len(q.Photos))
				}
				if q.ID == "Q02" && (!q.Failed || q.Comment != "Nobody did." || q.Points == nil || q.Points.Possible != "2" || q.Points.Earned != "0" || q.Standard != "Standard 2") {
					t.Errorf("Q02 %+v", q)
				}
				if q.ID == "X01" && len(q.Photos) != 1 {
					t.Errorf("X01 has %d photos", len(q.Photos))
				}
			}
		}
		if !slices.Equal(r.Standards, []report.StandardOutcome{{ID: "K01", Title: "Standard 1", Outcome: scoring.OutcomeWow}, {ID: "K02", Title: "Standard 2", Outcome: scoring.OutcomeBelow}}) {
			t.Errorf("standards %+v", r.Standards)
		}
	})
}

func TestNothingThatManagersReadTellsTheShopperOrTheHour(t *testing.T) {
	w, svc := tea(t, storetest.Any(t))
	m := told(w, w.Shoppers[0])
	id := w.Visit(m)
	for name, a := range map[string]auth.Actor{"branch manager": branchManager(w, 0), "regional manager": manager(w, w.Regions[0]), "owner": w.Owner} {
		visitPage, err := svc.PublishedVisit(t.Context(), a, id)
		if err != nil {
			t.Fatal(err)
		}
		list, err := svc.PublishedVisits(t.Context(), a, report.Query{}, "", 0, "")
		if err != nil {
			t.Fatal(err)
		}
		branch, err := svc.Branch(t.Context(), a, w.Branches[0].ID, report.Query{})
		if err != nil {
			t.Fatal(err)
		}
		page, err := json.Marshal([]any{visitPage, list, branch})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{w.Shoppers[0], w.Shoppers[0][:8], "14:0", "T14", "vaulted", "Wooster", "between us", m.Photos[1].ID} {
			if strings.Contains(string(page), secret) {
				t.Errorf("%s reads %q", name, secret)
			}
		}
		if !strings.Contains(string(page), m.Photos[0].ID) {
			t.Errorf("%s does not see the open photo", name)
		}
		if _, err := svc.Photo(t.Context(), a, m.Photos[0].ID); err != nil {
			t.Errorf("%s opens the photo: %v", name, err)
		}
		if _, err := svc.Photo(t.Context(), a, m.Photos[1].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens the receipt: %v", name, err)
		}
	}
}

// Two worlds that differ only in who the shopper was are the same to every manager.
func TestWhoTheShopperWasChangesNothingThatManagersRead(t *testing.T) {
	read := func(shopper int) string {
		w, svc := tea(t, storetest.Any(t))
		m := told(w, w.Shoppers[shopper])
		w.SQL(`UPDATE branches SET id = id`) // both worlds make the same statements
		for i := range 4 {
			v := m
			v.Shopper, v.Photos = w.Shoppers[(shopper+i)%5], nil
			w.Visit(v)
		}
		list, err := svc.PublishedVisits(t.Context(), w.Owner, report.Query{}, "", 0, "")
		if err != nil {
			t.Fatal(err)
		}
		all := []any{list}
		for _, r := range list.Rows {
			page, err := svc.PublishedVisit(t.Context(), branchManager(w, 0), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, page)
		}
		b, err := svc.Branch(t.Context(), branchManager(w, 0), w.Branches[0].ID, report.Query{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := svc.Compare(t.Context(), w.Owner, report.Query{})
		if err != nil {
			t.Fatal(err)
		}
		c.Places = nil // keyed by ids that are new in every world; the same places stand in the rows
		text, err := json.Marshal(append(all, b, c))
		if err != nil {
			t.Fatal(err)
		}
		return unnamed(w, string(text))
	}
	a, b := read(0), read(3)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("the shopper shows:\n%s\n%s", a[max(0, i-80):min(len(a), i+80)], b[max(0, i-80):min(len(b), i+80)])
		}
	}
	if len(a) != len(b) {
		t.Errorf("the shopper shows in %d or %d bytes", len(a), len(b))
	}
}

// unnamed takes out ids that are new in every world.
func unnamed(w *worldtest.World, text string) string {
	pairs := []string{w.Org, "ORG", w.Programme.ID, "PROGRAMME", w.List.Version.ID, "VERSION", w.Owner.Member, "OWNER"}
	for i, b := range w.Branches {
		pairs = append(pairs, b.ID, "BRANCH"+b.Code, w.Regions[i].ID, "REGION"+w.Regions[i].Name)
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	return publisher.ReplaceAllString(text, "")
}

// publisher is the name of whoever published a version, which is new in every world.
var publisher = regexp.MustCompile(`"PublisherName":"[^"]*"`)

func TestAManagerReadsPublishedVisitsOfHisOwnOnly(t *testing.T) {
	w, svc := tea(t, storetest.Any(t))
	mine := w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: w.Answered(2, 1)})
	other := w.Visit(worldtest.Made{Branch: w.Branches[1], Scenario: "guest", On: "2026-11-03", Answers: w.Answered(2, 1)})
	accepted := w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: w.Answered(2, 1), State: visit.Accepted})
	for name, a := range map[string]auth.Actor{"branch": branchManager(w, 0), "region": manager(w, w.Regions[0])} {
		list, err := svc.PublishedVisits(t.Context(), a, report.Query{}, "", 0, "")
		if err != nil || len(list.Rows) != 1 || list.Rows[0].ID != mine || list.Rows[0].ScoreBP == nil {
			t.Errorf("%s: %+v, %v", name, list.Rows, err)
		}
		for _, id := range []string{other, accepted, uuid.NewString(), "not an id"} {
			if _, err := svc.PublishedVisit(t.Context(), a, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens %s: %v", name, id, err)
			}
		}
		if _, err := svc.Branch(t.Context(), a, w.Branches[1].ID, report.Query{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads another branch: %v", name, err)
		}
		if _, err := svc.PublishedVisits(t.Context(), a, report.Query{}, w.Branches[1].ID, 0, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s lists another branch: %v", name, err)
		}
	}
	shopper := auth.Actor{Org: w.Org, Member: w.Shoppers[0], Roles: []auth.Role{auth.Shopper}}
	if _, err := svc.PublishedVisits(t.Context(), shopper, report.Query{}, "", 0, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a shopper lists published visits: %v", err)
	}
	if _, err := svc.PublishedVisit(t.Context(), shopper, mine); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a shopper opens a published visit: %v", err)
	}
}

func TestPublishedVisitsArePagedNewestFirst(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := tea(t, s)
		w.Season(2, 7, "2026-09", "2026-10", "2026-11")
		var seen []string
		after := ""
		for range 10 {
			list, err := svc.PublishedVisits(t.Context(), w.Owner, report.Query{}, "", 4, after)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list.Rows {
				seen = append(seen, r.VisitedOn+" "+r.ID)
			}
			if after = list.Next; after == "" {
				break
			}
		}
		if len(seen) != 14 || !slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(b, a) }) || len(slices.Compact(seen)) != 14 {
			t.Errorf("%d visits: %q", len(seen), seen)
		}
		if _, err := svc.PublishedVisits(t.Context(), w.Owner, report.Query{}, "", 4, "nonsense"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a broken cursor: %v", err)
		}
		one, err := svc.PublishedVisits(t.Context(), w.Owner, report.Query{Span: report.Free, From: "2026-11", To: "2026-11", Scenario: "takeaway"}, w.Branches[1].ID, 0, "")
		if err != nil || len(one.Rows) == 0 || slices.ContainsFunc(one.Rows, func(r report.Row) bool {
			return r.Scenario != "takeaway" || r.BranchCode != "B002" || r.VisitedOn[:7] != "2026-11"
		}) {
			t.Errorf("filtered: %+v, %v", one.Rows, err)
		}
	})
}

func TestABranchPageAddsUp(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	r, err := svc.Branch(t.Context(), branchManager(w, 4), w.Branches[4].ID, report.Query{Span: report.Last12})
	if err != nil {
		t.Fatal(err)
	}
	all, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Last12})
	if err != nil {
		t.Fatal(err)
	}
	row := all.Result.Branches[slices.IndexFunc(all.Result.Branches, func(b branchRow) bool { return b.ID == w.Branches[4].ID })]
	if r.Score.EstimateBP != row.Score.EstimateBP || r.Score.N != 10 || len(r.Standards) != 4 || len(r.Year.Branches) != 1 || len(r.Visits) != 10 || r.More {
		t.Fatalf("score %+v against %+v, %d standards, %d years, %d visits", r.Score, row.Score, len(r.Standards), len(r.Year.Branches), len(r.Visits))
	}
	for i, l := range r.Standards {
		o := row.Outcomes[i]
		n, x := 0, 0
		for _, m := range l.Months {
			n, x = n+m.N, x+m.X
		}
		if l.Outcome.Status != o.Status || l.Outcome.Counts != o.Counts || n != o.N || x != o.X || l.Sentence == "" || l.Cause == nil {
			t.Errorf("%s: %+v against %+v, months %d of %d", l.Standard.ID, l.Outcome, o, x, n)
		}
	}
	visits := 0
	for _, m := range r.Year.Branches[w.Branches[4].ID].Months {
		visits += m.N
	}
	if visits != 10 || len(r.Year.Branches[w.Branches[4].ID].Months) != 12 {
		t.Errorf("the months have %d visits", visits)
	}
}

// endless is a store of which there are as many published visits as one asks for.
type endless struct {
	report.Repo
	asked *[]int
}

func (r endless) View(ctx context.Context, org string, read func(report.Tx) error) error {
	return r.Repo.View(ctx, org, func(tx report.Tx) error { return read(endlessTx{tx, r.asked}) })
}

type endlessTx struct {
	report.Tx
	asked *[]int
}

func (x endlessTx) PublishedVisits(_ context.Context, _ string, q report.VisitQuery) ([]report.Row, error) {
	*x.asked = append(*x.asked, q.Limit)
	return slices.Repeat([]report.Row{{Cursor: "more"}}, q.Limit), nil
}

func TestAFileOfVisitsIsReadInOnePieceOrRefusedAtOnce(t *testing.T) {
	s := storetest.Any(t)
	w, svc := tea(t, s)
	w.Season(1, visit.MaxList+1, "2026-11")
	all, err := svc.AllPublishedVisits(t.Context(), w.Owner, report.Query{}, "")
	if err != nil || len(all.Rows) != len(w.Branches)*(visit.MaxList+1) || all.Next != "" {
		t.Errorf("%d visits, then %q: %v", len(all.Rows), all.Next, err)
	}
	var asked []int
	l, err := report.NewService(endless{s.Reports(), &asked}, w.Clock).AllPublishedVisits(t.Context(), w.Owner, report.Query{}, "")
	if !fault.Is(err, fault.TooLarge) || len(asked) != 1 {
		t.Errorf("%d visits, asked for %d: %v", len(l.Rows), asked, err)
	}
}
