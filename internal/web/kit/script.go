package kit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	input "github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"plainclothes/internal/catalogue"
)

// translateScript puts the words of one of our scripts into another language before it is sent, so that a phone neither
// carries a catalogue nor looks anything up. Words are texts with a blank or a capital letter, and whatever is handed to
// plural or word; a text with data in it is a message with places.
func translateScript(src []byte, say func(message string) (string, bool)) ([]byte, error) {
	tokens, err := scriptTokens(src)
	if err != nil {
		return nil, err
	}
	t := scriptTranslator{tokens: tokens, say: say}
	return t.until(len(tokens)), nil
}

// scriptToken is one token of a script.
type scriptToken struct {
	kind js.TokenType
	text []byte
}

// scriptTokens reads a whole script.
func scriptTokens(src []byte) ([]scriptToken, error) {
	lexer := js.NewLexer(input.NewInputBytes(bytes.Clone(src)))
	var out []scriptToken
	before := scriptToken{}
	for {
		kind, text := lexer.Next()
		if (kind == js.DivToken || kind == js.DivEqToken) && beforeRegExp(before) {
			kind, text = lexer.RegExp()
		}
		if kind == js.ErrorToken {
			if err := lexer.Err(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("read script: %w", err)
			}
			return out, nil
		}
		tok := scriptToken{kind, bytes.Clone(text)}
		out = append(out, tok)
		if !blankToken(kind) {
			before = tok
		}
	}
}

func blankToken(k js.TokenType) bool {
	return k == js.WhitespaceToken || k == js.LineTerminatorToken || k == js.CommentToken || k == js.CommentLineTerminatorToken
}

// beforeRegExp reports whether a slash behind this token begins a regular expression: behind a value it divides.
func beforeRegExp(t scriptToken) bool {
	switch t.kind {
	case js.CloseParenToken, js.CloseBracketToken, js.CloseBraceToken, js.StringToken, js.TemplateToken, js.TemplateEndToken, js.RegExpToken, js.ThisToken:
		return false
	default:
	}
	return !js.IsNumeric(t.kind) && (!js.IsIdentifierName(t.kind) || t.kind == js.ReturnToken || t.kind == js.TypeofToken || t.kind == js.CaseToken || t.kind == js.InToken)
}

type scriptTranslator struct {
	tokens []scriptToken
	at     int
	calls  []string // names of the functions whose brackets are open
	say    func(message string) (string, bool)
}

// until writes the tokens up to end, with the words among them translated.
func (t *scriptTranslator) until(end int) []byte {
	var out []byte
	for t.at < end {
		tok := t.tokens[t.at]
		switch tok.kind {
		case js.OpenParenToken:
			t.calls = append(t.calls, t.callee())
		case js.CloseParenToken:
			t.calls = t.calls[:max(len(t.calls)-1, 0)]
		case js.StringToken:
			out = append(out, t.text(tok.text)...)
			t.at++
			continue
		case js.TemplateToken, js.TemplateStartToken:
			out = append(out, t.template()...)
			continue
		default:
		}
		out = append(out, tok.text...)
		t.at++
	}
	return out
}

// callee names the function whose bracket opens here.
func (t *scriptTranslator) callee() string {
	for i := t.at - 1; i >= 0; i-- {
		if !blankToken(t.tokens[i].kind) {
			if js.IsIdentifierName(t.tokens[i].kind) {
				return string(t.tokens[i].text)
			}
			return ""
		}
	}
	return ""
}

// scriptWords are the functions of the scripts whose texts are always words.
var scriptWords = []string{"plural", "word"}

// isWords reports whether a text is for people, as far as its form can tell; the catalogue has the last word.
func (t *scriptTranslator) isWords(s string) bool {
	if n := len(t.calls); n > 0 && slices.Contains(scriptWords, t.calls[n-1]) {
		return true
	}
	return strings.Contains(s, " ") || s != "" && s[0] >= 'A' && s[0] <= 'Z'
}

// text translates a quoted text.
func (t *scriptTranslator) text(quoted []byte) []byte {
	s := unquoteScript(string(quoted[1 : len(quoted)-1]))
	if !t.isWords(s) || !hasLetter([]byte(s)) {
		return quoted
	}
	core := strings.TrimSpace(s)
	said, ok := t.say(core)
	if !ok {
		return quoted
	}
	before, after, _ := strings.Cut(s, core)
	said = before + said + after
	q := string(quoted[:1])
	return []byte(q + strings.NewReplacer(`\`, `\\`, q, `\`+q, "\n", `\n`).Replace(said) + q)
}

// unquoteScript undoes the escapes that our scripts use in words.
func unquoteScript(s string) string {
	return strings.NewReplacer(`\'`, `'`, `\"`, `"`, "\\`", "`", `\n`, "\n", `\\`, `\`).Replace(s)
}

// template translates a text between backquotes, whose places are expressions.
func (t *scriptTranslator) template() []byte {
	words := []string{}
	var places [][]byte
	open := t.isWords
	first := t.tokens[t.at]
	t.at++
	if first.kind == js.TemplateToken {
		words = append(words, string(first.text[1:len(first.text)-1]))
	} else {
		words = append(words, string(first.text[1:len(first.text)-2]))
		for done := false; !done; {
			end := t.placeEnd()
			places = append(places, t.until(end))
			tok := t.tokens[t.at]
			t.at++
			if done = tok.kind == js.TemplateEndToken; done {
				words = append(words, string(tok.text[1:len(tok.text)-1]))
			} else {
				words = append(words, string(tok.text[1:len(tok.text)-2]))
			}
		}
	}
	return t.filled(words, places, open)
}

// placeEnd finds the token that ends the expression which begins here.
func (t *scriptTranslator) placeEnd() int {
	depth := 0
	for i := t.at; i < len(t.tokens); i++ {
		switch t.tokens[i].kind {
		case js.TemplateStartToken:
			depth++
		case js.TemplateEndToken:
			if depth == 0 {
				return i
			}
			depth--
		case js.TemplateMiddleToken:
			if depth == 0 {
				return i
			}
		default:
		}
	}
	return len(t.tokens) - 1
}

// filled writes a text between backquotes, translated where it is a message.
func (t *scriptTranslator) filled(words []string, places [][]byte, isWords func(string) bool) []byte {
	var message strings.Builder
	letters := false
	for i, w := range words {
		letters = letters || hasLetter([]byte(w))
		message.WriteString(unquoteScript(w))
		if i < len(places) {
			message.WriteString("{" + strconv.Itoa(i+1) + "}")
		}
	}
	all := message.String()
	core := strings.TrimRight(strings.TrimLeft(all, leadingSigns), trailingSigns)
	if letters && isWords(core) {
		if said, ok := t.say(core); ok {
			before, after, _ := strings.Cut(all, core)
			return fillScript(before+said+after, places)
		}
	}
	out := []byte{'`'}
	for i, w := range words {
		out = append(out, w...)
		if i < len(places) {
			out = append(append(append(out, "${"...), places[i]...), '}')
		}
	}
	return append(out, '`')
}

func fillScript(message string, places [][]byte) []byte {
	out := []byte{'`'}
	for _, p := range catalogue.Pieces(message) {
		if p.Place == 0 || p.Place > len(places) {
			out = append(out, strings.NewReplacer(`\`, `\\`, "`", "\\`", "${", "\\${", "\n", `\n`).Replace(p.Words)...)
			continue
		}
		out = append(append(append(out, "${"...), places[p.Place-1]...), '}')
	}
	return append(out, '`')
}
