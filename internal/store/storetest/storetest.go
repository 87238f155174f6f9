// Package storetest gives a test a store with the whole schema, on both databases.
//
// The one rule: only tests import it. A store on SQLite lives in the test's own folder, one on PostgreSQL in a
// database of its own; without PostgreSQL that half of the test is left out, or fails where PLAINCLOTHES_TEST_ALL=1.
package storetest

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"plainclothes/internal/store"
	"plainclothes/internal/store/pgtest"
	"plainclothes/internal/store/sqlitetest"
)

// Noon is the store's time in tests.
var Noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return Noon }

var (
	migrated     = pgtest.NewTemplate(migrate)
	migratedFile = sqlitetest.NewTemplate(migrate)
)

func migrate(ctx context.Context, url string) error {
	s, err := store.Open(ctx, url, clock)
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
}

// ForEach runs a test on SQLite and on PostgreSQL, where [pgtest.Enough] on PostgreSQL only.
func ForEach(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	if !pgtest.Enough() {
		t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	}
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite is an empty store with the schema on SQLite.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return open(t, migratedFile.DB(t))
}

// Any is an empty store for a test that asks nothing of its database: SQLite, or PostgreSQL where
// [pgtest.Enough].
func Any(t testing.TB) *store.Store {
	t.Helper()
	if pgtest.Enough() {
		return Postgres(t)
	}
	return SQLite(t)
}

// SQLiteURL names a database file that does not exist yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "plainclothes.db")
}

// Postgres is an empty store with the schema on PostgreSQL.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return open(t, PostgresURL(t))
}

// PostgresURL names a database that has the schema and nothing else.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return migrated.DB(t)
}

func open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}
