package stats

import (
	"fmt"
	"math"
	"testing"
)

func TestIntervalsAgreeWithTheReferenceGrid(t *testing.T) {
	for _, r := range table(t, "intervals_grid.csv") {
		n, x, level := r.i(t, "n"), r.i(t, "x"), r.f(t, "level")
		at := fmt.Sprintf("%d of %d at %v", x, n, level)
		j, okJ := Jeffreys(n, x, level)
		w, okW := Wilson(n, x, level)
		if !okJ || !okW {
			t.Fatalf("%s: no interval", at)
		}
		near(t, at+" jeffreys lo", j.Lo, r.f(t, "jeffreys_lo"), 1e-8)
		near(t, at+" jeffreys hi", j.Hi, r.f(t, "jeffreys_hi"), 1e-8)
		near(t, at+" wilson lo", w.Lo, r.f(t, "wilson_lo"), 1e-8)
		near(t, at+" wilson hi", w.Hi, r.f(t, "wilson_hi"), 1e-8)
		near(t, at+" raw lo", Own(n, x).Quantile((1-level)/2), r.f(t, "jeffreys_raw_lo"), 1e-8)
		near(t, at+" raw hi", Own(n, x).Quantile((1+level)/2), r.f(t, "jeffreys_raw_hi"), 1e-8)
	}
}

func TestIntervalsCoverAsOftenAsTheExactTableSays(t *testing.T) {
	for _, r := range table(t, "coverage_exact.csv") {
		n := r.i(t, "n")
		near(t, fmt.Sprintf("jeffreys n=%d", n), meanCoverage(n, Jeffreys), r.f(t, "jeffreys_mean"), 1e-8)
		near(t, fmt.Sprintf("wilson n=%d", n), meanCoverage(n, Wilson), r.f(t, "wilson_mean"), 1e-8)
	}
}

// meanCoverage averages the exact coverage of a 95 % interval over true shares .50, .51 … .99.
func meanCoverage(n int, interval func(n, x int, level float64) (Interval, bool)) float64 {
	sum := 0.0
	for i := 50; i <= 99; i++ {
		p := float64(i) / 100
		for x := range n + 1 {
			iv, _ := interval(n, x, 0.95)
			if iv.Lo <= p && p <= iv.Hi {
				sum += math.Exp(lnChoose(n, x) + float64(x)*math.Log(p) + float64(n-x)*math.Log1p(-p))
			}
		}
	}
	return sum / 50
}

func lnChoose(n, k int) float64 {
	return -math.Log(float64(n)+1) - lnBeta(float64(k)+1, float64(n-k)+1)
}
