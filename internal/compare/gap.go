package compare

import (
	"cmp"
	"slices"
)

// MixCell is a part of one branch's and standard's share in the score: W sums the standard's share of the visit's weight,
// WR the part of it that was earned, both in 10⁻⁹.
type MixCell struct {
	Branch, Standard string
	W, WR            int64
}

// MixUnit is one in a MixCell.
const MixUnit = 1_000_000_000

// Gap is how many points of score one standard puts a branch behind (below zero) or ahead of the other branches.
// The gaps of a branch add up exactly to the difference of the mean base scores.
type Gap struct {
	Branch, Standard string
	Performance      float64 // how well it was done, points
	Mix              float64 // what was asked of it, points
}

// Gaps splits the difference between each branch and all the others together over the standards, midpoint by midpoint
// (the Shapley value of two players). visits are the scored visits of each branch; cells may repeat. A branch without
// visits, and one without others, has no gaps. By branch id, then in the order of the standards.
func Gaps(visits []ScoreCell, cells []MixCell, standards []Standard) []Gap {
	b := newMixBook(len(standards))
	for _, v := range visits {
		b.row(v.Branch).visits += float64(v.N)
	}
	b.add(cells, standards)
	return b.gaps(standards, MixUnit)
}

// mixBook holds whole numbers, so that sums do not depend on their order.
type mixBook struct {
	standards int
	rows      map[string]*mixRow
}

type mixRow struct {
	branch string
	visits float64
	w, wr  []int64
}

func newMixBook(standards int) *mixBook {
	return &mixBook{standards: standards, rows: map[string]*mixRow{}}
}

func (b *mixBook) row(branch string) *mixRow {
	r, ok := b.rows[branch]
	if !ok {
		r = &mixRow{branch: branch, w: make([]int64, b.standards), wr: make([]int64, b.standards)}
		b.rows[branch] = r
	}
	return r
}

// add adds parts of what was asked.
func (b *mixBook) add(cells []MixCell, standards []Standard) {
	at := map[string]int{}
	for k, s := range standards {
		at[s.ID] = k
	}
	for _, c := range cells {
		if k, ok := at[c.Standard]; ok {
			r := b.row(c.Branch)
			r.w[k] += c.W
			r.wr[k] += c.WR
		}
	}
}

// scored are the rows with visits, by branch.
func (b *mixBook) scored() []*mixRow {
	rows := make([]*mixRow, 0, len(b.rows))
	for _, r := range b.rows {
		if r.visits > 0 {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(x, y *mixRow) int { return cmp.Compare(x.branch, y.branch) })
	return rows
}

func (b *mixBook) gaps(standards []Standard, unit float64) []Gap {
	rows := b.scored()
	all := sumOf(rows, b.standards)
	var out []Gap
	for _, r := range rows {
		if all.visits > r.visits {
			out = append(out, r.against(all, standards, unit)...)
		}
	}
	return out
}

// sumOf adds all rows; as floating point, since many branches may exceed what a whole number holds.
func sumOf(rows []*mixRow, standards int) mixSum {
	s := mixSum{w: make([]float64, standards), wr: make([]float64, standards)}
	for _, r := range rows {
		s.visits += r.visits
		for k := range standards {
			s.w[k] += float64(r.w[k])
			s.wr[k] += float64(r.wr[k])
		}
	}
	return s
}

type mixSum struct {
	visits float64
	w, wr  []float64
}

// part is one side's weight share, what was earned of it, and the rate between them.
type part struct{ w, c, r float64 }

func newPart(w, wr, visits, unit float64) part {
	p := part{w: w / visits / unit, c: wr / visits / unit}
	if p.w > 0 {
		p.r = p.c / p.w
	}
	return p
}

// against compares a row with all others: the sum of all, without it.
func (r *mixRow) against(all mixSum, standards []Standard, unit float64) []Gap {
	rest := mixSum{visits: all.visits - r.visits, w: make([]float64, len(standards)), wr: make([]float64, len(standards))}
	for k := range standards {
		rest.w[k], rest.wr[k] = all.w[k]-float64(r.w[k]), all.wr[k]-float64(r.wr[k])
	}
	return r.gapsTo(rest, standards, unit)
}

// gapsTo compares a row with any other visits.
func (r *mixRow) gapsTo(rest mixSum, standards []Standard, unit float64) []Gap {
	own, peers := make([]part, len(standards)), make([]part, len(standards))
	score := 0.0
	for k := range standards {
		own[k] = newPart(float64(r.w[k]), float64(r.wr[k]), r.visits, unit)
		peers[k] = newPart(rest.w[k], rest.wr[k], rest.visits, unit)
		score += peers[k].c
	}
	out := make([]Gap, len(standards))
	for k, s := range standards {
		out[k] = gapOf(own[k], peers[k], score)
		out[k].Branch, out[k].Standard = r.branch, s.ID
	}
	return out
}

// gapOf is ½(W_b+W_p)(r_b−r_p) and (½(r_b+r_p) − c)(W_b−W_p), in points. A side that was never asked did it as well as
// the other.
func gapOf(b, p part, score float64) Gap {
	if b.w <= 0 {
		b.r = p.r
	}
	if p.w <= 0 {
		p.r = b.r
	}
	return Gap{
		Performance: 100 * (b.w + p.w) / 2 * (b.r - p.r),
		Mix:         100 * ((b.r+p.r)/2 - score) * (b.w - p.w),
	}
}
