package store

import (
	"context"
	"time"

	"plainclothes/internal/evidence"
	"plainclothes/internal/visit"
)

// photoRow is one photo.
type photoRow struct {
	OrgID        string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	VisitID      string
	Question     string
	SHA256       string `gorm:"column:sha256"`
	Size         int64
	Type         string
	Width        int
	Height       int
	AddedAt      time.Time
	RemovedAt    *time.Time
	SubmissionID *string
	SentSHA256   string `gorm:"column:sent_sha256"`
	SentSize     int64
	Late         bool
}

// TableName is the table of photos.
func (photoRow) TableName() string { return "photos" }

func photoRowOf(organisation string, p evidence.Photo) photoRow {
	return photoRow{
		OrgID: organisation, ID: p.ID, VisitID: p.Visit, Question: p.Question, SHA256: p.SHA256, Size: p.Size, Type: p.Type,
		Width: p.Width, Height: p.Height, AddedAt: p.Added, RemovedAt: timePtr(p.Removed), SubmissionID: ptr(p.Submission),
		SentSHA256: p.SentSHA256, SentSize: p.SentSize, Late: p.Late,
	}
}

func (r photoRow) photo() evidence.Photo {
	return evidence.Photo{
		Org: r.OrgID, ID: r.ID, Visit: r.VisitID, Question: r.Question, SHA256: r.SHA256, Size: r.Size, Type: r.Type,
		Width: r.Width, Height: r.Height, Added: r.AddedAt.UTC(), Removed: timeVal(r.RemovedAt), Submission: val(r.SubmissionID),
		SentSHA256: r.SentSHA256, SentSize: r.SentSize, Late: r.Late,
	}
}

// Photos gives the photos that are part of a report, in the order in which they came.
func (v visits) Photos(ctx context.Context, organisation, vis string) ([]evidence.Photo, error) {
	return v.photos(ctx, organisation, vis, false)
}

// LatePhotos gives those that came when their part of the report was sent already.
func (v visits) LatePhotos(ctx context.Context, organisation, vis string) ([]evidence.Photo, error) {
	return v.photos(ctx, organisation, vis, true)
}

func (v visits) photos(ctx context.Context, organisation, vis string, late bool) ([]evidence.Photo, error) {
	var rows []photoRow
	err := v.db(ctx).Where("org_id = ? AND visit_id = ? AND removed_at IS NULL AND late = ?", organisation, vis, late).
		Order("added_at").Order("id").Limit(visit.MaxList).Find(&rows).Error
	return mapRows(rows, photoRow.photo), err
}

// Photo loads one, removed or not.
func (v visits) Photo(ctx context.Context, organisation, id string) (evidence.Photo, error) {
	var r photoRow
	err := v.db(ctx).Where("org_id = ? AND id = ?", organisation, id).Take(&r).Error
	return r.photo(), missing(err, "photo")
}

// AddPhoto inserts a photo.
func (v visits) AddPhoto(ctx context.Context, organisation string, p evidence.Photo) error {
	row := photoRowOf(organisation, p)
	return v.db(ctx).Create(&row).Error
}

// RemovePhoto takes a photo out of its report.
func (v visits) RemovePhoto(ctx context.Context, organisation, id string, at time.Time) error {
	return changedOne(v.db(ctx).Model(&photoRow{}).Where("org_id = ? AND id = ? AND removed_at IS NULL", organisation, id).
		Update("removed_at", at))
}

// RestorePhoto puts a photo back that was removed, or whose log had not told of it yet.
func (v visits) RestorePhoto(ctx context.Context, organisation, id string) error {
	return changedOne(v.db(ctx).Model(&photoRow{}).Where("org_id = ? AND id = ? AND removed_at IS NOT NULL", organisation, id).
		Update("removed_at", nil))
}
