package studio

import (
	"context"
	"slices"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// Removal says by which step a part of a draft was taken away.
type Removal struct {
	By   string // name of whoever did it, "" when it is not known
	Mine bool   // the one who asks did it
	At   time.Time
	Did  string // what was done, in a whole sentence

	Before *programme.Programme // the draft with the part in it, which nobody may change
}

// Removed tells how a part came to be gone from the draft; false when it is there, or nothing is known of it: the steps of a
// draft are forgotten when it is published or thrown away.
func (s *Service) Removed(ctx context.Context, a auth.Actor, programme string, part edit.Ref) (r Removal, ok bool, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return r, false, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		v, err := draftIn(ctx, tx, a, programme)
		if err != nil {
			return err
		}
		step, before, err := s.lastWith(ctx, tx, v, part)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
			return nil
		}
		r, ok = Removal{By: step.ByName, Mine: step.By == a.Member, At: step.At, Did: step.Words(), Before: before}, err == nil
		return err
	})
	return r, ok, wrap("removed part", err)
}

// PutBack brings a part of the draft back that somebody took away, as it was before: see edit.PutBack. It is fault.Conflict when
// the part is there again, and fault.NotFound when nothing is known of it any more.
func (s *Service) PutBack(ctx context.Context, a auth.Actor, programme string, part edit.Ref) (out Edited, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return out, err
	}
	for range maxTries {
		err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
			v, err := draftIn(ctx, tx, a, programme)
			if err != nil {
				return err
			}
			_, before, err := s.lastWith(ctx, tx, v, part)
			if err != nil {
				return err
			}
			out, err = s.edit(ctx, tx, a, programme, v.RowVersion, edit.PutBack{Part: part, From: before})
			return err
		})
		if !quicker(err) {
			break
		}
	}
	return out, wrap("put part back", err)
}

// lastWith finds the step that took a part away, and the draft before it. While a part is gone, that is the newest step
// before which it was there.
func (s *Service) lastWith(ctx context.Context, tx Tx, v Version, part edit.Ref) (Step, *programme.Programme, error) {
	now, _, err := s.ids.drafts.read(v)
	if err != nil {
		return Step{}, nil, err
	}
	if edit.Has(now, part) {
		return Step{}, nil, fault.New(fault.Conflict, "It is there again already.")
	}
	steps, err := tx.Steps(ctx, v.Org, v.ID, MaxSteps)
	if err != nil {
		return Step{}, nil, err
	}
	for _, x := range steps {
		if !slices.ContainsFunc(x.Touches, isWhole) {
			continue // it only wrote into something
		}
		full, err := tx.Step(ctx, v.Org, v.ID, x.Seq)
		if err != nil {
			return Step{}, nil, err
		}
		before, _, err := programme.FromDraft(full.Before)
		if err != nil {
			return Step{}, nil, err
		}
		if edit.Has(before, part) {
			return x, before, nil
		}
	}
	return Step{}, nil, fault.Newf(fault.NotFound, "There is no such %s any more, and it is not kept.", part.Kind)
}
