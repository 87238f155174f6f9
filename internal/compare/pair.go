package compare

import (
	"fmt"
	"math"

	"plainclothes/internal/stats"
)

// Pair is two branches side by side, without a place for either.
type Pair struct {
	Known bool    // false where a range of one of them is not known
	P     float64 // chance that the first's expected score is above the second's
	Clear bool    // at least 9 of 10 for one of them
	// Bars are ranges for two bars drawn together, in basis points: where they do not touch the difference is real at about
	// 5 % (Goldstein and Healy 1995). They are narrower than the 90 % ranges of the branches by themselves.
	Bars [2]stats.Interval
}

// apartLevel is how much of a branch's belief such a bar holds: 1.39 standard deviations to either side of a normal one.
const apartLevel = 0.8354711226446621

// PairOf compares the estimates of two branches of one comparison. Their errors are taken as independent, and as uncertain as the ranges
// of the branches: among few branches they have the wide tails of a t distribution.
func PairOf(a, b *ScoreEstimate) Pair {
	if !a.HasRange || !b.HasRange || !(a.SDBP > 0) || !(b.SDBP > 0) {
		return Pair{}
	}
	gap := stats.Belief{Mean: b.EstimateBP - a.EstimateBP, SD: math.Hypot(a.SDBP, b.SDBP), DF: fewer(a.DF, b.DF)}
	p := Pair{Known: true, P: gap.Below(0)}
	p.Clear = p.P >= moveSure || 1-p.P >= moveSure
	for i, e := range []*ScoreEstimate{a, b} {
		bar, _ := stats.Belief{Mean: e.EstimateBP, SD: e.SDBP, DF: e.DF}.Interval(apartLevel)
		p.Bars[i] = stats.Interval{Lo: clip(bar.Lo), Hi: clip(bar.Hi)}
	}
	return p
}

// fewer is the smaller number of degrees of freedom; 0 is a normal distribution, that of very many.
func fewer(a, b float64) float64 {
	if a <= 0 || b > 0 && b < a {
		return b
	}
	return a
}

// Sentence says which of the two is better, if that can be told.
func (p Pair) Sentence(first, second string) string {
	switch {
	case !p.Known:
		return fmt.Sprintf("The visits so far cannot compare %s and %s.", first, second)
	case p.Clear && p.P > 0.5:
		return fmt.Sprintf("%s is better than %s; we are %s.", first, second, sure(p.P))
	case p.Clear:
		return fmt.Sprintf("%s is better than %s; we are %s.", second, first, sure(1-p.P))
	}
	return fmt.Sprintf("It is too early to tell which is better, %s or %s: %d : %d.", first, second, oddsOf(p.P), 100-oddsOf(p.P))
}
