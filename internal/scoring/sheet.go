package scoring

import (
	"slices"

	"plainclothes/internal/programme"
)

// Input is one visit as it is scored.
type Input struct {
	Context programme.Context
	Answers programme.Answers
	// Stages that are sealed. Nil means that all count (a checklist without stages, a past visit); an empty list means
	// that none is. A section belongs to a stage as programme.StageOf says.
	Stages []string
	// Final says that no more stages will come: those not sealed have expired, and their questions are missing though
	// optional. Without it they are left out until they are sealed.
	Final bool
}

// State of one question in one visit.
type State string

// The states of a question. Only an answered one earns and offers points.
const (
	StateHidden      State = "hidden"
	StateAnswered    State = "answered"
	StateNA          State = "na"
	StateNotObserved State = "not_observed"
	StateMissing     State = "missing"
	StateExpired     State = "expired" // its stage ended without being sealed
	StateWaiting     State = "waiting" // its stage is still to come
)

// applicable reports whether the question's Good points belong to those that completeness counts.
func (s State) applicable() bool {
	return s == StateAnswered || s == StateNotObserved || s == StateMissing || s == StateExpired
}

// sheet is one visit spread out over the checklist. Sheets are reused; nothing of a sheet is kept in a result.
type sheet struct {
	c         *Checklist
	ctx       programme.Context
	env       programme.Env
	marks     []mark
	sections  []sectionSum
	pairs     []sum
	standards []standardSum // the last is for questions without a standard
	parts     []offer       // as standards: what each brings to the score
	unit      []num         // as sections: what a point of each brings
	fired     []firing
	all       sum
}

type mark struct {
	state       State
	answer      programme.Answer
	earned, wow num
}

// offer is what was earned of WOW points and what was on offer, over answered questions.
type offer struct{ earned, available num }

// sum is earned and possible Good points over answered questions, the WOW points beside them, and the Good points of
// questions that apply and are not answered.
type sum struct {
	earned, possible num
	wow              offer
	open             num
}

type sectionSum struct {
	sum
	visible, zeroed bool
}

type standardSum struct {
	sum
	fired bool
}

// sheet gives a sheet for a visit, filled in. Return it with put.
func (c *Checklist) sheet(in *Input) *sheet {
	s := c.blank()
	s.ctx = in.Context
	s.walk(in)
	s.add()
	return s
}

func (c *Checklist) blank() *sheet {
	if s, ok := c.sheets.Get().(*sheet); ok {
		return s
	}
	s := &sheet{
		c: c, marks: make([]mark, len(c.items)), sections: make([]sectionSum, len(c.sections)),
		pairs: make([]sum, len(c.pairs)), standards: make([]standardSum, len(c.p.Standards)+1),
		parts: make([]offer, len(c.p.Standards)+1), unit: make([]num, len(c.sections)),
	}
	s.env = programme.Env{Context: &s.ctx, Answer: s.lookup}
	return s
}

func (c *Checklist) put(s *sheet) {
	clear(s.marks)
	clear(s.sections)
	clear(s.pairs)
	clear(s.standards)
	*s = sheet{
		c: c, env: s.env, marks: s.marks, sections: s.sections, pairs: s.pairs, standards: s.standards, fired: s.fired[:0],
		parts: s.parts, unit: s.unit,
	}
	c.sheets.Put(s)
}

// lookup is what conditions ask: the answer of an earlier question, false when it is hidden. A question whose stage
// is not sealed has no answer yet.
func (s *sheet) lookup(question string) (programme.Answer, bool) {
	at, ok := s.c.index[question]
	if !ok || !s.marks[at].state.visible() {
		return programme.Answer{}, false
	}
	return s.marks[at].answer, true
}

// visible is false for a hidden question and for one that was not reached yet.
func (s State) visible() bool { return s != "" && s != StateHidden }

// walk finds the state of every question, in file order, since conditions only look back.
func (s *sheet) walk(in *Input) {
	for i := range s.c.sections {
		sec := &s.c.sections[i]
		stage := s.c.stageState(i, in)
		show := s.shows(sec.show)
		s.sections[i].visible = show
		for at := sec.first; at < sec.end; at++ {
			it, m := &s.c.items[at], &s.marks[at]
			switch {
			case !show || !s.shows(it.q.ShowIf):
				m.state = StateHidden
			case stage != "":
				m.state = stage
			default:
				m.answer = in.Answers[it.q.ID]
				fit(it.q, &m.answer)
				if m.state = stateOf(m.answer.State); m.state == StateAnswered && it.pair >= 0 {
					m.earned, m.wow = earned(it, &m.answer), wowEarned(it, &m.answer)
				}
			}
		}
	}
}

func (s *sheet) shows(c *programme.Condition) bool { return c == nil || c.Root.Eval(&s.env) }

// stageState gives the state that a section's stage puts on its questions, "" when the stage counts.
func (c *Checklist) stageState(section int, in *Input) State {
	if in.Stages == nil {
		return ""
	}
	switch stage := c.stageOf(section, in.Context.Scenario); {
	case stage == "" || slices.Contains(in.Stages, stage):
		return ""
	case in.Final:
		return StateExpired
	}
	return StateWaiting
}

func stateOf(s programme.AnswerState) State {
	switch s {
	case programme.Answered:
		return StateAnswered
	case programme.NA:
		return StateNA
	case programme.NotObserved:
		return StateNotObserved
	case programme.Missing:
		return StateMissing
	}
	return StateMissing
}

// add sums what the questions earned, first over pairs of section and standard and from there over each of both, and
// notes the criticals that fired.
func (s *sheet) add() {
	for at := range s.c.items {
		if m := &s.marks[at]; m.state.applicable() {
			s.addItem(&s.c.items[at], m)
			s.fire(at)
		}
	}
	for i := range s.pairs {
		at, part := s.c.pairs[i], &s.pairs[i]
		s.sections[at.section].add(part)
		s.standards[at.standard].add(part)
	}
	for i := range s.sections {
		s.all.add(&s.sections[i].sum)
	}
	s.effects()
}

func (s *sheet) addItem(it *item, m *mark) {
	if it.pair < 0 {
		return
	}
	pair := &s.pairs[it.pair]
	if m.state != StateAnswered {
		pair.open = pair.open.add(it.good)
		return
	}
	pair.earned, pair.possible = pair.earned.add(m.earned), pair.possible.add(it.good)
	if !it.wow.zero() {
		pair.wow.add(offer{earned: m.wow, available: it.wow})
	}
}

func (s *sum) add(o *sum) {
	s.earned, s.possible = s.earned.add(o.earned), s.possible.add(o.possible)
	if !o.open.zero() {
		s.open = s.open.add(o.open)
	}
	if !o.wow.available.zero() {
		s.wow.add(o.wow)
	}
}

func (o *offer) add(p offer) {
	o.earned, o.available = o.earned.add(p.earned), o.available.add(p.available)
}

// effects tells standards and sections of the criticals that fired.
func (s *sheet) effects() {
	for _, f := range s.fired {
		it := &s.c.items[f.item]
		s.standards[it.standard].fired = true
		if zeroed := it.critical[f.critical].section; zeroed >= 0 {
			s.sections[zeroed].zeroed = true
		}
	}
}

func (s *sheet) fire(at int) {
	it := &s.c.items[at]
	for i := range it.critical {
		if it.critical[i].fires(it.q, &s.marks[at].answer) {
			s.fired = append(s.fired, firing{item: at, critical: i})
		}
	}
}

// DropHidden gives the answers without those of hidden questions and of questions that the checklist does not have:
// what is kept when a report is sealed.
func (c *Checklist) DropHidden(ctx programme.Context, answers programme.Answers) programme.Answers {
	s := c.sheet(&Input{Context: ctx, Answers: answers})
	defer c.put(s)
	kept := make(programme.Answers, len(answers))
	for at := range s.marks {
		id := c.items[at].q.ID
		if a, ok := answers[id]; ok && s.marks[at].state.visible() && a.State != programme.Missing {
			kept[id] = a
		}
	}
	return kept
}
