package kit_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"

	"plainclothes/internal/browsertest"
)

// wakes lets the browser wake the worker as it does when there is signal again.
func (e *engine) wakes(registration string) {
	e.t.Helper()
	err := chromedp.Do(e.Context(), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, serviceworker.Enable, cdp.Empty{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, serviceworker.DispatchSyncEvent, serviceworker.DispatchSyncEventParams{
			Origin: e.s.url, RegistrationID: serviceworker.RegistrationID(registration), Tag: "outbox",
		})
		return err
	}))
	if err != nil {
		e.t.Fatal(err)
	}
}

// registered waits for the number of the worker's registration.
func (e *engine) registered() string {
	e.t.Helper()
	found := make(chan string, 100)
	err := chromedp.Listen(e.Context(), func(event any) {
		if ev, ok := event.(*serviceworker.EventWorkerRegistrationUpdated); ok {
			for _, r := range ev.Registrations {
				if strings.HasPrefix(r.ScopeURL, e.s.url) {
					found <- string(r.RegistrationID)
				}
			}
		}
	})
	if err == nil {
		err = chromedp.Do(e.Context(), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, serviceworker.Enable, cdp.Empty{})
			return err
		}))
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return <-found
}

func TestTheWorkerSendsWhenNobodyLooks(t *testing.T) {
	s, b := newPhoneServer(t), browsertest.StartIn(t, t.TempDir())
	e := s.opens(t, b.Tab(t), ann)
	e.does(`await outbox.start(); await navigator.serviceWorker.ready; await outbox.prepare('` + vis + `'); window.sub = await store.open('` + vis + `')`)
	e.until(`return navigator.serviceWorker.controller !== null`)
	s.meets("POST ops", says(503, "", "Retry-After", "600")) // the page itself waits
	e.does(`await store.put(sub, 'Q1', 'yes')`)
	e.until(`return (await store.status(sub)).ops === 1`)
	for s.count("POST ops") == 0 {
		e.does(`await new Promise((r) => setTimeout(r, 50))`)
	}
	id := e.registered()
	e.wakes(id)
	if s.count("POST ops") != 1 {
		t.Errorf("the worker sends beside a page that is looked at: %q", s.asked)
	}
	e.Open("about:blank")
	e.wakes(id)
	e.Until("true")
	for range 200 {
		if len(s.log()) == 1 {
			break
		}
		browsertest.Eval[bool](e.Page, "new Promise((r) => setTimeout(r, 50, true))")
	}
	if got := len(s.log()); got != 1 || s.count("POST ops grant") != 1 {
		t.Errorf("%d ops, asked: %q", got, s.asked)
	}
}

// newer makes the worker of the server another one by a byte, as a release does.
func (s *phoneServer) newer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	real := s.assets
	s.assets = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/sw.js" {
			real.ServeHTTP(w, r)
			return
		}
		r.Header.Del("If-None-Match")
		r.Header.Del("Accept-Encoding")
		w.Header().Set("Content-Type", "text/javascript")
		real.ServeHTTP(w, r)
		fmt.Fprint(w, "// newer\n")
	})
}

func TestANewVersionWaitsUntilNoVisitIsOpen(t *testing.T) {
	s, b := newPhoneServer(t), browsertest.StartIn(t, t.TempDir())
	e := s.opens(t, b.Tab(t), ann)
	e.does(`await outbox.start(); await navigator.serviceWorker.ready; await outbox.prepare('` + vis + `')`)
	e.until(`return navigator.serviceWorker.controller !== null`)
	open := b.Tab(t)
	open.Open(s.url + "/visits/" + vis)
	s.newer()
	e.does(`window.changes = 0; navigator.serviceWorker.addEventListener('controllerchange', () => { changes += 1 }); await (await navigator.serviceWorker.ready).update()`)
	e.until(`return (await navigator.serviceWorker.ready).waiting !== null`)
	e = s.opens(t, e.Page, "")
	e.does(`window.changes = 0; navigator.serviceWorker.addEventListener('controllerchange', () => { changes += 1 }); await outbox.start(); await new Promise((r) => setTimeout(r, 700))`)
	if got := run[bool](e, `return changes === 0 && (await navigator.serviceWorker.ready).waiting !== null`); !got {
		t.Error("the new version took over while a visit was open")
	}
	e.does(`window.sub = await store.open('` + vis + `'); await store.put(sub, 'Q1', 'yes')`)
	if got := run[string](e, `return typeof await outbox.update()`); got != "object" {
		t.Errorf("an update is offered while something is unsent: %s", got)
	}
	e.does(`await outbox.sendNow(sub)`)
	open.Close()
	e = s.opens(t, e.Page, "")
	e.does(`window.changes = 0; navigator.serviceWorker.addEventListener('controllerchange', () => { changes += 1 }); await outbox.start()`)
	e.until(`return changes === 1 && (await navigator.serviceWorker.ready).waiting === null`)
	if got := run[[]string](e, `return (await caches.keys()).filter((n) => n.startsWith('pack-'))`); len(got) != 1 {
		t.Errorf("the pack did not live through the update: %q", got)
	}
}

func TestTheShopperMayTakeTheNewVersionAtOnce(t *testing.T) {
	s, b := newPhoneServer(t), browsertest.Start(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(`await outbox.start(); await navigator.serviceWorker.ready; await outbox.prepare('` + vis + `')`)
	e.until(`return navigator.serviceWorker.controller !== null`)
	s.newer()
	e.does(`window.changes = 0; navigator.serviceWorker.addEventListener('controllerchange', () => { changes += 1 }); await (await navigator.serviceWorker.ready).update()`)
	e.until(`const go = await outbox.update(); if (go) go(); return go !== null`)
	e.until(`return changes === 1`)
}
