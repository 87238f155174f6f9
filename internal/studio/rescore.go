package studio

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
)

// again is what scoring old answers again needs; nothing of it changes while that is done, but sum at the end.
type again struct {
	list      *visit.Checklist // of the draft
	published *visit.Checklist
	suspects  []*suspect
	hybrids   []*scoring.Checklist // by suspect; one alone needs none: it is the draft
	places    map[string]int       // branch → its place in Counted.Branches
	branches  []org.Branch
	months    map[string]int // of the window
	inDraft   []int          // published standard → its place in the draft, -1 where it is gone
	sum       *tally
}

// newAgain says what has to be scored again; nil when the draft scores every visit as it was scored.
func newAgain(t *trial) (*again, error) {
	visits := t.total()
	all := suspects(t.published, t.draft.Programme, visits)
	if len(all) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to score again
	}
	list, err := prepare(t.draft.Version)
	if err != nil {
		return nil, err
	}
	a := &again{
		list: list, published: t.Edition.List, suspects: all, places: map[string]int{}, branches: t.Branches, months: map[string]int{},
	}
	for i := range t.Branches {
		a.places[t.Branches[i].ID] = i
	}
	for i, m := range t.Window.Months() {
		a.months[m] = i
	}
	for i := range t.published.Standards {
		a.inDraft = append(a.inDraft, placeOf(list.Programme, t.published.Standards[i].ID))
	}
	if len(all) > 1 {
		for _, s := range all {
			a.hybrids = append(a.hybrids, scoring.Compile(s.hybrid(t.published, t.draft.Programme)))
		}
	}
	a.sum = newTally(a)
	return a, nil
}

// placeOf is the place of a standard, -1 where it is not.
func placeOf(p *programme.Programme, standard string) int {
	for i := range p.Standards {
		if p.Standards[i].ID == standard {
			return i
		}
	}
	return -1
}

// total is how many visits there are to score, as far as the sums know.
func (t *trial) total() int { return int(t.Score.Visits + t.Score.Apart) }

// stretch is a part of the window: visits of one month with ids behind after, up to and with until.
type stretch struct{ month, after, until string }

// Ids of visits are random: their first digit cuts a month into even parts, of which several readers take one after
// the other.
var (
	firstID = "00000000-0000-0000-0000-000000000000"
	cuts    = []string{
		"3fffffff-ffff-ffff-ffff-ffffffffffff", "7fffffff-ffff-ffff-ffff-ffffffffffff",
		"bfffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff",
	}
)

// fewVisits are not worth cutting months.
const fewVisits = 5_000

// stretches cuts the window.
func stretches(w Window, visits int) []stretch {
	var all []stretch
	for _, m := range w.Months() {
		if visits <= fewVisits {
			all = append(all, stretch{m, firstID, cuts[len(cuts)-1]})
			continue
		}
		after := firstID
		for _, until := range cuts {
			all = append(all, stretch{m, after, until})
			after = until
		}
	}
	return all
}

// rescore scores past visits by the draft, several stretches of the window at once. Every page of visits is a short
// transaction of its own, so that a long look back holds up nobody.
func (s *Service) rescore(ctx context.Context, t *trial, progress func(done, total int)) error {
	if t.again == nil {
		return nil
	}
	work := make(chan stretch)
	said := meter{total: t.total(), say: progress}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(work)
		for _, x := range stretches(t.Window, said.total) {
			select {
			case work <- x:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	var merging sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() (err error) {
			defer caught(&err)
			w := newWorker(s, t, &said)
			for x := range work {
				if err := w.read(ctx, x); err != nil {
					return err
				}
			}
			merging.Lock()
			defer merging.Unlock()
			t.again.sum.add(w.tally)
			return nil
		})
	}
	return group.Wait() //nolint:wrapcheck // ours
}

// meter tells how far several workers are.
type meter struct {
	mu          sync.Mutex
	done, total int
	say         func(done, total int)
}

func (m *meter) add(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done += n; m.say != nil && n > 0 {
		m.say(m.done, max(m.done, m.total))
	}
}

// worker scores some of the visits.
type worker struct {
	*tally
	service  *Service
	t        *trial
	said     *meter
	panel    *scoring.Panel
	versions map[string]*speaks
	is, was  scoring.Verdict
	tried    scoring.Verdict
}

// Places on the panel: the draft, the published version, and the hybrids in the order of the suspects.
const (
	draftSeat = iota
	publishedSeat
	firstHybrid
)

// speaks says for which standards and scores visits of a version are counted by the published version, so that both
// sides of what-if are about the same visits. A standard that is new has no such visits; every visit of the window may
// speak for it.
type speaks struct {
	score     bool
	standards []bool // of the draft
	published []bool // standards of the published version
}

func newWorker(s *Service, t *trial, said *meter) *worker {
	a := t.again
	return &worker{
		tally: newTally(a), service: s, t: t, said: said, versions: map[string]*speaks{},
		panel: scoring.NewPanel(append([]*scoring.Checklist{a.list.Scoring, a.published.Scoring}, a.hybrids...)...),
	}
}

// read goes through one stretch.
func (w *worker) read(ctx context.Context, x stretch) error {
	q := PastQuery{Programme: w.t.Programme.ID, Month: x.month, After: x.after, Until: x.until, Limit: MaxPast}
	for {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // ours
		}
		var page []PastVisit
		err := w.service.repo.View(ctx, w.t.Programme.Org, func(tx Tx) (err error) {
			if page, err = tx.PastVisits(ctx, w.t.Programme.Org, q); err != nil {
				return err
			}
			return w.know(ctx, tx, page)
		})
		if err != nil {
			return err //nolint:wrapcheck // ours
		}
		for i := range page {
			if err := w.visit(&page[i]); err != nil {
				return err
			}
		}
		w.said.add(len(page))
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].ID
	}
}

// know finds out for what the visits of a page speak.
func (w *worker) know(ctx context.Context, tx Tx, page []PastVisit) error {
	for i := range page {
		id := page[i].Version
		if w.versions[id] != nil {
			continue
		}
		e, err := w.service.shelf.Edition(ctx, tx, Version{Org: w.t.Programme.Org, ID: id})
		if err != nil {
			return fmt.Errorf("version %s of visit %s: %w", id, page[i].ID, err)
		}
		w.versions[id] = w.t.speaksFor(e.List)
	}
	return nil
}

func (t *trial) speaksFor(taken *visit.Checklist) *speaks {
	s := &speaks{score: taken.ScoreSeries == t.Score.Series}
	for _, st := range t.draft.Programme.Standards {
		choice, ok := t.Standards[st.ID]
		s.standards = append(s.standards, !ok || taken.Series[st.ID] == choice.Series)
	}
	for _, st := range t.published.Standards {
		s.published = append(s.published, taken.Series[st.ID] == t.Standards[st.ID].Series)
	}
	return s
}

// visit scores one past visit by the draft, by the published version and by each hybrid, and counts what they say.
func (w *worker) visit(v *PastVisit) error {
	at, ok := w.again.places[v.Branch]
	if !ok {
		w.done++
		return nil // a branch beyond the limit of the list is not compared either
	}
	if err := w.panel.Read(v.Answers); err != nil {
		return fmt.Errorf("visit %s: %w", v.ID, err)
	}
	facts := v.Context
	if facts == nil {
		now := (&visit.Place{Branch: w.again.branches[at]}).Context(v.Scenario)
		facts = &now
	}
	w.panel.Judge(draftSeat, facts, &w.is)
	w.panel.Judge(publishedSeat, facts, &w.was)
	c := &compared{v: v, branch: at, speaks: w.versions[v.Version], is: &w.is, was: &w.was}
	w.panel.Answered(func(question int) { w.answered[question]++ })
	w.count(c)
	w.try(c, facts)
	w.settle(c)
	return nil
}

// try scores the visit with one suspect at a time. One suspect alone is the whole draft.
func (w *worker) try(c *compared, facts *programme.Context) {
	if w.again.hybrids == nil {
		w.suspect(0, c, c.is, w.again.inDraft)
		return
	}
	for i := range w.again.suspects {
		w.panel.Judge(firstHybrid+i, facts, &w.tried)
		w.suspect(i, c, &w.tried, nil)
	}
}
