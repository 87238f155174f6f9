package studio

import (
	"slices"

	"plainclothes/internal/programme"
)

// hybrid is the published version with nothing but the suspect's parts as in the draft. It is made to be scored with and
// nothing else: a condition in it may look at a question that is not there, which is then no answer.
func (s *suspect) hybrid(published, draft *programme.Programme) *programme.Programme {
	h := &programme.Programme{
		Key: published.Key, Scenarios: published.Scenarios, Stages: published.Stages, Features: published.Features,
		Policy: published.Policy, Levels: published.Levels, Standards: slices.Clone(published.Standards),
	}
	for i := range published.Sections {
		sec := published.Sections[i]
		sec.Questions = slices.Clone(sec.Questions)
		h.Sections = append(h.Sections, sec)
	}
	if s.policy {
		h.Policy = draft.Policy
	}
	if s.levels {
		h.Levels = draft.Levels
	}
	for i := range h.Standards {
		if is, ok := draft.Standard(h.Standards[i].ID); ok && s.rules[is.ID] {
			h.Standards[i].MetShareBP, h.Standards[i].PartialShareBP, h.Standards[i].WowShareBP = is.MetShareBP, is.PartialShareBP, is.WowShareBP
		}
	}
	s.sectionsInto(h, draft)
	s.questionsInto(h, draft)
	return h
}

// sectionsInto gives sections the draft's condition.
func (s *suspect) sectionsInto(h, draft *programme.Programme) {
	for i := range h.Sections {
		if is, ok := draft.Section(h.Sections[i].ID); ok && s.sections[is.ID] {
			h.Sections[i].ShowIf = is.ShowIf
		}
	}
}

// questionsInto puts the draft's questions in the place of the published ones, new ones behind those that they follow in
// the draft, and takes away those that are gone.
func (s *suspect) questionsInto(h, draft *programme.Programme) {
	for i := range draft.Sections {
		for j := range draft.Sections[i].Questions {
			if q := &draft.Sections[i].Questions[j]; s.questions[q.ID] && !s.replace(h, &draft.Sections[i], q) {
				s.remove(h, q.ID)
				s.insert(h, draft, i, j)
			}
		}
	}
	for id := range s.questions {
		if _, _, ok := draft.Question(id); !ok {
			s.remove(h, id)
		}
	}
}

// replace changes a question that stays in its section; false where there is none.
func (s *suspect) replace(h *programme.Programme, in *programme.Section, q *programme.Question) bool {
	sec, ok := h.Section(in.ID)
	if !ok {
		return false
	}
	at := slices.IndexFunc(sec.Questions, func(x programme.Question) bool { return x.ID == q.ID })
	if at >= 0 {
		sec.Questions[at] = *q
	}
	return at >= 0
}

func (s *suspect) remove(h *programme.Programme, id string) {
	for i := range h.Sections {
		sec := &h.Sections[i]
		sec.Questions = slices.DeleteFunc(sec.Questions, func(q programme.Question) bool { return q.ID == id })
	}
}

// insert puts question j of the draft's section i behind the nearest one before it that is there.
func (s *suspect) insert(h, draft *programme.Programme, i, j int) {
	from := &draft.Sections[i]
	sec, ok := h.Section(from.ID)
	if !ok {
		sec = s.addSection(h, draft, i)
	}
	at := 0
	for _, before := range slices.Backward(from.Questions[:j]) {
		if k := slices.IndexFunc(sec.Questions, func(q programme.Question) bool { return q.ID == before.ID }); k >= 0 {
			at = k + 1
			break
		}
	}
	sec.Questions = slices.Insert(sec.Questions, at, from.Questions[j])
}

// addSection makes an empty section of the draft, behind the nearest one before it that is there.
func (s *suspect) addSection(h, draft *programme.Programme, i int) *programme.Section {
	at := 0
	for _, before := range slices.Backward(draft.Sections[:i]) {
		if k := slices.IndexFunc(h.Sections, func(x programme.Section) bool { return x.ID == before.ID }); k >= 0 {
			at = k + 1
			break
		}
	}
	empty := draft.Sections[i]
	empty.Questions = nil
	h.Sections = slices.Insert(h.Sections, at, empty)
	return &h.Sections[at]
}
