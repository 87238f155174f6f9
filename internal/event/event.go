// Package event is the record of who changed what and when: one entry per change, chained by hashes per organisation.
//
// The one rule: an entry is written in the same transaction as the change it tells of, and never again touched.
package event

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Change is what a use case reports; the store turns it into an Entry at the end of the chain.
type Change struct {
	Actor string // member or token id, or "system"
	Verb  string // visit.sealed, standards.published …
	Kind  string // visit, version, branch, member …
	Thing string // id
	Body  []byte // canonical JSON of what changed, without personal data; nil is {}
}

// New makes a Change; body must be something that json.Marshal takes (structs and sorted maps give stable bytes).
func New(actor, verb, kind, thing string, body any) (Change, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return Change{}, fmt.Errorf("event %s: %w", verb, err)
	}
	return Change{Actor: actor, Verb: verb, Kind: kind, Thing: thing, Body: b}, nil
}

// Entry is one link of an organisation's chain.
type Entry struct {
	Org  string
	Seq  int64 // 1, 2, 3 … without gaps
	At   time.Time
	Prev string // hash of the entry before, "" for the first
	Hash string
	Change
}

// Next makes the entry that follows prev (the zero Entry at the start of a chain).
func Next(prev Entry, org string, at time.Time, c Change) Entry {
	if c.Body == nil {
		c.Body = []byte("{}")
	}
	e := Entry{Org: org, Seq: prev.Seq + 1, At: at.UTC().Truncate(time.Microsecond), Prev: prev.Hash, Change: c}
	e.Hash = e.sum()
	return e
}

// sum is the SHA-256 over the length-prefixed fields, so that no two entries can share their bytes.
func (e Entry) sum() string {
	h := sha256.New()
	for _, s := range []string{
		e.Prev, e.Org, strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), e.Actor, e.Verb, e.Kind, e.Thing, string(e.Body),
	} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Follows says what is wrong with e as the successor of prev, nil when nothing is.
func Follows(prev, e Entry) error {
	switch {
	case e.Seq != prev.Seq+1:
		return fmt.Errorf("entry %d follows entry %d: entries are missing", e.Seq, prev.Seq)
	case e.Prev != prev.Hash:
		return fmt.Errorf("entry %d does not name the hash of entry %d", e.Seq, prev.Seq)
	case e.Hash != e.sum():
		return fmt.Errorf("entry %d was changed after it was written", e.Seq)
	}
	return nil
}
