package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"plainclothes/internal/org"
)

// branchRow is one branch; RegionID is the region of its open branchRegionRow.
type branchRow struct {
	OrgID      string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Code       string
	Name       string
	RegionID   *string
	Format     string
	Channel    string
	Kind       string
	Zone       string
	Address    string
	Features   []string `gorm:"serializer:json"`
	Latitude   *float64
	Longitude  *float64
	Active     bool
	RowVersion int
}

// TableName is the table of branches.
func (branchRow) TableName() string { return "branches" }

func (r branchRow) key() (string, string, int) { return r.OrgID, r.ID, r.RowVersion }

func branchRowOf(b org.Branch) branchRow {
	r := branchRow{
		OrgID: b.Org, ID: b.ID, Code: b.Code, Name: b.Name, RegionID: ptr(b.Region), Format: b.Format,
		Channel: string(b.Channel), Kind: string(b.Kind), Zone: b.Zone, Address: b.Address,
		Features: list(b.Features), Active: b.Active, RowVersion: b.RowVersion,
	}
	if b.HasPlace {
		r.Latitude, r.Longitude = &b.Latitude, &b.Longitude
	}
	return r
}

func (r branchRow) branch() org.Branch {
	b := org.Branch{
		Org: r.OrgID, ID: r.ID, Code: r.Code, Name: r.Name, Region: val(r.RegionID), Format: r.Format,
		Channel: org.Channel(r.Channel), Kind: org.Kind(r.Kind), Zone: r.Zone, Address: r.Address,
		Features: unlist(r.Features), Active: r.Active, RowVersion: r.RowVersion,
	}
	if r.Latitude != nil && r.Longitude != nil {
		b.HasPlace, b.Latitude, b.Longitude = true, *r.Latitude, *r.Longitude
	}
	return b
}

// branchRegionRow says when a branch was in a region.
type branchRegionRow struct {
	OrgID    string `gorm:"primaryKey"`
	BranchID string `gorm:"primaryKey"`
	RegionID string
	FromOn   day `gorm:"primaryKey"`
	ToOn     day
}

// TableName is the table of the branches' history.
func (branchRegionRow) TableName() string { return "branch_regions" }

func (r branchRegionRow) value() org.BranchRegion {
	return org.BranchRegion{Branch: r.BranchID, Region: r.RegionID, From: string(r.FromOn), To: string(r.ToOn)}
}

// branchesWithin narrows a query on branches to what the access reaches.
func (s *Store) branchesWithin(ctx context.Context, x org.Access) *gorm.DB {
	db := s.db(ctx).Where("org_id = ?", x.Org)
	if x.All {
		return db
	}
	return db.Where("(region_id IN ? OR id IN ?)", list(x.Regions), list(x.Branches))
}

// Branch loads one branch within reach.
func (s *Store) Branch(ctx context.Context, x org.Access, id string) (org.Branch, error) {
	var row branchRow
	err := s.inView(ctx, x.Org, func(s *Store) error {
		return s.branchesWithin(ctx, x).Where("id = ?", id).Take(&row).Error
	})
	return row.branch(), named(err, "branch")
}

// Branches lists branches within reach, by code.
func (s *Store) Branches(ctx context.Context, x org.Access, q org.BranchQuery) ([]org.Branch, error) {
	var rows []branchRow
	err := s.inView(ctx, x.Org, func(s *Store) error {
		db := s.branchesWithin(ctx, x).Where("code > ?", q.After)
		if q.Text != "" {
			db = db.Where(`(lower(code) LIKE ? ESCAPE '\' OR lower(name) LIKE ? ESCAPE '\')`, contains(q.Text), contains(q.Text))
		}
		if len(q.Regions) > 0 {
			db = db.Where("region_id IN ?", q.Regions)
		}
		if q.Format != "" {
			db = db.Where("format = ?", q.Format)
		}
		if q.Active != nil {
			db = db.Where("active = ?", *q.Active)
		}
		return db.Order("code").Limit(q.Limit).Find(&rows).Error
	})
	return mapRows(rows, branchRow.branch), err
}

// manyCodes is from how many codes on all branches are read rather than each one looked up.
const manyCodes = 500

// BranchesByCode loads those of the codes that exist.
func (s *Store) BranchesByCode(ctx context.Context, id string, codes []string) ([]org.Branch, error) {
	var found []org.Branch
	err := s.inView(ctx, id, func(s *Store) error {
		if len(codes) > manyCodes {
			var err error
			found, err = s.amongAll(ctx, id, codes)
			return err
		}
		var rows []branchRow
		err := s.db(ctx).Where("org_id = ? AND code IN ?", id, codes).Find(&rows).Error
		found = mapRows(rows, branchRow.branch)
		return err
	})
	return found, err
}

// amongAll goes through all branches of an organisation by code. A database that knows little of a table yet would
// compare each of its rows with each code of a long list.
func (s *Store) amongAll(ctx context.Context, id string, codes []string) ([]org.Branch, error) {
	wanted := make(map[string]bool, len(codes))
	for _, c := range codes {
		wanted[c] = true
	}
	var found []org.Branch
	after := ""
	for {
		page, err := s.Branches(ctx, org.Access{Org: id, All: true}, org.BranchQuery{After: after, Limit: 2000})
		if err != nil || len(page) == 0 {
			return found, err
		}
		for _, b := range page {
			if wanted[b.Code] {
				found = append(found, b)
			}
		}
		after = page[len(page)-1].Code
	}
}

// CreateBranches inserts branches; their regions count from the beginning.
func (s *Store) CreateBranches(ctx context.Context, id string, bs []org.Branch) error {
	if len(bs) == 0 {
		return nil
	}
	rows := make([]branchRow, len(bs))
	var regions []branchRegionRow
	for i, b := range bs {
		b.Org = id
		rows[i] = branchRowOf(b)
		if b.Region != "" {
			regions = append(regions, branchRegionRow{OrgID: id, BranchID: b.ID, RegionID: b.Region, FromOn: org.Beginning})
		}
	}
	return s.inTx(ctx, id, func(s *Store) error {
		if err := s.db(ctx).CreateInBatches(rows, 500).Error; err != nil {
			return err
		}
		if err := s.db(ctx).CreateInBatches(regions, 500).Error; err != nil {
			return err
		}
		return s.placesChanged(ctx, id)
	})
}

// UpdateBranch writes a branch by its row version. MoveBranch keeps its history in step.
func (s *Store) UpdateBranch(ctx context.Context, id string, b org.Branch) error {
	b.Org = id
	b.RowVersion++
	return s.inTx(ctx, id, func(s *Store) error {
		if err := update(ctx, s, branchRowOf(b), "branch"); err != nil {
			return err
		}
		return s.placesChanged(ctx, id)
	})
}

// BranchRegions lists the regions a branch was in, the oldest first; at most the last 200.
func (s *Store) BranchRegions(ctx context.Context, id, branch string) ([]org.BranchRegion, error) {
	var rows []branchRegionRow
	err := s.inView(ctx, id, func(s *Store) error {
		return s.db(ctx).Where("org_id = ? AND branch_id = ?", id, branch).Order("from_on DESC").Limit(200).Find(&rows).Error
	})
	slices.Reverse(rows)
	return mapRows(rows, branchRegionRow.value), err
}

// MoveBranch ends the branch's region on a day and begins another. A second move on one day replaces the first.
func (s *Store) MoveBranch(ctx context.Context, id, branch, region, on string) error {
	return s.inTx(ctx, id, func(s *Store) error {
		history, err := s.BranchRegions(ctx, id, branch)
		if err != nil {
			return err
		}
		from := on
		if len(history) == 0 {
			from = org.Beginning
		} else if err := s.endRegion(ctx, id, history[len(history)-1], on); err != nil {
			return err
		}
		if region == "" {
			return nil
		}
		return s.beginRegion(ctx, branchRegionRow{OrgID: id, BranchID: branch, RegionID: region, FromOn: day(from)})
	})
}

// endRegion closes the last region of a branch on a day, or takes it out when it began on that day.
func (s *Store) endRegion(ctx context.Context, id string, last org.BranchRegion, on string) error {
	if last.To != "" {
		return nil
	}
	db := s.db(ctx).Model(&branchRegionRow{}).Where("org_id = ? AND branch_id = ? AND from_on = ?", id, last.Branch, day(last.From))
	if last.From >= on {
		return db.Delete(&branchRegionRow{}).Error
	}
	return db.Update("to_on", day(on)).Error
}

// beginRegion opens a region, or opens again the same region that ended on that very day.
func (s *Store) beginRegion(ctx context.Context, r branchRegionRow) error {
	res := s.db(ctx).Model(&branchRegionRow{}).
		Where("org_id = ? AND branch_id = ? AND region_id = ? AND to_on = ?", r.OrgID, r.BranchID, r.RegionID, r.FromOn).
		Update("to_on", day(""))
	if res.Error != nil || res.RowsAffected > 0 {
		return res.Error
	}
	return s.db(ctx).Create(&r).Error
}
