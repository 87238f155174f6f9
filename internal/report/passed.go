package report

import (
	"context"
	"fmt"
	"maps"

	"plainclothes/internal/compare"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// passed is one window of a large network with what a fit says of shoppers and scenarios taken off, visit by visit. Nobody changes
// it: of a newer revision only the branches that moved are read again.
type passed struct {
	rev    int64
	frozen *compare.Frozen
	means  map[string]compare.WindowMean // by branch
}

// passedWindow takes off what the fit says; false where it says nothing.
func (s *Service) passedWindow(ctx context.Context, x *study, f *compare.Frozen, w studio.Window) (map[string]compare.WindowMean, bool, error) {
	q := x.networkKey().query
	q.Window = w
	key := workKey{purpose: fmt.Sprintf("passed %s %d", x.counted.Score.Series, x.places.rev), sums: sumKey{org: x.programme.Org, query: q}}
	next := &passed{rev: x.programme.DataRev, frozen: f}
	old, only, err := s.passedBefore(ctx, x, key, next)
	if err != nil {
		return nil, false, err
	}
	pass, ok := f.Pass()
	if !ok {
		return nil, false, nil
	}
	if err := s.pass(ctx, x, pass, q, only); err != nil {
		return nil, false, err
	}
	next.means = pass.Means()
	if old != nil {
		anew := next.means
		next.means = maps.Clone(old.means)
		for _, branch := range only {
			delete(next.means, branch)
		}
		maps.Copy(next.means, anew)
	}
	s.works.set(key, next, 1+len(next.means))
	return next.means, true, nil
}

// passedBefore finds the window as an older revision had it, by the same fit, and the branches that moved since; nil where all
// have to be read.
func (s *Service) passedBefore(ctx context.Context, x *study, key workKey, next *passed) (old *passed, moved []string, err error) {
	found, _ := s.works.get(key)
	old, ok := found.(*passed)
	if !ok || old.frozen != next.frozen || old.rev > next.rev {
		return nil, nil, nil
	}
	moved, err = x.tx.Moved(ctx, key.sums.org, key.sums.query.Programme, key.sums.query.Window, old.rev)
	if err != nil || len(moved) > mostMoved {
		return nil, nil, err
	}
	return old, append([]string{}, moved...), nil
}

// pass reads the visits of some branches, or of all for nil, in the series that is counted.
func (s *Service) pass(ctx context.Context, x *study, to *compare.Passed, q studio.SumQuery, only []string) error {
	counted := countedVersions{s: s, tx: x.tx, org: x.programme.Org, series: x.counted.Score.Series, known: map[string]bool{}}
	ours, month := x.ours(), monthReader{}
	each := func(r *visit.Rollup) error {
		ok, err := counted.has(ctx, r.Fact.Version)
		b := ours[r.Branch]
		if err != nil || !ok || b == nil {
			return err
		}
		cell, err := month.cell(r)
		if err == nil {
			to.Add(compare.Branch{ID: b.ID, Format: b.Format}, cell)
		}
		return err
	}
	if only == nil {
		return x.tx.EachFact(ctx, x.programme.Org, q, each)
	}
	for _, branch := range only {
		q.Branch = branch
		if err := x.tx.EachFact(ctx, x.programme.Org, q, each); err != nil {
			return err
		}
	}
	return nil
}
