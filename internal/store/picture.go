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

// AddPicture inserts a picture; the same bytes are the same picture, added anew.
func (s studies) AddPicture(ctx context.Context, organisation string, p studio.Picture) error {
	row := pictureRow{
		OrgID: organisation, SHA256: p.SHA256, Size: p.Size, Width: p.Width, Height: p.Height, AddedAt: p.Added, AddedBy: p.AddedBy,
	}
	again := clause.OnConflict{
		Columns: []clause.Column{{Name: "org_id"}, {Name: "sha256"}}, DoUpdates: clause.AssignmentColumns([]string{"added_at", "added_by"}),
	}
	return s.db(ctx).Clauses(again).Create(&row).Error
}

// Picture loads one. In a unit that writes it stays until the end: on PostgreSQL by a lock, on SQLite because such a unit is
// alone.
func (s studies) Picture(ctx context.Context, organisation, sha256 string) (studio.Picture, error) {
	db := s.db(ctx)
	if s.unit != nil && s.unit.writes && s.dialect == postgresDialect {
		db = db.Clauses(clause.Locking{Strength: "KEY SHARE"})
	}
	var row pictureRow
	err := db.Where("org_id = ? AND sha256 = ?", organisation, sha256).Take(&row).Error
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

// DropPicture removes a picture that was added before a time.
func (s studies) DropPicture(ctx context.Context, organisation, sha256 string, added time.Time) (bool, error) {
	res := s.db(ctx).Where("org_id = ? AND sha256 = ? AND added_at < ?", organisation, sha256, added).Delete(&pictureRow{})
	return res.RowsAffected > 0, res.Error
}

// IsPhoto looks among all photos of the organisation, which takes long where there are many: nobody asks but a sweep that is
// about to remove the last of some bytes.
func (s studies) IsPhoto(ctx context.Context, organisation, sha256 string) (bool, error) {
	var n int64
	err := s.db(ctx).Raw(`SELECT count(*) FROM (SELECT 1 FROM photos WHERE org_id = ? AND sha256 = ? LIMIT 1) AS found`, organisation, sha256).Scan(&n).Error
	return n > 0, err
}
