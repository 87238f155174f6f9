package store

import (
	"context"
	"database/sql"
	"sync"
)

// flusher makes commits durable on PostgreSQL, many at once.
//
// Whoever writes in an organisation holds the end of its chain of events until his commit is done. Were each commit to
// wait for the disk, an organisation could not take more reports a second than the disk takes writes, one after the
// other. So a unit of work commits without waiting, lets the next one go on, and then waits here until the log of the
// database has reached the disk beyond its commit: one small synchronous transaction does that for all who wait. Nobody
// is told of success before. After a crash the database lacks at most commits of which nobody was told, and never one
// before another.
//
// Each writing unit waits, also one that wrote nothing: it may have seen, and repeat to its client, what another has
// just committed. Only a unit that wrote events while no other was open has its commit wait for the disk itself: that
// takes with it all that was committed before.
type flusher struct {
	db *sql.DB // a connection of its own: it must not queue behind those who wait for it

	mu   sync.Mutex
	next *round // collects those who wait; nil: nobody
	busy bool   // somebody works through the rounds
}

// round is one flush and those who wait for it.
type round struct {
	done chan struct{}
	err  error
}

// canFlush asks whether this role may write the small message to the log that makes a transaction worth flushing.
const canFlush = `SELECT has_function_privilege('pg_logical_emit_message(boolean, text, text)', 'execute')`

// newFlusher gives nil, and so commits that wait for the disk, where the database has no such function.
func newFlusher(ctx context.Context, db *sql.DB) *flusher {
	may := false
	if err := db.QueryRowContext(ctx, canFlush).Scan(&may); err != nil || !may {
		return nil
	}
	return &flusher{db: db}
}

// wait returns when everything committed before the call is on disk.
func (f *flusher) wait(ctx context.Context) error {
	f.mu.Lock()
	if f.next == nil {
		f.next = &round{done: make(chan struct{})}
	}
	r := f.next
	if !f.busy {
		f.busy = true
		go f.work(context.WithoutCancel(ctx))
	}
	f.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// work flushes round after round until nobody waits.
func (f *flusher) work(ctx context.Context) {
	for {
		f.mu.Lock()
		r := f.next
		f.next = nil
		f.busy = r != nil
		f.mu.Unlock()
		if r == nil {
			return
		}
		r.err = f.flush(ctx)
		close(r.done)
	}
}

// flush commits a transaction of nothing but a message; its commit waits for the disk, and the log is in order.
func (f *flusher) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	_, err := f.db.ExecContext(ctx, `SELECT pg_logical_emit_message(true, $1, '')`, "plainclothes") // with a parameter it is prepared
	return err
}
