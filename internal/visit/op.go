package visit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Submission is one device's copy of a report, the root of idempotency.
type Submission struct {
	Org, ID, Visit string
	Device         string // "form" for the plain pages, "program" for a token, else the device's id
	Seq            int    // of the last op
	Head           string // its hash
	Created        time.Time
}

// Op is one entry of the op log. Field is a question's id, "ID.comment" for the words beside its answer,
// "photo.PHOTOID" for a photo, or "*" for a whole report sent at once by a program.
type Op struct {
	Submission string
	Seq        int    // 1, 2, 3 … without gaps in its submission
	ID         string // made by the client, unique in the organisation
	Body       []byte // exactly the JSON that was hashed
	Hash       string // hex SHA-256 of the previous hash and the body
	Received   time.Time
}

// opBody is what the plain pages write. A phone sends the same fields.
type opBody struct {
	Seq   int             `json:"seq"`
	ID    string          `json:"id"`
	Field string          `json:"q"`
	Value json.RawMessage `json:"v"`
	At    time.Time       `json:"at"`
}

// CommentField is the op field of a question's comment.
func CommentField(question string) string { return question + ".comment" }

// PhotoField is the op field of a photo.
func PhotoField(photo string) string { return "photo." + photo }

// WholeReport is the op field of a report sent at once.
const WholeReport = "*"

// add appends one op to the submission's log.
func (s *Submission) add(id, field string, value json.RawMessage, at time.Time) (Op, error) {
	if len(value) == 0 {
		value = json.RawMessage("null")
	}
	body, err := json.Marshal(opBody{Seq: s.Seq + 1, ID: id, Field: field, Value: value, At: at.UTC().Truncate(time.Millisecond)})
	if err != nil {
		return Op{}, fmt.Errorf("op %s: %w", field, err)
	}
	s.Seq++
	s.Head = chain(s.Head, body)
	return Op{Submission: s.ID, Seq: s.Seq, ID: id, Body: body, Hash: s.Head, Received: at}, nil
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

// Materialise makes answers and comments from logs, each in its own order, later submissions over earlier ones.
func Materialise(ops []Op) (answers map[string]json.RawMessage, comments map[string]string, err error) {
	answers, comments = map[string]json.RawMessage{}, map[string]string{}
	for _, o := range ops {
		var b opBody
		if err := json.Unmarshal(o.Body, &b); err != nil {
			return nil, nil, fmt.Errorf("op %d of submission %s: %w", o.Seq, o.Submission, err)
		}
		if err := apply(answers, comments, b.Field, b.Value); err != nil {
			return nil, nil, fmt.Errorf("op %d of submission %s: %w", o.Seq, o.Submission, err)
		}
	}
	return answers, comments, nil
}

// wholeReport is the value of a WholeReport op.
type wholeReport struct {
	Answers  map[string]json.RawMessage `json:"answers"`
	Comments map[string]string          `json:"comments,omitempty"`
}

// apply puts one op's value in its place; null clears.
func apply(answers map[string]json.RawMessage, comments map[string]string, field string, value json.RawMessage) error {
	question, comment := strings.CutSuffix(field, ".comment")
	switch {
	case field == WholeReport:
		var w wholeReport
		if err := json.Unmarshal(value, &w); err != nil {
			return fmt.Errorf("whole report: %w", err)
		}
		clear(answers)
		clear(comments)
		for q, v := range w.Answers {
			answers[q] = v
		}
		for q, c := range w.Comments {
			comments[q] = c
		}
	case strings.HasPrefix(field, "photo."):
	case comment:
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return fmt.Errorf("comment of %s: %w", question, err)
		}
		put(comments, question, text, text == "")
	default:
		put(answers, field, value, string(value) == "null")
	}
	return nil
}

// put stores or clears.
func put[V any](m map[string]V, key string, v V, empty bool) {
	if empty {
		delete(m, key)
		return
	}
	m[key] = v
}
