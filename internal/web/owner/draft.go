package owner

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
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
	Try        trial
	Form       publishForm
	Today      string
	Problem    string // why publishing was refused
	contents   studio.Contents
}

// trial is what-if, when it was run.
type trial struct {
	Run      bool
	Offered  bool // old answers have to be scored again, which is done when asked for
	Visits   int
	Window   string
	Beside   int // number of the version that it is compared with
	Lines    []string
	Verdicts []verdict
	Moves    []move
	Levels   []levelMove
	Gaps     []studio.Question
}

// verdict is branches that would be judged otherwise, all in the same way.
type verdict struct {
	ID, Title        string // of the standard
	From, To         string
	FromTone, ToTone string
	Branches         []string // names, in alphabetical order
}

// move is one standard, now and with the draft.
type move struct {
	ID, Title        string
	Was, Is          side
	New, Gone, Again bool
	Unsure           int
	Changed          bool
}

// side is what stands on one side of a move.
type side struct {
	N      int
	Share  string // "" without visits
	Target string
	Below  int // branches
}

type levelMove struct {
	From, To string
	Visits   int
}

// publishForm is what publishing asks for.
type publishForm struct {
	Note        string `form:"note"`
	EffectiveOn string `form:"effective_on"`
	RowVersion  int    `form:"row_version"`
}

var draftPage = kit.NewPage[draftView]("owner/draft")

func (p *Pages) draft(c echo.Context, a auth.Actor) error {
	return p.draftWith(c, a, http.StatusOK, publishForm{}, nil, "")
}

// draftWith shows the draft with a form as it was typed and what is wrong with it.
func (p *Pages) draftWith(c echo.Context, a auth.Actor, status int, f publishForm, errs kit.Errors, problem string) error {
	view, err := p.draftOf(c, a)
	if err != nil {
		return err
	}
	if view.Draft.ID == "" {
		kit.Flash(c, "There is no draft. Edit a standard to begin one.")
		return kit.Redirect(c, view.Base)
	}
	view.Errors, view.Problem, view.Form = errs, problem, f
	view.Form.RowVersion = view.Draft.RowVersion
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
	if view.Before.ID != "" {
		view.Difference, err = p.studio.Diff(ctx, a, view.Before.ID, view.Draft.ID)
	}
	return view, err
}

// read takes what the draft itself says.
func (v *draftView) read(now *studio.Contents) {
	v.contents = *now
	v.Draft, v.Name, v.Advice = now.Version, now.Programme.Name, programme.Lint(now.Programme)
	v.Standards = len(now.Programme.Standards)
	for i := range now.Programme.Sections {
		v.Questions += len(now.Programme.Sections[i].Questions)
	}
}

// Empty reports that there is nothing to publish.
func (v draftView) Empty() bool { return v.Before.ID != "" && v.Difference.Empty() }

// cheap reports that what-if needs no old answers: it only judges counts anew.
func cheap(d studio.Difference) bool { return len(d.Definitions)+len(d.Series) == 0 && !d.Score }

// try runs what-if: at once where that is cheap, else when it was asked for.
func (p *Pages) try(c echo.Context, a auth.Actor, v *draftView) (trial, error) {
	if v.Before.ID == "" || v.Difference.Empty() {
		return trial{}, nil
	}
	if !cheap(v.Difference) && c.QueryParam("try") == "" {
		return trial{Offered: true}, nil
	}
	w, err := p.studio.WhatIf(c.Request().Context(), a, c.Param("programme"), studio.Window{}, nil)
	if err != nil {
		return trial{}, err
	}
	before, err := p.studio.VersionNumbered(c.Request().Context(), a, c.Param("programme"), w.Published.Number)
	if err != nil {
		return trial{}, err
	}
	t := trialOf(&w)
	for i := range t.Moves {
		t.Moves[i].Was.Target = targetOf(before.Programme, t.Moves[i].ID)
		t.Moves[i].Is.Target = targetOf(v.contents.Programme, t.Moves[i].ID)
	}
	return t, nil
}

// targetOf is the target for Good of a standard, "" where there is no such standard.
func targetOf(p *programme.Programme, standard string) string {
	s, ok := p.Standard(standard)
	if !ok {
		return ""
	}
	return plainPercent(s.GoodTargetBP)
}

func trialOf(w *studio.WhatIf) trial {
	t := trial{Run: true, Visits: w.Visits, Window: months(w.Window), Beside: w.Published.Number, Lines: w.Sentences[1:], Gaps: w.Gaps}
	t.Verdicts = verdicts(w.Statuses)
	for i := range w.Standards {
		t.Moves = append(t.Moves, moveOf(&w.Standards[i]))
	}
	for _, l := range w.Levels {
		t.Levels = append(t.Levels, levelMove{From: l.From.Words(), To: l.To.Words(), Visits: l.Visits})
	}
	return t
}

// verdicts puts together the branches that would go the same way: by standard, then by what is now and would be.
func verdicts(all []studio.StatusChange) []verdict {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b studio.StatusChange) int {
		return cmp.Or(cmp.Compare(a.Standard, b.Standard), cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From), cmp.Compare(a.BranchName, b.BranchName))
	})
	var out []verdict
	for i, s := range all {
		if i == 0 || all[i-1].Standard != s.Standard || all[i-1].From != s.From || all[i-1].To != s.To {
			out = append(out, verdict{
				ID: s.Standard, Title: s.Title, From: s.FromWords(), To: s.ToWords(), FromTone: tone(s.From), ToTone: tone(s.To),
			})
		}
		last := &out[len(out)-1]
		last.Branches = append(last.Branches, s.BranchName)
	}
	return out
}

func moveOf(s *studio.StandardMove) move {
	m := move{ID: s.Standard, Title: s.Title, New: s.New, Gone: s.Gone, Again: s.Rescored, Unsure: s.Unsure}
	m.Was, m.Is = sideOf(&s.Was), sideOf(&s.Is)
	m.Changed = m.Was != m.Is || s.New || s.Gone || s.Rescored
	return m
}

func sideOf(s *compare.Summary) side {
	out := side{N: s.N, Below: s.States.Below + s.States.Breach}
	if s.N > 0 {
		out.Share = kit.Percent((20_000*s.X + s.N) / (2 * s.N))
	}
	return out
}

// tone is the chip of a state.
func tone(s compare.Status) string {
	switch s {
	case compare.Below, compare.Breach:
		return "bad"
	case compare.Meets, compare.WOW, compare.NoBreach:
		return "ok"
	case compare.Unjudged, compare.TooFew, compare.CannotTell:
	}
	return "na"
}

func (p *Pages) publish(c echo.Context, a auth.Actor) error {
	var f publishForm
	err := kit.Bind(c, &f)
	var v studio.Version
	if err == nil {
		v, err = p.studio.Publish(c.Request().Context(), a, c.Param("programme"), f.Note, f.RowVersion, f.EffectiveOn)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.draftWith(c, a, http.StatusUnprocessableEntity, f, errs, "")
	}
	if known, ok := fault.As(err); ok && known.Kind == fault.Conflict {
		return p.draftWith(c, a, http.StatusConflict, f, nil, known.Message)
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
	text := "Version " + strconv.Itoa(v.Number) + " is published"
	if v.EffectiveOn > today {
		return text + " and takes effect on " + day(v.EffectiveOn) + "."
	}
	return text + " and in force. Visits that were taken before stay on their version."
}

func (p *Pages) discard(c echo.Context, a auth.Actor) error {
	var f publishForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	err := p.studio.DiscardDraft(c.Request().Context(), a, c.Param("programme"), f.RowVersion)
	if fault.Is(err, fault.Conflict) {
		return p.draftWith(c, a, http.StatusConflict, f, nil, "Somebody else has changed this draft meanwhile. Look at it again before you throw it away.")
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "The draft is gone. What is published stays as it was.")
	return kit.Redirect(c, "/programmes")
}
