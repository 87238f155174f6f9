package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Gram holds the sums of squares and products of an outcome and its predictors around their means (or around the means of
// whatever was removed), as a full symmetric matrix by rows: index 0 is the outcome, 1 … K the predictors.
type Gram struct {
	Predictors int
	Products   []float64 // (K+1)²
}

// NewGram makes room for so many predictors.
func NewGram(predictors int) Gram {
	size := predictors + 1
	return Gram{Predictors: predictors, Products: make([]float64, size*size)}
}

// Add adds one row, outcome first, that already has the means taken off.
func (g Gram) Add(row []float64) {
	size := g.Predictors + 1
	for i, v := range row[:size] {
		if v == 0 {
			continue
		}
		for j, w := range row[:size] {
			g.Products[i*size+j] += v * w
		}
	}
}

// Plus adds times copies of another of the same size: a bootstrap draw takes a branch several times or never.
func (g Gram) Plus(other Gram, times float64) {
	for i, v := range other.Products {
		g.Products[i] += times * v
	}
}

// Combine gives the Gram of outcome and combined predictors: each is the mean of the listed ones (1-based).
func (g Gram) Combine(members [][]int) Gram {
	size, out := g.Predictors+1, NewGram(len(members))
	sets := append([][]int{{0}}, members...)
	for i, a := range sets {
		for j, b := range sets {
			sum := 0.0
			for _, p := range a {
				for _, q := range b {
					sum += g.Products[p*size+q]
				}
			}
			if len(a) > 0 && len(b) > 0 {
				out.Products[i*len(sets)+j] = sum / float64(len(a)) / float64(len(b))
			}
		}
	}
	return out
}

// correlations scales to unit diagonals; a predictor that never varies gets a zero row. It is false for an outcome that
// never varies, and for products that are no numbers.
func (g Gram) correlations() ([]float64, bool) {
	size := g.Predictors + 1
	if len(g.Products) != size*size || !(g.Products[0] > 0) {
		return nil, false
	}
	out := make([]float64, size*size)
	for i := range size {
		for j := range size {
			v := g.Products[i*size+j]
			if !finite(v) {
				return nil, false
			}
			if d := g.Products[i*size+i] * g.Products[j*size+j]; d > 0 {
				out[i*size+j] = v / math.Sqrt(d)
			}
		}
	}
	return out, true
}

// Importance is how the explained share of an outcome's variance, R2, divides over its predictors; Parts add up to it.
type Importance struct {
	R2    float64
	Parts []float64
}

// LMGMost and JohnsonMost are the largest numbers of predictors of [LMG] and [Johnson].
const (
	LMGMost     = 15
	JohnsonMost = 200
)

// nothingNew is the share of a predictor's variance below which the others are taken to know it already.
const nothingNew = 1e-10

// LMG divides R² by averaging what a predictor adds over all orders in which they can come in (Lindeman, Merenda and Gold
// 1980; the Shapley value), exactly: every subset is reached by sweeping one predictor at a time, with the predictors
// already decided dropped from the matrix, so that 2^K subsets cost about 2^K steps. It is false for no or more than 15
// predictors and for an outcome that never varies.
func LMG(g Gram) (Importance, bool) {
	if g.Predictors < 1 || g.Predictors > LMGMost {
		return Importance{}, false
	}
	c, ok := g.correlations()
	if !ok {
		return Importance{}, false
	}
	s := newSubsets(g.Predictors)
	base, _ := s.walk(0, 0, c, 1)
	out := Importance{R2: s.whole, Parts: make([]float64, g.Predictors)}
	for k := range out.Parts {
		out.Parts[k] = s.with[k] - base
	}
	return out, true
}

// subsets walks over all subsets. In a subset of size s a member's R² counts w(s−1), a non-member's counts −w(s), where
// w(s) = s!(K−s−1)!/K!: so a predictor's part is Σ_with (w(s−1)+w(s))·R² − Σ_all w(s)·R².
type subsets struct {
	k       int
	weight  []float64 // w(s), 0 for s = K
	with    []float64
	whole   float64
	scratch [][]float64
}

func newSubsets(k int) *subsets {
	s := &subsets{k: k, weight: make([]float64, k+1), with: make([]float64, k), scratch: make([][]float64, k+1)}
	w := 1 / float64(k)
	for i := range k {
		s.weight[i] = w
		w *= float64(i+1) / float64(max(1, k-i-1))
	}
	for i := range s.scratch {
		side := k - i + 1
		s.scratch[i] = make([]float64, side*side)
	}
	return s
}

// walk decides predictor at; m is the matrix of outcome and predictors at … K−1 with those chosen so far swept out, left
// the share of the outcome not explained by them. It returns Σ w(s)·R² and Σ (w(s−1)+w(s))·R² over the subsets below, and
// adds the second to those predictors that are members.
func (s *subsets) walk(at, chosen int, m []float64, left float64) (base, member float64) {
	if at == s.k {
		return s.leaf(chosen, 1-left)
	}
	side := s.k - at + 1
	next := s.scratch[at+1]
	pivot, explained := m[side+1], 0.0
	sweepInto(next, m, side, 0)
	base, member = s.walk(at+1, chosen, next, left)
	if pivot > nothingNew {
		explained = m[1] * m[1] / pivot
		sweepInto(next, m, side, 1/pivot)
	} else {
		sweepInto(next, m, side, 0)
	}
	b, w := s.walk(at+1, chosen+1, next, left-explained)
	s.with[at] += w
	return base + b, member + w
}

func (s *subsets) leaf(chosen int, r2 float64) (base, member float64) {
	w := s.weight[chosen]
	before := 0.0
	if chosen > 0 {
		before = s.weight[chosen-1]
	}
	if chosen == s.k {
		s.whole = r2
	}
	return w * r2, (before + w) * r2
}

// sweepInto writes m without its second row and column, from which inverse times their products are taken off.
func sweepInto(to, m []float64, side int, inverse float64) {
	small := side - 1
	for i := range small {
		from := i
		if i > 0 {
			from = i + 1
		}
		c := m[from*side+1] * inverse
		to[i*small] = m[from*side] - c*m[side]
		for j := 1; j < small; j++ {
			to[i*small+j] = m[from*side+j+1] - c*m[side+j+1]
		}
	}
}

// Johnson divides R² by relative weights (Johnson 2000): predictors are replaced by the nearest uncorrelated ones, whose
// shares are handed back in proportion. One eigen-decomposition, so for up to 200 predictors. It is false for no or more
// predictors, for an outcome that never varies and where the decomposition fails.
func Johnson(g Gram) (Importance, bool) {
	k := g.Predictors
	if k < 1 || k > JohnsonMost {
		return Importance{}, false
	}
	c, ok := g.correlations()
	if !ok {
		return Importance{}, false
	}
	x, r := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	for i := range k {
		r.SetVec(i, c[i+1])
		for j := i; j < k; j++ {
			x.SetSym(i, j, c[(i+1)*(k+1)+j+1])
		}
	}
	root, beta, ok := nearestUncorrelated(x, r)
	if !ok {
		return Importance{}, false
	}
	out := Importance{Parts: make([]float64, k)}
	for i := range k {
		for j := range k {
			out.Parts[i] += root.At(i, j) * root.At(i, j) * beta.AtVec(j) * beta.AtVec(j)
		}
		out.R2 += beta.AtVec(i) * beta.AtVec(i)
	}
	return out, true
}

// nearestUncorrelated gives the square root of the correlations and the outcome's regression on the uncorrelated
// predictors. Directions that the predictors do not span are left out.
func nearestUncorrelated(x *mat.SymDense, r *mat.VecDense) (*mat.Dense, *mat.VecDense, bool) {
	var eigen mat.EigenSym
	if !eigen.Factorize(x, true) {
		return nil, nil, false
	}
	var q mat.Dense
	eigen.VectorsTo(&q)
	values := eigen.Values(nil)
	up, down := make([]float64, len(values)), make([]float64, len(values))
	for i, v := range values {
		if v > nothingNew*float64(len(values)) {
			up[i], down[i] = math.Sqrt(v), 1/math.Sqrt(v)
		}
	}
	var root, inverse mat.Dense
	root.Product(&q, mat.NewDiagDense(len(up), up), q.T())
	inverse.Product(&q, mat.NewDiagDense(len(down), down), q.T())
	var beta mat.VecDense
	beta.MulVec(&inverse, r)
	return &root, &beta, true
}

// Relative divides R² by [LMG] for up to 15 predictors and by [Johnson] beyond.
func Relative(g Gram) (Importance, bool) {
	if g.Predictors <= LMGMost {
		return LMG(g)
	}
	return Johnson(g)
}
