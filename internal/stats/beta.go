package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// beta is one Beta(a, b) distribution with its normalising constant kept, because every question asked of it needs it.
type beta struct{ a, b, lnB float64 }

func newBeta(a, b float64) beta { return beta{a: a, b: b, lnB: lnBeta(a, b)} }

// lnBeta is the logarithm of the beta function for a, b > 0.
func lnBeta(a, b float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	return la + lb - lab
}

// point is a share kept with its complement and both logarithms, so that nothing is lost next to 0 or 1.
type point struct{ x, y, lnX, lnY float64 }

func pointAt(x float64) point {
	return point{x: x, y: 1 - x, lnX: math.Log(x), lnY: math.Log1p(-x)}
}

func pointAtLogit(l float64) point {
	e := math.Exp(-math.Abs(l))
	small, ln := e/(1+e), math.Log1p(e)
	if l < 0 {
		return point{x: small, y: 1 / (1 + e), lnX: l - ln, lnY: -ln}
	}
	return point{x: 1 / (1 + e), y: small, lnX: -ln, lnY: -l - ln}
}

// logitDensity is the density on the logit scale: x^a (1−x)^b / B(a, b). Unlike the density of x it is bounded.
func (d beta) logitDensity(p point) float64 { return math.Exp(d.a*p.lnX + d.b*p.lnY - d.lnB) }

// cdfWith is P(θ ≤ x) by Lentz's continued fraction, given the density there, which is also its leading factor.
func (d beta) cdfWith(p point, density float64) float64 {
	if p.x < (d.a+1)/(d.a+d.b+2) {
		return density * betaFraction(d.a, d.b, p.x) / d.a
	}
	return 1 - density*betaFraction(d.b, d.a, p.y)/d.b
}

func (d beta) cdf(p point) float64 { return d.cdfWith(p, d.logitDensity(p)) }

// firmFrom is how many visits must have met a share, and how many missed it, for the distribution to be nearly normal.
const firmFrom = 10_000

// firm reports whether quantiles are found by [beta.nearly]: the continued fraction takes hundreds of terms then.
func (d beta) firm() bool { return min(d.a, d.b) >= firmFrom }

// nearly is the quantile at q by the expansion of Cornish and Fisher (1938, Revue de l'Institut International de Statistique
// 5:307) with skewness and kurtosis: where the distribution is firm the probability below it is q within 1e-6.
func (d beta) nearly(q float64) float64 {
	n, ab := d.a+d.b, d.a*d.b
	sd := math.Sqrt(ab/(n+1)) / n
	skew := 2 * (d.b - d.a) / (n + 2) * math.Sqrt((n+1)/ab)
	peak := 6 * ((d.a-d.b)*(d.a-d.b)*(n+1) - ab*(n+2)) / (ab * (n + 2) * (n + 3))
	z := distuv.UnitNormal.Quantile(q)
	return d.a/n + sd*(z+(z*z-1)*skew/6+(z*z*z-3*z)*peak/24-(2*z*z*z-5*z)*skew*skew/36)
}

const (
	fractionTiny  = 1e-300
	fractionTerms = 100_000 // it converges in about √max(a, b) terms: enough for 10¹⁰ visits
	fractionEps   = 1e-15
)

// betaFraction is the continued fraction of the incomplete beta function (Numerical Recipes 6.4), modified Lentz.
func betaFraction(a, b, x float64) float64 {
	c, d := 1.0, 1/awayFromZero(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m <= fractionTerms; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / awayFromZero(1+even*d)
		c = awayFromZero(1 + even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / awayFromZero(1+odd*d)
		c = awayFromZero(1 + odd/c)
		h *= d * c
		if off := d*c - 1; off < fractionEps && off > -fractionEps {
			break
		}
	}
	return h
}

func awayFromZero(v float64) float64 {
	if v > -fractionTiny && v < fractionTiny {
		return fractionTiny
	}
	return v
}
