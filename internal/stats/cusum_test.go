package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func TestBernoulliRunLengthsAgreeWithTheReference(t *testing.T) {
	for _, r := range table(t, "bernoulli_cusum_arl.csv") {
		p0, odds := r.f(t, "p0"), r.f(t, "OR")
		c, ok := NewBernoulliChart(p0, odds, r.f(t, "ARL0_wanted"))
		if !ok || c.Miss != r.i(t, "m") || c.Alarm != r.i(t, "h") {
			t.Fatalf("%v: %+v", r, c)
		}
		for col, p := range map[string]float64{"ARL0": p0, "ARL1": WithOdds(p0, odds), "ARL_2xfail": 2 * p0, "ARL_half": 0.5} {
			got, _ := c.RunLength(p)
			near(t, fmt.Sprint(r, " ", col), got, r.f(t, col), 1e-4)
		}
	}
}

func TestBernoulliChartsAreThoseOfTheExamples(t *testing.T) {
	for _, c := range []struct {
		p0         float64
		miss, h    int
		arl0, arl1 float64
	}{{.05, 11, 25, 246.1, 31.3}, {.10, 5, 15, 246.0, 23.4}, {.15, 3, 11, 286.3, 21.5}, {.20, 2, 8, 253.7, 19.3}} {
		got, _ := NewBernoulliChart(c.p0, 3, 240)
		if got.Miss != c.miss || got.Alarm != c.h {
			t.Errorf("%v: %+v", c, got)
		}
		quiet, _ := got.RunLength(c.p0)
		wrong, _ := got.RunLength(WithOdds(c.p0, 3))
		near(t, "quiet", quiet, c.arl0, .05)
		near(t, "changed", wrong, c.arl1, .05)
	}
}

func TestARunOfCoinsIsSolvedExactly(t *testing.T) {
	// one point up or down at a barrier: the mean time to two heads more than tails, from a reflecting floor, is 2·2+2 = 6
	got, _ := BernoulliChart{Miss: 1, Alarm: 2}.RunLength(.5)
	near(t, "two steps", got, 6, 1e-12)
	got, _ = BernoulliChart{Miss: 5, Alarm: 3}.RunLength(.02)
	near(t, "one miss is an alarm", got, 50, 1e-9)
	if _, ok := (BernoulliChart{Miss: 1, Alarm: 3}).RunLength(0); ok {
		t.Error("a chart that never alarms has a run length")
	}
}

func TestRunLengthsAreThoseOfRunningTheChart(t *testing.T) {
	luck := rand.New(rand.NewPCG(5, 5))
	c := BernoulliChart{Miss: 3, Alarm: 9}
	want, _ := c.RunLength(.25)
	runs, visits := 40_000, 0
	for range runs {
		sum, alarm := 0, false
		for !alarm {
			sum, alarm = c.Next(sum, luck.Float64() < .25)
			visits++
		}
	}
	near(t, "mean run", float64(visits)/float64(runs)/want, 1, .02)
}

func TestChartsThatCannotBeAreRefused(t *testing.T) {
	nan := math.NaN()
	for _, bad := range [][3]float64{{0, 3, 240}, {1, 3, 240}, {.1, 1, 240}, {.1, math.Inf(1), 240}, {.1, 3, 0}, {nan, 3, 240}, {.1, 3, nan}, {1e-9, 3, 240}, {.1, 1.0000001, 1e12}} {
		if c, ok := NewBernoulliChart(bad[0], bad[1], bad[2]); ok {
			t.Errorf("%v gives %+v", bad, c)
		}
	}
	same := make([]float64, 100)
	if c, ok := NewCusum(same, 100); ok {
		t.Errorf("residuals that never fall give %+v", c)
	}
	if _, ok := NewCusum(same[:29], 100); ok {
		t.Error("29 residuals tune a chart")
	}
	if _, ok := NewCusum(append(same, nan), 100); ok {
		t.Error("no number tunes a chart")
	}
}

// quantiles are n residuals that lie like the normal distribution.
func quantiles(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = distuv.UnitNormal.Quantile((float64(i) + .5) / float64(n))
	}
	return out
}

// runLength is the mean number of visits until an alarm at the limit, starting from 0.
func runLength(t *testing.T, residuals []float64, alarm float64) float64 {
	t.Helper()
	law, ok := newSteps(residuals)
	if !ok {
		t.Fatal("declined")
	}
	return law.run(int(math.Round(alarm / cusumStep)))
}

func TestNormalResidualsGiveTheKnownRunLengths(t *testing.T) {
	z := quantiles(20_001)
	// one-sided, allowance 0.5 (Brook and Evans 1972; Siegmund 1985): 335.4 at 4, 930.9 at 5
	for h, want := range map[float64]float64{3: 117.6, 4: 335.4, 5: 930.9} {
		near(t, fmt.Sprint("limit ", h), runLength(t, z, h)/want, 1, .04)
	}
	c, _ := NewCusum(z, 480)
	near(t, "limit for 480", c.Alarm, 4.35, .051)
	shifted := make([]float64, len(z))
	for i := range z {
		shifted[i] = z[i] - 1
	}
	near(t, "after a fall of one", runLength(t, shifted, 4), 8.38, .3)
}

func TestSkewedResidualsAskForAHigherLimit(t *testing.T) {
	z := make([]float64, 5000) // many good visits, a few very bad ones
	luck := rand.New(rand.NewPCG(7, 7))
	for i := range z {
		z[i] = 1 - luck.ExpFloat64()
	}
	skew, ok := NewCusum(z, 480)
	normal, _ := NewCusum(quantiles(5001), 480)
	if !ok || skew.Alarm < normal.Alarm+1 {
		t.Errorf("skewed %v, normal %v", skew.Alarm, normal.Alarm)
	}
	sum, n := 0.0, 0
	for range 300_000 {
		next, alarm := skew.Next(sum, 1-luck.ExpFloat64())
		if sum = next; alarm {
			sum = 0
			n++
		}
	}
	if perAlarm := 300_000 / float64(n); perAlarm < 380 || perAlarm > 900 {
		t.Errorf("one false alarm in %v visits", perAlarm)
	}
}

func TestLimitsGrowWithTheWantedRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SliceOfN(rapid.Float64Range(-4, 3), 30, 60).Draw(t, "z")
		a, okA := NewCusum(z, 50)
		b, okB := NewCusum(z, 500)
		if okB && (!okA || b.Alarm < a.Alarm) {
			t.Fatalf("%v then %v", a, b)
		}
	})
}

func TestGapsBetweenMissesHaveGeometricLimits(t *testing.T) {
	lo, hi, ok := GapLimits(.1, .95)
	if !ok || lo != 0 || hi != 35 { // 1 − 0.9^36 = 0.9775
		t.Errorf("%d to %d", lo, hi)
	}
	if _, _, ok := GapLimits(0, .95); ok {
		t.Error("answered where nobody misses")
	}
}

func BenchmarkNewCusum(b *testing.B) {
	z := quantiles(4001)
	for b.Loop() {
		NewCusum(z, 960)
	}
}
