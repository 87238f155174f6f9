package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/auth"
)

// linkRow is one one-time link. The table belongs to the installation.
type linkRow struct {
	ID        string `gorm:"primaryKey"`
	TokenHash string
	PersonID  *string
	Purpose   string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// TableName is the table of links.
func (linkRow) TableName() string { return "links" }

// CreateLink inserts a link under the hash of its token.
func (s *Store) CreateLink(ctx context.Context, l auth.Link, hash string) error {
	row := linkRow{
		ID: l.ID, TokenHash: hash, PersonID: ptr(l.Person), Purpose: string(l.Purpose), CreatedAt: l.Created, ExpiresAt: l.Expires,
	}
	return s.inTx(ctx, "", func(s *Store) error { return s.db(ctx).Create(&row).Error })
}

// LinkByHash loads a link that was not used, with the name and address of its person.
func (s *Store) LinkByHash(ctx context.Context, hash string) (auth.Link, error) {
	var r linkRow
	err := s.installation(ctx).Where("token_hash = ? AND used_at IS NULL", hash).Take(&r).Error
	if err != nil {
		return auth.Link{}, named(translate(err), "link")
	}
	l := auth.Link{
		ID: r.ID, Person: val(r.PersonID), Purpose: auth.LinkPurpose(r.Purpose), Created: r.CreatedAt.UTC(), Expires: r.ExpiresAt.UTC(),
	}
	if l.Person == "" {
		return l, nil
	}
	p, err := s.Person(ctx, l.Person)
	l.Email, l.Name = p.Email, p.Name
	return l, err
}

// ConsumeLink marks a link used; of several at once one gets true.
func (s *Store) ConsumeLink(ctx context.Context, id string, at time.Time) (bool, error) {
	first := false
	err := s.inTx(ctx, "", func(s *Store) error {
		res := s.db(ctx).Model(&linkRow{}).Where("id = ? AND used_at IS NULL", id).Update("used_at", at)
		first = res.RowsAffected == 1
		return res.Error
	})
	return first, err
}

// ConsumeLinks marks all unused links of a person, or all set-up links.
func (s *Store) ConsumeLinks(ctx context.Context, person string, at time.Time) error {
	return s.inTx(ctx, "", func(s *Store) error {
		db := s.db(ctx).Model(&linkRow{}).Where("used_at IS NULL")
		if person == "" {
			db = db.Where("person_id IS NULL AND purpose = ?", auth.LinkSetUp)
		} else {
			db = db.Where("person_id = ?", person)
		}
		return db.Update("used_at", at).Error
	})
}

// Sweep deletes what ended before the given times.
func (s *Store) Sweep(ctx context.Context, sessions, links, attempts time.Time) error {
	return s.inTx(ctx, "", func(s *Store) error {
		if err := s.db(ctx).Where("expires_at < ?", sessions).Delete(&sessionRow{}).Error; err != nil {
			return err
		}
		if err := s.db(ctx).Where("expires_at < ?", links).Delete(&linkRow{}).Error; err != nil {
			return err
		}
		return s.db(ctx).Where("last_at < ?", attempts).Delete(&attemptRow{}).Error
	})
}

// attemptRow counts failures under the hash of an account or address. The table belongs to the installation.
type attemptRow struct {
	Key       string `gorm:"primaryKey"`
	Failures  int
	LastAt    time.Time
	BlockedAt time.Time
}

// TableName is the table of counters.
func (attemptRow) TableName() string { return "attempts" }

// Attempt gives a counter and locks it until the transaction ends.
func (s *Store) Attempt(ctx context.Context, key string) (auth.Attempt, error) {
	row := attemptRow{Key: key}
	err := s.inTx(ctx, "", func(s *Store) error {
		if err := s.db(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		return s.db(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Where("key = ?", key).Take(&row).Error
	})
	return auth.Attempt{Key: key, Failures: row.Failures, Last: row.LastAt.UTC(), Blocked: row.BlockedAt.UTC()}, err
}

// SaveAttempt writes a counter, new or not: the table has no owner whose row could be taken over.
func (s *Store) SaveAttempt(ctx context.Context, a auth.Attempt) error {
	row := attemptRow{Key: a.Key, Failures: a.Failures, LastAt: a.Last, BlockedAt: a.Blocked}
	return s.inTx(ctx, "", func(s *Store) error {
		return s.db(ctx).Clauses(clause.OnConflict{UpdateAll: true, Columns: []clause.Column{{Name: "key"}}}).Create(&row).Error
	})
}

// LastAttempt says when a key was last counted.
func (s *Store) LastAttempt(ctx context.Context, key string) (time.Time, error) {
	var row attemptRow
	err := s.installation(ctx).Where("key = ?", key).Limit(1).Find(&row).Error
	return row.LastAt.UTC(), translate(err)
}
