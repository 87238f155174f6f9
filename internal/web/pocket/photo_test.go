package pocket_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/blob"
	"plainclothes/internal/browsertest"
	"plainclothes/internal/evidence"
	"plainclothes/internal/fault"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/pocket"
	"plainclothes/internal/web/webtest"
)

// photoSite is the photo routes over a real store and disk, with a begun visit of its shopper.
type photoSite struct {
	*webtest.Site
	*storetest.World
	t       *testing.T
	svc     *visit.Service
	shopper auth.Actor
	id, sub string
}

func newPhotoSite(t *testing.T) *photoSite {
	t.Helper()
	w := storetest.NewWorld(t, storetest.SQLite(t), "coffee-kiosks")
	disk, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	svc := visit.NewService(w.Store.Visits(), disk, func() time.Time { return storetest.Noon })
	p := &photoSite{World: w, t: t, svc: svc, shopper: w.Actors[auth.Shopper]}
	routes := pocket.NewPhotos(svc).Routes()
	p.Site = webtest.New(t, storetest.Noon, []auth.Actor{p.shopper, w.Actors[auth.Editor]}, routes...)
	vs, err := svc.Plan(t.Context(), w.Actors[auth.Scheduler], visit.PlanInput{
		Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Shopper: p.shopper.Member, Due: storetest.Noon.Add(48 * time.Hour), IgnoreRotation: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.id = vs[0].ID
	if _, err := svc.Save(t.Context(), p.shopper, p.id, map[string]visit.Entry{"A3": {Values: []string{"yes"}}}); err != nil {
		t.Fatal(err)
	}
	p.sub = uuid.NewSHA1(uuid.MustParse(p.id), []byte("form")).String()
	return p
}

// photoBytes is a JPEG of half a megabyte and more, another one for each seed.
func photoBytes(t testing.TB, seed uint64) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 9))
	img := image.NewRGBA(image.Rect(0, 0, 900, 700))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// meta is the metadata of a photo.
func (p *photoSite) meta(id string, b []byte) map[string]string {
	return map[string]string{"id": id, "sid": p.sub, "q": "O3", "sha256": sum(b), "type": "image/jpeg"}
}

func coded(meta map[string]string) string {
	var all []string
	for _, k := range []string{"id", "sid", "q", "sha256", "type"} {
		if v, ok := meta[k]; ok {
			all = append(all, k+" "+base64.StdEncoding.EncodeToString([]byte(v)))
		}
	}
	return strings.Join(all, ",")
}

// send makes a request of the protocol.
func (p *photoSite) send(a auth.Actor, method, path string, body []byte, headers ...string) *httptest.ResponseRecorder {
	p.t.Helper()
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Host = "localhost:8080"
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if a.Member != "" {
		r.AddCookie(&http.Cookie{Name: "plainclothes", Value: a.Member})
	}
	w := httptest.NewRecorder()
	p.Echo().ServeHTTP(w, r)
	return w
}

// announce announces a photo and gives its path.
func (p *photoSite) announce(id string, b []byte) *httptest.ResponseRecorder {
	return p.send(p.shopper, http.MethodPost, "/photos", nil, "Upload-Length", strconv.Itoa(len(b)), "Upload-Metadata", coded(p.meta(id, b)))
}

func (p *photoSite) piece(id string, offset int, b []byte) *httptest.ResponseRecorder {
	return p.send(p.shopper, http.MethodPatch, "/photos/"+id, b, "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
}

// photo reads the row of a photo, whole or removed.
func (p *photoSite) photo(id string) (photo evidence.Photo, found bool) {
	p.t.Helper()
	err := p.Store.Visits().View(p.t.Context(), p.Org, func(tx visit.Tx) (err error) {
		photo, err = tx.Photo(p.t.Context(), p.Org, id)
		return err
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		p.t.Fatal(err)
	}
	return photo, err == nil
}

// errorOf reads the error of an answer.
func errorOf(t *testing.T, w *httptest.ResponseRecorder) (kind, message string, retry bool) {
	t.Helper()
	var body struct {
		Error struct {
			Kind, Message string
			Retry         bool
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if body.Error.Message == "" || body.Error.Retry != (w.Header().Get("Retry-After") != "" || w.Code == 460) {
		t.Errorf("%d, Retry-After %q: %+v", w.Code, w.Header().Get("Retry-After"), body.Error)
	}
	return body.Error.Kind, body.Error.Message, body.Error.Retry
}

func TestAPhoneSendsAPhotoInPieces(t *testing.T) {
	p, b, id := newPhotoSite(t), photoBytes(t, 1), uuid.NewString()
	w := p.announce(id, b)
	if w.Code != http.StatusCreated || w.Header().Get("Location") != "/photos/"+id || w.Header().Get("Upload-Offset") != "0" || w.Header().Get("Tus-Resumable") != "1.0.0" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := p.piece(id, 0, b[:70_000]); w.Code != http.StatusNoContent || w.Header().Get("Upload-Offset") != "70000" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	w = p.send(p.shopper, http.MethodHead, "/photos/"+id, nil)
	h := w.Header()
	if w.Code != http.StatusOK || h.Get("Upload-Offset") != "70000" || h.Get("Upload-Length") != strconv.Itoa(len(b)) ||
		h.Get("Upload-Metadata") != coded(p.meta(id, b)) || h.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", w.Code, h)
	}
	if w := p.announce(id, b); w.Code != http.StatusOK || w.Header().Get("Upload-Offset") != "70000" || w.Header().Get("Location") != "/photos/"+id {
		t.Fatalf("announced again: %d %v", w.Code, w.Header())
	}
	if w := p.piece(id, 70_000, b[70_000:]); w.Code != http.StatusNoContent || w.Header().Get("Upload-Offset") != strconv.Itoa(len(b)) {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if photo, ok := p.photo(id); !ok || photo.SentSHA256 != sum(b) || photo.SentSize != int64(len(b)) {
		t.Errorf("%v %+v", ok, photo)
	}
	if w := p.send(p.shopper, http.MethodHead, "/photos/"+id, nil); w.Header().Get("Upload-Offset") != strconv.Itoa(len(b)) {
		t.Errorf("when it is whole: %v", w.Header())
	}
}

func TestWhatTheServerCanDoIsSaidWithoutSigningIn(t *testing.T) {
	p := newPhotoSite(t)
	w := p.send(auth.Actor{}, http.MethodOptions, "/photos", nil)
	h := w.Header()
	if w.Code != http.StatusNoContent || h.Get("Tus-Version") != "1.0.0" || h.Get("Tus-Extension") != "creation,termination" ||
		h.Get("Tus-Max-Size") != strconv.Itoa(evidence.MaxUpload) {
		t.Errorf("%d %v", w.Code, h)
	}
	for _, method := range []string{http.MethodPost, http.MethodHead, http.MethodPatch, http.MethodDelete} {
		path := map[bool]string{true: "/photos", false: "/photos/" + uuid.NewString()}[method == http.MethodPost]
		if w := p.send(auth.Actor{}, method, path, nil); w.Code != http.StatusUnauthorized {
			t.Errorf("nobody sends %s: %d", method, w.Code)
		}
	}
}

func TestEachWrongRequestGetsOneOfTheAnswersThatAPhoneKnows(t *testing.T) {
	p, b, id := newPhotoSite(t), photoBytes(t, 2), uuid.NewString()
	p.announce(id, b)
	with := func(key, value string) map[string]string {
		m := p.meta(uuid.NewString(), b)
		m[key] = value
		return m
	}
	without := func(key string) map[string]string {
		m := p.meta(uuid.NewString(), b)
		delete(m, key)
		return m
	}
	size := strconv.Itoa(len(b))
	announce := func(length string, meta map[string]string) *httptest.ResponseRecorder {
		return p.send(p.shopper, http.MethodPost, "/photos", nil, "Upload-Length", length, "Upload-Metadata", coded(meta))
	}
	raw := func(meta string) *httptest.ResponseRecorder {
		return p.send(p.shopper, http.MethodPost, "/photos", nil, "Upload-Length", size, "Upload-Metadata", meta)
	}
	patch := func(headers ...string) *httptest.ResponseRecorder {
		return p.send(p.shopper, http.MethodPatch, "/photos/"+id, b, headers...)
	}
	const piece = "application/offset+octet-stream"
	for name, c := range map[string]struct {
		w      *httptest.ResponseRecorder
		status int
		kind   string
	}{
		"no metadata":             {raw(""), 422, "invalid"},
		"metadata without base64": {raw("id ###"), 422, "invalid"},
		"a key twice":             {raw("id eA==,id eA=="), 422, "invalid"},
		"a value that is no text": {raw("id /w=="), 422, "invalid"},
		"U+0000 in a value":       {raw("q AA=="), 422, "invalid"},
		"very long metadata":      {raw("id " + strings.Repeat("eA", 2000)), 422, "invalid"},
		"no length":               {announce("", p.meta(uuid.NewString(), b)), 422, "invalid"},
		"negative length":         {announce("-1", p.meta(uuid.NewString(), b)), 422, "invalid"},
		"too long":                {announce(strconv.Itoa(evidence.MaxUpload+1), p.meta(uuid.NewString(), b)), 413, "too_large"},
		"without sha256":          {announce(size, without("sha256")), 422, "invalid"},
		"unknown submission":      {announce(size, with("sid", uuid.NewString())), 404, "not_found"},
		"unknown question":        {announce(size, with("q", "ZZ")), 422, "invalid"},
		"other metadata":          {announce(size, with("id", id)), 200, ""},
		"other bytes, same id":    {p.send(p.shopper, http.MethodPost, "/photos", nil, "Upload-Length", "5", "Upload-Metadata", coded(p.meta(id, b))), 409, "conflict"},
		"no offset":               {patch("Content-Type", piece), 422, "invalid"},
		"negative offset":         {patch("Content-Type", piece, "Upload-Offset", "-1"), 422, "invalid"},
		"offset beyond":           {patch("Content-Type", piece, "Upload-Offset", "10"), 409, "conflict"},
		"a form":                  {patch("Content-Type", "application/x-www-form-urlencoded", "Upload-Offset", "0"), 415, "invalid"},
		"another version":         {patch("Content-Type", piece, "Upload-Offset", "0", "Tus-Resumable", "0.2.2"), 412, "version"},
		"unknown photo":           {p.piece(uuid.NewString(), 0, b), 404, "not_found"},
		"no id":                   {p.piece("x", 0, b), 404, "not_found"},
		"post without override":   {p.send(p.shopper, http.MethodPost, "/photos/"+id, b), 405, "invalid"},
		"somebody else":           {p.send(p.Actors[auth.Editor], http.MethodPatch, "/photos/"+id, b, "Upload-Offset", "0", "Content-Type", piece), 403, ""},
	} {
		if c.w.Code != c.status {
			t.Errorf("%s: %d %s", name, c.w.Code, c.w.Body)
			continue
		}
		if c.kind == "" {
			continue
		}
		if kind, _, _ := errorOf(t, c.w); kind != c.kind {
			t.Errorf("%s: kind %s", name, kind)
		}
	}
	if w := p.send(p.shopper, http.MethodHead, "/photos/"+id, nil); w.Header().Get("Upload-Offset") != "0" {
		t.Errorf("something was kept: %v", w.Header())
	}
}

func TestBytesThatDifferAreAnsweredWith460AndThePhotoBeginsAgain(t *testing.T) {
	p, b, id := newPhotoSite(t), photoBytes(t, 3), uuid.NewString()
	p.announce(id, b)
	bad := bytes.Clone(b)
	bad[len(bad)/2] ^= 1
	p.piece(id, 0, bad[:1000])
	w := p.piece(id, 1000, bad[1000:])
	if kind, _, retry := errorOf(t, w); w.Code != 460 || kind != "other_bytes" || !retry || w.Header().Get("Upload-Offset") != "0" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := p.piece(id, 0, b); w.Code != http.StatusNoContent {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestNobodyElseReachesAPhotoOnItsWay(t *testing.T) {
	p, b, id := newPhotoSite(t), photoBytes(t, 4), uuid.NewString()
	p.announce(id, b)
	foreign := storetest.NewWorld(t, p.Store, "coffee-kiosks").Actors[auth.Shopper]
	other := p.Member(auth.Shopper)
	p.Site = webtest.New(t, storetest.Noon, []auth.Actor{p.shopper, foreign, other}, pocket.NewPhotos(p.svc).Routes()...)
	for name, a := range map[string]auth.Actor{"of another organisation": foreign, "of another visit": other} {
		for method, w := range map[string]*httptest.ResponseRecorder{
			http.MethodPatch:  p.send(a, http.MethodPatch, "/photos/"+id, b, "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"),
			http.MethodHead:   p.send(a, http.MethodHead, "/photos/"+id, nil),
			http.MethodDelete: p.send(a, http.MethodDelete, "/photos/"+id, nil),
			"override":        p.send(a, http.MethodPost, "/photos/"+id, b, "X-HTTP-Method-Override", "PATCH", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"),
			http.MethodPost:   p.send(a, http.MethodPost, "/photos", nil, "Upload-Length", strconv.Itoa(len(b)), "Upload-Metadata", coded(p.meta(id, b))),
		} {
			if w.Code != http.StatusNotFound || w.Header().Get("Upload-Offset") != "" || w.Header().Get("Upload-Length") != "" {
				t.Errorf("%s by a shopper %s: %d %v", method, name, w.Code, w.Header())
			}
		}
	}
	if w := p.send(p.shopper, http.MethodHead, "/photos/"+id, nil); w.Code != http.StatusOK || w.Header().Get("Upload-Offset") != "0" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestAFullDiskTakesNoPhotosForNow(t *testing.T) {
	w := storetest.NewWorld(t, storetest.SQLite(t), "coffee-kiosks")
	full := fault.Retry(fault.Full, "There is no room for more photos at the moment.", time.Minute)
	s := webtest.New(t, storetest.Noon, []auth.Actor{w.Actors[auth.Shopper]}, pocket.NewPhotos(failing{full}).Routes()...)
	p := &photoSite{Site: s, t: t, shopper: w.Actors[auth.Shopper]}
	got := p.piece(uuid.NewString(), 0, []byte("x"))
	if kind, _, retry := errorOf(t, got); got.Code != http.StatusInsufficientStorage || kind != "full" || !retry || got.Header().Get("Retry-After") != "60" {
		t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
	}
	s = webtest.New(t, storetest.Noon, []auth.Actor{w.Actors[auth.Shopper]}, pocket.NewPhotos(failing{errors.New("disk on fire at 10.0.0.1")}).Routes()...)
	p.Site = s
	got = p.piece(uuid.NewString(), 0, []byte("x"))
	if _, message, retry := errorOf(t, got); got.Code != http.StatusServiceUnavailable || !retry || strings.Contains(message, "fire") {
		t.Errorf("an error of ours: %d %s", got.Code, got.Body)
	}
}

// failing answers every write with an error.
type failing struct{ err error }

func (f failing) StartUpload(context.Context, auth.Actor, visit.Upload) (visit.Upload, bool, error) {
	return visit.Upload{}, false, f.err
}

func (f failing) Upload(context.Context, auth.Actor, string) (visit.Upload, error) {
	return visit.Upload{}, f.err
}

func (f failing) WriteUpload(context.Context, auth.Actor, string, int64, io.Reader) (visit.Upload, error) {
	return visit.Upload{}, f.err
}
func (f failing) DropUpload(context.Context, auth.Actor, string) error { return f.err }

// rough stands before a site and loses requests and replies, at random but always the same.
type rough struct {
	next http.Handler
	mu   sync.Mutex
	rand *rand.Rand
	lost int
}

func (r *rough) luck() (before, after bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, after = r.rand.IntN(100) < 20, r.rand.IntN(100) < 20
	if before || after {
		r.lost++
	}
	return before, after
}

func (r *rough) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	before, after := r.luck()
	if before {
		cut(w)
		return
	}
	if !after {
		r.next.ServeHTTP(plain{w}, req)
		return
	}
	r.next.ServeHTTP(httptest.NewRecorder(), req)
	cut(w)
}

// plain hides the connection: the site's clock stands still, so the time limits that it sets would be over.
type plain struct{ http.ResponseWriter }

// cut breaks the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			_ = c.Close()
		}
	}
}

// tusPhoto is one photo for tus's own client; see testdata/tus.mjs.
type tusPhoto struct {
	Name      string            `json:"name"`
	File      string            `json:"file"`
	URL       string            `json:"url,omitempty"`
	Metadata  map[string]string `json:"metadata"`
	Chunk     int               `json:"chunk,omitempty"`
	StopAt    int               `json:"stopAt,omitempty"`
	Terminate bool              `json:"terminate,omitempty"`
	Override  bool              `json:"override,omitempty"`
}

type tusResult struct {
	Name, URL, Error string
	Offsets          []int
}

// tusClient sends photos to a server with tus's own client.
func tusClient(t *testing.T, server string, a auth.Actor, photos ...tusPhoto) []tusResult {
	t.Helper()
	module, node := browsertest.Module(t, "tus-js-client/package.json"), browsertest.Node(t)
	job, err := json.Marshal(map[string]any{
		"module": module, "endpoint": server + "/photos", "photos": photos, "headers": map[string]string{"Cookie": "plainclothes=" + a.Member},
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "tus.mjs"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(job), t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var all []tusResult
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var r tusResult
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		all = append(all, r)
	}
}

func TestTheClientOfTusSendsPhotosThroughARoughNetwork(t *testing.T) {
	p := newPhotoSite(t)
	net := &rough{next: p.Echo(), rand: rand.New(rand.NewPCG(7, 7))}
	srv := httptest.NewUnstartedServer(net)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	server := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	dir := t.TempDir()
	var photos []tusPhoto
	want := map[string][]byte{}
	for i, c := range []tusPhoto{
		{Name: "in one piece"},
		{Name: "in small pieces", Chunk: 40_000},
		{Name: "in middling pieces", Chunk: 250_000},
		{Name: "with override", Chunk: 100_000, Override: true},
		{Name: "interrupted", Chunk: 64_000, StopAt: 128_000},
		{Name: "given up", Chunk: 64_000, StopAt: 64_000, Terminate: true},
	} {
		b, id := photoBytes(t, uint64(20+i)), uuid.NewString()
		c.File, c.Metadata = filepath.Join(dir, id), p.meta(id, b)
		if err := os.WriteFile(c.File, b, 0o600); err != nil {
			t.Fatal(err)
		}
		want[c.Name] = b
		photos = append(photos, c)
	}
	results := tusClient(t, server, p.shopper, photos...)
	for i, r := range results {
		id := photos[i].Metadata["id"]
		if r.Error != "" || !strings.HasSuffix(r.URL, "/photos/"+id) {
			t.Errorf("%s: %+v", photos[i].Name, r)
			continue
		}
		photo, whole := p.photo(id)
		if whole == (photos[i].StopAt > 0) {
			t.Errorf("%s: whole %v", r.Name, whole)
		}
		if whole && (photo.SentSHA256 != sum(want[r.Name]) || photo.SentSize != int64(len(want[r.Name]))) {
			t.Errorf("%s: %+v", r.Name, photo)
		}
	}
	if _, err := p.svc.Upload(t.Context(), p.shopper, photos[5].Metadata["id"]); !fault.Is(err, fault.NotFound) {
		t.Errorf("given up, but %v", err)
	}
	again := photos[4]
	again.URL, again.StopAt = results[4].URL, 0
	if r := tusClient(t, server, p.shopper, again)[0]; r.Error != "" || len(r.Offsets) == 0 || r.Offsets[0] <= 128_000 {
		t.Errorf("gone on with: %+v", r)
	}
	if photo, whole := p.photo(again.Metadata["id"]); !whole || photo.SentSHA256 != sum(want["interrupted"]) {
		t.Errorf("%+v", photo)
	}
	if net.lost < 10 {
		t.Errorf("only %d requests were lost: the network is too good", net.lost)
	}
}
