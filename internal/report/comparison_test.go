package report_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// season is an organisation with twelve branches in two regions, four standards and a year of visits.
func season(t testing.TB, s *store.Store) (*worldtest.World, *report.Service) {
	t.Helper()
	w := worldtest.New(t, s, 12)
	w.Publish(worldtest.Tea(4), "The first version.", "2025-01-01")
	w.Season(4, 10, "2026-02", "2026-07", "2026-09", "2026-11")
	return w, report.NewService(s.Reports(), w.Clock)
}

func manager(w *worldtest.World, region org.Region) auth.Actor {
	a := w.Member(auth.RegionalManager)
	a.Regions = []string{region.ID}
	return a
}

func TestTheComparisonCountsPublishedVisitsOfItsWindow(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := season(t, s)
		c, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Last12})
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Result.Branches) != 12 || c.Result.Headline.Visits != 120 || c.Window != (studio.Window{From: "2025-12", To: "2026-11"}) {
			t.Errorf("%d branches, %d visits in %+v", len(c.Result.Branches), c.Result.Headline.Visits, c.Window)
		}
		if c.Result.TargetBP != 8000 || len(c.Result.Standards) != 4 || c.Result.Standards[0].GoodTargetBP != 8000 || len(c.Headline) == 0 {
			t.Errorf("target %d, standards %+v, headline %q", c.Result.TargetBP, c.Result.Standards, c.Headline)
		}
		top := c.Result.Branches[0]
		if c.Places[top.ID].Code == "" || c.Places[top.ID].Region == "" || top.Score.EstimateBP < c.Result.Branches[11].Score.EstimateBP {
			t.Errorf("first comes %+v at %+v", top.Score, c.Places[top.ID])
		}
		short, err := svc.Compare(t.Context(), w.Owner, report.Query{})
		if err != nil || short.Window.From != "2026-08" || short.Result.Headline.Visits != 48 {
			t.Errorf("%d visits in %+v, %v", short.Result.Headline.Visits, short.Window, err)
		}
		guests, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Free, From: "2026-07", To: "2026-07", Scenario: "guest"})
		if err != nil || guests.Result.Headline.Visits != 24 {
			t.Errorf("%d visits of guests in July, %v", guests.Result.Headline.Visits, err)
		}
	})
}

func TestARegionalManagerSeesHisBranchesOnlyAndThePoolBehindThem(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	north := manager(w, w.Regions[0])
	c, err := svc.Compare(t.Context(), north, report.Query{Span: report.Last12})
	if err != nil {
		t.Fatal(err)
	}
	everyone, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Last12})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Result.Branches) != 6 || c.Result.Model.Level != compare.LevelB {
		t.Fatalf("%d branches at level %v", len(c.Result.Branches), c.Result.Model.Level)
	}
	for _, b := range c.Result.Branches {
		i := slices.IndexFunc(everyone.Result.Branches, func(x compare.BranchRow) bool { return x.ID == b.ID })
		all := everyone.Result.Branches[i].Score
		if b.Score.EstimateBP != all.EstimateBP || b.Score.Place.Hi > 6 {
			t.Errorf("%s: estimate %v for him and %v for all, place up to %d", b.Name, b.Score.EstimateBP, all.EstimateBP, b.Score.Place.Hi)
		}
	}
	page, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range w.Branches {
		if mine := b.Region == w.Regions[0].ID; strings.Contains(string(page), b.Name) != mine || strings.Contains(string(page), b.ID) != mine {
			t.Errorf("%s: on the page %v, his %v", b.Name, !mine, mine)
		}
	}
	if len(c.Regions) != 1 || c.Regions[0].Name != "North" {
		t.Errorf("he may choose %+v", c.Regions)
	}
	if _, err := svc.Compare(t.Context(), north, report.Query{Region: w.Regions[1].ID}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another region: %v", err)
	}
}

func TestOnlyOwnersAndRegionalManagersCompare(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	for _, role := range []auth.Role{auth.BranchManager, auth.Editor, auth.Scheduler, auth.Shopper} {
		if _, err := svc.Compare(t.Context(), w.Member(role), report.Query{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
	other := worldtest.New(t, w.Store, 1)
	if _, err := svc.Compare(t.Context(), other.Owner, report.Query{Programme: w.Programme.ID}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation: %v", err)
	}
	for _, q := range []report.Query{{Span: "always"}, {Span: report.Free}, {Span: report.Free, From: "2026-05", To: "2026-01"}} {
		if _, err := svc.Compare(t.Context(), w.Owner, q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestFiltersChooseWhatIsShownAndNotWhatStandsBehind(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 12)
	w.SQL(`UPDATE branches SET format = 'kiosk' WHERE code IN ('B001', 'B002')`)
	w.SQL(`UPDATE branches SET kind = 'competitor' WHERE code = 'B003'`)
	w.SQL(`UPDATE branches SET active = false WHERE code = 'B004'`)
	w.Publish(worldtest.Tea(4), "The first version.", "2025-01-01")
	w.Season(4, 10, "2026-09")
	svc := report.NewService(w.Store.Reports(), w.Clock)
	for _, c := range []struct {
		q    report.Query
		want int
	}{{report.Query{}, 10}, {report.Query{Format: "kiosk"}, 2}, {report.Query{Region: w.Regions[1].ID}, 5}, {report.Query{Region: w.Regions[1].ID, Format: "kiosk"}, 1}} {
		got, err := svc.Compare(t.Context(), w.Owner, c.q)
		if err != nil || len(got.Result.Branches) != c.want || got.Result.Model.Level != compare.LevelB {
			t.Errorf("%+v: %d branches, want %d, %v", c.q, len(got.Result.Branches), c.want, err)
		}
		if !slices.Equal(got.Formats, []string{"café", "kiosk"}) {
			t.Errorf("formats %q", got.Formats)
		}
	}
}

func TestTheNumbersFollowAPublicationAtOnce(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	q := report.Query{Span: report.Last12}
	before, err := svc.Compare(t.Context(), w.Owner, q)
	if err != nil {
		t.Fatal(err)
	}
	w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-20", Answers: w.Answered(4, 1)})
	after, err := svc.Compare(t.Context(), w.Owner, q)
	if err != nil || after.Result.Headline.Visits != before.Result.Headline.Visits+1 {
		t.Errorf("%d visits, then %d, %v", before.Result.Headline.Visits, after.Result.Headline.Visits, err)
	}
	w.SQL(`UPDATE branches SET name = 'Somewhere else' WHERE code = 'B001'`)
	w.SQL(`UPDATE organisations SET places_rev = places_rev + 1`)
	renamed, err := svc.Compare(t.Context(), w.Owner, q)
	if err != nil || !slices.ContainsFunc(renamed.Result.Branches, func(b compare.BranchRow) bool { return b.Name == "Somewhere else" }) {
		t.Errorf("the new name is not there, %v", err)
	}
}

func TestVisitsBeforeAChangeOfDefinitionAreCountedApartAndSaid(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	file := strings.Replace(worldtest.Tea(4), "standard: K02, points: 2", "standard: K02, points: 3", 1)
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(file)); err != nil {
		t.Fatal(err)
	}
	w.PublishDraft("K02 weighs more.", "")
	q := report.Query{Span: report.Last12}
	older, err := svc.Compare(t.Context(), w.Owner, q)
	if err != nil || older.Result.Headline.Visits != 120 || older.Version.Number != 2 {
		t.Fatalf("%d visits under version %d, %v", older.Result.Headline.Visits, older.Version.Number, err)
	}
	want := []string{
		"The score: no visit has the present definition yet. These are the 120 visits with the one before.",
		"Standard 2: no visit has the present definition yet. These are the 120 visits with the one before.",
	}
	if !slices.Equal(older.Notes[:2], want) {
		t.Errorf("notes %q", older.Notes)
	}
	for range 3 {
		w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-20", Answers: w.Answered(4, 1)})
	}
	since, err := svc.Compare(t.Context(), w.Owner, q)
	if err != nil || since.Result.Headline.Visits != 3 || since.Result.Summaries[0].N != 123 || since.Result.Summaries[1].N != 3 {
		t.Errorf("%d visits, %+v, %v", since.Result.Headline.Visits, since.Result.Summaries, err)
	}
	if !slices.Contains(since.Notes, "Standard 2: only the 3 visits since its definition changed are counted; 120 visits before are left out.") {
		t.Errorf("notes %q", since.Notes)
	}
	past, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Free, From: "2026-02", To: "2026-07"})
	if err != nil || past.Version.Number != 1 || past.Result.Headline.Visits != 72 || len(past.Notes) != len(past.Result.Model.Notes) {
		t.Errorf("a past window is judged by version %d, %d visits, notes %q, %v", past.Version.Number, past.Result.Headline.Visits, past.Notes, err)
	}
}

// What-if of a change of targets says what the comparison says after publication.
func TestWhatIfOfTargetsEqualsTheComparisonAfterPublication(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	q := report.Query{Span: report.Last12}
	before, err := svc.Compare(t.Context(), w.Owner, q)
	if err != nil {
		t.Fatal(err)
	}
	file := strings.Replace(worldtest.Tea(4), "good_target: 80", "good_target: 93", 1)
	file = strings.Replace(file, "wow_target: 30}\n  K04", "wow_target: 5, criticality: major}\n  K04", 1)
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(file)); err != nil {
		t.Fatal(err)
	}
	trial, err := w.Studio.WhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.PublishDraft("More is asked of greeting.", "")
	after, err := svc.Compare(t.Context(), w.Owner, q)
	if err != nil {
		t.Fatal(err)
	}
	want := compare.Changes(outcomes(before), outcomes(after))
	var got []compare.Change
	for _, c := range trial.Statuses {
		got = append(got, c.Change)
	}
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("what-if says %+v, the comparison %+v", got, want)
	}
	for i, s := range trial.Standards {
		if s.Is != after.Result.Summaries[i] || s.Was != before.Result.Summaries[i] {
			t.Errorf("%s: what-if %+v → %+v, comparison %+v → %+v", s.Standard, s.Was, s.Is, before.Result.Summaries[i], after.Result.Summaries[i])
		}
	}
}

func outcomes(c report.Comparison) []compare.Outcome {
	var all []compare.Outcome
	for _, b := range c.Result.Branches {
		all = append(all, b.Outcomes...)
	}
	return all
}

func BenchmarkCompare100x12(b *testing.B) {
	for _, again := range []bool{false, true} {
		name := map[bool]string{false: "first", true: "again"}[again]
		b.Run(name, func(b *testing.B) {
			w := worldtest.New(b, storetest.SQLite(b), 100)
			w.Publish(worldtest.Tea(12), "The first version.", "2025-01-01")
			w.Season(12, 24, "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
			svc := report.NewService(w.Store.Reports(), w.Clock)
			ask := func() {
				if _, err := svc.Compare(b.Context(), w.Owner, report.Query{Span: report.Last12}); err != nil {
					b.Fatal(err)
				}
			}
			ask()
			for b.Loop() {
				if !again {
					svc = report.NewService(w.Store.Reports(), w.Clock)
				}
				ask()
			}
		})
	}
}
