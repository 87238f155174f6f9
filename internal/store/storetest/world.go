package storetest

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/store"
)

// World is an organisation with one published programme, one branch and one person of each role, on a real database.
type World struct {
	T         testing.TB
	Store     *store.Store
	Org       string
	Programme string // id of one of the demo programmes
	Version   string // its published version 1
	Branch    string // "Leeds, Briggate", with seats
	Actors    map[auth.Role]auth.Actor
}

// NewWorld makes a world with a demo programme (its file's name without ending).
func NewWorld(t testing.TB, s *store.Store, file string) *World {
	t.Helper()
	w := &World{
		T: t, Store: s, Org: uuid.NewString(), Programme: uuid.NewString(), Version: uuid.NewString(), Branch: uuid.NewString(),
		Actors: map[auth.Role]auth.Actor{},
	}
	p := parsed(t, file)
	w.Exec(`INSERT INTO organisations (id, name, zone, currency, created_at, row_version)
 VALUES ($1, 'Kettle Ltd', 'Europe/London', 'GBP', $2, 1)`, w.Org, Noon)
	w.Exec(`INSERT INTO event_heads (org_id, seq, hash) VALUES ($1, 0, '')`, w.Org)
	w.AddBranch(w.Branch, "B1", "Leeds, Briggate")
	w.Exec(`INSERT INTO programmes (org_id, id, key, name, data_rev, created_at, row_version) VALUES ($1, $2, $3, $4, 0, $5, 1)`,
		w.Org, w.Programme, p.Key, p.Name, Noon)
	w.Exec(`INSERT INTO versions (org_id, id, programme_id, number, state, hash, document, note, created_at, created_by, published_at,
 published_by, effective_on, row_version) VALUES ($1, $2, $3, 1, 'published', $4, $5, 'first', $6, 'system', $6, 'system', '2026-01-01', 1)`,
		w.Org, w.Version, w.Programme, p.Hash(), string(p.Canonical()), Noon)
	for _, r := range auth.Roles() {
		w.Actors[r] = w.Member(r)
	}
	return w
}

func parsed(t testing.TB, file string) *programme.Programme {
	t.Helper()
	src, ok := demo.File(file)
	if !ok {
		t.Fatalf("there is no demo programme %s", file)
	}
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// AddBranch inserts a branch without a region.
func (w *World) AddBranch(id, code, name string) {
	w.T.Helper()
	w.Exec(`INSERT INTO branches (org_id, id, code, name, format, channel, kind, zone, address, features, active, row_version)
 VALUES ($1, $2, $3, $4, 'kiosk', 'store', 'own', 'Europe/London', '', '["has_seating"]', true, 1)`, w.Org, id, code, name)
}

// Member inserts a person with one role and gives him as an actor. A branch manager manages the world's branch.
func (w *World) Member(role auth.Role) auth.Actor {
	w.T.Helper()
	person, id := uuid.NewString(), uuid.NewString()
	w.Exec(`INSERT INTO people (id, email, name, password_hash, created_at, row_version) VALUES ($1, $2, 'Kim Example', '', $3, 1)`,
		person, person+"@example.com", Noon)
	w.Exec(`INSERT INTO members (org_id, id, person_id, alias, active, created_at, row_version) VALUES ($1, $2, $3, $4, true, $5, 1)`,
		w.Org, id, person, "Alias "+id[:6], Noon)
	w.Exec(`INSERT INTO member_roles (org_id, member_id, role) VALUES ($1, $2, $3)`, w.Org, id, string(role))
	a := auth.Actor{Person: person, Org: w.Org, Member: id, Alias: "Alias " + id[:6], Roles: []auth.Role{role}}
	if role == auth.BranchManager {
		w.Exec(`INSERT INTO member_branches (org_id, member_id, branch_id) VALUES ($1, $2, $3)`, w.Org, id, w.Branch)
		a.Branches = []string{w.Branch}
	}
	return a
}

// Exec runs a statement as the organisation, behind the walls that the server meets, too.
func (w *World) Exec(statement string, args ...any) {
	w.T.Helper()
	err := w.inTx(func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(w.T.Context()), statement, args...)
		return err
	})
	if err != nil {
		w.T.Fatalf("%s: %v", statement, err)
	}
}

// Number reads one number as the organisation.
func (w *World) Number(query string, args ...any) (n int64) {
	w.T.Helper()
	err := w.inTx(func(tx *sql.Tx) error { return tx.QueryRowContext(w.T.Context(), query, args...).Scan(&n) })
	if err != nil {
		w.T.Fatalf("%s: %v", query, err)
	}
	return n
}

func (w *World) inTx(do func(*sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(w.T.Context(), 10*time.Second)
	defer cancel()
	tx, err := w.Store.Pool().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if w.Store.Dialect() == "postgres" {
		if _, err := tx.ExecContext(ctx, `SELECT set_config('app.org_id', $1, true)`, w.Org); err != nil {
			return err
		}
	}
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}
