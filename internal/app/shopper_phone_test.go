package app

import (
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
)

func TestMomentsTheQuietLookTheCoverAndSigningOutWorkByOneThumb(t *testing.T) {
	d := startDemo(t, "")
	s := d.signedIn(t, auth.Shopper, browsertest.Phone, browsertest.LessMotion)
	visit := s.begins(leeds)
	s.tap("A3", "no")
	s.Until(`document.querySelector("#chip").innerText.includes("Saved and sent")`)
	s.marksMoments()
	s.covers()
	s.open("/visits/" + visit + "/list")
	s.Until(`!document.querySelector("#loud").hidden`)
	s.Click("#loud")
	s.Until(`!document.documentElement.dataset.theme`)
	s.open("/visits")
	s.Until(`document.querySelector('li[data-visit="` + visit + `"] [data-works]').hidden === false`)
	s.open("/account")
	s.follow(`a[href="/sign-out"]`)
	s.Until(`document.querySelector("#sign-out").dataset.ready === "" && !document.querySelector("#leave").hidden`)
	s.follow("#sign-out button")
	s.sees("You are signed out.")
	s.Until(`indexedDB.databases().then(all => all.length === 0)`)
}

// marksMoments taps that he arrived and was greeted: the time and the duration are filled in, on this page and the next.
func (p *person) marksMoments() {
	p.t.Helper()
	p.Click("#taps-open")
	p.Click("#taps button:nth-child(1)")
	p.Until(`/^\d\d:\d\d$/.test(document.querySelector('[name="a.A1"]').value)`)
	p.Click("#taps button:nth-child(2)")
	p.next()
	p.Until(`/^0:\d\d$/.test(document.querySelector('[name="a.B1"]').value)`)
	p.Until(`document.querySelector("#q-B1 [data-go]").textContent === "Again"`)
}

// covers puts on the quiet look by one tap, then the shopping list by another, and comes back to where he was.
func (p *person) covers() {
	p.t.Helper()
	p.Click("#look")
	p.Until(`document.documentElement.dataset.theme === "discreet" && document.title === "Notes" && document.querySelector("#look").value === "cover"`)
	p.follow("#look")
	p.Fill("#f-thing", "Butter")
	p.Click("#add button")
	p.Until(`document.querySelectorAll("#things li").length === 5`)
	p.open("/cover")
	p.Until(`document.querySelectorAll("#things li").length === 5 && document.querySelector("#back").getAttribute("href").endsWith("/s/B")`)
	p.follow("#back")
}
