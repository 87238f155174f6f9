// Package tryout is test runs: an owner fills in a draft on a phone of his own as a shopper would, with the pages, the
// conditions and the score of a real visit.
//
// The one rule: a test run is no visit. It lives in a table of its own, which nothing that counts, compares, pays or
// reports ever reads, and it is gone after some days.
package tryout

import (
	"encoding/json"
	"slices"
	"time"

	"plainclothes/internal/programme"
)

// Run is one test run of a checklist as it stood when the run was started.
type Run struct {
	Org, ID   string // the id is random (UUIDv4)
	Programme string // id
	Number    int    // of the version, or of the one that the draft becomes
	Draft     bool
	Hash      string // hex SHA-256 of Document
	Document  []byte // canonical JSON; nil in lists
	Scenario  string
	Context   programme.Context // the branch that is imagined
	Answers   map[string]json.RawMessage
	Comments  map[string]string
	Photos    map[string]int // how many there would be, by question id: a test run keeps no pictures
	Stages    []string       // ids of those that were sent
	Trail     Trail
	StartedBy string // member id
	Created   time.Time
	Expires   time.Time // from then on it is gone
	Opened    time.Time // on a phone; zero: not yet
	Finished  time.Time // zero: not yet

	LinkHash   string // of the link that opens it, "" once it was used
	LinkUntil  time.Time
	PassHash   string // of what the phone shows that opened it, "" before
	PassUntil  time.Time
	RowVersion int
}

// Trail is what came on show in the course of a run. It only grows.
type Trail struct {
	Sections  []string `json:"sections,omitempty"`  // ids that were on show at some moment
	Questions []string `json:"questions,omitempty"` // ids that were on show at some moment
	Without   []string `json:"without,omitempty"`   // ids of questions and sections with a condition that did not hold at some moment
	Comments  []string `json:"comments,omitempty"`  // ids of questions whose answer asked for words
	Photos    []string `json:"photos,omitempty"`    // ids of questions whose answer asked for a photo
}

// Limits of test runs.
const (
	LinkLife = time.Hour          // in which the link can be opened, once
	passLife = 24 * time.Hour     // in which the phone that opened it goes on
	life     = 7 * 24 * time.Hour // of a run
	MaxRuns  = 20                 // kept for a programme: a new one takes the place of the oldest
)

// walk adds what is on show now.
func (t *Trail) walk(p *programme.Programme, shown *programme.Shown, answers programme.Answers) {
	for i := range p.Sections {
		s := &p.Sections[i]
		if !shown.Section(s.ID) {
			add(&t.Without, sectionMark+s.ID)
			continue
		}
		add(&t.Sections, s.ID)
		for j := range s.Questions {
			t.question(&s.Questions[j], shown.QuestionAt(i, j), answers)
		}
	}
}

// sectionMark stands before the id of a section among those of questions: the two may be equal.
const sectionMark = "/"

func (t *Trail) question(q *programme.Question, shown bool, answers programme.Answers) {
	if !shown {
		add(&t.Without, q.ID)
		return
	}
	add(&t.Questions, q.ID)
	if programme.WantsComment(q, answers[q.ID]) {
		add(&t.Comments, q.ID)
	}
	if programme.WantsPhoto(q, answers[q.ID]) {
		add(&t.Photos, q.ID)
	}
}

// add keeps the list sorted and each id in it once.
func add(list *[]string, id string) {
	if at, found := slices.BinarySearch(*list, id); !found {
		*list = slices.Insert(*list, at, id)
	}
}

// has reports whether a sorted list has an id.
func has(list []string, id string) bool {
	_, found := slices.BinarySearch(list, id)
	return found
}

// join adds another run's trail.
func (t *Trail) join(o *Trail) {
	for _, pair := range [][2]*[]string{
		{&t.Sections, &o.Sections}, {&t.Questions, &o.Questions}, {&t.Without, &o.Without}, {&t.Comments, &o.Comments}, {&t.Photos, &o.Photos},
	} {
		for _, id := range *pair[1] {
			add(pair[0], id)
		}
	}
}
