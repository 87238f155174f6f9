package manager_test

import (
	"fmt"
	"testing"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/store/worldtest"
)

func TestThePagesFitEveryWindow(t *testing.T) {
	b := browsertest.Start(t)
	r := newRig(t, len(nasty)+3)
	for i, name := range nasty {
		r.rename(i, name)
	}
	r.Publish(titled("Entrance tidy", "Greeted in 30 s", "Name badge", "Offered help", "Product advice", "Till wait"), "first", "2025-01-01")
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
	p.Open(url + "/compare/standards")
	sticky := browsertest.Eval[bool](p, `(() => { const s = document.querySelector('.heat-scroll'); s.scrollLeft = 500; const h = s.querySelector('tbody th').getBoundingClientRect();
		return Math.abs(h.left - s.getBoundingClientRect().left) < 4 })()`)
	if !sticky {
		t.Error("the column of branches scrolls away")
	}
}
