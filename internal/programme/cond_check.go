package programme

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// condType says how conditions may ask about something. The zero type cannot be asked about.
type condType int

const (
	condNothing condType = iota // free words and photos
	condCode                    // one of a few words: ==, !=, in
	condMulti                   // several of them: in, which means "chose any of"
	condNumber                  // everything
	condTime                    // everything, with '14:05'
	condDate                    // everything, with '2026-11-21'
	condFree                    // any word: ==, !=, in (the branch's format)
)

// Names that mean something of their own in a condition.
const (
	nameScenario = "scenario"
	nameChannel  = "channel"
	nameFormat   = "format"
	nameBranch   = "branch"
)

// reservedNames cannot be question ids: they are names of conditions, or words of CEL.
var reservedNames = []string{
	nameScenario, nameChannel, nameFormat, nameBranch, "in", "and", "or", "not", "true", "false", "null", "as", "break", "const",
	"continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
}

// Channels of branches.
var channels = []string{"store", "web", "phone"}

// errBroken stands for a question that was complained about already.
var errBroken = &condError{}

// scope is what a condition may ask about.
type scope struct {
	features, scenarios []string
	earlier             map[string]*Question
	all                 map[string]bool // ids of the whole file, to tell a later question from an unknown one
	self                string          // the question or section that the condition belongs to
	hints               int             // how often a near name was looked for: a file full of errors must stay quick
}

// compile parses a condition, looks up its names and checks its types.
func (s *scope) compile(src string) (Node, *condError) {
	if n := utf8.RuneCountInString(src); n > maxCondition {
		return Node{}, &condError{message: fmt.Sprintf("This condition has %d characters; at most %d are read. Make it simpler.", n, maxCondition)}
	}
	e, err := parseCondition(src)
	if err != nil {
		return Node{}, err
	}
	return s.node(e)
}

// node turns a parsed condition into the tree that is evaluated.
func (s *scope) node(e *expr) (Node, *condError) {
	switch e.kind {
	case exprAnd:
		return s.combine(OpAnd, e)
	case exprOr:
		return s.combine(OpOr, e)
	case exprNot:
		return s.negate(e)
	case exprRelation:
		return s.relate(e)
	case exprName:
		return s.feature(e)
	case exprNumber, exprText, exprList:
	}
	return Node{}, failAt(e, "A constant alone is no condition. Compare it with something: A2 >= 3.")
}

// failAt makes an error at a part of the condition.
func failAt(e *expr, format string, args ...any) *condError {
	return &condError{at: e.at, message: fmt.Sprintf(format, args...)}
}

// combine checks all parts of an && or ||.
func (s *scope) combine(op Op, e *expr) (Node, *condError) {
	n := Node{Op: op, Nodes: make([]Node, 0, len(e.kids))}
	for _, k := range e.kids {
		kid, err := s.node(k)
		if err != nil {
			return Node{}, err
		}
		n.Nodes = append(n.Nodes, kid)
	}
	return n, nil
}

// negate checks what follows a !.
func (s *scope) negate(e *expr) (Node, *condError) {
	kid, err := s.node(e.kids[0])
	if err != nil {
		return Node{}, err
	}
	return Node{Op: OpNot, Nodes: []Node{kid}}, nil
}

// feature checks a name that stands alone: only a branch feature does.
func (s *scope) feature(e *expr) (Node, *condError) {
	name, ok := strings.CutPrefix(e.text, nameBranch+".")
	if !ok {
		return Node{}, s.aloneError(e)
	}
	if !slices.Contains(s.features, name) {
		return Node{}, failAt(e, "There is no feature %q. Add it to features at the top of the file.%s", shorten(name, 40), didYouMean(name, s.features))
	}
	return Node{Op: OpFeature, Subject: name}, nil
}

// aloneError says what is missing beside a name.
func (s *scope) aloneError(e *expr) *condError {
	if slices.Contains(s.features, e.text) {
		return failAt(e, "A feature is written branch.%s.", e.text)
	}
	sub, err := s.subject(e)
	if err != nil {
		return err
	}
	return failAt(e, "%q alone is no condition. Compare it: %s.", e.text, sub.example(e.text))
}

// subject is a name that can be compared.
type subject struct {
	asks  condType
	codes []string
	kind  Kind // of a question
}

// example shows a comparison that would be right.
func (b subject) example(name string) string {
	code := "…" // a choice that has no options yet
	if len(b.codes) > 0 {
		code = b.codes[0]
	}
	switch b.asks {
	case condMulti:
		return fmt.Sprintf("%s in ['%s']", name, code)
	case condNumber:
		return name + " >= 3"
	case condTime:
		return name + " < '12:00'"
	case condDate:
		return name + " >= '2026-01-31'"
	case condCode:
		return fmt.Sprintf("%s == '%s'", name, code)
	case condNothing, condFree:
	}
	return name + " == '…'"
}

// subject looks a name up.
func (s *scope) subject(e *expr) (subject, *condError) {
	switch e.text {
	case nameScenario:
		return subject{asks: condCode, codes: s.scenarios}, nil
	case nameChannel:
		return subject{asks: condCode, codes: channels}, nil
	case nameFormat:
		return subject{asks: condFree}, nil
	case "true", "false", "null":
		return subject{}, failAt(e, "%s is not known here. Answers are compared with texts: A3 == 'yes'; a feature stands alone: branch.has_seating.", e.text)
	}
	if strings.HasPrefix(e.text, nameBranch+".") {
		return subject{}, failAt(e, "A feature is not compared. Write %s, or !%s for the opposite.", e.text, e.text)
	}
	return s.question(e)
}

// question looks up an earlier question that can be asked about.
func (s *scope) question(e *expr) (subject, *condError) {
	q, ok := s.earlier[e.text]
	switch {
	case !ok && e.text == s.self:
		return subject{}, failAt(e, "A question cannot depend on its own answer. Ask about an earlier one.")
	case !ok && s.all[e.text]:
		return subject{}, failAt(e, "Conditions look back only, and %s comes later. Move it up, or ask about an earlier question.", e.text)
	case !ok:
		return subject{}, failAt(e, "There is no question %q. Texts stand in quotes: '…'.%s", shorten(e.text, 40), s.near(e.text))
	}
	rule := ruleOf(q.Kind)
	if rule == nil {
		return subject{}, errBroken
	}
	if rule.asks == condNothing {
		return subject{}, failAt(e, "%s is a question of kind %s; conditions cannot ask about it. Ask about a choice, yes_no or number.", e.text, q.Kind)
	}
	sub := subject{asks: rule.asks, kind: q.Kind}
	if rule.asks == condCode || rule.asks == condMulti {
		sub.codes = rule.codes(q)
	}
	return sub, nil
}

// near asks whether another name was meant.
func (s *scope) near(name string) string {
	if s.hints++; s.hints > maxProblems {
		return ""
	}
	return didYouMean(name, s.names())
}

// names lists what could have been meant.
func (s *scope) names() []string {
	names := []string{nameScenario, nameChannel, nameFormat}
	for id := range s.earlier {
		names = append(names, id)
	}
	slices.Sort(names)
	return names
}

// mirrored operators, for a constant on the left.
var mirrored = map[Op]Op{OpEq: OpEq, OpNe: OpNe, OpLt: OpGt, OpLe: OpGe, OpGt: OpLt, OpGe: OpLe}

// relate checks a comparison.
func (s *scope) relate(e *expr) (Node, *condError) {
	left, right, op := e.kids[0], e.kids[1], e.op
	if isConstant(left) && right.kind == exprName {
		turned, ok := mirrored[op]
		if !ok {
			return Node{}, failAt(right, "On the right of “in” stands a list of constants: A2 in [1, 2].")
		}
		left, right, op = right, left, turned
	}
	if left.kind != exprName {
		return Node{}, notComparable(left)
	}
	if right.kind == exprName {
		return Node{}, failAt(right, "A comparison has a constant on one side. Two answers are not compared; a text stands in quotes: '%s'.", shorten(right.text, 40))
	}
	if !isConstant(right) && right.kind != exprList {
		return Node{}, notComparable(right)
	}
	return s.compare(left, op, right)
}

// isConstant reports whether e is a number or a text.
func isConstant(e *expr) bool { return e.kind == exprNumber || e.kind == exprText }

// notComparable says what to do about a condition inside a comparison.
func notComparable(e *expr) *condError {
	if e.kind == exprNot {
		return failAt(e, "! stands before the whole comparison, in brackets: !(A3 == 'yes').")
	}
	return failAt(e, "Only a question, scenario, channel or format is compared with a constant: A3 == 'yes'.")
}

// compare checks that a name may be compared so with these constants.
func (s *scope) compare(left *expr, op Op, right *expr) (Node, *condError) {
	sub, err := s.subject(left)
	if err != nil {
		return Node{}, err
	}
	if (op == OpIn) != (right.kind == exprList) {
		return Node{}, listError(left, op, right)
	}
	if err := sub.allows(left, op); err != nil {
		return Node{}, err
	}
	constants := []*expr{right}
	if op == OpIn {
		constants = right.kids
	}
	n := Node{Op: op, Subject: left.text, Values: make([]Value, 0, len(constants))}
	for _, c := range constants {
		if err := sub.fits(left, c); err != nil {
			return Node{}, err
		}
		n.Values = append(n.Values, Value{Text: c.text, Number: c.number, IsText: c.kind == exprText})
	}
	return n, nil
}

// listError says that `in` and a list go together.
func listError(left *expr, op Op, right *expr) *condError {
	if op == OpIn {
		return failAt(right, "On the right of “in” stands a list: %s in [%s].", left.text, right.show())
	}
	return failAt(right, "%s does not take a list. Write %s in […].", op, left.text)
}

// quoteText writes a text as in a condition.
func quoteText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + "'"
}

// show writes a constant as in a condition.
func (e *expr) show() string {
	if e.kind == exprText {
		return quoteText(e.text)
	}
	return e.number.String()
}

// allows checks the operator.
func (b subject) allows(left *expr, op Op) *condError {
	switch b.asks {
	case condMulti:
		if op != OpIn {
			return failAt(left, "%s can have several answers. Ask whether any of them was chosen: %s.", left.text, b.example(left.text))
		}
	case condCode, condFree:
		if op != OpEq && op != OpNe && op != OpIn {
			return failAt(left, "%s is a word, which is neither more nor less than another. Use ==, != or in.", left.text)
		}
	case condNumber, condTime, condDate, condNothing:
	}
	return nil
}

// fits checks a constant.
func (b subject) fits(left, c *expr) *condError {
	switch b.asks {
	case condCode, condMulti:
		if c.kind != exprText || !slices.Contains(b.codes, c.text) {
			return failAt(c, "%s is never %s. It can be %s.%s", left.text, c.show(), listed(b.codes), didYouMean(c.text, b.codes))
		}
	case condNumber:
		if c.kind != exprNumber {
			return failAt(c, "%s is a number. Compare it with one, without quotes: %s >= 3.", left.text, left.text)
		}
	case condTime:
		if _, ok := parseClock(c.text); !ok {
			return failAt(c, "%s is a time of day. Write it as '14:05'.", left.text)
		}
	case condDate:
		if !isDate(c.text) {
			return failAt(c, "%s is a date. Write it as '2026-11-21'.", left.text)
		}
	case condFree:
		if c.kind != exprText {
			return failAt(c, "%s is a word. Write it in quotes: '%s'.", left.text, c.number)
		}
	case condNothing:
	}
	return nil
}

// listed writes codes as in a sentence, the first dozen of them.
func listed(codes []string) string {
	const most = 12
	shown := make([]string, 0, most)
	for i, c := range codes {
		if i == most {
			return strings.Join(shown, ", ") + " and others"
		}
		shown = append(shown, "'"+c+"'")
	}
	if len(shown) == 0 {
		return "nothing"
	}
	return strings.Join(shown, ", ")
}

// isDate reports whether s is a day of the calendar.
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil && len(s) == len(time.DateOnly)
}

// Channels lists the channels that a branch may have.
func Channels() []string { return slices.Clone(channels) }
