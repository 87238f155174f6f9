package store

import (
	"context"

	"gorm.io/gorm"

	"plainclothes/internal/auth"
)

// Reminders says how a person wants to be reminded.
func (s *Store) Reminders(ctx context.Context, person string) (auth.Channel, error) {
	var row struct{ Remind string }
	err := s.installation(ctx).Model(&personRow{}).Select("remind").Where("id = ?", person).Take(&row).Error
	return auth.Channel(row.Remind), named(translate(err), "person")
}

// SetReminders keeps it. It is no change of rights, so the row version stays.
func (s *Store) SetReminders(ctx context.Context, person string, c auth.Channel) error {
	return named(s.inTx(ctx, "", func(s *Store) error {
		res := s.db(ctx).Model(&personRow{}).Where("id = ?", person).UpdateColumn("remind", string(c))
		if res.Error == nil && res.RowsAffected == 0 {
			return gorm.ErrRecordNotFound
		}
		return res.Error
	}), "person")
}
