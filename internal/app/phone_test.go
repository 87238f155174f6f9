package app

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
)

// The budget of a page of the checklist that the phone has nothing of yet, over the wire.
const (
	coldBytes    = 40 << 10
	coldRequests = 10
)

// checklist gives the addresses of the shopper's pages, with a visit to Leeds begun.
func (p *person) checklist() []string {
	p.t.Helper()
	visit := "/visits/" + p.begins(leeds)
	paths := []string{"/visits", "/visits/open", visit, visit + "/list", visit + "/check", visit + "/photos/O3", "/account"}
	for _, section := range []string{"A", "B", "C", "D", "E", "O"} {
		paths = append(paths, visit+"/s/"+section)
	}
	return paths
}

// clippedJS lists what sticks out of the window on either side, apart from what scrolls by itself.
const clippedJS = `(() => {
	const out = [], wide = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > wide) out.push("the page is " + document.documentElement.scrollWidth + " wide");
	for (const el of document.querySelectorAll("body *")) {
		if (el.closest("svg, .hidden-visually, .table-scroll, .skip, [hidden]")) continue;
		const box = el.getBoundingClientRect();
		if (box.width > 1 && (box.left < -1 || box.right > wide + 1)) out.push(el.outerHTML.slice(0, 100));
	}
	return out.slice(0, 5).join(" | ");
})()`

// smallJS lists what is there to be tapped and is under 48 pixels high or wide. A link inside a sentence is as high as its line.
const smallJS = `[...document.querySelectorAll("label.ans, button, a.button, a.icon-button, a.list-row, summary, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select")]
	.filter(el => !el.closest("[hidden], .hidden-visually") && !el.matches(".hidden-visually") && el.getClientRects().length)
	.map(el => [el, (el.closest("label.check, label.take") ?? el).getBoundingClientRect()])
	.filter(([el, box]) => box.height < 47.9 || box.width < 47.9)
	.map(([el, box]) => Math.round(box.width) + "×" + Math.round(box.height) + " " + el.outerHTML.slice(0, 120)).join(" | ")`

func TestShopperPagesFitThePhoneAndTheFinger(t *testing.T) {
	d := startDemo(t, "")
	p := d.signedIn(t, auth.Shopper, browsertest.Window(320, 640), browsertest.LessMotion) // the narrowest that pages have to fit
	for _, path := range p.checklist() {
		p.open(path)
		if clipped := browsertest.Eval[string](p.Page, clippedJS); clipped != "" {
			t.Errorf("%s at 320 pixels: %s", path, clipped)
		}
		if small := browsertest.Eval[string](p.Page, smallJS); small != "" {
			t.Errorf("%s has small targets: %s", path, small)
		}
		p.tabs(path)
	}
}

// movedJS lists what went elsewhere on the page without having been touched, once its scripts have done their work.
const movedJS = `new Promise(done => setTimeout(() => {
	const moved = [];
	new PerformanceObserver(list => list.getEntries().forEach(e => moved.push(...e.sources.map(s =>
		(s.node?.outerHTML ?? "").slice(0, 100) + " from " + [s.previousRect.x, s.previousRect.y] + " to " + [s.currentRect.x, s.currentRect.y])))).observe({type: "layout-shift", buffered: true});
	setTimeout(() => done(moved.join(" | ")), 200);
}, 300))`

// widerLetters sets all text wider than the machine's font has it, as soon as there is a page.
const widerLetters = `new MutationObserver((_, o) => {
	if (!document.documentElement) return;
	document.documentElement.style.letterSpacing = ".12em";
	o.disconnect();
}).observe(document, {childList: true})`

func TestNothingGoesFromUnderAFingerWhenTheScriptOfASectionArrives(t *testing.T) {
	s, b := newScene(t, 1), browsertest.Start(t)
	for _, wide := range []int64{390, 320} {
		p := s.carries(b.Page(t, browsertest.Window(wide, 844), browsertest.LessMotion), 0)
		p.prepares(0)
		p.BeforeScripts(widerLetters)                // no font is as wide as the next one
		for _, section := range []string{"A", "B"} { // a time, a photo, moments; a stopwatch
			p.at(0, section)
			p.Until(`document.querySelector("#taps-open:not([hidden])") && (e => !e || e.textContent)(document.querySelector("[data-go]")) && (e => !e || e.querySelector("input[capture]"))(document.querySelector("[data-photo]"))`)
			if moved := browsertest.Eval[string](p.Page, movedJS); moved != "" {
				t.Errorf("section %s, %d pixels wide: %s", section, wide, moved)
			}
		}
	}
}

func TestAFieldThatHasTheFocusIsNotTakenAwayByAStopwatch(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone, browsertest.LessMotion), 0)
	p.prepares(0)
	p.BeforeScripts(`document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-watch] ~ .typed input")?.focus())`)
	p.at(0, "B")
	p.Until(`document.querySelector("[data-watch]:not([hidden]) [data-go]").textContent`)
	if !browsertest.Eval[bool](p.Page, `document.activeElement.matches("[data-watch] ~ .typed input")`) {
		t.Error("the focus was in the field of a duration and is lost")
	}
}

func TestShopperPagesFitLettersTwiceAsLarge(t *testing.T) {
	d := startDemo(t, "")
	p := d.signedIn(t, auth.Shopper, browsertest.Phone, browsertest.LessMotion)
	for _, path := range p.checklist() {
		p.open(path)
		p.enlarge()
		if clipped := browsertest.Eval[string](p.Page, clippedJS); clipped != "" {
			t.Errorf("%s: %s", path, clipped)
		}
	}
}

// enlarge doubles the reader's own size of text.
func (p *person) enlarge() {
	p.t.Helper()
	browsertest.Eval[string](p.Page, `document.documentElement.style.fontSize = "200%"`)
}

// coveredJS says what lies over the element that has the focus, "" when nothing does. A radio button is seen by its label.
const coveredJS = `(() => {
	let el = document.activeElement;
	if (!el || el === document.body) return "";
	if (el.matches("input[type=radio], input[type=checkbox]")) el = el.closest("label") ?? el;
	const box = el.getBoundingClientRect();
	const x = box.left + box.width / 2, top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
	if (bottom - top < Math.min(box.height, 20)) return "off the screen: " + el.outerHTML.slice(0, 120);
	for (const y of [top + 2, (top + bottom) / 2]) {
		const hit = document.elementFromPoint(x, y);
		if (hit?.closest(".bar, .dock") && !hit.contains(el) && !el.closest(".bar, .dock")) return hit.outerHTML.slice(0, 60) + " over " + el.outerHTML.slice(0, 120);
	}
	return "";
})()`

// tabs goes through the page by the tab key, to the end and round, and fails where a bar hides the focus.
func (p *person) tabs(path string) {
	p.t.Helper()
	stops := browsertest.Eval[int](p.Page, `document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select, summary").length`)
	for range stops {
		p.Tab()
		if covered := browsertest.Eval[string](p.Page, coveredJS); covered != "" {
			p.t.Errorf("%s: the focus is hidden: %s", path, covered)
		}
	}
}

// neededJS counts the requests and the bytes (compressed, with headers) of the page and of what it uses before it is
// there; what sends and keeps comes after that.
const neededJS = `(() => {
	const [page] = performance.getEntriesByType("navigation");
	const all = [page, ...performance.getEntriesByType("resource").filter(r => r.startTime <= page.loadEventStart)];
	return [all.length, all.reduce((sum, r) => sum + r.transferSize, 0)];
})()`

func TestAColdVisitPageKeepsItsBudget(t *testing.T) {
	d := startDemo(t, "")
	p := d.signedIn(t, auth.Shopper, browsertest.Phone)
	paths := p.checklist()
	err := chromedp.Do(p.Context(), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		p.open(path)
		needed := browsertest.Eval[[2]int](p.Page, neededJS)
		requests, bytes := needed[0], needed[1]
		t.Logf("%s: %d bytes in %d requests until it is there", path, bytes, requests)
		if bytes > coldBytes || bytes < 2000 {
			t.Errorf("%s: %d bytes, at most %d are allowed", path, bytes, coldBytes)
		}
		if requests > coldRequests {
			t.Errorf("%s needs %d requests, at most %d are allowed", path, requests, coldRequests)
		}
	}
}
