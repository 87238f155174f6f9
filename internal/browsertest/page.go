package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Page is what one person sees. Its methods fail the test when a step is
// impossible; they must be called from the test's own goroutine.
type Page struct {
	t     testing.TB
	ctx   context.Context
	close func()
	rec   *record
	look  settings
}

// Page opens an empty page for a person who is new to the browser: without
// cookies, storage or cache. It closes when the test t ends.
func (b *Browser) Page(t testing.TB, options ...Option) *Page {
	t.Helper()
	return b.page(t, options, chromedp.WithNewBrowserContext())
}

func (b *Browser) page(t testing.TB, options []Option, whose ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, whose...)
	t.Cleanup(cancel)
	p := &Page{t: t, ctx: ctx, close: cancel, rec: &record{}, look: settingsOf(options)}
	err := begin(ctx, cancel)
	if err == nil {
		err = within(ctx, func(ctx context.Context) error { return chromedp.Do(ctx, p.look.apply()) })
	}
	if err == nil {
		err = chromedp.Listen(ctx, p.rec.note)
	}
	if err != nil {
		t.Fatalf("browsertest: open a page: %v", err)
	}
	t.Cleanup(p.keepWhatFailed)
	return p
}

// Context is for steps that this package does not offer, by chromedp's own functions.
func (p *Page) Context() context.Context { return p.ctx }

// Open goes to an address, waits until it is loaded, and returns its status (200, 404, …).
func (p *Page) Open(url string) int {
	p.t.Helper()
	p.rec.forget()
	return p.load("open "+url, chromedp.Navigate(url))
}

// Follow clicks on what the CSS selector finds first, waits until the next page
// is loaded, and returns its status. Use [Page.Click] where no page follows.
func (p *Page) Follow(css string) int {
	p.t.Helper()
	p.rec.forget()
	return p.load("follow "+css, click(css))
}

// Reload loads the page once more and returns its status.
func (p *Page) Reload() int {
	p.t.Helper()
	p.rec.forget()
	return p.load("reload", chromedp.Reload())
}

func (p *Page) load(step string, action chromedp.Action[chromedp.Void]) int {
	p.t.Helper()
	status := 0
	p.do(step, func(ctx context.Context) error {
		r, err := chromedp.RunResponse(ctx, action)
		if r != nil {
			status = int(r.Status)
		}
		return err
	})
	return status
}

// Click clicks on what the CSS selector finds first, once it can be seen.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.do("click "+css, func(ctx context.Context) error { return chromedp.Do(ctx, click(css)) })
}

// click brings the element to the middle first, where a bar that sticks to an
// edge is least likely to cover it, and refuses to click on what covers it still.
func click(css string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.WaitVisible(chromedp.CSS(css)),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			cover, err := chromedp.Evaluate[string](fmt.Sprintf(coverJS, quote(css)))(ctx, t)
			if err == nil && cover != "" {
				return fmt.Errorf("covered by %s", cover)
			}
			return err
		}),
		chromedp.Click(chromedp.CSS(css)),
	)
}

// coverJS scrolls to an element and tells what lies over its middle, "" where it is the element or its label.
const coverJS = `(() => {
	const wanted = document.querySelector(%s);
	wanted.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
	const box = wanted.getClientRects()[0] ?? wanted.getBoundingClientRect();
	const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
	if (!hit || wanted.contains(hit) || hit.contains(wanted) || hit.closest("label")?.control === wanted) return "";
	return hit.outerHTML.slice(0, 120);
})()`

// Fill gives a field (text, number, date, time, list, text area) a value and
// tells the page, as a finished edit does. See [Page.Type] for single keys.
func (p *Page) Fill(css, value string) {
	p.t.Helper()
	p.do("fill "+css, func(ctx context.Context) error {
		if err := chromedp.Do(ctx, chromedp.WaitEnabled(chromedp.CSS(css))); err != nil {
			return err
		}
		kept, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(fillJS, quote(css), quote(value))))
		if err == nil && kept != value {
			return fmt.Errorf("the field made %q of %q", kept, value)
		}
		return err
	})
}

const fillJS = `(() => {
	const field = document.querySelector(%s);
	field.focus();
	field.value = %s;
	for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, {bubbles: true}));
	return field.value.replaceAll("\r\n", "\n");
})()`

// Type presses the keys of a text while the element has the focus. Special
// keys are those of chromedp's package kb, such as kb.Enter and kb.Tab.
func (p *Page) Type(css, keys string) {
	p.t.Helper()
	p.do("type into "+css, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS(css), keys)) })
}

// Press presses keys wherever the focus is.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do("press "+quote(keys), func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(keys)) })
}

// Tab moves the focus to the next element, as the key does.
func (p *Page) Tab() { p.t.Helper(); p.Press(kb.Tab) }

// SetFiles chooses files for a file field, which may be hidden behind a label.
func (p *Page) SetFiles(css string, paths ...string) {
	p.t.Helper()
	absolute := make([]string, len(paths))
	for i, path := range paths {
		full, err := filepath.Abs(path)
		if err == nil {
			_, err = os.Stat(full) // Chromium would upload nothing, silently
		}
		if err != nil {
			p.t.Fatalf("browsertest: choose a file: %v", err)
		}
		absolute[i] = full
	}
	p.do("choose files for "+css, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS(css), absolute))
	})
}

// Until waits until a JavaScript expression is true, or a promise of it. It asks from outside: the
// browser's own waiting is lost when the page is replaced meanwhile.
func (p *Page) Until(expression string) {
	p.t.Helper()
	var last error
	met := false
	_ = within(p.ctx, func(ctx context.Context) error {
		for !met && ctx.Err() == nil {
			if met, last = chromedp.Run(ctx, chromedp.Evaluate[bool]("(async () => Boolean(await ("+expression+")))()", chromedp.EvalAwaitPromise)); !met {
				pause(ctx)
			}
		}
		return nil
	})
	if !met {
		p.t.Fatalf("browsertest: %s: never true: %s (%v); %s", p.address(), expression, last, p.scene())
	}
}

// scene describes the page for whoever reads why a test failed.
func (p *Page) scene() string {
	text := ""
	_ = within(p.ctx, func(ctx context.Context) (err error) {
		text, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.body?.innerText.slice(0, 1500) ?? ""`))
		return err
	})
	return fmt.Sprintf("problems %q, the page says %q", p.Problems(), text)
}

// UntilText waits until the page shows a text somewhere.
func (p *Page) UntilText(text string) {
	p.t.Helper()
	p.Until("document.body && document.body.innerText.includes(" + quote(text) + ")")
}

// quote writes a text as a JavaScript string.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // not for a string
		panic(err)
	}
	return string(b)
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(30 * time.Millisecond):
	}
}

// Text returns the visible text of what the CSS selector finds first.
func (p *Page) Text(css string) string {
	p.t.Helper()
	p.Until("document.querySelector(" + quote(css) + ") !== null")
	// found and read in one step: a page that moves on in between has no such element any more
	return Eval[string](p, "document.querySelector("+quote(css)+")?.innerText ?? ''")
}

// Has reports whether the page now holds what the CSS selector describes, visible or not.
func (p *Page) Has(css string) bool {
	p.t.Helper()
	return Eval[bool](p, "document.querySelector("+quote(css)+") !== null")
}

// URL returns the page's address.
func (p *Page) URL() string { p.t.Helper(); return Eval[string](p, "location.href") }

// Title returns the page's title.
func (p *Page) Title() string { p.t.Helper(); return Eval[string](p, "document.title") }

// Eval returns the value of a JavaScript expression on the page; a promise is waited for.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	var v T
	p.do("evaluate "+expression, func(ctx context.Context) (err error) {
		v, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	return v
}

// do runs one step or fails the test.
func (p *Page) do(step string, action func(context.Context) error) {
	p.t.Helper()
	if err := within(p.ctx, action); err != nil {
		p.t.Fatalf("browsertest: %s: %s: %v", p.address(), step, err)
	}
}

// address is where the page is, as far as it can still tell.
func (p *Page) address() string {
	at := "a page that does not answer"
	_ = within(p.ctx, func(ctx context.Context) error {
		found, err := chromedp.Run(ctx, chromedp.Location())
		if err == nil {
			at = found
		}
		return err
	})
	return at
}

// Screenshot keeps a picture of what the window shows as NAME.png in the folder
// that PLAINCLOTHES_SCREENSHOTS names, and does nothing without it.
func (p *Page) Screenshot(name string) { p.t.Helper(); p.picture(name, chromedp.CaptureScreenshot()) }

// ScreenshotAll keeps a picture of the whole page, however long.
func (p *Page) ScreenshotAll(name string) {
	p.t.Helper()
	p.picture(name, chromedp.FullScreenshot(100))
}

func (p *Page) picture(name string, take chromedp.Action[[]byte]) {
	p.t.Helper()
	dir := os.Getenv(envPictures)
	if dir == "" {
		return
	}
	p.do("take a picture", func(ctx context.Context) error {
		png, err := chromedp.Run(ctx, take)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	})
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// keepWhatFailed takes a picture of the page that a failed test leaves.
func (p *Page) keepWhatFailed() {
	if dir := os.Getenv(envPictures); dir == "" || !p.t.Failed() {
		return
	}
	_ = within(p.ctx, func(ctx context.Context) error {
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			return err
		}
		name := "failed-" + notInNames.ReplaceAllString(p.t.Name(), "-") + fmt.Sprintf("-%p.png", p)
		return os.WriteFile(filepath.Join(os.Getenv(envPictures), name), png, 0o644)
	})
}
