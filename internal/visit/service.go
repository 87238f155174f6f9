package visit

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

// Service holds the use cases of visits. It keeps nothing between calls but immutable checklists, and reports of programs
// while they are being stored.
type Service struct {
	repo     Repo
	blobs    evidence.Blobs
	now      func() time.Time
	lists    *Checklists
	sendings *combiner[*sending, Submitted]

	assembling *semaphore.Weighted // memory of photos that are put together

	keys func() (SigningKey, error) // what signs receipts now
}

// NewService joins the use cases with what they need. It signs receipts with a key of its own, which nobody knows later:
// see SignWith.
func NewService(repo Repo, blobs evidence.Blobs, now func() time.Time) *Service {
	s := &Service{repo: repo, blobs: blobs, now: now, lists: NewChecklists(), assembling: semaphore.NewWeighted(maxAssembling)}
	s.sendings = newCombiner(maxTogether, lanes, sendLimit, s.submitAll)
	s.keys = ownKey()
	return s
}

// SignWith lets receipts be signed with the key that keys gives at the time. Call it before the service is used.
func (s *Service) SignWith(keys func() (SigningKey, error)) { s.keys = keys }

// job is a visit loaded for one use case: with its place, and its checklist when it has one.
type job struct {
	Visit
	Place
	list *Checklist
}

// load gives a visit that the actor may do verb to, else NotFound or Forbidden.
func (s *Service) load(ctx context.Context, tx Tx, a auth.Actor, verb auth.Verb, id string, lock bool) (job, error) {
	v, err := tx.Visit(ctx, a.Org, id, lock)
	if err != nil {
		return job{}, err
	}
	place, err := tx.Place(ctx, a.Org, v.Branch)
	if err != nil {
		return job{}, err
	}
	return s.job(ctx, tx, a, verb, Located{v, place})
}

// job is load for a visit that is at hand.
func (s *Service) job(ctx context.Context, tx Tx, a auth.Actor, verb auth.Verb, l Located) (j job, err error) {
	if err := auth.Can(a, verb, l.Thing(l.Region)); err != nil {
		return job{}, err
	}
	j = job{Visit: l.Visit, Place: l.Place}
	if l.Version != "" {
		j.list, err = s.lists.Get(ctx, tx, a.Org, l.Version)
	}
	return j, err
}

// own is load for the shopper's own pages, where a visit always has a checklist.
func (s *Service) own(ctx context.Context, tx Tx, a auth.Actor, id string, lock bool) (job, error) {
	j, err := s.load(ctx, tx, a, auth.VisitDo, id, lock)
	if err == nil && j.list == nil {
		return job{}, fault.New(fault.Conflict, "Nobody has taken this visit yet.")
	}
	return j, err
}

// need refuses an actor who may not do verb to anything in his organisation.
func need(a auth.Actor, verb auth.Verb) (auth.Reach, error) {
	r := a.Reach(verb)
	if a.Org == "" || r.Empty() {
		return r, fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	return r, nil
}

// limited keeps a list within MaxList.
func limited(n int) int {
	if n <= 0 || n > MaxList {
		return MaxList
	}
	return n
}

// wrap names the use case in errors of ours and leaves faults alone.
func wrap(what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
