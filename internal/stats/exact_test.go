package stats

import (
	"fmt"
	"math"
	"testing"
)

func TestExactAndAddedVisitIntervalsAgreeWithTheReferenceGrid(t *testing.T) {
	for _, r := range table(t, "intervals_grid.csv") {
		n, x, level := r.i(t, "n"), r.i(t, "x"), r.f(t, "level")
		at := fmt.Sprintf("%d of %d at %v", x, n, level)
		c, okC := ClopperPearson(n, x, level)
		a, okA := AgrestiCoull(n, x, level)
		if !okC || !okA {
			t.Fatalf("%s: no interval", at)
		}
		near(t, at+" exact lo", c.Lo, r.f(t, "clopper_lo"), 1e-8)
		near(t, at+" exact hi", c.Hi, r.f(t, "clopper_hi"), 1e-8)
		near(t, at+" added lo", a.Lo, r.f(t, "agresti_coull_lo"), 1e-8)
		near(t, at+" added hi", a.Hi, r.f(t, "agresti_coull_hi"), 1e-8)
	}
	if _, ok := ClopperPearson(0, 0, 0.9); ok {
		t.Error("an interval without visits")
	}
	if _, ok := AgrestiCoull(3, 4, 0.9); ok {
		t.Error("an interval of more than all")
	}
}

// TestOneStrengthAgreesWithThePlugInReference checks likelihood and posterior at a single prior strength.
func TestOneStrengthAgreesWithThePlugInReference(t *testing.T) {
	pools, pairs := map[string]Pool{}, map[string][]Pair{}
	rows := table(t, "fixture60x40_betabin.csv")
	targets := map[string]row{}
	for _, r := range table(t, "fixture60x40_standards.csv") {
		targets[r["standard"]] = r
	}
	for _, r := range rows {
		pairs[r["standard"]] = append(pairs[r["standard"]], Pair{N: r.i(t, "n"), X: r.i(t, "x"), Branches: 1})
	}
	for _, r := range table(t, "fixture60x40_betabin_hyper.csv") {
		s, m, strength := r["standard"], r.f(t, "m"), r.f(t, "M")
		pools[s] = Pool{Parts: []PoolPart{{Strength: strength, Mean: m, Weight: 1}}}
		g, _ := newGroup(pairs[s])
		l := math.Log(m / (1 - m))
		near(t, s+" kernel", g.objective(strength, l)+ridge*l*l, r.f(t, "loglik_kernel"), 1e-6)
	}
	for _, r := range rows {
		what, s := r["branch"]+" "+r["standard"], targets[r["standard"]]
		m := pools[r["standard"]].Posterior(r.i(t, "n"), r.i(t, "x"))
		iv, _ := m.Interval(0.9)
		near(t, what+" mean", m.Mean(), r.f(t, "post_mean"), 1e-6)
		near(t, what+" lo", iv.Lo, r.f(t, "lo90"), 1e-6)
		near(t, what+" hi", iv.Hi, r.f(t, "hi90"), 1e-6)
		near(t, what+" below", m.Below(s.f(t, "good_bp")/10_000), r.f(t, "p_below"), 1e-6)
		near(t, what+" wow", 1-m.Below(s.f(t, "wow_bp")/10_000), r.f(t, "p_wow"), 1e-6)
	}
}

// wald is the interval that is never shown; the table says why.
func wald(n, x int, level float64) (Interval, bool) {
	p := float64(x) / float64(n)
	half := zTwoSided(level) * math.Sqrt(p*(1-p)/float64(n))
	return Interval{Lo: p - half, Hi: p + half}, true
}

// coverageAt is how often an interval of 95 % holds the true share p after n visits, exactly.
func coverageAt(p float64, n int, interval func(n, x int, level float64) (Interval, bool)) float64 {
	sum := 0.0
	for x := range n + 1 {
		if iv, _ := interval(n, x, 0.95); iv.Lo <= p && p <= iv.Hi {
			sum += binomial(x, n, p)
		}
	}
	return sum
}

func TestCoverageAtNineTenthsIsThatOfTheExactTable(t *testing.T) {
	for _, r := range table(t, "coverage_exact.csv") {
		n := r.i(t, "n")
		near(t, "wald, mean", meanCoverage(n, wald), r.f(t, "wald_mean"), 1e-8)
		near(t, "wald", coverageAt(.9, n, wald), r.f(t, "wald_p90"), 1e-8)
		near(t, "wilson", coverageAt(.9, n, Wilson), r.f(t, "wilson_p90"), 1e-8)
		near(t, "jeffreys", coverageAt(.9, n, Jeffreys), r.f(t, "jeffreys_p90"), 1e-8)
	}
}
