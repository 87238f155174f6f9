package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestTheValueOfVisitsAgreesWithTheReference(t *testing.T) {
	for _, r := range table(t, "evsi_linear_loss.csv") {
		got := ValueOfVisits(r.f(t, "mu"), r.f(t, "sd"), r.f(t, "T"), r.f(t, "sig"), r.i(t, "m"))
		near(t, fmt.Sprint(r), got, r.f(t, "evsi"), 1e-8)
	}
}

func TestTheLossFarDownIsSmoothAndNeverNegative(t *testing.T) {
	last := 0.0
	for z := -40.0; z < 0; z += .01 {
		v := unitLoss(z)
		if v < last || math.IsNaN(v) {
			t.Fatalf("at %v: %v after %v", z, v, last)
		}
		last = v
	}
	near(t, "both ways of working it out, relatively", unitLoss(-8.0001)/unitLoss(-7.9999), math.Exp(-8*.0002), 2e-3)
}

func TestMoreVisitsAreWorthMoreAndNeverNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(.3, 60).Draw(t, "a"), rapid.Float64Range(.3, 60).Draw(t, "b")
		target := rapid.Float64Range(.05, .95).Draw(t, "target")
		score, share := 0.0, 0.0
		for m := 1; m <= 16; m++ {
			v, w := ValueOfVisits(a, 3, 60*target, 11, m), ValueOfVisitsShare(a, b, target, m)
			if v < score-1e-12 || w < share-1e-12 {
				t.Fatalf("%d visits: %v after %v, %v after %v", m, v, score, w, share)
			}
			score, share = v, w
		}
	})
	nan := math.NaN()
	for _, v := range []float64{
		ValueOfVisits(80, 0, 85, 11, 1), ValueOfVisits(80, 3, 85, 0, 1), ValueOfVisits(80, 3, 85, 11, 0), ValueOfVisits(nan, 3, 85, 11, 1),
		ValueOfVisitsShare(0, 1, .5, 1), ValueOfVisitsShare(1, 1, 1, 1), ValueOfVisitsShare(1, 1, .5, 0),
	} {
		if v != 0 {
			t.Errorf("the impossible is worth %v", v)
		}
	}
}

func TestTheValueForAShareIsThatOfDrawingIt(t *testing.T) {
	luck := rand.New(rand.NewPCG(2, 2))
	const a, b, target, m, runs = 4, 2, .7, 3, 400_000
	draw := func(k int) float64 { // of a gamma distribution with a whole shape
		sum := 0.0
		for range k {
			sum += luck.ExpFloat64()
		}
		return sum
	}
	const prior = 0 // without visits the branch is taken to be below: 4 of 6 is less than 0.7
	gain := 0.0
	for range runs {
		x := draw(a)
		theta, met := x/(x+draw(b)), 0
		for range m {
			if luck.Float64() < theta {
				met++
			}
		}
		if float64(a+met)/(a+b+m) > target {
			gain += theta - target
		}
	}
	near(t, "value", ValueOfVisitsShare(a, b, target, m), gain/runs-prior, 2e-3)
}

func TestWrongAnswersMoveTheTargetNotTheBranch(t *testing.T) {
	r, ok := RatesFromChecks(200, 8, 50, 5)
	if !ok || r.Missed != .04 || r.Granted != .1 {
		t.Fatalf("%+v", r)
	}
	near(t, "nobody can show more", r.Seen(1), .96, 1e-12)
	near(t, "95 % becomes", r.Seen(.95), .95*.96+.05*.1, 1e-12)
	near(t, "and back", r.True(r.Seen(.95)), .95, 1e-12)
	near(t, "never above 1", r.True(.99), 1, 0)
	for _, bad := range [][4]int{{90, 3, 9, 1}, {200, 201, 50, 5}, {200, 8, 0, 0}, {100, 60, 100, 50}} {
		if got, ok := RatesFromChecks(bad[0], bad[1], bad[2], bad[3]); ok {
			t.Errorf("%v gives %+v", bad, got)
		}
	}
}
