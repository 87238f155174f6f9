// Package sqlitedialect is a small GORM dialect on modernc.org/sqlite, which needs no C compiler.
//
// The one rule: it only builds statements and translates errors; the schema is made by the migrations, so GORM's
// generic Migrator is all there is.
package sqlitedialect

import (
	"database/sql"
	"errors"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	"gorm.io/gorm/schema"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// Dialector builds SQLite statements for one pool.
type Dialector struct{ conn gorm.ConnPool }

// New makes the dialect for an open pool.
func New(db *sql.DB) *Dialector { return &Dialector{conn: db} }

// Name is what GORM calls the dialect.
func (d *Dialector) Name() string { return "sqlite" }

// Initialize sets the clauses in SQLite's order and the two clauses that SQLite reads differently.
func (d *Dialector) Initialize(db *gorm.DB) error {
	db.ConnPool = d.conn
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses: []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"},
		UpdateClauses: []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses: []string{"DELETE", "FROM", "WHERE", "RETURNING"},
	})
	db.ClauseBuilders["FOR"] = buildFor
	db.ClauseBuilders["LIMIT"] = buildLimit
	return nil
}

// buildFor drops FOR UPDATE: SQLite has one writer, and row locks are a syntax error.
func buildFor(c clause.Clause, b clause.Builder) {
	if _, ok := c.Expression.(clause.Locking); !ok {
		c.Build(b)
	}
}

// buildLimit writes LIMIT -1 before an OFFSET that has no limit: SQLite takes no OFFSET alone.
func buildLimit(c clause.Clause, b clause.Builder) {
	l, ok := c.Expression.(clause.Limit)
	if !ok {
		return
	}
	n := -1
	if l.Limit != nil && *l.Limit >= 0 {
		n = *l.Limit
	}
	if n >= 0 || l.Offset > 0 {
		_, _ = b.WriteString("LIMIT " + strconv.Itoa(n))
	}
	if l.Offset > 0 {
		_, _ = b.WriteString(" OFFSET " + strconv.Itoa(l.Offset))
	}
}

// Migrator is GORM's generic one; the product's schema comes from numbered SQL files.
func (d *Dialector) Migrator(db *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: db, Dialector: d, CreateIndexAfterCreateTable: true}}
}

// DataTypeOf names the column type of a field.
func (d *Dialector) DataTypeOf(f *schema.Field) string {
	if t, ok := dataTypes[f.DataType]; ok {
		return t
	}
	return string(f.DataType)
}

// dataTypes are SQLite's names of GORM's types.
var dataTypes = map[schema.DataType]string{
	schema.Bool: "boolean", schema.Int: "integer", schema.Uint: "integer", schema.Float: "real",
	schema.String: "text", schema.Time: "datetime", schema.Bytes: "blob",
}

// DefaultValueOf stands for a zero field with a database default in a multi-row INSERT: SQLite has no DEFAULT there.
func (d *Dialector) DefaultValueOf(*schema.Field) clause.Expression { return clause.Expr{SQL: "NULL"} }

// BindVarTo writes a placeholder; its last argument is GORM's.
func (d *Dialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

// QuoteTo quotes a name, also one of two parts.
func (d *Dialector) QuoteTo(w clause.Writer, s string) {
	_ = w.WriteByte('"')
	for i := range len(s) {
		switch s[i] {
		case '"':
			_, _ = w.WriteString(`""`)
		case '.':
			_, _ = w.WriteString(`"."`)
		default:
			_ = w.WriteByte(s[i])
		}
	}
	_ = w.WriteByte('"')
}

// Explain writes a statement with its values, for a debugger's eyes.
func (d *Dialector) Explain(q string, vars ...any) string {
	return logger.ExplainSQL(q, nil, `'`, vars...)
}

// SavePoint marks a place inside the transaction.
func (d *Dialector) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + name).Error
}

// RollbackTo returns to a marked place.
func (d *Dialector) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

// Translate maps SQLite's extended result codes to GORM's errors; all others stay as they are.
func (d *Dialector) Translate(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return gorm.ErrDuplicatedKey
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	case lib.SQLITE_CONSTRAINT_CHECK:
		return gorm.ErrCheckConstraintViolated
	}
	return err
}
