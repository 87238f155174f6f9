// Package browsertest lets a test use the product as a person does, in a real
// Chromium: on a phone or a desk, with or without JavaScript, several people
// at once.
//
// The one rule to know: the program waits, never the test. Every step waits
// for what it needs for up to 15 seconds and then fails the test with the page's
// address; there is nothing to sleep for.
//
//	browser := browsertest.Start(t)
//	shopper, editor := browser.Page(t, browsertest.Phone), browser.Page(t, browsertest.Desk)
//	shopper.Open(server.URL)
//	shopper.Fill("[name=note]", "The queue was long.")
//	shopper.Follow("button[name=send]")
//	shopper.Until(`document.querySelector("h1").textContent === "Thank you"`)
//
// Pages need <!doctype html>: without it Chromium leaves the driver waiting.
// With PLAINCLOTHES_SCREENSHOTS set to a folder, pictures are kept there, also
// one of every page that a failed test left open. Only tests may import this package.
package browsertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Names of the environment variables that steer this package.
const (
	envChromium = "PLAINCLOTHES_TEST_CHROMIUM" // path of the browser to use
	envAll      = "PLAINCLOTHES_TEST_ALL"      // "1": nothing may be left out
	envPictures = "PLAINCLOTHES_SCREENSHOTS"   // folder for pictures
)

// patience bounds one step; a machine with two busy cores needs many seconds for some, and one that passes takes no longer for it.
const patience = 45 * time.Second

// errMissing says that this machine has no browser.
var errMissing = errors.New("no Chromium on this machine: install it (Debian: apt-get install chromium) or set " + envChromium)

// Browser is one running Chromium. Its pages belong to different people: they
// share no cookies, no storage and no cache. Its tabs belong to one, see [Browser.Tab].
type Browser struct {
	ctx context.Context
	end func() // ends the browser, if it has not ended yet
}

// Start starts a browser that closes when the test ends. Without Chromium the
// test is skipped, or fails where PLAINCLOTHES_TEST_ALL=1.
func Start(t testing.TB) *Browser {
	t.Helper()
	return StartIn(t, t.TempDir())
}

// start starts the browser at path with what a folder has of it.
func start(t testing.TB, path, folder string) *Browser {
	t.Helper()
	// Not the test's context: it ends before the clean-ups, which still take pictures.
	allocated, release := chromedp.NewExecAllocator(context.Background(), options(path, folder)...)
	ctx, cancel := chromedp.NewContext(allocated, chromedp.WithErrorf(func(string, ...any) {}))
	end := func() { cancel(); release() }
	t.Cleanup(end)
	if err := begin(ctx, cancel); err != nil {
		t.Fatalf("browsertest: start %s: %v", path, err)
	}
	return &Browser{ctx: ctx, end: end}
}

// options are Chromium's flags: quiet, without a sandbox (the tests may run as
// root and meet only our own pages), and with nothing to ask of the internet.
func options(path, profile string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("no-proxy-server", true),
	)
}

// find returns the browser to start: the given one, or what the PATH has.
func find(given string) (string, error) {
	if given != "" {
		return exec.LookPath(given)
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless_shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errMissing
}

// giveUp skips where Chromium is merely absent, and fails where it is broken or demanded.
func giveUp(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) && os.Getenv(envAll) != "1" {
		t.Skipf("left out: %v", err)
	}
	t.Fatalf("browsertest: %v", err)
}

// begin takes the first step in a context, which decides how long the browser
// or the page behind it lives: that step must not have a deadline of its own.
func begin(ctx context.Context, cancel func()) error {
	late := time.AfterFunc(patience, cancel)
	defer late.Stop()
	return chromedp.Do(ctx)
}

// within runs a step that may take as long as patience lasts.
func within(ctx context.Context, step func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return step(ctx)
}
