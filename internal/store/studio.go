package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/event"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Studio is the store as the studio package needs it.
func (s *Store) Studio() studio.Repo { return studies{reading{s}} }

// studies adds writing to what reports read too.
type studies struct{ reading }

// InTx runs one change.
func (s studies) InTx(ctx context.Context, organisation string, change func(studio.Tx) error) error {
	return s.inTx(ctx, organisation, func(s *Store) error { return change(studies{reading{s}}) })
}

// View runs reads.
func (s studies) View(ctx context.Context, organisation string, read func(studio.Tx) error) error {
	return s.inView(ctx, organisation, func(s *Store) error { return read(studies{reading{s}}) })
}

// Append notes changes for the organisation's chain of events.
func (s studies) Append(_ context.Context, organisation string, at time.Time, changes ...event.Change) error {
	return s.appendEvent(organisation, at, changes...)
}

// reading finds programmes, versions and sums: what studio and report share.
type reading struct{ *Store }

// Organisation loads the organisation of the unit of work.
func (s reading) Organisation(ctx context.Context, organisation string) (org.Organisation, error) {
	var row organisationRow
	err := s.db(ctx).Where("id = ?", organisation).Take(&row).Error
	return row.organisation(), named(translate(err), "organisation")
}

// Branches lists an organisation's branches by code.
func (s reading) Branches(ctx context.Context, organisation string) ([]org.Branch, error) {
	var rows []branchRow
	err := s.db(ctx).Where("org_id = ?", organisation).Order("code").Limit(studio.MaxBranches).Find(&rows).Error
	return mapRows(rows, branchRow.branch), err
}

// Regions lists an organisation's regions by name.
func (s reading) Regions(ctx context.Context, organisation string) ([]org.Region, error) {
	var rows []regionRow
	err := s.db(ctx).Where("org_id = ?", organisation).Order("name").Order("id").Limit(studio.MaxBranches).Find(&rows).Error
	regions := mapRows(rows, regionRow.region)
	org.SortRegions(regions)
	return regions, err
}

// programmeRow is one programme.
type programmeRow struct {
	OrgID      string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Key        string
	Name       string
	DataRev    int64
	ArchivedAt *time.Time
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	RowVersion int
}

// TableName is the table of programmes.
func (programmeRow) TableName() string { return "programmes" }

func programmeRowOf(p *studio.Programme) programmeRow {
	return programmeRow{
		OrgID: p.Org, ID: p.ID, Key: p.Key, Name: p.Name, DataRev: p.DataRev, ArchivedAt: timePtr(p.Archived), CreatedAt: p.Created,
		RowVersion: p.RowVersion,
	}
}

func (r programmeRow) programme() studio.Programme {
	return studio.Programme{
		Org: r.OrgID, ID: r.ID, Key: r.Key, Name: r.Name, DataRev: r.DataRev, Archived: timeVal(r.ArchivedAt), Created: r.CreatedAt.UTC(),
		RowVersion: r.RowVersion,
	}
}

// Programmes lists programmes by name.
func (s reading) Programmes(ctx context.Context, organisation string) ([]studio.Programme, error) {
	var rows []programmeRow
	err := s.db(ctx).Where("org_id = ?", organisation).Order("name").Order("id").Limit(studio.MaxList).Find(&rows).Error
	all := mapRows(rows, programmeRow.programme)
	alphabet.Sort("", all, func(p *studio.Programme) string { return p.Name }, func(p *studio.Programme) string { return p.ID })
	return all, err
}

// Programme loads one.
func (s reading) Programme(ctx context.Context, organisation, id string) (studio.Programme, error) {
	var row programmeRow
	err := s.db(ctx).Where("org_id = ? AND id = ?", organisation, id).Take(&row).Error
	return row.programme(), named(translate(err), "programme")
}

// ProgrammeByKey finds the programme that files name by a key.
func (s studies) ProgrammeByKey(ctx context.Context, organisation, key string) (studio.Programme, error) {
	var row programmeRow
	err := s.db(ctx).Where("org_id = ? AND key = ?", organisation, key).Take(&row).Error
	return row.programme(), named(translate(err), "programme")
}

// CreateProgramme inserts a programme.
func (s studies) CreateProgramme(ctx context.Context, organisation string, p studio.Programme) error {
	row := programmeRowOf(&p)
	row.OrgID = organisation
	return s.db(ctx).Create(&row).Error
}

// UpdateProgramme writes name and archived; data_rev belongs to whoever changes rollups.
func (s studies) UpdateProgramme(ctx context.Context, organisation string, p studio.Programme) error {
	row := programmeRowOf(&p)
	row.RowVersion++
	return unstale(s.db(ctx).Model(&programmeRow{}).Where("org_id = ? AND id = ? AND row_version = ?", organisation, p.ID, p.RowVersion).
		Select("name", "archived_at", "row_version").Updates(&row), "programme")
}

// versionRow is one version of a programme.
type versionRow struct {
	OrgID       string `gorm:"primaryKey"`
	ID          string `gorm:"primaryKey"`
	ProgrammeID string
	Number      int
	State       string
	Hash        string
	Document    string
	Note        string
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	CreatedBy   string
	PublishedAt *time.Time
	PublishedBy string
	EffectiveOn string
	RowVersion  int
}

// TableName is the table of versions.
func (versionRow) TableName() string { return "versions" }

func versionRowOf(v *studio.Version) versionRow {
	return versionRow{
		OrgID: v.Org, ID: v.ID, ProgrammeID: v.Programme, Number: v.Number, State: string(v.State), Hash: v.Hash,
		Document: string(v.Document), Note: v.Note, CreatedAt: v.Created, CreatedBy: v.CreatedBy, PublishedAt: timePtr(v.Published),
		PublishedBy: v.PublishedBy, EffectiveOn: v.EffectiveOn, RowVersion: v.RowVersion,
	}
}

func (r *versionRow) version() studio.Version {
	v := studio.Version{
		Org: r.OrgID, ID: r.ID, Programme: r.ProgrammeID, Number: r.Number, State: studio.State(r.State), Hash: r.Hash, Note: r.Note,
		Created: r.CreatedAt.UTC(), CreatedBy: r.CreatedBy, Published: timeVal(r.PublishedAt), PublishedBy: r.PublishedBy,
		EffectiveOn: r.EffectiveOn, RowVersion: r.RowVersion,
	}
	if r.Document != "" {
		v.Document = []byte(r.Document)
	}
	return v
}

// listedVersionRow is a version in a list, with the name of whoever published it and without its document.
type listedVersionRow struct {
	Row           versionRow `gorm:"embedded"`
	PublisherName string
}

// Versions lists the versions of a programme, newest first. created_by and published_by are text, because a program or
// the system may stand there; only a member has a name.
func (s reading) Versions(ctx context.Context, organisation, programme string) ([]studio.Version, error) {
	var rows []listedVersionRow
	err := s.db(ctx).Raw(`SELECT v.org_id, v.id, v.programme_id, v.number, v.state, v.hash, '' AS document, v.note, v.created_at, v.created_by,
 v.published_at, v.published_by, v.effective_on, v.row_version, coalesce(p.name, '') AS publisher_name
 FROM versions v
 LEFT JOIN members m ON m.org_id = v.org_id AND CAST(m.id AS text) = v.published_by
 LEFT JOIN people p ON p.id = m.person_id
 WHERE v.org_id = ? AND v.programme_id = ? ORDER BY v.number DESC LIMIT ?`, organisation, programme, studio.MaxList).Find(&rows).Error
	all := make([]studio.Version, len(rows))
	for i := range rows {
		all[i] = rows[i].Row.version()
		all[i].PublisherName = rows[i].PublisherName
	}
	return all, named(translate(err), "programme")
}

// Version loads one version of any state.
func (s reading) Version(ctx context.Context, organisation, id string) (studio.Version, error) {
	var row versionRow
	err := s.db(ctx).Where("org_id = ? AND id = ?", organisation, id).Take(&row).Error
	return row.version(), named(translate(err), "version")
}

// CreateVersion inserts a draft.
func (s studies) CreateVersion(ctx context.Context, organisation string, v studio.Version) error {
	row := versionRowOf(&v)
	row.OrgID = organisation
	return s.db(ctx).Create(&row).Error
}

// UpdateVersion writes a draft that nobody changed meanwhile; the database refuses to change a published version.
func (s studies) UpdateVersion(ctx context.Context, organisation string, v studio.Version) error {
	row := versionRowOf(&v)
	row.OrgID = organisation
	row.RowVersion++
	return unstale(s.db(ctx).Model(&versionRow{}).
		Where("org_id = ? AND id = ? AND state = 'draft' AND row_version = ?", organisation, v.ID, v.RowVersion).
		Select("*").Updates(&row), "draft")
}

// unstale is a conflict when a statement met no row: somebody was quicker.
func unstale(res *gorm.DB, noun string) error {
	if res.Error == nil && res.RowsAffected == 0 {
		return errStale(noun)
	}
	return res.Error
}

// DeleteDraft removes a draft that nobody changed meanwhile.
func (s studies) DeleteDraft(ctx context.Context, organisation, id string, rowVersion int) error {
	return unstale(s.db(ctx).Where("org_id = ? AND id = ? AND state = 'draft' AND row_version = ?", organisation, id, rowVersion).
		Delete(&versionRow{}), "draft")
}

// sumRow is a row of either table of sums, added up; the columns of the other table stay 0.
type sumRow struct {
	BranchID                   string
	Month                      string
	Standard                   string
	Series                     string
	N, X, NWow, XWow           int64
	Partial, NA, Unknown, SumW int64
	SumWr                      int64
	SumBP                      int64 `gorm:"column:sum_bp"`
	SumBP2                     int64 `gorm:"column:sum_bp2"`
	Unscored, SumPenalty, Caps int64
	Zeros, Breaches            int64
}

// standardSums and cellSums add up rollups; %s is the month or nothing. A sum of bigint is numeric on PostgreSQL.
const (
	standardSums = `SELECT branch_id, standard, series, CAST(sum(n) AS bigint) AS n, CAST(sum(x) AS bigint) AS x,
 CAST(sum(n_wow) AS bigint) AS n_wow, CAST(sum(x_wow) AS bigint) AS x_wow, CAST(sum(partial) AS bigint) AS partial,
 CAST(sum(na) AS bigint) AS na, CAST(sum(unknown) AS bigint) AS unknown, CAST(sum(sum_w) AS bigint) AS sum_w,
 CAST(sum(sum_wr) AS bigint) AS sum_wr`
	cellSums = `SELECT branch_id, series, CAST(sum(n) AS bigint) AS n, CAST(sum(sum_bp) AS bigint) AS sum_bp,
 CAST(sum(sum_bp2) AS bigint) AS sum_bp2, CAST(sum(unscored) AS bigint) AS unscored,
 CAST(sum(sum_penalty) AS bigint) AS sum_penalty, CAST(sum(caps) AS bigint) AS caps, CAST(sum(zeros) AS bigint) AS zeros,
 CAST(sum(breaches) AS bigint) AS breaches`
)

// Sums adds up both tables of rollups.
func (s reading) Sums(ctx context.Context, organisation string, q studio.SumQuery) (studio.Sums, error) {
	var out studio.Sums
	if !q.Scores {
		rows, err := s.sum(ctx, organisation, q, standardSums, "rollup_standards", "branch_id, standard, series")
		if err != nil {
			return out, err
		}
		out.Standards = mapRows(rows, sumRow.standard)
	}
	rows, err := s.sum(ctx, organisation, q, cellSums, "rollup_cells", "branch_id, series")
	if err != nil {
		return out, err
	}
	out.Cells = mapRows(rows, sumRow.cell)
	out.Share()
	return out, nil
}

// sum runs one of the two statements. All its parts are fixed texts.
func (s reading) sum(ctx context.Context, organisation string, q studio.SumQuery, selected, table, key string) ([]sumRow, error) {
	if q.Monthly {
		selected, key = selected+", month", key+", month"
	}
	where, args := amongRollups(organisation, q)
	if q.Scenario != "" {
		where, args = where+" AND scenario = ?", append(args, q.Scenario)
	}
	var rows []sumRow
	err := s.db(ctx).Raw(selected+" FROM "+table+where+" GROUP BY "+key+" ORDER BY "+key, args...).Find(&rows).Error
	return rows, err
}

// amongRollups chooses rollups by their key, in which the branch stands behind the month: those of one branch are found month by
// month, instead of among those of all branches.
func amongRollups(organisation string, q studio.SumQuery) (where string, args []any) {
	where, args = " WHERE org_id = ? AND programme_id = ? AND ", []any{organisation, q.Programme}
	if q.Branch == "" {
		return where + "month BETWEEN ? AND ?", append(args, q.Window.From, q.Window.To)
	}
	return where + "month IN ? AND branch_id = ?", append(args, q.Window.Months(), q.Branch)
}

func (r sumRow) standard() studio.StandardSum {
	return studio.StandardSum{Branch: r.BranchID, Month: r.Month, StandardRollup: visit.StandardRollup{
		Standard: r.Standard, Series: r.Series, N: r.N, X: r.X, NWow: r.NWow, XWow: r.XWow, Partial: r.Partial, NA: r.NA, Unknown: r.Unknown,
		W: r.SumW, WR: r.SumWr,
	}}
}

func (r sumRow) cell() studio.CellSum {
	return studio.CellSum{Branch: r.BranchID, Month: r.Month, CellRollup: visit.CellRollup{
		Series: r.Series, N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2, Unscored: r.Unscored, SumPenalty: r.SumPenalty, Caps: r.Caps,
		Zeros: r.Zeros, Breaches: r.Breaches,
	}}
}
