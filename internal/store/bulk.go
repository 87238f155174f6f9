package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// bulk is one reviewed statement for many rows of a table, for what is written thousands of times a minute, past GORM.
// On PostgreSQL it takes one array a column, so that its text, and with it the plan, is the same for any number of rows;
// several go to the server as one. On SQLite it is a prepared statement that runs once a row.
type bulk struct {
	table   string
	columns []string
	types   []string // on PostgreSQL
	keys    int      // of an update: the first columns say which row; 0 for an insert
	suffix  string   // ON CONFLICT …
	sqlite  string
}

// inserting adds rows. Columns are "name type, name type", the types PostgreSQL's.
func inserting(table, columns, suffix string) bulk {
	b := bulk{table: table, suffix: suffix}
	b.read(columns)
	b.sqlite = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) %s", table, strings.Join(b.columns, ", "), b.marks("?%d"), suffix)
	return b
}

// updating changes rows that are found by organisation, id and the row version before, the first three columns.
func updating(table, columns string) bulk {
	b := bulk{table: table, keys: 3}
	b.read(columns)
	set := make([]string, 0, len(b.columns))
	for i, c := range b.columns[2:] {
		set = append(set, fmt.Sprintf("%s = ?%d", c, i+3))
	}
	b.sqlite = fmt.Sprintf("UPDATE %s SET %s WHERE org_id = ?1 AND id = ?2 AND row_version = ?3 - 1", table, strings.Join(set, ", "))
	return b
}

func (b *bulk) read(columns string) {
	for c := range strings.SplitSeq(columns, ", ") {
		name, typ, _ := strings.Cut(c, " ")
		b.columns, b.types = append(b.columns, name), append(b.types, typ)
	}
}

func (b *bulk) marks(format string) string {
	all := make([]string, len(b.columns))
	for i := range all {
		all[i] = fmt.Sprintf(format, i+1)
	}
	return strings.Join(all, ", ")
}

// postgres is the statement with its parameters after the first n.
func (b *bulk) postgres(n int) string {
	arrays := make([]string, len(b.types))
	for i, t := range b.types {
		arrays[i] = fmt.Sprintf("$%d::%s[]", n+i+1, t)
	}
	names, from := strings.Join(b.columns, ", "), "unnest("+strings.Join(arrays, ", ")+")"
	if b.keys == 0 {
		return strings.TrimSpace(fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM %s %s", b.table, names, from, b.suffix))
	}
	set := make([]string, 0, len(b.columns))
	for _, c := range b.columns[2:] {
		set = append(set, c+" = u."+c)
	}
	return fmt.Sprintf("UPDATE %s t SET %s FROM %s AS u (%s) WHERE t.org_id = u.org_id AND t.id = u.id AND t.row_version = u.row_version - 1",
		b.table, strings.Join(set, ", "), from, names)
}

// together makes several one statement; the last one tells how many rows it met. The parts do not see each other's rows,
// and keys of others are checked when all is done.
func together(parts ...bulk) string {
	var q strings.Builder
	n := 0
	for i := range parts {
		text := parts[i].postgres(n)
		n += len(parts[i].columns)
		switch {
		case i == len(parts)-1:
			q.WriteString(text)
			continue
		case i == 0:
			q.WriteString("WITH ")
		}
		fmt.Fprintf(&q, "p%d AS (%s)", i+1, text)
		q.WriteString(map[bool]string{true: "\n", false: ",\n"}[i == len(parts)-2])
	}
	return q.String()
}

// arrays turns rows into one array a column; without rows they are NULL, which unnest takes for no rows.
func (b *bulk) arrays(rows [][]any) []any {
	out := make([]any, len(b.columns))
	if len(rows) == 0 {
		return out
	}
	for i := range out {
		if b.types[i] == "uuid" {
			out[i] = idArray(rows, i)
		} else {
			out[i] = array(rows, i)
		}
	}
	return out
}

// bulkRows are rows for a statement.
type bulkRows struct {
	bulk *bulk
	rows [][]any
}

// arraysOf are the arrays of several that go to PostgreSQL as one.
func arraysOf(parts []bulkRows) (args []any) {
	for _, p := range parts {
		args = append(args, p.bulk.arrays(p.rows)...)
	}
	return args
}

// array is one column of the rows in the type of its first value.
func array(rows [][]any, i int) any {
	switch rows[0][i].(type) {
	case string:
		return arrayOf[string](rows, i)
	case *string:
		return arrayOf[*string](rows, i)
	case int:
		return arrayOf[int](rows, i)
	case *int:
		return arrayOf[*int](rows, i)
	case int64:
		return arrayOf[int64](rows, i)
	case bool:
		return arrayOf[bool](rows, i)
	case []byte:
		return arrayOf[[]byte](rows, i)
	case time.Time:
		return arrayOf[time.Time](rows, i)
	case *time.Time:
		return arrayOf[*time.Time](rows, i)
	}
	panic(fmt.Sprintf("store: no array of %T", rows[0][i]))
}

func arrayOf[T any](rows [][]any, i int) []T {
	out := make([]T, len(rows))
	for k, r := range rows {
		out[k], _ = r[i].(T) // all rows come from one function
	}
	return out
}

// each runs the statement once a row, on SQLite, and counts the rows that it met.
func (s *Store) each(ctx context.Context, b *bulk, rows [][]any) (met int64, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	stmt, err := s.prepared(ctx, b.sqlite)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		res, err := stmt.ExecContext(ctx, r...)
		if err != nil {
			return met, s.raw(err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return met, err
		}
		met += n
	}
	return met, nil
}

// eachOf runs several statements once a row, on SQLite, and counts the rows that the last one met.
func (s *Store) eachOf(ctx context.Context, parts []bulkRows) (met int64, err error) {
	for _, p := range parts {
		if met, err = s.each(ctx, p.bulk, p.rows); err != nil {
			return met, err
		}
	}
	return met, nil
}

// exec runs one statement past GORM.
func (s *Store) exec(ctx context.Context, query string, args ...any) error {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(ctx, args...)
	return s.raw(err)
}

// raw gives an error of the driver the form that GORM would have given it.
func (s *Store) raw(err error) error {
	if t, ok := s.w.Dialector.(gorm.ErrorTranslator); ok && err != nil {
		return t.Translate(err)
	}
	return err
}

// statement is what a prepared statement does, and a transaction with an unprepared one.
type statement interface {
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
}

// unprepared leaves preparing to the driver: pgx remembers statements for each connection.
type unprepared struct {
	tx    *sql.Tx
	query string
}

// ExecContext runs the statement.
func (u unprepared) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	return u.tx.ExecContext(ctx, u.query, args...)
}

// QueryContext reads with the statement.
func (u unprepared) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	return u.tx.QueryContext(ctx, u.query, args...)
}

// prepared gives a statement inside the unit of work.
func (s *Store) prepared(ctx context.Context, query string) (statement, error) {
	tx, err := s.sqlTx()
	if err != nil {
		return nil, err
	}
	if err := s.sendLater(ctx); err != nil {
		return nil, err
	}
	if s.dialect == sqliteDialect && s.unit.writes {
		if stmt := s.statements.get(query); stmt != nil {
			return tx.StmtContext(ctx, stmt), nil
		}
	}
	return unprepared{tx, query}, nil
}
