package manager

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

const comparePath = "/compare"

// compareView is how branches compare.
type compareView struct {
	kit.Chrome
	Filters filters
	Nothing string // why there is nothing to compare, a whole sentence; "" when there is
	Where   string // region or "All regions"
	Lead    []string
	Further []string
	League  league
	Heat    heat
	Year    multiples
	Pages   pages
	Notes   []string
	Files   []tab
	Quiet   bool // there are branches, but no visit in these months
	Longer  string
}

var comparePage = kit.NewPage[compareView]("manager/compare")

func (p *Pages) compare(c echo.Context, a auth.Actor) error {
	ch, err := choose(c)
	if err != nil {
		return p.compareAgain(c, a, ch, err)
	}
	result, err := p.reports.Compare(c.Request().Context(), a, ch.query())
	switch {
	case err == nil:
	case nothingYet(err, &ch):
		return p.compareNothing(c, err)
	default:
		return p.compareAgain(c, a, ch, err)
	}
	view, err := p.compared(c, a, ch, &result)
	if err != nil {
		return err
	}
	return comparePage.Render(c, http.StatusOK, view)
}

// compareAgain shows the usual comparison with what is wrong with the choice above it.
func (p *Pages) compareAgain(c echo.Context, a auth.Actor, ch choice, err error) error {
	errs, ok := kit.FormErrors(err)
	if !ok {
		return err
	}
	var usual choice
	result, err := p.reports.Compare(c.Request().Context(), a, usual.query())
	if nothingYet(err, &usual) {
		return p.compareNothing(c, err)
	}
	if err != nil {
		return err
	}
	view, err := p.compared(c, a, usual, &result)
	if err != nil {
		return err
	}
	view.Errors, view.Filters.Open = errs, true
	view.Filters.From, view.Filters.To = ch.From, ch.To
	return comparePage.Render(c, http.StatusUnprocessableEntity, view)
}

// nothingYet reports that there is no programme to compare anything in, where the reader named none.
func nothingYet(err error, ch *choice) bool {
	return fault.Is(err, fault.NotFound) && ch.Programme == "" && ch.Region == "" && ch.Branch == ""
}

func (p *Pages) compareNothing(c echo.Context, err error) error {
	return comparePage.Render(c, http.StatusOK, compareView{Chrome: compareChrome(), Nothing: nothing(err)})
}

// nothing says why there is nothing to read yet.
func nothing(err error) string {
	if f, ok := fault.As(err); ok && f.Message != fault.Missing("programme").Message {
		return f.Message
	}
	return "There is no programme yet."
}

func compareChrome() kit.Chrome {
	return kit.Chrome{Title: "How branches compare", Styles: []string{"css/charts.css"}}
}

// compared puts the page together.
func (p *Pages) compared(c echo.Context, a auth.Actor, ch choice, r *report.Comparison) (compareView, error) {
	view := compareView{
		Chrome: compareChrome(), Where: whereText(a, r), Notes: r.Notes,
		Filters: newFilters(ch, comparePath, offer{r.Programmes, r.Regions, r.Formats, r.Scenarios, r.Window, r.Programme.ID}),
	}
	view.headline(r)
	if len(r.Result.Branches) == 0 {
		view.Nothing = "No branch of yours fits these choices."
		return view, nil
	}
	if view.Quiet = r.Result.Headline.Visits == 0 && !counted(r); view.Quiet {
		longer := ch
		longer.Window = string(report.Last12)
		view.Longer = longer.address(comparePath)
	}
	from, to, pages := pageOf(&ch, comparePath, len(r.Result.Branches))
	view.Pages = pages
	rows := r.Result.Branches[from:to]
	scale := scaleOf(r.Result.Branches, r.Result.TargetBP)
	view.League = newLeague(&ch, r, rows, scale)
	view.Heat = newHeat(&ch, r, rows)
	for _, t := range [][2]string{{"league", "League table"}, {"heat", "Branches by standard"}, {"standards", "Counts behind it"}} {
		view.Files = append(view.Files, tab{Text: t[1], Href: ch.address("/compare.csv", "table", t[0])})
	}
	if view.Quiet {
		return view, nil
	}
	trends, err := p.reports.Trends(c.Request().Context(), a, ch.query(), "")
	if err != nil {
		return view, err
	}
	view.Year = newMultiples(&ch, r, rows, &trends)
	return view, nil
}

// headline takes the first two sentences as the lead, the others below it.
func (v *compareView) headline(r *report.Comparison) {
	for i, s := range r.Headline {
		if i < 2 {
			v.Lead = append(v.Lead, prose(s))
			continue
		}
		v.Further = append(v.Further, prose(s))
	}
}

// counted reports whether any standard of any branch was judged by a visit; a window may have visits without scores.
func counted(r *report.Comparison) bool {
	for i := range r.Result.Summaries {
		if s := &r.Result.Summaries[i]; s.N+s.NA+s.Unknown > 0 {
			return true
		}
	}
	return false
}

// whereText names the part of the network that is shown.
func whereText(a auth.Actor, r *report.Comparison) string {
	for _, region := range r.Regions {
		if region.ID == r.Query.Region {
			return region.Name
		}
	}
	if !a.Reach(auth.Compare).All {
		if len(r.Regions) == 1 {
			return r.Regions[0].Name
		}
		return "Your regions"
	}
	return "All regions"
}

// scaleOf is the scale that the league shares with nothing else: its rows need it narrow.
func scaleOf(rows []compareRow, target int) chart.Scale {
	var spans []chart.Span
	for i := range rows {
		if e := &rows[i].Score; e.N > 0 {
			spans = append(spans, spanOf(e))
		}
	}
	return chart.NewScale(spans, target)
}
