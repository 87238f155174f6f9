// Package jobs does what use cases asked to be done later: it keeps tasks in the database, in the transaction of the
// change that asked for them, and works on them with retries. Instances that share a database share the work.
//
// The one rule: a task is written before its change is committed, and done only after. A task may be done twice; it
// must not matter. What a task holds of people is sealed: tables of tasks are copied and looked at more than others.
package jobs

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"plainclothes/internal/notify"
)

// attempts is how often a task is tried: at growing distances, over an hour and a half.
const attempts = 8

// Mail is a message to be sent.
type Mail struct {
	Sealed []byte    `json:"sealed"` // the notify.Message
	Until  time.Time `json:"until"`  // afterwards it is of no use any more
}

// Kind names the task.
func (Mail) Kind() string { return "mail" }

// Notice is a change that somebody has to be told of: ids only.
type Notice struct {
	Org   string `json:"org"`
	Verb  string `json:"verb"` // of the event: visit.sent_back
	Thing string `json:"thing"`
}

// Kind names the task.
func (Notice) Kind() string { return "notice" }

// Queue takes tasks.
type Queue struct {
	dialect string
	pool    *sql.DB
	insert  *river.Client[*sql.Tx]
	seal    cipher.AEAD
	now     func() time.Time
	log     *slog.Logger
}

// Open makes a queue in a database: "sqlite" or "postgres" with the pool that writes. key seals what is kept.
func Open(dialect string, pool *sql.DB, key string, now func() time.Time, log *slog.Logger) (*Queue, error) {
	q := &Queue{dialect: dialect, pool: pool, now: now, log: quiet(log)}
	sum := sha256.Sum256([]byte("plainclothes jobs\x00" + key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if q.seal, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if q.insert, err = river.NewClient(q.driver(), &river.Config{Logger: q.log}); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return q, nil
}

// driver speaks to the database through the store's pool.
func (q *Queue) driver() riverdriver.Driver[*sql.Tx] {
	if q.dialect == "sqlite" {
		return riversqlite.New(q.pool)
	}
	return riverdatabasesql.New(q.pool)
}

// lockNumber keeps instances that start at once from making the tables twice.
const lockNumber = 7_021_973_002

// Migrate makes the queue's own tables.
func (q *Queue) Migrate(ctx context.Context) (err error) {
	if q.dialect != "sqlite" {
		c, err := q.pool.Conn(ctx)
		if err != nil {
			return fmt.Errorf("jobs: %w", err)
		}
		defer func() { _ = c.Close() }()
		if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockNumber); err != nil {
			return fmt.Errorf("jobs: %w", err)
		}
		defer func() {
			_, e := c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lockNumber)
			err = errors.Join(err, e)
		}()
	}
	m, err := rivermigrate.New(q.driver(), &rivermigrate.Config{Logger: q.log})
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// Send puts a message into the queue; it is of no use after until.
func (q *Queue) Send(ctx context.Context, m notify.Message, until time.Time) error {
	sealed, err := q.close(m)
	if err != nil {
		return fmt.Errorf("queue a message: %w", err)
	}
	if _, err := q.insert.Insert(ctx, Mail{Sealed: sealed, Until: until}, &river.InsertOpts{MaxAttempts: attempts}); err != nil {
		return fmt.Errorf("queue a message: %w", err)
	}
	return nil
}

// Tell puts a notice into the queue, as part of the transaction tx.
func (q *Queue) Tell(ctx context.Context, tx *sql.Tx, n Notice) error {
	if _, err := q.insert.InsertTx(ctx, tx, n, &river.InsertOpts{MaxAttempts: attempts}); err != nil {
		return fmt.Errorf("queue a notice of %s: %w", n.Verb, err)
	}
	return nil
}

// close seals a message.
func (q *Queue) close(m notify.Message) ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, q.seal.NonceSize())
	_, _ = rand.Read(nonce)
	return q.seal.Seal(nonce, nonce, b, nil), nil
}

// open unseals a message.
func (q *Queue) open(sealed []byte) (m notify.Message, err error) {
	n := q.seal.NonceSize()
	if len(sealed) < n {
		return m, errors.New("a message that is no message")
	}
	b, err := q.seal.Open(nil, sealed[:n], sealed[n:], nil)
	if err != nil {
		return m, errors.New("a message that another key sealed")
	}
	return m, json.Unmarshal(b, &m)
}

// quiet leaves out what the queue says of itself while all is well.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(atLeast{log.Handler(), slog.LevelWarn}) }

// atLeast passes on records of a level.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled leaves out what is below the level.
func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the level.
func (h atLeast) WithAttrs(a []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(a), h.level}
}

// WithGroup keeps the level.
func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}
