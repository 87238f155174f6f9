package stats

import "math"

// Usual is how far from its target a network's mean is expected to be, in logits, where nothing else is known.
const Usual = 0.5

const (
	usualWorth = 4.0 // standards that the usual expectation is worth
	nearest    = 0.1 // nobody knows that targets are exactly what is reached
)

// Targeted is one standard of a programme: the target as a share, and what each branch met.
type Targeted struct {
	Target float64
	Pairs  []Pair
}

// Nearness is how near targets lie to what their networks reach, in logits, as the standards of one programme tell together:
// the root of the mean squared distance less what luck adds to it, with the usual expectation counted as four more standards.
// Where owners set every target at what is usual, a mean that seems to lie off its target is mostly luck, and a sceptic has
// to be harder to convince; where they set targets far off he has little to doubt. Luck is that between branches, as
// survey samplers have it: visits to one branch are not independent. It lies between 0.1 and [Usual].
func Nearness(all []Targeted) float64 {
	sum, worth := usualWorth*Usual*Usual, usualWorth
	for _, s := range all {
		away, luck, ok := s.distance()
		if ok {
			sum += away*away - luck
			worth++
		}
	}
	return math.Max(nearest, math.Min(Usual, math.Sqrt(math.Max(0, sum/worth))))
}

// distance is how far the network's mean lies from the target, in logits, and the variance of that; false where a target is
// certain or fewer than [PoolMinBranches] branches have visits.
func (s Targeted) distance() (away, luck float64, ok bool) {
	n, x, branches := 0.0, 0.0, 0
	for _, p := range s.Pairs {
		if p.N > 0 {
			n, x, branches = n+float64(p.N*p.Branches), x+float64(p.X*p.Branches), branches+p.Branches
		}
	}
	if !proper(s.Target) || branches < PoolMinBranches {
		return 0, 0, false
	}
	p := (x + 0.5) / (n + 1)
	square := p * (1 - p) // of half a visit that nobody made: a mean of 0 or 1 is not certain
	for _, b := range s.Pairs {
		d := float64(b.X) - p*float64(b.N)
		square += float64(b.Branches) * d * d
	}
	slope := p * (1 - p)
	return math.Log(p/(1-p)) - math.Log(s.Target/(1-s.Target)), square / (n * n * slope * slope), true
}
