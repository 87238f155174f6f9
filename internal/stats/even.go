package stats

import "math"

// nearEnd is how near to 0 or 100 points a network's own score is taken to lie, in points: nearer the scale has no end.
const nearEnd = sdFloor

// evenly takes a score from 0 to 100 points to 100·(2/π)·arcsin √(score/100), again from 0 to 100. Weak branches differ
// more among themselves than strong ones, which have nowhere to go but down, and so do their visits: the variance of a share goes
// with p(1−p). On this scale both are about the same everywhere (Bartlett 1936, Supplement to the Journal of the Royal Statistical
// Society 3:68), which is why Efron and Morris ranked batters on it (1975, Journal of the American Statistical Association 70:311).
func evenly(points float64) float64 {
	return 200 / math.Pi * math.Asin(math.Sqrt(math.Max(0, math.Min(100, points))/100))
}

// even takes a belief to the scale of [evenly], as if the model of branch and visit held there: what the visits say by
// themselves is kept by as much as on the scale of points, the rest is the line, which is what was expected without them.
func (b Belief) even(line, keep float64) Belief {
	line = math.Max(nearEnd, math.Min(100-nearEnd, line))
	at := evenly(line)
	out := Belief{Mean: at, SD: b.SD * 100 / math.Pi / math.Sqrt(line*(100-line)), DF: b.DF}
	if keep > 0 {
		out.Mean += keep * (evenly(line+(b.Mean-line)/keep) - at)
	}
	return out
}

// Even is the belief about a branch on a scale of 0 to 100 on which luck is about the same for weak branches and for strong
// ones. Places among others are taken there: on the scale of points a weak branch is believed to be known better than it
// is, and those named as the worst are fewer times among them than said. Where part of a deviation may be its visitors', as in
// [OneWay.Doubted], the branch is believed to have the rest: else those with strict shoppers would be named.
func (m OneWay) Even(n int, mean, part float64) Belief {
	ratio := float64(n) * m.BranchVar / m.VisitVar
	return m.Doubted(n, mean, part).even(m.Mean, (1-part)*ratio/(1+ratio))
}

// EvenAt is [CrossedFit.At] on the scale of [OneWay.Even].
func (f *CrossedFit) EvenAt(i int, row []float64) Belief {
	line, _ := f.Line(row)
	keep := 0.0
	if f.Variances.Branch > 0 {
		keep = 1 - f.BranchVar[i]/f.Variances.Branch
	}
	return f.At(i, row).even(line, keep)
}
