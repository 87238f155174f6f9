package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// defaultConnections is the size of the pool; "?pool_max_conns=40" in the URL changes it.
const defaultConnections = 20

// timeouts end what would hold others up: a statement, a wait for a lock, a transaction that its owner forgot.
var timeouts = map[string]string{
	"statement_timeout":                   "30s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "60s",
}

func (c *core) openPostgres(ctx context.Context, address string) error {
	c.dialect = postgresDialect
	address, size, err := poolSize(address)
	if err != nil {
		return err
	}
	if c.pool, err = postgresPool(address, size, timeouts); err != nil {
		return err
	}
	c.url = address
	c.closers = append(c.closers, c.pool.Close)
	if err := c.pool.PingContext(ctx); err != nil {
		return err
	}
	single, err := postgresPool(address, 1, timeouts)
	if err != nil {
		return err
	}
	c.closers = append(c.closers, single.Close)
	c.flusher = newFlusher(ctx, single)
	c.w, err = gorm.Open(postgres.New(postgres.Config{Conn: c.pool}), c.config())
	c.r = c.w
	return err
}

// poolSize takes pool_max_conns out of the URL: the server would refuse a setting it does not know.
func poolSize(address string) (string, int, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", 0, fmt.Errorf("the database URL cannot be read: %w", withoutURL(err))
	}
	q := u.Query()
	text := q.Get("pool_max_conns")
	if text == "" {
		return address, defaultConnections, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 2 || n > 1000 {
		return "", 0, fmt.Errorf("pool_max_conns in the database URL must be a number from 2 to 1000, not %q", text)
	}
	q.Del("pool_max_conns")
	u.RawQuery = q.Encode()
	return u.String(), n, nil
}

// withoutURL gives what is wrong with a URL without the URL itself, which may hold a password.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func postgresPool(address string, size int, settings map[string]string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be read: %w", err)
	}
	if cfg.DefaultQueryExecMode != pgx.QueryExecModeCacheDescribe {
		cfg.DescriptionCacheCapacity = 0 // 25 KB a connection, for nothing
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	for k, v := range settings {
		if cfg.RuntimeParams[k] == "" {
			cfg.RuntimeParams[k] = v
		}
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "plainclothes"
	}
	db := sql.OpenDB(scopedConnector{stdlib.GetConnector(*cfg, stdlib.OptionAfterConnect(ourTypes))})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxIdleTime(5 * time.Minute)
	db.SetConnMaxLifetime(30 * time.Minute) // a failover or a new address takes effect
	return db, nil
}

// ourTypes makes timestamptz come back in UTC whatever the machine's zone is, and says what uuids are.
func ourTypes(_ context.Context, c *pgx.Conn) error {
	c.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	c.TypeMap().RegisterDefaultPgType(uuids{}, "_uuid")
	return nil
}
