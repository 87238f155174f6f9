package scoring

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"plainclothes/internal/programme"
)

// lineReader turns one line of JSON into a visit. It is reused: what it gives is good until the next line.
type lineReader struct {
	c       *Checklist
	in      Input
	wrong   []string        // whole sentences
	seen    map[string]bool // top-level keys
	ids     []string        // of the programme's questions, for messages
	choices []string        // of its scenarios
}

// maxWrong is how many sentences one line's error may have.
const maxWrong = 10

func newLineReader(c *Checklist) *lineReader {
	l := &lineReader{c: c, seen: map[string]bool{}}
	l.in.Answers = programme.Answers{}
	for i := range c.items {
		l.ids = append(l.ids, c.items[i].q.ID)
	}
	for i := range c.p.Scenarios {
		l.choices = append(l.choices, c.p.Scenarios[i].ID)
	}
	return l
}

// read gives the visit of a line; problem is everything that is wrong with it, "" when nothing is.
func (l *lineReader) read(line []byte) (in Input, problem string) {
	clear(l.in.Answers)
	clear(l.seen)
	l.in.Context = programme.Context{Features: l.in.Context.Features[:0]}
	l.wrong = l.wrong[:0]
	if !json.Valid(line) {
		return Input{}, notJSON(line)
	}
	o, ok := newObject(line)
	if !ok {
		return Input{}, `A visit is a JSON object, as in {"scenario": "…", "answers": {"A1": "yes"}}.`
	}
	for m, ok := o.next(); ok; m, ok = o.next() {
		l.member(m)
	}
	if !l.seen["scenario"] && len(l.choices) > 0 {
		l.say(`"scenario" is missing; it may be %s.`, list(l.choices))
	}
	return l.in, strings.Join(l.wrong, " ")
}

func (l *lineReader) say(format string, args ...any) {
	switch {
	case len(l.wrong) < maxWrong:
		l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
	case len(l.wrong) == maxWrong:
		l.wrong = append(l.wrong, "There is more.")
	}
}

func (l *lineReader) member(m member) {
	key := string(m.key)
	if l.seen[key] {
		l.say("%q is there twice.", key)
		return
	}
	l.seen[key] = true
	switch key {
	case "scenario":
		l.scenario(m.value)
	case "features":
		l.features(m.value)
	case "format":
		l.in.Context.Format = l.text(key, m.value)
	case "channel":
		l.in.Context.Channel = l.text(key, m.value)
	case "answers":
		l.answers(m.value)
	default:
		l.say("%q is not known here; a visit has scenario, features, format, channel and answers.", key)
	}
}

func (l *lineReader) text(key string, value []byte) string {
	if !isText(value) {
		l.say("%q must be a text, not %s.", key, short(value))
		return ""
	}
	return string(textOf(value))
}

func (l *lineReader) scenario(value []byte) {
	id := l.text("scenario", value)
	if isText(value) && !slices.Contains(l.choices, id) {
		l.say(`There is no scenario %q; "scenario" may be %s.`, cut(id), list(l.choices))
	}
	l.in.Context.Scenario = id
}

func (l *lineReader) features(value []byte) {
	parts, ok := items(value)
	if !ok {
		l.say(`"features" must be a list of texts, not %s.`, short(value))
		return
	}
	for _, part := range parts {
		id := ""
		if isText(part) {
			id = string(textOf(part))
		}
		if !slices.Contains(l.c.p.Features, id) {
			l.say(`The programme has no feature %s; "features" may have %s.`, short(part), list(l.c.p.Features))
			continue
		}
		l.in.Context.Features = append(l.in.Context.Features, id)
	}
}

func (l *lineReader) answers(value []byte) {
	o, ok := newObject(value)
	if !ok {
		l.say(`"answers" must be an object of question ids and answers, not %s.`, short(value))
		return
	}
	for m, ok := o.next(); ok; m, ok = o.next() {
		l.answer(m)
	}
}

func (l *lineReader) answer(m member) {
	at, ok := l.c.index[string(m.key)]
	if !ok {
		l.say("There is no question %q; the questions are %s.", cut(string(m.key)), list(l.ids))
		return
	}
	q := l.c.items[at].q
	if _, twice := l.in.Answers[q.ID]; twice {
		l.say("Question %s is answered twice.", q.ID)
		return
	}
	a, err := programme.ParseAnswer(q, m.value)
	if err != nil {
		l.say("Question %s: %s", q.ID, sentence(err, q.Codes()))
	}
	l.in.Answers[q.ID] = a
}

// sentence gives the error, and the possible answers where it does not name them itself.
func sentence(err error, codes []string) string {
	text := strings.TrimSuffix(err.Error(), ".") + "."
	if len(codes) > 0 && !strings.Contains(text, codes[len(codes)-1]) {
		text += " It may be " + list(codes) + "."
	}
	return text
}

// list says what something may be, and not all of it when that is long.
func list(ids []string) string {
	const most = 12
	switch {
	case len(ids) == 0:
		return "nothing (the programme has none)"
	case len(ids) > most:
		return strings.Join(ids[:most], ", ") + fmt.Sprintf(" and %d more", len(ids)-most)
	}
	return strings.Join(ids, ", ")
}

func short(value []byte) string { return cut(string(value)) }

func cut(text string) string {
	const most = 40
	if r := []rune(text[:min(len(text), 4*most)]); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
