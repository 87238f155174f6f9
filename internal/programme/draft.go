package programme

import (
	"bytes"
	"errors"
	"fmt"

	"plainclothes/internal/fault"
)

// FromDraft reads the document of a draft: what Canonical wrote of a programme that somebody is still writing. Its shape is
// sound and nothing in it was lost on the way; what is missing or does not fit together is among the problems, all of them
// Errors with a path and without a line. A draft without problems is as sound as what FromCanonical gives.
//
// A part that is not filled in yet is empty in the Programme; a condition that cannot be understood has the zero Node, which
// is false. With an error there is no Programme, and the problems say what not even a draft can hold: a number out of its
// range, a text beyond its length, a word that can be no id.
func FromDraft(doc []byte) (*Programme, Problems, error) {
	if len(doc) > maxBytes {
		return nil, nil, fault.Newf(fault.TooLarge, "This is more than a programme holds. %s", limitsSentence)
	}
	t, err := treeFromJSON(doc)
	if err != nil {
		return nil, nil, fmt.Errorf("read draft: %w", err)
	}
	return fromDraft(t, doc)
}

// Redraft reads a draft that was changed after it was read, as FromDraft reads what Canonical writes of it: it gives a copy
// with everything that is missing now. Its texts must be UTF-8.
func Redraft(p *Programme) (*Programme, Problems, error) {
	t := encode(p)
	doc := appendJSON(make([]byte, 0, 8<<10), t)
	if len(doc) > maxBytes {
		return nil, nil, fault.Newf(fault.TooLarge, "This is more than a programme holds. %s", limitsSentence)
	}
	return fromDraft(t, doc)
}

// fromDraft decodes a draft and sees to it that nothing was lost.
func fromDraft(t *tree, doc []byte) (*Programme, Problems, error) {
	c := &collector{root: t, draft: true}
	r := &reader{c: c, bad: map[*tree]bool{}, kinds: kinds}
	p := decodeWith(r, t)
	if p == nil || r.unfit || !bytes.Equal(p.Canonical(), doc) {
		return nil, placeless(c.list), notEvenADraft(c.list)
	}
	check(p, c)
	p.ix = newIndex(p)
	return p, placeless(c.list), nil
}

// notEvenADraft is a fault with all problems, or an error of ours when the document was not written by Canonical.
func notEvenADraft(ps Problems) error {
	if err := ps.Err(); err != nil {
		return err
	}
	return errors.New("read draft: the document is not as it was written")
}

// placeless takes the lines away: nobody sees the document of a draft.
func placeless(ps Problems) Problems {
	for i := range ps {
		ps[i].Line, ps[i].Column = 0, 0
	}
	return ps
}

// notFilledIn says what a part still lacks, in the words of the form that it is written with.
func notFilledIn(s *shape, key string) string {
	switch key {
	case "scenarios":
		return "There are no scenarios yet. Add at least one."
	case "when":
		return "No answers are chosen yet. Choose those that it is about."
	}
	if words, ok := blankWords[s.name+"."+key]; ok {
		return words + " is not filled in."
	}
	if words, ok := blankWords[key]; ok {
		return words + " is not filled in."
	}
	return fmt.Sprintf("The %s of %s is not filled in.", key, s.noun)
}

// blankWords are what a person calls a key that may be empty; those of one shape go before those of all.
var blankWords = map[string]string{
	"name": "The name", "title": "The title", "text": "The text", "points": "The number of points", "label": "The label", "code": "The code",
	"minutes": "The length of a visit in minutes", "report_due_hours": "The time until the report is due",
	"visits_per_branch": "The number of visits per branch", "wave": "The wave", "wow_policy": "What WOW does to the score",
	"opens": "When it opens", "closes": "When it closes", "unit": "The unit", "below": "The text for “below”", "good": "The answer Good",
	"wow": "The answer WOW", "standard.good": "What staff do when it is Good", "question_wow.wow": "What WOW earns", "level_text.text": "The text of this answer",
	"share": "The share of the visits", "good_target": "The target for Good", "scale": "The scale",
}
