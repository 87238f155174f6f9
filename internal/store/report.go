package store

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Reports is the store as the report package needs it.
func (s *Store) Reports() report.Repo { return reports{reading{s}} }

// reports adds published visits and the books of rollups to what owners read too.
type reports struct{ reading }

// InTx runs one change.
func (s reports) InTx(ctx context.Context, organisation string, change func(report.Tx) error) error {
	return s.inTx(ctx, organisation, func(s *Store) error { return change(reports{reading{s}}) })
}

// View runs reads.
func (s reports) View(ctx context.Context, organisation string, read func(report.Tx) error) error {
	return s.inView(ctx, organisation, func(s *Store) error { return read(reports{reading{s}}) })
}

// publishedRow is a published visit in a list.
type publishedRow struct {
	ID            string
	ProgrammeID   string
	ProgrammeName string
	Number        int
	BranchID      string
	BranchCode    string
	BranchName    string
	RegionName    string
	Scenario      string
	VisitedOn     string
	PublishedAt   time.Time
	Pseudonym     string
	BaseBP        *int `gorm:"column:base_bp"`
	FinalBP       *int `gorm:"column:final_bp"`
	Level         string
}

const publishedColumns = `visits.id, visits.programme_id, p.name AS programme_name, v.number, visits.branch_id, b.code AS branch_code,
 b.name AS branch_name, coalesce(r.name, '') AS region_name, visits.scenario, visits.visited_on, visits.published_at,
 visits.pseudonym, visits.base_bp, visits.final_bp, visits.level`

const publishedJoins = `JOIN programmes p ON p.org_id = visits.org_id AND p.id = visits.programme_id
 JOIN versions v ON v.org_id = visits.org_id AND v.id = visits.version_id
 JOIN branches b ON b.org_id = visits.org_id AND b.id = visits.branch_id
 LEFT JOIN regions r ON r.org_id = b.org_id AND r.id = b.region_id`

// PublishedVisits lists published visits within reach, the newest first. A shopper's own visits are no reason to see
// them here.
func (s reports) PublishedVisits(ctx context.Context, organisation string, q report.VisitQuery) ([]report.Row, error) {
	q.Reach.Shopper = ""
	db := s.db(ctx).Table("visits").Select(publishedColumns).Joins(publishedJoins).
		Where("visits.org_id = ? AND visits.state = 'published'", organisation)
	db, err := behind(narrowed(within(db, q.Reach), q), q.After)
	if err != nil {
		return nil, err
	}
	var rows []publishedRow
	if ofFew(q) {
		db = db.Order(unsought("visits.visited_on") + " DESC")
	} else { // the month though the date implies it, so that the index by month gives the order
		db = db.Order("visits.month DESC").Order("visits.visited_on DESC")
	}
	db = db.Order("visits.id DESC")
	err = db.Limit(min(max(q.Limit, 1), report.MaxFileVisits+1)).Find(&rows).Error
	return mapRows(rows, publishedRow.value), err
}

const latestProgrammes = `SELECT DISTINCT id FROM (
 SELECT (SELECT v.programme_id FROM visits v WHERE v.org_id = b.org_id AND v.branch_id = b.id AND v.state = 'published'
 ORDER BY v.visited_on DESC LIMIT 1) AS id
 FROM branches b WHERE b.org_id = ? AND (b.region_id IN ? OR b.id IN ?)) AS latest WHERE id IS NOT NULL`

// LatestProgrammes looks at one visit a branch, which the index by branch has at its end. A list that is empty holds
// nothing.
func (s reports) LatestProgrammes(ctx context.Context, organisation string, r auth.Reach) (ids []string, err error) {
	err = s.db(ctx).Raw(latestProgrammes, organisation, r.Regions, r.Branches).Scan(&ids).Error
	return ids, err
}

// fewBranches is of how many branches the visits are found sooner by the index by branch than by that by month.
const fewBranches = 20

// ofFew reports whether a query is about the visits of a few branches.
func ofFew(q report.VisitQuery) bool {
	of := q.Branches
	if of == nil && !q.Reach.All && len(q.Reach.Regions) == 0 {
		of = q.Reach.Branches
	}
	return of != nil && len(of) <= fewBranches
}

// narrowed applies the filters that are set. A list of branches that is not nil filters even when it is empty.
func narrowed(db *gorm.DB, q report.VisitQuery) *gorm.DB {
	if q.Programme != "" {
		db = db.Where("visits.programme_id = ?", q.Programme)
	}
	if q.Branches != nil {
		db = db.Where("visits.branch_id IN ?", q.Branches)
	}
	if q.Scenario != "" {
		db = db.Where("visits.scenario = ?", q.Scenario)
	}
	switch {
	case q.Window == (studio.Window{}):
	case ofFew(q): // the same visits, by days
		db = db.Where("visits.visited_on BETWEEN ? AND ?", q.Window.From+"-01", q.Window.To+"-31")
	default:
		db = db.Where("visits.month BETWEEN ? AND ?", q.Window.From, q.Window.To)
	}
	return db
}

// behind continues after the last row of the page before.
func behind(db *gorm.DB, cursor string) (*gorm.DB, error) {
	if cursor == "" {
		return db, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	on, id, ok := strings.Cut(string(raw), "|")
	if err != nil || !ok || uuid.Validate(id) != nil {
		return db, fault.New(fault.Invalid, "This list has moved on. Start again at its beginning.")
	}
	return db.Where("visits.month <= ? AND (visits.visited_on, visits.id) < (?, ?)", on[:min(len(on), 7)], on, id), nil
}

func (r publishedRow) value() report.Row {
	return report.Row{
		ID: r.ID, Programme: r.ProgrammeID, ProgrammeName: r.ProgrammeName, Version: r.Number, Branch: r.BranchID, BranchCode: r.BranchCode,
		BranchName: r.BranchName, RegionName: r.RegionName, Scenario: r.Scenario, VisitedOn: r.VisitedOn,
		Published: r.PublishedAt.UTC().Truncate(24 * time.Hour), Pseudonym: r.Pseudonym, ScoreBP: r.BaseBP, FinalBP: r.FinalBP,
		Level: scoring.Level(r.Level), Cursor: base64.RawURLEncoding.EncodeToString([]byte(r.VisitedOn + "|" + r.ID)),
	}
}

// PublishedVisit loads a visit that was published.
func (s reports) PublishedVisit(ctx context.Context, organisation, id string) (visit.Visit, error) {
	var row visitRow
	err := s.db(ctx).Where("org_id = ? AND id = ? AND state = 'published'", organisation, id).Take(&row).Error
	return row.visit(), named(translate(err), "published visit")
}

// Place loads a branch with the name of its region.
func (s reports) Place(ctx context.Context, organisation, branch string) (visit.Place, error) {
	return visits{s.Store}.Place(ctx, organisation, branch)
}

// Report loads what a visit found.
func (s reports) Report(ctx context.Context, organisation, id string) (visit.Report, error) {
	return visits{s.Store}.Report(ctx, organisation, id)
}

// Photos lists the photos that are part of a report.
func (s reports) Photos(ctx context.Context, organisation, id string) ([]evidence.Photo, error) {
	return visits{s.Store}.Photos(ctx, organisation, id)
}

// Photo loads one photo, removed or not.
func (s reports) Photo(ctx context.Context, organisation, id string) (evidence.Photo, error) {
	return visits{s.Store}.Photo(ctx, organisation, id)
}

// Lock keeps others from changing a programme's rollups: every change of them counts data_rev up in this row.
func (s reports) Lock(ctx context.Context, organisation, programme string) (studio.Programme, error) {
	return s.lockRollups(ctx, organisation, programme)
}

func (s *Store) lockRollups(ctx context.Context, organisation, programme string) (studio.Programme, error) {
	var row programmeRow
	err := s.db(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND id = ?", organisation, programme).Take(&row).Error
	return row.programme(), named(translate(err), "programme")
}

// Sealed gives a page of published visits with all that was stored of them: five statements, whatever its length.
func (s reports) Sealed(ctx context.Context, organisation, programme string, after studio.Mark, limit int) ([]report.Sealed, error) {
	db := s.db(ctx).Where("org_id = ? AND programme_id = ? AND state = 'published'", organisation, programme)
	if after.ID != "" {
		db = db.Where("(month, id) > (?, ?)", after.Month, after.ID)
	}
	var rows []visitRow
	if err := db.Order("month").Order("id").Limit(limit).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	all := make([]report.Sealed, len(rows))
	ids, at := make([]string, len(rows)), make(map[string]int, len(rows))
	for i := range rows {
		all[i].Visit = rows[i].visit()
		ids[i], at[rows[i].ID] = rows[i].ID, i
	}
	if err := s.sealedReports(ctx, organisation, ids, at, all); err != nil {
		return nil, err
	}
	if err := s.sealedOutcomes(ctx, organisation, ids, at, all); err != nil {
		return nil, err
	}
	return all, s.sealedTrails(ctx, organisation, ids, at, all)
}

// sealedTrails adds how people filled in their reports, and what was noted. A report that a program sent has no trail.
func (s reports) sealedTrails(ctx context.Context, organisation string, ids []string, at map[string]int, all []report.Sealed) error {
	var ops []opOfDevice
	err := (visits{s.Store}).opsOf(ctx).Where("ops.org_id = ? AND ops.visit_id IN ? AND s.device <> ?", organisation, ids, visit.ProgramDevice).
		Order("s.created_at").Order("s.id").Order("ops.seq").Find(&ops).Error
	if err != nil {
		return err
	}
	for _, r := range ops {
		v := &all[at[r.Op.VisitID]]
		v.Ops = append(v.Ops, r.op())
	}
	var notes []noteRow
	err = s.db(ctx).Where("org_id = ? AND visit_id IN ?", organisation, ids).Order("created_at").Order("id").Find(&notes).Error
	for i := range notes {
		if v := &all[at[notes[i].VisitID]]; len(v.Notes) < visit.MaxList {
			v.Notes = append(v.Notes, notes[i].note())
		}
	}
	return err
}

func (s reports) sealedReports(ctx context.Context, organisation string, ids []string, at map[string]int, all []report.Sealed) error {
	var rows []reportRow
	if err := s.db(ctx).Where("org_id = ? AND visit_id IN ?", organisation, ids).Find(&rows).Error; err != nil {
		return err
	}
	for i := range rows {
		r, err := rows[i].report()
		if err != nil {
			return err
		}
		all[at[r.Visit]].Report = r
	}
	return nil
}

func (s reports) sealedOutcomes(ctx context.Context, organisation string, ids []string, at map[string]int, all []report.Sealed) error {
	var rows []outcomeRow
	if err := s.db(ctx).Where("org_id = ? AND visit_id IN ?", organisation, ids).Order("visit_id").Order("standard").Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		v := &all[at[r.VisitID]]
		v.Outcomes = append(v.Outcomes, r.outcome())
	}
	return nil
}

// outcome maps the row.
func (r outcomeRow) outcome() visit.Outcome {
	return visit.Outcome{Series: r.Series, StandardResult: scoring.StandardResult{
		Standard: r.Standard, Outcome: scoring.Outcome(r.Outcome), WowOffered: r.WowOffered,
		Share: r.Share, Rate: r.Rate,
	}}
}

// Cells gives the stored sums of scores.
func (s reports) Cells(ctx context.Context, organisation, programme string) ([]visit.Rollup, error) {
	var rows []cellRow
	err := s.db(ctx).Where("org_id = ? AND programme_id = ?", organisation, programme).Find(&rows).Error
	return mapRows(rows, func(r cellRow) visit.Rollup {
		return visit.Rollup{Programme: r.ProgrammeID, Branch: r.BranchID, Shopper: r.ShopperID, Scenario: r.Scenario, Month: r.Month, Cell: visit.CellRollup{
			Series: r.Series, N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2, Unscored: r.Unscored, SumPenalty: r.SumPenalty, Caps: r.Caps,
			Zeros: r.Zeros, Breaches: r.Breaches,
		}}
	}), err
}

// Standards gives the stored sums of outcomes.
func (s reports) Standards(ctx context.Context, organisation, programme string) ([]visit.Rollup, error) {
	var rows []standardSumRow
	err := s.db(ctx).Where("org_id = ? AND programme_id = ?", organisation, programme).Find(&rows).Error
	return mapRows(rows, func(r standardSumRow) visit.Rollup {
		return visit.Rollup{Programme: r.ProgrammeID, Branch: r.BranchID, Scenario: r.Scenario, Month: r.Month, Standards: []visit.StandardRollup{{
			Standard: r.Standard, Series: r.Series, N: r.N, X: r.X, NWow: r.NWow, XWow: r.XWow, Partial: r.Partial, NA: r.NA,
			Unknown: r.Unknown, W: r.SumW, WR: r.SumWr,
		}}}
	}), err
}

// Facts gives the single visits that stand beside the sums.
func (s reports) Facts(ctx context.Context, organisation, programme string) (all []visit.Rollup, err error) {
	rows, err := s.db(ctx).Raw(`SELECT month, branch_id, lines FROM rollup_visits WHERE org_id = ? AND programme_id = ? ORDER BY month, branch_id`,
		organisation, programme).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	known := ids{}
	for rows.Next() {
		r := visit.Rollup{Programme: programme}
		var lines string
		if err := rows.Scan(&r.Month, &r.Branch, &lines); err != nil {
			return nil, err
		}
		for line := range strings.Lines(lines) {
			if err := parseFact(strings.TrimSuffix(line, "\n"), &r, known, true); err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
	return all, rows.Err()
}

// ReplaceRollups puts rows in the place of all that there are.
func (s reports) ReplaceRollups(ctx context.Context, organisation, programme string, rollups []visit.Rollup) error {
	for _, table := range []string{"rollup_cells", "rollup_standards", "rollup_visits", "rollup_questions", "rollup_turns", "rollup_fresh", "fits"} {
		if err := s.db(ctx).Exec("DELETE FROM "+table+" WHERE org_id = ? AND programme_id = ?", organisation, programme).Error; err != nil {
			return err
		}
	}
	for len(rollups) > 0 {
		some := rollups[:min(len(rollups), replacedAtOnce)]
		if err := (visits{s.Store}).addRollups(ctx, organisation, some); err != nil {
			return err
		}
		rollups = rollups[len(some):]
	}
	return s.db(ctx).Exec(`UPDATE programmes SET data_rev = data_rev + 1 WHERE org_id = ? AND id = ?`, organisation, programme).Error
}

// replacedAtOnce is how many sums are written together.
const replacedAtOnce = 10_000
