package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"

	"plainclothes/internal/fault"
)

// scope is what row-level security opens for one transaction; see the head of migration 0001.
type scope struct {
	org       string // id of the organisation
	person    string // id of the person whose memberships are read
	tokenHash string // hex hash of a program's secret
	receipt   string // code of a receipt that somebody typed
	operator  bool   // the list of organisations
	flushed   bool   // a flusher makes the commit durable, which itself need not wait for the disk
	byKeys    bool   // finds rows by their keys only: one plan a connection will do, also one made while tables were empty
}

// opening carries the scope from a unit of work to the driver, and the transaction back.
type opening struct {
	scope
	tx *scopedTx // on PostgreSQL
}

// openingKey is where a context has the *opening.
type openingKey struct{}

// safeSetting is the alphabet of ids, hashes and names. Anything else names nothing that could be there.
var safeSetting = regexp.MustCompile(`^[0-9A-Za-z_-]{0,128}$`)

// begin gives the statements that open a transaction of this scope.
func (s scope) begin(readOnly bool) ([]request, error) {
	first := []request{{query: "begin"}}
	if readOnly {
		first[0].query = "begin read only"
	}
	var set []string
	var args []any
	for _, v := range []struct{ name, value string }{{"app.org_id", s.org}, {"app.person_id", s.person}, {"app.token_hash", s.tokenHash}, {"app.receipt_code", s.receipt}} {
		if !safeSetting.MatchString(v.value) {
			return nil, fault.Missing("thing here")
		}
		if v.value != "" {
			args = append(args, v.value)
			set = append(set, fmt.Sprintf("set_config('%s', $%d, true)", v.name, len(args)))
		}
	}
	set = append(set, s.fixed()...)
	if len(set) > 0 {
		first = append(first, request{query: "select " + strings.Join(set, ", "), args: args})
	}
	return first, nil
}

// fixed are the settings whose values are always the same.
func (s scope) fixed() (set []string) {
	for _, v := range []struct {
		is   bool
		text string
	}{
		{s.operator, "set_config('app.operator', 'on', true)"},
		{s.flushed, "set_config('synchronous_commit', 'off', true)"},
		{s.byKeys, "set_config('plan_cache_mode', 'force_generic_plan', true)"},
		{s.byKeys, "set_config('enable_seqscan', 'off', true)"},
		{s.byKeys, "set_config('enable_hashjoin', 'off', true)"},
		{s.byKeys, "set_config('enable_mergejoin', 'off', true)"},
	} {
		if v.is {
			set = append(set, v.text)
		}
	}
	return set
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
type scopedConn struct {
	*stdlib.Conn
	tx *scopedTx // the one that is open; nil: none, or one of pgx's
}

// BeginTx begins a transaction; one without a scope (migrations, the job queue) begins as pgx does it. Nothing is sent
// yet: BEGIN travels with the first statement.
func (c *scopedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	o, ok := ctx.Value(openingKey{}).(*opening)
	if !ok {
		return c.Conn.BeginTx(ctx, opts)
	}
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	first, err := o.begin(opts.ReadOnly)
	if err != nil {
		return nil, err
	}
	c.tx = &scopedTx{c: c, first: first}
	o.tx = c.tx
	return c.tx, nil
}

// begun sends the BEGIN that has not been sent yet, before a statement that travels by itself.
func (c *scopedConn) begun(ctx context.Context) error {
	if c.tx == nil {
		return nil
	}
	return c.tx.begun(ctx)
}

// ExecContext runs a statement.
func (c *scopedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.begun(ctx); err != nil {
		return nil, err
	}
	return c.Conn.ExecContext(ctx, query, args)
}

// QueryContext reads with a statement.
func (c *scopedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.begun(ctx); err != nil {
		return nil, err
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// PrepareContext prepares a statement, which then runs in the transaction.
func (c *scopedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.begun(ctx); err != nil {
		return nil, err
	}
	return c.Conn.PrepareContext(ctx, query)
}
