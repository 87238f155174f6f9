package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// request is one statement of several that travel to PostgreSQL together: each journey costs both sides about a tenth of
// a millisecond, which is more than most of these statements cost.
type request struct {
	query string
	args  []any
	read  func(pgx.Rows) error       // of a query; called also when there are no rows
	done  func(affected int64) error // of all others; may be nil
}

// queue adds the request to a batch.
func (r *request) queue(b *pgx.Batch) {
	q := b.Queue(r.query, r.args...)
	switch {
	case r.read != nil:
		q.Query(r.read)
	case r.done != nil:
		q.Exec(func(t pgconn.CommandTag) error { return r.done(t.RowsAffected()) })
	}
}

// scopedTx is a transaction of a unit of work. database/sql knows it as the driver's; the unit may send statements past
// database/sql, several at once. Both may come at the same time only when database/sql rolls back because the context
// has ended, so the mutex is hardly ever waited for.
type scopedTx struct {
	c *scopedConn

	mu        sync.Mutex
	first     []request // BEGIN and the scope, until they have been sent
	ended     bool
	committed bool
}

// send sends all requests, BEGIN before them if it was not yet sent, and reads their answers. After the first that fails
// the database does none of the rest.
func (t *scopedTx) send(ctx context.Context, all ...request) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sendNow(ctx, all...)
}

func (t *scopedTx) sendNow(ctx context.Context, all ...request) error {
	if t.ended {
		return sql.ErrTxDone
	}
	b := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(t.first)+len(all))}
	for i := range t.first {
		t.first[i].queue(b)
	}
	for i := range all {
		all[i].queue(b)
	}
	t.first = nil
	return t.c.Conn.Conn().SendBatch(ctx, b).Close()
}

// begun sends BEGIN by itself, if it was not yet sent.
func (t *scopedTx) begun(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == nil {
		return nil
	}
	return t.sendNow(ctx)
}

// sendAndCommit is send with COMMIT at the end. The transaction has ended when it gives no error.
func (t *scopedTx) sendAndCommit(ctx context.Context, all ...request) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var tag string
	commit := request{query: "commit", read: func(rows pgx.Rows) error {
		rows.Close()
		tag = rows.CommandTag().String()
		return rows.Err()
	}}
	if err := t.sendNow(ctx, append(all, commit)...); err != nil {
		return err
	}
	t.ended, t.committed, t.c.tx = true, tag == committedTag, nil
	return commitError(tag)
}

// committedTag is how PostgreSQL answers a COMMIT that it obeyed. A transaction that had already failed answers ROLLBACK.
const committedTag = "COMMIT"

func commitError(tag string) error {
	if tag != committedTag {
		return fmt.Errorf("commit was answered with %s", tag)
	}
	return nil
}

// endTimeout bounds COMMIT and ROLLBACK, which must not hang on a request's own deadline: its end is not theirs.
const endTimeout = 10 * time.Second

// Commit commits, if the unit of work has not done so.
func (t *scopedTx) Commit() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.committed {
		return nil
	}
	tag, err := t.end("commit")
	if err == nil && tag != "" {
		err = commitError(tag)
	}
	return err
}

// Rollback rolls back; a connection that cannot is closed, which rolls back as well.
func (t *scopedTx) Rollback() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := t.end("rollback")
	return err
}

// end gives the answer, "" where nothing had begun or all has ended.
func (t *scopedTx) end(command string) (string, error) {
	nothing := t.ended || t.first != nil
	t.ended, t.first, t.c.tx = true, nil, nil
	if nothing {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	pg := t.c.Conn.Conn().PgConn()
	if pg.IsClosed() {
		return "", driver.ErrBadConn
	}
	results, err := pg.Exec(ctx, command).ReadAll()
	if err != nil {
		return "", errors.Join(err, pg.Close(ctx))
	}
	return results[0].CommandTag.String(), nil
}
