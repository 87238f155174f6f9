package manager

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// branchView is one branch over the months chosen.
type branchView struct {
	kit.Chrome
	Filters  filters
	Report   report.BranchReport
	Back     string // the comparison with the same choices, "" for whoever may not see it
	Score    string // "86%", "" without visits
	Verdict  string
	Mark     string
	Tone     chart.Tone
	Bar      chart.Bar
	Axis     []chart.Tick
	Sentence string
	Level    string // letter, "" without visits
	Pooled   bool
	Own      string // mean of its own visits
	Standing []standing
	Lines    []standardLine
	Year     branchYear
	Worth    string // "12 visits, worth 7 …", "" where shoppers are not adjusted for
	OneView  bool
	Refused  []string
	Fair     bool
	Adjusted []string
	Why      causes
	Moved    causes // since the window before
	Watch    watching
	Misses   misses
	Beside   besideForm
	Change   string // a sentence, "" where nothing can be compared
	Before   string
	Wow      []storyLine
	Comments []storyLine
	YearTake take
	Visits   []listRow
	All      string // every visit of the branch
	Files    []tab
	AsOf     string // when others were looked at, "" for now
}

// standing counts standards by state, in words.
type standing struct {
	N    int
	Word string
	Tone sheet.Tone
}

// standardLine is one standard of the branch.
type standardLine struct {
	ID, Title, Good, Target string
	Share                   string // "83%", "" without visits
	Counts                  string // "5 of 6"
	Bar                     chart.Bar
	Word                    string
	Chip                    sheet.Tone
	Sentence                string
	Plausible               string
	Pooled                  string // what is believed with the peers, "" on level A
	Wow                     string
	Gap                     string
	Critical                string
	Parts                   []string // partly met, does not apply, cannot be told
	Months                  []monthShare
}

// monthShare is one month of one standard.
type monthShare struct {
	Label string
	Text  string // "2 of 3", "–" without visits
}

// branchYear is the twelve months of the branch, drawn twice: wide, and squarer for phones.
type branchYear struct {
	Wide, Narrow chart.Months
	Known        bool
	Months       string
	Words        string
	Tone         chart.Tone
	Network      string
	Rolling      int
	Rows         []yearRow
}

// yearRow is one month of the chart as a table.
type yearRow struct{ Month, Score, Range, Visits string }

var branchPage = kit.NewPage[branchView]("manager/branch")

func (p *Pages) branch(c echo.Context, a auth.Actor) error {
	ch, r, err := p.branchChosen(c, a)
	if err != nil {
		return p.branchAgain(c, a, err)
	}
	view := branchOf(a, ch, &r)
	return branchPage.Render(c, http.StatusOK, view)
}

// branchAgain shows the branch over the usual months with what is wrong with the choice above it.
func (p *Pages) branchAgain(c echo.Context, a auth.Actor, err error) error {
	errs, ok := kit.FormErrors(err)
	if !ok {
		return err
	}
	var usual choice
	r, err := p.reports.Branch(c.Request().Context(), a, c.Param("id"), usual.query())
	if err != nil {
		return err
	}
	view := branchOf(a, usual, &r)
	view.Errors, view.Filters.Open = errs, true
	view.Filters.From, view.Filters.To = c.QueryParam("from"), c.QueryParam("to")
	return branchPage.Render(c, http.StatusUnprocessableEntity, view)
}

func branchOf(a auth.Actor, ch choice, r *report.BranchReport) branchView {
	path := "/compare/branches/" + r.Branch
	view := branchView{
		Chrome: kit.Chrome{Title: r.Place.Name, Styles: []string{"css/charts.css"}}, Report: *r,
		Filters: newFilters(ch, path, offer{programmes: r.Programmes, scenarios: r.Scenarios, window: r.Window, chosen: r.Programme.ID}),
		All:     ch.address("/reports", "branch", r.Branch), Sentence: scoreSentence(&r.Score, r.TargetBP),
	}
	if a.May(auth.Compare) {
		view.Back = ch.address(branchesPath)
	}
	view.AsOf = asOfText(r.AsOf)
	view.score(r)
	view.standards(r)
	view.beside(&ch, r)
	view.Beside = newBesideForm(&ch, r.Branch, &r.Neighbours)
	for i := range r.Visits {
		row := newListRow(&r.Visits[i])
		row.Name = "" // the page has said it
		view.Visits = append(view.Visits, row)
	}
	view.Files = []tab{
		{Text: "Standards", Href: ch.address(path+"/csv", "table", "standards")}, {Text: "Months", Href: ch.address(path+"/csv", "table", "months")},
	}
	view.Year = newBranchYear(&r.Year, r.Branch)
	return view
}

func (v *branchView) score(r *report.BranchReport) {
	e := &r.Score
	scale := scaleOf([]compareRow{{Score: *e}, {Score: compare.ScoreEstimate{N: e.N, EstimateBP: e.MeanBP}}}, r.TargetBP)
	v.Axis, v.Bar = chart.Axis(scale, r.TargetBP), chart.Empty(scale, r.TargetBP)
	if e.N == 0 {
		return
	}
	v.Score, v.Verdict, v.Mark, v.Tone = percent(e.EstimateBP), e.Verdict(), mark(e.Status), toneOf(e.Status)
	v.Bar = chart.NewBar(scale, spanOf(e), e.HasRange, r.TargetBP, v.Tone).WithSeen(scale, e.MeanBP, e.EstimateBP)
	v.Level, v.Pooled, v.Own = e.Level.String(), e.Level >= compare.LevelB, percent(e.MeanBP)
}

// standards makes the lines and counts their states; what is below comes first in the counts.
func (v *branchView) standards(r *report.BranchReport) {
	counts := map[string]int{}
	var order []string
	for i := range r.Standards {
		line := newStandardLine(&r.Standards[i])
		v.Lines = append(v.Lines, line)
		if counts[line.Word]++; counts[line.Word] == 1 {
			order = append(order, line.Word)
			v.Standing = append(v.Standing, standing{Tone: line.Chip})
		}
	}
	for i, word := range order {
		v.Standing[i].N, v.Standing[i].Word = counts[word], word
	}
}

// whole is the scale of shares: from nothing to all.
var whole = chart.NewScale([]chart.Span{{}}, 0)

func newStandardLine(l *report.StandardLine) standardLine {
	s, o := &l.Standard, &l.Outcome
	line := standardLine{
		ID: s.ID, Title: s.Title, Good: s.Good, Word: stateWords(o), Chip: stateChip(o.Status), Sentence: prose(l.Sentence),
		Bar: chart.Empty(whole, s.GoodTargetBP), Critical: criticalText(o.Criticality), Parts: partsText(o.Counts), Gap: gapText(l.Cause),
	}
	if s.GoodTargetBP > 0 {
		line.Target = prose(compare.Percent(s.GoodTargetBP))
	}
	if o.N > 0 {
		line.Share, line.Counts = share(o.X, o.N)+"%", strconv.Itoa(o.X)+" of "+strconv.Itoa(o.N)
		line.Plausible = prose(l.Plausible)
		span := estimateSpan(&o.Good)
		line.Bar = chart.NewBar(whole, span, true, s.GoodTargetBP, toneOf(o.Status)).WithSeen(whole, 10_000*float64(o.X)/float64(o.N), span.Value)
		line.Pooled = pooledText(&o.Good)
	}
	if o.NWow > 0 {
		line.Wow = wowText(o, s.WowTargetBP)
	}
	for _, m := range l.Months {
		text := "–"
		if m.N > 0 {
			text = strconv.Itoa(m.X) + " of " + strconv.Itoa(m.N)
		}
		line.Months = append(line.Months, monthShare{Label: monthName(m.Month), Text: text})
	}
	return line
}

// wowText says in how many visits a WOW was given, of those that offered one.
func wowText(o *compare.Outcome, targetBP int) string {
	text := fmt.Sprintf("WOW in %d of %d visits that offered it", o.XWow, o.NWow)
	if o.NWow == 1 {
		text = fmt.Sprintf("WOW in %d of %d visit that offered it", o.XWow, o.NWow)
	}
	if targetBP > 0 {
		return text + "; asked " + prose(compare.Percent(targetBP)) + "."
	}
	return text + "."
}

// estimateSpan is the interval of the level used: with the peers where they are pooled.
func estimateSpan(e *compare.Estimate) chart.Span {
	if e.Level >= compare.LevelB && e.Range.Hi > 0 {
		return chart.Span{Value: 10_000 * e.Mean, Lo: 10_000 * e.Range.Lo, Hi: 10_000 * e.Range.Hi}
	}
	return chart.Span{Value: 10_000 * float64(e.X) / float64(e.N), Lo: 10_000 * e.Interval.Lo, Hi: 10_000 * e.Interval.Hi}
}

func pooledText(e *compare.Estimate) string {
	if e.Level < compare.LevelB || e.Range.Hi <= 0 {
		return ""
	}
	return "Level " + e.Level.String() + ": seen together with its peers we expect " + percent(10_000*e.Mean) + ", between " + percent(10_000*e.Range.Lo) + " and " + percent(10_000*e.Range.Hi) + "."
}

func criticalText(c compare.Criticality) string {
	switch c {
	case compare.Major:
		return "Major: called below sooner, and met later."
	case compare.ZeroTolerance:
		return "Zero tolerance: one breach is a breach."
	case compare.Normal:
	}
	return ""
}

// partsText says which visits do not count as met or missed.
func partsText(c compare.Counts) []string {
	var all []string
	for _, part := range []struct {
		n    int
		text string
	}{{c.Partial, "partly met"}, {c.NA, "did not apply"}, {c.Unknown, "cannot be told"}} {
		if part.n > 0 {
			all = append(all, strconv.Itoa(part.n)+" "+part.text)
		}
	}
	return all
}

// gapText says what a standard costs against all other branches, as sure as the chart of all of them says it; less than a tenth of a
// point is nothing.
func gapText(c *compare.Cause) string {
	if c == nil || c.HowSure() == "" {
		return ""
	}
	text := strconv.FormatFloat(math.Abs(c.Performance), 'f', 1, 64) + " points"
	if c.Performance < 0 {
		switch c.HowSure() {
		case "almost certain":
			return "Puts the branch " + text + " behind the others; that is almost certain."
		case "quite sure":
			return "Puts the branch " + text + " behind the others; that is quite sure."
		}
		return "Puts the branch " + text + " behind the others; that could be luck."
	}
	switch c.HowSure() {
	case "almost certain":
		return "Puts the branch " + text + " ahead of the others; that is almost certain."
	case "quite sure":
		return "Puts the branch " + text + " ahead of the others; that is quite sure."
	}
	return "Puts the branch " + text + " ahead of the others; that could be luck."
}

func newBranchYear(t *report.Trends, id string) branchYear {
	y := branchYear{Months: monthsText(t.Window), Network: together(t), Rolling: report.RollingMonths}
	trend, ok := t.Branches[id]
	if !ok || !drawn(trend) {
		return y
	}
	y.Known, y.Words, y.Tone = true, trend.Drift.Words(), driftTone(trend.Drift)
	rolling, single := pointsOf(trend.Rolling), pointsOf(trend.Months)
	var spans []chart.Span
	for _, p := range rolling {
		if p.Known {
			spans = append(spans, p.Span)
		}
	}
	for i := range single {
		p := &single[i]
		if p.Known {
			spans = append(spans, chart.Span{Value: p.Span.Value, Lo: p.Span.Value})
		}
		y.Rows = append(y.Rows, newYearRow(p, &rolling[i]))
	}
	scale := chart.NewScale(spans, t.TargetBP)
	y.Wide = chart.NewMonths(scale, rolling, single, t.TargetBP, y.Tone, false)
	y.Narrow = chart.NewMonths(scale, rolling, single, t.TargetBP, y.Tone, true)
	return y
}

func newYearRow(single, rolling *chart.Point) yearRow {
	row := yearRow{Month: single.Label, Score: "–", Range: "–", Visits: strconv.Itoa(single.Visits)}
	if single.Known {
		row.Score = percent(single.Span.Value)
	}
	if rolling.Known {
		row.Range = percent(rolling.Span.Value)
		if rolling.HasRange {
			row.Range += " (" + chart.Whole(rolling.Span.Lo) + "–" + percent(rolling.Span.Hi) + ")"
		}
	}
	return row
}
