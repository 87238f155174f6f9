package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
)

// visitListRow is a visit with the names beside it.
type visitListRow struct {
	Visit         visitRow `gorm:"embedded"`
	BranchName    string
	BranchCode    string
	BranchZone    string
	RegionName    string
	ProgrammeName string
	Number        int
	Alias         string
	Answered      int
}

const visitListColumns = `visits.*, b.name AS branch_name, b.code AS branch_code, b.zone AS branch_zone,
 coalesce(r.name, '') AS region_name, p.name AS programme_name, coalesce(ver.number, 0) AS number,
 coalesce(m.alias, '') AS alias, coalesce(rep.seq, 0) AS answered`

const visitListJoins = `JOIN branches b ON b.org_id = visits.org_id AND b.id = visits.branch_id
 JOIN programmes p ON p.org_id = visits.org_id AND p.id = visits.programme_id
 LEFT JOIN regions r ON r.org_id = b.org_id AND r.id = b.region_id
 LEFT JOIN versions ver ON ver.org_id = visits.org_id AND ver.id = visits.version_id
 LEFT JOIN members m ON m.org_id = visits.org_id AND m.id = visits.shopper_id
 LEFT JOIN reports rep ON rep.org_id = visits.org_id AND rep.visit_id = visits.id`

// listOrder is one order of a list: its column, a row's time there, nil where it is the day of the visit, and whether it goes down.
type listOrder struct {
	column string
	at     func(*visit.Row) time.Time
	down   bool
}

// listOrders are the only columns that lists are sorted by.
var listOrders = map[visit.Order]listOrder{
	visit.ByDue:      {"visits.due_at", func(r *visit.Row) time.Time { return r.Due }, false},
	visit.ByReceived: {"visits.received_at", func(r *visit.Row) time.Time { return r.Received }, false},
	visit.ByVisited:  {"visits.visited_on", nil, true},
}

// key is what a cursor says of a row's place.
func (o listOrder) key(r *visit.Row) string {
	if o.at == nil {
		return r.VisitedOn
	}
	return o.at(r).Format(time.RFC3339Nano)
}

func (o listOrder) compare(a, b visit.Row) int {
	c := cmp.Compare(a.VisitedOn, b.VisitedOn)
	if o.at != nil {
		c = o.at(&a).Compare(o.at(&b))
	}
	if c = cmp.Or(c, cmp.Compare(a.ID, b.ID)); o.down {
		return -c
	}
	return c
}

// Visits lists visits within reach. Visits of all branches are read a state at a time: the indexes by state have them in the
// order of the list, so that a page takes as long with a million visits as with ten.
func (v visits) Visits(ctx context.Context, organisation string, q visit.Query) ([]visit.Row, error) {
	states := q.States
	if len(states) == 0 {
		states = visit.States()
	}
	if !q.Reach.All || q.Branch != "" || len(states) == 1 {
		return v.listed(ctx, organisation, q)
	}
	var all []visit.Row
	for _, s := range states {
		q.States = []visit.State{s}
		rows, err := v.listed(ctx, organisation, q)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, listOrders[q.Order].compare)
	return all[:min(len(all), listLimit(q))], nil
}

func listLimit(q visit.Query) int { return min(max(q.Limit, 1), visit.MaxList) }

func (v visits) listed(ctx context.Context, organisation string, q visit.Query) ([]visit.Row, error) {
	o := listOrders[q.Order]
	db := v.db(ctx).Table("visits").Select(visitListColumns).Joins(visitListJoins).Where("visits.org_id = ?", organisation)
	db = within(db, q.Reach)
	db = filtered(db, q)
	db, err := after(db, o, q.After)
	if err != nil {
		return nil, err
	}
	column, direction := o.column, ""
	if q.Branch != "" {
		column = unsought(column)
	}
	if o.down {
		direction = " DESC"
	}
	var rows []visitListRow
	err = db.Order(column + direction).Order("visits.id" + direction).Limit(listLimit(q)).Find(&rows).Error
	out := make([]visit.Row, 0, len(rows))
	for i := range rows {
		out = append(out, rows[i].row(o))
	}
	return out, err
}

// within keeps the rows that the actor may see.
func within(db *gorm.DB, r auth.Reach) *gorm.DB {
	if r.All {
		return db
	}
	var parts []string // nothing but what narrows: SQLite looks a shopper's visits up only where that is all that is asked
	var args []any
	if len(r.Regions) > 0 {
		parts, args = append(parts, "b.region_id IN ?"), append(args, r.Regions)
	}
	if len(r.Branches) > 0 {
		parts, args = append(parts, "visits.branch_id IN ?"), append(args, r.Branches)
	}
	if r.Shopper != "" {
		parts, args = append(parts, "visits.shopper_id = ?"), append(args, r.Shopper)
	}
	if len(parts) == 0 {
		return db.Where("1 = 0")
	}
	return db.Where("("+strings.Join(parts, " OR ")+")", args...)
}

// filtered applies the filters that are set.
func filtered(db *gorm.DB, q visit.Query) *gorm.DB {
	if len(q.States) > 0 {
		db = db.Where("visits.state IN ?", q.States)
	}
	if q.Begun {
		db = db.Where("visits.started_at IS NOT NULL")
	}
	for _, f := range []struct{ clause, value string }{
		{"visits.programme_id = ?", q.Programme},
		{"visits.branch_id = ?", q.Branch},
		{"visits.scenario = ?", q.Scenario},
		{"visits.visited_on >= ?", q.From},
		{"visits.visited_on <= ?", q.To},
	} {
		if f.value != "" {
			db = db.Where(f.clause, f.value)
		}
	}
	return db
}

// after continues behind the last row of the page before.
func after(db *gorm.DB, o listOrder, cursor string) (*gorm.DB, error) {
	if cursor == "" {
		return db, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	value, id, ok := strings.Cut(string(raw), "|")
	if err != nil || !ok || uuid.Validate(id) != nil {
		return db, badCursor()
	}
	var key any = value
	if o.at != nil {
		t, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return db, badCursor()
		}
		key = t
	}
	than := ">"
	if o.down {
		than = "<"
	}
	return db.Where("("+o.column+", visits.id) "+than+" (?, ?)", key, id), nil
}

func badCursor() error {
	return fault.New(fault.Invalid, "This list has moved on. Start again at its beginning.")
}

func (r *visitListRow) row(o listOrder) visit.Row {
	out := visit.Row{
		Visit: r.Visit.visit(), BranchName: r.BranchName, BranchCode: r.BranchCode, BranchZone: r.BranchZone, RegionName: r.RegionName,
		ProgrammeName: r.ProgrammeName, Number: r.Number, Alias: r.Alias, Answered: r.Answered,
	}
	out.Cursor = base64.RawURLEncoding.EncodeToString([]byte(o.key(&out) + "|" + out.ID))
	return out
}
