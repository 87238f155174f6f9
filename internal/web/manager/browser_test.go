package manager_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/store/worldtest"
)

func TestThePagesFitEveryWindow(t *testing.T) {
	b := browsertest.Start(t)
	r := newRig(t, len(nasty)+3)
	for i, name := range nasty {
		r.rename(i, name)
	}
	r.Publish(titled("Entrance tidy", "Greeted in 30 s", "Name badge", "Offered help", strings.Repeat("Donaudampfschifffahrt", 4), "Till wait"), "first", "2025-01-01")
	r.Season(6, 24, months(12)...)
	id := r.Visit(worldtest.Made{
		Branch: r.Branches[6], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(6, 0.7), Comments: map[string]string{"Q01": nasty[6] + nasty[6]},
	})
	url := r.site(t).Serve(r.Owner)
	paths := []string{"/compare", "/compare/standards", "/compare/change", "/compare/drivers", "/compare/sales", "/compare/sure", "/compare/branches", "/compare/branches?from=2026-03&to=2026-01", "/compare/branches/" + r.Branches[6].ID, "/reports", "/reports/" + id, "/reports/" + id + "/why"}
	for _, width := range []int64{320, 390, 820, 1440} {
		p := b.Page(t, browsertest.Window(width, 900), browsertest.NoScript)
		for _, path := range paths {
			p.Open(url + path)
			if wide := browsertest.Eval[int](p, `document.documentElement.scrollWidth`); int64(wide) > width {
				t.Errorf("%s scrolls sideways at %d px: it is %d px wide, for %s", path, width, wide, browsertest.Eval[string](p, widest))
			}
		}
	}
}

// widest names an element that reaches out of the window.
const widest = `[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-scroll, svg')).map(e => e.tagName + '.' + e.getAttribute('class')).slice(0, 3).join(', ')`

func TestOnAPhoneTheBarStaysAndFourStandardsShow(t *testing.T) {
	b := browsertest.Start(t)
	r := newRig(t, 10)
	r.Publish(titled("Entrance tidy", "Greeted in 30 s", "Name badge", "Offered help", "Product advice", "Till wait"), "first", "2025-01-01")
	r.Season(6, 24, months(12)...)
	p := b.Page(t, browsertest.Phone)
	url := r.site(t).Serve(r.Owner)
	p.Open(url + "/compare/standards")
	shown := browsertest.Eval[int](p, `(() => { const box = document.querySelector('.heat-scroll').getBoundingClientRect();
		return [...document.querySelector('.heat tbody tr').querySelectorAll('td')].filter(c => c.getBoundingClientRect().right <= box.right + 1).length })()`)
	if shown != 4 {
		t.Errorf("%d standards show on a phone, want 4", shown)
	}
	p.Open(url + "/compare/branches")
	for css, want := range map[string]bool{".league .bar-svg": true, ".league td.verdict": false, ".league td.num": false} {
		if got := browsertest.Eval[bool](p, fmt.Sprintf(`document.querySelector(%q).getBoundingClientRect().width > 0`, css)); got != want {
			t.Errorf("%s is shown: %v, want %v", css, got, want)
		}
	}
	small := browsertest.Eval[string](p, `[...document.querySelectorAll('main a, main summary, main button')].filter(e => e.getClientRects().length && !e.closest('p')
		&& e.getBoundingClientRect().height < 24).map(e => e.outerHTML).slice(0, 3).join('\n')`)
	if small != "" {
		t.Errorf("less than 24 px high:\n%s", small)
	}
	p.Open(url + "/compare/branches/" + r.Branches[0].ID)
	print := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	})
	if err := chromedp.Do(p.Context(), print); err != nil {
		t.Fatal(err)
	}
	if left := browsertest.Eval[int](p, `[...document.querySelectorAll('.no-print')].filter(e => e.getClientRects().length).length + 100 * !document.querySelector('.card.no-print')`); left != 0 {
		t.Errorf("%d parts are on paper that only a screen can use", left)
	}
	p.Open(url + "/compare")
	if left := browsertest.Eval[string](p, `[...document.querySelectorAll('main p > a:only-child')].filter(e => e.getClientRects().length && e.parentElement.textContent === e.textContent && !e.closest('.findings')).map(e => e.textContent).join()`); left != "" {
		t.Errorf("on paper stand links alone: %s", left)
	}
	if room := browsertest.Eval[string](p, `getComputedStyle(document.querySelector('main')).padding + ' ' + getComputedStyle(document.body).minHeight`); room != "0px 0px" {
		t.Errorf("an empty page may follow on paper, for the room left is %s", room)
	}
	p = b.Page(t, browsertest.Phone)
	p.Open(url + "/compare/standards")
	sticky := browsertest.Eval[bool](p, `(() => { const s = document.querySelector('.heat-scroll'); s.scrollLeft = 500; const h = s.querySelector('tbody th').getBoundingClientRect();
		return Math.abs(h.left - s.getBoundingClientRect().left) < 4 })()`)
	if !sticky {
		t.Error("the column of branches scrolls away")
	}
}

func TestAPictureIsMadeOfADrawing(t *testing.T) {
	b := browsertest.Start(t)
	r := newRig(t, 12)
	r.Publish(worldtest.Tea(3), "first", "2025-01-01")
	r.Season(3, 12, months(4)...)
	url := r.site(t).Serve(r.Owner)
	p := b.Page(t, browsertest.Phone)
	for _, path := range []string{"/compare/picture?chart=funnel", "/compare/picture?chart=heat", "/compare/branches/" + r.Branches[0].ID + "/picture?chart=parts"} {
		p.Open(url + path)
		made := browsertest.Eval[string](p, `(async () => {
			const button = document.querySelector("[data-picture]");
			for (let i = 0; i < 100 && button.hidden; i++) await new Promise(r => setTimeout(r, 50));
			let saved = null;
			HTMLAnchorElement.prototype.click = function () { saved = this };
			button.click();
			for (let i = 0; i < 200 && !saved; i++) await new Promise(r => setTimeout(r, 50));
			if (!saved) return document.getElementById("picture-status").textContent || "nothing happened";
			const bytes = new Uint8Array(await (await fetch(saved.href).catch(() => null))?.arrayBuffer() ?? []);
			return saved.download + " " + document.getElementById("picture-status").textContent + " " + bytes.length;
		})().catch(e => "error " + e)`)
		if !strings.Contains(made, ".png") || !strings.Contains(made, "The picture is saved.") {
			t.Errorf("%s: %s", path, made)
		}
		if shown := browsertest.Eval[int](p, `document.querySelector(".picture img").naturalWidth`); shown < 300 {
			t.Errorf("%s shows a drawing %d wide", path, shown)
		}
	}
}

func TestThePagesAreJudgedInEveryLook(t *testing.T) {
	b := browsertest.Start(t)
	browsertest.Module(t, "axe-core/axe.min.js")
	r := newRig(t, 12)
	r.Publish(worldtest.Tea(3), "first", "2024-01-01")
	r.Season(3, 48, months(24)...)
	url := r.site(t).Serve(r.Owner)
	p := b.Page(t, browsertest.Desk, browsertest.LessMotion)
	for _, path := range []string{
		"", "/branches", "/standards", "/change", "/drivers", "/sales", "/sure?visits=x", "/picture?chart=league", "/branches/" + r.Branches[0].ID,
	} {
		p.Open(url + "/compare" + path)
		for _, wrong := range p.Axe("light", "dark") {
			t.Errorf("/compare%s: %s", path, wrong)
		}
	}
}
