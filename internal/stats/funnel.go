package stats

import (
	"cmp"
	"math"
	"slices"
)

// FunnelLimit is the exact binomial limit of a funnel plot: the share that n visits of a branch whose true share is the
// target stay at or below with probability p, interpolated between the possible counts (Spiegelhalter 2005, A.1). With r
// the smallest count whose distribution function F(r) reaches p, it is (r − (F(r)−p)/f(r))/n, kept within 0 to 1. A funnel
// of 95 % takes p 0.025 and 0.975, one of 99.8 % takes 0.001 and 0.999. It is false for n < 1 and for a target or p outside
// 0 to 1.
func FunnelLimit(target float64, n int, p float64) (float64, bool) {
	if n < 1 || !proper(target) || !proper(p) {
		return 0, false
	}
	r, _ := firstTrue(0, n, func(k int) bool { return atMost(k, n, target) >= p })
	over := (atMost(r, n, target) - p) / binomial(r, n, target)
	return math.Max(0, math.Min(1, (float64(r)-over)/float64(n))), true
}

// binomial is the probability of exactly k met in n visits with true share p strictly between 0 and 1.
func binomial(k, n int, p float64) float64 {
	x, size := float64(k), float64(n)
	choose := -math.Log(size+1) - lnBeta(x+1, size-x+1)
	return math.Exp(choose + x*math.Log(p) + (size-x)*math.Log1p(-p))
}

// BinomialP is the two-sided chance of a result at least as far out as x met of n when the true share is target: twice the
// smaller tail, at most 1. It is false for counts that cannot be and a target outside 0 to 1.
func BinomialP(n, x int, target float64) (float64, bool) {
	if !countable(n, x) || !proper(target) {
		return 0, false
	}
	return math.Min(1, 2*math.Min(atMost(x, n, target), 1-atMost(x-1, n, target))), true
}

// Dispersion says how much more results differ than their own luck explains. Phi is the mean squared z score (1: luck
// alone); Tau2 is the variance between branches beyond luck, in the results' unit squared, 0 unless Phi is above 1.
type Dispersion struct{ Phi, Tau2 float64 }

// FunnelDispersion measures over-dispersion (Spiegelhalter 2005): off are the results minus their target, sd how much luck
// alone moves each. The share winsor of z scores at either end is drawn in to the next one, so that the few branches that
// are truly different do not make all others look ordinary; 0 draws in none. It is false for fewer than two results, for an
// sd that is not above zero and for winsor outside 0 to 0.5.
func FunnelDispersion(off, sd []float64, winsor float64) (Dispersion, bool) {
	if len(off) < 2 || len(off) != len(sd) || !(winsor >= 0 && winsor < 0.5) {
		return Dispersion{}, false
	}
	z := make([]float64, len(off))
	for i := range off {
		z[i] = off[i] / sd[i]
		if !(sd[i] > 0) || !finite(z[i]) || math.IsInf(sd[i], 0) {
			return Dispersion{}, false
		}
	}
	d := Dispersion{Phi: meanSquare(winsorised(z, winsor))}
	if d.Phi > 1 {
		d.Tau2 = excess(d.Phi*float64(len(off)), squared(sd))
	}
	return d, true
}

// winsorised sorts z and draws the outer parts in.
func winsorised(z []float64, part float64) []float64 {
	slices.SortFunc(z, cmp.Compare[float64])
	k := int(math.Floor(part * float64(len(z))))
	lo, hi := z[k], z[len(z)-1-k]
	for i, v := range z {
		z[i] = math.Max(lo, math.Min(hi, v))
	}
	return z
}

func meanSquare(z []float64) float64 {
	sum := 0.0
	for _, v := range z {
		sum += v * v
	}
	return sum / float64(len(z))
}

func squared(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * v
	}
	return out
}

// finite tells a number from NaN and from the infinities.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// FunnelReach is the smallest number of visits, up to 4,096, at which a result can fall below the lower limit p of a funnel
// around the target: with fewer no result, not even none met, is extraordinary. It is false when none is enough.
func FunnelReach(target, p float64) (int, bool) {
	if !proper(target) || !proper(p) {
		return 0, false
	}
	return firstTrue(1, mostVisits, func(n int) bool { return math.Pow(1-target, float64(n)) < p*(1-1e-9) })
}
