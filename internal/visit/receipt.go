package visit

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
)

// Receipt is what a sealed report, or a stage of it, was confirmed with. It is kept as it was given out, for ever.
type Receipt struct {
	Org, Code  string // "BKMM-GYJJ-YX9F"
	Visit      string
	Submission string
	Stage      string // "" for the whole report
	Head       string // end of the submission's log
	Seq        int    // number of its ops
	Statement  []byte // JSON: exactly the bytes that were signed
	Signature  []byte // Ed25519
	Key        string // id of the key
	Created    time.Time
	Replayed   bool // it was given out before
}

// ReceiptKey is a public key that receipts are signed with.
type ReceiptKey struct {
	ID     string
	Public ed25519.PublicKey
	From   time.Time
	Until  time.Time // when another took over; zero: it signs today
}

// SigningKey signs receipts.
type SigningKey struct {
	ID      string
	Private ed25519.PrivateKey
}

// NewSigningKey makes a key with the id that follows from its public half.
func NewSigningKey(private ed25519.PrivateKey) SigningKey {
	public, _ := private.Public().(ed25519.PublicKey) // of an Ed25519 key it is
	sum := sha256.Sum256(public)
	return SigningKey{ID: hex.EncodeToString(sum[:8]), Private: private}
}

// Public is the half that others may know.
func (k SigningKey) Public() ed25519.PublicKey {
	public, _ := k.Private.Public().(ed25519.PublicKey)
	return public
}

// ownKey signs for a service that was given none: nobody can check its receipts once the service is gone.
func ownKey() func() (SigningKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	key := NewSigningKey(private)
	return func() (SigningKey, error) { return key, err }
}

// receiptRows are the receipts of an organisation.
type receiptRows interface {
	AddReceipts(ctx context.Context, org string, all []Receipt) error
	// Receipts gives those of a submission, the oldest first.
	Receipts(ctx context.Context, org, submission string) ([]Receipt, error)
	// ReceiptsOf gives those of a visit, the oldest first.
	ReceiptsOf(ctx context.Context, org, visit string) ([]Receipt, error)
	// OrgName is what the organisation is called.
	OrgName(ctx context.Context, org string) (string, error)
}

// receiptRepo reads what belongs to no organisation.
type receiptRepo interface {
	// ReceiptsByCode finds receipts before the organisation is known; two of one code are next to impossible.
	ReceiptsByCode(ctx context.Context, code string) ([]Receipt, error)
	// ReceiptKeys gives all keys that ever signed, the newest first.
	ReceiptKeys(ctx context.Context) ([]ReceiptKey, error)
}

// statement is what a receipt confirms; its SHA-256 makes the code. Photos are named by the bytes that were sent.
type statement struct {
	Submission string           `json:"submission"`
	Visit      string           `json:"visit"`
	Checklist  string           `json:"checklist"`
	Head       string           `json:"head"`
	Ops        int              `json:"ops"`
	Stage      string           `json:"stage,omitempty"`
	Late       bool             `json:"late,omitempty"` // came after the report was sent from elsewhere
	Photos     []statementPhoto `json:"photos"`
	Received   time.Time        `json:"received"`
	Key        string           `json:"key"`
}

type statementPhoto struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// confirm makes the receipt for a submission.
func (p *Paper) confirm(sub *Submission, stage string, late bool, photos []evidence.Photo, now time.Time, key SigningKey) (Receipt, error) {
	now = now.UTC().Truncate(time.Millisecond)
	b, err := json.Marshal(statement{
		Submission: sub.ID, Visit: p.Visit.ID, Checklist: p.List.Version.Hash, Head: sub.Head, Ops: sub.Seq, Stage: stage, Late: late,
		Photos: photosOf(photos), Received: now, Key: key.ID,
	})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{
		Org: p.Visit.Org, Code: receiptCode(b), Visit: p.Visit.ID, Submission: sub.ID, Stage: stage, Head: sub.Head, Seq: sub.Seq,
		Statement: b, Signature: ed25519.Sign(key.Private, b), Key: key.ID, Created: now,
	}, nil
}

func photosOf(photos []evidence.Photo) []statementPhoto {
	all := make([]statementPhoto, 0, len(photos))
	for _, ph := range photos {
		sum, size := ph.SentSHA256, ph.SentSize
		if sum == "" { // of a plain page: what is kept is all there is
			sum, size = ph.SHA256, ph.Size
		}
		all = append(all, statementPhoto{ph.ID, sum, size})
	}
	return all
}

// receiptCode is the first 60 bits of the statement's SHA-256 in Crockford's base 32, in three groups of four.
func receiptCode(statement []byte) string {
	sum := sha256.Sum256(statement)
	code := make([]byte, 0, 14)
	var acc, bits uint
	for _, b := range sum {
		acc, bits = acc<<8|uint(b), bits+8
		for bits >= 5 && len(code) < 14 {
			if len(code) == 4 || len(code) == 9 {
				code = append(code, '-')
			}
			bits -= 5
			code = append(code, crockford[acc>>bits&31])
		}
	}
	return string(code)
}

// ProperCode puts a code as somebody typed it into its one form; false when it can be none. Letters that look like
// digits are taken for them.
func ProperCode(typed string) (string, bool) {
	var code []rune
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '\u2010', '\u2011', '\u2013', '\u00a0':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(crockford, r) || len(code) == 12 {
			return "", false
		}
		code = append(code, r)
	}
	if len(code) != 12 {
		return "", false
	}
	return string(code[:4]) + "-" + string(code[4:8]) + "-" + string(code[8:]), true
}

// Proof is what anybody who has the code may know of a receipt.
type Proof struct {
	Code         string
	Organisation string
	Received     time.Time
	Unchanged    bool // the log still gives what was signed, and the signature is one of ours
}

// Prove looks a receipt up and checks it against the log as it is now. Several of one code are next to impossible.
func (s *Service) Prove(ctx context.Context, typed string) (all []Proof, err error) {
	code, ok := ProperCode(typed)
	if !ok {
		return nil, fault.New(fault.Invalid, "A receipt code is three groups of four letters and digits, such as BKMM-GYJJ-YX9F.")
	}
	found, err := s.repo.ReceiptsByCode(ctx, code)
	if err != nil {
		return nil, wrap("find receipt", err)
	}
	keys, err := s.repo.ReceiptKeys(ctx)
	if err != nil {
		return nil, wrap("read keys", err)
	}
	for i := range found {
		r := &found[i]
		p := Proof{Code: r.Code, Received: r.Created, Unchanged: r.Check(keys) == nil}
		err := s.repo.View(ctx, r.Org, func(tx Tx) (err error) {
			if p.Organisation, err = tx.OrgName(ctx, r.Org); err != nil {
				return err
			}
			return CheckReceipt(ctx, tx, r)
		})
		var changed *ChangedError
		if errors.As(err, &changed) {
			p.Unchanged, err = false, nil
		}
		if err != nil {
			return nil, wrap("prove receipt", err)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "There is no receipt with this code here. Look at its letters again.")
	}
	return all, nil
}

// ChangedError says what is not as a receipt says.
type ChangedError struct{ What string }

// Error gives it.
func (c *ChangedError) Error() string { return c.What }

func changedf(format string, args ...any) error { return &ChangedError{fmt.Sprintf(format, args...)} }

// Check checks a receipt by itself: its code, its signature by one of the keys, and that its columns say what was signed.
func (r *Receipt) Check(keys []ReceiptKey) error {
	st, err := r.read()
	if err != nil {
		return err
	}
	if receiptCode(r.Statement) != r.Code {
		return changedf("the code of receipt %s is not that of its statement", r.Code)
	}
	if st.Submission != r.Submission || st.Visit != r.Visit || st.Head != r.Head || st.Ops != r.Seq || st.Stage != r.Stage || st.Key != r.Key {
		return changedf("receipt %s is filed under what it does not say", r.Code)
	}
	i := slices.IndexFunc(keys, func(k ReceiptKey) bool { return k.ID == r.Key })
	if i < 0 {
		return changedf("the key of receipt %s is not known", r.Code)
	}
	if !ed25519.Verify(keys[i].Public, r.Statement, r.Signature) {
		return changedf("the signature of receipt %s is false", r.Code)
	}
	return nil
}

func (r *Receipt) read() (st statement, err error) {
	if err := json.Unmarshal(r.Statement, &st); err != nil {
		return st, changedf("the statement of receipt %s cannot be read", r.Code)
	}
	return st, nil
}

// CheckReceipt checks a receipt against the log and the photos as they are now. What is not as it says is a
// *ChangedError.
func CheckReceipt(ctx context.Context, tx Tx, r *Receipt) error {
	st, err := r.read()
	if err != nil {
		return err
	}
	ops, err := tx.OpsAt(ctx, r.Org, r.Submission, 1, r.Seq)
	if err != nil {
		return err
	}
	if err := VerifyOps(ops); err != nil {
		return changedf("receipt %s: %v", r.Code, err)
	}
	head := ""
	if len(ops) > 0 {
		head = ops[len(ops)-1].Hash
	}
	if len(ops) != r.Seq || head != st.Head {
		return changedf("the log of receipt %s is not the one that was signed", r.Code)
	}
	for _, sp := range st.Photos {
		ph, err := tx.Photo(ctx, r.Org, sp.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || photosOf([]evidence.Photo{ph})[0] != sp {
			return changedf("photo %s of receipt %s is not the one that was signed", sp.ID, r.Code)
		}
	}
	return nil
}

// ReceiptKeys gives all keys that ever signed, the newest first, for whoever checks a receipt himself.
func (s *Service) ReceiptKeys(ctx context.Context) ([]ReceiptKey, error) {
	return s.repo.ReceiptKeys(ctx)
}

// wireReceipt is a receipt as phones and programs get it.
type wireReceipt struct {
	Statement json.RawMessage `json:"statement"`
	Bytes     string          `json:"bytes"` // base64 of the statement: what the signature is over
	Sig       string          `json:"sig"`   // base64url without padding
	Code      string          `json:"code"`
}

// JSON is the receipt for a phone; the same bytes each time.
func (r *Receipt) JSON() ([]byte, error) {
	return json.Marshal(wireReceipt{
		Statement: r.Statement, Bytes: base64.StdEncoding.EncodeToString(r.Statement),
		Sig: base64.RawURLEncoding.EncodeToString(r.Signature), Code: r.Code,
	})
}
