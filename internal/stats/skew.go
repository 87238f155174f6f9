package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// mostSkew keeps an estimated skewness within what visits can have.
const mostSkew = 2.0

// Skewness of single visits, from the means and variances of branches alone: where visits are skewed, branches with a low
// mean have a large variance by the same luck (the covariance of mean and variance of n visits is the third central
// moment over n). visitVar and branchVar are the variances within and between branches. It is 0 with fewer than
// [PoolMinBranches] branches of two visits or more, and within ±2. Order does not matter to 12 digits.
func Skewness(groups []ScoreGroup, visitVar, branchVar float64) float64 {
	if !(visitVar > 0) || !(branchVar >= 0) {
		return 0
	}
	n, sum := 0, 0.0
	for _, g := range groups {
		if g.N > 1 {
			n++
			sum += g.Mean
		}
	}
	if n < PoolMinBranches {
		return 0
	}
	centre := sum / float64(n)
	third, weight := 0.0, 0.0
	for _, g := range groups {
		if g.N > 1 {
			size := float64(g.N)
			w := 1 / (1 + size*branchVar/visitVar)
			third += w * size * (g.Mean - centre) * (g.SS/(size-1) - visitVar)
			weight += w
		}
	}
	return math.Max(-mostSkew, math.Min(mostSkew, third/weight/math.Pow(visitVar, 1.5)))
}

// SkewedP is the two-sided chance of a mean at least z standard deviations out when it is skewed by so much (that of single
// visits over √n): twice the smaller tail of the gamma distribution with this skewness (Pearson's type III), the normal one
// for hardly any.
func SkewedP(z, skew float64) float64 {
	const hardly = 1e-4
	if math.Abs(skew) < hardly {
		return 2 * Phi(-math.Abs(z))
	}
	if skew < 0 {
		z, skew = -z, -skew
	}
	shape := 4 / (skew * skew)
	at := shape + z*math.Sqrt(shape)
	if at <= 0 {
		return 0
	}
	upper := mathext.GammaIncRegComp(shape, at)
	return math.Min(1, 2*math.Min(upper, 1-upper))
}
