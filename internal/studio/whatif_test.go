package studio_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/compare"
	"plainclothes/internal/scoring"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// season is an organisation with twelve branches, four standards and a year of visits.
func season(t *testing.T) *worldtest.World {
	t.Helper()
	return seasonIn(t, storetest.Any(t))
}

func seasonIn(t *testing.T, s *store.Store) *worldtest.World {
	t.Helper()
	w := worldtest.New(t, s, 12)
	w.Publish(worldtest.Tea(4), "The first version.", "2025-01-01")
	w.Season(4, 10, "2026-02", "2026-07", "2026-09", "2026-11")
	return w
}

// restandard changes one standard of the draft.
func restandard(t *testing.T, w *worldtest.World, standard string, change func(*studio.StandardInput)) studio.Contents {
	t.Helper()
	draft, err := w.Studio.Draft(t.Context(), w.Owner, w.Programme.ID)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := draft.Programme.Standard(standard)
	in := studio.InputOf(s)
	change(&in)
	draft, err = w.Studio.ChangeStandard(t.Context(), w.Owner, w.Programme.ID, standard, in, draft.Version.RowVersion)
	if err != nil {
		t.Fatal(err)
	}
	return draft
}

// replace puts another programme file into the draft.
func replace(t *testing.T, w *worldtest.World, pairs ...string) {
	t.Helper()
	file := worldtest.Tea(4)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(file, pairs[i]) {
			t.Fatalf("%q is not in the file", pairs[i])
		}
		file = strings.Replace(file, pairs[i], pairs[i+1], 1)
	}
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(file)); err != nil {
		t.Fatal(err)
	}
}

func whatIf(t *testing.T, w *worldtest.World) studio.WhatIf {
	t.Helper()
	got, err := w.Studio.WhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWhatIfOfAnUnchangedDraftChangesNothing(t *testing.T) {
	w := season(t)
	if _, err := w.Studio.Draft(t.Context(), w.Owner, w.Programme.ID); err != nil {
		t.Fatal(err)
	}
	got := whatIf(t, w)
	if len(got.Statuses)+len(got.Levels)+got.Rescored+len(got.Gaps) != 0 || !got.Difference.Empty() {
		t.Fatalf("an unchanged draft changes %+v", got)
	}
	if got.Visits != 120 {
		t.Errorf("%d visits, want 120", got.Visits)
	}
	for _, s := range got.Standards {
		if s.Was != s.Is || s.Was.N == 0 || s.New || s.Gone || s.Rescored {
			t.Errorf("%s moves from %+v to %+v", s.Standard, s.Was, s.Is)
		}
	}
}

func TestWhatIfOfAHigherTargetNamesTheBranchesAndKeepsTheCounts(t *testing.T) {
	w := season(t)
	restandard(t, w, "K02", func(in *studio.StandardInput) { in.GoodTarget = "95" })
	got := whatIf(t, w)
	if got.Rescored != 0 {
		t.Errorf("a target scored %d visits again", got.Rescored)
	}
	if len(got.Statuses) == 0 {
		t.Fatal("nothing changes between 80 % and 95 %")
	}
	for _, c := range got.Statuses {
		if c.Standard != "K02" || !strings.HasPrefix(c.BranchName, "Branch ") || c.From == c.To {
			t.Errorf("unexpected change %+v", c)
		}
		if c.To == compare.Meets || c.To == compare.WOW {
			t.Errorf("%s: a higher target is met more easily", c.Sentence())
		}
	}
	for _, s := range got.Standards {
		if s.Was.Counts != s.Is.Counts {
			t.Errorf("%s: counts move from %+v to %+v", s.Standard, s.Was.Counts, s.Is.Counts)
		}
	}
	if want := "Standard 2 (K02): the target for Good rises from 80 % to 95 %."; !slices.Equal(got.Difference.Targets, []string{want}) {
		t.Errorf("targets: %q", got.Difference.Targets)
	}
}

func TestWhatIfOfANewDefinitionScoresOldAnswersAgain(t *testing.T) {
	w := season(t)
	replace(t, w, "{id: Q02, kind: yes_no, text: 'Was it done, number 2?', standard: K02, points: 2, na_allowed: true}",
		"{id: Q02, kind: yes_no, text: 'Was it done, number 2?', standard: K02, points: 2, na_allowed: true, reverse: true}")
	var seen []int
	got, err := w.Studio.WhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{}, func(done, total int) { seen = append(seen, done, total) })
	if err != nil {
		t.Fatal(err)
	}
	if n := len(seen); got.Rescored != 120 || n < 2 || !slices.Equal(seen[n-2:], []int{120, 120}) || seen[0] > 120 {
		t.Errorf("%d visits scored again, progress %v", got.Rescored, seen)
	}
	for _, s := range got.Standards {
		switch {
		case s.Standard != "K02" && (s.Was != s.Is || s.Rescored):
			t.Errorf("%s moves though only K02 changes", s.Standard)
		case s.Standard == "K02" && (s.Is.N != s.Was.N || s.Is.X != s.Was.N-s.Was.X || !s.Rescored):
			t.Errorf("turning yes and no round moves %+v to %+v", s.Was.Counts, s.Is.Counts)
		}
	}
	if got.Score.Visits != 120 || got.Score.IsBP >= got.Score.WasBP || got.Releveled == 0 {
		t.Errorf("score %+v, %d visits change level", got.Score, got.Releveled)
	}
	if got.Difference.Series[0] != "K02" || !got.Difference.Score {
		t.Errorf("difference %+v", got.Difference)
	}
}

func TestQuestionsWithoutPastAnswersAreAGapAndNeverZero(t *testing.T) {
	w := season(t)
	replace(t, w, "  - {id: Q04,", "  - {id: Q99, kind: yes_no, text: 'Was there a biscuit?', standard: K02, points: 2}\n  - {id: Q04,")
	got := whatIf(t, w)
	i := slices.IndexFunc(got.Standards, func(s studio.StandardMove) bool { return s.Standard == "K02" })
	was, is := got.Standards[i].Was.Counts, got.Standards[i].Is.Counts
	if is.X != 0 || is.N != 0 || is.Unknown+is.Partial == 0 {
		t.Errorf("a question that nobody answered makes %+v of %+v", is, was)
	}
	if len(got.Gaps) != 1 || got.Gaps[0].ID != "Q99" || got.Gaps[0].Standard != "K02" {
		t.Errorf("gaps %+v", got.Gaps)
	}
	if got.Score.WasBP != got.Score.IsBP {
		t.Errorf("a gap moves the mean score from %d to %d", got.Score.WasBP, got.Score.IsBP)
	}
	if !slices.ContainsFunc(got.Sentences, func(s string) bool { return strings.Contains(s, "1 question of the draft") }) {
		t.Errorf("sentences %q", got.Sentences)
	}
}

// TestAShareOfTheFailedAloneIsNotTold has a question that was added to a standard which is met by everything or not at all: what
// was answered before tells of the visits that failed already, and of none that met it.
func TestAShareOfTheFailedAloneIsNotTold(t *testing.T) {
	w := season(t)
	replace(t, w, "  - {id: Q04,", "  - {id: Q99, kind: yes_no, text: 'Was there a biscuit?', standard: K02, points: 2}\n  - {id: Q04,",
		"  K02: {title", "  K02: {partial_share: 100, title")
	got := whatIf(t, w)
	if slices.ContainsFunc(got.Statuses, func(c studio.StatusChange) bool { return c.Standard == "K02" }) ||
		!slices.Contains(got.Sentences, "No verdict is told for 1 standard: too many past visits did not answer what the draft asks.") {
		t.Errorf("verdicts from the failed alone: %+v; %q", got.Statuses, got.Sentences)
	}
	for i := range got.Standards {
		m := &got.Standards[i]
		if m.Standard == "K02" && (m.Is.N == 0 || m.Is.X != 0 || m.Is.N >= m.Was.N) {
			t.Fatalf("%d of %d visits that failed, of %d", m.Is.X, m.Is.N, m.Was.N)
		}
		if m.Told() == (m.Standard == "K02") {
			t.Errorf("the share of %s is told: %v", m.Standard, m.Told())
		}
	}
	for i := range got.Months {
		for _, s := range got.Months[i].Standards {
			if s.Unsure > 0 && s.Told() || s.Unsure == 0 && !s.Told() {
				t.Errorf("%s of %s: %+v is told: %v", s.Standard, got.Months[i].Month, s, s.Told())
			}
		}
	}
}

func TestNewLevelsMoveLevelsOnly(t *testing.T) {
	w := season(t)
	replace(t, w, "good: {min_score: 80}", "good: {min_score: 60}")
	got := whatIf(t, w)
	if got.Releveled == 0 || got.Score.WasBP != got.Score.IsBP || len(got.Statuses) != 0 {
		t.Fatalf("%d levels, score %+v, %d states", got.Releveled, got.Score, len(got.Statuses))
	}
	for _, m := range got.Levels {
		if m.From != scoring.Below || m.To != scoring.Good {
			t.Errorf("%+v after the threshold fell", m)
		}
	}
}

func TestAStandardThatIsNewOrGoneIsNoChangeOfState(t *testing.T) {
	w := season(t)
	file := strings.Replace(worldtest.Tea(4), "  K04: {title: Standard 4", "  K05: {title: Standard 5", 1)
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(strings.ReplaceAll(file, "standard: K04", "standard: K05"))); err != nil {
		t.Fatal(err)
	}
	got := whatIf(t, w)
	if len(got.Statuses) != 0 {
		t.Errorf("states change: %+v", got.Statuses)
	}
	last := got.Standards[len(got.Standards)-2:]
	if last[0].Standard != "K05" || !last[0].New || last[0].Is.N != 120 || last[1].Standard != "K04" || !last[1].Gone || last[1].Was.N != 120 {
		t.Errorf("standards %+v", last)
	}
}

func TestWhatIfStopsWhenItsReaderLeaves(t *testing.T) {
	w := season(t)
	replace(t, w, "standard: K02, points: 2", "standard: K02, points: 3")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Studio.WhatIf(ctx, w.Owner, w.Programme.ID, studio.Window{}, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestWhatIfStoresNothing(t *testing.T) {
	w := seasonIn(t, storetest.SQLite(t)) // dump speaks its dialect
	replace(t, w, "standard: K02, points: 2", "standard: K02, points: 3")
	before := dump(t, w)
	whatIf(t, w)
	if after := dump(t, w); after != before {
		t.Error("what-if left something behind")
	}
}

// dump counts what is stored and names the sums.
func dump(t *testing.T, w *worldtest.World) string {
	t.Helper()
	var out string
	err := w.Store.Pool().QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM events) || '|' || (SELECT sum(n) || '|' || sum(x) FROM rollup_standards)
 || '|' || (SELECT sum(row_version) FROM versions) || '|' || (SELECT sum(row_version) + sum(base_bp) FROM visits) || '|' || (SELECT count(*) FROM outcomes)`).Scan(&out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
