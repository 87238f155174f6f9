// Package webtest gives a page's test a site to ask: real pages behind the real middleware, for people of a test's
// making.
//
// The one rule: only tests import it. Who asks is chosen by a member's id in place of a session's token.
package webtest

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

// Site is a site under test.
type Site struct {
	*kit.Site
	t      testing.TB
	actors map[string]auth.Actor
}

// New makes a site with some routes at a fixed time.
func New(t testing.TB, now time.Time, actors []auth.Actor, routes ...kit.Route) *Site {
	t.Helper()
	return NewWithGrants(t, now, actors, nil, routes...)
}

// NewWithGrants is New for a site that phones reach by their grants.
func NewWithGrants(
	t testing.TB, now time.Time, actors []auth.Actor, grants func(context.Context, string) (auth.Actor, error), routes ...kit.Route,
) *Site {
	t.Helper()
	s := &Site{t: t, actors: map[string]auth.Actor{}}
	for _, a := range actors {
		s.actors[a.Member] = a
	}
	var err error
	s.Site, err = kit.New(kit.Options{
		BaseURL: "http://localhost:8080", Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
		Sessions: sessions{s.actors}, Grants: grants, Rate: 1e6, Burst: 1e6,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Add(routes...)
	return s
}

// Answer is what the site said.
type Answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// Seen takes an answer of a site that a test has made itself.
func Seen(t testing.TB, w *httptest.ResponseRecorder) Answer { return Answer{w, t} }

// Get asks for a page as an actor.
func (s *Site) Get(a auth.Actor, path string) Answer {
	return s.do(a, httptest.NewRequest(http.MethodGet, path, nil))
}

// Post sends a form as an actor.
func (s *Site) Post(a auth.Actor, path string, form url.Values) Answer {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(a, r)
}

// PostBody sends any body as an actor.
func (s *Site) PostBody(a auth.Actor, path, kind string, body io.Reader) Answer {
	r := httptest.NewRequest(http.MethodPost, path, body)
	r.Header.Set("Content-Type", kind)
	return s.do(a, r)
}

func (s *Site) do(a auth.Actor, r *http.Request) Answer {
	r.Host = "localhost:8080"
	r.AddCookie(&http.Cookie{Name: "plainclothes", Value: a.Member}) //nolint:gosec // a request's cookie has no attributes
	w := httptest.NewRecorder()
	s.Echo().ServeHTTP(w, r)
	return Answer{w, s.t}
}

// Serve starts the site for a browser and gives its address; every request comes from one actor.
func (s *Site) Serve(a auth.Actor) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "plainclothes", Value: a.Member}) //nolint:gosec // a request's cookie has no attributes
		s.Echo().ServeHTTP(still{w}, r)
	}))
	s.t.Cleanup(srv.Close)
	return srv.URL
}

// still is a connection without deadlines: the clock of the site stands still, and what it calls soon is long over.
type still struct{ http.ResponseWriter }

// Flush sends what was written so far.
func (s still) Flush() { _ = http.NewResponseController(s.ResponseWriter).Flush() }

// Status fails the test unless the answer has this status.
func (a Answer) Status(want int) Answer {
	a.t.Helper()
	if a.Code != want {
		a.t.Fatalf("status %d, want %d: %s", a.Code, want, a.Text())
	}
	return a
}

// To fails the test unless the answer leads on to a page.
func (a Answer) To(path string) Answer {
	a.t.Helper()
	a.Status(http.StatusSeeOther)
	if got := a.Header().Get("Location"); got != path {
		a.t.Fatalf("leads to %s, want %s", got, path)
	}
	return a
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// Text is what a person reads of the page.
func (a Answer) Text() string {
	return strings.TrimSpace(blanks.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(a.Body.String(), " ")), " "))
}

// Says fails the test unless the page's text has every phrase.
func (a Answer) Says(phrases ...string) Answer {
	a.t.Helper()
	text := a.Text()
	for _, p := range phrases {
		if !strings.Contains(text, p) {
			a.t.Errorf("the page does not say %q:\n%s", p, text)
		}
	}
	return a
}

// Silent fails the test when the page's text or markup has any phrase; markup is looked for in the markup alone.
func (a Answer) Silent(phrases ...string) Answer {
	a.t.Helper()
	for _, p := range phrases {
		if strings.Contains(a.Body.String(), p) || !strings.Contains(p, "<") && strings.Contains(a.Text(), p) {
			a.t.Errorf("the page says %q", p)
		}
	}
	return a
}

// Has fails the test unless the markup has every piece.
func (a Answer) Has(pieces ...string) Answer {
	a.t.Helper()
	for _, p := range pieces {
		if !strings.Contains(a.Body.String(), p) {
			a.t.Errorf("the markup lacks %q:\n%s", p, a.Body.String())
		}
	}
	return a
}

// sessions knows every actor by his member id.
type sessions struct{ actors map[string]auth.Actor }

func (s sessions) SessionPerson(_ context.Context, token string) (auth.Session, auth.Person, error) {
	a, ok := s.actors[token]
	if !ok {
		return auth.Session{}, auth.Person{}, fault.New(fault.SignIn, "Sign in.")
	}
	return auth.Session{ID: token, Person: token}, auth.Person{ID: token, Name: "Kim Example", Email: a.Member + "@example.com"}, nil
}

func (s sessions) Memberships(_ context.Context, person string) ([]auth.Membership, error) {
	a := s.actors[person]
	return []auth.Membership{{
		Member: auth.Member{Org: a.Org, ID: a.Member, Person: person, Alias: a.Alias, Roles: a.Roles, Active: true}, OrgName: "Kettle Ltd",
	}}, nil
}

func (s sessions) ActorFor(_ context.Context, person, _ string) (auth.Actor, error) {
	return s.actors[person], nil
}

func (s sessions) RenewSession(context.Context, string) (string, time.Time, error) {
	return "", time.Time{}, nil
}
