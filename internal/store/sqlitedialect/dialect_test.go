package sqlitedialect_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver under the dialect

	"plainclothes/internal/store/sqlitedialect"
)

// thing has a column of each type and every kind of rule that can be broken.
type thing struct {
	ID     int64
	Name   string
	Size   float64
	Whole  bool
	Bytes  []byte
	At     time.Time
	Parent *int64
}

func (thing) TableName() string { return "things" }

func open(t *testing.T) *gorm.DB {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=foreign_keys(1)&_time_format=sqlite")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	pool.SetMaxOpenConns(1)
	db, err := gorm.Open(sqlitedialect.New(pool), &gorm.Config{TranslateError: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Exec(`CREATE TABLE things (id integer NOT NULL PRIMARY KEY, name text NOT NULL UNIQUE, size real CHECK (size < 100),
		whole boolean, bytes blob, at datetime, parent integer REFERENCES things (id))`).Error
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestARowComesBackWhole(t *testing.T) {
	db := open(t)
	in := thing{ID: 7, Name: `o"dd`, Size: 2.5, Whole: true, Bytes: []byte{0, 1}, At: time.Date(2026, 11, 21, 12, 0, 0, 5000, time.UTC)}
	if err := db.Create(&in).Error; err != nil {
		t.Fatal(err)
	}
	var out thing
	if err := db.Where("name = ?", `o"dd`).Take(&out).Error; err != nil {
		t.Fatal(err)
	}
	if out.ID != 7 || out.Size != 2.5 || !out.Whole || string(out.Bytes) != "\x00\x01" || !out.At.Equal(in.At) || out.Parent != nil {
		t.Errorf("row = %+v", out)
	}
}

func TestAnOffsetAloneAndALockAreUnderstood(t *testing.T) {
	db := open(t)
	for i := range 5 {
		if err := db.Create(&thing{ID: int64(i + 1), Name: strings.Repeat("x", i+1)}).Error; err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		q    *gorm.DB
		want int
	}{
		"offset":           {db.Offset(2), 3},
		"limit":            {db.Limit(2), 2},
		"limit and offset": {db.Limit(2).Offset(4), 1},
		"limit of none":    {db.Limit(0), 0},
		"lock":             {db.Clauses(clause.Locking{Strength: "UPDATE"}), 5},
	} {
		var rows []thing
		if err := c.q.Order("id").Find(&rows).Error; err != nil || len(rows) != c.want {
			t.Errorf("%s: %d rows, %v, want %d", name, len(rows), err, c.want)
		}
	}
}

func TestBrokenRulesAreTranslated(t *testing.T) {
	db := open(t)
	none := int64(99)
	if err := db.Create(&thing{ID: 1, Name: "a"}).Error; err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		row  thing
		want error
	}{
		"same key":    {thing{ID: 1, Name: "b"}, gorm.ErrDuplicatedKey},
		"same name":   {thing{ID: 2, Name: "a"}, gorm.ErrDuplicatedKey},
		"no parent":   {thing{ID: 3, Name: "c", Parent: &none}, gorm.ErrForeignKeyViolated},
		"check fails": {thing{ID: 4, Name: "d", Size: 100}, gorm.ErrCheckConstraintViolated},
	} {
		if err := db.Create(&c.row).Error; !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := db.Exec("SELEC 1").Error; err == nil || errors.Is(err, gorm.ErrDuplicatedKey) {
		t.Errorf("a syntax error became %v", err)
	}
}

func TestAnInnerTransactionIsRolledBackAlone(t *testing.T) {
	db := open(t)
	stop := errors.New("stop")
	err := db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&thing{ID: 1, Name: "kept"}).Error; err != nil {
			return err
		}
		if err := tx.Transaction(func(in *gorm.DB) error {
			if err := in.Create(&thing{ID: 2, Name: "gone"}).Error; err != nil {
				return err
			}
			return stop
		}); !errors.Is(err, stop) {
			t.Errorf("inner error = %v", err)
		}
		return nil
	})
	var names []string
	if err := errors.Join(err, db.Model(&thing{}).Pluck("name", &names).Error); err != nil || strings.Join(names, " ") != "kept" {
		t.Errorf("names = %v, %v", names, err)
	}
}

func TestNamesAreQuoted(t *testing.T) {
	var b strings.Builder
	sqlitedialect.New(nil).QuoteTo(&b, `a.b"c`)
	if b.String() != `"a"."b""c"` {
		t.Errorf("quoted = %s", b.String())
	}
}
