package app

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/api"
	"plainclothes/internal/auth"
)

// apiThings says what the parameter of a route for programs stands for.
func apiThings(path string, t things) (string, bool) {
	for _, n := range []struct {
		prefix string
		id     string
	}{
		{"/programmes/:id", t.programme},
		{"/branches/:id", t.branch},
		{"/visits/:id/result", t.published},
		{"/visits/:id/report", t.begun},
		{"/visits/:id", t.begun},
	} {
		if strings.HasPrefix(path, n.prefix) {
			return api.Base + strings.Replace(path, ":id", n.id, 1), true
		}
	}
	return api.Base + path, !strings.Contains(path, ":")
}

// call sends one request with a token.
func (w *walk) call(method, path, token string) int {
	body := ""
	if method != http.MethodGet {
		body = `{"id":"` + uuid.NewString() + `","answers":{}}`
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost:8080"
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	w.site.Echo().ServeHTTP(rec, r)
	return rec.Code
}

func TestEveryRouteForProgramsAnswersEveryScopeAsTheTableSays(t *testing.T) {
	if testing.Short() {
		t.Skip("long; one request after another")
	}
	w := newWalk(t)
	secrets := map[auth.Scope]string{}
	for _, scope := range auth.Scopes() {
		_, secret, err := w.x.auth.CreateToken(t.Context(), w.ours.Actors[auth.Owner], string(scope), []auth.Scope{scope})
		if err != nil {
			t.Fatal(err)
		}
		secrets[scope] = secret
	}
	for _, r := range api.Routes() {
		own, ok := apiThings(r.Path, w.ours.inside)
		foreign, _ := apiThings(r.Path, w.foreign.inside)
		if !ok {
			t.Errorf("the test does not know what %s names: add it to the table", r.Path)
			continue
		}
		if got := w.call(r.Method, own, ""); got != http.StatusUnauthorized {
			t.Errorf("%s %s answers %d without a token", r.Method, r.Path, got)
		}
		if got := w.ask(r.Method, own, w.sessions[auth.Owner]); got != http.StatusUnauthorized {
			t.Errorf("%s %s answers %d to a browser's session", r.Method, r.Path, got)
		}
		for _, scope := range auth.Scopes() {
			actor := auth.Actor{Org: w.ours.Org, Program: true, Scopes: []auth.Scope{scope}}
			if !slices.ContainsFunc(r.Verbs, actor.May) {
				if got := w.call(r.Method, own, secrets[scope]); got != http.StatusForbidden {
					t.Errorf("%s %s answers %d to the scope %s, which does not include it", r.Method, r.Path, got, scope)
				}
				continue
			}
			if strings.Contains(r.Path, ":") {
				if got := w.call(r.Method, foreign, secrets[scope]); got != http.StatusNotFound {
					t.Errorf("%s %s answers %d for a thing of another organisation", r.Method, r.Path, got)
				}
			}
			if got := w.call(r.Method, own, secrets[scope]); !allowed(got) {
				t.Errorf("%s %s answers %d to the scope %s", r.Method, r.Path, got, scope)
			}
		}
	}
}
