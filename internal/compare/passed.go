package compare

import (
	"maps"
	"slices"
)

// Passed takes single visits of one window, of any number, and keeps a few numbers a branch: its mean with shoppers and
// scenarios taken off as a fit found them. So two windows of a large network are compared without fitting it again.
type Passed struct {
	frozen   *Frozen
	expected map[FrozenKind]float64 // of a kind, months averaged
	branches map[string]*passed
}

type passed struct {
	n    int64
	sum  float64 // points
	by   map[string]int64
	line FrozenLine
}

// Pass begins a window. It is false below level C, where there is nothing to take off.
func (f *Frozen) Pass() (*Passed, bool) {
	if f.Crossed == nil || f.Model.Crossed == nil {
		return nil, false
	}
	return &Passed{frozen: f, expected: f.Crossed.withoutMonths(), branches: map[string]*passed{}}, true
}

// withoutMonths averages what is expected of each kind over the months that the fit saw: another window has other months.
func (c *FrozenCrossed) withoutMonths() map[FrozenKind]float64 {
	out, n := map[FrozenKind]float64{}, map[FrozenKind]float64{}
	for _, k := range slices.SortedFunc(maps.Keys(c.Expected), byFrozenKind) {
		points := c.Expected[k]
		k.Month = 0
		out[k] += points
		n[k]++
	}
	for k := range out {
		out[k] /= n[k]
	}
	return out
}

func byFrozenKind(a, b FrozenKind) int {
	return byKind(kind{scenario: a.Scenario, format: a.Format, month: a.Month, island: a.Island},
		kind{scenario: b.Scenario, format: b.Format, month: b.Month, island: b.Island})
}

// Add takes visits of a branch; sums that no visits have made are left out.
func (p *Passed) Add(b Branch, v VisitCell) {
	if v.N <= 0 || !v.possible() {
		return
	}
	c, x := p.frozen.Crossed, p.branches[b.ID]
	if x == nil {
		x = &passed{by: map[string]int64{}, line: c.Branches[b.ID].Line}
		if _, ok := c.Branches[b.ID]; !ok {
			x.line = c.lineOf(b)
		}
		p.branches[b.ID] = x
	}
	k := p.frozen.kindOf(v, b, c.Branches[b.ID].Island)
	k.Month = 0
	expected, ok := p.expected[k]
	if !ok {
		expected = x.line.Mean
	}
	x.n += v.N
	x.sum += float64(v.SumBP)/100 - float64(v.N)*(expected-x.line.Mean+c.Shoppers[v.Shopper])
	x.by[v.Shopper] += v.N
}

// mean of a branch, with the error of visits and of the shoppers' effects.
func (p *Passed) mean(branch string) (WindowMean, bool) {
	x := p.branches[branch]
	if x == nil {
		return WindowMean{}, false
	}
	v, n := p.frozen.Model.Crossed.Posterior, float64(x.n)
	out := WindowMean{N: int(x.n), Points: x.sum / n, Var: v.Visit / n}
	for _, shopper := range sortedKeys(x.by) {
		share, open := float64(x.by[shopper])/n, v.Shopper // a shopper that the fit has not seen
		if _, ok := p.frozen.Crossed.Shoppers[shopper]; ok {
			open = p.frozen.Crossed.Typical
		}
		out.Var += share * share * open
	}
	return out, true
}

// Means are the branches that were visited. Each depends on its own visits alone.
func (p *Passed) Means() map[string]WindowMean {
	out := make(map[string]WindowMean, len(p.branches))
	for id := range p.branches {
		if m, ok := p.mean(id); ok {
			out[id] = m
		}
	}
	return out
}

// PassedRows pairs two windows as [MoveRows] does, with what was taken off.
func PassedRows(past, present []ScoreCell, before, after map[string]WindowMean) ([]MoveRow, bool) {
	rows, ok := MoveRows(past, present)
	if !ok {
		return nil, false
	}
	for i := range rows {
		r := &rows[i]
		was, okWas := before[r.Branch]
		is, okIs := after[r.Branch]
		if okWas && okIs {
			r.Before, r.After = was, is
		}
	}
	return rows, true
}
