package programme

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// placed is an error that knows where in the file it is.
type placed struct {
	line, col int
	message   string
}

// Error gives the message with its line.
func (p *placed) Error() string { return fmt.Sprintf("line %d: %s", p.line, p.message) }

// treeFromYAML reads one YAML 1.2 document in which nothing refers to anything else.
// The tokens are looked at before the parser sees them, since its time grows with the square of a group's keys and its
// stack with the depth.
func treeFromYAML(src string) (t *tree, err error) {
	defer func() {
		// The library must not be able to take the server down with a file that it does not understand.
		if r := recover(); r != nil {
			t, err = nil, &placed{line: 1, col: 1, message: "This cannot be read as YAML. Check indentation, quotes and brackets."}
		}
	}()
	tokens := lexer.Tokenize(src)
	if err := guardTokens(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntaxError(err)
	}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			return treeOf(doc.Body, 0)
		}
	}
	return nil, &placed{line: 1, col: 1, message: "This file is empty."}
}

// syntaxError gives the library's complaint its place and the way out.
func syntaxError(err error) error {
	p := &placed{line: 1, col: 1, message: "This cannot be read as YAML: " + err.Error()}
	var y yaml.Error
	if errors.As(err, &y) {
		p.message = fmt.Sprintf("This cannot be read as YAML: %s. Check indentation, quotes and brackets here.", y.GetMessage())
		if tk := y.GetToken(); tk != nil && tk.Position != nil {
			p.line, p.col = tk.Position.Line, tk.Position.Column
		}
	}
	return p
}

// treeOf turns the library's node into ours.
func treeOf(n ast.Node, depth int) (*tree, error) {
	tk := n.GetToken()
	t := &tree{line: tk.Position.Line, col: tk.Position.Column}
	if depth > maxDepth {
		return nil, &placed{t.line, t.col, sentence(errTooDeep.Error())}
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		return t, t.addEntries(v.Values, depth)
	case *ast.MappingValueNode:
		return t, t.addEntries([]*ast.MappingValueNode{v}, depth)
	case *ast.SequenceNode:
		return t, t.addItems(v.Values, depth)
	case *ast.NullNode:
	case *ast.BoolNode:
		t.kind, t.text = treeBool, tk.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		t.kind, t.text = treeNumber, tk.Value
	case *ast.StringNode:
		t.kind, t.text = treeText, v.Value
	case *ast.LiteralNode:
		t.kind, t.text = treeText, v.Value.Value
	default:
		return nil, &placed{t.line, t.col, "A programme file has no use for this kind of YAML. Write plain keys and values."}
	}
	return t, nil
}

// addItems fills a list.
func (t *tree) addItems(values []ast.Node, depth int) error {
	t.kind = treeList
	t.list = make([]*tree, 0, len(values))
	for _, v := range values {
		item, err := treeOf(v, depth+1)
		if err != nil {
			return err
		}
		t.list = append(t.list, item)
	}
	return nil
}

// addEntries fills a map; its place is that of its first key.
func (t *tree) addEntries(values []*ast.MappingValueNode, depth int) error {
	t.kind = treeMap
	t.entries = make([]entry, 0, len(values))
	for _, v := range values {
		key, err := treeOf(v.Key, depth+1)
		if err != nil {
			return err
		}
		if key.kind == treeList || key.kind == treeMap {
			return &placed{key.line, key.col, "A key must be one word."}
		}
		value, err := treeOf(v.Value, depth+1)
		if err != nil {
			return err
		}
		t.entries = append(t.entries, entry{key: key.text, value: value, line: key.line, col: key.col})
	}
	if len(t.entries) > 0 {
		t.line, t.col = t.entries[0].line, t.entries[0].col
	}
	return nil
}

// Limits of what is handed to the YAML parser. The largest programme allowed stays well inside.
const (
	maxTokens = 250_000
	maxKeys   = 250 // in one group
)

// block is a list or a group that is open at some column, outside brackets, or a bracket.
type block struct {
	col, keys int
	dash      bool
}

// guard follows the structure of the tokens without a stack of calls.
type guard struct {
	blocks, brackets []block
	documents        int
	questions        int
}

// refused are the tokens that a programme file has no use for.
var refused = map[token.Type]string{
	token.AnchorType:     "Anchors (&name) are not read in programme files: write the value out.",
	token.AliasType:      "Aliases (*name) are not read in programme files: write the value out, or put it in quotes if it is a text.",
	token.MergeKeyType:   "Merge keys (<<) are not read in programme files: write the keys out.",
	token.TagType:        "Tags (!name) are not read in programme files: leave it out, or put the text in quotes.",
	token.DirectiveType:  "Directives (%…) are not read in programme files: leave the line out, or put the text in quotes.",
	token.MappingKeyType: "A “?” key is not read in programme files: write key: value, or put the text in quotes.",
}

// guardTokens refuses what the parser could choke on.
func guardTokens(tokens token.Tokens) error {
	if len(tokens) > maxTokens {
		return &placed{1, 1, fmt.Sprintf("This file holds more than %d words and signs. %s", maxTokens, limitsSentence)}
	}
	var g guard
	for i, tk := range tokens {
		if message := g.token(tokens, i, tk); message != "" {
			return &placed{tk.Position.Line, tk.Position.Column, message}
		}
	}
	return nil
}

// token looks at one token and gives what is wrong with it, "" for nothing.
func (g *guard) token(tokens token.Tokens, i int, tk *token.Token) string {
	if message, ok := refused[tk.Type]; ok {
		return message
	}
	if tk.Error != "" {
		return "This cannot be read as YAML: " + tk.Error + "."
	}
	switch tk.Type {
	case token.DocumentHeaderType:
		if g.documents++; g.documents > 1 || i > 0 && len(g.blocks) > 0 {
			return "A second document (---) begins here. Keep one programme in a file."
		}
	case token.MappingStartType, token.SequenceStartType:
		g.brackets = append(g.brackets, block{})
	case token.MappingEndType, token.SequenceEndType:
		g.brackets = g.brackets[:max(0, len(g.brackets)-1)]
	case token.SequenceEntryType:
		g.open(tk.Position.Column, true)
	case token.MappingValueType:
		return g.key(tokens, i)
	default:
	}
	if len(g.blocks)+len(g.brackets) > maxDepth {
		return sentence(errTooDeep.Error())
	}
	return ""
}

// key counts a key of the group that is open, and the questions by their kinds.
func (g *guard) key(tokens token.Tokens, i int) string {
	keys := 0
	if i > 0 && tokens[i-1].Value == "kind" {
		if g.questions++; g.questions > maxQuestions {
			return fmt.Sprintf("Here begins question %d. %s", g.questions, limitsSentence)
		}
	}
	if n := len(g.brackets); n > 0 {
		g.brackets[n-1].keys++
		keys = g.brackets[n-1].keys
	} else if i > 0 {
		keys = g.open(tokens[i-1].Position.Column, false)
	}
	if keys > maxKeys {
		return fmt.Sprintf("This group has more than %d keys. %s", maxKeys, limitsSentence)
	}
	if len(g.blocks)+len(g.brackets) > maxDepth {
		return sentence(errTooDeep.Error())
	}
	return ""
}

// open enters or continues the block at a column and gives how many entries it has.
func (g *guard) open(col int, dash bool) int {
	if len(g.brackets) > 0 {
		return 0
	}
	n := len(g.blocks)
	for n > 0 && (g.blocks[n-1].col > col || g.blocks[n-1].col == col && g.blocks[n-1].dash && !dash) {
		n--
	}
	g.blocks = g.blocks[:n]
	if n == 0 || g.blocks[n-1].col != col || g.blocks[n-1].dash != dash {
		g.blocks = append(g.blocks, block{col: col, dash: dash})
		n++
	}
	g.blocks[n-1].keys++
	return g.blocks[n-1].keys
}

// sentence makes a sentence of an error's text.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
