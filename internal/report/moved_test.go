package report_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
)

// twoWindows gives a branch visits in two windows: before, every standard is met in all of them; after, K01 in few.
func twoWindows(w *worldtest.World, branch, before, after int) {
	var all []worldtest.Made
	for i, x := range []struct {
		month string
		n     int
	}{{"2026-06", before}, {"2026-10", after}} {
		for v := range x.n {
			a := w.Answered(2, 1)
			if i == 1 && v%8 != 0 {
				a["Q01"], a["L01"] = `"no"`, `"below"`
			}
			all = append(all, worldtest.Made{Branch: w.Branches[branch], Scenario: "guest", On: fmt.Sprintf("%s-%02d", x.month, 1+v), Hour: 9, Answers: a})
		}
	}
	w.Visits(all)
}

func TestABranchSaysWhatMovedItsScoreAndThePartsAddUp(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := worldtest.New(t, s, 4)
		w.Publish(worldtest.Tea(2), "first", "2025-01-01")
		twoWindows(w, 0, 12, 12)
		twoWindows(w, 1, 2, 12)
		twoWindows(w, 2, 0, 12)
		for _, svc := range []*report.Service{report.NewService(s.Reports(), w.Clock), large(t, w, s)} {
			ask := func(i int) report.BranchReport {
				t.Helper()
				r, err := svc.Branch(t.Context(), w.Owner, w.Branches[i].ID, report.Query{})
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			r := ask(0)
			if r.Moved.Causes == nil || r.Before.From != "2026-04" || r.Before.To != "2026-07" {
				t.Fatalf("%+v before %+v", r.Moved, r.Before)
			}
			c := r.Moved.Causes
			sum := c.Penalty
			for _, x := range c.Standards {
				sum += x.Performance + x.Mix
			}
			if math.Abs(sum-c.Total) > 1e-9 || math.Abs(r.Score.MeanBP/100-100-(c.Total-c.Penalty)) > .01 {
				t.Errorf("parts %v of %v; mean %v", sum, c.Total, r.Score.MeanBP)
			}
			if c.Standards[0].ID != "K01" || !c.Standards[0].Named || c.Standards[1].Named {
				t.Errorf("%+v", c.Standards)
			}
			if m := ask(1).Moved; m.Causes != nil || !strings.HasPrefix(m.Why, "2 visits with a score in the window before") {
				t.Errorf("%+v", m)
			}
			if m := ask(2).Moved; m.Causes != nil || !strings.HasPrefix(m.Why, "No visits with a score in the window before") {
				t.Errorf("%+v", m)
			}
		}
	})
}

func TestAScoreThatIsMadeOfOtherPartsThanBeforeIsNotSplit(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := worldtest.New(t, s, 1)
		w.Publish(worldtest.Tea(2), "first", "2025-01-01")
		visits := func(month string) {
			for d := range 5 {
				w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: fmt.Sprintf("%s-%02d", month, 1+d), Hour: 9, Answers: w.Answered(2, .8)})
			}
		}
		visits("2026-06")
		now := w.Now
		w.Now = now.AddDate(0, -3, -20)
		w.Publish(strings.Replace(worldtest.Tea(2), "standard: K02, points: 2", "standard: K02, points: 5", 1), "other points", "")
		w.Now = now
		visits("2026-10")
		r, err := report.NewService(s.Reports(), w.Clock).Branch(t.Context(), w.Owner, w.Branches[0].ID, report.Query{})
		if err != nil || r.Score.N != 5 || r.Moved.Causes != nil || !strings.HasPrefix(r.Moved.Why, "The checklist changed between the two windows.") {
			t.Errorf("%d visits, %+v, %v", r.Score.N, r.Moved, err)
		}
	})
}
