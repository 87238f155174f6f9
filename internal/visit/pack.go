package visit

import (
	"context"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// Pack is everything that a phone needs to fill in a visit without signal.
type Pack struct {
	Paper Paper
	Ops   int       // in all logs of the visit
	Now   time.Time // when it was made
	Until time.Time // how long a grant of today would be good
	Keys  []ReceiptKey
}

// Pack gives a visit to the phone of its shopper.
func (s *Service) Pack(ctx context.Context, a auth.Actor, id string) (out Pack, err error) {
	visit, ok := properID(id)
	if !ok {
		return out, fault.Missing("visit")
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if out.Paper, err = s.phone(ctx, tx, a, visit); err != nil {
			return err
		}
		all, err := tx.Submissions(ctx, a.Org, visit)
		if err != nil {
			return err
		}
		for _, sub := range all {
			out.Ops += sub.Seq
		}
		return nil
	})
	if err != nil {
		return out, wrap("make pack", err)
	}
	out.Now = s.now().UTC()
	out.Until = grantUntil(out.Paper.Visit.Due, out.Now)
	out.Keys, err = s.repo.ReceiptKeys(ctx)
	return out, wrap("make pack", err)
}

// grantUntil is the end of a grant: a fortnight beyond the visit, and a visit that is late already must be sent all the
// same.
func grantUntil(due, now time.Time) time.Time {
	if due.Before(now) {
		due = now
	}
	return due.Add(grantAfter).UTC().Truncate(time.Second)
}
