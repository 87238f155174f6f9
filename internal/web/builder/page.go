package builder

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// said is what a post left on the page: what was typed and not saved, and why.
type said struct {
	say     func(string) string // puts words of ours into the reader's language
	typed   url.Values
	open    place
	errs    kit.Errors
	ask     *ask
	picks   []pick
	lost    *lost  // what was typed about something that is gone
	by      string // who saved meanwhile
	problem string
}

// view is the page.
type view struct {
	kit.Chrome
	Base       string // /standards/ID
	Path       string // of this page
	Name       string
	Number     int // of the version that is being drafted
	Before     int // of the newest published one, 0 for none
	Saved      string
	Revision   int
	Undo, Redo string // what they would do, "" for nothing
	Panels     []tab
	Sections   []section
	say        func(string) string
	Questions  int
	Unfinished []link
	More       int // unfinished things that are not listed
	Open       *card
	Here       string // value of ?open=
	Ask        *ask
	Picks      []pick
	Lost       *lost
	By         string
	Problem    string
	Look       string // address of the preview
	Empty      bool
	PasteAll   control
}

// tab is one panel of the programme as a whole.
type tab struct {
	Key, Title string
	Here       bool
	Bad, Note  int
}

// link leads to what is not finished.
type link struct{ Open, ID, Label, Message string }

// card is what is open.
type card struct {
	ID, Open    string
	Title       string
	Ref         string // of the part, "" for a panel
	Kind        string // "question", "section" or "panel"
	Form        *form
	Finds       []find
	Into        []kit.Option // other sections
	Paste       control
	First, Last bool
}

var page = kit.NewPage[view]("builder/checklist")

func (p *Pages) show(c echo.Context, a auth.Actor) error {
	return p.render(c, a, http.StatusOK, said{open: parsePlace(c.QueryParam("open"))})
}

func (p *Pages) render(c echo.Context, a auth.Actor, status int, s said) error {
	ctx, id := c.Request().Context(), c.Param("programme")
	b, err := p.studio.Building(ctx, a, id)
	if err != nil {
		return err
	}
	o, err := p.places.Organisation(ctx, a)
	if err != nil {
		return err
	}
	s.say = kit.Speaker(c, "builder/checklist")
	if s.lost != nil && s.lost.zoned != nil {
		s.lost.Did = s.lost.zoned(o.Zone, s.say)
	}
	v := newView(&b, id, s)
	v.Saved = s.say(savedWords(&b, o.Zone))
	return page.Render(c, status, v)
}

// savedWords says when the draft was last saved; what nobody touched yet says so.
func savedWords(b *studio.Building, zone string) string {
	if b.Last == nil {
		return "Nothing changed yet"
	}
	return "Draft saved " + timeOf(b.Last.At, zone)
}

func timeOf(t time.Time, zone string) string { return kit.Clock(t, zone) }

// newView prepares the page of a draft.
func newView(b *studio.Building, id string, s said) view {
	base := "/standards/" + id
	v := view{
		Chrome: kit.Chrome{Title: "Checklist", Styles: []string{"css/owner.css", "css/builder.css"}, Script: []string{"js/builder.js"}, Frames: true, Errors: s.errs},
		Base:   base, Path: base + "/checklist", Name: nameOr(b.Programme.Name, s.say("New programme")), Number: b.Version.Number, Before: b.Published.Number,
		Revision: b.Version.RowVersion, Ask: s.ask, Picks: s.picks, Lost: s.lost, By: s.by, Problem: s.problem, Here: s.open.String(), say: s.say,
	}
	if b.Undo != nil {
		v.Undo = b.Undo.Words()
	}
	if b.Redo != nil {
		v.Redo = b.Redo.Words()
	}
	finds := edit.ByPart(b.Findings)
	v.PasteAll = pasting("", s)
	v.panels(finds, s.open)
	v.unfinished(b)
	v.outline(b.Programme, finds, s.open)
	v.openCard(b, finds, s)
	v.Look = v.Path + "/preview" + sectionQuery(b.Programme, s.open)
	return v
}

// nameOr gives a name, or what stands where there is none.
func nameOr(name, none string) string {
	if name == "" {
		return none
	}
	return name
}

// sectionQuery is the section that the preview shows: that of what is open.
func sectionQuery(p *programme.Programme, open place) string {
	id := open.ref.ID
	if open.ref.Kind == edit.Question {
		_, s, ok := p.Question(id)
		if !ok {
			return ""
		}
		id = s.ID
	}
	if id == "" {
		return ""
	}
	return "?section=" + url.QueryEscape(id)
}

// panels counts what is to be done in each panel.
func (v *view) panels(finds map[edit.Ref][]edit.Finding, open place) {
	bad, note := map[string]int{}, map[string]int{}
	for _, list := range finds {
		for _, f := range list {
			at := placeFor(f)
			if at.panel == "" {
				continue
			}
			if f.Severity == programme.Error {
				bad[at.panel]++
			} else {
				note[at.panel]++
			}
		}
	}
	for _, p := range panels {
		v.Panels = append(v.Panels, tab{Key: p.key, Title: v.say(p.title), Here: open.panel == p.key, Bad: bad[p.key], Note: note[p.key]})
	}
}

// placeFor says where on the page a finding is mended.
func placeFor(f edit.Finding) place {
	if f.Part.Kind == edit.Whole {
		return panelOf(f.Field)
	}
	return placeOf(f.Part)
}

// mostListed is how many unfinished things are listed at the top.
const mostListed = 5

// unfinished lists what stands between the draft and its publication.
func (v *view) unfinished(b *studio.Building) {
	for _, f := range b.Findings {
		if f.Severity != programme.Error {
			continue
		}
		if len(v.Unfinished) == mostListed {
			v.More++
			continue
		}
		at := placeFor(f)
		l := link{Open: at.String(), ID: at.ID(), Message: v.say(f.Message)}
		if f.Part.Kind != edit.Whole {
			l.Label = v.say(edit.Label(b.Programme, f.Part))
		}
		v.Unfinished = append(v.Unfinished, l)
	}
}

// findsOf are the findings of a part, unfinished ones first.
func findsOf(list []edit.Finding) []find {
	var bad, rest []find
	for _, f := range list {
		if f.Severity == programme.Error {
			bad = append(bad, find{Bad: true, Message: f.Message})
		} else {
			rest = append(rest, find{Message: f.Message})
		}
	}
	return append(bad, rest...)
}

// openCard lays out the card that is open.
func (v *view) openCard(b *studio.Building, finds map[edit.Ref][]edit.Finding, s said) {
	f := newForm(b, s)
	c := &card{ID: s.open.ID(), Open: s.open.String(), Form: f}
	switch {
	case s.open.panel != "":
		c.Kind = "panel"
		c.Title = s.say(titleOf(s.open.panel))
		c.Finds = panelFinds(finds, s.open.panel)
	case s.open.ref.Kind == edit.Question:
		_, sec, ok := b.Programme.Question(s.open.ref.ID)
		if !ok {
			return
		}
		c.Kind, c.Title = "question", edit.Label(b.Programme, s.open.ref)
		c.Into = otherSections(b.Programme, sec.ID)
	case s.open.ref.Kind == edit.Section:
		sec, ok := b.Programme.Section(s.open.ref.ID)
		if !ok {
			return
		}
		c.Kind, c.Title = "section", edit.Label(b.Programme, s.open.ref)
		c.Paste = pasting(sec.ID, s)
	default:
		return
	}
	if c.Kind != "panel" {
		c.Ref, c.Finds = s.open.ref.String(), findsOf(finds[s.open.ref])
	}
	f.lay(s.open)
	v.Errors = f.summary()
	v.Open = c
}

// lay lays out what is open; nothing where that is not there.
func (f *form) lay(open place) {
	if open.panel != "" {
		f.panelForm(open.panel)
		return
	}
	if q, _, ok := f.b.Programme.Question(open.ref.ID); ok && open.ref.Kind == edit.Question {
		f.questionForm(q)
	}
	if s, ok := f.b.Programme.Section(open.ref.ID); ok && open.ref.Kind == edit.Section {
		f.sectionForm(s)
	}
}

// pasting is where many questions are put in at once; "" makes a section for them.
func pasting(section string, s said) control {
	name := "paste:question:" + section
	paste := control{
		Name: name, Label: "Questions, one on each line", Shape: area, Lines: 6, Values: s.typed[name], Error: s.errs.For(name),
		Hint: "At most 200. Numbers and bullets at the beginning are left out. After a bar or a tab may follow the kind of answer, the points and the standard: Was the floor clean? | yes/no | 2 | K4",
	}
	return paste.said(s.say)
}

func titleOf(key string) string {
	for _, p := range panels {
		if p.key == key {
			return p.title
		}
	}
	return ""
}

func panelFinds(finds map[edit.Ref][]edit.Finding, key string) []find {
	var all []find
	for _, list := range finds {
		for _, f := range list {
			if placeFor(f).panel == key {
				all = append(all, findsOf([]edit.Finding{f})...)
			}
		}
	}
	return all
}

func otherSections(p *programme.Programme, own string) []kit.Option {
	var all []kit.Option
	for i := range p.Sections {
		if s := &p.Sections[i]; s.ID != own {
			all = append(all, kit.Option{Value: s.ID, Label: strconv.Itoa(i+1) + " " + s.Title})
		}
	}
	return all
}
