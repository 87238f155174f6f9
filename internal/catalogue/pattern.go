package catalogue

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// pattern finds a message with places in a sentence whose places are filled in.
type pattern struct {
	parts  []string // what stands between the places, at both ends too
	places []int    // numbers of the places, in the order of the message
	text   []piece  // of the translation
	weight int      // how much of the message is fixed
}

// piece of a translation: fixed words, or a place.
type piece struct {
	words string
	place int  // from 1; 0: words
	ours  bool // what stands there is translated too
	ends  bool // what stands there are words that end with a number
	day   bool // what stands there ends with a digit, else this message is not meant
	// in is the language in which a number that stands there is written, "" for as it is.
	in string
}

// newPattern takes a message and its translation apart; false for one without places, or with nothing else.
func newPattern(id, text string) (pattern, bool) {
	var p pattern
	last := ""
	for _, x := range pieces(id) {
		if x.place == 0 {
			last += x.words
			continue
		}
		p.parts, p.places, last = append(p.parts, last), append(p.places, x.place), ""
	}
	p.parts = append(p.parts, last)
	for _, s := range p.parts {
		p.weight += len(s)
	}
	p.text = pieces(text)
	return p, len(p.places) > 0 && strings.TrimSpace(strings.Join(p.parts, "")) != ""
}

// pieces splits a message at its places.
func pieces(s string) []piece {
	var out []piece
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return append(out, piece{words: s})
		}
		name, _, closed := strings.Cut(s[open+1:], "}")
		n, err := strconv.Atoi(strings.TrimRight(name, "!.#"))
		if !closed || err != nil || n < 1 || n > 99 {
			return append(out, piece{words: s})
		}
		if open > 0 {
			out = append(out, piece{words: s[:open]})
		}
		out = append(out, piece{place: n, ours: strings.HasSuffix(name, "!"), ends: strings.HasSuffix(name, "."), day: strings.HasSuffix(name, "#")})
		s = s[open+len(name)+2:]
	}
	return out
}

// match gives what stands in the places, by their numbers.
func (p *pattern) match(s string) (values map[int]string, ok bool) {
	ok = p.ways(s, func(v map[int]string) bool { values = v; return true })
	return values, ok
}

// telling is how many characters of its own a pattern needs to be sure of: “{1} of {2}” is found in much that people write.
const telling = 6

// tells reports whether these values may be those of the pattern: one that tells little is for numbers and for words of ours.
func (p *pattern) tells(values map[int]string) bool {
	for _, x := range p.text {
		if v := values[x.place]; x.day && (v == "" || v[len(v)-1] < '0' || v[len(v)-1] > '9') {
			return false
		}
	}
	return p.weight >= telling || !slices.ContainsFunc(p.text, func(x piece) bool {
		return x.place > 0 && !x.ours && strings.ContainsFunc(values[x.place], unicode.IsLetter)
	})
}

// mostWays bounds how many ways are looked at to read one sentence by one pattern.
const mostWays = 500

// ways tries the ways in which a sentence can be read by the pattern, the shortest first values first, until one is taken.
func (p *pattern) ways(s string, take func(values map[int]string) bool) bool {
	rest, ok := strings.CutPrefix(s, p.parts[0])
	if !ok || !strings.HasSuffix(s, p.parts[len(p.parts)-1]) || len(s) < p.weight {
		return false
	}
	left := mostWays
	return p.way(0, rest, make(map[int]string, len(p.places)), take, &left)
}

// way reads on from the place i.
func (p *pattern) way(i int, rest string, values map[int]string, take func(map[int]string) bool, left *int) bool {
	next := p.parts[i+1]
	if i == len(p.places)-1 {
		value, ok := strings.CutSuffix(rest, next)
		values[p.places[i]] = value
		*left--
		return ok && value != "" && take(values)
	}
	if next == "" {
		return false // two places side by side cannot be told apart
	}
	for at := 0; *left > 0; at++ {
		n := strings.Index(rest[at:], next)
		if n < 0 {
			return false
		}
		if at += n; at == 0 {
			continue
		}
		values[p.places[i]] = rest[:at]
		if p.way(i+1, rest[at+len(next):], values, take, left) {
			return true
		}
		*left--
	}
	return false
}

// fill writes the translation with the places filled in.
func (p *pattern) fill(values map[int]string, ours func(string) string) string {
	var b strings.Builder
	for _, x := range p.text {
		switch {
		case x.place == 0:
			b.WriteString(x.words)
		case x.ours:
			b.WriteString(x.number(ours(values[x.place])))
		default:
			b.WriteString(x.number(values[x.place]))
		}
	}
	return b.String()
}

// Piece is a part of a message: fixed words, or the place of that number. Ours says that what stands in the place is to
// be translated.
type Piece struct {
	Words string
	Place int
	Ours  bool
}

// Pieces takes a message apart.
func Pieces(message string) []Piece {
	var out []Piece
	for _, x := range pieces(message) {
		out = append(out, Piece{x.words, x.place, x.ours})
	}
	return out
}
