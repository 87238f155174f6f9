package store

import (
	"context"

	"plainclothes/internal/org"
)

// regionRow is one region.
type regionRow struct {
	OrgID      string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	ParentID   *string
	Name       string
	RowVersion int
}

// TableName is the table of regions.
func (regionRow) TableName() string { return "regions" }

func (r regionRow) key() (string, string, int) { return r.OrgID, r.ID, r.RowVersion }

func regionRowOf(r org.Region) regionRow {
	return regionRow{OrgID: r.Org, ID: r.ID, ParentID: ptr(r.Parent), Name: r.Name, RowVersion: r.RowVersion}
}

func (r regionRow) region() org.Region {
	return org.Region{Org: r.OrgID, ID: r.ID, Parent: val(r.ParentID), Name: r.Name, RowVersion: r.RowVersion}
}

// Regions lists the regions within reach, by name: those of a regional manager, those of a branch manager's branches.
func (s *Store) Regions(ctx context.Context, x org.Access) ([]org.Region, error) {
	var rows []regionRow
	err := s.inView(ctx, x.Org, func(s *Store) error {
		db := s.db(ctx).Where("org_id = ?", x.Org)
		if !x.All {
			db = db.Where("(id IN ? OR id IN (SELECT region_id FROM branches WHERE org_id = ? AND id IN ?))",
				list(x.Regions), x.Org, list(x.Branches))
		}
		return db.Order("lower(name), id").Limit(org.MaxRegions).Find(&rows).Error
	})
	regions := mapRows(rows, regionRow.region)
	org.SortRegions(regions)
	return regions, err
}

// CreateRegions inserts regions, parents before their children.
func (s *Store) CreateRegions(ctx context.Context, id string, rs []org.Region) error {
	if len(rs) == 0 {
		return nil
	}
	rows := make([]regionRow, len(rs))
	for i, r := range rs {
		r.Org = id
		rows[i] = regionRowOf(r)
	}
	return s.inTx(ctx, id, func(s *Store) error {
		if err := s.db(ctx).CreateInBatches(rows, 200).Error; err != nil {
			return err
		}
		return s.placesChanged(ctx, id)
	})
}

// UpdateRegion writes a region by its row version.
func (s *Store) UpdateRegion(ctx context.Context, id string, r org.Region) error {
	r.Org = id
	r.RowVersion++
	return s.inTx(ctx, id, func(s *Store) error {
		if err := update(ctx, s, regionRowOf(r), "region"); err != nil {
			return err
		}
		return s.placesChanged(ctx, id)
	})
}

// DeleteRegion removes a region by its row version. Foreign keys keep one that is still needed.
func (s *Store) DeleteRegion(ctx context.Context, id string, r org.Region) error {
	r.Org = id
	row := regionRowOf(r)
	return s.inTx(ctx, id, func(s *Store) error {
		res := s.db(ctx).Where("org_id = ? AND id = ? AND row_version = ?", id, r.ID, r.RowVersion).Delete(&regionRow{})
		if err := s.changed(ctx, res.Error, res.RowsAffected, row, "region"); err != nil {
			return err
		}
		return s.placesChanged(ctx, id)
	})
}

// RegionUse counts what needs a region.
func (s *Store) RegionUse(ctx context.Context, id, region string) (org.RegionUse, error) {
	var u org.RegionUse
	err := s.inView(ctx, id, func(s *Store) error {
		return s.db(ctx).Raw(`SELECT
			(SELECT count(*) FROM regions WHERE org_id = @org AND parent_id = @id) AS regions,
			(SELECT count(*) FROM branch_regions WHERE org_id = @org AND region_id = @id) AS branches,
			(SELECT count(*) FROM member_regions WHERE org_id = @org AND region_id = @id) AS people`,
			map[string]any{"org": id, "id": region}).Scan(&u).Error
	})
	return u, err
}
