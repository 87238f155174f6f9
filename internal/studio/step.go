package studio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// Drafting keeps the steps by which drafts came to be what they are.
type Drafting interface {
	// DraftOf gives the draft of a programme with its document; fault.NotFound when there is none.
	DraftOf(ctx context.Context, org, programme string) (Version, error)
	// Steps lists the newest steps of a draft, at most limit, newest first, without documents.
	Steps(ctx context.Context, org, version string, limit int) ([]Step, error)
	// Step gives one step with its document.
	Step(ctx context.Context, org, version string, seq int) (Step, error)
	// AddStep puts a step behind the others and forgets those beyond MaxSteps.
	AddStep(ctx context.Context, org string, step Step) error
	// ExtendStep writes At, LastRevision and Sentence of a step.
	ExtendStep(ctx context.Context, org string, step Step) error
	// DeleteSteps forgets the steps of a version.
	DeleteSteps(ctx context.Context, org, version string) error
}

// MaxSteps is how many steps of a draft are kept; recent is how many a change looks at to go on with them.
const (
	MaxSteps = 200
	recent   = 10
)

// StepKind says how a step came about.
type StepKind string

// The kinds of step.
const (
	StepEdit    StepKind = "edit"
	StepUndo    StepKind = "undo"
	StepRedo    StepKind = "redo"
	StepRestore StepKind = "restore"
	StepImport  StepKind = "import"
)

// Step is one change of a draft.
type Step struct {
	Org, Version  string
	Seq           int // 1, 2, 3 … in its draft
	Kind          StepKind
	Sentence      string   // what was done; of an undo or redo: what was undone or done again
	Touches       []string // keys of what it changed; "*" for everything
	Undoes        int      // of an undo or redo: the step that it takes back; of a restore: the step before which it goes
	By            string   // member id
	ByName        string   // only in lists
	FirstRevision int      // of the draft after it; one step may span several when somebody goes on with the same field
	LastRevision  int
	Began, At     time.Time
	Before        []byte // the document as it was before; nil in lists
}

// Words says what was done in a whole sentence.
func (s *Step) Words() string {
	switch s.Kind {
	case StepUndo:
		return "Undone: " + s.Sentence
	case StepRedo:
		return "Done again: " + s.Sentence
	case StepRestore:
		return "Went back to before: " + s.Sentence
	case StepEdit, StepImport:
	}
	return s.Sentence
}

// everything is the touch of a step that may have changed anything.
const everything = "*"

// Steps lists what was done to the draft of a programme, newest first.
func (s *Service) Steps(ctx context.Context, a auth.Actor, programme string) (all []Step, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return nil, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		v, err := draftIn(ctx, tx, a, programme)
		if err != nil {
			return err
		}
		all, err = tx.Steps(ctx, a.Org, v.ID, MaxSteps)
		return err
	})
	return all, wrap("steps", err)
}

// draftIn finds the draft of a programme of the actor's organisation.
func draftIn(ctx context.Context, tx Tx, a auth.Actor, programme string) (Version, error) {
	v, err := tx.DraftOf(ctx, a.Org, programme)
	if fault.Is(err, fault.NotFound) {
		return v, noDraft()
	}
	return v, err
}

// Timing of steps and events.
const (
	sameStep = 2 * time.Minute  // going on with the same field is the same step
	sitting  = 30 * time.Minute // a pause that ends a sitting
)

// record stores the changed draft and the step by which it changed. was is the document before, steps are those so far.
func (s *Service) record(ctx context.Context, tx Tx, a auth.Actor, c *Contents, was []byte, step Step, steps []Step) (Step, error) {
	if err := s.outdate(c, was, step.Kind); err != nil {
		return step, err
	}
	c.Version.Document = c.Programme.Canonical()
	sum := sha256.Sum256(c.Version.Document)
	c.Version.Hash = hex.EncodeToString(sum[:])
	if err := update(ctx, tx, &c.Version); err != nil {
		return step, err
	}
	now := s.clock()
	step.Org, step.Version, step.By, step.Before = a.Org, c.Version.ID, a.Member, was
	step.FirstRevision, step.LastRevision, step.Began, step.At, step.Seq = c.Version.RowVersion, c.Version.RowVersion, now, now, 1
	if len(steps) == 0 {
		return step, tx.AddStep(ctx, a.Org, step)
	}
	last := steps[0]
	if goesOn(&last, &step) {
		last.At, last.LastRevision, last.Sentence = now, step.LastRevision, step.Sentence
		return last, tx.ExtendStep(ctx, a.Org, last)
	}
	step.Seq = last.Seq + 1
	return step, tx.AddStep(ctx, a.Org, step)
}

// outdate marks the translations of texts that an edit changed. What comes out of a file or an earlier step has its own marks.
func (s *Service) outdate(c *Contents, was []byte, kind StepKind) error {
	if kind != StepEdit || len(c.Programme.Translations) == 0 {
		return nil
	}
	before, _, err := s.ids.drafts.read(Version{ID: c.Version.ID, Document: was})
	if err == nil {
		c.Programme.Outdate(before)
	}
	return err
}

// goesOn reports whether a step only goes on with the one before it: the same person in the same fields, at once.
func goesOn(last, step *Step) bool {
	return last.Kind == StepEdit && step.Kind == StepEdit && last.By == step.By && last.LastRevision+1 == step.FirstRevision &&
		step.At.Sub(last.At) < sameStep && slices.Equal(last.Touches, step.Touches) && !slices.ContainsFunc(step.Touches, isWhole)
}

// isWhole reports whether a touch is of a part as a whole, or of everything: such steps stay apart.
func isWhole(touch string) bool {
	parts := strings.Split(touch, "/")
	return len(parts) < 3 && parts[0] != "programme" || parts[0] == "option" && len(parts) < 4 || parts[len(parts)-1] == "place"
}

// noteSitting puts one event for a sitting into the chain: the first change after a pause. What came of it is sealed by the
// hash of the version that is published.
func (s *Service) noteSitting(ctx context.Context, tx Tx, a auth.Actor, v Version, steps []Step) error {
	for _, x := range steps {
		if x.By == a.Member && s.clock().Sub(x.At) < sitting {
			return nil
		}
	}
	return s.note(ctx, tx, a, "standards.edited", v.ID, versionBody(v))
}
