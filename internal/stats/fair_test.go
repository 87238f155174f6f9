package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// answers draws one standard: logit = line + 1·shopper/10 + 0.9·branch/10 + own, and says what scores would say of them.
func answers(seed uint64, branches, shoppers, visits int, line, own float64) (d BinaryData, theta []float64) {
	rng := rand.New(rand.NewPCG(seed, 11))
	d = BinaryData{
		Rows: [][]float64{{1, 0}, {1, 1}}, Branches: branches, ShopperSD: 4, DaySD: 10,
		Branch: make([]float64, branches), BranchSD: make([]float64, branches), Shopper: make([]float64, shoppers),
	}
	for j := range d.Shopper {
		d.Shopper[j] = 4 * rng.NormFloat64()
	}
	for b := range branches {
		truth := 4 * rng.NormFloat64()
		d.BranchSD[b] = 2
		d.Branch[b] = 0.75 * (truth + 4/math.Sqrt(3)*rng.NormFloat64()) // as far as scores tell
		w := own * rng.NormFloat64()
		at := line + 0.9*truth/10 + w
		theta = append(theta, expit(at/math.Sqrt(1+probitLike*0.16)))
		for range visits {
			j, row := rng.IntN(shoppers), rng.IntN(2)
			c := BinaryCell{Branch: int32(b), Shopper: int32(j), Row: int32(row), N: 1}
			if rng.Float64() < expit(at+d.Shopper[j]/10) {
				c.X = 1
			}
			d.Cells = append(d.Cells, c)
		}
	}
	return d, theta
}

func TestTheMarginalLikelihoodIsThatOfLme4(t *testing.T) {
	var ref map[string]struct {
		Branch struct {
			LogLik    float64 `json:"loglik"`
			Intercept float64
			Variance  float64 `json:"var_branch"`
			Ranef     []struct {
				Level string
				Blup  float64
			}
		} `json:"branch_only_AGQ25"`
	}
	document(t, "fixture60x40_glmm.json", &ref)
	for standard, want := range ref {
		branches := numbered{}
		d := BinaryData{Rows: [][]float64{{1}}, Shopper: []float64{0}}
		for _, r := range table(t, "fixture60x40_visits.csv") {
			if r[standard] == "NA" || r[standard] == "" {
				continue
			}
			c := BinaryCell{Branch: int32(branches.of(r["branch"])), N: 1}
			if r[standard] != "0" {
				c.X = 1
			}
			d.Cells = append(d.Cells, c)
		}
		slices.SortStableFunc(d.Cells, func(a, b BinaryCell) int { return int(a.Branch - b.Branch) })
		d.Branches = len(branches)
		d.Branch, d.BranchSD = make([]float64, d.Branches), make([]float64, d.Branches)
		tau := math.Sqrt(want.Branch.Variance)
		f := BinaryFit{Fixed: []float64{want.Branch.Intercept / scale(tau)}}
		near(t, standard+" log likelihood", f.likelihood(&d, tau), want.Branch.LogLik, 5e-3) // ±4 deviations leave out 6·10⁻⁵
		s, lines := newStrip(), f.lines(&d, tau)
		for _, b := range want.Branch.Ranef {
			i := int32(branches.of(b.Level))
			from, _ := slices.BinarySearchFunc(d.Cells, i, func(c BinaryCell, i int32) int { return int(c.Branch - i) })
			to, _ := slices.BinarySearchFunc(d.Cells, i+1, func(c BinaryCell, i int32) int { return int(c.Branch - i) })
			s.load(&f, &d, tau, lines, from, to)
			mode, _ := s.mode(tau)
			near(t, standard+" "+b.Level, mode, b.Blup, 1e-3)
		}
	}
}

func TestTheRegressionFindsWhatWasDrawn(t *testing.T) {
	d, _ := answers(3, 400, 60, 60, 1.5, 0.3)
	f, ok := FitBinary(d)
	if !ok {
		t.Fatal("refused")
	}
	best := 0.0
	for _, p := range f.Parts {
		best += p.Weight * p.Tau
	}
	steep := scale(best)
	near(t, "level", f.Fixed[0]*steep, 1.5, 0.1)
	near(t, "scenario", f.Fixed[1]*steep, 0, 0.1)
	near(t, "shopper", f.Shopper*steep, 1, 0.1)
	near(t, "branch", f.Branch*steep, 0.9, 0.2)
	near(t, "own", best, 0.3, 0.1)
}

func TestBeliefsAboutSharesCoverTheTruth(t *testing.T) {
	for _, visits := range []int{3, 12, 60} {
		const standards = 6
		data, fits, truths := make([]BinaryData, standards), make([]*BinaryFit, standards), make([][]float64, standards)
		for k := range data {
			data[k], truths[k] = answers(uint64(k), 150, 40, visits, 1.6, 0.4)
			f, ok := FitBinary(data[k])
			if !ok {
				t.Fatal("refused")
			}
			fits[k] = &f
		}
		LearnTaus(fits)
		within, all, said := 0, 0, 0.0
		for k, f := range fits {
			ask := f.Ask(&data[k])
			for b, truth := range truths[k] {
				belief := ask.Branch(b, []BinaryMix{{1, []float64{1, 0}}, {1, []float64{1, 1}}})
				iv, ok := belief.Interval(0.9)
				if !ok || !(iv.Lo <= belief.Mean() && belief.Mean() <= iv.Hi) {
					t.Fatalf("interval %v about %v", iv, belief.Mean())
				}
				all++
				if truth >= iv.Lo && truth <= iv.Hi {
					within++
				}
				said += belief.Below(truth)
			}
		}
		if share := float64(within) / float64(all); share < 0.85 || share > 0.95 {
			t.Errorf("%d visits: 90 %% intervals hold the truth in %.1f %%", visits, 100*share)
		}
		if mean := said / float64(all); math.Abs(mean-0.5) > 0.06 {
			t.Errorf("%d visits: the truth lies at %.2f of the distribution on average", visits, mean)
		}
	}
}

func TestBinsSumWhatSingleVisitsSum(t *testing.T) {
	d, _ := answers(5, 3, 30, 400, 1, 0.5)
	f := BinaryFit{Fixed: []float64{1, 0.2}, Shopper: 1, Branch: 1}
	binned, single := newStrip(), newStrip()
	lines := f.lines(&d, 0.5)
	binned.load(&f, &d, 0.5, lines, 0, 400)
	if len(binned.at) >= 200 {
		t.Fatalf("%d bins for 400 visits", len(binned.at))
	}
	for _, c := range d.Cells[:400] {
		single.met += float64(c.X)
		eta := lines[c.Row] + scale(0.5)*perTen*(d.Shopper[c.Shopper]+d.Branch[c.Branch])
		single.line += float64(c.X) * eta
		single.at, single.n = append(single.at, eta), append(single.n, 1)
	}
	for w := -3.0; w <= 3; w += 0.25 {
		near(t, "log likelihood", binned.logLikelihood(w), single.logLikelihood(w), 4e-4)
	}
	binned.integrate(0.7)
	single.integrate(0.7)
	near(t, "marginal likelihood", binned.log, single.log, 4e-4)
}

func TestBelowIsADistributionFunction(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _ := answers(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 12).Draw(t, "branches"), rapid.IntRange(1, 6).Draw(t, "shoppers"),
			rapid.IntRange(1, 90).Draw(t, "visits"), rapid.Float64Range(-6, 6).Draw(t, "line"), rapid.Float64Range(0, 2).Draw(t, "own"))
		f, ok := FitBinary(d)
		if !ok {
			t.Fatal("refused")
		}
		total := 0.0
		for _, p := range f.Parts {
			total += p.Weight
		}
		if math.Abs(total-1) > 1e-9 {
			t.Fatalf("weights add to %v", total)
		}
		belief := f.Ask(&d).Branch(0, []BinaryMix{{2, []float64{1, 0}}, {1, []float64{1, 1}}})
		last := 0.0
		for _, x := range []float64{-1, 0, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999, 1, 2} {
			p := belief.Below(x)
			if !(p >= last-1e-9 && p <= 1) {
				t.Fatalf("P(θ < %v) is %v after %v", x, p, last)
			}
			last = p
		}
		if belief.Below(0) != 0 || belief.Below(1) != 1 {
			t.Fatal("the ends are not certain")
		}
		if m := belief.Mean(); !(m > 0 && m < 1) {
			t.Fatalf("mean %v", m)
		}
	})
}

func TestEverythingMetAndNothingMetStayFinite(t *testing.T) {
	for _, met := range []int32{0, 1} {
		d, _ := answers(1, 30, 10, 6, 1, 0.2)
		for i := range d.Cells {
			d.Cells[i].X = met
		}
		f, ok := FitBinary(d)
		if !ok {
			t.Fatal("refused")
		}
		belief := f.Ask(&d).Branch(3, []BinaryMix{{1, []float64{1, 0}}})
		if m := belief.Mean(); !(m > 0.0001 && m < 0.9999) || math.Abs(m-float64(met)) > 0.1 {
			t.Errorf("all %d: mean %v", met, m)
		}
	}
}

func TestImpossibleAnswersAreRefused(t *testing.T) {
	good := func() BinaryData {
		d, _ := answers(1, 3, 2, 2, 1, 0.2)
		return d
	}
	for name, harm := range map[string]func(*BinaryData){
		"more met than asked": func(d *BinaryData) { d.Cells[0].X = 2 },
		"no such branch":      func(d *BinaryData) { d.Cells[5].Branch = 3 },
		"no such shopper":     func(d *BinaryData) { d.Cells[0].Shopper = 2 },
		"no such row":         func(d *BinaryData) { d.Cells[0].Row = -1 },
		"not by branch":       func(d *BinaryData) { slices.Reverse(d.Cells) },
		"no rows":             func(d *BinaryData) { d.Rows = nil },
		"no visits":           func(d *BinaryData) { d.Cells = nil },
		"effects missing":     func(d *BinaryData) { d.Branch = d.Branch[:2] },
	} {
		d := good()
		harm(&d)
		if _, ok := FitBinary(d); ok {
			t.Errorf("%s: accepted", name)
		}
		if _, ok := d.Slopes(); ok {
			t.Errorf("%s: regressed", name)
		}
	}
}

func TestSlopesArePooledWhereThereAreEnough(t *testing.T) {
	one := BinaryPrior{Shopper: BinarySlope{1, 4}, Branch: BinarySlope{2, 9}, Day: BinarySlope{0.5, 1}}
	if got := PoolSlopes(slices.Repeat([]BinaryPrior{one}, 4)); got != (BinaryPrior{}) {
		t.Errorf("four standards say %+v", got)
	}
	got := PoolSlopes(slices.Repeat([]BinaryPrior{one}, 10))
	near(t, "mean", got.Branch.Mean, 2, 1e-12)
	near(t, "precision", got.Branch.Precision, 90, 1e-9) // ten that agree: as sure as all together
	far := PoolSlopes([]BinaryPrior{{Branch: BinarySlope{-9, 4}}, {Branch: BinarySlope{9, 4}}, {Branch: BinarySlope{-9, 4}}, {Branch: BinarySlope{9, 4}}, {Branch: BinarySlope{0, 4}}})
	if far.Branch.Precision > 0.05 {
		t.Errorf("standards that contradict each other are sure by %v", far.Branch.Precision)
	}
}
