package studio_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// published is an organisation with two standards and nothing else.
func published(t *testing.T, s *store.Store) *worldtest.World {
	t.Helper()
	w := worldtest.New(t, s, 2)
	w.Publish(worldtest.Tea(2), "The first version.", "2025-01-01")
	return w
}

func verbs(t *testing.T, w *worldtest.World) []string {
	t.Helper()
	entries, err := w.Store.Events(t.Context(), w.Org, store.EventQuery{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range slices.Backward(entries) {
		all = append(all, e.Verb)
	}
	return all
}

func TestAProgrammeGoesFromFileToVersionAndBack(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		src, err := w.Studio.Export(t.Context(), w.Owner, w.Programme.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		back, problems := programme.Parse(src)
		want, _ := programme.Parse([]byte(worldtest.Tea(2)))
		if problems.Err() != nil || !bytes.Equal(back.Canonical(), want.Canonical()) {
			t.Fatalf("the export says something else: %v", problems)
		}
		versions, err := w.Studio.Versions(t.Context(), w.Owner, w.Programme.ID)
		if err != nil || len(versions) != 1 {
			t.Fatalf("%d versions, %v", len(versions), err)
		}
		v := versions[0]
		if v.Number != 1 || v.State != studio.Published || v.Note != "The first version." || v.EffectiveOn != "2025-01-01" || v.PublisherName == "" {
			t.Errorf("version %+v", v)
		}
		if got := verbs(t, w); !slices.Equal(got, []string{"standards.imported", "standards.published"}) {
			t.Errorf("events %q", got)
		}
	})
}

func TestAFileWithErrorsChangesNothingAndSaysEverything(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 0)
	bad := strings.Replace(worldtest.Tea(2), "good_target: 80", "good_target: 180", 2)
	got, err := w.Studio.Import(t.Context(), w.Owner, []byte(bad))
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 2 || got.Problems.Errors() != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if all, err := w.Studio.Programmes(t.Context(), w.Owner); err != nil || len(all) != 0 {
		t.Errorf("%d programmes, %v", len(all), err)
	}
}

func TestImportingAgainReplacesTheDraftAndNeverAVersion(t *testing.T) {
	w := published(t, storetest.Any(t))
	same, err := w.Studio.Import(t.Context(), w.Owner, []byte(worldtest.Tea(2)))
	if err != nil || !same.Same || same.New || same.Draft.ID != "" {
		t.Fatalf("the same file: %+v, %v", same, err)
	}
	var drafts []string
	for n := 3; n < 5; n++ {
		got, err := w.Studio.Import(t.Context(), w.Owner, []byte(worldtest.Tea(n)))
		if err != nil || got.Same || got.New || got.Draft.Number != 2 {
			t.Fatalf("a new file: %+v, %v", got, err)
		}
		drafts = append(drafts, got.Draft.ID)
	}
	if drafts[0] != drafts[1] {
		t.Error("the second import began a second draft")
	}
	draft, err := w.Studio.Draft(t.Context(), w.Owner, w.Programme.ID)
	if err != nil || len(draft.Programme.Standards) != 4 || draft.Version.RowVersion != 2 {
		t.Errorf("the draft has %d standards, row version %d, %v", len(draft.Programme.Standards), draft.Version.RowVersion, err)
	}
	first, err := w.Studio.VersionNumbered(t.Context(), w.Owner, w.Programme.ID, 1)
	if err != nil || len(first.Programme.Standards) != 2 {
		t.Errorf("version 1 has %d standards, %v", len(first.Programme.Standards), err)
	}
}

func TestChangingAStandardChecksEveryField(t *testing.T) {
	w := published(t, storetest.Any(t))
	draft, err := w.Studio.Draft(t.Context(), w.Owner, w.Programme.ID)
	if err != nil {
		t.Fatal(err)
	}
	bad := studio.StandardInput{
		GoodTarget: "101", WowTarget: "ten", Criticality: "mild", Weight: "-1", MetShare: "0", PartialShare: "12.345", WowShare: "50 % or so",
	}
	_, err = w.Studio.ChangeStandard(t.Context(), w.Owner, w.Programme.ID, "K01", bad, draft.Version.RowVersion)
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	var names []string
	for _, x := range f.Fields {
		names = append(names, x.Name)
	}
	want := []string{"title", "good", "good_target", "wow_target", "criticality", "weight", "met_share", "partial_share", "wow_share"}
	if !slices.Equal(names, want) {
		t.Errorf("fields %q, want %q", names, want)
	}
}

func TestAChangedStandardReadsAsItWasWritten(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		in := studio.StandardInput{
			Title: "Greeting", Good: "A word within a minute", Wow: "By name", Why: "Guests notice", GoodTarget: "87.5", WowTarget: "20",
			Criticality: "major", Weight: "3", MetShare: "90", PartialShare: "40", WowShare: "75",
		}
		draft := restandard(t, w, "K01", func(x *studio.StandardInput) { *x = in })
		again, err := w.Studio.Draft(t.Context(), w.Owner, w.Programme.ID)
		if err != nil || again.Version.RowVersion != draft.Version.RowVersion || again.Version.RowVersion != 2 {
			t.Fatalf("row version %d, then %d, %v", draft.Version.RowVersion, again.Version.RowVersion, err)
		}
		got, _ := again.Programme.Standard("K01")
		if studio.InputOf(got) != in {
			t.Errorf("got %+v, want %+v", studio.InputOf(got), in)
		}
		if got.GoodTargetBP != 8750 || got.MetShareBP != 9000 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestTwoOwnersCannotOverwriteEachOther(t *testing.T) {
	w := published(t, storetest.Any(t))
	draft := restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "81" })
	s, _ := draft.Programme.Standard("K02")
	in := studio.InputOf(s)
	in.GoodTarget = "82"
	stale := draft.Version.RowVersion - 1
	if _, err := w.Studio.ChangeStandard(t.Context(), w.Owner, w.Programme.ID, "K02", in, stale); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale change: %v", err)
	}
	if _, err := w.Studio.Publish(t.Context(), w.Owner, w.Programme.ID, "why", stale, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale publication: %v", err)
	}
	if err := w.Studio.DiscardDraft(t.Context(), w.Owner, w.Programme.ID, stale); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale discard: %v", err)
	}
}

func TestPublishingNeedsANoteADateAndAChange(t *testing.T) {
	w := published(t, storetest.Any(t))
	ctx := t.Context()
	draft, err := w.Studio.Draft(ctx, w.Owner, w.Programme.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Studio.Publish(ctx, w.Owner, w.Programme.ID, "nothing", draft.Version.RowVersion, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("an unchanged draft: %v", err)
	}
	draft = restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "90" })
	for _, c := range []struct{ note, on, field string }{
		{"  ", "", "note"}, {strings.Repeat("x", 501), "", "note"}, {"why", "soon", "effective_on"}, {"why", "2026-11-20", "effective_on"},
	} {
		_, err := w.Studio.Publish(ctx, w.Owner, w.Programme.ID, c.note, draft.Version.RowVersion, c.on)
		if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.field {
			t.Errorf("note %.10q on %q: %v", c.note, c.on, err)
		}
	}
	v, err := w.Studio.Publish(ctx, w.Owner, w.Programme.ID, "More is asked.", draft.Version.RowVersion, "")
	if err != nil || v.Number != 2 || v.EffectiveOn != "2026-11-21" || v.State != studio.Published {
		t.Fatalf("got %+v, %v", v, err)
	}
	if _, err := w.Studio.Publish(ctx, w.Owner, w.Programme.ID, "again", v.RowVersion, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("publishing without a draft: %v", err)
	}
}

func TestAPublishedVersionNeverChanges(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		err := s.Studio().InTx(t.Context(), w.Org, func(tx studio.Tx) error {
			versions, err := tx.Versions(t.Context(), w.Org, w.Programme.ID)
			if err != nil {
				return err
			}
			v := versions[0]
			v.Note = "Something else."
			return tx.UpdateVersion(t.Context(), w.Org, v)
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("changing it: %v", err)
		}
		for _, broken := range []string{`UPDATE versions SET note = 'x' WHERE org_id = ?`, `DELETE FROM versions WHERE org_id = ?`} {
			if err := try(t, w, broken); err == nil {
				t.Errorf("the database allows %s", broken)
			}
		}
	})
}

// try runs a statement that the database should refuse.
func try(t *testing.T, w *worldtest.World, query string) error {
	t.Helper()
	tx, err := w.Store.Pool().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if w.Store.Dialect() == "postgres" {
		if _, err := tx.ExecContext(t.Context(), `SELECT set_config('app.org_id', $1, true)`, w.Org); err != nil {
			t.Fatal(err)
		}
		query = strings.Replace(query, "?", "$1", 1)
	}
	_, err = tx.ExecContext(t.Context(), query, w.Org)
	return err
}

func TestADraftIsTheOwnersAlone(t *testing.T) {
	w := published(t, storetest.Any(t))
	draft := restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "90" })
	for _, role := range []auth.Role{auth.RegionalManager, auth.BranchManager, auth.Editor, auth.Scheduler} {
		a := w.Member(role)
		versions, err := w.Studio.Versions(t.Context(), a, w.Programme.ID)
		if err != nil || len(versions) != 1 {
			t.Errorf("%s sees %d versions, %v", role, len(versions), err)
		}
		if _, err := w.Studio.Version(t.Context(), a, draft.Version.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens the draft: %v", role, err)
		}
		if _, err := w.Studio.Draft(t.Context(), a, w.Programme.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s asks for the draft: %v", role, err)
		}
		if _, err := w.Studio.WhatIf(t.Context(), a, w.Programme.ID, studio.Window{}, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s asks what if: %v", role, err)
		}
		if list, err := w.Studio.Standards(t.Context(), a, w.Programme.ID); err != nil || list.Draft.ID != "" {
			t.Errorf("%s sees the draft in the list: %v", role, err)
		}
	}
	if _, err := w.Studio.Programmes(t.Context(), w.Member(auth.Shopper)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a shopper lists programmes: %v", err)
	}
}

func TestAnotherOrganisationSeesNothing(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		draft := restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "90" })
		other := worldtest.New(t, s, 1)
		if all, err := other.Studio.Programmes(t.Context(), other.Owner); err != nil || len(all) != 0 {
			t.Errorf("%d programmes, %v", len(all), err)
		}
		for name, err := range map[string]error{
			"programme": second(other.Studio.Programme(t.Context(), other.Owner, w.Programme.ID)),
			"versions":  second(other.Studio.Versions(t.Context(), other.Owner, w.Programme.ID)),
			"version":   second(other.Studio.Version(t.Context(), other.Owner, draft.Version.ID)),
			"draft":     second(other.Studio.Draft(t.Context(), other.Owner, w.Programme.ID)),
			"standards": second(other.Studio.Standards(t.Context(), other.Owner, w.Programme.ID)),
			"what-if":   second(other.Studio.WhatIf(t.Context(), other.Owner, w.Programme.ID, studio.Window{}, nil)),
			"discard":   other.Studio.DiscardDraft(t.Context(), other.Owner, w.Programme.ID, draft.Version.RowVersion),
			"publish":   second(other.Studio.Publish(t.Context(), other.Owner, w.Programme.ID, "mine", draft.Version.RowVersion, "")),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestDiscardingADraftLeavesTheVersions(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		draft := restandard(t, w, "K01", func(in *studio.StandardInput) { in.GoodTarget = "90" })
		if err := w.Studio.DiscardDraft(t.Context(), w.Owner, w.Programme.ID, draft.Version.RowVersion); err != nil {
			t.Fatal(err)
		}
		versions, err := w.Studio.Versions(t.Context(), w.Owner, w.Programme.ID)
		if err != nil || len(versions) != 1 || versions[0].State != studio.Published {
			t.Errorf("versions %+v, %v", versions, err)
		}
		if got := verbs(t, w); got[len(got)-1] != "standards.discarded" {
			t.Errorf("events %q", got)
		}
	})
}

func TestTheNameOfTheProgrammeFollowsItsNewestVersion(t *testing.T) {
	w := published(t, storetest.Any(t))
	renamed := strings.Replace(worldtest.Tea(2), "name: Tea rooms", "name: Coffee rooms", 1)
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(renamed)); err != nil {
		t.Fatal(err)
	}
	if p, err := w.Studio.Programme(t.Context(), w.Owner, w.Programme.ID); err != nil || p.Name != "Tea rooms" {
		t.Errorf("a draft renamed the programme to %q, %v", p.Name, err)
	}
	w.PublishDraft("Renamed.", "")
	if p, err := w.Studio.Programme(t.Context(), w.Owner, w.Programme.ID); err != nil || p.Name != "Coffee rooms" {
		t.Errorf("the programme is called %q, %v", p.Name, err)
	}
}

func TestStandardsShowWhatIsMetNowWithinTheReadersReach(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 2)
	w.Publish(worldtest.Tea(2), "The first version.", "2025-01-01")
	met, missed := map[string]string{"Q01": `"yes"`, "Q02": `"yes"`, "L01": `"wow"`}, map[string]string{"Q01": `"no"`, "Q02": `"yes"`, "L01": `"good"`}
	w.Visits([]worldtest.Made{
		{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: met},
		{Branch: w.Branches[0], Scenario: "guest", On: "2026-08-31", Answers: met},
		{Branch: w.Branches[0], Scenario: "guest", On: "2026-07-31", Answers: missed}, // before the window
		{Branch: w.Branches[1], Scenario: "guest", On: "2026-10-03", Answers: missed},
	})
	north := w.Member(auth.RegionalManager)
	north.Regions = []string{w.Regions[0].ID}
	for _, c := range []struct {
		who      auth.Actor
		x, n     int
		share    int
		mayShare bool
	}{{w.Owner, 2, 3, 6667, true}, {north, 2, 2, 10_000, true}, {w.Member(auth.Editor), 0, 0, 0, false}} {
		list, err := w.Studio.Standards(t.Context(), c.who, w.Programme.ID)
		if err != nil {
			t.Fatal(err)
		}
		k := list.List[0]
		share, ok := k.Share()
		if k.Counts.X != c.x || k.Counts.N != c.n || share != c.share || ok != c.mayShare || list.Shares != c.mayShare {
			t.Errorf("%v: %d of %d, share %d, %v", c.who.Roles, k.Counts.X, k.Counts.N, share, list.Shares)
		}
		if len(k.Questions) != 3 || k.Questions[0].ID != "Q01" || k.Questions[0].Section != "Section A" || list.Window.From != "2026-08" {
			t.Errorf("questions %+v in %+v", k.Questions, list.Window)
		}
	}
}

func TestAVersionIsInForceFromItsDateOn(t *testing.T) {
	versions := []studio.Version{
		{Number: 4, State: studio.Draft},
		{Number: 3, State: studio.Published, EffectiveOn: "2026-06-01"},
		{Number: 2, State: studio.Published, EffectiveOn: "2026-06-01"},
		{Number: 1, State: studio.Published, EffectiveOn: "2026-01-01"},
	}
	for on, want := range map[string]int{"2025-06-01": 1, "2026-01-01": 1, "2026-05-31": 1, "2026-06-01": 3, "2027-01-01": 3} {
		if v, ok := studio.InForce(versions, on); !ok || v.Number != want {
			t.Errorf("on %s version %d is in force, want %d", on, v.Number, want)
		}
	}
	if _, ok := studio.InForce(versions[:1], "2027-01-01"); ok {
		t.Error("a draft is in force")
	}
}

func TestWindowsAreWholeMonths(t *testing.T) {
	w := studio.LastMonths("2026-03-31", 4)
	if w != (studio.Window{From: "2025-12", To: "2026-03"}) || !slices.Equal(w.Months(), []string{"2025-12", "2026-01", "2026-02", "2026-03"}) {
		t.Errorf("%+v: %v", w, w.Months())
	}
	if w.LastDay("2026-03-15") != "2026-03-15" || w.LastDay("2026-06-01") != "2026-03-31" {
		t.Errorf("last days %s, %s", w.LastDay("2026-03-15"), w.LastDay("2026-06-01"))
	}
	for _, bad := range []studio.Window{{}, {From: "2026-13", To: "2026-12"}, {From: "2026-05", To: "2026-04"}, {From: "2006-01", To: "2026-01"}} {
		if !fault.Is(bad.Check(), fault.Invalid) {
			t.Errorf("%+v is taken", bad)
		}
	}
	if studio.Today(time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC), "Europe/London") != "2026-07-02" {
		t.Error("today is the date in the organisation's zone")
	}
}
