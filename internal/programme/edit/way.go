package edit

import (
	"fmt"
	"slices"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// InTheWay says what an operation would break elsewhere. Do it with Drop to take that away too.
type InTheWay struct {
	Message string
	By      []Dependent
}

// Dependent is one thing that would break.
type Dependent struct {
	Part     Ref
	Label    string
	Field    string // show_if, standard, zero_section, requires, stage, opens, closes
	Sentence string // what dropping takes away
}

// Error gives the message.
func (e *InTheWay) Error() string { return e.Message }

// Unwrap makes it a conflict for those who only ask for the kind.
func (e *InTheWay) Unwrap() error { return fault.New(fault.Conflict, e.Message) }

// The fields that refer to other parts.
const (
	fieldShowIf   = "show_if"
	fieldStandard = "standard"
	fieldZero     = "critical.zero_section"
	fieldRequires = "requires"
	fieldStage    = "stage"
	fieldOpens    = "opens"
	fieldCloses   = "closes"
)

// isReference reports whether a field of a part refers to another part.
func isReference(f Finding) bool {
	switch f.Field {
	case fieldShowIf, fieldStandard, fieldZero:
		return true
	case fieldRequires:
		return f.Part.Kind == Scenario
	case fieldStage:
		return f.Part.Kind == Section
	case fieldOpens, fieldCloses:
		return f.Part.Kind == Stage
	}
	return false
}

// broke lists the references that lead nowhere now and did not before.
func broke(before, after []Finding) []Finding {
	var out []Finding
	for _, f := range after {
		same := func(x Finding) bool { return x.Part == f.Part && x.Field == f.Field }
		if isReference(f) && !emptyField(f) && !slices.ContainsFunc(before, same) {
			out = append(out, f)
		}
	}
	return out
}

// emptyField reports whether a finding only says that something is not filled in.
func emptyField(f Finding) bool { return strings.HasSuffix(f.Message, "is not filled in.") }

// asRenamed gives what was wrong before under the new ids.
func (w *work) asRenamed(before []Finding) []Finding {
	for _, r := range w.renamed {
		for i := range before {
			if before[i].Part == r[0] {
				before[i].Part = r[1]
			}
			if before[i].Part.Kind == Option && r[0].Kind == Question && before[i].Part.Of == r[0].ID {
				before[i].Part.Of = r[1].ID
			}
		}
	}
	return before
}

// inTheWay tells what would break, in the words of what is there now.
func (w *work) inTheWay(p *programme.Programme, broken []Finding) *InTheWay {
	e := &InTheWay{By: make([]Dependent, len(broken))}
	for i, f := range broken {
		e.By[i] = Dependent{Part: f.Part, Label: Label(p, f.Part), Field: f.Field, Sentence: w.dependence(p, f)}
	}
	e.Message = "Something else depends on this: " + e.By[0].Sentence
	if n := len(broken) - 1; n > 0 {
		e.Message += fmt.Sprintf(" And %d more.", n)
	}
	return e
}

// dependence says what a part takes from another, told with the labels from before the operation.
func (w *work) dependence(p *programme.Programme, f Finding) string {
	label := upperFirst(Label(p, f.Part))
	switch f.Field {
	case fieldShowIf:
		src := sourceOf(p, f.Part)
		return fmt.Sprintf("%s is shown only when %s.", label, Sentence(w.was, src))
	case fieldStandard:
		q, _, _ := p.Question(f.Part.ID)
		return fmt.Sprintf("%s witnesses %s.", label, Label(w.was, Ref{Kind: Standard, ID: q.Standard}))
	case fieldZero:
		return fmt.Sprintf("A must-not-fail answer of %s sets that section to zero.", lowerLabel(label))
	case fieldRequires:
		return label + " is only for branches that have it."
	case fieldStage:
		return label + " belongs to it."
	}
	return label + " waits for it."
}

// lowerLabel undoes upperFirst for a label inside a sentence.
func lowerLabel(s string) string {
	if strings.HasPrefix(s, "Question ") || strings.HasPrefix(s, "Option ") {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// upperFirst makes the first letter of a sentence a capital.
func upperFirst(s string) string {
	if s == "" || s[0] >= 0x80 {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// sourceOf gives the condition of a section or question, "" when it has none.
func sourceOf(p *programme.Programme, r Ref) string {
	if c := conditionOf(p, r); c != nil && *c != nil {
		return (*c).Source
	}
	return ""
}

// conditionOf gives the place of a condition; nil for parts that cannot have one.
func conditionOf(p *programme.Programme, r Ref) **programme.Condition {
	switch r.Kind {
	case Section:
		if s, ok := p.Section(r.ID); ok {
			return &s.ShowIf
		}
	case Question:
		if q, _, ok := p.Question(r.ID); ok {
			return &q.ShowIf
		}
	case Whole, Option, Standard, Scenario, Stage, Daypart, Feature:
	}
	return nil
}

// drop takes away what leads nowhere.
func (w *work) drop(broken []Finding) {
	dropped := map[string]bool{}
	for _, f := range broken {
		w.dropOne(f)
		w.touch(f.Part, Side(f.Field))
		dropped[Label(w.p, f.Part)] = true
	}
	if n := len(dropped); n == 1 {
		w.said += " Dropped what " + Label(w.p, broken[0].Part) + " took from it."
	} else {
		w.said += fmt.Sprintf(" Dropped what %d others took from it.", n)
	}
}

// dropOne takes one reference away.
func (w *work) dropOne(f Finding) {
	switch f.Field {
	case fieldShowIf:
		w.dropCondition(f.Part)
	case fieldStandard:
		q, _, _ := w.p.Question(f.Part.ID)
		q.Standard = ""
	case fieldZero:
		w.dropCritical(f.Part)
	case fieldRequires:
		s, _ := w.p.Scenario(f.Part.ID)
		s.Requires = ""
	case fieldStage:
		s, _ := w.p.Section(f.Part.ID)
		s.Stage = ""
	case fieldOpens:
		w.p.Stages[stageAt(w.p, f.Part.ID)].Opens = ""
	case fieldCloses:
		w.p.Stages[stageAt(w.p, f.Part.ID)].Closes = ""
	}
}

// dropCritical takes away a critical whose section is gone.
func (w *work) dropCritical(r Ref) {
	if r.Kind == Question {
		q, _, _ := w.p.Question(r.ID)
		q.Critical = nil
		return
	}
	q, _, _ := w.p.Question(r.Of)
	if o, ok := q.Option(r.ID); ok {
		o.Critical = nil
	}
}

// dropCondition keeps the rows of a condition that can still be asked.
func (w *work) dropCondition(r Ref) {
	at := conditionOf(w.p, r)
	if at == nil || *at == nil {
		return
	}
	section, question := w.placeOf(r)
	var kept []programme.Node
	n, err := programme.ReadCondition((*at).Source)
	parts := []programme.Node{n}
	if n.Op == programme.OpAnd || n.Op == programme.OpOr {
		parts = n.Nodes
	}
	for _, part := range parts {
		if _, wrong := w.p.ConditionAt(section, question, part.Source()); err == nil && wrong == nil {
			kept = append(kept, part)
		}
	}
	switch len(kept) {
	case 0:
		*at = nil
	case 1:
		(*at).Source = kept[0].Source()
	default:
		n.Nodes = kept
		(*at).Source = n.Source()
	}
}

// placeOf gives the place of a section (question -1) or question.
func (w *work) placeOf(r Ref) (section, question int) {
	if r.Kind == Section {
		return sectionAt(w.p, r.ID), -1
	}
	section, question, _ = questionAt(w.p, r.ID)
	return section, question
}
