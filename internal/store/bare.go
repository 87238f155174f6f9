package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// BareRows are tables of the shape of a report's rows, without keys of others, walls or triggers: what the database
// can do at best, for the bench.
type BareRows struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
}

// bareTables are the tables and their number of columns.
var bareTables = []string{
	`bare_reports (org_id %[1]s, visit_id %[1]s PRIMARY KEY, seq int, head text, answers text, comments text, result text, engine int, sealed_at text, receipt_code text, receipt text, row_version int)`,
	`bare_submissions (org_id %[1]s, id %[1]s PRIMARY KEY, visit_id %[1]s, device text, seq int, head text, created_at text)`,
	`bare_ops (org_id %[1]s, submission_id %[1]s, seq int, op_id %[1]s PRIMARY KEY, visit_id %[1]s, body text, hash text, received_at text)`,
	`bare_outcomes (org_id %[1]s, visit_id %[1]s, standard text, series text, outcome text, wow_offered boolean, share bigint, rate bigint, PRIMARY KEY (org_id, visit_id, standard))`,
	`bare_visits (org_id %[1]s, id %[1]s PRIMARY KEY, branch_id %[1]s, scenario text, state text, month text, base_bp int, final_bp int, level text, row_version int)`,
	`bare_events (org_id %[1]s, id %[1]s PRIMARY KEY, seq bigint, prev text, hash text, actor text, verb text, kind text, thing text, body text)`,
}

// BareRows makes the tables.
func (s *Store) BareRows(ctx context.Context) (*BareRows, error) {
	id := "text"
	if s.dialect == postgresDialect {
		id = "uuid"
	}
	for _, t := range bareTables {
		if _, err := s.pool.ExecContext(ctx, "CREATE TABLE "+fmt.Sprintf(t, id)); err != nil {
			return nil, err
		}
	}
	b := &BareRows{db: s.pool, prepared: map[string]*sql.Stmt{}}
	for _, t := range bareTables {
		name, columns, _ := strings.Cut(t, " ")
		n := strings.Count(strings.SplitN(columns, ", PRIMARY KEY (", 2)[0], ",") + 1
		marks := make([]string, n)
		for i := range marks {
			marks[i] = fmt.Sprintf("$%d", i+1)
		}
		//nolint:gosec,sqlclosecheck // the names are those of bareTables; Close closes the statements
		stmt, err := s.pool.PrepareContext(ctx, "INSERT INTO "+name+" VALUES ("+strings.Join(marks, ", ")+")")
		if err != nil {
			return nil, err
		}
		b.prepared[name] = stmt
	}
	return b, nil
}

// Insert writes the rows of one report in one transaction: body is its answers.
func (b *BareRows) Insert(ctx context.Context, newID func() string, body string, standards int) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	visit, org, sub := newID(), newID(), newID()
	hash, at := strings.Repeat("ab", 32), time.Unix(1_800_000_000, 0).UTC().Format(time.RFC3339)
	result := body[:min(len(body), 600)]
	exec := func(table string, args ...any) error {
		_, err := tx.StmtContext(ctx, b.prepared[table]).ExecContext(ctx, args...) //nolint:sqlclosecheck // the transaction closes it
		return err
	}
	rows := []func() error{
		func() error {
			return exec("bare_reports", org, visit, 1, hash, body, "{}", result, 1, at, "BKMM-GYJJ-YX9F", result[:min(len(result), 300)], 1)
		},
		func() error { return exec("bare_submissions", org, sub, visit, "program", 1, hash, at) },
		func() error { return exec("bare_ops", org, sub, 1, sub, visit, body, hash, at) },
		func() error {
			return exec("bare_visits", org, visit, org, "buyer", "published", "2026-11", 9000, 9000, "good", 2)
		},
		func() error {
			return exec("bare_events", org, newID(), 1, hash, hash, org, "visit.received", "visit", visit, "{}")
		},
		func() error {
			return exec("bare_events", org, newID(), 2, hash, hash, org, "visit.published", "visit", visit, "{}")
		},
	}
	for i := range standards {
		rows = append(rows, func() error {
			return exec("bare_outcomes", org, visit, fmt.Sprintf("S%d", i), "0123456789ab", "good", false, 125_000_000, 1_000_000_000)
		})
	}
	for _, insert := range rows {
		if err := insert(); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Close drops the tables.
func (b *BareRows) Close(ctx context.Context) error {
	for name, stmt := range b.prepared {
		if err := stmt.Close(); err != nil {
			return err
		}
		if _, err := b.db.ExecContext(ctx, "DROP TABLE "+name); err != nil {
			return err
		}
	}
	return nil
}
