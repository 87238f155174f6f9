package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a range of plausible values, in the unit of the estimate that it belongs to. Lo is never above Hi.
type Interval struct{ Lo, Hi float64 }

// Jeffreys returns the equal-tailed Jeffreys interval for a share of x met in n visits at the given level (0.9 for 90 %),
// both ends as shares between 0 and 1. The lower end is 0 when nothing was met, the upper end 1 when everything was
// (Brown, Cai and DasGupta 2001). It is false for no visits, for x outside 0 to n, and for a level outside 0 to 1.
func Jeffreys(n, x int, level float64) (Interval, bool) {
	if !countable(n, x) || !proper(level) {
		return Interval{}, false
	}
	own, tail := Own(n, x), (1-level)/2
	iv := Interval{Lo: 0, Hi: 1}
	if x > 0 {
		iv.Lo = own.Quantile(tail)
	}
	if x < n {
		iv.Hi = own.Quantile(1 - tail)
	}
	return iv, true
}

// Wilson returns the score interval for x met in n visits at the given level (Wilson 1927), both ends as shares. It is
// false under the same conditions as [Jeffreys].
func Wilson(n, x int, level float64) (Interval, bool) {
	if !countable(n, x) || !proper(level) {
		return Interval{}, false
	}
	z, size := zTwoSided(level), float64(n)
	p := float64(x) / size
	d := 1 + z*z/size
	mid := p + z*z/(2*size)
	half := z * math.Sqrt(p*(1-p)/size+z*z/(4*size*size))
	return Interval{Lo: math.Max(0, (mid-half)/d), Hi: math.Min(1, (mid+half)/d)}, true
}

// Difference returns the first share minus the second, and its interval by Newcombe's square-and-add of two Wilson
// intervals (Newcombe 1998, method 10), all between −1 and 1. It is false when either share has no visits.
func Difference(n1, x1, n2, x2 int, level float64) (diff float64, iv Interval, ok bool) {
	a, okA := Wilson(n1, x1, level)
	b, okB := Wilson(n2, x2, level)
	if !okA || !okB {
		return 0, Interval{}, false
	}
	p, q := float64(x1)/float64(n1), float64(x2)/float64(n2)
	diff = p - q
	iv.Lo = diff - math.Hypot(p-a.Lo, b.Hi-q)
	iv.Hi = diff + math.Hypot(a.Hi-p, q-b.Lo)
	return diff, iv, true
}

// countable tells whether x of n can be counted at all: at least one visit, and no more met than visited.
func countable(n, x int) bool { return n > 0 && x >= 0 && x <= n }

// proper tells whether p lies strictly between 0 and 1; NaN does not.
func proper(p float64) bool { return p > 0 && p < 1 }

// zTwoSided is the normal quantile that cuts (1−level)/2 off each end.
func zTwoSided(level float64) float64 { return distuv.UnitNormal.Quantile(1 - (1-level)/2) }

// Phi is the standard normal distribution function.
func Phi(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }
