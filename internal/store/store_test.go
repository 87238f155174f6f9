package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/org"
	"plainclothes/internal/store/pgtest"
	"plainclothes/internal/store/sqlitetest"
)

// noon is the time in all tests of this package.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// Databases with the schema, copied for each test.
var (
	migrated     = pgtest.NewTemplate(migrateAt)
	migratedFile = sqlitetest.NewTemplate(migrateAt)
)

func migrateAt(ctx context.Context, url string) error {
	s, err := Open(ctx, url, clock)
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
}

// forEach runs a test on both databases.
func forEach(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		test(t, openTest(t, migratedFile.DB(t)))
	})
	t.Run("postgres", func(t *testing.T) { test(t, openTest(t, migrated.DB(t))) })
}

func openTest(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func id() string { return uuid.NewString() }

// newOrg makes an organisation.
func newOrg(t *testing.T, s *Store, name string) org.Organisation {
	t.Helper()
	o := org.Organisation{ID: id(), Name: name, Zone: "Europe/London", Currency: "GBP", Created: noon, RowVersion: 1}
	if err := s.CreateOrganisation(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return o
}
