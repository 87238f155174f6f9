package owner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
	"plainclothes/internal/web/webtest"
)

// pagesOf are the pages that a browser opens, by the name of their picture.
func (r *rig) pagesOf() map[string]string {
	base := r.base()
	return map[string]string{
		"standards": base, "edit": base + "/K02/edit", "draft": base + "/draft", "whatif": r.tried(), "versions": base + "/versions?from=1&to=2", "programmes": "/programmes",
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

// TestTheSecondOfTwoOwnersIsToldInABrowserWithoutScripts types on a phone while somebody else saves.
func TestTheSecondOfTwoOwnersIsToldInABrowserWithoutScripts(t *testing.T) {
	b := browsertest.Start(t)
	r := teaRooms(t)
	p := b.Page(t, browsertest.Phone, browsertest.NoScript)
	p.Open(r.site.Serve(r.Owner) + r.base() + "/K01/edit")
	p.Fill("#f-good", "Guests are greeted by name.")
	r.edit("K01", "good", "Guests are greeted within half a minute.")
	if got := p.Follow("form .button"); got != 409 {
		t.Errorf("status %d", got)
	}
	p.UntilText("Guests are greeted within half a minute.")
	p.ScreenshotAll("conflict-390")
	p.Fill("#f-good_target", "many")
	if got := p.Follow("form .button"); got != 422 {
		t.Errorf("status %d", got)
	}
	p.ScreenshotAll("wrong-390")
	p.Fill("#f-good_target", "90")
	p.Follow("form .button")
	p.UntilText("Saved in the draft.")
	p.Fill("#f-note", "By name, from now on.")
	p.Follow("#publish .button")
	p.UntilText("Version 2 is published and in force.")
	p.UntilText("Guests are greeted by name.")
}

// TestAFileOfBranchesIsImportedInABrowser chooses a file, looks at what it does and imports it.
func TestAFileOfBranchesIsImportedInABrowser(t *testing.T) {
	b := browsertest.Start(t)
	r := newRig(t, 3)
	// The deadlines of an upload are real times: a site that lives in the past would close the connection.
	site := webtest.New(t, time.Now(), []auth.Actor{r.Owner}, r.pages.Routes()...)
	p := b.Page(t, browsertest.Window(1440, 900))
	p.Open(site.Serve(r.Owner) + "/branches/import")
	p.SetFiles("#f-file", write(t, "code,name,active\nX-1,,maybe\n"))
	p.Follow("form .button")
	p.UntilText("Write yes or no.")
	p.ScreenshotAll("mistakes-1440")
	p.SetFiles("#f-file", write(t, goodCSV))
	p.Follow("form .button")
	p.UntilText("1 branch to add, 1 to change, 0 unchanged")
	p.ScreenshotAll("preview-1440")
	p.Follow("form .button")
	p.UntilText("Imported: 1 branch added, 1 branch changed.")
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "branches.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
