package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Grouping of rows: their number of a branch, a period, a shopper … from 0 to Groups−1, row by row.
type Grouping struct {
	Of     []int
	Groups int
}

// RemoveMeans takes the means of all levels off the columns, in place, so that what is left has mean 0 within every group
// of every level (the within transformation; alternating projections, exact after one round for a balanced table). It is
// false when a level does not number the rows, and when 10,000 rounds do not settle it.
func RemoveMeans(columns [][]float64, levels []Grouping) bool {
	for _, l := range levels {
		if !l.numbers(columns) {
			return false
		}
	}
	for _, c := range columns {
		if !removeMeans(c, levels) {
			return false
		}
	}
	return true
}

func (l Grouping) numbers(columns [][]float64) bool {
	for _, c := range columns {
		if len(c) != len(l.Of) {
			return false
		}
	}
	for _, g := range l.Of {
		if g < 0 || g >= l.Groups {
			return false
		}
	}
	return true
}

const (
	sweepRounds = 10_000
	sweepTol    = 1e-12 // of the column's own spread
)

func removeMeans(c []float64, levels []Grouping) bool {
	scale := math.Sqrt(meanSquareOr1(c))
	for range sweepRounds {
		moved := 0.0
		for _, l := range levels {
			moved = math.Max(moved, l.remove(c))
		}
		if moved <= sweepTol*scale || len(levels) == 1 {
			return true
		}
	}
	return len(levels) == 0
}

func meanSquareOr1(c []float64) float64 {
	if v := meanSquare(c); v > 0 {
		return v
	}
	return 1
}

// remove takes off one level's means and says how large the largest was.
func (l Grouping) remove(c []float64) float64 {
	sum, n := make([]float64, l.Groups), make([]float64, l.Groups)
	for i, g := range l.Of {
		sum[g] += c[i]
		n[g]++
	}
	largest := 0.0
	for g := range sum {
		if n[g] > 0 {
			sum[g] /= n[g]
			largest = math.Max(largest, math.Abs(sum[g]))
		}
	}
	for i, g := range l.Of {
		c[i] -= sum[g]
	}
	return largest
}

// Panel is a regression of Y on X and Controls after the means of Absorb were removed, with errors that may hang together
// within the groups of Cluster (and, where Second has groups, within those too). All columns have one value a row.
type Panel struct {
	Y, X     []float64
	Controls [][]float64
	Absorb   []Grouping
	Cluster  Grouping
	Second   Grouping
}

// Slope is the estimated coefficient of X. SE is cluster-robust with the factor G/(G−1) (CR1); SETwoWay adds the second
// clustering and takes off what both share (Cameron, Gelbach and Miller 2011), 0 without one; SEPlain is that of ordinary
// least squares. P is the wild cluster bootstrap's two-sided chance of a t as large when the true coefficient is 0.
type Slope struct {
	Beta                  float64
	SE, SETwoWay, SEPlain float64
	P                     float64
	Rows, Clusters        int
}

// Fit estimates the slope. P comes from so many draws (999 is usual, 0 leaves P at 0), each with one sign a cluster; sign
// says +1 or −1 and is the only source of chance. It is false when lengths disagree, with fewer than two clusters, and when
// X does not vary within what was absorbed.
func (p *Panel) Fit(draws int, sign func() float64) (Slope, bool) {
	w, ok := p.within()
	if !ok {
		return Slope{}, false
	}
	s := Slope{Rows: len(p.Y), Clusters: w.clusters()}
	s.Beta = dot(w.x, w.y) / w.xx
	residual := make([]float64, len(w.y))
	for i := range residual {
		residual[i] = w.y[i] - s.Beta*w.x[i]
	}
	s.SE = w.robust(p.Cluster, residual)
	s.SEPlain = math.Sqrt(dot(residual, residual) / math.Max(1, float64(s.Rows-w.spent)) / w.xx)
	s.SETwoWay = w.twoWay(p, residual)
	if !(s.SE > 0) || s.Clusters < 2 {
		return Slope{}, false
	}
	s.P = w.wild(p, s, draws, sign)
	return s, true
}

// within is the panel with the absorbed means and the controls taken off.
type within struct {
	y, x     []float64
	controls [][]float64
	cross    mat.Cholesky // of the controls
	xx       float64
	spent    int // degrees of freedom of X, controls and absorbed means
	cluster  Grouping
}

func (p *Panel) within() (*within, bool) {
	n := len(p.Y)
	columns := [][]float64{clone(p.Y), clone(p.X)}
	for _, c := range p.Controls {
		columns = append(columns, clone(c))
	}
	if n < 3 || len(p.Cluster.Of) != n || !p.Cluster.numbers(columns) || !RemoveMeans(columns, p.Absorb) {
		return nil, false
	}
	w := &within{y: columns[0], x: columns[1], cluster: p.Cluster, spent: 1}
	before := dot(w.x, w.x)
	w.spent += w.takeControls(columns[2:])
	for i, l := range p.Absorb {
		w.spent += l.seen()
		if i > 0 {
			w.spent--
		}
	}
	w.project(w.y)
	w.project(w.x)
	w.xx = dot(w.x, w.x)
	raw := dot(p.X, p.X)
	return w, w.xx > 1e-12*raw && w.xx > 1e-9*before && finite(dot(w.y, w.y))
}

// takeControls keeps the controls that say something beyond those before.
func (w *within) takeControls(columns [][]float64) int {
	for _, c := range columns {
		kept := slices.Concat(w.controls, [][]float64{c})
		gram := mat.NewSymDense(len(kept), nil)
		for i := range kept {
			for j := i; j < len(kept); j++ {
				gram.SetSym(i, j, dot(kept[i], kept[j]))
			}
		}
		var chol mat.Cholesky
		if chol.Factorize(gram) && chol.Cond() < 1e10 {
			w.controls, w.cross = kept, chol
		}
	}
	return len(w.controls)
}

// project takes the controls off a column whose absorbed means are already gone.
func (w *within) project(c []float64) {
	if len(w.controls) == 0 {
		return
	}
	right := mat.NewVecDense(len(w.controls), nil)
	for i, k := range w.controls {
		right.SetVec(i, dot(k, c))
	}
	var beta mat.VecDense
	if w.cross.SolveVecTo(&beta, right) != nil {
		return
	}
	for i, k := range w.controls {
		b := beta.AtVec(i)
		for r := range c {
			c[r] -= b * k[r]
		}
	}
}

func (w *within) clusters() int { return w.cluster.seen() }

// seen counts the groups that have rows.
func (l Grouping) seen() int {
	has, n := make([]bool, l.Groups), 0
	for _, g := range l.Of {
		if !has[g] {
			has[g] = true
			n++
		}
	}
	return n
}

// variance is (G/(G−1))·Σ_g (Σ x·e)² / (Σx²)².
func (w *within) variance(l Grouping, residual []float64) float64 {
	score := make([]float64, l.Groups)
	for i, g := range l.Of {
		score[g] += w.x[i] * residual[i]
	}
	groups := float64(l.seen())
	if groups < 2 {
		return 0
	}
	return groups / (groups - 1) * dot(score, score) / (w.xx * w.xx)
}

func (w *within) robust(l Grouping, residual []float64) float64 {
	return math.Sqrt(w.variance(l, residual))
}

// twoWay is √(V₁ + V₂ − V₁₂); where that is below zero, as may happen with few groups, the larger of V₁ and V₂ stands.
func (w *within) twoWay(p *Panel, residual []float64) float64 {
	if len(p.Second.Of) != len(p.Y) || !p.Second.numbers([][]float64{p.Y}) {
		return 0
	}
	first, second := w.variance(p.Cluster, residual), w.variance(p.Second, residual)
	v := first + second - w.variance(both(p.Cluster, p.Second), residual)
	if !(v > 0) {
		v = math.Max(first, second)
	}
	return math.Sqrt(v)
}

// both numbers the pairs of two levels.
func both(a, b Grouping) Grouping {
	at := map[[2]int]int{}
	out := Grouping{Of: make([]int, len(a.Of))}
	for i := range a.Of {
		key := [2]int{a.Of[i], b.Of[i]}
		n, ok := at[key]
		if !ok {
			n = len(at)
			at[key] = n
		}
		out.Of[i] = n
	}
	out.Groups = len(at)
	return out
}

// wild draws outcomes under the null: the residuals of the regression without X, whole clusters with one sign each
// (Cameron, Gelbach and Miller 2008). What the signs do to the absorbed means is taken off again each time.
func (w *within) wild(p *Panel, s Slope, draws int, sign func() float64) float64 {
	if draws < 1 {
		return 0
	}
	t, hits := math.Abs(s.Beta/s.SE), 0
	y := make([]float64, len(w.y))
	signs := make([]float64, w.cluster.Groups)
	for range draws {
		for g := range signs {
			signs[g] = sign()
		}
		for i, g := range w.cluster.Of {
			y[i] = w.y[i] * signs[g]
		}
		if w.tOf(p, y) >= t*(1-1e-12) {
			hits++
		}
	}
	return float64(hits+1) / float64(draws+1)
}

// tOf is |t| of one drawn outcome.
func (w *within) tOf(p *Panel, y []float64) float64 {
	removeMeans(y, p.Absorb)
	w.project(y)
	beta := dot(w.x, y) / w.xx
	for i := range y {
		y[i] -= beta * w.x[i]
	}
	se := w.robust(w.cluster, y)
	if !(se > 0) {
		return math.Inf(1)
	}
	return math.Abs(beta) / se
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func clone(a []float64) []float64 { return slices.Clone(a) }
