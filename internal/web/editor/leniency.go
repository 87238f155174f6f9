package editor

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// leniencyView is how strict shoppers are beside their colleagues: advice for editors.
type leniencyView struct {
	kit.Chrome
	Months   string
	Nothing  string
	Tabs     []leniencyTab
	Declined []string
	SD       string
	Rows     []leniencyRow
	Unshown  int
	Quiet    int
}

// leniencyTab is a window or a programme to choose.
type leniencyTab struct {
	Label, Name string // words of ours for a window, or a programme's name
	Href        string
	Here        bool
}

// leniencyRow is one shopper of whom something is said.
type leniencyRow struct {
	Alias            string
	Points, Lo, Hi   string // "" where it is not known
	Visits, Branches int
	Known            bool
	Says             []string
}

// mostLenient is how many shoppers the page lists; those who differ most come first.
const mostLenient = 200

var leniencyPage = kit.NewPage[leniencyView]("editor/leniency")

func (p *Pages) leniency(c echo.Context, a auth.Actor) error {
	q := report.Query{Programme: c.QueryParam("programme"), Span: report.Span(c.QueryParam("window"))}
	if q.Span == "" {
		q.Span = report.Last12
	}
	view := leniencyView{Chrome: kit.Chrome{Title: "How strict are shoppers?"}}
	l, err := p.shoppers.Leniency(c.Request().Context(), a, q)
	if fault.Is(err, fault.NotFound) && q.Programme == "" {
		view.Nothing = "Nothing is published yet."
		return leniencyPage.Render(c, http.StatusOK, view)
	}
	if err != nil {
		return err
	}
	view.fill(&l, q)
	return leniencyPage.Render(c, http.StatusOK, view)
}

func (v *leniencyView) fill(l *report.Leniency, q report.Query) {
	v.Months, v.Quiet = monthText(l.Window.From)+" to "+monthText(l.Window.To), l.Quiet
	if l.SD > 0 {
		v.SD = points(l.SD)
	}
	for _, d := range l.Declined {
		v.Declined = append(v.Declined, plain(d.Sentence))
	}
	for _, x := range []struct {
		span report.Span
		text string
	}{{report.Last3, "Last 3 months"}, {report.Last12, "12 months"}} {
		v.Tabs = append(v.Tabs, leniencyTab{Label: x.text, Here: q.Span == x.span, Href: leniencyHref(l.Programme.ID, x.span)})
	}
	for i := range l.Programmes {
		if pr := &l.Programmes[i]; len(l.Programmes) > 1 {
			v.Tabs = append(v.Tabs, leniencyTab{Name: pr.Name, Here: pr.ID == l.Programme.ID, Href: leniencyHref(pr.ID, q.Span)})
		}
	}
	for i := range l.Rows[:min(len(l.Rows), mostLenient)] {
		v.Rows = append(v.Rows, newLeniencyRow(&l.Rows[i]))
	}
	v.Unshown = len(l.Rows) - len(v.Rows)
}

func leniencyHref(programme string, span report.Span) string {
	return "/review/shoppers?" + url.Values{"programme": {programme}, "window": {string(span)}}.Encode()
}

func newLeniencyRow(s *report.LenientShopper) leniencyRow {
	row := leniencyRow{Alias: s.Alias, Visits: s.Visits, Branches: s.Branches, Known: s.Known}
	if s.Known {
		row.Points, row.Lo, row.Hi = points(s.Points), points(s.Range.Lo), points(s.Range.Hi)
	}
	for _, x := range s.Sentences {
		row.Says = append(row.Says, plain(x))
	}
	return row
}

// points writes points of score with a sign where they are below nothing.
func points(v float64) string {
	text := strconv.FormatFloat(math.Abs(math.Round(10*v)/10), 'f', 1, 64)
	if v < 0 && text != "0.0" {
		return "−" + text
	}
	return text
}

// plain writes percentages as all pages do.
func plain(text string) string { return strings.ReplaceAll(text, " %", "%") }

// monthText writes "2026-09" as "September 2026".
func monthText(month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return t.Format("January 2006")
}
