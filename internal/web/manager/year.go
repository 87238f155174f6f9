package manager

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
)

// multiples are twelve months of many branches on one scale.
type multiples struct {
	Items   []multiple
	Months  string // "December 2025 to November 2026"
	Low     int    // lower end of the scale, whole percent
	Target  string
	Rolling int
	All     string // address that shows every branch of the page, "" when it does
	Of      int    // branches that have a year to show
	Network string // what all branches together did, a whole sentence, "" when nothing is clear
}

// multiple is one branch's year.
type multiple struct {
	Name, Href, Last string
	Words            string
	Tone             chart.Tone
	Chart            chart.Trend
}

// atFirst is how many years a page shows before it is asked for all.
const atFirst = 24

func newMultiples(ch *choice, r *report.Comparison, rows []compareRow, t *report.Trends) multiples {
	m := multiples{Months: monthsText(t.Window), Rolling: report.RollingMonths, Network: together(t)}
	if t.TargetBP > 0 {
		m.Target = prose(compare.Percent(t.TargetBP))
	}
	scale := yearScale(t)
	m.Low = scale.Low()
	var shown []*compareRow
	for i := range rows {
		if trend, ok := t.Branches[rows[i].ID]; ok && drawn(trend) {
			shown = append(shown, &rows[i])
		}
	}
	m.Of = len(shown)
	if !ch.All && len(shown) > atFirst {
		slices.SortStableFunc(shown, func(a, b *compareRow) int { return cmp.Compare(rank(t, a), rank(t, b)) })
		shown = shown[:atFirst]
		m.All = ch.address(branchesPath, "all", "1") + "#year"
		if ch.Page > 1 {
			m.All = ch.address(branchesPath, "all", "1", "page", strconv.Itoa(ch.Page)) + "#year"
		}
	}
	href := branchHrefs(ch)
	for _, b := range shown {
		trend := t.Branches[b.ID]
		one := newMultiple(&trend, scale, t.TargetBP)
		one.Name, one.Href = r.Places[b.ID].Name, href(b.ID)
		m.Items = append(m.Items, one)
	}
	return m
}

// rank puts clear changes first where not all are shown.
func rank(t *report.Trends, b *compareRow) int {
	if d := t.Branches[b.ID].Drift; d.Worse || d.Better {
		return 0
	}
	return 1
}

// drawn reports whether there are two months to draw a line between.
func drawn(t report.Trend) bool {
	known := 0
	for i := range t.Rolling {
		if t.Rolling[i].N > 0 {
			known++
		}
	}
	return known >= 2
}

// yearScale shows all lines; ribbons of the few may leave the picture.
func yearScale(t *report.Trends) chart.Scale {
	return chart.ScaleOver(func(yield func(chart.Span) bool) {
		for _, trend := range t.Branches {
			for i := range trend.Rolling {
				p := &trend.Rolling[i]
				if p.N > 0 && !yield(chart.Span{Value: p.MeanBP, Lo: math.Max(p.MeanBP-2000, orValue(p.HasRange, p.LoBP, p.MeanBP)), Hi: p.MeanBP}) {
					return
				}
			}
		}
	}, t.TargetBP)
}

func newMultiple(t *report.Trend, scale chart.Scale, target int) multiple {
	points := pointsOf(t.Rolling)
	m := multiple{Words: t.Drift.Words(), Tone: driftTone(t.Drift)}
	m.Chart = chart.NewTrend(scale, points, target, m.Tone)
	for i := range points {
		if points[i].Known {
			m.Last = percent(points[i].Span.Value)
		}
	}
	return m
}

func driftTone(d compare.Drift) chart.Tone {
	switch {
	case d.Worse:
		return chart.Below
	case d.Better:
		return chart.Above
	}
	return chart.Neutral
}

// pointsOf are months as the charts take them.
func pointsOf(months []compare.TrendPoint) []chart.Point {
	out := make([]chart.Point, len(months))
	for i := range months {
		m := &months[i]
		out[i] = chart.Point{
			Known: m.N > 0, Visits: m.N, HasRange: m.HasRange,
			Span: chart.Span{Value: m.MeanBP, Lo: orValue(m.HasRange, m.LoBP, m.MeanBP), Hi: orValue(m.HasRange, m.HiBP, m.MeanBP)},
		}
		if t, err := time.Parse("2006-01", m.Month.String()); err == nil {
			out[i].Label, out[i].Short = t.Format("January 2006"), t.Format("Jan")
		}
	}
	return out
}

// together says what all branches did.
func together(t *report.Trends) string {
	if !t.Moved {
		return ""
	}
	d := compare.Drift{Known: true, Points: t.Together, Worse: t.Together < 0, Better: t.Together > 0}
	return "All branches together: " + d.Words() + "."
}
