package programme

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reader turns a tree into a Programme and notes everything that is wrong on the way, so that one import tells all.
type reader struct {
	c   *collector
	bad map[*tree]bool // values that were complained about
	// unfit: a text is longer than it may be, or holds signs that nobody can see.
	unfit bool
	// kinds is the table of kinds; here, because the kinds' own rules read through a reader.
	kinds []*kindRule
}

// node is a value of the file and the way to it.
type node struct {
	r     *reader
	t     *tree
	up    *node
	key   string // "" for an item of a list
	index int
}

// object is a group of keys whose shape was checked.
type object struct {
	node
	shape *shape
}

// Lengths of texts, in characters.
const (
	maxLine  = 300
	maxText  = 4000
	maxBrief = 20_000
)

// limitsSentence tells the limits where one was passed.
var limitsSentence = fmt.Sprintf("A programme has at most %d questions, %d sections, %d standards, %d options a question and 2 MB.",
	maxQuestions, maxSections, maxStandards, maxOptions)

// path gives the way from the root: sections[2].questions[0].points.
func (n *node) path() string {
	if n == nil || n.up == nil {
		return ""
	}
	above := n.up.path()
	if n.key == "" {
		return above + "[" + strconv.Itoa(n.index) + "]"
	}
	if above == "" {
		return n.key
	}
	return above + "." + n.key
}

// wrong notes an error at the value.
func (n *node) wrong(format string, args ...any) {
	n.r.bad[n.t] = true
	n.r.c.at(Error, n.t, n.path(), fmt.Sprintf(format, args...))
}

// unfit notes a text that not even a draft can hold.
func (n *node) unfit(message string) {
	n.r.unfit = true
	n.wrong("%s", message)
}

// named is what a message calls a key.
func (r *reader) named(key string) string { return r.c.forFile(strconv.Quote(key), "This") }

// broken reports whether one of the values was complained about.
func (r *reader) broken(ts ...*tree) bool {
	return slices.ContainsFunc(ts, func(t *tree) bool { return r.bad[t] })
}

// has reports whether the key is there.
func (o *object) has(name string) bool { return o.t.get(name) != nil }

// child gives the value of a key.
func (o *object) child(name string) (node, bool) {
	t := o.t.get(name)
	return node{r: o.r, t: t, up: &o.node, key: name}, t != nil
}

// item gives an item of a list under a key.
func (o *object) item(name string, i int, t *tree) node {
	list, _ := o.child(name)
	return node{r: o.r, t: t, up: &list, index: i}
}

// wrong notes an error at a key's value; at the group itself when the key is "" or missing.
func (o *object) wrong(name, message string) {
	if n, ok := o.child(name); ok {
		n.wrong("%s", message)
		return
	}
	path := o.path()
	if name != "" {
		path = strings.TrimPrefix(path+"."+name, ".")
	}
	o.r.c.at(Error, o.t, path, message)
}

// wrongf is wrong with a format.
func (o *object) wrongf(name, format string, args ...any) {
	o.wrong(name, fmt.Sprintf(format, args...))
}

// wrongf notes an error at a key of a group that may not be one.
func (n node) wrongf(name, format string, args ...any) {
	o := object{node: n}
	o.wrongf(name, format, args...)
}

// object checks that a value is a group with the keys of a shape.
func (n node) object(s *shape) (*object, bool) {
	if n.t.kind != treeMap {
		n.wrong("Here stands %s, but %s is a group of keys: {%s: …}.", n.t.name(), s.noun, s.keys[0].name)
		return nil, false
	}
	o := &object{node: n, shape: s}
	o.known(s)
	o.complete(s)
	return o, true
}

// known refuses keys that the shape lacks and keys that stand twice.
func (o *object) known(s *shape) {
	for i, e := range o.t.entries {
		switch {
		case !slices.ContainsFunc(s.keys, func(k key) bool { return k.name == e.key }):
			o.entryWrong(e, o.r.unknownKey(s, e.key))
		case e.value.kind == treeNull:
			o.entryWrong(e, fmt.Sprintf("%q has no value. Give it one, or leave the line out.", e.key))
		case slices.ContainsFunc(o.t.entries[:i], func(x entry) bool { return x.key == e.key }):
			o.entryWrong(e, fmt.Sprintf("%q stands twice here. Keep one of them.", e.key))
		}
	}
}

// entryWrong notes an error at a key.
func (n *node) entryWrong(e entry, message string) {
	n.r.bad[e.value] = true
	n.r.c.at(Error, &tree{line: e.line, col: e.col}, strings.TrimPrefix(n.path()+"."+e.key, "."), message)
}

// complete notes the required keys that are missing.
func (o *object) complete(s *shape) {
	for _, k := range s.keys {
		switch {
		case !k.required || o.has(k.name):
		case o.r.c.draft:
			o.wrong(k.name, notFilledIn(s, k.name))
		default:
			o.wrongf(k.name, "%s needs %q. Add it: %s: …", sentenceCase(s.noun), k.name, k.name)
		}
	}
}

// unknownKey says what may have been meant.
func (r *reader) unknownKey(s *shape, name string) string {
	names := make([]string, len(s.keys))
	for i, k := range s.keys {
		names[i] = k.name
	}
	if kinds := r.kindsWith(name); len(kinds) > 0 && strings.HasPrefix(s.name, "question") {
		return fmt.Sprintf("%s has no key %q; it belongs to %s. Leave it out, or change the kind.", sentenceCase(s.noun), name, strings.Join(kinds, ", "))
	}
	if near := Nearest(name, names); near != "" {
		return fmt.Sprintf("%s has no key %q. Did you mean %q?", sentenceCase(s.noun), shorten(name, 40), near)
	}
	return fmt.Sprintf("%s has no key %q. Leave it out; the keys are %s.", sentenceCase(s.noun), shorten(name, 40), strings.Join(names, ", "))
}

// kindsWith lists the kinds whose questions have a key.
func (r *reader) kindsWith(name string) []string {
	var with []string
	for _, rule := range r.kinds {
		if slices.ContainsFunc(rule.keys, func(k key) bool { return k.name == name }) {
			with = append(with, string(rule.kind))
		}
	}
	return with
}

// sentenceCase makes the first letter a capital.
func sentenceCase(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// value gives a key's value when it is there and not null.
func (o *object) value(name string) (node, bool) {
	n, ok := o.child(name)
	return n, ok && n.t.kind != treeNull
}

// text reads a text of at most n characters, without the white space around it.
func (o *object) text(name string, n int) string {
	v, ok := o.value(name)
	if !ok {
		return ""
	}
	return v.string(name, n)
}

// string reads a text.
func (n node) string(name string, limit int) string {
	if n.t.kind != treeText {
		n.notText(name)
		return ""
	}
	s := strings.TrimSpace(n.t.text)
	switch {
	case s == "":
		n.wrong("%q is empty. Write something, or leave the line out.", name)
	case utf8.RuneCountInString(s) > limit:
		n.unfit(fmt.Sprintf("%s is longer than %d characters. Shorten it.", n.r.named(name), limit))
	case strings.ContainsFunc(s, isControl):
		n.unfit(n.r.c.forFile(fmt.Sprintf("%q holds a control character, which cannot be seen. Delete it.", name),
			"This holds a control character, which cannot be seen. Delete it."))
	case limit <= maxLine && strings.ContainsAny(s, "\r\n"):
		n.unfit(n.r.named(name) + " stands on one line. Take the line break out.")
	}
	return s
}

// notText says how to make a text of what stands here.
func (n node) notText(name string) {
	if n.t.kind == treeNumber || n.t.kind == treeBool {
		n.wrong("%q is a text, but %s is not. Put it in quotes: '%s'.", name, n.t.text, n.t.text)
		return
	}
	n.wrong("%q is a text, but here stands %s.", name, n.t.name())
}

// flag reads true or false.
func (o *object) flag(name string, unset bool) bool {
	v, ok := o.value(name)
	if !ok {
		return unset
	}
	if v.t.kind != treeBool {
		v.wrong("%q is true or false, not %s. (yes and no are texts in this file.)", name, v.t.name())
		return unset
	}
	return strings.EqualFold(v.t.text, "true")
}

// oneOf reads a word out of a list; unset stands for the missing key.
func (o *object) oneOf(name, unset string, words ...string) string {
	v, ok := o.value(name)
	if !ok {
		return unset
	}
	if v.t.kind != treeText || !slices.Contains(words, v.t.text) {
		v.wrong("%q is one of %s, not %s.%s", name, strings.Join(words, ", "), v.t.name(), didYouMean(v.t.text, words))
		return unset
	}
	return v.t.text
}

// integer reads a whole number in a range.
func (o *object) integer(name string, unset, lo, hi int) int {
	v, ok := o.value(name)
	if !ok {
		return unset
	}
	return v.integer(lo, hi)
}

// integer reads a whole number in a range.
func (n node) integer(lo, hi int) int {
	x, ok := n.number(0, int64(lo), int64(hi))
	if !ok {
		return 0
	}
	return int(x)
}

// number reads a number of at most so many decimals as an integer of 10^-places, within limits of the same unit.
func (n node) number(places int, lo, hi int64) (int64, bool) {
	if n.t.kind != treeNumber {
		n.wrong("Here a number is wanted, not %s.%s", n.t.name(), unquoteHint(n.t))
		return 0, false
	}
	x, err := parseDecimal(strings.TrimPrefix(n.t.text, "+"), places)
	switch {
	case errors.Is(err, errPlaces) && places == 0:
		n.wrong("Here a whole number is wanted, not %s.", n.t.text)
	case errors.Is(err, errPlaces):
		n.wrong("%s has too many decimals: at most %d are kept.", n.t.text, places)
	case errors.Is(err, errNoNumber):
		n.wrong("%s is not a plain number. Write it as 12 or 6.5.", n.t.text)
	case err != nil || x < lo || x > hi:
		n.wrong("%s is out of range: from %s to %s.", n.t.text, appendDecimal(nil, lo, places), appendDecimal(nil, hi, places))
	default:
		return x, true
	}
	return 0, false
}

// unquoteHint helps where a number was put in quotes.
func unquoteHint(t *tree) string {
	if _, err := parseDecimal(strings.TrimSpace(t.text), 4); t.kind == treeText && err == nil {
		return " Leave the quotes out."
	}
	return ""
}

// percent reads a percentage as basis points.
func (o *object) percent(name string, unset, lo, hi int) int {
	v, ok := o.value(name)
	if !ok {
		return unset
	}
	x, ok := v.number(2, int64(lo), int64(hi))
	if !ok {
		return unset
	}
	return int(x)
}

// maxPoints keeps sums of all points far from overflow.
const maxPoints = 100_000_00

// points reads points, which are not negative; false when the key is missing.
func (o *object) points(name string) (Points, bool) { return o.pointsFrom(name, 0) }

// signedPoints reads points that may be negative.
func (o *object) signedPoints(name string) (Points, bool) { return o.pointsFrom(name, -maxPoints) }

func (o *object) pointsFrom(name string, lo int64) (Points, bool) {
	v, ok := o.value(name)
	if !ok {
		return 0, false
	}
	x, _ := v.number(2, lo, maxPoints)
	return Points(x), true
}

// money reads an amount with at most two decimals.
func (o *object) money(name string) Points {
	v, ok := o.value(name)
	if !ok {
		return 0
	}
	x, _ := v.number(2, 0, maxPoints)
	return Points(x)
}

// maxDecimal is the largest number that a band or an answer may name.
const maxDecimal = 1_000_000_000

// decimal reads a number with at most four decimals.
func (o *object) decimal(name string) Decimal {
	v, ok := o.value(name)
	if !ok {
		return 0
	}
	x, _ := v.number(4, -maxDecimal*int64(DecimalOne), maxDecimal*int64(DecimalOne))
	return Decimal(x)
}

// list reads a list with a number of items.
func (o *object) list(name string, lo, hi int) []*tree {
	v, ok := o.value(name)
	if !ok {
		return nil
	}
	switch {
	case v.t.kind != treeList:
		v.wrong("%q is a list, but here stands %s.", name, v.t.name())
		return nil
	case lo == hi && len(v.t.list) != lo:
		v.wrong("%q has %d items, not %d.", name, lo, len(v.t.list))
	case len(v.t.list) < lo && o.r.c.draft:
		v.wrong("There are no %s yet. Add at least one.", name)
	case len(v.t.list) < lo:
		v.wrong("%q is empty. Add at least one item, or leave the line out.", name)
	case len(v.t.list) > hi:
		v.wrong("%s has %d items; at most %d are allowed. %s", v.r.named(name), len(v.t.list), hi, limitsSentence)
		return nil
	}
	return v.t.list
}

// entriesOf reads a group whose keys are ids, at most hi.
func (o *object) entriesOf(name string, hi int) []entry {
	v, ok := o.value(name)
	if !ok {
		return nil
	}
	switch {
	case v.t.kind != treeMap:
		v.wrong("%q is a group of ids, but here stands %s.", name, v.t.name())
		return nil
	case len(v.t.entries) > hi:
		v.wrong("%s has %d entries; at most %d are allowed. %s", v.r.named(name), len(v.t.entries), hi, limitsSentence)
		return nil
	}
	o.idsOnce(&v)
	return v.t.entries
}

// idsOnce refuses ids that stand twice or hold other signs than ids may.
func (o *object) idsOnce(n *node) {
	seen := make(map[string]bool, len(n.t.entries))
	for _, e := range n.t.entries {
		if seen[e.key] {
			n.entryWrong(e, fmt.Sprintf("%q stands twice here. Keep one of them.", e.key))
		}
		if !isWord(e.key) {
			n.entryWrong(e, wordSentence(e.key))
		}
		seen[e.key] = true
	}
}

// under gives the node of an entry.
func (o *object) under(name string, e entry) node {
	group, _ := o.child(name)
	return node{r: o.r, t: e.value, up: &group, key: e.key}
}

// texts reads a list of words.
func (o *object) words(name string, hi int) []string {
	list := o.list(name, 0, hi)
	words := make([]string, 0, len(list))
	for i, t := range list {
		n := o.item(name, i, t)
		if w := n.word(name); w != "" {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return nil
	}
	return words
}

// word reads an id under a key.
func (o *object) word(name string) string {
	v, ok := o.value(name)
	if !ok {
		return ""
	}
	return v.word(name)
}

// word reads an id.
func (n node) word(name string) string {
	if n.t.kind != treeText {
		n.notText(name)
		return ""
	}
	if !isWord(n.t.text) {
		n.wrong("%s", wordSentence(n.t.text))
		return ""
	}
	return n.t.text
}

// code reads an option's code: a word that is not reserved.
func (o *object) code(name string) string {
	w := o.word(name)
	if w == CodeNA || w == CodeNotObserved {
		o.wrongf(name, "%q is reserved: any question may be answered with it. Give this option another code.", w)
	}
	return w
}

// maxWord is the length of an id.
const maxWord = 64

// isWord reports whether s is an id: letters, digits, _ and -, at most 64.
func isWord(s string) bool {
	if s == "" || len(s) > maxWord {
		return false
	}
	for i := range len(s) {
		if !isWordByte(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

// isWordByte reports whether b may stand in an identifier.
func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// isIdentifier reports whether s can stand in a condition without quotes.
func isIdentifier(s string) bool {
	return isWord(s) && !strings.Contains(s, "-") && (s[0] < '0' || s[0] > '9') && !slices.Contains(reservedNames, s)
}

// wordSentence says what an id may look like.
func wordSentence(s string) string {
	return fmt.Sprintf("%q cannot be an id. Use letters, digits, _ and -, at most %d: for example %s.", shorten(s, 40), maxWord, wordFrom(s))
}

// wordFrom makes an id out of any text.
func wordFrom(s string) string {
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(shorten(s, 30))) {
		if isWordByte(c) {
			b.WriteByte(c)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "_") {
			b.WriteByte('_')
		}
	}
	if w := strings.Trim(b.String(), "_"); w != "" {
		return w
	}
	return "part_1"
}

// Word reports whether s can be the id of a part: letters, digits, _ and -, at most 64.
func Word(s string) bool { return isWord(s) }

// Identifier reports whether s can be the id of a question or the name of a feature, which conditions write without quotes.
func Identifier(s string) bool { return isIdentifier(s) }

// Reserved reports whether s has a meaning of its own in conditions.
func Reserved(s string) bool { return slices.Contains(reservedNames, s) }
