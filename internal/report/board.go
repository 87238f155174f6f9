package report

import (
	"context"
	"slices"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// board is a large comparison as readers of one view see it. Nobody changes it: what changes is a copy.
type board struct {
	Comparison
	stands *compare.Standing
	rev    int64 // of the data that its own branches know of
	at     map[string]int
}

// boardKey names a comparison for ever, but for the branches that moved since.
type boardKey struct {
	resultKey
	view string
}

// mostBoards is how many branches of all comparisons are kept.
const mostBoards = 100_000

// board finds the comparison of a large window, or makes it; false for others. Branches that have visits which it does not
// know of are judged anew.
func (s *Service) board(ctx context.Context, tx Tx, d *desk, c *studio.Counted, shown func(*org.Branch) bool) (*board, bool, error) {
	if s.at(d) == nil {
		return nil, false, nil
	}
	key := boardKey{s.resultKey(d, c, true, nil), d.view()}
	b, ok := s.boards.get(key)
	if !ok {
		var err error
		if b, ok, err = s.newBoard(ctx, tx, d, c, shown); err != nil || !ok {
			return nil, false, err
		}
	}
	if b.rev < d.latest && d.held != nil {
		var err error
		if b, err = s.renewed(ctx, tx, d, c, b); err != nil {
			return nil, false, err
		}
	}
	s.boards.set(key, b, 1+len(b.Result.Branches))
	return b, true, nil
}

func (s *Service) newBoard(ctx context.Context, tx Tx, d *desk, c *studio.Counted, shown func(*org.Branch) bool) (*board, bool, error) {
	list := c.Listed(inProgramme(c, shown))
	stands, ok, err := s.standing(ctx, tx, d, c, list)
	if err != nil || !ok {
		return nil, false, err
	}
	b := &board{Comparison: d.comparison(c, stands.Result(list, true)), stands: stands, rev: d.programme.DataRev, at: map[string]int{}}
	b.funnels = &funnels{}
	for i := range b.Scores {
		b.at[b.Scores[i].Branch] = i
	}
	return b, true, nil
}

// renewed knows of all visits: branches that moved are judged by what was found out about all.
func (s *Service) renewed(ctx context.Context, tx Tx, d *desk, c *studio.Counted, b *board) (*board, error) {
	moved, err := tx.Moved(ctx, d.programme.Org, d.programme.ID, d.window, b.rev)
	if err != nil {
		return nil, err
	}
	if len(moved) > mostMoved { // soon they are all found out about anew
		return b, nil
	}
	next := *b
	next.rev = d.latest
	moved = slices.DeleteFunc(moved, func(id string) bool { return b.Places[id] == Place{} })
	if len(moved) == 0 {
		return &next, nil
	}
	fresh, err := s.freshNow(ctx, tx, d, c, moved)
	if err != nil {
		return nil, err
	}
	next.stands = b.stands.With(fresh)
	next.Result = next.stands.Renewed(&b.Result, moved)
	next.Headline = slices.Clone(next.Result.Headline.Sentences)
	next.funnels = &funnels{}
	next.Scores = slices.Clone(b.Scores)
	for i := range fresh {
		cell := compare.ScoreCell{Branch: fresh[i].Branch.ID, Scores: fresh[i].Scores}
		if at, ok := b.at[cell.Branch]; ok {
			next.Scores[at] = cell
			continue
		}
		next.Scores = append(next.Scores, cell)
	}
	return &next, nil
}

// freshNow reads branches as they are now, in the series that are counted.
func (s *Service) freshNow(ctx context.Context, tx Tx, d *desk, c *studio.Counted, branches []string) ([]compare.Fresh, error) {
	now := *c
	now.Sums, now.Branches = studio.Sums{}, nil
	for _, id := range branches {
		q := d.networkKey().query
		q.Branch = id
		sums, err := tx.Sums(ctx, d.programme.Org, q)
		if err != nil {
			return nil, err
		}
		sums = c.Chosen(sums)
		now.Sums.Cells, now.Sums.Standards = append(now.Sums.Cells, sums.Cells...), append(now.Sums.Standards, sums.Standards...)
	}
	for i := range c.Branches {
		if slices.Contains(branches, c.Branches[i].ID) {
			now.Branches = append(now.Branches, c.Branches[i])
		}
	}
	return s.fresh(ctx, tx, d, &now, branches)
}

// shownAt is a comparison as of the desk's moment.
func (b *board) shownAt(d *desk) Comparison {
	c := b.Comparison
	c.Programme, c.Query, c.Window, c.Programmes, c.AsOf = d.programme, d.query, d.window, d.all, d.asOfLocal()
	return c
}

// asOfLocal is when what is shown was found out, in the organisation's time; zero: now.
func (d *desk) asOfLocal() time.Time {
	if d.asOf.IsZero() {
		return time.Time{}
	}
	return d.local(d.asOf)
}

// local is a time as the organisation's clocks show it.
func (d *desk) local(at time.Time) time.Time {
	zone, err := time.LoadLocation(d.zone)
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone)
}
