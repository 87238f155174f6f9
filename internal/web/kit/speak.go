package kit

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	syntax "text/template/parse"

	"plainclothes/internal/catalogue"
)

// speaker puts a template's own words into another language, once, when the template is read: the text between tags, the
// attributes that people hear or read, and the words that templates hand to functions. Words that only come with the data
// are said when the page is made; spoken lists where those stand.
//
// A message is the text between two tags, with what the data put into it as numbered places, so that a language may have
// them in its own order.
type speaker struct {
	say  func(message string) (string, bool) // the translation, false when there is none
	ours func(expression string) bool        // what this prints are words of ours
}

// A place in the markup.
type markMode int

const (
	markText markMode = iota
	markTag
	markValue // of an attribute, between quotes
	markComment
	markRaw // in a script or style
)

type mark struct {
	mode  markMode
	quote byte
	attr  string // the attribute whose value this is
	tag   string
}

// heard are the attributes that people read or hear; data-bad is what a script shows when something was not saved, data-label
// what stands before a cell on a narrow screen.
var heard = []string{"aria-label", "aria-description", "title", "placeholder", "alt", "aria-roledescription", "aria-valuetext", "label", "data-bad", "data-label"}

// speaks reports whether words stand here.
func (m mark) speaks() bool {
	return m.mode == markText || m.mode == markValue && slices.Contains(heard, m.attr)
}

// tree rewrites one template.
func (sp *speaker) tree(t *syntax.Tree) {
	if t != nil && t.Root != nil {
		m := mark{}
		if attributes.Match(firstText(t.Root)) {
			m.mode = markTag
		}
		sp.list(t.Root, m)
	}
}

// attributes begin a template that is put inside a tag.
var attributes = regexp.MustCompile(`^ [a-z-]+="`)

// firstText finds the text with which a template begins.
func firstText(l *syntax.ListNode) []byte {
	if l == nil || len(l.Nodes) == 0 {
		return nil
	}
	switch n := l.Nodes[0].(type) {
	case *syntax.TextNode:
		return n.Text
	case *syntax.IfNode:
		return firstText(n.List)
	case *syntax.WithNode:
		return firstText(n.List)
	}
	return nil
}

// run is a stretch of words and printed data that is said as one.
type run struct {
	nodes []syntax.Node // texts and actions
	words bool          // one of the texts has a letter
}

// list rewrites the nodes of a list and gives where the markup stands after it.
func (sp *speaker) list(l *syntax.ListNode, m mark) mark {
	if l == nil {
		return m
	}
	var out []syntax.Node
	var now run
	flush := func() {
		out = append(out, sp.said(now)...)
		now = run{}
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *syntax.TextNode:
			m = splitMarkup(n, m, func(text *syntax.TextNode, words bool) {
				if !words {
					flush()
					out = append(out, text)
					return
				}
				now.nodes, now.words = append(now.nodes, text), now.words || hasLetter(text.Text)
			})
		case *syntax.ActionNode:
			sp.pipe(n.Pipe)
			if m.speaks() && prints(n) {
				now.nodes = append(now.nodes, n)
				continue
			}
			flush()
			out = append(out, n)
		default:
			flush()
			m = sp.branch(n, m)
			out = append(out, n)
		}
	}
	flush()
	l.Nodes = out
	return m
}

// branch rewrites what hangs below a node that is neither text nor printed.
func (sp *speaker) branch(n syntax.Node, m mark) mark {
	switch n := n.(type) {
	case *syntax.IfNode:
		return sp.arms(n.List, n.ElseList, m)
	case *syntax.RangeNode:
		return sp.arms(n.List, n.ElseList, m)
	case *syntax.WithNode:
		return sp.arms(n.List, n.ElseList, m)
	case *syntax.TemplateNode:
		sp.pipe(n.Pipe)
	}
	return m
}

func (sp *speaker) arms(list, other *syntax.ListNode, m mark) mark {
	sp.list(other, m)
	return sp.list(list, m)
}

// prints reports whether an action writes words or data: neither an assignment nor a picture.
func prints(n *syntax.ActionNode) bool {
	if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) == 0 {
		return false
	}
	id, ok := n.Pipe.Cmds[0].Args[0].(*syntax.IdentifierNode)
	return !ok || id.Ident != "icon" && id.Ident != "asset"
}

// said gives the nodes that say a run in the other language, or the run itself.
func (sp *speaker) said(r run) []syntax.Node {
	for _, n := range r.nodes {
		if a, ok := n.(*syntax.ActionNode); ok && sp.ours(expression(a)) {
			sayAction(a)
		}
	}
	if !r.words {
		return r.nodes
	}
	before, message, after, actions := messageOf(r)
	if strings.HasPrefix(message, "/") { // an address
		return r.nodes
	}
	text, ok := sp.say(message)
	if !ok {
		return r.nodes
	}
	out := []syntax.Node{textNode(before)}
	for _, p := range catalogue.Pieces(text) {
		switch {
		case p.Place == 0:
			out = append(out, textNode(html.EscapeString(p.Words)))
		case p.Place <= len(actions):
			if p.Ours {
				sayAction(actions[p.Place-1])
			}
			out = append(out, actions[p.Place-1])
		}
	}
	return append(out, textNode(after))
}

// expression is an action as it is written.
func expression(a *syntax.ActionNode) string { return a.Pipe.String() }

// sayAction has what an action prints translated.
func sayAction(a *syntax.ActionNode) {
	for _, c := range a.Pipe.Cmds {
		if id, ok := c.Args[0].(*syntax.IdentifierNode); ok && id.Ident == "say" {
			return
		}
	}
	say := syntax.NewIdentifier("say").SetPos(a.Pos)
	a.Pipe.Cmds = append(a.Pipe.Cmds, &syntax.CommandNode{NodeType: syntax.NodeCommand, Pos: a.Pos, Args: []syntax.Node{say}})
}

func textNode(s string) *syntax.TextNode {
	return &syntax.TextNode{NodeType: syntax.NodeText, Text: []byte(s)}
}

// Signs at the ends of a run that belong to the page and not to the message.
const (
	leadingSigns  = " \t\r\n\u00a0·,;:.)|"
	trailingSigns = " \t\r\n\u00a0·,;(|"
)

// messageOf writes a run as a message; before and after are the signs around it, as markup.
func messageOf(r run) (before, message, after string, actions []*syntax.ActionNode) {
	var b strings.Builder
	for _, n := range r.nodes {
		switch n := n.(type) {
		case *syntax.TextNode:
			b.WriteString(html.UnescapeString(string(n.Text)))
		case *syntax.ActionNode:
			actions = append(actions, n)
			b.WriteString("{" + strconv.Itoa(len(actions)) + "}")
		}
	}
	all := b.String()
	rest := strings.TrimLeft(all, leadingSigns)
	before = all[:len(all)-len(rest)]
	message = strings.TrimRight(rest, trailingSigns)
	return html.EscapeString(before), oneLine(message), html.EscapeString(rest[len(message):]), actions
}

// oneLine makes one blank of white space, as browsers do.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }), " ")
}

func hasLetter(b []byte) bool {
	return strings.ContainsFunc(html.UnescapeString(string(b)), func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' })
}

// splitMarkup gives the parts of a text that are words and those that are markup, in order, and where the markup stands
// after them.
func splitMarkup(n *syntax.TextNode, m mark, part func(text *syntax.TextNode, words bool)) mark {
	text, from := n.Text, 0
	emit := func(to int, words bool) {
		if to > from {
			part(&syntax.TextNode{NodeType: syntax.NodeText, Pos: n.Pos + syntax.Pos(from), Text: text[from:to]}, words)
		}
		from = to
	}
	for i := 0; i < len(text); {
		words := m.speaks()
		next, size := m.step(text, i)
		if next.speaks() != words { // nowhere else: a tag in two pieces would be none to who reads them one by one
			end := i
			if !words { // the sign that ends markup belongs to it
				end = i + size
			}
			emit(end, words)
		}
		m, i = next, i+size
	}
	emit(len(text), m.speaks())
	return m
}

// step reads the sign at i.
func (m mark) step(text []byte, i int) (next mark, size int) {
	b, rest := text[i], text[i:]
	switch m.mode {
	case markText:
		if b != '<' {
			return m, 1
		}
		if strings.HasPrefix(string(rest[:min(4, len(rest))]), "<!--") {
			return mark{mode: markComment}, 4
		}
		return mark{mode: markTag, tag: tagName(rest)}, 1
	case markTag:
		return m.inTag(text, i)
	case markValue:
		if b == m.quote {
			return mark{mode: markTag, tag: m.tag}, 1
		}
	case markComment:
		if strings.HasPrefix(string(rest[:min(3, len(rest))]), "-->") {
			return mark{}, 3
		}
	case markRaw:
		if closing := "</" + m.tag; b == '<' && strings.HasPrefix(string(rest), closing) {
			return mark{mode: markTag}, 1
		}
	}
	return m, 1
}

func (m mark) inTag(text []byte, i int) (mark, int) {
	switch b := text[i]; b {
	case '>':
		if m.tag == "script" || m.tag == "style" {
			return mark{mode: markRaw, tag: m.tag}, 1
		}
		return mark{}, 1
	case '"', '\'':
		return mark{mode: markValue, quote: b, attr: attributeBefore(text[:i]), tag: m.tag}, 1
	}
	return m, 1
}

// tagName reads the name behind the sign that opens a tag, "" for one that closes.
func tagName(b []byte) string {
	i := 1
	for i < len(b) && (b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z') {
		i++
	}
	return strings.ToLower(string(b[1:i]))
}

// attributeBefore reads the name of the attribute whose value begins here.
func attributeBefore(b []byte) string {
	s, ok := strings.CutSuffix(strings.TrimRight(string(b), " \t\n"), "=")
	if !ok {
		return ""
	}
	return strings.ToLower(s[strings.LastIndexAny(s, " \t\n\"'<")+1:])
}

// handed are the functions and methods that take words of ours, with which of their arguments those are.
var handed = map[string][]int{"field": {2}, "plural": {2, 3}, "Help": {1}, "NewField": {2}}

// pipe translates the words that are handed to functions.
func (sp *speaker) pipe(p *syntax.PipeNode) {
	if p == nil {
		return
	}
	for _, c := range p.Cmds {
		sp.command(c)
	}
}

func (sp *speaker) command(c *syntax.CommandNode) {
	words := handed[called(c.Args[0])]
	for i, arg := range c.Args {
		switch a := arg.(type) {
		case *syntax.StringNode:
			if !slices.Contains(words, i) || !hasLetter([]byte(a.Text)) {
				continue
			}
			if text, ok := sp.say(a.Text); ok {
				a.Text, a.Quoted = text, strconv.Quote(text)
			}
		case *syntax.PipeNode:
			sp.pipe(a)
		case *syntax.ChainNode:
			if inner, ok := a.Node.(*syntax.PipeNode); ok {
				own := inner.CopyPipe() // a copied chain still has the pipe of the one it was copied from, in its language
				a.Node = own
				sp.pipe(own)
			}
		}
	}
}

// called names the function or method that a command calls, "" for none.
func called(n syntax.Node) string {
	switch n := n.(type) {
	case *syntax.IdentifierNode:
		return n.Ident
	case *syntax.ChainNode:
		return n.Field[len(n.Field)-1]
	case *syntax.FieldNode:
		return n.Ident[len(n.Ident)-1]
	case *syntax.VariableNode:
		return n.Ident[len(n.Ident)-1]
	}
	return ""
}
