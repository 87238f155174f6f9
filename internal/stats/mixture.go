package stats

import "math"

// Mixture is what is believed about one share: a weighted mixture of beta distributions. The zero value believes nothing.
type Mixture struct{ parts []part }

type part struct {
	weight float64
	beta
}

// Own is the belief that x met of n visits carry alone, with Jeffreys' prior Beta(½, ½): the branch without its peers.
// Counts that cannot be give the zero Mixture.
func Own(n, x int) Mixture {
	if n < 0 || x < 0 || x > n {
		return Mixture{}
	}
	return Mixture{parts: []part{{weight: 1, beta: newBeta(float64(x)+0.5, float64(n-x)+0.5)}}}
}

// Believed is the belief of a single beta distribution with this mean and standard deviation, for keeping a belief of another
// shape in two numbers. It is false for a mean outside 0 to 1, or a deviation that no share has.
func Believed(mean, sd float64) (Mixture, bool) {
	size := mean*(1-mean)/(sd*sd) - 1
	if !proper(mean) || !(sd > 0) || !(size > 0) || math.IsInf(size, 0) {
		return Mixture{}, false
	}
	return Mixture{parts: []part{{weight: 1, beta: newBeta(size*mean, size*(1-mean))}}}, true
}

// Seen is the belief after n more visits of which x were met, where it is a single beta distribution; of a mixture each part
// keeps its weight. Counts that cannot be leave it as it is.
func (m Mixture) Seen(n, x int) Mixture {
	if !countable(n, x) {
		return m
	}
	out := Mixture{parts: make([]part, len(m.parts))}
	for i, p := range m.parts {
		out.parts[i] = part{weight: p.weight, beta: newBeta(p.a+float64(x), p.b+float64(n-x))}
	}
	return out
}

// Mean is the expected share.
func (m Mixture) Mean() float64 {
	sum := 0.0
	for _, p := range m.parts {
		sum += p.weight * p.a / (p.a + p.b)
	}
	return sum
}

// Below is P(θ < t) for a target t as a share: 0 for t ≤ 0 and 1 for t ≥ 1.
func (m Mixture) Below(t float64) float64 {
	switch {
	case !(t > 0):
		return 0
	case t >= 1:
		return 1
	}
	at, sum := pointAt(t), 0.0
	for _, p := range m.parts {
		sum += p.weight * p.cdf(at)
	}
	return math.Min(1, sum)
}

// Interval is the equal-tailed interval at the given level (0.9 for 90 %); false for an empty mixture or a level outside
// 0 to 1.
func (m Mixture) Interval(level float64) (Interval, bool) {
	if len(m.parts) == 0 || !proper(level) {
		return Interval{}, false
	}
	tail := (1 - level) / 2
	return Interval{Lo: m.Quantile(tail), Hi: m.Quantile(1 - tail)}, true
}

const (
	logitReach = 80.0 // a share of 10⁻³⁵ is nought for every purpose here
	logitTol   = 1e-5 // the step after one this small, cubed, is nothing
)

// Quantile is the share below which the probability q lies, found on the logit scale by Halley steps kept inside a
// bracket (they settle in about four, bisection would need forty). q ≤ 0 gives 0, q ≥ 1 gives 1.
func (m Mixture) Quantile(q float64) float64 {
	switch {
	case len(m.parts) == 0 || !(q > 0):
		return 0
	case q >= 1:
		return 1
	case len(m.parts) == 1 && m.parts[0].firm():
		return m.parts[0].nearly(q)
	}
	lo, hi := -logitReach, logitReach
	l := m.guess(q)
	for step := range 400 {
		f, slope, bend := m.around(l, q)
		if f < 0 {
			lo = l
		} else {
			hi = l
		}
		next := l - halley(f, slope, bend)
		if math.Abs(next-l) < logitTol {
			return pointAtLogit(next).x
		}
		if step > 8 && step%4 == 0 {
			next = math.NaN() // between two humps Halley crawls: halve the bracket now and then
		}
		l = inside(next, lo, hi)
	}
	return pointAtLogit(l).x
}

// halley is the step of Halley's method; where the density has vanished it is infinite and the bracket is halved instead.
func halley(f, slope, bend float64) float64 {
	return f * slope / (slope*slope - f*bend/2)
}

// around gives the distribution function minus q at logit l, with its first and second derivative there.
func (m Mixture) around(l, q float64) (f, slope, bend float64) {
	at := pointAtLogit(l)
	f = -q
	for _, p := range m.parts {
		d := p.logitDensity(at)
		f += p.weight * p.cdfWith(at, d)
		slope += p.weight * d
		bend += p.weight * d * (p.a*at.y - p.b*at.x)
	}
	return f, slope, bend
}

// guess starts the search at the normal approximation on the logit scale.
func (m Mixture) guess(q float64) float64 {
	mean, square := 0.0, 0.0
	for _, p := range m.parts {
		l := math.Log(p.a / p.b)
		mean += p.weight * l
		square += p.weight * (l*l + 1/p.a + 1/p.b)
	}
	sd := math.Sqrt(math.Max(0, square-mean*mean))
	z := math.Sqrt2 * math.Erfinv(2*q-1)
	return math.Max(-logitReach/2, math.Min(logitReach/2, mean+z*sd))
}

// inside keeps a step within its bracket: a step that leaves it, or is not a number, becomes the bracket's middle.
func inside(next, lo, hi float64) float64 {
	if next > lo && next < hi {
		return next
	}
	return (lo + hi) / 2
}
