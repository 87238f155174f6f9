package builder

import (
	"context"
	"errors"
	"net/http"
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
	var q request
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
	b, err := p.studio.Building(ctx, a, id)
	if err != nil {
		return out, err
	}
	typed := q.plan(&b)
	for _, s := range typed {
		if err := p.do(ctx, a, id, q, s, &out); err != nil {
			return out, err
		}
		q.follow(s.op)
	}
	if len(typed) > 0 {
		if b, err = p.studio.Building(ctx, a, id); err != nil {
			return out, err
		}
	}
	return out, p.press(ctx, a, id, q, &b, &out)
}

// do makes one edit.
func (p *Pages) do(ctx context.Context, a auth.Actor, id string, q *request, s step, out *outcome) error {
	e, err := p.studio.Edit(ctx, a, id, q.Revision, s.op)
	if err != nil {
		return named(err, s.name)
	}
	if !e.Same {
		out.said = e.Step.Words()
	}
	out.open = opened(out.open, s.op, e.Open)
	return nil
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
		s.ask = &ask{Message: way.Message, By: way.By, Fields: again(s.typed)}
	case errors.As(err, &two):
		s.clashed(two, q)
	case isFault && known.Kind == fault.Invalid:
		s.errs, _ = kit.FormErrors(err)
		status = http.StatusUnprocessableEntity
	case isFault && known.Kind == fault.Conflict:
		s.problem = known.Message
	case isFault && known.Kind == fault.NotFound: // a part that is gone; a programme that is none says so again below
		s.problem, s.lost, status = known.Message, q.written(), http.StatusNotFound
	default:
		return err
	}
	return p.render(c, a, status, s)
}

// pick is a choice between two texts for one field.
type pick struct {
	Name                 string // of the control that it is about
	Label, Yours, Theirs string
	Chosen               string // "yours", "theirs" or ""
}

// clashed shows both texts of every field that two owners changed. Where the whole part is gone there is nothing to
// choose: what was typed is shown, so that it can be put elsewhere.
func (s *said) clashed(c *collision, q *request) {
	if c.Gone || len(c.Fields) == 0 {
		s.lost, s.problem = q.written(), c.Error()
		return
	}
	for _, f := range c.Fields {
		s.picks = append(s.picks, pick{Name: c.name(f.Name), Label: f.Label, Yours: f.Yours, Theirs: f.Theirs})
	}
	s.by = c.By
}

// written lists what a post changed, in words.
func (q *request) written() []pick {
	var all []pick
	for _, key := range sortedKeys(q.values) {
		if kind, rest, _ := strings.Cut(key, ":"); (kind == "paste" || kind == "new") && q.values.Get(key) != "" {
			_, field, _ := strings.Cut(rest, ":")
			all = append(all, pick{Label: strings.Trim(strings.ReplaceAll(field, ":", " "), " "), Yours: q.values.Get(key)})
		}
	}
	for _, was := range q.values["was"] {
		for _, s := range q.set(was) {
			set, _ := s.op.(edit.Set)
			for _, f := range set.Fields {
				all = append(all, pick{Label: strings.NewReplacer("_", " ", ".", ": ").Replace(f.Name), Yours: strings.Join(tidy(f.Values), ", ")})
			}
		}
	}
	return all
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
