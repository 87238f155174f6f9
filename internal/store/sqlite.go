package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"runtime"

	"gorm.io/gorm"
	"modernc.org/sqlite"

	"plainclothes/internal/store/sqlitedialect"
)

// openSQLite opens one connection that writes, so that writers queue in Go and not in SQLite, and a pool that only reads.
func (c *core) openSQLite(ctx context.Context, path string) error {
	c.dialect = sqliteDialect
	if path == "" {
		return errors.New("the database URL sqlite: names no file")
	}
	w, err := sqlitePool(path, false)
	if err != nil {
		return err
	}
	w.SetMaxOpenConns(1)
	c.pool = w
	c.closers = append(c.closers, func() error { return errors.Join(c.statements.close(), closeWriter(w)) }) //nolint:contextcheck // closing has no request
	// The first connection makes the file, in WAL mode, before the first reader comes.
	if err := w.PingContext(ctx); err != nil {
		return err
	}
	r, err := sqlitePool(path, true)
	if err != nil {
		return err
	}
	readers := max(4, runtime.NumCPU())
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	c.closers = append(c.closers, r.Close)
	if c.w, err = gorm.Open(sqlitedialect.New(w), c.config()); err != nil {
		return err
	}
	c.r, err = gorm.Open(sqlitedialect.New(r), c.config())
	return err
}

// closeWriter is the last one out: it shrinks the write-ahead log and refreshes the planner's statistics.
func closeWriter(w *sql.DB) error {
	_, err := w.ExecContext(context.Background(), "PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)")
	return errors.Join(err, w.Close())
}

// sqlitePool opens a pool whose connections all carry the same settings.
func sqlitePool(path string, readOnly bool) (*sql.DB, error) {
	c, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + sqliteSettings(readOnly).Encode())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(c), nil
}

// sqliteSettings says how each connection behaves.
// synchronous=FULL: an acknowledged answer survives a power cut; with NORMAL the last commits did not.
// mmap_size: pages that are mapped are read without a copy, and count as the program's memory: more than 128 MiB of them make a
// large comparison no faster.
// txlock=immediate: the write lock is taken at BEGIN, so that no transaction fails half-way because another wrote first.
func sqliteSettings(readOnly bool) url.Values {
	q := url.Values{
		"_busy_timeout": {"10000"}, "_foreign_keys": {"on"}, "_defensive": {"1"}, "_dqs": {"0"},
		"_time_format": {"sqlite"}, "_timezone": {"UTC"}, "_texttotime": {"1"},
		"_pragma": {"cache_size(-16000)", "mmap_size(134217728)", "temp_store(memory)"},
	}
	if readOnly {
		q.Set("_query_only", "1")
		return q
	}
	q.Set("_txlock", "immediate")
	q.Set("_journal_mode", "WAL")
	q.Set("_synchronous", "FULL")
	q.Add("_pragma", "journal_size_limit(67108864)")
	return q
}
