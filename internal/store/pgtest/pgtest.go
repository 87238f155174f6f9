// Package pgtest gives a test a PostgreSQL database of its own, from the binaries on this machine.
//
// The one rule to know: a test gets the rights the product gets. Its databases
// belong to [Role], which is no superuser and cannot bypass row-level security,
// so a forgotten policy fails here as it would in the field.
//
// The first call starts a private server (below a second, also as root); it
// ends and is swept away with the test process, whichever way that ends. With
// PLAINCLOTHES_TEST_POSTGRES, an administrator's URL, a running server is
// borrowed instead. Only tests may import this package.
package pgtest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"
)

// Role owns every database that a test gets.
const Role = "plainclothes"

// Names of the environment variables that steer this package.
const (
	envServer = "PLAINCLOTHES_TEST_POSTGRES" // administrator's URL of a server to borrow
	envAll    = "PLAINCLOTHES_TEST_ALL"      // "1": nothing may be left out
)

// errMissing says that this machine has no PostgreSQL to start or borrow.
var errMissing = errors.New("no PostgreSQL on this machine: install it (Debian: apt-get install postgresql) or set " + envServer)

// patience bounds one step of administration: starting a server, making or dropping a database.
const patience = 60 * time.Second

// shared is the one server of this test process.
var shared = sync.OnceValues(func() (*Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if admin := os.Getenv(envServer); admin != "" {
		return borrow(ctx, admin)
	}
	return start(ctx, Options{})
})

// DB returns the URL of an empty database that belongs to [Role]. It is dropped
// when the test ends. Without PostgreSQL the test is skipped, or fails where
// PLAINCLOTHES_TEST_ALL=1.
func DB(t testing.TB) string {
	t.Helper()
	return common(t).DB(t)
}

// Enough tells whether tests need no other database: with -short, where there is PostgreSQL. SQLite in Go is slow under the
// race detector, and what runs side by side is the same with both.
func Enough() bool {
	if !testing.Short() {
		return false
	}
	_, err := shared()
	return err == nil
}

// common returns the shared server or ends the test.
func common(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	if err != nil {
		giveUp(t, err)
	}
	return s
}

// giveUp skips where PostgreSQL is merely absent, and fails where it is broken or demanded.
func giveUp(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && os.Getenv(envAll) != "1" {
		t.Skipf("left out: %v", err)
	}
	t.Fatalf("pgtest: %v", err)
}

// Template is a database that is filled once in a test process and then copied,
// which is far quicker than running every migration for every test.
type Template struct {
	make func() (name string, err error)
}

// NewTemplate returns a template that fill prepares when it is first needed,
// usually by running the migrations. fill must close its connections. Keep the
// template in a package variable of the tests.
func NewTemplate(fill func(ctx context.Context, url string) error) *Template {
	return &Template{make: sync.OnceValues(func() (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
		defer cancel()
		s, err := shared()
		if err != nil {
			return "", err
		}
		return s.template(ctx, fill)
	})}
}

// DB returns the URL of a copy of the template that belongs to [Role]. It is
// dropped when the test ends; see the function [DB] for a missing PostgreSQL.
func (tm *Template) DB(t testing.TB) string {
	t.Helper()
	s := common(t)
	name, err := tm.make()
	if err != nil {
		t.Fatalf("pgtest: prepare the template database: %v", err)
	}
	return s.copyOf(t, name)
}
