package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Options say what kind of server [Start] starts.
type Options struct {
	// Durable keeps every promise about power cuts (fsync, full page writes,
	// synchronous commit) and the default memory settings: for measurements.
	Durable bool
}

// Server is a PostgreSQL server in which tests make databases.
type Server struct {
	admin *pgx.ConnConfig // superuser of a private server, administrator of a borrowed one
	guest *pgx.ConnConfig // Role
	token int64           // this process's mark in the names of its databases
	count atomic.Int64    // databases made so far
	alive *pgx.Conn       // holds the advisory lock that tells other processes this one lives
	own   *process        // nil where the server is borrowed
}

// Start starts a private server that stops when the test ends. Without
// PostgreSQL the test is skipped, or fails where PLAINCLOTHES_TEST_ALL=1.
// Ordinary tests share a server through [DB] and [Template] instead.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := start(ctx, o)
	if err != nil {
		giveUp(t, err)
	}
	t.Cleanup(s.stop)
	return s
}

// PID returns the process id of the server's first process, so that a
// measurement can add up the processor time of it and its children; 0 where
// the server is borrowed.
func (s *Server) PID() int {
	if s.own == nil {
		return 0
	}
	b, err := os.ReadFile(filepath.Join(s.own.dir, "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return pid
}

// DB returns the URL of an empty database that belongs to [Role] and is dropped when the test ends.
func (s *Server) DB(t testing.TB) string {
	t.Helper()
	return s.copyOf(t, "template1")
}

// copyOf makes a database from the named template for the length of a test.
func (s *Server) copyOf(t testing.TB, template string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name := s.name()
	if err := s.create(ctx, name, template); err != nil {
		t.Fatalf("pgtest: make a database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("pgtest: drop a database: %v", err)
		}
	})
	return urlOf(s.guest, name)
}

// template makes a database, lets fill work on it as [Role], and closes it for good.
func (s *Server) template(ctx context.Context, fill func(ctx context.Context, url string) error) (string, error) {
	name := s.name()
	if err := s.create(ctx, name, "template1"); err != nil {
		return "", err
	}
	if err := fill(ctx, urlOf(s.guest, name)); err != nil {
		return "", err
	}
	// A stray connection would make every later copy wait.
	return name, s.exec(ctx, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false")
}

// name returns a database name that no other process and no other call uses.
func (s *Server) name() string {
	return fmt.Sprintf("%s%016x_%d", prefix, s.token, s.count.Add(1))
}

func (s *Server) create(ctx context.Context, name, template string) error {
	return s.exec(ctx, "CREATE DATABASE "+name+" OWNER "+Role+" TEMPLATE "+template)
}

func (s *Server) drop(ctx context.Context, name string) error {
	return s.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

// exec runs one administrative statement on a connection of its own: a pool
// would outlive the tests, and such statements run in no transaction.
func (s *Server) exec(ctx context.Context, statement string) error {
	c, err := pgx.ConnectConfig(ctx, s.admin)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, statement)
	return firstOf(err, c.Close(ctx))
}

// stop ends a private server; a borrowed one stays.
func (s *Server) stop() {
	if s.alive != nil {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = s.alive.Close(ctx)
	}
	if s.own != nil {
		s.own.stop()
	}
}

// newToken draws a positive random number, which also names an advisory lock.
func newToken() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return int64(binary.BigEndian.Uint64(b[:]) >> 1)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
