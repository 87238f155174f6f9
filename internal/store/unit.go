package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"plainclothes/internal/event"
)

// unit is one transaction with the scope it was opened for.
type unit struct {
	scope
	tx     *gorm.DB
	pg     *scopedTx // the same transaction on PostgreSQL, past GORM; nil on SQLite
	writes bool
	events []pending // to be chained at the end
	later  []request // to be sent with the next statement
	synced bool      // its commit has waited for the disk itself
}

// pending is an event that waits for the end of its unit.
type pending struct {
	at     time.Time
	change event.Change
}

// inTx runs fn in a transaction that may write rows of one organisation; org "" is for people, sessions, links and
// attempts, which belong to none. Inside another inTx of the same organisation fn joins that transaction.
// An error of fn rolls everything back.
func (s *Store) inTx(ctx context.Context, org string, fn func(*Store) error) error {
	return s.run(ctx, scope{org: org}, true, fn)
}

// inView runs fn in a transaction that only reads; inside a unit of work it joins it. On SQLite it never waits for a writer.
func (s *Store) inView(ctx context.Context, org string, fn func(*Store) error) error {
	return s.run(ctx, scope{org: org}, false, fn)
}

// run opens a unit of work or joins the one that s is.
func (s *Store) run(ctx context.Context, sc scope, writes bool, fn func(*Store) error) error {
	if s.unit == nil {
		return translate(outOfTime(ctx, s.open(ctx, sc, writes, fn)))
	}
	if err := s.unit.admits(sc, writes); err != nil {
		return err
	}
	return translate(fn(s))
}

// outOfTime says what ended a unit of work whose time was over. database/sql rolls back as soon as the context ends, and
// then tells whoever comes next, COMMIT itself for one, only that the transaction is done: the reader who waited too long
// would be told of a mistake of ours.
func outOfTime(ctx context.Context, err error) error {
	if ctx.Err() == nil || !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

// admits refuses what would quietly see nothing, or write where only reading was promised.
func (u *unit) admits(sc scope, writes bool) error {
	if writes && !u.writes {
		return errors.New("store: a write inside a read-only unit of work")
	}
	if sc.org != "" && sc.org != u.org || sc.person != u.person && sc.person != "" || sc.tokenHash != "" || sc.receipt != "" || sc.operator && !u.operator {
		return errors.New("store: a unit of work inside that of another organisation")
	}
	return nil
}

func (s *Store) open(ctx context.Context, sc scope, writes bool, fn func(*Store) error) error {
	db, opts := s.w, []*sql.TxOptions(nil)
	if !writes {
		db = s.r
		if s.dialect == postgresDialect {
			opts = append(opts, &sql.TxOptions{ReadOnly: true})
		}
	}
	sc.flushed = writes && s.flusher != nil
	if writes && s.dialect == sqliteDialect {
		s.statements.prepare(ctx, s.pool)
	}
	if writes {
		s.writing.Add(1)
		defer s.writing.Add(-1)
	}
	o, in := &opening{scope: sc}, &Store{core: s.core, unit: &unit{scope: sc, writes: writes}}
	err := db.WithContext(context.WithValue(ctx, openingKey{}, o)).Transaction(func(tx *gorm.DB) error {
		in.unit.tx, in.unit.pg = tx, o.tx
		if err := fn(in); err != nil {
			return err
		}
		return in.finish(ctx)
	}, opts...)
	if err != nil || !sc.flushed || in.unit.synced {
		return err
	}
	return s.flusher.wait(ctx)
}

// finish does what comes at the end of a unit.
func (s *Store) finish(ctx context.Context) error {
	if err := s.tell(ctx); err != nil {
		return err
	}
	if len(s.unit.events) == 0 {
		return s.sendLater(ctx)
	}
	return s.chain(ctx)
}

// errNoUnit is a mistake of ours: a statement outside any unit of work would meet no wall but its own WHERE.
var errNoUnit = errors.New("store: a statement outside a unit of work")

// db is the handle of the unit of work. Outside one every statement on it fails.
func (s *Store) db(ctx context.Context) *gorm.DB {
	if s.unit == nil {
		db := s.w.Session(&gorm.Session{NewDB: true, DryRun: true})
		_ = db.AddError(errNoUnit)
		return db
	}
	db := s.unit.tx.WithContext(ctx)
	if err := s.sendLater(ctx); err != nil {
		_ = db.AddError(err)
	}
	return db
}

// installation is a handle for one read of tables that belong to no organisation: it spares the transaction around it.
// Outside a unit row-level security hides everything else from it.
func (s *Store) installation(ctx context.Context) *gorm.DB {
	if s.unit == nil {
		return s.r.WithContext(ctx)
	}
	return s.db(ctx)
}

// sqlTx gives the transaction of the unit, for the job queue and for SQLite. What is to be sent later may come after
// what is done in it.
func (s *Store) sqlTx() (*sql.Tx, error) {
	if s.unit == nil {
		return nil, errNoUnit
	}
	tx, ok := s.unit.tx.Statement.ConnPool.(*sql.Tx)
	if !ok {
		return nil, fmt.Errorf("store: not in a transaction: %T", s.unit.tx.Statement.ConnPool)
	}
	return tx, nil
}

// send sends statements on PostgreSQL, past GORM, after those that were put off.
func (s *Store) send(ctx context.Context, all ...request) error {
	if s.unit == nil || s.unit.pg == nil {
		return errNoUnit
	}
	return s.raw(s.unit.pg.send(ctx, s.unit.withLater(all)...))
}

// withLater puts what was put off before other requests; it is put off no longer.
func (u *unit) withLater(all []request) []request {
	all = append(u.later, all...)
	u.later = nil
	return all
}

// sendLater sends what was put off, if anything was.
func (s *Store) sendLater(ctx context.Context) error {
	if len(s.unit.later) == 0 {
		return nil
	}
	return s.send(ctx)
}

// putOff has a statement sent with the next one of the unit on PostgreSQL, or at its end: whoever reads reads after it.
func (s *Store) putOff(r request) { s.unit.later = append(s.unit.later, r) }
