package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// tally counts what came true of what was said.
type tally struct{ wrong, all int }

func (t *tally) add(wrong bool) {
	t.all++
	if wrong {
		t.wrong++
	}
}

func (t tally) percent() float64 { return 100 * float64(t.wrong) / math.Max(1, float64(t.all)) }

// figures are those of the goals' table, for one number of visits a branch.
type figures struct {
	visits                   int
	rawBelow, below, belowC  tally // wrong ones
	labels, labelsC          tally // "wrong": labelled
	rawWorst, named          tally // "wrong": truly among the worst tenth
	covered, rawCovered      tally // "wrong": the truth lies within
	regions, rawRegions      tally // "wrong": called real
	worse, rawWorse          tally // "wrong": called worse though unchanged
	meets, meetsC            tally
	worstPerNetwork, skipped int
}

// watch draws networks and compares what is said with the truth.
func (f *figures) watch(t testing.TB, w realm, seed uint64) {
	t.Helper()
	d := w.draw(seed)
	win := d.window(f.visits)
	c := Run(win.in)
	if c.Model.Level != LevelC {
		f.skipped++
		return
	}
	in := win.in
	in.Fair = nil
	f.labelled(d, win, Statuses(in), &f.below, &f.meets, &f.labels)
	var outcomes []Outcome
	for _, b := range c.Branches {
		outcomes = append(outcomes, b.Outcomes...)
	}
	f.labelled(d, win, outcomes, &f.belowC, &f.meetsC, &f.labelsC)
	f.raw(d, win)
	f.scores(d, win, &c)
	f.worst(d, win, &c)
}

func (f *figures) labelled(d *drawn200, w *window, all []Outcome, below, meets, labels *tally) {
	for _, o := range all {
		var b, k int
		_, _ = fmt.Sscanf(o.Branch+o.Standard, "B%04dK%02d", &b, &k)
		truth, target := d.theta[b][k], float64(o.Good.TargetBP)/10_000
		labels.add(o.Status.Settled())
		switch o.Status { //nolint:exhaustive // the two labels
		case Below:
			below.add(truth >= target)
		case Meets:
			meets.add(truth < target)
		}
	}
}

func (f *figures) raw(d *drawn200, w *window) {
	for at, c := range w.cells {
		target := float64(d.standards[at[1]].GoodTargetBP) / 10_000
		if c.N > 0 && float64(c.X)/float64(c.N) < target {
			f.rawBelow.add(d.theta[at[0]][at[1]] >= target)
		}
	}
}

func (f *figures) scores(d *drawn200, w *window, r *Result) {
	within := Scores{}
	for _, s := range w.in.Scores {
		within = within.plus(s.Scores)
	}
	for _, row := range r.Branches {
		var b int
		_, _ = fmt.Sscanf(row.ID, "B%04d", &b)
		e := row.Score
		f.covered.add(100*d.mu[b] >= e.LoBP && 100*d.mu[b] <= e.HiBP)
		// the raw interval: mean ± 1.645 of its own visits' standard error
		var own Scores
		for _, s := range w.in.Scores {
			if s.Branch == row.ID {
				own = s.Scores
			}
		}
		ss, _ := own.spread()
		se := math.Sqrt(ss / float64(own.N-1) / float64(own.N))
		f.rawCovered.add(math.Abs(e.MeanBP-100*d.mu[b]) <= 1.645*se)
	}
}

func (f *figures) worst(d *drawn200, w *window, r *Result) {
	tenth := d.branches / 10
	order := make([]int, d.branches)
	for i := range order {
		order[i] = i
	}
	truly := slices.Clone(order)
	slices.SortFunc(truly, func(a, b int) int { return cmpFloat(d.mu[a], d.mu[b]) })
	bad := map[int]bool{}
	for _, b := range truly[:tenth] {
		bad[b] = true
	}
	slices.SortFunc(order, func(a, b int) int { return cmpFloat(w.sum[a]/w.n[a], w.sum[b]/w.n[b]) })
	for _, b := range order[:tenth] {
		f.rawWorst.add(bad[b])
	}
	for _, x := range r.Worst {
		var b int
		_, _ = fmt.Sscanf(x.Branch, "B%04d", &b)
		f.named.add(bad[b])
	}
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// quietRegions asks about regions of a network whose regions do not differ but by chance.
func (f *figures) quietRegions(w realm, seed uint64) {
	d := w.draw(seed + 9000)
	level := func() { // the truth of regions is made the same
		for r := range d.regions {
			sum, n := 0.0, 0.0
			for b := range d.branches {
				if d.region(b) == r {
					sum += d.branch[b]
					n++
				}
			}
			for b := range d.branches {
				if d.region(b) == r {
					d.branch[b] -= sum / n
				}
			}
		}
	}
	level()
	win := d.window(f.visits)
	in := win.in
	in.Fair = nil
	for _, g := range CompareRegions(in).Pairs {
		f.regions.add(g.Real)
	}
	f.rawGaps(d, win)
}

// rawGaps tests the difference of two regions' means as if visits were all there is.
func (f *figures) rawGaps(d *drawn200, w *window) {
	sums := make([]Scores, d.regions)
	for i, s := range w.in.Scores {
		sums[d.region(i)] = sums[d.region(i)].plus(s.Scores)
	}
	of := func(s Scores) (mean, variance float64) {
		ss, _ := s.spread()
		return float64(s.SumBP) / float64(s.N), ss / float64(s.N-1) / float64(s.N)
	}
	for i := range sums {
		for k := range i {
			a, va := of(sums[i])
			b, vb := of(sums[k])
			f.rawRegions.add(math.Abs(a-b) > 1.96*math.Sqrt(va+vb))
		}
	}
}

func goalTable(all []*figures) string {
	var b strings.Builder
	three := func(of func(*figures) float64) string {
		parts := make([]string, len(all))
		for i, f := range all {
			parts[i] = fmt.Sprintf("%.0f", of(f))
		}
		return strings.Join(parts, " / ") + " %"
	}
	line := func(name, raw, got, goal string) { fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, raw, got, goal) }
	b.WriteString("| measure | raw averages | Plainclothes | goal |\n|---|---|---|---|\n")
	line("wrong among *below* labels, pooled (B)", three(func(f *figures) float64 { return f.rawBelow.percent() }),
		three(func(f *figures) float64 { return f.below.percent() }), "≤ 12 / 10 / 8 %")
	line("wrong among *below* labels, adjusted (C)", "", three(func(f *figures) float64 { return f.belowC.percent() }), "≤ 12 / 10 / 8 %")
	line("wrong among *meets* labels, B", "", three(func(f *figures) float64 { return f.meets.percent() }), "")
	line("wrong among *meets* labels, C", "", three(func(f *figures) float64 { return f.meetsC.percent() }), "")
	line("branch × standards labelled, B", "all", three(func(f *figures) float64 { return f.labels.percent() }), "≥ 14 / 19 / 25 %")
	line("branch × standards labelled, C", "all", three(func(f *figures) float64 { return f.labelsC.percent() }), "≥ 20 / 30 / 38 %")
	line("named among the worst 10 % and truly there", three(func(f *figures) float64 { return f.rawWorst.percent() }),
		three(func(f *figures) float64 { return f.named.percent() }), "≥ 60 % of those named")
	line("90 % intervals of branch scores cover the truth", three(func(f *figures) float64 { return f.rawCovered.percent() }),
		three(func(f *figures) float64 { return f.covered.percent() }), "88 – 92 %")
	line("region gaps called real when none is", three(func(f *figures) float64 { return f.rawRegions.percent() }),
		three(func(f *figures) float64 { return f.regions.percent() }), "≤ 7 %")
	return b.String()
}

func measure(t testing.TB, w realm, seeds uint64) []*figures {
	var all []*figures
	for _, n := range []int{3, 6, 12} {
		f := &figures{visits: n}
		for seed := range seeds {
			f.watch(t, w, seed)
			f.quietRegions(w, seed)
		}
		all = append(all, f)
	}
	return all
}

func TestTheGoalsAreMetInSimulatedNetworks(t *testing.T) {
	all := measure(t, goalRealm(), 4)
	t.Log("\n" + goalTable(all))
	t.Log("\n" + goalTable(measure(t, goalRealm().atTheMean(), 4)))
	for _, f := range all {
		t.Log(f.visits, f.named.all, f.skipped, f.below.all, f.belowC.all)
	}
}
