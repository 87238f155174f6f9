package stats

import (
	"math"
	"math/rand/v2"
)

// iterate solves by conjugate gradients: what the very largest networks need, where C itself would not fit. Variances of
// effects come from random signs (Bekas, Kokiopoulou and Saad 2007), the same ones every time; they are a few percent off.
func (c *Crossed) iterate(v Variances) (CrossedFit, bool) {
	a := c.sparse(v)
	n := len(a.outer.n)
	r := make([]float64, n*c.width)
	a.right(a.outer.z, a.inner.z, c.width, r)
	u, ok := a.conjugate(r, c.width, 1e-8)
	if !ok {
		return CrossedFit{}, false
	}
	if !a.fixedFrom(r, u) {
		return CrossedFit{}, false
	}
	outerVar, innerVar := a.probe(v.Visit)
	return a.finish(v, u, outerVar, innerVar), true
}

// sparse prepares the sides and weights without the dense matrix.
func (c *Crossed) sparse(v Variances) *absorbed {
	a := &absorbed{c: c, outer: &c.branch, inner: &c.shopper}
	a.thetaOuter, a.thetaIn = v.ratios()
	if len(c.branch.n) > len(c.shopper.n) {
		a.outer, a.inner, a.swapped = &c.shopper, &c.branch, true
		a.thetaOuter, a.thetaIn = a.thetaIn, a.thetaOuter
	}
	a.weight = make([]float64, len(a.inner.n))
	for j, n := range a.inner.n {
		a.weight[j] = a.thetaIn / (1 + a.thetaIn*n)
	}
	return a
}

// diagonal is that of C.
func (a *absorbed) diagonal() []float64 {
	d := make([]float64, len(a.outer.n))
	for i, n := range a.outer.n {
		d[i] = n
		a.outer.each(i, func(j int, count float64) { d[i] -= count * count * a.weight[j] })
		d[i] = 1 + a.thetaOuter*d[i]
	}
	return d
}

// times computes Cx for columns of the given width; room is as long as the inner side's columns.
func (a *absorbed) times(x, out, room []float64, width int) {
	for j, w := range a.weight {
		row := room[j*width : (j+1)*width]
		clear(row)
		for at := a.inner.from[j]; at < a.inner.from[j+1]; at++ {
			i, f := a.inner.other[at], w*a.inner.count[at]
			for k, v := range x[i*width : (i+1)*width] {
				row[k] += f * v
			}
		}
	}
	for i, n := range a.outer.n {
		row, own := out[i*width:(i+1)*width], x[i*width:(i+1)*width]
		for k, v := range own {
			row[k] = (1 + a.thetaOuter*n) * v
		}
		for at := a.outer.from[i]; at < a.outer.from[i+1]; at++ {
			j, f := a.outer.other[at], a.thetaOuter*a.outer.count[at]
			for k, v := range room[j*width : (j+1)*width] {
				row[k] -= f * v
			}
		}
	}
}

// conjugate solves Cx = b for columns of the given width by conjugate gradients with Jacobi's preconditioner, until every
// column's residual is under tol of its right side.
func (a *absorbed) conjugate(b []float64, width int, tol float64) ([]float64, bool) {
	n := len(a.outer.n)
	x, r := make([]float64, len(b)), append([]float64(nil), b...)
	z, d, cd := make([]float64, len(b)), make([]float64, len(b)), make([]float64, len(b))
	room, diagonal := make([]float64, len(a.inner.n)*width), a.diagonal()
	precondition := func() {
		for i := range n {
			for k := i * width; k < (i+1)*width; k++ {
				z[k] = r[k] / diagonal[i]
			}
		}
	}
	precondition()
	copy(d, z)
	goal, rz := dots(b, b, width), dots(r, z, width)
	const most = 1000
	for range most {
		if small(dots(r, r, width), goal, tol*tol) {
			return x, true
		}
		a.times(d, cd, room, width)
		step := quotients(rz, dots(d, cd, width))
		for i := range n {
			for k := range width {
				at := i*width + k
				x[at] += step[k] * d[at]
				r[at] -= step[k] * cd[at]
			}
		}
		precondition()
		next := dots(r, z, width)
		turn := quotients(next, rz)
		rz = next
		for i := range n {
			for k := range width {
				at := i*width + k
				d[at] = z[at] + turn[k]*d[at]
			}
		}
	}
	return x, false
}

// dots are the inner products of the columns of two matrices.
func dots(a, b []float64, width int) []float64 {
	out := make([]float64, width)
	for at := 0; at < len(a); at += width {
		for k := range width {
			out[k] += a[at+k] * b[at+k]
		}
	}
	return out
}

func quotients(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for k := range a {
		if b[k] != 0 {
			out[k] = a[k] / b[k]
		}
	}
	return out
}

func small(now, goal []float64, tol float64) bool {
	for k, v := range now {
		if v > tol*goal[k] {
			return false
		}
	}
	return true
}

// fixedFrom computes the factor of G = QᵀV⁻¹Q from R and C⁻¹R.
func (a *absorbed) fixedFrom(r, u []float64) bool {
	w := a.c.width
	g := append([]float64(nil), a.c.qq...)
	for j, f := range a.weight {
		takeSquare(g, a.inner.z[j*w:(j+1)*w], f)
	}
	for at := 0; at < len(r); at += w {
		for i := range w {
			for k := range i + 1 {
				g[i*w+k] -= (r[at+i]*u[at+k] + r[at+k]*u[at+i]) / 2
			}
		}
	}
	a.gram = g
	return choleskySmall(g, w-1, w)
}

const probes = 64

// probe estimates the conditional variances of both sides' effects: the mean of s·(C⁻¹s) over vectors of random signs is
// the diagonal of C⁻¹, exact on average and noisy by what stands beside the diagonal, which is little.
func (a *absorbed) probe(visitVar float64) (outer, inner []float64) {
	n := len(a.outer.n)
	signs := make([]float64, n*probes)
	rng := rand.New(rand.NewPCG(uint64(n), uint64(len(a.inner.n)))) //nolint:gosec // reproducible on purpose
	for i := range signs {
		signs[i] = float64(2*int(rng.Uint64()&1) - 1)
	}
	x, _ := a.conjugate(signs, probes, 1e-4)
	outer, diagonal := make([]float64, n), a.diagonal()
	for i := range outer {
		sum := 0.0
		for k := i * probes; k < (i+1)*probes; k++ {
			sum += signs[k] * x[k]
		}
		outer[i] = visitVar * a.thetaOuter * math.Min(1, math.Max(1/diagonal[i], sum/probes))
	}
	inner = make([]float64, len(a.inner.n))
	for j := range inner {
		inner[j] = a.nearError(j, visitVar, outer)
	}
	return outer, inner
}
