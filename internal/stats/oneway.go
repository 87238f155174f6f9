package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// ScoreGroup is one branch's scores: how many, their mean, and the sum of their squared deviations from that mean, in
// points and points squared.
type ScoreGroup struct {
	N        int
	Mean, SS float64
}

// Fit says how the variance between branches is estimated.
type Fit int

const (
	// REML is plain restricted maximum likelihood, the fit of lme4. With few visits it often says that branches do not
	// differ at all.
	REML Fit = iota + 1
	// BoundaryAvoiding subtracts ln(σ_b²/σ_e²) from the criterion (a gamma(2, 0) prior on the ratio of standard deviations;
	// Chung et al. 2013, Psychometrika 78:685). Intervals of branches come from this one.
	BoundaryAvoiding
)

// OneWay is the model y = mean + branch + visit, fitted to scores: a random effect for the branch, one for the visit.
// Variances are in points squared. Criterion is −2 log restricted likelihood at the fit, without the boundary term.
type OneWay struct {
	Mean, MeanVar         float64
	BranchVar, VisitVar   float64
	Criterion             float64
	Groups, Visits, Spare int // Spare: degrees of freedom within branches
}

// FitOneWay fits the model; groups without visits are left out, order does not matter. It is false when the scores cannot
// tell branch from visit: fewer than two branches, no branch seen twice, or no variation within any branch.
func FitOneWay(groups []ScoreGroup, how Fit) (OneWay, bool) {
	p, ok := newProfile(groups)
	if !ok {
		return OneWay{}, false
	}
	ratio := p.minimise(how)
	at := p.at(ratio)
	m := OneWay{
		Mean: p.centre + at.shift, MeanVar: at.visitVar / at.weight, BranchVar: ratio * at.visitVar, VisitVar: at.visitVar,
		Criterion: at.criterion, Groups: p.groups, Visits: p.visits, Spare: p.visits - p.groups,
	}
	return m, true
}

// Effect is a branch's estimated deviation from the mean, in points, and the standard deviation of its error (lme4's
// conditional standard deviation). A branch without visits gets 0 and the spread of all branches.
func (m OneWay) Effect(n int, mean float64) (effect, sd float64) {
	if n <= 0 || m.VisitVar <= 0 {
		return 0, math.Sqrt(m.BranchVar)
	}
	ratio := m.BranchVar / m.VisitVar
	d := 1 + ratio*float64(n)
	return ratio * float64(n) / d * (mean - m.Mean), math.Sqrt(m.BranchVar / d)
}

// Belief is what is believed about one branch's expected score: normal, or Student's t where few branches carry the
// variance. Mean and SD in points; the zero value of DF means normal.
type Belief struct{ Mean, SD, DF float64 }

// fewBranches is where the estimated variances are too uncertain for the normal distribution.
const fewBranches = 30

// few says how beliefs from few groups, and parameters estimated beside their variance, are wider: the degrees of freedom of
// their t, 0 for normal, and the factor of their variance, 1+2/B.
func few(groups, parameters int) (df, wide float64) {
	if groups >= fewBranches {
		return 0, 1
	}
	return math.Max(1, float64(groups-parameters)), 1 + 2/float64(groups)
}

// sdFloor is the smallest standard deviation of a score that is believed, in points.
const sdFloor = 0.5

// Branch is the belief about the expected score of a branch with n visits and the given mean. With fewer than 30
// branches it is a t with two degrees of freedom less than branches and a standard deviation wider by √(1+2/B).
func (m OneWay) Branch(n int, mean float64) Belief {
	effect, sd := m.Effect(n, mean)
	df, wide := few(m.Groups, 2)
	return Belief{Mean: m.Mean + effect, SD: math.Sqrt(wide) * math.Max(sdFloor, math.Sqrt(sd*sd+m.MeanVar)), DF: df}
}

// Rankability is the share of the differences between observed branch means that is real, 0 to 1:
// σ_b² / (σ_b² + median variance of a branch's own mean).
func (m OneWay) Rankability(visits []int) float64 {
	var raw []float64
	for _, n := range visits {
		if n > 0 {
			raw = append(raw, m.VisitVar/float64(n))
		}
	}
	if len(raw) == 0 || m.BranchVar <= 0 {
		return 0
	}
	slices.Sort(raw)
	mid := (raw[(len(raw)-1)/2] + raw[len(raw)/2]) / 2
	return m.BranchVar / (m.BranchVar + mid)
}

// OwnScore is the belief about a branch's expected score by its visits alone, with the visit variance pooled over spare
// degrees of freedom. It is false without visits or without a variance.
func OwnScore(n int, mean, visitVar float64, spare int) (Belief, bool) {
	if n <= 0 || spare <= 0 || !(visitVar >= 0) || math.IsInf(visitVar, 0) {
		return Belief{}, false
	}
	return Belief{Mean: mean, SD: math.Max(sdFloor, math.Sqrt(visitVar/float64(n))), DF: float64(spare)}, true
}

// Below is P(expected score < target), both in points.
func (b Belief) Below(target float64) float64 {
	if b.SD <= 0 {
		return 0
	}
	z := (target - b.Mean) / b.SD
	if b.DF > 0 {
		return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: b.DF}.CDF(z)
	}
	return Phi(z)
}

// Interval is the equal-tailed interval at the given level, in points; false for a level outside 0 to 1.
func (b Belief) Interval(level float64) (Interval, bool) {
	if !proper(level) || b.SD <= 0 {
		return Interval{}, false
	}
	z := zTwoSided(level)
	if b.DF > 0 {
		z = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: b.DF}.Quantile(1 - (1-level)/2)
	}
	return Interval{Lo: b.Mean - z*b.SD, Hi: b.Mean + z*b.SD}, true
}

// sameSize gathers the branches with the same number of visits; means are kept relative to the centre of all.
type sameSize struct{ n, count, sum, square float64 }

// profile is the criterion of the one-way model as a function of θ = σ_b²/σ_e² alone: a handful of sums, whatever the
// number of branches.
type profile struct {
	sizes          []sameSize
	centre, within float64
	groups, visits int
}

func newProfile(groups []ScoreGroup) (profile, bool) {
	sorted := seen(groups)
	p := profile{groups: len(sorted)}
	for _, g := range sorted {
		p.visits += g.N
		p.within += g.SS
		p.centre += float64(g.N) * g.Mean
	}
	if p.groups < 2 || p.visits == p.groups || !(p.within > 0) || math.IsInf(p.within, 0) {
		return profile{}, false
	}
	p.centre /= float64(p.visits)
	for _, g := range sorted {
		if last := len(p.sizes) - 1; last < 0 || p.sizes[last].n != float64(g.N) {
			p.sizes = append(p.sizes, sameSize{n: float64(g.N)})
		}
		s, d := &p.sizes[len(p.sizes)-1], g.Mean-p.centre
		s.count++
		s.sum += d
		s.square += d * d
	}
	return p, true
}

// seen leaves out branches without visits and fixes one order, so that sums come out the same to the last bit.
func seen(groups []ScoreGroup) []ScoreGroup {
	var out []ScoreGroup
	for _, g := range groups {
		if g.N > 0 {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b ScoreGroup) int {
		return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.Mean, b.Mean), cmp.Compare(a.SS, b.SS))
	})
	return out
}

type profiled struct{ criterion, shift, weight, visitVar float64 }

// at evaluates −2 log restricted likelihood (lme4's REMLcrit) with the mean and the visit variance profiled out.
func (p profile) at(ratio float64) profiled {
	var weight, first, logs float64
	for _, s := range p.sizes {
		d := 1 + ratio*s.n
		weight += s.n / d * s.count
		first += s.n / d * s.sum
		logs += s.count * math.Log(d)
	}
	shift, rest := first/weight, p.within
	for _, s := range p.sizes {
		rest += s.n / (1 + ratio*s.n) * (s.square - 2*shift*s.sum + shift*shift*s.count)
	}
	df := float64(p.visits - 1)
	crit := logs + math.Log(weight) + df*(1+math.Log(2*math.Pi*rest/df))
	return profiled{criterion: crit, shift: shift, weight: weight, visitVar: rest / df}
}

const (
	ratioLow, ratioHigh = -14.0, 14.0 // of ln θ: branches from a thousandth to a thousand times as variable as visits
	ratioStep           = 0.5
	ratioTol            = 1e-9
)

// minimise finds θ: the best of a coarse grid of ln θ, refined by golden section; plain REML may also choose 0.
func (p profile) minimise(how Fit) float64 {
	cost := func(l float64) float64 {
		c := p.at(math.Exp(l)).criterion
		if how == BoundaryAvoiding {
			c -= l
		}
		return c
	}
	best, low := ratioLow, math.Inf(1)
	for l := ratioLow; l <= ratioHigh; l += ratioStep {
		if c := cost(l); c < low {
			best, low = l, c
		}
	}
	l := goldenMin(cost, best-ratioStep, best+ratioStep)
	if how == REML && p.at(0).criterion <= cost(l) {
		return 0
	}
	return math.Exp(l)
}

// goldenMin is the place of the minimum of f in [lo, hi].
func goldenMin(f func(float64) float64, lo, hi float64) float64 {
	const r = 0.6180339887498949
	a, b := hi-r*(hi-lo), lo+r*(hi-lo)
	fa, fb := f(a), f(b)
	for hi-lo > ratioTol {
		if fa <= fb {
			hi, b, fb = b, a, fa
			a = hi - r*(hi-lo)
			fa = f(a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + r*(hi-lo)
			fb = f(b)
		}
	}
	return (lo + hi) / 2
}
