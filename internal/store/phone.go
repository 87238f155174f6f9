package store

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
)

// grantRow lets one phone append to one visit's log.
type grantRow struct {
	OrgID     string `gorm:"primaryKey"`
	ID        string `gorm:"primaryKey"`
	VisitID   string
	MemberID  string
	Device    string
	TokenHash string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	Until     time.Time
	RevokedAt *time.Time
	UsedAt    *time.Time
}

// TableName is the table of grants.
func (grantRow) TableName() string { return "grants" }

func (r grantRow) grant() visit.Grant {
	return visit.Grant{
		Org: r.OrgID, ID: r.ID, Visit: r.VisitID, Member: r.MemberID, Device: r.Device, Created: r.CreatedAt.UTC(), Until: r.Until.UTC(),
		Revoked: timeVal(r.RevokedAt), Used: timeVal(r.UsedAt),
	}
}

// AddGrant inserts a grant under the hash of its token.
func (v visits) AddGrant(ctx context.Context, organisation string, g visit.Grant, hash string) error {
	return v.db(ctx).Create(&grantRow{
		organisation, g.ID, g.Visit, g.Member, g.Device, hash, g.Created, g.Until, timePtr(g.Revoked), timePtr(g.Used),
	}).Error
}

// GrantByHash finds a grant, live or not.
func (v visits) GrantByHash(ctx context.Context, organisation, hash string) (visit.Grant, error) {
	var r grantRow
	err := v.db(ctx).Where("org_id = ? AND token_hash = ?", organisation, hash).Take(&r).Error
	return r.grant(), missing(err, "grant")
}

// Grants gives the live grants of a member, the oldest first.
func (v visits) Grants(ctx context.Context, organisation, member, vis string, now time.Time) ([]visit.Grant, error) {
	db := v.db(ctx).Where("org_id = ? AND member_id = ? AND revoked_at IS NULL AND until > ?", organisation, member, now)
	if vis != "" {
		db = db.Where("visit_id = ?", vis)
	}
	var rows []grantRow
	err := db.Order("created_at").Order("id").Limit(10 * visit.MaxList).Find(&rows).Error
	return mapRows(rows, grantRow.grant), err
}

// RevokeGrants ends grants for good.
func (v visits) RevokeGrants(ctx context.Context, organisation string, ids []string, at time.Time) error {
	return v.db(ctx).Model(&grantRow{}).Where("org_id = ? AND id IN ? AND revoked_at IS NULL", organisation, ids).Update("revoked_at", at).Error
}

// UseGrant notes the last use.
func (v visits) UseGrant(ctx context.Context, organisation, id string, at time.Time) error {
	return v.db(ctx).Model(&grantRow{}).Where("org_id = ? AND id = ?", organisation, id).Update("used_at", at).Error
}

// HadGrant reports whether a member ever had a grant for a visit.
func (v visits) HadGrant(ctx context.Context, organisation, vis, member string) (bool, error) {
	var n int64
	err := v.db(ctx).Model(&grantRow{}).Where("org_id = ? AND visit_id = ? AND member_id = ?", organisation, vis, member).Count(&n).Error
	if fault.Is(translate(err), fault.NotFound) {
		return false, nil // not even an id
	}
	return n > 0, err
}

// MemberActive reports whether a member is active, and the person too.
func (v visits) MemberActive(ctx context.Context, organisation, member string) (bool, error) {
	var n int64
	err := v.db(ctx).Raw(`SELECT count(*) FROM members m JOIN people p ON p.id = m.person_id
 WHERE m.org_id = ? AND m.id = ? AND m.active = ? AND p.deactivated_at IS NULL`, organisation, member, true).Row().Scan(&n)
	return n > 0, err
}

// OpsAt gives some ops of a submission by their numbers.
func (v visits) OpsAt(ctx context.Context, organisation, submission string, from, to int) ([]visit.Op, error) {
	var rows []opOfDevice
	err := v.opsOf(ctx).Where("ops.org_id = ? AND ops.submission_id = ? AND ops.seq BETWEEN ? AND ?", organisation, submission, from, to).
		Order("ops.seq").Find(&rows).Error
	return mapRows(rows, opOfDevice.op), err
}

// OpsTaken gives those of the ids that are ids of ops already.
func (v visits) OpsTaken(ctx context.Context, organisation string, ids []string) ([]string, error) {
	var taken []string
	err := v.db(ctx).Model(&opRow{}).Where("org_id = ? AND op_id IN ?", organisation, ids).Limit(len(ids)).Pluck("op_id", &taken).Error
	return taken, err
}

// Submissions gives the submissions of a visit, the oldest first.
func (v visits) Submissions(ctx context.Context, organisation, vis string) ([]visit.Submission, error) {
	var rows []submissionRow
	err := v.db(ctx).Where("org_id = ? AND visit_id = ?", organisation, vis).Order("created_at").Order("id").Limit(visit.MaxList).Find(&rows).Error
	return mapRows(rows, submissionRow.submission), err
}

// receiptRow is a receipt as it was given out.
type receiptRow struct {
	OrgID        string `gorm:"primaryKey"`
	Code         string `gorm:"primaryKey"`
	VisitID      string
	SubmissionID string
	Stage        string
	Head         string
	Seq          int
	Statement    string
	Signature    string
	KeyID        string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
}

// TableName is the table of receipts.
func (receiptRow) TableName() string { return "receipts" }

func receiptRowOf(organisation string, r *visit.Receipt) receiptRow {
	return receiptRow{
		organisation, r.Code, r.Visit, r.Submission, r.Stage, r.Head, r.Seq, string(r.Statement), base64.RawURLEncoding.EncodeToString(r.Signature),
		r.Key, r.Created,
	}
}

// receipt is the reverse of receiptRowOf. A signature that cannot be read is none, which whoever checks it finds.
func (r receiptRow) receipt() visit.Receipt {
	sig, err := base64.RawURLEncoding.DecodeString(r.Signature)
	if err != nil {
		sig = nil
	}
	return visit.Receipt{
		Org: r.OrgID, Code: r.Code, Visit: r.VisitID, Submission: r.SubmissionID, Stage: r.Stage, Head: r.Head, Seq: r.Seq,
		Statement: []byte(r.Statement), Signature: sig, Key: r.KeyID, Created: r.CreatedAt.UTC(),
	}
}

// AddReceipts inserts receipts.
func (v visits) AddReceipts(ctx context.Context, organisation string, all []visit.Receipt) error {
	rows := make([]receiptRow, 0, len(all))
	for i := range all {
		rows = append(rows, receiptRowOf(organisation, &all[i]))
	}
	return v.db(ctx).CreateInBatches(rows, batch).Error
}

// Receipts gives the receipts of a submission, the oldest first.
func (v visits) Receipts(ctx context.Context, organisation, submission string) ([]visit.Receipt, error) {
	var rows []receiptRow
	err := v.db(ctx).Where("org_id = ? AND submission_id = ?", organisation, submission).Order("created_at").Order("seq").
		Limit(visit.MaxList).Find(&rows).Error
	return mapRows(rows, receiptRow.receipt), err
}

// ReceiptsOf gives the receipts of a visit, the oldest first: those of its submissions, by which they are indexed.
func (v visits) ReceiptsOf(ctx context.Context, organisation, vis string) ([]visit.Receipt, error) {
	var rows []receiptRow
	err := v.db(ctx).Where("org_id = ? AND submission_id IN (SELECT id FROM submissions WHERE org_id = ? AND visit_id = ?)", organisation, organisation, vis).
		Order("created_at").Order("code").Limit(visit.MaxList).Find(&rows).Error
	return mapRows(rows, receiptRow.receipt), err
}

// OrgName is what the organisation is called.
func (v visits) OrgName(ctx context.Context, organisation string) (string, error) {
	var name string
	err := v.db(ctx).Raw(`SELECT name FROM organisations WHERE id = ?`, organisation).Row().Scan(&name)
	return name, missing(err, "organisation")
}

// ReceiptsByCode finds receipts before the organisation is known: the code opens its rows and no others.
func (v visits) ReceiptsByCode(ctx context.Context, code string) ([]visit.Receipt, error) {
	var rows []receiptRow
	err := v.run(ctx, scope{receipt: code}, false, func(s *Store) error {
		return s.db(ctx).Where("code = ?", code).Order("created_at").Limit(10).Find(&rows).Error
	})
	return mapRows(rows, receiptRow.receipt), err
}

// keyRow is a public key of receipts.
type keyRow struct {
	ID      string `gorm:"primaryKey"`
	Public  string
	FromAt  time.Time
	UntilAt *time.Time
}

// TableName is the table of keys.
func (keyRow) TableName() string { return "receipt_keys" }

func (r keyRow) key() (visit.ReceiptKey, error) {
	b, err := base64.RawURLEncoding.DecodeString(r.Public)
	if err == nil && len(b) != ed25519.PublicKeySize {
		err = fmt.Errorf("it has %d bytes", len(b))
	}
	if err != nil {
		return visit.ReceiptKey{}, fmt.Errorf("key of receipts %s: %w", r.ID, err)
	}
	return visit.ReceiptKey{ID: r.ID, Public: b, From: r.FromAt.UTC(), Until: timeVal(r.UntilAt)}, nil
}

// ReceiptKeys gives all keys that ever signed, the newest first.
func (v visits) ReceiptKeys(ctx context.Context) ([]visit.ReceiptKey, error) {
	return v.Store.ReceiptKeys(ctx)
}

// ReceiptKeys gives all keys that ever signed receipts, the newest first.
func (s *Store) ReceiptKeys(ctx context.Context) ([]visit.ReceiptKey, error) {
	var rows []keyRow
	if err := s.installation(ctx).Order("from_at DESC").Order("id").Limit(1000).Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out := make([]visit.ReceiptKey, 0, len(rows))
	for _, r := range rows {
		k, err := r.key()
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// SignWith notes that a key signs receipts from now on and that no other does; a key that does already stays as it is.
func (s *Store) SignWith(ctx context.Context, id string, public ed25519.PublicKey, at time.Time) error {
	return s.inTx(ctx, "", func(s *Store) error {
		known, err := s.ReceiptKeys(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(known, func(k visit.ReceiptKey) bool { return k.ID == id })
		if i >= 0 && known[i].Until.IsZero() {
			return nil
		}
		if err := s.db(ctx).Model(&keyRow{}).Where("until_at IS NULL").Update("until_at", at).Error; err != nil {
			return err
		}
		if i >= 0 { // it came back
			return s.db(ctx).Model(&keyRow{}).Where("id = ?", id).Update("until_at", nil).Error
		}
		return s.db(ctx).Create(&keyRow{id, base64.RawURLEncoding.EncodeToString(public), at, nil}).Error
	})
}
