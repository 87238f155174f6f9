package stats

import "math"

// ClopperPearson returns the exact interval for x met in n visits at the given level (Clopper and Pearson 1934), both ends
// as shares: never less sure than it says, and wide for it. It is false under the same conditions as [Jeffreys].
func ClopperPearson(n, x int, level float64) (Interval, bool) {
	if !countable(n, x) || !proper(level) {
		return Interval{}, false
	}
	tail, iv := (1-level)/2, Interval{Lo: 0, Hi: 1}
	if x > 0 {
		iv.Lo = betaQuantile(float64(x), float64(n-x)+1, tail)
	}
	if x < n {
		iv.Hi = betaQuantile(float64(x)+1, float64(n-x), 1-tail)
	}
	return iv, true
}

func betaQuantile(a, b, q float64) float64 {
	return Mixture{parts: []part{{weight: 1, beta: newBeta(a, b)}}}.Quantile(q)
}

// AgrestiCoull returns the interval of Agresti and Coull (1998) for x met in n visits at the given level: normal, around a
// share with z² visits added, half of them met. Its ends may lie outside 0 to 1. It is false under the same conditions as
// [Jeffreys].
func AgrestiCoull(n, x int, level float64) (Interval, bool) {
	if !countable(n, x) || !proper(level) {
		return Interval{}, false
	}
	z := zTwoSided(level)
	size := float64(n) + z*z
	p := (float64(x) + z*z/2) / size
	half := z * math.Sqrt(p*(1-p)/size)
	return Interval{Lo: p - half, Hi: p + half}, true
}
