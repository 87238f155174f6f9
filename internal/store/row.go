package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"plainclothes/internal/fault"
)

// day is a calendar day, 2026-11-21: a date column, which the two drivers give back in different types.
type day string

// Scan takes what the drivers give for a date.
func (d *day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = ""
	case time.Time:
		*d = day(v.Format(time.DateOnly))
	case string:
		*d = day(strings.TrimSuffix(v, " 00:00:00+00:00"))
	default:
		return fmt.Errorf("a day cannot be read from %T", src)
	}
	return nil
}

// Value stores the empty day as NULL.
func (d day) Value() (driver.Value, error) {
	if d == "" {
		return nil, nil
	}
	return string(d), nil
}

// GormDataType keeps GORM from guessing.
func (day) GormDataType() string { return "date" }

// ptr is for a column that is NULL when there is nothing.
func ptr(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// val is the reverse of ptr.
func val(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// timePtr is for a time that is NULL when there is none.
func timePtr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}

// timeVal is the reverse of timePtr.
func timeVal(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// list keeps an empty list from becoming JSON null, which a NOT NULL column would refuse.
func list[T any](xs []T) []T {
	if xs == nil {
		return []T{}
	}
	return xs
}

// unlist is the reverse of list.
func unlist[T any](xs []T) []T {
	if len(xs) == 0 {
		return nil
	}
	return xs
}

// contains is the pattern of LIKE … ESCAPE '\' for texts that contain s.
func contains(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(s)) + "%"
}

// versioned is a row of an organisation that changes by row version.
type versioned interface {
	TableName() string
	key() (org, id string, next int) // next is the row version after the change
}

// update writes all columns of a row where its version is still the one before. Another version is a Conflict, no such
// row in this organisation NotFound.
func update[R versioned](ctx context.Context, s *Store, row R, noun string) error {
	org, id, next := row.key()
	return s.inTx(ctx, org, func(s *Store) error {
		res := s.db(ctx).Model(&row).Select("*").Where("org_id = ? AND id = ? AND row_version = ?", org, id, next-1).Updates(&row)
		return s.changed(ctx, res.Error, res.RowsAffected, row, noun)
	})
}

// changed checks that a versioned statement met its row.
func (s *Store) changed(ctx context.Context, err error, affected int64, row versioned, noun string) error {
	if err != nil || affected > 0 {
		return err
	}
	org, id, _ := row.key()
	var n int64
	if err := s.db(ctx).Table(row.TableName()).Where("org_id = ? AND id = ?", org, id).Count(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return fault.Missing(noun)
	}
	return errStale(noun)
}

// errStale says that a row version is no longer the row's.
func errStale(noun string) error {
	return fault.Newf(fault.Conflict, "Somebody else has changed this %s meanwhile. Look at it again, then repeat your change.", noun)
}
