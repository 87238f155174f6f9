package shopper

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/tryout"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Subjects finds the checklist that is being worked on, or one of the gallery.
type Subjects interface {
	Subject(ctx context.Context, a auth.Actor, programme string) (tryout.Subject, error)
	Shipped(key string) (tryout.Subject, error)
}

// Previews shows a draft as the shopper will see it, finished or not. Nothing of it is stored.
type Previews struct{ subjects Subjects }

// NewPreviews joins the page with its use case.
func NewPreviews(s Subjects) *Previews { return &Previews{s} }

// Routes lists the page with who may open it.
func (p *Previews) Routes() []kit.Route {
	edits := kit.Need(auth.StandardsEdit)
	return []kit.Route{
		{
			Method: http.MethodGet, Path: "/standards/:programme/checklist/preview", Name: "what the shopper sees of a draft",
			Access: edits, Handle: p.draft,
		},
		{Method: http.MethodGet, Path: "/programmes/shipped/:name/preview", Name: "what the shopper sees of a shipped programme", Access: edits, Handle: p.shipped},
	}
}

// previewForm is what to show, and for which branch and scenario. What a draft does not have any more is not a mistake
// of who looks: the first section or scenario is shown.
type previewForm struct {
	Section  string   `form:"section" label:"the section" validate:"max=64"`
	Scenario string   `form:"scenario" label:"the scenario" validate:"max=64"`
	Format   string   `form:"format" label:"the format" validate:"max=100"`
	Channel  string   `form:"channel" label:"the channel" validate:"max=20"`
	Features []string `form:"feature"`
	Language string   `form:"lang" label:"the language" validate:"max=35"`
}

// previewView is what the preview imagines, and the ways on.
type previewView struct {
	Base      string
	Errors    kit.Errors
	Summary   string // "Buyer, a branch with seating"
	Section   string
	Scenario  string
	Format    string
	Channel   string
	Scenarios []kit.Option
	Formats   []kit.Option
	Channels  []kit.Option
	Sections  []kit.Option
	Features  []pick
	Language  string
	Languages []kit.Option // when there is a choice
	Before    string       // address of the section before
	After     string
}

// pick is a box to tick.
type pick struct {
	Value, Label string
	On           bool
}

// nothingView stands for a checklist without a section.
type nothingView struct{ kit.Chrome }

var nothingPage = kit.NewPage[nothingView]("shopper/nothing")

// previewTest stands where a test run says what it is.
const previewTest = "What the shopper sees of the draft. Answers here are not kept."

func (p *Previews) draft(c echo.Context, a auth.Actor) error {
	sub, err := p.subjects.Subject(c.Request().Context(), a, c.Param("programme"))
	if err != nil {
		return err
	}
	return preview(c, &sub, "/standards/"+sub.Programme.ID+"/checklist/preview")
}

func (p *Previews) shipped(c echo.Context, _ auth.Actor) error {
	sub, err := p.subjects.Shipped(c.Param("name"))
	if err != nil {
		return err
	}
	return preview(c, &sub, "/programmes/shipped/"+c.Param("name")+"/preview")
}

// preview shows one section of a checklist; base is where the preview lives.
func preview(c echo.Context, sub *tryout.Subject, base string) error {
	var f previewForm
	if err := kit.BindQuery(c, &f); err != nil {
		return err
	}
	x := sub.Contents.Programme
	chrome := kit.Chrome{Title: "Preview", Framed: true, Test: previewTest}
	if len(x.Sections) == 0 {
		return nothingPage.Render(c, http.StatusOK, nothingView{chrome})
	}
	f.settle(x, sub.Formats)
	view, err := sketch(sub, &f)
	if err != nil {
		return err
	}
	view.Title, view.Test, view.Framed = chrome.Title, chrome.Test, true
	view.Try.Section, view.Try.Keep = f.Section, base
	view.Preview = f.view(sub, &view, base)
	return sectionPage.Render(c, http.StatusOK, view)
}

// settle puts what there is in place of what is asked for and is not there.
func (f *previewForm) settle(x *programme.Programme, formats []string) {
	if _, ok := x.Section(f.Section); !ok {
		f.Section = x.Sections[0].ID
	}
	sc, ok := x.Scenario(f.Scenario)
	if !ok && len(x.Scenarios) > 0 {
		sc, ok = &x.Scenarios[0], true
		f.Scenario = sc.ID
	}
	f.Features = slices.DeleteFunc(slices.Clone(f.Features), func(s string) bool { return !slices.Contains(x.Features, s) })
	if ok && sc.Requires != "" && !slices.Contains(f.Features, sc.Requires) {
		f.Features = append(f.Features, sc.Requires)
	}
	if !slices.Contains(formats, f.Format) {
		f.Format = ""
	}
	if !slices.Contains(tryout.Channels, f.Channel) {
		f.Channel = tryout.Channels[0]
	}
}

// sketch draws a section of the draft by the template of the real page.
func sketch(sub *tryout.Subject, f *previewForm) (sectionView, error) {
	x := sub.Contents.Programme
	sec, _ := x.Section(f.Section)
	v := visit.Visit{ID: "preview", Scenario: f.Scenario, State: visit.InProgress, Stages: before(x, f.Scenario, sec)}
	facts := programme.Context{Scenario: f.Scenario, Channel: f.Channel, Format: f.Format, Features: f.Features}
	place := visit.Place{Branch: org.Branch{Name: tryout.Branch, Features: f.Features, Format: f.Format, Channel: org.Channel(f.Channel), Zone: "UTC"}}
	paper := visit.Rehearse(visit.Sketch(x, sub.Contents.Version.Number), v, place, visit.Report{Context: &facts, Heads: visit.Heads{}}, nil).In(f.Language)
	view, err := sectionOf(paper, f.Section, nil, nil)
	if err != nil {
		return view, err
	}
	view.Soon = nil // its links lead into a visit
	at := slices.IndexFunc(x.Sections, func(s programme.Section) bool { return s.ID == f.Section })
	for i := range view.Questions {
		view.Questions[i].Unready = unready(sub.Contents.Problems, fmt.Sprintf("sections[%d].questions[%d]", at, i))
	}
	return view, nil
}

// unready says what keeps a question from being asked; advice is for the builder.
func unready(problems programme.Problems, path string) string {
	var all []string
	for _, x := range problems {
		if x.Severity == programme.Error && (x.Path == path || strings.HasPrefix(x.Path, path+".")) {
			all = append(all, x.Message)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "Not finished yet: " + strings.Join(all, " ")
}

func (f *previewForm) view(sub *tryout.Subject, section *sectionView, base string) *previewView {
	x := sub.Contents.Programme
	v := &previewView{
		Base: base, Section: f.Section, Scenario: f.Scenario, Format: f.Format, Channel: f.Channel,
		Channels: channelOptions(), Formats: formatOptions(sub.Formats),
	}
	if r := section.Paper.Reading; r != nil && len(x.Translations) > 0 {
		v.Language, v.Languages = r.Tag, languageOptions(x)
	}
	said := []string{"No scenario yet"}
	for i := range x.Scenarios {
		s := &x.Scenarios[i]
		v.Scenarios = append(v.Scenarios, kit.Option{Value: s.ID, Label: orID(s.Title, s.ID)})
		if s.ID == f.Scenario {
			said[0] = orID(s.Title, s.ID)
		}
	}
	for i := range x.Sections {
		s := &x.Sections[i]
		v.Sections = append(v.Sections, kit.Option{Value: s.ID, Label: orID(s.Title, s.ID)})
	}
	for _, s := range x.Features {
		on := slices.Contains(f.Features, s)
		v.Features = append(v.Features, pick{s, words(s), on})
		if on {
			said = append(said, words(s))
		}
	}
	v.Summary = strings.Join(said, ", ")
	back, on := neighbours(section.Paper.Sections, f.Section)
	v.Before, v.After = f.address(v.Base, back), f.address(v.Base, on)
	return v
}

// address leads to another section with the same branch and scenario.
func (f *previewForm) address(base, section string) string {
	q := url.Values{"section": {section}, "scenario": {f.Scenario}, "channel": {f.Channel}}
	if f.Format != "" {
		q.Set("format", f.Format)
	}
	if f.Language != "" {
		q.Set("lang", f.Language)
	}
	for _, s := range f.Features {
		q.Add("feature", s)
	}
	return base + "?" + q.Encode()
}

func languageOptions(x *programme.Programme) []kit.Option {
	var all []kit.Option
	for _, tag := range x.Languages() {
		all = append(all, kit.Option{Value: tag, Label: programme.OwnName(tag)})
	}
	return all
}

// channelNames are the ways of a visit as people call them.
var channelNames = map[string]string{"store": "Going there", "web": "The web", "phone": "The telephone"}

func channelOptions() []kit.Option {
	var all []kit.Option
	for _, ch := range tryout.Channels {
		all = append(all, kit.Option{Value: ch, Label: channelNames[ch]})
	}
	return all
}

func formatOptions(formats []string) []kit.Option {
	if len(formats) == 0 {
		return nil
	}
	all := []kit.Option{{Value: "", Label: "None in particular"}}
	for _, s := range formats {
		all = append(all, kit.Option{Value: s, Label: words(s)})
	}
	return all
}

// words writes an id as people read it: has_seating is "has seating".
func words(id string) string { return strings.ReplaceAll(id, "_", " ") }

func orID(title, id string) string {
	if title == "" {
		return id
	}
	return title
}
