package manager

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/kit"
)

// take is how a chart can be taken along: its numbers, its drawing, and a page that makes a picture of it.
type take struct{ CSV, SVG, PNG string }

// takeOf names the files of a chart; "" where there is none.
func takeOf(ch *choice, table, name, page string) take {
	var t take
	if table != "" {
		t.CSV = ch.address("/compare.csv", "table", table)
	}
	if name == "" {
		return t
	}
	more := []string{"chart", name}
	if page != "" && page != "1" {
		more = append(more, "page", page)
	}
	if ch.Around != "" {
		more = append(more, "around", ch.Around)
	}
	t.SVG, t.PNG = ch.address("/compare.svg", more...), ch.address("/compare/picture", more...)
	return t
}

// pictureView is one chart by itself, to look at or to keep.
type pictureView struct {
	kit.Chrome
	Heading string
	SVG     string
	Name    string // of the file, without ending
	Back    string
}

var picturePage = kit.NewPage[pictureView]("manager/picture")

// charts are the drawings of the comparison, by their names in addresses.
var charts = map[string]struct{ title, back string }{
	"league": {"League table", branchesPath}, "funnel": {"Real difference or luck?", branchesPath}, "heat": {"Branches by standard", standardsPath},
	"change": {"What changed", changePath}, "drivers": {"What the overall mark hangs together with", driversPath},
}

func (p *Pages) pictureOfCompare(c echo.Context, _ auth.Actor) error {
	ch, err := choose(c)
	if err != nil {
		return err
	}
	x, ok := charts[ch.Chart]
	if !ok {
		return noChart("league, funnel, heat, change or drivers")
	}
	t := takeOf(&ch, "", ch.Chart, strconv.Itoa(max(1, ch.Page)))
	chrome := chromeOf(x.title)
	chrome.Script = []string{"js/picture.js"}
	return picturePage.Render(c, http.StatusOK, pictureView{Chrome: chrome, Heading: x.title, SVG: t.SVG, Name: ch.Chart, Back: ch.address(x.back)})
}

func noChart(which string) error {
	return fault.Newf(fault.Invalid, "There is no such chart here. Choose %s.", which)
}

// comparePicture draws one chart as a file.
func (p *Pages) comparePicture(c echo.Context, a auth.Actor) error {
	ch, err := choose(c)
	if err != nil {
		return err
	}
	var body []byte
	switch ch.Chart {
	case "league", "funnel", "heat":
		body, err = p.drawnOf(c, a, &ch)
	case "change":
		body, err = p.changePicture(c, a, &ch)
	case "drivers":
		body, err = p.driversPicture(c, a, &ch)
	default:
		return noChart("league, funnel, heat, change or drivers")
	}
	if err != nil {
		return err
	}
	return svg(c, ch.Chart, body)
}

func svg(c echo.Context, name string, body []byte) error {
	return kit.Download(c, name+".svg", "image/svg+xml", body)
}

// drawnOf draws what the comparison itself shows.
func (p *Pages) drawnOf(c echo.Context, a auth.Actor, ch *choice) ([]byte, error) {
	r, err := p.reports.Compare(c.Request().Context(), a, ch.query())
	if err != nil {
		return nil, err
	}
	note := whereText(a, &r) + " · " + monthsText(r.Window)
	if ch.Chart == "funnel" {
		f, of, middle, ok := funnelOf(ch, &r)
		if !ok {
			return nil, fault.New(fault.NotFound, "There is no funnel for these choices: too few visits, or no target.")
		}
		drawing := chart.NewFunnel(chart.FunnelOf(&f, middle, func(id string) (string, string) { return r.Places[id].Name, "" }), false)
		return drawing.File("Real difference or luck? "+of, note), nil
	}
	all, size := foundRows(ch, &r), perPage
	if ch.Chart == "heat" {
		size = rowsFor(len(r.Result.Standards))
	}
	from, to, _ := pageOf(ch, branchesPath, len(all), size)
	rows := all[from:to]
	if ch.Chart == "heat" {
		return heatFile(&r, rows, note), nil
	}
	scale := scaleOf(r.Result.Branches, r.Result.TargetBP)
	lines := make([]chart.BarLine, len(rows))
	for i := range rows {
		row := newLeagueRow(ch, &r, &rows[i], scale)
		words := row.Verdict
		if row.Mark != "" {
			words = row.Mark + " " + words
		}
		lines[i] = chart.BarLine{Name: row.Name, Value: row.Score, Words: words + " · " + catalogue.Count(row.Visits, "visit", "visits"), Bar: row.Bar}
		lines[i].Bar.Tone = row.Tone
	}
	return chart.BarsFile("How branches compare", note+" · bars: 90% ranges", chart.Axis(scale, r.Result.TargetBP), lines), nil
}

func heatFile(r *report.Comparison, rows []compareRow, note string) []byte {
	columns := make([]string, len(r.Result.Standards))
	for i := range columns {
		columns[i] = r.Result.Standards[i].Title
	}
	lines := make([]chart.HeatLine, len(rows))
	for i := range rows {
		lines[i] = chart.HeatLine{Name: r.Places[rows[i].ID].Name, Cells: make([]chart.HeatCell, len(columns))}
		for k := range columns {
			cell := newHeatCell(&r.Result.Standards[k], &rows[i].Outcomes[k], "")
			out := chart.HeatCell{Text: cell.Text, Thin: cell.Thin}
			if out.Text == "" {
				out.Text = "·"
			}
			if step, err := strconv.Atoi(cell.Step); err == nil {
				out.Step, out.Stepped = step, true
			}
			lines[i].Cells[k] = out
		}
	}
	return chart.HeatFile("Branches by standard", note+" · percent of visits that met it; dotted: fewer than "+strconv.Itoa(thinBelow)+" visits", columns, lines)
}

func (p *Pages) changePicture(c echo.Context, a auth.Actor, ch *choice) ([]byte, error) {
	r, err := p.reports.Change(c.Request().Context(), a, ch.query())
	if err != nil {
		return nil, err
	}
	var v changeView
	v.rows(ch, &r)
	lines := make([]chart.BarLine, len(v.Rows))
	for i := range v.Rows {
		lines[i] = chart.BarLine{Name: v.Rows[i].Name, Value: v.Rows[i].Change, Words: v.Rows[i].Words, Bar: v.Rows[i].Bar}
	}
	return chart.BarsFile("What changed", monthsText(r.Before)+" to "+monthsText(r.Window)+" · points, with 90% ranges", v.Axis, lines), nil
}

func (p *Pages) driversPicture(c echo.Context, a auth.Actor, ch *choice) ([]byte, error) {
	r, err := p.reports.Drivers(c.Request().Context(), a, ch.query())
	if err != nil {
		return nil, err
	}
	if r.Drivers.Declined != "" {
		return nil, fault.New(fault.NotFound, r.Drivers.Declined)
	}
	lines := make([]chart.BarLine, len(r.Drivers.Standards))
	for i, row := range driverRows(r.Drivers.Standards) {
		lines[i] = chart.BarLine{Name: row.Title, Value: row.Part, Words: "met in " + row.Met, Bar: row.Bar}
	}
	return chart.BarsFile(r.Drivers.Title, monthsText(r.Months)+" · share of what the standards explain, with 90% ranges", driverAxis(), lines), nil
}

// driverAxis is from nothing to all.
func driverAxis() []chart.Tick { return chart.Axis(whole, 0) }

// branchCharts are the drawings of one branch.
var branchCharts = map[string]string{"months": "Twelve months", "parts": "Why it stands where it stands", "moved": "Why its score moved", "watch": "Visit by visit", "misses": "Misses"}

// takeBranch names the files of a branch's chart.
func takeBranch(ch *choice, id, table, name string, more ...string) take {
	path, more := branchesPath+"/"+id, append([]string{"chart", name}, more...)
	t := take{SVG: ch.address(path+"/svg", more...), PNG: ch.address(path+"/picture", more...)}
	if table != "" {
		t.CSV = ch.address(path+"/csv", "table", table)
	}
	return t
}

// branchChosen reads the branch that the address names, with its choices.
func (p *Pages) branchChosen(c echo.Context, a auth.Actor) (ch choice, r report.BranchReport, err error) {
	if ch, err = choose(c); err == nil {
		r, err = p.reports.Branch(c.Request().Context(), a, c.Param("id"), ch.query())
	}
	return ch, r, err
}

func (p *Pages) pictureOfBranch(c echo.Context, a auth.Actor) error {
	ch, r, err := p.branchChosen(c, a)
	if err != nil {
		return err
	}
	title, ok := branchCharts[ch.Chart]
	if !ok {
		return noChart("months, parts, moved, watch or misses")
	}
	t := takeBranch(&ch, r.Branch, "", ch.Chart) // with the standard, which is part of the choice
	chrome := chromeOf(r.Place.Name)
	chrome.Script = []string{"js/picture.js"}
	return picturePage.Render(c, http.StatusOK, pictureView{
		Chrome: chrome, Heading: r.Place.Name + ": " + title, SVG: t.SVG, Name: r.Place.Name + " " + ch.Chart, Back: branchHref(&ch, r.Branch),
	})
}

// branchPicture draws one chart of a branch as a file.
func (p *Pages) branchPicture(c echo.Context, a auth.Actor) error {
	ch, r, err := p.branchChosen(c, a)
	if err != nil {
		return err
	}
	title := r.Place.Name + ": " + branchCharts[ch.Chart]
	switch ch.Chart {
	case "months":
		t, err := p.reports.Trends(c.Request().Context(), a, ch.query(), r.Branch)
		if err != nil {
			return err
		}
		y := newBranchYear(&t, r.Branch)
		if !y.Known {
			return fault.New(fault.NotFound, "There are not enough visits to draw a line.")
		}
		return svg(c, r.Place.Name+" months", y.Wide.File(title, monthsText(t.Window)))
	case "parts":
		if r.Causes == nil {
			return fault.New(fault.NotFound, "There is nobody to compare this branch with.")
		}
		parts := chart.PartsOf(r.Causes, partsShown)
		return svg(c, r.Place.Name+" parts", parts.File(title, monthsText(r.Window)+" · points behind or ahead of similar branches"))
	case "moved":
		if r.Moved.Causes == nil {
			return fault.New(fault.NotFound, orText(r.Moved.Why, "There is no window before to compare with."))
		}
		parts := chart.PartsOf(r.Moved.Causes, partsShown)
		return svg(c, r.Place.Name+" moved", parts.File(title, monthsText(r.Before)+" to "+monthsText(r.Window)+" · points of the score"))
	case "watch":
		if !r.Watch.Chart.Drawn {
			return fault.New(fault.NotFound, orText(r.Watch.Chart.Why, "This branch is not watched yet."))
		}
		sums := chart.SumsOf(&r.Watch.Chart, r.Watch.Limit, dayOf, false)
		return svg(c, r.Place.Name+" watch", sums.File(title, monthsText(r.Window)))
	case "misses":
		return missesPicture(c, &ch, &r)
	}
	return noChart("months, parts, moved, watch or misses")
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return prose(text)
}
