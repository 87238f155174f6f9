package compare

import (
	"math"
	"testing"

	"plainclothes/internal/stats"
)

func TestTwoBranchesAreComparedOnlyAsFarAsTheVisitsCarry(t *testing.T) {
	a := ScoreEstimate{EstimateBP: 9000, SDBP: 300, HasRange: true}
	b := ScoreEstimate{EstimateBP: 8000, SDBP: 400, HasRange: true}
	p := PairOf(&a, &b)
	near(t, "two standard deviations apart", p.P, 0.9772498680518208, 1e-12)
	near(t, "bar", p.Bars[0].Lo, 9000-1.39*300, 1e-6)
	if got := p.Sentence("Leeds", "York"); got != "Leeds is better than York; we are 98 % sure." {
		t.Error(got)
	}
	if got := PairOf(&b, &a).Sentence("York", "Leeds"); got != "Leeds is better than York; we are 98 % sure." {
		t.Error(got)
	}
	b.EstimateBP = 8800
	if got := PairOf(&a, &b).Sentence("Leeds", "York"); got != "It is too early to tell which is better, Leeds or York: 66 : 34." {
		t.Error(got)
	}
	a.DF = 2 // few branches: the same difference is less certain, and the bars are longer
	if few := PairOf(&a, &b); few.P >= p.P || few.P <= 0.5 || few.Bars[0].Lo > 9000-1.8*300 {
		t.Errorf("%+v", few)
	}
	b.DF = 5
	if x, y := PairOf(&a, &b), PairOf(&b, &a); math.Abs(x.P+y.P-1) > 1e-12 || x.P != (stats.Belief{Mean: -200, SD: 500, DF: 2}).Below(0) {
		t.Errorf("%v and %v", x.P, y.P)
	}
	b.HasRange = false
	if p := PairOf(&a, &b); p.Known || p.Clear || p.Sentence("Leeds", "York") != "The visits so far cannot compare Leeds and York." {
		t.Errorf("%+v", p)
	}
}
