package kit_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

// noon is the time of every test.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// people is a fake of auth.Service: token → person, person → memberships.
type people struct {
	tokens  map[string]auth.Person
	members map[string][]auth.Membership
	broken  error
	renew   bool // sessions ask for a new token
	renewed bool
}

func (p *people) SessionPerson(_ context.Context, token string) (auth.Session, auth.Person, error) {
	if p.broken != nil {
		return auth.Session{}, auth.Person{}, p.broken
	}
	who, ok := p.tokens[token]
	if !ok {
		return auth.Session{}, auth.Person{}, fault.Missing("session")
	}
	return auth.Session{ID: "s-" + token, Person: who.ID, Renew: p.renew}, who, nil
}

func (p *people) Memberships(_ context.Context, person string) ([]auth.Membership, error) {
	return p.members[person], nil
}

func (p *people) ActorFor(_ context.Context, person, org string) (auth.Actor, error) {
	for _, m := range p.members[person] {
		if m.Org == org {
			return auth.Actor{Person: person, Org: org, Member: m.ID, Roles: m.Roles}, nil
		}
	}
	return auth.Actor{}, fault.Missing("membership")
}

func (p *people) RenewSession(_ context.Context, token string) (fresh string, expires time.Time, err error) {
	if p.renewed {
		return "", noon, nil
	}
	p.renewed = true
	p.tokens["fresh"] = p.tokens[token]
	return "fresh", noon.Add(time.Hour), nil
}

func member(org, person string, roles ...auth.Role) auth.Membership {
	return auth.Membership{Member: auth.Member{Org: org, ID: "m-" + org + "-" + person, Person: person, Roles: roles, Active: true}, OrgName: "Org " + org}
}

func somePeople() *people {
	return &people{
		tokens: map[string]auth.Person{
			"olga":  {ID: "olga", Name: "Olga Owner", Email: "olga@example.com"},
			"sam":   {ID: "sam", Name: "Sam Shopper"},
			"nomad": {ID: "nomad", Name: "Nina Nomad"},
		},
		members: map[string][]auth.Membership{
			"olga": {member("a", "olga", auth.Owner), member("b", "olga", auth.Editor)},
			"sam":  {member("a", "sam", auth.Shopper)},
		},
	}
}

// rig is a site under test with its log.
type rig struct {
	*kit.Site
	log    *bytes.Buffer
	people *people
}

func newRig(t *testing.T, change ...func(*kit.Options)) *rig {
	t.Helper()
	r := &rig{log: &bytes.Buffer{}, people: somePeople()}
	o := kit.Options{BaseURL: "http://localhost:8080", Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(r.log, nil)), Sessions: r.people}
	for _, f := range change {
		f(&o)
	}
	s, err := kit.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Site = s
	return r
}

// do sends one request; edit may add cookies and headers.
func (r *rig) do(method, target string, body io.Reader, edit ...func(*http.Request)) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, body)
	req.Host = "localhost:8080"
	for _, f := range edit {
		f(req)
	}
	w := httptest.NewRecorder()
	r.Echo().ServeHTTP(w, req)
	return w
}

func as(token string) func(*http.Request) {
	return cookie("plainclothes", token)
}

func cookie(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: name, Value: value}) }
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func form(v url.Values) (io.Reader, func(*http.Request)) {
	return strings.NewReader(v.Encode()), header("Content-Type", "application/x-www-form-urlencoded")
}

func answer(text string) kit.Handler {
	return func(c echo.Context, a auth.Actor) error { return c.String(http.StatusOK, text+" "+a.Member) }
}

func failing(err error) kit.Handler {
	return func(echo.Context, auth.Actor) error { return err }
}

func TestEachKindOfFaultGetsItsStatusAndAPage(t *testing.T) {
	cases := []struct {
		err    error
		status int
		words  string
	}{
		{fault.Missing("visit"), 404, "There is no such visit."},
		{fault.New(fault.Invalid, "The form is odd."), 422, "The form is odd."},
		{fault.New(fault.Forbidden, "Not your branch."), 403, "Not your branch."},
		{fault.New(fault.Conflict, "Somebody saved first."), 409, "Somebody saved first."},
		{fault.Retry(fault.TooMany, "Wait.", 90*time.Second), 429, "Wait."},
		{fault.New(fault.TooLarge, "Too big."), 413, "Too big."},
		{fault.Retry(fault.Busy, "Soon.", time.Second), 503, "Soon."},
		{context.DeadlineExceeded, 503, "Nothing is lost"},
		{&http.MaxBytesError{}, 413, "larger than we can take"},
		{errors.New("disk on fire"), 500, "it is not your doing"},
	}
	for _, x := range cases {
		r := newRig(t)
		r.Add(kit.Route{Method: "GET", Path: "/x", Access: kit.Public(), Handle: failing(x.err)})
		w := r.do("GET", "/x", nil)
		if w.Code != x.status || !strings.Contains(w.Body.String(), x.words) {
			t.Errorf("%v: status %d, want %d with %q\n%s", x.err, w.Code, x.status, x.words, w.Body)
		}
		if !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
			t.Errorf("%v: the page does not give the request's number", x.err)
		}
	}
}

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
