package scoring

import (
	"encoding/json"
	"errors"
	"reflect"

	"plainclothes/internal/programme"
)

// StoredReader reads the answers of past visits as several checklists understand them: each answer once where they
// agree on how its question is answered. It is reused and serves one goroutine.
type StoredReader struct {
	questions map[string][]reading
	answers   []programme.Answers
}

// reading is how one checklist reads the answers of a question; q is nil where it does not ask it.
type reading struct {
	q    *programme.Question
	like int // the first checklist that reads it in the same way, -1 when this is the first
}

// NewStoredReader prepares for checklists.
func NewStoredReader(lists ...*Checklist) *StoredReader {
	r := &StoredReader{questions: map[string][]reading{}, answers: make([]programme.Answers, len(lists))}
	for i, c := range lists {
		r.answers[i] = programme.Answers{}
		for at := range c.items {
			q := c.items[at].q
			all, ok := r.questions[q.ID]
			if !ok {
				all = make([]reading, len(lists))
				r.questions[q.ID] = all
			}
			all[i] = reading{q: q, like: firstLike(all[:i], q)}
		}
	}
	return r
}

func firstLike(before []reading, q *programme.Question) int {
	for i := range before {
		if before[i].q != nil && reflect.DeepEqual(before[i].q, q) {
			return i
		}
	}
	return -1
}

// errNotStored is a report that no version of ours has written.
var errNotStored = errors.New("the stored answers are no JSON object")

// Read gives the answers of a JSON object of question ids and answers, by checklist. An answer that a checklist does not
// ask for, or that does not fit its question any more, is left out: a gap, never a zero. What it gives is good until the
// next visit; who changes it changes it back.
func (r *StoredReader) Read(src []byte) ([]programme.Answers, error) {
	for i := range r.answers {
		clear(r.answers[i])
	}
	if !json.Valid(src) {
		return nil, errNotStored
	}
	o, ok := newObject(src)
	if !ok {
		return nil, errNotStored
	}
	for m, ok := o.next(); ok; m, ok = o.next() {
		r.member(m)
	}
	return r.answers, nil
}

func (r *StoredReader) member(m member) {
	all := r.questions[string(m.key)]
	for i := range all {
		q := all[i].q
		switch {
		case q == nil:
		case all[i].like >= 0:
			if a, ok := r.answers[all[i].like][q.ID]; ok {
				r.answers[i][q.ID] = a
			}
		default:
			if a, err := programme.ParseAnswer(q, m.value); err == nil && a.State != programme.Missing {
				r.answers[i][q.ID] = a
			}
		}
	}
}
