package stats

import "math"

// Variances are those of a branch's effect, a shopper's effect and a single visit, in points squared.
type Variances struct{ Branch, Shopper, Visit float64 }

// ratios are the variances of branch and shopper in units of a visit's.
func (v Variances) ratios() (branch, shopper float64) { return v.Branch / v.Visit, v.Shopper / v.Visit }

// usable tells whether a model can stand on them.
func (v Variances) usable() bool {
	return v.Visit > 0 && v.Branch >= 0 && v.Shopper >= 0 && !math.IsInf(v.Visit+v.Branch+v.Shopper, 0)
}

// Moments estimates the variances by the method of moments (Gao and Owen 2020) on the residuals of least squares: one
// pass over the pairs, whatever their number. Below zero becomes 0. It is false where the equations are singular: each
// branch with its own shopper, each shopper with his own branch, or no branch or shopper seen twice.
func (c *Crossed) Moments() (Variances, bool) {
	beta, total := c.leastSquares()
	n := c.visits
	within := func(s *side) float64 { return total - c.between(s, beta) }
	withB, withS := c.overlap(&c.branch), c.overlap(&c.shopper)
	a := [3][3]float64{
		{0, n - withB, n - float64(c.branch.touched)},
		{n - withS, 0, n - float64(c.shopper.touched)},
		{n*n - squares(c.branch.n), n*n - squares(c.shopper.n), n*n - n},
	}
	const nothing = 1e-9
	if n-withB <= nothing*n || n-withS <= nothing*n {
		return Variances{}, false
	}
	x, ok := solve3(a, [3]float64{within(&c.branch), within(&c.shopper), n * total})
	if !ok {
		return Variances{}, false
	}
	v := Variances{Branch: math.Max(0, x[0]), Shopper: math.Max(0, x[1]), Visit: x[2]}
	if least := 1e-3 * total / n; v.Visit < least {
		v.Visit = least
	}
	return v, v.usable()
}

// leastSquares fits the fixed effects alone; it returns them and the residual sum of squares.
func (c *Crossed) leastSquares() (beta []float64, rest float64) {
	p, w := c.width-1, c.width
	l := append([]float64(nil), c.qq...)
	beta = make([]float64, p)
	if !choleskySmall(l, p, w) {
		return beta, c.qq[w*w-1]
	}
	rest = c.qq[w*w-1]
	for k := range p {
		beta[k] = l[p*w+k]
		rest -= beta[k] * beta[k]
	}
	backSmall(l, p, w, beta)
	return beta, math.Max(0, rest)
}

// between is Σ (sum of residuals)²/n over one side.
func (c *Crossed) between(s *side, beta []float64) float64 {
	sum := 0.0
	for i, n := range s.n {
		if n > 0 {
			r := s.residual(i, c.width, beta)
			sum += r * r / n
		}
	}
	return sum
}

// residual is the sum of y − Xβ over the visits of i.
func (s *side) residual(i, width int, beta []float64) float64 {
	z := s.z[i*width : (i+1)*width]
	r := z[width-1]
	for k, b := range beta {
		r -= z[k] * b
	}
	return r
}

// overlap is Σ_i Σ_j n_ij²/n_i: all visits where each has a single partner.
func (c *Crossed) overlap(s *side) float64 {
	sum := 0.0
	for i, n := range s.n {
		if n == 0 {
			continue
		}
		square := 0.0
		for _, v := range s.count[s.from[i]:s.from[i+1]] {
			square += v * v
		}
		sum += square / n
	}
	return sum
}

func squares(n []float64) float64 {
	sum := 0.0
	for _, v := range n {
		sum += v * v
	}
	return sum
}
