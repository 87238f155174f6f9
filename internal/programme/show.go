package programme

// Shown says which parts of a checklist a visit sees. It belongs to the Programme, context and answers it was made of.
type Shown struct {
	p         *Programme
	ix        *index
	sections  []bool
	questions []bool // counted through the whole checklist
}

// Show says which sections and questions are visible with these answers. Conditions do not see answers of hidden
// questions. It takes no longer than one walk over the checklist, because conditions look back only.
func Show(p *Programme, ctx Context, answers Answers) Shown {
	ix := p.indexed()
	seen := make([]bool, len(p.Sections)+ix.total)
	s := Shown{p: p, ix: ix, sections: seen[:len(p.Sections)], questions: seen[len(p.Sections):]}
	env := Env{Context: &ctx, Answer: func(id string) (Answer, bool) {
		at, ok := ix.place(p, id)
		if !ok || !s.questions[ix.first[at.section]+at.question] {
			return Answer{}, false
		}
		a, ok := answers[id]
		return a, ok
	}}
	for i := range p.Sections {
		s.section(i, &env)
	}
	return s
}

// section decides about a section and its questions.
func (s *Shown) section(i int, env *Env) {
	sec := &s.p.Sections[i]
	if !sec.ShowIf.holds(env) {
		return
	}
	s.sections[i] = true
	first := s.ix.first[i]
	for j := range sec.Questions {
		s.questions[first+j] = sec.Questions[j].ShowIf.holds(env)
	}
}

// holds reports whether there is no condition or it is true.
func (c *Condition) holds(env *Env) bool { return c == nil || c.Root.Eval(env) }

// Section reports whether the section with an id is visible.
func (s Shown) Section(id string) bool {
	for i := range s.sections {
		if s.p.Sections[i].ID == id {
			return s.sections[i]
		}
	}
	return false
}

// Question reports whether the question with an id is visible.
func (s Shown) Question(id string) bool {
	if s.p == nil {
		return false
	}
	at, ok := s.ix.place(s.p, id)
	return ok && s.QuestionAt(at.section, at.question)
}

// QuestionAt is Question by the numbers of section and question, for who walks the checklist anyway.
func (s Shown) QuestionAt(section, question int) bool {
	return s.questions[s.ix.first[section]+question]
}
