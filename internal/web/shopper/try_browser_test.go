package shopper_test

import (
	"net/http"
	"strings"
	"testing"

	"plainclothes/internal/browsertest"
)

// sound fails the test when the browser met anything that is not as it should be.
func sound(t *testing.T, p *browsertest.Page, where string) {
	t.Helper()
	for _, x := range p.Problems() {
		t.Errorf("%s: %s", where, x)
	}
	if over := browsertest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		t.Errorf("%s sticks out by %d px", where, over)
	}
	for _, x := range p.Axe("light", "dark", "discreet") {
		t.Errorf("%s: %s", where, x)
	}
}

func TestAPreviewComesAndGoesWithItsAnswersAndSendsNone(t *testing.T) {
	b := browsertest.Start(t)
	r := newTryRig(t, "coffee-kiosks")
	p := b.Page(t, browsertest.Phone, browsertest.LessMotion)
	base := r.site.Serve(r.owner) + "/standards/" + r.Programme + "/checklist/preview?scenario=buyer&section="
	if status := p.Open(base + "D"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	p.Until(`document.querySelector("#q-D2").hidden && document.querySelector("#answered").textContent.startsWith("0 of")`)
	asked := p.Traffic().Requests
	p.Fill(`[name="a.D1"]`, "6:10")
	p.Until(`!document.querySelector("#q-D2").hidden && document.querySelector("#answered").textContent.startsWith("1 of")`)
	p.Press("\r") // a form of a visit would be sent by this
	p.Until(`location.search.includes("section=D")`)
	if more := p.Traffic().Requests - asked; more > 2 { // icons that were not on show before
		t.Errorf("answering asked the server %d times", more)
	}
	p.Follow(`.dock a#next`)
	p.Until(`document.querySelector("#where").textContent.startsWith("Section 5 of")`)
	p.Open(base + "D")
	p.Until(`document.querySelector('[name="a.D1"]').value === "6:10" && !document.querySelector("#q-D2").hidden`)
	sound(t, p, "the preview")
	narrow := b.Page(t, browsertest.Window(320, 640), browsertest.NoScript)
	narrow.Open(base + "A")
	if !narrow.Has(`.dock a#next`) || browsertest.Eval[int](narrow, `document.documentElement.scrollWidth`) > 320 {
		t.Error("without a script, on a narrow screen, the preview leads nowhere or sticks out")
	}
}

func TestATestRunInABrowserIsAVisitButForItsName(t *testing.T) {
	b := browsertest.Start(t)
	r := newTryRig(t, "coffee-kiosks")
	run, token := r.start(t, "buyer")
	p := b.Page(t, browsertest.Phone, browsertest.LessMotion)
	url := r.site.Serve(r.Actors["shopper"])
	p.Open(url + "/try/open/" + token)
	sound(t, p, "the link")
	p.Follow(`form[action^="/try/open/"] button`)
	p.Until(`location.pathname === "/try/` + run.ID + `"`)
	p.Open(url + "/try/" + run.ID + "/s/D")
	p.Fill(`[name="a.D1"]`, "6:10")
	p.Until(`!document.querySelector("#q-D2").hidden`)
	p.Click(`#q-D2 .ans`)
	sound(t, p, "a section")
	p.Follow(`#next`)
	p.Until(`location.pathname.includes("/s/") && !location.pathname.endsWith("/s/D")`)
	p.Open(url + "/try/" + run.ID + "/s/D")
	if !strings.HasPrefix(p.Title(), "TEST") {
		t.Errorf("the title is %q", p.Title())
	}
	p.Until(`document.querySelector('[name="a.D2"]').checked && document.querySelector('[name="a.D1"]').value === "6:10"`)
	p.Open(url + "/try/" + run.ID + "/result")
	sound(t, p, "the result")
}
