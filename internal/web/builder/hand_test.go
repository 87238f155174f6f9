package builder_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/programme/edit"
)

// hand is somebody who builds a programme: on plain forms, in a browser with the mouse, or there with keys alone.
type hand interface {
	// form opens a page outside of the builder, fills in the form that has these controls, sends it, and gives the path of
	// the page that follows.
	form(path string, fields ...edit.Field) string
	// enter opens the builder; the others are about it.
	enter()
	open(what string)
	has(name string) bool
	value(name string) []string
	set(name string, values ...string)
	press(do string) // a button of the form or of the page; what was typed is saved first
}

// byForms is a hand without a script.
type byForms struct {
	r    *rig
	page *paper
}

func (h *byForms) enter()                     {}
func (h *byForms) open(what string)           { h.r.t.Helper(); h.page = h.r.open(what) }
func (h *byForms) value(name string) []string { return h.page.form[name] }
func (h *byForms) has(name string) bool {
	return strings.Contains(h.page.body, `name="`+name+`"`)
}

func (h *byForms) set(name string, values ...string) {
	h.r.t.Helper()
	h.page.set(name, values...)
}

func (h *byForms) press(do string) {
	h.r.t.Helper()
	if _, ok := h.page.form["rev"]; !ok || strings.HasPrefix(do, "add:") {
		h.page = h.page.press(do)
		return
	}
	h.page = h.page.save(do)
}

func (h *byForms) form(path string, fields ...edit.Field) string {
	h.r.t.Helper()
	body := h.r.site.Get(h.r.Owner, path).Status(http.StatusOK).Body.String()
	for _, m := range formTag.FindAllStringSubmatch(body, -1) {
		if slices.ContainsFunc(fields, func(f edit.Field) bool { return !strings.Contains(m[2], `name="`+f.Name+`"`) }) {
			continue
		}
		f := controls(m[2])
		for _, x := range fields {
			f[x.Name] = x.Values
		}
		return h.send(m[1], m[2], f)
	}
	h.r.t.Fatalf("%s has no form with %v", path, fields)
	return ""
}

// send posts a form as its tag says.
func (h *byForms) send(tag, inside string, f url.Values) string {
	h.r.t.Helper()
	action := attribute(actionOf, tag)
	if !strings.Contains(tag, "multipart/form-data") {
		return h.r.site.Post(h.r.Owner, action, f).Status(http.StatusSeeOther).Header().Get("Location")
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range f {
		for _, v := range values {
			var err error
			if strings.Contains(inside, `name="`+name+`" type="file"`) {
				_, err = w.CreateFormFile(name, "") // nothing was chosen
			} else {
				err = w.WriteField(name, v)
			}
			if err != nil {
				h.r.t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		h.r.t.Fatal(err)
	}
	return h.r.site.PostBody(h.r.Owner, action, w.FormDataContentType(), &body).Status(http.StatusSeeOther).Header().Get("Location")
}

// inBrowser is a hand in a browser with scripts, where every change is saved by itself. It asks the page what it shows, and
// does everything with the mouse and by typing, or with keys alone.
type inBrowser struct {
	r    *rig
	p    *browsertest.Page
	url  string
	keys bool
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

// named is the place of a control in the page, among those with its name.
func named(name string, i int) string {
	return `document.getElementsByName(` + quoted(name) + `)[` + strconv.Itoa(i) + `]`
}

func (h *inBrowser) enter() {
	h.r.t.Helper()
	if got := h.p.Open(h.url + h.r.path()); got != http.StatusOK {
		h.r.t.Fatal(got)
	}
	h.p.Until(ready)
}

func (h *inBrowser) form(path string, fields ...edit.Field) string {
	h.r.t.Helper()
	h.p.Open(h.url + path)
	var names []string
	for _, f := range fields {
		names = append(names, `:has([name=`+quoted(f.Name)+`])`)
	}
	form := `document.querySelector('form` + strings.Join(names, "") + `')`
	for _, f := range fields {
		h.fill(form+`.elements[`+quoted(f.Name)+`]`, strings.Join(f.Values, "\n"))
	}
	h.use(form + `.querySelector("button:not([type=button])")`)
	h.p.Until(`location.pathname !== ` + quoted(path) + ` && document.readyState === "complete"`)
	return browsertest.Eval[string](h.p, `location.pathname`)
}

// open follows the link to a part, unless it is open.
func (h *inBrowser) open(what string) {
	h.r.t.Helper()
	id := "p-" + strings.ReplaceAll(what, "/", "-")
	if browsertest.Eval[bool](h.p, `document.getElementById("`+id+`")?.matches("[data-open]") ?? false`) {
		return
	}
	h.use(`document.querySelector('a[data-go][href$="#` + id + `"]')`)
	h.p.Until(`document.getElementById("` + id + `")?.matches("[data-open]") && ` + saved)
}

func (h *inBrowser) has(name string) bool {
	h.r.t.Helper()
	return browsertest.Eval[bool](h.p, named(name, 0)+` !== undefined`)
}

func (h *inBrowser) value(name string) []string {
	h.r.t.Helper()
	return browsertest.Eval[[]string](h.p, `[...document.getElementsByName(`+quoted(name)+`)].filter(e => !/^(checkbox|radio)$/.test(e.type) || e.checked).map(e => e.value)`)
}

// set types into fields, chooses from a list or ticks boxes.
func (h *inBrowser) set(name string, values ...string) {
	h.r.t.Helper()
	boxes := browsertest.Eval[[]string](h.p, `[...document.getElementsByName(`+quoted(name)+`)].map(e => e.type === "checkbox" ? e.value : "")`)
	for i, box := range boxes {
		want := ""
		if i < len(values) {
			want = values[i]
		}
		if box == "" {
			h.fill(named(name, i), want)
			continue
		}
		if browsertest.Eval[bool](h.p, named(name, i)+`.checked`) != slices.Contains(values, box) {
			h.use(named(name, i))
		}
	}
}

// press waits until everything is saved.
func (h *inBrowser) press(do string) {
	h.r.t.Helper()
	if do != "" {
		h.use(`(() => { const all = [...document.querySelectorAll("button[value=" + CSS.escape(` + quoted(do) + `) + "]")]; const line = document.activeElement.closest(".line"); return all.find((b) => line && b.closest(".line") === line) || all[0]; })()`)
	}
	h.p.Until(saved)
}

// use presses a button, follows a link, ticks a box or unfolds something.
func (h *inBrowser) use(element string) {
	h.r.t.Helper()
	h.unfold(element)
	if !h.keys {
		h.click(element)
		return
	}
	h.tabTo(element)
	key := kb.Enter
	if browsertest.Eval[bool](h.p, `document.activeElement.type === "checkbox"`) {
		key = " "
	}
	h.p.Press(key)
}

// fill gives a field a value, if it has another.
func (h *inBrowser) fill(element, value string) {
	h.r.t.Helper()
	now := func() string {
		return browsertest.Eval[string](h.p, `((e) => e.value.replaceAll("\r\n", "\n"))(`+element+`)`)
	}
	if now() == value {
		return
	}
	h.unfold(element)
	if list := browsertest.Eval[bool](h.p, `(`+element+`).localName === "select"`); list {
		h.choose(element, value)
	} else {
		h.write(element, value)
	}
	if got := now(); got != value {
		h.r.t.Fatalf("%s has %q, not %q", element, got, value)
	}
}

// write takes the place of everything in a field.
func (h *inBrowser) write(element, value string) {
	h.r.t.Helper()
	if h.keys {
		h.tabTo(element)
	} else {
		h.click(element)
	}
	h.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	if value == "" {
		h.p.Press(kb.Delete)
		return
	}
	h.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
		return err
	}))
}

// choose takes an entry of a list, by the arrow keys; the mouse alone cannot, since a browser without a screen shows no list.
func (h *inBrowser) choose(element, value string) {
	h.r.t.Helper()
	if h.keys {
		h.tabTo(element)
	} else {
		browsertest.Eval[bool](h.p, `((`+element+`).focus(), true)`)
	}
	for range 5 { // what is saved meanwhile must not put the list back; if it does, the value tells
		steps := browsertest.Eval[int](h.p, `((e) => [...e.options].findIndex((o) => o.value === `+quoted(value)+`) - e.selectedIndex)(`+element+`)`)
		switch {
		case steps > 0:
			h.p.Press(strings.Repeat(kb.ArrowDown, steps))
		case steps < 0:
			h.p.Press(strings.Repeat(kb.ArrowUp, -steps))
		default:
			return
		}
	}
}

// unfold opens what an element is folded away in.
func (h *inBrowser) unfold(element string) {
	h.r.t.Helper()
	const closed = `((e) => { let found = null; for (let d = e.parentElement.closest("details"); d; d = d.parentElement.closest("details")) if (!d.open && !(e.localName === "summary" && e.parentElement === d)) found = d; return found; })`
	for range 3 {
		if browsertest.Eval[bool](h.p, closed+`(`+element+`) === null`) {
			return
		}
		summary := closed + `(` + element + `).querySelector("summary")`
		if h.keys {
			h.tabTo(summary)
			h.p.Press(kb.Enter)
		} else {
			h.click(summary)
		}
	}
}

// click brings an element to the middle of the screen, sees that nothing lies over it, and presses the mouse on it.
func (h *inBrowser) click(element string) {
	h.r.t.Helper()
	at := browsertest.Eval[[]float64](h.p, `((e) => {
		e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
		const box = e.getClientRects()[0];
		const x = box.x + Math.min(box.width / 2, 60), y = box.y + Math.min(box.height / 2, 20);
		const hit = document.elementFromPoint(x, y);
		return hit && (e.contains(hit) || hit.closest("label")?.control === e) ? [x, y] : [];
	})(`+element+`)`)
	if len(at) != 2 {
		h.r.t.Fatalf("something lies over %s", element)
	}
	h.do(chromedp.MouseClickXY(at[0], at[1]))
}

// tabTo goes on or back by the Tab key until the focus is on an element.
func (h *inBrowser) tabTo(element string) {
	h.r.t.Helper()
	const distance = `((want) => {
		if (document.activeElement === want) return 0;
		const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]")]
			.filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && e.checkVisibility());
		return all.indexOf(want) - all.indexOf(document.activeElement);
	})`
	for range 40 { // near the end one by one: a place may be skipped or counted that the browser does not
		n := browsertest.Eval[int](h.p, distance+`(`+element+`)`)
		switch {
		case n == 0:
			return
		case n > 0:
			h.p.Press(strings.Repeat(kb.Tab, min(n, 50)))
		default:
			h.do(chromedp.KeyEvent(strings.Repeat(kb.Tab, min(-n, 50)), chromedp.KeyModifiers(chromedp.ModifierShift)))
		}
	}
	h.r.t.Fatalf("the Tab key never comes to %s", element)
}

func (h *inBrowser) do(a chromedp.Action[chromedp.Void]) {
	h.r.t.Helper()
	if err := chromedp.Do(h.p.Context(), a); err != nil {
		h.r.t.Fatal(err)
	}
}
