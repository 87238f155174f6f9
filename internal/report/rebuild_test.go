package report_test

import (
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

func rebuild(t *testing.T, w *worldtest.World, svc *report.Service, fix bool) report.Rebuilt {
	t.Helper()
	r, err := svc.Rebuild(t.Context(), w.Org, fix)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRollupsMadeAgainAreThoseThatPublicationMade(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := season(t, s)
		file := strings.Replace(worldtest.Tea(4), "standard: K02, points: 2", "standard: K02, points: 3", 1)
		if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(file)); err != nil {
			t.Fatal(err)
		}
		w.PublishDraft("K02 weighs more.", "")
		w.Season(4, 3, "2026-11")
		r := rebuild(t, w, svc, false)
		if !r.Clean() || r.Visits != 156 || r.Rows == 0 || r.Fixed {
			t.Errorf("%d visits, %d rows, %d differences: %+v", r.Visits, r.Rows, len(r.Differences), r.Differences[:min(3, len(r.Differences))])
		}
	})
}

func TestAVisitSetAsideLeavesTheBooksClean(t *testing.T) {
	w, svc := tea(t, storetest.Any(t))
	id := w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: w.Answered(2, 0.5)})
	w.Visit(worldtest.Made{Branch: w.Branches[1], Scenario: "guest", On: "2026-11-03", Answers: w.Answered(2, 0.5)})
	editing := visit.NewService(w.Store.Visits(), nil, w.Clock)
	if err := editing.SetAside(t.Context(), w.Member(auth.Editor), id, "The shopper knew the staff."); err != nil {
		t.Fatal(err)
	}
	if r := rebuild(t, w, svc, false); !r.Clean() || r.Visits != 1 {
		t.Errorf("%d visits, %+v", r.Visits, r.Differences)
	}
	c, err := svc.Compare(t.Context(), w.Owner, report.Query{})
	if err != nil || c.Result.Headline.Visits != 1 {
		t.Errorf("%d visits are compared, %v", c.Result.Headline.Visits, err)
	}
}

func TestATamperedRollupIsFoundAndMended(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := season(t, s)
		before, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Last12})
		if err != nil {
			t.Fatal(err)
		}
		w.SQL(`UPDATE rollup_standards SET x = 0 WHERE standard = 'K02' AND month = '2026-09'`)
		w.SQL(`DELETE FROM rollup_cells WHERE month = '2026-07' AND branch_id = ?`, w.Branches[3].ID)
		w.SQL(`UPDATE rollup_cells SET sum_bp = sum_bp + 1 WHERE month = '2026-02' AND branch_id = ?`, w.Branches[5].ID)
		found := rebuild(t, w, svc, false)
		if found.Clean() || found.Fixed || slices.ContainsFunc(found.Differences, func(d report.Difference) bool { return d.Kind != report.RollupKind }) {
			t.Fatalf("found %+v", found.Differences)
		}
		for _, d := range found.Differences {
			if w.Shoppers[0] == "" || strings.Contains(d.Thing+d.Message, w.Shoppers[0]) {
				t.Errorf("a difference names the shopper: %+v", d)
			}
		}
		if fixed := rebuild(t, w, svc, true); !fixed.Fixed || len(fixed.Differences) != len(found.Differences) {
			t.Errorf("fixed %+v", fixed)
		}
		if r := rebuild(t, w, svc, false); !r.Clean() {
			t.Errorf("after mending: %+v", r.Differences)
		}
		after, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Last12})
		if err != nil || !slices.Equal(after.Headline, before.Headline) || !slices.Equal(after.Result.Summaries, before.Result.Summaries) {
			t.Errorf("%q, then %q, %v", before.Headline, after.Headline, err)
		}
		if again := rebuild(t, w, svc, true); again.Fixed {
			t.Error("mending what is whole")
		}
	})
}

func TestATamperedScoreIsFoundAndNeverMendedBehindAnyonesBack(t *testing.T) {
	for name, c := range map[string]struct{ statement, says string }{
		"the visit's row": {`UPDATE visits SET base_bp = 9999 WHERE id = ?`, "not the one in its report"},
		"an outcome":      {`UPDATE outcomes SET outcome = 'na' WHERE standard = 'K03' AND visit_id = ?`, "standard K03"},
		"a series":        {`UPDATE outcomes SET series = 'x' WHERE standard = 'K03' AND visit_id = ?`, "standard K03"},
		"no outcome":      {`DELETE FROM outcomes WHERE standard = 'K03' AND visit_id = ?`, "standard K03"},
		"an answer":       {`UPDATE reports SET answers = replace(replace(answers, '"no"', '"yes"'), '"L01":"good"', '"L01":"below"') WHERE visit_id = ?`, "Its answers give"},
	} {
		t.Run(name, func(t *testing.T) {
			w, svc := tea(t, storetest.Any(t))
			w.Publish(worldtest.Tea(4), "Four standards.", "")
			id := w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-03", Answers: w.Answered(4, 0.5)})
			if r := rebuild(t, w, svc, false); !r.Clean() {
				t.Fatalf("before: %+v", r.Differences)
			}
			w.SQL(c.statement, id)
			r := rebuild(t, w, svc, true)
			i := slices.IndexFunc(r.Differences, func(d report.Difference) bool { return d.Kind == report.ScoreKind && d.Thing == id })
			if i < 0 || !strings.Contains(r.Differences[i].Message, c.says) {
				t.Fatalf("found %+v", r.Differences)
			}
			if again := rebuild(t, w, svc, false); !slices.ContainsFunc(again.Differences, func(d report.Difference) bool { return d.Kind == report.ScoreKind }) {
				t.Error("the difference is gone")
			}
		})
	}
}
