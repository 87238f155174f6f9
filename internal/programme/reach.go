package programme

// Unreachable lists the questions that no visit can ever see, in file order: their condition, that of their section, or what
// these ask about, can never hold. A question whose condition cannot be understood is not among them, nor is one whose
// condition is too large to be tried out.
func Unreachable(p *Programme) []string {
	w := &possibleWorlds{p: p, ix: p.indexed(), budget: maxLooks}
	var ids []string
	for i := range p.Sections {
		s := &p.Sections[i]
		dead := s.ShowIf.compiled() && !w.holdTogether(&s.ShowIf.Root)
		for j := range s.Questions {
			if q := &s.Questions[j]; dead || !w.reaches(s, q) {
				ids = append(ids, q.ID)
			}
		}
	}
	return ids
}

// reaches reports whether a visit may see a question of a section that it may see.
func (w *possibleWorlds) reaches(s *Section, q *Question) bool {
	switch {
	case !q.ShowIf.compiled():
		return true
	case s.ShowIf.compiled():
		return w.holdTogether(&s.ShowIf.Root, &q.ShowIf.Root)
	}
	return w.holdTogether(&q.ShowIf.Root)
}
