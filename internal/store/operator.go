package store

import (
	"context"

	"plainclothes/internal/org"
)

// Organisations lists every organisation, for commands of the operator, which go through them one by one.
// It is the only statement that sees more than one organisation, and it sees no more than their names.
func (s *Store) Organisations(ctx context.Context) ([]org.Organisation, error) {
	var rows []organisationRow
	err := s.run(ctx, scope{operator: true}, false, func(s *Store) error {
		return s.db(ctx).Order("id").Find(&rows).Error
	})
	return mapRows(rows, organisationRow.organisation), err
}

// takeTime lets the statements of this unit run as long as they need: reading a whole organisation takes its time.
func (s *Store) takeTime(ctx context.Context) error {
	if s.dialect != postgresDialect {
		return nil
	}
	return s.db(ctx).Exec("SET LOCAL statement_timeout = 0").Error
}

// mapRows maps rows to domain values.
func mapRows[R, V any](rows []R, value func(R) V) []V {
	out := make([]V, len(rows))
	for i, r := range rows {
		out[i] = value(r)
	}
	return out
}
