package owner

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// goneView gives back what somebody typed about a standard that was removed meanwhile.
type goneView struct {
	kit.Chrome
	Base      string
	Programme string
	ID        string
	Form      standardForm
	Wrote     []stored        // what is filled in
	Removal   *studio.Removal // nil when nothing is known of it
	Zone      string
}

var gonePage = kit.NewPage[goneView]("owner/standard_gone")

// standardGone shows it, unless what is missing is the programme, or nothing was typed.
func (p *Pages) standardGone(c echo.Context, a auth.Actor, f standardForm, missing error, errs kit.Errors) error {
	now, err := p.working(c, a)
	if err != nil {
		return err
	}
	if _, there := now.Programme.Standard(c.Param("standard")); there {
		return missing
	}
	v := goneView{
		Chrome: chrome("A standard that is not there any more"), Base: "/standards/" + c.Param("programme"), Programme: now.Programme.Name,
		ID: c.Param("standard"), Form: f, Wrote: filledIn(f.rows()),
	}
	v.Errors = errs
	r, known, err := p.studio.Removed(c.Request().Context(), a, c.Param("programme"), edit.Ref{Kind: edit.Standard, ID: v.ID})
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	case known:
		v.Removal = &r
	}
	o, err := p.places.Organisation(c.Request().Context(), a)
	if err != nil {
		return err
	}
	v.Zone = o.Zone
	return gonePage.Render(c, http.StatusConflict, v)
}

// filledIn leaves out what nobody typed.
func filledIn(rows []stored) []stored {
	var all []stored
	for _, r := range rows {
		if strings.TrimSpace(r.Now) != "" {
			all = append(all, r)
		}
	}
	return all
}

// putBack brings the standard back that somebody removed, so that what was typed can be saved into it. Where nothing is known of
// it any more it begins anew, which answers the request.
func (p *Pages) putBack(c echo.Context, a auth.Actor, f *standardForm) (answered bool, err error) {
	id := c.Param("standard")
	back, err := p.studio.PutBack(c.Request().Context(), a, c.Param("programme"), edit.Ref{Kind: edit.Standard, ID: id})
	if fault.Is(err, fault.NotFound) {
		err = p.addAnew(c, a, f)
		return err == nil, err
	}
	if err != nil {
		return false, err
	}
	if s, ok := back.Programme.Standard(id); ok {
		f.Was = mark(studio.InputOf(s))
	}
	return false, nil
}

// addAnew adds a standard with everything that was typed, under its id if that is free.
func (p *Pages) addAnew(c echo.Context, a auth.Actor, f *standardForm) error {
	made, err := p.change(c, a, edit.Add{Kind: edit.Standard, Fields: f.fields(c.Param("standard"))})
	if known, ok := fault.As(err); ok && slices.ContainsFunc(known.Fields, func(x fault.Field) bool { return x.Name == "id" }) {
		made, err = p.change(c, a, edit.Add{Kind: edit.Standard, Fields: f.fields("")})
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Added to the draft as "+made.Open.ID+". Link the questions that witness it.")
	return kit.Redirect(c, "/standards/"+c.Param("programme")+"/"+made.Open.ID+"/edit")
}
