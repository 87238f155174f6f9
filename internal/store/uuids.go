package store

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// uuids is a column of ids in PostgreSQL's own form. As texts they cost a tenth of a report's work: the driver tries, and
// fails, to make bytes of them, quotes each, and the server takes them apart again.
type uuids []pgtype.UUID

// Dimensions is for pgx.
func (u uuids) Dimensions() []pgtype.ArrayDimension {
	return []pgtype.ArrayDimension{{Length: int32(len(u)), LowerBound: 1}} //nolint:gosec // far fewer
}

// Index is for pgx.
func (u uuids) Index(i int) any { return &u[i] }

// IndexType is for pgx.
func (u uuids) IndexType() any { return &pgtype.UUID{} }

// idArray is one column of ids. What is no id stays a text: the server says what is wrong with it.
func idArray(rows [][]any, i int) any {
	out := make(uuids, len(rows))
	for k, r := range rows {
		switch v := r[i].(type) {
		case string:
			if !out.set(k, v) {
				return array(rows, i)
			}
		case *string:
			if v != nil && !out.set(k, *v) {
				return array(rows, i)
			}
		}
	}
	return out
}

// idsOf is idArray for a list.
func idsOf(ids []string) any {
	out := make(uuids, len(ids))
	for k, id := range ids {
		if !out.set(k, id) {
			return ids
		}
	}
	return out
}

func (u uuids) set(k int, id string) bool {
	b, err := uuid.Parse(id)
	u[k] = pgtype.UUID{Bytes: b, Valid: err == nil}
	return err == nil
}
