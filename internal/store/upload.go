package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"plainclothes/internal/visit"
)

// uploadRow is a photo on its way in.
type uploadRow struct {
	OrgID        string `gorm:"primaryKey"`
	ID           string `gorm:"primaryKey"`
	VisitID      string
	SubmissionID string
	Question     string
	SHA256       string `gorm:"column:sha256"`
	Type         string
	Length       int64
	Received     int64
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt    time.Time `gorm:"autoUpdateTime:false"`
	DoneAt       *time.Time
	Metadata     string
}

// TableName is the table of uploads.
func (uploadRow) TableName() string { return "uploads" }

func (r uploadRow) upload() visit.Upload {
	return visit.Upload{
		Org: r.OrgID, ID: r.ID, Visit: r.VisitID, Submission: r.SubmissionID, Question: r.Question, SHA256: r.SHA256, Type: r.Type,
		Length: r.Length, Received: r.Received, Created: r.CreatedAt.UTC(), Updated: r.UpdatedAt.UTC(), Done: timeVal(r.DoneAt),
		Metadata: r.Metadata,
	}
}

// Upload loads one, whole or not.
func (v visits) Upload(ctx context.Context, organisation, id string) (visit.Upload, error) {
	var r uploadRow
	err := v.db(ctx).Where("org_id = ? AND id = ?", organisation, id).Take(&r).Error
	return r.upload(), missing(err, "photo on its way")
}

// AddUpload inserts one of which no byte is here yet.
func (v visits) AddUpload(ctx context.Context, organisation string, u visit.Upload) error {
	return v.db(ctx).Create(&uploadRow{
		OrgID: organisation, ID: u.ID, VisitID: u.Visit, SubmissionID: u.Submission, Question: u.Question, SHA256: u.SHA256,
		Type: u.Type, Length: u.Length, CreatedAt: u.Created, UpdatedAt: u.Updated, Metadata: u.Metadata,
	}).Error
}

// UploadsUnfinished counts photos that are not whole: of a visit, or of all visits for "".
func (v visits) UploadsUnfinished(ctx context.Context, organisation, vis string) (n int64, err error) {
	db := v.db(ctx).Model(&uploadRow{}).Where("org_id = ? AND done_at IS NULL", organisation)
	if vis != "" {
		db = db.Where("visit_id = ?", vis)
	}
	return n, db.Count(&n).Error
}

// uploadPartRow is one piece of an upload.
type uploadPartRow struct {
	OrgID    string `gorm:"primaryKey"`
	UploadID string `gorm:"primaryKey"`
	Start    int64  `gorm:"primaryKey;autoIncrement:false"`
	Size     int64
	Blob     string
}

// TableName is the table of pieces.
func (uploadPartRow) TableName() string { return "upload_parts" }

// AddPart notes a piece that begins where the upload ended; false when the upload no longer ends there.
func (v visits) AddPart(ctx context.Context, organisation, id string, p visit.Part, at time.Time) (bool, error) {
	moved, err := v.moveUpload(ctx, organisation, id, p.Start, map[string]any{"received": p.Start + p.Size, "updated_at": at})
	if err != nil || !moved {
		return false, err
	}
	return true, v.db(ctx).Create(&uploadPartRow{organisation, id, p.Start, p.Size, p.Blob}).Error
}

// FinishUpload notes that all bytes are here and kept elsewhere; false when the upload does not end at from any more.
func (v visits) FinishUpload(ctx context.Context, organisation, id string, from int64, at time.Time) (bool, error) {
	moved, err := v.moveUpload(ctx, organisation, id, from, map[string]any{"received": gorm.Expr("length"), "updated_at": at, "done_at": at})
	if err != nil || !moved {
		return false, err
	}
	return true, v.dropParts(ctx, organisation, id)
}

// RestartUpload forgets the pieces; false when the upload does not end at from any more.
func (v visits) RestartUpload(ctx context.Context, organisation, id string, from int64, at time.Time) (bool, error) {
	moved, err := v.moveUpload(ctx, organisation, id, from, map[string]any{"received": 0, "updated_at": at})
	if err != nil || !moved {
		return false, err
	}
	return true, v.dropParts(ctx, organisation, id)
}

// moveUpload changes an unfinished upload where its end is still from: of several who try, one succeeds.
func (v visits) moveUpload(ctx context.Context, organisation, id string, from int64, to map[string]any) (bool, error) {
	res := v.db(ctx).Model(&uploadRow{}).Where("org_id = ? AND id = ? AND received = ? AND done_at IS NULL", organisation, id, from).
		Updates(to)
	return res.RowsAffected == 1, res.Error
}

func (v visits) dropParts(ctx context.Context, organisation, id string) error {
	return v.db(ctx).Where("org_id = ? AND upload_id = ?", organisation, id).Delete(&uploadPartRow{}).Error
}

// DropUpload forgets an upload that is not whole, with its pieces; one that is whole stays.
func (v visits) DropUpload(ctx context.Context, organisation, id string) error {
	err := v.db(ctx).Exec(`DELETE FROM upload_parts WHERE org_id = ? AND upload_id = ?`, organisation, id).Error
	if err != nil {
		return err
	}
	return v.db(ctx).Where("org_id = ? AND id = ? AND done_at IS NULL", organisation, id).Delete(&uploadRow{}).Error
}

// Parts gives the pieces of an upload in their order.
func (v visits) Parts(ctx context.Context, organisation, id string) ([]visit.Part, error) {
	var rows []uploadPartRow
	err := v.db(ctx).Where("org_id = ? AND upload_id = ?", organisation, id).Order("start").Find(&rows).Error
	return mapRows(rows, func(r uploadPartRow) visit.Part { return visit.Part{Start: r.Start, Size: r.Size, Blob: r.Blob} }), err
}

// StaleUploads gives ids of unfinished uploads to which nothing came since before, the oldest first.
func (v visits) StaleUploads(ctx context.Context, organisation string, before time.Time, limit int) (ids []string, err error) {
	err = v.db(ctx).Model(&uploadRow{}).Where("org_id = ? AND done_at IS NULL AND updated_at < ?", organisation, before).
		Order("updated_at").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}
