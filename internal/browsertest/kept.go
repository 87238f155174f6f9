package browsertest

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// StartIn starts a browser that keeps its cookies, storage and caches in a
// folder, as a phone does: another one started in the same folder goes on with them.
// The browser before must have ended, see [Browser.Kill]. Open its pages with [Browser.Tab].
// With -short the test is skipped: what a browser does is slow, and the long run has it.
func StartIn(t testing.TB, folder string) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("slow; the long run has it")
	}
	path, err := find(os.Getenv(envChromium))
	if err != nil {
		giveUp(t, err)
	}
	return start(t, path, folder)
}

// Tab opens an empty page of the one person whose browser this is: all tabs
// share cookies, storage and caches, and a folder given to [StartIn] keeps them.
// It closes when the test t ends.
func (b *Browser) Tab(t testing.TB, options ...Option) *Page {
	t.Helper()
	return b.page(t, options)
}

// Kill ends the browser at once, as a phone whose battery is taken out
// (SIGKILL): nothing is flushed, nothing is told to the pages. It returns when
// the process is gone.
func (b *Browser) Kill(t testing.TB) {
	t.Helper()
	process := chromedp.FromContext(b.ctx).Browser.Process()
	if process == nil {
		t.Fatal("browsertest: the browser is not a process of this machine")
	}
	lost := chromedp.FromContext(b.ctx).Browser.LostConnection
	if err := process.Kill(); err != nil {
		t.Fatalf("browsertest: kill the browser: %v", err)
	}
	<-lost
	b.end()
}

// Offline takes the signal of the page and of its service worker away, or gives
// it back: requests fail at once, and the page is told so. Other tabs have their own signal.
func (p *Page) Offline(offline bool) {
	p.t.Helper()
	p.call("offline", func(ctx context.Context, t *chromedp.Target) error {
		rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}
		if offline {
			rules.EmulateOfflineServiceWorker = &offline
			rules.MatchedNetworkConditions = []*network.Conditions{{Offline: true, DownloadThroughput: -1, UploadThroughput: -1}}
		}
		if _, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, rules); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	})
}

// SetCookie gives the browser a cookie for a site, before or after it opens its
// pages; a browser that is killed soon afterwards may have forgotten it.
func (p *Page) SetCookie(site, name, value string, secret bool) {
	p.t.Helper()
	p.call("set a cookie", func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: site, HTTPOnly: &secret, SameSite: network.CookieSameSiteLax})
		return err
	})
}

// BeforeScripts runs a script in every page of this tab before the page's own.
func (p *Page) BeforeScripts(script string) {
	p.t.Helper()
	p.call("prepare a script", func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	})
}

// Cookies gives the cookies of the page's site as a request's header has them.
func (p *Page) Cookies() string {
	p.t.Helper()
	var all []string
	p.call("read the cookies", func(ctx context.Context, t *chromedp.Target) error {
		r, err := cdp.Call(ctx, t, network.GetCookies, network.GetCookiesParams{})
		if err != nil {
			return err
		}
		for _, c := range r.Cookies {
			all = append(all, c.Name+"="+c.Value)
		}
		return nil
	})
	return strings.Join(all, "; ")
}

// Close closes the page before the test ends.
func (p *Page) Close() { p.close() }

// call takes one step in the protocol of the browser.
func (p *Page) call(step string, action func(context.Context, *chromedp.Target) error) {
	p.t.Helper()
	p.do(step, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Func(action)) })
}
