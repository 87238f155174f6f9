package studio

import (
	"cmp"
	"slices"

	"plainclothes/internal/compare"
	"plainclothes/internal/programme"
)

// tell puts what was counted into the result; the verdicts of causes come with blame.
func (a *again) tell(w *WhatIf, t *trial) {
	x := a.sum
	w.Rescored, w.Elsewhere, w.Score, w.Gaps, w.Months = x.done, x.elsewhere, x.score.move(), a.gaps(t.published), x.months
	w.Levels, w.Releveled = levelMoves(x.levels)
	for _, b := range x.branches {
		w.ByBranch = append(w.ByBranch, *b)
	}
	slices.SortFunc(w.ByBranch, func(a, b BranchLevels) int {
		return cmp.Or(cmp.Compare(b.All(), a.All()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Branch, b.Branch))
	})
	w.Together = Together{Moved: w.Score.Moved, Releveled: x.together.Releveled}
	for i, s := range a.suspects {
		c, sum := s.Cause, &x.causes[i]
		c.Moved, c.Unscored = sum.moved, sum.unscored
		c.Levels, c.Releveled = levelMoves(sum.levels)
		c.Met = sum.met(t.published)
		w.Together.Moved -= c.Moved
		w.Causes = append(w.Causes, c)
	}
}

// met adds up what a suspect does to each standard.
func (s *causeSum) met(published *programme.Programme) []CauseMet {
	sums := make([]CauseMet, len(published.Standards))
	for at, c := range s.counts {
		k := at % len(sums)
		sums[k].N, sums[k].X = sums[k].N+c.N, sums[k].X+c.X
	}
	var all []CauseMet
	for k, m := range sums {
		if m.Standard = published.Standards[k].ID; m.N != 0 || m.X != 0 {
			all = append(all, m)
		}
	}
	return all
}

// blame finds for every verdict that changes which parts of the draft change it by themselves: a target over today's
// counts, or a suspect's counts under today's target.
func (t *trial) blame(w *WhatIf, before compare.Input) {
	found := map[[2]string][]Cause{}
	note := func(c *Cause, outcomes []compare.Outcome) { // of one standard
		states := map[[2]string]compare.Status{}
		for i := range outcomes {
			states[[2]string{outcomes[i].Branch, outcomes[i].Standard}] = outcomes[i].Status
		}
		for i := range w.Statuses {
			s := &w.Statuses[i]
			key := [2]string{s.Branch, s.Standard}
			if is, ok := states[key]; ok && is == s.To {
				found[key] = append(found[key], Cause{Kind: c.Kind, ID: c.ID, Label: c.Label})
				c.Verdicts++
			}
		}
	}
	moved := map[string]bool{}
	for _, s := range w.Statuses {
		moved[s.Standard] = true
	}
	for i := range w.Causes { // in the order of the suspects
		for _, in := range t.suspected(i, before, moved) {
			note(&w.Causes[i], compare.Statuses(in))
		}
	}
	for _, in := range t.targeted(before, moved) {
		id := in.Standards[0].ID
		s, _ := t.draft.Programme.Standard(id)
		c := Cause{Kind: TargetCause, ID: id, Label: s.Title, How: t.targetChanges(id)}
		note(&c, compare.Statuses(in))
		w.Causes = append(w.Causes, c)
	}
	for i := range w.Statuses {
		s := &w.Statuses[i]
		if s.Causes = found[[2]string{s.Branch, s.Standard}]; len(s.Causes) == 0 {
			w.Together.Verdicts++
		}
	}
	slices.SortStableFunc(w.Causes, byWeight)
}

// suspected gives what would be judged with one suspect alone: one input for each standard that it moves and of which
// a verdict changes.
func (t *trial) suspected(i int, before compare.Input, moved map[string]bool) []compare.Input {
	standards := t.published.Standards
	by := map[string]map[string]compare.Counts{} // standard → branch → added
	for at, c := range t.again.sum.causes[i].counts {
		id := standards[at%len(standards)].ID
		if !moved[id] {
			continue
		}
		if by[id] == nil {
			by[id] = map[string]compare.Counts{}
		}
		by[id][t.again.branches[at/len(standards)].ID] = c
	}
	var all []compare.Input
	for k := range before.Standards {
		if added := by[before.Standards[k].ID]; added != nil {
			in := only(before, before.Standards[k])
			for j := range in.Shares {
				add(&in.Shares[j].Counts, added[in.Shares[j].Branch])
				delete(added, in.Shares[j].Branch)
			}
			for _, b := range t.again.branches { // branches that nothing was counted of, in their order
				if c, left := added[b.ID]; left {
					in.Shares = append(in.Shares, compare.ShareCell{Branch: b.ID, Standard: before.Standards[k].ID, Counts: c})
				}
			}
			all = append(all, in)
		}
	}
	return all
}

// targeted gives today's counts under the draft's target, by standard whose target changes and of which a verdict does.
func (t *trial) targeted(before compare.Input, moved map[string]bool) []compare.Input {
	var all []compare.Input
	for _, s := range StandardsOf(t.draft.Programme) {
		k := slices.IndexFunc(before.Standards, func(x compare.Standard) bool { return x.ID == s.ID })
		if moved[s.ID] && k >= 0 && len(t.targetChanges(s.ID)) > 0 {
			all = append(all, only(before, s))
		}
	}
	return all
}

// targetChanges says how what is asked of branches changes.
func (t *trial) targetChanges(id string) []string {
	was, ok := t.published.Standard(id)
	is, also := t.draft.Programme.Standard(id)
	if !ok || !also {
		return nil
	}
	return targetChanges(was, is)
}

// only keeps one standard of what would be judged.
func only(in compare.Input, s compare.Standard) compare.Input {
	out := in
	out.Standards, out.Shares = []compare.Standard{s}, nil
	for _, c := range in.Shares {
		if c.Standard == s.ID {
			out.Shares = append(out.Shares, c)
		}
	}
	return out
}

// gaps lists the draft's scored questions that are new or ask otherwise and that no past visit answered, in file order.
// Without visits nothing is missing.
func (a *again) gaps(published *programme.Programme) []Question {
	if a.sum.done == 0 {
		return nil
	}
	at := -1
	unanswered := func(q *programme.Question) bool { // is asked in file order, as answers are counted
		at++
		was, _, ok := published.Question(q.ID)
		return a.sum.answered[at] == 0 && q.Scored() && (!ok || was.Kind != q.Kind || !sameOptions(was.Options, q.Options))
	}
	var all []Question
	for _, q := range witnesses(a.list.Programme, unanswered) {
		all = append(all, Question{ID: q.ID, Text: q.Text, Standard: q.Standard})
	}
	return all
}
