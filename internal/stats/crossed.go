package stats

import (
	"cmp"
	"math"
	"slices"
)

// CrossedCell sums the visits of one branch by one shopper in one row of the design: how many, their scores, and the
// squares of these. Whole numbers, so that cells of parts of the data add up to the cells of all of it, to the last bit.
type CrossedCell struct {
	Branch, Shopper, Row int
	N, Sum, Sum2         int64
}

// CrossedData is what the crossed model is fitted to. Cells may repeat and come in any order.
type CrossedData struct {
	Branches, Shoppers int         // their numbers run from 0; one without visits is allowed
	Rows               [][]float64 // of the design: what is fixed about a visit of each kind; the first column is 1
	Cells              []CrossedCell
	Unit               float64 // points in one unit of Sum: 0.01 for basis points
}

// Crossed is the model y = xᵀβ + branch + shopper + visit, with normal effects for branch, shopper and visit, made ready
// for fitting: sums only, whose number does not grow with visits to cells already seen.
type Crossed struct {
	branch, shopper side
	qq              []float64 // [X, y]ᵀ[X, y], width by width
	columns         []int     // of the design that are kept: what others already say is left out
	given           int       // columns of the design
	width           int       // kept columns and the score
	visits          float64
	centre          float64 // points taken off every score, so that sums of squares keep their digits
}

// side is one of the two crossed factors, with the counts of its pairs with the other.
type side struct {
	n       []float64 // visits of each
	z       []float64 // Zᵀ[X, y], width numbers each
	from    []int     // the pairs of number i are from[i] to from[i+1]
	other   []int
	count   []float64
	touched int // how many have visits
}

// NewCrossed prepares the data. It is false for data that cannot be: no visits, numbers out of range, rows of different
// lengths or without the leading 1, counts below zero, squares below what the mean allows; and where all scores are the
// same or there are no more visits than fixed effects, so that nothing is left to tell branches from luck.
func NewCrossed(d CrossedData) (*Crossed, bool) {
	cells, ok := d.merged()
	if !ok {
		return nil, false
	}
	c := &Crossed{given: len(d.Rows[0])}
	centre := c.total(cells, d)
	if !c.choose(cells, d, centre) {
		return nil, false
	}
	c.branch = newSide(d.Branches, c.width)
	c.shopper = newSide(d.Shoppers, c.width)
	c.gather(cells, d, centre)
	c.branch.pairs(cells, func(x CrossedCell) (int, int) { return x.Branch, x.Shopper })
	cells = countingSort(cells, d.Shoppers, func(x *CrossedCell) int { return x.Shopper })
	c.shopper.pairs(cells, func(x CrossedCell) (int, int) { return x.Shopper, x.Branch })
	return c, true
}

// merged checks the cells and adds up equal ones, by branch, shopper and row.
func (d CrossedData) merged() ([]CrossedCell, bool) {
	if len(d.Rows) == 0 || !(d.Unit > 0) || !sameWidth(d.Rows) {
		return nil, false
	}
	cells := make([]CrossedCell, 0, len(d.Cells))
	for _, x := range d.Cells {
		if !d.has(x) {
			return nil, false
		}
		if x.N > 0 {
			cells = append(cells, x)
		}
	}
	cells = SortCells(cells, d.Branches, d.Shoppers, len(d.Rows))
	return mergeCells(cells), len(cells) > 0
}

// SortCells orders cells by branch, shopper and row in time proportional to their number; numbers must lie below the
// counts given. The cells given may be used as room.
func SortCells(cells []CrossedCell, branches, shoppers, rows int) []CrossedCell {
	if slices.IsSortedFunc(cells, byPlace) {
		return cells
	}
	cells = countingSort(cells, rows, func(x *CrossedCell) int { return x.Row })
	cells = countingSort(cells, shoppers, func(x *CrossedCell) int { return x.Shopper })
	return countingSort(cells, branches, func(x *CrossedCell) int { return x.Branch })
}

// countingSort is stable.
func countingSort(cells []CrossedCell, keys int, of func(*CrossedCell) int) []CrossedCell {
	at := make([]int, keys+1)
	for i := range cells {
		at[of(&cells[i])+1]++
	}
	for k := range keys {
		at[k+1] += at[k]
	}
	out := make([]CrossedCell, len(cells))
	for i := range cells {
		k := of(&cells[i])
		out[at[k]] = cells[i]
		at[k]++
	}
	return out
}

func sameWidth(rows [][]float64) bool {
	for _, r := range rows {
		if len(r) != len(rows[0]) || len(r) == 0 || r[0] != 1 {
			return false
		}
		for _, v := range r {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

// has tells whether the cell is possible.
func (d CrossedData) has(x CrossedCell) bool {
	if x.N < 0 || x.Sum2 < 0 || x.N == 0 && (x.Sum != 0 || x.Sum2 != 0) {
		return false
	}
	n, s, q := float64(x.N), float64(x.Sum), float64(x.Sum2)
	const rounding = 1e-9
	return x.Branch >= 0 && x.Branch < d.Branches && x.Shopper >= 0 && x.Shopper < d.Shoppers &&
		x.Row >= 0 && x.Row < len(d.Rows) && n*q >= s*s*(1-rounding)
}

func byPlace(a, b CrossedCell) int {
	return cmp.Or(cmp.Compare(a.Branch, b.Branch), cmp.Compare(a.Shopper, b.Shopper), cmp.Compare(a.Row, b.Row))
}

func mergeCells(cells []CrossedCell) []CrossedCell {
	out := cells[:0]
	for _, x := range cells {
		if last := len(out) - 1; last >= 0 && byPlace(out[last], x) == 0 {
			out[last].N += x.N
			out[last].Sum += x.Sum
			out[last].Sum2 += x.Sum2
			continue
		}
		out = append(out, x)
	}
	return out
}

// total counts visits and returns the whole number near the mean that is taken off every score.
func (c *Crossed) total(cells []CrossedCell, d CrossedData) int64 {
	sum := 0.0
	for _, x := range cells {
		c.visits += float64(x.N)
		sum += float64(x.Sum)
	}
	centre := int64(math.Round(sum / c.visits))
	c.centre = float64(centre) * d.Unit
	return centre
}

// moved is the cell's sum and sum of squares about the centre, in points. The whole numbers may wrap on the way: the
// result is right as long as it fits.
func (x CrossedCell) moved(centre int64, unit float64) (sum, square float64) {
	s := x.Sum - x.N*centre
	q := x.Sum2 - centre*(x.Sum+s)
	return float64(s) * unit, float64(q) * unit * unit
}

// choose finds the columns of the design that say something of their own, in the order given.
func (c *Crossed) choose(cells []CrossedCell, d CrossedData, centre int64) bool {
	w := c.given + 1
	qq := make([]float64, w*w)
	for _, x := range cells {
		sum, square := x.moved(centre, d.Unit)
		addCross(qq, d.Rows[x.Row], float64(x.N), sum, square)
	}
	c.columns = independent(qq, w, c.given)
	keep := append(slices.Clone(c.columns), c.given)
	c.width = len(keep)
	c.qq = make([]float64, c.width*c.width)
	for a, i := range keep {
		for b, k := range keep {
			c.qq[a*c.width+b] = qq[i*w+k]
		}
	}
	const nothing = 1e-12 // of a squared score
	return c.visits > float64(len(c.columns)) && lastPivot(c.qq, c.width) > nothing*c.visits*(1+c.centre*c.centre)
}

// addCross adds n visits of one row to [X, y]ᵀ[X, y].
func addCross(qq, row []float64, n, sum, square float64) {
	w := len(row) + 1
	for a, u := range row {
		if u == 0 {
			continue
		}
		for b, v := range row {
			qq[a*w+b] += n * u * v
		}
		qq[a*w+w-1] += u * sum
		qq[(w-1)*w+a] += u * sum
	}
	qq[w*w-1] += square
}

// independent lists the first columns, of those given, that are no combination of ones before.
func independent(qq []float64, w, given int) []int {
	var keep []int
	l := make([][]float64, given)
	for k := range given {
		row, left := make([]float64, len(keep)), qq[k*w+k]
		for a, i := range keep {
			v := qq[k*w+i]
			for b := range a {
				v -= row[b] * l[i][b]
			}
			row[a] = v / l[i][a]
			left -= row[a] * row[a]
		}
		const sliver = 1e-9
		if left > sliver*qq[k*w+k] && left > 0 {
			l[k] = append(row, math.Sqrt(left))
			keep = append(keep, k)
		}
	}
	return keep
}

// lastPivot is what is left of the last column's square after the others are taken out.
func lastPivot(qq []float64, w int) float64 {
	l := slices.Clone(qq)
	if !choleskySmall(l, w-1, w) {
		return 0
	}
	left := qq[w*w-1]
	for k := range w - 1 {
		left -= l[(w-1)*w+k] * l[(w-1)*w+k]
	}
	return left
}

func newSide(count, width int) side {
	return side{n: make([]float64, count), z: make([]float64, count*width), from: make([]int, count+1)}
}

// gather sums visits and [X, y] by branch and by shopper.
func (c *Crossed) gather(cells []CrossedCell, d CrossedData, centre int64) {
	row := make([]float64, c.width)
	for _, x := range cells {
		sum, _ := x.moved(centre, d.Unit)
		n := float64(x.N)
		for a, k := range c.columns {
			row[a] = n * d.Rows[x.Row][k]
		}
		row[c.width-1] = sum
		c.branch.add(x.Branch, n, row)
		c.shopper.add(x.Shopper, n, row)
	}
	c.branch.touch()
	c.shopper.touch()
}

func (s *side) add(i int, n float64, row []float64) {
	s.n[i] += n
	z := s.z[i*len(row) : (i+1)*len(row)]
	for a, v := range row {
		z[a] += v
	}
}

func (s *side) touch() {
	for _, n := range s.n {
		if n > 0 {
			s.touched++
		}
	}
}

// pairs lists who met whom, from cells sorted by this side and then the other.
func (s *side) pairs(cells []CrossedCell, of func(CrossedCell) (int, int)) {
	last, lastOther := -1, -1
	for _, x := range cells {
		i, k := of(x)
		if i == last && k == lastOther {
			s.count[len(s.count)-1] += float64(x.N)
			continue
		}
		s.from[i+1]++
		s.other = append(s.other, k)
		s.count = append(s.count, float64(x.N))
		last, lastOther = i, k
	}
	for i := range s.n {
		s.from[i+1] += s.from[i]
	}
}

// each calls f for every partner of i.
func (s *side) each(i int, f func(k int, n float64)) {
	for a := s.from[i]; a < s.from[i+1]; a++ {
		f(s.other[a], s.count[a])
	}
}

// Visits is the number of visits, Branches and Shoppers are those that have any.
func (c *Crossed) Visits() int { return int(c.visits) }

// Branches is the number of branches with visits.
func (c *Crossed) Branches() int { return c.branch.touched }

// Shoppers is the number of shoppers with visits.
func (c *Crossed) Shoppers() int { return c.shopper.touched }
