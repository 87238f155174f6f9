package stats

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// backward solves Ux = b in place, for columns of the given width.
func (a *absorbed) backward(b []float64, width int) {
	blas64.Trsm(blas.Left, blas.NoTrans, 1, a.u, blas64.General{Rows: len(a.outer.n), Cols: width, Stride: width, Data: b})
}

// effects of both sides from C⁻¹R, whose last column is that of the scores.
func (a *absorbed) effects(u []float64, width int, beta []float64) (outer, inner []float64) {
	root := math.Sqrt(a.thetaOuter)
	outer = make([]float64, len(a.outer.n))
	for i := range outer {
		row := u[i*width : (i+1)*width]
		v := row[width-1]
		for k, b := range beta {
			v -= row[k] * b
		}
		outer[i] = root * v
	}
	inner = make([]float64, len(a.inner.n))
	for j, w := range a.weight {
		r := a.inner.residual(j, width, beta)
		a.inner.each(j, func(i int, n float64) { r -= n * outer[i] })
		inner[j] = w * r
	}
	return outer, inner
}

// errors are the conditional variances of both sides' effects: σ²θ(C⁻¹)_ii, and σ²(W_j + W_j² θ N_jᵀC⁻¹N_j).
func (a *absorbed) errors(visitVar float64) (outer, inner []float64) {
	n := len(a.outer.n)
	t := invertUpper(a.dense, n)
	outer = make([]float64, n)
	for i := range outer {
		outer[i] = visitVar * a.thetaOuter * sumSquares(t[i*n+i:(i+1)*n])
	}
	inner = make([]float64, len(a.inner.n))
	if len(inner) > exactErrors && !a.swapped {
		for j := range inner {
			inner[j] = a.nearError(j, visitVar, outer)
		}
		return outer, inner
	}
	column := make([]float64, n)
	for j, w := range a.weight {
		clear(column)
		first := n
		a.inner.each(j, func(i int, count float64) {
			first = min(first, i)
			row := blas64.Vector{N: n - i, Inc: 1, Data: t[i*n+i : (i+1)*n]}
			blas64.Axpy(count, row, blas64.Vector{N: n - i, Inc: 1, Data: column[i:]})
		})
		inner[j] = visitVar * (w + w*w*a.thetaOuter*sumSquares(column[first:]))
	}
	return outer, inner
}

// nearError is the error of one inner effect from those of its partners, as if these had nothing to do with each other.
func (a *absorbed) nearError(j int, visitVar float64, outer []float64) float64 {
	sum, w := 0.0, a.weight[j]
	a.inner.each(j, func(i int, count float64) { sum += count * count * outer[i] })
	return visitVar*w + w*w*sum
}

func sumSquares(x []float64) float64 {
	v := blas64.Vector{N: len(x), Inc: 1, Data: x}
	return blas64.Dot(v, v)
}

// fixedVar is the covariance of the kept fixed effects.
func (a *absorbed) fixedVar(visitVar float64) []float64 {
	return inverseSmall(a.gram, a.c.width-1, a.c.width, visitVar)
}

// inverseSmall is scale times the inverse of the matrix with the given Cholesky factor.
func inverseSmall(l []float64, p, stride int, scale float64) []float64 {
	out, e := make([]float64, p*p), make([]float64, p)
	for k := range p {
		clear(e)
		e[k] = scale
		forwardSmall(l, p, stride, e)
		backSmall(l, p, stride, e)
		for i := range p {
			out[i*p+k] = e[i]
		}
	}
	return out
}

// Response is another score of the same visits: its sums over each branch, each shopper, and weighted by each column of
// the design (as given), and the sum of its squares, in points.
type Response struct {
	Branch, Shopper, Column []float64
	Square                  float64
}

// Effects are those of another score at the factor's variance ratios, in points; Visit is the variance of one visit. The
// conditional variances are those of the factor's own score, times Visit over that score's visit variance.
type Effects struct {
	Fixed           []float64 // by column of the design
	Branch, Shopper []float64
	Visit           float64
}

// Ask solves for another score of the same visits, with the matrix that is factored already.
func (f *Factor) Ask(r Response) Effects {
	a := f.a
	c := a.c
	zo, zi := r.Branch, r.Shopper
	if a.swapped {
		zo, zi = zi, zo
	}
	u := make([]float64, len(zo))
	a.right(zo, zi, 1, u)
	blas64.Trsm(blas.Left, blas.Trans, 1, a.u, blas64.General{Rows: len(u), Cols: 1, Stride: 1, Data: u})
	xy, yy := f.against(u, zi, r)
	a.backward(u, 1)
	beta, rest := a.project(xy, yy)
	e := Effects{Fixed: make([]float64, c.given), Visit: rest / (c.visits - float64(len(beta)))}
	for k, at := range c.columns {
		e.Fixed[at] = beta[k]
	}
	outer, inner := f.deviations(u, zi, beta)
	e.Branch, e.Shopper = outer, inner
	if a.swapped {
		e.Branch, e.Shopper = inner, outer
	}
	return e
}

// against computes XᵀV⁻¹y and yᵀV⁻¹y; u is U⁻ᵀR of the score.
func (f *Factor) against(u, zi []float64, r Response) (xy []float64, yy float64) {
	a := f.a
	c, p := a.c, a.c.width-1
	xy, yy = make([]float64, p), r.Square
	for k, at := range c.columns {
		xy[k] = r.Column[at]
	}
	for j, w := range a.weight {
		for k := range p {
			xy[k] -= w * a.inner.z[j*c.width+k] * zi[j]
		}
		yy -= w * zi[j] * zi[j]
	}
	for i, v := range u {
		for k := range p {
			xy[k] -= a.half[i*c.width+k] * v
		}
		yy -= v * v
	}
	return xy, yy
}

// project solves for the fixed effects, and what is left of the square.
func (a *absorbed) project(xy []float64, yy float64) (beta []float64, rest float64) {
	p := len(xy)
	forwardSmall(a.gram, p, a.c.width, xy)
	for _, v := range xy {
		yy -= v * v
	}
	backSmall(a.gram, p, a.c.width, xy)
	return xy, math.Max(0, yy)
}

// deviations of both sides, given C⁻¹R of the score in u.
func (f *Factor) deviations(u, zi, beta []float64) (outer, inner []float64) {
	a := f.a
	w, root := a.c.width, math.Sqrt(a.thetaOuter)
	outer = make([]float64, len(u))
	for i, v := range u {
		for k, b := range beta {
			v -= f.ux[i*w+k] * b
		}
		outer[i] = root * v
	}
	inner = make([]float64, len(zi))
	for j, weight := range a.weight {
		r := zi[j]
		for k, b := range beta {
			r -= a.inner.z[j*w+k] * b
		}
		a.inner.each(j, func(i int, n float64) { r -= n * outer[i] })
		inner[j] = weight * r
	}
	return outer, inner
}
