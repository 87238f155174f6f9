package store

import (
	"context"
	"database/sql"

	"plainclothes/internal/event"
)

// Enqueue is told of an organisation's changes at the end of their transaction, and may write tasks in it: what is to
// be done after a change is then known exactly when the change is. An error of it rolls everything back.
type Enqueue func(ctx context.Context, tx *sql.Tx, org string, changes []event.Change) error

// OnChange sets who is told. It is called once, before the store is used.
func (s *Store) OnChange(tell Enqueue) { s.enqueue = tell }

// tell hands the unit's changes over. It comes before the end of the chain is locked.
func (s *Store) tell(ctx context.Context) error {
	if s.enqueue == nil || len(s.unit.events) == 0 {
		return nil
	}
	tx, err := s.sqlTx()
	if err != nil {
		return err
	}
	changes := make([]event.Change, len(s.unit.events))
	for i, p := range s.unit.events {
		changes[i] = p.change
	}
	return s.enqueue(ctx, tx, s.unit.org, changes)
}
