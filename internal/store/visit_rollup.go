package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"plainclothes/internal/visit"
)

// The sums of published visits. Reviewed: the keys begin with the organisation.
var (
	standardAdd = adding("rollup_standards",
		"org_id uuid, programme_id uuid, month text, branch_id uuid, standard text, scenario text, series text",
		"n, x, n_wow, x_wow, partial, na, unknown, sum_w, sum_wr")
	cellAdd = adding("rollup_cells",
		"org_id uuid, programme_id uuid, month text, branch_id uuid, scenario text, shopper_id uuid, series text",
		"n, sum_bp, sum_bp2, unscored, sum_penalty, caps, zeros, breaches")

	// The sums as they are written: with the counts of questions, or with those of each visit by themselves.
	addedOnPostgres = sumsOnPostgres(&standardAdd, &cellAdd, &questionAdd, &turnAdd)
	keptOnPostgres  = sumsOnPostgres(&standardAdd, &cellAdd, &freshInsert)
)

// sumsOnPostgres marks the sums as changed and joins the parts with the upsert of facts; $1 and $2 name the programme.
func sumsOnPostgres(parts ...*bulk) string {
	return "WITH r AS (" + newDataRev + " RETURNING data_rev),\n" + numbered(2, parts...)
}

// numbered joins upserts that do not see each other with that of facts, their parameters after the first n.
func numbered(n int, parts ...*bulk) string {
	var all []string
	for i, p := range parts {
		all = append(all, fmt.Sprintf("s%d AS (%s)", i, p.postgres(n)))
		n += len(p.columns)
	}
	return strings.Join(all, ",\n") + "\n" + factsFrom(n)
}

// factsFrom numbers the parameters of facts after the first n.
func factsFrom(n int) string {
	return fmt.Sprintf(factAddOnPostgres, n+1, n+2, n+3, n+4, n+5)
}

// newDataRev marks the sums of a programme as changed.
const newDataRev = `UPDATE programmes SET data_rev = data_rev + 1 WHERE org_id = $1 AND id = $2`

// adding is an upsert that adds to what is there.
func adding(table, key, sums string) bulk {
	var keys, columns, set []string
	for k := range strings.SplitSeq(key, ", ") {
		name, _, _ := strings.Cut(k, " ")
		keys = append(keys, name)
	}
	for s := range strings.SplitSeq(sums, ", ") {
		columns = append(columns, s+" int8")
		set = append(set, s+" = "+table+"."+s+" + excluded."+s)
	}
	return inserting(table, key+", "+strings.Join(columns, ", "),
		"ON CONFLICT ("+strings.Join(keys, ", ")+") DO UPDATE SET "+strings.Join(set, ", "))
}

// AddRollup adds one visit to the sums, or takes it out, and marks the programme's sums as changed.
func (v visits) AddRollup(ctx context.Context, organisation string, r visit.Rollup) error {
	return v.keepRollups(ctx, organisation, []visit.Rollup{r})
}

// rollupsOf leaves out reports that are not published.
func rollupsOf(all []visit.Finished) []visit.Rollup {
	out := make([]visit.Rollup, 0, len(all))
	for i := range all {
		if r := all[i].Rollup; r.Programme != "" {
			out = append(out, r)
		}
	}
	return out
}

// addRollups adds visits to the sums, each sum once: those of one programme after those of another, in the order of
// their keys. Whoever adds keeps this order, so that two never wait for each other crosswise.
func (v visits) addRollups(ctx context.Context, organisation string, all []visit.Rollup) error {
	return v.sumUp(ctx, organisation, all, newSums)
}

// keepRollups is addRollups for visits that are published one by one: what their questions did is only put down, for
// AddUpQuestions to add it.
func (v visits) keepRollups(ctx context.Context, organisation string, all []visit.Rollup) error {
	return v.sumUp(ctx, organisation, all, newKeeping)
}

func (v visits) sumUp(ctx context.Context, organisation string, all []visit.Rollup, begin func(org, programme string) *sums) error {
	byProgramme := map[string]*sums{}
	for i := range all {
		s, ok := byProgramme[all[i].Programme]
		if !ok {
			s = begin(organisation, all[i].Programme)
			byProgramme[s.programme] = s
		}
		if err := s.add(&all[i]); err != nil {
			return err
		}
	}
	for _, programme := range slices.Sorted(maps.Keys(byProgramme)) {
		if err := v.write(ctx, byProgramme[programme]); err != nil {
			return err
		}
	}
	return nil
}

// write adds the sums of one programme.
func (v visits) write(ctx context.Context, s *sums) error {
	rows, facts := s.rows(), s.factRows()
	if v.dialect == postgresDialect {
		query := addedOnPostgres
		if s.keeping {
			query = keptOnPostgres
		}
		args := append([]any{s.org, s.programme}, arraysOf(append(rows, bulkRows{&factRows, facts}))...)
		v.putOff(request{query: query, args: args})
		return v.takeOut(ctx, s)
	}
	if err := v.exec(ctx, newDataRev, s.org, s.programme); err != nil {
		return err
	}
	if _, err := v.eachOf(ctx, append(rows, bulkRows{&factAdd, facts})); err != nil {
		return err
	}
	return v.takeOut(ctx, s)
}

// sums are what some visits of one programme add.
type sums struct {
	org, programme string
	standards      map[standardKey]*visit.StandardRollup
	cells          map[cellKey]*visit.Rollup // only the cell counts
	facts          map[factKey]string        // lines
	questions      map[questionKey]*visit.QuestionRollup
	turns          map[turnKey]string // lines
	keeping        bool               // questions and turns are kept by visit:
	fresh          [][]any
	out            []takenOut
}

// takenOut is a visit that leaves the sums.
type takenOut struct {
	key  factKey
	line string
}

func newSums(org, programme string) *sums {
	return &sums{
		org: org, programme: programme, standards: map[standardKey]*visit.StandardRollup{}, cells: map[cellKey]*visit.Rollup{},
		facts:     map[factKey]string{},
		questions: map[questionKey]*visit.QuestionRollup{}, turns: map[turnKey]string{},
	}
}

// newKeeping keeps what questions did by visit.
func newKeeping(org, programme string) *sums {
	s := newSums(org, programme)
	s.keeping = true
	return s
}

// rows are those of the parts of addedOnPostgres or keptOnPostgres.
func (s *sums) rows() []bulkRows {
	standards, cells := bulkRows{&standardAdd, s.standardRows()}, bulkRows{&cellAdd, s.cellRows()}
	if s.keeping {
		return []bulkRows{standards, cells, {&freshInsert, s.fresh}}
	}
	return append([]bulkRows{standards, cells}, s.questionParts()...)
}

type standardKey struct{ month, branch, standard, scenario, series string }

func (k standardKey) compare(o standardKey) int {
	return cmp.Or(cmp.Compare(k.month, o.month), cmp.Compare(k.branch, o.branch), cmp.Compare(k.standard, o.standard),
		cmp.Compare(k.scenario, o.scenario), cmp.Compare(k.series, o.series))
}

type cellKey struct{ month, branch, scenario, shopper, series string }

func (k cellKey) compare(o cellKey) int {
	return cmp.Or(cmp.Compare(k.month, o.month), cmp.Compare(k.branch, o.branch), cmp.Compare(k.scenario, o.scenario),
		cmp.Compare(k.shopper, o.shopper), cmp.Compare(k.series, o.series))
}

func (s *sums) add(r *visit.Rollup) error {
	if r.Cell != (visit.CellRollup{}) {
		ck := cellKey{r.Month, r.Branch, r.Scenario, r.Shopper, r.Cell.Series}
		cell, ok := s.cells[ck]
		if !ok {
			cell = &visit.Rollup{}
			s.cells[ck] = cell
		}
		cell.Add(&visit.Rollup{Cell: r.Cell})
	}
	for i := range r.Standards {
		st := &r.Standards[i]
		sk := standardKey{r.Month, r.Branch, st.Standard, r.Scenario, st.Series}
		if sum, ok := s.standards[sk]; ok {
			sum.Add(st)
		} else {
			sum := *st
			s.standards[sk] = &sum
		}
	}
	if s.keeping {
		s.keepQuestions(r)
	} else {
		s.addQuestions(r)
	}
	return s.addFact(r)
}

func (s *sums) addFact(r *visit.Rollup) error {
	line, err := factLine(r)
	key := factKey{r.Month, r.Branch}
	switch {
	case err != nil || line == "":
	case r.Fact.Out:
		s.out = append(s.out, takenOut{key, line})
	default:
		s.facts[key] += line
	}
	return err
}

func (s *sums) factRows() [][]any {
	rows := make([][]any, 0, len(s.facts))
	for _, k := range slices.SortedFunc(maps.Keys(s.facts), factKey.compare) {
		rows = append(rows, []any{s.org, s.programme, k.month, k.branch, s.facts[k]})
	}
	return rows
}

func (s *sums) standardRows() [][]any {
	rows := make([][]any, 0, len(s.standards))
	for _, k := range slices.SortedFunc(maps.Keys(s.standards), standardKey.compare) {
		t := s.standards[k]
		rows = append(rows, []any{
			s.org, s.programme, k.month, k.branch, k.standard, k.scenario, k.series, t.N, t.X, t.NWow, t.XWow, t.Partial, t.NA, t.Unknown, t.W, t.WR,
		})
	}
	return rows
}

func (s *sums) cellRows() [][]any {
	rows := make([][]any, 0, len(s.cells))
	for _, k := range slices.SortedFunc(maps.Keys(s.cells), cellKey.compare) {
		c := s.cells[k].Cell
		rows = append(rows, []any{
			s.org, s.programme, k.month, k.branch, k.scenario, k.shopper, k.series, c.N, c.SumBP, c.SumBP2, c.Unscored, c.SumPenalty, c.Caps, c.Zeros,
			c.Breaches,
		})
	}
	return rows
}

// cellRow is a sum of scores.
type cellRow struct {
	OrgID       string
	ProgrammeID string
	BranchID    string
	ShopperID   string
	Scenario    string
	Month       string
	Series      string
	N           int64
	SumBP       int64 `gorm:"column:sum_bp"`
	SumBP2      int64 `gorm:"column:sum_bp2"`
	Unscored    int64
	SumPenalty  int64
	Caps        int64
	Zeros       int64
	Breaches    int64
}

// TableName is the table of sums of scores.
func (cellRow) TableName() string { return "rollup_cells" }

// standardSumRow is a sum of outcomes.
type standardSumRow struct {
	OrgID       string
	ProgrammeID string
	BranchID    string
	Standard    string
	Series      string
	Scenario    string
	Month       string
	N           int64
	X           int64
	NWow        int64
	XWow        int64
	Partial     int64
	NA          int64 `gorm:"column:na"`
	Unknown     int64
	SumW        int64
	SumWr       int64
}

// TableName is the table of sums of outcomes.
func (standardSumRow) TableName() string { return "rollup_standards" }
