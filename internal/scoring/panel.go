package scoring

import (
	"encoding/json"
	"errors"
	"reflect"

	"plainclothes/internal/programme"
)

// Panel judges past visits by several checklists that have most of their questions in common. A stored answer is read,
// and what it earns worked out, once for all checklists that put its question in the same words and points; what they
// make of it is what Checklist.Judge makes of the same answers, number for number. A panel is reused and serves one
// goroutine.
type Panel struct {
	lists []*Checklist
	slots []slot
	by    map[string][]int // question → its slots
	seats [][]int          // by list: item → slot
	first []int            // slots of the first list, in file order
}

// slot is a question as one or more of the checklists ask it, and what the visit at hand answered to it.
type slot struct {
	it    *item
	mark  mark
	given bool // there is an answer, whether or not the question can take it
	known map[string]reading
}

// reading is what an answer comes to, by how it is written: the same few words come back in every visit.
type reading struct {
	mark  mark
	given bool
}

// What is remembered of how answers are written.
const (
	longestKnown = 24  // bytes of an answer
	mostKnown    = 256 // answers of a question
)

// NewPanel prepares for checklists.
func NewPanel(lists ...*Checklist) *Panel {
	p := &Panel{lists: lists, by: map[string][]int{}}
	for i, c := range lists {
		seats := make([]int, len(c.items))
		for at := range c.items {
			seats[at] = p.seat(&c.items[at])
		}
		if p.seats = append(p.seats, seats); i == 0 {
			p.first = seats
		}
	}
	return p
}

// seat gives the slot of an item: that of the same question in an earlier list, or a new one.
func (p *Panel) seat(it *item) int {
	for _, at := range p.by[it.q.ID] {
		if reflect.DeepEqual(p.slots[at].it.q, it.q) {
			return at
		}
	}
	p.slots = append(p.slots, slot{it: it, known: map[string]reading{}})
	p.by[it.q.ID] = append(p.by[it.q.ID], len(p.slots)-1)
	return len(p.slots) - 1
}

// errNotStored is a report that no version of ours has written.
var errNotStored = errors.New("the stored answers are no JSON object")

// Read takes in the next visit: a JSON object of question ids and answers. An answer to what no checklist asks, or that
// does not fit its question any more, is left out: a gap, never a zero.
func (p *Panel) Read(src []byte) error {
	for i := range p.slots {
		p.slots[i].mark, p.slots[i].given = mark{state: StateMissing}, false
	}
	if !json.Valid(src) {
		return errNotStored
	}
	o, ok := newObject(src)
	if !ok {
		return errNotStored
	}
	for m, ok := o.next(); ok; m, ok = o.next() {
		for _, at := range p.by[string(m.key)] {
			p.slots[at].take(m.value)
		}
	}
	return nil
}

// take reads an answer.
func (s *slot) take(raw []byte) {
	r, ok := s.known[string(raw)]
	if !ok {
		r = s.read(raw)
		if len(raw) <= longestKnown && len(s.known) < mostKnown {
			s.known[string(raw)] = r
		}
	}
	if r.given {
		s.mark, s.given = r.mark, true
	}
}

func (s *slot) read(raw []byte) reading {
	a, err := programme.ParseAnswer(s.it.q, raw)
	if err != nil || a.State == programme.Missing {
		return reading{}
	}
	fit(s.it.q, &a)
	m := mark{state: stateOf(a.State), answer: a}
	if m.state == StateAnswered {
		m.earned, m.wow = earned(s.it, &a), wowEarned(s.it, &a)
	}
	return reading{mark: m, given: true}
}

// Answered tells of each question of the first checklist, in file order, whether the visit has an answer to it.
func (p *Panel) Answered(tell func(question int)) {
	for i, at := range p.first {
		if p.slots[at].given {
			tell(i)
		}
	}
}

// Judge scores the visit that was read by one of the checklists into v, whose list of standards is used again.
func (p *Panel) Judge(list int, ctx *programme.Context, v *Verdict) {
	c := p.lists[list]
	s := c.blank()
	defer c.put(s)
	s.ctx = *ctx
	s.seated(p, list)
	s.add()
	s.judge(v)
}

// seated is walk with answers that were read already; all stages count.
func (s *sheet) seated(p *Panel, list int) {
	seats := p.seats[list]
	for i := range s.c.sections {
		sec := &s.c.sections[i]
		show := s.shows(sec.show)
		s.sections[i].visible = show
		for at := sec.first; at < sec.end; at++ {
			if !show || !s.shows(s.c.items[at].q.ShowIf) {
				s.marks[at].state = StateHidden
				continue
			}
			s.marks[at] = p.slots[seats[at]].mark
		}
	}
}
