package store

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
)

// reportRow is what a visit found.
type reportRow struct {
	OrgID          string `gorm:"primaryKey"`
	VisitID        string `gorm:"primaryKey"`
	Seq            int
	Head           string
	Revision       int
	Context        string
	Answers        string
	Comments       string
	Result         string
	Engine         int
	CompletenessBP *int `gorm:"column:completeness_bp"`
	SealedAt       *time.Time
	ReceiptCode    string
	Receipt        string    // '' since receipts have a table of their own
	UpdatedAt      time.Time `gorm:"autoUpdateTime:false"`
	RowVersion     int
	Heads          string
}

// TableName is the table of reports.
func (reportRow) TableName() string { return "reports" }

func reportRowOf(r *visit.Report) (reportRow, error) {
	answers, err := json.Marshal(r.Answers)
	if err != nil {
		return reportRow{}, err
	}
	comments, err := json.Marshal(r.Comments)
	if err != nil {
		return reportRow{}, err
	}
	heads, err := headsText(r.Heads)
	if err != nil {
		return reportRow{}, err
	}
	facts, err := contextText(r.Context)
	return reportRow{
		OrgID: r.Org, VisitID: r.Visit, Seq: r.Seq, Head: r.Head, Revision: r.Revision, Context: facts, Answers: string(answers),
		Comments: string(comments), Result: string(r.Result), Engine: r.Engine, CompletenessBP: r.Complete, SealedAt: timePtr(r.Sealed),
		ReceiptCode: r.Receipt, UpdatedAt: r.Updated, RowVersion: r.RowVersion, Heads: heads,
	}, err
}

func (r *reportRow) report() (visit.Report, error) {
	out := visit.Report{
		Org: r.OrgID, Visit: r.VisitID, Seq: r.Seq, Head: r.Head, Revision: r.Revision, Engine: r.Engine, Complete: r.CompletenessBP,
		Sealed: timeVal(r.SealedAt), Receipt: r.ReceiptCode, Updated: r.UpdatedAt.UTC(), RowVersion: r.RowVersion,
		Answers: map[string]json.RawMessage{}, Comments: map[string]string{},
	}
	if r.Result != "" {
		out.Result = json.RawMessage(r.Result)
	}
	if r.Heads != "" {
		if err := json.Unmarshal([]byte(r.Heads), &out.Heads); err != nil {
			return out, err
		}
	}
	if err := json.Unmarshal([]byte(r.Answers), &out.Answers); err != nil {
		return out, err
	}
	var err error
	if out.Context, err = contextOf(r.Context); err != nil {
		return out, err
	}
	return out, json.Unmarshal([]byte(r.Comments), &out.Comments)
}

// headsText writes present values, "" when they were never worked out.
func headsText(h visit.Heads) (string, error) {
	if h == nil {
		return "", nil
	}
	b, err := json.Marshal(h)
	return string(b), err
}

// factsJSON is how the branch's facts of the day are kept.
type factsJSON struct {
	Scenario string   `json:"scenario"`
	Channel  string   `json:"channel"`
	Format   string   `json:"format"`
	Features []string `json:"features"`
}

// contextText writes the facts, "" for none.
func contextText(c *programme.Context) (string, error) {
	if c == nil {
		return "", nil
	}
	b, err := json.Marshal(factsJSON{c.Scenario, c.Channel, c.Format, list(c.Features)})
	return string(b), err
}

// contextOf is the reverse of contextText.
func contextOf(s string) (*programme.Context, error) {
	if s == "" {
		return nil, nil //nolint:nilnil // no facts before the first answer
	}
	var f factsJSON
	if err := json.Unmarshal([]byte(s), &f); err != nil {
		return nil, err
	}
	return &programme.Context{Scenario: f.Scenario, Channel: f.Channel, Format: f.Format, Features: unlist(f.Features)}, nil
}

// Report loads the report of a visit, an empty one before the first answer.
func (v visits) Report(ctx context.Context, organisation, id string) (visit.Report, error) {
	var row reportRow
	err := v.db(ctx).Where("org_id = ? AND visit_id = ?", organisation, id).Take(&row).Error
	if fault.Is(translate(err), fault.NotFound) {
		return visit.Report{Org: organisation, Visit: id, Answers: map[string]json.RawMessage{}, Comments: map[string]string{}}, nil
	}
	if err != nil {
		return visit.Report{}, err
	}
	return row.report()
}

// SaveReport inserts a report of row version 0 and updates any other, unless somebody was quicker.
func (v visits) SaveReport(ctx context.Context, organisation string, r visit.Report) error {
	row, err := reportRowOf(&r)
	if err != nil {
		return err
	}
	row.OrgID = organisation
	row.RowVersion++
	if r.RowVersion == 0 {
		return v.db(ctx).Create(&row).Error
	}
	return changedOne(v.db(ctx).Model(&reportRow{}).
		Where("org_id = ? AND visit_id = ? AND row_version = ?", organisation, r.Visit, r.RowVersion).Select("*").Updates(&row))
}

// submissionRow is one device's copy of a report.
type submissionRow struct {
	OrgID         string `gorm:"primaryKey"`
	ID            string `gorm:"primaryKey"`
	VisitID       string
	Device        string
	Seq           int
	Head          string
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
	Checklist     string
	ClockOffsetMS int64 `gorm:"column:clock_offset_ms"`
	ClockFlag     string
}

// TableName is the table of submissions.
func (submissionRow) TableName() string { return "submissions" }

func submissionRowOf(organisation string, s *visit.Submission) submissionRow {
	return submissionRow{
		organisation, s.ID, s.Visit, s.Device, s.Seq, s.Head, s.Created, s.Checklist, s.Clock.Offset.Milliseconds(), s.Clock.Text(),
	}
}

func (r submissionRow) submission() visit.Submission {
	return visit.Submission{
		Org: r.OrgID, ID: r.ID, Visit: r.VisitID, Device: r.Device, Checklist: r.Checklist, Seq: r.Seq, Head: r.Head,
		Clock: visit.ClockOf(time.Duration(r.ClockOffsetMS)*time.Millisecond, r.ClockFlag), Created: r.CreatedAt.UTC(),
	}
}

// Submission loads one.
func (v visits) Submission(ctx context.Context, organisation, id string) (visit.Submission, error) {
	var r submissionRow
	err := v.db(ctx).Where("org_id = ? AND id = ?", organisation, id).Take(&r).Error
	return r.submission(), missing(err, "submission")
}

// SaveSubmission inserts a submission or moves the end of its log. A submission of another visit is never taken over:
// only seq, head and clock are ever updated, and only where organisation, id and visit fit.
func (v visits) SaveSubmission(ctx context.Context, organisation string, sub visit.Submission) error {
	row := submissionRowOf(organisation, &sub)
	res := v.db(ctx).Model(&submissionRow{}).Where("org_id = ? AND id = ? AND visit_id = ?", organisation, sub.ID, sub.Visit).
		Updates(map[string]any{"seq": sub.Seq, "head": sub.Head, "clock_offset_ms": row.ClockOffsetMS, "clock_flag": row.ClockFlag})
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	return v.db(ctx).Create(&row).Error
}

// opRow is one entry of an op log.
type opRow struct {
	OrgID        string `gorm:"primaryKey"`
	SubmissionID string `gorm:"primaryKey"`
	Seq          int    `gorm:"primaryKey;autoIncrement:false"`
	OpID         string
	VisitID      string
	Body         string
	Hash         string
	ReceivedAt   time.Time
	Late         bool
	CorrectedAt  *time.Time
}

// TableName is the table of ops.
func (opRow) TableName() string { return "ops" }

func opRowOf(organisation, vis string, o *visit.Op) opRow {
	return opRow{organisation, o.Submission, o.Seq, o.ID, vis, string(o.Body), o.Hash, o.Received, o.Late, timePtr(o.Corrected)}
}

// opOfDevice is an op with the device of its submission.
type opOfDevice struct {
	Op     opRow `gorm:"embedded"`
	Device string
}

func (r opOfDevice) op() visit.Op {
	return visit.Op{
		Submission: r.Op.SubmissionID, Device: r.Device, Seq: r.Op.Seq, ID: r.Op.OpID, Body: []byte(r.Op.Body), Hash: r.Op.Hash,
		Received: r.Op.ReceivedAt.UTC(), Corrected: timeVal(r.Op.CorrectedAt), Late: r.Op.Late,
	}
}

// opsOf reads ops with the devices that they came from.
func (v visits) opsOf(ctx context.Context) *gorm.DB {
	return v.db(ctx).Table("ops").Select("ops.*, s.device").
		Joins("JOIN submissions s ON s.org_id = ops.org_id AND s.id = ops.submission_id")
}

// AppendOps adds entries; an id or a number that is there already is refused by the keys.
func (v visits) AppendOps(ctx context.Context, organisation, vis string, ops []visit.Op) error {
	rows := make([]opRow, 0, len(ops))
	for i := range ops {
		rows = append(rows, opRowOf(organisation, vis, &ops[i]))
	}
	return v.db(ctx).CreateInBatches(rows, batch).Error
}

// Ops gives every log of a visit, each in its order, the submission that began first in front.
func (v visits) Ops(ctx context.Context, organisation, vis string) ([]visit.Op, error) {
	var rows []opOfDevice
	err := v.opsOf(ctx).Where("ops.org_id = ? AND ops.visit_id = ?", organisation, vis).
		Order("s.created_at").Order("s.id").Order("ops.seq").Find(&rows).Error
	return mapRows(rows, opOfDevice.op), err
}

// outcomeRow is what a visit says about one standard.
type outcomeRow struct {
	OrgID      string `gorm:"primaryKey"`
	VisitID    string `gorm:"primaryKey"`
	Standard   string `gorm:"primaryKey"`
	Series     string
	Outcome    string
	WowOffered bool
	Share      int64
	Rate       int64
}

// TableName is the table of outcomes.
func (outcomeRow) TableName() string { return "outcomes" }

// SaveOutcomes replaces the outcomes of a visit.
func (v visits) SaveOutcomes(ctx context.Context, organisation, vis string, outcomes []visit.Outcome) error {
	rows := make([]outcomeRow, 0, len(outcomes))
	for _, o := range outcomes {
		rows = append(rows, outcomeRow{organisation, vis, o.Standard, o.Series, string(o.Outcome), o.WowOffered, o.Share, o.Rate})
	}
	if len(rows) == 0 {
		return nil
	}
	return v.db(ctx).Clauses(clause.OnConflict{ // reviewed: the key holds organisation, visit and standard
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "visit_id"}, {Name: "standard"}},
		DoUpdates: clause.AssignmentColumns([]string{"series", "outcome", "wow_offered", "share", "rate"}),
	}).Create(&rows).Error
}

// Outcomes gives the outcomes of a visit by standard.
func (v visits) Outcomes(ctx context.Context, organisation, vis string) ([]visit.Outcome, error) {
	var rows []outcomeRow
	err := v.db(ctx).Where("org_id = ? AND visit_id = ?", organisation, vis).Order("standard").Find(&rows).Error
	out := make([]visit.Outcome, 0, len(rows))
	for _, r := range rows {
		out = append(out, visit.Outcome{Series: r.Series, StandardResult: scoring.StandardResult{
			Standard: r.Standard, Outcome: scoring.Outcome(r.Outcome), WowOffered: r.WowOffered, Share: r.Share, Rate: r.Rate,
		}})
	}
	return out, err
}

// noteRow is words about a report.
type noteRow struct {
	OrgID     string `gorm:"primaryKey"`
	ID        string `gorm:"primaryKey"`
	VisitID   string
	AuthorID  string
	Kind      string
	Question  string
	Body      string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

// TableName is the table of notes.
func (noteRow) TableName() string { return "notes" }

// Notes gives the words about a report, the oldest first.
func (v visits) Notes(ctx context.Context, organisation, vis string) ([]visit.Note, error) {
	var rows []noteRow
	err := v.db(ctx).Where("org_id = ? AND visit_id = ?", organisation, vis).
		Order("created_at").Order("id").Limit(visit.MaxList).Find(&rows).Error
	return mapRows(rows, noteRow.note), err
}

func (r noteRow) note() visit.Note {
	return visit.Note{
		Org: r.OrgID, ID: r.ID, Visit: r.VisitID, Author: r.AuthorID, Kind: visit.NoteKind(r.Kind), Question: r.Question,
		Body: r.Body, Created: r.CreatedAt.UTC(),
	}
}

// AddNote inserts a note.
func (v visits) AddNote(ctx context.Context, organisation string, n visit.Note) error {
	return v.db(ctx).Create(&noteRow{organisation, n.ID, n.Visit, n.Author, string(n.Kind), n.Question, n.Body, n.Created}).Error
}
