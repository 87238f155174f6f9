package stats

import "math"

// BelowByMet returns P(θ < t) for every x from 0 to n of n visits at once, indexed by x. It costs one incomplete beta
// function per prior strength; each further x is one multiplication, by I_t(a+1, b−1) = I_t(a, b) − t^a(1−t)^(b−1)/(a·B(a, b)).
// It is false for a target t outside 0 to 1 and for n below 0.
func (p Pool) BelowByMet(t float64, n int) ([]float64, bool) {
	if !proper(t) || n < 0 {
		return nil, false
	}
	at, out := pointAt(t), make([]float64, n+1)
	for _, q := range p.Parts {
		if q.Weight < negligible {
			continue
		}
		a, b := q.prior()
		addColumn(out, q.Weight, a, b, at)
	}
	return out, true
}

// OwnBelowByMet is [Pool.BelowByMet] for a branch alone, by Jeffreys' prior.
func OwnBelowByMet(t float64, n int) ([]float64, bool) {
	if !proper(t) || n < 0 {
		return nil, false
	}
	out := make([]float64, n+1)
	addColumn(out, 1, 0.5, 0.5, pointAt(t))
	return out, true
}

// addColumn starts where the terms are largest and walks both ways, so that none is lost to underflow before it matters.
func addColumn(out []float64, weight, a, b float64, at point) {
	n := len(out) - 1
	x0 := int(at.x * float64(n))
	d := newBeta(a+float64(x0), b+float64(n-x0))
	density := d.logitDensity(at)
	f0, odds := d.cdfWith(at, density), at.x/at.y
	out[x0] += weight * f0
	for x, f, term := x0, f0, density/(d.a*at.y); x < n; x++ {
		f -= term
		out[x+1] += weight * math.Max(0, f)
		term *= odds * (b + float64(n-x-1)) / (a + float64(x) + 1)
	}
	// going down the term is that of the lower x: t^(a−1)(1−t)^b / (b·B(a, b))
	for x, f, term := x0, f0, density/(d.b*at.x); x > 0; x-- {
		f += term
		out[x-1] += weight * math.Min(1, f)
		term *= (a + float64(x) - 1) / (odds * (b + float64(n-x) + 1))
	}
}

// Ahead returns the probability of each number of met visits, 0 to m, among the next m visits of a branch believed to be
// like this: the beta-binomial of the single beta distribution with the belief's mean and variance. It is false for an
// empty belief and m below 0.
func (m Mixture) Ahead(visits int) ([]float64, bool) {
	a, b, ok := m.single()
	if !ok || visits < 0 {
		return nil, false
	}
	out := make([]float64, visits+1)
	addAhead(out, a, b)
	return out, true
}

// single is the beta distribution with the mixture's mean and variance.
func (m Mixture) single() (a, b float64, ok bool) {
	mean, square := 0.0, 0.0
	for _, p := range m.parts {
		n := p.a + p.b
		mean += p.weight * p.a / n
		square += p.weight * p.a / n * (p.a + 1) / (n + 1)
	}
	if len(m.parts) == 1 {
		return m.parts[0].a, m.parts[0].b, true
	}
	variance := square - mean*mean
	if !(variance > 0) {
		return 0, 0, false
	}
	size := mean*(1-mean)/variance - 1
	return size * mean, size * (1 - mean), size > 0
}

// addAhead fills in the beta-binomial probabilities of j of m, from the likeliest outwards, so that none is lost to
// underflow before it matters; they are scaled to add to 1 in the end.
func addAhead(out []float64, a, b float64) {
	m := len(out) - 1
	j0 := int(float64(m) * a / (a + b))
	total := 1.0
	out[j0] = 1
	for j, p := j0, 1.0; j < m; j++ {
		p *= float64(m-j) * (a + float64(j)) / (float64(j+1) * (b + float64(m-j) - 1))
		out[j+1] = p
		total += p
	}
	for j, p := j0, 1.0; j > 0; j-- {
		p *= float64(j) * (b + float64(m-j)) / (float64(m-j+1) * (a + float64(j) - 1))
		out[j-1] = p
		total += p
	}
	for j := range out {
		out[j] /= total
	}
}
