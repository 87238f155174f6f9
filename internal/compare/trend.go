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

// Trend gives a point for each month of the window. Cells may repeat and come in any order. The range rests on how much
// visits of one branch differ in the whole network (Result.Model.Spread): a month of one branch has too few of its own.
func Trend(cells []MonthScores, w Window, spread Spread) []TrendPoint {
	months := w.Months()
	sums := make([]Scores, len(months))
	for _, c := range cells {
		if w.Has(c.Month) {
			sums[c.Month-w.From] = sums[c.Month-w.From].plus(c.Scores)
		}
	}
	out := make([]TrendPoint, len(months))
	for i, m := range months {
		out[i] = trendPoint(m, sums[i], spread)
	}
	return out
}

func trendPoint(m Month, s Scores, spread Spread) TrendPoint {
	if s.N <= 0 || !s.possible() {
		return TrendPoint{Month: m}
	}
	p := TrendPoint{Month: m, N: int(s.N), MeanBP: float64(s.SumBP) / float64(s.N)}
	belief, ok := stats.OwnScore(p.N, p.MeanBP/100, spread.SD*spread.SD, spread.Spare)
	if iv, known := belief.Interval(rangeLevel); ok && known {
		p.HasRange, p.LoBP, p.HiBP = true, clip(100*iv.Lo), clip(100*iv.Hi)
	}
	return p
}
