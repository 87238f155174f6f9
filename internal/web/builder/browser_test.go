package builder_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/browsertest"
	"plainclothes/internal/web/kit"
)

// blank stands in for the preview, which is another package's page.
func (r *rig) blank() {
	r.site.Add(kit.Route{
		Method: http.MethodGet, Path: "/standards/:programme/checklist/preview", Name: "preview", Access: kit.Need(auth.StandardsEdit),
		Handle: func(c echo.Context, _ auth.Actor) error {
			c.Response().Header().Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'self'")
			return c.HTML(http.StatusOK, "<!doctype html><html lang=en><title>Preview</title><p>Preview</p></html>")
		},
	})
}

const (
	ready = `document.documentElement.dataset.builder === "ready"`
	saved = `document.documentElement.dataset.unsaved === "no"`
	text  = `textarea[name="question/Q01:text"]`
)

// drag presses the mouse at one place, moves it to another and lets go.
func drag(t *testing.T, p *browsertest.Page, from, to string) {
	t.Helper()
	at := func(css string) (x, y float64) {
		box := browsertest.Eval[[]float64](p, `(() => { const b = document.querySelector('`+css+`').getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()`)
		return box[0], box[1]
	}
	x, y := at(from)
	_, end := at(to)
	steps := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(chromedp.MousePressed, x, y, chromedp.Button("left"), chromedp.ClickCount(1))}
	for i := 1; i <= 5; i++ {
		steps = append(steps, chromedp.MouseEvent(chromedp.MouseMoved, x, y+(end-y)*float64(i)/5, chromedp.Button("left")))
	}
	steps = append(steps, chromedp.MouseEvent(chromedp.MouseReleased, x, end, chromedp.Button("left"), chromedp.ClickCount(1)))
	if err := chromedp.Do(p.Context(), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		for _, s := range steps {
			if _, err := s(ctx, tab); err != nil {
				return err
			}
		}
		return nil
	})); err != nil {
		t.Fatal(err)
	}
}

func order(p *browsertest.Page) string {
	return browsertest.Eval[string](p, `[...document.querySelectorAll('#s-A > .items > [data-item]')].map(x => x.dataset.item.slice(9)).join(" ")`)
}

// TestWithAScriptEverythingIsSavedByItself types, drags and presses keys as an owner at a desk.
func TestWithAScriptEverythingIsSavedByItself(t *testing.T) {
	b := browsertest.Start(t)
	r := tea(t)
	r.blank()
	url := r.site.Serve(r.Owner)
	p := b.Page(t, browsertest.Desk, browsertest.LessMotion)
	p.Open(url + r.path())
	p.Until(ready)
	p.Click(`#p-question-Q01 > a`)
	p.Until(`document.activeElement.name === "question/Q01:text" && location.search === "?open=question/Q01"`)
	p.Fill(text, "Was the table")
	p.Type(text, " wiped?")
	p.Until(saved)
	p.Until(`document.querySelector("#p-question-Q01 .q-text").textContent.includes("Was the table wiped?") && document.querySelector("#saved").textContent.startsWith("Draft saved")`)
	if got := r.question("Q01").Text; got != "Was the table wiped?" {
		t.Errorf("saved %q", got)
	}
	if !browsertest.Eval[bool](p, `document.activeElement.name === "question/Q01:text"`) {
		t.Error("the focus is elsewhere")
	}
	p.Fill(`[name="question/Q01:kind"]`, "choice")
	p.Until(`document.querySelector('[name="option/Q01/yes:label"]') !== null && ` + saved)
	p.Fill(`[name="new:option:Q01:label"]`, "A little")
	p.Fill(`[name="new:option:Q01:points"]`, "1")
	p.Click(`#new-option button`)
	p.Until(`document.querySelector('[name="option/Q01/a_little:label"]') !== null && document.querySelector('[name="new:option:Q01:label"]').value === "" && ` + saved)
	p.Click(`#moves ~ .builder-tools button[value="undo"]`)
	p.Until(`document.querySelector('[name="option/Q01/a_little:label"]') === null && ` + saved)

	p.Click(`form[data-save] a[data-go]`) // Close
	p.Until(`document.querySelector("[data-open]") === null`)
	browsertest.Eval[bool](p, `(document.querySelector("#s-A").scrollIntoView(), true)`)
	drag(t, p, "#p-question-W01 .grip", "#p-question-L01")
	p.Until(`document.querySelector("#said").textContent.includes("moved to place")`)
	p.Until(saved)
	if got := order(p); got == "Q01 W01 Q03 W03 L01 T01 V01 N01 R01 X01" || r.draft().Sections[0].Questions[1].ID == "W01" {
		t.Errorf("it was not dragged: %s", got)
	}
	browsertest.Eval[bool](p, `(document.querySelector("#p-question-W01 .grip").focus(), true)`)
	p.Press(kb.Home)
	p.Until(`[...document.querySelectorAll('#s-A > .items > [data-item]')][0].dataset.item === "question/W01" && document.activeElement.matches("#p-question-W01 .grip") && ` + saved)
	if got := r.draft().Sections[0].Questions[0].ID; got != "W01" {
		t.Errorf("the first is %s", got)
	}

	p.Click(`#p-question-Q01 > a`)
	p.Until(`document.querySelector("#p-question-Q01").matches("[data-open]")`)
	p.Offline(true)
	p.Fill(text, "Typed without signal?")
	p.Until(`!document.querySelector("#unsaved").hidden`)
	p.Offline(false)
	p.Until(saved)
	if got := r.question("Q01").Text; got != "Typed without signal?" {
		t.Errorf("saved %q", got)
	}

	theirs := r.openAs(r.other, "question/Q01")
	theirs.set("text", "Their text?").save("")
	p.Fill(text, "My text?")
	p.Until(`document.querySelector("#picks") !== null && document.querySelector('textarea[name="question/Q01:text"]').value === "My text?"`)
	if got := r.question("Q01").Text; got != "Their text?" {
		t.Errorf("written over by %q", got)
	}
	p.Click(`#picks input[value="yours"]`)
	p.Until(`document.querySelector("#picks") === null && ` + saved)
	if got := r.question("Q01").Text; got != "My text?" {
		t.Errorf("kept %q", got)
	}
}

// TestABandWaitsForItsOtherNumber types a limit before its points, and something else meanwhile.
func TestABandWaitsForItsOtherNumber(t *testing.T) {
	b := browsertest.Start(t)
	r := tea(t)
	r.blank()
	const limit, points, waits = `#band-1 [name$=":bands.up_to"]`, `#band-1 [name$=":bands.points"]`, `!document.querySelector("#band-1 [data-waits]").hidden`
	r.open("question/Q01").set("kind", "number").save("").set("bands.up_to", "10", "").set("bands.points", "4", "0").save("")
	p := b.Page(t, browsertest.Desk, browsertest.LessMotion)
	p.Open(r.site.Serve(r.Owner) + r.path() + "?open=question/Q01")
	p.Until(ready)
	p.Fill(limit, "20")
	p.Until(waits)
	p.Fill(text, "How many were waiting?") // is saved, though the band is not
	p.Until(`document.querySelector("#p-question-Q01 .q-text").textContent.includes("How many were waiting?")`)
	p.Until(waits + ` && document.querySelector('` + limit + `').value === "20" && !document.querySelector("[aria-invalid]") && document.querySelector("#unsaved").hidden`)
	if q := r.question("Q01"); q.Text != "How many were waiting?" || len(q.Bands) != 2 {
		t.Fatalf("saved %q with %+v", q.Text, q.Bands)
	}
	p.Click(`#p-question-W01 > a`) // to leave is to be told
	p.Until(`document.querySelector('` + points + `').getAttribute("aria-invalid") === "true" && !document.querySelector("#unsaved").hidden`)
	p.Fill(text, "How many stood there?") // is saved beside the band that was refused, which stays with its message
	p.Until(`document.querySelector("#p-question-Q01 .q-text").textContent.includes("How many stood there?") && document.querySelector('` + points + `').getAttribute("aria-invalid") === "true" && document.querySelector('` + limit + `').value === "20"`)
	if q := r.question("Q01"); q.Text != "How many stood there?" || len(q.Bands) != 2 {
		t.Fatalf("saved %q with %+v", q.Text, q.Bands)
	}
	p.Fill(points, "2")
	p.Until(saved + ` && document.querySelector("#band-2 [data-waits]") !== null && !document.querySelector("[aria-invalid]")`)
	if q := r.question("Q01"); len(q.Bands) != 3 || q.Bands[1].Points != 200 {
		t.Errorf("bands are %+v", q.Bands)
	}
	p.Fill(`#band-0 [name$=":bands.points"]`, "")
	p.Fill(text, "How many waited?")
	p.Until(`document.querySelector("#p-question-Q01 .q-text").textContent.includes("How many waited?") && !document.querySelector("#band-0 [data-waits]").hidden`)
	if q := r.question("Q01"); len(q.Bands) != 3 {
		t.Errorf("a band went while its points were typed: %+v", q.Bands)
	}
	p.Fill(`#band-0 [name$=":bands.points"]`, "5")
	p.Until(saved)
	if q := r.question("Q01"); len(q.Bands) != 3 || q.Bands[0].Points != 500 {
		t.Errorf("bands are %+v", q.Bands)
	}
	r.openAs(r.other, "question/Q01").save("remove:question/Q01")
	p.Fill(text, "Was anybody waiting?")
	p.Until(`document.querySelector("#lost dd")?.textContent === "Was anybody waiting?" && document.querySelector("[data-open]") === null && document.activeElement.id === "lost"`)
	p.Click(`#lost form[data-back] button[name="do"]`)
	p.Until(`document.querySelector("#lost") === null && document.querySelector('` + text + `')?.value === "Was anybody waiting?" && ` + saved)
	if q := r.question("Q01"); q.Text != "Was anybody waiting?" || len(q.Bands) != 3 {
		t.Errorf("it came back as %q with %+v", q.Text, q.Bands)
	}
}

// tabTo goes on by the Tab key until the focus is where it is wanted.
func tabTo(t *testing.T, p *browsertest.Page, css string) {
	t.Helper()
	for range 150 {
		if browsertest.Eval[bool](p, `document.activeElement.matches('`+css+`')`) {
			return
		}
		p.Tab()
	}
	t.Fatalf("the Tab key never comes to %s", css)
}

// TestWithKeysAloneASectionIsBuilt uses nothing but the keyboard.
func TestWithKeysAloneASectionIsBuilt(t *testing.T) {
	b := browsertest.Start(t)
	r := empty(t)
	r.blank()
	p := b.Page(t, browsertest.Desk, browsertest.LessMotion)
	p.Open(r.site.Serve(r.Owner) + r.path())
	p.Until(ready)
	tabTo(t, p, `button[value="add:section:"]`)
	p.Press(kb.Enter)
	p.Until(`document.activeElement.matches('[name$=":title"]') && ` + saved)
	p.Press("Walking up")
	p.Until(saved)
	tabTo(t, p, `#paste summary`)
	p.Press(kb.Enter)
	tabTo(t, p, `#paste textarea`)
	p.Press("How many were waiting? | number" + kb.Enter + "Was the floor clean? | yes/no | 2" + kb.Enter + "Why was it not? | text")
	tabTo(t, p, `#paste button`)
	p.Press(kb.Enter)
	p.Until(`document.querySelectorAll(".items > [data-item]").length === 3 && ` + saved)
	tabTo(t, p, `.items > [data-item]:last-child > a`)
	p.Press(kb.Enter)
	p.Until(`document.activeElement.matches('[name$=":text"]') && document.querySelector(".items > [data-item]:last-child").matches("[data-open]")`)
	tabTo(t, p, `button[value^="if-add:"]`)
	p.Press(kb.Enter)
	p.Until(`document.querySelector('[name$=":0:value"]') !== null && ` + saved)
	tabTo(t, p, `[name$=":0:value"]`)
	p.Press(kb.ArrowDown)
	p.Until(saved)
	p.Until(`document.querySelector('[name$=":0:value"]').value === "no"`)
	browsertest.Eval[bool](p, `(document.activeElement.blur(), document.querySelector("#main").focus(), true)`)
	tabTo(t, p, `.items > [data-item]:first-child .grip`)
	p.Press(kb.ArrowDown)
	p.Until(`document.querySelector("#said").textContent.includes("place 2 of 3") && ` + saved)
	s := r.draft().Sections[0]
	if s.Title != "Walking up" || len(s.Questions) != 3 || s.Questions[0].Points != 200 || s.Questions[1].Kind != "number" || s.Questions[2].ShowIf == nil ||
		s.Questions[2].ShowIf.Source != s.Questions[0].ID+" == 'no'" {
		t.Errorf("built %+v", s)
	}
}

// TestTheBuilderFitsEveryScreen looks at it on a phone, a tablet and a desk.
func TestTheBuilderFitsEveryScreen(t *testing.T) {
	b := browsertest.Start(t)
	r := tea(t)
	r.blank()
	url := r.site.Serve(r.Owner)
	r.open("question/L01").save("if-add:question/L01")
	for _, screen := range []struct {
		name    string
		options []browsertest.Option
	}{
		{"320", []browsertest.Option{browsertest.Window(320, 700)}},
		{"820-dark", []browsertest.Option{browsertest.Window(820, 1100), browsertest.Dark}},
		{"1440", []browsertest.Option{browsertest.Window(1440, 900)}},
	} {
		p := b.Page(t, screen.options...)
		for _, open := range []string{"question/L01", "question/Q01", "scenarios", "section/A"} {
			p.Open(url + r.path() + "?open=" + open)
			p.Until(ready)
			p.ScreenshotAll("builder-" + open[:2] + open[len(open)-1:] + "-" + screen.name)
			if n := browsertest.Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); n > 0 {
				t.Errorf("%s at %s is %d px too wide", open, screen.name, n)
			}
			if bad := p.Problems(); len(bad) > 0 {
				t.Errorf("%s at %s: %q", open, screen.name, bad)
			}
		}
	}
}

// TestAxeFindsNothingWrongWithWhatIsOpen judges the cards that links of the whole product do not lead to.
func TestAxeFindsNothingWrongWithWhatIsOpen(t *testing.T) {
	browsertest.Module(t, "axe-core/axe.min.js")
	b := browsertest.Start(t)
	r := tea(t)
	r.blank()
	url := r.site.Serve(r.Owner)
	r.open("question/L01").save("if-add:question/L01").save("if-add:question/L01")
	r.open("question/Q01").set("kind", "multi").set("critical.effect", "flag").save("")
	p := b.Page(t, browsertest.Desk, browsertest.LessMotion)
	for _, open := range []string{"question/L01", "question/Q01", "scenarios", "section/A", "scoring"} {
		p.Open(url + r.path() + "?open=" + open)
		p.Until(ready)
		browsertest.Eval[bool](p, `(document.querySelectorAll("details").forEach((d) => { d.open = true; }), true)`)
		for _, v := range p.Axe("light", "dark", "discreet") {
			t.Errorf("%s: %s", open, v)
		}
	}
}

// TestWithoutAScriptAChromiumDoesTheSame fills in a few questions by plain forms.
func TestWithoutAScriptAChromiumDoesTheSame(t *testing.T) {
	b := browsertest.Start(t)
	r := empty(t)
	r.blank()
	p := b.Page(t, browsertest.Phone, browsertest.NoScript)
	p.Open(r.site.Serve(r.Owner) + r.path())
	p.Follow(`button[value="add:section:"]`)
	p.Fill(`[name$=":title"]`, "Walking up")
	p.Follow(`button.save`)
	p.Follow(`button[value^="add:question:"]`)
	p.Fill(`[name$=":text"]`, "Was the counter clean?")
	p.Fill(`[name$=":points"]`, "2")
	p.Follow(`button.save`)
	p.Follow(`button[value^="add:question:"]`)
	p.Fill(`[name$=":text"]`, "What was not?")
	p.Fill(`[name$=":kind"]`, "text")
	p.Follow(`button.save`)
	p.Follow(`button[value^="if-add:"]`)
	p.Fill(`[name$=":0:value"]`, "no")
	p.Follow(`button.save`)
	p.UntilText("sometimes")
	s := r.draft().Sections[0]
	if s.Title != "Walking up" || len(s.Questions) != 2 || s.Questions[0].Points != 200 || s.Questions[1].Kind != "text" ||
		s.Questions[1].ShowIf == nil || s.Questions[1].ShowIf.Source != s.Questions[0].ID+" == 'no'" {
		t.Errorf("built %+v", s)
	}
}

// TestAnAnswerCanBeReadWhole has answers of the length that people write, on a tablet.
func TestAnAnswerCanBeReadWhole(t *testing.T) {
	b := browsertest.Start(t)
	r := holding(t, coffee(t).Export())
	p := b.Page(t, browsertest.Window(820, 1100), browsertest.LessMotion, browsertest.NoScript)
	p.Open(r.site.Serve(r.Owner) + r.path() + "?open=question/C2")
	cut := browsertest.Eval[[]string](p, `[...document.querySelectorAll('input[name^="option/C2/"][name$=":label"]')].filter(x => x.scrollWidth > x.clientWidth).map(x => x.value)`)
	if len(cut) > 0 {
		t.Errorf("cut off: %q", cut)
	}
}
