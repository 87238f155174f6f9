// Package store keeps everything in SQLite or PostgreSQL, through GORM. All SQL of the product is here.
//
// The one rule: every statement on an organisation's rows runs inside a unit of work (inTx, inView) of that
// organisation and names it in its WHERE. Outside a unit there is no handle to run anything on.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// The dialects, which are also the names of the folders of migrations.
const (
	sqliteDialect   = "sqlite"
	postgresDialect = "postgres"
)

// Store is the database, or one unit of work in it.
type Store struct {
	*core
	unit *unit // nil outside a unit of work
}

// core is what all units of a database share.
type core struct {
	w, r    *gorm.DB // on PostgreSQL both are the same pool
	pool    *sql.DB  // under w, for the migrations and the job queue
	flusher *flusher // nil: each commit waits for the disk itself
	dialect string
	url     string
	now     func() time.Time
	closers []func() error
	enqueue Enqueue // may be nil

	statements statements   // on SQLite
	writing    atomic.Int32 // units of work of this process that are open and may write
}

// Open opens "sqlite:path/to/file.db" or "postgres://…" and checks that it answers. The schema is made by Migrate.
func Open(ctx context.Context, url string, now func() time.Time) (*Store, error) {
	c := &core{url: url, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}
	var err error
	switch path, isSQLite := strings.CutPrefix(url, "sqlite:"); {
	case isSQLite:
		err = c.openSQLite(ctx, path)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		err = c.openPostgres(ctx, url)
	default:
		err = errors.New("the database URL must begin with sqlite: or postgres://")
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, c.close()))
	}
	return &Store{core: c}, nil
}

// Close closes every connection; on SQLite it also empties the write-ahead log into the file.
func (s *Store) Close() error { return s.close() }

func (c *core) close() error {
	var errs []error
	for i := len(c.closers) - 1; i >= 0; i-- {
		errs = append(errs, c.closers[i]())
	}
	c.closers = nil
	return errors.Join(errs...)
}

// Dialect is "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.dialect }

// Pool is the pool that writes, for the job queue, which keeps its own tables.
func (s *Store) Pool() *sql.DB { return s.pool }

// config is the same for every handle.
func (c *core) config() *gorm.Config {
	return &gorm.Config{
		TranslateError:         true,
		SkipDefaultTransaction: true, // every statement already runs in a unit of work
		PrepareStmt:            false,
		NowFunc:                c.now,
		Logger:                 slowLog{},
	}
}
