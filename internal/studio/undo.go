package studio

import (
	"context"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Undo takes the last step back that was not taken back yet, whoever made it: revision says that the actor saw it.
func (s *Service) Undo(ctx context.Context, a auth.Actor, programme string, revision int) (Edited, error) {
	return s.goBack(ctx, a, programme, revision, func(steps []Step) (Step, Step, error) {
		target, ok := undoable(steps)
		if !ok {
			return Step{}, Step{}, fault.New(fault.Conflict, "There is nothing to undo.")
		}
		return target, Step{Kind: StepUndo, Sentence: target.Sentence, Touches: target.Touches, Undoes: target.Seq}, nil
	})
}

// Redo does again what was undone last, unless something else was done since.
func (s *Service) Redo(ctx context.Context, a auth.Actor, programme string, revision int) (Edited, error) {
	return s.goBack(ctx, a, programme, revision, func(steps []Step) (Step, Step, error) {
		target, ok := redoable(steps)
		if !ok {
			return Step{}, Step{}, fault.New(fault.Conflict, "There is nothing to do again.")
		}
		return target, Step{Kind: StepRedo, Sentence: target.Sentence, Touches: target.Touches, Undoes: target.Seq}, nil
	})
}

// Restore brings the draft back as it was before a step. It is a step itself, so it can be undone.
func (s *Service) Restore(ctx context.Context, a auth.Actor, programme string, revision, step int) (Edited, error) {
	return s.goBack(ctx, a, programme, revision, func(steps []Step) (Step, Step, error) {
		for _, x := range steps {
			if x.Seq == step {
				return x, Step{Kind: StepRestore, Sentence: x.Words(), Touches: []string{everything}, Undoes: x.Seq}, nil
			}
		}
		return Step{}, Step{}, fault.New(fault.NotFound, "This step is no longer kept.")
	})
}

// goBack makes the draft say what it said before a step that choose picks, and notes that as a step of its own.
func (s *Service) goBack(ctx context.Context, a auth.Actor, id string, revision int, choose func([]Step) (target, step Step, err error)) (out Edited, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return out, err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		c, err := s.editable(ctx, tx, a, id, revision)
		if err != nil {
			return err
		}
		steps, err := tx.Steps(ctx, a.Org, c.Version.ID, MaxSteps)
		if err != nil {
			return err
		}
		target, step, err := choose(steps)
		if err != nil {
			return err
		}
		was := c.Version.Document
		if err := bringBack(ctx, tx, &c, target.Seq); err != nil {
			return err
		}
		out.Step, err = s.record(ctx, tx, a, &c, was, step, steps)
		if out.Contents = c; err != nil {
			return err
		}
		return s.noteSitting(ctx, tx, a, c.Version, steps)
	})
	return out, wrap("go back", err)
}

// bringBack reads the document from before a step.
func bringBack(ctx context.Context, tx Tx, c *Contents, seq int) error {
	full, err := tx.Step(ctx, c.Version.Org, c.Version.ID, seq)
	if err != nil {
		return err
	}
	c.Programme, c.Problems, err = programme.FromDraft(full.Before)
	return err
}

// undoable gives the step whose document from before undoes what was done last; steps are newest first.
func undoable(steps []Step) (Step, bool) {
	undo, _ := stacks(steps)
	if len(undo) == 0 {
		return Step{}, false
	}
	return undo[len(undo)-1], true
}

// redoable gives the undo step whose document from before is what was undone last.
func redoable(steps []Step) (Step, bool) {
	_, redo := stacks(steps)
	if len(redo) == 0 {
		return Step{}, false
	}
	return redo[len(redo)-1], true
}

// stacks plays the steps again: what can be undone and what can be done again, the next one last. The words of an undo or
// redo are those of the step that it is about.
func stacks(steps []Step) (undo, redo []Step) {
	for i := len(steps) - 1; i >= 0; i-- {
		switch x := steps[i]; x.Kind {
		case StepUndo:
			undo, redo = pop(undo), append(redo, x)
		case StepRedo:
			undo, redo = append(undo, x), pop(redo)
		case StepEdit, StepImport, StepRestore:
			undo, redo = append(undo, x), nil
		}
	}
	return undo, redo
}

// pop takes the last step off; the one that an undo was about may be forgotten already.
func pop(steps []Step) []Step { return steps[:max(0, len(steps)-1)] }
