package edit

import (
	"slices"

	"plainclothes/internal/programme"
)

// FieldValues gives all fields of a part as Set takes them, to fill a form; nil for a part that is not there.
func FieldValues(p *programme.Programme, r Ref) []Field {
	if !Has(p, r) {
		return nil
	}
	switch r.Kind {
	case Whole:
		return planValues(p)
	case Section:
		s, _ := p.Section(r.ID)
		return append([]Field{F("id", s.ID)}, valuesOf(s, sectionFields)...)
	case Question:
		q, _, _ := p.Question(r.ID)
		return append([]Field{F("id", q.ID), F("kind", string(q.Kind))}, valuesOf(q, questionRules(q.Kind))...)
	case Option:
		q, _, _ := p.Question(r.Of)
		o, _ := q.Option(r.ID)
		return append([]Field{F("code", o.Code)}, valuesOf(o, optionFields)...)
	case Standard:
		s, _ := p.Standard(r.ID)
		return append([]Field{F("id", s.ID)}, valuesOf(s, standardFields)...)
	case Scenario:
		s, _ := p.Scenario(r.ID)
		return append([]Field{F("id", s.ID)}, valuesOf(s, scenarioFields)...)
	case Stage:
		return append([]Field{F("id", r.ID)}, valuesOf(&p.Stages[stageAt(p, r.ID)], stageFields)...)
	case Daypart:
		d := &p.Dayparts[slices.Index(idsOf(p, Daypart), r.ID)]
		return append([]Field{F("id", d.ID)}, valuesOf(d, daypartFields)...)
	case Feature:
		return []Field{F("id", r.ID)}
	}
	return nil
}

// valuesOf reads the fields of a part.
func valuesOf[T any](t *T, rules []rule[T]) []Field {
	return mapped(rules, func(r *rule[T]) Field { return Field{Name: r.name, Values: r.get(t)} })
}

// planValues are the fields of the programme and the weights of its sections.
func planValues(p *programme.Programme) []Field {
	fields := valuesOf(p, planFields)
	for i := range p.Sections {
		f := F(weightPrefix+p.Sections[i].ID, "")
		for _, x := range p.Policy.Weights {
			if x.Section == p.Sections[i].ID {
				f = F(f.Name, number(x.Weight))
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// ValueOf gives what one field of a part says, joined to one text: what two people wrote is compared by it.
func ValueOf(p *programme.Programme, r Ref, field string) string {
	if field == fieldShowIf {
		return Sentence(p, sourceOf(p, r))
	}
	for _, f := range FieldValues(p, r) {
		if f.Name == field {
			return joined(f.Values, "and")
		}
	}
	return ""
}
