package builder

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// change does what a post asks for and leads back to the page, or shows the page with what was typed and why it was
// not saved.
func (p *Pages) change(c echo.Context, a auth.Actor) error {
	q := request{say: kit.Speaker(c, "builder/checklist")}
	if err := kit.Bind(c, &q); err != nil {
		return p.refused(c, a, &q, err)
	}
	q.values = c.Request().PostForm
	if all, waiting := q.picks(); waiting {
		return p.render(c, a, http.StatusConflict, said{typed: q.values, open: parsePlace(q.Open), picks: all, problem: "Choose one of the two texts."})
	}
	done, err := p.perform(c.Request().Context(), a, c.Param("programme"), &q)
	if err != nil {
		return p.refused(c, a, &q, err)
	}
	if q.Do != "" && done.said != "" {
		kit.Flash(c, done.said)
	}
	return kit.Redirect(c, done.open.path(c.Request().URL.Path))
}

// outcome is what a post did.
type outcome struct {
	said string // the sentence of the last step
	open place
}

// perform does all operations of a post, what was typed before what was pressed. Those before one that is refused are
// saved: each is a step of its own.
func (p *Pages) perform(ctx context.Context, a auth.Actor, id string, q *request) (outcome, error) {
	out := outcome{open: parsePlace(q.Open)}
	if err := p.putBack(ctx, a, id, q, &out); err != nil {
		return out, err
	}
	b, err := p.studio.Building(ctx, a, id)
	if err != nil {
		return out, err
	}
	typed := q.plan(&b)
	if err := p.doTyped(ctx, a, id, q, typed, &out); err != nil {
		return out, err
	}
	if len(typed) > 0 {
		if b, err = p.studio.Building(ctx, a, id); err != nil {
			return out, err
		}
	}
	return out, p.press(ctx, a, id, q, &b, &out)
}

// doTyped does what was typed. What is wrong with one part keeps no other from being saved, and all of it is said at once; but nothing
// new is added then, because the page shows it once more and it would be added twice.
func (p *Pages) doTyped(ctx context.Context, a auth.Actor, id string, q *request, typed []step, out *outcome) error {
	var bad fault.Fields
	for _, s := range typed {
		if bad.Len() > 0 && addsPart(s.op) {
			continue
		}
		err := p.do(ctx, a, id, q, s, out)
		if known, ok := fault.As(err); ok && known.Kind == fault.Invalid && len(known.Fields) > 0 {
			for _, f := range known.Fields {
				bad.Add(f.Name, f.Message)
			}
			continue
		}
		if err != nil {
			return err
		}
		q.follow(s.op)
	}
	return bad.Err()
}

// addsPart reports whether an operation makes something that was not there.
func addsPart(op edit.Op) bool {
	switch op.(type) {
	case edit.Add, edit.PasteQuestions, edit.PasteOptions:
		return true
	}
	return false
}

// putBack brings a part back that is gone, so that what was typed about it can be saved. Where somebody else was quicker, it is
// there already.
func (p *Pages) putBack(ctx context.Context, a auth.Actor, id string, q *request, out *outcome) error {
	verb, object, _ := strings.Cut(q.Do, ":")
	if verb != doBack {
		return nil
	}
	ref, ok := edit.ParseRef(object)
	if !ok {
		return fault.New(fault.Invalid, "This button does not belong to anything here. Load the page again.")
	}
	q.at = ref
	e, err := p.studio.PutBack(ctx, a, id, ref)
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	if err == nil {
		q.Revision, out.said, out.open = e.Version.RowVersion, e.Step.Words(), placeOf(e.Open)
	}
	return err
}

// do makes one edit. Where some fields of a part are refused, its other fields are saved all the same.
func (p *Pages) do(ctx context.Context, a auth.Actor, id string, q *request, s step, out *outcome) error {
	q.at = partOf(s.op)
	e, err := p.studio.Edit(ctx, a, id, q.Revision, s.op)
	if err != nil {
		return named(p.saveSound(ctx, a, id, q, s.op, err), s.name)
	}
	if !e.Same {
		out.said = e.Step.Words()
	}
	out.open = opened(out.open, s.op, e.Open)
	return nil
}

// saveSound saves what of a change is sound, and gives everything that was refused. What is wrong with some fields may come to
// light only when others are left out.
func (p *Pages) saveSound(ctx context.Context, a auth.Actor, id string, q *request, op edit.Op, refused error) error {
	var bad fault.Fields
	for err := refused; ; {
		left, some := sound(op, err)
		if known, ok := fault.As(err); ok && known.Kind == fault.Invalid {
			for _, f := range known.Fields {
				bad.Add(f.Name, f.Message)
			}
		}
		if !some {
			break
		}
		if _, err = p.studio.Edit(ctx, a, id, q.Revision, left); err == nil {
			break
		}
		op = left
	}
	if bad.Len() == 0 {
		return refused
	}
	return bad.Err()
}

// sound leaves those fields out of a change that were refused; false when nothing else is left, or the change is refused as
// a whole.
func sound(op edit.Op, err error) (edit.Op, bool) {
	set, ok := op.(edit.Set)
	known, refused := fault.As(err)
	if !ok || !refused || known.Kind != fault.Invalid || len(known.Fields) == 0 {
		return nil, false
	}
	wrong := func(f edit.Field) bool {
		return slices.ContainsFunc(known.Fields, func(x fault.Field) bool { return edit.Side(x.Name) == edit.Side(f.Name) })
	}
	left := slices.DeleteFunc(slices.Clone(set.Fields), wrong)
	if len(left) == len(set.Fields) || hasField(left, "kind") { // with a new kind go fields that mean something else to the old one
		return nil, false
	}
	set.Fields = slices.DeleteFunc(left, func(f edit.Field) bool { return f.Name == "id" || f.Name == "code" }) // the page still has the old one
	return set, len(set.Fields) > 0
}

// partOf is the part that an operation needs to be there.
func partOf(op edit.Op) edit.Ref {
	switch x := op.(type) {
	case edit.Set:
		return x.Part
	case edit.SetCondition:
		return x.Part
	case edit.Move:
		return x.Part
	case edit.Duplicate:
		return x.Part
	case edit.Remove:
		return x.Part
	case edit.PasteQuestions:
		return edit.Ref{Kind: edit.Section, ID: x.Section}
	case edit.PasteOptions:
		return edit.Ref{Kind: edit.Question, ID: x.Question}
	case edit.Add:
		return holderOf(x)
	}
	return edit.Ref{}
}

// holderOf is the part that something is added to.
func holderOf(x edit.Add) edit.Ref {
	switch x.Kind {
	case edit.Question:
		return edit.Ref{Kind: edit.Section, ID: x.In}
	case edit.Option:
		return edit.Ref{Kind: edit.Question, ID: x.In}
	case edit.Whole, edit.Section, edit.Standard, edit.Scenario, edit.Stage, edit.Daypart, edit.Feature:
	}
	return edit.Ref{}
}

// opened says what is open after an operation: the new thing, or what was open before. A changed id opens under its new
// name.
func opened(before place, op edit.Op, ref edit.Ref) place {
	switch x := op.(type) {
	case edit.Add, edit.Duplicate, edit.PasteQuestions, edit.AddSection:
		return placeOf(ref)
	case edit.Remove:
		if placeOf(x.Part) == before {
			return placeOf(ref)
		}
	case edit.Set:
		if x.Part == before.ref {
			return placeOf(ref)
		}
	}
	return before
}

// press does what the button asks for.
func (p *Pages) press(ctx context.Context, a auth.Actor, id string, q *request, b *studio.Building, out *outcome) error {
	verb, object, _ := strings.Cut(q.Do, ":")
	var e studio.Edited
	var err error
	switch verb {
	case doUndo:
		e, err = p.studio.Undo(ctx, a, id, q.Revision)
	case doRedo:
		e, err = p.studio.Redo(ctx, a, id, q.Revision)
	case doRestore:
		n, wrong := strconv.Atoi(object)
		if wrong != nil {
			return fault.Missing("step")
		}
		e, err = p.studio.Restore(ctx, a, id, q.Revision, n)
	default:
		s, err := q.pressed(b)
		if err != nil || s == nil {
			return err
		}
		return p.do(ctx, a, id, q, *s, out)
	}
	out.said = e.Step.Words()
	return err
}

// named gives what is wrong with an operation the names of the page's controls.
func named(err error, name func(string) string) error {
	var clash *studio.Clash
	if errors.As(err, &clash) {
		return &collision{clash, name}
	}
	return errorsOf(err, name)
}

// collision is two owners at one field.
type collision struct {
	*studio.Clash
	name func(string) string
}

func (c *collision) Unwrap() error { return c.Clash }

// refused shows the page with what was typed and what is the matter; what is nobody's doing is answered as everywhere.
func (p *Pages) refused(c echo.Context, a auth.Actor, q *request, err error) error {
	s := said{typed: c.Request().PostForm, open: parsePlace(q.Open)}
	var way *edit.InTheWay
	var two *collision
	known, isFault := fault.As(err)
	status := http.StatusConflict
	switch {
	case errors.As(err, &way):
		s.ask = &ask{Message: q.say(way.Message), By: saidBy(way.By, q.say), Fields: again(s.typed, "drop")}
	case errors.As(err, &two) && !two.Gone && len(two.Fields) > 0:
		s.clashed(two, q.say)
	case errors.As(err, &two):
		s.problem = two.Error()
		err = p.lost(c, a, q, &s)
	case isFault && known.Kind == fault.Invalid:
		s.errs, _ = kit.FormErrors(err)
		status = http.StatusUnprocessableEntity
	case isFault && known.Kind == fault.Conflict:
		s.problem = known.Message
	case isFault && known.Kind == fault.NotFound: // a part that is gone; a programme that is none says so again below
		s.problem, status = known.Message, http.StatusNotFound
		err = p.lost(c, a, q, &s)
	default:
		return err
	}
	if s.lost != nil && err != nil {
		return err
	}
	return p.render(c, a, status, s)
}

// saidBy puts what would break into the reader's language.
func saidBy(all []edit.Dependent, say func(string) string) []edit.Dependent {
	out := slices.Clone(all)
	for i := range out {
		out[i].Label, out[i].Sentence = say(out[i].Label), say(out[i].Sentence)
	}
	return out
}

// pick is a choice between two texts for one field.
type pick struct {
	Name                 string // of the control that it is about
	Label, Yours, Theirs string
	Chosen               string // "yours", "theirs" or ""
}

// clashed shows both texts of every field that two owners changed.
func (s *said) clashed(c *collision, say func(string) string) {
	for _, f := range c.Fields {
		s.picks = append(s.picks, pick{Name: c.name(f.Name), Label: say(f.Label), Yours: f.Yours, Theirs: f.Theirs})
	}
	s.by = c.By
}

// picks lists the choices of a post, and whether one of them is not made yet.
func (q *request) picks() (all []pick, waiting bool) {
	for _, name := range q.values["clash"] {
		at := "clash:" + name + ":"
		x := pick{
			Name: name, Label: q.values.Get(at + "label"), Yours: q.values.Get(at + "yours"), Theirs: q.values.Get(at + "theirs"),
			Chosen: q.values.Get("pick:" + name),
		}
		waiting = waiting || x.Chosen != "yours" && x.Chosen != "theirs"
		all = append(all, x)
	}
	return all, waiting
}
