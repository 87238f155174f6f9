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

// checkView is "Check and send": what is missing, with links, or the button.
type checkView struct {
	kit.Chrome
	Paper    visit.Paper
	Missing  []missingItem
	Early    string // why it cannot be sent yet, "" when it can
	Answered int
	Asked    int
	Stage    string // title of the stage that is sent, "" without stages
	Back     string // the last section
	Pack     bool
}

// missingItem is one gap with where to close it.
type missingItem struct {
	programme.Gap
	Question string
	Href     string
}

var checkPage = kit.NewPage[checkView]("shopper/check")

func (p *filling) check(c echo.Context, a auth.Actor) error {
	return p.checkWith(c, a, http.StatusOK)
}

func (p *filling) checkWith(c echo.Context, a auth.Actor, status int) error {
	paper, err := p.open(c, a)
	if err != nil {
		return err
	}
	if !paper.Visit.State.Writable() {
		return kit.Redirect(c, visitPath(paper))
	}
	view := checkView{Chrome: kit.Chrome{Title: "Check and send", Script: []string{"js/check.js"}}, Paper: paper, Pack: wantsPack(c)}
	rehearsed(&view.Chrome, &paper)
	if !view.Pack { // one that a phone keeps is read later: the phone says it
		view.Early = paper.Early(p.now())
	}
	for _, g := range paper.Gaps {
		view.Missing = append(view.Missing, missingOf(paper, g))
	}
	for _, s := range paper.Sections {
		answered, asked := progressOf(paper, s)
		view.Answered, view.Asked = view.Answered+answered, view.Asked+asked
		view.Back = visitPath(paper) + "/s/" + s.ID
	}
	for _, st := range paper.Stages {
		if st.ID == paper.Stage {
			view.Stage = st.Title
		}
	}
	return checkPage.Render(c, status, view)
}

func missingOf(paper visit.Paper, g programme.Gap) missingItem {
	m := missingItem{Gap: g, Href: visitPath(paper) + "/s/" + g.Section + "#q-" + g.Question}
	if q, _, ok := paper.List.Programme.Question(g.Question); ok {
		m.Question = q.Text
	}
	if g.Kind == programme.GapPhoto {
		m.Href = visitPath(paper) + "/photos/" + g.Question
	}
	return m
}

// sentView confirms a sealed report or stage.
type sentView struct {
	kit.Chrome
	Sealed visit.Sealed
	Zone   string
}

var sentPage = kit.NewPage[sentView]("shopper/sent")

func (p *Pages) seal(c echo.Context, a auth.Actor) error {
	var form struct{}
	if err := kit.Bind(c, &form); err != nil {
		return err
	}
	sealed, err := p.visits.Seal(c.Request().Context(), a, c.Param("id"))
	if fault.Is(err, fault.Invalid) { // something is missing after all
		return p.checkWith(c, a, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return sentPage.Render(c, http.StatusOK, sentView{Chrome: kit.Chrome{Title: "Sent", Script: []string{"js/phone.js"}}, Sealed: sealed, Zone: sealed.Zone})
}
