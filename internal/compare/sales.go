package compare

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// SalesCell is what one branch sold in one period (a week, or better four: few branches are visited every week), in any
// currency, the same for all. Controls are numbers to allow for, such as days open, as many in every cell.
type SalesCell struct {
	Branch   string
	Period   int
	Sales    float64
	Controls []float64
}

// salesKey is one branch in one period.
type salesKey struct {
	branch string
	period int
}

func (c SalesCell) key() salesKey { return salesKey{c.Branch, c.Period} }

// PeriodScore is a part of the scores of one branch in one period.
type PeriodScore struct {
	Branch string
	Period int
	Scores
}

// SalesInput asks whether sales move with the score, Lag periods later (0 to 3, fixed beforehand: trying all and taking
// the best would always find something). Reliability is that of changes of the score within a branch
// ([Movements.Reliability]); Draws of the wild bootstrap, 0: 999; Seed makes them repeatable.
type SalesInput struct {
	Sales       []SalesCell
	Scores      []PeriodScore
	Lag         int
	Reliability float64
	Draws       int
	Seed        uint64
}

// SalesLink is the answer. Beta and Range are percent of sales for ten points of score; they mean something only where Shown.
type SalesLink struct {
	Declined       string // why nothing is estimated, in words
	Shown          bool   // reliable enough, and enough branches, to show the number
	Rows, Branches int
	Periods        int
	Lag            int
	Beta           float64
	Range          stats.Interval // 95 %, from the clustered error
	SE             float64        // clustered by branch, percent for ten points
	SETwoWay       float64        // by branch and period
	P              float64        // wild cluster bootstrap
	Detectable     float64        // the smallest true link that such data would usually find (2.8 standard errors), percent
	Reliability    float64
	Corrected      float64 // Beta over the reliability: a bound, not an estimate; 0 where not Shown
	Linked         bool    // a link can be told from none, at 5 %
	Skipped        int     // sales that were nought or less and have no logarithm
	Sentences      []string
}

const (
	salesBranches = 30
	salesReliable = 0.3
	salesDraws    = 999
	salesPer      = 10 // points of score that a link is said for
	detectable    = 2.8
	mostLag       = 3
)

// NewSalesLink estimates ln(sales) = branch + period + β·score Lag periods before. Branch and period are taken off, so that
// large branches and seasons do not matter; errors hang together within a branch.
func NewSalesLink(in SalesInput) SalesLink {
	l := SalesLink{Lag: in.Lag, Reliability: math.Max(0, math.Min(1, in.Reliability))}
	rows := l.join(in)
	l.Rows = len(rows)
	branch := newGrouping(rows, func(r salesRow) string { return r.branch })
	period := newGrouping(rows, func(r salesRow) string { return strconv.Itoa(r.period) })
	l.Branches, l.Periods = branch.Groups, period.Groups
	if l.Declined = l.refusal(in); l.Declined != "" {
		return l
	}
	panel := stats.Panel{Absorb: []stats.Grouping{branch, period}, Cluster: branch, Second: period}
	panel.Controls = make([][]float64, in.controls())
	for _, r := range rows {
		panel.Y, panel.X = append(panel.Y, r.logSales), append(panel.X, r.score/salesPer)
		for i := range panel.Controls {
			panel.Controls[i] = append(panel.Controls[i], r.controls[i])
		}
	}
	draws := in.Draws
	if draws <= 0 {
		draws = salesDraws
	}
	slope, ok := panel.Fit(draws, signsFrom(in.Seed))
	if !ok {
		l.Declined = "The score of a branch does not move from period to period, so nothing can be said about sales moving with it."
		return l
	}
	l.fill(slope)
	l.say()
	return l
}

// salesRow is one branch in one period with the score that went before.
type salesRow struct {
	branch          string
	period          int
	logSales, score float64
	controls        []float64
}

// controls is how many there are in every cell.
func (in SalesInput) controls() int {
	if len(in.Sales) == 0 {
		return 0
	}
	return len(in.Sales[0].Controls)
}

func (l *SalesLink) join(in SalesInput) []salesRow {
	scores := map[salesKey]Scores{}
	for _, s := range in.Scores {
		k := salesKey{s.Branch, s.Period + in.Lag}
		scores[k] = scores[k].plus(s.Scores)
	}
	var rows []salesRow
	for _, c := range in.Sales {
		s := scores[c.key()]
		switch {
		case !(c.Sales > 0) || math.IsInf(c.Sales, 0):
			l.Skipped++
		case s.N > 0 && s.possible():
			rows = append(rows, salesRow{branch: c.Branch, period: c.Period, logSales: math.Log(c.Sales), score: s.group().Mean, controls: c.Controls})
		}
	}
	slices.SortFunc(rows, func(a, b salesRow) int {
		return cmp.Or(strings.Compare(a.branch, b.branch), cmp.Compare(a.period, b.period))
	})
	return rows
}

func (l *SalesLink) refusal(in SalesInput) string {
	switch {
	case in.Lag < 0 || in.Lag > mostLag:
		return fmt.Sprintf("The lag is %d periods; choose 0 to %d.", in.Lag, mostLag)
	case slices.ContainsFunc(in.Sales, func(c SalesCell) bool { return len(c.Controls) != in.controls() }):
		return "Some sales have more numbers to allow for than others; give every line all of them."
	case in.twice() != "":
		return in.twice()
	case len(in.Sales) == 0:
		return "There are no sales yet. Upload sales by branch and week."
	case l.Rows == 0:
		return "No branch has both sales and a scored visit in matching periods. Check that branch names and weeks agree."
	case l.Branches < 2 || l.Periods < 2:
		return fmt.Sprintf("Sales and scores meet in %s and %s; at least two of both are needed.", catalogue.Count(l.Branches, "branch", "branches"), catalogue.Count(l.Periods, "period", "periods"))
	}
	return ""
}

// twice names a branch that has two sales for one period: which of them is meant nobody can tell.
func (in SalesInput) twice() string {
	seen := map[salesKey]bool{}
	worst := ""
	for _, c := range in.Sales {
		if seen[c.key()] && (worst == "" || c.Branch < worst) {
			worst = c.Branch
		}
		seen[c.key()] = true
	}
	if worst == "" {
		return ""
	}
	return worst + " has two sales for one period; give each branch and period one."
}

func signsFrom(seed uint64) func() float64 {
	luck := rand.New(rand.NewPCG(seed, 0x73616c6573)) //nolint:gosec // repeatable signs, no secret; "sales"
	return func() float64 {
		if luck.Uint64()&1 == 0 {
			return 1
		}
		return -1
	}
}

// fill turns the slope of logarithms into percent.
func (l *SalesLink) fill(s stats.Slope) {
	l.Beta, l.SE, l.SETwoWay, l.P = percentOf(s.Beta), 100*s.SE, 100*s.SETwoWay, s.P
	l.Range = stats.Interval{Lo: percentOf(s.Beta - z95*s.SE), Hi: percentOf(s.Beta + z95*s.SE)}
	l.Detectable = percentOf(detectable * s.SE)
	l.Shown = l.Reliability >= salesReliable && l.Branches >= salesBranches
	l.Linked = l.Shown && s.P <= 0.05
	if l.Shown {
		l.Corrected = percentOf(s.Beta / l.Reliability)
	}
}

// percentOf is what a step in the logarithm of sales is in percent.
func percentOf(log float64) float64 { return 100 * math.Expm1(log) }

func (l *SalesLink) say() {
	switch {
	case l.Branches < salesBranches:
		l.Sentences = append(l.Sentences, fmt.Sprintf("Sales and scores meet in %s; a link is shown from %d on.", catalogue.Count(l.Branches, "branch", "branches"), salesBranches))
	case !l.Shown:
		l.Sentences = append(l.Sentences, fmt.Sprintf("Only about %s of what a branch's score moves is real, the rest is luck of single visits; a link is shown from %s on.",
			wholePercent(l.Reliability), wholePercent(salesReliable)))
	case l.Linked:
		l.Sentences = append(l.Sentences, fmt.Sprintf("With ten points more, sales were %s different%s (between %s and %s, 95 %%).",
			signedPercent(l.Beta), l.later(), signedPercent(l.Range.Lo), signedPercent(l.Range.Hi)))
	default:
		l.Sentences = append(l.Sentences, fmt.Sprintf("No detectable link between score and sales%s.", l.later()))
	}
	l.Sentences = append(l.Sentences,
		fmt.Sprintf("Data like these would usually find a link of %s of sales for ten points, not a smaller one. About %s of the movement of a branch's score is real.",
			hundredths(l.Detectable), wholePercent(l.Reliability)),
		"Published studies of five chains found no clear link. This is a correlation.")
	if l.Skipped > 0 {
		l.Sentences = append(l.Sentences, catalogue.Count(l.Skipped, "period was", "periods were")+" left out because nothing was sold.")
	}
}

func (l *SalesLink) later() string {
	switch l.Lag {
	case 0:
		return ""
	case 1:
		return " one period later"
	}
	return fmt.Sprintf(" %d periods later", l.Lag)
}

func hundredths(v float64) string { return trimmed(math.Floor(v*100+0.5)/100) + " %" }

func signedPercent(v float64) string {
	switch s := hundredths(math.Abs(v)); {
	case s == "0 %":
		return s
	case v < 0:
		return "−" + s
	default:
		return "+" + s
	}
}

// trimmed writes a number with at most two decimals.
func trimmed(v float64) string {
	s := fmt.Sprintf("%.2f", v)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
