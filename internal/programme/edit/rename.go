package edit

import (
	"slices"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// rename gives a part another id and lets everything that names it follow. It gives the label of what was changed, "" when
// the id is the same.
func (w *work) rename(r Ref, to, field string) (string, error) {
	if to == r.ID {
		return "", nil
	}
	var bad fault.Fields
	fresh := Ref{Kind: r.Kind, ID: to, Of: r.Of}
	if w.fixed.Has(r) {
		bad.Addf(field, "%q is in published versions, and what is known of past visits hangs on it. It stays as it is.", r.ID)
	} else if wrong := w.checkID(fresh); wrong != "" {
		bad.Add(field, wrong)
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	w.follow(r, to)
	w.p.RenameTexts(textsOf(r), textsOf(fresh))
	w.renamed = append(w.renamed, [2]Ref{r, fresh})
	w.touch(r, "")
	w.touch(fresh, "")
	w.open, w.own = openOf(fresh), append(w.own, fresh)
	return "the id", nil
}

// textsOf is how a part's words in other languages begin; "" when it has none.
func textsOf(r Ref) string {
	switch r.Kind {
	case Option:
		return "questions." + r.Of + ".options." + r.ID
	case Section, Question, Standard, Scenario, Stage:
		return string(r.Kind) + "s." + r.ID
	case Whole, Daypart, Feature:
	}
	return ""
}

// follow writes the new id wherever the old one stands.
func (w *work) follow(r Ref, to string) {
	switch r.Kind {
	case Question:
		w.eachNode(func(n *programme.Node) bool {
			return n.Op != programme.OpFeature && renameSubject(n, r.ID, to)
		})
		q, _, _ := w.p.Question(r.ID)
		q.ID = to
	case Section:
		w.p.Sections[sectionAt(w.p, r.ID)].ID = to
		w.followSection(r.ID, to)
	case Standard:
		w.eachQuestion(func(q *programme.Question) { q.Standard = swapped(q.Standard, r.ID, to) })
		s, _ := w.p.Standard(r.ID)
		s.ID = to
	case Scenario:
		w.eachNode(func(n *programme.Node) bool { return n.Subject == SubjectScenario && renameValue(n, r.ID, to) })
		s, _ := w.p.Scenario(r.ID)
		s.ID = to
	case Feature:
		w.followFeature(r.ID, to)
	case Option:
		w.eachNode(func(n *programme.Node) bool { return n.Subject == r.Of && renameValue(n, r.ID, to) })
		followOption(w.p, r, to)
	case Stage:
		w.followStage(r.ID, to)
	case Daypart:
		w.p.Dayparts[slices.Index(idsOf(w.p, Daypart), r.ID)].ID = to
	case Whole:
	}
}

// swapped gives the new name where the old one stands.
func swapped(s, from, to string) string {
	if s == from {
		return to
	}
	return s
}

// followSection renames a section in weights and criticals.
func (w *work) followSection(from, to string) {
	for i := range w.p.Policy.Weights {
		w.p.Policy.Weights[i].Section = swapped(w.p.Policy.Weights[i].Section, from, to)
	}
	w.eachCritical(func(c *programme.Critical) { c.Section = swapped(c.Section, from, to) })
}

// followFeature renames a feature in conditions and scenarios.
func (w *work) followFeature(from, to string) {
	w.eachNode(func(n *programme.Node) bool { return n.Op == programme.OpFeature && renameSubject(n, from, to) })
	for i := range w.p.Scenarios {
		w.p.Scenarios[i].Requires = swapped(w.p.Scenarios[i].Requires, from, to)
	}
	w.p.Features[slices.Index(w.p.Features, from)] = to
}

// followOption renames an answer of a question in its own rules.
func followOption(p *programme.Programme, r Ref, to string) {
	q, _, _ := p.Question(r.Of)
	for _, list := range []*[]string{criticalAnswers(q), commentAnswers(q)} {
		if list != nil {
			for i := range *list {
				(*list)[i] = swapped((*list)[i], r.ID, to)
			}
		}
	}
	o, _ := q.Option(r.ID)
	o.Code = to
}

// afterStage begins a moment that waits for a stage.
const afterStage = "after:"

// followStage renames a stage in sections and in stages that wait for it.
func (w *work) followStage(from, to string) {
	for i := range w.p.Sections {
		w.p.Sections[i].Stage = swapped(w.p.Sections[i].Stage, from, to)
	}
	for i := range w.p.Stages {
		s := &w.p.Stages[i]
		s.ID = swapped(s.ID, from, to)
		s.Opens, s.Closes = swapped(s.Opens, afterStage+from, afterStage+to), swapped(s.Closes, afterStage+from, afterStage+to)
	}
}

// eachQuestion visits the questions.
func (w *work) eachQuestion(visit func(*programme.Question)) {
	for i := range w.p.Sections {
		for j := range w.p.Sections[i].Questions {
			visit(&w.p.Sections[i].Questions[j])
		}
	}
}

// eachCritical visits the criticals of questions and options.
func (w *work) eachCritical(visit func(*programme.Critical)) {
	w.eachQuestion(func(q *programme.Question) {
		if q.Critical != nil {
			visit(q.Critical)
		}
		for i := range q.Options {
			if c := q.Options[i].Critical; c != nil {
				visit(c)
			}
		}
	})
}

// eachNode changes the comparisons of all conditions; only what was changed is written anew.
func (w *work) eachNode(change func(*programme.Node) bool) {
	programme.EachCondition(w.p, func(c *programme.Condition) { c.Source = rewritten(c.Source, change) })
}

// rewritten changes the comparisons of a condition. What cannot be read stays as it is.
func rewritten(src string, change func(*programme.Node) bool) string {
	n, err := programme.ReadCondition(src)
	if err != nil || !changeNodes(&n, change) {
		return src
	}
	return n.Source()
}

// changeNodes changes the leaves of a tree.
func changeNodes(n *programme.Node, change func(*programme.Node) bool) bool {
	if len(n.Nodes) == 0 {
		return change(n)
	}
	changed := false
	for i := range n.Nodes {
		changed = changeNodes(&n.Nodes[i], change) || changed
	}
	return changed
}

// renameSubject renames what a comparison asks about.
func renameSubject(n *programme.Node, from, to string) bool {
	if n.Subject != from {
		return false
	}
	n.Subject = to
	return true
}

// renameValue renames an answer that a comparison names.
func renameValue(n *programme.Node, from, to string) bool {
	changed := false
	for i := range n.Values {
		if v := &n.Values[i]; v.IsText && v.Text == from {
			v.Text, changed = to, true
		}
	}
	return changed
}
