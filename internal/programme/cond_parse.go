package programme

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Conditions are this subset of CEL; precedence is CEL's. A comparison has a name on one side and a constant on the
// other.
//
//	condition  = and { "||" and } ;
//	and        = comparison { "&&" comparison } ;
//	comparison = unary [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" ) unary ] ;
//	unary      = "!" unary | "(" condition ")" | name | number | text | list ;
//	list       = "[" constant { "," constant } [ "," ] "]" ;
//	constant   = number | text ;
//	name       = identifier [ "." identifier ] ;
//	identifier = letter { letter | digit | "_" } ;
//	number     = [ "-" ] digit { digit } [ "." digit { digit } ] ;
//	text       = "'" { character | escape } "'" | '"' { character | escape } '"' ;
//	escape     = "\" ( "\" | "'" | '"' | "n" | "r" | "t" | "u" hex hex hex hex ) ;

// Limits of one condition.
const (
	maxCondition      = 2000 // characters
	maxConditionDepth = 32
)

// exprKind says what a part of a condition is before names are looked up.
type exprKind int

const (
	exprName exprKind = iota
	exprNumber
	exprText
	exprList
	exprNot
	exprAnd
	exprOr
	exprRelation
)

// expr is a parsed part of a condition.
type expr struct {
	kind   exprKind
	op     Op     // of a relation
	text   string // of a name or a text
	number Decimal
	kids   []*expr
	at     int // byte in the source
}

// condError is what is wrong with a condition and where.
type condError struct {
	at      int
	message string
}

// condParser reads one condition. Reading goes on until the first error.
type condParser struct {
	src   string
	tok   condToken
	at    int // byte after tok
	depth int
	err   *condError
}

// condToken is one word or sign; kind is the sign itself, or one of the words below.
type condToken struct {
	kind   string
	text   string
	number Decimal
	at     int
}

const (
	tokenEnd    = "end"
	tokenName   = "name"
	tokenNumber = "number"
	tokenText   = "text"
)

// parseCondition reads a condition without looking up its names.
func parseCondition(src string) (*expr, *condError) {
	p := &condParser{src: src}
	p.next()
	e := p.or()
	if p.err == nil && p.tok.kind != tokenEnd {
		p.fail(p.tok.at, "Here a && or || is wanted, or the end, not %s.", p.tok.show())
	}
	return e, p.err
}

// show writes a token as a person sees it.
func (t condToken) show() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenName:
		return strconv.Quote(t.text)
	case tokenText:
		return "'" + t.text + "'"
	case tokenNumber:
		return t.number.String()
	}
	return strconv.Quote(t.kind)
}

// fail notes the first error.
func (p *condParser) fail(at int, format string, args ...any) {
	if p.err == nil {
		p.err = &condError{at: at, message: fmt.Sprintf(format, args...)}
	}
	p.tok = condToken{kind: tokenEnd, at: at}
	p.at = len(p.src)
}

// or reads a condition.
func (p *condParser) or() *expr { return p.chain("||", exprOr, p.and) }

// and reads what stands between ||.
func (p *condParser) and() *expr { return p.chain("&&", exprAnd, p.relation) }

// chain reads parts joined by a sign.
func (p *condParser) chain(sign string, kind exprKind, part func() *expr) *expr {
	first := part()
	if p.tok.kind != sign {
		return first
	}
	e := &expr{kind: kind, at: first.at, kids: []*expr{first}}
	for p.tok.kind == sign {
		p.next()
		e.kids = append(e.kids, part())
	}
	return e
}

// relation reads a comparison or what stands alone.
func (p *condParser) relation() *expr {
	left := p.unary()
	if !isRelation(p.tok.kind) {
		return left
	}
	e := &expr{kind: exprRelation, op: Op(p.tok.kind), at: left.at}
	p.next()
	e.kids = []*expr{left, p.unary()}
	if isRelation(p.tok.kind) {
		p.fail(p.tok.at, "A comparison has two sides. Join two comparisons with &&.")
	}
	return e
}

// isRelation reports whether a token compares.
func isRelation(kind string) bool {
	switch Op(kind) {
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpIn:
		return true
	case OpAnd, OpOr, OpNot, OpFeature:
	}
	return false
}

// unary reads one side of a comparison, a negation or brackets.
func (p *condParser) unary() *expr {
	if p.depth++; p.depth > maxConditionDepth {
		p.fail(p.tok.at, "This condition is nested more than %d deep. Make it simpler, or use fewer brackets.", maxConditionDepth)
	}
	defer func() { p.depth-- }()
	t := p.tok
	switch t.kind {
	case "!":
		p.next()
		return &expr{kind: exprNot, at: t.at, kids: []*expr{p.unary()}}
	case "(":
		p.next()
		e := p.or()
		p.expect(")", t.at)
		return e
	case "[":
		return p.constants()
	case tokenName:
		p.next()
		return &expr{kind: exprName, at: t.at, text: t.text}
	case tokenNumber, tokenText:
		return p.constant()
	}
	p.fail(t.at, "Here a question, scenario, branch.… or a bracket is wanted, not %s.", t.show())
	return &expr{at: t.at}
}

// expect takes a closing bracket.
func (p *condParser) expect(sign string, opened int) {
	if p.tok.kind != sign {
		p.fail(p.tok.at, "Here %q is wanted, for the bracket at character %d, not %s.", sign, p.character(opened), p.tok.show())
		return
	}
	p.next()
}

// constants reads a list.
func (p *condParser) constants() *expr {
	e := &expr{kind: exprList, at: p.tok.at}
	p.next()
	for p.tok.kind == tokenNumber || p.tok.kind == tokenText {
		e.kids = append(e.kids, p.constant())
		if p.tok.kind != "," {
			break
		}
		p.next()
	}
	if p.err == nil && len(e.kids) == 0 {
		p.fail(p.tok.at, "A list holds numbers or texts in quotes: ['a', 'b'].")
	}
	p.expect("]", e.at)
	return e
}

// constant reads a number or a text.
func (p *condParser) constant() *expr {
	e := &expr{kind: exprNumber, at: p.tok.at, text: p.tok.text, number: p.tok.number}
	if p.tok.kind == tokenText {
		e.kind = exprText
	}
	p.next()
	return e
}

// character gives the number of the character at a byte, from 1.
func (p *condParser) character(at int) int {
	return utf8.RuneCountInString(p.src[:min(at, len(p.src))]) + 1
}

// next reads one token.
func (p *condParser) next() {
	for p.at < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.at]) >= 0 {
		p.at++
	}
	p.tok = condToken{kind: tokenEnd, at: p.at}
	if p.at == len(p.src) {
		return
	}
	switch b := p.src[p.at]; {
	case b == '\'' || b == '"':
		p.quoted(b)
	case b >= '0' && b <= '9' || b == '-':
		p.numeral()
	case isWordByte(b):
		p.name()
	default:
		p.sign()
	}
}

// signs of conditions, the longer ones first.
var signs = []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ","}

// sign reads an operator or a bracket.
func (p *condParser) sign() {
	rest := p.src[p.at:]
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			p.tok.kind = s
			p.at += len(s)
			return
		}
	}
	switch rest[0] {
	case '=':
		p.fail(p.at, "To compare, write two: ==.")
	case '&', '|':
		p.fail(p.at, "Write it twice: %c%c.", rest[0], rest[0])
	default:
		r, _ := utf8.DecodeRuneInString(rest)
		p.fail(p.at, "%q has no meaning in a condition. Texts stand in quotes: 'buyer'.", r)
	}
}

// name reads an identifier or two with a dot.
func (p *condParser) name() {
	start := p.at
	for p.at < len(p.src) && (isWordByte(p.src[p.at]) || p.src[p.at] == '.') {
		p.at++
	}
	p.tok.kind, p.tok.text = tokenName, p.src[start:p.at]
	switch p.tok.text {
	case "in":
		p.tok.kind = string(OpIn)
	case "and":
		p.fail(start, "Write && for “and”.")
	case "or":
		p.fail(start, "Write || for “or”.")
	case "not":
		p.fail(start, "Write ! for “not”.")
	}
}

// numeral reads a number.
func (p *condParser) numeral() {
	start := p.at
	p.at++
	for p.at < len(p.src) && (isWordByte(p.src[p.at]) || p.src[p.at] == '.') {
		p.at++
	}
	written := p.src[start:p.at]
	d, ok := ParseDecimal(written)
	if !ok || strings.HasSuffix(written, ".") {
		p.fail(start, "%q is not a number that conditions know. Write it as 3 or 6.5, at most four decimals; texts stand in quotes.", shorten(written, 40))
		return
	}
	p.tok.kind, p.tok.number = tokenNumber, d
}

// quoted reads a text up to its closing quote.
func (p *condParser) quoted(quote byte) {
	start := p.at
	var b strings.Builder
	for p.at++; p.at < len(p.src); p.at++ {
		switch c := p.src[p.at]; c {
		case quote:
			p.at++
			p.tok.kind, p.tok.text = tokenText, b.String()
			return
		case '\\':
			if !p.escape(&b) {
				return
			}
		case '\n', '\r':
			p.fail(start, "A text in a condition stands on one line.")
			return
		default:
			b.WriteByte(c)
		}
	}
	p.fail(start, "This text has no closing %c.", quote)
}

// escapes of one letter.
var escapes = map[byte]byte{'\\': '\\', '\'': '\'', '"': '"', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads what follows a backslash and leaves p.at on its last byte.
func (p *condParser) escape(b *strings.Builder) bool {
	rest := p.src[p.at+1:]
	if rest != "" {
		if c, ok := escapes[rest[0]]; ok {
			b.WriteByte(c)
			p.at++
			return true
		}
		if r, ok := hexRune(rest); ok {
			b.WriteRune(r)
			p.at += 5
			return true
		}
	}
	p.fail(p.at, `After \ stands one of \ ' " n r t, or u and four hexadecimal digits.`)
	return false
}

// hexRune reads u00e9.
func hexRune(s string) (rune, bool) {
	if len(s) < 5 || s[0] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:5], 16, 16)
	return rune(n), err == nil && utf8.ValidRune(rune(n))
}
