package edit

import (
	"strings"

	"plainclothes/internal/programme"
)

// Sentence says a condition in words: “2.1 Greeted” is Yes, and “seating” is true of the branch. What cannot be read is shown as it is
// written.
func Sentence(p *programme.Programme, src string) string {
	n, err := programme.ReadCondition(src)
	if err != nil {
		return src
	}
	return nodeSentence(p, &n)
}

// RowSentence says one row in words.
func RowSentence(p *programme.Programme, r Row) string {
	n, ok := r.node()
	if !ok {
		return r.Kept
	}
	return nodeSentence(p, &n)
}

// nodeSentence says a part of a condition.
func nodeSentence(p *programme.Programme, n *programme.Node) string {
	switch n.Op {
	case programme.OpAnd:
		return partsSentence(p, n.Nodes, ", and ")
	case programme.OpOr:
		return partsSentence(p, n.Nodes, ", or ")
	case programme.OpEq, programme.OpNe, programme.OpLt, programme.OpLe, programme.OpGt, programme.OpGe, programme.OpIn, programme.OpFeature, programme.OpNot:
	}
	r := rowOf(n)
	if r.Kept != "" && n.Op == programme.OpNot {
		return "not (" + nodeSentence(p, &n.Nodes[0]) + ")"
	}
	return plainRow(p, &r)
}

// partsSentence joins parts; what goes deeper stands in brackets.
func partsSentence(p *programme.Programme, nodes []programme.Node, sign string) string {
	parts := make([]string, len(nodes))
	for i := range nodes {
		if parts[i] = nodeSentence(p, &nodes[i]); nodes[i].Op == programme.OpAnd || nodes[i].Op == programme.OpOr {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, sign)
}

// plainRow says a row that compares.
func plainRow(p *programme.Programme, r *Row) string {
	if feature, ok := strings.CutPrefix(r.Subject, featurePrefix); ok {
		return "“" + spoken(feature) + "” " + r.Verb.Words() + " of the branch"
	}
	values := make([]string, len(r.Values))
	for i, v := range r.Values {
		values[i] = ValueLabel(p, r.Subject, v)
		if r.Subject == SubjectScenario || r.Subject == SubjectFormat {
			values[i] = "“" + short(values[i]) + "”"
		}
	}
	return SubjectLabel(p, r.Subject) + " " + verbFor(p, r) + " " + joined(values, "or")
}

// verbFor words the verb for the kind of question: several answers include some, times are before or after.
func verbFor(p *programme.Programme, r *Row) string {
	q, _, ok := p.Question(r.Subject)
	if !ok {
		return r.Verb.Words()
	}
	return WordsFor(q.Kind.Asked(), r.Verb)
}

// WordsFor words a verb for what may be asked.
func WordsFor(asked programme.Asked, v Verb) string {
	switch asked {
	case programme.AskedSome:
		if words, ok := map[Verb]string{OneOf: "includes", NoneOf: "does not include"}[v]; ok {
			return words
		}
	case programme.AskedTime, programme.AskedDate:
		if words, ok := map[Verb]string{More: "is after", Least: "is not before", Less: "is before", Most: "is not after"}[v]; ok {
			return words
		}
	case programme.AskedNot, programme.AskedOne, programme.AskedNumber:
	}
	return v.Words()
}

// SubjectLabel names what a condition asks.
func SubjectLabel(p *programme.Programme, subject string) string {
	switch subject {
	case SubjectScenario:
		return "the scenario"
	case SubjectChannel:
		return "the channel"
	case SubjectFormat:
		return "the branch’s format"
	}
	if feature, ok := strings.CutPrefix(subject, featurePrefix); ok {
		return "the branch: " + spoken(feature)
	}
	return questionLabel(p, subject)
}

// ValueLabel names an answer.
func ValueLabel(p *programme.Programme, subject, value string) string {
	if subject == SubjectScenario {
		if s, ok := p.Scenario(value); ok && s.Title != "" {
			return s.Title
		}
		return value
	}
	q, _, ok := p.Question(subject)
	if !ok {
		return value
	}
	return answerLabel(q, value)
}

// answerLabel names an answer of a question.
func answerLabel(q *programme.Question, value string) string {
	if o, ok := q.Option(value); ok && o.Label != "" {
		return "“" + short(o.Label) + "”"
	}
	switch {
	case value == programme.Yes:
		return "Yes"
	case value == programme.No:
		return "No"
	case q.Kind == programme.LevelKind:
		return map[string]string{programme.AnswerBelow: "Below", programme.AnswerGood: "Good", programme.AnswerWow: "WOW"}[value]
	case q.Kind == programme.Duration:
		return value + " " + q.Unit
	}
	return value
}

// spoken writes a feature's name as words.
func spoken(feature string) string { return strings.ReplaceAll(feature, "_", " ") }
