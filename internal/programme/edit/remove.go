package edit

import (
	"reflect"
	"slices"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Remove takes a part away with everything inside it.
type Remove struct {
	Part Ref
	Drop bool
}

func (o Remove) drops() bool { return o.Drop }

func (o Remove) do(w *work) error {
	if !Has(w.p, o.Part) {
		return gone(o.Part)
	}
	w.say("Removed " + Label(w.p, o.Part) + ".")
	w.touch(o.Part, "")
	w.open = w.beside(o.Part)
	return w.remove(o.Part)
}

// beside is what to open when a part is gone: its section, its question, or nothing.
func (w *work) beside(r Ref) Ref {
	switch r.Kind {
	case Question:
		if _, s, ok := w.p.Question(r.ID); ok {
			return Ref{Kind: Section, ID: s.ID}
		}
	case Option:
		return openOf(r)
	case Whole, Section, Standard, Scenario, Stage, Daypart, Feature:
	}
	return Ref{}
}

// remove takes the part out of its list.
func (w *work) remove(r Ref) error {
	p := w.p
	switch r.Kind {
	case Section:
		p.Sections = cutAt(p.Sections, sectionAt(p, r.ID))
		p.Policy.Weights = slices.DeleteFunc(p.Policy.Weights, func(x programme.SectionWeight) bool { return x.Section == r.ID })
	case Question:
		i, j, _ := questionAt(p, r.ID)
		p.Sections[i].Questions = cutAt(p.Sections[i].Questions, j)
	case Option:
		q, _, _ := p.Question(r.Of)
		q.Options = slices.DeleteFunc(q.Options, func(x programme.Option) bool { return x.Code == r.ID })
		w.keepRules(q)
	case Standard:
		p.Standards = cutAt(p.Standards, slices.Index(idsOf(p, Standard), r.ID))
	case Scenario:
		p.Scenarios = cutAt(p.Scenarios, slices.Index(idsOf(p, Scenario), r.ID))
	case Stage:
		p.Stages = cutAt(p.Stages, stageAt(p, r.ID))
	case Daypart:
		p.Dayparts = cutAt(p.Dayparts, slices.Index(idsOf(p, Daypart), r.ID))
	case Feature:
		p.Features = cutAt(p.Features, slices.Index(p.Features, r.ID))
	case Whole:
		return fault.New(fault.Invalid, "The programme itself cannot be removed here.")
	}
	return nil
}

// keepRules is [keepRules], and notes which sides of the question changed with it.
func (w *work) keepRules(q *programme.Question) {
	was := copyQuestion(q)
	keepRules(q)
	w.touchRules(&was, q)
}

// touchRules notes which rules of a question are others than they were.
func (w *work) touchRules(was, q *programme.Question) {
	r := Ref{Kind: Question, ID: q.ID}
	if was.MustObserve != q.MustObserve {
		w.touch(r, "must_observe")
	}
	if !reflect.DeepEqual(was.Critical, q.Critical) {
		w.touch(r, "critical")
	}
	if !reflect.DeepEqual(was.Comment, q.Comment) {
		w.touch(r, "comment")
	}
}

// cutAt takes one element out.
func cutAt[T any](list []T, at int) []T { return slices.Delete(list, at, at+1) }
