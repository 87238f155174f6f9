package studio

import (
	"context"
	"fmt"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

// Service holds the owner's use cases. It keeps nothing between calls but prepared published versions, the what-ifs
// that are running or ended a moment ago, and when it swept last.
type Service struct {
	repo   Repo
	now    func() time.Time
	shelf  *Shelf
	ids    *fixedIDs
	runs   *runs
	blobs  evidence.Blobs // of pictures; nil where there are none
	sweeps *sweeps
}

// NewService joins the use cases with what they need.
func NewService(repo Repo, now func() time.Time) *Service {
	return &Service{repo: repo, now: now, shelf: NewShelf(), ids: &fixedIDs{}, runs: newRuns(), sweeps: &sweeps{}}
}

// Programmes lists the organisation's programmes by name.
func (s *Service) Programmes(ctx context.Context, a auth.Actor) (all []Programme, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return nil, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		all, err = tx.Programmes(ctx, a.Org)
		return err
	})
	return all, wrap("programmes", err)
}

// Programme gives one programme.
func (s *Service) Programme(ctx context.Context, a auth.Actor, id string) (p Programme, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return p, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		p, err = tx.Programme(ctx, a.Org, id)
		return err
	})
	return p, wrap("programme", err)
}

// may refuses an actor whose roles do not include a verb on programmes, which belong to the whole organisation.
func may(a auth.Actor, v auth.Verb) error { return auth.Can(a, v, auth.Thing{Org: a.Org}) }

// note reports a change of a version to the event chain.
func (s *Service) note(ctx context.Context, tx Tx, a auth.Actor, verb, version string, body map[string]string) error {
	c, err := event.New(a.Member, verb, "version", version, body)
	if err != nil {
		return err
	}
	return tx.Append(ctx, a.Org, s.now().UTC(), c)
}

// wrap names the use case in errors of ours and leaves faults alone.
func wrap(what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
