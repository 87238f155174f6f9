// Package questions is the page on which an owner sees which questions of a checklist earn their place, and its file.
//
// The one rule: a verdict never stands without the number of visits that it rests on.
package questions

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// Reports is what the pages ask.
type Reports interface {
	Health(ctx context.Context, a auth.Actor, q report.Query) (report.Health, error)
	ProgrammeOf(ctx context.Context, a auth.Actor, id string) (studio.Programme, error)
}

// Pages answers the owner's requests.
type Pages struct{ reports Reports }

// New joins the pages with their use cases.
func New(r Reports) *Pages { return &Pages{r} }

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	get := func(path, name string, h kit.Handler) kit.Route {
		return kit.Route{Method: http.MethodGet, Path: path, Name: name, Access: kit.Need(auth.StandardsEdit), Handle: h}
	}
	return []kit.Route{
		get("/standards/:programme/health", "which questions earn their place", p.health),
		get("/standards/:programme/health/csv", "table of the questions", p.file),
	}
}

// choice is what the address chooses; empty fields choose nothing in particular.
type choice struct {
	Window   string `form:"window" label:"the window" validate:"omitempty,oneof=last3 last12 free" say:"Choose the last 3 months, the last 12 months, or months of your own."`
	From     string `form:"from" label:"the first month" validate:"max=20"`
	To       string `form:"to" label:"the last month" validate:"max=20"`
	Scenario string `form:"scenario" label:"the scenario" validate:"max=200"`
	Section  string `form:"section" label:"the section" validate:"max=200"`
	Verdict  string `form:"verdict" label:"the verdict" validate:"omitempty,oneof=keep reword split retire train unused too_few" say:"Choose one of the verdicts."`
	Sort     string `form:"sort" label:"the order" validate:"omitempty,oneof=checklist asked full spread agreement na unseen changed returned seconds level" say:"Choose one of the orders."`
}

// query is the choice as the use case takes it: the last twelve months unless something else is asked for.
func (ch *choice) query(programme string) report.Query {
	q := report.Query{Programme: programme, Span: report.Span(cmp.Or(ch.Window, string(report.Last12))), Scenario: ch.Scenario}
	if q.Span == report.Free {
		q.From, q.To = ch.From, ch.To
	}
	return q
}

// with is the choice as an address, with one part changed.
func (ch *choice) with(path, name, value string) string {
	v := url.Values{}
	for n, x := range map[string]string{
		"window": ch.Window, "from": ch.From, "to": ch.To, "scenario": ch.Scenario, "section": ch.Section, "verdict": ch.Verdict, "sort": ch.Sort,
	} {
		if x != "" && (ch.Window == string(report.Free) || n != "from" && n != "to") {
			v.Set(n, x)
		}
	}
	v.Del(name)
	if value != "" {
		v.Set(name, value)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// view is the page.
type view struct {
	kit.Chrome
	choice
	Base, Action string
	Name         string
	Nothing      string // why there is nothing to show yet
	Months       string
	Number       int // of the version
	Visits       int
	Windows      []tab
	Verdicts     []tab // with counts
	Scenarios    []kit.Option
	Sections     []kit.Option
	Sorts        []kit.Option
	Chosen       bool // a filter is set
	Rows         []row
	All          int // questions of the checklist
	Unwitnessed  []report.Unwitnessed
	Notes        []string
	File         string
	Fewest       int
	FewestPairs  int
}

// tab is one of several choices.
type tab struct {
	Words, Href string
	Count       int
	Here        bool
}

// row is one question.
type row struct {
	report.QuestionHealth
	Tone  string
	Words string
	Edit  string
	Bar   bar
	Cells []cell
}

// bar is the share of full marks with its range, in a picture 1000 wide.
type bar struct {
	Known        bool
	X, From, Len int
}

// cell is one figure with what it counts.
type cell struct{ Label, Value, Of string }

var page = kit.NewPage[view]("owner/health")

// healthPath is the page of a programme.
func healthPath(programme string) string {
	return "/standards/" + url.PathEscape(programme) + "/health"
}

func (p *Pages) health(c echo.Context, a auth.Actor) error {
	var ch choice
	err := kit.BindQuery(c, &ch)
	id := c.Param("programme")
	v := view{
		Chrome: kit.Chrome{Title: "Questions", Styles: []string{"css/owner.css", "css/health.css"}}, choice: ch, Base: "/standards/" + url.PathEscape(id),
		Action: healthPath(id), Fewest: compare.HealthVisits, FewestPairs: compare.HealthPairs,
	}
	mine, errMine := p.reports.ProgrammeOf(c.Request().Context(), a, id)
	if errMine != nil {
		return errMine
	}
	v.Name = mine.Name
	var h report.Health
	if err == nil {
		h, err = p.reports.Health(c.Request().Context(), a, ch.query(id))
	}
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		v.Nothing = f.Message
		return page.Render(c, http.StatusOK, v)
	}
	if errs, ok := kit.FormErrors(err); ok { // shown beside what the usual window says
		v.Errors = errs
		if h, err = p.reports.Health(c.Request().Context(), a, (&choice{}).query(id)); err == nil {
			v.Window, v.Verdict, v.Sort, v.Section, v.Scenario = "", "", "", "", ""
			v.fill(&h)
			return page.Render(c, http.StatusUnprocessableEntity, v)
		}
	}
	if err != nil {
		return err
	}
	v.fill(&h)
	return page.Render(c, http.StatusOK, v)
}

// fill takes what the use case says.
func (v *view) fill(h *report.Health) {
	v.Months, v.Number, v.Visits, v.Unwitnessed, v.Notes = monthsText(h.Window), h.Version.Number, h.Visits, h.Unwitnessed, h.Notes
	v.All, v.Chosen = len(h.Questions), v.Section != "" || v.Verdict != "" || v.Scenario != "" || v.Sort != ""
	v.File = v.with(v.Action+"/csv", "", "")
	for _, w := range []struct{ span, text string }{{string(report.Last3), "Last 3 months"}, {"", "12 months"}} {
		v.Windows = append(v.Windows, tab{Words: w.text, Href: v.with(v.Action, "window", w.span), Here: v.Window == w.span || v.Window == string(report.Last12) && w.span == ""})
	}
	v.Scenarios = []kit.Option{{Label: "All scenarios"}}
	for i := range h.Scenarios {
		v.Scenarios = append(v.Scenarios, kit.Option{Value: h.Scenarios[i].ID, Label: h.Scenarios[i].Title, Theirs: true})
	}
	v.Sorts = sorts()
	v.list(h)
}

// list chooses the questions and puts them into order; the counts of verdicts are those of the section chosen.
func (v *view) list(h *report.Health) {
	count := map[compare.Verdict]int{}
	v.Sections = []kit.Option{{Label: "All sections"}}
	for i := range h.Questions {
		q := &h.Questions[i]
		if at := len(v.Sections) - 1; v.Sections[at].Value != q.Section {
			v.Sections = append(v.Sections, kit.Option{Value: q.Section, Label: q.SectionTitle, Theirs: true})
		}
		if v.Section != "" && v.Section != q.Section {
			continue
		}
		count[q.Verdict]++
		if v.Verdict == "" || v.Verdict == string(q.Verdict) {
			v.Rows = append(v.Rows, v.row(q))
		}
	}
	total := 0
	for _, k := range compare.Verdicts() {
		total += count[k]
	}
	v.Verdicts = []tab{{Words: "All", Count: total, Href: v.with(v.Action, "verdict", ""), Here: v.Verdict == ""}}
	for _, k := range compare.Verdicts() {
		if count[k] > 0 || v.Verdict == string(k) {
			v.Verdicts = append(v.Verdicts, tab{Words: k.Words(), Count: count[k], Href: v.with(v.Action, "verdict", string(k)), Here: v.Verdict == string(k)})
		}
	}
	v.sort()
}

// sorts are the orders, as they are chosen.
func sorts() []kit.Option {
	return []kit.Option{
		{Label: "What needs work first"},
		{Value: "checklist", Label: "As on the checklist"},
		{Value: "asked", Label: "Asked most"},
		{Value: "full", Label: "Full marks most"},
		{Value: "spread", Label: "Spreads least"},
		{Value: "agreement", Label: "Agrees least with its section"},
		{Value: "na", Label: "Does not apply most"},
		{Value: "unseen", Label: "Not seen most"},
		{Value: "changed", Label: "Changed most"},
		{Value: "returned", Label: "Sent back most"},
		{Value: "seconds", Label: "Takes longest"},
		{Value: "level", Label: "Decided most levels"},
	}
}

// last is where a question without the figure goes.
var last = math.Inf(1)

// sort puts the rows into the order chosen; those alike stay as on the checklist, those without the figure come last.
func (v *view) sort() {
	key := func(r *row) float64 {
		known := func(ok bool, f float64) float64 {
			if !ok {
				return last
			}
			return f
		}
		switch v.Sort {
		case "checklist":
			return 0
		case "asked":
			return -float64(r.Asked)
		case "full":
			return known(r.Full.Known(), -float64(r.Full.BP()))
		case "spread":
			return known(r.SpreadKnown, r.Spread)
		case "agreement":
			return known(r.Agreement.Known, r.Agreement.R)
		case "na":
			return known(r.NotApply.Known(), -float64(r.NotApply.BP()))
		case "unseen":
			return known(r.NotSeen.Known(), -float64(r.NotSeen.BP()))
		case "changed":
			return known(r.ChangedShare.Known(), -float64(r.ChangedShare.BP()))
		case "returned":
			return known(r.ReturnedShare.Known(), -float64(r.ReturnedShare.BP()))
		case "seconds":
			return known(r.AnswerTime.Known, -r.AnswerTime.Seconds)
		case "level":
			return -float64(r.Levels)
		}
		return float64(slices.Index(compare.Verdicts(), r.Verdict))
	}
	slices.SortStableFunc(v.Rows, func(a, b row) int { return cmp.Compare(key(&a), key(&b)) })
}

// tones are the chips of verdicts.
var tones = map[compare.Verdict]string{
	compare.Keep: "ok", compare.Reword: "warn", compare.Split: "warn", compare.Retire: "bad", compare.Train: "wait",
}

func (v *view) row(q *report.QuestionHealth) row {
	r := row{QuestionHealth: *q, Tone: tones[q.Verdict], Words: q.Verdict.Words(), Edit: v.Base + "/checklist?open=" + url.QueryEscape(q.ID)}
	if q.Full.Known() {
		r.Bar = bar{Known: true, X: q.Full.BP() / 10, From: int(math.Round(1000 * q.Full.Lo))}
		r.Bar.Len = int(math.Round(1000*q.Full.Hi)) - r.Bar.From
	}
	r.Cells = cells(q)
	return r
}

// cells are the figures that are known.
func cells(q *report.QuestionHealth) []cell {
	var all []cell
	share := func(name string, s compare.HealthShare) {
		if s.X > 0 {
			all = append(all, cell{name, kit.Percent(s.BP()), fmt.Sprintf("%d of %d", s.X, s.N)})
		}
	}
	all = append(all, cell{Label: "Asked", Value: strconv.Itoa(q.Asked), Of: "of " + visits(q.Visits)})
	if q.Full.Known() { // of the other shares, none is no news
		all = append(all, cell{"Full marks", kit.Percent(q.Full.BP()), fmt.Sprintf("%d of %d", q.Full.X, q.Full.N)})
	}
	share("No marks", q.None)
	if q.SpreadKnown {
		all = append(all, cell{"Spread", strconv.Itoa(int(math.Round(100 * q.Spread))), "points of 100"})
	}
	if q.Agreement.Known {
		all = append(all, cell{"Agreement", coefficient(q.Agreement.R), coefficient(q.Agreement.Lo) + " to " + coefficient(q.Agreement.Hi)})
	}
	share("Does not apply", q.NotApply)
	share("Not seen", q.NotSeen)
	share("No answer", q.NotFilled)
	share("Answer changed", q.ChangedShare)
	share("Sent back for it", q.ReturnedShare)
	if q.Noted > 0 {
		all = append(all, cell{"Editors’ notes", strconv.Itoa(q.Noted), visits(q.Noted)})
	}
	if q.AnswerTime.Known {
		all = append(all, cell{"Time to answer", fmt.Sprintf("%.0f s", q.AnswerTime.Seconds), visits(q.AnswerTime.N) + " timed"})
	}
	if q.Levels > 0 {
		all = append(all, cell{"Decided the level", visits(q.Levels), "at " + branches(q.Branches)})
	}
	if q.StatusBranches > 0 {
		all = append(all, cell{"Decides the status", "of " + branches(q.StatusBranches), "at " + q.Standard})
	}
	return all
}

func visits(n int) string { return catalogue.Count(n, "visit", "visits") }

func branches(n int) string {
	if n == 1 {
		return "1 branch"
	}
	return strconv.Itoa(n) + " branches"
}

// coefficient writes a correlation with two decimals and a true minus.
func coefficient(r float64) string {
	s := strconv.FormatFloat(math.Abs(r), 'f', 2, 64)
	if r < 0 && strings.Trim(s, "0.") != "" {
		return "−" + s
	}
	return s
}

// monthsText writes a window: "December 2025 to November 2026".
func monthsText(w studio.Window) string {
	from, errFrom := time.Parse("2006-01", w.From)
	to, errTo := time.Parse("2006-01", w.To)
	switch {
	case errFrom != nil || errTo != nil:
		return w.From + " to " + w.To
	case from.Equal(to):
		return from.Format("January 2006")
	case from.Year() == to.Year():
		return from.Format("January") + " to " + to.Format("January 2006")
	}
	return from.Format("January 2006") + " to " + to.Format("January 2006")
}

// file gives all questions of the window and the scenario, as on the checklist.
func (p *Pages) file(c echo.Context, a auth.Actor) error {
	var ch choice
	if err := kit.BindQuery(c, &ch); err != nil {
		return err
	}
	h, err := p.reports.Health(c.Request().Context(), a, ch.query(c.Param("programme")))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.HealthCSV(&b, &h); err != nil {
		return err
	}
	return kit.Download(c, "questions "+h.Window.From+" to "+h.Window.To+".csv", "text/csv; charset=utf-8", b.Bytes())
}
