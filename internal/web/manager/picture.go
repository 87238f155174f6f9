package manager

import (
	"net/http"
	"slices"
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
	say := saying(c)
	note := whereText(c, a, &r) + " · " + say(monthsText(r.Window))
	if ch.Chart == "funnel" {
		f, of, middle, ok := funnelOf(ch, &r)
		if !ok {
			return nil, fault.New(fault.NotFound, "There is no funnel for these choices: too few visits, or no target.")
		}
		drawing := chart.NewFunnel(chart.FunnelOf(f, middle, func(id string) string { return r.Places[id].Name }, func(string) string { return "" }), false)
		return drawing.File(say("Real difference or luck?")+" "+of, note, say), nil
	}
	all, size := lineupOf(ch, &r), perPage
	if ch.Chart == "heat" {
		size = rowsFor(len(r.Result.Standards))
	}
	from, to, _ := pageOf(ch, branchesPath, all.len(), size)
	rows := all.cut(from, to)
	if ch.Chart == "heat" {
		return heatFile(&r, rows, note, say), nil
	}
	scale := scaleOf(r.Result.Branches, r.Result.TargetBP)
	lines := make([]chart.BarLine, len(rows))
	href := branchHrefs(ch)
	for i := range rows {
		row := newLeagueRow(ch, href, &r, &rows[i], scale)
		words := say(row.Verdict)
		if row.Mark != "" {
			words = row.Mark + " " + words
		}
		lines[i] = chart.BarLine{Name: row.Name, Value: row.Score, Words: words + " · " + say(catalogue.Count(row.Visits, "visit", "visits")), Bar: row.Bar}
		lines[i].Bar.Tone = row.Tone
	}
	return chart.BarsFile(say("How branches compare"), note+" · "+say("bars: 90% ranges"), chart.Axis(scale, r.Result.TargetBP), lines), nil
}

func heatFile(r *report.Comparison, rows []compareRow, note string, say chart.Say) []byte {
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
	return chart.HeatFile(say("Branches by standard"), note+" · "+say("percent of visits that met it; dotted: fewer than "+strconv.Itoa(thinBelow)+" visits"), columns, lines)
}

func (p *Pages) changePicture(c echo.Context, a auth.Actor, ch *choice) ([]byte, error) {
	r, err := p.reports.Change(c.Request().Context(), a, ch.query())
	if err != nil {
		return nil, err
	}
	say := saying(c)
	var v changeView
	v.rows(ch, &r)
	lines := make([]chart.BarLine, len(v.Rows))
	for i := range v.Rows {
		lines[i] = chart.BarLine{Name: v.Rows[i].Name, Value: say(v.Rows[i].Change), Words: say(v.Rows[i].Words), Bar: v.Rows[i].Bar}
	}
	return chart.BarsFile(say("What changed"), say(monthsText(r.Window))+" "+say("against")+" "+say(monthsText(r.Before))+" · "+say("points, with 90% ranges"), axisIn(v.Axis, say), lines), nil
}

// axisIn has its numbers as the reader's language writes them.
func axisIn(axis []chart.Tick, say chart.Say) []chart.Tick {
	out := slices.Clone(axis)
	for i := range out {
		out[i].Text = say(out[i].Text)
	}
	return out
}

func (p *Pages) driversPicture(c echo.Context, a auth.Actor, ch *choice) ([]byte, error) {
	r, err := p.reports.Drivers(c.Request().Context(), a, ch.query())
	if err != nil {
		return nil, err
	}
	if r.Drivers.Declined != "" {
		return nil, fault.New(fault.NotFound, r.Drivers.Declined)
	}
	say := saying(c)
	lines := make([]chart.BarLine, len(r.Drivers.Standards))
	for i, row := range driverRows(r.Drivers.Standards) {
		lines[i] = chart.BarLine{Name: row.Title, Value: row.Part, Words: say("met in " + row.Met), Bar: row.Bar}
	}
	return chart.BarsFile(say(prose(r.Drivers.Title)), say(monthsText(r.Months))+" · "+say("share of what the standards explain, with 90% ranges"), driverAxis(), lines), nil
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
	say := saying(c)
	title, months := r.Place.Name+": "+say(branchCharts[ch.Chart]), say(monthsText(r.Window))
	switch ch.Chart {
	case "months":
		y := newBranchYear(&r.Year, r.Branch)
		if !y.Known {
			return fault.New(fault.NotFound, "There are not enough visits to draw a line.")
		}
		return svg(c, r.Place.Name+" months", y.Wide.File(title, say(monthsText(r.Year.Window)), say))
	case "parts":
		if r.Causes == nil {
			return fault.New(fault.NotFound, "There is nobody to compare this branch with.")
		}
		parts := chart.PartsOf(r.Causes, partsShown)
		return svg(c, r.Place.Name+" parts", parts.File(title, months+" · "+say("points behind or ahead of similar branches"), say))
	case "moved":
		if r.Moved.Causes == nil {
			return fault.New(fault.NotFound, orText(r.Moved.Why, "There is no window before to compare with."))
		}
		parts := chart.PartsOf(r.Moved.Causes, partsShown)
		return svg(c, r.Place.Name+" moved", parts.File(title, months+" "+say("against")+" "+say(monthsText(r.Before))+" · "+say("points of the score"), say))
	case "watch":
		if !r.Watch.Chart.Drawn {
			return fault.New(fault.NotFound, orText(r.Watch.Chart.Why, "This branch is not watched yet."))
		}
		sums := chart.SumsOf(&r.Watch.Chart, r.Watch.Limit, dayOf, false)
		return svg(c, r.Place.Name+" watch", sums.File(title, months, say))
	case "misses":
		return missesPicture(c, &ch, &r)
	}
	return noChart("months, parts, moved, watch or misses")
}

// saying puts words of ours into the reader's language.
func saying(c echo.Context) chart.Say {
	return func(words string) string { return kit.Say(c, words) }
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return prose(text)
}
