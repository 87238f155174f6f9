package store

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"plainclothes/internal/studio"
)

// stepRow is one step of a draft. Document is the draft as it was before, compressed: a hundred steps of a checklist of 120
// questions take about as much as the draft itself does uncompressed.
type stepRow struct {
	OrgID         string `gorm:"primaryKey"`
	VersionID     string `gorm:"primaryKey"`
	Seq           int    `gorm:"primaryKey;autoIncrement:false"`
	Kind          string
	Sentence      string
	Touches       string
	Undoes        int
	MemberID      string
	FirstRevision int
	LastRevision  int
	BeganAt       time.Time
	At            time.Time
	Document      []byte
}

// TableName is the table of steps.
func (stepRow) TableName() string { return "draft_steps" }

func stepRowOf(s *studio.Step) (stepRow, error) {
	touches, err := json.Marshal(s.Touches)
	if err != nil {
		return stepRow{}, err
	}
	packed, err := pack(s.Before)
	return stepRow{
		OrgID: s.Org, VersionID: s.Version, Seq: s.Seq, Kind: string(s.Kind), Sentence: s.Sentence, Touches: string(touches), Undoes: s.Undoes,
		MemberID: s.By, FirstRevision: s.FirstRevision, LastRevision: s.LastRevision, BeganAt: s.Began, At: s.At, Document: packed,
	}, err
}

func (r *stepRow) step() (studio.Step, error) {
	s := studio.Step{
		Org: r.OrgID, Version: r.VersionID, Seq: r.Seq, Kind: studio.StepKind(r.Kind), Sentence: r.Sentence, Undoes: r.Undoes, By: r.MemberID,
		FirstRevision: r.FirstRevision, LastRevision: r.LastRevision, Began: r.BeganAt.UTC(), At: r.At.UTC(),
	}
	if err := json.Unmarshal([]byte(r.Touches), &s.Touches); err != nil {
		return s, fmt.Errorf("touches of step %d: %w", r.Seq, err)
	}
	if len(r.Document) == 0 {
		return s, nil
	}
	var err error
	s.Before, err = unpack(r.Document)
	return s, err
}

// pack compresses a document. It happens at every change while somebody types: quick goes before small.
func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// maxUnpacked is more than a programme's document can have.
const maxUnpacked = 4 << 20

// unpack is the inverse of pack.
func unpack(b []byte) ([]byte, error) {
	r := flate.NewReader(bytes.NewReader(b))
	out, err := io.ReadAll(io.LimitReader(r, maxUnpacked))
	if err != nil {
		return nil, fmt.Errorf("document of a step: %w", err)
	}
	return out, r.Close()
}

// DraftOf loads the draft of a programme with its document.
func (s studies) DraftOf(ctx context.Context, organisation, programme string) (studio.Version, error) {
	var row versionRow
	err := s.db(ctx).Where("org_id = ? AND programme_id = ? AND state = 'draft'", organisation, programme).Take(&row).Error
	return row.version(), named(translate(err), "draft")
}

// listedStepRow is a step in a list, without its document and with the name of whoever did it.
type listedStepRow struct {
	Row        stepRow `gorm:"embedded"`
	MemberName string
}

// Steps lists the newest steps of a draft, newest first.
func (s studies) Steps(ctx context.Context, organisation, version string, limit int) ([]studio.Step, error) {
	var rows []listedStepRow
	err := s.db(ctx).Raw(`SELECT d.org_id, d.version_id, d.seq, d.kind, d.sentence, d.touches, d.undoes, d.member_id, d.first_revision,
 d.last_revision, d.began_at, d.at, coalesce(p.name, '') AS member_name
 FROM draft_steps d
 LEFT JOIN members m ON m.org_id = d.org_id AND CAST(m.id AS text) = d.member_id
 LEFT JOIN people p ON p.id = m.person_id
 WHERE d.org_id = ? AND d.version_id = ? ORDER BY d.seq DESC LIMIT ?`, organisation, version, min(max(limit, 1), studio.MaxSteps)).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	all := make([]studio.Step, len(rows))
	for i := range rows {
		if all[i], err = rows[i].Row.step(); err != nil {
			return nil, err
		}
		all[i].ByName = rows[i].MemberName
	}
	return all, nil
}

// Step loads one step with the document as it was before.
func (s studies) Step(ctx context.Context, organisation, version string, seq int) (studio.Step, error) {
	var row stepRow
	err := s.db(ctx).Where("org_id = ? AND version_id = ? AND seq = ?", organisation, version, seq).Take(&row).Error
	if err != nil {
		return studio.Step{}, named(translate(err), "step")
	}
	return row.step()
}

// AddStep inserts a step and forgets those beyond the newest MaxSteps.
func (s studies) AddStep(ctx context.Context, organisation string, step studio.Step) error {
	row, err := stepRowOf(&step)
	if err != nil {
		return err
	}
	row.OrgID = organisation
	if err := s.db(ctx).Create(&row).Error; err != nil {
		return err
	}
	if step.Seq <= studio.MaxSteps {
		return nil
	}
	return s.db(ctx).Where("org_id = ? AND version_id = ? AND seq <= ?", organisation, step.Version, step.Seq-studio.MaxSteps).Delete(&stepRow{}).Error
}

// ExtendStep writes when and up to which revision a step went on.
func (s studies) ExtendStep(ctx context.Context, organisation string, step studio.Step) error {
	row := stepRow{At: step.At, LastRevision: step.LastRevision, Sentence: step.Sentence}
	return unstale(s.db(ctx).Model(&stepRow{}).Where("org_id = ? AND version_id = ? AND seq = ?", organisation, step.Version, step.Seq).
		Select("at", "last_revision", "sentence").Updates(&row), "step")
}

// DeleteSteps forgets the steps of a version.
func (s studies) DeleteSteps(ctx context.Context, organisation, version string) error {
	return s.db(ctx).Where("org_id = ? AND version_id = ?", organisation, version).Delete(&stepRow{}).Error
}
