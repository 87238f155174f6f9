package manager

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// choice is what the address of a page chooses; empty fields choose nothing in particular.
type choice struct {
	Programme string `form:"programme" label:"the programme" validate:"max=64"`
	Window    string `form:"window" label:"the window" validate:"omitempty,oneof=last3 last12 free" say:"Choose the last 3 months, the last 12 months, or months of your own."`
	From      string `form:"from" label:"the first month" validate:"max=20"`
	To        string `form:"to" label:"the last month" validate:"max=20"`
	Region    string `form:"region" label:"the region" validate:"max=64"`
	Scenario  string `form:"scenario" label:"the scenario" validate:"max=200"`
	Format    string `form:"format" label:"the format" validate:"max=200"`
	Branch    string `form:"branch" label:"the branch" validate:"max=64"`
	After     string `form:"after" label:"the page" validate:"max=400"`
	Find      string `form:"find" label:"the branch's name" validate:"max=100"`
	Page      int    `form:"page" label:"the page" validate:"min=0,max=10000"`
	All       bool   `form:"all"`
	Table     string `form:"table" label:"the table" validate:"max=20"`
	Standard  string `form:"standard" label:"the standard" validate:"max=64"`
	Around    string `form:"around" label:"the middle" validate:"omitempty,oneof=mean" say:"Choose the target or the average."`
	Chart     string `form:"chart" label:"the chart" validate:"max=20"`
	Other     string `form:"other" label:"the other branch" validate:"max=100"`
	Order     string `form:"order" label:"the order" validate:"omitempty,oneof=weakest name region visits fallen risen" say:"Choose one of the orders above the table."`

	lang string // of the page: names are in its order
}

// choose reads the address. Months that are given count before a usual window.
func choose(c echo.Context) (choice, error) {
	var ch choice
	ch.lang = kit.LanguageOf(c)
	err := kit.BindQuery(c, &ch)
	if ch.From != "" || ch.To != "" {
		ch.Window = string(report.Free)
	}
	return ch, err
}

// query is the choice as the use cases take it.
func (ch *choice) query() report.Query {
	q := report.Query{
		Programme: ch.Programme, Span: report.Span(ch.Window), Region: ch.Region, Format: ch.Format, Scenario: ch.Scenario,
	}
	if q.Span == report.Free {
		q.From, q.To = ch.From, ch.To
	}
	return q
}

// values are the parts of the choice that are kept from page to page.
func (ch *choice) values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("programme", ch.Programme)
	if ch.Window != string(report.Last3) {
		set("window", ch.Window)
	}
	if ch.Window == string(report.Free) {
		set("from", ch.From)
		set("to", ch.To)
	}
	set("region", ch.Region)
	set("scenario", ch.Scenario)
	set("format", ch.Format)
	set("standard", ch.Standard)
	set("find", strings.TrimSpace(ch.Find))
	set("order", ch.Order)
	return v
}

// address is a path with the choice, and with more parts as name and value by turns.
func (ch *choice) address(path string, more ...string) string {
	v := ch.values()
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// filters is the form of choices with what may be chosen.
type filters struct {
	choice
	Action     string
	Tabs       []tab
	Programmes []kit.Option
	Regions    []kit.Option
	Scenarios  []kit.Option
	Formats    []kit.Option
	Standards  []kit.Option
	ByName     bool   // branches can be looked for by name
	Open       bool   // show the form at once
	Now        string // what is chosen, in words
	Months     string // the window in words: "August to November 2026"
}

// tab is one of the usual windows.
type tab struct {
	Text, Href string
	Current    bool
}

// offer is what a page can be filtered by.
type offer struct {
	programmes []studio.Programme
	regions    []org.Region
	formats    []string
	scenarios  []programme.Scenario
	window     studio.Window
	chosen     string // programme id
	standards  []compare.Standard
}

// offerOf is what a page of the comparison can be filtered by.
func offerOf(f *report.Frame) offer {
	return offer{f.Programmes, f.Regions, f.Formats, f.Scenarios, f.Window, f.Programme.ID, nil}
}

func newFilters(ch choice, path string, o offer) filters {
	f := filters{choice: ch, Action: path, Months: monthsText(o.window)}
	f.Programme = o.chosen
	for _, w := range []struct{ span, text string }{{string(report.Last3), "Last 3 months"}, {string(report.Last12), "12 months"}} {
		other := ch
		other.Window = w.span
		current := ch.Window == w.span || ch.Window == "" && w.span == string(report.Last3)
		f.Tabs = append(f.Tabs, tab{Text: w.text, Href: other.address(path, keep(&ch)...), Current: current})
	}
	f.Programmes = kit.Choices(o.programmes, "", func(p studio.Programme) kit.Option { return kit.Option{Value: p.ID, Label: p.Name} })
	f.Regions = kit.Choices(o.regions, "All regions", func(r org.Region) kit.Option { return kit.Option{Value: r.ID, Label: r.Name} })
	f.Formats = kit.Choices(o.formats, "All formats", func(s string) kit.Option { return kit.Option{Value: s, Label: s} })
	f.Scenarios = kit.Choices(o.scenarios, "All scenarios", func(s programme.Scenario) kit.Option { return kit.Option{Value: s.ID, Label: s.Title} })
	f.Standards = kit.Choices(o.standards, "The score", func(s compare.Standard) kit.Option { return kit.Option{Value: s.ID, Label: s.Title} })
	f.ByName = path == branchesPath || path == standardsPath || path == changePath
	f.Now = f.words()
	return f
}

// keep is the branch of a list, and the one that another is held beside, as parts of an address.
func keep(ch *choice) (parts []string) {
	if ch.Branch != "" {
		parts = append(parts, "branch", ch.Branch)
	}
	if ch.Other != "" {
		parts = append(parts, "other", ch.Other)
	}
	return parts
}

// Narrowed reports whether anything is left out by choice, also by one that is not offered, as an old address may have it.
func (f filters) Narrowed() bool { return f.Region != "" || f.Format != "" || f.Scenario != "" }

// labelOf is the words of a chosen value, "" when it is not among the options.
func labelOf(list []kit.Option, value string) string {
	for _, o := range list {
		if o.Value == value && value != "" {
			return o.Label
		}
	}
	return ""
}

// words says which filters are set besides the window.
func (f *filters) words() string {
	text := ""
	find := strings.TrimSpace(f.Find)
	if !f.ByName {
		find = ""
	}
	for _, label := range []string{
		labelOf(f.Regions, f.Region), labelOf(f.Formats, f.Format), labelOf(f.Scenarios, f.Scenario), labelOf(f.Standards, f.Standard), find,
	} {
		if label == "" {
			continue
		}
		if text != "" {
			text += " · "
		}
		text += label
	}
	return text
}

// monthsText writes a window as "August to November 2026", or "November 2025 to February 2026".
func monthsText(w studio.Window) string {
	from, errFrom := time.Parse("2006-01", w.From)
	to, errTo := time.Parse("2006-01", w.To)
	switch {
	case errFrom != nil || errTo != nil:
		return ""
	case w.From == w.To:
		return to.Format("January 2006")
	case from.Year() == to.Year():
		return from.Format("January") + " to " + to.Format("January 2006")
	}
	return from.Format("January 2006") + " to " + to.Format("January 2006")
}

// finds reports whether a branch is one that is looked for by its name or code.
func (ch *choice) finds(p report.Place) bool {
	find := strings.ToLower(strings.TrimSpace(ch.Find))
	return find == "" || strings.Contains(strings.ToLower(p.Name), find) || strings.Contains(strings.ToLower(p.Code), find)
}

// found keeps the rows of branches that are looked for.
func found[R any](ch *choice, rows []R, place func(*R) report.Place) []R {
	if strings.TrimSpace(ch.Find) == "" {
		return rows
	}
	var out []R
	for i := range rows {
		if ch.finds(place(&rows[i])) {
			out = append(out, rows[i])
		}
	}
	return out
}

// pages cuts a long table.
type pages struct {
	From, To, Of   int // rows shown, counted from 1
	Previous, Next string
	First, Last    string // where these are further off than Previous and Next
	Find           string // what was looked for, "" for nothing
	Everything     string // address without it
}

// perPage is how many branches stand in one table; one of many columns has fewer, so that a page stays small.
const (
	perPage   = 100
	fewest    = 10
	mostCells = 600
)

// rowsFor is how many rows a table of so many columns has on a page.
func rowsFor(columns int) int { return min(perPage, max(fewest, mostCells/max(1, columns))) }

// pageOf is the part of n rows that the choice wants, and the way to the others.
func pageOf(ch *choice, path string, n, rows int) (from, to int, p pages) {
	last := max(0, (n-1)/rows)
	at := min(max(ch.Page-1, 0), last)
	from, to = at*rows, min(n, (at+1)*rows)
	p = pages{From: min(from+1, n), To: to, Of: n, Find: strings.TrimSpace(ch.Find)}
	if p.Find != "" {
		all := *ch
		all.Find = ""
		p.Everything = all.address(path)
	}
	if at > 0 {
		p.Previous = ch.address(path, "page", strconv.Itoa(at))
	}
	if at < last {
		p.Next = ch.address(path, "page", strconv.Itoa(at+2))
	}
	if at > 1 {
		p.First = ch.address(path, "page", "1")
	}
	if at+1 < last {
		p.Last = ch.address(path, "page", strconv.Itoa(last+1))
	}
	return from, to, p
}
