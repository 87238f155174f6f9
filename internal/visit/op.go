package visit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Submission is one device's copy of a report, the root of idempotency.
type Submission struct {
	Org, ID, Visit string
	Device         string // "form" for the plain pages, "program" for a token, else the device's id
	Checklist      string // hash of the version that a phone fills in; "" for others
	Seq            int    // of the last op
	Head           string // its hash
	Clock          Clock
	Created        time.Time
}

// Op is one entry of the op log. Field is a question's id, "ID.comment" for the words beside its answer,
// "photo.PHOTOID" for a photo, "tap.NAME" for a moment that was tapped, or "*" for a whole report sent at once by a
// program.
type Op struct {
	Submission string
	Device     string // of the submission
	Seq        int    // 1, 2, 3 … without gaps in its submission
	ID         string // made by the client, unique in the organisation
	Body       []byte // exactly the JSON that was hashed
	Hash       string // hex SHA-256 of the previous hash and the body
	Received   time.Time
	Corrected  time.Time // when it was made: the device's clock, set right by what is known of it; zero when made here
	Late       bool      // came for a part that was sent already: kept for the editor, no part of the report
}

// opBody is the JSON of an op: what the plain pages write and what a phone sends.
type opBody struct {
	Seq   int             `json:"seq"`
	ID    string          `json:"id"`
	Field string          `json:"q"`
	Value json.RawMessage `json:"v"`
	Base  opIDs           `json:"base,omitempty"`
	At    opTime          `json:"at"`
	Mono  *float64        `json:"mono,omitempty"` // ms of a clock that nobody sets, from when the page was opened
}

// opIDs are none, one or several ids of ops: null, a string or a list on the wire.
type opIDs []string

// UnmarshalJSON takes all three forms.
func (o *opIDs) UnmarshalJSON(b []byte) error {
	var one string
	if len(b) > 0 && b[0] == '"' {
		err := json.Unmarshal(b, &one)
		*o = opIDs{one}
		return err
	}
	return json.Unmarshal(b, (*[]string)(o))
}

// opTime is a device's wall clock: RFC 3339, or milliseconds since 1970.
type opTime struct{ time.Time }

// MarshalJSON writes milliseconds in UTC.
func (t opTime) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.UTC().Truncate(time.Millisecond))
}

// maxMillis is the end of the year 9999.
const maxMillis = 253_402_300_799_999

// UnmarshalJSON takes both forms.
func (t *opTime) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		err := json.Unmarshal(b, &t.Time)
		t.Time = t.UTC()
		if err == nil && (t.Year() < 1 || t.Year() > 9999) {
			return errNoTime
		}
		return err
	}
	var ms float64
	if err := json.Unmarshal(b, &ms); err != nil || ms < 0 || ms > maxMillis {
		return errNoTime
	}
	t.Time = time.UnixMilli(int64(ms)).UTC()
	return nil
}

// What fields of ops are called.
const (
	commentSuffix = ".comment"
	photoPrefix   = "photo."
	tapPrefix     = "tap."
)

// CommentField is the op field of a question's comment.
func CommentField(question string) string { return question + commentSuffix }

// PhotoField is the op field of a photo.
func PhotoField(photo string) string { return photoPrefix + photo }

// WholeReport is the op field of a report sent at once.
const WholeReport = "*"

// add appends one op to the submission's log.
func (s *Submission) add(id, field string, value json.RawMessage, base []string, at time.Time) (Op, error) {
	if len(value) == 0 {
		value = json.RawMessage("null")
	}
	body, err := json.Marshal(opBody{Seq: s.Seq + 1, ID: id, Field: field, Value: value, Base: base, At: opTime{at}})
	if err != nil {
		return Op{}, fmt.Errorf("op %s: %w", field, err)
	}
	s.Seq++
	s.Head = chain(s.Head, body)
	return Op{Submission: s.ID, Device: s.Device, Seq: s.Seq, ID: id, Body: body, Hash: s.Head, Received: at}, nil
}

// chain is the hash of an op: SHA-256 over the previous hash and the body, hex.
func chain(prev string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(prev))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// VerifyOps says what is wrong with a submission's log, nil when every op follows the one before.
func VerifyOps(ops []Op) error {
	head, seq := "", 0
	for _, o := range ops {
		if o.Seq != seq+1 {
			return fmt.Errorf("op %d of submission %s follows op %d", o.Seq, o.Submission, seq)
		}
		head, seq = chain(head, o.Body), o.Seq
		if o.Hash != head {
			return fmt.Errorf("op %d of submission %s was changed after it was stored", o.Seq, o.Submission)
		}
	}
	return nil
}

// Materialise makes answers and comments from the logs of a visit, in the order in which they arrived.
func Materialise(list *Checklist, ops []Op) (answers map[string]json.RawMessage, comments map[string]string, err error) {
	h, err := HeadsOf(list, ops)
	if err != nil {
		return nil, nil, err
	}
	comments, err = h.comments()
	return h.answers(), comments, err
}

// wholeReport is the value of a WholeReport op.
type wholeReport struct {
	Answers  map[string]json.RawMessage `json:"answers"`
	Comments map[string]string          `json:"comments,omitempty"`
}
