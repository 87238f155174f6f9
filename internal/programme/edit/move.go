package edit

import (
	"fmt"
	"slices"
	"strconv"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// number writes a count.
func number(n int) string { return strconv.Itoa(n) }

// Move puts a part at another place among its kind; a question also into another section.
type Move struct {
	Part Ref
	To   int    // place from 1, as it is after the move; 0 and what is beyond the end: at the end
	In   string // a question's new section; "" to stay
	Drop bool
}

func (o Move) drops() bool { return o.Drop }

func (o Move) do(w *work) error {
	if !Has(w.p, o.Part) {
		return gone(o.Part)
	}
	label := Label(w.p, o.Part)
	w.open = openOf(o.Part)
	to, moved, err := w.move(o)
	if err != nil || !moved {
		return err
	}
	w.touch(o.Part, "place")
	w.say(fmt.Sprintf("Moved %s to place %d.", label, to))
	if o.In != "" {
		w.say(fmt.Sprintf("Moved %s to %s, place %d.", label, Label(w.p, Ref{Kind: Section, ID: o.In}), to))
	}
	return nil
}

// move gives the place that the part has now, and whether it is another.
func (w *work) move(o Move) (to int, moved bool, err error) {
	p := w.p
	switch o.Part.Kind {
	case Section:
		to, moved = shift(p.Sections, sectionAt(p, o.Part.ID), o.To)
	case Question:
		return w.moveQuestion(o)
	case Option:
		q, _, _ := p.Question(o.Part.Of)
		at := slices.IndexFunc(q.Options, func(x programme.Option) bool { return x.Code == o.Part.ID })
		to, moved = shift(q.Options, at, o.To)
	case Standard:
		to, moved = shift(p.Standards, slices.Index(idsOf(p, Standard), o.Part.ID), o.To)
	case Scenario:
		to, moved = shift(p.Scenarios, slices.Index(idsOf(p, Scenario), o.Part.ID), o.To)
	case Stage:
		to, moved = shift(p.Stages, stageAt(p, o.Part.ID), o.To)
	case Daypart:
		to, moved = shift(p.Dayparts, slices.Index(idsOf(p, Daypart), o.Part.ID), o.To)
	case Feature:
		to, moved = shift(p.Features, slices.Index(p.Features, o.Part.ID), o.To)
	case Whole:
		return 0, false, fault.New(fault.Invalid, "This cannot be moved.")
	}
	return to, moved, nil
}

// shift moves an element to a place from 1 and gives that place.
func shift[T any](list []T, from, to int) (int, bool) {
	if to < 1 || to > len(list) {
		to = len(list)
	}
	x := list[from]
	if to == from+1 {
		return to, false
	}
	copy(list, slices.Insert(slices.Delete(slices.Clone(list), from, from+1), to-1, x))
	return to, true
}

// moveQuestion moves a question inside its section or into another.
func (w *work) moveQuestion(o Move) (to int, moved bool, err error) {
	i, j, _ := questionAt(w.p, o.Part.ID)
	target := i
	if o.In != "" {
		if target = sectionAt(w.p, o.In); target < 0 {
			return 0, false, gone(Ref{Kind: Section, ID: o.In})
		}
	}
	if target == i {
		to, moved = shift(w.p.Sections[i].Questions, j, o.To)
		return to, moved, nil
	}
	q := w.p.Sections[i].Questions[j]
	w.p.Sections[i].Questions = slices.Delete(w.p.Sections[i].Questions, j, j+1)
	into := &w.p.Sections[target]
	into.Questions = place(into.Questions, o.To, q)
	_, at, _ := questionAt(w.p, o.Part.ID)
	return at + 1, true, nil
}
