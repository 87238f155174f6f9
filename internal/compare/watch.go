package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// WatchVisit is one visit for a chart: Points are its base score, with what shopper and scenario explain already taken off
// where a model of them exists. Series is the checklist series: charts never cross from one to another.
type WatchVisit struct {
	Branch, ID, Series string
	At                 time.Time
	Points             float64
}

// WatchModel is what is believed of the network: its mean in points and the variances between branches and between visits
// of one branch, in points squared.
type WatchModel struct{ Mean, BranchVar, VisitVar float64 }

// WatchInput is what charts are drawn from. Visits from From on are watched; the twelve months before are the baseline.
type WatchInput struct {
	Visits []WatchVisit
	From   time.Time
	Model  WatchModel
	Budget float64 // false alarms per branch and year that are accepted; 0: 0.05, five per hundred branches
	Limit  float64 // of an earlier tuning with all branches, so that one branch can be drawn alone; 0: tune now
}

// Watched are the charts of all branches.
type Watched struct {
	Limit     float64 // sum at which a chart alarms, in standard deviations; 0: no chart could be tuned
	RunLength float64 // visits between false alarms that the limit was tuned to
	Charts    []Chart // by branch id
	Expected  float64 // false alarms a year among the charts drawn, when nothing changes
	Sentences []string
}

// Chart watches one branch visit by visit for a fall of its score.
type Chart struct {
	Branch   string
	Drawn    bool
	Why      string // why it is not drawn, in words
	Baseline int    // visits that the expectation rests on
	Expected float64
	Points   []ChartPoint
	Alarms   []time.Time // after each the sum starts again from nothing
}

// ChartPoint is one visit: its distance from what was expected in standard deviations, the sum, and the smoothed line in
// points.
type ChartPoint struct {
	At     time.Time
	Z, Sum float64
	Smooth float64
	Points float64
	Alarm  bool
}

// Look tells whether the chart alarmed.
func (c *Chart) Look() bool { return len(c.Alarms) > 0 }

const (
	watchBaseline = 8    // visits; fewer say too little about what to expect
	watchBudget   = 0.05 // false alarms a branch and year
	watchReserve  = 2    // limits are tuned to so many times the wanted run, because baselines are estimated
	watchSmooth   = 0.2  // weight of a new visit in the line shown
	monthsBefore  = 12
)

// Watch draws a chart for each branch that has at least eight visits in the twelve months before From, in the series of its
// latest visit. Limits come from how the visits of all branches fell around what their other visits led to expect.
func Watch(in WatchInput) Watched {
	w := Watched{}
	runs := in.split()
	var residuals []float64
	seen, drawn := 0, 0
	for _, r := range runs {
		if len(r.before) >= watchBaseline {
			residuals = append(residuals, r.residuals(in.Model)...)
			seen += len(r.before)
			drawn++
		}
	}
	budget := in.Budget
	if !(budget > 0) {
		budget = watchBudget
	}
	if drawn > 0 {
		w.RunLength = watchReserve * float64(seen) / float64(drawn) / budget
	}
	w.Limit = in.limit(residuals, w.RunLength)
	for _, r := range runs {
		w.Charts = append(w.Charts, r.chart(in.Model, w.Limit))
	}
	w.say(budget)
	return w
}

// limit is that of an earlier tuning, or a new one; 0 where none can be found.
func (in WatchInput) limit(residuals []float64, run float64) float64 {
	if !(in.Model.VisitVar > 0) {
		return 0
	}
	if in.Limit > 0 {
		return in.Limit
	}
	cusum, ok := stats.NewCusum(residuals, math.Max(1, run))
	if !ok {
		return 0
	}
	return cusum.Alarm
}

// watchRun is one branch's visits of its latest series, in order.
type watchRun struct {
	branch        string
	before, after []WatchVisit
}

func (in WatchInput) split() []watchRun {
	all := slices.Clone(in.Visits)
	slices.SortStableFunc(all, func(a, b WatchVisit) int {
		return cmp.Or(strings.Compare(a.Branch, b.Branch), a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
	})
	var out []watchRun
	start := in.From.AddDate(0, -monthsBefore, 0)
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].Branch == all[i].Branch {
			j++
		}
		r := watchRun{branch: all[i].Branch}
		for _, v := range all[i:j] {
			switch {
			case v.Series != all[j-1].Series || v.At.Before(start) || math.IsNaN(v.Points) || math.IsInf(v.Points, 0):
			case v.At.Before(in.From):
				r.before = append(r.before, v)
			default:
				r.after = append(r.after, v)
			}
		}
		out = append(out, r)
		i = j
	}
	return out
}

// expects is the expected score of a branch after n visits that add up to sum, and the standard deviation of its next visit
// around it.
func (m WatchModel) expects(n int, sum float64) (mean, sd float64) {
	draw := math.Inf(1)
	if m.BranchVar > 0 {
		draw = m.VisitVar / m.BranchVar
	}
	effect, open := 0.0, 0.0
	if !math.IsInf(draw, 1) {
		effect = (sum - float64(n)*m.Mean) / (float64(n) + draw)
		open = m.VisitVar / (float64(n) + draw)
	}
	return m.Mean + effect, math.Sqrt(m.VisitVar + open)
}

func total(visits []WatchVisit) float64 {
	sum := 0.0
	for _, v := range visits {
		sum += v.Points
	}
	return sum
}

// residuals are those of each baseline visit around what the others led to expect: the very thing that the chart will sum
// when nothing changes.
func (r watchRun) residuals(m WatchModel) []float64 {
	if !(m.VisitVar > 0) {
		return nil
	}
	sum := total(r.before)
	out := make([]float64, len(r.before))
	for i, v := range r.before {
		mean, sd := m.expects(len(r.before)-1, sum-v.Points)
		out[i] = (v.Points - mean) / sd
	}
	return out
}

func (r watchRun) chart(m WatchModel, limit float64) Chart {
	c := Chart{Branch: r.branch, Baseline: len(r.before)}
	switch {
	case len(r.before) < watchBaseline:
		c.Why = fmt.Sprintf("%s in the twelve months before, with the checklist used now; a chart needs %d.", capital(countOrNo(len(r.before))), watchBaseline)
		return c
	case limit <= 0:
		c.Why = "The visits so far cannot say how often a chart would alarm by luck."
		return c
	}
	c.Drawn = true
	mean, sd := m.expects(len(r.before), total(r.before))
	c.Expected = mean
	sum, smooth, chart := 0.0, mean, stats.Cusum{Alarm: limit}
	for _, v := range r.after {
		p := ChartPoint{At: v.At, Z: (v.Points - mean) / sd, Points: v.Points}
		p.Sum, p.Alarm = chart.Next(sum, p.Z)
		smooth += watchSmooth * (v.Points - smooth)
		p.Smooth, sum = smooth, p.Sum
		if p.Alarm {
			c.Alarms = append(c.Alarms, v.At)
			sum = 0
		}
		c.Points = append(c.Points, p)
	}
	return c
}

func countOrNo(n int) string {
	if n == 0 {
		return "no visits"
	}
	return visits(n)
}

func (w *Watched) say(budget float64) {
	drawn, look := 0, 0
	for i := range w.Charts {
		if w.Charts[i].Drawn {
			drawn++
		}
		if w.Charts[i].Look() {
			look++
		}
	}
	if drawn == 0 {
		w.Sentences = append(w.Sentences, fmt.Sprintf("No branch can be watched yet: a chart needs %d visits in the twelve months before.", watchBaseline))
		return
	}
	w.Expected = float64(drawn) * budget
	w.Sentences = append(w.Sentences, fmt.Sprintf("With %s and nothing wrong, expect about %s a year.", catalogue.Count(drawn, "branch", "branches"), alarms(w.Expected)))
	if rest := len(w.Charts) - drawn; rest > 0 {
		w.Sentences = append(w.Sentences, hasHave(rest)+" too few visits for a chart.")
	}
	if look > 0 {
		w.Sentences = append(w.Sentences, isAre(look)+" worth a look.")
	}
}

func alarms(v float64) string {
	if n := few(v); n == "1" {
		return "1 alarm"
	}
	return few(v) + " alarms"
}

func hasHave(n int) string {
	if n == 1 {
		return "1 branch has"
	}
	return fmt.Sprintf("%d branches have", n)
}

func isAre(n int) string {
	if n == 1 {
		return "1 branch is"
	}
	return fmt.Sprintf("%d branches are", n)
}
