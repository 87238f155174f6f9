package stats

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

// fixturePairs gives the counts of every branch for each standard of the reference network.
func fixturePairs(t testing.TB) (standards []string, pairs map[string][]Pair) {
	t.Helper()
	pairs = map[string][]Pair{}
	for _, r := range table(t, "fixture60x40_status.csv") {
		if pairs[r["standard"]] == nil {
			standards = append(standards, r["standard"])
		}
		var p Pair
		if _, err := fmt.Sscan(r["n"], &p.N); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(r["x"], &p.X); err != nil {
			t.Fatal(err)
		}
		p.Branches = 1
		pairs[r["standard"]] = append(pairs[r["standard"]], p)
	}
	return standards, pairs
}

func TestPoolFindsTheReferenceMeansAndWeights(t *testing.T) {
	_, pairs := fixturePairs(t)
	at := map[string]int{}
	for _, r := range table(t, "fixture60x40_bbmix_hyper.csv") {
		pool, ok := FitPool(pairs[r["standard"]])
		if !ok {
			t.Fatalf("%s: no pool", r["standard"])
		}
		part := pool.Parts[at[r["standard"]]]
		at[r["standard"]]++
		what := fmt.Sprintf("%s M=%s", r["standard"], r["M"])
		near(t, what+" M", part.Strength, r.f(t, "M"), 0)
		near(t, what+" m", part.Mean, r.f(t, "m"), 1e-6)
		near(t, what+" w", part.Weight, r.f(t, "w"), 1e-6)
	}
}

func TestPosteriorGivesTheReferenceProbabilities(t *testing.T) {
	_, pairs := fixturePairs(t)
	pools := map[string]Pool{}
	for k, p := range pairs {
		pools[k], _ = FitPool(p)
	}
	targets := map[string][2]float64{
		"std01": {.90, .96}, "std02": {.95, .98}, "std03": {.80, .93}, "std04": {.90, .97}, "std05": {.85, .95}, "std06": {.85, .95},
		"std07": {.70, .90}, "std08": {.80, .92}, "std09": {.75, .90}, "std10": {.85, .95}, "std11": {.65, .85}, "std12": {.95, .99},
	}
	for _, r := range table(t, "fixture60x40_status.csv") {
		n, x, target := r.i(t, "n"), r.i(t, "x"), targets[r["standard"]]
		post := pools[r["standard"]].Posterior(n, x)
		what := r["branch"] + " " + r["standard"]
		near(t, what+" mean", post.Mean(), r.f(t, "post_mean"), 1e-6)
		near(t, what+" below", post.Below(target[0]), r.f(t, "p_below"), 1e-6)
		near(t, what+" wow", 1-post.Below(target[1]), r.f(t, "p_wow"), 1e-6)
		near(t, what+" own", Own(n, x).Below(target[0]), r.f(t, "p_own_below"), 1e-6)
		column, _ := pools[r["standard"]].BelowByMet(target[0], n)
		near(t, what+" column", column[x], post.Below(target[0]), 1e-11)
	}
}

func genPairs(t *rapid.T) []Pair {
	p := rapid.Float64Range(0.02, 0.999).Draw(t, "p")
	one := rapid.Custom(func(t *rapid.T) Pair {
		n := rapid.IntRange(0, 60).Draw(t, "n")
		x := int(math.Round(float64(n) * math.Min(1, p*rapid.Float64Range(0.5, 1.5).Draw(t, "off"))))
		return Pair{N: n, X: x, Branches: rapid.IntRange(1, 3).Draw(t, "branches")}
	})
	return rapid.SliceOfN(one, 8, 40).Draw(t, "pairs")
}

func TestPoolMaximisesWhatGoldenSectionWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, ok := newGroup(genPairs(t))
		if !ok || g.branches < PoolMinBranches {
			t.Skip("nothing to pool")
		}
		m := rapid.SampledFrom(strengths()).Draw(t, "M")
		got := g.objective(m, g.bestLogit(m, g.crudeLogit()))
		want := goldenMax(func(l float64) float64 { return g.objective(m, l) })
		if got < want-1e-9*math.Max(1, math.Abs(want)) {
			t.Fatalf("M=%v: found %v, golden section finds %v", m, got, want)
		}
	})
}

func goldenMax(f func(float64) float64) float64 {
	const r = 0.6180339887498949
	lo, hi := logitLow, logitHigh
	for hi-lo > 1e-10 {
		a, b := hi-r*(hi-lo), lo+r*(hi-lo)
		if f(a) > f(b) {
			hi = b
		} else {
			lo = a
		}
	}
	return f((lo + hi) / 2)
}

func TestObjectiveIsTheBetaBinomialLikelihoodSummedOverBranches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pairs := genPairs(t)
		g, ok := newGroup(pairs)
		if !ok {
			t.Skip("no visits")
		}
		m, l := rapid.Float64Range(1, 200).Draw(t, "M"), rapid.Float64Range(-4, 7).Draw(t, "logit")
		a, b := m*expit(l), m*expit(-l)
		want := -ridge * l * l
		for _, p := range pairs {
			want += float64(p.Branches) * (mathext.Lbeta(a+float64(p.X), b+float64(p.N-p.X)) - mathext.Lbeta(a, b))
		}
		if got := g.objective(m, l); math.Abs(got-want) > 1e-8*math.Max(1, math.Abs(want)) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestPoolDoesNotDependOnTheOrderOfBranchesNorOnMerging(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pairs := genPairs(t)
		a, okA := FitPool(pairs)
		var single []Pair
		for _, p := range pairs {
			for range p.Branches {
				single = append(single, Pair{N: p.N, X: p.X, Branches: 1})
			}
		}
		b, okB := FitPool(rapid.Permutation(single).Draw(t, "order"))
		if okA != okB || !slices.Equal(a.Parts, b.Parts) {
			t.Fatalf("merged %v, single %v", a, b)
		}
	})
}

func TestAnotherCleanVisitNeverLowersTheMeanNorRaisesTheChanceOfBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool, ok := FitPool(genPairs(t))
		if !ok {
			t.Skip("nothing to pool")
		}
		n := rapid.IntRange(0, 80).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		target := rapid.Float64Range(0.05, 0.99).Draw(t, "target")
		before, after := pool.Posterior(n, x), pool.Posterior(n+1, x+1)
		if after.Mean() < before.Mean()-1e-12 {
			t.Fatalf("mean fell from %v to %v", before.Mean(), after.Mean())
		}
		if after.Below(target) > before.Below(target)+1e-12 {
			t.Fatalf("chance of below rose from %v to %v", before.Below(target), after.Below(target))
		}
	})
}

func TestQuantilesOfVeryManyVisitsAreThoseOfFewerTerms(t *testing.T) {
	for _, c := range [][2]int{{20_001, 10_000}, {60_000, 50_000}, {1_000_000, 985_000}, {1_000_000, 10_500}, {400_000_000, 300_000_000}} {
		m := Own(c[0], c[1])
		for _, q := range []float64{0.001, 0.05, 0.5 / 19, 0.3, 0.5, 0.8, 0.95, 0.999} {
			if got := m.Below(m.Quantile(q)); math.Abs(got-q) > 1e-6 {
				t.Errorf("%d of %d at %g: %g lies below", c[1], c[0], q, got)
			}
		}
	}
	if few := newBeta(firmFrom-1, 1e6); few.firm() {
		t.Error("few that missed it are firm")
	}
}

func BenchmarkQuantileOfVeryManyVisits(b *testing.B) {
	m := Own(1_000_000, 850_000)
	for b.Loop() {
		m.Quantile(0.3)
	}
}

func TestQuantileInvertsBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool, ok := FitPool(genPairs(t))
		if !ok {
			t.Skip("nothing to pool")
		}
		n := rapid.IntRange(0, 500).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		q := rapid.Float64Range(0.001, 0.999).Draw(t, "q")
		for _, m := range []Mixture{pool.Posterior(n, x), Own(n, x)} {
			at := m.Quantile(q)
			if at > 1-1e-9 || at < 1e-30 {
				continue // a share this close to 0 or 1 has no digits left to say which
			}
			if back := m.Below(at); math.Abs(back-q) > 1e-7 {
				t.Fatalf("%d of %d: quantile %v of %v gives back %v", x, n, at, q, back)
			}
		}
	})
}

func TestBetaDistributionAgreesWithGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(0.05, 3000).Draw(t, "a"), rapid.Float64Range(0.05, 3000).Draw(t, "b")
		x := rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "x")
		got, want := newBeta(a, b).cdf(pointAt(x)), mathext.RegIncBeta(a, b, x)
		if math.Abs(got-want) > 1e-10 {
			t.Fatalf("Beta(%v, %v) at %v: got %v, want %v", a, b, x, got, want)
		}
	})
}

func TestColumnsAgreeWithSingleProbabilities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 700).Draw(t, "n")
		target := rapid.Float64Range(0.001, 0.999).Draw(t, "target")
		column, ok := OwnBelowByMet(target, n)
		if !ok || len(column) != n+1 {
			t.Fatalf("no column for %d", n)
		}
		x := rapid.IntRange(0, n).Draw(t, "x")
		if want := Own(n, x).Below(target); math.Abs(column[x]-want) > 1e-10 {
			t.Fatalf("%d of %d below %v: column %v, alone %v", x, n, target, column[x], want)
		}
	})
}

func TestVisitsAheadAreAProbabilityWithTheBranchsOwnMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool, ok := FitPool(genPairs(t))
		if !ok {
			t.Skip("nothing to pool")
		}
		n := rapid.IntRange(0, 60).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		m := rapid.IntRange(1, 80).Draw(t, "m")
		ahead, ok := pool.Posterior(n, x).Ahead(m)
		total, mean := 0.0, 0.0
		for j, p := range ahead {
			total += p
			mean += p * float64(j) / float64(m)
		}
		if !ok || math.Abs(total-1) > 1e-9 || math.Abs(mean-pool.Posterior(n, x).Mean()) > 1e-9 {
			t.Fatalf("total %v, mean %v, want %v", total, mean, pool.Posterior(n, x).Mean())
		}
	})
}

func TestASmallGroupIsDrawnToItsOwnShare(t *testing.T) {
	pool := Pool{Parts: []PoolPart{{Strength: 8, Mean: 0.9, Weight: 0.25}, {Strength: 32, Mean: 0.8, Weight: 0.75}}}
	got := pool.Shift(60, 30)
	near(t, "first mean", got.Parts[0].Mean, (30+18.0)/80, 1e-15)
	near(t, "second mean", got.Parts[1].Mean, (30+16.0)/80, 1e-15)
	near(t, "strength and weight stay", got.Parts[1].Strength*got.Parts[1].Weight, 24, 0)
	near(t, "the parent stays as it was", pool.Parts[0].Mean, 0.9, 0)
	near(t, "a group without visits expects what its parent expects", pool.Shift(0, 0).Mean(), pool.Mean(), 0)
}

func TestPoolDeclinesWhatItCannotCarry(t *testing.T) {
	for name, pairs := range map[string][]Pair{
		"nobody":                      nil,
		"seven branches":              {{N: 5, X: 4, Branches: 7}},
		"eight, of which one unseen":  {{N: 5, X: 4, Branches: 7}, {Branches: 1}},
		"more met than visited":       {{N: 5, X: 6, Branches: 9}},
		"fewer than no branches":      {{N: 5, X: 5, Branches: 9}, {N: 5, X: 5, Branches: -1}},
		"met without a visit":         {{N: 5, X: 5, Branches: 9}, {N: 0, X: 1, Branches: 1}},
		"less than nothing was met":   {{N: 5, X: -1, Branches: 9}},
		"less than nothing was asked": {{N: -5, X: -5, Branches: 9}},
	} {
		if pool, ok := FitPool(pairs); ok {
			t.Errorf("%s: pooled to %v", name, pool)
		}
	}
}

func TestAPoolWhereEverythingWasMetStaysShortOfCertainty(t *testing.T) {
	pool, ok := FitPool([]Pair{{N: 6, X: 6, Branches: 50}})
	if !ok {
		t.Fatal("no pool")
	}
	if m := pool.Mean(); !(m > 0.95 && m < 1) {
		t.Errorf("mean %v", m)
	}
	if iv, ok := pool.Posterior(6, 6).Interval(0.9); !ok || !(iv.Lo > 0.9 && iv.Lo < iv.Hi && iv.Hi <= 1) {
		t.Errorf("interval %v", iv)
	}
}

func TestLongRunsOfVisitsCostNoMoreAndSayTheSame(t *testing.T) {
	short := tally{{start: 3, length: 30, count: 2}, {start: 33, length: 30, count: 2}}
	long := tally{{start: 3, length: 60, count: 2}}
	near(t, "logs", long.logs(1.7), short.logs(1.7), 1e-10)
	lf, ls := long.inverses(1.7)
	sf, ss := short.inverses(1.7)
	near(t, "first derivative", lf, sf, 1e-10)
	near(t, "second derivative", ls, ss, 1e-10)
}

func BenchmarkPool12Standards100Branches(b *testing.B) {
	standards, pairs := fixturePairs(b)
	for _, k := range standards {
		pairs[k] = append(pairs[k], pairs[k][:40]...)
	}
	for b.Loop() {
		for _, k := range standards {
			if _, ok := FitPool(pairs[k]); !ok {
				b.Fatal("no pool")
			}
		}
	}
}

func TestASmallGroupIsDoubtedAndALargeOneIsNot(t *testing.T) {
	small, _ := FitPool([]Pair{{N: 3, X: 1, Branches: 4}, {N: 3, X: 2, Branches: 5}, {N: 3, X: 3, Branches: 5}})
	large, _ := FitPool([]Pair{{N: 30, X: 10, Branches: 400}, {N: 30, X: 20, Branches: 500}, {N: 30, X: 30, Branches: 500}})
	if small.MeanSD() < 0.04 || large.MeanSD() > 0.01 {
		t.Errorf("the means are known to %.3f and %.3f", small.MeanSD(), large.MeanSD())
	}
	const target = 0.85
	for name, p := range map[string]Pool{"small": small, "large": large} {
		doubted := p.Doubted(target, Usual)
		weight := 0.0
		for _, q := range doubted.Parts {
			weight += q.Weight
		}
		if math.Abs(weight-1) > 1e-9 {
			t.Errorf("%s: weights add to %.12f", name, weight)
		}
		drawn := doubted.Mean() - p.Mean()
		if name == "small" && drawn < 0.03 || name == "large" && math.Abs(drawn) > 0.005 {
			t.Errorf("%s: the sceptic's mean is %.4f beside %.4f", name, doubted.Mean(), p.Mean())
		}
	}
	plain, doubted := small.Posterior(3, 1), small.Doubted(target, Usual).Posterior(3, 1)
	if a, b := plain.Below(target), doubted.Below(target); b >= a || b < 0.5 {
		t.Errorf("below by %.3f, by the sceptic %.3f", a, b)
	}
	if got := small.Doubted(1, Usual); got.Mean() != small.Mean() {
		t.Error("a certain target leaves nothing to doubt")
	}
}
