package store

import (
	"context"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
)

// authRepo is the store as the use cases of people see it.
type authRepo struct{ *Store }

// Auth gives the store to the use cases of signing in and of people.
func (s *Store) Auth() auth.Repo { return authRepo{s} }

// InTx runs one change.
func (s authRepo) InTx(ctx context.Context, id string, change func(auth.Repo) error) error {
	return s.inTx(ctx, id, func(s *Store) error { return change(authRepo{s}) })
}

// Append adds entries to the organisation's chain.
func (s authRepo) Append(_ context.Context, id string, at time.Time, changes ...org.Change) error {
	return s.appendEvent(id, at, mapRows(changes, asEvent)...)
}
