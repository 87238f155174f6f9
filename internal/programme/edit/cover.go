package edit

import "plainclothes/internal/programme"

// Unreached is a question that no visit can ever see, and what is lost with it.
type Unreached struct {
	Question    string
	Points, Wow programme.Points
	Photo       bool // a photo that it requires is never taken
}

// NeverShown lists the questions that no visit can ever see, whatever is answered and whatever the branch has. Where a
// condition is too large to be tried out the question counts as seen.
func NeverShown(p *programme.Programme) []Unreached {
	var all []Unreached
	for _, id := range programme.Unreachable(p) {
		q, _, _ := p.Question(id)
		photo := q.Evidence == programme.PhotoRequired || q.Required && (q.Kind == programme.Photo || q.Kind == programme.Receipt)
		all = append(all, Unreached{Question: id, Points: q.PossibleGood(), Wow: q.PossibleWow(), Photo: photo})
	}
	return all
}

// Run is one visit that was tried: where, and what was answered.
type Run struct {
	Context programme.Context
	Answers programme.Answers
}

// Coverage is what a number of runs never came to.
type Coverage struct {
	Runs       int
	Questions  []Ref // never shown
	Sections   []Ref // never shown
	Scenarios  []Ref // never tried
	Conditions []Untried
}

// Untried is a condition that the runs only saw one way.
type Untried struct {
	Part       Ref // a section or question
	Sentence   string
	NeverTrue  bool
	NeverFalse bool
}

// Full reports whether the runs came to everything.
func (c *Coverage) Full() bool {
	return len(c.Questions)+len(c.Sections)+len(c.Scenarios)+len(c.Conditions) == 0
}

// Cover says which questions, sections, scenarios and ways of a condition were never tried in these runs. A question's
// condition counts only where its section was shown.
func Cover(p *programme.Programme, runs []Run) Coverage {
	c := coverer{seen: map[Ref]bool{}, hidden: map[Ref]bool{}}
	for i := range runs {
		c.run(p, &runs[i])
	}
	out := Coverage{Runs: len(runs)}
	for i := range p.Scenarios {
		if r := (Ref{Kind: Scenario, ID: p.Scenarios[i].ID}); !c.seen[r] {
			out.Scenarios = append(out.Scenarios, r)
		}
	}
	for i := range p.Sections {
		c.section(p, &p.Sections[i], &out)
	}
	return out
}

// coverer notes which parts were shown and which were hidden by their own condition.
type coverer struct{ seen, hidden map[Ref]bool }

// run notes one run.
func (c *coverer) run(p *programme.Programme, r *Run) {
	shown := programme.Show(p, r.Context, r.Answers)
	c.seen[Ref{Kind: Scenario, ID: r.Context.Scenario}] = true
	for i := range p.Sections {
		s := &p.Sections[i]
		if !shown.Section(s.ID) {
			c.hidden[Ref{Kind: Section, ID: s.ID}] = true
			continue
		}
		c.seen[Ref{Kind: Section, ID: s.ID}] = true
		for j := range s.Questions {
			if q := (Ref{Kind: Question, ID: s.Questions[j].ID}); shown.QuestionAt(i, j) {
				c.seen[q] = true
			} else {
				c.hidden[q] = true
			}
		}
	}
}

// section tells what was never tried of a section and its questions.
func (c *coverer) section(p *programme.Programme, s *programme.Section, out *Coverage) {
	part := Ref{Kind: Section, ID: s.ID}
	if !c.seen[part] {
		out.Sections = append(out.Sections, part)
	}
	c.condition(p, part, s.ShowIf, out)
	for j := range s.Questions {
		q := Ref{Kind: Question, ID: s.Questions[j].ID}
		if !c.seen[q] {
			out.Questions = append(out.Questions, q)
		}
		c.condition(p, q, s.Questions[j].ShowIf, out)
	}
}

// condition tells which way of a condition was never tried.
func (c *coverer) condition(p *programme.Programme, part Ref, cond *programme.Condition, out *Coverage) {
	if cond == nil || c.seen[part] && c.hidden[part] {
		return
	}
	out.Conditions = append(out.Conditions, Untried{
		Part: part, Sentence: Sentence(p, cond.Source), NeverTrue: !c.seen[part], NeverFalse: !c.hidden[part],
	})
}
