package visit_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/store"
	"plainclothes/internal/visit"
)

// noon is the present of these tests.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// world is an organisation with a programme, a branch and people, on a real database.
type world struct {
	t         *testing.T
	store     *store.Store
	svc       *visit.Service
	org       string
	programme string
	version   string
	branch    string
	now       time.Time

	scheduler, shopper, other, editor, owner auth.Actor
}

// newWorld makes a world with one of the demo programmes.
func newWorld(t *testing.T, s *store.Store, file string) *world {
	t.Helper()
	w := &world{
		t: t, store: s, org: uuid.NewString(), programme: uuid.NewString(), version: uuid.NewString(), branch: uuid.NewString(), now: noon,
	}
	w.svc = visit.NewService(s.Visits(), &memory{kept: map[string][]byte{}}, func() time.Time { return w.now })
	src, ok := demo.File(file)
	if !ok {
		t.Fatalf("there is no demo programme %s", file)
	}
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	w.exec(
		row(`INSERT INTO organisations (id, name, zone, currency, created_at, row_version) VALUES ($1, 'Kettle', 'Europe/London', 'GBP', $2, 1)`, w.org, noon),
		row(`INSERT INTO event_heads (org_id, seq, hash) VALUES ($1, 0, '')`, w.org),
		row(`INSERT INTO branches (org_id, id, code, name, format, channel, kind, zone, address, features, active, row_version)
 VALUES ($1, $2, 'B1', 'Leeds, Briggate', 'kiosk', 'store', 'own', 'Europe/London', '', '["has_seating"]', true, 1)`, w.org, w.branch),
		row(`INSERT INTO programmes (org_id, id, key, name, data_rev, created_at, row_version) VALUES ($1, $2, $3, $4, 0, $5, 1)`,
			w.org, w.programme, p.Key, p.Name, noon),
		row(`INSERT INTO versions (org_id, id, programme_id, number, state, hash, document, note, created_at, created_by, published_at, published_by, effective_on, row_version)
 VALUES ($1, $2, $3, 1, 'published', $4, $5, 'first', $6, 'system', $6, 'system', '2026-01-01', 1)`,
			w.org, w.version, w.programme, p.Hash(), string(p.Canonical()), noon),
	)
	w.scheduler, w.shopper, w.other = w.member(auth.Scheduler), w.member(auth.Shopper), w.member(auth.Shopper)
	w.editor, w.owner = w.member(auth.Editor), w.member(auth.Owner)
	return w
}

type statement struct {
	sql  string
	args []any
}

func row(sql string, args ...any) statement { return statement{sql, args} }

// exec runs statements as the organisation, behind the walls that the server meets, too.
func (w *world) exec(all ...statement) {
	w.t.Helper()
	tx, err := w.store.Pool().BeginTx(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if w.store.Dialect() == "postgres" {
		all = append([]statement{row(`SELECT set_config('app.org_id', $1, true)`, w.org)}, all...)
	}
	for _, s := range all {
		if _, err := tx.ExecContext(w.t.Context(), s.sql, s.args...); err != nil {
			w.t.Fatalf("%s: %v", s.sql, err)
		}
	}
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
}

// query reads one number as the organisation.
func (w *world) query(q string, args ...any) (n int64) {
	w.t.Helper()
	tx, err := w.store.Pool().BeginTx(w.t.Context(), &sql.TxOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if w.store.Dialect() == "postgres" {
		if _, err := tx.ExecContext(w.t.Context(), `SELECT set_config('app.org_id', $1, true)`, w.org); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := tx.QueryRowContext(w.t.Context(), q, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", q, err)
	}
	return n
}

func (w *world) member(role auth.Role) auth.Actor {
	w.t.Helper()
	person, id := uuid.NewString(), uuid.NewString()
	w.exec(
		row(`INSERT INTO people (id, email, name, password_hash, created_at, row_version) VALUES ($1, $2, 'N', '', $3, 1)`, person, person+"@x.test", noon),
		row(`INSERT INTO members (org_id, id, person_id, alias, active, created_at, row_version) VALUES ($1, $2, $3, $4, true, $5, 1)`,
			w.org, id, person, "Alias "+id[:6], noon),
		row(`INSERT INTO member_roles (org_id, member_id, role) VALUES ($1, $2, $3)`, w.org, id, string(role)),
	)
	return auth.Actor{Person: person, Org: w.org, Member: id, Roles: []auth.Role{role}}
}

// taken plans a visit for the shopper.
func (w *world) taken(scenario string) string {
	w.t.Helper()
	vs, err := w.svc.Plan(w.t.Context(), w.scheduler, visit.PlanInput{
		Programme: w.programme, Branches: []string{w.branch}, Scenario: scenario, Shopper: w.shopper.Member, Due: w.now.Add(48 * time.Hour),
		IgnoreRotation: true,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return vs[0].ID
}

// save answers questions: "A3=yes", "A3.comment=some words"; values are separated by bars.
func (w *world) save(id string, answers ...string) {
	w.t.Helper()
	entries := map[string]visit.Entry{}
	paper := must(w.svc.Open(w.t.Context(), w.shopper, id))(w.t)
	for _, a := range answers {
		field, value, _ := strings.Cut(a, "=")
		q, comment := strings.CutSuffix(field, ".comment")
		e, ok := entries[q]
		if !ok {
			question, _, _ := paper.List.Programme.Question(q)
			e.Was = string(paper.Answers[q].JSON(question))
			e.Values, e.WasComment = nil, paper.Report.Comments[q]
			e.Comment = e.WasComment
			if s := paper.Answers[q]; s.State != programme.Missing {
				e.Values = []string{strings.Trim(e.Was, `"`)}
			}
		}
		if comment {
			e.Comment = value
		} else if e.Values = nil; value != "" {
			e.Values = strings.Split(value, "|")
		}
		entries[q] = e
	}
	if _, err := w.svc.Save(w.t.Context(), w.shopper, id, entries); err != nil {
		w.t.Fatal(err)
	}
}

const story = "I joined the queue, was greeted with a smile, ordered a flat white, paid, waited two minutes and left happy with a good drink in my hand."

// buyer answers everything that a buyer is asked, but the receipt's photo.
func (w *world) buyer(id string) {
	w.t.Helper()
	w.save(id, "A1=09:05", "A2=1", "A3=yes", "A4=yes", "A5=yes", "A6=yes", "A7=yes", "B1=0:22", "B2=good",
		"C1=yes", "C2=answered_correctly_straight_away", "C3=something_that_fitted_what", "C4=yes", "C5=na", "C6=3.40",
		"D1=2:40", "D3=yes", "D5=pleasant_to_drink", "D6=yes", "E1=yes", "E2=no", "O1=9", "O2="+story, "O4=09:17")
}

// photo adds a small picture to a question.
func (w *world) photo(id, question string) string {
	w.t.Helper()
	p, err := w.svc.AddPhoto(w.t.Context(), w.shopper, id, question, bytes.NewReader(picture(w.t)))
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

// sealed is a complete, sealed buyer's visit.
func (w *world) sealed() string {
	w.t.Helper()
	id := w.taken("buyer")
	w.buyer(id)
	w.photo(id, "O3")
	must(w.svc.Seal(w.t.Context(), w.shopper, id))(w.t)
	return id
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind || err == nil {
		t.Fatalf("error %v is of kind %v, want %v", err, fault.KindOf(err), kind)
	}
}

// memory keeps blobs for a test.
type memory struct{ kept map[string][]byte }

func (m *memory) Put(_ context.Context, key string, b []byte) error {
	m.kept[key] = bytes.Clone(b)
	return nil
}

func (m *memory) Get(_ context.Context, key string) (io.ReadCloser, error) {
	b, ok := m.kept[key]
	if !ok {
		return nil, fault.Missing("photo")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// raw is answers in wire form.
func raw(answers map[string]any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for q, a := range answers {
		b, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		out[q] = b
	}
	return out
}
