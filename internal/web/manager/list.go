package manager

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

const listPath = "/reports"

// perList is how many visits stand on one page.
const perList = 50

// listView is published visits, the newest first.
type listView struct {
	kit.Chrome
	Filters filters
	Nothing string
	Rows    []listRow
	Next    string
	First   string // address of the first page, "" on it
	Only    string // name of the only branch shown, "" for all or where no visit says it
	AllHref string // all branches again
	Stand   string // how that branch stands
	File    string
	Empty   string // a whole sentence, where there are no rows
	Longer  string // the same with 12 months
}

// listRow is one published visit.
type listRow struct {
	report.Row
	Href     string
	Name     string // of the branch, "" on its own page
	Day      string
	Scenario string
	Score    string
	Level    string
	Tone     sheet.Tone
}

var listPage = kit.NewPage[listView]("manager/list")

func newListRow(r *report.Row) listRow {
	l := listRow{
		Row: *r, Href: listPath + "/" + r.ID, Day: dayText(r.VisitedOn), Scenario: sheet.ScenarioName(r.Scenario), Score: sheet.Score(r.FinalBP),
		Level: r.Level.Words(), Tone: sheet.LevelTone(r.Level),
	}
	l.Name = r.BranchName
	return l
}

// dayText writes "2026-11-21" as "21 Nov 2026".
func dayText(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return t.Format("2 Jan 2006")
}

// monthName writes "2026-09" as "Sep 2026".
func monthName(month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return t.Format("Jan 2006")
}

func (p *Pages) list(c echo.Context, a auth.Actor) error {
	ch, err := choose(c)
	if err == nil {
		var list report.VisitList
		list, err = p.reports.PublishedVisits(c.Request().Context(), a, ch.query(), ch.Branch, perList, ch.After)
		if err == nil {
			return listPage.Render(c, http.StatusOK, p.listOf(a, ch, &list))
		}
	}
	if nothingYet(err, &ch) {
		return listPage.Render(c, http.StatusOK, listView{Chrome: listChrome(), Nothing: nothing(err)})
	}
	errs, ok := kit.FormErrors(err)
	if !ok {
		return err
	}
	var usual choice
	list, err := p.reports.PublishedVisits(c.Request().Context(), a, usual.query(), "", perList, "")
	if err != nil {
		return err
	}
	view := p.listOf(a, usual, &list)
	view.Errors, view.Filters.Open = errs, true
	view.Filters.From, view.Filters.To = ch.From, ch.To
	return listPage.Render(c, http.StatusUnprocessableEntity, view)
}

func listChrome() kit.Chrome {
	return kit.Chrome{Title: "Published visits", Styles: []string{"css/charts.css"}}
}

func (p *Pages) listOf(a auth.Actor, ch choice, l *report.VisitList) listView {
	view := listView{
		Chrome:  listChrome(),
		Filters: newFilters(ch, listPath, offer{programmes: l.Programmes, regions: l.Regions, formats: l.Formats, window: l.Window, chosen: l.Programme.ID}),
		File:    ch.address("/reports.csv", keep(&ch)...),
	}
	for i := range l.Rows {
		view.Rows = append(view.Rows, newListRow(&l.Rows[i]))
	}
	if l.Next != "" {
		view.Next = ch.address(listPath, append(keep(&ch), "after", l.Next)...)
	}
	if ch.After != "" {
		view.First = ch.address(listPath, keep(&ch)...)
	}
	if ch.Branch != "" {
		view.AllHref, view.Stand = ch.address(listPath), branchHref(&ch, ch.Branch)
		if len(l.Rows) > 0 {
			view.Only = l.Rows[0].BranchName
		}
	}
	if len(l.Rows) == 0 {
		view.empty(a, &ch)
	}
	return view
}

// empty says why the list is empty and where to look.
func (v *listView) empty(a auth.Actor, ch *choice) {
	v.Empty = "No visit of these months is published yet."
	if !a.Reach(auth.ReportRead).All {
		v.Empty = "No visit of these months to a branch of yours is published yet."
	}
	if ch.Window == "" || ch.Window == string(report.Last3) {
		longer := *ch
		longer.Window = string(report.Last12)
		v.Longer = longer.address(listPath, keep(ch)...)
	}
}
