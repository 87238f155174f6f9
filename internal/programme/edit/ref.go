package edit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// PartKind says what a part of a programme is.
type PartKind string

// The kinds of part. Whole is the programme itself: its name, plan, policy and levels.
const (
	Whole    PartKind = "programme"
	Section  PartKind = "section"
	Question PartKind = "question"
	Option   PartKind = "option"
	Standard PartKind = "standard"
	Scenario PartKind = "scenario"
	Stage    PartKind = "stage"
	Daypart  PartKind = "daypart"
	Feature  PartKind = "feature"
)

// partKinds lists them.
var partKinds = []PartKind{Whole, Section, Question, Option, Standard, Scenario, Stage, Daypart, Feature}

// Ref names a part of a programme.
type Ref struct {
	Kind PartKind
	ID   string // "" for the whole; an option's code
	Of   string // of an option: its question's id
}

// String writes a Ref as an address holds it: programme, question/A1, option/A1/yes.
func (r Ref) String() string {
	switch r.Kind {
	case Whole:
		return string(Whole)
	case Option:
		return string(Option) + "/" + r.Of + "/" + r.ID
	case Section, Question, Standard, Scenario, Stage, Daypart, Feature:
	}
	return string(r.Kind) + "/" + r.ID
}

// ParseRef is the inverse of String; false for anything else.
func ParseRef(s string) (Ref, bool) {
	kind, rest, _ := strings.Cut(s, "/")
	r := Ref{Kind: PartKind(kind), ID: rest}
	if r.Kind == Option {
		r.Of, r.ID, _ = strings.Cut(rest, "/")
	}
	if !slices.Contains(partKinds, r.Kind) || r.String() != s || (r.Kind != Whole && r.ID == "") || r.Kind == Option && r.Of == "" {
		return Ref{}, false
	}
	return r, !strings.Contains(r.ID, "/") && !strings.Contains(r.Of, "/")
}

// maxShort is how many characters of a text stand for it in a sentence.
const maxShort = 40

// short cuts a text for a sentence.
func short(s string) string { return cutTo(s, maxShort) }

// cutTo cuts a text to n characters, behind a word where there is one not far from the end.
func cutTo(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	kept := string(runes[:n-1])
	if at := strings.LastIndexByte(kept, ' '); at > len(kept)*2/3 {
		kept = kept[:at]
	}
	return strings.TrimRight(kept, " ,.;:") + "…"
}

// quoted puts a short text in quotes behind what stands before it; nothing when there is no text.
func quoted(before, text string) string {
	if text == "" {
		return before
	}
	return before + " “" + short(text) + "”"
}

// Label names a part as a person knows it: 2.2 “Name badge”, section B “Being noticed”, standard K1 “Seen at once”.
func Label(p *programme.Programme, r Ref) string {
	switch r.Kind {
	case Question:
		return questionLabel(p, r.ID)
	case Option:
		return optionLabel(p, r)
	case Whole:
		return "the programme"
	case Section, Standard, Scenario, Stage, Daypart, Feature:
	}
	return quoted(string(r.Kind)+" "+r.ID, titleOf(p, r))
}

// titleOf gives the title of a part that has one.
func titleOf(p *programme.Programme, r Ref) string {
	switch r.Kind {
	case Section:
		if s, ok := p.Section(r.ID); ok {
			return s.Title
		}
	case Standard:
		if s, ok := p.Standard(r.ID); ok {
			return s.Title
		}
	case Scenario:
		if s, ok := p.Scenario(r.ID); ok {
			return s.Title
		}
	case Stage:
		if i := stageAt(p, r.ID); i >= 0 {
			return p.Stages[i].Title
		}
	case Whole, Question, Option, Daypart, Feature:
	}
	return ""
}

// questionLabel gives the number and the text of a question.
func questionLabel(p *programme.Programme, id string) string {
	i, j, ok := questionAt(p, id)
	if !ok {
		return "question " + id
	}
	return quoted(Number(i, j), p.Sections[i].Questions[j].Text)
}

// Number is how the second question of the first section is numbered on the page: 1.2.
func Number(section, question int) string {
	return strconv.Itoa(section+1) + "." + strconv.Itoa(question+1)
}

// optionLabel names an option with its question.
func optionLabel(p *programme.Programme, r Ref) string {
	q, _, ok := p.Question(r.Of)
	if !ok {
		return "option " + r.ID
	}
	text := r.ID
	if o, ok := q.Option(r.ID); ok && o.Label != "" {
		text = o.Label
	}
	return fmt.Sprintf("option “%s” of %s", short(text), questionLabel(p, r.Of))
}

// questionAt gives the place of a question, counted from 0.
func questionAt(p *programme.Programme, id string) (section, question int, ok bool) {
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			if p.Sections[i].Questions[j].ID == id {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// sectionAt gives the place of a section, -1 when there is none.
func sectionAt(p *programme.Programme, id string) int {
	return slices.IndexFunc(p.Sections, func(s programme.Section) bool { return s.ID == id })
}

// stageAt gives the place of a stage, -1 when there is none.
func stageAt(p *programme.Programme, id string) int {
	return slices.IndexFunc(p.Stages, func(s programme.Stage) bool { return s.ID == id })
}

// Has reports whether a part is in the programme.
func Has(p *programme.Programme, r Ref) bool {
	switch r.Kind {
	case Whole:
		return true
	case Option:
		q, _, ok := p.Question(r.Of)
		if !ok {
			return false
		}
		_, ok = q.Option(r.ID)
		return ok
	case Section, Question, Standard, Scenario, Stage, Daypart, Feature:
	}
	return slices.Contains(idsOf(p, r.Kind), r.ID)
}

// idsOf lists the ids of a kind of part, in order; those of options are asked of their question.
func idsOf(p *programme.Programme, k PartKind) []string {
	switch k {
	case Section:
		return mapped(p.Sections, func(s *programme.Section) string { return s.ID })
	case Question:
		var ids []string
		for i := range p.Sections {
			ids = append(ids, mapped(p.Sections[i].Questions, func(q *programme.Question) string { return q.ID })...)
		}
		return ids
	case Standard:
		return mapped(p.Standards, func(s *programme.Standard) string { return s.ID })
	case Scenario:
		return mapped(p.Scenarios, func(s *programme.Scenario) string { return s.ID })
	case Stage:
		return mapped(p.Stages, func(s *programme.Stage) string { return s.ID })
	case Daypart:
		return mapped(p.Dayparts, func(d *programme.Daypart) string { return d.ID })
	case Feature:
		return p.Features
	case Whole, Option:
	}
	return nil
}

// mapped lists what f gives of each element.
func mapped[T, U any](all []T, f func(*T) U) []U {
	out := make([]U, len(all))
	for i := range all {
		out[i] = f(&all[i])
	}
	return out
}
