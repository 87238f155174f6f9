package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// fitRow is what was found out about a programme in a window.
type fitRow struct {
	OrgID       string `gorm:"primaryKey"`
	ProgrammeID string `gorm:"primaryKey"`
	FromMonth   string `gorm:"primaryKey"`
	ToMonth     string `gorm:"primaryKey"`
	DataRev     int64
	VersionID   string
	Format      int
	MadeAt      time.Time
	Body        string
}

// TableName is the table of fits.
func (fitRow) TableName() string { return "fits" }

// Fit loads a fit; without its body when only its head is wanted.
func (s reports) Fit(ctx context.Context, organisation, programme string, w studio.Window, head bool) (report.KeptFit, error) {
	db := s.db(ctx)
	if head {
		db = db.Omit("body")
	}
	var r fitRow
	err := db.Where("org_id = ? AND programme_id = ? AND from_month = ? AND to_month = ?", organisation, programme, w.From, w.To).Take(&r).Error
	if err != nil {
		return report.KeptFit{}, named(translate(err), "fit")
	}
	body, err := base64.StdEncoding.DecodeString(r.Body)
	return report.KeptFit{
		Org: r.OrgID, Programme: r.ProgrammeID, Window: w, DataRev: r.DataRev, Version: r.VersionID, Format: r.Format, Made: r.MadeAt.UTC(), Body: body,
	}, err
}

// SaveFit puts a fit in the place of the one before, and throws away those of windows that ended before its own did: nobody
// asks for last month's last three months.
func (s reports) SaveFit(ctx context.Context, f report.KeptFit) error {
	row := fitRow{
		f.Org, f.Programme, f.Window.From, f.Window.To, f.DataRev, f.Version, f.Format, f.Made, base64.StdEncoding.EncodeToString(f.Body),
	}
	if err := s.db(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return err
	}
	return s.db(ctx).Where("org_id = ? AND programme_id = ? AND to_month < ?", f.Org, f.Programme, f.Window.To).Delete(&fitRow{}).Error
}

// Moved lists the branches whose sums in a window changed after a revision.
func (s reports) Moved(ctx context.Context, organisation, programme string, w studio.Window, after int64) (branches []string, err error) {
	err = s.db(ctx).Raw(`WITH moved AS MATERIALIZED (SELECT branch_id, month FROM rollup_visits WHERE org_id = ? AND programme_id = ? AND rev > ?)
 SELECT DISTINCT branch_id FROM moved WHERE month BETWEEN ? AND ? ORDER BY branch_id`, organisation, programme, after, w.From, w.To).Scan(&branches).Error
	return branches, err
}

// Many looks along the index by month for the last of so many sums of scores.
func (s reports) Many(ctx context.Context, organisation string, q studio.SumQuery, n int64) (bool, error) {
	where, args := amongRollups(organisation, q)
	var found []int
	err := s.db(ctx).Raw("SELECT 1 FROM rollup_cells"+where+" LIMIT 1 OFFSET ?", append(args, max(0, n-1))...).Scan(&found).Error
	return len(found) > 0, err
}

// EachFact goes through the single visits of a window, of one branch or of all, by month and branch. The ids of visits stay
// short: nobody asks for them.
func (s reports) EachFact(ctx context.Context, organisation string, q studio.SumQuery, each func(*visit.Rollup) error) error {
	where, args := amongRollups(organisation, q)
	rows, err := s.db(ctx).Raw("SELECT month, branch_id, lines FROM rollup_visits"+where+" ORDER BY month, branch_id", args...).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	known := ids{}
	for rows.Next() {
		r := visit.Rollup{Programme: q.Programme}
		var lines string
		if err := rows.Scan(&r.Month, &r.Branch, &lines); err != nil {
			return err
		}
		if err := factsIn(lines, &r, q.Scenario, known, each); err != nil {
			return fmt.Errorf("visits of branch %s in %s: %w", r.Branch, r.Month, err)
		}
	}
	return rows.Err()
}

// factsIn goes through the lines of one row.
func factsIn(lines string, r *visit.Rollup, scenario string, known ids, each func(*visit.Rollup) error) error {
	for line := range strings.Lines(lines) {
		if err := parseFact(strings.TrimSuffix(line, "\n"), r, known, false); err != nil {
			return err
		}
		if scenario != "" && r.Scenario != scenario {
			continue
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// AddRollups adds visits to the sums that have no reports behind them: the bench needs a million in minutes.
func (s *Store) AddRollups(ctx context.Context, organisation string, all []visit.Rollup) error {
	return s.inTx(ctx, organisation, func(s *Store) error { return visits{s}.addRollups(ctx, organisation, all) })
}
