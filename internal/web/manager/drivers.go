package manager

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

// driversView is what the overall mark hangs together with, and how kinds of visits differ.
type driversView struct {
	compareHead
	Months          string
	Question, Scale string
	Declined        string
	Heading, Says   string
	Explained       string
	Visits          string
	Adjusted        []string
	Left            int
	Rows            []driverRow
	Sections        []driverRow
	Priority        []driverRow
	Sides           []sidesRow
	Files           take
}

// driverRow is one standard or section.
type driverRow struct {
	Title, Part, Range, Rank, Met, Priority string
	Bar                                     chart.Bar
}

// sidesRow is one kind of visit against the others.
type sidesRow struct {
	Title, Says string
	Lines       []string
}

var driversPage = kit.NewPage[driversView]("manager/drivers")

func (p *Pages) drivers(c echo.Context, a auth.Actor) error {
	ch, r, h, ok, err := read(c, driversPath, "What makes the difference", func(q report.Query) (report.Drivers, error) {
		return p.reports.Drivers(c.Request().Context(), a, q)
	})
	if err != nil {
		return err
	}
	if !ok {
		return driversPage.Render(c, h.status(), driversView{compareHead: h})
	}
	view := driversView{compareHead: framed(h, a, &ch, driversPath, "What makes the difference", &r.Frame)}
	d := &r.Drivers
	view.Months, view.Question, view.Scale, view.Left = monthsText(r.Months), r.Question, r.Scale, r.Left
	view.Declined, view.Heading, view.Says, view.Adjusted = prose(d.Declined), prose(d.Title), prose(d.Sentence), d.Adjusted
	view.Visits = catalogue.Count(d.Visits, "visit", "visits") + " to " + catalogue.Count(d.Branches, "branch", "branches")
	if d.Declined == "" {
		view.Explained = percent(10_000*d.R2) + " (" + chart.Whole(10_000*d.R2Range.Lo) + "–" + percent(10_000*d.R2Range.Hi) + ")"
		view.Rows, view.Sections, view.Priority = driverRows(d.Standards), driverRows(d.Sections), driverRows(d.Priority)
		view.Files = takeOf(&ch, "drivers", "drivers", "")
	}
	for i := range r.Sides {
		view.Sides = append(view.Sides, newSidesRow(&r.Sides[i]))
	}
	return driversPage.Render(c, view.status(), view)
}

func driverRows(all []compare.Driver) []driverRow {
	rows := make([]driverRow, len(all))
	for i := range all {
		d := &all[i]
		rows[i] = driverRow{
			Title: d.Title, Part: percent(10_000 * d.Part), Range: chart.Whole(10_000*d.Range.Lo) + "–" + percent(10_000*d.Range.Hi),
			Rank: placeText(compare.Place{Lo: d.RankLo, Hi: d.RankHi}), Met: percent(10_000 * d.Share), Priority: tenths(100 * d.Priority),
			Bar: chart.NewBar(whole, chart.Span{Value: 10_000 * d.Part, Lo: 10_000 * d.Range.Lo, Hi: 10_000 * d.Range.Hi}, true, 0, chart.Neutral),
		}
		if d.Title == "" {
			rows[i].Title = d.ID
		}
	}
	return rows
}

func newSidesRow(s *report.SidesOf) sidesRow {
	row := sidesRow{Title: s.Scenario.Title, Says: prose(s.Score.Sentence)}
	if s.Score.Declined != "" {
		row.Says = prose(s.Score.Declined)
	}
	for i := range s.Standards {
		row.Lines = append(row.Lines, prose(s.Standards[i].Sentence))
	}
	return row
}

// salesView is what is known of sales and scores together.
type salesView struct {
	compareHead
	Own      bool
	Has      string // what is there, "" without sales
	Made     string
	Linked   bool
	Declined string
	Says     []string
	Facts    [][2]string
	Lag      string
	Text     string // that was pasted
	Mistakes kit.Mistakes
	Bring    *bringing // the file that is looked at, nil for none
}

var salesPage = kit.NewPage[salesView]("manager/sales")

func (p *Pages) sales(c echo.Context, a auth.Actor) error {
	return p.salesWith(c, a, func(*salesView) {})
}

// salesWith shows the page with what an import has to say.
func (p *Pages) salesWith(c echo.Context, a auth.Actor, say func(*salesView)) error {
	ch, r, h, ok, err := read(c, salesPath, "Sales and scores", func(q report.Query) (report.SalesPage, error) {
		return p.reports.SalesLink(c.Request().Context(), a, q)
	})
	if err != nil {
		return err
	}
	if !ok {
		return salesPage.Render(c, h.status(), salesView{compareHead: h})
	}
	view := salesView{compareHead: framed(h, a, &ch, salesPath, "Sales and scores", &r.Frame), Own: r.Own, Linked: r.Linked, Lag: strconv.Itoa(r.Link.Lag)}
	if e := r.Extent; e.Lines > 0 {
		view.Has = catalogue.Count(e.Lines, "week", "weeks") + " of " + catalogue.Count(e.Branches, "branch", "branches") + ", " + compare.WeekName(e.First) + " to " + compare.WeekName(e.Last)
	}
	if r.Linked {
		view.link(&r.Link)
	}
	say(&view)
	return salesPage.Render(c, view.status(), view)
}

// lagText is how long after the score sales are looked at.
func lagText(periods int) string {
	if periods == 0 {
		return "no delay: the same four weeks"
	}
	return catalogue.Count(periods, "period", "periods")
}

func (v *salesView) link(l *report.StoredLink) {
	x := &l.Result
	v.Made, v.Declined = l.Made.Format("2 January 2006"), prose(x.Declined)
	for _, s := range x.Sentences {
		v.Says = append(v.Says, prose(s))
	}
	if x.Declined != "" {
		return
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) + "%" }
	v.Facts = [][2]string{
		{"Branches", strconv.Itoa(x.Branches)},
		{"Periods of four weeks", strconv.Itoa(x.Periods)},
		{"Sales follow after", lagText(x.Lag)},
		{"Reliability of changes of the score", percent(10_000 * x.Reliability)},
		{"Smallest link that would usually be found", number(x.Detectable) + " of sales for ten points of score"},
	}
	if x.Shown {
		v.Facts = append(v.Facts,
			[2]string{"Sales for ten points more of score", number(x.Beta) + " (95%: " + number(x.Range.Lo) + " to " + number(x.Range.Hi) + ")"},
			[2]string{"Chance of as much by luck", strconv.FormatFloat(x.P, 'f', 3, 64)},
			[2]string{"Not more than, were the score known exactly", number(x.Corrected)})
	}
}
