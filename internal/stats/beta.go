package stats

import "math"

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
