package owner

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

func (p *Pages) whatIfRoutes() []kit.Route {
	edit := auth.StandardsEdit
	return []kit.Route{
		post("/standards/:programme/draft/whatif", "try the draft on past visits", edit, p.beginWhatIf),
		get("/standards/:programme/draft/whatif/:whatif", "what the draft would change", edit, p.whatIf),
		post("/standards/:programme/draft/whatif/:whatif/stop", "stop trying the draft", edit, p.stopWhatIf),
	}
}

// windowForm is a run of months, as "2026-03".
type windowForm struct {
	From string `form:"from" query:"from"`
	To   string `form:"to" query:"to"`
}

// whatIfView is one what-if while it runs, and what came out.
type whatIfView struct {
	kit.Chrome
	Base    string
	Name    string
	Number  int // of the draft
	Path    string
	Window  string
	Running bool
	Done    int
	Total   int
	Far     string // "12,000 of 100,000 visits"
	Problem string // why there is no result
	Stale   bool   // the draft was changed since
	Form    windowForm
	Months  []kit.Option
	Try     trial
}

var whatIfPage = kit.NewPage[whatIfView]("owner/whatif")

// pastMonths is how far back the months go that can be chosen.
const pastMonths = 60

// monthOptions lists months, the newest first.
func monthOptions(today string) []kit.Option {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return nil
	}
	first := day.AddDate(0, 0, 1-day.Day())
	var all []kit.Option
	for i := range pastMonths {
		m := first.AddDate(0, -i, 0)
		all = append(all, kit.Option{Value: m.Format("2006-01"), Label: m.Format("January 2006")})
	}
	return all
}

// lastYear is the window that is offered first.
func lastYear(today string) windowForm {
	w := studio.LastMonths(today, studio.DefaultMonths)
	return windowForm{From: w.From, To: w.To}
}

func (p *Pages) beginWhatIf(c echo.Context, a auth.Actor) error {
	var f windowForm
	err := kit.Bind(c, &f)
	var r studio.Run
	if err == nil {
		r, err = p.studio.BeginWhatIf(c.Request().Context(), a, c.Param("programme"), studio.Window{From: f.From, To: f.To})
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.draftWith(c, a, http.StatusUnprocessableEntity, draftForms{window: f}, errs, "")
	}
	if known, ok := fault.As(err); ok && (known.Kind == fault.Conflict || known.Kind == fault.TooMany || known.Kind == fault.Busy) {
		status := map[fault.Kind]int{fault.Conflict: http.StatusConflict, fault.TooMany: http.StatusTooManyRequests, fault.Busy: http.StatusServiceUnavailable}[known.Kind]
		return p.draftWith(c, a, status, draftForms{window: f}, nil, known.Message)
	}
	if err != nil {
		return err
	}
	return kit.Redirect(c, runPath(c, r.ID))
}

func runPath(c echo.Context, id string) string {
	return "/standards/" + c.Param("programme") + "/draft/whatif/" + id
}

// whatIf shows a run. The page of one that goes on asks again by itself.
func (p *Pages) whatIf(c echo.Context, a auth.Actor) error {
	ctx, id := c.Request().Context(), c.Param("programme")
	mine, err := p.studio.Programme(ctx, a, id)
	if err != nil {
		return err
	}
	r, err := p.studio.WhatIfRun(a, id, c.Param("whatif"))
	if fault.Is(err, fault.NotFound) {
		kit.Flash(c, "This what-if is not kept any more. Results stay for 15 minutes; nothing of them is stored. Start it again.")
		return kit.Redirect(c, "/standards/"+id+"/draft#try")
	}
	if err != nil {
		return err
	}
	view := whatIfView{
		Chrome: chrome("What if"), Base: "/standards/" + id, Name: mine.Name, Path: runPath(c, r.ID), Window: months(r.Window),
		Done: r.Done, Total: max(r.Total, 1), Far: fmt.Sprintf("%s of %s past visits", thousands(r.Done), thousands(r.Total)),
		Form: windowForm{From: r.Window.From, To: r.Window.To}, Months: monthOptions(p.today(c, a)),
	}
	switch r.State {
	case studio.Running:
		view.Running, view.Script = true, []string{"js/whatif.js"}
	case studio.Stopped:
		view.Problem = "You stopped it. Nothing was changed."
	case studio.Broken:
		view.Problem = "Something went wrong on our side. Nothing was changed; try it again."
		if known, ok := fault.As(r.Err); ok {
			view.Problem = known.Message
		}
	case studio.Done:
		err = p.showRun(c, a, &view, &r)
	}
	if err != nil {
		return err
	}
	return whatIfPage.Render(c, http.StatusOK, view)
}

// showRun fills in what came out.
func (p *Pages) showRun(c echo.Context, a auth.Actor, view *whatIfView, r *studio.Run) error {
	view.Number = r.Result.Draft.Number
	view.Styles = append(view.Styles, "css/charts.css")
	view.Try = trialOf(r.Result, r.Result.Before, r.Result.After, view.Base, c.QueryParam("standard"))
	all, err := p.studio.Versions(c.Request().Context(), a, c.Param("programme"))
	view.Stale = true
	for _, v := range all {
		if v.ID == r.Result.Draft.ID {
			view.Stale = v.RowVersion != r.Draft
		}
	}
	return err
}

func (p *Pages) stopWhatIf(c echo.Context, a auth.Actor) error {
	if _, err := p.studio.Programme(c.Request().Context(), a, c.Param("programme")); err != nil {
		return err
	}
	err := p.studio.StopWhatIf(a, c.Param("programme"), c.Param("whatif"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return kit.Redirect(c, runPath(c, c.Param("whatif")))
}

// thousands writes a number with marks: "12,000".
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
