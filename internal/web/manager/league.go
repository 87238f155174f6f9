package manager

import (
	"strconv"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
)

// compareRow is a branch as compare gives it.
type compareRow = compare.BranchRow

// league is the table of branches, best first, with intervals.
type league struct {
	Axis      []chart.Tick
	Rows      []leagueRow
	Places    bool
	Target    string // "85 %", "" without one
	Level     string // letter of the level used, "" without scores
	Pooled    bool
	Fair      bool
	Mean      string // the network's
	Spread    string // points by which visits of one branch differ
	Branches  int    // shown
	Visits    int
	Real      string // share of differences that is real, "" where not known
	Alike     bool
	Worst     []worst
	MoreWorst []worst
}

// leagueRow is one branch.
type leagueRow struct {
	Place, Name, Href string
	Region            string // where the branches stand by it
	Score             string // "86%", "" without visits
	Bar               chart.Bar
	Mark              string // ▲ or ▼, "" where it cannot be told
	Tone              chart.Tone
	Verdict           string
	Settle            string
	Visits            int
	Worth             string // "7": visits that they are worth, "" where no fewer
	OneView           bool
}

// shownWorst is how many of the worst tenth are in sight; a network of thousands has hundreds, the surest first.
const shownWorst = 20

// worst is a branch that is probably among the worst tenth.
type worst struct{ Name, Href, Words string }

func spanOf(e *compare.ScoreEstimate) chart.Span {
	return chart.Span{Value: e.EstimateBP, Lo: orValue(e.HasRange, e.LoBP, e.EstimateBP), Hi: orValue(e.HasRange, e.HiBP, e.EstimateBP)}
}

func orValue(ok bool, v, otherwise float64) float64 {
	if ok {
		return v
	}
	return otherwise
}

func newLeague(ch *choice, r *report.Comparison, rows []compareRow, scale chart.Scale) league {
	res := &r.Result
	l := league{
		Axis: chart.Axis(scale, res.TargetBP), Places: res.ShowPlaces, Branches: res.Headline.Branches, Visits: res.Headline.Visits,
		Level: res.Model.Level.String(), Pooled: res.Model.Level >= compare.LevelB, Fair: res.Model.Level == compare.LevelC, Mean: percent(res.Model.MeanBP), Alike: res.Model.Alike,
	}
	if res.TargetBP > 0 {
		l.Target = prose(compare.Percent(res.TargetBP))
	}
	if res.Model.Spread.SD > 0 {
		l.Spread = strconv.FormatFloat(res.Model.Spread.SD, 'f', 0, 64)
	}
	if l.Pooled && !l.Alike {
		l.Real = percent(10_000 * res.Model.Rankability)
	}
	href := branchHrefs(ch)
	for i := range rows {
		l.Rows = append(l.Rows, newLeagueRow(ch, href, r, &rows[i], scale))
	}
	for _, w := range res.Worst {
		l.Worst = append(l.Worst, worst{Name: r.Places[w.Branch].Name, Href: href(w.Branch), Words: w.Words()})
	}
	inSight := min(len(l.Worst), shownWorst)
	l.Worst, l.MoreWorst = l.Worst[:inSight], l.Worst[inSight:]
	return l
}

func newLeagueRow(ch *choice, href func(id string) string, r *report.Comparison, b *compareRow, scale chart.Scale) leagueRow {
	e, target := &b.Score, r.Result.TargetBP
	place := r.Places[b.ID]
	row := leagueRow{Name: place.Name, Href: href(b.ID), Region: regionIn(ch, place), Visits: e.N, Bar: chart.Empty(scale, target)}
	if e.N == 0 {
		row.Verdict = "No visits"
		return row
	}
	row.Score, row.Tone, row.Mark = percent(e.EstimateBP), toneOf(e.Status), mark(e.Status)
	row.Bar = chart.NewBar(scale, spanOf(e), e.HasRange, target, row.Tone)
	if e.Effective > 0 && e.Effective < float64(e.N)-0.5 {
		row.Worth = strconv.FormatFloat(e.Effective, 'f', 0, 64)
	}
	row.OneView = e.OneView
	row.Verdict, row.Settle = e.Verdict(), settle(&r.Result.Model, e, target)
	if r.Result.ShowPlaces && e.HasPlace {
		row.Place = placeText(e.Place)
	}
	return row
}

// placeText is a range of places, or the only one.
func placeText(p compare.Place) string {
	if p.Lo == p.Hi {
		return strconv.Itoa(p.Lo)
	}
	return strconv.Itoa(p.Lo) + "–" + strconv.Itoa(p.Hi)
}

// branchHrefs leads to branches with the same choice, which is written once for all of them.
func branchHrefs(ch *choice) func(id string) string {
	tail := ch.address("")
	return func(id string) string { return "/compare/branches/" + id + tail }
}

func branchHref(ch *choice, id string) string { return branchHrefs(ch)(id) }

// VisitsText counts what stands behind the table.
func (l league) VisitsText() string {
	return catalogue.Count(l.Visits, "visit", "visits") + " to " + catalogue.Count(l.Branches, "branch", "branches")
}
