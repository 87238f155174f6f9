package store

import (
	"context"
	"time"

	"plainclothes/internal/org"
)

// organisationRow is one organisation.
type organisationRow struct {
	ID         string `gorm:"primaryKey"`
	Name       string
	Zone       string
	Currency   string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	RowVersion int
	PlacesRev  int64 `gorm:"->"` // belongs to placesChanged
}

// TableName is the table of organisations.
func (organisationRow) TableName() string { return "organisations" }

func organisationRowOf(o org.Organisation) organisationRow {
	return organisationRow{
		ID: o.ID, Name: o.Name, Zone: o.Zone, Currency: o.Currency, CreatedAt: o.Created, RowVersion: o.RowVersion,
	}
}

func (r organisationRow) organisation() org.Organisation {
	return org.Organisation{
		ID: r.ID, Name: r.Name, Zone: r.Zone, Currency: r.Currency, Created: r.CreatedAt.UTC(), RowVersion: r.RowVersion,
		PlacesRev: r.PlacesRev,
	}
}

// placesChanged counts up what tells others that branches or regions are not what they were. It is part of the transaction
// that changes them.
func (s *Store) placesChanged(ctx context.Context, id string) error {
	return s.db(ctx).Exec("UPDATE organisations SET places_rev = places_rev + 1 WHERE id = ?", id).Error
}

// CreateOrganisation inserts an organisation and starts its chain of events. The unit must be that of the new id.
func (s *Store) CreateOrganisation(ctx context.Context, o org.Organisation) error {
	return s.inTx(ctx, o.ID, func(s *Store) error {
		row := organisationRowOf(o)
		if err := s.db(ctx).Create(&row).Error; err != nil {
			return err
		}
		return s.db(ctx).Create(&headRow{OrgID: o.ID}).Error
	})
}
