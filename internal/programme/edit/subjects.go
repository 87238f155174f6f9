package edit

import (
	"fmt"
	"strings"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Subject is what a condition at a place may ask, for a list to choose from.
type Subject struct {
	ID     string // as in Row.Subject
	Label  string // 2.1 “Greeted”
	Verbs  []Choice
	Values []Choice // where the answers are few; none for numbers, times, dates and free words
	Input  Input
}

// Input is how a value is written.
type Input string

// The inputs.
const (
	InputChoice  Input = "choice"
	InputNumber  Input = "number"
	InputTime    Input = "time"
	InputDate    Input = "date"
	InputText    Input = "text"
	InputFeature Input = "feature" // there is no value
)

// Choice is one entry of a list.
type Choice struct{ Value, Label string }

// Subjects lists what the condition of a section or question may ask: scenario, channel, format, the branch's features, and
// the questions that stand before it and can be asked about.
func Subjects(p *programme.Programme, part Ref) []Subject {
	var all []Subject
	if len(p.Scenarios) > 0 {
		all = append(all, Subject{
			ID: SubjectScenario, Label: "Scenario", Verbs: verbs(programme.AskedOne), Input: InputChoice,
			Values: mapped(p.Scenarios, func(s *programme.Scenario) Choice { return Choice{s.ID, ValueLabel(p, SubjectScenario, s.ID)} }),
		})
	}
	all = append(all, questionsBefore(p, part)...)
	for _, f := range p.Features {
		all = append(all, Subject{ID: featurePrefix + f, Label: "Branch: " + spoken(f), Input: InputFeature, Verbs: []Choice{
			{string(HasIt), HasIt.Words()}, {string(HasNot), HasNot.Words()},
		}})
	}
	channels := Subject{ID: SubjectChannel, Label: "Channel", Verbs: verbs(programme.AskedOne), Input: InputChoice}
	for _, c := range programme.Channels() {
		channels.Values = append(channels.Values, Choice{c, c})
	}
	return append(all, channels, Subject{ID: SubjectFormat, Label: "Format of the branch", Verbs: verbs(programme.AskedOne), Input: InputText})
}

// questionsBefore lists the questions before a part.
func questionsBefore(p *programme.Programme, part Ref) []Subject {
	section, question := -1, 0
	if part.Kind == Section {
		section = sectionAt(p, part.ID)
	} else if i, j, ok := questionAt(p, part.ID); ok {
		section, question = i, j
	}
	var all []Subject
	for i := 0; i <= section; i++ {
		for j := range p.Sections[i].Questions {
			if q := &p.Sections[i].Questions[j]; (i < section || j < question) && q.Kind.Asked() != programme.AskedNot {
				all = append(all, questionSubject(p, q))
			}
		}
	}
	return all
}

// inputs by how a question is asked.
var inputs = map[programme.Asked]Input{
	programme.AskedOne: InputChoice, programme.AskedSome: InputChoice, programme.AskedNumber: InputNumber, programme.AskedTime: InputTime,
	programme.AskedDate: InputDate,
}

// questionSubject offers a question.
func questionSubject(p *programme.Programme, q *programme.Question) Subject {
	asked := q.Kind.Asked()
	s := Subject{ID: q.ID, Label: questionLabel(p, q.ID), Verbs: verbs(asked), Input: inputs[asked]}
	if s.Input == InputChoice {
		for _, c := range q.Codes() {
			s.Values = append(s.Values, Choice{c, answerLabel(q, c)})
		}
	}
	return s
}

// verbs lists what may be said about a subject.
func verbs(asked programme.Asked) []Choice {
	var list []Verb
	switch asked {
	case programme.AskedOne:
		list = []Verb{Is, IsNot, OneOf, NoneOf}
	case programme.AskedSome:
		list = []Verb{OneOf, NoneOf}
	case programme.AskedNumber, programme.AskedTime, programme.AskedDate:
		list = []Verb{Is, IsNot, More, Least, Less, Most, OneOf, NoneOf}
	case programme.AskedNot:
	}
	out := make([]Choice, len(list))
	for i, v := range list {
		out[i] = Choice{string(v), WordsFor(asked, v)}
	}
	return out
}

// maxSaid is how much of a condition stands in the list of steps.
const maxSaid = 160

// SetCondition says when a section or question is shown; without rows it always is. Fields in errors are rows.1, rows.2, …
type SetCondition struct {
	Part Ref
	Any  bool
	Rows []Row
}

func (SetCondition) drops() bool { return false }

func (o SetCondition) do(w *work) error {
	at := conditionOf(w.p, o.Part)
	if at == nil {
		return gone(o.Part)
	}
	w.open, w.own = o.Part, append(w.own, o.Part)
	was := sourceOf(w.p, o.Part)
	rows, err := w.checkRows(o, RowsOf(was))
	if err != nil {
		return err
	}
	src := rows.Source()
	if was == src || src != "" && RowsOf(was).Source() == src {
		return nil
	}
	w.touch(o.Part, fieldShowIf)
	label := Label(w.p, o.Part)
	if *at = nil; src == "" {
		w.say(upperFirst(label) + " is always shown now.")
		return nil
	}
	*at = &programme.Condition{Source: src}
	w.say("Changed when " + label + " is shown: " + cutTo(Sentence(w.p, src), maxSaid) + ".")
	return nil
}

// checkRows makes the rows ready to be written and says which cannot be. Rows that were there before may stay as they are.
func (w *work) checkRows(o SetCondition, was Rows) (Rows, error) {
	var bad fault.Fields
	rows := Rows{Any: o.Any, Rows: make([]Row, len(o.Rows))}
	section, question := w.placeOf(o.Part)
	for i, r := range o.Rows {
		r = w.asTyped(r)
		rows.Rows[i] = r
		if _, readable := r.node(); stays(&r, was) && (readable || len(o.Rows) == 1) {
			continue
		}
		if wrong := w.checkRow(&r, section, question); wrong != "" {
			bad.Add(fmt.Sprintf("rows.%d", i+1), wrong)
		}
	}
	return rows, bad.Err()
}

// asTyped evens what a form gives: without empty values, numbers with a point.
func (w *work) asTyped(r Row) Row {
	if r.Kept != "" {
		return Row{Kept: r.Kept}
	}
	q, _, ok := w.p.Question(r.Subject)
	r.Numeric = ok && q.Kind.Asked() == programme.AskedNumber
	var values []string
	for _, v := range r.Values {
		if v = tidy(v); r.Numeric {
			v = strings.Replace(v, ",", ".", 1)
		}
		if v != "" {
			values = append(values, v)
		}
	}
	if r.Values = values; strings.HasPrefix(r.Subject, featurePrefix) {
		r.Values = nil
	}
	return r
}

// stays reports whether the row was there before.
func stays(r *Row, was Rows) bool {
	for i := range was.Rows {
		if was.Rows[i].same(r) {
			return true
		}
	}
	return false
}

// checkRow says what is wrong with one row at a place.
func (w *work) checkRow(r *Row, section, question int) string {
	n, ok := r.node()
	switch {
	case !ok:
		return "This part cannot be read. Take it away, and say it anew."
	case r.Kept == "" && r.Subject == "":
		return "Choose what to look at."
	case r.Kept == "" && r.Verb.Words() == "":
		return "Choose how to compare."
	case r.Kept == "" && n.Op != programme.OpFeature && r.Verb != HasNot && len(r.Values) == 0:
		return "Choose an answer to compare with."
	case len(r.Values) > 1 && r.Verb != OneOf && r.Verb != NoneOf:
		return "This compares with one answer. To allow several, choose “is one of”."
	}
	if _, err := w.p.ConditionAt(section, question, n.Source()); err != nil {
		return err.Error()
	}
	return ""
}
