package editor

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// changedText is said when the report is no longer the one that was read.
const changedText = "The shopper has sent this report again since you opened it. Look at what changed before you decide."

// seen is what every decision says about the report that it was taken on.
type seen struct {
	Revision int `form:"revision"`
}

func (p *Pages) begin(c echo.Context, a auth.Actor) error {
	return p.plain(c, a, p.visits.Begin, "It is with you now.")
}

func (p *Pages) accept(c echo.Context, a auth.Actor) error {
	return p.plain(c, a, p.visits.Accept, "Accepted. Managers see it once it is published.")
}

func (p *Pages) publish(c echo.Context, a auth.Actor) error {
	return p.plain(c, a, p.visits.Publish, "Published. It is part of every comparison now.")
}

// plain is a decision without words.
func (p *Pages) plain(c echo.Context, a auth.Actor, do func(context.Context, auth.Actor, string) error, done string) error {
	var form seen
	if err := kit.Bind(c, &form); err != nil {
		return err
	}
	return p.decide(c, a, form, func(ctx context.Context) error { return do(ctx, a, c.Param("id")) }, done)
}

// decide takes a decision on the revision that was read. A report that moved on meanwhile is shown as it is now.
func (p *Pages) decide(c echo.Context, a auth.Actor, s seen, do func(context.Context) error, done string) error {
	ctx := c.Request().Context()
	r, err := p.visits.Review(ctx, a, c.Param("id"))
	if err != nil {
		return err
	}
	if s.Revision != r.Report.Revision {
		return p.reportWith(c, a, http.StatusConflict, reportView{Problem: changedText})
	}
	err = do(ctx)
	if fault.Is(err, fault.Conflict) {
		return p.reportWith(c, a, http.StatusConflict, reportView{Problem: message(err)})
	}
	if err != nil {
		return err
	}
	kit.Flash(c, done)
	return kit.Redirect(c, "/review/"+r.Visit.ID)
}

func message(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Message
	}
	return ""
}

func (p *Pages) decline(c echo.Context, a auth.Actor) error {
	var form struct {
		Revision int    `form:"revision"`
		Reason   string `form:"decline" label:"the reason" validate:"required,min=5,max=10000" say:"Say why it is declined, in a few words."`
	}
	err := kit.Bind(c, &form)
	if err == nil {
		err = p.decide(c, a, seen{form.Revision}, func(ctx context.Context) error {
			return p.visits.Decline(ctx, a, c.Param("id"), form.Reason)
		}, "Declined.")
	}
	return p.again(c, a, err, "decline", typed{Decline: form.Reason})
}

func (p *Pages) setAside(c echo.Context, a auth.Actor) error {
	var form struct {
		Revision int    `form:"revision"`
		Reason   string `form:"aside" label:"the reason" validate:"required,min=5,max=10000" say:"Say why it is set aside, in a few words."`
	}
	err := kit.Bind(c, &form)
	if err == nil {
		err = p.decide(c, a, seen{form.Revision}, func(ctx context.Context) error {
			return p.visits.SetAside(ctx, a, c.Param("id"), form.Reason)
		}, "Set aside: it is paid, and counts nowhere.")
	}
	return p.again(c, a, err, "aside", typed{SetAside: form.Reason})
}

func (p *Pages) note(c echo.Context, a auth.Actor) error {
	var form struct {
		Question string `form:"question"`
		Text     string `form:"note" label:"the note" validate:"required,min=5,max=10000" say:"Write a few words."`
	}
	err := kit.Bind(c, &form)
	if err == nil {
		err = p.visits.AddNote(c.Request().Context(), a, c.Param("id"), form.Question, form.Text)
	}
	if err == nil {
		kit.Flash(c, "Noted. Only editors see it.")
		return kit.Redirect(c, "/review/"+c.Param("id")+"#said")
	}
	return p.again(c, a, err, "note", typed{Note: form.Text, Question: form.Question})
}

// again shows the report once more with what was typed when the words were not enough; field is where they were typed.
func (p *Pages) again(c echo.Context, a auth.Actor, err error, field string, t typed) error {
	errs, ok := kit.FormErrors(err)
	if !ok {
		return err
	}
	for i := range errs {
		if errs[i].Name == "reason" {
			errs[i].Name = field
		}
	}
	return p.reportWith(c, a, http.StatusUnprocessableEntity, reportView{Chrome: kit.Chrome{Errors: errs}, Typed: t})
}

// publishedView reports on several reports one by one.
type publishedView struct {
	kit.Chrome
	Done int
	Left []leftBehind
}

// leftBehind is a report that was not published.
type leftBehind struct {
	Name, Href, Why string
}

var publishedPage = kit.NewPage[publishedView]("editor/published")

// publishAll publishes what was ticked, or all of the page. Each is its own decision: one that is refused leaves the
// others alone.
func (p *Pages) publishAll(c echo.Context, a auth.Actor) error {
	var form struct {
		Visits    []string `form:"visit"`
		Here      []string `form:"here"`
		All       bool     `form:"all"`
		Programme string   `form:"programme"`
		After     string   `form:"after"`
	}
	if err := kit.Bind(c, &form); err != nil {
		return err
	}
	if form.All {
		form.Visits = form.Here
	}
	back := queueForm{State: "accepted", Programme: form.Programme, After: form.After}
	switch {
	case len(form.Visits) == 0:
		return p.queueWith(c, a, http.StatusUnprocessableEntity, back, kit.Errors{{Name: "visit", Message: "Tick the reports that are to be published."}})
	case len(form.Visits) > visit.MaxList:
		return fault.Newf(fault.TooLarge, "Publish at most %d reports at once.", visit.MaxList)
	}
	view, err := p.publishEach(c, a, form.Visits)
	if err != nil {
		return err
	}
	if len(view.Left) == 0 {
		kit.Flash(c, catalogue.Count(view.Done, "report", "reports")+" published.")
		return kit.Redirect(c, address("accepted", form.Programme, ""))
	}
	view.Chrome = kit.Chrome{Title: "Published", Styles: []string{"css/desk.css"}}
	return publishedPage.Render(c, http.StatusConflict, view)
}

func (p *Pages) publishEach(c echo.Context, a auth.Actor, ids []string) (publishedView, error) {
	ctx := c.Request().Context()
	var view publishedView
	for _, id := range ids {
		err := p.visits.Publish(ctx, a, id)
		known, ok := fault.As(err)
		switch {
		case err == nil:
			view.Done++
		case !ok || known.Kind == fault.Internal:
			return view, err
		default:
			view.Left = append(view.Left, p.left(c, a, id, known.Message))
		}
	}
	return view, nil
}

// left names a report that was not published, as far as this editor may know of it.
func (p *Pages) left(c echo.Context, a auth.Actor, id, why string) leftBehind {
	r, err := p.visits.Review(c.Request().Context(), a, id)
	if err != nil {
		return leftBehind{Name: kit.Say(c, "A report that is not here"), Why: why}
	}
	return leftBehind{Name: r.Place.Name, Href: "/review/" + r.Visit.ID, Why: why}
}
