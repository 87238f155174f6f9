package shopper

import (
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// part is one part of a visit in the brief: what it waits for, or until when it is to be sent.
type part struct {
	Title string
	Sent  bool
	Now   bool   // to be filled in
	When  string // words, "" when there is nothing to say
	Event string // the shopper may say that this happened, "" for none
	Name  string // of the event, in words
}

// partsOf lists the parts of a visit by the clock. A page that is kept on a phone says nothing of the clock: it would be
// read days later.
func partsOf(paper *visit.Paper, now time.Time, kept bool) []part {
	var all []part
	for i := range paper.Times {
		t := &paper.Times[i]
		sent := slices.Contains(paper.Visit.Stages, t.ID)
		p := part{Title: t.Title, Sent: sent, Now: t.ID == paper.Stage && t.Open(now)}
		if !kept && !sent {
			p.When, p.Event = t.Waits(now, paper.Place.Zone), t.Event
			p.Name = t.Happening()
			if p.When == "" {
				p.When = t.Until(now, paper.Place.Zone)
			}
		}
		all = append(all, p)
	}
	return all
}

// waiting reports that there is nothing to fill in yet: the part that comes next is not open.
func waiting(paper *visit.Paper, now time.Time) bool {
	t := visit.Present(paper.Times, paper.Stage)
	return t != nil && !t.Open(now)
}

type happenedForm struct {
	Event string `form:"event" label:"what happened" validate:"max=80"`
}

// happened notes that something happened which a part waits for.
func (p *Pages) happened(c echo.Context, a auth.Actor) error {
	var f happenedForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	if err := p.visits.Happened(c.Request().Context(), a, c.Param("id"), f.Event); err != nil {
		return err
	}
	kit.Flash(c, "Noted. You can go on now.")
	return kit.Redirect(c, "/visits/"+c.Param("id"))
}
