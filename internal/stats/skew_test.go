package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSkewIsSeenInMeansAndVariancesAlone(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 1))
	for name, c := range map[string]struct {
		draw func() float64
		want float64
	}{
		"normal":            {func() float64 { return luck.NormFloat64() }, 0},
		"a few bad visits":  {func() float64 { return -luck.ExpFloat64() - luck.ExpFloat64() }, -math.Sqrt2},
		"a few good visits": {func() float64 { return luck.ExpFloat64() + luck.ExpFloat64() + luck.ExpFloat64() + luck.ExpFloat64() }, 1},
	} {
		var groups []ScoreGroup
		ss, spare := 0.0, 0.0
		for range 6000 {
			n := 3 + luck.IntN(4)
			y := make([]float64, n)
			for i := range y {
				y[i] = c.draw()
			}
			m := mean2(y)
			g := ScoreGroup{N: n, Mean: m}
			for _, v := range y {
				g.SS += (v - m) * (v - m)
			}
			groups = append(groups, g)
			ss += g.SS
			spare += float64(n - 1)
		}
		near(t, name, Skewness(groups, ss/spare, 0), c.want, .12)
	}
	if Skewness([]ScoreGroup{{N: 3, Mean: 1, SS: 2}}, 1, 0) != 0 {
		t.Error("one branch shows a skew")
	}
}

func TestSkewedTailsAreThoseOfTheGammaDistribution(t *testing.T) {
	near(t, "none", SkewedP(-1.959963984540054, 0), .05, 1e-12)
	near(t, "hardly any", SkewedP(-1.959963984540054, 1e-3), .05, 1e-3)
	// skew 2 is the exponential distribution: P(E − 1 ≥ 2) = e⁻³
	near(t, "exponential", SkewedP(2, 2), 2*math.Exp(-3), 1e-12)
	near(t, "and mirrored", SkewedP(-2, -2), 2*math.Exp(-3), 1e-12)
	near(t, "below its end", SkewedP(-1.5, 2), 0, 0)
	for z := -6.0; z <= 6; z += .25 {
		for _, s := range []float64{-1.5, -.3, 0, .3, 1.5} {
			if p := SkewedP(z, s); !(p >= 0 && p <= 1) {
				t.Errorf("%v at %v: %v", z, s, p)
			}
		}
	}
}
