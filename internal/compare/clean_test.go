package compare_test

import (
	"testing"

	"plainclothes/internal/compare"
)

func TestCleanVisitsAreThoseThatDecideTheStatus(t *testing.T) {
	for _, c := range []struct {
		target int
		crit   compare.Criticality
	}{{8000, compare.Normal}, {9500, compare.Normal}, {9500, compare.Major}, {6000, compare.Major}} {
		n, ok := compare.CleanVisits(c.target, c.crit)
		if !ok {
			t.Fatalf("%d has no answer", c.target)
		}
		judge := func(n int) compare.Status {
			all := compare.Statuses(compare.Input{
				Level: compare.LevelA, Branches: []compare.Branch{{ID: "b"}},
				Standards: []compare.Standard{{ID: "k", GoodTargetBP: c.target, Criticality: c.crit, Weight: 1}},
				Shares:    []compare.ShareCell{{Branch: "b", Standard: "k", Counts: compare.Counts{N: n, X: n}}},
			})
			return all[0].Status
		}
		if judge(n) != compare.Meets || n > 3 && judge(n-1) == compare.Meets {
			t.Errorf("%d clean visits for %d: %s, one less %s", n, c.target, judge(n), judge(n-1))
		}
	}
	if n, _ := compare.CleanVisits(9500, compare.Normal); n != 27 {
		t.Errorf("95 %% takes %d clean visits, want 27", n)
	}
	for _, never := range []int{0, 10_000} {
		if n, ok := compare.CleanVisits(never, compare.Normal); ok {
			t.Errorf("%d takes %d", never, n)
		}
	}
	if _, ok := compare.CleanVisits(9000, compare.ZeroTolerance); ok {
		t.Error("zero tolerance is proven")
	}
}
