package stats

import (
	"cmp"
	"math"
	"slices"
)

// Pair is how often a pair of counts occurs in a peer group: Branches branches had X met in N visits each.
type Pair struct{ N, X, Branches int }

// Pool is what a peer group says about a branch before its own visits are looked at: a mixture of beta distributions, one
// for each prior strength M (worth M visits) with the mean that fits best at that strength and the weight of M.
type Pool struct{ Parts []PoolPart }

// PoolPart is one prior strength: Strength in visits, Mean and Weight as shares; the weights of a Pool add to 1. Doubt is the
// variance of Mean on the logit scale: how far the group itself is known.
type PoolPart struct{ Strength, Mean, Weight, Doubt float64 }

// PoolMinBranches is the smallest number of branches with visits that may be pooled.
const PoolMinBranches = 8

// strengths is the grid over which the prior strength is integrated. It ends at 128 imaginary visits because the maximum
// of the likelihood runs to infinity on real data, which would erase a branch's own visits.
func strengths() []float64 { return []float64{2, 4, 8, 16, 32, 64, 128} }

const (
	logitLow, logitHigh = -4.0, 7.0
	meanTol             = 1e-12
	ridge               = 0.005 // pulls the mean off 0 and 1 where every visit agrees
)

// FitPool fits the beta-binomial of a peer group with the prior strength integrated. The order of the pairs, and whether
// equal pairs are merged, does not matter; pairs without visits say nothing. It is false with fewer than
// [PoolMinBranches] branches that have visits, and for counts that cannot be.
func FitPool(pairs []Pair) (Pool, bool) {
	g, ok := newGroup(pairs)
	if !ok || g.branches < PoolMinBranches {
		return Pool{}, false
	}
	pool := Pool{}
	logit, best := g.crudeLogit(), math.Inf(-1)
	for _, m := range strengths() {
		logit = g.bestLogit(m, logit)
		fit := g.objective(m, logit)
		best = math.Max(best, fit)
		_, bend := g.slope(m, logit)
		pool.Parts = append(pool.Parts, PoolPart{Strength: m, Mean: expit(logit), Weight: fit, Doubt: 1 / math.Max(-bend, 2*ridge)})
	}
	total := 0.0
	for i := range pool.Parts {
		pool.Parts[i].Weight = math.Exp(pool.Parts[i].Weight - best)
		total += pool.Parts[i].Weight
	}
	for i := range pool.Parts {
		pool.Parts[i].Weight /= total
	}
	return pool, true
}

// Shift moves the pool to a smaller group within it that met x of n visits: same strengths and weights, each mean drawn
// to the group's own share as if the pool were worth 20 of the group's visits. Counts that cannot be leave it as it is.
func (p Pool) Shift(n, x int) Pool {
	if !countable(n, x) {
		return p
	}
	const worth = 20
	out := Pool{Parts: slices.Clone(p.Parts)}
	for i := range out.Parts {
		out.Parts[i].Mean = (float64(x) + worth*out.Parts[i].Mean) / (float64(n) + worth)
	}
	return out
}

// Doubted is the pool as a sceptic sees it: the mean of the group is integrated, too, and expected about the target (a share
// between 0 and 1), for that is where owners set targets; near is how near, a deviation in logits: [Usual], or what [Nearness]
// learnt from the other standards of the same programme. A pool takes the mean at its
// likeliest value, which in a network of fourteen branches with three visits each may be ten points off; all its branches
// then lean to the same wrong side at once. With many visits the sceptic is convinced, and it makes no difference.
// Five points of Gauss and Hermite on the logit scale are right to a thousandth where it matters.
func (p Pool) Doubted(target, near float64) Pool {
	if !proper(target) || !(near > 0) {
		return p
	}
	points := [...]struct{ z, w float64 }{
		{-2.8569700138728056, 0.011257411327720689},
		{-1.3556261799742659, 0.22207592200561266},
		{0, 0.53333333333333333},
		{1.3556261799742659, 0.22207592200561266},
		{2.8569700138728056, 0.011257411327720689},
	}
	out := Pool{Parts: make([]PoolPart, 0, len(points)*len(p.Parts))}
	for _, q := range p.Parts {
		if q.Weight < negligible {
			continue
		}
		logit, sd := sceptical(math.Log(q.Mean/(1-q.Mean)), q.Doubt, target, near)
		for _, at := range points {
			out.Parts = append(out.Parts, PoolPart{Strength: q.Strength, Mean: expit(logit + sd*at.z), Weight: q.Weight * at.w})
		}
	}
	return out
}

// MeanSD is how far the mean of the group is known: its standard deviation, as a share.
func (p Pool) MeanSD() float64 {
	sum := 0.0
	for _, q := range p.Parts {
		slope := q.Mean * (1 - q.Mean)
		sum += q.Weight * q.Doubt * slope * slope
	}
	return math.Sqrt(sum)
}

// sceptical draws a mean, known on the logit scale up to a variance, to the target, and gives its deviation.
func sceptical(logit, variance, target, near float64) (mean, sd float64) {
	f := variance / (variance + near*near)
	return logit + f*(math.Log(target/(1-target))-logit), math.Sqrt((1 - f) * variance)
}

// Mean is the share expected of a branch of the group that has no visits yet.
func (p Pool) Mean() float64 {
	sum := 0.0
	for _, q := range p.Parts {
		sum += q.Weight * q.Mean
	}
	return sum
}

// Posterior is the belief about a branch of the group that met x of n visits. Counts that cannot be give the zero Mixture.
func (p Pool) Posterior(n, x int) Mixture {
	if n < 0 || x < 0 || x > n {
		return Mixture{}
	}
	m := Mixture{parts: make([]part, 0, len(p.Parts))}
	for _, q := range p.Parts {
		if q.Weight < negligible {
			continue
		}
		a, b := q.prior()
		m.parts = append(m.parts, part{weight: q.Weight, beta: newBeta(a+float64(x), b+float64(n-x))})
	}
	return m
}

// negligible is a weight that cannot be seen in any result: probabilities are right to 10⁻⁹ without such parts.
const negligible = 1e-10

// prior is the part's Beta(a, b) before any visit.
func (q PoolPart) prior() (a, b float64) { return q.Strength * q.Mean, q.Strength * (1 - q.Mean) }

// group is a peer group's counts in the form in which the likelihood is cheap.
type group struct {
	met, missed, visits tally
	branches            int
	x, n                float64
}

func newGroup(pairs []Pair) (group, bool) {
	g := group{}
	var met, missed, visits []Pair
	for _, p := range pairs {
		if p.N == 0 && p.X == 0 || p.Branches == 0 {
			continue
		}
		if !countable(p.N, p.X) || p.Branches < 0 {
			return group{}, false
		}
		g.branches += p.Branches
		g.x += float64(p.X) * float64(p.Branches)
		g.n += float64(p.N) * float64(p.Branches)
		met = append(met, Pair{N: p.X, Branches: p.Branches})
		missed = append(missed, Pair{N: p.N - p.X, Branches: p.Branches})
		visits = append(visits, Pair{N: p.N, Branches: p.Branches})
	}
	g.met, g.missed, g.visits = tallyOf(met), tallyOf(missed), tallyOf(visits)
	return g, g.branches > 0
}

// tallyOf sorts by N, merges equal ones and leaves out zeros, which add nothing to any sum.
func tallyOf(pairs []Pair) tally {
	slices.SortFunc(pairs, func(a, b Pair) int { return cmp.Compare(a.N, b.N) })
	var values, counts []int
	for _, p := range pairs {
		switch last := len(values) - 1; {
		case p.N == 0:
		case last >= 0 && values[last] == p.N:
			counts[last] += p.Branches
		default:
			values, counts = append(values, p.N), append(counts, p.Branches)
		}
	}
	return newTally(values, counts)
}

func (g group) crudeLogit() float64 {
	p := (g.x + 0.5) / (g.n + 1)
	return math.Log(p / (1 - p))
}

// objective is Σ_b [ln B(mM+x, (1−m)M+n−x) − ln B(mM, (1−m)M)] − 0.005·logit(m)².
func (g group) objective(strength, logit float64) float64 {
	at := pointAtLogit(logit)
	return g.met.logs(strength*at.x) + g.missed.logs(strength*at.y) - g.visits.logs(strength) - ridge*logit*logit
}

// bestLogit maximises the objective over logit m ∈ [−4, 7]. The likelihood is concave in m and the ridge in logit m, so
// the slope changes sign once: Newton steps kept inside a bracket find in five what golden section finds in forty-five.
func (g group) bestLogit(strength, start float64) float64 {
	lo, hi := logitLow, logitHigh
	l := math.Max(lo+0.5, math.Min(hi-0.5, start))
	for range 200 {
		slope, bend := g.slope(strength, l)
		if slope > 0 {
			lo = l
		} else {
			hi = l
		}
		next := l - slope/bend
		if bend >= 0 {
			next = math.NaN() // a valley ahead: halve the bracket
		}
		if math.Abs(next-l) < meanTol || hi-lo < meanTol {
			return l
		}
		l = inside(next, lo, hi)
	}
	return l
}

// slope is the objective's first and second derivative in logit m.
func (g group) slope(strength, logit float64) (first, second float64) {
	at := pointAtLogit(logit)
	up1, up2 := g.met.inverses(strength * at.x)
	down1, down2 := g.missed.inverses(strength * at.y)
	v := at.x * at.y * strength
	first = v*(up1-down1) - 2*ridge*logit
	second = v*(at.y-at.x)*(up1-down1) - v*v*(up2+down2) - 2*ridge
	return first, second
}

func expit(l float64) float64 { return pointAtLogit(l).x }
