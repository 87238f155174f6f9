// Package gallery is the pages on which an owner begins a programme: from empty, from one that the product brings along,
// from a file, and where he takes single sections of those into a draft of his own.
//
// The one rule: nothing here is published, and nothing that is there is replaced. What is taken is a copy.
package gallery

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// Studio is what the pages ask about programmes.
type Studio interface {
	Programme(ctx context.Context, a auth.Actor, id string) (studio.Programme, error)
	Building(ctx context.Context, a auth.Actor, programme string) (studio.Building, error)
	BeginEmpty(ctx context.Context, a auth.Actor, name, trade string) (studio.Programme, error)
	BeginFrom(ctx context.Context, a auth.Actor, start, name string) (studio.Programme, error)
	AddFromGallery(ctx context.Context, a auth.Actor, programme string, revision int, start, section string) (studio.Edited, error)
}

// Pages answers the owner's requests.
type Pages struct {
	studio Studio
	starts []start
}

// New joins the pages with their use cases and reads the gallery once: it comes with the program.
func New(s Studio) (*Pages, error) {
	all, err := studio.Gallery()
	if err != nil {
		return nil, err
	}
	p := &Pages{studio: s}
	for i := range all {
		p.starts = append(p.starts, startOf(&all[i]))
	}
	return p, nil
}

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	route := func(method, path, name string, h kit.Handler) kit.Route {
		return kit.Route{Method: method, Path: path, Name: name, Access: kit.Need(auth.StandardsEdit), Handle: h}
	}
	const sections = "/standards/:programme/checklist/gallery"
	return []kit.Route{
		route(http.MethodGet, "/programmes/new", "ways to begin a programme", p.begin),
		route(http.MethodPost, "/programmes/new", "begin a programme", p.make),
		route(http.MethodGet, sections, "sections to take", p.sections),
		route(http.MethodPost, sections, "take a section", p.take),
	}
}

// start is a programme of the gallery in words.
type start struct {
	Key, Name, Trade string
	Holds            string // "6 sections, 26 questions, about 15 minutes"
	Standards        string
	Preview          string
	Sections         []section
}

// section is one that can be taken.
type section struct {
	ID, Title string
	Holds     string // "5 questions, 12 points"
	Preview   string
	Questions []string
}

func startOf(x *studio.Start) start {
	base := "/programmes/shipped/" + x.Key + "/preview"
	out := start{
		Key: x.Key, Name: x.Name, Trade: x.Trade, Preview: base, Standards: catalogue.Count(len(x.Programme.Standards), "standard", "standards"),
		Holds: catalogue.Count(x.Sections, "section", "sections") + ", " + catalogue.Count(x.Questions, "question", "questions") + ", about " + catalogue.Count(x.Minutes, "minute", "minutes"),
	}
	for i := range x.Programme.Sections {
		out.Sections = append(out.Sections, sectionOf(&x.Programme.Sections[i], base))
	}
	return out
}

func sectionOf(s *programme.Section, base string) section {
	out := section{ID: s.ID, Title: s.Title, Preview: base + "?section=" + url.QueryEscape(s.ID)}
	var points programme.Points
	for i := range s.Questions {
		out.Questions = append(out.Questions, s.Questions[i].Text)
		points += s.Questions[i].PossibleGood() + s.Questions[i].PossibleWow()
	}
	out.Holds = catalogue.Count(len(s.Questions), "question", "questions") + ", " + points.String() + " points"
	return out
}

// newView is the ways to begin.
type newView struct {
	kit.Chrome
	Form   beginForm
	Starts []start
}

// beginForm begins from empty, or from a start under a name of its own.
type beginForm struct {
	From  string `form:"from" label:"a starting point" validate:"max=64"`
	Name  string `form:"name" label:"the name" validate:"max=200"`
	Trade string `form:"trade" label:"the trade" validate:"max=200"`
}

var newPage = kit.NewPage[newView]("gallery/new")

// styles are the sheets of the owner's pages.
var styles = []string{"css/owner.css"}

func (p *Pages) begin(c echo.Context, _ auth.Actor) error {
	return p.show(c, http.StatusOK, beginForm{}, nil)
}

func (p *Pages) show(c echo.Context, status int, f beginForm, errs kit.Errors) error {
	return newPage.Render(c, status, newView{
		Chrome: kit.Chrome{Title: "A new programme", Errors: errs, Styles: styles}, Form: f, Starts: p.starts,
	})
}

func (p *Pages) make(c echo.Context, a auth.Actor) error {
	var f beginForm
	err := kit.Bind(c, &f)
	var mine studio.Programme
	switch {
	case err != nil:
	case f.From == "":
		mine, err = p.studio.BeginEmpty(c.Request().Context(), a, f.Name, f.Trade)
	default:
		mine, err = p.studio.BeginFrom(c.Request().Context(), a, f.From, f.Name)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.show(c, http.StatusUnprocessableEntity, f, errs)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Here is its draft. Nothing is published until you publish it.")
	return kit.Redirect(c, builder(mine.ID))
}

// builder is the address of a programme's checklist.
func builder(programme string) string { return "/standards/" + programme + "/checklist" }

// sectionsView is the sections that can be taken into a draft.
type sectionsView struct {
	kit.Chrome
	Base   string // of the builder
	Name   string
	Starts []start
}

var sectionsPage = kit.NewPage[sectionsView]("gallery/sections")

func (p *Pages) sections(c echo.Context, a auth.Actor) error {
	mine, err := p.studio.Programme(c.Request().Context(), a, c.Param("programme"))
	if err != nil {
		return err
	}
	return sectionsPage.Render(c, http.StatusOK, sectionsView{
		Chrome: kit.Chrome{Title: "Add a section", Styles: styles}, Base: builder(mine.ID), Name: mine.Name, Starts: p.starts,
	})
}

func (p *Pages) take(c echo.Context, a auth.Actor) error {
	var f struct {
		From    string `form:"from" label:"a starting point" validate:"max=64"`
		Section string `form:"section" label:"a section" validate:"max=64"`
	}
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	id := c.Param("programme")
	now, err := p.studio.Building(c.Request().Context(), a, id)
	if err != nil {
		return err
	}
	title, ok := p.titleOf(f.From, f.Section)
	if !ok {
		return fault.New(fault.Invalid, "Choose one of the sections on this page.")
	}
	done, err := p.studio.AddFromGallery(c.Request().Context(), a, id, now.Version.RowVersion, f.From, f.Section)
	if err != nil {
		return err
	}
	kit.Flash(c, "“"+title+"” stands behind your sections. Look through what it says, and make it yours.")
	return kit.Redirect(c, builder(id)+"?open="+url.QueryEscape(done.Open.String()))
}

// titleOf finds a section of the gallery.
func (p *Pages) titleOf(key, id string) (string, bool) {
	for _, s := range p.starts {
		for _, sec := range s.Sections {
			if s.Key == key && sec.ID == id {
				return sec.Title, true
			}
		}
	}
	return "", false
}
