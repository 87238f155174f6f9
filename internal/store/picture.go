package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/studio"
)

// pictureRow is the reference photo of a standard.
type pictureRow struct {
	OrgID   string `gorm:"primaryKey"`
	SHA256  string `gorm:"primaryKey;column:sha256"`
	Size    int64
	Width   int
	Height  int
	AddedAt time.Time
	AddedBy string
}

// TableName is the table of pictures.
func (pictureRow) TableName() string { return "standard_pictures" }

func (r pictureRow) picture() studio.Picture {
	return studio.Picture{
		Org: r.OrgID, SHA256: r.SHA256, Size: r.Size, Width: r.Width, Height: r.Height, Added: r.AddedAt.UTC(), AddedBy: r.AddedBy,
	}
}

// AddPicture inserts a picture; the same bytes are the same picture.
func (s studies) AddPicture(ctx context.Context, organisation string, p studio.Picture) error {
	row := pictureRow{
		OrgID: organisation, SHA256: p.SHA256, Size: p.Size, Width: p.Width, Height: p.Height, AddedAt: p.Added, AddedBy: p.AddedBy,
	}
	return s.db(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
}

// Picture loads one.
func (s studies) Picture(ctx context.Context, organisation, sha256 string) (studio.Picture, error) {
	var row pictureRow
	err := s.db(ctx).Where("org_id = ? AND sha256 = ?", organisation, sha256).Take(&row).Error
	return row.picture(), named(translate(err), "photo of this standard")
}

// PicturesAfter lists pictures by hash, a page at a time.
func (s studies) PicturesAfter(ctx context.Context, organisation, sha256 string, limit int) ([]studio.Picture, error) {
	var rows []pictureRow
	err := s.db(ctx).Where("org_id = ? AND sha256 > ?", organisation, sha256).Order("sha256").Limit(limit).Find(&rows).Error
	return mapRows(rows, pictureRow.picture), err
}

// CountPictures counts an organisation's pictures.
func (s studies) CountPictures(ctx context.Context, organisation string) (int, error) {
	var n int64
	err := s.db(ctx).Model(&pictureRow{}).Where("org_id = ?", organisation).Count(&n).Error
	return int(n), err
}
