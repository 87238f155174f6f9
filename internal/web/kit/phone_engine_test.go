package kit_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/browsertest"
)

// TestThePhone runs the engine against a server of the test's own, all in one browser; each case is another person's.
func TestThePhone(t *testing.T) {
	b := browsertest.Start(t)
	for _, c := range []struct {
		says string
		test func(*testing.T, *browsertest.Browser)
	}{
		{"what is typed goes only with the op that saw it", whatIsTypedGoesOnlyWithTheOpThatSawIt},
		{"the last key before the page goes is kept", theLastKeyBeforeThePageGoesIsKept},
		{"the outbox drains through every kind of failure", theOutboxDrainsThroughEveryKindOfFailure},
		{"a server that was restored gets everything again", aServerThatWasRestoredGetsEverythingAgain},
		{"a server that was restored is noticed by its pack", aServerThatWasRestoredIsNoticedByItsPack},
		{"two servers that disagree do not keep the phone busy", twoServersThatDisagreeDoNotKeepThePhoneBusy},
		{"what the phone cannot keep is said at once", whatThePhoneCannotKeepIsSaidAtOnce},
		{"an aborted commit is not saved", anAbortedCommitIsNotSaved},
		{"text that no server takes is cleaned before it is kept", textThatNoServerTakesIsCleanedBeforeItIsKept},
		{"an ended session goes on by the grant", anEndedSessionGoesOnByTheGrant},
		{"a photo arrives whole through lost pieces", aPhotoArrivesWholeThroughLostPieces},
		{"a spoiled photo is sent again from the start", aSpoiledPhotoIsSentAgainFromTheStart},
		{"a removed photo leaves the phone and the report", aRemovedPhotoLeavesThePhoneAndTheReport},
		{"nothing is deleted before a true receipt", nothingIsDeletedBeforeATrueReceipt},
		{"a receipt that the phone cannot check deletes nothing", aReceiptThatThePhoneCannotCheckDeletesNothing},
		{"an old browser checks receipts by itself", anOldBrowserChecksReceiptsByItself},
		{"a seal with a lost reply is repeated and seals once", aSealWithALostReplyIsRepeatedAndSealsOnce},
		{"whatever the line does everything arrives once", whateverTheLineDoesEverythingArrivesOnce},
		{"parts are sent one by one", partsAreSentOneByOne},
		{"a report sent back is another log", aReportSentBackIsAnotherLog},
		{"a server restored between answers and seal loses no photo", aServerRestoredBetweenAnswersAndSealLosesNoPhoto},
		{"what is missing opens a sealed report again", whatIsMissingOpensASealedReportAgain},
		{"two answers stand until the shopper chooses", twoAnswersStandUntilTheShopperChooses},
		{"a copy is a zip with the log and the photos as they would be sent", aCopyIsAZipWithTheLogAndThePhotosAsTheyWouldBeSent},
		{"a slow server is not waited for long", aSlowServerIsNotWaitedForLong},
	} {
		t.Run(c.says, func(t *testing.T) { c.test(t, b) })
	}
}

func TestTwoTabsWriteAtOnceWithoutAGap(t *testing.T) {
	s, b := newPhoneServer(t), browsertest.StartIn(t, t.TempDir())
	one, two := s.opens(t, b.Tab(t), ann), s.opens(t, b.Tab(t), ann)
	one.does(has)
	two.does(`window.sub = await store.open('` + vis + `')`)
	const write = `window.all = Promise.all(Array.from({length: 60}, (_, i) => store.put(sub, 'Q' + (i %% 7), 'x' + i + %q)))`
	one.does(fmt.Sprintf(write, "one"))
	two.does(fmt.Sprintf(write, "two"))
	one.does("await all")
	two.does("await all")
	seqs := run[[]int](one, `return store.unit('readonly', async (s) => (await store.got(s.ops.getAll())).map((o) => o.seq))`)
	if len(seqs) != 120 {
		t.Fatalf("%d ops of 120", len(seqs))
	}
	for i, seq := range seqs {
		if seq != i+1 {
			t.Fatalf("seq %d stands at place %d", seq, i+1)
		}
	}
	one.does(`outbox.start()`)
	two.does(`outbox.start()`)
	one.until(`return (await store.status(sub)).acked === 120`)
	if got := len(s.log()); got != 120 { // the server works out the chain itself
		t.Errorf("the server has %d ops", got)
	}
}

func TestAKilledBrowserLosesNeitherATapNorAWord(t *testing.T) {
	s, folder := newPhoneServer(t), t.TempDir()
	for round := range 3 {
		b := browsertest.StartIn(t, folder)
		e := s.opens(t, b.Tab(t), ann)
		if round == 0 {
			e.does(has)
		}
		e.does(`window.sub = await store.open('` + vis + `')`)
		if round > 0 {
			got := run[string](e, `return (await store.fields(sub)).get('A1').value + ' / ' + (await store.scratches(sub)).get('O2')`)
			if want := fmt.Sprintf("tap %d / The queue was lo%d", round-1, round-1); got != want {
				t.Errorf("after the kill: %q, want %q", got, want)
			}
		}
		e.does(fmt.Sprintf(`await store.put(sub, 'A1', 'tap %d'); await store.scratch(sub, 'O2', 'The queue was lo%d')`, round, round))
		b.Kill(t)
	}
}

func whatIsTypedGoesOnlyWithTheOpThatSawIt(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has)
	left := run[[]string](e, `store.scratch(sub, 'O2', 'ab'); store.scratch(sub, 'O4', 'x');
		const saved = store.put(sub, 'O2', 'ab'); store.scratch(sub, 'O2', 'abc'); await saved; await store.put(sub, 'O4', 'x');
		return [...(await store.scratches(sub))].map((x) => x.join('='))`)
	if len(left) != 1 || left[0] != "O2=abc" {
		t.Errorf("scratch is %q", left)
	}
}

func theLastKeyBeforeThePageGoesIsKept(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has)
	early := run[[]bool](e, `return [await store.scratch({visit: '`+vis+`'}, 'O2', 'early'), (await store.scratches(sub)).get('O2') === 'early', await store.scratch({visit: 'none'}, 'O2', 'x')]`)
	if fmt.Sprint(early) != "[true true false]" {
		t.Errorf("before the report is open: %v", early)
	}
	for i := range 10 {
		e = s.opens(t, e.Page, "")
		e.does(`window.sub = await store.open('` + vis + `')`)
		browsertest.Eval[string](e.Page, fmt.Sprintf(`(store.scratch(sub, 'O2', 'word %d'), location.replace('/sign-in'), '')`, i))
		e.Until(`location.pathname === '/sign-in' && window.there`)
		if got := run[string](e, `return (await store.scratches(await store.open('`+vis+`'))).get('O2')`); got != fmt.Sprintf("word %d", i) {
			t.Fatalf("after leaving the page at once: %q, want word %d", got, i)
		}
	}
}

func theOutboxDrainsThroughEveryKindOfFailure(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `for (let i = 1; i <= 250; i++) await store.put(sub, 'Q' + i, i)`)
	const portal = `<html><body>Welcome to the café's wifi</body></html>`
	s.meets("POST ops", says(503, "", "Retry-After", "0"), lost, mute, says(200, portal), says(200, `{}`), says(502, portal), says(429, "{}"), mute)
	e.does(`outbox.start()`)
	e.until(`window.dispatchEvent(new Event('online')); await new Promise((r) => setTimeout(r, 200)); return (await store.status(sub)).acked === 250`)
	if left := s.unmet("POST ops"); left != 0 {
		t.Errorf("%d failures were not met", left)
	}
	if got := len(s.log()); got != 250 {
		t.Errorf("the server has %d ops of 250", got)
	}
	st := run[map[string]any](e, `return store.status(sub)`)
	if st["problem"] != nil || st["since"] != nil || st["unsent"].(map[string]any)["answers"] != 0.0 {
		t.Errorf("everything is sent, and yet: %v", st)
	}
}

func aServerThatWasRestoredGetsEverythingAgain(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `await outbox.start(); for (let i = 1; i <= 20; i++) await store.put(sub, 'Q' + i, i)`)
	e.until(`return (await store.status(sub)).acked === 20`)
	s.restored(7)
	e.does(`await store.put(sub, 'Q21', 21)`)
	e.until(`return (await store.status(sub)).acked === 21`)
	if got := len(s.log()); got != 21 {
		t.Errorf("the server has %d ops of 21", got)
	}
	if got := run[int](e, `return (await store.fields(sub)).size`); got != 21 {
		t.Errorf("%d answers stand on the phone", got)
	}
}

func TestWithoutProgressThereIsNoLoop(t *testing.T) {
	b := browsertest.Start(t)
	for name, c := range map[string]struct {
		fate fate
		most int // requests in 4 seconds: the pauses are 0.5 to 1, 1 to 2, 2 to 4 seconds
	}{
		"a gap that stays":              {says(409, `{"error":{"kind":"gap","message":"gap","retry":true},"acked":0,"head":""}`), 5},
		"a gap further up":              {says(409, `{"error":{"kind":"gap","message":"gap","retry":true},"acked":3,"head":""}`), 5},
		"taken, but nothing is counted": {says(200, `{"acked":0,"head":"","now":"2026-11-22T00:00:00.000Z","conflicts":[],"want":[],"state":"taken"}`), 5},
		"a refusal":                     {says(422, `{"error":{"kind":"invalid","message":"No such question.","retry":false,"op":1,"question":"Q1"}}`), 1},
		"an answer of no sense":         {says(400, `no`), 1},
		"a gap in a long pause":         {says(503, `{}`, "Retry-After", "60"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPhoneServer(t)
			for range 500 {
				s.meets("POST ops", c.fate)
			}
			e := s.opens(t, b.Page(t), ann)
			e.does(has + `outbox.start(); for (let i = 1; i <= 3; i++) await store.put(sub, 'Q' + i, i); await new Promise((r) => setTimeout(r, 4000))`)
			if got := s.count("POST ops"); got == 0 || got > c.most {
				t.Errorf("%d requests in four seconds", got)
			}
		})
	}
}

func aServerThatWasRestoredIsNoticedByItsPack(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `await outbox.start(); for (let i = 1; i <= 20; i++) await store.put(sub, 'Q' + i, i)`)
	e.until(`return (await store.status(sub)).acked === 20`)
	s.restored(7)
	if got := run[int](e, `await outbox.prepare('`+vis+`'); return (await store.fields(sub)).size`); got != 20 {
		t.Errorf("%d answers stand on the phone", got)
	}
	e.until(`return (await store.status(sub)).acked === 20`)
	if got := len(s.log()); got != 20 {
		t.Errorf("the server has %d ops of 20", got)
	}
}

func twoServersThatDisagreeDoNotKeepThePhoneBusy(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	up := says(200, `{"acked":2,"head":"","now":"2026-11-22T00:00:00.000Z","conflicts":[],"want":[],"state":"taken"}`)
	down := says(409, `{"error":{"kind":"gap","message":"gap","retry":true},"acked":0,"head":""}`)
	for range 300 {
		s.meets("POST ops", up, down)
	}
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `for (let i = 1; i <= 3; i++) await store.put(sub, 'Q' + i, i); outbox.start(); await new Promise((r) => setTimeout(r, 3000))`)
	if got := s.count("POST ops"); got < 3 || got > 20 {
		t.Errorf("%d requests in three seconds", got)
	}
}

func whatThePhoneCannotKeepIsSaidAtOnce(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `await store.put(sub, 'Q1', 'yes')`)
	full := run[string](e, `const add = IDBObjectStore.prototype.add;
		IDBObjectStore.prototype.add = function () { throw new DOMException('full', 'QuotaExceededError') };
		try { await store.put(sub, 'Q2', 'no'); return 'kept' } catch (err) { return err.kind } finally { IDBObjectStore.prototype.add = add }`)
	if full != "full" {
		t.Errorf("a full phone says %q", full)
	}
	const closed = `const begin = IDBDatabase.prototype.transaction; let times = 0;
		IDBDatabase.prototype.transaction = function (...a) { if (times++ < %d) throw new DOMException('closing', %q); return begin.apply(this, a) };
		try { await store.put(sub, 'Q3', 'again' + %d); return 'kept' } catch (err) { return err.kind } finally { IDBDatabase.prototype.transaction = begin }`
	for _, name := range []string{"InvalidStateError", "UnknownError"} {
		if got := run[string](e, fmt.Sprintf(closed, 1, name, len(name))); got != "kept" {
			t.Errorf("%s once: %s", name, got)
		}
		if got := run[string](e, fmt.Sprintf(closed, 9, name, 0)); got != "storage" {
			t.Errorf("%s for ever: %s", name, got)
		}
	}
	got := run[[]string](e, `return [...(await store.fields(sub))].map(([f, x]) => f + '=' + x.value)`)
	if strings.Join(got, " ") != "Q1=yes Q3=again12" {
		t.Errorf("kept: %q", got)
	}
}

func anAbortedCommitIsNotSaved(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has)
	got := run[string](e, `const put = IDBObjectStore.prototype.put;
		IDBObjectStore.prototype.put = function (...a) { const r = put.apply(this, a); this.transaction.abort(); return r };
		try { await store.put(sub, 'Q1', 'yes'); return 'kept' } catch (err) { return err.kind } finally { IDBObjectStore.prototype.put = put }`)
	if got != "storage" || run[int](e, `return (await store.fields(sub)).size`) != 0 {
		t.Errorf("a commit that was aborted counts as %s", got)
	}
}

func textThatNoServerTakesIsCleanedBeforeItIsKept(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `await store.put(sub, 'O2', 'a\u0000b\u0007c\r\nd\te\ud800f\ud83d\ude00\u2028\ufeff'); await outbox.start()`)
	e.until(`return (await store.status(sub)).acked === 1`)
	var op struct{ V string }
	if err := json.Unmarshal([]byte(s.log()[0]), &op); err != nil || op.V != "abc\nd\te\ufffdf😀" {
		t.Errorf("sent: %q %v", op.V, err)
	}
}

func TestNobodySeesAnotherPersonsVisitAndItStillDrainsByItsGrant(t *testing.T) {
	s, b := newPhoneServer(t), browsertest.StartIn(t, t.TempDir())
	e := s.opens(t, b.Tab(t), ann)
	if got := run[string](e, `return outbox.prepare('`+vis+`')`); got != "ready" {
		t.Fatalf("prepared: %s", got)
	}
	e.does(`window.sub = await store.open('` + vis + `'); await store.put(sub, 'Q1', 'secret')`)
	before := s.count("POST ops")
	e = s.opens(t, b.Tab(t), bob)
	got := run[map[string]any](e, `const old = (await store.everything())[0]; const out = {open: await store.open('`+vis+`'), all: await store.all()};
		for (const f of ['fields', 'scratches', 'photos', 'status']) out[f] = await store[f](old).then(() => 'read', (err) => err.kind);
		out.put = await store.put(old, 'Q2', 'x').then(() => 'written', (err) => err.kind); out.forget = await store.forget(old).then(() => 'gone', (err) => err.kind); return out`)
	if got["open"] != nil || fmt.Sprint(got["all"]) != "map[mine:[] others:1]" {
		t.Errorf("another person finds %v", got)
	}
	for _, f := range []string{"fields", "scratches", "photos", "status", "put", "forget"} {
		if got[f] != "other" {
			t.Errorf("%s: %v", f, got[f])
		}
	}
	if s.count("POST ops") != before || len(s.log()) != 0 {
		t.Fatal("something was sent already: the test proves nothing")
	}
	e.does(`await outbox.start()`)
	e.until(`return (await store.everything())[0].acked === 1`)
	if s.count("POST ops session") != 0 || s.count("POST ops grant") != 1 {
		t.Errorf("sent as %q", s.asked)
	}
	if got := run[[]string](e, `return (await caches.keys()).filter((n) => n.startsWith('pack-'))`); len(got) != 0 {
		t.Errorf("the pages of the other person's visit are still there: %q", got)
	}
}

func anEndedSessionGoesOnByTheGrant(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(`await outbox.prepare('` + vis + `'); window.sub = await store.open('` + vis + `')`)
	s.mu.Lock()
	s.expired = true
	s.mu.Unlock()
	e.does(`await store.put(sub, 'Q1', 'yes'); await outbox.start()`)
	e.until(`return (await store.status(sub)).acked === 1`)
	if s.count("POST ops session") != 1 || s.count("POST ops grant") != 1 {
		t.Errorf("asked: %q", s.asked)
	}
	e.does(`await store.unit('readwrite', async (s) => { s.subs.put({...(await store.got(s.subs.get(sub.id))), grant: 'org.dead'}) }); await store.put(sub, 'Q2', 'no')`)
	e.until(`return ((await store.status(sub)).problem || {}).kind === 'signin'`)
	s.mu.Lock()
	s.expired = false
	s.mu.Unlock()
	st := run[map[string]any](e, `return outbox.sendNow(sub)`)
	if st["acked"] != 2.0 || st["problem"] != nil {
		t.Errorf("signed in again, and yet: %v", st)
	}
}

// snap makes a photo of a wide picture and keeps it.
const snap = `const c = document.createElement('canvas'); c.width = 4032; c.height = 3024; const g = c.getContext('2d');
	for (let i = 0; i < 400; i++) { g.fillStyle = 'hsl(' + i * 7 + ' 80% 50%)'; g.fillRect((i * 373) % 4000, (i * 211) % 3000, 400, 300) }
	const blob = await new Promise((r) => c.toBlob(r, 'image/jpeg', .95));
	window.photo = await photos.keep(sub, 'O3', new File([blob], 'IMG.jpg', {type: 'image/jpeg', lastModified: 1795000000000}));`

// snap2 keeps a small photo.
const snap2 = `const small = document.createElement('canvas'); small.width = 90; small.height = 60; small.getContext('2d').fillRect(9, 9, 9, 9);
	await photos.keep(sub, 'O3', new File([await new Promise((r) => small.toBlob(r, 'image/png'))], 'x.png', {type: 'image/png'}));`

func aPhotoArrivesWholeThroughLostPieces(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + snap)
	got := run[map[string]any](e, `const [p] = await store.photos(sub); const img = new Image(); img.src = await p.url(); await img.decode(); return {...p, ow: img.naturalWidth, oh: img.naturalHeight}`)
	if got["w"] != 1600.0 || got["h"] != 1200.0 || got["ow"] != 1600.0 || got["oh"] != 1200.0 || got["type"] != "image/jpeg" || got["size"].(float64) > 600<<10 {
		t.Fatalf("kept %v", got)
	}
	s.meets("POST photos", mute, lost)
	s.meets("PATCH photos", mute, lost, mute, says(503, "{}"), says(200, "<html>portal</html>"))
	e.does(`outbox.start()`)
	e.until(`window.dispatchEvent(new Event('online')); await new Promise((r) => setTimeout(r, 150)); return (await store.status(sub)).photosDone === 1`)
	p := s.photos[got["id"].(string)]
	sum := sha256.Sum256(p.got)
	if hex.EncodeToString(sum[:]) != got["sha256"] || float64(p.received) != got["size"] {
		t.Errorf("%d bytes were received for %v", p.received, got["size"])
	}
	if i, k := index(s.asked, "POST ops"), index(s.asked, "POST photos"); i < 0 || k < i {
		t.Errorf("photos before ops: %q", s.asked)
	}
}

func aSpoiledPhotoIsSentAgainFromTheStart(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + snap)
	s.meets("PATCH photos", spoiled)
	e.does(`outbox.start()`)
	e.until(`window.dispatchEvent(new Event('online')); await new Promise((r) => setTimeout(r, 150)); return (await store.status(sub)).photosDone === 1`)
	sum := sha256.Sum256(s.photos[run[string](e, "return photo.id")].got)
	if hex.EncodeToString(sum[:]) != run[string](e, "return photo.sha256") {
		t.Error("the server has other bytes")
	}
}

func aRemovedPhotoLeavesThePhoneAndTheReport(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + snap + `await photos.remove(sub, photo.id)`)
	if got := run[int](e, `return (await store.photos(sub)).length + await store.unit('readonly', (s) => store.got(s.photos.count()))`); got != 0 {
		t.Errorf("%d photos are left", got)
	}
	e.does(`outbox.start()`)
	e.until(`return (await store.status(sub)).acked === 2`)
	if ops := s.log(); !strings.Contains(ops[1], `"v":null,"base":"`) || s.count("POST photos") != 0 {
		t.Errorf("sent: %q", ops)
	}
}

func index(all []string, prefix string) int {
	for i, a := range all {
		if strings.HasPrefix(a, prefix) {
			return i
		}
	}
	return -1
}

const leftOver = `const left = await store.unit('readonly', async (s) => (await store.got(s.ops.count())) + (await store.got(s.photos.count())) + (await store.got(s.kv.getAllKeys())).filter((k) => Array.isArray(k)).length);`

func nothingIsDeletedBeforeATrueReceipt(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + snap + `await store.put(sub, 'Q1', 'yes'); await store.scratch(sub, 'O2', 'half a wo'); await outbox.start()`)
	e.until(`return (await store.status(sub)).photosDone === 1`)
	change := func(edit func(m map[string]any)) fate { // a receipt that is signed well but not about this
		return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			sub := strings.Split(r.URL.Path, "/")[4]
			var m map[string]any
			s.mu.Lock()
			heads := s.heads[sub]
			s.mu.Unlock()
			m = map[string]any{"submission": sub, "visit": vis, "head": heads[len(heads)-1], "key": "k1", "photos": []any{map[string]any{"id": run[string](e, "return photo.id"), "sha256": run[string](e, "return photo.sha256")}}}
			edit(m)
			statement, _ := json.Marshal(m)
			reply(w, 200, s.receipt(statement))
		}
	}
	forged := func(old, fresh string) fate {
		return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			rec := &recorder{header: http.Header{}}
			pass.ServeHTTP(rec, r)
			reply(w, 200, strings.Replace(rec.body.String(), old, fresh, 1))
		}
	}
	for name, f := range map[string]fate{
		"another head":       change(func(m map[string]any) { m["head"] = strings.Repeat("0", 64) }),
		"another submission": change(func(m map[string]any) { m["submission"] = "x" }),
		"a photo is missing": change(func(m map[string]any) { m["photos"] = []any{} }),
		"other photo bytes": change(func(m map[string]any) {
			m["photos"] = []any{map[string]any{"id": m["photos"].([]any)[0].(map[string]any)["id"], "sha256": "00"}}
		}),
		"another code":        forged(`"code":"`, `"code":"0`),
		"another signature":   forged(`"sig":"`, `"sig":"AAAAAAAA`),
		"bytes that are none": forged(`"bytes":"`, `"bytes":"!!`),
	} {
		s.meets("POST seal", f)
		e.does(`await store.seal(sub)`)
		st := run[map[string]any](e, `await outbox.sendNow(sub); const st = await store.status(sub); `+leftOver+` return {...st, left}`)
		problem, _ := st["problem"].(map[string]any)
		if problem["kind"] != "receipt" || st["state"] != "sealed" || st["left"] != 5.0 {
			t.Errorf("%s: %v", name, st)
		}
	}
	st := run[map[string]any](e, `await outbox.sendNow(sub); const st = await store.status(sub); `+leftOver+` return {...st, left}`)
	if st["state"] != "received" || st["left"] != 0.0 || st["answers"] != 1.0 || st["photos"] != 1.0 || st["problem"] != nil {
		t.Fatalf("after the true receipt: %v", st)
	}
	if receipt := st["receipt"].(map[string]any); receipt["verdict"] != "verified" || len(receipt["code"].(string)) != 14 {
		t.Errorf("receipt %v", receipt)
	}
	if got := run[string](e, `return store.put(sub, 'Q1', 'no').then(() => 'written', (err) => err.kind)`); got != "sent" {
		t.Errorf("a sent report takes an answer: %s", got)
	}
}

// recorder keeps an answer to be changed.
type recorder struct {
	header http.Header
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(int)             {}
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

func aReceiptThatThePhoneCannotCheckDeletesNothing(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `await store.put(sub, 'Q1', 'yes'); await store.seal(sub); outbox.use({ed25519: () => Promise.reject(new Error('not here'))});
		const real = crypto.subtle.importKey; crypto.subtle.importKey = async () => { throw new DOMException('no Ed25519', 'NotSupportedError') }; window.mend = () => { crypto.subtle.importKey = real }`)
	st := run[map[string]any](e, `await outbox.sendNow(sub); const st = await store.status(sub); `+leftOver+` return {...st, left}`)
	if st["state"] != "received" || st["left"] != 2.0 || st["receipt"].(map[string]any)["verdict"] != "unverifiable" {
		t.Errorf("without Ed25519: %v", st)
	}
	e.does(`mend(); outbox.start()`) // another day, a better browser
	e.until(`return (await store.status(sub)).receipt.verdict === 'verified'`)
	if got := run[int](e, leftOver+` return left`); got != 0 {
		t.Errorf("%d things are left", got)
	}
}

func anOldBrowserChecksReceiptsByItself(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(`crypto.subtle.importKey = async () => { throw new DOMException('no Ed25519', 'NotSupportedError') }`)
	for i := range 20 {
		true1 := s.receipt(fmt.Appendf(nil, `{"key":"k1","n":%d}`, i))
		if got := run[string](e, `return receipt.verify(`+true1+`, [`+s.keyJSON()+`])`); got != "verified" {
			t.Fatalf("a true receipt is %s", got)
		}
		var m map[string]any
		_ = json.Unmarshal([]byte(true1), &m)
		sig, _ := base64.RawURLEncoding.DecodeString(m["sig"].(string))
		sig[(i*7)%64] ^= 1 << (i % 8)
		m["sig"] = base64.RawURLEncoding.EncodeToString(sig)
		spoiled, _ := json.Marshal(m)
		if got := run[string](e, `return receipt.verify(`+string(spoiled)+`, [`+s.keyJSON()+`])`); got != "false" {
			t.Fatalf("a signature with one bit changed is %s", got)
		}
	}
}

func aSealWithALostReplyIsRepeatedAndSealsOnce(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	s.meets("POST seal", mute, lost)
	e.does(has + `await store.put(sub, 'Q1', 'yes'); await store.seal(sub); await outbox.start()`)
	e.until(`window.dispatchEvent(new Event('online')); await new Promise((r) => setTimeout(r, 150)); return (await store.status(sub)).state === 'received'`)
}

// twice is carried out two times; the phone gets the second answer.
func twice(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	b, _ := io.ReadAll(r.Body)
	for _, to := range []http.ResponseWriter{&recorder{header: http.Header{}}, w} {
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(b))
		pass.ServeHTTP(to, again)
	}
}

func whateverTheLineDoesEverythingArrivesOnce(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	for seed := range uint64(4) {
		s, luck := newPhoneServer(t), rand.New(rand.NewPCG(seed, 7))
		back := func(w http.ResponseWriter, r *http.Request, pass http.Handler) { // the server is restored, then goes on
			for range s.log() {
				s.restored(luck.IntN(len(s.log()) + 1))
				break
			}
			pass.ServeHTTP(w, r)
		}
		bad := []fate{lost, mute, twice, says(503, "{}"), says(429, "{}", "Retry-After", "0"), says(502, "<html>"), says(200, "<html>portal</html>"), says(204, "")}
		plan := func(what string, n int, more ...fate) {
			all := append(append([]fate{}, bad...), more...)
			for range n {
				if luck.IntN(3) > 0 {
					s.meets(what, all[luck.IntN(len(all))])
					continue
				}
				s.meets(what, func(w http.ResponseWriter, r *http.Request, pass http.Handler) { pass.ServeHTTP(w, r) })
			}
		}
		plan("POST ops", 12, back)
		plan("POST photos", 6)
		plan("PATCH photos", 10, spoiled)
		plan("POST seal", 5)
		e := s.opens(t, b.Page(t), ann)
		e.does(has + `await outbox.start(); window.kept = [];
			for (let i = 0; i < 40; i++) { await store.put(sub, 'Q' + i % 9, 'answer ' + i); if (i % 8 === 0) window.dispatchEvent(new Event('online')) }` + snap + snap2)
		s.mu.Lock()
		s.want = run[[]string](e, `return (await store.photos(sub)).map((p) => p.id)`)
		s.mu.Unlock()
		e.does(`window.kept = await store.unit('readonly', async (s) => (await store.got(s.ops.getAll())).map((o) => o.body.slice(0, -1) + ',"h":"' + o.h + '"}')); await store.seal(sub)`)
		e.until(`window.dispatchEvent(new Event('online')); await new Promise((r) => setTimeout(r, 60)); return (await store.status(sub)).state === 'received'`)
		if got, want := strings.Join(s.log(), "\n"), strings.Join(run[[]string](e, `return kept`), "\n"); got != want {
			t.Errorf("seed %d: the server's log is\n%s\nthe phone's was\n%s", seed, got, want)
		}
		for id, p := range s.photos {
			if sum := sha256.Sum256(p.got); hex.EncodeToString(sum[:]) != p.sha256 {
				t.Errorf("seed %d: photo %s has other bytes", seed, id)
			}
		}
		if st := run[map[string]any](e, `return store.status(sub)`); st["photos"] != 2.0 || st["receipt"].(map[string]any)["verdict"] != "verified" {
			t.Errorf("seed %d: %v", seed, st)
		}
	}
}

func partsAreSentOneByOne(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	s.stages = `[{"id":"order","title":"Order"},{"id":"return","title":"Return"}]`
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `await store.put(sub, 'Q1', 'yes'); await store.seal(sub, 'order')`)
	st := run[map[string]any](e, `await outbox.sendNow(sub); const st = await store.status(sub); `+leftOver+` return {...st, left}`)
	if st["state"] != "draft" || fmt.Sprint(st["sealed"]) != "[order]" || st["left"] != 2.0 || st["receipt"] == nil {
		t.Fatalf("after the first part: %v", st)
	}
	e.does(`await store.seal(sub, 'return')`) // nothing more was answered: it still is a part of its own
	st = run[map[string]any](e, `await outbox.sendNow(sub); const st = await store.status(sub); `+leftOver+` return {...st, left}`)
	receipts, _ := st["receipts"].([]any)
	if st["state"] != "received" || fmt.Sprint(st["sealed"]) != "[order return]" || st["left"] != 0.0 || len(receipts) != 2 || len(s.log()) != 2 {
		t.Errorf("after the last part: %v, %q", st, s.log())
	}
}

func aReportSentBackIsAnotherLog(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + `await store.put(sub, 'Q1', 'yes'); await store.seal(sub); await outbox.sendNow(sub); window.first = sub.id`)
	s.state, s.fields = "received", `{"Q1":[{"op":"11111111-0000-7000-8000-000000000000","device":"x","value":"yes","at":"2026-11-22T14:05:00Z"}]}`
	if got := run[bool](e, `await outbox.prepare('`+vis+`'); const sub = await store.open('`+vis+`'); return sub.id === first && sub.state === 'received'`); !got {
		t.Error("a visit that was sent is begun anew")
	}
	s.state = "sent_back"
	got := run[map[string]any](e, `await outbox.prepare('`+vis+`'); window.sub = await store.open('`+vis+`'); return {other: sub.id !== first, state: sub.state, q1: (await store.fields(sub)).get('Q1').value}`)
	if got["other"] != true || got["state"] != "draft" || got["q1"] != "yes" {
		t.Fatalf("sent back: %v", got)
	}
	e.does(`await store.seal(sub); await outbox.sendNow(sub)`) // nothing changed
	st := run[map[string]any](e, `return store.status(sub)`)
	if st["state"] != "received" || len(s.ops) != 2 {
		t.Errorf("sent again: %v", st)
	}
	if all := run[int](e, `return (await store.all()).mine.length`); all != 2 {
		t.Errorf("%d reports are known", all)
	}
}

func aServerRestoredBetweenAnswersAndSealLosesNoPhoto(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + snap + `await store.put(sub, 'Q1', 'yes'); await outbox.start()`)
	e.until(`return (await store.status(sub)).photosDone === 1`)
	s.want = []string{run[string](e, "return photo.id")}
	s.restored(0)
	e.does(`await store.seal(sub)`)
	e.until(`window.dispatchEvent(new Event('online')); await new Promise((r) => setTimeout(r, 150)); return (await store.status(sub)).state === 'received'`)
	if got := len(s.log()); got != 2 || len(s.photos) != 1 {
		t.Errorf("%d ops, %d photos", got, len(s.photos))
	}
}

func whatIsMissingOpensASealedReportAgain(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	s.meets("POST seal", says(409, `{"error":{"kind":"unsealable","message":"One answer is missing.","retry":false},"acked":1,"head":"","now":"","conflicts":[],"want":[],"state":"in_progress","missing":[{"q":"A4","message":"This needs an answer."}]}`))
	e.does(has + `await store.put(sub, 'Q1', 'yes'); await store.seal(sub)`)
	st := run[map[string]any](e, `return outbox.sendNow(sub)`)
	problem, _ := st["problem"].(map[string]any)
	if st["state"] != "draft" || problem["kind"] != "missing" || !strings.Contains(fmt.Sprint(problem["missing"]), "A4") {
		t.Errorf("%v", st)
	}
}

func twoAnswersStandUntilTheShopperChooses(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	s.fields = `{"C5":[{"op":"11111111-0000-7000-8000-000000000000","device":"other","value":"no","at":"2026-11-22T14:05:00Z"}]}`
	e := s.opens(t, b.Page(t), ann)
	const here = `await (async () => {` + has + `})();`
	e.does(here + `await store.put(sub, 'C5', 'no'); await store.put(sub, 'C5', 'yes')`)
	if got := run[[]string](e, `return (await store.status(sub)).conflicts`); len(got) != 0 {
		t.Errorf("what this phone had seen is a conflict: %q", got)
	}
	s.fields = `{"C5":[{"op":"11111111-0000-7000-8000-000000000000","device":"other","value":"no","at":"2026-11-22T14:05:00Z"},{"op":"22222222-0000-7000-8000-000000000000","device":"third","value":"na","at":"2026-11-22T14:06:00Z"}]}`
	e.does(here)
	got := run[map[string]any](e, `const f = (await store.fields(sub)).get('C5'); return {...f, conflicts: (await store.status(sub)).conflicts}`)
	others, _ := got["others"].([]any)
	if got["value"] != "yes" || len(others) != 1 || fmt.Sprint(got["conflicts"]) != "[C5]" {
		t.Fatalf("an answer from elsewhere, unseen here: %v", got)
	}
	e.does(`await store.put(sub, 'C5', 'yes again')`)
	if got := run[int](e, `return (await store.status(sub)).conflicts.length`); got != 1 {
		t.Error("an answer without a choice settles it")
	}
	e.does(`const f = (await store.fields(sub)).get('C5'); await store.put(sub, 'C5', 'na', {base: [f.op, ...f.others.map((o) => o.op)]}); await outbox.start()`)
	if got := run[int](e, `return (await store.status(sub)).conflicts.length`); got != 0 {
		t.Error("the shopper's choice settles nothing")
	}
	e.until(`return (await store.status(sub)).acked === 3`)
	if last := s.log()[2]; !strings.Contains(last, `22222222-0000-7000-8000-000000000000"]`) {
		t.Errorf("the choice does not name what it replaces: %s", last)
	}
}

func aCopyIsAZipWithTheLogAndThePhotosAsTheyWouldBeSent(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	e.does(has + snap + `await store.put(sub, 'O2', 'Grüße')`)
	raw := run[string](e, `const b = new Uint8Array(await (await copy.save(sub)).arrayBuffer()); let t = ''; for (let i = 0; i < b.length; i += 8192) t += String.fromCharCode(...b.subarray(i, i + 8192)); return btoa(t)`)
	b64, err := base64.StdEncoding.DecodeString(raw)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b64), int64(len(b64)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil || f.Method != zip.Store {
			t.Fatal(f.Name, err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil { // checks the CRC
			t.Fatal(f.Name, err)
		}
	}
	var about struct {
		Format, Submission, Head string
		Version, Seq             int
		Photos                   []struct{ ID, SHA256, File string }
	}
	if err := json.Unmarshal(files["copy.json"], &about); err != nil || about.Format != "plainclothes-copy" || about.Version != 1 || about.Seq != 2 || len(about.Photos) != 1 {
		t.Fatalf("%v %s", err, files["copy.json"])
	}
	sum := sha256.Sum256(files[about.Photos[0].File])
	if hex.EncodeToString(sum[:]) != about.Photos[0].SHA256 {
		t.Error("the photo is not the one")
	}
	e.does(`await outbox.start()`)
	e.until(`return (await store.status(sub)).acked === 2`)
	if got := strings.Join(s.log(), "\n") + "\n"; got != string(files["ops.jsonl"]) {
		t.Errorf("the copy's log is %q, sent was %q", files["ops.jsonl"], got)
	}
}

func TestAVisitWorksWithoutSignal(t *testing.T) {
	s, b := newPhoneServer(t), browsertest.StartIn(t, t.TempDir())
	e := s.opens(t, b.Tab(t), ann)
	if got := run[string](e, `await outbox.start(); await navigator.serviceWorker.ready; return outbox.prepare('`+vis+`')`); got != "ready" {
		t.Fatalf("prepared: %s", got)
	}
	e.until(`return navigator.serviceWorker.controller !== null`)
	e.Open(s.url + "/visits/" + vis + "/s/A?look=1")
	if got := e.Text("body"); got != "/visits/"+vis+"/s/A?look=1" {
		t.Errorf("with signal the page is %q", got)
	}
	for range 100 { // Chromium tries again by itself
		s.meets("GET page", lost)
	}
	for _, path := range []string{"/visits/" + vis + "/s/A?look=1", "/visits/" + vis} {
		e.Open(s.url + path)
		if got := e.Text("body"); !strings.HasSuffix(got, "?pack=1") {
			t.Errorf("without signal %s is %q", path, got)
		}
	}
	s.mu.Lock()
	s.expired, s.fates = true, map[string][]fate{}
	s.mu.Unlock()
	e.Open(s.url + "/visits/" + vis)
	if got := e.Text("body"); !strings.HasSuffix(got, "?pack=1") {
		t.Errorf("after the session has ended the page is %q at %s", got, e.URL())
	}
	s.opens(t, b.Tab(t), ann).does(`window.sub = await store.open('` + vis + `'); await store.wipe(); if ((await caches.keys()).some((n) => n.startsWith('pack-'))) throw new Error('the pack is left')`)
	e.Open(s.url + "/visits/" + vis)
	if got := e.Text("body"); got != "/sign-in" {
		t.Errorf("after wiping the page is %q", got)
	}
}

func aSlowServerIsNotWaitedForLong(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	s := newPhoneServer(t)
	e := s.opens(t, b.Page(t), ann)
	if got := run[string](e, `await outbox.start(); await navigator.serviceWorker.ready; return outbox.prepare('`+vis+`')`); got != "ready" {
		t.Fatalf("prepared: %s", got)
	}
	e.until(`return navigator.serviceWorker.controller !== null`)
	hang := func(w http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
	for range 20 {
		s.meets("GET page", hang)
	}
	for i, most := range []time.Duration{6 * time.Second, 2 * time.Second} { // the patience, then none
		start := time.Now()
		e.Open(s.url + "/visits/" + vis)
		if took := time.Since(start); took > most || !strings.HasSuffix(e.Text("body"), "?pack=1") {
			t.Errorf("page %d came after %s: %q", i, took, e.Text("body"))
		}
	}
}

func TestTheWorkerAndTheManifestAreNeutralAndFresh(t *testing.T) {
	r := newRig(t)
	w := r.do("GET", "/sw.js", nil)
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") || !strings.Contains(w.Body.String(), "import * as engine") {
		t.Errorf("the worker: %d %v", w.Code, w.Header())
	}
	if got := r.do("GET", "/sw.js", nil, header("If-None-Match", w.Header().Get("ETag"))); got.Code != http.StatusNotModified || got.Body.Len() != 0 {
		t.Errorf("asked again for the same worker: %d", got.Code)
	}
	if plain := r.do("GET", "/sw.js?plain", nil).Body.String(); strings.Contains(plain, "import ") || !strings.Contains(plain, "const BUILD") {
		t.Error("the plain worker is none")
	}
	w = r.do("GET", "/manifest.webmanifest", nil)
	var m struct {
		Name, ID string
		Icons    []struct{ Src string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || m.Name != "Lists" || m.ID != "/" || len(m.Icons) < 3 || w.Header().Get("Content-Type") != "application/manifest+json" {
		t.Fatalf("%v %s", err, w.Body)
	}
	for _, icon := range m.Icons {
		if got := r.do("GET", icon.Src, nil); got.Code != 200 || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d", icon.Src, got.Code)
		}
	}
}
