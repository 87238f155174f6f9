package browsertest

import (
	"strings"
	"testing"
)

func TestABrowserKilledInItsFolderGoesOnWithWhatItHad(t *testing.T) {
	folder, s := t.TempDir(), server(t)
	b := StartIn(t, folder)
	p, other := b.Tab(t, Phone), b.Tab(t, Phone)
	p.Open(s.URL)
	other.Open(s.URL)
	Eval[bool](p, storeJS+`open().then(db => new Promise((done, failed) => {
		const t = db.transaction("s", "readwrite", {durability: "strict"});
		t.objectStore("s").put("a word", "k");
		t.oncomplete = () => done(true);
		t.onabort = () => failed(t.error);
	}))`)
	if got := Eval[string](other, readJS); got != "a word" {
		t.Errorf("the other tab reads %q", got)
	}
	b.Kill(t)
	again := StartIn(t, folder).Tab(t, Phone)
	again.Open(s.URL)
	if got := Eval[string](again, readJS); got != "a word" {
		t.Errorf("after the kill: %q", got)
	}
}

const storeJS = `const open = () => new Promise((done, failed) => {
	const r = indexedDB.open("t", 1);
	r.onupgradeneeded = () => r.result.createObjectStore("s");
	r.onsuccess = () => done(r.result);
	r.onerror = () => failed(r.error);
});`

const readJS = `(() => {` + storeJS + ` return open().then(db => new Promise(done => {
	const r = db.transaction("s").objectStore("s").get("k");
	r.onsuccess = () => done(r.result ?? "nothing");
})) })()`

func TestAPageWithoutSignalKnowsItAndAsksInVain(t *testing.T) {
	p, s := Start(t).Page(t, Phone), server(t)
	p.Open(s.URL)
	asks := `fetch("/who").then(r => "answered", () => "failed").then(w => w + (navigator.onLine ? " online" : " offline"))`
	p.Offline(true)
	if got := Eval[string](p, asks); got != "failed offline" {
		t.Error(got)
	}
	p.Offline(false)
	if got := Eval[string](p, asks); got != "answered online" {
		t.Error(got)
	}
}

func TestUntilWaitsForWhatAPromiseGives(t *testing.T) {
	p, s := Start(t).Page(t, Phone), server(t)
	p.Open(s.URL)
	Eval[bool](p, `(globalThis.asked = 0, true)`)
	p.Until(`(async () => ++asked === 3)()`)
	if n := Eval[int](p, "asked"); n != 3 {
		t.Errorf("asked %d times", n)
	}
}

func TestAxeFindsAPageThatLacksALanguageAndAButtonThatLacksAName(t *testing.T) {
	p, s := Start(t).Page(t, Desk), server(t)
	p.Open(s.URL + "/who")
	Eval[bool](p, `(document.body.innerHTML = "<main><h1>Who</h1><p style='color:#777;background:#fff'>Pale</p><button></button></main>", true)`)
	found := strings.Join(p.Axe("light", "dark"), "\n")
	for _, want := range []string{"light: html-has-lang", "light: document-title", "light: button-name", "light: color-contrast", "dark: color-contrast"} {
		if !strings.Contains(found, want) {
			t.Errorf("axe does not say %q: %s", want, found)
		}
	}
	if strings.Contains(found, "dark: button-name") {
		t.Error("a second look is judged by more than contrast")
	}
}
