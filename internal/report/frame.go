package report

import (
	"context"
	"hash/fnv"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
)

// Frame is what every page of results stands in: what was chosen, and what can be.
type Frame struct {
	Programme  studio.Programme
	Query      Query
	Window     studio.Window
	TargetBP   int
	Standards  []compare.Standard
	Places     map[string]Place // by branch id, of the branches shown
	Scenarios  []programme.Scenario
	Notes      []string
	Programmes []studio.Programme
	Regions    []org.Region
	Formats    []string
	AsOf       time.Time // of what is told of all branches together; zero: now
}

// study is a reading under way: the counts of a window, and which branches its reader sees.
type study struct {
	desk
	tx      Tx
	counted studio.Counted
	shown   func(*org.Branch) bool // of the reader's choice, in the programme
}

// study prepares a reading of the branches that a query names.
func (s *Service) study(ctx context.Context, tx Tx, a auth.Actor, v auth.Verb, q Query) (*study, error) {
	d, err := s.desk(ctx, tx, a, v, q)
	if err != nil {
		return nil, err
	}
	shown, err := d.shown()
	if err != nil {
		return nil, err
	}
	counted, err := s.count(ctx, tx, &d)
	if err != nil {
		return nil, err
	}
	return &study{desk: d, tx: tx, counted: counted, shown: inProgramme(&counted, shown)}, nil
}

// frame describes the study's surroundings.
func (x *study) frame() Frame {
	p := x.counted.Edition.List.Programme
	f := Frame{
		Programme: x.programme, Query: x.query, Window: x.window, TargetBP: p.Levels.GoodMinBP, Standards: studio.StandardsOf(p),
		Places: map[string]Place{}, Scenarios: p.Scenarios, Notes: notes(&x.counted), Programmes: x.all, AsOf: x.asOfLocal(),
	}
	for i := range x.counted.Branches {
		if b := &x.counted.Branches[i]; b.Active && b.Kind != org.Competitor && x.shown(b) {
			f.Places[b.ID] = Place{Code: b.Code, Name: b.Name, Region: x.regionName(b.Region), Format: b.Format}
		}
	}
	f.Regions, f.Formats = x.choices(x.counted.Branches)
	return f
}

// view runs a reading of the comparison in a transaction of its own.
func (s *Service) view(ctx context.Context, a auth.Actor, q Query, what string, read func(*study) error) error {
	err := s.patiently(ctx, a.Org, func(s *Service, tx Tx) error {
		x, err := s.study(ctx, tx, a, auth.Compare, q)
		if err != nil {
			return err
		}
		s.note(&x.desk, reading{what, a, q, ""})
		return read(x)
	})
	return wrap(what, err)
}

// ours are the branches of the organisation itself.
func (x *study) ours() map[string]*org.Branch {
	all := make(map[string]*org.Branch, len(x.counted.Branches))
	for i := range x.counted.Branches {
		if b := &x.counted.Branches[i]; b.Kind != org.Competitor {
			all[b.ID] = b
		}
	}
	return all
}

// workKey names what was worked out for a purpose: of these data, and of nothing else.
type workKey struct {
	sums    sumKey
	purpose string
}

// key names work on the programme's data as they are.
func (x *study) key(purpose string) workKey {
	return workKey{purpose: purpose, sums: sumKey{
		org: x.programme.Org, rev: x.programme.DataRev,
		query: studio.SumQuery{Programme: x.programme.ID, Window: x.window, Scenario: x.query.Scenario},
	}}
}

// seed makes what is drawn by lot the same every time for the same data and purpose.
func seed(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// once finds what was worked out before, or works it out and keeps it.
func once[T any](c *cache[workKey, any], key workKey, work func() (T, int, error)) (T, error) {
	if found, ok := c.get(key); ok {
		if v, ok := found.(T); ok {
			return v, nil
		}
	}
	v, weight, err := work()
	if err == nil {
		c.put(key, v, 1+weight)
	}
	return v, err
}
