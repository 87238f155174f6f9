package studio

import (
	"context"
	"strconv"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// RollBack begins a draft that says what an older published version says, so that publishing it brings that version
// back as a new one: what is published is never taken away. It is a Conflict while there is a draft, which would be
// lost, and for the newest version, which is there already.
func (s *Service) RollBack(ctx context.Context, a auth.Actor, programme string, number int) (c Contents, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return c, err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		versions, err := tx.Versions(ctx, a.Org, programme)
		if err != nil {
			return err
		}
		old, err := returnable(versions, number)
		if err != nil {
			return err
		}
		full, err := tx.Version(ctx, a.Org, old.ID)
		if err != nil {
			return err
		}
		last, _ := newest(versions)
		v := s.blank(a, programme, last.Number+1)
		v.Document, v.Hash = full.Document, full.Hash
		if err := tx.CreateVersion(ctx, a.Org, v); err != nil {
			return err
		}
		body := versionBody(v)
		body["back_to"] = strconv.Itoa(number)
		if err := s.note(ctx, tx, a, "standards.rolled_back", v.ID, body); err != nil {
			return err
		}
		c, err = open(ctx, tx, a, v.ID)
		return err
	})
	return c, wrap("roll back", err)
}

// returnable finds the version to go back to, or says why that cannot be.
func returnable(versions []Version, number int) (Version, error) {
	if d, ok := draftOf(versions); ok {
		return Version{}, fault.Newf(fault.Conflict, "There is a draft of version %d. Publish it or throw it away first: going back to version %d begins a new draft.", d.Number, number)
	}
	last, _ := newest(versions)
	for _, v := range versions {
		switch {
		case v.Number != number:
		case v.Hash == last.Hash:
			return Version{}, fault.Newf(fault.Conflict, "Version %d says what the newest version says. There is nothing to go back to.", number)
		default:
			return v, nil
		}
	}
	return Version{}, fault.Missing("version of this programme")
}

// OnVersion is how many visits are under way on one version: taken, and not yet published or ended. They stay on it
// whatever is published meanwhile.
type OnVersion struct {
	Version string // id; "" for visits on the job board, which take the version in force on the day that they are taken
	Visits  int
}

// OpenVisits counts the visits of a programme that are under way, by version.
func (s *Service) OpenVisits(ctx context.Context, a auth.Actor, programme string) (all []OnVersion, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return nil, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if _, err := tx.Programme(ctx, a.Org, programme); err != nil {
			return err
		}
		all, err = tx.OpenVisits(ctx, a.Org, programme)
		return err
	})
	return all, wrap("open visits", err)
}
