package store

import (
	"context"

	"gorm.io/gorm"
)

// SetLanguage keeps the language of a person's pages. It is no change of rights, so the row version stays.
func (s *Store) SetLanguage(ctx context.Context, person, lang string) error {
	return s.setPersonColumn(ctx, person, "language", lang)
}

// SetReading keeps the language in which a person reads checklists.
func (s *Store) SetReading(ctx context.Context, person, lang string) error {
	return s.setPersonColumn(ctx, person, "reading", lang)
}

func (s *Store) setPersonColumn(ctx context.Context, person, column, value string) error {
	return named(s.inTx(ctx, "", func(s *Store) error {
		return oneRow(s.db(ctx).Table("people").Where("id = ?", person).UpdateColumn(column, value)) // personRow only reads them
	}), "person")
}

// SetOrgLanguage keeps the language for those who have not chosen any.
func (s *Store) SetOrgLanguage(ctx context.Context, org, lang string) error {
	return named(s.inTx(ctx, org, func(s *Store) error {
		return oneRow(s.db(ctx).Model(&organisationRow{}).Where("id = ?", org).UpdateColumn("language", lang))
	}), "organisation")
}

// oneRow makes a change that met nothing a missing row.
func oneRow(res *gorm.DB) error {
	if res.Error == nil && res.RowsAffected == 0 {
		return gorm.ErrRecordNotFound
	}
	return res.Error
}
