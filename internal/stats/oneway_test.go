package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// groupsOf gathers plain scores into sufficient statistics.
func groupsOf(scores [][]float64) []ScoreGroup {
	var out []ScoreGroup
	for _, ys := range scores {
		g := ScoreGroup{N: len(ys)}
		for _, y := range ys {
			g.Mean += y / float64(len(ys))
		}
		for _, y := range ys {
			g.SS += (y - g.Mean) * (y - g.Mean)
		}
		out = append(out, g)
	}
	return out
}

func dyestuff(t *testing.T) []ScoreGroup {
	t.Helper()
	var scores [][]float64
	last := ""
	for _, r := range table(t, "dyestuff.csv") {
		if r["Batch"] != last {
			scores, last = append(scores, nil), r["Batch"]
		}
		scores[len(scores)-1] = append(scores[len(scores)-1], r.f(t, "Yield"))
	}
	return groupsOf(scores)
}

func TestOneWayAgreesWithLme4OnDyestuff(t *testing.T) {
	var ref struct {
		Criterion float64
		Variances struct{ Batch, Residual float64 }
		Fixed     map[string]struct{ Est, SE float64 }
		Ranef     struct {
			Batch []struct {
				Blup   float64
				CondSD float64 `json:"cond_sd"`
			}
		}
	}
	document(t, "lmm_dyestuff.json", &ref)
	groups := dyestuff(t)
	m, ok := FitOneWay(groups, REML)
	if !ok {
		t.Fatal("declined")
	}
	near(t, "criterion", m.Criterion, ref.Criterion, 1e-6)
	near(t, "batch variance", m.BranchVar/ref.Variances.Batch, 1, 1e-5)
	near(t, "residual variance", m.VisitVar/ref.Variances.Residual, 1, 1e-5)
	near(t, "mean", m.Mean, ref.Fixed["(Intercept)"].Est, 1e-9)
	near(t, "mean's error", math.Sqrt(m.MeanVar), ref.Fixed["(Intercept)"].SE, 1e-4)
	for i, b := range ref.Ranef.Batch {
		effect, sd := m.Effect(groups[i].N, groups[i].Mean)
		near(t, "effect "+strconv.Itoa(i), effect, b.Blup, 1e-4)
		near(t, "its error "+strconv.Itoa(i), sd, b.CondSD, 1e-4)
	}
}

func TestBoundaryAvoidingFitNeverSaysThatBranchesAreTheSame(t *testing.T) {
	// Branch means closer to one another than visits of one branch: plain REML finds no variance between them.
	groups := []ScoreGroup{{4, 80, 400}, {4, 80.5, 380}, {4, 79.5, 410}, {4, 80, 420}, {4, 80.2, 390}}
	plain, okP := FitOneWay(groups, REML)
	avoiding, okA := FitOneWay(groups, BoundaryAvoiding)
	if !okP || !okA {
		t.Fatal("declined")
	}
	if plain.BranchVar != 0 {
		t.Errorf("plain REML finds %v", plain.BranchVar)
	}
	if avoiding.BranchVar <= 0.1 {
		t.Errorf("the boundary-avoiding fit finds %v", avoiding.BranchVar)
	}
	if effect, sd := plain.Effect(4, 90); effect != 0 || sd != 0 {
		t.Errorf("an effect of %v ± %v where branches do not differ", effect, sd)
	}
}

// world draws branches with a known spread; the answer to every estimate is then known.
func world(rng *rand.Rand, branches, visits int, branchSD, visitSD float64) (truth []float64, groups []ScoreGroup) {
	scores := make([][]float64, branches)
	for b := range branches {
		truth = append(truth, 80+branchSD*rng.NormFloat64())
		for range visits {
			scores[b] = append(scores[b], truth[b]+visitSD*rng.NormFloat64())
		}
	}
	return truth, groupsOf(scores)
}

func TestIntervalsOfBranchesHoldTheTruthNineTimesOfTen(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	for _, w := range []struct {
		branches, visits int
		branchSD         float64
		lo, hi           float64
	}{
		{60, 3, 4, 0.88, 0.925}, {60, 6, 4, 0.88, 0.925}, {60, 3, 2.5, 0.88, 0.945}, {12, 6, 4, 0.88, 0.975},
	} {
		held, all := 0, 0
		for range 200 {
			truth, groups := world(rng, w.branches, w.visits, w.branchSD, 10)
			m, ok := FitOneWay(groups, BoundaryAvoiding)
			if !ok {
				t.Fatal("declined")
			}
			for b, g := range groups {
				iv, _ := m.Branch(g.N, g.Mean).Interval(0.9)
				if iv.Lo <= truth[b] && truth[b] <= iv.Hi {
					held++
				}
				all++
			}
		}
		share := float64(held) / float64(all)
		t.Logf("%+v: 90 %% intervals hold the truth in %.1f %%", w, 100*share)
		if share < w.lo || share > w.hi {
			t.Errorf("%+v: 90 %% intervals hold the truth in %.1f %%", w, 100*share)
		}
	}
}

func TestOneWayDoesNotDependOnTheOrderOfBranches(t *testing.T) {
	_, groups := world(rand.New(rand.NewPCG(1, 2)), 25, 5, 4, 10)
	want, _ := FitOneWay(groups, BoundaryAvoiding)
	rapid.Check(t, func(t *rapid.T) {
		got, ok := FitOneWay(rapid.Permutation(slices.Clone(groups)).Draw(t, "order"), BoundaryAvoiding)
		if !ok || got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestOneWayDeclinesWhatCannotTellBranchFromVisit(t *testing.T) {
	for name, groups := range map[string][]ScoreGroup{
		"nobody":                nil,
		"one branch":            {{5, 80, 100}},
		"each branch seen once": {{1, 80, 0}, {1, 85, 0}, {1, 70, 0}},
		"no visit ever differs": {{3, 80, 0}, {3, 85, 0}, {3, 70, 0}},
		"one of two unseen":     {{5, 80, 100}, {0, 0, 0}},
	} {
		if m, ok := FitOneWay(groups, REML); ok {
			t.Errorf("%s: fitted %+v", name, m)
		}
	}
}

func TestABeliefIsWiderWithFewBranches(t *testing.T) {
	_, groups := world(rand.New(rand.NewPCG(3, 4)), 40, 5, 4, 10)
	many, _ := FitOneWay(groups, BoundaryAvoiding)
	few := many
	few.Groups = 10
	a, _ := many.Branch(5, 75).Interval(0.9)
	b, _ := few.Branch(5, 75).Interval(0.9)
	// t with 8 degrees of freedom, 1.8595, against 1.6449; and √1.2
	near(t, "width", (b.Hi-b.Lo)/(a.Hi-a.Lo), 1.859548/1.644854*math.Sqrt(1.2), 1e-5)
	near(t, "middle is even", many.Branch(5, 75).Below(many.Branch(5, 75).Mean), 0.5, 1e-12)
	near(t, "below the upper end", few.Branch(5, 75).Below(b.Hi), 0.95, 1e-9)
}

func TestRankabilityIsTheRealShareOfDifferences(t *testing.T) {
	m := OneWay{BranchVar: 16, VisitVar: 100}
	near(t, "four visits each", m.Rankability([]int{4, 4, 4, 0}), 16.0/41, 1e-12)
	near(t, "even number of branches", m.Rankability([]int{5, 10}), 16.0/(16+15), 1e-12)
	near(t, "no branch differs", OneWay{VisitVar: 100}.Rankability([]int{4}), 0, 0)
	near(t, "no visits", m.Rankability(nil), 0, 0)
}

func TestABranchAloneIsItsMeanAndThePooledSpread(t *testing.T) {
	b, ok := OwnScore(4, 72, 100, 20)
	if !ok {
		t.Fatal("declined")
	}
	near(t, "sd", b.SD, 5, 1e-12)
	iv, _ := b.Interval(0.9)
	near(t, "upper end", iv.Hi, 72+1.7247182*5, 1e-5)
	same, _ := OwnScore(4, 72, 0, 20)
	near(t, "scores that never vary still leave half a point", same.SD, 0.5, 0)
	if _, ok := OwnScore(0, 0, 100, 20); ok {
		t.Error("judged a branch without visits")
	}
	if _, ok := OwnScore(3, 80, math.NaN(), 20); ok {
		t.Error("took no number for a variance")
	}
}
