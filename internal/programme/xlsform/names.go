package xlsform

import (
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// maxName is the length of an id.
const maxName = 64

// reserved are names that conditions give another meaning.
var reserved = []string{
	"scenario", "channel", "format", "branch", "in", "and", "or", "not", "true", "false", "null", "as", "break", "const",
	"continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
}

// wordOf is mapWord, short enough for a number behind it.
func wordOf(s string, dash bool) string {
	out := mapWord(s, dash)
	return out[:min(len(out), maxName-6)]
}

// mapWord makes letters, digits and _ of a name; - stays where it may.
func mapWord(s string, dash bool) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || dash && r == '-' {
			return r
		}
		return '_'
	}, s)
}

// identifier makes a question's id of a name: letters, digits and _, a letter first.
func identifier(s string) string {
	w := s
	if len(s) > maxName || mapWord(s, false) != s {
		w = wordOf(s, false)
	}
	if w == "" || w[0] == '_' && s[0] != '_' || w[0] == '-' || w[0] >= '0' && w[0] <= '9' {
		w = "q_" + strings.TrimLeft(w, "_")
	}
	if slices.Contains(reserved, w) {
		w += "_1"
	}
	return w[:min(len(w), maxName)]
}

// code makes an option's code of a choice's name.
func code(s string) string {
	w := s
	if len(s) > maxName || mapWord(s, true) != s {
		w = wordOf(s, true)
	}
	if w == "" || w == programme.CodeNA || w == programme.CodeNotObserved {
		w = "x_" + w
	}
	return w
}

// unique gives a name that is not taken yet, and takes it.
func unique(taken map[string]bool, w string) string {
	out := w
	for n := 2; taken[out]; n++ {
		out = w[:min(len(w), maxName-6)] + "_" + strconv.Itoa(n)
	}
	taken[out] = true
	return out
}

// keyOf makes a programme's key of a form's id.
func keyOf(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= '0' && r <= '9' || r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	k := strings.Trim(b.String()[:min(b.Len(), maxName)], "-")
	if len(k) < 2 {
		return "xlsform"
	}
	return k
}

// line puts a text on one line of at most n characters; cut says whether some of it is gone.
func line(s string, n int) (out string, cut bool) {
	return limit(strings.Join(strings.Fields(s), " "), n)
}

// limit cuts a text to n characters.
func limit(s string, n int) (out string, cut bool) {
	if rs := []rune(s); len(rs) > n {
		return strings.TrimSpace(string(rs[:n-1])) + "…", true
	}
	return s, false
}
