package visit

import (
	"encoding/json"
	"strings"
	"time"

	"plainclothes/internal/programme"
)

// Conflict is a field that has two different values, from devices that did not know of each other's: the shopper says
// which is right.
type Conflict struct {
	Field    string // of the op log
	Question string // id
	Section  string // id
	Comment  bool   // the words beside the answer
	Values   []Sibling
}

// Sibling is one of the values, in the order in which they arrived.
type Sibling struct {
	Op     string // id
	Device string
	Value  json.RawMessage  // wire form
	Answer programme.Answer // of an answer
	Words  string           // of a comment
	At     time.Time        // by the clock of the device
}

// conflicts lists those of the questions on show, in the order of the checklist.
func (p *Paper) conflicts() []Conflict {
	if len(p.Report.Heads.Conflicts()) == 0 {
		return nil
	}
	var all []Conflict
	for i := range p.List.Programme.Sections {
		sec := &p.List.Programme.Sections[i]
		for k := range sec.Questions {
			q := &sec.Questions[k]
			for _, field := range []string{q.ID, CommentField(q.ID)} {
				if p.Report.Heads.twice(field) && p.Shown.Question(q.ID) {
					all = append(all, p.conflict(sec, q, field))
				}
			}
		}
	}
	return all
}

func (p *Paper) conflict(sec *programme.Section, q *programme.Question, field string) Conflict {
	c := Conflict{Field: field, Question: q.ID, Section: sec.ID, Comment: strings.HasSuffix(field, commentSuffix)}
	for _, h := range p.Report.Heads[field] {
		s := Sibling{Op: h.Op, Device: h.Device, Value: h.Value, At: h.At}
		if c.Comment {
			_ = json.Unmarshal(h.Value, &s.Words) // a text, or it had not been stored
		} else if a, err := programme.ParseAnswer(q, h.Value); err == nil {
			s.Answer = a
		}
		c.Values = append(c.Values, s)
	}
	return c
}

// conflicted are the fields of the conflicts.
func (p *Paper) conflicted() []string {
	out := []string{}
	for _, c := range p.Conflicts {
		out = append(out, c.Field)
	}
	return out
}
