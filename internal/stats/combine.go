package stats

import (
	"cmp"
	"math"
	"slices"
)

// Combined is the common mean of estimates that each have an error, and how much their true values differ (DerSimonian
// and Laird 1986). Mean and SE are those with weights 1/(v+Tau2); Q is the weighted sum of squares around the mean with
// weights 1/v. Tau2SE is the standard error of Tau2 before it is kept from falling below zero. Fixed is the mean with weights
// 1/v, and FixedSE its standard error when true values differ by Tau2.
type Combined struct {
	Mean, SE     float64
	Fixed        float64
	FixedSE      float64
	Tau2, Tau2SE float64
	Q            float64
	N            int
}

// Combine combines estimates d with error variances v. It is false for none, for unequal lengths and for a variance that
// is not above zero. Order does not matter to the last bit.
func Combine(d, v []float64) (Combined, bool) {
	if len(d) == 0 || len(d) != len(v) {
		return Combined{}, false
	}
	all := make([][2]float64, len(d))
	for i := range d {
		if !(v[i] > 0) || math.IsInf(v[i], 0) || !finite(d[i]) {
			return Combined{}, false
		}
		all[i] = [2]float64{d[i], v[i]}
	}
	slices.SortFunc(all, func(a, b [2]float64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	c := Combined{N: len(d)}
	mean, _ := weightedMean(all, 0)
	sorted := make([]float64, len(all))
	for i, x := range all {
		c.Q += (x[0] - mean) * (x[0] - mean) / x[1]
		sorted[i] = x[1]
	}
	if c.N > 1 {
		c.Tau2 = excess(c.Q, sorted)
		c.Tau2SE = tauError(c.Tau2, sorted)
	}
	c.Fixed, c.FixedSE = mean, fixedError(c.Tau2, sorted)
	mean, weight := weightedMean(all, c.Tau2)
	c.Mean, c.SE = mean, 1/math.Sqrt(weight)
	return c, true
}

func weightedMean(all [][2]float64, tau2 float64) (mean, weight float64) {
	for _, x := range all {
		weight += 1 / (x[1] + tau2)
		mean += x[0] / (x[1] + tau2)
	}
	return mean / weight, weight
}

// fixedError is the standard error of the mean with weights 1/v: √(Σw²(v+τ²))/Σw.
func fixedError(tau2 float64, v []float64) float64 {
	s1, s2, _ := powers(v)
	return math.Sqrt(s1+s2*tau2) / s1
}

// AroundFixed is the same with the mean of weights 1/v in place of Mean.
func (c Combined) AroundFixed() Combined {
	c.Mean, c.SE = c.Fixed, c.FixedSE
	return c
}

// Steady is the mean with weights 1/v in which estimates further than 1.345 of their standard deviations from it pull no
// more than at that distance (Huber 1964): a few that truly moved do not move it. It is false under the conditions of
// [Combine].
func Steady(d, v []float64) (float64, bool) {
	c, ok := Combine(d, v)
	if !ok {
		return 0, false
	}
	const far, rounds = 1.345, 60
	m := c.Fixed
	for range rounds {
		sum, weight := make([]float64, len(d)), make([]float64, len(d))
		for i := range d {
			pull := 1.0
			if z := math.Abs(d[i]-m) / math.Sqrt(v[i]); z > far {
				pull = far / z
			}
			sum[i], weight[i] = pull*d[i]/v[i], pull/v[i]
		}
		slices.Sort(sum)
		slices.Sort(weight)
		next := total(sum) / total(weight)
		if math.Abs(next-m) < 1e-12*(1+math.Abs(m)) {
			break
		}
		m = next
	}
	return m, true
}

func total(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum
}

// excess is the variance beyond the errors' by moments: (Q − (I−1))/(Σw − Σw²/Σw) with w = 1/v, never below 0.
func excess(q float64, v []float64) float64 {
	s1, s2, _ := powers(v)
	if spare := s1 - s2/s1; spare > 0 {
		return math.Max(0, (q-float64(len(v)-1))/spare)
	}
	return 0
}

// powers are Σw, Σw² and Σw³ of the weights 1/v.
func powers(v []float64) (s1, s2, s3 float64) {
	for _, x := range v {
		w := 1 / x
		s1 += w
		s2 += w * w
		s3 += w * w * w
	}
	return s1, s2, s3
}

// tauError is the standard error of the moment estimate of τ² (Biggerstaff and Tweedie 1997).
func tauError(tau2 float64, v []float64) float64 {
	s1, s2, s3 := powers(v)
	spare := s1 - s2/s1
	if !(spare > 0) {
		return 0
	}
	square := 2*float64(len(v)-1) + 4*tau2*spare + 2*tau2*tau2*(s2-2*s3/s1+s2*s2/(s1*s1))
	return math.Sqrt(math.Max(0, square)) / spare
}

// Shrink draws one estimate d with error variance v to the common mean as far as its error is large, and gives the
// standard deviation of what is left open, the error of the common mean included.
func (c Combined) Shrink(d, v float64) (value, sd float64) {
	keep := 0.0
	if c.Tau2 > 0 {
		keep = c.Tau2 / (c.Tau2 + v)
	}
	return c.Mean + keep*(d-c.Mean), math.Sqrt(keep*v + (1-keep)*(1-keep)*c.SE*c.SE)
}

// Floored is the same with Tau2 raised to at least floor, so that a branch's own change always speaks. The common mean
// stays where it is.
func (c Combined) Floored(floor float64) Combined {
	c.Tau2 = math.Max(c.Tau2, floor)
	return c
}

// JamesStein is the factor by which the distances of equally exact estimates from their mean have to be shortened:
// 1 − (k−3)·v/Σ(y−ȳ)², never below 0 (Efron and Morris 1975). v is the error variance of each. It is false for fewer than
// four estimates and when they do not differ at all.
func JamesStein(y []float64, v float64) (mean, factor float64, ok bool) {
	if len(y) < 4 || !(v > 0) {
		return 0, 0, false
	}
	sorted := slices.Clone(y)
	slices.Sort(sorted)
	for _, x := range sorted {
		mean += x / float64(len(y))
	}
	ss := 0.0
	for _, x := range sorted {
		ss += (x - mean) * (x - mean)
	}
	if !(ss > 0) || math.IsInf(ss, 0) {
		return 0, 0, false
	}
	return mean, math.Max(0, 1-float64(len(y)-3)*v/ss), true
}
