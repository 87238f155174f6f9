package compare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// BranchMonth is a part of the scores of one branch in one month.
type BranchMonth struct {
	Branch string
	MonthScores
}

// Drift is how a branch's score moved from the first to the last month of a window, along a straight line through its
// months.
type Drift struct {
	Known  bool    // false: too few visits or months to see a movement
	Points float64 // change of the score in points, below zero for worse
	SD     float64 // of Points, from how much visits of one branch differ
	Worse  bool    // clearly: it fell, and more than the others did
	Better bool    // clearly: it rose, and more than the others did
}

// Drifts are the movements of all branches together.
type Drifts struct {
	Branches map[string]Drift // by id, of those with visits
	Points   float64          // what all branches together moved, in points; 0 unless Moved
	Moved    bool             // they clearly did
}

const (
	driftVisits = 6    // fewer show no movement
	driftFalse  = 0.10 // at most this part of the movements called clear is luck (Benjamini and Hochberg)
	driftSure   = 1.96 // standard deviations from none, besides
)

// slope is one branch's own movement.
type slope struct {
	branch string
	d, v   float64 // points, and its variance
}

// Drift finds out how each branch moved within a window. A branch moved clearly when it moved by itself, and apart from
// what the branches did together: else a movement of them all would flag everyone. As a page shows many branches at
// once, the rule keeps the part of false ones among those named small, not the chance of each. spread is how much
// visits of one branch differ (Model.Spread). Cells may repeat and come in any order.
func (w Window) Drift(cells []BranchMonth, spread Spread) Drifts {
	all, slopes := w.slopes(cells, spread)
	out := Drifts{Branches: all}
	m := 0.0
	if len(slopes) >= fewBranches {
		var se float64
		m, se = pooledSlope(slopes)
		if math.Abs(m) >= driftSure*se {
			out.Points, out.Moved = m, true
		}
	}
	chance := make([]float64, len(slopes))
	for i, s := range slopes {
		chance[i] = 2 * stats.Phi(-math.Abs(s.d-m)/math.Sqrt(s.v))
	}
	adjusted, ok := stats.FalseDiscovery(chance)
	for i, s := range slopes {
		d := Drift{Known: true, Points: s.d, SD: math.Sqrt(s.v)}
		apart := ok && adjusted[i] <= driftFalse
		d.Worse = apart && s.d < m && s.d <= -driftSure*d.SD
		d.Better = apart && s.d > m && s.d >= driftSure*d.SD
		all[s.branch] = d
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

// pooledSlope is the movement of all together with its standard error. Branches differ in how they move, too, so that
// the error counts branches, not only visits (DerSimonian and Laird).
func pooledSlope(all []slope) (m, se float64) {
	d, v := make([]float64, len(all)), make([]float64, len(all))
	for i, s := range all {
		d[i], v[i] = s.d, s.v
	}
	together, _ := stats.Combine(d, v)
	return together.Mean, together.SE
}

// Words says the movement over a year, or that none is clear. Whole points; a clear one is at least 1.
func (d Drift) Words() string {
	points := int(math.Max(1, math.Floor(math.Abs(d.Points)+0.5)))
	switch {
	case d.Worse:
		return "down " + catalogue.Count(points, "point", "points") + " in a year"
	case d.Better:
		return "up " + catalogue.Count(points, "point", "points") + " in a year"
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
