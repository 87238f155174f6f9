package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// documentsAtOnce is how many documents are in memory together: one of a long checklist takes a quarter of a megabyte.
const documentsAtOnce = 20

// EachDocument shows every document that may name a picture.
func (s studies) EachDocument(ctx context.Context, organisation string, since time.Time, see func([]byte) error) error {
	for _, table := range []string{"versions", "trials"} {
		if err := s.eachIn(ctx, table, organisation, see); err != nil {
			return err
		}
	}
	return s.eachStep(ctx, organisation, since, see)
}

// documentRow is a document with its key.
type documentRow struct{ ID, Document string }

// eachIn shows the documents of one of the tables that hold them as text.
func (s studies) eachIn(ctx context.Context, table, organisation string, see func([]byte) error) error {
	for after := uuid.Nil.String(); ; {
		var rows []documentRow
		err := s.db(ctx).Raw("SELECT id, document FROM "+table+" WHERE org_id = ? AND id > ? ORDER BY id LIMIT ?",
			organisation, after, documentsAtOnce).Scan(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			if err := see([]byte(r.Document)); err != nil {
				return err
			}
			after = r.ID
		}
	}
}

// eachStep shows the documents of the steps from a time on, which are packed.
func (s studies) eachStep(ctx context.Context, organisation string, since time.Time, see func([]byte) error) error {
	for version, seq := uuid.Nil.String(), 0; ; {
		var rows []stepRow
		err := s.db(ctx).Select("version_id", "seq", "document").
			Where("org_id = ? AND (version_id, seq) > (?, ?) AND at >= ?", organisation, version, seq, since).
			Order("version_id").Order("seq").Limit(documentsAtOnce).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		for i := range rows {
			document, err := unpack(rows[i].Document)
			if err != nil {
				return err
			}
			if err := see(document); err != nil {
				return err
			}
			version, seq = rows[i].VersionID, rows[i].Seq
		}
	}
}
