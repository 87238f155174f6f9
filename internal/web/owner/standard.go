package owner

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// standardForm is a standard as an owner types it. Was is the mark of the standard that he looked at.
type standardForm struct {
	ID           string `form:"id"`
	Title        string `form:"title"`
	Good         string `form:"good"`
	Wow          string `form:"wow"`
	Why          string `form:"why"`
	GoodTarget   string `form:"good_target"`
	WowTarget    string `form:"wow_target"`
	Criticality  string `form:"criticality"`
	Weight       string `form:"weight"`
	MetShare     string `form:"met_share"`
	PartialShare string `form:"partial_share"`
	WowShare     string `form:"wow_share"`
	Photo        string `form:"photo_kept"`
	PhotoGone    bool   `form:"photo_gone"`
	Was          string `form:"was"`
	Again        bool   `form:"again"` // it was removed meanwhile, and is to come back
}

func formOf(s *programme.Standard) standardForm {
	in := studio.InputOf(s)
	return standardForm{
		ID: s.ID, Title: in.Title, Good: in.Good, Wow: in.Wow, Why: in.Why, GoodTarget: in.GoodTarget, WowTarget: in.WowTarget,
		Criticality: in.Criticality, Weight: in.Weight, MetShare: in.MetShare, PartialShare: in.PartialShare, WowShare: in.WowShare,
		Photo: in.Photo, Was: mark(in),
	}
}

func (f *standardForm) input() studio.StandardInput {
	return studio.StandardInput{
		ID: f.ID, Title: f.Title, Good: f.Good, Wow: f.Wow, Why: f.Why, GoodTarget: f.GoodTarget, WowTarget: f.WowTarget,
		Criticality: f.Criticality, Weight: f.Weight, MetShare: f.MetShare, PartialShare: f.PartialShare, WowShare: f.WowShare,
		Photo: f.Photo,
	}
}

// fields are those of the draft under an id, "" for the next that is free.
func (f *standardForm) fields(id string) []edit.Field {
	return []edit.Field{
		edit.F("title", f.Title), edit.F("good", f.Good), edit.F("wow", f.Wow), edit.F("why", f.Why), edit.F("photo", f.Photo),
		edit.F("good_target", f.GoodTarget), edit.F("wow_target", f.WowTarget), edit.F("criticality", f.Criticality), edit.F("weight", f.Weight),
		edit.F("met_share", f.MetShare), edit.F("partial_share", f.PartialShare), edit.F("wow_share", f.WowShare), edit.F("id", strings.TrimSpace(id)),
	}
}

// labelOf is what a choice is called, or the value where it is none of them.
func labelOf(all []kit.Option, value string) string {
	for _, o := range all {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// rows are the fields with the labels of the form, to show two versions side by side.
func (f *standardForm) rows() []stored {
	return []stored{
		{Label: "Title", Now: f.Title},
		{Label: "Good", Now: f.Good},
		{Label: "WOW", Now: f.Wow},
		{Label: "Why", Now: f.Why},
		{Label: "Target for Good", Now: f.GoodTarget},
		{Label: "Target for WOW", Now: f.WowTarget},
		{Label: "How much it matters", Now: labelOf(criticalities, f.Criticality), Ours: true},
		{Label: "Weight", Now: f.Weight},
		{Label: "Met from", Now: f.MetShare},
		{Label: "Partly met from", Now: f.PartialShare},
		{Label: "WOW from", Now: f.WowShare},
		{Label: "Reference photo", Now: pictureWords(f.Photo)},
	}
}

// stored is one field of what somebody else has saved meanwhile, beside what was typed.
type stored struct {
	Label, Now, Typed string
	Ours              bool // the values are words of ours, such as the name of a role
}

// NowWords and TypedWords are the values of a field with words of ours.
func (s stored) NowWords() string   { return orElse(s.Now, "–") }
func (s stored) TypedWords() string { return orElse(s.Typed, "–") }

// differing pairs the fields of what is stored with those of what was typed and keeps the ones that differ.
func differing(now, typed []stored) []stored {
	var all []stored
	for i, n := range now {
		if t := typed[i].Now; t != n.Now {
			all = append(all, stored{Label: n.Label, Now: n.Now, Typed: t, Ours: n.Ours})
		}
	}
	return all
}

// overtaken says why nothing was saved when what was typed is what somebody else has saved meanwhile, or only other
// things of it changed.
func overtaken(status int, differs []stored) string {
	if status != http.StatusConflict || len(differs) > 0 {
		return ""
	}
	return "Somebody else has changed this meanwhile, but nothing that you typed. Look at it, then save again."
}

// mark tells one state of a standard from another.
func mark(in studio.StandardInput) string {
	h := sha256.New()
	for _, s := range []string{
		in.Title, in.Good, in.Wow, in.Why, in.GoodTarget, in.WowTarget, in.Criticality, in.Weight, in.MetShare, in.PartialShare, in.WowShare, in.Photo,
	} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// standardView is the form of one standard.
type standardView struct {
	kit.Chrome
	Base      string
	Programme string
	ID        string
	Titled    string // its title as it is saved
	Fixed     bool   // published, so its id stays
	Number    int    // of the version that is being drafted
	Form      standardForm
	Questions []studio.QuestionRef
	Stored    []stored // what somebody else has saved meanwhile
	Problem   string   // why it was not saved, when nothing of that differs
	Choices   []kit.Option
	Reach     []string // what it takes to show the targets
	Asks      string   // what has to be decided before it can be removed
	Drops     []string // what would go with it
	Photo     reference
	kept      string // the photo that is saved
}

var standardPage = kit.NewPage[standardView]("owner/standard")

// criticalities are the choices of how much a standard matters.
var criticalities = []kit.Option{
	{Value: string(programme.Normal), Label: "Normal"},
	{Value: string(programme.Major), Label: "Major: being below is said sooner"},
	{Value: string(programme.ZeroTolerance), Label: "Zero tolerance: one failure is a breach"},
}

// working opens what an owner would edit: the draft, or what it would begin as.
func (p *Pages) working(c echo.Context, a auth.Actor) (studio.Contents, error) {
	ctx, id := c.Request().Context(), c.Param("programme")
	all, err := p.studio.Versions(ctx, a, id)
	if err != nil {
		return studio.Contents{}, err
	}
	number := 0
	for _, v := range all {
		if v.State == studio.Draft {
			number = v.Number
		}
	}
	return p.studio.VersionNumbered(ctx, a, id, number)
}

func (p *Pages) editStandard(c echo.Context, a auth.Actor) error {
	now, err := p.working(c, a)
	if err != nil {
		return err
	}
	s, ok := now.Programme.Standard(c.Param("standard"))
	if !ok {
		return fault.Missing("standard")
	}
	return p.renderStandard(c, a, http.StatusOK, standardViewOf(c, &now, formOf(s)))
}

func standardViewOf(c echo.Context, now *studio.Contents, f standardForm) standardView {
	v := standardView{
		Chrome: chrome("Edit a standard"), Base: "/standards/" + c.Param("programme"), Programme: now.Programme.Name,
		ID: c.Param("standard"), Number: now.Version.Number, Form: f, Choices: criticalities,
	}
	if now.Version.State == studio.Published {
		v.Number++
	}
	if s, ok := now.Programme.Standard(v.ID); ok {
		v.Titled, v.Reach, v.kept = s.Title, studio.Reach(now.Programme, s), s.Photo
	}
	for i := range now.Programme.Sections {
		for _, q := range now.Programme.Sections[i].Questions {
			if q.Standard == v.ID {
				v.Questions = append(v.Questions, studio.QuestionRef{ID: q.ID, Text: q.Text, Section: now.Programme.Sections[i].Title})
			}
		}
	}
	return v
}

// tries is how often saving is tried again while somebody else changes other standards of the same draft.
const tries = 3

func (p *Pages) saveStandard(c echo.Context, a auth.Actor) error {
	var f standardForm
	err := kit.Bind(c, &f)
	if err == nil {
		err = p.takePicture(c, a, &f)
	}
	if err == nil {
		err = f.named()
	}
	if err == nil && f.Again {
		var answered bool
		if answered, err = p.putBack(c, a, &f); answered {
			return nil
		}
	}
	if err == nil {
		err = p.keepStandard(c, a, &f)
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.standardAgain(c, a, http.StatusUnprocessableEntity, f, errs)
	}
	if fault.Is(err, fault.Conflict) {
		return p.standardAgain(c, a, http.StatusConflict, f, nil)
	}
	if fault.Is(err, fault.NotFound) {
		return p.standardGone(c, a, f, err, nil)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Saved in the draft. Nothing is published yet.")
	return kit.Redirect(c, "/standards/"+c.Param("programme")+"/draft")
}

// named wants an id: a standard without one could be named by no question and no file.
func (f *standardForm) named() error {
	var bad fault.Fields
	if strings.TrimSpace(f.ID) == "" {
		bad.Add("id", "Give it a short name of letters and digits; files and questions name the standard by it.")
	}
	return bad.Err()
}

// keepStandard saves the form where the standard is still as it was looked at. A change of another standard meanwhile
// is nobody's conflict: the draft is read again and the form saved into it.
func (p *Pages) keepStandard(c echo.Context, a auth.Actor, f *standardForm) error {
	ctx, id, standard := c.Request().Context(), c.Param("programme"), c.Param("standard")
	for try := 1; ; try++ {
		draft, err := p.studio.Draft(ctx, a, id)
		if err != nil {
			return err
		}
		s, ok := draft.Programme.Standard(standard)
		if !ok {
			return fault.Missing("standard")
		}
		if mark(studio.InputOf(s)) != f.Was {
			return fault.New(fault.Conflict, "Somebody else has changed this standard meanwhile.")
		}
		_, err = p.studio.ChangeStandard(ctx, a, id, standard, f.input(), draft.Version.RowVersion)
		if !fault.Is(err, fault.Conflict) || try == tries {
			return err
		}
	}
}

// standardAgain shows what was typed, and what is stored where that is something else than was looked at. Saving once
// more is then a decision.
func (p *Pages) standardAgain(c echo.Context, a auth.Actor, status int, f standardForm, errs kit.Errors) error {
	now, err := p.working(c, a)
	if err != nil {
		return err
	}
	s, ok := now.Programme.Standard(c.Param("standard"))
	if !ok {
		return p.standardGone(c, a, f, fault.Missing("standard"), errs)
	}
	view := standardViewOf(c, &now, f)
	view.Errors = errs
	if is := formOf(s); is.Was != f.Was {
		view.Stored = differing(is.rows(), f.rows())
		view.Form.Was = is.Was
	}
	view.Problem = overtaken(status, view.Stored)
	return p.renderStandard(c, a, status, view)
}
