package studio

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
)

// again is what old answers say when the draft scores them.
type again struct {
	list      *visit.Checklist // of the draft
	standards map[string]bool  // whose definition is new
	scored    bool             // the score or the levels are defined anew
	counts    map[[2]string]compare.Counts
	unsure    map[string]int
	levels    map[[2]scoring.Level]int
	score     scoreSum
	answered  map[string]int // question → visits that had an answer for it
	done      int
}

// scoreSum adds up scores of visits that have one on both sides.
type scoreSum struct{ visits, unscored, was, is int64 }

// move gives the two means, rounded half up.
func (s scoreSum) move() ScoreMove {
	m := ScoreMove{Visits: int(s.visits), Unscored: int(s.unscored)}
	if s.visits > 0 {
		m.WasBP, m.IsBP = int((2*s.was+s.visits)/(2*s.visits)), int((2*s.is+s.visits)/(2*s.visits))
	}
	return m
}

// newAgain says what has to be scored again; nil when only targets change.
func newAgain(t *trial) (*again, error) {
	levels := t.published.Levels != t.draft.Programme.Levels
	if len(t.difference.Series) == 0 && !t.difference.Score && !levels {
		return nil, nil
	}
	list, err := prepare(t.draft.Version)
	a := &again{
		list: list, standards: map[string]bool{}, scored: t.difference.Score || levels, counts: map[[2]string]compare.Counts{},
		unsure: map[string]int{}, levels: map[[2]scoring.Level]int{}, answered: map[string]int{},
	}
	for _, id := range t.difference.Series {
		a.standards[id] = true
	}
	return a, err
}

// rescore streams past visits through the draft's checklist. Every page is a short transaction of its own, so that a
// long look back holds up nobody.
func (s *Service) rescore(ctx context.Context, t *trial, progress func(done, total int)) error {
	if t.again == nil {
		return nil
	}
	places := map[string]*org.Branch{}
	for i := range t.Branches {
		places[t.Branches[i].ID] = &t.Branches[i]
	}
	q := PastQuery{Programme: t.Programme.ID, Window: t.Window, Limit: MaxPast}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var page []PastVisit
		var editions map[string]Edition
		err := s.repo.View(ctx, t.Programme.Org, func(tx Tx) (err error) {
			if page, err = tx.PastVisits(ctx, t.Programme.Org, q); err != nil {
				return err
			}
			editions, err = s.editions(ctx, tx, t.Programme.Org, page)
			return err
		})
		if err != nil {
			return err
		}
		for i := range page {
			if err := t.try(&page[i], editions[page[i].Version], places[page[i].Branch]); err != nil {
				return err
			}
		}
		if t.again.done += len(page); progress != nil {
			progress(t.again.done, max(t.again.done, t.total()))
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].Mark()
	}
}

// editions gives the versions that a page of visits was taken with.
func (s *Service) editions(ctx context.Context, tx Tx, org string, page []PastVisit) (map[string]Edition, error) {
	all := map[string]Edition{}
	for i := range page {
		id := page[i].Version
		if _, ok := all[id]; ok {
			continue
		}
		e, err := s.shelf.Edition(ctx, tx, Version{Org: org, ID: id})
		if err != nil {
			return nil, fmt.Errorf("version %s of visit %s: %w", id, page[i].ID, err)
		}
		all[id] = e
	}
	return all, nil
}

// total is how many visits there are to score, as far as the sums know.
func (t *trial) total() int { return int(t.Score.Visits + t.Score.Apart) }

// try scores one old visit by the draft and counts what that says.
func (t *trial) try(v *PastVisit, taken Edition, place *org.Branch) error {
	if place == nil {
		return nil // a branch beyond the limit of the list is not compared either
	}
	answers, err := t.again.answers(v)
	if err != nil {
		return err
	}
	ctx := (&visit.Place{Branch: *place}).Context(v.Scenario)
	if v.Context != nil {
		ctx = *v.Context
	}
	res := t.again.list.Scoring.Score(scoring.Input{Context: ctx, Answers: answers})
	if t.again.scored && taken.List.ScoreSeries == t.Score.Series {
		t.again.addScore(v, &res)
	}
	counted := visit.RollupOf(&visit.Visit{}, &res, "", outcomes(&res), 1)
	for id := range t.again.standards {
		if t.eligible(id, taken) {
			t.again.addStandard(v.Branch, id, counted.Standards)
		}
	}
	return nil
}

// eligible reports whether a visit is one of those that the published version counts for a standard, so that both sides
// of what-if are about the same visits. A standard that is new has no such visits; every visit of the window may speak.
func (t *trial) eligible(standard string, taken Edition) bool {
	choice, ok := t.Standards[standard]
	return !ok || taken.List.Series[standard] == choice.Series
}

// answers reads old answers with the draft's questions. What the draft does not ask, or asks in a way that the old
// answer does not fit, is left out: a gap.
func (a *again) answers(v *PastVisit) (programme.Answers, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(v.Answers, &raw); err != nil {
		return nil, fmt.Errorf("answers of visit %s: %w", v.ID, err)
	}
	all := make(programme.Answers, len(raw))
	for i := range a.list.Programme.Sections {
		for j := range a.list.Programme.Sections[i].Questions {
			q := &a.list.Programme.Sections[i].Questions[j]
			value, ok := raw[q.ID]
			if !ok {
				continue
			}
			if ans, err := programme.ParseAnswer(q, value); err == nil && ans.State != programme.Missing {
				all[q.ID] = ans
				a.answered[q.ID]++
			}
		}
	}
	return all, nil
}

// outcomes takes a result apart as publication does; series do not matter here.
func outcomes(res *scoring.Result) []visit.Outcome {
	all := make([]visit.Outcome, len(res.Standards))
	for i, st := range res.Standards {
		all[i] = visit.Outcome{StandardResult: st}
	}
	return all
}

// addScore counts a visit that has a score today.
func (a *again) addScore(v *PastVisit, res *scoring.Result) {
	if v.Score == nil || v.Level == scoring.NotScorable {
		return
	}
	if v.Level != res.Level {
		a.levels[[2]scoring.Level{v.Level, res.Level}]++
	}
	if res.BaseBP == nil || res.Level == scoring.NotScorable {
		a.score.unscored++
		return
	}
	a.score.visits++
	a.score.was += int64(*v.Score)
	a.score.is += int64(*res.BaseBP)
}

// addStandard counts what a visit says of one standard under the draft.
func (a *again) addStandard(branch, standard string, rollups []visit.StandardRollup) {
	i := slices.IndexFunc(rollups, func(r visit.StandardRollup) bool { return r.Standard == standard })
	if i < 0 || rollups[i].Unknown > 0 {
		a.unsure[standard]++
	}
	if i < 0 {
		return
	}
	key := [2]string{branch, standard}
	c := a.counts[key]
	add(&c, CountsOf(&rollups[i]))
	a.counts[key] = c
}

// cells gives the counts in a fixed order.
func (a *again) cells() []compare.ShareCell {
	all := make([]compare.ShareCell, 0, len(a.counts))
	for k, c := range a.counts {
		all = append(all, compare.ShareCell{Branch: k[0], Standard: k[1], Counts: c})
	}
	slices.SortFunc(all, func(x, y compare.ShareCell) int {
		return cmp.Or(cmp.Compare(x.Branch, y.Branch), cmp.Compare(x.Standard, y.Standard))
	})
	return all
}

// levelMoves gives the changes of level, the most frequent first.
func (a *again) levelMoves() []LevelMove {
	all := make([]LevelMove, 0, len(a.levels))
	for k, n := range a.levels {
		all = append(all, LevelMove{From: k[0], To: k[1], Visits: n})
	}
	slices.SortFunc(all, func(x, y LevelMove) int {
		return cmp.Or(cmp.Compare(y.Visits, x.Visits), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	return all
}

// gaps lists the draft's scored questions that are new or ask otherwise and that no past visit answered, in file order.
// Without visits nothing is missing.
func (a *again) gaps(published *programme.Programme) []Question {
	if a.done == 0 {
		return nil
	}
	unanswered := func(q *programme.Question) bool {
		was, _, ok := published.Question(q.ID)
		return a.answered[q.ID] == 0 && scored(q) && (!ok || was.Kind != q.Kind || !sameOptions(was.Options, q.Options))
	}
	var all []Question
	for _, q := range witnesses(a.list.Programme, unanswered) {
		all = append(all, Question{ID: q.ID, Text: q.Text, Standard: q.Standard})
	}
	return all
}

// scored reports whether a question can bring points.
func scored(q *programme.Question) bool {
	switch q.Kind {
	case programme.YesNo, programme.Multi, programme.Number, programme.Duration, programme.Money, programme.LevelKind, programme.WowKind:
		return true
	case programme.Rating:
		return q.HasPoints
	case programme.Choice:
		return slices.ContainsFunc(q.Options, func(o programme.Option) bool { return o.HasPoints })
	case programme.Text, programme.Time, programme.Date, programme.Photo, programme.Receipt, programme.StaffName, programme.Attention:
	}
	return false
}
