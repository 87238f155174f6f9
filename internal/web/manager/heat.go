package manager

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
)

// thinBelow is the number of visits under which a cell has a dotted edge.
const thinBelow = 6

// heat is branches by standards, a number in every cell.
type heat struct {
	Columns []heatColumn
	Rows    []heatRow
	Legend  []chart.LegendStep
	Thin    int           // the limit, for the note below
	Level   compare.Level // of what is said of standards: the highest among the cells
}

type heatColumn struct {
	Title  string
	Target string // "90%", "" without one
}

type heatRow struct {
	Name, Href string
	Region     string        // where the branches stand by it
	Cells      template.HTML // of heatCell.draw: a page has more than a thousand of them
	Score      string        // "" without visits
}

// heatCell is how often one branch met one standard.
type heatCell struct {
	Text       string // "86", "" when it was not asked
	Href       string // to the standard on the branch's page
	Met, Asked string // visits
	Step       string // "-3" to "3", "" without a target
	Thin       bool
}

// newHeat makes the table; say puts words of ours into the language of the page.
func newHeat(ch *choice, r *report.Comparison, rows []compareRow, say func(string) string) heat {
	h := heat{Legend: chart.Legend(), Thin: thinBelow}
	for i := range r.Result.Standards {
		s := &r.Result.Standards[i]
		column := heatColumn{Title: s.Title}
		if s.GoodTargetBP > 0 {
			column.Target = prose(compare.Percent(s.GoodTargetBP))
		}
		h.Columns = append(h.Columns, column)
	}
	of := say("of")
	for i := range rows {
		h.Rows = append(h.Rows, newHeatRow(ch, r, &rows[i], of))
		for k := range rows[i].Outcomes {
			h.Level = max(h.Level, rows[i].Outcomes[k].Good.Level)
		}
	}
	return h
}

func newHeatRow(ch *choice, r *report.Comparison, b *compareRow, of string) heatRow {
	place := r.Places[b.ID]
	row := heatRow{Name: place.Name, Href: branchHref(ch, b.ID), Region: regionIn(ch, place)}
	if b.Score.N > 0 {
		row.Score = chart.Whole(b.Score.EstimateBP)
	}
	var cells strings.Builder
	for k := range b.Outcomes {
		newHeatCell(&r.Result.Standards[k], &b.Outcomes[k], row.Href).draw(&cells, of)
	}
	row.Cells = template.HTML(cells.String()) //nolint:gosec // draw escapes the only part that is not a number
	return row
}

// draw writes the cell. A template would take most of the page's time for it.
func (c heatCell) draw(b *strings.Builder, of string) {
	if c.Text == "" {
		b.WriteString(`<td class="none">·</td>`)
		return
	}
	b.WriteString(`<td`)
	if c.Step != "" {
		b.WriteString(` data-step="` + c.Step + `"`)
	}
	if c.Thin {
		b.WriteString(` class="thin"`)
	}
	b.WriteString(`><a href="` + template.HTMLEscapeString(c.Href) + `" title="` + c.Met + " " + of + " " + c.Asked + `">` + c.Text + `</a></td>`)
}

func newHeatCell(s *compare.Standard, o *compare.Outcome, href string) heatCell {
	if o.N == 0 {
		return heatCell{}
	}
	return heatCell{
		Text: share(o.X, o.N), Href: href + "#s-" + url.PathEscape(s.ID), Met: strconv.Itoa(o.X), Asked: strconv.Itoa(o.N), Step: stepOf(s, o), Thin: o.N < thinBelow,
	}
}

// stepOf is a cell's colour. Where nothing may ever be missed, one miss has the strongest.
func stepOf(s *compare.Standard, o *compare.Outcome) string {
	switch {
	case s.GoodTargetBP <= 0:
		return ""
	case s.Criticality == compare.ZeroTolerance && o.X < o.N:
		return "-3"
	case s.Criticality == compare.ZeroTolerance:
		return "0"
	}
	return strconv.Itoa(chart.Step((20_000*o.X+o.N)/(2*o.N), s.GoodTargetBP))
}
