package visit

import (
	"context"
	"time"

	"plainclothes/internal/auth"
)

// When a shopper is reminded of what his phone may not have sent.
const (
	silence  = 4 * time.Hour  // since anything came from a visit that was begun or opened
	oncePer  = 24 * time.Hour // at most one reminder of a visit in this time
	lookedAt = time.Hour      // how exactly the last opening is kept
)

// silent are the rows of visits from which nothing comes.
type silent interface {
	// Silent gives visits that are being filled in or were opened, from which nothing came since quiet and of which
	// nobody was reminded since reminded. Where a stage was sealed last, nothing can be missing.
	Silent(ctx context.Context, org string, quiet, reminded time.Time, limit int) ([]Silence, error)
	// Remind notes a reminder; false when somebody else was quicker.
	Remind(ctx context.Context, org, visit string, before, at time.Time) (bool, error)
	// LookedAt says when that was noted last, zero for never.
	LookedAt(ctx context.Context, org, visit string) (time.Time, error)
	// Looked notes that the shopper has the checklist before him, unless that was noted after since.
	Looked(ctx context.Context, org, visit string, since, at time.Time) error
}

// Silence is a visit from which nothing came for hours.
type Silence struct {
	Visit    string
	Shopper  string    // member id
	Reminded time.Time // the last time, zero: never
}

// Opened notes that the shopper has the checklist before him: from here on answers may wait on his phone.
func (s *Service) Opened(ctx context.Context, a auth.Actor, id string) error {
	now, noted := s.now().UTC(), false
	err := s.repo.View(ctx, a.Org, func(tx Tx) error {
		j, err := s.own(ctx, tx, a, id, false)
		if err != nil || !j.State.Writable() {
			noted = true
			return err
		}
		last, err := tx.LookedAt(ctx, a.Org, id)
		noted = now.Sub(last) < lookedAt
		return err
	})
	if err == nil && !noted {
		err = s.repo.InTx(ctx, a.Org, func(tx Tx) error { return tx.Looked(ctx, a.Org, id, now.Add(-lookedAt), now) })
	}
	return wrap("note that a visit was opened", err)
}

// RemindSilent takes note of the visits whose shoppers are to be reminded now and gives them: each at most once a day.
func (s *Service) RemindSilent(ctx context.Context, org string) ([]Silence, error) {
	now := s.now().UTC()
	var all, due []Silence
	err := s.repo.View(ctx, org, func(tx Tx) (err error) {
		all, err = tx.Silent(ctx, org, now.Add(-silence), now.Add(-oncePer), MaxList)
		return err
	})
	if err != nil {
		return nil, wrap("find silent visits", err)
	}
	for _, x := range all {
		first := false
		err := s.repo.InTx(ctx, org, func(tx Tx) (err error) {
			first, err = tx.Remind(ctx, org, x.Visit, x.Reminded, now)
			return err
		})
		if err != nil {
			return due, wrap("note a reminder", err)
		}
		if first {
			due = append(due, x)
		}
	}
	return due, nil
}
