package store

import (
	"context"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// branchVisits is a branch with a number of visits.
type branchVisits struct {
	BranchID string
	Visits   int
}

// UnderWay counts along the index by month, which begins with programme and state: what is counted is found first, or the
// order of the groups would lead through all visits of the organisation.
func (s reports) UnderWay(ctx context.Context, organisation, programme string) (map[string]int, error) {
	var rows []branchVisits
	err := s.db(ctx).Raw(`WITH ahead AS MATERIALIZED (SELECT branch_id FROM visits WHERE org_id = ? AND programme_id = ? AND state IN ?)
 SELECT branch_id, count(*) AS visits FROM ahead GROUP BY branch_id`,
		organisation, programme, report.Ahead()).Find(&rows).Error
	all := make(map[string]int, len(rows))
	for _, r := range rows {
		all[r.BranchID] = r.Visits
	}
	return all, err
}

// toMake are the states of visits that a shopper still has to make.
var toMake = []visit.State{visit.Taken, visit.InProgress, visit.SentBack}

// freeShopperRow is a shopper with what he has to do.
type freeShopperRow struct {
	ID, Alias string
	Busy      int
}

// FreeShoppers reads members by their role, and each one's visits along the index by shopper.
func (s reports) FreeShoppers(ctx context.Context, organisation string, most int) ([]report.FreeShopper, error) {
	var rows []freeShopperRow
	err := s.db(ctx).Raw(`SELECT m.id, m.alias, (SELECT count(*) FROM visits v WHERE v.org_id = r.org_id AND v.shopper_id = r.member_id AND v.state IN ?) AS busy
 FROM member_roles r JOIN members m ON m.org_id = r.org_id AND m.id = r.member_id
 WHERE r.org_id = ? AND r.role = ? AND m.active ORDER BY r.member_id LIMIT ?`, toMake, organisation, string(auth.Shopper), most).Find(&rows).Error
	return mapRows(rows, func(r freeShopperRow) report.FreeShopper {
		return report.FreeShopper{Member: r.ID, Alias: r.Alias, Busy: r.Busy}
	}), err
}

// shopperAreaRow is a shopper's visits in one region.
type shopperAreaRow struct {
	ShopperID, RegionID string
	N                   int
}

// ShopperAreas adds rollups up.
func (s reports) ShopperAreas(ctx context.Context, organisation, programme string, w studio.Window) ([]report.ShopperArea, error) {
	var rows []shopperAreaRow
	err := s.db(ctx).Raw(`SELECT c.shopper_id, coalesce(CAST(b.region_id AS text), '') AS region_id, CAST(sum(c.n + c.unscored) AS bigint) AS n
 FROM rollup_cells c JOIN branches b ON b.org_id = c.org_id AND b.id = c.branch_id
 WHERE c.org_id = ? AND c.programme_id = ? AND c.month BETWEEN ? AND ? AND c.shopper_id <> ?
 GROUP BY c.shopper_id, b.region_id ORDER BY c.shopper_id, 2`, organisation, programme, w.From, w.To, visit.NoShopper).Find(&rows).Error
	return mapRows(rows, func(r shopperAreaRow) report.ShopperArea {
		return report.ShopperArea{Shopper: r.ShopperID, Region: r.RegionID, N: r.N}
	}), err
}

// lastShopperRow is who was at a branch last.
type lastShopperRow struct{ BranchID, ShopperID string }

// LastShoppers looks at what is under way first, and else at the last published visit: two steps along the index by branch for each.
func (s reports) LastShoppers(ctx context.Context, organisation string, branches []string) (map[string]string, error) {
	last := make(map[string]string, len(branches))
	for ; len(branches) > 0; branches = branches[min(len(branches), judgedAtOnce):] {
		var rows []lastShopperRow
		err := s.db(ctx).Raw(`SELECT b.id AS branch_id, coalesce(
 (SELECT CAST(v.shopper_id AS text) FROM visits v WHERE v.org_id = b.org_id AND v.branch_id = b.id AND v.state IN ? AND v.shopper_id IS NOT NULL
  ORDER BY v.due_at DESC, v.id DESC LIMIT 1),
 (SELECT CAST(v.shopper_id AS text) FROM visits v WHERE v.org_id = b.org_id AND v.branch_id = b.id AND v.state = 'published' AND v.shopper_id IS NOT NULL
  ORDER BY v.visited_on DESC, v.id DESC LIMIT 1), '') AS shopper_id
 FROM branches b WHERE b.org_id = ? AND b.id IN ?`, report.Ahead(), organisation, branches[:min(len(branches), judgedAtOnce)]).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.ShopperID != "" {
				last[r.BranchID] = r.ShopperID
			}
		}
	}
	return last, nil
}
