package stats

import (
	"fmt"
	"math"
	"testing"
)

func TestVisitsThatSettleAgreeWithTheReference(t *testing.T) {
	for _, r := range table(t, "preposterior_settle.csv") {
		got, ok := SettledAfter(r.f(t, "a"), r.f(t, "b"), r.f(t, "g"), 0.9, r.i(t, "m"))
		if !ok {
			t.Fatal("declined")
		}
		near(t, fmt.Sprint(r), got, r.f(t, "p_settled"), 1e-8)
	}
}

func TestFewestVisitsAgreeWithTheReference(t *testing.T) {
	for _, r := range table(t, "fewest_visits_all_met.csv") {
		all, okAll := FewestVisits(r.f(t, "T"), 0.9, 0)
		one, okOne := FewestVisits(r.f(t, "T"), 0.9, 1)
		if !okAll || !okOne || all != r.i(t, "all_met_n") || one != r.i(t, "one_fail_n") {
			t.Errorf("%v: got %d and %d", r, all, one)
		}
	}
}

func TestReliabilityAgreesWithTheReference(t *testing.T) {
	for _, r := range table(t, "spearman_brown.csv") {
		icc := r.f(t, "icc")
		for col, n := range map[string]int{"rel3": 3, "rel6": 6, "rel12": 12} {
			got, _ := SpearmanBrown(icc, n)
			near(t, fmt.Sprint(icc, col), got, r.f(t, col), 1e-8)
		}
		for col, want := range map[string]float64{"n50": .5, "n70": .7, "n80": .8, "n90": .9} {
			if got, _ := VisitsForReliability(icc, want); got != r.i(t, col) {
				t.Errorf("icc %v %s: got %d, want %s", icc, col, got, r[col])
			}
		}
	}
}

func TestVisitsNeededAgreeWithTheReference(t *testing.T) {
	for _, r := range table(t, "visits_needed.csv") {
		n80, ok80 := VisitsNeeded(r.f(t, "p"), r.f(t, "T"), 0.9, 0.8)
		n90, ok90 := VisitsNeeded(r.f(t, "p"), r.f(t, "T"), 0.9, 0.9)
		if !ok80 || !ok90 || n80 != r.i(t, "n80") || n90 != r.i(t, "n90") {
			t.Errorf("%v: got %d and %d", r, n80, n90)
		}
	}
}

func TestImpossibleQuestionsAreRefusedAndNeverNaN(t *testing.T) {
	nan := math.NaN()
	answers := map[string]func() bool{
		"jeffreys without visits":      func() bool { _, ok := Jeffreys(0, 0, 0.9); return ok },
		"jeffreys of more than all":    func() bool { _, ok := Jeffreys(3, 4, 0.9); return ok },
		"jeffreys at 100 %":            func() bool { _, ok := Jeffreys(3, 3, 1); return ok },
		"jeffreys at no level":         func() bool { _, ok := Jeffreys(3, 3, nan); return ok },
		"wilson without visits":        func() bool { _, ok := Wilson(0, 0, 0.9); return ok },
		"difference to nothing":        func() bool { _, _, ok := Difference(3, 2, 0, 0, 0.9); return ok },
		"interval of nothing":          func() bool { _, ok := Mixture{}.Interval(0.9); return ok },
		"interval of impossible":       func() bool { _, ok := Own(2, 3).Interval(0.9); return ok },
		"column of a certain target":   func() bool { _, ok := OwnBelowByMet(1, 5); return ok },
		"column of a pool, negative n": func() bool { _, ok := Pool{}.BelowByMet(0.5, -1); return ok },
		"ahead of an empty pool":       func() bool { _, ok := Pool{}.Posterior(3, 2).Ahead(4); return ok },
		"ahead, more than all":         func() bool { _, ok := Own(3, 4).Ahead(4); return ok },
		"settled by no prior":          func() bool { _, ok := SettledAfter(0, 1, 0.8, 0.9, 4); return ok },
		"settled for a certain target": func() bool { _, ok := SettledAfter(3, 1, 1, 0.9, 4); return ok },
		"fewest for a certain target":  func() bool { _, ok := FewestVisits(1, 0.9, 0); return ok },
		"fewest beyond reach":          func() bool { _, ok := FewestVisits(0.99999, 0.9, 0); return ok },
		"needed on the target":         func() bool { _, ok := VisitsNeeded(0.8, 0.8, 0.9, 0.8); return ok },
		"needed beside the target":     func() bool { _, ok := VisitsNeeded(0.799, 0.8, 0.9, 0.8); return ok },
		"needed for no share":          func() bool { _, ok := VisitsNeeded(nan, 0.8, 0.9, 0.8); return ok },
		"reliability of no visit":      func() bool { _, ok := SpearmanBrown(0.2, 0); return ok },
		"reliability of no number":     func() bool { _, ok := SpearmanBrown(nan, 3); return ok },
		"perfect reliability":          func() bool { _, ok := VisitsForReliability(0.2, 1); return ok },
	}
	for name, answered := range answers {
		if answered() {
			t.Errorf("%s: answered", name)
		}
	}
	for _, v := range []float64{Mixture{}.Mean(), Mixture{}.Below(nan), Mixture{}.Quantile(nan), Own(3, 3).Below(2), Pool{}.Mean()} {
		if math.IsNaN(v) {
			t.Error("NaN")
		}
	}
}

func TestDifferenceOfSharesIsNewcombes(t *testing.T) {
	// Newcombe 1998, Statistics in Medicine 17:873, table II, method 10: 56/70 − 48/80 = 0.2, 95 % interval 0.0524 to 0.3339
	diff, iv, ok := Difference(70, 56, 80, 48, 0.95)
	if !ok {
		t.Fatal("declined")
	}
	near(t, "difference", diff, 0.2, 1e-12)
	near(t, "lower", iv.Lo, 0.0524, 5e-5)
	near(t, "upper", iv.Hi, 0.3339, 5e-5)
	// and example (g): 10/10 − 0/10 = 1, 0.6075 to 1
	_, iv, _ = Difference(10, 10, 10, 0, 0.95)
	near(t, "lower of 10/10 − 0/10", iv.Lo, 0.6075, 5e-5)
	near(t, "upper of 10/10 − 0/10", iv.Hi, 1, 1e-12)
}

func TestOneVisitLessMovesADecisionByAtMostOne(t *testing.T) {
	for _, target := range []float64{.03, .5, .85, .97} {
		for _, meets := range []bool{true, false} {
			d := newDecision(90, meets, target, .9)
			for d.n > 1 {
				d.fewer()
				if want := newDecision(d.n, meets, target, .9); d != want {
					t.Fatalf("%+v, want %+v", d, want)
				}
			}
		}
	}
}
