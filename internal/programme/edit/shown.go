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
