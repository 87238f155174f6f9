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

// apartSD is how many standard deviations such a bar reaches to either side: 84 % of a normal distribution.
const apartSD = 1.39

// PairOf compares the estimates of two branches of one comparison. Their errors are taken as independent.
func PairOf(a, b *ScoreEstimate) Pair {
	if !a.HasRange || !b.HasRange || !(a.SDBP > 0) || !(b.SDBP > 0) {
		return Pair{}
	}
	p := Pair{Known: true, P: stats.Phi((a.EstimateBP - b.EstimateBP) / math.Hypot(a.SDBP, b.SDBP))}
	p.Clear = p.P >= moveSure || 1-p.P >= moveSure
	for i, e := range []*ScoreEstimate{a, b} {
		p.Bars[i] = stats.Interval{Lo: clip(e.EstimateBP - apartSD*e.SDBP), Hi: clip(e.EstimateBP + apartSD*e.SDBP)}
	}
	return p
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
