package shopper

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// briefView is what a shopper reads before the visit, and what was said when it came back.
type briefView struct {
	kit.Chrome
	Paper    visit.Paper
	Scenario programme.Scenario
	Offer    bool // still open: can be taken
	Start    string
	Started  bool
	Notes    []noteView
	Reply    string
	Sealed   bool
	Pack     bool
	Soon     []soonItem
	Parts    []part
}

// Readings lists the languages of the checklist, when there is a choice.
func (v briefView) Readings() []kit.LanguageChoice { return readingsOf(v.Paper) }

// noteView is one thing said about the report.
type noteView struct {
	visit.Note
	Mine  bool
	Label string // the question it is about
	Href  string
}

var briefPage = kit.NewPage[briefView]("shopper/brief")

func (p *Pages) brief(c echo.Context, a auth.Actor) error {
	paper, err := p.open(c, a)
	if err != nil {
		return err
	}
	view := briefOf(paper, a)
	view.Pack = wantsPack(c)
	view.Parts = partsOf(&paper, p.now(), view.Pack)
	if !view.Pack && waiting(&paper, p.now()) {
		view.Start = ""
	}
	return briefPage.Render(c, http.StatusOK, view)
}

func briefOf(paper visit.Paper, a auth.Actor) briefView {
	view := briefView{
		Chrome: kit.Chrome{Title: "Before you go", Script: []string{"js/phone.js"}}, Paper: paper, Started: paper.Report.Seq > 0,
		Sealed: !paper.Visit.State.Writable() && paper.Visit.State != visit.Open,
	}
	if sc, ok := paper.List.Programme.Scenario(paper.Visit.Scenario); ok {
		view.Scenario = *sc
	}
	if !view.Sealed {
		view.Soon = soonOf(paper)
	}
	rehearsed(&view.Chrome, &paper)
	if s := firstOpen(paper); s != "" {
		view.Start = visitPath(paper) + "/s/" + s
	}
	for _, n := range paper.Notes {
		view.Notes = append(view.Notes, noteOf(paper, n, a))
	}
	return view
}

func noteOf(paper visit.Paper, n visit.Note, a auth.Actor) noteView {
	v := noteView{Note: n, Mine: n.Author == a.Member}
	if q, sec, ok := paper.List.Programme.Question(n.Question); ok {
		v.Label, v.Href = q.Text, visitPath(paper)+"/s/"+sec.ID+"#q-"+q.ID
	}
	return v
}

// firstOpen is the section to go on with: the first with a gap, else the first.
func firstOpen(paper visit.Paper) string {
	for _, g := range paper.Gaps {
		for _, s := range paper.Sections {
			if s.ID == g.Section {
				return s.ID
			}
		}
	}
	if len(paper.Sections) > 0 {
		return paper.Sections[0].ID
	}
	return ""
}

func (p *Pages) offer(c echo.Context, a auth.Actor) error {
	paper, err := p.visits.Offer(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	view := briefOf(paper.In(kit.ReadingOf(c)...), a)
	view.Offer, view.Title = true, "Open visit"
	return briefPage.Render(c, http.StatusOK, view)
}

func (p *Pages) take(c echo.Context, a auth.Actor) error {
	err := p.visits.Take(c.Request().Context(), a, c.Param("id"))
	if fault.Is(err, fault.Conflict) {
		f, _ := fault.As(err)
		kit.Flash(c, f.Message)
		return kit.Redirect(c, "/visits/open")
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "It is yours. The checklist stays as it is now until you have sent it.")
	return kit.Redirect(c, "/visits/"+c.Param("id"))
}

func (p *Pages) handBack(c echo.Context, a auth.Actor) error {
	if err := p.visits.HandBack(c.Request().Context(), a, c.Param("id")); err != nil {
		return err
	}
	kit.Flash(c, "Handed back. Somebody else can take it now.")
	return kit.Redirect(c, "/visits")
}

func (p *Pages) reply(c echo.Context, a auth.Actor) error {
	var form struct {
		Text string `form:"reason" label:"your reply" validate:"required,min=5,max=10000"`
	}
	err := kit.Bind(c, &form)
	if err == nil {
		err = p.visits.Reply(c.Request().Context(), a, c.Param("id"), form.Text)
	}
	if errs, ok := kit.FormErrors(err); ok {
		paper, err := p.visits.Open(c.Request().Context(), a, c.Param("id"))
		if err != nil {
			return err
		}
		view := briefOf(paper, a)
		view.Errors, view.Reply, view.Parts = errs, form.Text, partsOf(&paper, p.now(), false)
		return briefPage.Render(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Your reply is with the editor.")
	return kit.Redirect(c, "/visits/"+c.Param("id"))
}
