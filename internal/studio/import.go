package studio

import (
	"context"
	"slices"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/xlsform"
)

// Imported is what became of a programme file.
type Imported struct {
	Programme Programme
	Draft     Version            // without document; zero when nothing had to change
	New       bool               // the organisation did not have this programme
	Same      bool               // the file says what the newest published version says: no draft was needed
	Problems  programme.Problems // advice, or what has to be mended
	Listed    []xlsform.Finding  // what did not come along: of an XLSForm, and photos that a file names
}

// Import reads a programme file or an XLSForm workbook into a draft: of a new programme, or of the one with the same key, whose present draft
// it replaces. A file with errors changes nothing; Problems then holds all of them and the error is their sum.
func (s *Service) Import(ctx context.Context, a auth.Actor, src []byte) (out Imported, err error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return out, err
	}
	p, listed, problems := read(src)
	if err := problems.Err(); err != nil {
		return Imported{Problems: problems}, err
	}
	var absent []xlsform.Finding
	err = s.repo.InTx(ctx, a.Org, func(tx Tx) error {
		if out, err = s.take(ctx, tx, a, p); err == nil {
			absent, err = unpictured(ctx, tx, a.Org, p)
		}
		return err
	})
	out.Problems, out.Listed = slices.Concat(problems, programme.Lint(p)), slices.Concat(listed, absent)
	return out, wrap("import programme", err)
}

// read tells a workbook from a programme file by how it begins.
func read(src []byte) (*programme.Programme, []xlsform.Finding, programme.Problems) {
	if xlsform.Looks(src) {
		return xlsform.Read(src)
	}
	p, problems := programme.Parse(src)
	return p, nil, problems
}

// take puts a sound programme into a draft.
func (s *Service) take(ctx context.Context, tx Tx, a auth.Actor, p *programme.Programme) (Imported, error) {
	mine, err := tx.ProgrammeByKey(ctx, a.Org, p.Key)
	out := Imported{Programme: mine}
	if fault.Is(err, fault.NotFound) {
		out.New = true
		out.Programme, err = s.found(ctx, tx, a, p)
	}
	if err != nil {
		return out, err
	}
	versions, err := tx.Versions(ctx, a.Org, out.Programme.ID)
	if err != nil {
		return out, err
	}
	last, _ := newest(versions)
	if out.Same = last.Hash == p.Hash(); out.Same {
		return out, nil
	}
	out.Draft, err = s.refill(ctx, tx, a, out.Programme.ID, versions, p)
	if err != nil {
		return out, err
	}
	return out, s.note(ctx, tx, a, "standards.imported", out.Draft.ID, versionBody(out.Draft))
}

// found makes the programme that a file is the first to name.
func (s *Service) found(ctx context.Context, tx Tx, a auth.Actor, p *programme.Programme) (Programme, error) {
	mine := Programme{Org: a.Org, ID: newID(), Key: p.Key, Name: p.Name, Created: s.clock(), RowVersion: 1}
	return mine, tx.CreateProgramme(ctx, a.Org, mine)
}

// refill replaces what the draft says, or begins one.
func (s *Service) refill(ctx context.Context, tx Tx, a auth.Actor, programme string, versions []Version, p *programme.Programme) (Version, error) {
	if v, ok := draftOf(versions); ok {
		return s.replace(ctx, tx, a, v.ID, p)
	}
	last, _ := newest(versions)
	v := s.blank(a, programme, last.Number+1)
	v.Document, v.Hash = p.Canonical(), p.Hash()
	err := tx.CreateVersion(ctx, a.Org, v)
	v.Document = nil
	return v, err
}

// replace puts another programme in the place of a draft, as one step that can be undone.
func (s *Service) replace(ctx context.Context, tx Tx, a auth.Actor, draft string, p *programme.Programme) (Version, error) {
	v, err := tx.Version(ctx, a.Org, draft)
	if err != nil {
		return v, err
	}
	steps, err := tx.Steps(ctx, a.Org, v.ID, recent)
	if err != nil {
		return v, err
	}
	c := Contents{Version: v, Programme: p}
	_, err = s.record(ctx, tx, a, &c, v.Document, Step{Kind: StepImport, Sentence: "Imported a file.", Touches: []string{everything}}, steps)
	return c.Version, err
}

// update writes a draft and counts its row version up, as the store does.
func update(ctx context.Context, tx Tx, v *Version) error {
	if err := tx.UpdateVersion(ctx, v.Org, *v); err != nil {
		return err
	}
	v.RowVersion++
	return nil
}
