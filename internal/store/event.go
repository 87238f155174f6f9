package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"plainclothes/internal/event"
)

// eventRow is one entry of the chain.
type eventRow struct {
	OrgID string
	Seq   int64
	At    time.Time
	Prev  string
	Hash  string
	Actor string
	Verb  string
	Kind  string
	Thing string
	Body  string
}

// TableName is the table of the chain.
func (eventRow) TableName() string { return "events" }

func eventRowOf(e event.Entry) eventRow {
	return eventRow{
		OrgID: e.Org, Seq: e.Seq, At: e.At, Prev: e.Prev, Hash: e.Hash,
		Actor: e.Actor, Verb: e.Verb, Kind: e.Kind, Thing: e.Thing, Body: string(e.Body),
	}
}

func (r eventRow) entry() event.Entry {
	return event.Entry{
		Org: r.OrgID, Seq: r.Seq, At: r.At.UTC(), Prev: r.Prev, Hash: r.Hash,
		Change: event.Change{Actor: r.Actor, Verb: r.Verb, Kind: r.Kind, Thing: r.Thing, Body: []byte(r.Body)},
	}
}

// headRow is the end of a chain.
type headRow struct {
	OrgID string
	Seq   int64
	Hash  string
}

// TableName is the table of the ends of chains.
func (headRow) TableName() string { return "event_heads" }

// appendEvent notes changes of the organisation. Their entries are chained and written when everything else of the
// unit has been done: the end of a chain is locked from then to the commit, and whoever else writes in the
// organisation waits for it.
func (s *Store) appendEvent(org string, at time.Time, changes ...event.Change) error {
	switch {
	case s.unit == nil:
		return errNoUnit
	case !s.unit.writes || org == "" || org != s.unit.org:
		return errors.New("store: an event outside a writing unit of its organisation")
	}
	for _, c := range changes {
		s.unit.events = append(s.unit.events, pending{at, c})
	}
	return nil
}

// chain writes the unit's events: lock and read the end of the chain, then entries and new end.
func (s *Store) chain(ctx context.Context) error {
	if len(s.unit.events) == 0 {
		return nil
	}
	org := s.unit.org
	var head headRow
	err := s.db(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ?", org).Take(&head).Error
	if err != nil {
		return fmt.Errorf("lock the end of the chain of %s: %w", org, err)
	}
	return s.extend(ctx, s.entries(event.Entry{Seq: head.Seq, Hash: head.Hash}))
}

// entries links the pending events to the end of the chain.
func (s *Store) entries(prev event.Entry) []eventRow {
	rows := make([]eventRow, 0, len(s.unit.events))
	for _, p := range s.unit.events {
		prev = event.Next(prev, s.unit.org, p.at, p.change)
		rows = append(rows, eventRowOf(prev))
	}
	return rows
}

// extend inserts the entries and moves the end of the chain.
func (s *Store) extend(ctx context.Context, rows []eventRow) error {
	last := rows[len(rows)-1]
	if s.dialect == postgresDialect && len(rows) == 1 {
		return s.db(ctx).Exec(extendByOne, last.OrgID, last.Seq, last.At, last.Prev, last.Hash, last.Actor, last.Verb,
			last.Kind, last.Thing, last.Body).Error
	}
	if err := s.db(ctx).CreateInBatches(rows, 100).Error; err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	return s.db(ctx).Model(&headRow{}).Where("org_id = ?", last.OrgID).
		Updates(map[string]any{"seq": last.Seq, "hash": last.Hash}).Error
}

// extendByOne saves a round trip while the end of the chain is locked.
const extendByOne = `WITH entry AS (
  INSERT INTO events (org_id, seq, at, prev, hash, actor, verb, kind, thing, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  RETURNING org_id, seq, hash)
UPDATE event_heads h SET seq = e.seq, hash = e.hash FROM entry e WHERE h.org_id = e.org_id`

// EventQuery chooses entries of an organisation's chain. Empty fields choose everything.
type EventQuery struct {
	Kind, Thing string
	Before      int64 // only entries before this number; 0: from the newest
	Limit       int   // 1 … 200; 0 is 50
}

// Events gives entries, the newest first.
func (s *Store) Events(ctx context.Context, org string, q EventQuery) ([]event.Entry, error) {
	var rows []eventRow
	err := s.inView(ctx, org, func(s *Store) error {
		db := s.db(ctx).Where("org_id = ?", org)
		if q.Kind != "" {
			db = db.Where("kind = ?", q.Kind)
		}
		if q.Thing != "" {
			db = db.Where("thing = ?", q.Thing)
		}
		if q.Before > 0 {
			db = db.Where("seq < ?", q.Before)
		}
		return db.Order("seq DESC").Limit(limit(q.Limit)).Find(&rows).Error
	})
	out := make([]event.Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, err
}

// limit keeps a list between 1 and 200 rows; 0 means 50.
func limit(n int) int {
	if n <= 0 {
		return 50
	}
	return min(n, 200)
}

// Chain is what VerifyChain found.
type Chain struct {
	Entries int64
	Head    string // hash of the last entry
	Broken  error  // nil: every entry follows the one before, and the end is where it should be
}

// VerifyChain reads an organisation's whole chain, an entry at a time, and recomputes every hash. Others may add entries
// meanwhile: the end is read before and after, and both must be among the entries.
func (s *Store) VerifyChain(ctx context.Context, org string) (Chain, error) {
	var c Chain
	err := s.inView(ctx, org, func(s *Store) error {
		if err := s.takeTime(ctx); err != nil {
			return err
		}
		before, err := s.head(ctx, org)
		if err != nil {
			return err
		}
		if c, err = s.follow(ctx, org, before); err != nil || c.Broken != nil {
			return err
		}
		after, err := s.head(ctx, org)
		if err == nil && (c.Entries < before.Seq || c.Entries > after.Seq) {
			c.Broken = fmt.Errorf("the chain ends at entry %d, but should end at entry %d", c.Entries, after.Seq)
		}
		return err
	})
	return c, named(err, "organisation")
}

// head reads the end of a chain.
func (s *Store) head(ctx context.Context, org string) (headRow, error) {
	var h headRow
	err := s.db(ctx).Where("org_id = ?", org).Take(&h).Error
	return h, err
}

const wholeChain = `SELECT org_id, seq, at, prev, hash, actor, verb, kind, thing, body FROM events WHERE org_id = ? ORDER BY seq`

// follow walks the chain up to its end or its first wrong entry; the known entry must be the one at its place.
func (s *Store) follow(ctx context.Context, org string, known headRow) (c Chain, err error) {
	rows, err := s.db(ctx).Raw(wholeChain, org).Rows()
	if err != nil {
		return c, err
	}
	defer func() { _ = rows.Close() }()
	var prev event.Entry
	for c.Broken == nil && rows.Next() {
		var r eventRow
		if err := rows.Scan(&r.OrgID, &r.Seq, &r.At, &r.Prev, &r.Hash, &r.Actor, &r.Verb, &r.Kind, &r.Thing, &r.Body); err != nil {
			return c, err
		}
		e := r.entry()
		if c.Broken = event.Follows(prev, e); c.Broken != nil {
			break
		}
		if e.Seq == known.Seq && e.Hash != known.Hash {
			c.Broken = fmt.Errorf("entry %d is not the one that the end of the chain names", e.Seq)
		}
		prev = e
		c.Entries, c.Head = e.Seq, e.Hash
	}
	return c, rows.Err()
}
