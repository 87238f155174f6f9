package visit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"plainclothes/internal/fault"
)

// Limits of one message of a phone.
const (
	MaxBatch     = 100      // ops
	MaxBatchBody = 64 << 10 // bytes
)

// Batch is one message of a phone: the end of its log that is perhaps not here yet.
type Batch struct {
	Submission string
	Device     string // UUID made by the phone
	Visit      string
	Checklist  string    // hash of the version that it fills in
	Sent       time.Time // the phone's wall clock when it sent; zero when it did not say
	Ops        []PhoneOp
}

// PhoneOp is one op as a phone sent it. Body is the text that was hashed: the op as it was sent, without its member h.
type PhoneOp struct {
	opBody
	Hash string
	Body []byte
}

// Refused is an op that can never be stored: a person has to look at it. Nothing of its message was.
type Refused struct {
	Kind     string // in one word, for programs
	Op       int    // its number; 0: the message as a whole
	Question string // "" when it is about none
	Message  string // a whole sentence
}

// Error gives the sentence.
func (r *Refused) Error() string { return r.Message }

// Unwrap makes it the phone's fault and not ours.
func (r *Refused) Unwrap() error { return fault.New(fault.Invalid, r.Message) }

// Kinds of refusal.
const (
	RefusedFormat    = "format"    // not what the protocol says
	RefusedChain     = "chain"     // the hash does not fit
	RefusedFork      = "fork"      // another op is stored under this number
	RefusedTaken     = "taken"     // the id belongs to something else
	RefusedChecklist = "checklist" // another version than the visit's
	RefusedAnswer    = "answer"    // not an answer to its question
	RefusedFull      = "full"      // more ops than a visit can have
)

var (
	errNoTime = errors.New("no time like 2026-11-21T14:02:07.250Z")
	errText   = fault.New(fault.Invalid, "This is not text that can be kept: it must be UTF-8 without U+0000 and without halves of characters.")
)

// badOp is a refusal for what the protocol does not allow.
func badOp(seq int, format string, args ...any) error {
	return &Refused{Kind: RefusedFormat, Op: seq, Message: fmt.Sprintf(format, args...)}
}

// ReadBatch reads the body of a message to a submission: {device, visit, checklist, sent?, ops: [{seq, id, q, v, base,
// at, mono, h}]}. Members are named exactly, once each, and no others. Errors are *Refused or Invalid.
func ReadBatch(submission string, body []byte) (Batch, error) {
	b := Batch{}
	id, ok := properID(submission)
	if !ok {
		return b, badOp(0, "The address must name the submission by a UUID.")
	}
	b.Submission = id
	if err := CheckText(body); err != nil {
		return b, err
	}
	list, err := members(body)
	if err != nil {
		return b, badOp(0, "The message is not a JSON object: %v.", err)
	}
	var ops []json.RawMessage
	for _, m := range list {
		if err := b.member(m, &ops); err != nil {
			return b, err
		}
	}
	if err := b.complete(len(ops)); err != nil {
		return b, err
	}
	for _, raw := range ops {
		op, err := readOp(raw)
		if err != nil {
			return b, err
		}
		b.Ops = append(b.Ops, op)
	}
	return b, b.inOrder()
}

// member reads one member of the message.
func (b *Batch) member(m member, ops *[]json.RawMessage) error {
	var into any
	switch m.name {
	case "device":
		into = &b.Device
	case "visit":
		into = &b.Visit
	case "checklist":
		into = &b.Checklist
	case "sent":
		at := opTime{}
		if string(m.value) == "null" {
			return nil
		}
		if err := json.Unmarshal(m.value, &at); err != nil {
			return badOp(0, "sent must be the time on the phone: 2026-11-21T14:02:07.250Z.")
		}
		b.Sent = at.Time
		return nil
	case "ops":
		into = ops
	default:
		return badOp(0, "The message has a member %q, which the protocol does not know.", short(m.name))
	}
	if err := json.Unmarshal(m.value, into); err != nil {
		return badOp(0, "The member %s of the message is not of the right type.", m.name)
	}
	return nil
}

// complete checks what names the message.
func (b *Batch) complete(ops int) error {
	var ok bool
	if b.Device, ok = properID(b.Device); !ok {
		return badOp(0, "device must be the UUID of the phone.")
	}
	if b.Visit, ok = properID(b.Visit); !ok {
		return badOp(0, "visit must be the UUID of the visit.")
	}
	if ops > MaxBatch {
		return fault.Newf(fault.TooLarge, "One message takes at most %d changes; these are %d.", MaxBatch, ops)
	}
	return nil
}

// inOrder checks that numbers rise by one and ids differ.
func (b *Batch) inOrder() error {
	seen := map[string]bool{}
	for i, op := range b.Ops {
		if i > 0 && op.Seq != b.Ops[i-1].Seq+1 {
			return badOp(op.Seq, "The changes of one message must follow one another: %d comes after %d.", op.Seq, b.Ops[i-1].Seq)
		}
		if seen[op.ID] {
			return &Refused{Kind: RefusedTaken, Op: op.Seq, Message: "Two changes have the same id."}
		}
		seen[op.ID] = true
	}
	return nil
}

// readOp reads one op and cuts its hash out of its text.
func readOp(raw json.RawMessage) (PhoneOp, error) {
	op := PhoneOp{}
	list, err := members(raw)
	if err != nil {
		return op, badOp(0, "A change is not a JSON object: %v.", err)
	}
	for i, m := range list {
		if err := op.member(m); err != nil {
			return op, err
		}
		if m.name == "h" {
			op.Body = cut(raw, i == 0, m)
		}
	}
	return op, op.complete(list)
}

// member reads one member of an op.
func (o *PhoneOp) member(m member) error {
	var into any
	switch m.name {
	case "seq":
		into = &o.Seq
	case "id":
		into = &o.ID
	case "q":
		into = &o.Field
	case "v":
		o.Value = m.value
		return nil
	case "base":
		into = &o.Base
	case "at":
		into = &o.At
	case "mono":
		into = &o.Mono
	case "h":
		into = &o.Hash
	default:
		return badOp(o.Seq, "A change has a member %q, which the protocol does not know.", short(m.name))
	}
	if err := json.Unmarshal(m.value, into); err != nil {
		return badOp(o.Seq, "The member %s of change %d is not of the right type.", m.name, o.Seq)
	}
	return nil
}

// maxSeq bounds the numbers of ops.
const maxSeq = 1_000_000

// complete checks that everything is there and has its form.
func (o *PhoneOp) complete(list []member) error {
	for _, name := range []string{"seq", "id", "q", "v", "at", "h"} {
		if !slices.ContainsFunc(list, func(m member) bool { return m.name == name }) {
			return badOp(o.Seq, "Change %d has no member %s.", o.Seq, name)
		}
	}
	if o.Seq < 1 || o.Seq > maxSeq {
		return badOp(o.Seq, "Changes are numbered from 1; this one says %d.", o.Seq)
	}
	var ok bool
	if o.ID, ok = properID(o.ID); !ok {
		return badOp(o.Seq, "The id of change %d is not a UUID.", o.Seq)
	}
	for i := range o.Base {
		if o.Base[i], ok = properID(o.Base[i]); !ok || len(o.Base) > 32 {
			return badOp(o.Seq, "The base of change %d is not one id, a list of at most 32 ids, or null.", o.Seq)
		}
	}
	if len(o.Hash) != 64 || strings.ToLower(o.Hash) != o.Hash {
		return badOp(o.Seq, "The h of change %d is not 64 lower-case hexadecimal digits.", o.Seq)
	}
	if _, err := hex.DecodeString(o.Hash); err != nil {
		return badOp(o.Seq, "The h of change %d is not 64 lower-case hexadecimal digits.", o.Seq)
	}
	if o.Mono != nil && (*o.Mono < 0 || *o.Mono > maxMillis) {
		return badOp(o.Seq, "The mono of change %d is not a number of milliseconds.", o.Seq)
	}
	return nil
}

// properID puts a UUID into the form in which ids are stored.
func properID(s string) (string, bool) {
	id, err := uuid.Parse(s)
	return id.String(), err == nil && len(s) == 36
}

// short keeps a stranger's text short in a message.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// member is one member of a JSON object and where its text is: from the end of what comes before (the opening brace or
// the value before) to the end of its value, without white space around. Its name begins at quote.
type member struct {
	name              string
	value             json.RawMessage
	prev, quote, next int
}

// members reads an object, refusing a name that comes twice: two readers could differ about which of them counts.
func members(raw []byte) ([]member, error) {
	if len(raw) == 0 {
		return nil, errors.New("it is empty")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it does not begin with a brace")
	}
	var all []member
	for d.More() {
		m := member{prev: ended(raw, d)}
		t, err := d.Token()
		if err != nil {
			return nil, errors.New("it is cut off or not JSON")
		}
		m.name, _ = t.(string) // names are strings, or the decoder had refused
		m.quote = m.prev + bytes.IndexByte(raw[m.prev:], '"')
		if err := d.Decode(&m.value); err != nil {
			return nil, errors.New("it is cut off or not JSON")
		}
		m.next = ended(raw, d)
		if slices.ContainsFunc(all, func(o member) bool { return o.name == m.name }) {
			return nil, fmt.Errorf("%q is there twice", short(m.name))
		}
		all = append(all, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it is cut off or not JSON")
	}
	if len(bytes.TrimSpace(raw[d.InputOffset():])) > 0 {
		return nil, errors.New("something stands behind it")
	}
	return all, nil
}

// ended is where the last token ended; the decoder may have gone on over white space.
func ended(raw []byte, d *json.Decoder) int {
	return len(bytes.TrimRight(raw[:d.InputOffset()], " \t\r\n"))
}

// cut takes a member out of an object's text: with the comma before it and the white space in front of that; the first
// with the comma after it and the white space behind that.
func cut(raw []byte, first bool, m member) []byte {
	from, to := m.prev, m.next
	if first {
		from = m.quote
		if rest := bytes.TrimLeft(raw[to:], " \t\r\n"); len(rest) > 0 && rest[0] == ',' {
			to = len(raw) - len(bytes.TrimLeft(rest[1:], " \t\r\n"))
		}
	}
	out := make([]byte, 0, len(raw)-(to-from))
	return append(append(out, raw[:from]...), raw[to:]...)
}

// CheckText refuses JSON whose texts a database could not keep: broken UTF-8, U+0000, halves of surrogate pairs.
func CheckText(raw []byte) error {
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return errText
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 >= len(raw) {
			continue
		}
		i++
		if raw[i] != 'u' {
			continue
		}
		r := escape(raw, i+1)
		switch {
		case r == 0 || isLow(r):
			return errText
		case r >= 0xD800 && r <= 0xDBFF:
			if i+6 >= len(raw) || raw[i+5] != '\\' || raw[i+6] != 'u' || !isLow(escape(raw, i+7)) {
				return errText
			}
			i += 6
		}
		i += 4
	}
	return nil
}

// isLow reports whether r is the second half of a surrogate pair.
func isLow(r rune) bool { return r >= 0xDC00 && r <= 0xDFFF }

// escape reads the four digits of an escape; -1 when they are none, which the JSON reader will say.
func escape(raw []byte, at int) rune {
	if at+4 > len(raw) {
		return -1
	}
	b, err := hex.DecodeString(string(raw[at : at+4]))
	if err != nil {
		return -1
	}
	return rune(b[0])<<8 | rune(b[1])
}

// ReadStrict reads a small message: one object, each member once and no others, text that can be kept.
func ReadStrict(raw []byte, v any) error {
	if err := CheckText(raw); err != nil {
		return err
	}
	if _, err := members(raw); err != nil {
		return badOp(0, "The message is not a JSON object: %v.", err)
	}
	if err := unmarshalStrict(raw, v); err != nil {
		return badOp(0, "The message has a member that the protocol does not know, or one of another type.")
	}
	return nil
}
