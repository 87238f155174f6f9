package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"plainclothes/internal/visit"
)

// questionKey is the key of a row of counts of a question.
type questionKey struct{ month, version, scenario, question string }

func (k questionKey) compare(o questionKey) int {
	return cmp.Or(cmp.Compare(k.month, o.month), cmp.Compare(k.version, o.version), cmp.Compare(k.scenario, o.scenario),
		cmp.Compare(k.question, o.question))
}

// String names a row for the person who reads a difference.
func (k questionKey) String() string {
	return fmt.Sprintf("question %s of version %s, %s, scenario %s", k.question, k.version, k.month, k.scenario)
}

// turnKey is one thing that visits hung on; how often is what it counts.
type turnKey struct {
	month, branch, version string
	turn                   visit.Turn // Times is 0
}

func (k turnKey) compare(o turnKey) int {
	return cmp.Or(cmp.Compare(k.month, o.month), cmp.Compare(k.branch, o.branch), cmp.Compare(k.version, o.version), cmp.Compare(k.turn.Line(), o.turn.Line()))
}

// String names it.
func (k turnKey) String() string {
	return fmt.Sprintf("what visits hung on at branch %s, %s, scenario %s, question %d of version %s",
		k.branch, k.month, k.turn.Scenario, k.turn.Question+1, k.version)
}

// addQuestions adds the counts of questions of a rollup.
func (e entries) addQuestions(r *visit.Rollup) error {
	for i := range r.Questions {
		k := questionKey{r.Month, r.Version, r.Scenario, r.Questions[i].Question}
		sum := e.questions[k]
		sum.Add(&r.Questions[i])
		e.questions[k] = sum
	}
	return visit.EachTurn(r.Turns, func(t visit.Turn) {
		k := turnKey{r.Month, r.Branch, r.Version, t}
		k.turn.Times = 0
		e.turns[k] += t.Times
	})
}

// differQuestions compares counts of questions. A row of nothing says the same as no row.
func (b *book) differQuestions() {
	for _, k := range unequal(b.should.questions, b.stored.questions, questionKey.compare) {
		b.say(RollupKind, k.String(), fmt.Sprintf("The reports give %+v; stored is %+v.", b.should.questions[k], b.stored.questions[k]))
	}
	for _, k := range unequal(b.should.turns, b.stored.turns, turnKey.compare) {
		b.say(RollupKind, k.String(), fmt.Sprintf("The reports give %d; stored is %d.", b.should.turns[k], b.stored.turns[k]))
	}
}

// unequal lists the keys under which two maps say different things, in order.
func unequal[K, V comparable](a, b map[K]V, order func(K, K) int) []K {
	var all []K
	for k, v := range a {
		if b[k] != v {
			all = append(all, k)
		}
	}
	var nothing V
	for k, v := range b {
		if _, known := a[k]; !known && v != nothing {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, order)
	return all
}

// questionRows gives the counts of questions as they should be.
func (b *book) questionRows() []visit.Rollup {
	var all []visit.Rollup
	for k, q := range b.should.questions {
		q.Question = k.question
		all = append(all, visit.Rollup{
			Programme: b.programme.ID, Month: k.month, Version: k.version, Scenario: k.scenario, Questions: []visit.QuestionRollup{q},
		})
	}
	for _, k := range slices.SortedFunc(maps.Keys(b.should.turns), turnKey.compare) {
		t := k.turn
		t.Times = b.should.turns[k]
		all = append(all, visit.Rollup{Programme: b.programme.ID, Month: k.month, Branch: k.branch, Version: k.version, Turns: t.Line()})
	}
	return all
}
