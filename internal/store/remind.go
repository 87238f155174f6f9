package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/visit"
)

// silentVisits finds visits from which nothing comes. What was sealed last is complete up to then, so it is left out.
const silentVisits = `SELECT v.id, v.shopper_id, v.reminded_at FROM visits v
WHERE v.org_id = @org AND v.state IN ('taken', 'in_progress', 'sent_back') AND v.shopper_id IS NOT NULL
 AND (v.opened_at IS NULL OR v.opened_at < @quiet) AND (v.reminded_at IS NULL OR v.reminded_at < @reminded)
 AND (v.opened_at IS NOT NULL OR v.state = 'in_progress')
 AND NOT EXISTS (SELECT 1 FROM ops o WHERE o.org_id = v.org_id AND o.visit_id = v.id AND o.received_at >= @quiet)
 AND NOT EXISTS (SELECT 1 FROM moments m WHERE m.org_id = v.org_id AND m.visit_id = v.id AND m.kind = 'sealed'
  AND (v.opened_at IS NULL OR m.at >= v.opened_at)
  AND NOT EXISTS (SELECT 1 FROM ops o WHERE o.org_id = v.org_id AND o.visit_id = v.id AND o.received_at > m.at))
ORDER BY v.id LIMIT @limit`

// Silent gives visits from which nothing came since quiet and of which nobody was reminded since reminded.
func (v visits) Silent(ctx context.Context, organisation string, quiet, reminded time.Time, limit int) ([]visit.Silence, error) {
	var rows []struct {
		ID         string
		ShopperID  string
		RemindedAt *time.Time
	}
	err := v.db(ctx).Raw(silentVisits, map[string]any{"org": organisation, "quiet": quiet, "reminded": reminded, "limit": limit}).Scan(&rows).Error
	out := make([]visit.Silence, 0, len(rows))
	for _, r := range rows {
		out = append(out, visit.Silence{Visit: r.ID, Shopper: r.ShopperID, Reminded: timeVal(r.RemindedAt)})
	}
	return out, err
}

// Remind notes a reminder where the one before is still the last.
func (v visits) Remind(ctx context.Context, organisation, vis string, before, at time.Time) (bool, error) {
	db := v.db(ctx).Model(&visitRow{}).Where("org_id = ? AND id = ?", organisation, vis)
	if before.IsZero() {
		db = db.Where("reminded_at IS NULL")
	} else {
		db = db.Where("reminded_at = ?", before)
	}
	res := db.UpdateColumn("reminded_at", at)
	return res.RowsAffected == 1, res.Error
}

// Looked notes that the shopper has the checklist before him, unless that was noted after since.
func (v visits) Looked(ctx context.Context, organisation, vis string, since, at time.Time) error {
	return v.db(ctx).Model(&visitRow{}).Where("org_id = ? AND id = ? AND (opened_at IS NULL OR opened_at < ?)", organisation, vis, since).
		UpdateColumn("opened_at", at).Error
}

// LookedAt says when a shopper last had the checklist before him, to the hour.
func (v visits) LookedAt(ctx context.Context, organisation, vis string) (time.Time, error) {
	var r struct{ OpenedAt *time.Time }
	err := v.db(ctx).Model(&visitRow{}).Select("opened_at").Where("org_id = ? AND id = ?", organisation, vis).Take(&r).Error
	return timeVal(r.OpenedAt), missing(err, "visit")
}

// DueBefore gives visits that were due before a time, in the order of the index by state: there are few that are not yet
// published, and all others are many.
func (v visits) DueBefore(
	ctx context.Context, organisation string, state visit.State, before time.Time, after visit.DueVisit, limit int,
) ([]visit.DueVisit, error) {
	db := v.db(ctx).Model(&visitRow{}).Select("id", "due_at").Where("org_id = ? AND state = ? AND due_at < ?", organisation, state, before)
	if after.ID != "" {
		db = db.Where("(due_at, id) > (?, ?)", after.Due, after.ID)
	}
	var rows []visitRow
	err := db.Order("due_at").Order("id").Limit(limit).Find(&rows).Error
	return mapRows(rows, func(r visitRow) visit.DueVisit { return visit.DueVisit{ID: r.ID, Due: r.DueAt.UTC()} }), err
}

// momentRow is something that the stages of a visit wait for.
type momentRow struct {
	OrgID   string `gorm:"primaryKey"`
	VisitID string `gorm:"primaryKey"`
	Kind    string `gorm:"primaryKey"`
	Name    string `gorm:"primaryKey"`
	At      time.Time
	Late    bool
}

// TableName is the table of moments.
func (momentRow) TableName() string { return "moments" }

// Moments gives what happened in a visit, in its order.
func (v visits) Moments(ctx context.Context, organisation, vis string) ([]visit.Moment, error) {
	var rows []momentRow
	err := v.db(ctx).Where("org_id = ? AND visit_id = ?", organisation, vis).Order("at").Order("name").Find(&rows).Error
	return mapRows(rows, func(r momentRow) visit.Moment {
		return visit.Moment{Kind: visit.MomentKind(r.Kind), Name: r.Name, At: r.At.UTC(), Late: r.Late}
	}), err
}

// AddMoment inserts one; the first of a kind and name stays.
func (v visits) AddMoment(ctx context.Context, organisation, vis string, m visit.Moment) error {
	return v.db(ctx).Clauses(clause.OnConflict{DoNothing: true}).
		Create(&momentRow{organisation, vis, string(m.Kind), m.Name, m.At, m.Late}).Error
}
