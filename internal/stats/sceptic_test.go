package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestAScepticGivesShoppersTheirPart(t *testing.T) {
	m := OneWay{Mean: 80, BranchVar: 16, VisitVar: 100, Groups: 60}
	whole, shared, doubted := m.Branch(12, 70), m.BranchShared(12, 70, 0.5), m.Doubted(12, 70, 0.5)
	if shared.Mean != whole.Mean || math.Abs(shared.SD*shared.SD-whole.SD*whole.SD-8) > 1e-9 {
		t.Errorf("shared %+v of %+v", shared, whole)
	}
	if math.Abs((doubted.Mean-80)-(whole.Mean-80)/2) > 1e-9 {
		t.Errorf("half of the deviation is the shoppers': %+v of %+v", doubted, whole)
	}
	if none := m.Doubted(12, 70, 0); none != whole {
		t.Errorf("nothing to doubt: %+v and %+v", none, whole)
	}
	small := m
	small.Groups = 10
	if a, b := small.Branch(12, 70), small.Doubted(12, 70, 0); a.DF != b.DF || math.Abs(a.SD-b.SD) > 1e-9 {
		t.Errorf("few branches: %+v and %+v", a, b)
	}
}

// Half of what branches differ by is their own, half their shoppers': the sceptic's ranges must then hold nine of ten.
func TestTheScepticIsRightWhereHalfIsTheShoppers(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	m := OneWay{Mean: 80, BranchVar: 18, VisitVar: 90, Groups: 100}
	held, all := 0, 20_000
	for range all {
		own, shopper := 3*rng.NormFloat64(), 3*rng.NormFloat64()
		mean := 80 + own + shopper + math.Sqrt(90.0/6)*rng.NormFloat64()
		iv, _ := m.Doubted(6, mean, 0.5).Interval(0.9)
		if 80+own >= iv.Lo && 80+own <= iv.Hi {
			held++
		}
	}
	if share := float64(held) / float64(all); math.Abs(share-0.9) > 0.01 {
		t.Errorf("%.3f of the ranges hold the truth", share)
	}
}

func TestAScepticDrawsABranchFurtherWhereBranchesDifferLess(t *testing.T) {
	// one branch of six visits in a model without shoppers: its effect and variance have a formula
	const n, visit = 6.0, 100.0
	fit := func(branch float64) CrossedFit {
		v := 1 / (1/branch + n/visit)
		return CrossedFit{Variances: Variances{Branch: branch, Visit: visit}, Fixed: []float64{80}, FixedVar: []float64{0}, Branches: 50, Columns: 1, BranchEffect: []float64{v * n / visit * -10}, BranchVar: []float64{v}}
	}
	wide, narrow := fit(20), fit(5)
	got, want := wide.DoubtedAt(0, []float64{1}, 5), narrow.At(0, []float64{1})
	if math.Abs(got.Mean-want.Mean) > 1e-9 || math.Abs(got.SD-want.SD) > 1e-9 {
		t.Errorf("%+v, want %+v", got, want)
	}
	if same := wide.DoubtedAt(0, []float64{1}, 20); math.Abs(same.Mean-wide.At(0, []float64{1}).Mean) > 1e-9 {
		t.Errorf("nothing to doubt: %+v", same)
	}
	if none := wide.DoubtedAt(0, []float64{1}, 0); none.Mean != 80 || none.SD != sdFloor {
		t.Errorf("branches that do not differ: %+v", none)
	}
}
