package stats

import (
	"math"
)

const (
	// exactSide is the largest smaller side whose variances are found by maximising the restricted likelihood.
	exactSide = 1500
	// denseSide is the largest smaller side that is solved as a dense matrix; beyond it, by conjugate gradients.
	denseSide = 3000
	// flat is a square root of a variance ratio that is as good as 0.
	flat = 1e-4
	// steep is the largest square root of a variance ratio: branches a thousand times as variable as visits.
	steep = 1e3
)

// smaller is the size of the side that stays when the other is taken out.
func (c *Crossed) smaller() int { return min(len(c.branch.n), len(c.shopper.n)) }

// Exact tells whether the data are small enough for [Crossed.REML]. Larger data keep the variances of [Crossed.Moments],
// which for them are a few percent off at most.
func (c *Crossed) Exact() bool { return c.smaller() <= exactSide }

// REML finds the variances that maximise the restricted likelihood, by Nelder and Mead's search from the moments, and
// returns −2 log restricted likelihood there: lme4's REMLcrit, without the term of [BoundaryAvoiding]. It is false where
// the data cannot tell branch from shopper, and for data that are not [Crossed.Exact].
func (c *Crossed) REML(how Fit) (v Variances, criterion float64, ok bool) {
	start, ok := c.Moments()
	if !ok {
		return Variances{}, 0, false
	}
	return c.REMLFrom(start, how)
}

// REMLFrom is [Crossed.REML] with a search that begins at the given variances: those of last week, or of the other fit.
func (c *Crossed) REMLFrom(start Variances, how Fit) (v Variances, criterion float64, ok bool) {
	if !c.Exact() || !start.usable() {
		return Variances{}, 0, false
	}
	return c.search(start, how, false)
}

// OneSided is [Crossed.REML] without an effect of shoppers, for data in which they cannot be told from branches.
func (c *Crossed) OneSided(how Fit) (v Variances, criterion float64, ok bool) {
	if !c.Exact() || c.branch.touched < 2 || c.visits <= float64(c.branch.touched) {
		return Variances{}, 0, false
	}
	return c.search(Variances{Branch: 1, Visit: 4}, how, true)
}

// search minimises the criterion over the square roots of the variance ratios.
func (c *Crossed) search(start Variances, how Fit, alone bool) (v Variances, criterion float64, ok bool) {
	a := c.absorber()
	cost := func(x []float64) float64 {
		b, s := rootRatio(x[0]), 0.0
		if !alone {
			s = rootRatio(x[1])
		}
		if math.Max(b, s) > steep || !a.at(b*b, s*s) {
			return math.Inf(1)
		}
		if how == BoundaryAvoiding {
			return a.criterionAtThisRatio - 2*math.Log(b)
		}
		return a.criterionAtThisRatio
	}
	x, low := nelderMead(cost, startAt(start, alone), 0.15, 1e-7, 400)
	if math.IsInf(low, 1) {
		return Variances{}, 0, false
	}
	cost(x)
	v.Visit = a.visitVar()
	v.Branch = rootRatio(x[0]) * rootRatio(x[0]) * v.Visit
	if !alone {
		v.Shopper = rootRatio(x[1]) * rootRatio(x[1]) * v.Visit
	}
	return v, a.criterionAtThisRatio, v.usable()
}

func startAt(v Variances, alone bool) []float64 {
	b, s := v.ratios()
	const least = 0.05 // a search that begins at 0 would stay there
	x := []float64{math.Max(least, math.Sqrt(b)), math.Max(least, math.Sqrt(s))}
	if alone {
		return x[:1]
	}
	return x
}

// rootRatio makes a searched number a square root: the sign does not matter, next to nothing is nothing.
func rootRatio(x float64) float64 {
	if x = math.Abs(x); x < flat {
		return 0
	}
	return x
}

// CrossedFit is the model at given variances. Effects are deviations in points; their variances are those of the error,
// given the fixed effects (lme4's conditional variances).
type CrossedFit struct {
	Variances
	Criterion    float64 // −2 log restricted likelihood, where HasCriterion: not for the very largest data
	HasCriterion bool
	Fixed        []float64 // by column of the design; 0 for a column that others already say
	FixedVar     []float64 // their covariance, row by row
	BranchEffect []float64
	BranchVar    []float64
	ShopperEffect,
	ShopperVar []float64
	BranchVisits []float64
	Effective    []float64 // visits of each branch, worth so many once the shoppers' differences are counted
	Branches     int       // with visits
	Columns      int       // kept
}

// Solve gives effects at the variances given, found now or earlier. It is false for variances that cannot be.
func (c *Crossed) Solve(v Variances) (CrossedFit, bool) {
	if !v.usable() {
		return CrossedFit{}, false
	}
	if c.smaller() > denseSide {
		return c.iterate(v)
	}
	f, ok := c.factor(v)
	if !ok {
		return CrossedFit{}, false
	}
	return f.fit(v), true
}

// exactErrors is the size of the larger side up to which the errors of its effects are computed to the last digit. For more
// they leave out how the errors of its partners hang together, which then is little: a few percent, too small.
const exactErrors = 1500

// FixedAt gives the fixed effects at other variances, by column of the design. It is false for variances that cannot be and
// for data too large for a dense matrix.
func (c *Crossed) FixedAt(v Variances) ([]float64, bool) {
	if !v.usable() || c.smaller() > denseSide {
		return nil, false
	}
	a := c.absorber()
	if !a.at(v.ratios()) {
		return nil, false
	}
	return c.blank(v, a.beta()).Fixed, true
}

// Factor is the model solved at fixed variances, kept to ask it about other scores of the same visits.
type Factor struct {
	a  *absorbed
	ux []float64 // C⁻¹R, a row of width numbers for each of the outer side
}

// NewFactor solves at the given variances. It is false for variances that cannot be and for data too large for it (more
// than 3,000 both of branches and of shoppers).
func (c *Crossed) NewFactor(v Variances) (*Factor, bool) {
	if !v.usable() || c.smaller() > denseSide {
		return nil, false
	}
	return c.factor(v)
}

func (c *Crossed) factor(v Variances) (*Factor, bool) {
	a := c.absorber()
	b, s := v.ratios()
	if !a.at(b, s) {
		return nil, false
	}
	f := &Factor{a: a, ux: append([]float64(nil), a.half...)}
	a.backward(f.ux, c.width)
	return f, true
}

func (f *Factor) fit(v Variances) CrossedFit {
	outerVar, innerVar := f.a.errors(v.Visit)
	fit := f.a.finish(v, f.ux, outerVar, innerVar)
	fit.Criterion, fit.HasCriterion = f.a.criterionAt(v), true
	return fit
}

// finish puts a fit together from u = C⁻¹R and the conditional variances of both sides' effects.
func (a *absorbed) finish(v Variances, u, outerVar, innerVar []float64) CrossedFit {
	c, beta := a.c, a.beta()
	fit := c.blank(v, beta)
	outer, inner := a.effects(u, c.width, beta)
	fit.BranchEffect, fit.ShopperEffect, fit.BranchVar, fit.ShopperVar = outer, inner, outerVar, innerVar
	if a.swapped {
		fit.BranchEffect, fit.ShopperEffect, fit.BranchVar, fit.ShopperVar = inner, outer, innerVar, outerVar
	}
	fit.FixedVar = c.spread(a.fixedVar(v.Visit))
	fit.Effective = c.effective(v, fit.BranchVar)
	return fit
}

// criterionAt is −2 log restricted likelihood where the visit variance is given, too.
func (a *absorbed) criterionAt(v Variances) float64 {
	p := a.c.width - 1
	df := a.c.visits - float64(p)
	logs := a.logs
	for k := range p {
		logs += 2 * math.Log(a.gram[k*a.c.width+k])
	}
	return logs + df*math.Log(2*math.Pi*v.Visit) + a.rest/v.Visit
}

func (c *Crossed) blank(v Variances, beta []float64) CrossedFit {
	fit := CrossedFit{Variances: v, Branches: c.branch.touched, Columns: len(c.columns), BranchVisits: c.branch.n}
	fit.Fixed = make([]float64, c.given)
	for k, at := range c.columns {
		fit.Fixed[at] = beta[k]
	}
	fit.Fixed[0] += c.centre
	return fit
}

// spread puts a matrix of kept columns into one of all columns.
func (c *Crossed) spread(kept []float64) []float64 {
	out, p := make([]float64, c.given*c.given), len(c.columns)
	for a, i := range c.columns {
		for b, k := range c.columns {
			out[i*c.given+k] = kept[a*p+b]
		}
	}
	return out
}

// effective is σ_e²(1/Var − 1/σ_b²) for each branch; as σ_b² goes to 0 its limit is n − Σ n_ij² W_j.
func (c *Crossed) effective(v Variances, branchVar []float64) []float64 {
	out := make([]float64, len(branchVar))
	_, s := v.ratios()
	for i, n := range c.branch.n {
		if n == 0 {
			continue
		}
		if v.Branch > 1e-9*v.Visit {
			out[i] = v.Visit * (1/branchVar[i] - 1/v.Branch)
		} else {
			out[i] = n
			c.branch.each(i, func(j int, count float64) { out[i] -= count * count * s / (1 + s*c.shopper.n[j]) })
		}
		out[i] = math.Max(0, math.Min(n, out[i]))
	}
	return out
}

// At is the expected score of a visit with the given design row to branch i, by the network's average shopper: mean and
// standard deviation, never under half a point. With fewer than 30 branches it is a t with B − p − 1 degrees of freedom and
// a standard deviation wider by √(1+2/B).
func (f *CrossedFit) At(i int, row []float64) Belief {
	mean, variance := f.Line(row)
	df, wide := few(f.Branches, f.Columns+1)
	return Belief{Mean: mean + f.BranchEffect[i], SD: math.Sqrt(wide) * math.Max(sdFloor, math.Sqrt(f.BranchVar[i]+variance)), DF: df}
}

// Line is what the fixed effects expect of a design row (or of a difference of two), and the variance of its error.
func (f *CrossedFit) Line(row []float64) (mean, variance float64) {
	p := len(f.Fixed)
	for i, u := range row {
		mean += u * f.Fixed[i]
		for k, v := range row {
			variance += u * v * f.FixedVar[i*p+k]
		}
	}
	return mean, math.Max(0, variance)
}

// Update is the effect of a branch after new visits, all else kept as it was fitted: residuals is the sum of y − xᵀβ̂ − ŝ
// over all its visits, in points.
func (v Variances) Update(residuals float64, visits int) float64 {
	if visits <= 0 || !(v.Branch > 0) {
		return 0
	}
	return residuals / (float64(visits) + v.Visit/v.Branch)
}
