package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"plainclothes/internal/event"
	"plainclothes/internal/programme"
	"plainclothes/internal/tryout"
)

// Tryouts is the store as the tryout package needs it.
func (s *Store) Tryouts() tryout.Repo { return tryouts{s} }

type tryouts struct{ *Store }

// InTx runs one change.
func (s tryouts) InTx(ctx context.Context, organisation string, change func(tryout.Tx) error) error {
	return s.inTx(ctx, organisation, func(s *Store) error { return change(tryouts{s}) })
}

// View runs reads.
func (s tryouts) View(ctx context.Context, organisation string, read func(tryout.Tx) error) error {
	return s.inView(ctx, organisation, func(s *Store) error { return read(tryouts{s}) })
}

// Append notes changes for the organisation's chain of events.
func (s tryouts) Append(_ context.Context, organisation string, at time.Time, changes ...event.Change) error {
	return s.appendEvent(organisation, at, changes...)
}

// trialRow is one test run.
type trialRow struct {
	OrgID       string `gorm:"primaryKey"`
	ID          string `gorm:"primaryKey"`
	ProgrammeID string
	Number      int
	Draft       bool
	Hash        string
	Document    string
	Scenario    string
	Context     string
	Answers     string
	Comments    string
	Photos      string
	Stages      string
	Trail       string
	StartedBy   string
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt   time.Time
	OpenedAt    *time.Time
	FinishedAt  *time.Time
	LinkHash    string
	LinkUntil   time.Time
	PassHash    string
	PassUntil   *time.Time
	RowVersion  int
}

// TableName is the table of test runs.
func (trialRow) TableName() string { return "trials" }

// trialFacts is the imagined branch as it is kept.
type trialFacts struct {
	Channel  string   `json:"channel"`
	Format   string   `json:"format"`
	Features []string `json:"features"`
}

func trialRowOf(r *tryout.Run) (row trialRow, err error) {
	row = trialRow{
		OrgID: r.Org, ID: r.ID, ProgrammeID: r.Programme, Number: r.Number, Draft: r.Draft, Hash: r.Hash, Document: string(r.Document),
		Scenario: r.Scenario, StartedBy: r.StartedBy, CreatedAt: r.Created, ExpiresAt: r.Expires, OpenedAt: timePtr(r.Opened),
		FinishedAt: timePtr(r.Finished), LinkHash: r.LinkHash, LinkUntil: r.LinkUntil, PassHash: r.PassHash, PassUntil: timePtr(r.PassUntil),
		RowVersion: r.RowVersion,
	}
	facts := trialFacts{Channel: r.Context.Channel, Format: r.Context.Format, Features: r.Context.Features}
	for _, x := range []struct {
		into  *string
		value any
	}{
		{&row.Context, facts}, {&row.Answers, r.Answers}, {&row.Comments, r.Comments}, {&row.Photos, r.Photos}, {&row.Stages, r.Stages}, {&row.Trail, r.Trail},
	} {
		b, err := json.Marshal(x.value)
		if err != nil {
			return row, fmt.Errorf("test run %s: %w", r.ID, err)
		}
		*x.into = string(b)
	}
	return row, nil
}

func (row *trialRow) run() (r tryout.Run, err error) {
	r = tryout.Run{
		Org: row.OrgID, ID: row.ID, Programme: row.ProgrammeID, Number: row.Number, Draft: row.Draft, Hash: row.Hash, Scenario: row.Scenario,
		StartedBy: row.StartedBy, Created: row.CreatedAt.UTC(), Expires: row.ExpiresAt.UTC(), Opened: timeVal(row.OpenedAt),
		Finished: timeVal(row.FinishedAt), LinkHash: row.LinkHash, LinkUntil: row.LinkUntil.UTC(), PassHash: row.PassHash,
		PassUntil: timeVal(row.PassUntil), RowVersion: row.RowVersion,
	}
	if row.Document != "" {
		r.Document = []byte(row.Document)
	}
	var facts trialFacts
	for _, x := range []struct {
		from string
		into any
	}{
		{row.Context, &facts}, {row.Answers, &r.Answers}, {row.Comments, &r.Comments}, {row.Photos, &r.Photos}, {row.Stages, &r.Stages}, {row.Trail, &r.Trail},
	} {
		if err := json.Unmarshal([]byte(x.from), x.into); err != nil {
			return r, fmt.Errorf("test run %s: %w", row.ID, err)
		}
	}
	r.Context = programme.Context{Scenario: row.Scenario, Channel: facts.Channel, Format: facts.Format, Features: facts.Features}
	return r, nil
}

// CreateRun inserts a run.
func (s tryouts) CreateRun(ctx context.Context, organisation string, r tryout.Run) error {
	row, err := trialRowOf(&r)
	if err != nil {
		return err
	}
	row.OrgID = organisation
	return s.db(ctx).Create(&row).Error
}

// Run loads one run.
func (s tryouts) Run(ctx context.Context, organisation, id string) (tryout.Run, error) {
	return s.one(ctx, "org_id = ? AND id = ?", organisation, id)
}

// RunByLink finds the run that an unused link opens.
func (s tryouts) RunByLink(ctx context.Context, organisation, hash string) (tryout.Run, error) {
	return s.one(ctx, "org_id = ? AND link_hash = ? AND link_hash <> ''", organisation, hash)
}

// RunByPass finds the run that a phone has open.
func (s tryouts) RunByPass(ctx context.Context, organisation, hash string) (tryout.Run, error) {
	return s.one(ctx, "org_id = ? AND pass_hash = ? AND pass_hash <> ''", organisation, hash)
}

func (s tryouts) one(ctx context.Context, where, organisation, key string) (tryout.Run, error) {
	var row trialRow
	if err := s.db(ctx).Where(where, organisation, key).Take(&row).Error; err != nil {
		return tryout.Run{}, named(translate(err), "test run")
	}
	return row.run()
}

// Runs lists a programme's runs, newest first, without documents.
func (s tryouts) Runs(ctx context.Context, organisation, programme string, limit int) ([]tryout.Run, error) {
	var rows []trialRow
	err := s.db(ctx).Omit("document").Where("org_id = ? AND programme_id = ?", organisation, programme).
		Order("created_at DESC").Order("id DESC").Limit(min(max(limit, 1), 2*tryout.MaxRuns)).Find(&rows).Error
	all := make([]tryout.Run, 0, len(rows))
	for i := range rows {
		r, err := rows[i].run()
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, err
}

// UpdateRun writes what changes in the course of a run.
func (s tryouts) UpdateRun(ctx context.Context, organisation string, r tryout.Run) error {
	row, err := trialRowOf(&r)
	if err != nil {
		return err
	}
	row.RowVersion++
	return unstale(s.db(ctx).Model(&trialRow{}).Where("org_id = ? AND id = ? AND row_version = ?", organisation, r.ID, r.RowVersion).
		Select("answers", "comments", "photos", "stages", "trail", "opened_at", "finished_at", "link_hash", "link_until", "pass_hash", "pass_until", "row_version").
		Updates(&row), "test run")
}

// DeleteRun removes a run of a programme.
func (s tryouts) DeleteRun(ctx context.Context, organisation, programme, id string) error {
	return s.db(ctx).Where("org_id = ? AND programme_id = ? AND id = ?", organisation, programme, id).Delete(&trialRow{}).Error
}

// DeleteExpired removes the runs whose days are over.
func (s tryouts) DeleteExpired(ctx context.Context, organisation string, before time.Time) (int, error) {
	res := s.db(ctx).Where("org_id = ? AND expires_at < ?", organisation, before).Delete(&trialRow{})
	return int(res.RowsAffected), res.Error
}
