package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

// copied is one table of a copy.
type copied struct {
	name    string
	columns []string
	walled  bool // row-level security: it is read organisation by organisation
}

// file is the table's name in a copy.
func (t copied) file() string { return t.name + ".copy" }

// list is the table with its columns, quoted.
func (t copied) list() string {
	quoted := make([]string, len(t.columns))
	for i, c := range t.columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return pgx.Identifier{t.name}.Sanitize() + " (" + strings.Join(quoted, ", ") + ")"
}

// tablesOfCopy are our own tables: those of the migrations' and the queue's libraries are left out.
const tablesOfCopy = `SELECT c.relname, c.relrowsecurity,
  (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
  coalesce((SELECT array_agg(DISTINCT f.relname::text) FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid), '{}') AS needs
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
  AND c.relname <> 'goose_db_version' AND c.relname NOT LIKE 'river\_%' ORDER BY c.relname`

// copyPostgres copies every table in one transaction that sees one moment.
func (s *Store) copyPostgres(ctx context.Context, dir string, out *Snapshot, told func(string)) error {
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	tables, err := tablesInOrder(ctx, tx)
	if err != nil {
		return err
	}
	orgs, err := organisationIDs(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := copyTable(ctx, tx, filepath.Join(dir, t.file()), t, orgs); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		told(t.file())
		out.Files = append(out.Files, t.file())
	}
	return photosOf(ctx, tx, orgs, out)
}

// tablesInOrder lists the tables so that each comes after those it refers to.
func tablesInOrder(ctx context.Context, tx pgx.Tx) ([]copied, error) {
	rows, err := tx.Query(ctx, tablesOfCopy)
	if err != nil {
		return nil, err
	}
	all, needs := []copied{}, map[string][]string{}
	var t copied
	var need []string
	_, err = pgx.ForEachRow(rows, []any{&t.name, &t.walled, &t.columns, &need}, func() error {
		all = append(all, copied{t.name, slices.Clone(t.columns), t.walled})
		needs[t.name] = slices.Clone(need)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return inOrder(all, needs)
}

// inOrder takes the tables whose needs are met, round by round.
func inOrder(all []copied, needs map[string][]string) ([]copied, error) {
	var out []copied
	placed := map[string]bool{}
	for len(out) < len(all) {
		before := len(out)
		for _, t := range all {
			ready := !slices.ContainsFunc(needs[t.name], func(n string) bool { return !placed[n] })
			if ready && !placed[t.name] {
				placed[t.name] = true
				out = append(out, t)
			}
		}
		if len(out) == before {
			return nil, errors.New("tables refer to each other in a circle")
		}
	}
	return out, nil
}

// organisationIDs lists the organisations as the operator.
func organisationIDs(ctx context.Context, tx pgx.Tx) ([]string, error) {
	if _, err := tx.Exec(ctx, "SELECT set_config('app.operator', 'on', true)"); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, "SELECT id::text FROM organisations ORDER BY id")
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "SELECT set_config('app.operator', '', true)")
	return ids, err
}

// enter opens the rows of one organisation.
func enter(ctx context.Context, tx pgx.Tx, org string) error {
	_, err := tx.Exec(ctx, "SELECT set_config('app.org_id', $1, true)", org)
	return err
}

// copyTable writes a table's rows, one organisation after the other.
func copyTable(ctx context.Context, tx pgx.Tx, path string, t copied, orgs []string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in a folder of ours
	if err != nil {
		return err
	}
	if !t.walled {
		orgs = []string{""}
	}
	for _, org := range orgs {
		if err = enter(ctx, tx, org); err == nil {
			_, err = tx.Conn().PgConn().CopyTo(ctx, f, "COPY "+t.list()+" TO STDOUT")
		}
		if err != nil {
			break
		}
	}
	return errors.Join(err, f.Close())
}

// photosOf lists the photos that the copy names.
func photosOf(ctx context.Context, tx pgx.Tx, orgs []string, out *Snapshot) error {
	for _, org := range orgs {
		if err := enter(ctx, tx, org); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, photosOfAll)
		if err != nil {
			return err
		}
		var p evidence.Photo
		_, err = pgx.ForEachRow(rows, []any{&p.Org, &p.SHA256, &p.Size}, func() error {
			out.Photos = append(out.Photos, p)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// refuseFull refuses a database in which there is somebody or something already.
func (s *Store) refuseFull(ctx context.Context) error {
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	var tables, some bool
	if err := c.QueryRow(ctx, "SELECT to_regclass('organisations') IS NOT NULL").Scan(&tables); err != nil || !tables {
		return err
	}
	err = pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		orgs, err := organisationIDs(ctx, tx)
		if err != nil {
			return err
		}
		some = len(orgs) > 0
		return tx.QueryRow(ctx, "SELECT $1 OR EXISTS (SELECT 1 FROM people)", some).Scan(&some)
	})
	if err == nil && some {
		err = fault.New(fault.Conflict, "This database holds data already. A copy is only restored to an empty database.")
	}
	return err
}

// fillPostgres reads every file of a copy into its table, all in one transaction. Bulk loading is not possible under
// row-level security, so that for this transaction alone the owner of the tables is let past it.
func (s *Store) fillPostgres(ctx context.Context, dir string, files []string) error {
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.WithoutCancel(ctx)) }()
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		tables, err := tablesInOrder(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if !slices.Contains(files, t.file()) {
				return fault.Newf(fault.Invalid, "The copy has no %s.", t.file())
			}
			if err := fillTable(ctx, tx, filepath.Join(dir, t.file()), t); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
		return nil
	})
}

// fillTable reads one file into its table.
func fillTable(ctx context.Context, tx pgx.Tx, path string, t copied) error {
	f, err := os.Open(path) //nolint:gosec // in a folder of ours
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	table := pgx.Identifier{t.name}.Sanitize()
	if t.walled {
		if _, err := tx.Exec(ctx, "ALTER TABLE "+table+" NO FORCE ROW LEVEL SECURITY"); err != nil {
			return err
		}
	}
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, f, "COPY "+t.list()+" FROM STDIN"); err != nil {
		return err
	}
	if t.walled {
		_, err = tx.Exec(ctx, "ALTER TABLE "+table+" FORCE ROW LEVEL SECURITY")
	}
	return err
}
