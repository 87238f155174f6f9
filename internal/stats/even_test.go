package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTheEvenScale(t *testing.T) {
	for points, want := range map[float64]float64{-3: 0, 0: 0, 25: 100.0 / 3, 50: 50, 75: 200.0 / 3, 100: 100, 104: 100} {
		if got := evenly(points); math.Abs(got-want) > 1e-12 {
			t.Errorf("%g: %g, not %g", points, got, want)
		}
	}
	own := Belief{Mean: 30, SD: 2, DF: 7}.even(80, 1) // nothing but its own visits
	if math.Abs(own.Mean-evenly(30)) > 1e-12 || own.DF != 7 {
		t.Errorf("%+v", own)
	}
	half := Belief{Mean: 70, SD: 2}.even(80, 0.5) // its visits say 60
	if want := (evenly(80) + evenly(60)) / 2; math.Abs(half.Mean-want) > 1e-12 {
		t.Errorf("%+v, not %g", half, want)
	}
	const step = 1e-4
	if slope := (evenly(80+step) - evenly(80-step)) / (2 * step); math.Abs(half.SD-2*slope) > 1e-6 {
		t.Errorf("a deviation of %g, not %g", half.SD, 2*slope)
	}
	for _, line := range []float64{-1, 0, 100, 101} {
		if b := (Belief{Mean: line, SD: 1}).even(line, 0); math.IsNaN(b.Mean) || math.IsInf(b.SD, 0) || b.SD <= 0 {
			t.Errorf("a network at %g: %+v", line, b)
		}
	}
}

func TestACrossedFitIsEvenWhereItIsOneWay(t *testing.T) {
	one := OneWay{Mean: 85, BranchVar: 20, VisitVar: 100, Groups: 200, Visits: 600, Spare: 400}
	effect, sd := one.Effect(3, 62)
	crossed := CrossedFit{
		Variances: Variances{Branch: 20, Visit: 100}, Fixed: []float64{85}, FixedVar: []float64{0}, BranchEffect: []float64{effect}, BranchVar: []float64{sd * sd},
		Branches: 200, Columns: 1,
	}
	a, b := one.Even(3, 62, 0), crossed.EvenAt(0, []float64{1})
	if math.Abs(a.Mean-b.Mean) > 1e-9 || math.Abs(a.SD-b.SD) > 1e-9 {
		t.Errorf("%+v and %+v", a, b)
	}
	ratio := 3 * 20.0 / 100
	if want := evenly(85) + ratio/(1+ratio)*(evenly(62)-evenly(85)); math.Abs(a.Mean-want) > 1e-9 {
		t.Errorf("%+v, not %g", a, want)
	}
	sd2 := sd * sd
	if shared := one.Even(3, 62, 0.5); math.Abs(shared.Mean-(evenly(85)+a.Mean)/2) > 1e-9 || math.Abs(shared.SD-a.SD*math.Sqrt((sd2/4+20/4.0)/sd2)) > 1e-9 {
		t.Errorf("half of it may be a shopper's: %+v beside %+v", shared, a)
	}
	if none := (&CrossedFit{Fixed: []float64{85}, FixedVar: []float64{0}, BranchEffect: []float64{0}, BranchVar: []float64{0}, Branches: 200}).EvenAt(0, []float64{1}); none.Mean != evenly(85) {
		t.Errorf("without differences: %+v", none)
	}
}

// worstNamed draws networks of 200 branches whose shares are of a beta distribution and whose visits have twelve questions, and
// counts how many are named among the worst tenth, how often that is true, and what was said.
func worstNamed(visits int, belief func(OneWay, int, float64) Belief) (named, truly, said float64) {
	const branches, networks, questions = 200, 150, 12
	for seed := range uint64(networks) {
		r := rand.New(rand.NewPCG(seed, 31))
		truth, groups := make([]float64, branches), make([]ScoreGroup, branches)
		for b := range groups {
			truth[b] = 100 * betaDraw(r, 27, 3)
			var sum, square float64
			for range visits {
				met := 0.0
				for range questions {
					if 100*r.Float64() < truth[b] {
						met += 100.0 / questions
					}
				}
				sum, square = sum+met, square+met*met
			}
			mean := sum / float64(visits)
			groups[b] = ScoreGroup{N: visits, Mean: mean, SS: square - sum*mean}
		}
		fit, _ := FitOneWay(groups, BoundaryAvoiding)
		beliefs := make([]Belief, branches)
		for b, g := range groups {
			beliefs[b] = belief(fit, g.N, g.Mean)
		}
		ranking, _ := NewRanking(beliefs)
		among, _ := ranking.AmongWorst(0.1)
		sorted := slices.Sorted(slices.Values(truth))
		for b, p := range among {
			if p >= 0.5 {
				named, said = named+1, said+p
				if truth[b] < sorted[branches/10] {
					truly++
				}
			}
		}
	}
	return named / networks, truly / (named + 1e-9), said / (named + 1e-9)
}

// betaDraw is one of a beta distribution with whole parameters: the a-th smallest of a+b−1 evenly drawn.
func betaDraw(r *rand.Rand, a, b int) float64 {
	all := make([]float64, a+b-1)
	for i := range all {
		all[i] = r.Float64()
	}
	slices.Sort(all)
	return all[a-1]
}

func TestTheWorstAreAsOftenAmongTheWorstAsIsSaid(t *testing.T) {
	for _, visits := range []int{3, 12} {
		named, truly, said := worstNamed(visits, func(m OneWay, n int, mean float64) Belief { return m.Even(n, mean, 0) })
		_, was, wrongly := worstNamed(visits, func(m OneWay, n int, mean float64) Belief { return m.Branch(n, mean) })
		t.Logf("%d visits: %.1f named a network, %.1f %% truly, said %.1f %%; on the scale of points %.1f %%, said %.1f %%", visits, named, 100*truly, 100*said, 100*was, 100*wrongly)
		if named < 2 || said-truly > 0.02 || truly-said > 0.06 || truly <= was {
			t.Errorf("%d visits: of %.1f named a network %.1f %% are among the worst, said %.1f %%", visits, named, 100*truly, 100*said)
		}
	}
}
