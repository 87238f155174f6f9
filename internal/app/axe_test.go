package app

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
)

// judged are the kinds of pages that axe has looked at: a path with ":id" for every id, and the part of the product
// that its role sees around it.
type judged map[string]bool

// idInPath are the parts of a path that name one thing among many of its kind.
var idInPath = regexp.MustCompile(`^([0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+|[A-Z][0-9]*|[A-Z0-9]{4}-[A-Z0-9-]+|[0-9a-f]{12,})$`)

// kindOf is what a page's address has in common with those of the same kind.
func kindOf(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if idInPath.MatchString(p) {
			parts[i] = ":id"
		}
	}
	return strings.Join(parts, "/")
}

// notPages end the addresses of what is downloaded.
var notPages = regexp.MustCompile(`\.(csv|json|yaml|yml|pdf|png|jpg|js|css|svg|webmanifest|xlsx|zip)$|^/photos/|^/static/|/(export|file|csv|svg|pdf|json)$|^/metrics$|^/healthz$|^/readyz$|^/api/|^/\.well-known/`)

// axe judges the page as it is now in every look, unless one of its kind was judged before.
func (p *person) axe(seen judged, as string) {
	p.t.Helper()
	kind := as + " " + kindOf(browsertest.Eval[string](p.Page, `location.pathname`))
	if seen[kind] || browsertest.Eval[string](p.Page, `document.contentType`) != "text/html" {
		return
	}
	seen[kind] = true
	for _, v := range p.Axe("light", "dark", "discreet") {
		p.t.Errorf("%s %s", kind, v)
	}
}

// links are the paths that the page leads to, without downloads.
func (p *person) links() []string {
	p.t.Helper()
	var out []string
	for _, path := range browsertest.Eval[[]string](p.Page, `[...document.links].filter(a => a.origin === location.origin && !a.download).map(a => a.pathname + a.search)`) {
		if u, err := url.Parse(path); err == nil && !notPages.MatchString(u.Path) && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// crawl judges every kind of page that is reached by links from the first.
func (p *person) crawl(seen judged, as, first string) {
	p.t.Helper()
	queued := map[string]bool{as + " " + kindOf(first): true}
	for todo := []string{first}; len(todo) > 0; todo = todo[1:] {
		if status := p.Open(p.site.url + todo[0]); status != http.StatusOK {
			p.t.Errorf("%s: %s answers %d", as, todo[0], status)
			continue
		}
		p.axe(seen, as)
		for _, next := range p.links() {
			path, _, _ := strings.Cut(next, "?")
			if kind := as + " " + kindOf(path); !queued[kind] && !seen[kind] {
				queued[kind] = true
				todo = append(todo, next)
			}
		}
	}
}

func TestAxeFindsNothingWrongWithAnyPageInAnyLook(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the long run has it")
	}
	browsertest.Module(t, "axe-core/axe.min.js")
	d := startDemo(t, "")
	seen := judged{}
	nobody := d.newcomer(t, browsertest.LessMotion)
	nobody.crawl(seen, "nobody", "/sign-in")
	for _, role := range auth.Roles() {
		options := []browsertest.Option{browsertest.LessMotion, browsertest.Desk}
		if role == auth.Shopper {
			options[1] = browsertest.Phone
		}
		p := d.signedIn(t, role, options...)
		if role == auth.Shopper {
			p.begins(leeds)
			p.axe(seen, string(role))
		}
		p.crawl(seen, string(role), "/")
	}
	walksTheRest(t, d, seen)
	t.Logf("%d kinds of pages in three looks", len(seen))
}

// walksTheRest judges the pages of the table of routes that no link of the demo leads to.
func walksTheRest(t *testing.T, d *demoSite, seen judged) {
	t.Helper()
	w := newWalk(t)
	for _, r := range w.site.Routes() {
		verb, ok := r.Access.Verb()
		if r.Method != http.MethodGet || !ok || notPages.MatchString(r.Path) {
			continue
		}
		path, _, known := fill(r.Path, w.ours.inside)
		if !known && strings.Contains(r.Path, ":") {
			continue // what the walk does not know is public or apart
		}
		for _, role := range auth.Roles() {
			if auth.ExtentOf(verb, role) == auth.Nowhere || seen[string(role)+" "+kindOf(path)] {
				continue
			}
			p := &person{d.browser.Page(t, browsertest.LessMotion), t, &demoSite{server: &server{t: t, url: w.serve(role)}}}
			if status := p.Open(p.site.url + path); status >= http.StatusInternalServerError {
				t.Errorf("%s: %s answers %d", role, path, status)
			}
			p.axe(seen, string(role))
			p.Close()
		}
	}
}

// serve gives the address of the walk's site for somebody of a role.
func (w *walk) serve(role auth.Role) string {
	w.t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		r.Host = "localhost:8080"
		r.AddCookie(&http.Cookie{Name: "plainclothes", Value: cmp.Or(w.sessions[role], "nobody")})
		w.site.Echo().ServeHTTP(out, r)
	}))
	w.t.Cleanup(s.Close)
	return s.URL
}

// looks judges what the phone shows now in every look.
func (c *carrier) looks(what string) {
	c.s.t.Helper()
	for _, v := range c.Axe("light", "dark", "discreet") {
		c.s.t.Errorf("%s: %s", what, v)
	}
}

func TestAxeFindsNothingWrongWithWhatThePhoneDrawsByItself(t *testing.T) {
	browsertest.Module(t, "axe-core/axe.min.js")
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone, browsertest.LessMotion), 0)
	p.prepares(0)
	s.prefills(0, "A3", "A7")
	p.loses()
	p.at(0, "A")
	p.taps("A4", "no") // the other phone says yes
	p.taps("A7", "no")
	p.Type(`[name="c.A7"]`, "The folder was locked away.")
	p.SetFiles(`#q-A3 input[type=file]`, told(t))
	p.Until(`document.querySelector("#q-A3 .photo img")?.naturalWidth > 0`)
	p.says("1 photo to send")
	p.looks("a section with a photo, without signal")
	p.goes("/phone")
	p.UntilText("Send now")
	p.looks("what is on this phone")
	p.goes("/sign-out")
	p.looks("signing out")
	p.goes("/cover")
	p.looks("the shopping list")
	p.finds()
	p.goes(s.visitPath(0, "/s/A"))
	p.UntilText("You answered this twice.")
	p.Until(`document.querySelectorAll("#q-A4 [data-twice] button").length === 2`)
	p.looks("two answers to one question")
	p.goes(s.visitPath(0, "/check"))
	p.UntilText("Still missing")
	p.looks("what is missing")
	p.goes(s.visitPath(0, "/s/A"))
	p.Until(`document.querySelectorAll("#q-A4 [data-twice] button").length === 2`)
	p.Click(`#q-A4 [data-twice] button`)
	p.taps("A3", "yes")
	p.keeps("A3", `"yes"`)
	p.Until(`!document.querySelector("#q-A4 [data-twice]")`)
	p.says("Saved and sent")
	p.sends(0)
	p.looks("the receipt on the phone")
	code := p.Text("#receipt")
	p.goes("/receipt/" + strings.TrimSpace(code))
	p.looks("the receipt for anybody")
	p.goes("/receipt")
	p.looks("asking for a receipt")
}

// sends seals a visit that lacks nothing, and waits for the receipt.
func (c *carrier) sends(visit int) {
	c.s.t.Helper()
	c.goes(c.s.visitPath(visit, "/check"))
	c.UntilText("Everything is there.")
	c.Click(`button[form=seal]`)
	c.Until(`/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(document.querySelector("#receipt")?.innerText.trim())`)
}
