package stats

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestFunnelLimitsAgreeWithTheReference(t *testing.T) {
	for _, r := range table(t, "funnel_limits_exact.csv") {
		target, n := r.f(t, "target"), r.i(t, "n")
		for col, p := range map[string]float64{"lim_0.001": .001, "lim_0.025": .025, "lim_0.975": .975, "lim_0.999": .999} {
			got, ok := FunnelLimit(target, n, p)
			if !ok {
				t.Fatalf("%v: declined", r)
			}
			near(t, fmt.Sprintf("%v of %d, %s", target, n, col), got, r.f(t, col), 1e-6)
		}
	}
}

func TestFunnelLimitsNeverCrossAndStayShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Float64Range(0.001, 0.999).Draw(t, "target")
		n := rapid.IntRange(1, 3000).Draw(t, "n")
		last := 0.0
		for _, p := range []float64{.001, .025, .5, .975, .999} {
			v, ok := FunnelLimit(target, n, p)
			if !ok || v < last-1e-12 || v > 1 {
				t.Fatalf("limit %v is %v after %v", p, v, last)
			}
			last = v
		}
	})
	for _, bad := range [][3]float64{{0, 5, .5}, {1, 5, .5}, {.5, 0, .5}, {.5, 5, 0}, {.5, 5, 1}, {math.NaN(), 5, .5}} {
		if _, ok := FunnelLimit(bad[0], int(bad[1]), bad[2]); ok {
			t.Errorf("%v answered", bad)
		}
	}
}

// The 71 historical control groups of rat tumours (Tarone 1982) stand for institutions, as in the reference.
func TestOverDispersionAgreesWithTheReference(t *testing.T) {
	var want struct {
		P0           float64 `json:"p0"`
		PhiRaw       float64 `json:"phi_raw"`
		PhiWinsor    float64 `json:"phi_winsor10"`
		TauRaw       float64 `json:"tau2_raw"`
		TauWinsor    float64 `json:"tau2_winsor10"`
		ArcRaw       float64 `json:"phi_arcsine_raw"`
		ArcWinsor    float64 `json:"phi_arcsine_winsor10"`
		Out998       int     `json:"outside_998_unadjusted"`
		Out998Mult   int     `json:"outside_998_multiplicative"`
		Out998Add    int     `json:"outside_998_additive"`
		Out95        int     `json:"outside_95_unadjusted"`
		Out95Add     int     `json:"outside_95_additive"`
		Institutions int     `json:"I"`
	}
	document(t, "funnel_overdispersion.json", &want)
	rows := table(t, "rat_tumours.csv")
	met, seen := 0.0, 0.0
	for _, r := range rows {
		met += r.f(t, "y")
		seen += r.f(t, "n")
	}
	p0 := met / seen
	near(t, "p0", p0, want.P0, 1e-6)
	var off, sd, arcOff, arcSD []float64
	for _, r := range rows {
		n := r.f(t, "n")
		off, sd = append(off, r.f(t, "y")/n-p0), append(sd, math.Sqrt(p0*(1-p0)/n))
		arcOff = append(arcOff, math.Asin(math.Sqrt(r.f(t, "y")/n))-math.Asin(math.Sqrt(p0)))
		arcSD = append(arcSD, 1/(2*math.Sqrt(n)))
	}
	raw, _ := FunnelDispersion(off, sd, 0)
	winsor, _ := FunnelDispersion(off, sd, 0.1)
	arcRaw, _ := FunnelDispersion(arcOff, arcSD, 0)
	arcWinsor, _ := FunnelDispersion(arcOff, arcSD, 0.1)
	near(t, "phi", raw.Phi, want.PhiRaw, 1e-6)
	near(t, "phi, winsorised", winsor.Phi, want.PhiWinsor, 1e-6)
	near(t, "tau2", raw.Tau2, want.TauRaw, 1e-6)
	near(t, "tau2, winsorised", winsor.Tau2, want.TauWinsor, 1e-6)
	near(t, "phi, arcsine", arcRaw.Phi, want.ArcRaw, 1e-6)
	near(t, "phi, arcsine winsorised", arcWinsor.Phi, want.ArcWinsor, 1e-6)
	outside := func(level, phi, tau2 float64) int {
		count := 0
		for i := range off {
			if math.Abs(off[i])/math.Sqrt(phi*sd[i]*sd[i]+tau2) > zTwoSided(level) {
				count++
			}
		}
		return count
	}
	got := [6]int{len(rows), outside(.998, 1, 0), outside(.998, winsor.Phi, 0), outside(.998, 1, winsor.Tau2), outside(.95, 1, 0), outside(.95, 1, winsor.Tau2)}
	if got != [6]int{want.Institutions, want.Out998, want.Out998Mult, want.Out998Add, want.Out95, want.Out95Add} {
		t.Errorf("outside: %v", got)
	}
}

func TestResultsThatDifferLessThanLuckAreNotOverDispersed(t *testing.T) {
	d, ok := FunnelDispersion([]float64{.1, -.1, .05}, []float64{1, 1, 2}, 0.1)
	if !ok || d.Tau2 != 0 || d.Phi > 1 {
		t.Errorf("%+v", d)
	}
	for name, bad := range map[string][2][]float64{
		"one result": {{1}, {1}}, "unequal": {{1, 2}, {1}}, "no error": {{1, 2}, {1, 0}}, "no number": {{1, math.NaN()}, {1, 1}},
	} {
		if _, ok := FunnelDispersion(bad[0], bad[1], 0.1); ok {
			t.Errorf("%s: answered", name)
		}
	}
}

func TestBinomialPIsTheSmallerTailTwice(t *testing.T) {
	p, _ := BinomialP(10, 10, 0.5)
	near(t, "10 of 10", p, 2.0/1024, 1e-12)
	p, _ = BinomialP(10, 1, 0.5)
	near(t, "1 of 10", p, 22.0/1024, 1e-12)
	p, _ = BinomialP(10, 5, 0.5)
	near(t, "5 of 10", p, 1, 0)
	if _, ok := BinomialP(0, 0, .5); ok {
		t.Error("answered without visits")
	}
}

func TestAFunnelReachesOnlyWithEnoughVisits(t *testing.T) {
	if n, ok := FunnelReach(0.9, 0.001); !ok || n != 4 { // 0.1³ is 0.001 and not below it
		t.Errorf("%d", n)
	}
	for n := 1; n <= 6; n++ {
		limit, _ := FunnelLimit(0.9, n, 0.001)
		if (limit > 1e-9) != (n >= 4) {
			t.Errorf("at %d visits the limit is %v", n, limit)
		}
	}
}

func TestEstimatesAreCombinedAsTheEightSchoolsAre(t *testing.T) {
	type method struct {
		Mu     float64   `json:"mu"`
		SE     float64   `json:"se_mu"`
		Tau2   float64   `json:"tau2"`
		Tau2SE float64   `json:"se_tau2"`
		Q      float64   `json:"Q"`
		Blup   []float64 `json:"blup"`
		BlupSE []float64 `json:"blup_se"`
	}
	var want struct{ DL method }
	document(t, "eight_schools.json", &want)
	var d, v []float64
	for _, r := range table(t, "eight_schools.csv") {
		d, v = append(d, r.f(t, "y")), append(v, r.f(t, "se")*r.f(t, "se"))
	}
	c, ok := Combine(d, v)
	if !ok {
		t.Fatal("declined")
	}
	near(t, "mean", c.Mean, want.DL.Mu, 1e-5)
	near(t, "its error", c.SE, want.DL.SE, 1e-5)
	near(t, "tau2", c.Tau2, want.DL.Tau2, 1e-5)
	near(t, "its error", c.Tau2SE, want.DL.Tau2SE, 1e-5)
	near(t, "Q", c.Q, want.DL.Q, 1e-5)
	for i := range d {
		value, sd := c.Shrink(d[i], v[i])
		near(t, "school", value, want.DL.Blup[i], 1e-5)
		near(t, "its error", sd, want.DL.BlupSE[i], 1e-5)
	}
}

// The same schools with errors a third as large do differ: τ² = (Q−7)/(Σw−Σw²/Σw), worked out by hand.
func TestEstimatesThatDifferKeepTheirDistance(t *testing.T) {
	c, _ := Combine([]float64{0, 10, 20}, []float64{1, 1, 1})
	near(t, "tau2", c.Tau2, (200-2)/(3-1.0), 1e-9)
	near(t, "mean", c.Mean, 10, 1e-12)
	near(t, "error", c.SE, math.Sqrt(100.0/3), 1e-9)
	value, sd := c.Shrink(0, 1)
	near(t, "first", value, 10-10*.99, 1e-9)
	near(t, "its error", sd, math.Sqrt(.99+.0001*100/3), 1e-9)
	if f := (Combined{Tau2: 0.1}).Floored(0.25); f.Tau2 != 0.25 {
		t.Errorf("floor %v", f.Tau2)
	}
	for name, bad := range map[string][2][]float64{"none": {}, "unequal": {{1, 2}, {1}}, "exact": {{1, 2}, {1, 0}}, "no number": {{math.Inf(1)}, {1}}} {
		if _, ok := Combine(bad[0], bad[1]); ok {
			t.Errorf("%s: answered", name)
		}
	}
}

func TestAFewThatMovedDoNotMoveTheSteadyMean(t *testing.T) {
	d, v := []float64{0, 1, -1, .5, -.5, 40}, []float64{1, 1, 1, 1, 1, 1}
	c, _ := Combine(d, v)
	steady, ok := Steady(d, v)
	if !ok || c.Fixed < 6 || steady > .6 || steady < 0 {
		t.Errorf("mean %v, steady %v", c.Fixed, steady)
	}
	exact, _ := Steady([]float64{0, 1}, []float64{1, 3})
	near(t, "without far ones it is the mean", exact, .25, 1e-12)
	f, _ := Combine([]float64{0, 9}, []float64{1, 3})
	near(t, "fixed", f.Fixed, 2.25, 1e-12)
	near(t, "its error", f.FixedSE, math.Sqrt(4.0/3+10.0/9*f.Tau2)/(4.0/3), 1e-12)
	if a := f.AroundFixed(); a.Mean != f.Fixed || a.SE != f.FixedSE || a.Tau2 != f.Tau2 {
		t.Errorf("%+v", a)
	}
	if _, ok := Steady(nil, nil); ok {
		t.Error("a mean of nothing")
	}
}

func TestCombiningDoesNotDependOnTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		d := rapid.SliceOfN(rapid.Float64Range(-50, 50), n, n).Draw(t, "d")
		v := rapid.SliceOfN(rapid.Float64Range(.1, 90), n, n).Draw(t, "v")
		at := rapid.Permutation(indices(n)).Draw(t, "order")
		d2, v2 := make([]float64, n), make([]float64, n)
		for i, j := range at {
			d2[i], v2[i] = d[j], v[j]
		}
		a, _ := Combine(d, v)
		b, _ := Combine(d2, v2)
		if a != b {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestBattingAveragesAreDrawnInAsEfronAndMorrisDid(t *testing.T) {
	var want struct {
		Ybar    float64 `json:"ybar"`
		Sigma2  float64 `json:"sigma2"`
		SumSq   float64 `json:"sum_sq"`
		C1977   float64 `json:"c_1977"`
		CExact  float64 `json:"c_exact_hits"`
		SSE     float64 `json:"sse_mle"`
		SSEJS   float64 `json:"sse_js"`
		Ratio   float64 `json:"ratio"`
		Arcsine struct {
			Xbar    float64 `json:"xbar"`
			V       float64 `json:"V"`
			C       float64 `json:"c"`
			Loss    float64 `json:"loss_mle"`
			LossJS  float64 `json:"loss_js"`
			Comment string  `json:"-"`
		} `json:"arcsine"`
	}
	document(t, "efron_morris.json", &want)
	var y, exact, x, truth, truthX []float64
	for _, r := range table(t, "efron_morris.csv") {
		y, exact, truth = append(y, r.f(t, "y")), append(exact, r.f(t, "r")/r.f(t, "ab")), append(truth, r.f(t, "p"))
		x = append(x, math.Sqrt(45)*math.Asin(2*r.f(t, "r")/r.f(t, "ab")-1))
		truthX = append(truthX, math.Sqrt(r.f(t, "ab"))*math.Asin(2*r.f(t, "p")-1))
	}
	near(t, "variance", want.Ybar*(1-want.Ybar)/45, want.Sigma2, 1e-5)
	mean, c, _ := JamesStein(y, want.Sigma2)
	near(t, "mean", mean, want.Ybar, 1e-5)
	near(t, "factor", c, want.C1977, 1e-5)
	meanE, cE, _ := JamesStein(exact, mean2(exact)*(1-mean2(exact))/45)
	near(t, "factor by hits", cE, want.CExact, 1e-5)
	meanX, cX, _ := JamesStein(x, 1)
	near(t, "arcsine mean", meanX, want.Arcsine.Xbar, 1e-5)
	near(t, "arcsine factor", cX, want.Arcsine.C, 1e-5)
	var sse, sseJS, loss, lossJS float64
	for i, r := range table(t, "efron_morris.csv") {
		js := mean + c*(y[i]-mean)
		near(t, r["name"], math.Floor(1e6*js+.5)/1e6, r.f(t, "js1977"), 1e-5)
		near(t, r["name"]+" by hits", meanE+cE*(exact[i]-meanE), r.f(t, "js_exact"), 1e-5)
		sse += (y[i] - truth[i]) * (y[i] - truth[i])
		sseJS += (js - truth[i]) * (js - truth[i])
		loss += (x[i] - truthX[i]) * (x[i] - truthX[i])
		jsX := meanX + cX*(x[i]-meanX)
		lossJS += (jsX - truthX[i]) * (jsX - truthX[i])
	}
	near(t, "error", sse, want.SSE, 1e-5)
	near(t, "error drawn in", sseJS, want.SSEJS, 1e-5)
	near(t, "ratio", sse/sseJS, want.Ratio, 1e-3)
	near(t, "arcsine error", loss, want.Arcsine.Loss, 1e-5)
	near(t, "arcsine error drawn in", lossJS, want.Arcsine.LossJS, 1e-5)
	if _, _, ok := JamesStein(y[:3], 1); ok {
		t.Error("three estimates were drawn in")
	}
}

func mean2(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
