package app

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/blob"
	"plainclothes/internal/config"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/tryout"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// walk is the real site over two organisations on one database: ours, with a branch in the managers' scope and one
// outside it, and a foreign one.
type walk struct {
	t        *testing.T
	site     *kit.Site
	x        *parts
	ours     *ground
	foreign  *ground
	sessions map[auth.Role]string // of people of ours
}

// ground is an organisation with one of everything that a route can name.
type ground struct {
	*storetest.World
	svc    *visit.Service
	inside things // in reach of the managers, and of the shopper
	beyond things // another branch in another region, another shopper
}

// things are what routes can name.
type things struct {
	branch, region                   string
	begun, open, received, published string
	photo                            string
	member, token, programme         string
	trial                            string // a test run
	whatif                           string // a what-if
	shopper                          auth.Actor
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	s := storetest.SQLite(t)
	p := &program{
		ctx: t.Context(), env: config.NewEnvironment(func(string) string { return "" }), stdin: strings.NewReader(""),
		stdout: io.Discard, stderr: io.Discard, now: func() time.Time { return storetest.Noon },
	}
	x := walkParts(t, p, s)
	w := &walk{t: t, x: x, sessions: map[auth.Role]string{}}
	w.ours, w.foreign = newGround(t, x), newGround(t, x)
	var err error
	w.site, err = p.site(config.Config{URL: "http://localhost:8080", Rate: 1e6}, x, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		t.Fatal(err)
	}
	for role, a := range w.ours.Actors {
		token, _, err := x.auth.NewSession(t.Context(), a.Person, "walk", false)
		if err != nil {
			t.Fatal(err)
		}
		w.sessions[role] = token
	}
	return w
}

// walkParts are the program's parts over a store that is open already.
func walkParts(t *testing.T, p *program, s *store.Store) *parts {
	t.Helper()
	disk, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	x := &parts{store: s, blobs: disk}
	p.join(x, auth.Options{})
	return x
}

func newGround(t *testing.T, x *parts) *ground {
	t.Helper()
	g := &ground{World: storetest.NewWorld(t, x.store, "coffee-kiosks"), svc: x.visits}
	g.inside = g.makeThings(t, g.Branch, g.Actors[auth.Shopper])
	other := uuid.NewString()
	g.AddBranch(other, "B2", "Hull, St Stephen's")
	g.beyond = g.makeThings(t, other, g.Member(auth.Shopper))
	manager := g.Actors[auth.RegionalManager]
	g.Exec(`INSERT INTO member_regions (org_id, member_id, region_id) VALUES ($1, $2, $3)`, g.Org, manager.Member, g.inside.region)
	token, _, err := x.auth.CreateToken(t.Context(), g.Actors[auth.Owner], "walk", auth.Scopes())
	if err != nil {
		t.Fatal(err)
	}
	g.inside.token, g.inside.programme = token.ID, g.Programme
	if _, err := x.studio.Draft(t.Context(), g.Actors[auth.Owner], g.Programme); err != nil {
		t.Fatal(err)
	}
	run, _, err := x.tryouts.Start(t.Context(), g.Actors[auth.Owner], g.Programme, tryout.Input{Scenario: "non_buyer", Channel: "store"})
	if err != nil {
		t.Fatal(err)
	}
	g.inside.trial, g.beyond.trial = run.ID, run.ID
	tried, err := x.studio.BeginWhatIf(t.Context(), g.Actors[auth.Owner], g.Programme, studio.Window{})
	if err != nil {
		t.Fatal(err)
	}
	g.inside.whatif, g.beyond.whatif = tried.ID, tried.ID
	g.inside.member = g.Member(auth.Editor).Member
	g.beyond.token, g.beyond.programme, g.beyond.member = token.ID, g.Programme, g.inside.member
	return g
}

// makeThings puts a branch into a region of its own and makes a visit of each state there.
func (g *ground) makeThings(t *testing.T, branch string, shopper auth.Actor) things {
	t.Helper()
	th := things{branch: branch, region: uuid.NewString(), shopper: shopper}
	g.Exec(`INSERT INTO regions (org_id, id, name, row_version) VALUES ($1, $2, $3, 1)`, g.Org, th.region, "Region "+branch[:4])
	g.Exec(`UPDATE branches SET region_id = $1 WHERE org_id = $2 AND id = $3`, th.region, g.Org, branch)
	th.open = g.plan(t, branch, "")
	th.begun = g.plan(t, branch, shopper.Member)
	if _, err := g.svc.Save(t.Context(), shopper, th.begun, map[string]visit.Entry{"A3": {Values: []string{"yes"}}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 20, 20))); err != nil {
		t.Fatal(err)
	}
	photo, err := g.svc.AddPhoto(t.Context(), shopper, th.begun, "A3", &b)
	if err != nil {
		t.Fatal(err)
	}
	th.photo = photo.ID
	th.received, th.published = g.plan(t, branch, shopper.Member), g.plan(t, branch, shopper.Member)
	for id, publish := range map[string]bool{th.received: false, th.published: true} {
		_, err := g.svc.Submit(t.Context(), g.program(), id, visit.SubmitInput{ID: uuid.NewString(), Publish: publish, Answers: walkAnswers()})
		if err != nil {
			t.Fatal(err)
		}
	}
	return th
}

func (g *ground) program() auth.Actor {
	return auth.Actor{Org: g.Org, Member: uuid.NewString(), Program: true, Scopes: auth.Scopes()}
}

func (g *ground) plan(t *testing.T, branch, shopper string) string {
	t.Helper()
	vs, err := g.svc.Plan(t.Context(), g.Actors[auth.Scheduler], visit.PlanInput{
		Programme: g.Programme, Branches: []string{branch}, Scenario: "non_buyer", Shopper: shopper, Due: storetest.Noon.Add(48 * time.Hour),
		IgnoreRotation: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return vs[0].ID
}

// walkAnswers is a whole report of somebody who buys nothing.
func walkAnswers() map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for q, a := range map[string]string{
		"A1": `"09:05"`, "A2": `0`, "A3": `"yes"`, "A4": `"yes"`, "A5": `"na"`, "A6": `"yes"`, "A7": `"yes"`, "B1": `20`, "B2": `"good"`,
		"N1": `"yes"`, "N2": `"wow"`, "N3": `"no"`, "E1": `"yes"`, "E2": `"no"`, "O1": `8`, "O4": `"09:10"`,
	} {
		out[q] = json.RawMessage(a)
	}
	return out
}

// named says what each route's parameters stand for: a route with parameters that is not here fails the test.
// scoped routes name something that belongs to a branch or a shopper.
var named = []struct {
	prefix string
	scoped bool
	of     func(t things) map[string]string
}{
	{"/visits/open/:id", false, func(t things) map[string]string { return map[string]string{"id": t.open} }},
	{"/visits/:id", true, func(t things) map[string]string {
		return map[string]string{"id": t.begun, "section": "A", "question": "A3", "photo": t.photo}
	}},
	{"/review/:id", false, func(t things) map[string]string { return map[string]string{"id": t.received} }},
	{"/reports/:id", true, func(t things) map[string]string { return map[string]string{"id": t.published} }},
	{"/compare/branches/:id", true, func(t things) map[string]string { return map[string]string{"id": t.branch} }},
	{"/plan/:id", false, func(t things) map[string]string { return map[string]string{"id": t.open} }},
	{"/standards/:programme", false, func(t things) map[string]string {
		return map[string]string{"programme": t.programme, "standard": "K1", "version": "1", "number": "1", "run": t.trial, "whatif": t.whatif}
	}},
	{"/programmes/:", false, func(t things) map[string]string {
		return map[string]string{"programme": t.programme, "id": t.programme, "version": "1", "number": "1", "name": "online-store"}
	}},
	{"/branches/:id", true, func(t things) map[string]string { return map[string]string{"id": t.branch} }},
	{"/regions/:id", false, func(t things) map[string]string { return map[string]string{"id": t.region} }},
	{"/people/:id", false, func(t things) map[string]string { return map[string]string{"id": t.member} }},
	{"/tokens/:id", false, func(t things) map[string]string { return map[string]string{"id": t.token} }},
	{"/api/v1/visits/:id", true, func(t things) map[string]string { return map[string]string{"id": t.begun} }},
	{"/api/v1/submissions/:id", true, func(t things) map[string]string { return map[string]string{"id": t.submission()} }},
}

// submission is the log of the begun visit's plain pages.
func (t things) submission() string {
	return uuid.NewSHA1(uuid.MustParse(t.begun), []byte("form")).String()
}

// spoken are the routes of phones, which look at what they are sent before they look at what the route names.
var spoken = []struct {
	suffix string
	body   func(t things) string
}{
	{"/check-in", func(things) string { return `{"at":"2026-11-21T11:58:00Z","refused":true}` }},
	{"/grant", func(things) string { return `{"device":"` + uuid.NewString() + `"}` }},
	{"/seal", func(things) string { return `{"head":"","seq":0}` }},
	{"/ops", func(t things) string {
		return `{"device":"` + uuid.NewString() + `","visit":"` + t.begun + `","checklist":"","ops":[]}`
	}},
}

// bodyFor is what a route is sent, and its type.
func bodyFor(path string, t things) (kind, body string) {
	for _, s := range spoken {
		if strings.HasPrefix(path, "/api/") && strings.HasSuffix(path, s.suffix) {
			return "application/json", s.body(t)
		}
	}
	return "application/x-www-form-urlencoded", walkForm
}

// apart are routes that name something which no organisation owns, or whose answer a test of their own walks.
var apart = []string{"/account/sessions/:id/end", "/link/:token", "/join/:token", "/setup/:token", "/photos/:id", "/programmes/shipped/:name", "/static/:hash/*", "/standards/:programme/:standard/photo/"}

// fill puts things into a route's path; ok is false when the test does not know what the route names.
func fill(path string, t things) (filled string, scoped, ok bool) {
	for _, n := range named {
		if !strings.HasPrefix(path, n.prefix) {
			continue
		}
		parts := strings.Split(path, "/")
		values := n.of(t)
		for i, p := range parts {
			name, isParam := strings.CutPrefix(p, ":")
			if !isParam {
				continue
			}
			v, known := values[name]
			if !known || v == "" {
				return path, false, false
			}
			parts[i] = v
		}
		return strings.Join(parts, "/"), n.scoped, true
	}
	return path, false, false
}

// walkForm is enough for the forms that look at their fields before they look at what the route names.
const walkForm = "reason=Because+the+test+asks+for+it.&text=Because+the+test+asks+for+it.&note=Because+the+test+asks+for+it."

// ask sends one request with a session.
func (w *walk) ask(method, path, session string) int {
	return w.askAbout(method, path, session, things{})
}

// askAbout is ask for a route that is sent what it is about.
func (w *walk) askAbout(method, path, session string, t things) int {
	return w.answer(w.request(method, path, t), session)
}

func (w *walk) request(method, path string, t things) *http.Request {
	var body io.Reader
	kind, text := bodyFor(path, t)
	if method != http.MethodGet {
		body = strings.NewReader(text)
	}
	r := httptest.NewRequest(method, path, body)
	r.Host = "localhost:8080"
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

func (w *walk) answer(r *http.Request, session string) int {
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "plainclothes", Value: session})
	}
	rec := httptest.NewRecorder()
	w.site.Echo().ServeHTTP(rec, r)
	return rec.Code
}

// allowed are the answers of a page that lets somebody in: it may still find his empty form wanting.
func allowed(code int) bool {
	return code < 500 && code != http.StatusUnauthorized && code != http.StatusForbidden && code != http.StatusNotFound
}

func TestEveryRouteAnswersEveryRoleAsTheTableSays(t *testing.T) {
	if testing.Short() {
		t.Skip("long; one request after another")
	}
	routes := newWalk(t).site.Routes()
	if len(routes) < 60 {
		t.Fatalf("only %d routes: a package of pages is not wired", len(routes))
	}
	for _, r := range routes {
		if r.Access.IsPublic() || slices.ContainsFunc(apart, func(a string) bool { return strings.HasPrefix(r.Path, a) }) {
			continue
		}
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			t.Parallel()
			w := newWalk(t)
			if got := w.ask(r.Method, strings.NewReplacer(":id", uuid.NewString()).Replace(r.Path), ""); got != http.StatusSeeOther && got != http.StatusUnauthorized {
				t.Errorf("nobody gets %d", got)
			}
			if verb, ok := r.Access.Verb(); ok {
				w.walkRoute(t, r, verb)
			}
		})
	}
}

// walkRoute asks as every role for the foreign, the far and, last, the own thing.
func (w *walk) walkRoute(t *testing.T, r kit.Route, verb auth.Verb) {
	t.Helper()
	hasParams := strings.Contains(r.Path, ":")
	for _, role := range auth.Roles() {
		session, extent := w.sessions[role], auth.ExtentOf(verb, role)
		if !hasParams {
			if got := w.ask(r.Method, r.Path, session); (extent == auth.Nowhere) != (got == http.StatusForbidden) || extent != auth.Nowhere && !allowed(got) {
				t.Errorf("%s gets %d", role, got)
			}
			continue
		}
		foreign, _, ok := fill(r.Path, w.foreign.inside)
		if !ok {
			t.Fatal("the test does not know what this route names: add it to the table")
		}
		far, scoped, _ := fill(r.Path, w.ours.beyond)
		own, _, _ := fill(r.Path, w.ours.inside)
		if extent == auth.Nowhere {
			for _, path := range []string{own, foreign} {
				if got := w.ask(r.Method, path, session); got != http.StatusForbidden && got != http.StatusNotFound {
					t.Errorf("%s may not %s at all, but gets %d at %s", role, verb, got, path)
				}
			}
			continue
		}
		if got := w.askAbout(r.Method, foreign, session, w.foreign.inside); got != http.StatusNotFound {
			t.Errorf("%s gets %d for a thing of another organisation", role, got)
		}
		if scoped && extent != auth.Everywhere {
			if got := w.askAbout(r.Method, far, session, w.ours.beyond); got != http.StatusNotFound {
				t.Errorf("%s gets %d for a thing out of reach", role, got)
			}
		}
		if got := w.askAbout(r.Method, own, session, w.ours.inside); !allowed(got) {
			t.Errorf("%s gets %d for his own thing", role, got)
		}
	}
}

func TestAPhotoAnswersOnlyThoseWhoSeeItsVisit(t *testing.T) {
	w := newWalk(t)
	for _, role := range auth.Roles() {
		want := http.StatusNotFound
		if role == auth.Owner || role == auth.Editor || role == auth.Shopper {
			want = http.StatusOK
		}
		if got := w.ask(http.MethodGet, "/photos/"+w.ours.inside.photo, w.sessions[role]); got != want {
			t.Errorf("%s gets %d, want %d", role, got, want)
		}
		if got := w.ask(http.MethodGet, "/photos/"+w.foreign.inside.photo, w.sessions[role]); got != http.StatusNotFound {
			t.Errorf("%s gets %d for a foreign photo", role, got)
		}
	}
	if got := w.ask(http.MethodGet, "/photos/"+w.ours.beyond.photo, w.sessions[auth.Shopper]); got != http.StatusNotFound {
		t.Errorf("another shopper's photo answers %d", got)
	}
}

func TestAGrantOpensNothingButWhatAPhoneSends(t *testing.T) {
	w := newWalk(t)
	token, _, err := w.ours.svc.GiveGrant(t.Context(), w.ours.inside.shopper, w.ours.inside.begun, uuid.NewString())
	if err != nil {
		t.Fatal(err)
	}
	granted := func(method, path string, about things) int {
		r := w.request(method, path, about)
		r.Header.Set("Authorization", "Grant "+token)
		return w.answer(r, "")
	}
	taking := 0
	for _, r := range w.site.Routes() {
		own, _, _ := fill(r.Path, w.ours.inside)
		switch {
		case r.Access.IsPublic():
		case !r.Access.TakesGrant():
			if got := granted(r.Method, own, w.ours.inside); got != http.StatusSeeOther && got != http.StatusUnauthorized {
				t.Errorf("%s %s answers %d to a grant", r.Method, r.Path, got)
			}
		case strings.HasPrefix(r.Path, "/api/"):
			taking++
			for where, about := range map[string]things{"another shopper": w.ours.beyond, "another organisation": w.foreign.inside} {
				path, _, _ := fill(r.Path, about)
				if got := granted(r.Method, path, about); got != http.StatusNotFound {
					t.Errorf("%s %s of %s answers %d to a grant", r.Method, r.Path, where, got)
				}
			}
			if got := granted(r.Method, own, w.ours.inside); !allowed(got) {
				t.Errorf("%s %s answers %d to its own grant", r.Method, r.Path, got)
			}
		}
	}
	if taking < 3 {
		t.Errorf("only %d routes take grants", taking)
	}
}
