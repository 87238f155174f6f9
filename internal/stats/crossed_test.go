package stats

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// lme4 is one fit of the reference.
type lme4 struct {
	Criterion float64
	Variances map[string]float64
	Fixed     map[string]struct{ Est, SE float64 }
	Ranef     map[string][]struct {
		Level  string
		Blup   float64
		CondSD float64 `json:"cond_sd"`
	}
}

// numbered gives names numbers in the order of their first appearance.
type numbered map[string]int

func (n numbered) of(name string) int {
	if _, ok := n[name]; !ok {
		n[name] = len(n)
	}
	return n[name]
}

func visitCell(branch, shopper, row int, score int64) CrossedCell {
	return CrossedCell{Branch: branch, Shopper: shopper, Row: row, N: 1, Sum: score, Sum2: score * score}
}

func penicillin(t testing.TB) (CrossedData, numbered, numbered) {
	t.Helper()
	plates, samples := numbered{}, numbered{}
	d := CrossedData{Rows: [][]float64{{1}}, Unit: 1}
	for _, r := range table(t, "penicillin.csv") {
		v, ok := parseWhole(r["diameter"])
		if !ok {
			t.Fatal(r)
		}
		d.Cells = append(d.Cells, visitCell(plates.of(r["plate"]), samples.of(r["sample"]), 0, v))
	}
	d.Branches, d.Shoppers = len(plates), len(samples)
	return d, plates, samples
}

func parseWhole(s string) (int64, bool) {
	v := int64(0)
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = 10*v + int64(c-'0')
	}
	return v, s != ""
}

// network60 is the reference network: rows are the scenarios, "purchase" the first.
func network60(t testing.TB, scenario bool) (CrossedData, numbered, numbered) {
	t.Helper()
	branches, shoppers := numbered{}, numbered{}
	rows := numbered{"purchase": 0, "browse": 1, "complaint": 2, "online": 3}
	d := CrossedData{Rows: [][]float64{{1, 0, 0, 0}, {1, 1, 0, 0}, {1, 0, 1, 0}, {1, 0, 0, 1}}, Unit: 0.01}
	if !scenario {
		rows, d.Rows = numbered{"purchase": 0, "browse": 0, "complaint": 0, "online": 0}, [][]float64{{1}}
	}
	for _, r := range table(t, "fixture60x40_visits.csv") {
		v, ok := parseWhole(r["score_bp"])
		if !ok {
			t.Fatal(r)
		}
		d.Cells = append(d.Cells, visitCell(branches.of(r["branch"]), shoppers.of(r["shopper"]), rows[r["scenario"]], v))
	}
	d.Branches, d.Shoppers = len(branches), len(shoppers)
	return d, branches, shoppers
}

func mustCross(t testing.TB, d CrossedData) *Crossed {
	t.Helper()
	c, ok := NewCrossed(d)
	if !ok {
		t.Fatal("the data were refused")
	}
	return c
}

// agrees checks a plain fit against lme4's.
func agrees(t *testing.T, d CrossedData, ref *lme4, branch, shopper string, branches, shoppers numbered, columns []string) {
	t.Helper()
	c := mustCross(t, d)
	v, criterion, ok := c.REML(REML)
	if !ok {
		t.Fatal("declined")
	}
	near(t, "criterion", criterion, ref.Criterion, 1e-4)
	near(t, "branch variance", v.Branch/ref.Variances[branch], 1, 1e-3)
	near(t, "shopper variance", v.Shopper/ref.Variances[shopper], 1, 1e-3)
	near(t, "visit variance", v.Visit/ref.Variances["Residual"], 1, 1e-3)
	f, ok := c.Solve(v)
	if !ok {
		t.Fatal("not solved")
	}
	near(t, "criterion of the solution", f.Criterion, criterion, 1e-8)
	for k, name := range columns {
		near(t, name, f.Fixed[k], ref.Fixed[name].Est, 1e-3)
		near(t, name+"'s error", math.Sqrt(f.FixedVar[k*len(columns)+k]), ref.Fixed[name].SE, 1e-3)
	}
	for _, b := range ref.Ranef[branch] {
		near(t, b.Level, f.BranchEffect[branches.of(b.Level)], b.Blup, 1e-3)
		near(t, b.Level+"'s error", math.Sqrt(f.BranchVar[branches.of(b.Level)]), b.CondSD, 1e-3)
	}
	for _, s := range ref.Ranef[shopper] {
		near(t, s.Level, f.ShopperEffect[shoppers.of(s.Level)], s.Blup, 1e-3)
		near(t, s.Level+"'s error", math.Sqrt(f.ShopperVar[shoppers.of(s.Level)]), s.CondSD, 1e-3)
	}
}

func TestCrossedModelAgreesWithLme4OnPenicillin(t *testing.T) {
	var ref lme4
	document(t, "lmm_penicillin.json", &ref)
	d, plates, samples := penicillin(t)
	agrees(t, d, &ref, "plate", "sample", plates, samples, []string{"(Intercept)"})
	// the other way round the other side is absorbed
	for i, c := range d.Cells {
		d.Cells[i].Branch, d.Cells[i].Shopper = c.Shopper, c.Branch
	}
	d.Branches, d.Shoppers = d.Shoppers, d.Branches
	agrees(t, d, &ref, "sample", "plate", samples, plates, []string{"(Intercept)"})
}

func TestCrossedModelAgreesWithLme4OnTheReferenceNetwork(t *testing.T) {
	var ref struct {
		WithScenario  lme4 `json:"with_scenario"`
		InterceptOnly lme4 `json:"intercept_only"`
	}
	document(t, "fixture60x40_lmm.json", &ref)
	d, branches, shoppers := network60(t, true)
	agrees(t, d, &ref.WithScenario, "branch", "shopper", branches, shoppers,
		[]string{"(Intercept)", "scenariobrowse", "scenariocomplaint", "scenarioonline"})
	d, branches, shoppers = network60(t, false)
	agrees(t, d, &ref.InterceptOnly, "branch", "shopper", branches, shoppers, []string{"(Intercept)"})
}

func TestWithoutShoppersTheModelIsTheOneWayModel(t *testing.T) {
	var ref struct {
		Criterion float64
		Variances struct{ Batch, Residual float64 }
	}
	document(t, "lmm_dyestuff.json", &ref)
	batches, d := numbered{}, CrossedData{Rows: [][]float64{{1}}, Unit: 1, Shoppers: 1}
	for _, r := range table(t, "dyestuff.csv") {
		v, _ := parseWhole(r["Yield"])
		d.Cells = append(d.Cells, visitCell(batches.of(r["Batch"]), 0, 0, v))
	}
	d.Branches = len(batches)
	v, criterion, ok := mustCross(t, d).OneSided(REML)
	if !ok {
		t.Fatal("declined")
	}
	near(t, "criterion", criterion, ref.Criterion, 1e-4)
	near(t, "batch variance", v.Branch/ref.Variances.Batch, 1, 1e-3)
	near(t, "residual variance", v.Visit/ref.Variances.Residual, 1, 1e-3)
	if _, _, ok := mustCross(t, d).REML(REML); ok {
		t.Error("one shopper for all branches was told from them")
	}
}

func TestProfileOfShoppersMeetsTheReference(t *testing.T) {
	var ref struct {
		Profile struct{ Sig02 []float64 } `json:"profile_ci90_sd"`
	}
	document(t, "fixture60x40_lmm.json", &ref)
	d, _, _ := network60(t, true)
	iv, ok := mustCross(t, d).ProfileShopper()
	if !ok {
		t.Fatal("declined")
	}
	// the reference profiles the full likelihood, this one the restricted: the same but for the fixed effects' share
	near(t, "lower end", iv.Lo, ref.Profile.Sig02[0], 0.08)
	near(t, "upper end", iv.Hi, ref.Profile.Sig02[1], 0.08)
}

// crossedWorld draws a network: branch and shopper deviations, visits at random.
func crossedWorld(seed uint64, branches, shoppers, visits int, sdB, sdS, sdE float64) CrossedData {
	rng := rand.New(rand.NewPCG(seed, 5))
	b, s := make([]float64, branches), make([]float64, shoppers)
	for i := range b {
		b[i] = sdB * rng.NormFloat64()
	}
	for j := range s {
		s[j] = sdS * rng.NormFloat64()
	}
	d := CrossedData{Branches: branches, Shoppers: shoppers, Rows: [][]float64{{1, 0}, {1, 1}}, Unit: 0.01}
	for range visits {
		i, j, row := rng.IntN(branches), rng.IntN(shoppers), rng.IntN(2)
		y := 80 + b[i] + s[j] + 2*float64(row) + sdE*rng.NormFloat64()
		d.Cells = append(d.Cells, visitCell(i, j, row, int64(math.Round(100*y))))
	}
	return d
}

func TestMomentsAreCloseForManyVisits(t *testing.T) {
	v, ok := mustCross(t, crossedWorld(3, 200, 150, 60_000, 3, 4, 10)).Moments()
	if !ok {
		t.Fatal("declined")
	}
	near(t, "branch", math.Sqrt(v.Branch)/3, 1, 0.15)
	near(t, "shopper", math.Sqrt(v.Shopper)/4, 1, 0.15)
	near(t, "visit", math.Sqrt(v.Visit)/10, 1, 0.02)
}

func TestConjugateGradientsSolveWhatTheDenseMatrixSolves(t *testing.T) {
	for _, flip := range []bool{false, true} {
		d := crossedWorld(4, 120, 90, 4000, 3, 4, 10)
		if flip {
			d = crossedWorld(4, 90, 120, 4000, 3, 4, 10)
		}
		c := mustCross(t, d)
		v := Variances{Branch: 9, Shopper: 16, Visit: 100}
		dense, ok := c.Solve(v)
		if !ok {
			t.Fatal("not solved")
		}
		sparse, ok := c.iterate(v)
		if !ok {
			t.Fatal("not solved by iteration")
		}
		for k := range dense.Fixed {
			near(t, "fixed", sparse.Fixed[k], dense.Fixed[k], 1e-6)
			near(t, "its variance", sparse.FixedVar[3*k]/dense.FixedVar[3*k], 1, 1e-6)
		}
		for i := range dense.BranchEffect {
			near(t, "branch", sparse.BranchEffect[i], dense.BranchEffect[i], 1e-6)
			near(t, "its variance", sparse.BranchVar[i]/dense.BranchVar[i], 1, 0.1)
		}
		for j := range dense.ShopperEffect {
			near(t, "shopper", sparse.ShopperEffect[j], dense.ShopperEffect[j], 1e-6)
			near(t, "its variance", sparse.ShopperVar[j]/dense.ShopperVar[j], 1, 0.1)
		}
	}
}

func TestAFactorAnswersForAnotherScoreAsAFitOfIt(t *testing.T) {
	for _, size := range [][2]int{{40, 25}, {25, 40}} {
		d := crossedWorld(6, size[0], size[1], 700, 3, 4, 10)
		v := Variances{Branch: 12, Shopper: 9, Visit: 80}
		f, ok := mustCross(t, d).NewFactor(v)
		if !ok {
			t.Fatal("not factored")
		}
		// the other score: each one turned round and squeezed
		other := d
		other.Cells = slices.Clone(d.Cells)
		r := Response{Branch: make([]float64, d.Branches), Shopper: make([]float64, d.Shoppers), Column: make([]float64, 2)}
		for i, c := range d.Cells {
			y := 9000 - c.Sum/2
			other.Cells[i].Sum, other.Cells[i].Sum2 = y, y*y
			p := float64(y) / 100
			r.Branch[c.Branch] += p
			r.Shopper[c.Shopper] += p
			for k, x := range d.Rows[c.Row] {
				r.Column[k] += x * p
			}
			r.Square += p * p
		}
		want, _ := mustCross(t, other).Solve(v)
		got := f.Ask(r)
		for k := range want.Fixed {
			near(t, "fixed", got.Fixed[k], want.Fixed[k], 1e-8)
		}
		for i := range want.BranchEffect {
			near(t, "branch", got.Branch[i], want.BranchEffect[i], 1e-8)
		}
		for j := range want.ShopperEffect {
			near(t, "shopper", got.Shopper[j], want.ShopperEffect[j], 1e-8)
		}
		a := mustCross(t, other).absorber()
		a.at(v.ratios())
		near(t, "visit variance", got.Visit, a.visitVar(), 1e-8)
	}
}

func TestTheBoundaryAvoidingCrossedFitNeverFindsBranchesTheSame(t *testing.T) {
	zeros := 0
	for seed := range uint64(12) {
		c := mustCross(t, crossedWorld(seed, 30, 20, 90, 0.1, 3, 10))
		plain, low, okP := c.REML(REML)
		avoiding, high, okA := c.REML(BoundaryAvoiding)
		if !okP || !okA {
			t.Fatal("declined")
		}
		if plain.Branch == 0 {
			zeros++
		}
		if avoiding.Branch <= 0 || high < low-1e-6 {
			t.Errorf("seed %d: avoiding %+v at %v, plain %+v at %v", seed, avoiding, high, plain, low)
		}
	}
	if zeros == 0 {
		t.Error("no draw has the boundary this test is about")
	}
}

func genCrossed(t *rapid.T) CrossedData {
	return crossedWorld(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(8, 20).Draw(t, "branches"), rapid.IntRange(5, 24).Draw(t, "shoppers"),
		rapid.IntRange(40, 160).Draw(t, "visits"), rapid.Float64Range(0, 5).Draw(t, "b"), rapid.Float64Range(0, 5).Draw(t, "s"), 8)
}

func TestTheOrderAndTheSplitOfCellsDoNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genCrossed(t)
		want, ok := NewCrossed(d)
		if !ok {
			t.Fatal("refused")
		}
		// the cells of two halves, added up by themselves and then put together
		cut := rapid.IntRange(0, len(d.Cells)).Draw(t, "cut")
		mixed := rapid.Permutation(d.Cells).Draw(t, "cells")
		half := func(cells []CrossedCell) []CrossedCell {
			m, _ := CrossedData{Branches: d.Branches, Shoppers: d.Shoppers, Rows: d.Rows, Unit: d.Unit, Cells: cells}.merged()
			return m
		}
		d.Cells = slices.Concat(half(mixed[cut:]), half(mixed[:cut]))
		got, ok := NewCrossed(d)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Fatal("A and B together are not A ∪ B")
		}
		v, criterion, okV := want.REML(REML)
		w, again, okW := got.REML(REML)
		if v != w || criterion != again || okV != okW {
			t.Fatalf("the same data, fitted twice: %v at %v, %v at %v", v, criterion, w, again)
		}
	})
}

func TestTheCriterionHasNoLowerPlaceNearby(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, ok := NewCrossed(genCrossed(t))
		if !ok {
			t.Skip("refused")
		}
		v, low, ok := c.REML(REML)
		if !ok {
			t.Skip("declined")
		}
		a := c.absorber()
		b, s := v.ratios()
		for _, f := range []float64{0, 0.7, 0.9, 1.1, 1.5, 4} {
			for _, g := range []float64{0, 0.7, 0.9, 1.1, 1.5, 4} {
				if a.at(b*f, s*g) && a.criterionAtThisRatio < low-1e-6 {
					t.Fatalf("%v at %v×%v, found %v at %v", a.criterionAtThisRatio, f, g, low, v)
				}
			}
		}
	})
}

func TestWhatCannotBeFittedIsRefusedNotGuessed(t *testing.T) {
	row := [][]float64{{1}}
	same := CrossedData{Branches: 3, Shoppers: 3, Rows: row, Unit: 1}
	for i := range 9 {
		same.Cells = append(same.Cells, visitCell(i%3, i/3, 0, 8000))
	}
	nested := crossedWorld(1, 20, 20, 200, 3, 3, 10)
	for i := range nested.Cells {
		nested.Cells[i].Shopper = nested.Cells[i].Branch
	}
	if _, _, ok := mustCross(t, nested).REML(REML); ok {
		t.Error("each branch has a shopper of its own, and yet they were told apart")
	}
	good := visitCell(0, 0, 0, 5)
	for name, d := range map[string]CrossedData{
		"constant scores":     same,
		"no cells":            {Branches: 1, Shoppers: 1, Rows: row, Unit: 1},
		"no rows":             {Branches: 1, Shoppers: 1, Unit: 1, Cells: []CrossedCell{good}},
		"no unit":             {Branches: 1, Shoppers: 1, Rows: row, Cells: []CrossedCell{good}},
		"one visit":           {Branches: 1, Shoppers: 1, Rows: row, Unit: 1, Cells: []CrossedCell{good}},
		"no such branch":      {Branches: 1, Shoppers: 1, Rows: row, Unit: 1, Cells: []CrossedCell{visitCell(1, 0, 0, 5)}},
		"no such row":         {Branches: 1, Shoppers: 1, Rows: row, Unit: 1, Cells: []CrossedCell{visitCell(0, 0, 1, 5)}},
		"fewer than none":     {Branches: 1, Shoppers: 1, Rows: row, Unit: 1, Cells: []CrossedCell{{N: -1}}},
		"impossible squares":  {Branches: 1, Shoppers: 1, Rows: row, Unit: 1, Cells: []CrossedCell{{N: 4, Sum: 40, Sum2: 100}}},
		"no number":           {Branches: 1, Shoppers: 1, Rows: [][]float64{{1, math.NaN()}}, Unit: 1, Cells: []CrossedCell{good}},
		"rows unlike another": {Branches: 1, Shoppers: 1, Rows: [][]float64{{1}, {1, 2}}, Unit: 1, Cells: []CrossedCell{good}},
		"no leading 1":        {Branches: 1, Shoppers: 1, Rows: [][]float64{{2}}, Unit: 1, Cells: []CrossedCell{good}},
	} {
		if _, ok := NewCrossed(d); ok {
			t.Errorf("%s: accepted", name)
		}
	}
	c := mustCross(t, crossedWorld(1, 20, 20, 200, 3, 3, 10))
	for _, v := range []Variances{{}, {Branch: -1, Visit: 1}, {Visit: math.NaN()}, {Visit: math.Inf(1)}} {
		if _, ok := c.Solve(v); ok {
			t.Errorf("solved at %+v", v)
		}
		if _, ok := c.NewFactor(v); ok {
			t.Errorf("factored at %+v", v)
		}
	}
}

func TestColumnsThatOthersAlreadySayAreLeftOut(t *testing.T) {
	d := crossedWorld(8, 20, 15, 300, 3, 3, 10)
	want, criterion, _ := mustCross(t, d).REML(REML)
	// the same twice, one of all zeros, and the complement of the second
	d.Rows = [][]float64{{1, 0, 0, 0, 1}, {1, 1, 1, 0, 0}}
	c := mustCross(t, d)
	got, again, ok := c.REML(REML)
	if !ok || got != want || again != criterion {
		t.Errorf("got %+v at %v, want %+v at %v", got, again, want, criterion)
	}
	f, _ := c.Solve(got)
	if f.Columns != 2 || f.Fixed[2] != 0 || f.Fixed[3] != 0 || f.Fixed[4] != 0 {
		t.Errorf("%d columns, fixed %v", f.Columns, f.Fixed)
	}
}

func TestHugeCountsKeepTheirDigits(t *testing.T) {
	d := crossedWorld(9, 20, 15, 300, 3, 3, 10)
	few, _, _ := mustCross(t, d).REML(REML)
	for i := range d.Cells {
		c := &d.Cells[i]
		c.N, c.Sum, c.Sum2 = c.N*1e6, c.Sum*1e6, c.Sum2*1e6
	}
	many, _, ok := mustCross(t, d).REML(REML)
	if !ok || !(many.Visit > 0) || math.Abs(many.Visit/few.Visit-1) > 0.3 {
		t.Errorf("each visit a million times: %+v, once: %+v", many, few)
	}
}

func TestEffectiveVisitsNeverExceedTheVisits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, ok := NewCrossed(genCrossed(t))
		if !ok {
			t.Skip("refused")
		}
		v := Variances{Branch: rapid.Float64Range(0, 30).Draw(t, "vb"), Shopper: rapid.Float64Range(0, 30).Draw(t, "vs"), Visit: 60}
		f, ok := c.Solve(v)
		if !ok {
			t.Fatal("not solved")
		}
		for i, e := range f.Effective {
			if !(e >= 0 && e <= f.BranchVisits[i]) {
				t.Fatalf("%v visits are worth %v", f.BranchVisits[i], e)
			}
			if f.BranchVisits[i] == 0 && (f.BranchEffect[i] != 0 || math.Abs(f.BranchVar[i]-v.Branch) > 1e-9) {
				t.Fatalf("a branch without visits: effect %v, variance %v", f.BranchEffect[i], f.BranchVar[i])
			}
		}
	})
}

func TestANewVisitMovesItsBranchAsANewFitWould(t *testing.T) {
	// with one shopper effect fixed at its estimate, the frozen update is the branch's own equation of the solution
	d, _, _ := network60(t, true)
	c := mustCross(t, d)
	v, _, _ := c.REML(REML)
	f, _ := c.Solve(v)
	for i := range d.Branches {
		sum, n := 0.0, 0
		for _, x := range d.Cells {
			if x.Branch == i {
				mean, _ := f.Line(d.Rows[x.Row])
				sum += float64(x.Sum)/100 - mean - f.ShopperEffect[x.Shopper]
				n++
			}
		}
		near(t, "effect", v.Update(sum, n), f.BranchEffect[i], 1e-8)
	}
	if (Variances{Visit: 1}).Update(3, 2) != 0 || v.Update(3, 0) != 0 {
		t.Error("moved by nothing")
	}
}

func benchCrossed(b *testing.B, branches, shoppers, visits int) *Crossed {
	b.Helper()
	d := crossedWorld(2, branches, shoppers, visits, 4, 4, 10)
	b.ResetTimer()
	c, ok := NewCrossed(d)
	if !ok {
		b.Fatal("refused")
	}
	return c
}

func BenchmarkCrossedREML24k500x300(b *testing.B) {
	c := benchCrossed(b, 500, 300, 24_000)
	for b.Loop() {
		if _, _, ok := c.REML(REML); !ok {
			b.Fatal("declined")
		}
	}
}

func BenchmarkCrossedSolve24k500x300(b *testing.B) {
	c := benchCrossed(b, 500, 300, 24_000)
	for b.Loop() {
		if _, ok := c.Solve(Variances{Branch: 16, Shopper: 16, Visit: 100}); !ok {
			b.Fatal("declined")
		}
	}
}

func BenchmarkCrossedNightly1M2000x5000(b *testing.B) {
	d := crossedWorld(2, 2000, 5000, 1_000_000, 4, 4, 10)
	b.ReportAllocs()
	for b.Loop() {
		d.Cells = slices.Clone(d.Cells)
		c, ok := NewCrossed(d)
		if !ok {
			b.Fatal("refused")
		}
		v, ok := c.Moments()
		if !ok {
			b.Fatal("declined")
		}
		if _, ok := c.Solve(v); !ok {
			b.Fatal("not solved")
		}
	}
}
