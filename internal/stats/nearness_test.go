package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// programmeOf are standards of 60 branches with three visits each, whose network reaches its target less away, in logits.
func programmeOf(rng *rand.Rand, standards int, away float64) []Targeted {
	var out []Targeted
	for range standards {
		s := Targeted{Target: 0.85}
		p := expit(math.Log(0.85/0.15) + away*rng.NormFloat64())
		for range 60 {
			x := 0
			for range 3 {
				if rng.Float64() < p {
					x++
				}
			}
			s.Pairs = append(s.Pairs, Pair{N: 3, X: x, Branches: 1})
		}
		out = append(out, s)
	}
	return out
}

func TestStandardsTellTogetherHowNearTheirTargetsAre(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 11))
	at, off := Nearness(programmeOf(rng, 40, 0)), Nearness(programmeOf(rng, 40, 0.8))
	if at > 0.3 || off != Usual {
		t.Errorf("targets at the mean %.3f, targets far from it %.3f", at, off)
	}
	if got := Nearness(nil); got != Usual {
		t.Errorf("without standards %.3f", got)
	}
	for name, one := range map[string]Targeted{
		"nothing visited":   {Target: 0.8, Pairs: []Pair{{Branches: 20}}},
		"too few branches":  {Target: 0.8, Pairs: []Pair{{N: 5, X: 4, Branches: 7}}},
		"a certain target":  {Target: 1, Pairs: []Pair{{N: 5, X: 5, Branches: 20}}},
		"no target at all":  {Pairs: []Pair{{N: 5, X: 5, Branches: 20}}},
		"all met, and more": {Target: 0.9, Pairs: []Pair{{N: 5, X: 5, Branches: 9}}},
	} {
		if got := Nearness([]Targeted{one}); math.IsNaN(got) || got < nearest || got > Usual {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNearnessKnowsNoOrderAndNoMerging(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 12))
	all := programmeOf(rng, 6, 0.1)
	want := Nearness(all)
	for i := range all {
		slices.Reverse(all[i].Pairs)
		var merged []Pair
		for x := range 4 {
			n := 0
			for _, p := range all[i].Pairs {
				if p.X == x {
					n++
				}
			}
			merged = append(merged, Pair{N: 3, X: x, Branches: n})
		}
		all[i].Pairs = merged
	}
	slices.Reverse(all)
	if got := Nearness(all); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v turned round, %v before", got, want)
	}
}

func TestAScepticWhoKnowsTargetsNearIsDrawnFurther(t *testing.T) {
	p, _ := FitPool([]Pair{{N: 3, X: 1, Branches: 4}, {N: 3, X: 2, Branches: 5}, {N: 3, X: 3, Branches: 5}})
	const target = 0.85
	near, usual := p.Doubted(target, 0.1).Mean(), p.Doubted(target, Usual).Mean()
	if !(near > usual && usual > p.Mean() && near < target) {
		t.Errorf("mean %.3f, by the sceptic %.3f, by one who knows targets near %.3f", p.Mean(), usual, near)
	}
	if got := p.Doubted(target, 0).Mean(); got != p.Mean() {
		t.Errorf("nothing expected: %.3f", got)
	}
}
