package kit_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/web/kit"
)

const (
	ann   = "a1a1a1a1a1a1a1a1" // who-cookies
	bob   = "b2b2b2b2b2b2b2b2"
	vis   = "6f6b1c1e-0000-4000-8000-000000000001"
	grant = "org.secret"
)

// fate is what becomes of one request to the server.
type fate func(w http.ResponseWriter, r *http.Request, pass http.Handler)

// phoneServer speaks the phones' protocol from memory, strictly, and lets a test spoil its answers.
type phoneServer struct {
	t      *testing.T
	url    string
	key    ed25519.PrivateKey
	assets http.Handler

	mu      sync.Mutex
	ops     map[string][]string // by submission: the texts, as they came
	heads   map[string][]string
	photos  map[string]*photoPart
	fields  string            // JSON of the pack's fields
	stages  string            // JSON of the pack's stages
	state   string            // of the visit
	sealed  map[string][]byte // by head
	want    []string
	asked   []string // "POST /api/…/ops session"
	bodies  []string // of ops
	fates   map[string][]fate
	expired bool // the session has ended
}

type photoPart struct {
	sha256   string
	length   int
	got      []byte
	received int // bytes over the wire that were taken
}

func newPhoneServer(t *testing.T) *phoneServer {
	t.Helper()
	s := &phoneServer{
		t: t, assets: newRig(t, func(o *kit.Options) { o.Rate, o.Burst = 1e6, 1e6 }).Echo(), ops: map[string][]string{}, heads: map[string][]string{}, photos: map[string]*photoPart{},
		sealed: map[string][]byte{}, fates: map[string][]fate{}, fields: "{}", stages: "[]", state: "in_progress",
	}
	s.key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	web := httptest.NewUnstartedServer(s)
	web.Config.SetKeepAlivesEnabled(false) // a browser repeats by itself what fails on a connection that it used before
	web.Start()
	t.Cleanup(web.Close)
	s.url = strings.Replace(web.URL, "127.0.0.1", "localhost", 1)
	return s
}

// meets plans the fates of the next requests whose "METHOD kind" is what; kinds: ops, seal, photos, pack, grant, standing, page.
func (s *phoneServer) meets(what string, fates ...fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fates[what] = append(s.fates[what], fates...)
}

func kindOf(path string) string {
	switch {
	case strings.HasSuffix(path, "/ops"):
		return "ops"
	case strings.HasSuffix(path, "/seal"):
		return "seal"
	case strings.HasSuffix(path, "/pack"):
		return "pack"
	case strings.HasSuffix(path, "/grant"):
		return "grant"
	case strings.HasPrefix(path, "/api/v1/submissions/"):
		return "standing"
	case strings.HasPrefix(path, "/photos"):
		return "photos"
	case strings.HasPrefix(path, "/visits/"):
		return "page"
	}
	return ""
}

func (s *phoneServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := kindOf(r.URL.Path)
	if kind == "" {
		s.plain(w, r)
		return
	}
	what := r.Method + " " + kind
	s.mu.Lock()
	by := "session"
	if strings.HasPrefix(r.Header.Get("Authorization"), "Grant ") {
		by = "grant"
	}
	s.asked = append(s.asked, what+" "+by)
	var f fate
	if left := s.fates[what]; len(left) > 0 {
		f = left[0]
		s.fates[what] = left[1:]
	}
	s.mu.Unlock()
	if f != nil {
		f(w, r, http.HandlerFunc(s.answer))
		return
	}
	s.answer(w, r)
}

// plain serves what needs no fate: the worker, the scripts, and a page for the tests.
func (s *phoneServer) plain(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/engine", "/sign-in":
		asset, _ := kit.Asset("js/store.js")
		base := strings.TrimSuffix(asset, "store.js")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>Engine</title><link rel="icon" href="data:,"><script type="module">
for (const n of ["store", "outbox", "photos", "copy", "pack", "receipt"]) window[n] = await import(%q + n + ".js");
window.there = true;
</script></head><body>%s</body></html>`, base, r.URL.Path)
	case "/.well-known/plainclothes-receipts":
		fmt.Fprintf(w, `{"keys":[%s]}`, s.keyJSON())
	default:
		s.mu.Lock()
		assets := s.assets
		s.mu.Unlock()
		assets.ServeHTTP(w, r)
	}
}

func (s *phoneServer) keyJSON() string {
	return `{"id":"k1","alg":"Ed25519","public":"` + base64.RawURLEncoding.EncodeToString(s.key.Public().(ed25519.PublicKey)) + `","from":"2026-01-01T00:00:00Z"}`
}

// answer is the server without faults.
func (s *phoneServer) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byGrant := r.Header.Get("Authorization") == "Grant "+grant
	who, _ := r.Cookie("plainclothes-who")
	bySession := !s.expired && who != nil && who.Value == ann
	kind := kindOf(r.URL.Path)
	if kind == "page" {
		s.page(w, r, bySession)
		return
	}
	if !bySession && (!byGrant || kind == "pack" || kind == "grant") {
		reply(w, 401, `{"error":{"kind":"sign_in","message":"Sign in.","retry":false}}`)
		return
	}
	parts := strings.Split(r.URL.Path, "/")
	switch kind {
	case "ops":
		s.takeOps(w, r, parts[4])
	case "standing":
		reply(w, 200, s.standing(parts[4]))
	case "seal":
		s.seal(w, r, parts[4])
	case "pack":
		reply(w, 200, s.pack())
	case "grant":
		reply(w, 200, `{"grant":"`+grant+`","until":"2099-01-01T00:00:00Z"}`)
	case "photos":
		s.photo(w, r)
	}
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (s *phoneServer) page(w http.ResponseWriter, r *http.Request, in bool) {
	if !in {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	css, _ := kit.Asset("css/app.css")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>Visit</title><link rel="icon" href="data:,"><link rel="stylesheet" href="%s"></head><body>%s</body></html>`, css, r.URL.RequestURI())
}

func (s *phoneServer) pack() string {
	return `{"visit":{"id":"` + vis + `","scenario":"buyer","state":"` + s.state + `","stage":"","stages_sealed":[],"number":7,"due":"2026-12-01T00:00:00Z","name":"Mill Lane","zone":"Europe/London"},
"user":"` + ann + `","checklist":"c0ffee","seq":` + strconv.Itoa(s.stored()) + `,"context":{},"sections":[],"stages":` + s.stages + `,"taps":[],"fields":` + s.fields + `,"photos":[],"keys":[` + s.keyJSON() + `],
"pages":["/visits/` + vis + `","/visits/` + vis + `/s/A"],"assets":[],"until":"2099-01-01T00:00:00Z"}`
}

// stored counts the ops of all logs.
func (s *phoneServer) stored() int {
	n := 0
	for _, ops := range s.ops {
		n += len(ops)
	}
	return n
}

func (s *phoneServer) standing(sub string) string {
	h := ""
	if n := len(s.heads[sub]); n > 0 {
		h = s.heads[sub][n-1]
	}
	want := []string{}
	for _, id := range s.want {
		if p := s.photos[id]; p == nil || len(p.got) < p.length {
			want = append(want, id)
		}
	}
	w, _ := json.Marshal(want)
	return fmt.Sprintf(`{"acked":%d,"head":%q,"now":"2026-11-22T00:00:00.000Z","conflicts":[],"want":%s,"state":"in_progress"}`, len(s.ops[sub]), h, w)
}

// takeOps stores ops as the real server does: repeats count as done, gaps are refused, the chain is worked out anew.
func (s *phoneServer) takeOps(w http.ResponseWriter, r *http.Request, sub string) {
	raw, _ := io.ReadAll(r.Body)
	var b struct {
		Device, Visit, Checklist, Sent string
		Ops                            []json.RawMessage
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil || b.Visit != vis || len(raw) > 64<<10 || len(b.Ops) > 100 {
		s.t.Errorf("a batch that no server takes: %v, %d bytes, %d ops", err, len(raw), len(b.Ops))
	}
	s.bodies = append(s.bodies, string(raw))
	for _, op := range b.Ops {
		var x struct {
			Seq int
			ID  string
			H   string
		}
		_ = json.Unmarshal(op, &x)
		if x.Seq > len(s.ops[sub])+1 {
			reply(w, 409, strings.Replace(s.standing(sub), "{", `{"error":{"kind":"gap","message":"gap","retry":true},`, 1))
			return
		}
		if x.Seq <= len(s.ops[sub]) {
			if s.heads[sub][x.Seq-1] != x.H {
				reply(w, 422, `{"error":{"kind":"fork","message":"The log differs.","retry":false}}`)
				return
			}
			continue
		}
		s.store(sub, string(op), x.H)
	}
	reply(w, 200, s.standing(sub))
}

func (s *phoneServer) store(sub, op, h string) {
	before := ""
	if n := len(s.heads[sub]); n > 0 {
		before = s.heads[sub][n-1]
	}
	text, _, _ := strings.Cut(op, `,"h":"`)
	sum := sha256.Sum256([]byte(before + text + "}"))
	if hex.EncodeToString(sum[:]) != h {
		s.t.Errorf("op %s: its hash is not that of its text", op)
	}
	s.ops[sub], s.heads[sub] = append(s.ops[sub], op), append(s.heads[sub], h)
}

func (s *phoneServer) seal(w http.ResponseWriter, r *http.Request, sub string) {
	var b struct {
		Head, Stage string
		Seq         int
	}
	_ = json.NewDecoder(r.Body).Decode(&b)
	if s.sealed[b.Head] == nil {
		if n := len(s.heads[sub]); n != b.Seq || n == 0 || s.heads[sub][n-1] != b.Head || strings.Contains(s.standing(sub), `"want":["`) {
			reply(w, 409, strings.Replace(s.standing(sub), "{", `{"error":{"kind":"unsealable","message":"Not all is here.","retry":true},"missing":[],`, 1))
			return
		}
		photos := []map[string]any{}
		for id, p := range s.photos {
			photos = append(photos, map[string]any{"id": id, "sha256": p.sha256, "size": p.length})
		}
		s.sealed[b.Head], _ = json.Marshal(map[string]any{
			"submission": sub, "visit": vis, "checklist": "c0ffee", "head": b.Head, "stage": b.Stage, "ops": b.Seq, "photos": photos, "received": "2026-11-22T14:32:00Z", "key": "k1",
		})
	}
	reply(w, 200, s.receipt(s.sealed[b.Head]))
}

func (s *phoneServer) receipt(statement []byte) string {
	sum := sha256.Sum256(statement)
	code := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(sum[:])[:12]
	out, _ := json.Marshal(map[string]any{
		"statement": json.RawMessage(statement), "bytes": base64.StdEncoding.EncodeToString(statement),
		"sig": base64.RawURLEncoding.EncodeToString(ed25519.Sign(s.key, statement)), "code": code[:4] + "-" + code[4:8] + "-" + code[8:],
	})
	return string(out)
}

// photo is tus 1.0: creation, core, and 460 for bytes that are not those announced.
func (s *phoneServer) photo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Tus-Resumable") != "1.0.0" {
		s.t.Error("no Tus-Resumable")
	}
	if r.Method == http.MethodPost {
		meta := map[string]string{}
		for _, pair := range strings.Split(r.Header.Get("Upload-Metadata"), ",") {
			k, v, _ := strings.Cut(pair, " ")
			b, _ := base64.StdEncoding.DecodeString(v)
			meta[k] = string(b)
		}
		n, _ := strconv.Atoi(r.Header.Get("Upload-Length"))
		p := s.photos[meta["id"]]
		status := 200
		if p == nil {
			p = &photoPart{sha256: meta["sha256"], length: n}
			s.photos[meta["id"]] = p
			status = 201
		}
		w.Header().Set("Upload-Offset", strconv.Itoa(len(p.got)))
		w.Header().Set("Location", "/photos/"+meta["id"])
		w.WriteHeader(status)
		return
	}
	p := s.photos[strings.TrimPrefix(r.URL.Path, "/photos/")]
	if p == nil {
		w.WriteHeader(404)
		return
	}
	body, _ := io.ReadAll(r.Body)
	if r.Header.Get("Upload-Offset") != strconv.Itoa(len(p.got)) {
		w.WriteHeader(409)
		return
	}
	p.got = append(p.got, body...)
	p.received += len(body)
	if sum := sha256.Sum256(p.got); len(p.got) == p.length && hex.EncodeToString(sum[:]) != p.sha256 {
		p.got = nil
		w.WriteHeader(460)
		return
	}
	w.Header().Set("Upload-Offset", strconv.Itoa(len(p.got)))
	w.WriteHeader(204)
}

// Fates.

// says answers instead of the server.
func says(status int, body string, headers ...string) fate {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// lost never reaches the server.
func lost(w http.ResponseWriter, _ *http.Request, _ http.Handler) { hangUp(w) }

// mute is carried out, but the answer is lost.
func mute(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	pass.ServeHTTP(httptest.NewRecorder(), r)
	hangUp(w)
}

// spoiled is carried out, but the body that arrives is another one.
func spoiled(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	b, _ := io.ReadAll(r.Body)
	if len(b) > 0 {
		b[len(b)/2] ^= 1
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	pass.ServeHTTP(w, r)
}

func hangUp(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = c.Close()
	}
}

// restored is the server after its data were brought back to how they were with n ops.
func (s *phoneServer) restored(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.ops {
		s.ops[sub], s.heads[sub] = s.ops[sub][:n], s.heads[sub][:n]
	}
	s.photos = map[string]*photoPart{}
}

// unmet tells how many planned fates no request has met.
func (s *phoneServer) unmet(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.fates[what])
}

// count tells how often something was asked for.
func (s *phoneServer) count(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.asked {
		if strings.HasPrefix(a, what) {
			n++
		}
	}
	return n
}

// log gives the ops of the one submission that there is.
func (s *phoneServer) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ops := range s.ops {
		return append([]string{}, ops...)
	}
	return nil
}

// engine is a tab with the phone's scripts and nothing else.
type engine struct {
	*browsertest.Page
	t *testing.T
	s *phoneServer
}

// opens goes to the page of the tests as somebody.
func (s *phoneServer) opens(t *testing.T, p *browsertest.Page, who string) *engine {
	t.Helper()
	e := &engine{p, t, s}
	if who != "" {
		p.SetCookie(s.url, "plainclothes-who", who, false)
	}
	p.Open(s.url + "/engine")
	p.Until("window.there")
	return e
}

// run runs steps of the engine; they return something.
func run[T any](e *engine, js string) T {
	e.t.Helper()
	return browsertest.Eval[T](e.Page, "(async () => {"+js+"})()")
}

// does runs steps of the engine.
func (e *engine) does(js string) {
	e.t.Helper()
	if got := run[string](e, "try {"+js+"; return ''} catch (err) { return String(err && err.stack || err) }"); got != "" {
		e.t.Fatalf("%s: %s", js, got)
	}
}

// until waits for something that the engine gives.
func (e *engine) until(js string) {
	e.t.Helper()
	e.does(`const end = Date.now() + 13000; while (!(await (async () => {` + js + `})())) { if (Date.now() > end) throw new Error('never'); await new Promise((r) => setTimeout(r, 30)) }`)
}

// has makes the visit on this phone, without pages.
const has = `const got = await (await fetch('/api/v1/visits/` + vis + `/pack')).json(); window.sub = await store.adopt(got, 0);`
