package edit

import (
	"slices"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Duplicate puts a copy behind a section, question, option, standard, scenario or stage. What a section's copy asks about
// itself asks about the copy.
type Duplicate struct{ Part Ref }

// drops: what leads nowhere already is not copied.
func (Duplicate) drops() bool { return true }

func (o Duplicate) do(w *work) error {
	if !Has(w.p, o.Part) {
		return gone(o.Part)
	}
	label := Label(w.p, o.Part)
	made, err := w.duplicate(o.Part)
	if err != nil {
		return err
	}
	w.touch(made, "")
	w.open = openOf(made)
	w.say("Duplicated " + label + ".")
	return nil
}

// duplicate makes the copy.
func (w *work) duplicate(r Ref) (Ref, error) {
	p, made := w.p, Ref{Kind: r.Kind, Of: r.Of}
	switch r.Kind {
	case Section:
		at := sectionAt(p, r.ID)
		made.ID = w.newSection()
		copied := w.copySection(&p.Sections[at], made.ID)
		p.Sections = slices.Insert(p.Sections, at+1, copied)
		w.copyWeight(r.ID, made.ID)
	case Question:
		i, j, _ := questionAt(p, r.ID)
		made.ID = w.newQuestion(p.Sections[i].ID)
		q := copyQuestion(&p.Sections[i].Questions[j])
		q.ID = made.ID
		p.Sections[i].Questions = slices.Insert(p.Sections[i].Questions, j+1, q)
	case Option:
		q, _, _ := p.Question(r.Of)
		at := slices.IndexFunc(q.Options, func(x programme.Option) bool { return x.Code == r.ID })
		x := copyOption(&q.Options[at])
		made.ID = w.newWord(Option, r.Of, x.Label, "option")
		x.Code = made.ID
		q.Options = slices.Insert(q.Options, at+1, x)
	case Standard:
		at := slices.Index(idsOf(p, Standard), r.ID)
		made.ID = w.newStandard()
		x := p.Standards[at]
		x.ID = made.ID
		p.Standards = slices.Insert(p.Standards, at+1, x)
	case Scenario:
		at := slices.Index(idsOf(p, Scenario), r.ID)
		x := p.Scenarios[at]
		made.ID = w.newWord(Scenario, "", x.Title, "scenario")
		x.ID, x.Share = made.ID, 0 // so that the shares still are 100
		p.Scenarios = slices.Insert(p.Scenarios, at+1, x)
	case Stage:
		at := stageAt(p, r.ID)
		x := p.Stages[at]
		made.ID = w.newWord(Stage, "", x.Title, "stage")
		x.ID = made.ID
		p.Stages = slices.Insert(p.Stages, at+1, x)
	case Whole, Daypart, Feature:
		return made, fault.New(fault.Invalid, "This cannot be duplicated. Add a new one.")
	}
	p.CopyTexts(textsOf(r), textsOf(made))
	return made, nil
}

// copyWeight gives a copied section the weight of the first.
func (w *work) copyWeight(from, to string) {
	for i, x := range w.p.Policy.Weights {
		if x.Section == from {
			w.p.Policy.Weights = slices.Insert(w.p.Policy.Weights, i+1, programme.SectionWeight{Section: to, Weight: x.Weight})
			return
		}
	}
}

// copySection copies a section with new ids; its own conditions follow.
func (w *work) copySection(s *programme.Section, id string) programme.Section {
	out := programme.Section{ID: id, Title: s.Title, Stage: s.Stage, ShowIf: copyCondition(s.ShowIf)}
	names := map[string]string{}
	for j := range s.Questions {
		q := copyQuestion(&s.Questions[j])
		q.ID = w.questionIn(id, names)
		names[s.Questions[j].ID] = q.ID
		w.p.CopyTexts("questions."+s.Questions[j].ID, "questions."+q.ID)
		out.Questions = append(out.Questions, q)
	}
	follow(&out, names, s.ID)
	return out
}

// questionIn makes the id of a question of a section that is not in the programme yet.
func (w *work) questionIn(section string, given map[string]string) string {
	id := w.newQuestion(section)
	taken := mappedValues(given)
	for n := highest([]string{id}, prefixOf(id)); slices.Contains(taken, id) || !w.free(Ref{Kind: Question, ID: id}); n++ {
		id = prefixOf(id) + number(n+1)
	}
	return id
}

// prefixOf takes the number off an id.
func prefixOf(id string) string {
	for len(id) > 0 && id[len(id)-1] >= '0' && id[len(id)-1] <= '9' {
		id = id[:len(id)-1]
	}
	return id
}

// mappedValues lists the values of a map.
func mappedValues(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// follow makes the conditions and criticals of a copied section ask about the copy.
func follow(s *programme.Section, names map[string]string, from string) {
	rename := func(n *programme.Node) bool {
		to, ok := names[n.Subject]
		return ok && n.Op != programme.OpFeature && renameSubject(n, n.Subject, to)
	}
	for j := range s.Questions {
		q := &s.Questions[j]
		if q.ShowIf != nil {
			q.ShowIf.Source = rewritten(q.ShowIf.Source, rename)
		}
		if q.Critical != nil {
			q.Critical.Section = swapped(q.Critical.Section, from, s.ID)
		}
		for k := range q.Options {
			if c := q.Options[k].Critical; c != nil {
				c.Section = swapped(c.Section, from, s.ID)
			}
		}
	}
}

// copyQuestion copies a question and everything that it points to.
func copyQuestion(q *programme.Question) programme.Question {
	out := *q
	out.ShowIf, out.Critical = copyCondition(q.ShowIf), copyCritical(q.Critical)
	out.Bands = slices.Clone(q.Bands)
	out.Options = nil
	for i := range q.Options {
		out.Options = append(out.Options, copyOption(&q.Options[i]))
	}
	if q.Comment != nil {
		c := *q.Comment
		c.When = slices.Clone(c.When)
		out.Comment = &c
	}
	return out
}

// copyOption copies an option.
func copyOption(o *programme.Option) programme.Option {
	out := *o
	out.Critical = copyCritical(o.Critical)
	return out
}

// copyCondition copies a condition as it is written.
func copyCondition(c *programme.Condition) *programme.Condition {
	if c == nil {
		return nil
	}
	return &programme.Condition{Source: c.Source}
}

// copyCritical copies a critical.
func copyCritical(c *programme.Critical) *programme.Critical {
	if c == nil {
		return nil
	}
	out := *c
	out.When = slices.Clone(c.When)
	return &out
}
