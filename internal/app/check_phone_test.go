package app

import (
	"net/http"
	"strings"
	"testing"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/roughtest"
)

// slow makes the server's news to a page never come, and takes away the page's patience with them.
const slow = `
	const ask = window.fetch, later = window.setTimeout;
	window.fetch = (to, ...more) => /pack/.test(to.url || to) ? new Promise(() => {}) : ask(to, ...more);
	window.setTimeout = (f, ms, ...more) => ms === 2000 ? 0 : later(f, ms, ...more);`

func TestCheckAndSendDoesNotCallMissingWhatThePhoneHas(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	p.taps("A3", "yes")
	p.keeps("A3", `"yes"`)
	p.arrived()
	s.gate.Decide(func(r *http.Request) roughtest.Fate {
		if strings.HasPrefix(r.URL.Path, "/api/v1/submissions/") {
			return roughtest.Fate{Kind: roughtest.Refuse}
		}
		return roughtest.Fate{}
	})
	p.BeforeScripts(slow)
	p.at(0, "A")
	p.taps("A4", "yes")
	p.keeps("A4", `"yes"`)
	p.goes(s.visitPath(0, "/check"))
	if n := browsertest.Eval[string](p.Page, `document.querySelector("#check").dataset.answers`); n != "1" {
		t.Fatalf("the server has %s answers", n)
	}
	p.Until(`document.querySelector("#count").textContent.startsWith("2 of ")`)
}
