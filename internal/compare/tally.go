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

// Answer is one visit's answer to one standard.
type Answer struct {
	At  time.Time
	ID  string
	Met bool
}

// Tally watches one branch and one major standard: each miss adds points, each met visit takes one away.
type Tally struct {
	Drawn     bool
	Why       string
	Miss      int     // points of a miss
	Alarm     int     // points at which it alarms
	RunLength float64 // visits between false alarms
	Points    []TallyPoint
	Alarms    []time.Time
	Now       int // points after the last visit; an alarm there starts again from nothing
	Since     int // met visits since the last miss, or of all visits where none missed
	Gaps      []TallyGap
	Usual     [2]int // of 20 gaps between misses 19 are as long as this when nothing is wrong: from, to
}

// TallyPoint is one visit, with the points after it and how many visits passed since the last miss.
type TallyPoint struct {
	At    time.Time
	Met   bool
	Sum   int
	Since int
	Alarm bool
}

// TallyGap is the met visits before a miss. The first one began before anybody looked, and the last one, which is Open, has no miss yet
// and At of the last visit: both may be longer than what is seen of them.
type TallyGap struct {
	At          time.Time
	Met         int
	First, Open bool
}

const (
	tallyOdds     = 3    // the chart is tuned to find misses with three times the odds
	tallyBaseline = 8    // visits; fewer say too little about what to expect
	tallyUsual    = 0.95 // of the gaps between misses
)

// TallyStandard watches answers of one branch to one standard. rate is the share that the branch is expected to meet (its own,
// pooled with its peers'), targetBP what is asked of it; visitsAYear and budget (false alarms a year, 0: 0.05) set how
// rarely it may alarm by luck. Only major standards are watched: with all of them alarms would drown each other.
func TallyStandard(c Criticality, answers []Answer, rate float64, targetBP int, visitsAYear, budget float64) Tally {
	if c != Major {
		return Tally{Why: "Only major standards are watched visit by visit."}
	}
	p0, chart, ok := tallyChart(rate, targetBP, visitsAYear, budget)
	if !ok {
		return Tally{Why: "No chart fits a standard that is always, or never, to be met."}
	}
	t := Tally{Drawn: true, Miss: chart.Miss, Alarm: chart.Alarm}
	t.RunLength, _ = chart.RunLength(p0)
	t.Usual[0], t.Usual[1], _ = stats.GapLimits(p0, tallyUsual)
	t.run(answers, chart)
	return t
}

// tallyChart tunes the chart: to a share of misses that the standard allows at least.
func tallyChart(rate float64, targetBP int, visitsAYear, budget float64) (p0 float64, chart stats.BernoulliChart, ok bool) {
	if !(budget > 0) {
		budget = watchBudget
	}
	p0 = math.Max(1-rate, 1-float64(targetBP)/10_000)
	chart, ok = stats.NewBernoulliChart(p0, tallyOdds, math.Max(1, visitsAYear/budget))
	return p0, chart, ok
}

func (t *Tally) run(answers []Answer, chart stats.BernoulliChart) {
	sorted := slices.Clone(answers)
	slices.SortStableFunc(sorted, func(a, b Answer) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	for _, a := range sorted {
		p := TallyPoint{At: a.At, Met: a.Met, Since: t.Since}
		p.Sum, p.Alarm = chart.Next(t.Now, !a.Met)
		t.Now = p.Sum
		t.Since++
		if !a.Met {
			t.Gaps = append(t.Gaps, TallyGap{At: a.At, Met: p.Since, First: len(t.Gaps) == 0})
			t.Since = 0
		}
		if p.Alarm {
			t.Alarms = append(t.Alarms, a.At)
			t.Now = 0
		}
		t.Points = append(t.Points, p)
	}
	if n := len(sorted); n > 0 {
		t.Gaps = append(t.Gaps, TallyGap{At: sorted[n-1].At, Met: t.Since, First: len(t.Gaps) == 0, Open: true})
	}
}

// Sentence says the rule of the chart and how often it alarms by luck.
func (t *Tally) Sentence() string {
	if !t.Drawn {
		return t.Why
	}
	return fmt.Sprintf("Each miss adds %s, each met visit takes one away; %d is an alarm. With nothing wrong that happens once in about %.0f visits.",
		catalogue.Count(t.Miss, "point", "points"), t.Alarm, math.Floor(t.RunLength+0.5))
}

// State says where the chart stands after the last visit.
func (t *Tally) State() string {
	last := len(t.Points) - 1
	if !t.Drawn || last < 0 {
		return ""
	}
	text := fmt.Sprintf("The count stands at %d.", t.Now)
	if t.Points[last].Alarm {
		text = "The last visit raised an alarm; the count starts again from 0."
	}
	missed := len(t.Gaps) > 1
	switch {
	case !missed:
		return text + " No miss in " + visits(len(t.Points)) + "."
	case t.Since == 0:
		return text + " The last visit was a miss."
	}
	return text + " " + catalogue.Count(t.Since, "met visit", "met visits") + " since the last miss."
}

// TallyPeers is what all branches together say of the major standards: what to expect of a branch with few visits of its own.
type TallyPeers struct{ pools map[string]pooledPeers }

// NewTallyPeers learns from the counts of all branches; cells of one branch and standard may repeat.
func NewTallyPeers(standards []Standard, cells []ShareCell) *TallyPeers {
	counts := map[string]map[string]Counts{}
	for _, s := range standards {
		if s.Criticality == Major {
			counts[s.ID] = map[string]Counts{}
		}
	}
	for _, c := range cells {
		if of := counts[c.Standard]; of != nil {
			of[c.Branch] = of[c.Branch].Plus(c.Counts)
		}
	}
	p := &TallyPeers{pools: map[string]pooledPeers{}}
	for id, of := range counts {
		all := make([]Counts, 0, len(of))
		for _, branch := range sortedKeys(of) {
			all = append(all, of[branch])
		}
		p.pools[id] = gapPool(gapPairs(all), LevelB)
	}
	return p
}

// Rate is the share of visits that a branch is expected to meet which met a standard in x of n visits: by these alone where there are
// too few peers.
func (p *TallyPeers) Rate(standard string, n, x int) float64 {
	if of := p.pools[standard]; of.ok {
		return of.pool.Posterior(n, x).Mean()
	}
	return stats.Own(n, x).Mean()
}

// Tally watches a branch's answers to one standard. Those before from are the baseline, that says what to expect; the count runs through
// all of them, because what began there goes on. visitsAYear is how often the standard is judged here.
func (p *TallyPeers) Tally(s *Standard, answers []Answer, from time.Time, visitsAYear float64) Tally {
	n, x := 0, 0
	for _, a := range answers {
		if a.At.Before(from) {
			n++
			if a.Met {
				x++
			}
		}
	}
	if s.Criticality == Major && n < tallyBaseline {
		return Tally{Why: fmt.Sprintf("%s of this standard before these months; counting misses needs %d.", capital(countOrNo(n)), tallyBaseline)}
	}
	return TallyStandard(s.Criticality, answers, p.Rate(s.ID, n, x), s.GoodTargetBP, visitsAYear, 0)
}

// TallyLoad is one branch's chart of one standard, as far as its false alarms go: the counts of so many months.
type TallyLoad struct {
	Standard *Standard
	N, X     int
	Months   float64 // above 0
}

// FalseAlarms is how many alarms a month such charts raise in all when nothing is wrong. Rates are rounded to half a percent, so that
// charts of very many branches need not be tuned one by one.
func (p *TallyPeers) FalseAlarms(loads []TallyLoad) float64 {
	type kind struct {
		missed, targetBP, yearly int
	}
	known := map[kind]float64{}
	var monthly, runs []float64
	for _, l := range loads {
		if l.Standard.Criticality != Major || l.N <= 0 || !(l.Months > 0) {
			continue
		}
		k := kind{
			int(math.Floor(200*(1-p.Rate(l.Standard.ID, l.N, l.X)) + 0.5)), l.Standard.GoodTargetBP,
			int(math.Max(1, math.Floor(12*float64(l.N)/l.Months+0.5))),
		}
		run, ok := known[k]
		if !ok {
			if p0, chart, fits := tallyChart(1-float64(k.missed)/200, k.targetBP, float64(k.yearly), 0); fits {
				run, _ = chart.RunLength(p0)
			}
			known[k] = run
		}
		monthly, runs = append(monthly, float64(l.N)/l.Months), append(runs, run)
	}
	return ExpectedAlarms(monthly, runs)
}

// ExpectedAlarms is how many false alarms a month are to be expected among such charts: visits a month over the run length.
func ExpectedAlarms(visitsAMonth []float64, runLength []float64) float64 {
	sum := 0.0
	for i, v := range visitsAMonth {
		if i < len(runLength) && runLength[i] > 0 && v > 0 {
			sum += v / runLength[i]
		}
	}
	return sum
}

// AlarmsAMonth writes how many that is: "0.4 alarms a month"; rarer ones as alarms a year, or in how many years one.
func AlarmsAMonth(v float64) string {
	switch {
	case !(v > 0):
		return "no alarm"
	case v >= 0.95:
		return alarms(v) + " a month"
	case 12*v >= 0.95:
		return alarms(12*v) + " a year"
	}
	return "one alarm in " + fmt.Sprintf("%.0f", math.Floor(1/(12*v)+0.5)) + " years"
}
