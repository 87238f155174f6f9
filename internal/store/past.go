package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"

	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// pastOf lists a month's published visits with their answers along the index by month. Many thousand of them are read at
// a time, so that it goes past GORM. Reviewed: the organisation is in both keys.
const (
	pastOf = `SELECT CAST(v.id AS text), CAST(v.version_id AS text), CAST(v.branch_id AS text), v.scenario, v.base_bp, v.level, r.answers, r.context
 FROM visits v JOIN reports r ON r.org_id = v.org_id AND r.visit_id = v.id
 WHERE v.org_id = $1 AND v.programme_id = $2 AND v.state = 'published' AND v.month = $3 AND v.id > $4 AND v.id <= $5
 ORDER BY v.id LIMIT $6`
)

// PastVisits gives a page of published visits with their answers.
func (s studies) PastVisits(ctx context.Context, organisation string, q studio.PastQuery) ([]studio.PastVisit, error) {
	limit := min(max(q.Limit, 1), studio.MaxPast)
	page := pastPage{month: q.Month, all: make([]studio.PastVisit, 0, limit), facts: map[string]*programme.Context{}}
	args := []any{organisation, q.Programme, q.Month, q.After, q.Until, limit}
	if s.dialect == postgresDialect {
		err := s.send(ctx, request{query: pastOf, args: args, read: func(rows pgx.Rows) error {
			for rows.Next() {
				if err := page.scan(rows.Scan); err != nil {
					return err
				}
			}
			return rows.Err()
		}})
		return page.all, translate(err)
	}
	tx, err := s.sqlTx()
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, pastOf, args...)
	if err != nil {
		return nil, translate(err)
	}
	return page.all, page.drain(rows)
}

// pastPage takes rows in. Many visits share the facts of their branch.
type pastPage struct {
	month string
	all   []studio.PastVisit
	facts map[string]*programme.Context
}

func (p *pastPage) drain(rows *sql.Rows) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := p.scan(rows.Scan); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

func (p *pastPage) scan(scan func(...any) error) error {
	v := studio.PastVisit{Month: p.month}
	var level, answers, facts string
	if err := scan(&v.ID, &v.Version, &v.Branch, &v.Scenario, &v.Score, &level, &answers, &facts); err != nil {
		return translate(err)
	}
	known, ok := p.facts[facts]
	if !ok {
		var err error
		if known, err = contextOf(facts); err != nil {
			return fmt.Errorf("facts of visit %s: %w", v.ID, err)
		}
		p.facts[facts] = known
	}
	v.Level, v.Answers, v.Context = scoring.Level(level), []byte(answers), known
	p.all = append(p.all, v)
	return nil
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
