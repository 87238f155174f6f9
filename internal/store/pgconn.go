package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"plainclothes/internal/fault"
)

// scope is what row-level security opens for one transaction; see the head of migration 0001.
type scope struct {
	org       string // id of the organisation
	person    string // id of the person whose memberships are read
	tokenHash string // hex hash of a program's secret
	operator  bool   // the list of organisations
	flushed   bool   // a flusher makes the commit durable, which itself need not wait for the disk
	byKeys    bool   // finds rows by their keys only: one plan a connection will do, also one made while tables were empty
}

// scopeKey carries the scope from a unit of work to the driver, which must say it in the same breath as BEGIN:
// a round trip of its own for each transaction would cost about a tenth of a millisecond on both sides.
type scopeKey struct{}

// safeSetting is the alphabet of ids, hashes and names: nothing in it can leave a quoted literal.
var safeSetting = regexp.MustCompile(`^[0-9A-Za-z_-]{0,128}$`)

// begin gives the statements that open a transaction of this scope.
func (s scope) begin(readOnly bool) (string, error) {
	b := strings.Builder{}
	b.WriteString("begin")
	if readOnly {
		b.WriteString(" read only")
	}
	sep := "; select "
	for _, set := range []struct{ name, value string }{
		{"app.org_id", s.org},
		{"app.person_id", s.person},
		{"app.token_hash", s.tokenHash},
		{"app.operator", when(s.operator, "on")},
		{"synchronous_commit", when(s.flushed, "off")},
		{"plan_cache_mode", when(s.byKeys, "force_generic_plan")},
		{"enable_seqscan", when(s.byKeys, "off")},
		{"enable_hashjoin", when(s.byKeys, "off")},
		{"enable_mergejoin", when(s.byKeys, "off")},
	} {
		if !safeSetting.MatchString(set.value) {
			return "", fault.Missing("thing here")
		}
		if set.value != "" {
			fmt.Fprintf(&b, "%sset_config('%s', '%s', true)", sep, set.name, set.value)
			sep = ", "
		}
	}
	return b.String(), nil
}

func when(is bool, value string) string {
	if is {
		return value
	}
	return ""
}

// scopedConnector makes connections that begin each transaction with the scope of its unit of work.
type scopedConnector struct{ driver.Connector }

func (c scopedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	pg, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("unexpected connection %T", conn)
	}
	return &scopedConn{Conn: pg}, nil
}

// scopedConn is pgx's connection with a BEGIN of our own.
type scopedConn struct{ *stdlib.Conn }

// BeginTx begins a transaction; one without a scope (migrations, the job queue) begins as pgx does it.
func (c *scopedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	s, ok := ctx.Value(scopeKey{}).(scope)
	if !ok {
		return c.Conn.BeginTx(ctx, opts)
	}
	pg := c.Conn.Conn().PgConn()
	if pg.IsClosed() {
		return nil, driver.ErrBadConn
	}
	q, err := s.begin(opts.ReadOnly)
	if err != nil {
		return nil, err
	}
	if _, err := pg.Exec(ctx, q).ReadAll(); err != nil {
		return nil, errors.Join(err, (&scopedTx{c}).Rollback()) //nolint:contextcheck // ends by its own deadline
	}
	return &scopedTx{c}, nil
}

// scopedTx ends what scopedConn began.
type scopedTx struct{ c *scopedConn }

// endTimeout bounds COMMIT and ROLLBACK, which must not hang on a request's own deadline: its end is not theirs.
const endTimeout = 10 * time.Second

// Commit commits. A transaction that had already failed answers ROLLBACK to COMMIT, which is an error here.
func (t *scopedTx) Commit() error {
	tag, err := t.end("commit")
	if err == nil && tag != "COMMIT" {
		return fmt.Errorf("commit was answered with %s", tag)
	}
	return err
}

// Rollback rolls back; a connection that cannot is closed, which rolls back as well.
func (t *scopedTx) Rollback() error {
	_, err := t.end("rollback")
	return err
}

func (t *scopedTx) end(command string) (string, error) {
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
