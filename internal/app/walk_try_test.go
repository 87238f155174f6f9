package app

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/tryout"
)

// tryPath fills a route of the phone's side of test runs.
func tryPath(path, run string) string {
	return strings.NewReplacer(":id", run, ":section", "A", ":question", "A3", ":photo", "A3.1").Replace(path)
}

func TestATestRunsPassOpensThatRunAndNothingElse(t *testing.T) {
	w := newWalk(t)
	opened := func(g *ground) (run, pass string) {
		_, token, err := w.x.tryouts.Start(t.Context(), g.Actors[auth.Owner], g.Programme, tryout.Input{Scenario: "non_buyer", Channel: "store"})
		if err != nil {
			t.Fatal(err)
		}
		r, pass, err := w.x.tryouts.Enter(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return r.ID, pass
	}
	mine, pass := opened(w.ours)
	second, _ := opened(w.ours)
	foreign, _ := opened(w.foreign)
	ask := func(method, path, pass string) int {
		r := w.request(method, path, w.ours.inside)
		if pass != "" {
			r.AddCookie(&http.Cookie{Name: "plainclothes-test", Value: pass})
		}
		return w.answer(r, "")
	}
	walked := 0
	for _, r := range w.site.Routes() {
		if !strings.HasPrefix(r.Path, "/try/:id") {
			own, _, _ := fill(r.Path, w.ours.inside)
			if got := ask(r.Method, own, pass); !r.Access.IsPublic() && got != http.StatusSeeOther && got != http.StatusUnauthorized {
				t.Errorf("%s %s answers %d to the pass of a test run", r.Method, r.Path, got)
			}
			continue
		}
		walked++
		for who, where := range map[string][2]string{
			"nobody": {mine, ""}, "a made-up pass": {mine, w.ours.Org + "." + strings.Repeat("x", 43)}, "a pass that is no text": {mine, "%00"},
			"the pass of another run": {second, pass}, "a pass of another organisation": {foreign, pass}, "for no run": {uuid.NewString(), pass},
		} {
			if got := ask(r.Method, tryPath(r.Path, where[0]), where[1]); got != http.StatusNotFound {
				t.Errorf("%s %s answers %d to %s", r.Method, r.Path, got, who)
			}
		}
	}
	if walked < 9 {
		t.Errorf("only %d routes of test runs", walked)
	}
	for _, page := range []string{"", "/s/A", "/list", "/check", "/result", "/photos/A3"} {
		if got := ask(http.MethodGet, "/try/"+mine+page, pass); got != http.StatusOK {
			t.Errorf("%s answers %d to its own pass", page, got)
		}
	}
}
