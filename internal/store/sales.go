package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/event"
	"plainclothes/internal/report"
)

// saleRow is what one branch sold in one week.
type saleRow struct {
	OrgID    string `gorm:"primaryKey"`
	BranchID string `gorm:"primaryKey"`
	Week     int    `gorm:"primaryKey"`
	Amount   float64
	Controls string
}

// TableName is the table of sales.
func (saleRow) TableName() string { return "sales" }

// salesAtOnce is how many rows one statement writes.
const salesAtOnce = 500

// SaveSales adds weeks, or replaces them.
func (s reports) SaveSales(ctx context.Context, organisation string, sales []report.Sale) error {
	rows := make([]saleRow, len(sales))
	for i, x := range sales {
		controls, err := json.Marshal(x.Controls)
		if err != nil {
			return fmt.Errorf("keep sales: %w", err)
		}
		rows[i] = saleRow{OrgID: organisation, BranchID: x.Branch, Week: x.Week, Amount: x.Amount, Controls: string(controls)}
	}
	if len(rows) == 0 {
		return nil
	}
	return s.db(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "branch_id"}, {Name: "week"}},
		DoUpdates: clause.AssignmentColumns([]string{"amount", "controls"}),
	}).CreateInBatches(rows, salesAtOnce).Error
}

// Sales lists all weeks by branch and week.
func (s reports) Sales(ctx context.Context, organisation string) ([]report.Sale, error) {
	var rows []saleRow
	if err := s.db(ctx).Where("org_id = ?", organisation).Order("branch_id").Order("week").Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]report.Sale, len(rows))
	for i, r := range rows {
		all[i] = report.Sale{Branch: r.BranchID, Week: r.Week, Amount: r.Amount}
		if err := json.Unmarshal([]byte(r.Controls), &all[i].Controls); err != nil {
			return nil, fmt.Errorf("sales of branch %s: %w", r.BranchID, err)
		}
	}
	return all, nil
}

// SalesExtent counts what is there.
func (s reports) SalesExtent(ctx context.Context, organisation string) (report.SalesExtent, error) {
	var e report.SalesExtent
	err := s.db(ctx).Raw(`SELECT count(DISTINCT branch_id) AS branches, count(*) AS lines, coalesce(min(week), 0) AS first, coalesce(max(week), 0) AS last
 FROM sales WHERE org_id = ?`, organisation).Scan(&e).Error
	return e, err
}

// LockSales holds the organisation's row: there may be no sales yet to hold.
func (s reports) LockSales(ctx context.Context, organisation string) error {
	return s.Store.Lock(ctx, organisation)
}

// DeleteSales removes sales and what was found of them.
func (s reports) DeleteSales(ctx context.Context, organisation string) error {
	if err := s.db(ctx).Where("org_id = ?", organisation).Delete(&salesLinkRow{}).Error; err != nil {
		return err
	}
	return s.db(ctx).Where("org_id = ?", organisation).Delete(&saleRow{}).Error
}

// salesLinkRow is the answer for one programme.
type salesLinkRow struct {
	OrgID       string `gorm:"primaryKey"`
	ProgrammeID string `gorm:"primaryKey"`
	Lag         int
	Result      string
	MadeAt      time.Time
}

// TableName is the table of answers.
func (salesLinkRow) TableName() string { return "sales_links" }

// SaveSalesLink puts an answer in the place of the one before.
func (s reports) SaveSalesLink(ctx context.Context, organisation string, l report.StoredLink) error {
	raw, err := report.EncodeLink(&l.Result)
	if err != nil {
		return fmt.Errorf("keep the answer about sales: %w", err)
	}
	row := salesLinkRow{OrgID: organisation, ProgrammeID: l.Programme, Lag: l.Lag, Result: string(raw), MadeAt: l.Made}
	return s.db(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "programme_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"lag", "result", "made_at"}),
	}).Create(&row).Error
}

// SalesLink loads the answer for one programme.
func (s reports) SalesLink(ctx context.Context, organisation, programme string) (report.StoredLink, error) {
	var row salesLinkRow
	if err := s.db(ctx).Where("org_id = ? AND programme_id = ?", organisation, programme).Take(&row).Error; err != nil {
		return report.StoredLink{}, named(translate(err), "answer about sales")
	}
	l := report.StoredLink{Programme: row.ProgrammeID, Lag: row.Lag, Made: row.MadeAt.UTC()}
	var err error
	l.Result, err = report.DecodeLink([]byte(row.Result))
	return l, err
}

// Append notes changes for the organisation's chain of events.
func (s reports) Append(_ context.Context, organisation string, at time.Time, changes ...event.Change) error {
	return s.appendEvent(organisation, at, changes...)
}
