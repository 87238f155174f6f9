// Package tryoutweb is the owner's pages of test runs: start one, open it on a phone by its code, see what it came to and
// what no run has been through. The phone's side is in the shopper's pages.
//
// The one rule: a link is shown once, on the page that answers its making, and is nowhere else to be had.
package tryoutweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/tryout"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/sheet"
)

// Runs are the use cases that the pages offer.
type Runs interface {
	Overview(ctx context.Context, a auth.Actor, programme string) (tryout.Overview, error)
	Start(ctx context.Context, a auth.Actor, programme string, in tryout.Input) (tryout.Run, string, error)
	Code(ctx context.Context, a auth.Actor, programme, id string) (tryout.Run, string, error)
	Result(ctx context.Context, a auth.Actor, programme, id string) (tryout.Result, error)
	Remove(ctx context.Context, a auth.Actor, programme, id string) error
}

// Pages answers the owner's requests.
type Pages struct {
	runs Runs
	url  string // public address, without a slash at the end
}

// New joins the pages with their use cases; url is where browsers find us.
func New(runs Runs, url string) *Pages { return &Pages{runs, strings.TrimSuffix(url, "/")} }

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	route := func(method, path, name string, h kit.Handler) kit.Route {
		return kit.Route{Method: method, Path: "/standards/:programme/try" + path, Name: name, Access: kit.Need(auth.StandardsEdit), Handle: h}
	}
	return []kit.Route{
		route(http.MethodGet, "", "test runs of a checklist", p.overview),
		route(http.MethodPost, "", "start a test run", p.start),
		route(http.MethodGet, "/:run", "what a test run came to", p.result),
		route(http.MethodPost, "/:run/code", "make a new code for a test run", p.code),
		route(http.MethodPost, "/:run/remove", "remove a test run", p.remove),
	}
}

// styles are the sheets of the desk's reports and forms.
var styles = []string{"css/desk.css", "css/owner.css"}

// base is the address of a programme's test runs.
func base(c echo.Context) string { return "/standards/" + c.Param("programme") + "/try" }

// overviewView is the runs of a programme, what they have not been through, and the form for the next.
type overviewView struct {
	kit.Chrome
	Base      string // of the test runs
	Checklist string // address of the builder
	All       tryout.Overview
	Lacks     string // why it cannot be tried, "" when it can
	Form      startForm
	Scenarios []choice
	Features  []choice
	Formats   []kit.Option
	Channels  []kit.Option
	Rows      []row
	Lists     []list
}

// choice is one radio button or box.
type choice struct {
	Value, Label, Hint string
	On                 bool
}

// row is one run of the list.
type row struct {
	tryout.Run
	Href  string
	What  string // "Buyer, has seating"
	State string
	Tone  string
	Older bool // of the checklist as it was before
}

// list is places that no run has been through in some way.
type list struct {
	Head  string // a whole sentence
	Items []item
}

// item is one of them.
type item struct{ Number, Text, Href string }

// startForm is what a run imagines.
type startForm struct {
	Scenario string   `form:"scenario"`
	Format   string   `form:"format"`
	Channel  string   `form:"channel"`
	Features []string `form:"features"`
}

var overviewPage = kit.NewPage[overviewView]("tryout/overview")

func (p *Pages) overview(c echo.Context, a auth.Actor) error {
	return p.show(c, a, http.StatusOK, startForm{Channel: tryout.Channels[0]}, nil)
}

func (p *Pages) show(c echo.Context, a auth.Actor, status int, f startForm, errs kit.Errors) error {
	all, err := p.runs.Overview(c.Request().Context(), a, c.Param("programme"))
	if err != nil {
		return err
	}
	view := overviewView{
		Chrome: kit.Chrome{Title: "Test runs", Errors: errs, Styles: styles}, Base: base(c), All: all, Form: f,
		Checklist: "/standards/" + c.Param("programme") + "/checklist",
	}
	if known, ok := fault.As(all.Subject.Contents.Finished()); ok {
		view.Lacks = known.Message
	}
	view.choices()
	for i := range all.Runs {
		view.Rows = append(view.Rows, rowOf(&all, &all.Runs[i], view.Base))
	}
	view.lists()
	return overviewPage.Render(c, status, view)
}

// choices prepares the form: what was chosen stays, else the first scenario with what it requires.
func (v *overviewView) choices() {
	x := v.All.Subject.Contents.Programme
	for i := range x.Scenarios {
		s := &x.Scenarios[i]
		ch := choice{Value: s.ID, Label: s.Title, On: s.ID == v.Form.Scenario || v.Form.Scenario == "" && i == 0}
		if s.Requires != "" {
			ch.Hint = "Only at branches with " + words(s.Requires) + "."
		}
		v.Scenarios = append(v.Scenarios, ch)
	}
	for _, f := range x.Features {
		v.Features = append(v.Features, choice{Value: f, Label: words(f), On: slices.Contains(v.Form.Features, f)})
	}
	if formats := v.All.Subject.Formats; len(formats) > 0 {
		v.Formats = []kit.Option{{Value: "", Label: "None in particular"}}
		for _, f := range formats {
			v.Formats = append(v.Formats, kit.Option{Value: f, Label: words(f), Theirs: true})
		}
	}
	for _, ch := range tryout.Channels {
		v.Channels = append(v.Channels, kit.Option{Value: ch, Label: channelNames[ch]})
	}
}

// channelNames are the ways of a visit as people call them.
var channelNames = map[string]string{"store": "Going there", "web": "The web", "phone": "The telephone"}

// words writes an id as people read it.
func words(id string) string { return strings.ReplaceAll(id, "_", " ") }

func rowOf(all *tryout.Overview, r *tryout.Run, base string) row {
	out := row{Run: *r, Href: base + "/" + r.ID, State: "not opened yet", Tone: "na", Older: r.Hash != all.Subject.Contents.Version.Hash}
	switch {
	case !r.Finished.IsZero():
		out.State, out.Tone = "done", "ok"
	case !r.Opened.IsZero():
		out.State, out.Tone = "under way", "here"
	}
	parts := []string{r.Scenario}
	if s, ok := all.Subject.Contents.Programme.Scenario(r.Scenario); ok {
		parts[0] = s.Title
	}
	for _, f := range r.Context.Features {
		parts = append(parts, words(f))
	}
	out.What = strings.Join(parts, ", ")
	return out
}

// lists puts the coverage into words.
func (v *overviewView) lists() {
	c := &v.All.Coverage
	if c.Runs == 0 {
		return
	}
	v.list(c.Never, "was never shown", "were never shown")
	v.list(c.Always, "was shown every time: nobody saw it left out", "were shown every time: nobody saw them left out")
	v.list(c.Words, "never asked for words", "never asked for words")
	v.list(c.Photos, "never asked for its photo", "never asked for their photos")
	if n := len(c.Scenarios); n > 0 {
		l := list{Head: catalogue.Count(n, "scenario was", "scenarios were") + " not tried:"}
		for _, s := range c.Scenarios {
			l.Items = append(l.Items, item{Text: s.Title})
		}
		v.Lists = append(v.Lists, l)
	}
}

// list adds the places of one kind with a sentence that counts them.
func (v *overviewView) list(all []tryout.Place, one, many string) {
	if len(all) == 0 {
		return
	}
	verb := many
	if len(all) == 1 {
		verb = one
	}
	l := list{Head: counted(all) + " " + verb + ":"}
	for _, at := range all {
		open := "question/" + at.Question
		if at.Question == "" {
			open = "section/" + at.Section
		}
		l.Items = append(l.Items, item{Number: at.Number, Text: at.Text, Href: v.Checklist + "?open=" + open})
	}
	v.Lists = append(v.Lists, l)
}

// counted says how many sections and questions: "1 section and 2 questions".
func counted(all []tryout.Place) string {
	sections := 0
	for _, at := range all {
		if at.Question == "" {
			sections++
		}
	}
	var parts []string
	if sections > 0 {
		parts = append(parts, catalogue.Count(sections, "section", "sections"))
	}
	if n := len(all) - sections; n > 0 {
		parts = append(parts, catalogue.Count(n, "question", "questions"))
	}
	return strings.Join(parts, " and ")
}

func (p *Pages) start(c echo.Context, a auth.Actor) error {
	var f startForm
	err := kit.Bind(c, &f)
	var r tryout.Run
	var token string
	if err == nil {
		r, token, err = p.runs.Start(c.Request().Context(), a, c.Param("programme"), tryout.Input(f))
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.show(c, a, http.StatusUnprocessableEntity, f, errs)
	}
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.show(c, a, http.StatusConflict, f, kit.Errors{{Message: known.Message}})
	}
	if err != nil {
		return err
	}
	return p.showCode(c, &r, token)
}

func (p *Pages) code(c echo.Context, a auth.Actor) error {
	var none struct{}
	if err := kit.Bind(c, &none); err != nil {
		return err
	}
	r, token, err := p.runs.Code(c.Request().Context(), a, c.Param("programme"), c.Param("run"))
	if err != nil {
		return err
	}
	return p.showCode(c, &r, token)
}

// codeView shows the link of a run, as a code for a phone's camera and as text.
type codeView struct {
	kit.Chrome
	Base, Link string
	Code       qr
	Run        tryout.Run
	Minutes    string
}

var codePage = kit.NewPage[codeView]("tryout/code")

func (p *Pages) showCode(c echo.Context, r *tryout.Run, token string) error {
	link := p.url + "/try/open/" + token
	code, err := draw(link)
	if err != nil {
		return err
	}
	return codePage.Render(c, http.StatusOK, codeView{
		Chrome: kit.Chrome{Title: "Open it on your phone", Styles: styles}, Base: base(c), Link: link, Code: code, Run: *r,
		Minutes: strconv.Itoa(int(tryout.LinkLife / time.Minute)),
	})
}

// resultView is one run: what was answered, and how the score adds up.
type resultView struct {
	kit.Chrome
	Base  string
	Name  string
	Run   tryout.Run
	Zone  string
	Sheet sheet.Sheet
	Why   sheet.Why
}

var resultPage = kit.NewPage[resultView]("tryout/result")

func (p *Pages) result(c echo.Context, a auth.Actor) error {
	r, err := p.runs.Result(c.Request().Context(), a, c.Param("programme"), c.Param("run"))
	if err != nil {
		return err
	}
	o := sheet.Options{Vault: true}
	return resultPage.Render(c, http.StatusOK, resultView{
		Chrome: kit.Chrome{Title: "Test run", Styles: styles}, Base: base(c), Name: r.Paper.List.Programme.Name, Run: r.Run,
		Zone: r.Paper.Place.Zone, Sheet: sheet.New(&r.Paper, &r.Trace, o), Why: sheet.NewWhy(&r.Paper, &r.Trace, o),
	})
}

func (p *Pages) remove(c echo.Context, a auth.Actor) error {
	var none struct{}
	if err := kit.Bind(c, &none); err != nil {
		return err
	}
	if err := p.runs.Remove(c.Request().Context(), a, c.Param("programme"), c.Param("run")); err != nil {
		return err
	}
	kit.Flash(c, "The test run is gone.")
	return kit.Redirect(c, base(c))
}
