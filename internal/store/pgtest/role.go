package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// prefix begins the name of every database made here; sixteen hexadecimal
// digits of the process's token and a number follow.
const prefix = "plainclothes_test_"

// roleLock serialises test processes that make [Role] on the same server.
const roleLock = 0x706c61696e636c6f

// borrow prepares a running server: [Role] exists, dead processes' databases are gone.
func borrow(ctx context.Context, adminURL string) (*Server, error) {
	admin, err := pgx.ParseConfig(adminURL)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", envServer, err)
	}
	s := &Server{admin: admin, guest: guestOf(admin), token: newToken()}
	if err := s.settle(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", envServer, err)
	}
	return s, nil
}

// guestOf returns how [Role] reaches the administrator's server. Its password
// is derived from the administrator's, so that concurrent test processes agree on it.
func guestOf(admin *pgx.ConnConfig) *pgx.ConnConfig {
	g := admin.Copy()
	g.User = Role
	sum := sha256.Sum256([]byte(Role + "\x00" + admin.Password))
	g.Password = hex.EncodeToString(sum[:])
	return g
}

// settle connects for good, marks this process as living, makes [Role] and sweeps.
func (s *Server) settle(ctx context.Context) error {
	c, err := pgx.ConnectConfig(ctx, s.admin)
	if err != nil {
		return err
	}
	s.alive = c
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", s.token); err != nil {
		return err
	}
	if err := s.makeRole(ctx); err != nil {
		return err
	}
	return s.sweep(ctx)
}

// makeRole creates [Role] where it is missing and refuses one that row-level security does not bind.
func (s *Server) makeRole(ctx context.Context) error {
	if _, err := s.alive.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(roleLock)); err != nil {
		return err
	}
	defer func() { _, _ = s.alive.Exec(ctx, "SELECT pg_advisory_unlock($1)", int64(roleLock)) }()
	var mighty bool
	err := s.alive.QueryRow(ctx, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $1", Role).Scan(&mighty)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.createRole(ctx)
	}
	if err != nil {
		return err
	}
	if mighty {
		return fmt.Errorf("role %s is a superuser or bypasses row-level security: ALTER ROLE %s NOSUPERUSER NOBYPASSRLS", Role, Role)
	}
	return s.greet(ctx)
}

func (s *Server) createRole(ctx context.Context) error {
	_, err := s.alive.Exec(ctx, "CREATE ROLE "+Role+" LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '"+s.guest.Password+"'")
	if err != nil {
		return err
	}
	return s.mayGive(ctx)
}

// mayGive lets an administrator who is no superuser make databases that belong to [Role].
func (s *Server) mayGive(ctx context.Context) error {
	var super bool
	if err := s.alive.QueryRow(ctx, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").Scan(&super); err != nil || super {
		return err
	}
	_, err := s.alive.Exec(ctx, "GRANT "+Role+" TO current_user")
	return err
}

// greet tells early, and in words, when a role of this name has another password.
func (s *Server) greet(ctx context.Context) error {
	g := s.guest.Copy()
	g.Database = s.admin.Database
	c, err := pgx.ConnectConfig(ctx, g)
	if pe := (*pgconn.PgError)(nil); errors.As(err, &pe) && pe.Code == "28P01" { // invalid_password
		return fmt.Errorf("role %s exists with a password that the tests do not know; drop the role or borrow another server: %w", Role, err)
	}
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

// sweep drops the databases of test processes that died before they could: a
// living process holds the advisory lock that its databases' names tell.
func (s *Server) sweep(ctx context.Context) error {
	rows, err := s.alive.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", prefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.bury(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// bury drops one database unless its process lives.
func (s *Server) bury(ctx context.Context, name string) error {
	token, ok := tokenIn(name)
	if !ok || token == s.token {
		return nil
	}
	var dead bool
	if err := s.alive.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", token).Scan(&dead); err != nil || !dead {
		return err
	}
	defer func() { _, _ = s.alive.Exec(ctx, "SELECT pg_advisory_unlock($1)", token) }()
	return s.drop(ctx, name)
}

// tokenIn reads the token of the process that made the named database.
func tokenIn(name string) (int64, bool) {
	digits, _, ok := strings.Cut(strings.TrimPrefix(name, prefix), "_")
	if !ok || len(digits) != 16 {
		return 0, false
	}
	token, err := strconv.ParseInt(digits, 16, 64)
	return token, err == nil
}

// urlOf writes a connection as a URL, the form that the product's settings take.
func urlOf(c *pgx.ConnConfig, database string) string {
	q := url.Values{}
	q.Set("sslmode", "disable")
	if c.TLSConfig != nil {
		q.Set("sslmode", "require")
	}
	u := url.URL{Scheme: "postgres", User: url.User(c.User), Path: "/" + database}
	if c.Password != "" {
		u.User = url.UserPassword(c.User, c.Password)
	}
	if strings.HasPrefix(c.Host, "/") { // a folder with a socket
		q.Set("host", c.Host)
		q.Set("port", strconv.Itoa(int(c.Port)))
	} else {
		u.Host = net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	}
	u.RawQuery = q.Encode()
	return u.String()
}
