package stats

import (
	"math"
	"slices"
)

// Place is where a branch stands among all: Expected rank (1 is best, ties and luck averaged) and the range Lo to Hi that
// holds its true rank with 90 %.
type Place struct {
	Expected float64
	Lo, Hi   int
}

// Ranking compares branches by what is believed about their scores.
type Ranking struct {
	beliefs []Belief
	table   *ladder // nil for few branches, which are compared one with another
}

// tableFrom is the number of branches above which sums over all others are read off a grid.
const tableFrom = 40

// NewRanking prepares the comparison of branches with the given means and standard deviations (in points). It is false
// for fewer than two branches and when a standard deviation is not above zero.
func NewRanking(beliefs []Belief) (Ranking, bool) {
	if !rankable(beliefs) {
		return Ranking{}, false
	}
	r := Ranking{beliefs: beliefs}
	if len(beliefs) > tableFrom {
		r.table = newLadder(beliefs)
	}
	return r, true
}

// rankable reports whether there is anything to rank, and every belief is one.
func rankable(beliefs []Belief) bool {
	return len(beliefs) >= 2 && !slices.ContainsFunc(beliefs, func(b Belief) bool {
		return !(b.SD > 0) || math.IsInf(b.SD, 0) || math.IsNaN(b.Mean) || math.IsInf(b.Mean, 0)
	})
}

// Place returns the place of branch i, by its index in the beliefs. Given the branch's score t its rank is a sum of
// independent chances to be beaten, taken as normal with continuity correction, and t is mixed over 15 Gauss–Hermite points.
func (r Ranking) Place(i int) Place {
	b := r.beliefs[i]
	p := Place{}
	var given [len(hermite)]rankGiven
	for h, node := range hermite {
		given[h] = r.given(i, b.Mean+b.SD*node.z, node.weight)
	}
	p.Expected = r.expected(i, given[:])
	top := len(r.beliefs)
	p.Lo, _ = firstTrue(1, top, func(rank int) bool { return atMostRank(given[:], rank) >= 0.05 || rank == top })
	p.Hi, _ = firstTrue(p.Lo, top, func(rank int) bool { return atMostRank(given[:], rank) >= 0.95 || rank == top })
	return p
}

// expected is 1 + Σ_j P(j better than i): pair by pair up to 500 branches, beyond from the mixture (right to 0.01).
func (r Ranking) expected(i int, given []rankGiven) float64 {
	const pairs = 500
	sum, me := 1.0, r.beliefs[i]
	if len(r.beliefs) > pairs {
		sum = 0
		for _, g := range given {
			sum += g.weight * g.mean
		}
		return sum
	}
	for j, other := range r.beliefs {
		if j != i {
			sum += Phi((other.Mean - me.Mean) / math.Sqrt(me.SD*me.SD+other.SD*other.SD))
		}
	}
	return sum
}

// hermite are the 15 Gauss–Hermite points for a standard normal variable: the mean of f(Z) is about Σ weight·f(z).
var hermite = [15]struct{ z, weight float64 }{
	{-6.363947888829838, 8.589649899633299e-10},
	{-5.190093591304784, 5.975419597920575e-07},
	{-4.1962077112690155, 5.6421464051890096e-05},
	{-3.289082424398767, 0.0015673575035499473},
	{-2.432436827009758, 0.017365774492137626},
	{-1.6067100690287295, 0.08941779539984444},
	{-0.7991290683245482, 0.23246229360973208},
	{0, 0.31825951825951865},
	{0.7991290683245482, 0.23246229360973208},
	{1.6067100690287295, 0.08941779539984444},
	{2.432436827009758, 0.017365774492137626},
	{3.289082424398767, 0.0015673575035499473},
	{4.1962077112690155, 5.6421464051890096e-05},
	{5.190093591304784, 5.975419597920575e-07},
	{6.363947888829838, 8.589649899633299e-10},
}

// rankGiven is the distribution of a branch's rank given its true score.
type rankGiven struct{ weight, mean, variance float64 }

func (r Ranking) given(i int, t, weight float64) rankGiven {
	g := rankGiven{weight: weight, mean: 1}
	if r.table != nil {
		better, spread := r.table.at(t)
		p := chanceAbove(r.beliefs[i], t)
		g.mean += math.Max(0, better-p)
		g.variance = math.Max(0, spread-p*(1-p))
		return g
	}
	for j, other := range r.beliefs {
		if j != i {
			p := chanceAbove(other, t)
			g.mean += p
			g.variance += p * (1 - p)
		}
	}
	return g
}

// atMostRank is the chance that the rank is at most the given one.
func atMostRank(given []rankGiven, rank int) float64 {
	sum := 0.0
	for _, g := range given {
		sum += g.weight * Phi((float64(rank)+0.5-g.mean)/math.Sqrt(math.Max(g.variance, 1e-12)))
	}
	return sum
}

func chanceAbove(b Belief, t float64) float64 { return Phi((b.Mean - t) / b.SD) }

// AmongWorst returns, for each branch, the chance that its true score is in the lowest share (0.1 for the worst 10 %) of
// all branches' true scores: P_i = Φ((q−μ_i)/s_i), where q is the score below which that share is expected to lie. It is
// false for a share outside 0 to 1.
func (r Ranking) AmongWorst(share float64) ([]float64, bool) {
	if !proper(share) || len(r.beliefs) < 2 {
		return nil, false
	}
	q := r.quantile(share)
	out := make([]float64, len(r.beliefs))
	for i, b := range r.beliefs {
		out[i] = Phi((q - b.Mean) / b.SD)
	}
	return out, true
}

// quantile is the score below which the given share of true scores is expected: by Newton's steps, and by halving where one
// would leave what is still possible.
func (r Ranking) quantile(share float64) float64 {
	const near = 1e-9
	lo, hi := reach(r.beliefs)
	want, q := share*float64(len(r.beliefs)), (lo+hi)/2
	for range 60 {
		sum, slope := 0.0, 0.0
		for _, b := range r.beliefs {
			z := (q - b.Mean) / b.SD
			sum += Phi(z)
			slope += math.Exp(-z*z/2) / (b.SD * math.Sqrt(2*math.Pi))
		}
		if sum < want {
			lo = q
		} else {
			hi = q
		}
		next := q - (sum-want)/slope
		if !(next > lo && next < hi) { // also what is no number
			next = (lo + hi) / 2
		}
		if math.Abs(next-q) < near {
			return next
		}
		q = next
	}
	return q
}

// reach is a range of scores outside which nothing is believed.
func reach(beliefs []Belief) (lo, hi float64) {
	const far = 7 // standard deviations
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, b := range beliefs {
		lo = math.Min(lo, b.Mean-far*b.SD)
		hi = math.Max(hi, b.Mean+far*b.SD)
	}
	return lo, hi
}

// ladder tabulates Σ_j Φ((μ_j−t)/s_j) and Σ_j p(1−p) over t, so that comparing all branches with all takes time in
// proportion to their number.
type ladder struct {
	lo, step       float64
	better, spread []float64
}

func newLadder(beliefs []Belief) *ladder {
	lo, hi := reach(beliefs)
	rungs := rungsFor(hi-lo, beliefs)
	l := &ladder{lo: lo, step: (hi - lo) / float64(rungs-1), better: make([]float64, rungs), spread: make([]float64, rungs)}
	for k := range rungs {
		t := lo + float64(k)*l.step
		for _, b := range beliefs {
			p := chanceAbove(b, t)
			l.better[k] += p
			l.spread[k] += p * (1 - p)
		}
	}
	return l
}

// rungsFor puts three rungs to the smallest standard deviation: then the cubic between them is right to a hundredth of a
// rank.
func rungsFor(width float64, beliefs []Belief) int {
	const fewest, most = 64, 512
	least := math.Inf(1)
	for _, b := range beliefs {
		least = math.Min(least, b.SD)
	}
	return int(math.Min(most, math.Max(fewest, 3*width/least)))
}

// at interpolates by the cubic through the four nearest rungs.
func (l *ladder) at(t float64) (better, spread float64) {
	pos := (t - l.lo) / l.step
	k := min(max(int(pos), 1), len(l.better)-3)
	u := pos - float64(k)
	w := [4]float64{-u * (u - 1) * (u - 2) / 6, (u + 1) * (u - 1) * (u - 2) / 2, -(u + 1) * u * (u - 2) / 2, (u + 1) * u * (u - 1) / 6}
	for i, c := range w {
		better += c * l.better[k-1+i]
		spread += c * l.spread[k-1+i]
	}
	return better, spread
}
