package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"plainclothes/internal/event"
	"plainclothes/internal/fault"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
)

// Visits is the store as the visit package needs it.
func (s *Store) Visits() visit.Repo { return visits{s} }

type visits struct{ *Store }

// InTx runs one change.
func (v visits) InTx(ctx context.Context, organisation string, change func(visit.Tx) error) error {
	return v.run(ctx, scope{org: organisation, byKeys: true}, true, func(s *Store) error { return change(visits{s}) })
}

// View runs reads.
func (v visits) View(ctx context.Context, organisation string, read func(visit.Tx) error) error {
	return v.inView(ctx, organisation, func(s *Store) error { return read(visits{s}) })
}

// Append notes changes for the organisation's chain of events.
func (v visits) Append(_ context.Context, organisation string, at time.Time, changes ...event.Change) error {
	return v.appendEvent(organisation, at, changes...)
}

// visitRow is one visit.
type visitRow struct {
	OrgID        string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	ProgrammeID  string
	VersionID    *string
	BranchID     string
	Scenario     string
	ShopperID    *string
	State        string
	Pseudonym    string
	DueAt        time.Time
	Fee          int64
	Reimburse    int64
	Currency     string
	VisitedOn    string
	Month        string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	TakenAt      *time.Time
	StartedAt    *time.Time
	ReceivedAt   *time.Time
	DecidedAt    *time.Time
	PublishedAt  *time.Time
	ReviewerID   string
	StagesSealed []string `gorm:"serializer:json"`
	Reason       string
	ClientKey    *string
	BaseBP       *int `gorm:"column:base_bp"`
	FinalBP      *int `gorm:"column:final_bp"`
	Level        string
	RowVersion   int
}

// TableName is the table of visits.
func (visitRow) TableName() string { return "visits" }

func visitRowOf(v *visit.Visit) visitRow {
	return visitRow{
		OrgID: v.Org, ID: v.ID, ProgrammeID: v.Programme, VersionID: ptr(v.Version), BranchID: v.Branch, Scenario: v.Scenario,
		ShopperID: ptr(v.Shopper), State: string(v.State), Pseudonym: v.Pseudonym, DueAt: v.Due, Fee: v.Fee, Reimburse: v.Reimburse,
		Currency: v.Currency, VisitedOn: v.VisitedOn, Month: v.Month, CreatedAt: v.Created, TakenAt: timePtr(v.Taken),
		StartedAt: timePtr(v.Started), ReceivedAt: timePtr(v.Received), DecidedAt: timePtr(v.Decided),
		PublishedAt: timePtr(v.Published), ReviewerID: v.Reviewer, StagesSealed: list(v.Stages), Reason: v.Reason, ClientKey: ptr(v.ClientKey),
		BaseBP: v.Score, FinalBP: v.Final, Level: string(v.Level), RowVersion: v.RowVersion,
	}
}

func (r *visitRow) visit() visit.Visit {
	return visit.Visit{
		Org: r.OrgID, ID: r.ID, Programme: r.ProgrammeID, Version: val(r.VersionID), Branch: r.BranchID, Scenario: r.Scenario,
		Shopper: val(r.ShopperID), State: visit.State(r.State), Pseudonym: r.Pseudonym, Due: r.DueAt.UTC(), Fee: r.Fee,
		Reimburse: r.Reimburse, Currency: r.Currency, VisitedOn: r.VisitedOn, Month: r.Month, Created: r.CreatedAt.UTC(),
		Taken: timeVal(r.TakenAt), Started: timeVal(r.StartedAt), Received: timeVal(r.ReceivedAt),
		Decided: timeVal(r.DecidedAt), Published: timeVal(r.PublishedAt), Reviewer: r.ReviewerID, Stages: unlist(r.StagesSealed),
		Reason: r.Reason, ClientKey: val(r.ClientKey), Score: r.BaseBP, Final: r.FinalBP, Level: scoring.Level(r.Level),
		RowVersion: r.RowVersion,
	}
}

// Visit loads one visit; lock keeps others from changing it until the end of the unit.
func (v visits) Visit(ctx context.Context, organisation, id string, lock bool) (visit.Visit, error) {
	db := v.db(ctx)
	if lock && v.unit.writes {
		db = db.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	var row visitRow
	err := db.Where("org_id = ? AND id = ?", organisation, id).Take(&row).Error
	return row.visit(), missing(err, "visit")
}

// VisitByClientKey finds the visit that a program planned under a key of its own.
func (v visits) VisitByClientKey(ctx context.Context, organisation, key string) (visit.Visit, error) {
	var row visitRow
	err := v.db(ctx).Where("org_id = ? AND client_key = ?", organisation, key).Take(&row).Error
	return row.visit(), missing(err, "visit")
}

// CreateVisits inserts new visits.
func (v visits) CreateVisits(ctx context.Context, organisation string, vs []visit.Visit) error {
	rows := make([]visitRow, 0, len(vs))
	for i := range vs {
		row := visitRowOf(&vs[i])
		row.OrgID = organisation
		rows = append(rows, row)
	}
	return v.db(ctx).CreateInBatches(rows, 100).Error
}

// UpdateVisit writes every field of a visit that nobody changed meanwhile.
func (v visits) UpdateVisit(ctx context.Context, organisation string, vis visit.Visit) error {
	row := visitRowOf(&vis)
	row.OrgID = organisation
	row.RowVersion++
	res := v.db(ctx).Model(&visitRow{}).Where("org_id = ? AND id = ? AND row_version = ?", organisation, vis.ID, vis.RowVersion).
		Select("*").Updates(&row)
	return changedOne(res)
}

// versionRow is a version of a programme, as far as visits need it.
type visitVersionRow struct {
	OrgID       string
	ID          string
	ProgrammeID string
	Number      int
	Hash        string
	Document    string
}

// TableName is the table of versions.
func (visitVersionRow) TableName() string { return "versions" }

func (r visitVersionRow) version() visit.Version {
	return visit.Version{
		Org: r.OrgID, ID: r.ID, Programme: r.ProgrammeID, Number: r.Number, Hash: r.Hash, Document: []byte(r.Document),
	}
}

// Version loads a published version.
func (v visits) Version(ctx context.Context, organisation, id string) (visit.Version, error) {
	var row visitVersionRow
	err := v.db(ctx).Where("org_id = ? AND id = ? AND state = 'published'", organisation, id).Take(&row).Error
	return row.version(), missing(err, "version")
}

// CurrentVersion is the newest published version that is in effect on a day.
func (v visits) CurrentVersion(ctx context.Context, organisation, programme, on string) (visit.Version, error) {
	var row visitVersionRow
	err := v.db(ctx).Where("org_id = ? AND programme_id = ? AND state = 'published' AND effective_on <= ?", organisation, programme, on).
		Order("number DESC").Limit(1).Take(&row).Error
	return row.version(), missing(err, "published version of this programme")
}

// placeRow is a branch with the name of its region.
type placeRow struct {
	OrgID      string
	ID         string
	Code       string
	Name       string
	RegionID   *string
	Format     string
	Channel    string
	Kind       string
	Zone       string
	Address    string
	Features   string
	Active     bool
	RegionName string
}

// Place loads what a visit needs to know of its branch.
func (v visits) Place(ctx context.Context, organisation, branch string) (visit.Place, error) {
	var r placeRow
	err := v.db(ctx).Raw(`SELECT b.org_id, b.id, b.code, b.name, b.region_id, b.format, b.channel, b.kind, b.zone, b.address,
 b.features, b.active, coalesce(r.name, '') AS region_name
 FROM branches b LEFT JOIN regions r ON r.org_id = b.org_id AND r.id = b.region_id WHERE b.org_id = ? AND b.id = ?`,
		organisation, branch).Take(&r).Error
	if err != nil {
		return visit.Place{}, missing(err, "branch")
	}
	return r.place()
}

// Alias is how a member is called; "" for nobody.
func (v visits) Alias(ctx context.Context, organisation, member string) (string, error) {
	if member == "" {
		return "", nil
	}
	var alias string
	err := v.db(ctx).Raw(`SELECT alias FROM members WHERE org_id = ? AND id = ?`, organisation, member).Row().Scan(&alias)
	return alias, missing(err, "shopper")
}

// ShopperActive reports whether a member may be given visits.
func (v visits) ShopperActive(ctx context.Context, organisation, member string) (bool, error) {
	var n int64
	err := v.db(ctx).Raw(`SELECT count(*) FROM members m JOIN member_roles r ON r.org_id = m.org_id AND r.member_id = m.id
 WHERE m.org_id = ? AND m.id = ? AND m.active = ? AND r.role = 'shopper'`, organisation, member, true).Row().Scan(&n)
	if err = translate(err); fault.Is(err, fault.NotFound) {
		return false, nil // not even an id
	}
	return n > 0, err
}

// Currency of the organisation.
func (v visits) Currency(ctx context.Context, organisation string) (string, error) {
	var currency string
	err := v.db(ctx).Raw(`SELECT currency FROM organisations WHERE id = ?`, organisation).Row().Scan(&currency)
	return currency, missing(err, "organisation")
}

// ShopperAt is the last day on which a shopper was at a branch for a programme, "" when he never was. Of the three the
// programme has by far the most visits.
func (v visits) ShopperAt(ctx context.Context, organisation, shopper, branch, programme string) (string, error) {
	var last []string
	err := v.db(ctx).Raw(`SELECT visited_on FROM visits WHERE org_id = ? AND shopper_id = ? AND branch_id = ? AND `+unsought("programme_id")+` = ?
 AND visited_on <> '' AND state <> 'cancelled' ORDER BY visited_on DESC LIMIT 1`, organisation, shopper, branch, programme).Find(&last).Error
	if err != nil || len(last) == 0 {
		return "", err
	}
	return last[0], nil
}

// missing names what was not found.
func missing(err error, noun string) error {
	if fault.Is(translate(err), fault.NotFound) {
		return fault.Missing(noun)
	}
	return err
}

// changedOne is a conflict when an update met no row: somebody else changed it meanwhile.
func changedOne(res *gorm.DB) error {
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	return fault.New(fault.Conflict, "Somebody else changed this meanwhile. Look at it again, then repeat your change.")
}
