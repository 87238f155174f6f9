package programme

// index finds questions by id without walking the checklist. It is a hint only: who changed a Programme after Parse
// gets the truth, because every find is compared with what stands there.
type index struct {
	questions map[string]place
	first     []int // number of each section's first question, counted through the whole checklist
	total     int
}

// place of a question: section and question as numbers.
type place struct{ section, question int }

// newIndex walks the checklist once.
func newIndex(p *Programme) *index {
	ix := &index{questions: make(map[string]place), first: make([]int, len(p.Sections))}
	for i := range p.Sections {
		ix.first[i] = ix.total
		for j := range p.Sections[i].Questions {
			ix.questions[p.Sections[i].Questions[j].ID] = place{i, j}
		}
		ix.total += len(p.Sections[i].Questions)
	}
	return ix
}

// fits reports whether the index still counts the sections and questions of p.
func (ix *index) fits(p *Programme) bool {
	if ix == nil || len(ix.first) != len(p.Sections) {
		return false
	}
	n := 0
	for i := range p.Sections {
		if ix.first[i] != n {
			return false
		}
		n += len(p.Sections[i].Questions)
	}
	return n == ix.total
}

// indexed gives the index, a fresh one when the Programme did not come from Parse or was changed since.
func (p *Programme) indexed() *index {
	if p.ix.fits(p) {
		return p.ix
	}
	return newIndex(p)
}

// place gives the place of a question in the programme.
func (ix *index) place(p *Programme, id string) (place, bool) {
	at, ok := ix.questions[id]
	if ok && p.Sections[at.section].Questions[at.question].ID == id {
		return at, true
	}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			if p.Sections[i].Questions[j].ID == id {
				return place{i, j}, true
			}
		}
	}
	return place{}, false
}
