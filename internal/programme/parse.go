package programme

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Parse reads a programme file, YAML 1.2 or JSON, of at most 2 MB. The Programme is nil when an Error is among the
// problems, of which as many as 50 are told at once. Time and memory are bounded whatever the input.
func Parse(src []byte) (*Programme, Problems) {
	c := &collector{}
	text, ok := readable(src, c)
	if !ok {
		return nil, c.problems()
	}
	t, err := parseTree(text)
	if err != nil {
		return nil, Problems{notReadable(err)}
	}
	c.root = t
	p := sound(t, c)
	if p != nil {
		p.src = t
	}
	return p, c.problems()
}

// sound decodes and checks; nil when something is wrong.
func sound(t *tree, c *collector) *Programme {
	p := decode(t, c)
	if p == nil {
		return nil
	}
	check(p, c)
	if c.failed() {
		return nil
	}
	p.ix = newIndex(p)
	return p
}

// notReadable tells why there is no tree.
func notReadable(err error) Problem {
	if p, ok := err.(*placed); ok { //nolint:errorlint // made a few lines above, never wrapped
		return Problem{Line: p.line, Column: p.col, Message: p.message}
	}
	return Problem{Message: sentence(err.Error())}
}

// parseTree reads JSON where it is JSON and YAML otherwise.
func parseTree(text []byte) (*tree, error) {
	if bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		t, err := treeFromJSON(text)
		if err == nil {
			return t, nil
		}
		if isRefusal(err) {
			return nil, err
		}
	}
	if p := indentedByTab(text); p != nil {
		return nil, p
	}
	return treeFromYAML(string(text))
}

// byteOrderMark may begin a file; editors on Windows write it.
var byteOrderMark = []byte("\uFEFF")

// maxMarks is how many signs that make structure a file may hold; the largest programme stays well inside.
const maxMarks = 250_000

// readable refuses files that are too large or no text, and normalises line ends.
func readable(src []byte, c *collector) ([]byte, bool) {
	if len(src) > maxBytes {
		c.at(Error, nil, "", fmt.Sprintf("This file has %.1f MB; at most 2 MB are read. %s", float64(len(src))/(1<<20), limitsSentence))
		return nil, false
	}
	text := bytes.TrimPrefix(src, byteOrderMark)
	if len(bytes.TrimSpace(text)) == 0 {
		c.at(Error, nil, "", "This file is empty.")
		return nil, false
	}
	if at := firstUnreadable(text); at >= 0 {
		line, col := lineOf(text, at)
		c.at(Error, &tree{line: line, col: col}, "", unreadableSentence(text[at:]))
		return nil, false
	}
	if marks(text) > maxMarks {
		c.at(Error, nil, "", fmt.Sprintf("This file has more than %d marks of structure. %s", maxMarks, limitsSentence))
		return nil, false
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(text, []byte("\r"), []byte("\n")), true
}

// marks counts the signs that make structure.
func marks(text []byte) int {
	n := 0
	for _, b := range text {
		switch b {
		case ',', ':', '-', '[', ']', '{', '}', '\n', '#', '&', '*', '?', '!', '|', '>':
			n++
		}
	}
	return n
}

// firstUnreadable gives the first byte that is no text: broken UTF-8 or a control character; -1 when all is well.
func firstUnreadable(text []byte) int {
	for i := 0; i < len(text); {
		if b := text[i]; b < utf8.RuneSelf {
			if isControl(rune(b)) {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || isControl(r) {
			return i
		}
		i += size
	}
	return -1
}

// isControl reports whether r is a control character other than tab and line ends, or no character.
func isControl(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return false
	case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF, r == 0x2028, r == 0x2029:
		return true
	}
	return false
}

// unreadableSentence says what stands there.
func unreadableSentence(rest []byte) string {
	r, size := utf8.DecodeRune(rest)
	if r == utf8.RuneError && size == 1 {
		return "Here is a byte that is not UTF-8. Save the file as UTF-8."
	}
	return fmt.Sprintf("Here is the control character U+%04X, which cannot be seen. Delete it.", r)
}

// lineOf gives line and column of a byte.
func lineOf(text []byte, at int) (line, col int) {
	before := text[:at]
	line = bytes.Count(before, []byte("\n")) + 1
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// indentedByTab finds a tab among the white space that begins a line: YAML takes only spaces there.
func indentedByTab(text []byte) *placed {
	line := 0
	for l := range bytes.Lines(text) {
		line++
		rest := bytes.TrimLeft(l, " ")
		if len(rest) > 0 && rest[0] == '\t' && len(bytes.TrimSpace(rest)) > 0 {
			return &placed{line, len(l) - len(rest) + 1, "This line is indented by a tab. YAML takes spaces only: use two for each level."}
		}
	}
	return nil
}

// FromCanonical reads what Canonical wrote. It is checked like any file, so that what was tampered with is refused.
func FromCanonical(b []byte) (*Programme, error) {
	c := &collector{}
	if len(b) > maxBytes {
		return nil, fmt.Errorf("read programme: %d bytes are more than a programme has", len(b))
	}
	if at := firstUnreadable(b); at >= 0 {
		return nil, fmt.Errorf("read programme: byte %d is no text", at)
	}
	t, err := treeFromJSON(b)
	if err != nil {
		return nil, fmt.Errorf("read programme: %w", err)
	}
	c.root = t
	p := sound(t, c)
	if p == nil {
		return nil, fmt.Errorf("read programme: %w", c.problems().Err())
	}
	return p, nil
}

// Check tells what is wrong with a programme that was changed after it was read; no Error means that it is sound. The
// conditions are compiled anew from their sources, into the copy that is given back; nil when there is an Error.
func Check(p *Programme) (*Programme, Problems) {
	t := encode(p)
	c := &collector{root: t}
	return sound(t, c), c.problems()
}

// isRefusal reports whether a file was understood but is more than a programme can be.
func isRefusal(err error) bool { return errors.Is(err, errTooDeep) || errors.Is(err, errManyKeys) }
