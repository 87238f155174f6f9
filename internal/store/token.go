package store

import (
	"context"
	"time"

	"plainclothes/internal/auth"
)

// tokenRow lets one program in.
type tokenRow struct {
	OrgID      string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Name       string
	Hash       string
	Scopes     []auth.Scope `gorm:"serializer:json"`
	CreatedAt  time.Time    `gorm:"autoCreateTime:false"`
	LastUsedAt *time.Time
	RevokedAt  *time.Time
}

// TableName is the table of tokens.
func (tokenRow) TableName() string { return "tokens" }

func tokenRowOf(t auth.Token, hash string) tokenRow {
	return tokenRow{
		OrgID: t.Org, ID: t.ID, Name: t.Name, Hash: hash, Scopes: list(t.Scopes), CreatedAt: t.Created,
		LastUsedAt: timePtr(t.LastUsed), RevokedAt: timePtr(t.Revoked),
	}
}

func (r tokenRow) token() auth.Token {
	return auth.Token{
		Org: r.OrgID, ID: r.ID, Name: r.Name, Scopes: unlist(r.Scopes), Created: r.CreatedAt.UTC(),
		LastUsed: timeVal(r.LastUsedAt), Revoked: timeVal(r.RevokedAt),
	}
}

// CreateToken inserts a token under the hash of its secret.
func (s *Store) CreateToken(ctx context.Context, t auth.Token, hash string) error {
	row := tokenRowOf(t, hash)
	return s.inTx(ctx, t.Org, func(s *Store) error { return s.db(ctx).Create(&row).Error })
}

// TokenByHash finds a token before the organisation is known: the hash opens its one row.
func (s *Store) TokenByHash(ctx context.Context, hash string) (auth.Token, error) {
	var row tokenRow
	err := s.run(ctx, scope{tokenHash: hash}, false, func(s *Store) error {
		return s.db(ctx).Where("hash = ?", hash).Take(&row).Error
	})
	return row.token(), named(err, "token")
}

// Tokens lists the organisation's tokens, the newest first, at most 200.
func (s *Store) Tokens(ctx context.Context, org string) ([]auth.Token, error) {
	var rows []tokenRow
	err := s.inView(ctx, org, func(s *Store) error {
		return s.db(ctx).Where("org_id = ?", org).Order("created_at DESC, id DESC").Limit(200).Find(&rows).Error
	})
	return mapRows(rows, tokenRow.token), err
}

// RevokeToken ends a token; false when it had ended before.
func (s *Store) RevokeToken(ctx context.Context, org, id string, at time.Time) (bool, error) {
	ended := false
	err := s.inTx(ctx, org, func(s *Store) error {
		var row tokenRow
		if err := s.db(ctx).Where("org_id = ? AND id = ?", org, id).Take(&row).Error; err != nil {
			return err
		}
		res := s.db(ctx).Model(&tokenRow{}).Where("org_id = ? AND id = ? AND revoked_at IS NULL", org, id).Update("revoked_at", at)
		ended = res.RowsAffected == 1
		return res.Error
	})
	return ended, named(err, "token")
}

// TouchToken notes the last use of a token.
func (s *Store) TouchToken(ctx context.Context, org, id string, at time.Time) error {
	return s.inTx(ctx, org, func(s *Store) error {
		return s.db(ctx).Model(&tokenRow{}).Where("org_id = ? AND id = ? AND (last_used_at IS NULL OR last_used_at < ?)", org, id, at).
			Update("last_used_at", at).Error
	})
}
