package studio

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// Contents is a version opened for reading.
type Contents struct {
	Version   Version
	Programme *programme.Programme
	Problems  programme.Problems // of a draft that is not finished; nil otherwise
}

// Finished is nil, or a Conflict that says what is missing: a draft that is not finished can be shown and edited, but
// nobody can be measured by it.
func (c Contents) Finished() error {
	n := c.Problems.Errors()
	if n == 0 {
		return nil
	}
	first := edit.Findings(c.Programme, c.Problems)[0]
	return fault.Newf(fault.Conflict, "This draft is not finished: %s to mend. The first is in %s: %s", catalogue.Count(n, "thing is", "things are"),
		edit.Label(c.Programme, first.Part), first.Message)
}

// Versions lists the versions of a programme that the actor may know of, newest first: all published ones, and the
// draft for those who may edit it.
func (s *Service) Versions(ctx context.Context, a auth.Actor, programme string) (all []Version, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return nil, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		if _, err := tx.Programme(ctx, a.Org, programme); err != nil {
			return err
		}
		versions, err := tx.Versions(ctx, a.Org, programme)
		all = visible(a, versions)
		return err
	})
	return all, wrap("versions", err)
}

// visible leaves drafts to those who may edit them.
func visible(a auth.Actor, versions []Version) []Version {
	all := make([]Version, 0, len(versions))
	for _, v := range versions {
		if v.State == Published || a.May(auth.StandardsEdit) {
			all = append(all, v)
		}
	}
	return all
}

// Version opens one version.
func (s *Service) Version(ctx context.Context, a auth.Actor, id string) (c Contents, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return c, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		c, err = open(ctx, tx, a, id)
		return err
	})
	return c, wrap("version", err)
}

// open reads a version's document; a draft is nobody's business but its editors'.
func open(ctx context.Context, tx Tx, a auth.Actor, id string) (Contents, error) {
	v, err := tx.Version(ctx, a.Org, id)
	if err != nil {
		return Contents{}, err
	}
	if v.State == Draft && !a.May(auth.StandardsEdit) {
		return Contents{}, fault.Missing("version")
	}
	if v.State == Draft {
		p, problems, err := programme.FromDraft(v.Document)
		return Contents{Version: v, Programme: p, Problems: problems}, err
	}
	p, err := programme.FromCanonical(v.Document)
	return Contents{Version: v, Programme: p}, err
}

// VersionNumbered finds the version of a programme with a number; 0 is the newest published one.
func (s *Service) VersionNumbered(ctx context.Context, a auth.Actor, programme string, number int) (c Contents, err error) {
	if err := may(a, auth.StandardsRead); err != nil {
		return c, err
	}
	err = s.repo.View(ctx, a.Org, func(tx Tx) error {
		c, err = numbered(ctx, tx, a, programme, number)
		return err
	})
	return c, wrap("version", err)
}

func numbered(ctx context.Context, tx Tx, a auth.Actor, programme string, number int) (Contents, error) {
	versions, err := tx.Versions(ctx, a.Org, programme)
	if err != nil {
		return Contents{}, err
	}
	if v, ok := newest(versions); ok && number == 0 {
		return open(ctx, tx, a, v.ID)
	}
	for _, v := range versions {
		if number > 0 && v.Number == number {
			return open(ctx, tx, a, v.ID)
		}
	}
	return Contents{}, fault.Missing("version of this programme")
}

// Export gives the programme file of a version, as YAML; 0 is the newest published one.
func (s *Service) Export(ctx context.Context, a auth.Actor, programme string, number int) ([]byte, error) {
	c, err := s.VersionNumbered(ctx, a, programme, number)
	if err != nil {
		return nil, err
	}
	return c.Programme.Export(), nil
}

// Draft opens the draft of a programme; when there is none it begins one that says what the newest published version
// says. Only owners have drafts.
func (s *Service) Draft(ctx context.Context, a auth.Actor, programme string) (Contents, error) {
	c, err := s.draft(ctx, a, programme)
	if fault.Is(err, fault.Conflict) { // somebody else began it in the same moment
		c, err = s.draft(ctx, a, programme)
	}
	return c, wrap("draft", err)
}

func (s *Service) draft(ctx context.Context, a auth.Actor, programme string) (c Contents, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return c, err
	}
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		versions, err := tx.Versions(ctx, a.Org, programme)
		if err != nil {
			return err
		}
		v, ok := draftOf(versions)
		if !ok {
			if v, err = s.begin(ctx, tx, a, versions); err != nil {
				return err
			}
		}
		c, err = open(ctx, tx, a, v.ID)
		return err
	})
	return c, err
}

// begin makes the draft that follows the newest published version.
func (s *Service) begin(ctx context.Context, tx Tx, a auth.Actor, versions []Version) (Version, error) {
	last, ok := newest(versions)
	if !ok {
		return Version{}, fault.Missing("programme")
	}
	full, err := tx.Version(ctx, a.Org, last.ID)
	if err != nil {
		return Version{}, err
	}
	v := s.blank(a, full.Programme, full.Number+1)
	v.Document, v.Hash = full.Document, full.Hash
	if err := tx.CreateVersion(ctx, a.Org, v); err != nil {
		return Version{}, err
	}
	return v, s.note(ctx, tx, a, "standards.drafted", v.ID, versionBody(v))
}

// blank is a new draft with nothing in it yet.
func (s *Service) blank(a auth.Actor, programme string, number int) Version {
	return Version{
		Org: a.Org, ID: newID(), Programme: programme, Number: number, State: Draft,
		Created: s.clock(), CreatedBy: a.Member, RowVersion: 1,
	}
}

// DiscardDraft throws the draft away.
func (s *Service) DiscardDraft(ctx context.Context, a auth.Actor, programme string, rowVersion int) error {
	if err := may(a, auth.StandardsEdit); err != nil {
		return err
	}
	return wrap("discard draft", s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		versions, err := tx.Versions(ctx, a.Org, programme)
		if err != nil {
			return err
		}
		v, ok := draftOf(versions)
		if !ok {
			return noDraft()
		}
		if err := tx.DeleteSteps(ctx, a.Org, v.ID); err != nil {
			return err
		}
		if err := tx.DeleteDraft(ctx, a.Org, v.ID, rowVersion); err != nil {
			return err
		}
		return s.note(ctx, tx, a, "standards.discarded", v.ID, versionBody(v))
	}))
}

// versionBody is what events say of a version.
func versionBody(v Version) map[string]string {
	return map[string]string{"programme": v.Programme, "number": strconv.Itoa(v.Number), "hash": v.Hash}
}

// clock is now as both databases keep it.
func (s *Service) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// newID makes the id of a programme or version: time-ordered, they are no secret.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
