package manager

import (
	"bytes"
	"io"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

func (p *Pages) compareFile(c echo.Context, a auth.Actor) error {
	ch, err := choose(c)
	if err != nil {
		return err
	}
	if ch.Table == "" {
		ch.Table = "league"
	}
	switch ch.Table {
	case "league", "heat", "standards", "funnel":
		return p.comparedFile(c, a, &ch)
	case "change":
		r, err := p.reports.Change(c.Request().Context(), a, ch.query())
		if err != nil {
			return err
		}
		r.Rows = movesOf(&ch, r.Rows, r.Places)
		return file(c, fileName("compare-change", r.Window), func(w io.Writer) error { return report.ChangeCSV(w, &r) })
	case "drivers":
		r, err := p.reports.Drivers(c.Request().Context(), a, ch.query())
		if err != nil {
			return err
		}
		return file(c, fileName("compare-drivers", r.Months), func(w io.Writer) error { return report.DriversCSV(w, &r) })
	case "next":
		return p.nextFile(c, a, &ch)
	}
	return noTable("league, heat, standards, funnel, change, drivers or next")
}

// comparedFile writes a table of the comparison itself.
func (p *Pages) comparedFile(c echo.Context, a auth.Actor, ch *choice) error {
	r, err := p.reports.Compare(c.Request().Context(), a, ch.query())
	if err != nil {
		return err
	}
	write := map[string]func(io.Writer, *report.Comparison) error{
		"league": report.LeagueCSV, "heat": report.HeatCSV, "standards": report.StandardsCSV,
	}[ch.Table]
	if ch.Table == "funnel" {
		f, _, _, _ := funnelOf(ch, &r) // one without dots is a table without lines
		write = func(w io.Writer, r *report.Comparison) error { return report.FunnelCSV(w, f, r.Places) }
	}
	return file(c, fileName("compare-"+ch.Table, r.Window), func(w io.Writer) error { return write(w, &r) })
}

// nextFile writes the plan of the next visits.
func (p *Pages) nextFile(c echo.Context, a auth.Actor, ch *choice) error {
	var f planForm
	if err := kit.BindQuery(c, &f); err != nil {
		return err
	}
	n := report.NextQuery{Budget: f.Budget, Standard: f.Standard}
	if f.Aim == "settled" {
		n.Aim = compare.MostSettled
	}
	o, err := p.reports.Outlook(c.Request().Context(), a, ch.query(), n)
	if err != nil {
		return err
	}
	return file(c, fileName("next-visits", o.Window), func(w io.Writer) error { return report.NextCSV(w, &o) })
}

func (p *Pages) branchFile(c echo.Context, a auth.Actor) error {
	ch, err := choose(c)
	if err != nil {
		return err
	}
	if ch.Table == "pair" {
		return p.pairFile(c, a, &ch)
	}
	write, ok := map[string]func(io.Writer, *report.BranchReport) error{
		"": report.BranchCSV, "standards": report.BranchCSV, "months": report.MonthsCSV, "parts": report.PartsCSV, "moved": report.MovedCSV,
		"watch": report.WatchCSV, "misses": report.MissesCSV,
	}[ch.Table]
	if !ok {
		return noTable("standards, months, parts, moved, watch, misses or pair")
	}
	r, err := p.reports.Branch(c.Request().Context(), a, c.Param("id"), ch.query())
	if err != nil {
		return err
	}
	window := r.Window
	if ch.Table == "months" {
		window = r.Year.Window
	}
	return file(c, fileName(r.Place.Name, window), func(w io.Writer) error { return write(w, &r) })
}

func (p *Pages) listFile(c echo.Context, a auth.Actor) error {
	ch, err := choose(c)
	if err != nil {
		return err
	}
	list, err := p.reports.AllPublishedVisits(c.Request().Context(), a, ch.query(), ch.Branch)
	if err != nil {
		return err
	}
	return file(c, fileName("visits", list.Window), func(w io.Writer) error { return report.VisitsCSV(w, list.Rows) })
}

func noTable(which string) error {
	return fault.Newf(fault.Invalid, "There is no such table here. Choose %s.", which)
}

// fileName says what is in the file and of which months.
func fileName(what string, w studio.Window) string {
	return what + " " + w.From + " to " + w.To + ".csv"
}

func file(c echo.Context, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return kit.Download(c, name, "text/csv; charset=utf-8", b.Bytes())
}
