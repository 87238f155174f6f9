package store

import (
	"context"
	"time"

	"plainclothes/internal/auth"
)

// personRow is one person. The table belongs to the installation.
type personRow struct {
	ID            string `gorm:"primaryKey"`
	Email         string
	Name          string
	PasswordHash  string
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
	DeactivatedAt *time.Time
	RowVersion    int
	Language      string `gorm:"->"` // these two belong to SetLanguage and SetReading
	Reading       string `gorm:"->"`
}

// TableName is the table of people.
func (personRow) TableName() string { return "people" }

func personRowOf(p auth.Person) personRow {
	return personRow{
		ID: p.ID, Email: p.Email, Name: p.Name, PasswordHash: p.PasswordHash, CreatedAt: p.Created,
		DeactivatedAt: timePtr(p.Deactivated), RowVersion: p.RowVersion,
	}
}

func (r personRow) person() auth.Person {
	return auth.Person{
		ID: r.ID, Email: r.Email, Name: r.Name, PasswordHash: r.PasswordHash, Created: r.CreatedAt.UTC(),
		Deactivated: timeVal(r.DeactivatedAt), RowVersion: r.RowVersion, Language: r.Language, Reading: r.Reading,
	}
}

// Person loads a person.
func (s *Store) Person(ctx context.Context, id string) (auth.Person, error) {
	var row personRow
	err := s.installation(ctx).Where("id = ?", id).Take(&row).Error
	return row.person(), named(translate(err), "person")
}

// PersonByEmail loads the person of an address in small letters.
func (s *Store) PersonByEmail(ctx context.Context, email string) (auth.Person, error) {
	var row personRow
	err := s.installation(ctx).Where("email = ?", email).Take(&row).Error
	return row.person(), named(translate(err), "person")
}

// AnyPerson reports whether there is anybody.
func (s *Store) AnyPerson(ctx context.Context) (bool, error) {
	var ids []string
	err := s.installation(ctx).Model(&personRow{}).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, translate(err)
}

// CreatePerson inserts a person.
func (s *Store) CreatePerson(ctx context.Context, p auth.Person) error {
	row := personRowOf(p)
	return s.inTx(ctx, "", func(s *Store) error { return s.db(ctx).Create(&row).Error })
}

// UpdatePerson writes a person by his row version.
func (s *Store) UpdatePerson(ctx context.Context, p auth.Person) error {
	row := personRowOf(p)
	row.RowVersion++
	return s.inTx(ctx, "", func(s *Store) error {
		res := s.db(ctx).Model(&row).Select("*").Where("id = ? AND row_version = ?", p.ID, p.RowVersion).Updates(&row)
		if res.Error != nil || res.RowsAffected > 0 {
			return res.Error
		}
		if _, err := s.Person(ctx, p.ID); err != nil {
			return err
		}
		return errStale("person")
	})
}
