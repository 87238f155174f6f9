package stats

import "math"

// BernoulliChart watches one branch and standard visit by visit: each miss adds Miss points, each met visit takes one
// away (never below 0), and Alarm points or more are an alarm.
type BernoulliChart struct{ Miss, Alarm int }

const (
	mostMiss  = 1_000   // points of one miss: misses of one in about a thousand visits
	mostAlarm = 100_000 // where the search for an alarm limit gives up
)

// NewBernoulliChart tunes the chart to tell a miss rate p0 from one with the given odds ratio to it, with the smallest
// limit that gives at least arl0 visits between false alarms: Miss is −ln(p1/p0)/ln((1−p1)/(1−p0)), rounded (Reynolds and
// Stoumbos 1999). It is false for p0 outside 0 to 1, an odds ratio not above 1, arl0 below 1, and where no limit will do.
func NewBernoulliChart(p0, oddsRatio, arl0 float64) (BernoulliChart, bool) {
	if !proper(p0) || !(oddsRatio > 1) || math.IsInf(oddsRatio, 0) || !(arl0 >= 1) {
		return BernoulliChart{}, false
	}
	p1 := WithOdds(p0, oddsRatio)
	points := math.Floor(-math.Log(p1/p0)/math.Log((1-p1)/(1-p0)) + 0.5)
	if !(points <= mostMiss) {
		return BernoulliChart{}, false
	}
	c := BernoulliChart{Miss: max(1, int(points))}
	reaches := func(h int) bool {
		run, ok := BernoulliChart{Miss: c.Miss, Alarm: h}.RunLength(p0)
		return ok && run >= arl0
	}
	top := c.Miss + 1
	for ; !reaches(top); top *= 2 {
		if top > mostAlarm {
			return BernoulliChart{}, false
		}
	}
	c.Alarm, _ = firstTrue(1, top, reaches)
	return c, true
}

// WithOdds is the share whose odds are ratio times those of p.
func WithOdds(p, ratio float64) float64 { return ratio * p / (1 - p + ratio*p) }

// Next is the sum after one more visit, and whether it alarms. After an alarm the chart starts again from 0.
func (c BernoulliChart) Next(sum int, missed bool) (next int, alarm bool) {
	if missed {
		sum += c.Miss
	} else {
		sum = max(0, sum-1)
	}
	return sum, sum >= c.Alarm
}

// RunLength is the mean number of visits until an alarm, starting from 0, when the share p of visits misses: the exact
// solution of (I − Q)a = 1 over the sums 0 … Alarm−1. From the top down every a_i is written as c_i + d_i·a_{i−1}; all
// terms are positive, so nothing cancels. It is false for a chart without limits and p not above 0 or above 1.
func (c BernoulliChart) RunLength(p float64) (float64, bool) {
	if c.Miss < 1 || c.Alarm < 1 || !(p > 0 && p <= 1) {
		return 0, false
	}
	q := 1 - p
	constant, left := make([]float64, c.Alarm), make([]float64, c.Alarm) // c_i and 1 − d_i
	for i := c.Alarm - 1; i > 0; i-- {
		far, lost := c.climb(i, constant, left)
		whole := q + p*lost
		constant[i] = (1 + p*far) / whole
		left[i] = p * lost / whole
	}
	far, lost := c.climb(0, constant, left)
	run := (1 + p*far) / (p * lost)
	return run, !math.IsInf(run, 0)
}

// climb writes the expected run after a miss at sum i as far + (1−lost)·a_i.
func (c BernoulliChart) climb(i int, constant, left []float64) (far, lost float64) {
	if i+c.Miss >= c.Alarm {
		return 0, 1
	}
	keep := 1.0
	for j := i + c.Miss; j > i; j-- {
		far += keep * constant[j]
		lost += keep * left[j]
		keep *= 1 - left[j]
	}
	return far, lost
}

// GapLimits are the numbers of visits between two misses below which, and above which, a branch with miss rate p lies
// with the given two-sided chance (0.95: 2.5 % at either end), from the geometric distribution; for a picture only. It is
// false for p or level outside 0 to 1.
func GapLimits(p, level float64) (lo, hi int, ok bool) {
	if !proper(p) || !proper(level) {
		return 0, 0, false
	}
	quantile := func(q float64) int { return int(math.Max(0, math.Ceil(math.Log1p(-q)/math.Log1p(-p))-1)) }
	return quantile((1 - level) / 2), quantile(1 - (1-level)/2), true
}
