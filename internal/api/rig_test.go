package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/uuid"

	contract "plainclothes/api"
	"plainclothes/internal/api"
	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// noBlobs stands in for photos, which no program sends.
type noBlobs struct{ evidence.Blobs }

// rig is the API behind the site's walls, on a real database, with one token for each use.
type rig struct {
	*storetest.World
	t    testing.TB
	site *kit.Site
	auth *auth.Service
	spec *openapi3.T

	mu  sync.Mutex
	now time.Time

	all, read, visits string // tokens: every scope; read; visits
}

func newRig(t testing.TB, s *store.Store, change ...func(*api.Services)) *rig {
	t.Helper()
	r := &rig{World: storetest.NewWorld(t, s, "coffee-kiosks"), t: t, now: storetest.Noon}
	r.auth = auth.NewService(s.Auth(), r.clock, auth.Options{})
	site, err := kit.New(kit.Options{
		BaseURL: "http://localhost", Now: r.clock, Log: slog.New(slog.DiscardHandler), Sessions: r.auth, Rate: 1e6, Burst: 1e6,
	})
	ok(t, err)
	services := api.Services{
		Auth: r.auth, Org: org.NewService(s.Org(), r.clock), Studio: studio.NewService(s.Studio(), r.clock),
		Visits: visit.NewService(s.Visits(), noBlobs{}, r.clock), Reports: report.NewService(s.Reports(), r.clock), Now: r.clock,
	}
	for _, f := range change {
		f(&services)
	}
	a, err := api.New(services)
	ok(t, err)
	ok(t, a.Register(site.Echo()))
	r.site = site
	r.spec, err = openapi3.NewLoader().LoadFromData(contract.Spec)
	ok(t, err)
	r.all = r.token(auth.Scopes()...)
	r.read, r.visits = r.token(auth.ScopeRead), r.token(auth.ScopeVisits)
	return r
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func (r *rig) token(scopes ...auth.Scope) string {
	r.t.Helper()
	_, secret, err := r.auth.CreateToken(context.Background(), r.Actors[auth.Owner], "test "+uuid.NewString()[:4], scopes)
	ok(r.t, err)
	return secret
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// send sends one request; headers come in pairs.
func (r *rig) send(method, path, token, body string, headers ...string) answer {
	r.t.Helper()
	req := httptest.NewRequest(method, api.Base+path, strings.NewReader(body))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.site.Echo().ServeHTTP(w, req)
	r.fits(req, w)
	return answer{w, r.t}
}

func (r *rig) get(path, token string, headers ...string) answer {
	r.t.Helper()
	return r.send(http.MethodGet, path, token, "", headers...)
}

// fits checks every answer of every test against the contract.
func (r *rig) fits(req *http.Request, w *httptest.ResponseRecorder) {
	r.t.Helper()
	path, item := r.find(req.URL.Path)
	if item == nil || item.GetOperation(req.Method) == nil {
		return
	}
	route := &routers.Route{Spec: r.spec, Path: path, PathItem: item, Method: req.Method, Operation: item.GetOperation(req.Method)}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, Route: route},
		Status:                 w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true, MultiError: true,
			ExcludeResponseBody: w.Header().Get("Content-Type") == "application/yaml", // a text to us, a tree to the validator
		},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		r.t.Errorf("%s %s: the answer breaks the contract: %v\n%s", req.Method, req.URL, err, w.Body)
	}
}

// find gives the contract's path for an address.
func (r *rig) find(address string) (string, *openapi3.PathItem) {
	have := strings.Split(strings.TrimPrefix(address, api.Base), "/")
	for path, item := range r.spec.Paths.Map() {
		want := strings.Split(path, "/")
		same := len(want) == len(have)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == have[i] || strings.HasPrefix(want[i], "{")
		}
		if same {
			return path, item
		}
	}
	return "", nil
}

// is checks the status and gives the body.
func (a answer) is(status int) map[string]any {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("status %d, want %d: %s", a.Code, status, a.Body)
	}
	if a.Body.Len() == 0 || !strings.Contains(a.Header().Get("Content-Type"), "json") {
		return nil
	}
	var m map[string]any
	ok(a.t, json.Unmarshal(a.Body.Bytes(), &m))
	return m
}

// refuses checks a problem document and that it names the fields.
func (a answer) refuses(status int, fields ...string) string {
	a.t.Helper()
	p := a.is(status)
	if a.Header().Get("Content-Type") != "application/problem+json" || p["status"] != float64(status) || p["detail"] == "" {
		a.t.Errorf("no problem document: %s %s", a.Header(), a.Body)
	}
	for _, f := range fields {
		if !strings.Contains(a.Body.String(), `"field":"`+f+`"`) {
			a.t.Errorf("field %s is not named: %s", f, a.Body)
		}
	}
	detail, _ := p["detail"].(string)
	return detail
}

// kiosk are the answers of a visit without buying.
const kiosk = `"A1":"09:05","A2":0,"A3":"yes","A4":"yes","A5":"na","A6":"yes","A7":"yes","B1":20,"B2":"good","N1":"yes","N2":"wow",` +
	`"N3":"no","E1":"yes","E2":"no","O1":8,"O4":"09:10","O2":"I came in at five past nine and stood at the counter. A member of staff ` +
	`looked up at once and said good morning. She asked what I liked and told me about the beans of the week. I said I would come ` +
	`back, and she wished me a good day. The counter was clean and the queue was short, so I was out again after five minutes."`

func reportBody(id string, publish bool) string {
	b := `{"id":"` + id + `","visited_at":"2026-11-21T09:05:00Z","answers":{` + kiosk + `}`
	if publish {
		b += `,"publish":true`
	}
	return b + "}"
}

func (r *rig) planBody(key string) string {
	return `{"id":"` + key + `","programme":"` + r.Programme + `","branch":"` + r.Branch +
		`","scenario":"non_buyer","due_at":"2026-12-05T18:00:00Z"}`
}

// planned plans a visit and gives its id.
func (r *rig) planned() string {
	r.t.Helper()
	id, _ := r.send(http.MethodPost, "/visits", r.visits, r.planBody(uuid.NewString())).is(201)["id"].(string)
	return id
}

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	storetest.ForEach(t, func(t *testing.T, s *store.Store) { test(t, newRig(t, s)) })
}
