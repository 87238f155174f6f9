package scheduler_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/org"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/report"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/scheduler"
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

// rig is the scheduler's pages on real use cases and a real database.
type rig struct {
	*worldtest.World
	t       *testing.T
	visits  *visit.Service
	org     *org.Service
	handler http.Handler
	people  people
}

// newRig makes an organisation with the coffee and the hardware programme, a scheduler "p" and an editor "e".
func newRig(t *testing.T, branches int) *rig {
	t.Helper()
	s := storetest.SQLite(t)
	w := worldtest.New(t, s, branches)
	for _, name := range []string{"hardware-stores", "coffee-kiosks"} { // the last one is the world's
		src, ok := demo.File(name)
		if !ok {
			t.Fatalf("no programme %s", name)
		}
		w.Publish(string(src), "first", "2026-01-01")
	}
	r := &rig{World: w, t: t, visits: visit.NewService(s.Visits(), nil, w.Clock), org: org.NewService(s.Org(), w.Clock)}
	r.people = people{map[string]auth.Actor{"p": w.Member(auth.Scheduler), "e": w.Member(auth.Editor)}}
	site, err := kit.New(kit.Options{BaseURL: "http://localhost:8080", Now: w.Clock, Log: slog.New(slog.DiscardHandler), Sessions: r.people})
	if err != nil {
		t.Fatal(err)
	}
	site.Add(scheduler.New(r.visits, w.Studio, r.org, auth.NewService(s.Auth(), w.Clock, auth.Options{}), report.NewService(s.Reports(), w.Clock), w.Clock).Routes()...)
	r.handler = site.Echo()
	return r
}

func (r *rig) get(who, path string) *httptest.ResponseRecorder {
	r.t.Helper()
	return r.do(http.MethodGet, who, path, nil)
}

func (r *rig) post(who, path string, form url.Values) *httptest.ResponseRecorder {
	r.t.Helper()
	return r.do(http.MethodPost, who, path, strings.NewReader(form.Encode()))
}

func (r *rig) do(method, who, path string, body io.Reader) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, body)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "plainclothes", Value: who})
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	return w
}

// order is a form that plans one visit; change sets fields, an empty value takes one out.
func (r *rig) order(change ...string) url.Values {
	v := url.Values{
		"what": {r.Programme.ID + "|buyer"}, "branch": {r.Branches[0].ID}, "due_date": {"2026-11-28"}, "due_time": {"20:00"}, "go": {"plan"},
	}
	for i := 0; i+1 < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v
}

// planned lists all visits that are ahead.
func (r *rig) planned() []visit.Row {
	r.t.Helper()
	rows, err := r.visits.Planned(r.t.Context(), r.people.actors["p"], visit.Query{States: []visit.State{visit.Open, visit.Taken, visit.InProgress}})
	if err != nil {
		r.t.Fatal(err)
	}
	return rows
}

// one plans a visit to a branch, due in days, for a shopper or for nobody yet.
func (r *rig) one(branch org.Branch, days int, shopper string) string {
	r.t.Helper()
	vs, err := r.visits.Plan(r.t.Context(), r.people.actors["p"], visit.PlanInput{
		Programme: r.Programme.ID, Scenario: "buyer", Branches: []string{branch.ID}, Shopper: shopper, Due: r.Now.AddDate(0, 0, days), IgnoreRotation: true,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return vs[0].ID
}

// branches adds open branches in a zone, with codes of their own.
func (r *rig) branches(zone string, codes ...string) []org.Branch {
	r.t.Helper()
	var all []org.Branch
	for _, c := range codes {
		all = append(all, org.Branch{
			Org: r.Org, ID: uuid.NewString(), Code: c, Name: "Shop " + c, Region: r.Regions[0].ID, Channel: org.Store, Kind: org.Own,
			Zone: zone, Active: true, RowVersion: 1,
		})
	}
	if err := r.Store.CreateBranches(r.t.Context(), r.Org, all); err != nil {
		r.t.Fatal(err)
	}
	return all
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
	plainHTML(t, body)
	if t.Failed() {
		t.Logf("%s", body)
	}
}

// plainHTML checks what every page promises: one heading of the first rank, nothing inline that the policy forbids, no
// id twice and no link of an error that leads nowhere.
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
	for _, part := range strings.Split(body, ` href="#f-`)[1:] {
		if id, _, _ := strings.Cut(part, `"`); !seen["f-"+id] {
			t.Errorf("a link leads to f-%s, which is not there", id)
		}
	}
}

func wantRedirect(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Fatalf("status %d to %q, want 303 to %q\n%s", w.Code, w.Header().Get("Location"), to, w.Body)
	}
}
