package studio

import (
	"context"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme/edit"
)

// Building is a draft as its builder shows it. Version.RowVersion is the revision that changes are based on.
type Building struct {
	Contents
	Meta      Programme
	Findings  []edit.Finding
	Fixed     edit.Fixed // ids that no longer change
	Undo      *Step      // what Undo would take back; nil: nothing
	Redo      *Step      // what Redo would do again; nil: nothing
	Last      *Step      // the newest step; nil: none yet
	Published Version    // the newest published version, without document; zero when there is none
}

// Building opens the draft of a programme with everything that its builder shows. When there is no draft it begins one.
func (s *Service) Building(ctx context.Context, a auth.Actor, programme string) (b Building, err error) {
	if b.Contents, err = s.Draft(ctx, a, programme); err != nil {
		return b, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error { return s.surround(ctx, tx, &b, programme) })
	if err != nil {
		return b, wrap("building", err)
	}
	b.Findings = edit.Findings(b.Programme, b.Problems)
	return b, nil
}

// surround reads what stands around a draft.
func (s *Service) surround(ctx context.Context, tx Tx, b *Building, programme string) (err error) {
	org := b.Version.Org
	if b.Meta, err = tx.Programme(ctx, org, programme); err != nil {
		return err
	}
	versions, err := tx.Versions(ctx, org, programme)
	if err != nil {
		return err
	}
	b.Published, _ = newest(versions)
	if b.Fixed, err = s.fixed(ctx, tx, b.Version); err != nil {
		return err
	}
	steps, err := tx.Steps(ctx, org, b.Version.ID, MaxSteps)
	if err != nil || len(steps) == 0 {
		return err
	}
	b.Last = &steps[0]
	if x, ok := undoable(steps); ok {
		b.Undo = &x
	}
	if x, ok := redoable(steps); ok {
		b.Redo = &x
	}
	return nil
}
