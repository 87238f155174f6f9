package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func signs(seed uint64) func() float64 {
	luck := rand.New(rand.NewPCG(seed, 9))
	return func() float64 {
		if luck.Uint64()&1 == 0 {
			return 1
		}
		return -1
	}
}

func one(n int) Grouping { return Grouping{Of: make([]int, n), Groups: 1} }

// Worked by hand: x −1 0 1 −1 0 1, y 0 0 3 −2 0 −1, clusters of three. β = (3+2−1)/4 = 1; residuals 1 0 2 −1 0 −2;
// scores of the clusters −1+2 = 1 and 1−2 = −1; V = 2/1·(1+1)/4² = 0.25.
func TestClusterErrorsAreThoseWorkedByHand(t *testing.T) {
	p := Panel{
		X: []float64{-1, 0, 1, -1, 0, 1}, Y: []float64{0, 0, 3, -2, 0, -1},
		Absorb: []Grouping{one(6)}, Cluster: Grouping{Of: []int{0, 0, 0, 1, 1, 1}, Groups: 2},
		Second: Grouping{Of: []int{0, 1, 2, 0, 1, 2}, Groups: 3},
	}
	s, ok := p.Fit(0, nil)
	if !ok {
		t.Fatal("declined")
	}
	near(t, "slope", s.Beta, 1, 1e-12)
	near(t, "clustered", s.SE, .5, 1e-12)
	near(t, "plain", s.SEPlain, math.Sqrt(10.0/4/4), 1e-12)
	// by the second grouping: scores −1+1 = 0, 0, 2−2 = 0; by both, single rows: 1+1+4+4 = 10, times 6/5, over 16 is more
	// than the two together, so that the larger of the two stands
	near(t, "two ways", s.SETwoWay, .5, 1e-12)
	if s.Clusters != 2 || s.Rows != 6 {
		t.Errorf("%+v", s)
	}
}

func TestTwoWayErrorsAddBothAndTakeOffWhatTheyShare(t *testing.T) {
	luck := rand.New(rand.NewPCG(4, 4))
	firms, years := 30, 12
	p := Panel{Cluster: Grouping{Groups: firms}, Second: Grouping{Groups: years}}
	firm, year := make([]float64, firms), make([]float64, years)
	fx, yx := make([]float64, firms), make([]float64, years)
	for i := range firm {
		firm[i], fx[i] = luck.NormFloat64(), luck.NormFloat64()
	}
	for i := range year {
		year[i], yx[i] = luck.NormFloat64(), luck.NormFloat64()
	}
	for f := range firms {
		for y := range years {
			x := fx[f] + yx[y] + luck.NormFloat64()
			p.X = append(p.X, x)
			p.Y = append(p.Y, x+firm[f]+year[y]+luck.NormFloat64())
			p.Cluster.Of, p.Second.Of = append(p.Cluster.Of, f), append(p.Second.Of, y)
		}
	}
	p.Absorb = []Grouping{one(len(p.X))}
	s, _ := p.Fit(0, nil)
	swapped := p
	swapped.Cluster, swapped.Second = p.Second, p.Cluster
	byYear, _ := swapped.Fit(0, nil)
	alone := p
	alone.Cluster = Grouping{Of: indices(len(p.X)), Groups: len(p.X)}
	white, _ := alone.Fit(0, nil)
	near(t, "V₁+V₂−V₁₂", s.SETwoWay, math.Sqrt(s.SE*s.SE+byYear.SE*byYear.SE-white.SE*white.SE), 1e-12)
	if s.SETwoWay <= s.SE || s.SETwoWay <= byYear.SE || s.SE < 1.3*s.SEPlain {
		t.Errorf("firm %v, year %v, both %v, plain %v", s.SE, byYear.SE, s.SETwoWay, s.SEPlain)
	}
}

// dummies is the slope by least squares with a dummy for each group: what removing means must equal.
func TestRemovingMeansEqualsDummies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(12, 30).Draw(t, "n")
		branch, week := Grouping{Groups: 4}, Grouping{Groups: 3}
		x, y, c := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			branch.Of = append(branch.Of, rapid.IntRange(0, 3).Draw(t, "branch"))
			week.Of = append(week.Of, rapid.IntRange(0, 2).Draw(t, "week"))
			x[i] = rapid.Float64Range(-5, 5).Draw(t, "x")
			y[i] = rapid.Float64Range(-5, 5).Draw(t, "y")
			c[i] = rapid.Float64Range(-5, 5).Draw(t, "c")
		}
		absorbed := Panel{Y: y, X: x, Controls: [][]float64{c, c}, Absorb: []Grouping{branch, week}, Cluster: branch}
		dummies := Panel{Y: y, X: x, Controls: [][]float64{c}, Cluster: branch}
		for _, l := range []Grouping{branch, week} {
			for g := range l.Groups {
				d := make([]float64, n)
				for i, of := range l.Of {
					if of == g {
						d[i] = 1
					}
				}
				dummies.Controls = append(dummies.Controls, d)
			}
		}
		a, okA := absorbed.Fit(0, nil)
		b, okB := dummies.Fit(0, nil)
		if okA != okB {
			t.Skip("at the edge of what can be estimated")
		}
		if okA && (math.Abs(a.Beta-b.Beta) > 1e-6*(1+math.Abs(b.Beta)) || math.Abs(a.SE-b.SE) > 1e-6*(1+b.SE)) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

func TestRemovedMeansAreGoneInEveryGroup(t *testing.T) {
	luck := rand.New(rand.NewPCG(6, 6))
	n := 200
	a, b, c := Grouping{Groups: 20}, Grouping{Groups: 9}, Grouping{Groups: 5}
	column := make([]float64, n)
	for i := range column {
		column[i] = 50 + 10*luck.NormFloat64()
		a.Of, b.Of, c.Of = append(a.Of, luck.IntN(20)), append(b.Of, luck.IntN(9)), append(c.Of, luck.IntN(5))
	}
	if !RemoveMeans([][]float64{column}, []Grouping{a, b, c}) {
		t.Fatal("did not settle")
	}
	for _, l := range []Grouping{a, b, c} {
		if m := l.remove(clone(column)); m > 1e-9 {
			t.Errorf("a mean of %v is left", m)
		}
	}
	if RemoveMeans([][]float64{column}, []Grouping{{Of: a.Of, Groups: 3}}) || RemoveMeans([][]float64{column}, []Grouping{{Of: a.Of[1:], Groups: 20}}) {
		t.Error("a grouping that does not number the rows was used")
	}
}

// quiet is a panel whose outcome does not depend on X, with errors that hang together within branches.
func quiet(luck *rand.Rand, branches, weeks int) Panel {
	p := Panel{Cluster: Grouping{Groups: branches}}
	week := Grouping{Groups: weeks}
	for b := range branches {
		drift, steady := luck.NormFloat64(), luck.NormFloat64()
		for w := range weeks {
			p.X = append(p.X, steady*float64(w)+luck.NormFloat64())
			p.Y = append(p.Y, drift*float64(w)+luck.NormFloat64())
			p.Cluster.Of, week.Of = append(p.Cluster.Of, b), append(week.Of, w)
		}
	}
	p.Absorb = []Grouping{p.Cluster, week}
	return p
}

func TestTheWildBootstrapIsRightWhereNothingIs(t *testing.T) {
	luck := rand.New(rand.NewPCG(8, 8))
	networks, wild, plain := 300, 0, 0
	for i := range networks {
		p := quiet(luck, 20, 6)
		s, ok := p.Fit(199, signs(uint64(i)))
		if !ok {
			t.Fatal("declined")
		}
		if s.P <= .05 {
			wild++
		}
		if math.Abs(s.Beta/s.SEPlain) > 1.96 {
			plain++
		}
	}
	if share := float64(wild) / float64(networks); share < .02 || share > .09 {
		t.Errorf("called real %.3f of the time at 5 %%", share)
	}
	if share := float64(plain) / float64(networks); share < .2 {
		t.Errorf("the test world is too easy: plain errors are wrong in %.3f", share)
	}
}

func TestTheWildBootstrapFindsWhatIsThereAndRepeatsItself(t *testing.T) {
	p := quiet(rand.New(rand.NewPCG(3, 3)), 40, 10)
	for i := range p.Y {
		p.Y[i] += 3 * p.X[i]
	}
	a, _ := p.Fit(999, signs(1))
	b, _ := p.Fit(999, signs(1))
	if a != b || a.P > .01 || math.Abs(a.Beta-3) > 3*a.SE {
		t.Errorf("%+v and %+v", a, b)
	}
}

func TestPanelsThatCannotTellAreRefused(t *testing.T) {
	branch := Grouping{Of: []int{0, 0, 1, 1}, Groups: 2}
	for name, p := range map[string]Panel{
		"X fixed within branches": {X: []float64{1, 1, 2, 2}, Y: []float64{1, 2, 3, 4}, Absorb: []Grouping{branch}, Cluster: branch},
		"one cluster":             {X: []float64{1, 2, 3, 4}, Y: []float64{1, 2, 2, 4}, Cluster: one(4)},
		"lengths":                 {X: []float64{1, 2, 3}, Y: []float64{1, 2, 2, 4}, Cluster: branch},
		"no rows":                 {},
		"no number":               {X: []float64{1, 2, 3, 5}, Y: []float64{1, 2, math.NaN(), 4}, Cluster: branch},
		"X is a control":          {X: []float64{1, 2, 3, 5}, Y: []float64{1, 2, 2, 4}, Controls: [][]float64{{1, 2, 3, 5}}, Cluster: branch},
	} {
		if s, ok := p.Fit(9, signs(1)); ok {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func BenchmarkWildBootstrap(b *testing.B) {
	p := quiet(rand.New(rand.NewPCG(3, 3)), 200, 104)
	for b.Loop() {
		p.Fit(999, signs(1))
	}
}
