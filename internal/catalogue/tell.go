package catalogue

import (
	"slices"
	"strings"
	"unicode"
)

// phrase is the page of messages that are parts of sentences: “{1} is {2}” is found in much that is none of ours, so only Tell
// looks for it, where all of it is known.
const phrase = "phrase"

// Tell puts a sentence into the catalogue's language that names things by the words of people: Changed the points of 2.1
// “Greeted”. What stands between “ and ” is theirs and is not looked into. Where a place of a message is for words of ours, only
// words of ours are taken for it; lists and several sentences are said piece by piece. false when some of it has no words in
// the language: then the sentence stays as it is.
func (c *Catalogue) Tell(s string) (string, bool) {
	if c == nil {
		return s, true
	}
	if _, ok := c.messages[strings.TrimSpace(s)]; ok || !strings.ContainsFunc(s, unicode.IsLetter) {
		return c.Say(s), true
	}
	hidden, theirs := hideQuoted(s)
	if len(hidden) > mostTold {
		return s, false
	}
	t := teller{c, theirs, mostEffort, map[string]told{}}
	text, ok := t.tell(hidden, maxTold)
	if !ok {
		return s, false
	}
	return t.show(text), true
}

// teller says one sentence.
type teller struct {
	*Catalogue
	theirs []string        // what was quoted in it
	left   int             // effort that may still be made
	known  map[string]told // pieces that were looked at
}

// told is how a piece of a sentence is said; false for one that is not known, looked at so deep.
type told struct {
	text  string
	ok    bool
	depth int
}

// Bounds of what is taken apart: characters of a sentence, how deep words stand inside words, and pieces of it that are looked at.
// A sentence can be read in more ways than there is time for: “a is b and a is b and …” has thousands.
const (
	mostTold   = 2000
	maxTold    = 8
	mostEffort = 2000 // of one sentence: a look at a piece, with all messages there are, and a way to read it
	effortLook = 5
	effortWay  = 1
)

// tell is Tell for a sentence whose quotations are hidden. A piece that was looked at before is said as it was then.
func (c *teller) tell(s string, depth int) (string, bool) {
	if t, seen := c.known[s]; seen && (t.ok || depth <= t.depth) {
		return t.text, t.ok
	}
	if c.left -= effortLook; c.left < 0 {
		return s, false
	}
	text, ok := c.tellAnew(s, depth)
	c.known[s] = told{text, ok, depth}
	return text, ok
}

func (c *teller) tellAnew(s string, depth int) (string, bool) {
	trimmed := strings.TrimSpace(s)
	if !strings.ContainsFunc(trimmed, unicode.IsLetter) {
		return Number(c.lang, s), true
	}
	before, after, _ := strings.Cut(s, trimmed)
	if text, ok := c.exactly(trimmed); ok {
		return before + c.flip(text) + after, true
	}
	if depth == 0 {
		return s, false
	}
	text, ok := c.tellList(trimmed, depth)
	if !ok {
		text, ok = c.tellPattern(trimmed, depth, telling, ", ", "; ", " · ", " and ", " or ")
	}
	if !ok {
		text, ok = c.tellPieces(trimmed, depth)
	}
	if !ok {
		text, ok = c.tellPattern(trimmed, depth, 0)
	}
	return before + text + after, ok
}

// exactly finds a message or a phrase without places, also one that quotes by itself.
func (c *teller) exactly(s string) (string, bool) {
	whole := c.shown(s, "“{1}”")
	for _, key := range []string{s, phrase + "|" + s, whole, phrase + "|" + whole} {
		if text, ok := c.messages[key]; ok {
			return text, true
		}
	}
	return "", false
}

// tellPattern says a sentence by the most telling pattern of some weight that reads it so that words of ours stand where they
// should, and none of the signs where people's words stand.
func (c *teller) tellPattern(s string, depth, weight int, without ...string) (text string, ok bool) {
	for i := range c.phrases {
		p := &c.phrases[i]
		if p.weight < weight {
			break
		}
		ok = p.ways(s, func(values map[int]string) (all bool) {
			text, all = c.tellWith(p, values, depth, without)
			return all
		})
		if ok {
			return c.flip(text), true
		}
	}
	return s, false
}

// tellWith fills in a translation; false when a place holds what it should not: more than one sentence, or what is not known
// where words of ours should stand.
func (c *teller) tellWith(p *pattern, values map[int]string, depth int, without []string) (string, bool) {
	if c.left -= effortWay; c.left < 0 || !p.tells(values) {
		return "", false
	}
	said := make(map[int]string, len(values))
	for _, x := range p.text {
		if x.place == 0 {
			continue
		}
		v := values[x.place]
		known := !strings.Contains(v, ". ")
		switch {
		case !known:
		case x.ours:
			v, known = c.tell(v, depth-1)
		default:
			known = !slices.ContainsFunc(without, func(sign string) bool { return strings.Contains(v, sign) })
		}
		if !known {
			return "", false
		}
		said[x.place] = v
	}
	return p.fill(said, func(v string) string { return v }), true
}

// tellList says the parts of a list with semicolons between them. A part may have a semicolon of its own: “the level is gone; it had
// 2 points”.
func (c *teller) tellList(s string, depth int) (string, bool) {
	parts := strings.Split(s, "; ")
	if len(parts) == 1 || len(parts) > 50 {
		return s, false
	}
	var out []string
	for len(parts) > 0 {
		n := 1
		text, ok := c.tell(parts[0], depth-1)
		if !ok && len(parts) > 1 {
			n = 2
			text, ok = c.tellPattern(parts[0]+"; "+parts[1], depth-1, telling, ", ", " and ", " or ")
		}
		if !ok {
			return s, false
		}
		out, parts = append(out, text), parts[n:]
	}
	return strings.Join(out, "; "), true
}

// tellPieces says sentences that follow each other, or the parts of a list.
func (c *teller) tellPieces(s string, depth int) (string, bool) {
	for _, sign := range []string{". ", " · ", ", and ", ", or ", ", ", " and ", " or "} {
		pieces := strings.Split(s, sign)
		if len(pieces) == 1 || len(pieces) > 50 {
			continue
		}
		all := true
		for i, p := range pieces {
			end := ""
			if sign == ". " && i < len(pieces)-1 {
				end = "."
			}
			text, known := c.tell(p+end, depth-1)
			pieces[i], all = strings.TrimSuffix(text, end), all && known
		}
		if all {
			return strings.Join(pieces, c.sign(sign)), true
		}
	}
	return s, false
}

// sign gives what stands between the pieces of a list.
func (c *teller) sign(s string) string {
	for _, word := range []string{"and", "or"} {
		if text, ok := c.messages[word]; ok {
			s = strings.Replace(s, word, text, 1)
		}
	}
	return s
}

// hiddenWords are the signs that stand for what is quoted; nobody writes them.
const (
	hiddenWords = '\ue000'
	mostHidden  = 1000
)

// hideQuoted puts a sign in place of what stands between “ and ”, with quotations inside it.
func hideQuoted(s string) (hidden string, theirs []string) {
	var b strings.Builder
	for s != "" && len(theirs) < mostHidden {
		open := strings.Index(s, "“")
		if open < 0 {
			break
		}
		end := closing(s[open:])
		if end < 0 {
			break
		}
		b.WriteString(s[:open] + hiddenAs(len(theirs)))
		theirs = append(theirs, s[open+len("“"):open+end])
		s = s[open+end+len("”"):]
	}
	return b.String() + s, theirs
}

// closing finds the ” that belongs to the “ at the beginning; one that is cut off ends with the last.
func closing(s string) int {
	depth := 0
	for i, r := range s {
		switch r {
		case '“':
			depth++
		case '”':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return strings.LastIndex(s, "”")
}

// hiddenAs is what stands for a quotation.
func hiddenAs(i int) string { return "“" + signOf(i) + "”" }

func signOf(i int) string {
	return string(hiddenWords + rune(i)) //nolint:gosec // i is less than mostHidden
}

// show puts the quotations back, between the quotation marks of the language.
func (c *teller) show(s string) string {
	quote := "“{1}”"
	if text, ok := c.messages[quote]; ok {
		quote = text
	}
	return c.shown(s, quote)
}

// shown puts the quotations back as a quotation is written.
func (c *teller) shown(s, quote string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= hiddenWords && r < hiddenWords+mostHidden }) {
		return s
	}
	var pairs []string
	for i, words := range c.theirs {
		pairs = append(pairs, hiddenAs(i), strings.Replace(quote, "{1}", words, 1))
	}
	for i, words := range c.theirs { // inside a message that has quotation marks of its own
		pairs = append(pairs, signOf(i), words)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
