package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// pastOf lists a month's published visits with their answers along the index by month. Many thousand of them are read at
// a time, so that it goes past GORM. Reviewed: the organisation is in both keys.
//
// SQLite is told which index: without statistics it takes the primary key, which is in the order of ids too, and goes
// through all months for each of them. Its columns are taken as they are declared: of what has no declared type the driver
// tries for every value whether it is a time.
const (
	pastOf = `SELECT CAST(v.id AS text), CAST(v.version_id AS text), CAST(v.branch_id AS text), v.scenario, CAST(v.base_bp AS text), v.level,
 r.answers, r.context FROM visits v` + pastRows
	pastOfSQLite = `SELECT v.id, v.version_id, v.branch_id, v.scenario, v.base_bp, v.level, r.answers, r.context
 FROM visits v INDEXED BY visits_by_month` + pastRows
	pastRows = ` JOIN reports r ON r.org_id = v.org_id AND r.visit_id = v.id
 WHERE v.org_id = $1 AND v.programme_id = $2 AND v.state = 'published' AND v.month = $3 AND v.id > $4 AND v.id <= $5
 ORDER BY v.id LIMIT $6`
)

// Columns of pastOf.
const (
	pastID = iota
	pastVersion
	pastBranch
	pastScenario
	pastScore
	pastLevel
	pastAnswers
	pastFacts
	pastWidth
)

// PastVisits gives a page of published visits with their answers.
func (s studies) PastVisits(ctx context.Context, organisation string, q studio.PastQuery) ([]studio.PastVisit, error) {
	page := newPastPage(q.Month, min(max(q.Limit, 1), studio.MaxPast))
	args := []any{organisation, q.Programme, q.Month, q.After, q.Until, page.limit}
	if s.dialect == postgresDialect {
		err := s.send(ctx, request{query: pastOf, args: args, read: page.read})
		return page.all, translate(err)
	}
	tx, err := s.sqlTx()
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, pastOfSQLite, args...)
	if err != nil {
		return nil, translate(err)
	}
	return page.all, translate(page.drain(rows))
}

// pastPage takes rows in. What many visits share is kept once: ids of branches and versions, and the facts of a branch.
type pastPage struct {
	month  string
	limit  int
	all    []studio.PastVisit
	scores []int // never grown: visits point into it
	bytes  []byte
	texts  map[string]string
	facts  map[string]*programme.Context
}

func newPastPage(month string, limit int) *pastPage {
	return &pastPage{
		month: month, limit: limit, all: make([]studio.PastVisit, 0, limit), scores: make([]int, limit), texts: map[string]string{},
		facts: map[string]*programme.Context{},
	}
}

// read takes what PostgreSQL sends, without a copy.
func (p *pastPage) read(rows pgx.Rows) error {
	for rows.Next() {
		if err := p.take(rows.RawValues()); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (p *pastPage) drain(rows *sql.Rows) error {
	defer func() { _ = rows.Close() }()
	row, to := make([][]byte, pastWidth), make([]any, pastWidth)
	raw := make([]sql.RawBytes, pastWidth)
	for i := range raw {
		to[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		for i := range raw {
			row[i] = raw[i]
		}
		if err := p.take(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// take copies one row.
func (p *pastPage) take(row [][]byte) error {
	n := len(p.all)
	v := studio.PastVisit{
		ID: string(row[pastID]), Version: p.text(row[pastVersion]), Branch: p.text(row[pastBranch]), Scenario: p.text(row[pastScenario]),
		Month: p.month, Level: scoring.Level(p.text(row[pastLevel])), Answers: p.keep(row[pastAnswers]),
	}
	if score := row[pastScore]; score != nil {
		bp, err := strconv.Atoi(string(score))
		if err != nil {
			return fmt.Errorf("score of visit %s: %w", v.ID, err)
		}
		p.scores[n], v.Score = bp, &p.scores[n]
	}
	known, ok := p.facts[string(row[pastFacts])]
	if !ok {
		var err error
		if known, err = contextOf(string(row[pastFacts])); err != nil {
			return fmt.Errorf("facts of visit %s: %w", v.ID, err)
		}
		p.facts[string(row[pastFacts])] = known
	}
	v.Context = known
	p.all = append(p.all, v)
	return nil
}

// text gives a text that many rows have.
func (p *pastPage) text(b []byte) string {
	s, ok := p.texts[string(b)]
	if !ok {
		s = string(b)
		p.texts[s] = s
	}
	return s
}

// keep copies bytes into a large piece of memory, of which a page needs few.
func (p *pastPage) keep(b []byte) []byte {
	const piece = 256 << 10
	if cap(p.bytes)-len(p.bytes) < len(b) {
		p.bytes = make([]byte, 0, max(piece, len(b)))
	}
	from := len(p.bytes)
	p.bytes = append(p.bytes, b...)
	return p.bytes[from:len(p.bytes):len(p.bytes)]
}

// openOnVersion is a row of OpenVisits.
type openOnVersion struct {
	Version string
	Visits  int
}

// openStates are the states of visits that are under way.
var openStates = []visit.State{
	visit.Open, visit.Taken, visit.InProgress, visit.Received, visit.InReview, visit.SentBack, visit.Accepted,
}

// OpenVisits counts what is under way, along the index by month, which begins with programme and state.
func (s studies) OpenVisits(ctx context.Context, organisation, programme string) ([]studio.OnVersion, error) {
	var rows []openOnVersion
	err := s.db(ctx).Raw(`SELECT coalesce(CAST(version_id AS text), '') AS version, count(*) AS visits FROM visits
 WHERE org_id = ? AND programme_id = ? AND state IN ? GROUP BY version_id ORDER BY 1`, organisation, programme, openStates).Find(&rows).Error
	return mapRows(rows, func(r openOnVersion) studio.OnVersion { return studio.OnVersion(r) }), translate(err)
}
