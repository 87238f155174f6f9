package edit

import (
	"slices"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Add makes a new part with fields as in Set. Its id is made when none is given.
type Add struct {
	Kind   PartKind
	In     string // a question's section, an option's question
	At     int    // place from 1; 0 and what is beyond the end: at the end
	Fields []Field
}

func (Add) drops() bool { return false }

func (o Add) do(w *work) error {
	r := Ref{Kind: o.Kind, Of: o.In}
	if o.Kind != Option {
		r.Of = ""
	}
	id, fields, err := w.givenID(r, idField(o.Kind), o.Fields)
	if err != nil {
		return err
	}
	if r.ID = id; id == "" {
		if r.ID, err = w.makeID(o, fields); err != nil {
			return err
		}
	}
	if err := w.insert(r, o, fields); err != nil {
		return err
	}
	w.touches = nil // setting its fields is part of making it
	w.touch(r, "")
	w.open, w.own = openOf(r), append(w.own, r)
	w.say("Added " + Label(w.p, r) + ".")
	return nil
}

// valueOf gives what a field says, "" when it is not among them.
func valueOf(fields []Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.last()
		}
	}
	return ""
}

// makeID makes the id of a new part.
func (w *work) makeID(o Add, fields []Field) (string, error) {
	switch o.Kind {
	case Section:
		return w.newSection(), nil
	case Question:
		return w.newQuestion(o.In), nil
	case Standard:
		return w.newStandard(), nil
	case Scenario, Stage, Daypart:
		return w.newWord(o.Kind, "", valueOf(fields, "title"), string(o.Kind)), nil
	case Option:
		return w.newWord(Option, o.In, valueOf(fields, "label"), "option"), nil
	case Feature:
		var bad fault.Fields
		bad.Add("id", w.checkID(Ref{Kind: Feature}))
		return "", bad.Err()
	case Whole:
	}
	return "", fault.New(fault.Invalid, "This cannot be added.")
}

// place puts an element at a place from 1.
func place[T any](list []T, at int, x T) []T {
	if at < 1 || at > len(list) {
		return append(list, x)
	}
	return slices.Insert(list, at-1, x)
}

// insert makes the part, empty, and writes its fields.
func (w *work) insert(r Ref, o Add, fields []Field) error {
	p := w.p
	switch o.Kind {
	case Section:
		p.Sections = place(p.Sections, o.At, programme.Section{ID: r.ID})
	case Question:
		return w.insertQuestion(r, o, fields)
	case Option:
		return w.insertOption(r, o, fields)
	case Standard:
		p.Standards = place(p.Standards, o.At, programme.Standard{ID: r.ID, Criticality: programme.Normal, Weight: 1, MetShareBP: 10_000, WowShareBP: 5_000})
	case Scenario:
		p.Scenarios = place(p.Scenarios, o.At, programme.Scenario{ID: r.ID})
	case Stage:
		p.Stages = place(p.Stages, o.At, programme.Stage{ID: r.ID})
	case Daypart:
		p.Dayparts = place(p.Dayparts, o.At, programme.Daypart{ID: r.ID})
	case Feature:
		p.Features = place(p.Features, o.At, r.ID)
	case Whole:
		return gone(r)
	}
	_, err := w.set(r, fields)
	return err
}

// insertQuestion makes a question of the kind that is given, yes_no otherwise.
func (w *work) insertQuestion(r Ref, o Add, fields []Field) error {
	s, ok := w.p.Section(o.In)
	if !ok {
		return gone(Ref{Kind: Section, ID: o.In})
	}
	q := programme.Question{ID: r.ID, Kind: programme.YesNo}
	if k := programme.Kind(valueOf(fields, "kind")); slices.Contains(programme.Kinds(), k) {
		q.Kind = programme.Text // so that turning gives every kind what it begins with
		turn(&q, k)
		q.Kind = k
	}
	q.Required = !q.Kind.Optional()
	s.Questions = place(s.Questions, o.At, q)
	_, err := w.set(r, fields)
	return err
}

// insertOption makes an option of a question that has options; where the others have points, it has 0.
func (w *work) insertOption(r Ref, o Add, fields []Field) error {
	q, _, ok := w.p.Question(o.In)
	if !ok {
		return gone(Ref{Kind: Question, ID: o.In})
	}
	if !HasOptions(q.Kind) {
		return fault.Newf(fault.Invalid, "A question of kind %s has no options. Change its kind to choice or multi first.", q.Kind)
	}
	q.Options = place(q.Options, o.At, programme.Option{Code: r.ID, HasPoints: q.Scored()})
	_, err := w.set(r, fields)
	return err
}
