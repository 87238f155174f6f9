package edit

import (
	"slices"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// PutBack brings a part back as an earlier draft of the programme had it, with everything inside it and its translations, to
// where it stood among the others. Nothing else comes back: what it asks about that is gone too is left out, and so is a
// question of a section that stands somewhere else by now. A question or an option whose section is gone brings the section
// along, with nothing else in it.
type PutBack struct {
	Part Ref
	From *programme.Programme
}

// drops: what leads nowhere now does not come back.
func (PutBack) drops() bool { return true }

func (o PutBack) do(w *work) error {
	if Has(w.p, o.Part) {
		return fault.New(fault.Conflict, "It is there again already.")
	}
	if !Has(o.From, o.Part) || o.Part.Kind == Whole {
		return gone(o.Part)
	}
	if err := w.putBack(o.Part, o.From); err != nil {
		return err
	}
	if address := textsOf(o.Part); address != "" {
		w.p.BringTexts(o.From, address)
	}
	w.touch(o.Part, "")
	w.open = openOf(o.Part)
	w.say("Added " + Label(w.p, o.Part) + " again.")
	whole := o.Part
	if whole.Kind == Option && !Has(w.was, openOf(whole)) {
		whole = openOf(whole)
	}
	w.putBackOthers(o.From, whole)
	return nil
}

// putBack puts the part into its list.
func (w *work) putBack(r Ref, from *programme.Programme) error {
	p := w.p
	at := slices.Index(idsOf(from, r.Kind), r.ID)
	switch r.Kind {
	case Section:
		w.putBackSection(&from.Sections[at], from, true)
	case Question:
		w.putBackQuestion(r.ID, from)
	case Option:
		return w.putBackOption(r, from)
	case Standard:
		p.Standards = slices.Insert(p.Standards, placeAmong(idsOf(p, Standard), idsOf(from, Standard), r.ID), from.Standards[at])
	case Scenario:
		p.Scenarios = slices.Insert(p.Scenarios, placeAmong(idsOf(p, Scenario), idsOf(from, Scenario), r.ID), from.Scenarios[at])
	case Stage:
		p.Stages = slices.Insert(p.Stages, placeAmong(idsOf(p, Stage), idsOf(from, Stage), r.ID), from.Stages[at])
	case Daypart:
		p.Dayparts = slices.Insert(p.Dayparts, placeAmong(idsOf(p, Daypart), idsOf(from, Daypart), r.ID), from.Dayparts[at])
	case Feature:
		p.Features = slices.Insert(p.Features, placeAmong(p.Features, from.Features, r.ID), r.ID)
	case Whole:
	}
	return nil
}

// placeAmong is the index at which an id goes back: behind the nearest of those that stood before it and still do.
func placeAmong(now, then []string, id string) int {
	for i := slices.Index(then, id) - 1; i >= 0; i-- {
		if at := slices.Index(now, then[i]); at >= 0 {
			return at + 1
		}
	}
	return 0
}

// putBackSection puts a section back, whole or with none of its questions, and its weight.
func (w *work) putBackSection(s *programme.Section, from *programme.Programme, whole bool) {
	p := w.p
	out := programme.Section{ID: s.ID, Title: s.Title, Stage: s.Stage, ShowIf: copyCondition(s.ShowIf)}
	for j := range s.Questions {
		if whole && !Has(p, Ref{Kind: Question, ID: s.Questions[j].ID}) {
			out.Questions = append(out.Questions, copyQuestion(&s.Questions[j]))
			p.BringTexts(from, textsOf(Ref{Kind: Question, ID: s.Questions[j].ID}))
		}
	}
	p.Sections = slices.Insert(p.Sections, placeAmong(idsOf(p, Section), idsOf(from, Section), s.ID), out)
	for _, x := range from.Policy.Weights {
		if x.Section == s.ID {
			w.setWeight(s.ID, number(x.Weight))
		}
	}
}

// putBackQuestion puts a question back into its section.
func (w *work) putBackQuestion(id string, from *programme.Programme) {
	i, j, _ := questionAt(from, id)
	then := &from.Sections[i]
	if sectionAt(w.p, then.ID) < 0 {
		w.putBackSection(then, from, false)
		w.p.BringTexts(from, textsOf(Ref{Kind: Section, ID: then.ID}))
		w.touch(Ref{Kind: Section, ID: then.ID}, "")
	}
	now, _ := w.p.Section(then.ID)
	ids := func(s *programme.Section) []string {
		return mapped(s.Questions, func(q *programme.Question) string { return q.ID })
	}
	now.Questions = slices.Insert(now.Questions, placeAmong(ids(now), ids(then), id), copyQuestion(&then.Questions[j]))
}

// putBackOption puts an answer back into its question; without the question it comes back with that.
func (w *work) putBackOption(r Ref, from *programme.Programme) error {
	q, _, ok := w.p.Question(r.Of)
	if !ok {
		w.putBackQuestion(r.Of, from)
		w.p.BringTexts(from, textsOf(openOf(r)))
		w.touch(openOf(r), "")
		return nil
	}
	if !HasOptions(q.Kind) {
		return fault.Newf(fault.Invalid, "A question of kind %s has no options. Change its kind to choice or multi first.", q.Kind)
	}
	then, _, _ := from.Question(r.Of)
	codes := func(q *programme.Question) []string {
		return mapped(q.Options, func(o *programme.Option) string { return o.Code })
	}
	o, _ := then.Option(r.ID)
	q.Options = slices.Insert(q.Options, placeAmong(codes(q), codes(then), r.ID), copyOption(o))
	was := copyQuestion(q)
	putBackRules(q, copyQuestion(then), r.ID)
	w.touchRules(&was, q)
	return nil
}

// putBackRules makes the rules of a question see an answer again that they lost with it.
func putBackRules(q *programme.Question, then programme.Question, code string) {
	if c := then.Comment; c != nil && slices.Contains(c.When, code) {
		if q.Comment == nil {
			q.Comment, c.When = c, []string{code}
		} else if !q.Comment.Always && !q.Comment.OnFail {
			q.Comment.When = slices.Insert(q.Comment.When, placeAmong(q.Comment.When, c.When, code), code)
		}
	}
	if c := then.Critical; c != nil && slices.Contains(c.When, code) {
		if q.Critical == nil {
			q.Critical, c.When = c, []string{code}
		} else {
			q.Critical.When = slices.Insert(q.Critical.When, placeAmong(q.Critical.When, c.When, code), code)
		}
	}
}
