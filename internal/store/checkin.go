package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/visit"
)

// checkinRow is where a shopper said that he was.
type checkinRow struct {
	OrgID     string `gorm:"primaryKey"`
	VisitID   string `gorm:"primaryKey"`
	At        time.Time
	Refused   bool
	Lat       *float64
	Lon       *float64
	Accuracy  *float64
	DistanceM *float64
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

// TableName is the table of check-ins.
func (checkinRow) TableName() string { return "checkins" }

// CheckIn loads the check-in of a visit.
func (v visits) CheckIn(ctx context.Context, organisation, vis string) (visit.CheckIn, error) {
	var r checkinRow
	err := v.db(ctx).Where("org_id = ? AND visit_id = ?", organisation, vis).Take(&r).Error
	return visit.CheckIn{
		Visit: r.VisitID, At: r.At.UTC(), Refused: r.Refused, Lat: number(r.Lat), Lon: number(r.Lon), Accuracy: number(r.Accuracy),
		Distance: number(r.DistanceM), HasDistance: r.DistanceM != nil, Created: r.CreatedAt.UTC(),
	}, missing(err, "check-in")
}

func number(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

// SaveCheckIn inserts a check-in, or replaces a refusal.
func (v visits) SaveCheckIn(ctx context.Context, organisation string, c visit.CheckIn) error {
	row := checkinRow{OrgID: organisation, VisitID: c.Visit, At: c.At, Refused: c.Refused, CreatedAt: c.Created}
	if !c.Refused {
		row.Lat, row.Lon, row.Accuracy = &c.Lat, &c.Lon, &c.Accuracy
	}
	if c.HasDistance {
		row.DistanceM = &c.Distance
	}
	return v.db(ctx).Clauses(clause.OnConflict{ // reviewed: the key holds organisation and visit
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "visit_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"at", "refused", "lat", "lon", "accuracy", "distance_m", "created_at"}),
	}).Create(&row).Error
}

// BranchPlace says where a branch is.
func (v visits) BranchPlace(ctx context.Context, organisation, branch string) (lat, lon float64, known bool, err error) {
	var r struct{ Latitude, Longitude *float64 }
	err = v.db(ctx).Raw(`SELECT latitude, longitude FROM branches WHERE org_id = ? AND id = ?`, organisation, branch).Take(&r).Error
	return number(r.Latitude), number(r.Longitude), r.Latitude != nil && r.Longitude != nil, missing(err, "branch")
}
