package programme

import (
	"regexp"
	"strings"
)

// Export gives the programme as a YAML file: what Parse reads back as the same programme. Keys stand in the order of the
// format, without what it assumes anyway; words that other YAML readers could take for something else are in quotes.
func (p *Programme) Export() []byte {
	w := &yamlWriter{b: make([]byte, 0, 16<<10)}
	w.entries(encode(p), 0)
	return w.b
}

// maxFlow is the longest group, in bytes, that is written in one line.
const maxFlow = 160

// yamlWriter writes a tree as block YAML, small groups in one line.
type yamlWriter struct{ b []byte }

// indent begins a line.
func (w *yamlWriter) indent(depth int) {
	for range depth {
		w.b = append(w.b, "  "...)
	}
}

// entries writes the keys of a group, each on its line.
func (w *yamlWriter) entries(t *tree, depth int) {
	for i := range t.entries {
		w.indent(depth)
		w.entry(&t.entries[i], depth)
	}
}

// entry writes one key and its value, the line's indentation being there already.
func (w *yamlWriter) entry(e *entry, depth int) {
	w.b = append(append(w.b, yamlText(e.key)...), ':')
	switch {
	case isLeaf(e.value) || fitsLine(e):
		w.b = append(w.b, ' ')
		w.b = append(appendFlow(w.b, e.value), '\n')
	case e.value.kind == treeMap:
		w.b = append(w.b, '\n')
		w.entries(e.value, depth+1)
	default:
		w.b = append(w.b, '\n')
		w.items(e.value, depth)
	}
}

// items writes a list whose dashes stand under the key.
func (w *yamlWriter) items(t *tree, depth int) {
	for _, v := range t.list {
		w.indent(depth)
		w.b = append(w.b, "- "...)
		if v.kind != treeMap || len(v.entries) == 0 || isShort(v) {
			w.b = append(appendFlow(w.b, v), '\n')
			continue
		}
		w.entry(&v.entries[0], depth+1)
		for i := range v.entries[1:] {
			w.indent(depth + 1)
			w.entry(&v.entries[1+i], depth+1)
		}
	}
}

// isLeaf reports whether a value has nothing inside.
func isLeaf(t *tree) bool {
	return t.kind != treeMap && t.kind != treeList || len(t.entries)+len(t.list) == 0
}

// fitsLine reports whether a group is small enough to stand behind its key. Sections, questions and the groups of ids
// keep a line for each part, however short they are, so that a change of one shows as one line.
func fitsLine(e *entry) bool {
	switch e.key {
	case "sections", "questions", "standards", "scenarios", "stages", "options", "bands", "levels", "translations":
		return false
	}
	return isShort(e.value)
}

// isShort reports whether a value fits into a line and has no group of groups inside.
func isShort(t *tree) bool {
	for _, e := range t.entries {
		if e.key == "questions" || e.key == "kind" {
			return false
		}
	}
	return len(appendFlow(nil, t)) <= maxFlow
}

// appendFlow writes a value in one line.
func appendFlow(b []byte, t *tree) []byte {
	switch t.kind {
	case treeText:
		return append(b, yamlText(t.text)...)
	case treeNull, treeBool, treeNumber:
		return appendJSON(b, t)
	case treeList:
		b = append(b, '[')
		for i, v := range t.list {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendFlow(b, v)
		}
		return append(b, ']')
	case treeMap:
		b = append(b, '{')
		for i, e := range t.entries {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = append(append(b, yamlText(e.key)...), ": "...)
			b = appendFlow(b, e.value)
		}
		return append(b, '}')
	}
	return b
}

// plainText is what may stand without quotes, inside brackets too: it begins with a letter, so no reader takes it for a
// number or a date.
var plainText = regexp.MustCompile(`^\p{L}[\p{L}\p{N} _.!()'/=<>+%…’“”–—;&|*-]*$`)

// notPlain are the words that YAML 1.1 readers take for booleans or nothing.
var notPlain = map[string]bool{
	"y": true, "n": true, "yes": true, "no": true, "on": true, "off": true, "true": true, "false": true, "null": true,
}

// yamlText writes a text, in quotes where it needs them.
func yamlText(s string) string {
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || isControl(r) }):
		return string(appendQuoted(nil, s))
	case !plainText.MatchString(s) || notPlain[strings.ToLower(s)]:
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return s
}
