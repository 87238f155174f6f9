// Package sqlitetest gives tests files of SQLite that were prepared once and are copied for each.
//
// The one rule: only tests import it.
package sqlitetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Template is a prepared database file.
type Template struct{ make func() ([]byte, error) }

// NewTemplate returns a template that fill prepares when it is first needed, usually by running the migrations, which costs
// ten times a copy. fill must close its connections. Keep the template in a package variable of the tests.
func NewTemplate(fill func(ctx context.Context, url string) error) *Template {
	return &Template{make: sync.OnceValues(func() ([]byte, error) {
		folder, err := os.MkdirTemp("", "sqlitetest")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		path := filepath.Join(folder, "plainclothes.db")
		if err := fill(context.Background(), "sqlite:"+path); err != nil {
			return nil, err
		}
		return os.ReadFile(path) //nolint:gosec // it was made three lines above
	})}
}

// DB returns the URL of a copy in the test's own folder.
func (tm *Template) DB(t testing.TB) string {
	t.Helper()
	file, err := tm.make()
	if err != nil {
		t.Fatalf("sqlitetest: prepare the template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "plainclothes.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}
