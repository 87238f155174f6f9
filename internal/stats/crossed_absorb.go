package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// absorbed is the model at given variance ratios with the larger side taken out: what is left is a matrix C as large as
// the smaller side, C = UᵀU. θ below is a variance in units of a visit's; outer is the side that is left, inner the one
// taken out.
type absorbed struct {
	c                    *Crossed
	outer, inner         *side
	thetaOuter, thetaIn  float64
	weight               []float64 // W of each inner: θ/(1+θn)
	u                    blas64.Triangular
	half                 []float64 // U⁻ᵀR, a row of width numbers for each outer
	gram                 []float64 // Cholesky factor of [X, y]ᵀV⁻¹[X, y], lower triangle
	logs                 float64   // ln|V|, visit variance 1
	rest                 float64   // (y − Xβ̂)ᵀV⁻¹(y − Xβ̂)
	swapped              bool      // outer is the shoppers
	dense                []float64 // room for C
	criterionAtThisRatio float64
}

// absorber keeps the room that evaluations at different ratios share.
func (c *Crossed) absorber() *absorbed {
	a := &absorbed{c: c, outer: &c.branch, inner: &c.shopper}
	if len(c.branch.n) > len(c.shopper.n) {
		a.outer, a.inner, a.swapped = &c.shopper, &c.branch, true
	}
	n := len(a.outer.n)
	a.dense = make([]float64, n*n)
	a.half = make([]float64, n*c.width)
	a.weight = make([]float64, len(a.inner.n))
	return a
}

// at evaluates the model; false where rounding makes it impossible.
func (a *absorbed) at(thetaBranch, thetaShopper float64) bool {
	a.thetaOuter, a.thetaIn = thetaBranch, thetaShopper
	if a.swapped {
		a.thetaOuter, a.thetaIn = thetaShopper, thetaBranch
	}
	a.logs = 0
	for j, n := range a.inner.n {
		a.weight[j] = a.thetaIn / (1 + a.thetaIn*n)
		a.logs += math.Log1p(a.thetaIn * n)
	}
	a.fill()
	u, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Upper, N: len(a.outer.n), Stride: len(a.outer.n), Data: a.dense})
	if !ok {
		return false
	}
	a.u = u
	for i := range len(a.outer.n) {
		a.logs += 2 * math.Log(a.dense[i*len(a.outer.n)+i])
	}
	a.right(a.outer.z, a.inner.z, a.c.width, a.half)
	blas64.Trsm(blas.Left, blas.Trans, 1, a.u, blas64.General{Rows: len(a.outer.n), Cols: a.c.width, Stride: a.c.width, Data: a.half})
	return a.fixed()
}

// fill computes the upper triangle of C = I + θ(D − N W Nᵀ).
func (a *absorbed) fill() {
	n := len(a.outer.n)
	clear(a.dense)
	for i, visits := range a.outer.n {
		a.dense[i*n+i] = 1 + a.thetaOuter*visits
	}
	if a.thetaOuter == 0 {
		return
	}
	const bands = 32 // of rows; the first have more to the right of the diagonal
	if n < bands*block/4 {
		a.fillRows(0, n)
		return
	}
	AtOnce(bands, func(i int) { a.fillRows(n*i/bands, n*(i+1)/bands) })
}

// fillRows takes θNWNᵀ off some rows. Every number is summed in the order of the inner side, whoever does it.
func (a *absorbed) fillRows(first, end int) {
	n := len(a.outer.n)
	for j, w := range a.weight {
		if w == 0 {
			continue
		}
		from, to := a.inner.from[j], a.inner.from[j+1]
		other, count := a.inner.other[from:to], a.inner.count[from:to]
		p, _ := slices.BinarySearch(other, first)
		for ; p < len(other) && other[p] < end; p++ {
			f, row := a.thetaOuter*w*count[p], a.dense[other[p]*n:(other[p]+1)*n]
			for q := p; q < len(other); q++ {
				row[other[q]] -= f * count[q]
			}
		}
	}
}

// right computes R = √θ(Z_outᵀQ − N W Z_inᵀQ) for columns given by their sums over each side.
func (a *absorbed) right(outer, inner []float64, width int, out []float64) {
	root := math.Sqrt(a.thetaOuter)
	for i := range a.outer.n {
		row := out[i*width : (i+1)*width]
		copy(row, outer[i*width:(i+1)*width])
		for at := a.outer.from[i]; at < a.outer.from[i+1]; at++ {
			j := a.outer.other[at]
			f := a.outer.count[at] * a.weight[j]
			for k, v := range inner[j*width : (j+1)*width] {
				row[k] -= f * v
			}
		}
		for k := range row {
			row[k] *= root
		}
	}
}

// fixed computes G = [X, y]ᵀV⁻¹[X, y], its factor, and the criterion.
func (a *absorbed) fixed() bool {
	w := a.c.width
	a.gram = append(a.gram[:0], a.c.qq...)
	g := a.gram
	for j, f := range a.weight {
		takeSquare(g, a.inner.z[j*w:(j+1)*w], f)
	}
	for i := range a.outer.n {
		takeSquare(g, a.half[i*w:(i+1)*w], 1)
	}
	p := w - 1
	if !choleskySmall(g, p, w) {
		return false
	}
	a.rest = g[w*w-1]
	logs := a.logs
	for k := range p {
		a.rest -= g[p*w+k] * g[p*w+k]
		logs += 2 * math.Log(g[k*w+k])
	}
	df := a.c.visits - float64(p)
	a.criterionAtThisRatio = logs + df*(1+math.Log(2*math.Pi*a.rest/df))
	return a.rest > 0
}

// takeSquare subtracts f·z zᵀ from the lower triangle.
func takeSquare(g, z []float64, f float64) {
	if f == 0 {
		return
	}
	w := len(z)
	for i, u := range z {
		if u == 0 {
			continue
		}
		row := g[i*w : i*w+i+1]
		for k := range row {
			row[k] -= f * u * z[k]
		}
	}
}

// visitVar is the estimate of a visit's variance at these ratios.
func (a *absorbed) visitVar() float64 { return a.rest / (a.c.visits - float64(a.c.width-1)) }

// beta solves for the fixed effects.
func (a *absorbed) beta() []float64 {
	w := a.c.width
	p := w - 1
	b := make([]float64, p)
	copy(b, a.gram[p*w:p*w+p])
	backSmall(a.gram, p, w, b)
	return b
}
