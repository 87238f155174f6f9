package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/programme"
	"plainclothes/internal/roughtest"
	"plainclothes/internal/web/kit"
)

// scene is a shop with a visit to be made: the real program as a process, a network in front of it that the test rules
// over, and phones that are real browsers.
type scene struct {
	*rehearsal
	t       *testing.T
	gate    *roughtest.Gate
	program *process
}

// newScene sets the scene for visits of people who buy nothing; two scenes play at a time, for most of it is waiting.
func newScene(t *testing.T, visits int) *scene {
	t.Helper()
	t.Parallel()
	return onlyScene(t, visits)
}

// onlyScene is a scene beside which no other plays: for what is timed.
func onlyScene(t *testing.T, visits int) *scene {
	t.Helper()
	return sceneOf(t, "coffee-kiosks", "non_buyer", visits)
}

// sceneOf is a scene of another programme.
func sceneOf(t *testing.T, file, scenario string, visits int) *scene {
	t.Helper()
	if testing.Short() {
		t.Skip("slow; the long run has it")
	}
	s := &scene{rehearsal: rehearse(t, file, scenario, visits), t: t, gate: roughtest.NewGate(t)}
	s.program = s.process(s.gate.URL)
	s.gate.Lead(t, s.program.url())
	return s
}

// visitPath is a page of a visit.
func (s *scene) visitPath(i int, rest string) string { return "/visits/" + s.visits[i] + rest }

// carrier is a phone in somebody's hands.
type carrier struct {
	*browsertest.Page
	s *scene
}

// carries gives a page of a browser to the shopper of a visit.
func (s *scene) carries(p *browsertest.Page, visit int) *carrier {
	s.t.Helper()
	c := &carrier{p, s}
	c.signsIn(visit)
	return c
}

// signsIn gives the phone the session of a visit's shopper.
func (c *carrier) signsIn(visit int) {
	c.s.t.Helper()
	c.SetCookie(c.s.gate.URL, "plainclothes", c.s.sessions[visit], true)
	c.SetCookie(c.s.gate.URL, "plainclothes-who", kit.Who(c.s.shoppers[visit].Person), false)
}

// goes opens a page, which has to be there, from wherever it comes.
func (c *carrier) goes(path string) {
	c.s.t.Helper()
	if status := c.Open(c.s.gate.URL + path); status != http.StatusOK {
		c.s.t.Fatalf("%s answers %d", path, status)
	}
}

// prepares makes a visit ready for no signal: until the list of visits says so.
func (c *carrier) prepares(visit int) {
	c.s.t.Helper()
	c.goes("/visits")
	c.Until(`(r => r && !r.hidden)(document.querySelector('[data-visit="` + c.s.visits[visit] + `"] [data-works]')) && navigator.serviceWorker.controller`)
}

// at opens a section. Its script may still be on its way: what is tapped and typed from now on counts.
func (c *carrier) at(visit int, section string) {
	c.s.t.Helper()
	c.goes(c.s.visitPath(visit, "/s/"+section))
	c.awake()
}

// awake waits until the section is there.
func (c *carrier) awake() {
	c.s.t.Helper()
	c.Until(`document.querySelector("#section")`)
}

// loses takes the signal away from every page and from the worker; the pages may be told.
func (c *carrier) loses(told ...*carrier) {
	c.s.gate.Shut()
	for _, p := range append(told, c) {
		p.Offline(true)
	}
}

// finds gives the signal back.
func (c *carrier) finds(told ...*carrier) {
	c.s.gate.Open()
	for _, p := range append(told, c) {
		p.Offline(false)
	}
}

// looksUntil lets the phone hear of signal after each request that failed, as when its shopper looks at it: that ends a pause,
// which would grow to a minute.
func (c *carrier) looksUntil(enough func() bool) {
	c.s.t.Helper()
	for sent := -1; !enough(); {
		late := time.Now().Add(20 * time.Second)
		for len(c.s.gate.Log()) == sent && time.Now().Before(late) {
			time.Sleep(20 * time.Millisecond)
		}
		if len(c.s.gate.Log()) == sent {
			c.s.t.Fatalf("nothing more is sent: %s", describe(c.s.gate.Log()))
		}
		sent = len(c.s.gate.Log())
		browsertest.Eval[bool](c.Page, `dispatchEvent(new Event("online"))`)
	}
	browsertest.Eval[bool](c.Page, `dispatchEvent(new Event("online"))`)
}

// taps chooses an answer.
func (c *carrier) taps(question, answer string) {
	c.s.t.Helper()
	c.Click(`label.ans:has(input[name="a.` + question + `"][value="` + answer + `"])`)
}

// says waits until the truth line says something.
func (c *carrier) says(text string) {
	c.s.t.Helper()
	c.Until(`document.querySelector("#chip")?.innerText.includes(` + strconv.Quote(text) + `)`)
}

// idbJS is a function that reads all of one of the phone's stores.
const idbJS = `(name => new Promise((done, failed) => {
	const r = indexedDB.open("plainclothes");
	r.onupgradeneeded = () => r.transaction.abort();
	r.onerror = () => done([]);
	r.onsuccess = () => {
		const t = r.result.transaction(name).objectStore(name).getAll();
		t.onsuccess = () => { r.result.close(); done(t.result); };
		t.onerror = () => { r.result.close(); failed(t.error); };
	};
}))`

// onPhone is an op as the phone keeps it.
type onPhone struct {
	Seq  int
	ID   string
	Q    string
	V    json.RawMessage
	H    string
	Body string
}

// ops reads the phone's log.
func (c *carrier) ops() []onPhone {
	c.s.t.Helper()
	return browsertest.Eval[[]onPhone](c.Page, `(`+idbJS+`)("ops")`)
}

// keeps waits until the phone's log ends with these values of fields.
func (c *carrier) keeps(field, value string) {
	c.s.t.Helper()
	c.Until(`(async () => JSON.stringify((await (` + idbJS + `)("ops")).filter(o => o.q === ` + strconv.Quote(field) + `).at(-1)?.v) === ` + strconv.Quote(value) + `)()`)
}

// jots waits until what is being typed is on the phone; that must not take until the shopper pauses.
func (c *carrier) jots(field, text string) {
	c.s.t.Helper()
	c.Until(`(` + idbJS + `)("kv").then(all => all.some(v => typeof v === "string" && v.includes(` + strconv.Quote(text) + `)))`)
	for _, o := range c.ops() {
		if o.Q == field {
			c.s.t.Errorf("%s was kept as a pause, not as it was typed: %s", field, o.V)
		}
	}
}

// arrived waits until the server has an op for each of the phone's, exactly as the phone has it, and no other of its submissions.
func (c *carrier) arrived() {
	c.s.t.Helper()
	c.Until(`(async () => { const subs = await (` + idbJS + `)("subs"); return subs.length && subs.every(s => s.acked === s.seq || s.state === "received") })()`)
	c.s.same(c.ops())
}

// same compares a phone's log with what the server stored of those ops.
func (s *scene) same(ops []onPhone) {
	s.t.Helper()
	x := s.openNow()
	defer func() { _ = x.close() }()
	for _, o := range ops {
		var n int
		var hash, body string
		row := x.store.Pool().QueryRowContext(s.t.Context(), `SELECT count(*), coalesce(max(hash), ''), coalesce(max(body), '') FROM ops WHERE op_id = $1`, o.ID)
		if err := row.Scan(&n, &hash, &body); err != nil {
			s.t.Fatal(err)
		}
		if n != 1 || hash != o.H {
			s.t.Errorf("op %d (%s) is stored %d times, as %s", o.Seq, o.Q, n, body)
		}
	}
}

// number reads one number of the server's database.
func (s *scene) number(query string, args ...any) (n int) {
	s.t.Helper()
	x := s.openNow()
	defer func() { _ = x.close() }()
	if err := x.store.Pool().QueryRowContext(s.t.Context(), query, args...).Scan(&n); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// answered waits until the server's report of a visit has an answer.
func (s *scene) answered(visit int, question, value string) {
	s.t.Helper()
	var last string
	for range 500 {
		if last = s.answer(visit, question); last == value {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Errorf("the server has %s for %s, want %s", last, question, value)
}

func (s *scene) answer(visit int, question string) string {
	s.t.Helper()
	x := s.openNow()
	defer func() { _ = x.close() }()
	var raw string
	err := x.store.Pool().QueryRowContext(s.t.Context(), `SELECT answers FROM reports WHERE visit_id = $1`, s.visits[visit]).Scan(&raw)
	if err != nil {
		return err.Error()
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &all); err != nil {
		s.t.Fatal(err)
	}
	return string(all[question])
}

// prefills answers everything but the named questions as another program of the same shopper would, a moment before.
func (s *scene) prefills(visit int, but ...string) {
	s.t.Helper()
	luck := rand.New(rand.NewPCG(5, 5))
	h := newHandset(s.program.url(), s.sessions[visit], s.visits[visit], luck, http.DefaultTransport)
	if err := h.accepts(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	answers := walkAnswers()
	answers["O2"] = json.RawMessage(mustJSON(whole))
	for q, v := range answers {
		if !slices.Contains(but, q) {
			h.put(q, v, nil)
		}
	}
	if err := h.drains(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// withOtherWords changes the text of a question.
func withOtherWords(t *testing.T, p *programme.Programme, question, words string) {
	t.Helper()
	for i := range p.Sections {
		for k := range p.Sections[i].Questions {
			if q := &p.Sections[i].Questions[k]; q.ID == question {
				q.Text = words
				return
			}
		}
	}
	t.Fatalf("there is no question %s", question)
}

// moves lets the place be another folder that is empty but for the same keys.
func (s *scene) moves(dir string) {
	s.t.Helper()
	keys, err := filepath.Glob(filepath.Join(s.dir, "*.key"))
	if err != nil || len(keys) == 0 {
		s.t.Fatalf("keys of %s: %v, %v", s.dir, keys, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	for _, old := range keys {
		raw, err := os.ReadFile(old)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(old)), raw, 0o600)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.dir, s.env["PLAINCLOTHES_DIR"] = dir, dir
}

// twelveMegapixels is the file of a photo as cameras make them: 4032 × 3024, with shapes, shades and grain.
func twelveMegapixels(t *testing.T) string {
	t.Helper()
	const w, h = 4032, 3024
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	luck := rand.New(rand.NewPCG(12, 12))
	for y := range h {
		row := m.Y[y*m.YStride : y*m.YStride+w]
		for x := range row {
			row[x] = byte(60 + (x/97+y/61)%5*28 + x*40/w + luck.IntN(14))
		}
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = byte(110+i/4000%30), byte(140-i/9000%40)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "IMG_4032.jpg")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// to picks requests of a method whose path has a part.
func to(method, part string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && strings.Contains(r.URL.Path, part) }
}

// fates repeats a kind of fate.
func fates(kinds ...roughtest.Kind) (out []roughtest.Fate) {
	for _, k := range kinds {
		out = append(out, roughtest.Fate{Kind: k})
	}
	return out
}

// both lets the first decider speak that has something to say.
func both(deciders ...roughtest.Decider) roughtest.Decider {
	return func(r *http.Request) (f roughtest.Fate) {
		for _, d := range deciders {
			if f = d(r); f.Kind != roughtest.Pass {
				return f
			}
		}
		return f
	}
}

// describe is a log of requests for a failed test.
func describe(log []roughtest.Entry) string {
	var b strings.Builder
	for _, e := range log {
		fmt.Fprintf(&b, "%s %s %d fate %d; ", e.Method, e.Path, e.Status, e.Fate)
	}
	return b.String()
}
