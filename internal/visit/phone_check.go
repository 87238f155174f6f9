package visit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// read is one new op of a phone, checked against its checklist.
type read struct {
	value    json.RawMessage // in its one form; null clears
	question string          // that it is about, "" for a tap
	late     bool
}

// checkOp reads the value of an op, or says which question it does not answer.
func (p *Paper) checkOp(o *PhoneOp) (read, error) {
	kind, id := fieldOf(o.Field)
	if kind == tapPrefix {
		return read{late: !p.Visit.State.Writable()}, p.checkTap(o, id)
	}
	if kind == photoPrefix {
		return p.checkPhoto(o, id)
	}
	q, sec, ok := p.List.Programme.Question(id)
	if !ok {
		return read{}, refused(o, short(id), "This checklist has no question %s.", short(id))
	}
	r := read{question: q.ID, value: p.List.canonical(o.Field, o.Value), late: p.late(sec)}
	if kind == commentSuffix {
		return r, o.checkWords(q)
	}
	a, err := programme.ParseAnswer(q, o.Value)
	if err == nil {
		err = longText(a.Text)
	}
	if err != nil {
		return r, refused(o, q.ID, "%s", sentence(err))
	}
	return r, nil
}

// fieldOf tells what a field is about: a photo, a tap, words beside an answer, or an answer ("").
func fieldOf(field string) (kind, id string) {
	for _, prefix := range []string{photoPrefix, tapPrefix} {
		if id, ok := strings.CutPrefix(field, prefix); ok {
			return prefix, id
		}
	}
	if id, ok := strings.CutSuffix(field, commentSuffix); ok {
		return commentSuffix, id
	}
	return "", field
}

func refused(o *PhoneOp, question, format string, args ...any) error {
	return &Refused{Kind: RefusedAnswer, Op: o.Seq, Question: question, Message: fmt.Sprintf(format, args...)}
}

// late reports whether a section was sent already, alone or with the report.
func (p *Paper) late(sec *programme.Section) bool {
	if !p.Visit.State.Writable() {
		return true
	}
	return len(p.Visit.Stages) > 0 && slices.Contains(p.Visit.Stages, programme.StageOf(p.List.Programme, p.Visit.Scenario, sec))
}

func (o *PhoneOp) checkWords(q *programme.Question) error {
	var words *string
	if err := json.Unmarshal(o.Value, &words); err != nil {
		return refused(o, q.ID, "The words beside an answer are a text.")
	}
	if words == nil {
		return nil
	}
	if err := longText(*words); err != nil {
		return refused(o, q.ID, "%s", sentence(err))
	}
	return nil
}

func (p *Paper) checkTap(o *PhoneOp, name string) error {
	if !programme.IsTap(p.List.Programme, name) {
		return refused(o, "", "This checklist has no moment %s to tap.", short(name))
	}
	var v *struct {
		At   opTime   `json:"at"`
		Mono *float64 `json:"mono"`
	}
	if err := strict(o.Value, &v); err != nil {
		return refused(o, "", "A tap is {at, mono}: the time on the phone and its milliseconds.")
	}
	return nil
}

// told is what an op says of a photo.
type told struct {
	Question string `json:"q"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
	Type     string `json:"type"`
}

func (p *Paper) checkPhoto(o *PhoneOp, id string) (read, error) {
	proper, ok := properID(id)
	if !ok || proper != id {
		return read{}, refused(o, "", "A photo is named by a UUID in small letters.")
	}
	if string(o.Value) == "null" {
		return p.removedPhoto(o)
	}
	var t told
	if err := strict(o.Value, &t); err != nil {
		return read{}, refused(o, "", "A photo is {q, sha256, size, type}, or null when it was removed.")
	}
	q, sec, ok := p.List.Programme.Question(t.Question)
	if !ok || !TakesPhoto(q) {
		return read{}, refused(o, short(t.Question), "No photos are wanted for this question.")
	}
	if sum, err := hex.DecodeString(t.SHA256); err != nil || len(sum) != 32 || strings.ToLower(t.SHA256) != t.SHA256 {
		return read{}, refused(o, q.ID, "The sha256 of a photo is 64 hexadecimal digits in small letters.")
	}
	if t.Size < 1 || t.Size > evidence.MaxUpload || len(t.Type) > maxUploadType {
		return read{}, refused(o, q.ID, "A photo has from 1 byte to %d MB.", evidence.MaxUpload>>20)
	}
	return read{value: p.List.canonical(o.Field, o.Value), question: q.ID, late: p.late(sec)}, nil
}

// removedPhoto is about a photo that the log knows, or about none.
func (p *Paper) removedPhoto(o *PhoneOp) (read, error) {
	r := read{value: o.Value, late: !p.Visit.State.Writable()}
	for _, h := range p.Report.Heads[o.Field] {
		var t told
		if json.Unmarshal(h.Value, &t) != nil {
			continue
		}
		if q, sec, ok := p.List.Programme.Question(t.Question); ok {
			r.question, r.late = q.ID, p.late(sec)
		}
	}
	return r, nil
}

// strict reads JSON that has no members but those of v.
func strict(raw []byte, v any) error {
	if len(raw) > 0 && raw[0] == '{' {
		if _, err := members(raw); err != nil {
			return err
		}
	}
	return unmarshalStrict(raw, v)
}

// checkBatch checks what is new of a message.
func (p *Paper) checkBatch(b *Batch, news []PhoneOp) ([]read, error) {
	if b.Checklist != p.List.Version.Hash {
		return nil, &Refused{Kind: RefusedChecklist, Message: fmt.Sprintf(
			"This phone fills in another version of the checklist than this visit, which stays on version %d.", p.List.Version.Number)}
	}
	all := make([]read, 0, len(news))
	for i := range news {
		r, err := p.checkOp(&news[i])
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// errFull is the end of what a visit can hold.
func errFull() error {
	return fault.Newf(fault.TooLarge, "This visit has more changes than one can have (%d). What is here is safe; send the rest to the people who run this site as a copy.", maxOps)
}

// unmarshalStrict is json.Unmarshal that refuses unknown members.
func unmarshalStrict(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
