package report

import (
	"context"
	"errors"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/studio"
)

// Nobody can read of a large window before somebody has found out about it, which takes seconds, and on a busy machine more
// than a page may take. It is done beside the readers, so that one who gives up leaves the work to whoever comes next, and
// those who wait hold no connection to the database that others need.

const (
	// willWait is how long a reader waits for what is found out the first time.
	willWait = 8 * time.Second
	// comeBack is when he is asked to look again.
	comeBack = 5 * time.Second
)

const preparingText = "So many visits take a moment to compare the first time. This is being prepared now; open it again in a few seconds."

// firstTime says that a large window was not found out about yet, or longer ago than readers are shown.
type firstTime struct {
	key   networkKey
	pages []reading
}

// Error tells those who do not know what to do about it.
func (*firstTime) Error() string { return "a large window was not found out about yet" }

// preparation is under way.
type preparation struct {
	done chan struct{}
	err  error // to be read when it is done
}

// patiently reads in a transaction of its own; where something has to be found out first it waits for that, with none
// open, and reads then.
func (s *Service) patiently(ctx context.Context, org string, read func(*Service, Tx) error) error {
	view := func(s *Service) error {
		return s.repo.View(ctx, org, func(tx Tx) error { return read(s, tx) })
	}
	if s.ahead != nil {
		return view(s)
	}
	asking := *s
	asking.asks = true
	err := view(&asking)
	var first *firstTime
	if !errors.As(err, &first) {
		return err
	}
	if err := s.prepare(ctx, first); err != nil {
		return err
	}
	return view(s)
}

// prepare waits for a window, but not for long.
func (s *Service) prepare(ctx context.Context, first *firstTime) error {
	p := s.preparing(first) //nolint:contextcheck // it outlives this reader
	patient, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	select {
	case <-p.done:
		return p.err
	case <-patient.Done():
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fault.Retry(fault.Busy, preparingText, comeBack)
	}
}

// preparing joins what is under way for the window, or begins.
func (s *Service) preparing(first *firstTime) *preparation {
	slot := s.networks.slot(first.key)
	f := &slot.follow
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first != nil {
		return f.first
	}
	p := &preparation{done: make(chan struct{})}
	f.first = p
	s.work.Go(func() {
		s.turn.Lock()
		defer s.turn.Unlock()
		ctx, cancel := s.untilClosed()
		defer cancel()
		p.err = s.advance(ctx, first.key, slot, first.pages...)
		s.networks.trim()
		f.mu.Lock()
		f.first = nil
		f.mu.Unlock()
		close(p.done)
	})
	return p
}

// unready says what has to be found out before the desk's window can be read, nil for nothing: it is there, or small.
func (s *Service) unready(ctx context.Context, tx Tx, d *desk, version string) error {
	n := s.at(d)
	if !s.asks || n != nil && n.rev == d.programme.DataRev && n.counted != nil && n.stands != nil && n.judged.version == version {
		return nil
	}
	key := d.networkKey()
	many, err := tx.Many(ctx, d.programme.Org, key.query, s.keptFrom)
	if err != nil || !many {
		return err
	}
	q := d.query
	q.Region, q.Format = "", ""
	return &firstTime{key, []reading{{readCompare, everyone(d.programme.Org), q, ""}}}
}

// everyone sees all branches of an organisation.
func everyone(org string) auth.Actor {
	return auth.Actor{Org: org, Member: "system", Roles: []auth.Role{auth.Owner}}
}

// Warm finds out what readers of an organisation will most likely ask for first, of programmes that are so large that a fit is
// kept of them: for a server that has just started.
func (s *Service) Warm(ctx context.Context, organisation string) error {
	all, err := s.keptWindows(ctx, organisation)
	for i := range min(len(all), s.networks.max) {
		if err != nil {
			break
		}
		p := s.preparing(&all[i]) //nolint:contextcheck // readers may have joined it
		select {
		case <-p.done:
			err = p.err
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return wrap("prepare pages", err)
}

// keptWindows are the usual windows of which a fit is kept.
func (s *Service) keptWindows(ctx context.Context, organisation string) (all []firstTime, err error) {
	err = s.repo.View(ctx, organisation, func(tx Tx) error {
		o, err := tx.Organisation(ctx, organisation)
		if err != nil {
			return err
		}
		programmes, err := tx.Programmes(ctx, organisation)
		if err != nil {
			return err
		}
		for i := range programmes {
			p := &programmes[i]
			w := studio.LastMonths(studio.Today(s.now(), o.Zone), studio.ShareMonths)
			_, err := tx.Fit(ctx, organisation, p.ID, w, true)
			if fault.Is(err, fault.NotFound) || !p.Archived.IsZero() {
				continue
			}
			if err != nil {
				return err
			}
			x := firstTime{key: networkKey{organisation, studio.SumQuery{Programme: p.ID, Window: w}}}
			for _, what := range []string{readCompare, readChange, readNext, readTrends} {
				x.pages = append(x.pages, reading{what, everyone(organisation), Query{Programme: p.ID}, ""})
			}
			all = append(all, x)
		}
		return nil
	})
	return all, err
}
