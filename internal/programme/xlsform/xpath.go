package xlsform

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"plainclothes/internal/programme"
)

// Limits of one expression, so that what is made of it stays a condition that is read.
const (
	maxExpression = 4000 // characters
	maxDepth      = 12
	maxCondition  = 2000
)

// reference is ${name} in a cell.
var reference = regexp.MustCompile(`\$\{\s*([^{}]*?)\s*\}`)

// straight turns the quotes that word processors make into those that expressions have.
var straight = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "\u00a0", " ", "≥", ">=", "≤", "<=", "≠", "!=")

// node is a part of an expression: and, or, not, a comparison's sign, selected, ref, text, number.
type node struct {
	op   string
	text string
	kids []node
}

// xparser reads the part of XPath that forms use to ask about answers.
type xparser struct {
	toks  []node
	depth int
}

// errUnread is why an expression is not carried.
type errUnread string

func (e errUnread) Error() string { return string(e) }

// parseXPath reads an expression.
func parseXPath(src string) (node, error) {
	if utf8.RuneCountInString(src) > maxExpression {
		return node{}, errUnread("it is too long")
	}
	toks, err := tokens(straight.Replace(src))
	if err != nil {
		return node{}, err
	}
	p := &xparser{toks: toks}
	n, err := p.or()
	if err == nil && len(p.toks) > 0 {
		err = errUnread(fmt.Sprintf("%q does not fit where it stands", short(p.toks[0].text)))
	}
	return n, err
}

// tokens cuts an expression into words, references, texts, numbers and signs.
func tokens(s string) ([]node, error) {
	var out []node
	for {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		if s == "" {
			return out, nil
		}
		n, size, err := token(s)
		if err != nil {
			return nil, err
		}
		out, s = append(out, n), s[size:]
	}
}

var (
	tokenRef    = regexp.MustCompile(`^\$\{\s*([^{}]*?)\s*\}`)
	tokenText   = regexp.MustCompile(`^(?:'([^']*)'|"([^"]*)")`)
	tokenNumber = regexp.MustCompile(`^-?(\d+(\.\d+)?|\.\d+)`)
	tokenWord   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*`)
	tokenSign   = regexp.MustCompile(`^(!=|<=|>=|=|<|>|\(|\)|,)`)
)

// token takes one off the front.
func token(s string) (n node, size int, err error) {
	if m := tokenRef.FindStringSubmatch(s); m != nil {
		return node{op: "ref", text: m[1]}, len(m[0]), nil
	}
	if m := tokenText.FindStringSubmatch(s); m != nil {
		return node{op: "text", text: m[1] + m[2]}, len(m[0]), nil
	}
	for op, re := range map[string]*regexp.Regexp{"number": tokenNumber, "word": tokenWord, "sign": tokenSign} {
		if m := re.FindString(s); m != "" {
			return node{op: op, text: m}, len(m), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(s)
	return node{}, 0, errUnread(fmt.Sprintf("%q is not known here", string(r)))
}

// is reports whether the next token is this word or sign, and takes it.
func (p *xparser) is(text string) bool {
	if len(p.toks) > 0 && p.toks[0].text == text && (p.toks[0].op == "sign" || p.toks[0].op == "word") {
		p.toks = p.toks[1:]
		return true
	}
	return false
}

// chain reads operands with one word between them.
func (p *xparser) chain(op string, next func() (node, error)) (node, error) {
	first, err := next()
	n := node{op: op, kids: []node{first}}
	for err == nil && p.is(op) {
		var kid node
		kid, err = next()
		n.kids = append(n.kids, kid)
	}
	if len(n.kids) == 1 {
		return first, err
	}
	return n, err
}

func (p *xparser) or() (node, error)  { return p.chain("or", p.and) }
func (p *xparser) and() (node, error) { return p.chain("and", p.comparison) }

// comparison reads an operand, and what it is compared with.
func (p *xparser) comparison() (node, error) {
	left, err := p.operand()
	if err != nil {
		return left, err
	}
	for _, op := range []string{"=", "!=", "<=", ">=", "<", ">"} {
		if p.is(op) {
			right, err := p.operand()
			return node{op: op, kids: []node{left, right}}, err
		}
	}
	return left, nil
}

// operand reads brackets, not(), selected(), a reference or a constant.
func (p *xparser) operand() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, errUnread("it is too deep")
	}
	defer func() { p.depth-- }()
	if len(p.toks) == 0 {
		return node{}, errUnread("it ends too early")
	}
	if p.is("(") {
		return p.closed(p.or())
	}
	t := p.toks[0]
	p.toks = p.toks[1:]
	switch {
	case t.op == "ref" || t.op == "text" || t.op == "number":
		return t, nil
	case t.op == "word" && p.is("("):
		return p.call(t.text)
	}
	return node{}, errUnread(fmt.Sprintf("%q is not known here", short(t.text)))
}

// closed wants the bracket that closes.
func (p *xparser) closed(n node, err error) (node, error) {
	if err == nil && !p.is(")") {
		err = errUnread("a bracket is not closed")
	}
	return n, err
}

// call reads not() and selected(); other functions have no counterpart.
func (p *xparser) call(name string) (node, error) {
	switch name {
	case "not":
		n, err := p.closed(p.or())
		return node{op: "not", kids: []node{n}}, err
	case "selected":
		q, err := p.operand()
		if err != nil || !p.is(",") {
			return q, errUnread("selected() takes a question and a choice")
		}
		c, err := p.closed(p.operand())
		return node{op: "selected", kids: []node{q, c}}, err
	}
	return node{}, errUnread(name + "() has no counterpart")
}

// subject is what conditions can ask about.
type subject struct {
	id      string
	kind    programme.Kind    // "" for what was not carried
	codes   map[string]string // name of a choice → code
	order   []string          // names of the choices, as in the form
	gone    map[string]bool   // choices that became "does not apply" or "not observed"
	context string            // scenario, channel, format or branch
	twice   bool              // several questions have this name
}

// condition turns an expression into a condition of ours; the error says why it cannot.
func (r *reader) condition(src string) (string, error) {
	n, err := parseXPath(src)
	if err != nil {
		return "", err
	}
	out, err := r.write(n)
	if err == nil && utf8.RuneCountInString(out) > maxCondition {
		err = errUnread("it is too long")
	}
	return out, err
}

// write writes a part of a condition. An answer that is not there makes XPath's != true and ours false: that is why != is
// written as the opposite of ==.
func (r *reader) write(n node) (string, error) {
	switch n.op {
	case "and", "or":
		return r.join(n)
	case "not":
		s, err := r.write(n.kids[0])
		return "!(" + s + ")", err
	case "selected":
		return r.selected(n.kids[0], n.kids[1])
	case "=", "!=", "<", "<=", ">", ">=":
		return r.compare(n)
	}
	return "", errUnread("a value alone is no condition")
}

// join writes the parts of and and or.
func (r *reader) join(n node) (string, error) {
	parts := make([]string, len(n.kids))
	for i, k := range n.kids {
		s, err := r.write(k)
		if err != nil {
			return "", err
		}
		if parts[i] = s; k.op == "or" || strings.Contains(s, " || ") {
			parts[i] = "(" + s + ")"
		}
	}
	return strings.Join(parts, map[string]string{"and": " && ", "or": " || "}[n.op]), nil
}

// about gives the question of a reference.
func (r *reader) about(n node) (*subject, error) {
	if n.op != "ref" {
		return nil, errUnread("one side of a comparison must be a question")
	}
	s := r.asked[n.text]
	switch {
	case s == nil && len(r.named[n.text]) > 0:
		return nil, errUnread(fmt.Sprintf("conditions look back only, to questions that came along, and %s does not stand before", n.text))
	case s == nil:
		return nil, errUnread("there is no question " + n.text)
	case s.twice:
		return nil, errUnread("several questions are called " + n.text)
	case s.kind == "" && s.context == "":
		return nil, errUnread(n.text + " did not come along")
	}
	return s, nil
}

// mirror turns a comparison round.
var mirror = map[string]string{"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// compare writes a comparison of a question with a constant.
func (r *reader) compare(n node) (string, error) {
	left, right, op := n.kids[0], n.kids[1], n.op
	if left.op != "ref" {
		left, right, op = right, left, mirror[op]
	}
	s, err := r.about(left)
	if err != nil {
		return "", err
	}
	if right.op != "text" && right.op != "number" {
		return "", errUnread("a question is compared with a constant only")
	}
	if op == "!=" && right.op == "text" && right.text == "" && s.context == "" {
		return s.answered()
	}
	if op == "!=" {
		out, err := r.equal(s, right)
		return "!(" + out + ")", err
	}
	if op == "=" {
		return r.equal(s, right)
	}
	return r.order(s, op, right)
}

// equal writes that an answer is this one.
func (r *reader) equal(s *subject, c node) (string, error) {
	switch {
	case s.context == "branch":
		return "", errUnread("features are asked about by selected()")
	case s.context != "":
		return s.context + " == " + quote(c.text), nil
	case c.text == "" && c.op == "text":
		out, err := s.answered()
		return "!(" + out + ")", err
	}
	switch s.kind {
	case programme.YesNo, programme.WowKind, programme.LevelKind, programme.Choice, programme.Attention:
		to, err := s.code(c.text)
		return s.id + " == " + quote(to), err
	case programme.Rating, programme.Number, programme.Duration, programme.Money:
		return s.number("==", c.text)
	case programme.Time, programme.Date:
		if s.kind == programme.Time && !clock.MatchString(c.text) || s.kind == programme.Date && !day.MatchString(c.text) {
			return "", errUnread(fmt.Sprintf("%q is no %s such as %s", short(c.text), s.kind, map[programme.Kind]string{programme.Time: "14:05", programme.Date: "2026-01-31"}[s.kind]))
		}
		return s.id + " == " + quote(c.text), nil
	case programme.Multi:
		return "", errUnread(fmt.Sprintf("%s can have several answers; forms ask about those by selected(${%s}, '…')", s.id, s.id))
	case programme.Text, programme.StaffName, programme.Photo, programme.Receipt:
	}
	return "", errUnread("conditions cannot ask about the words of " + s.id)
}

var (
	clock = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	day   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

// code gives the code of a choice.
func (s *subject) code(name string) (string, error) {
	to, ok := s.codes[name]
	switch {
	case ok:
		return to, nil
	case s.gone[name]:
		return "", errUnread(fmt.Sprintf("%q became an answer of its own, which conditions do not see", short(name)))
	}
	return "", errUnread(fmt.Sprintf("%s has no choice %q", s.id, short(name)))
}

// number writes a comparison with a number.
func (s *subject) number(op, text string) (string, error) {
	if strings.HasPrefix(text, ".") {
		text = "0" + text
	}
	d, ok := programme.ParseDecimal(strings.Replace(text, "-.", "-0.", 1))
	if !ok {
		return "", errUnread(fmt.Sprintf("%s is a number, and %q is none that can be read", s.id, short(text)))
	}
	return s.id + " " + op + " " + d.String(), nil
}

// answered writes that a question has any answer.
func (s *subject) answered() (string, error) {
	if len(s.gone) > 0 {
		return "", errUnread("whether " + s.id + " was answered cannot be asked where it may not apply")
	}
	switch s.kind {
	case programme.YesNo, programme.WowKind, programme.LevelKind, programme.Choice, programme.Attention, programme.Multi:
		all := make([]string, len(s.order))
		for i, name := range s.order {
			all[i] = quote(s.codes[name])
		}
		return s.id + " in [" + strings.Join(all, ", ") + "]", nil
	case programme.Rating, programme.Number, programme.Duration, programme.Money:
		return "(" + s.id + " >= 0 || " + s.id + " < 0)", nil
	case programme.Time:
		return s.id + " >= '00:00'", nil
	case programme.Date:
		return s.id + " >= '0001-01-01'", nil
	case programme.Text, programme.StaffName, programme.Photo, programme.Receipt:
	}
	return "", errUnread("conditions cannot ask whether " + s.id + " has words or a picture")
}

// order writes that an answer is more or less; of choices that are numbers, which of them are.
func (r *reader) order(s *subject, op string, c node) (string, error) {
	switch s.kind {
	case programme.Rating, programme.Number, programme.Duration, programme.Money:
		return s.number(op, c.text)
	case programme.Choice, programme.Attention:
		return s.numbered(op, c.text)
	case programme.YesNo, programme.WowKind, programme.LevelKind, programme.Multi, programme.Text, programme.StaffName,
		programme.Time, programme.Date, programme.Photo, programme.Receipt:
	}
	return "", errUnread("more and less are asked of numbers only")
}

// numbered lists the choices whose number is more or less.
func (s *subject) numbered(op, text string) (string, error) {
	limit, ok := programme.ParseDecimal(text)
	var in []string
	for _, name := range s.order {
		d, isNumber := programme.ParseDecimal(name)
		if !ok || !isNumber {
			return "", errUnread("more and less are asked of numbers only")
		}
		if op == "<" && d < limit || op == "<=" && d <= limit || op == ">" && d > limit || op == ">=" && d >= limit {
			in = append(in, quote(s.codes[name]))
		}
	}
	if len(in) == 0 {
		return "", errUnread("no choice of " + s.id + " is that")
	}
	return s.id + " in [" + strings.Join(in, ", ") + "]", nil
}

// selected writes that a choice was taken.
func (r *reader) selected(q, c node) (string, error) {
	s, err := r.about(q)
	if err != nil {
		return "", err
	}
	if c.op != "text" && c.op != "number" {
		return "", errUnread("selected() takes a question and a choice")
	}
	if s.context == "branch" {
		return "branch." + c.text, nil
	}
	if s.kind != programme.Multi {
		return r.equal(s, c)
	}
	to, err := s.code(c.text)
	return s.id + " in [" + quote(to) + "]", err
}

// quote writes a text as in a condition.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + "'"
}
