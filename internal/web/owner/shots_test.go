package owner_test

import (
	"strings"
	"testing"

	"plainclothes/internal/browsertest"
)

// pagesOf are the pages that a browser opens, by the name of their picture.
func (r *rig) pagesOf() map[string]string {
	base := r.base()
	return map[string]string{
		"standards": base, "edit": base + "/K02/edit", "draft": base + "/draft?try=1", "versions": base + "/versions?from=1&to=2", "programmes": "/programmes",
		"branches": "/branches", "branch": "/branches/" + r.Branches[0].ID, "import": "/branches/import", "regions": "/regions",
		"region": "/regions/" + r.Regions[0].ID, "people": "/people", "invite": "/people/invite", "person": "/people/" + r.Owner.Member,
		"tokens": "/tokens", "log": "/log",
	}
}

// furnished is an organisation with something on every page, long names among them.
func furnished(t *testing.T) *rig {
	t.Helper()
	r := teaRooms(t)
	r.edit("K02", "good_target", "95")
	r.edit("K01", "met_share", "50")
	r.edit("K03", "criticality", "zero_tolerance")
	r.edit("K04", "good", strings.Repeat("Donaudampfschifffahrtsgesellschaftskapitän ", 6))
	path := "/branches/" + r.Branches[1].ID
	f := fields(t, r.get(path), path)
	f.Set("name", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, High Street")
	r.post(path, f).To("/branches")
	r.post("/regions", form("name=Leeds and the villages around it", "parent="+r.Regions[0].ID)).To("/regions")
	r.post("/tokens", form("name=Till", "scopes=read"))
	return r
}

// TestEveryPageFitsEveryScreen looks at each page in a browser: nothing sticks out, nothing is refused or missing.
func TestEveryPageFitsEveryScreen(t *testing.T) {
	b := browsertest.Start(t)
	r := furnished(t)
	url := r.site.Serve(r.Owner)
	for _, screen := range []struct {
		name    string
		options []browsertest.Option
	}{
		{"320", []browsertest.Option{browsertest.Window(320, 700)}},
		{"390", []browsertest.Option{browsertest.Phone}},
		{"820-dark", []browsertest.Option{browsertest.Window(820, 1100), browsertest.Dark}},
		{"1440", []browsertest.Option{browsertest.Window(1440, 900)}},
	} {
		p := b.Page(t, screen.options...)
		for name, path := range r.pagesOf() {
			if got := p.Open(url + path); got != 200 {
				t.Errorf("%s: status %d", name, got)
			}
			p.ScreenshotAll(name + "-" + screen.name)
			if n := browsertest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); n > 0 {
				t.Errorf("%s at %s is %d px too wide", name, screen.name, n)
			}
			if n := browsertest.Eval[int](p, `document.querySelectorAll("h1").length`); n != 1 {
				t.Errorf("%s has %d headings of the first rank", name, n)
			}
			if bad := p.Problems(); len(bad) > 0 {
				t.Errorf("%s: %q", name, bad)
			}
		}
	}
}
