package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/store/sqlitedialect"
)

// Snapshot is a consistent copy of a database, as files.
type Snapshot struct {
	Dialect string
	Schema  int64            // number of the last migration
	Files   []string         // names below the folder, in the order in which they are to be restored
	Photos  []evidence.Photo // Org, SHA256 and Size of every photo that the copy names, those of standards too, each once
}

// sqliteCopy is the name of the one file of a SQLite copy.
const sqliteCopy = "plainclothes.db"

// Snapshot writes a copy of the database as it is at one moment into an empty folder, while others go on working.
// told is called with the name of each file when it is written; it may be nil.
func (s *Store) Snapshot(ctx context.Context, dir string, told func(name string)) (Snapshot, error) {
	if told == nil {
		told = func(string) {}
	}
	out := Snapshot{Dialect: s.dialect}
	err := s.migrating(func(p *goose.Provider) (err error) {
		out.Schema, err = p.GetDBVersion(ctx)
		return err
	})
	if err != nil {
		return out, err
	}
	if s.dialect == sqliteDialect {
		err = s.copySQLite(ctx, dir, &out, told)
	} else {
		err = s.copyPostgres(ctx, dir, &out, told)
	}
	if err != nil {
		return out, fmt.Errorf("copy the database: %w", err)
	}
	return out, nil
}

// copySQLite lets SQLite write the copy, over a connection of its own so that writers need not wait.
func (s *Store) copySQLite(ctx context.Context, dir string, out *Snapshot, told func(string)) error {
	target := filepath.Join(dir, sqliteCopy)
	db, err := sqlitePool(strings.TrimPrefix(s.url, "sqlite:"), false)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", target)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	told(sqliteCopy)
	out.Files = []string{sqliteCopy}
	return photosOfCopy(ctx, target, out)
}

// photosOfCopy lists the photos that the copy itself names.
func photosOfCopy(ctx context.Context, path string, out *Snapshot) error {
	db, err := sqlitePool(path, true)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	g, err := gorm.Open(sqlitedialect.New(db), &gorm.Config{Logger: slowLog{}})
	if err != nil {
		return err
	}
	var rows []photoRow
	err = g.WithContext(ctx).Raw(photosOfAll).Scan(&rows).Error
	for _, r := range rows {
		out.Photos = append(out.Photos, evidence.Photo{Org: r.OrgID, SHA256: r.SHA256, Size: r.Size})
	}
	return err
}

// photosOfAll gives each photo's bytes once; on PostgreSQL row-level security leaves those of one organisation.
const photosOfAll = `SELECT org_id, sha256, size FROM photos UNION SELECT org_id, sha256, size FROM standard_pictures ORDER BY org_id, sha256`

// Restore brings a copy into this database, which must be empty, and then up to this binary's schema.
func (s *Store) Restore(ctx context.Context, dir string, from Snapshot) error {
	if from.Dialect != s.dialect {
		return fault.Newf(fault.Invalid, "The copy was made of %s; it can only be restored to %s.", from.Dialect, from.Dialect)
	}
	if s.dialect == sqliteDialect {
		return errors.New("store: a SQLite copy is restored by putting its file in place")
	}
	return s.migrating(func(p *goose.Provider) error {
		sources := p.ListSources()
		if newest := sources[len(sources)-1].Version; from.Schema > newest {
			return fault.New(fault.Invalid, "The copy was made by a newer version. Restore it with that version or a later one.")
		}
		if err := s.refuseFull(ctx); err != nil {
			return err
		}
		if _, err := p.UpTo(ctx, from.Schema); err != nil {
			return err
		}
		if err := s.fillPostgres(ctx, dir, from.Files); err != nil {
			return err
		}
		_, err := p.Up(ctx)
		return err
	})
}

// PlaceSQLite puts the file of a SQLite copy where the database will be; there must be nothing yet.
func PlaceSQLite(dir, target string) error {
	if _, err := os.Stat(target); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, fault.Newf(fault.Conflict, "%s exists already. A copy is only restored to an empty place.", target))
	}
	source := filepath.Join(dir, sqliteCopy)
	f, err := os.OpenFile(source, os.O_RDWR, 0o600) //nolint:gosec // in a folder of ours
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(source, target)
}
