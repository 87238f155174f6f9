package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

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

// chain writes the unit's events: lock and read the end of the chain, then entries and new end. It goes past GORM to
// keep the time short in which everybody else waits.
func (s *Store) chain(ctx context.Context) error {
	head, err := s.lockHead(ctx, s.unit.org)
	if err != nil {
		return fmt.Errorf("write, and lock the end of the chain of %s: %w", s.unit.org, err)
	}
	if err := s.extend(ctx, s.entries(head)); err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	return nil
}

// lockHead reads the end of a chain and keeps others from it, after it has written what was put off.
func (s *Store) lockHead(ctx context.Context, org string) (head event.Entry, err error) {
	if s.dialect == sqliteDialect {
		return s.headOnSQLite(ctx, org)
	}
	return head, s.send(ctx, request{query: endOnPostgres, args: []any{org}, read: func(rows pgx.Rows) error {
		return scanOne(rows, &head)
	}})
}

func scanOne(rows pgx.Rows, head *event.Entry) error {
	if rows.Next() {
		return rows.Scan(&head.Seq, &head.Hash)
	}
	rows.Close()
	return errors.Join(rows.Err(), sql.ErrNoRows)
}

// The two ways to read the end of a chain. On SQLite a writing unit is alone anyway.
const (
	endOnSQLite   = `SELECT seq, hash FROM event_heads WHERE org_id = ?1`
	endOnPostgres = `SELECT seq, hash FROM event_heads WHERE org_id = $1 FOR UPDATE`
)

// headOnSQLite reads the end of a chain.
func (s *Store) headOnSQLite(ctx context.Context, org string) (head event.Entry, err error) {
	stmt, err := s.prepared(ctx, endOnSQLite)
	if err != nil {
		return head, err
	}
	rows, err := stmt.QueryContext(ctx, org)
	if err != nil {
		return head, s.raw(err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return head, errors.Join(s.raw(rows.Err()), sql.ErrNoRows)
	}
	return head, rows.Scan(&head.Seq, &head.Hash)
}

// entries links the pending events to the end of the chain.
func (s *Store) entries(prev event.Entry) []event.Entry {
	out := make([]event.Entry, 0, len(s.unit.events))
	for _, p := range s.unit.events {
		prev = event.Next(prev, s.unit.org, p.at, p.change)
		out = append(out, prev)
	}
	return out
}

// The statements that make a chain longer.
var (
	eventInsert = inserting("events",
		"org_id uuid, seq int8, at timestamptz, prev text, hash text, actor text, verb text, kind text, thing text, body text", "")
	extendOnPostgres = "WITH e AS (" + eventInsert.postgres(3) + ")\n" + moveHead
)

const moveHead = `UPDATE event_heads SET seq = $1, hash = $2 WHERE org_id = $3`

// extend inserts entries and moves the end of the chain: on PostgreSQL in one journey that also commits, while others
// wait for it.
func (s *Store) extend(ctx context.Context, es []event.Entry) error {
	last := es[len(es)-1]
	rows := make([][]any, len(es))
	for i, e := range es {
		rows[i] = []any{e.Org, e.Seq, e.At, e.Prev, e.Hash, e.Actor, e.Verb, e.Kind, e.Thing, string(e.Body)}
	}
	if s.dialect == postgresDialect {
		return s.commitWith(ctx, request{query: extendOnPostgres, args: append([]any{last.Seq, last.Hash, last.Org}, eventInsert.arrays(rows)...)})
	}
	if _, err := s.each(ctx, &eventInsert, rows); err != nil {
		return err
	}
	return s.exec(ctx, moveHead, last.Seq, last.Hash, last.Org)
}

// commitWith sends a statement and commits. A unit that is alone has nobody who waits for it: its commit may as well wait
// for the disk itself, as the server is set to, which spares the journey of a flush.
func (s *Store) commitWith(ctx context.Context, last request) error {
	all := []request{last}
	if s.unit.flushed && s.writing.Load() == 1 {
		all = append(all, request{query: "SET LOCAL synchronous_commit TO DEFAULT"})
		s.unit.synced = true
	}
	return s.raw(s.unit.pg.sendAndCommit(ctx, all...))
}

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
