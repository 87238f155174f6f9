package owner

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// draftView is what the draft would change, and the buttons that publish it or throw it away.
type draftView struct {
	kit.Chrome
	Base       string
	Name       string
	Draft      studio.Version
	Before     studio.Version // newest published, zero before the first
	Difference studio.Difference
	Advice     programme.Problems
	Standards  int
	Questions  int
	Unfinished []unfinished
	Try        trial // at once, where no old answers are needed
	Window     windowForm
	Months     []kit.Option
	Runs       []runRow
	List       []draftStandard
	Form       publishForm
	Today      string
	Problem    string // why publishing was refused
	contents   studio.Contents
	before     *programme.Programme // nil before the first
}

// unfinished is one thing that the draft lacks, and where to mend it.
type unfinished struct{ Where, Message, Href string }

// runRow is a what-if that is running or ended a moment ago.
type runRow struct{ Href, Window, State string }

// draftForms are the forms of the page as they were typed.
type draftForms struct {
	publish publishForm
	window  windowForm
}

// publishForm is what publishing asks for.
type publishForm struct {
	Note        string `form:"note"`
	EffectiveOn string `form:"effective_on"`
	RowVersion  int    `form:"row_version"`
}

var draftPage = kit.NewPage[draftView]("owner/draft")

func (p *Pages) draft(c echo.Context, a auth.Actor) error {
	var f draftForms
	if back, err := strconv.Atoi(c.QueryParam("back")); err == nil && back > 0 {
		f.publish.Note = "Back to version " + strconv.Itoa(back) + "."
	}
	return p.draftWith(c, a, http.StatusOK, f, nil, "")
}

// draftWith shows the draft with its forms as they were typed and what is wrong with them.
func (p *Pages) draftWith(c echo.Context, a auth.Actor, status int, f draftForms, errs kit.Errors, problem string) error {
	view, err := p.draftOf(c, a)
	if err != nil {
		return err
	}
	if view.Draft.ID == "" {
		kit.Flash(c, "There is no draft. Edit a standard to begin one.")
		return kit.Redirect(c, view.Base)
	}
	view.Errors, view.Problem, view.Form = errs, problem, f.publish
	view.Form.RowVersion = view.Draft.RowVersion
	if view.Window = f.window; f.window == (windowForm{}) {
		view.Window = lastYear(view.Today)
	}
	if view.Try, err = p.try(c, a, &view); err != nil {
		return err
	}
	return draftPage.Render(c, status, view)
}

// draftOf reads the draft and what it follows; without a draft its id is "".
func (p *Pages) draftOf(c echo.Context, a auth.Actor) (draftView, error) {
	ctx, id := c.Request().Context(), c.Param("programme")
	view := draftView{Chrome: chrome("Draft"), Base: "/standards/" + id}
	all, err := p.studio.Versions(ctx, a, id)
	if err != nil {
		return view, err
	}
	for _, v := range all {
		if v.State == studio.Draft {
			view.Draft = v
		} else if v.Number > view.Before.Number {
			view.Before = v
		}
	}
	if view.Draft.ID == "" {
		return view, nil
	}
	now, err := p.studio.VersionNumbered(ctx, a, id, view.Draft.Number)
	if err != nil {
		return view, err
	}
	view.read(&now)
	o, err := p.places.Organisation(ctx, a)
	if err != nil {
		return view, err
	}
	view.Today = studio.Today(p.now(), o.Zone)
	view.Months = monthOptions(view.Today)
	if view.Before.ID == "" {
		return view, nil
	}
	before, err := p.studio.VersionNumbered(ctx, a, id, view.Before.Number)
	if err != nil {
		return view, err
	}
	view.before = before.Programme
	view.Difference = studio.DifferenceOf(before.Programme, now.Programme)
	return view, nil
}

// read takes what the draft itself says.
func (v *draftView) read(now *studio.Contents) {
	v.contents = *now
	v.Draft, v.Name, v.Advice = now.Version, now.Programme.Name, programme.Lint(now.Programme)
	v.lacks(now)
	v.List = draftStandards(now.Programme)
	v.Standards = len(now.Programme.Standards)
	for i := range now.Programme.Sections {
		v.Questions += len(now.Programme.Sections[i].Questions)
	}
}

// lacks lists what keeps the draft from being published or tried.
func (v *draftView) lacks(now *studio.Contents) {
	for _, f := range edit.Findings(now.Programme, now.Problems) {
		if f.Severity == programme.Error {
			v.Unfinished = append(v.Unfinished, unfinished{
				Where: edit.Label(now.Programme, f.Part), Message: f.Message, Href: v.Base + "/checklist?open=" + url.QueryEscape(f.Part.String()),
			})
		}
	}
}

// Empty reports that there is nothing to publish.
func (v draftView) Empty() bool { return v.Before.ID != "" && v.Difference.Empty() }

// Tries reports that the draft can be tried on past visits.
func (v draftView) Tries() bool {
	return v.Before.ID != "" && !v.Difference.Empty() && len(v.Unfinished) == 0
}

// cheap reports that what-if needs no old answers: it only judges counts anew.
func cheap(d studio.Difference) bool { return len(d.Definitions)+len(d.Series) == 0 && !d.Score }

// try runs what-if at once where that is cheap, and lists those that were begun.
func (p *Pages) try(c echo.Context, a auth.Actor, v *draftView) (trial, error) {
	if !v.Tries() {
		return trial{}, nil
	}
	runs, err := p.studio.WhatIfRuns(a, c.Param("programme"))
	if err != nil {
		return trial{}, err
	}
	for _, r := range runs {
		v.Runs = append(v.Runs, runRow{Href: runPath(c, r.ID), Window: months(r.Window), State: string(r.State)})
	}
	if !cheap(v.Difference) || len(v.Difference.Targets) == 0 || changesLevels(v) {
		return trial{}, nil
	}
	w, err := p.studio.WhatIf(c.Request().Context(), a, c.Param("programme"), studio.Window{}, nil)
	if err != nil {
		return trial{}, err
	}
	return trialOf(&w, w.Before, w.After, v.Base, ""), nil
}

// changesLevels reports that visits may change level, which takes their old answers.
func changesLevels(v *draftView) bool { return v.before.Levels != v.contents.Programme.Levels }

func (p *Pages) publish(c echo.Context, a auth.Actor) error {
	var f publishForm
	err := kit.Bind(c, &f)
	var v studio.Version
	if err == nil {
		v, err = p.studio.Publish(c.Request().Context(), a, c.Param("programme"), f.Note, f.RowVersion, f.EffectiveOn)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.draftWith(c, a, http.StatusUnprocessableEntity, draftForms{publish: f}, errs, "")
	}
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.draftWith(c, a, http.StatusConflict, draftForms{publish: f}, nil, known.Message)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, publishedWords(v, p.today(c, a)))
	return kit.Redirect(c, "/standards/"+c.Param("programme"))
}

// today is the date at the organisation, "" when it cannot be told.
func (p *Pages) today(c echo.Context, a auth.Actor) string {
	o, err := p.places.Organisation(c.Request().Context(), a)
	if err != nil {
		return ""
	}
	return studio.Today(p.now(), o.Zone)
}

func publishedWords(v studio.Version, today string) string {
	number := strconv.Itoa(v.Number)
	if v.EffectiveOn > today {
		return "Version " + number + " is published and takes effect on " + day(v.EffectiveOn) + "."
	}
	return "Version " + number + " is published and in force. Visits that were taken before stay on their version."
}

func (p *Pages) discard(c echo.Context, a auth.Actor) error {
	var f publishForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	err := p.studio.DiscardDraft(c.Request().Context(), a, c.Param("programme"), f.RowVersion)
	if fault.Is(err, fault.Conflict) {
		return p.draftWith(c, a, http.StatusConflict, draftForms{publish: f}, nil, "Somebody else has changed this draft meanwhile. Look at it again before you throw it away.")
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "The draft is gone. What is published stays as it was.")
	return kit.Redirect(c, "/programmes")
}
