package edit

import (
	"slices"
	"strings"

	"plainclothes/internal/programme"
)

// Names that conditions may ask beside questions.
const (
	SubjectScenario = "scenario"
	SubjectChannel  = "channel"
	SubjectFormat   = "format"
	featurePrefix   = "branch."
)

// Verb is how a row compares.
type Verb string

// The verbs. NoneOf is the opposite of OneOf: it also holds where the question was not asked.
const (
	Is     Verb = "is"
	IsNot  Verb = "is_not"
	OneOf  Verb = "one_of"
	NoneOf Verb = "none_of"
	More   Verb = "more"
	Least  Verb = "at_least"
	Less   Verb = "less"
	Most   Verb = "at_most"
	HasIt  Verb = "has"
	HasNot Verb = "has_not"
)

// verbWords are the verbs in a sentence.
var verbWords = map[Verb]string{
	Is: "is", IsNot: "is not", OneOf: "is one of", NoneOf: "is none of", More: "is more than", Least: "is at least", Less: "is less than",
	Most: "is at most", HasIt: "is true", HasNot: "is not true",
}

// Words gives the verb in a sentence.
func (v Verb) Words() string { return verbWords[v] }

// verbOps pairs verbs and operators.
var verbOps = []struct {
	verb Verb
	op   programme.Op
}{
	{Is, programme.OpEq},
	{IsNot, programme.OpNe},
	{OneOf, programme.OpIn},
	{More, programme.OpGt},
	{Least, programme.OpGe},
	{Less, programme.OpLt},
	{Most, programme.OpLe},
	{HasIt, programme.OpFeature},
}

// Row is one comparison of a condition.
type Row struct {
	Subject string // a question's id, scenario, channel, format, or branch.FEATURE
	Verb    Verb
	Values  []string // answers as words: a code, 300, 14:05, 2026-11-21; none for a feature
	Numeric bool     // the values are numbers
	// Kept is what goes beyond one level, as it is written; the rest of the row is empty then. It is shown as a sentence and
	// cannot be edited in a row.
	Kept string
}

// Rows are a condition as rows under one “all” or “any”.
type Rows struct {
	Any  bool
	Rows []Row
}

// RowsOf takes a condition apart. What cannot be read at all is one row that is kept.
func RowsOf(src string) Rows {
	if strings.TrimSpace(src) == "" {
		return Rows{}
	}
	n, err := programme.ReadCondition(src)
	if err != nil {
		return Rows{Rows: []Row{{Kept: src}}}
	}
	if n.Op != programme.OpAnd && n.Op != programme.OpOr {
		return Rows{Rows: []Row{rowOf(&n)}}
	}
	rows := Rows{Any: n.Op == programme.OpOr, Rows: make([]Row, len(n.Nodes))}
	for i := range n.Nodes {
		rows.Rows[i] = rowOf(&n.Nodes[i])
	}
	return rows
}

// rowOf turns a part of a condition into a row, keeping it as it is where no row can say it.
func rowOf(n *programme.Node) Row {
	inner := n
	if n.Op == programme.OpNot {
		inner = &n.Nodes[0]
		if inner.Op != programme.OpIn && inner.Op != programme.OpFeature {
			return Row{Kept: n.Source()}
		}
	}
	at := slices.IndexFunc(verbOps, func(v struct {
		verb Verb
		op   programme.Op
	},
	) bool {
		return v.op == inner.Op
	})
	if at < 0 || mixed(inner.Values) {
		return Row{Kept: n.Source()}
	}
	r := Row{Subject: inner.Subject, Verb: verbOps[at].verb}
	if inner.Op == programme.OpFeature {
		r.Subject = featurePrefix + inner.Subject
	}
	for _, v := range inner.Values {
		r.Values = append(r.Values, valueText(v))
		r.Numeric = !v.IsText
	}
	if n.Op == programme.OpNot {
		r.Verb = opposite(r.Verb)
	}
	return r
}

// mixed reports whether there are numbers and texts among the constants.
func mixed(values []programme.Value) bool {
	return slices.ContainsFunc(values, func(v programme.Value) bool { return v.IsText != values[0].IsText })
}

// opposite is the verb behind a !.
func opposite(v Verb) Verb {
	if v == HasIt {
		return HasNot
	}
	return NoneOf
}

// valueText writes a constant without quotes.
func valueText(v programme.Value) string {
	if v.IsText {
		return v.Text
	}
	return v.Number.String()
}

// Source puts the rows together again; "" without rows. RowsOf gives the same rows back.
func (r Rows) Source() string {
	nodes := make([]programme.Node, 0, len(r.Rows))
	for i := range r.Rows {
		n, ok := r.Rows[i].node()
		if !ok {
			return r.Rows[i].Kept // it cannot be read, so it stands alone
		}
		nodes = append(nodes, n)
	}
	op := programme.OpAnd
	if r.Any {
		op = programme.OpOr
	}
	switch len(nodes) {
	case 0:
		return ""
	case 1:
		return nodes[0].Source()
	}
	n := programme.Node{Op: op, Nodes: nodes}
	return n.Source()
}

// node turns a row into a part of a condition; false when what is kept cannot be read.
func (r *Row) node() (programme.Node, bool) {
	if r.Kept != "" {
		n, err := programme.ReadCondition(r.Kept)
		return n, err == nil
	}
	n := programme.Node{Subject: r.Subject}
	if feature, ok := strings.CutPrefix(r.Subject, featurePrefix); ok {
		n.Op, n.Subject = programme.OpFeature, feature
	}
	for _, v := range verbOps {
		if v.verb == r.Verb || r.Verb == NoneOf && v.verb == OneOf {
			n.Op = v.op
		}
	}
	for _, text := range r.Values {
		n.Values = append(n.Values, r.value(text))
	}
	if r.Verb == NoneOf || r.Verb == HasNot {
		return programme.Node{Op: programme.OpNot, Nodes: []programme.Node{n}}, true
	}
	return n, true
}

// value makes a constant.
func (r *Row) value(s string) programme.Value {
	if d, ok := programme.ParseDecimal(s); ok && r.Numeric {
		return programme.Value{Number: d}
	}
	return programme.Value{Text: s, IsText: true}
}

// same reports whether two rows say the same.
func (r *Row) same(x *Row) bool {
	return r.Subject == x.Subject && r.Verb == x.Verb && slices.Equal(r.Values, x.Values) && r.Numeric == x.Numeric && r.Kept == x.Kept
}
