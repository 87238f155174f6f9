package authweb_test

import (
	"net/http/httptest"
	"testing"

	"plainclothes/internal/browsertest"
)

// tooWide gives how many pixels a page must be scrolled sideways.
const tooWide = `document.documentElement.scrollWidth - window.innerWidth`

// tooSmall lists controls under 48 px; links inside sentences may be as high as the line.
const tooSmall = `[...document.querySelectorAll("button, input:not([type=hidden], [type=radio], .hidden-visually), select, .ans, .icon-button")]
	.filter(e => e.offsetParent && e.getBoundingClientRect().height < (e.classList.contains("small") ? 40 : 48)).map(e => e.outerHTML.slice(0, 80)).join("\n")`

func TestThePagesFitTheSmallestPhoneAndTheThumb(t *testing.T) {
	r := newRig(t, true)
	server := httptest.NewServer(r.handler)
	t.Cleanup(server.Close)
	browser := browsertest.Start(t)
	for _, width := range []int64{320, 390, 1440} {
		page := browser.Page(t, browsertest.Window(width, 800))
		for _, path := range []string{"/sign-in", "/link/once", "/link/invited", "/link/dead", "/setup/first", "/nowhere"} {
			page.Open(server.URL + path)
			if over := browsertest.Eval[int](page, tooWide); over > 0 {
				t.Errorf("%s at %d px is %d px too wide", path, width, over)
			}
			if small := browsertest.Eval[string](page, tooSmall); small != "" {
				t.Errorf("%s at %d px has small controls:\n%s", path, width, small)
			}
			if p := page.Problems(); len(p) > 0 {
				t.Errorf("%s: the console says %q", path, p)
			}
		}
	}
}

func TestSigningInWorksWithoutScript(t *testing.T) {
	r := newRig(t, true)
	server := httptest.NewServer(r.handler)
	t.Cleanup(server.Close)
	page := browsertest.Start(t).Page(t, browsertest.Phone, browsertest.NoScript)
	page.Open(server.URL + "/account")
	page.Fill("[name=email]", "olga@example.com")
	page.Fill("[name=password]", "not the one")
	if status := page.Follow("button[type=submit]"); status != 422 {
		t.Fatalf("a wrong password: %d", status)
	}
	page.Until(`document.activeElement.className === "error-summary"`) // the browser moves the focus when it has drawn the page
	page.Fill("[name=password]", rightPassword)
	page.Follow("button[type=submit]")
	if at := browsertest.Eval[string](page, `location.pathname + " " + document.querySelector("h1").textContent`); at != "/account Olga Owner" {
		t.Fatalf("signed in, we are at %s", at)
	}
	browsertest.Eval[bool](page, `(document.querySelector("[name=theme][value=discreet]").checked = true)`)
	page.Follow(`form[action="/theme"] button`)
	if title := browsertest.Eval[string](page, `document.title + " " + getComputedStyle(document.documentElement).backgroundColor`); title != "Notes rgb(0, 0, 0)" {
		t.Errorf("discreet is %s", title)
	}
	page.Follow(`form[action="/sign-out"] button`)
	if at := browsertest.Eval[string](page, `location.pathname + " " + document.querySelector(".notice").textContent.trim()`); at != "/sign-in You are signed out." {
		t.Errorf("signed out, we are at %s", at)
	}
}
