package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"plainclothes/internal/fault"
	"plainclothes/migrations"
)

// Migrate brings the schema up to this binary's. Instances that start at once wait for each other; each file is one transaction.
func (s *Store) Migrate(ctx context.Context) error {
	return s.migrating(func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// Ready reports whether the database answers and has this binary's schema: nil, or a fault that says what is missing.
func (s *Store) Ready(ctx context.Context) error {
	p, err := provider(s.pool, s.dialect)
	if err != nil {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err != nil {
		return translate(err)
	}
	if pending {
		return fault.New(fault.Busy, "The database still waits for a migration.")
	}
	return nil
}

// migrating runs fn on a provider; PostgreSQL's timeouts would end a long migration, so it gets a pool without them.
func (s *Store) migrating(fn func(*goose.Provider) error) error {
	db := s.pool
	if s.dialect == postgresDialect {
		var err error
		if db, err = postgresPool(s.url, 2, nil); err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
	}
	p, err := provider(db, s.dialect)
	if err != nil {
		return err
	}
	if err := fn(p); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func provider(db *sql.DB, dialect string) (*goose.Provider, error) {
	files, err := fs.Sub(migrations.FS, dialect)
	if err != nil {
		return nil, err
	}
	if dialect == sqliteDialect {
		return goose.NewProvider(goose.DialectSQLite3, db, files) // the pool has one connection, and the file one process
	}
	l, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600)) // asks each second for ten minutes
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(l))
}
