package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"plainclothes/internal/auth"
)

// sessionRow is one signed-in browser. The table belongs to the installation.
type sessionRow struct {
	ID            string `gorm:"primaryKey"`
	PersonID      string
	TokenHash     string
	PreviousHash  *string
	PreviousUntil *time.Time
	ShopperOnly   bool
	Renew         bool
	Agent         string
	CreatedAt     time.Time `gorm:"autoCreateTime:false"`
	LastSeenAt    time.Time
	ExpiresAt     time.Time
}

// TableName is the table of sessions.
func (sessionRow) TableName() string { return "sessions" }

func (r sessionRow) session() auth.Session {
	return auth.Session{
		ID: r.ID, Person: r.PersonID, Created: r.CreatedAt.UTC(), LastSeen: r.LastSeenAt.UTC(), Expires: r.ExpiresAt.UTC(),
		Agent: r.Agent, ShopperOnly: r.ShopperOnly, Renew: r.Renew,
	}
}

// CreateSession inserts a session under the hash of its token.
func (s *Store) CreateSession(ctx context.Context, x auth.Session, hash string) error {
	row := sessionRow{
		ID: x.ID, PersonID: x.Person, TokenHash: hash, ShopperOnly: x.ShopperOnly, Renew: x.Renew, Agent: x.Agent,
		CreatedAt: x.Created, LastSeenAt: x.LastSeen, ExpiresAt: x.Expires,
	}
	return s.inTx(ctx, "", func(s *Store) error { return s.db(ctx).Create(&row).Error })
}

// sessionAndPerson is a session joined with its person.
type sessionAndPerson struct {
	Row           sessionRow `gorm:"embedded"`
	Email         string
	Name          string
	PasswordHash  string
	PersonCreated time.Time
	DeactivatedAt *time.Time
	RowVersion    int
	Language      string
	Reading       string
}

// sessionByHash is asked by each request.
const sessionByHash = `SELECT s.*, p.email, p.name, p.password_hash, p.created_at AS person_created, p.deactivated_at, p.row_version, p.language, p.reading
FROM sessions s JOIN people p ON p.id = s.person_id
WHERE s.token_hash = @hash OR s.previous_hash = @hash AND s.previous_until > @now
LIMIT 1`

// SessionByHash loads a session with its person by the hash of its token, or of the token before.
func (s *Store) SessionByHash(ctx context.Context, hash string, now time.Time) (auth.Session, auth.Person, error) {
	var r sessionAndPerson
	err := s.installation(ctx).Raw(sessionByHash, map[string]any{"hash": hash, "now": now.UTC()}).Take(&r).Error
	p := auth.Person{
		ID: r.Row.PersonID, Email: r.Email, Name: r.Name, PasswordHash: r.PasswordHash, Created: r.PersonCreated.UTC(),
		Deactivated: timeVal(r.DeactivatedAt), RowVersion: r.RowVersion, Language: r.Language, Reading: r.Reading,
	}
	return r.Row.session(), p, named(translate(err), "session")
}

// TouchSession notes the last use of a session.
func (s *Store) TouchSession(ctx context.Context, id string, at time.Time) error {
	return s.inTx(ctx, "", func(s *Store) error {
		return s.db(ctx).Model(&sessionRow{}).Where("id = ? AND last_seen_at < ?", id, at).Update("last_seen_at", at).Error
	})
}

// RenewSession changes the token of a session. It is NotFound when its token is no longer the old one.
func (s *Store) RenewSession(ctx context.Context, id, oldHash, newHash string, oldUntil time.Time) error {
	return s.inTx(ctx, "", func(s *Store) error {
		res := s.db(ctx).Model(&sessionRow{}).Where("id = ? AND token_hash = ?", id, oldHash).Updates(map[string]any{
			"token_hash": newHash, "previous_hash": oldHash, "previous_until": oldUntil, "renew": false,
		})
		if res.Error == nil && res.RowsAffected == 0 {
			return gorm.ErrRecordNotFound
		}
		return res.Error
	})
}

// Sessions lists a person's sessions, the last used first, at most 200.
func (s *Store) Sessions(ctx context.Context, person string, now time.Time) ([]auth.Session, error) {
	var rows []sessionRow
	err := s.installation(ctx).Where("person_id = ? AND expires_at > ?", person, now).
		Order("last_seen_at DESC, id").Limit(200).Find(&rows).Error
	return mapRows(rows, sessionRow.session), translate(err)
}

// MarkSessions makes a person's sessions get new tokens; with tighten they end by latest at the latest.
func (s *Store) MarkSessions(ctx context.Context, person string, tighten bool, latest time.Time) error {
	return s.inTx(ctx, "", func(s *Store) error {
		err := s.db(ctx).Model(&sessionRow{}).Where("person_id = ?", person).Update("renew", true).Error
		if err != nil || !tighten {
			return err
		}
		err = s.db(ctx).Model(&sessionRow{}).Where("person_id = ?", person).Update("shopper_only", false).Error
		if err != nil {
			return err
		}
		return s.db(ctx).Model(&sessionRow{}).Where("person_id = ? AND expires_at > ?", person, latest).Update("expires_at", latest).Error
	})
}

// EndSessions deletes one session of a person, or all but one.
func (s *Store) EndSessions(ctx context.Context, person, id, except string) (int, error) {
	n := 0
	err := s.inTx(ctx, "", func(s *Store) error {
		db := s.db(ctx).Where("person_id = ?", person)
		if id != "" {
			db = db.Where("id = ?", id)
		}
		if except != "" {
			db = db.Where("id <> ?", except)
		}
		res := db.Delete(&sessionRow{})
		n = int(res.RowsAffected)
		return res.Error
	})
	return n, err
}
