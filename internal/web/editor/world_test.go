package editor_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/report"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/editor"
	"plainclothes/internal/web/kit"
)

// people answers who is signed in: the token is the name of an actor.
type people struct{ actors map[string]auth.Actor }

func (p people) SessionPerson(_ context.Context, token string) (auth.Session, auth.Person, error) {
	if _, ok := p.actors[token]; !ok {
		return auth.Session{}, auth.Person{}, fault.Missing("session")
	}
	return auth.Session{ID: token}, auth.Person{ID: token, Name: "Person " + token}, nil
}

func (p people) Memberships(_ context.Context, person string) ([]auth.Membership, error) {
	a := p.actors[person]
	return []auth.Membership{{Member: auth.Member{Org: a.Org, ID: a.Member, Person: person, Active: true}, OrgName: "Tea Ltd"}}, nil
}

func (p people) ActorFor(_ context.Context, person, _ string) (auth.Actor, error) {
	return p.actors[person], nil
}

func (p people) RenewSession(context.Context, string) (string, time.Time, error) {
	return "", time.Time{}, nil
}

// memory keeps blobs for a test.
type memory map[string][]byte

func (m memory) Put(_ context.Context, key string, b []byte) error {
	m[key] = bytes.Clone(b)
	return nil
}

func (m memory) Get(_ context.Context, key string) (io.ReadCloser, error) {
	b, ok := m[key]
	if !ok {
		return nil, fault.Missing("photo")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// rig is the editor's pages on real use cases and a real database.
type rig struct {
	*worldtest.World
	t       *testing.T
	visits  *visit.Service
	handler http.Handler
	people  people
}

// newRig makes an organisation with the coffee programme, an editor "e", a shopper "s" and the owner "o" who shops, too.
func newRig(t *testing.T) *rig {
	t.Helper()
	s := storetest.SQLite(t)
	w := worldtest.New(t, s, 4)
	src, ok := demo.File("coffee-kiosks")
	if !ok {
		t.Fatal("no coffee programme")
	}
	w.Publish(string(src), "first", "2026-01-01")
	r := &rig{World: w, t: t, visits: visit.NewService(s.Visits(), memory{}, w.Clock)}
	r.people = people{map[string]auth.Actor{
		"e": w.Member(auth.Editor), "o": w.Owner,
		"s": {Person: "s", Org: w.Org, Member: w.Shoppers[0], Roles: []auth.Role{auth.Shopper}},
	}}
	both := w.Member(auth.Editor)
	both.Roles, both.Member = []auth.Role{auth.Editor, auth.Shopper}, w.Shoppers[0]
	r.people.actors["both"] = both
	r.handler = siteOf(t, w.Clock, r.people, editor.New(r.visits, w.Studio, report.NewService(w.Store.Reports(), w.Clock)))
	return r
}

func siteOf(t *testing.T, now func() time.Time, p people, pages *editor.Pages) http.Handler {
	t.Helper()
	site, err := kit.New(kit.Options{BaseURL: "http://localhost:8080", Now: now, Log: slog.New(slog.DiscardHandler), Sessions: p})
	if err != nil {
		t.Fatal(err)
	}
	site.Add(pages.Routes()...)
	return site.Echo()
}

func (r *rig) get(who, path string) *httptest.ResponseRecorder {
	r.t.Helper()
	return do(r.handler, http.MethodGet, who, path, nil)
}

func (r *rig) post(who, path string, form url.Values) *httptest.ResponseRecorder {
	r.t.Helper()
	return do(r.handler, http.MethodPost, who, path, strings.NewReader(form.Encode()))
}

func do(h http.Handler, method, who, path string, body io.Reader) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, body)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "plainclothes", Value: who})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

const story = "I joined the queue, was greeted with a smile, ordered a flat white, paid, waited two minutes and left happy with a good drink."

// answers is a buyer's whole visit: the allergen notice was missing, which caps it.
func answers() map[string]string {
	return map[string]string{
		"A1": `"09:05"`, "A2": `1`, "A3": `"yes"`, "A4": `"yes"`, "A5": `"na"`, "A7": `"no"`, "B1": `22`, "B2": `"good"`, "B4": `"Robin"`,
		"C1": `"yes"`, "C2": `"answered_correctly_straight_away"`, "C3": `"something_that_fitted_what"`, "C4": `"yes"`, "C5": `"not_observed"`,
		"C6": `3.4`, "D1": `160`, "D3": `"yes"`, "D5": `"lukewarm"`, "D6": `"yes"`, "E1": `"yes"`, "E2": `"no"`, "O1": `9`, "O2": `"` + story + `"`,
		"O4": `"09:17"`,
	}
}

// made makes a report in a state, by the second shopper unless another is named, received hours before now.
func (r *rig) made(state visit.State, change ...func(*worldtest.Made)) string {
	r.t.Helper()
	m := worldtest.Made{
		Branch: r.Branches[1], Scenario: "buyer", Shopper: r.Shoppers[1], On: "2026-11-19", Hour: 9, Answers: answers(), State: state,
		Comments: map[string]string{"A7": "I looked on the counter & the wall."},
	}
	for _, f := range change {
		f(&m)
	}
	return r.Visit(m)
}

func (r *rig) state(id string) visit.State {
	r.t.Helper()
	rev, err := r.visits.Review(r.t.Context(), r.people.actors["o"], id)
	if err != nil {
		r.t.Fatal(err)
	}
	return rev.Visit.State
}

// wantPage checks the status and what must and must not (a leading "!") appear.
func wantPage(t *testing.T, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	body := w.Body.String()
	if w.Code != status {
		t.Fatalf("status %d, want %d\n%s", w.Code, status, body)
	}
	for _, x := range words {
		not, forbidden := strings.CutPrefix(x, "!")
		if forbidden == strings.Contains(body, not) {
			t.Errorf("%q: on the page %v, want %v", not, forbidden, !forbidden)
		}
	}
	if t.Failed() {
		t.Logf("%s", body)
	}
	plainHTML(t, body)
}

// plainHTML checks what every page promises: one heading of the first rank, nothing inline that the policy forbids, and
// no id twice.
func plainHTML(t *testing.T, body string) {
	t.Helper()
	if n := strings.Count(body, "<h1"); n != 1 {
		t.Errorf("%d h1 on the page", n)
	}
	for _, bad := range []string{" style=", " onclick=", "<style", "ZgotmplZ", "%!"} {
		if strings.Contains(body, bad) {
			t.Errorf("%q on the page", bad)
		}
	}
	seen := map[string]bool{}
	for _, part := range strings.Split(body, ` id="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		if seen[id] {
			t.Errorf("id %q twice", id)
		}
		seen[id] = true
	}
}

func wantRedirect(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Fatalf("status %d to %q, want 303 to %q\n%s", w.Code, w.Header().Get("Location"), to, w.Body)
	}
}

// foreign is a report of another organisation on the same store.
func (r *rig) foreign() string {
	r.t.Helper()
	other := worldtest.New(r.t, r.Store, 1)
	src, _ := demo.File("coffee-kiosks")
	other.Luck().Uint64() // not the ids of the first world
	other.Publish(string(src), "first", "2026-01-01")
	return other.Visit(worldtest.Made{Branch: other.Branches[0], Scenario: "buyer", On: "2026-11-19", Hour: 9, Answers: answers(), State: visit.Received})
}

// revision1 is a decision on the first revision.
func revision1(more ...string) url.Values {
	v := url.Values{"revision": {"1"}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return v
}

func path(id string, tail ...string) string { return "/review/" + id + strings.Join(tail, "") }

func name(n int) string { return fmt.Sprintf("Branch %03d", n) }

func (m memory) Delete(_ context.Context, key string) error {
	delete(m, key)
	return nil
}

func (memory) Sweep(context.Context, string, time.Time) error { return nil }
