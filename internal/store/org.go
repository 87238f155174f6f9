package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/event"
	"plainclothes/internal/org"
)

// orgRepo is the store as the organisations' use cases see it.
type orgRepo struct{ *Store }

// Org gives the store to the use cases on organisations, regions and branches.
func (s *Store) Org() org.Repo { return orgRepo{s} }

// InTx runs one change of an organisation.
func (s orgRepo) InTx(ctx context.Context, id string, change func(org.Repo) error) error {
	return s.inTx(ctx, id, func(s *Store) error { return change(orgRepo{s}) })
}

// View runs reads of an organisation that belong together.
func (s orgRepo) View(ctx context.Context, id string, read func(org.Repo) error) error {
	return s.inView(ctx, id, func(s *Store) error { return read(orgRepo{s}) })
}

// Append adds entries to the organisation's chain.
func (s orgRepo) Append(_ context.Context, id string, at time.Time, changes ...org.Change) error {
	return s.appendEvent(id, at, mapRows(changes, asEvent)...)
}

func asEvent(c org.Change) event.Change { return event.Change(c) }

// Organisation loads an organisation.
func (s *Store) Organisation(ctx context.Context, id string) (org.Organisation, error) {
	var row organisationRow
	err := s.inView(ctx, id, func(s *Store) error { return s.db(ctx).Where("id = ?", id).Take(&row).Error })
	return row.organisation(), named(err, "organisation")
}

// UpdateOrganisation writes an organisation by its row version.
func (s *Store) UpdateOrganisation(ctx context.Context, o org.Organisation) error {
	row := organisationRowOf(o)
	row.RowVersion++
	return s.inTx(ctx, o.ID, func(s *Store) error {
		res := s.db(ctx).Model(&row).Select("*").Where("id = ? AND row_version = ?", o.ID, o.RowVersion).Updates(&row)
		if res.Error != nil || res.RowsAffected > 0 {
			return res.Error
		}
		if _, err := s.Organisation(ctx, o.ID); err != nil {
			return err
		}
		return errStale("organisation")
	})
}

// Lock makes other transactions that lock the organisation wait. It leaves foreign keys to the organisation alone.
func (s *Store) Lock(ctx context.Context, id string) error {
	var row organisationRow
	return s.inTx(ctx, id, func(s *Store) error {
		return s.db(ctx).Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where("id = ?", id).Take(&row).Error
	})
}
