package compare

import "plainclothes/internal/stats"

// MonthScores are one branch's scores in one month.
type MonthScores struct {
	Month Month
	Scores
}

// TrendPoint is one month of one branch for a small chart. A month without visits keeps its place, with N 0.
type TrendPoint struct {
	Month      Month
	N          int
	MeanBP     float64
	HasRange   bool
	LoBP, HiBP float64 // 90 % range of the month's mean, within 0 to 10 000
}

// Ruler measures ranges of months. It rests on how much visits of one branch differ in the whole network
// (Result.Model.Spread): a month of one branch has too few of its own.
type Ruler struct {
	spread Spread
	times  float64 // standard deviations that a range reaches to either side; 0 where none is known
}

// NewRuler works out once what all ranges share.
func NewRuler(spread Spread) Ruler {
	r := Ruler{spread: spread}
	one, ok := stats.OwnScore(1, 0, spread.SD*spread.SD, spread.Spare)
	if iv, known := one.Interval(rangeLevel); ok && known {
		r.times = iv.Hi / one.SD
	}
	return r
}

// Trend gives a point for each month of the window. Cells may repeat and come in any order.
func (r Ruler) Trend(cells []MonthScores, w Window) []TrendPoint {
	months := w.Months()
	sums := make([]Scores, len(months))
	for _, c := range cells {
		if w.Has(c.Month) {
			sums[c.Month-w.From] = sums[c.Month-w.From].plus(c.Scores)
		}
	}
	out := make([]TrendPoint, len(months))
	for i, m := range months {
		out[i] = r.point(m, sums[i])
	}
	return out
}

// Trend is the trend of one branch by a ruler of its own.
func Trend(cells []MonthScores, w Window, spread Spread) []TrendPoint {
	return NewRuler(spread).Trend(cells, w)
}

func (r Ruler) point(m Month, s Scores) TrendPoint {
	if s.N <= 0 || !s.possible() {
		return TrendPoint{Month: m}
	}
	p := TrendPoint{Month: m, N: int(s.N), MeanBP: float64(s.SumBP) / float64(s.N)}
	belief, ok := stats.OwnScore(p.N, p.MeanBP/100, r.spread.SD*r.spread.SD, r.spread.Spare)
	if ok && r.times > 0 {
		reach := 100 * r.times * belief.SD
		p.HasRange, p.LoBP, p.HiBP = true, clip(p.MeanBP-reach), clip(p.MeanBP+reach)
	}
	return p
}
