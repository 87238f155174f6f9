package compare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"plainclothes/internal/stats"
)

// BranchMonth is a part of the scores of one branch in one month.
type BranchMonth struct {
	Branch string
	MonthScores
}

// Drift is how a branch's score moved from the first to the last month of a window, along a straight line through its
// months. Points are drawn to the movement of all branches as far as the branch's visits are few.
type Drift struct {
	Known  bool    // false: too few visits or months to see a movement
	Points float64 // change of the score in points, below zero for worse
	SD     float64
	Worse  bool // clearly: it fell, and more than the others did
	Better bool // clearly: it rose, and more than the others did
}

// Drifts are the movements of all branches together.
type Drifts struct {
	Branches map[string]Drift // by id, of those with visits
	Points   float64          // what all branches together moved, in points; 0 unless Moved
	Moved    bool             // they clearly did
}

const (
	driftVisits = 6    // fewer show no movement
	driftSure   = 0.95 // how sure "clearly" is, of each of its two conditions: a page shows many branches at once
	driftFloor  = 0.25 // least variance of true movements, points squared
)

// slope is one branch's own movement.
type slope struct {
	branch string
	d, v   float64 // points, and its variance
}

// Drift finds out how each branch moved within a window. A branch moved clearly only when it probably fell (rose) and
// probably fell (rose) more than the branches did together: else a movement of them all would flag everyone. spread is
// how much visits of one branch differ (Model.Spread). Cells may repeat and come in any order.
func (w Window) Drift(cells []BranchMonth, spread Spread) Drifts {
	all, slopes := w.slopes(cells, spread)
	out := Drifts{Branches: all}
	if len(slopes) == 0 {
		return out
	}
	m, mv, tau := pooledSlope(slopes)
	if len(slopes) >= fewBranches && math.Abs(m) >= 1.96*math.Sqrt(mv) {
		out.Points, out.Moved = m, true
	}
	for _, s := range slopes {
		if len(slopes) < fewBranches {
			all[s.branch] = ownDrift(s)
			continue
		}
		all[s.branch] = shrunkDrift(s, m, tau)
	}
	return out
}

// slopes gives each branch's line; branches with too little to see have a Drift that is not Known.
func (w Window) slopes(cells []BranchMonth, spread Spread) (map[string]Drift, []slope) {
	sums, all := map[string][]Scores{}, map[string]Drift{}
	for _, c := range cells {
		if !w.Has(c.Month) || c.N <= 0 {
			continue
		}
		if sums[c.Branch] == nil {
			sums[c.Branch] = make([]Scores, w.To-w.From+1)
		}
		at := &sums[c.Branch][c.Month-w.From]
		*at = at.plus(c.Scores)
	}
	var out []slope
	for branch, months := range sums {
		all[branch] = Drift{}
		if s, ok := lineThrough(months, spread.SD*spread.SD); ok {
			s.branch = branch
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b slope) int { return cmp.Or(cmp.Compare(a.d, b.d), strings.Compare(a.branch, b.branch)) })
	return all, out
}

// lineThrough fits a line through months, weighted by their visits; visitVar is in points squared. It wants visits that
// lie over at least half of the window: a line through two neighbours says nothing about a year.
func lineThrough(months []Scores, visitVar float64) (slope, bool) {
	var n, t, y float64
	first, last := -1, -1
	for i, s := range months {
		if s.N == 0 {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		n += float64(s.N)
		t += float64(s.N) * float64(i)
		y += float64(s.SumBP) / 100
	}
	if n < driftVisits || 2*(last-first) < len(months) || visitVar <= 0 {
		return slope{}, false
	}
	t, y = t/n, y/n
	var stt, sty float64
	for i, s := range months {
		from := float64(i) - t
		stt += float64(s.N) * from * from
		sty += from * (float64(s.SumBP)/100 - float64(s.N)*y)
	}
	length := float64(len(months) - 1)
	return slope{d: sty / stt * length, v: visitVar / stt * length * length}, true
}

// pooledSlope is the movement of all together with its variance, and how much true movements differ (DerSimonian and
// Laird's moment estimate, with a floor).
func pooledSlope(all []slope) (m, v, tau float64) {
	var w, w2, wd, q float64
	for _, s := range all {
		w += 1 / s.v
		w2 += 1 / (s.v * s.v)
		wd += s.d / s.v
	}
	m = wd / w
	for _, s := range all {
		q += (s.d - m) * (s.d - m) / s.v
	}
	tau = driftFloor
	if spare := w - w2/w; spare > 0 {
		tau = math.Max(tau, (q-float64(len(all)-1))/spare)
	}
	return m, 1 / w, tau
}

// shrunkDrift draws a branch's movement to that of all.
func shrunkDrift(s slope, m, tau float64) Drift {
	part := tau / (tau + s.v)
	d := Drift{Known: true, Points: m + (s.d-m)*part, SD: math.Sqrt(part * s.v)}
	d.Worse = stats.Phi(-d.Points/d.SD) >= driftSure && stats.Phi((m-d.Points)/d.SD) >= driftSure
	d.Better = stats.Phi(d.Points/d.SD) >= driftSure && stats.Phi((d.Points-m)/d.SD) >= driftSure
	return d
}

// ownDrift stands for itself where there are too few branches to learn from, and asks for more.
func ownDrift(s slope) Drift {
	d := Drift{Known: true, Points: s.d, SD: math.Sqrt(s.v)}
	d.Worse, d.Better = d.Points <= -1.96*d.SD, d.Points >= 1.96*d.SD
	return d
}

// Words says the movement over a year, or that none is clear. Whole points; a clear one is at least 1.
func (d Drift) Words() string {
	points := int(math.Max(1, math.Floor(math.Abs(d.Points)+0.5)))
	switch {
	case d.Worse:
		return "down " + count(points, "point", "points") + " in a year"
	case d.Better:
		return "up " + count(points, "point", "points") + " in a year"
	case !d.Known:
		return "Too few visits to see a change"
	}
	return "No clear change"
}

// Rolling sums each month with the months before it, so many in all: what a small chart draws where one month has too
// few visits. The result covers w; cells may begin earlier.
func Rolling(cells []MonthScores, w Window, months int) []MonthScores {
	var out []MonthScores
	for _, c := range cells {
		for k := range Month(months) {
			if w.Has(c.Month + k) {
				out = append(out, MonthScores{Month: c.Month + k, Scores: c.Scores})
			}
		}
	}
	return out
}
