package edit

import (
	"fmt"
	"reflect"
	"slices"

	"plainclothes/internal/programme"
)

// putBackOthers gives other parts back what they took from a part that is there again: conditions, the standard that a question
// witnesses, and what else names another part. from is the draft with them. What somebody has changed since stays as it is, and
// what leads nowhere even now is dropped when the work is settled.
func (w *work) putBackOthers(from *programme.Programme, part Ref) {
	without, err := Apply(from, Remove{Part: part, Drop: true}, Fixed{})
	if err != nil {
		return // it could not be taken away alone, so nothing was taken from others
	}
	then, left := linksByKey(from), linksByKey(without.Programme)
	var others []Ref
	for _, now := range linksOf(w.p) {
		was, had := then[now.key()]
		rest, has := left[now.key()]
		if !had || !has || was.says(rest) || !now.says(rest) {
			continue
		}
		now.put(was)
		w.touch(now.part, now.side)
		if !slices.Contains(others, now.part) {
			others = append(others, now.part)
		}
	}
	switch len(others) {
	case 0:
	case 1:
		w.said += " What " + Label(w.p, others[0]) + " took from it is there again."
	default:
		w.said += fmt.Sprintf(" What %d others took from it is there again.", len(others))
	}
}

// link is one side of a part that may name other parts.
type link struct {
	part      Ref
	side      string
	condition **programme.Condition
	critical  **programme.Critical
	word      *string
}

// key tells one link of a programme from another.
func (l link) key() string { return l.part.String() + "/" + l.side }

// says reports whether two links say the same.
func (l link) says(x link) bool {
	switch {
	case l.condition != nil:
		a, b := *l.condition, *x.condition
		return a == b || a != nil && b != nil && a.Source == b.Source
	case l.critical != nil:
		return reflect.DeepEqual(*l.critical, *x.critical)
	}
	return *l.word == *x.word
}

// put makes it say what another one says.
func (l link) put(then link) {
	switch {
	case l.condition != nil:
		*l.condition = copyCondition(*then.condition)
	case l.critical != nil:
		*l.critical = copyCritical(*then.critical)
	default:
		*l.word = *then.word
	}
}

// linksByKey is [linksOf], to look up.
func linksByKey(p *programme.Programme) map[string]link {
	all := map[string]link{}
	for _, l := range linksOf(p) {
		all[l.key()] = l
	}
	return all
}

// linksOf lists everything in a programme that may name another part.
func linksOf(p *programme.Programme) []link {
	var all []link
	for i := range p.Sections {
		s := &p.Sections[i]
		r := Ref{Kind: Section, ID: s.ID}
		all = append(all, link{part: r, side: Side(fieldShowIf), condition: &s.ShowIf}, link{part: r, side: fieldStage, word: &s.Stage})
		for j := range s.Questions {
			all = append(all, linksOfQuestion(&s.Questions[j])...)
		}
	}
	for i := range p.Scenarios {
		s := &p.Scenarios[i]
		all = append(all, link{part: Ref{Kind: Scenario, ID: s.ID}, side: fieldRequires, word: &s.Requires})
	}
	for i := range p.Stages {
		s := &p.Stages[i]
		r := Ref{Kind: Stage, ID: s.ID}
		all = append(all, link{part: r, side: fieldOpens, word: &s.Opens}, link{part: r, side: fieldCloses, word: &s.Closes})
	}
	return all
}

func linksOfQuestion(q *programme.Question) []link {
	r := Ref{Kind: Question, ID: q.ID}
	all := []link{
		{part: r, side: Side(fieldShowIf), condition: &q.ShowIf},
		{part: r, side: fieldStandard, word: &q.Standard},
		{part: r, side: Side(fieldZero), critical: &q.Critical},
	}
	for i := range q.Options {
		o := &q.Options[i]
		all = append(all, link{part: Ref{Kind: Option, ID: o.Code, Of: q.ID}, side: Side(fieldZero), critical: &o.Critical})
	}
	return all
}
