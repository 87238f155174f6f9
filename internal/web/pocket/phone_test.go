package pocket_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/blob"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/pocket"
	"plainclothes/internal/web/webtest"
)

// pocketWorld is the phone's routes over a real store, with a visit that its shopper has taken.
type pocketWorld struct {
	*storetest.World
	t       *testing.T
	site    *webtest.Site
	svc     *visit.Service
	now     time.Time
	shopper auth.Actor
	other   auth.Actor
	id      string // of the visit
}

func newPocketWorld(t *testing.T, s *store.Store) *pocketWorld {
	t.Helper()
	w := &pocketWorld{World: storetest.NewWorld(t, s, "coffee-kiosks"), t: t, now: storetest.Noon}
	disk, err := blob.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	w.svc = visit.NewService(s.Visits(), disk, func() time.Time { return w.now })
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := visit.NewSigningKey(private)
	if err := s.SignWith(t.Context(), key.ID, key.Public(), storetest.Noon); err != nil {
		t.Fatal(err)
	}
	w.svc.SignWith(func() (visit.SigningKey, error) { return key, nil })
	w.shopper, w.other = w.Actors[auth.Shopper], w.Member(auth.Shopper)
	routes := append(pocket.NewPhone(w.svc, w.svc).Routes(), pocket.NewPhotos(w.svc).Routes()...)
	w.site = webtest.NewWithGrants(t, storetest.Noon, []auth.Actor{w.shopper, w.other, w.Actors[auth.Editor]}, w.svc.GrantActor, routes...)
	w.id = w.plan("buyer")
	return w
}

func (w *pocketWorld) plan(scenario string) string {
	w.t.Helper()
	vs, err := w.svc.Plan(w.t.Context(), w.Actors[auth.Scheduler], visit.PlanInput{
		Programme: w.Programme, Branches: []string{w.Branch}, Scenario: scenario, Shopper: w.shopper.Member, Due: w.now.Add(48 * time.Hour), IgnoreRotation: true,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return vs[0].ID
}

// handset is a phone as another maker would build it from the specification: it keeps the text of each op.
type handset struct {
	w                  *pocketWorld
	visit, sub, device string
	checklist, head    string
	grant              string // sent by it, when set
	ops                []string
	ids                []string
	mono               float64
	who                auth.Actor
	clock              time.Duration // its clock minus ours
	sent               bool          // it tells its clock
	last               *httptest.ResponseRecorder
}

func (w *pocketWorld) handset() *handset {
	w.t.Helper()
	h := &handset{w: w, visit: w.id, sub: uuid.Must(uuid.NewV7()).String(), device: uuid.Must(uuid.NewV7()).String(), who: w.shopper, mono: 1000}
	var p struct{ Checklist string }
	h.decode(h.call(http.MethodGet, "/api/v1/visits/"+w.id+"/pack", ""), http.StatusOK, &p)
	h.checklist = p.Checklist
	return h
}

// op writes one op into the phone's own log and gives its id.
func (h *handset) op(field, value string, base ...string) string {
	id := uuid.Must(uuid.NewV7()).String()
	b := "null"
	switch len(base) {
	case 0:
	case 1:
		b = `"` + base[0] + `"`
	default:
		b = `["` + strings.Join(base, `","`) + `"]`
	}
	h.mono += 700
	at := h.w.now.Add(h.clock).UTC().Format("2006-01-02T15:04:05.000Z")
	h.raw(fmt.Sprintf(`{"seq":%d,"id":%q,"q":%q,"v":%s,"base":%s,"at":%q,"mono":%g}`, len(h.ops)+1, id, field, value, b, at, h.mono))
	h.ids = append(h.ids, id)
	return id
}

// raw hashes the text of an op and appends it.
func (h *handset) raw(body string) {
	sum := sha256.Sum256([]byte(h.head + body))
	h.head = hex.EncodeToString(sum[:])
	h.ops = append(h.ops, body[:len(body)-1]+`,"h":"`+h.head+`"}`)
}

func (h *handset) call(method, path, body string) *httptest.ResponseRecorder {
	h.w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost:8080"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if h.grant != "" {
		r.Header.Set("Authorization", "Grant "+h.grant)
	} else if h.who.Member != "" {
		r.AddCookie(&http.Cookie{Name: "plainclothes", Value: h.who.Member})
	}
	h.last = httptest.NewRecorder()
	h.w.site.Echo().ServeHTTP(h.last, r)
	return h.last
}

// batch is the message with the ops from one number to another.
func (h *handset) batch(from, to int) string {
	sent := ""
	if h.sent {
		sent = `"sent":"` + h.w.now.Add(h.clock).UTC().Format("2006-01-02T15:04:05.000Z") + `",`
	}
	return fmt.Sprintf(`{"device":%q,"visit":%q,"checklist":%q,%s"ops":[%s]}`, h.device, h.visit, h.checklist, sent, strings.Join(h.ops[from-1:to], ","))
}

func (h *handset) post(from, to int) *httptest.ResponseRecorder {
	h.w.t.Helper()
	return h.call(http.MethodPost, "/api/v1/submissions/"+h.sub+"/ops", h.batch(from, to))
}

// reply is what a phone reads of any answer.
type reply struct {
	Acked     int
	Head      string
	Now       string
	Conflicts []string
	Want      []string
	State     string
	Missing   []struct{ Q, Message string }
	Error     struct {
		Kind, Message, Question string
		Retry                   bool
		Op                      int
	}
	Statement json.RawMessage
	Bytes     string
	Sig       string
	Code      string
}

func (h *handset) decode(r *httptest.ResponseRecorder, status int, v any) {
	h.w.t.Helper()
	if r.Code != status {
		h.w.t.Fatalf("status %d, want %d: %s", r.Code, status, r.Body)
	}
	if err := json.Unmarshal(r.Body.Bytes(), v); err != nil {
		h.w.t.Fatalf("%v: %s", err, r.Body)
	}
}

// send sends all ops and demands success.
func (h *handset) send() reply {
	h.w.t.Helper()
	var out reply
	h.decode(h.post(1, len(h.ops)), http.StatusOK, &out)
	return out
}

// refused demands a status and gives the answer.
func (h *handset) refused(r *httptest.ResponseRecorder, status int, kind string) reply {
	h.w.t.Helper()
	var out reply
	h.decode(r, status, &out)
	if out.Error.Kind != kind || len(out.Error.Message) < 10 {
		h.w.t.Errorf("refused with %+v, want %s and a sentence", out.Error, kind)
	}
	return out
}

func (h *handset) seal() *httptest.ResponseRecorder {
	h.w.t.Helper()
	return h.call(http.MethodPost, "/api/v1/submissions/"+h.sub+"/seal", fmt.Sprintf(`{"head":%q,"seq":%d}`, h.head, len(h.ops)))
}

// buyer are the answers of a whole visit.
var buyer = map[string]string{
	"A1": `"09:05"`, "A2": "1", "A3": `"yes"`, "A4": `"yes"`, "A5": `"yes"`, "A6": `"yes"`, "A7": `"yes"`, "B1": "22", "B2": `"good"`, "C1": `"yes"`,
	"C2": `"answered_correctly_straight_away"`, "C3": `"something_that_fitted_what"`, "C4": `"yes"`, "C5": `"na"`, "C6": "3.40", "D1": "160",
	"D3": `"yes"`, "D5": `"pleasant_to_drink"`, "D6": `"yes"`, "E1": `"yes"`, "E2": `"no"`, "O1": "9", "O4": `"09:17"`,
	"O2": `"I joined the queue, was greeted with a smile, ordered a flat white, paid, waited two minutes and left happy with a good drink in my hand."`,
}

// answerAll answers everything and adds the photo of the receipt, which is here at once.
func (h *handset) answerAll() {
	h.w.t.Helper()
	for q, v := range buyer {
		h.op(q, v)
	}
	h.upload(h.photo())
}

// photo notes a photo of the receipt in the log.
func (h *handset) photo() (id string, b []byte) {
	id, b = uuid.NewString(), photoBytes(h.w.t, 3)
	h.op("photo."+id, fmt.Sprintf(`{"q":"O3","sha256":%q,"size":%d,"type":"image/jpeg"}`, sum(b), len(b)))
	return id, b
}

// upload brings the bytes of a photo, after the log.
func (h *handset) upload(id string, b []byte) {
	h.w.t.Helper()
	h.send()
	u := visit.Upload{ID: id, Submission: h.sub, Question: "O3", SHA256: sum(b), Type: "image/jpeg", Length: int64(len(b))}
	if _, _, err := h.w.svc.StartUpload(h.w.t.Context(), h.w.shopper, u); err != nil {
		h.w.t.Fatal(err)
	}
	if _, err := h.w.svc.WriteUpload(h.w.t.Context(), h.w.shopper, id, 0, bytes.NewReader(b)); err != nil {
		h.w.t.Fatal(err)
	}
}

func forEach(t *testing.T, test func(t *testing.T, w *pocketWorld)) {
	t.Helper()
	storetest.ForEach(t, func(t *testing.T, s *store.Store) { test(t, newPocketWorld(t, s)) })
}

func TestAPhoneSendsItsAnswersSealsAndHoldsAReceiptThatItCanVerify(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		h := w.handset()
		var g struct{ Grant, Until string }
		h.decode(h.call(http.MethodPost, "/api/v1/visits/"+w.id+"/grant", `{"device":"`+h.device+`"}`), http.StatusOK, &g)
		h.grant, h.who = g.Grant, auth.Actor{}
		h.answerAll()
		if got := h.send(); got.Acked != len(h.ops) || got.Head != h.head || got.State != "in_progress" || len(got.Conflicts)+len(got.Want) > 0 {
			t.Fatalf("after sending: %+v", got)
		}
		var r reply
		first := h.seal()
		h.decode(first, http.StatusOK, &r)
		raw, err := base64.StdEncoding.DecodeString(r.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		var keys struct {
			Keys []struct{ ID, Alg, Public string }
		}
		h.decode(h.call(http.MethodGet, "/.well-known/plainclothes-receipts", ""), http.StatusOK, &keys)
		public, _ := base64.RawURLEncoding.DecodeString(keys.Keys[0].Public)
		sig, _ := base64.RawURLEncoding.DecodeString(r.Sig)
		if !ed25519.Verify(public, raw, sig) || keys.Keys[0].Alg != "Ed25519" {
			t.Error("the signature is not that of the published key")
		}
		var st struct {
			Submission, Visit, Checklist, Head, Key, Received string
			Ops                                               int
		}
		if err := json.Unmarshal(raw, &st); err != nil || st.Submission != h.sub || st.Visit != w.id || st.Head != h.head || st.Ops != len(h.ops) || st.Key != keys.Keys[0].ID {
			t.Errorf("statement %s, %v", raw, err)
		}
		if again := h.seal(); !bytes.Equal(first.Body.Bytes(), again.Body.Bytes()) || again.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("sealed again: %s\nfirst: %s", again.Body, first.Body)
		}
		h.grant = ""
		for _, typed := range []string{r.Code, strings.ToLower(strings.ReplaceAll(r.Code, "-", " "))} {
			page := w.site.Get(auth.Actor{}, "/receipt/"+strings.ReplaceAll(typed, " ", "%20")).Status(http.StatusOK)
			page.Says("Received, and unchanged", "Kettle Ltd", "21 November 2026, 12:00 UTC").Silent("Leeds", w.id, h.sub)
		}
		if code := h.call(http.MethodGet, "/receipt/"+"0000-0000-0000", "").Code; code != http.StatusNotFound {
			t.Errorf("an unknown code: %d", code)
		}
	})
}

func TestWhatIsRepeatedIsDoneOnceAndWhatIsMissingIsAskedFor(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		h := w.handset()
		h.op("A3", `"yes"`)
		h.op("A4", `"no"`)
		h.op("A4.comment", `"They looked away and went on talking."`)
		if gap := h.refused(h.post(2, 3), http.StatusConflict, "gap"); gap.Acked != 0 || !gap.Error.Retry {
			t.Errorf("gap: %+v", gap)
		}
		for range 3 {
			if got := h.send(); got.Acked != 3 {
				t.Fatalf("%+v", got)
			}
		}
		h.op("A5", `"yes"`)
		if got := h.send(); got.Acked != 4 { // three known ones and a new one
			t.Fatalf("%+v", got)
		}
		if n := w.Number(`SELECT count(*) FROM ops WHERE org_id = $1 AND visit_id = $2`, w.Org, w.id); n != 4 {
			t.Errorf("%d ops are stored", n)
		}
		fork := w.handset()
		fork.sub, fork.device = h.sub, h.device
		fork.op("A3", `"no"`)
		if f := fork.refused(fork.post(1, 1), http.StatusUnprocessableEntity, "fork"); f.Error.Op != 1 || f.Error.Retry {
			t.Errorf("fork: %+v", f)
		}
		var at reply
		h.decode(h.call(http.MethodGet, "/api/v1/submissions/"+h.sub, ""), http.StatusOK, &at)
		if at.Acked != 4 || at.Head != h.head {
			t.Errorf("after the fork: %+v", at)
		}
	})
}

func TestTwoDevicesThatAnswerDifferentlyAreBothKeptUntilTheShopperChooses(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		a, b := w.handset(), w.handset()
		no := a.op("A3", `"no"`)
		a.op("A4", `"yes"`)
		a.send()
		seen := b.op("A3", `"not_observed"`)
		b.op("A4", `"yes"`)
		if got := b.send(); !cmp.Equal(got.Conflicts, []string{"A3"}) {
			t.Fatalf("conflicts %v, want A3 alone: the same answer twice is one", got.Conflicts)
		}
		if got := a.send(); !cmp.Equal(got.Conflicts, []string{"A3"}) {
			t.Errorf("the first phone is not told: %+v", got)
		}
		var p struct {
			Fields map[string][]struct {
				Op, Device string
				Value      any
			}
		}
		a.decode(a.call(http.MethodGet, "/api/v1/visits/"+w.id+"/pack", ""), http.StatusOK, &p)
		if f := p.Fields["A3"]; len(f) != 2 || f[0].Op != no || f[1].Op != seen {
			t.Fatalf("fields of A3: %+v", f)
		}
		a.answerAll()
		if got := a.send(); !cmp.Equal(got.Conflicts, []string{"A3"}) { // its own changed, the other's stays
			t.Errorf("conflicts %v", got.Conflicts)
		}
		if r := a.refused(a.seal(), http.StatusConflict, "unsealable"); !cmp.Equal(r.Conflicts, []string{"A3"}) {
			t.Errorf("sealing: %+v", r)
		}
		a.op("A3", `"no"`, no, seen)
		a.op("A3.comment", `"Nobody looked up, and nobody said a word to me."`)
		a.op("A3", `"yes"`, a.ids[len(a.ids)-2])
		if got := a.send(); len(got.Conflicts) != 0 {
			t.Fatalf("conflicts %v after choosing", got.Conflicts)
		}
		var r reply
		a.decode(a.seal(), http.StatusOK, &r)
		b.op("A5", `"no"`)
		if got := b.send(); got.State != "received" || got.Acked != 3 {
			t.Errorf("late: %+v", got)
		}
		var late reply
		b.decode(b.seal(), http.StatusOK, &late)
		if !strings.Contains(string(late.Statement), `"late":true`) || late.Code == r.Code {
			t.Errorf("the second phone's receipt: %s", late.Statement)
		}
		var sealed struct {
			Fields map[string]any
			Photos []any
			Visit  struct{ State string }
		}
		a.decode(a.call(http.MethodGet, "/api/v1/visits/"+w.id+"/pack", ""), http.StatusOK, &sealed)
		if len(sealed.Fields)+len(sealed.Photos) > 0 || sealed.Visit.State != "received" {
			t.Errorf("a report that was sent goes back to a phone: %+v", sealed)
		}
		rep := w.report()
		if string(rep.Answers["A5"]) != `"yes"` {
			t.Errorf("a late answer changed the report: %s", rep.Answers["A5"])
		}
	})
}

func (w *pocketWorld) report() (r visit.Report) {
	w.t.Helper()
	err := w.Store.Visits().View(w.t.Context(), w.Org, func(tx visit.Tx) (err error) {
		r, err = tx.Report(w.t.Context(), w.Org, w.id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func TestWhatDoesNotFitIsRefusedWithASentenceAndNothingOfItIsStored(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		h := w.handset()
		h.op("A3", `"yes"`)
		h.send()
		for name, c := range map[string]struct {
			field, value, kind, question string
		}{
			"an unknown question":      {"Z9", `"yes"`, "answer", "Z9"},
			"no answer of it":          {"A3", `"perhaps"`, "answer", "A3"},
			"a number out of range":    {"O1", `11`, "answer", "O1"},
			"a text for a number":      {"A2", `"many"`, "answer", "A2"},
			"a comment that is none":   {"A3.comment", `5`, "answer", "A3"},
			"a comment too long":       {"A4.comment", `"` + strings.Repeat("x", 10_001) + `"`, "answer", "A4"},
			"a photo nobody wants":     {"photo." + uuid.NewString(), `{"q":"A2","sha256":"` + strings.Repeat("a", 64) + `","size":5,"type":"image/jpeg"}`, "answer", "A2"},
			"a photo without hash":     {"photo." + uuid.NewString(), `{"q":"O3","sha256":"","size":5,"type":"image/jpeg"}`, "answer", "O3"},
			"a photo with more in it":  {"photo." + uuid.NewString(), `{"q":"O3","x":1}`, "answer", ""},
			"a photo without an id":    {"photo.one", `null`, "answer", ""},
			"a moment that is unknown": {"tap.nowhere", `{"at":"2026-11-21T12:00:00Z","mono":5}`, "answer", ""},
			"an empty field":           {"", `"yes"`, "answer", ""},
		} {
			bad := *h
			bad.ops, bad.ids = append([]string(nil), h.ops...), append([]string(nil), h.ids...)
			bad.op("A4", `"no"`)
			bad.op(c.field, c.value)
			r := bad.refused(bad.post(2, 3), http.StatusUnprocessableEntity, c.kind)
			if r.Error.Op != 3 || r.Error.Question != c.question || r.Error.Retry {
				t.Errorf("%s: %+v", name, r.Error)
			}
			if got := h.send(); got.Acked != 1 {
				t.Fatalf("%s: %d are stored", name, got.Acked)
			}
		}
	})
}

func TestWhatIsNoProtocolIsRefused(t *testing.T) {
	w := newPocketWorld(t, storetest.SQLite(t))
	h := w.handset()
	h.op("A3", `"yes"`)
	good := h.batch(1, 1)
	for name, body := range map[string]string{
		"nothing":             ``,
		"no object":           `[]`,
		"cut off":             good[:len(good)-4],
		"two messages":        good + good,
		"another member":      strings.Replace(good, `{"device"`, `{"x":1,"device"`, 1),
		"a member twice":      strings.Replace(good, `{"device"`, `{"ops":[],"device"`, 1),
		"another case":        strings.Replace(good, `"device"`, `"Device"`, 1),
		"no device":           strings.Replace(good, `"device":"`+h.device+`",`, ``, 1),
		"another checklist":   strings.Replace(good, h.checklist, strings.Repeat("0", 64), 1),
		"another op member":   strings.Replace(good, `"mono":`, `"x":1,"mono":`, 1),
		"an op twice":         strings.Replace(good, h.ops[0], h.ops[0]+","+h.ops[0], 1),
		"seq 0":               strings.Replace(good, `"seq":1`, `"seq":0`, 1),
		"seq a text":          strings.Replace(good, `"seq":1`, `"seq":"1"`, 1),
		"a time that is none": strings.Replace(good, `"at":"2026`, `"at":"then 2026`, 1),
		"no hash":             strings.Replace(good, h.head, "", 1),
		"a hash in capitals":  strings.Replace(good, h.head, strings.ToUpper(h.head), 1),
		"another hash":        strings.Replace(good, h.head, strings.Repeat("0", 64), 1),
		"an id that is none":  strings.Replace(good, h.ids[0], "x", 1),
		"U+0000":              strings.Replace(good, `"v":"yes"`, `"v":"a\u0000"`, 1),
		"half a character":    strings.Replace(good, `"v":"yes"`, `"v":"a\ud800"`, 1),
		"broken UTF-8":        strings.Replace(good, `"v":"yes"`, "\"v\":\"a\xff\"", 1),
	} {
		r := h.call(http.MethodPost, "/api/v1/submissions/"+h.sub+"/ops", body)
		var out reply
		h.decode(r, http.StatusUnprocessableEntity, &out)
		if out.Error.Retry || len(out.Error.Message) < 15 {
			t.Errorf("%s: %+v", name, out.Error)
		}
	}
	if r := h.call(http.MethodPost, "/api/v1/submissions/"+h.sub+"/ops", `{"x":"`+strings.Repeat("x", 64<<10)+`"}`); r.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("70 KB: %d %s", r.Code, r.Body)
	}
	for i := range 101 {
		h.op("A3.comment", fmt.Sprintf(`"number %d"`, i))
	}
	if r := h.post(1, 101); r.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("101 ops: %d %s", r.Code, r.Body)
	}
	if r := h.post(1, 100); r.Code != http.StatusOK {
		t.Errorf("100 ops: %d %s", r.Code, r.Body)
	}
}

func TestTheHashIsOverTheTextAsItWasSentWhereverItStands(t *testing.T) {
	w := newPocketWorld(t, storetest.SQLite(t))
	for name, form := range map[string]struct{ body, wire string }{
		"last, with blanks": {
			`{"seq": 1, "id": "ID", "q": "A3", "v": "yes", "base": null, "at": "2026-11-21T12:00:00Z"}`,
			`{"seq": 1, "id": "ID", "q": "A3", "v": "yes", "base": null, "at": "2026-11-21T12:00:00Z", "h": "HASH"}`,
		},
		"first": {
			`{ "seq":1,"id":"ID","q":"A3","v":"yes","at":"2026-11-21T12:00:00Z","mono":1.5}`,
			`{ "h" : "HASH" ,  "seq":1,"id":"ID","q":"A3","v":"yes","at":"2026-11-21T12:00:00Z","mono":1.5}`,
		},
		"in the middle, with a comma in a text": {
			`{"seq":1,"id":"ID","q":"A3.comment","v":"a, \"h\":, b","at":1795262400000}`,
			`{"seq":1,"id":"ID","q":"A3.comment","v":"a, \"h\":, b" , "h":"HASH","at":1795262400000}`,
		},
	} {
		h := w.handset()
		id := uuid.NewString()
		sum := sha256.Sum256([]byte(strings.Replace(form.body, "ID", id, 1)))
		h.ops = []string{strings.NewReplacer("ID", id, "HASH", hex.EncodeToString(sum[:])).Replace(form.wire)}
		if r := h.post(1, 1); r.Code != http.StatusOK {
			t.Errorf("%s: %s", name, r.Body)
		}
	}
}

func TestAGrantReachesItsOwnVisitOnlyAndEndsWhenItShould(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		h := w.handset()
		var g struct{ Grant, Until string }
		give := func() string {
			h.grant = ""
			h.decode(h.call(http.MethodPost, "/api/v1/visits/"+w.id+"/grant", `{"device":"`+h.device+`"}`), http.StatusOK, &g)
			return g.Grant
		}
		token := give()
		if g.Until != "2026-12-07T12:00:00Z" { // due on the 23rd, and a fortnight
			t.Errorf("until %s", g.Until)
		}
		h.op("A3", `"yes"`)
		h.grant = token
		h.send()
		for _, path := range []string{"/api/v1/visits/" + w.id + "/pack", "/visits"} {
			if r := h.call(http.MethodGet, path, ""); r.Code == http.StatusOK {
				t.Errorf("a grant reads %s", path)
			}
		}
		second := w.plan("buyer")
		elsewhere := *h
		elsewhere.visit, elsewhere.sub = second, uuid.NewString()
		if r := elsewhere.post(1, 1); r.Code != http.StatusNotFound {
			t.Errorf("a grant writes into another visit: %d %s", r.Code, r.Body)
		}
		for _, bad := range []string{token + "x", "x", w.Org + ".x", strings.Replace(token, w.Org, uuid.NewString(), 1), strings.Repeat("x", 5000)} {
			h.grant = bad
			h.refused(h.post(1, 1), http.StatusUnauthorized, "sign_in")
		}
		h.grant = token
		w.now = w.now.Add(17 * 24 * time.Hour)
		h.refused(h.post(1, 1), http.StatusUnauthorized, "sign_in")
		w.now = storetest.Noon
		h.send()
		w.Exec(`UPDATE members SET active = $1 WHERE org_id = $2 AND id = $3`, false, w.Org, w.shopper.Member)
		h.refused(h.post(1, 1), http.StatusUnauthorized, "sign_in")
		w.Exec(`UPDATE members SET active = $1 WHERE org_id = $2 AND id = $3`, true, w.Org, w.shopper.Member)
		h.send()
		for range 8 { // the oldest of nine goes
			give()
		}
		h.grant = token
		h.refused(h.post(1, 1), http.StatusUnauthorized, "sign_in")
		h.grant = g.Grant
		h.send()
		w.site.Get(w.shopper, "/phones").Status(http.StatusOK).Says("Since 21 Nov 2026, until 7 Dec 2026", "Stop them all")
		w.site.Get(w.other, "/phones").Status(http.StatusOK).Says("At the moment none may.")
		w.site.Post(w.shopper, "/phones/stop", nil).To("/phones")
		w.site.Get(w.shopper, "/phones").Says("At the moment none may.")
		h.refused(h.post(1, 1), http.StatusUnauthorized, "sign_in")
		h.grant = ""
		h.send()
	})
}

func TestNobodyReachesTheVisitOfAnother(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		h := w.handset()
		h.op("A3", `"yes"`)
		h.send()
		h.who = w.other
		for _, r := range []*httptest.ResponseRecorder{
			h.post(1, 1), h.seal(), h.call(http.MethodGet, "/api/v1/submissions/"+h.sub, ""), h.call(http.MethodGet, "/api/v1/visits/"+w.id+"/pack", ""),
			h.call(http.MethodPost, "/api/v1/visits/"+w.id+"/grant", `{"device":"x"}`),
		} {
			if r.Code != http.StatusNotFound {
				t.Errorf("another shopper: %d %s", r.Code, r.Body)
			}
		}
		h.who = auth.Actor{}
		h.refused(h.post(1, 1), http.StatusUnauthorized, "sign_in")
		h.who = w.Actors[auth.Editor]
		h.refused(h.post(1, 1), http.StatusForbidden, "forbidden")
		theirs := w.handset()
		theirs.sub, theirs.device = h.sub, uuid.NewString() // somebody else's submission
		theirs.op("A3", `"no"`)
		theirs.refused(theirs.post(1, 1), http.StatusUnprocessableEntity, "taken")
		again := w.handset()
		again.op("A3", `"no"`)
		again.ops[0] = h.ops[0] // the op of another phone, in a log of its own
		again.refused(again.post(1, 1), http.StatusUnprocessableEntity, "taken")
	})
}

func TestAVisitThatWasWithdrawnTakesNothingAndSaysSo(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		h := w.handset()
		var g struct{ Grant string }
		h.decode(h.call(http.MethodPost, "/api/v1/visits/"+w.id+"/grant", `{"device":"`+h.device+`"}`), http.StatusOK, &g)
		h.op("A3", `"yes"`)
		if err := w.svc.HandBack(t.Context(), w.shopper, w.id); err != nil {
			t.Fatal(err)
		}
		h.refused(h.post(1, 1), http.StatusGone, "gone")
		h.grant = g.Grant
		h.refused(h.post(1, 1), http.StatusGone, "gone")
		w.id = w.plan("buyer")
		h = w.handset()
		h.op("A3", `"yes"`)
		h.send()
		if err := w.svc.Cancel(t.Context(), w.Actors[auth.Scheduler], w.id, "The branch is closed."); err != nil {
			t.Fatal(err)
		}
		h.op("A4", `"yes"`)
		h.refused(h.post(2, 2), http.StatusGone, "gone")
	})
}

func TestAClockThatIsWrongIsFlaggedAndNotRefused(t *testing.T) {
	for name, c := range map[string]struct {
		clock time.Duration
		sent  bool
		step  time.Duration // between two answers, by the phone's clock alone
		want  string
	}{
		"right":                       {0, true, 0, ""},
		"a little off":                {4 * time.Minute, true, 0, ""},
		"an hour behind":              {-time.Hour, true, 0, "off"},
		"an hour ahead":               {time.Hour, true, 0, "off"},
		"an hour ahead, untold":       {time.Hour, false, 0, "off"},
		"an hour behind, untold":      {-time.Hour, false, 0, "unsure"},
		"in the year 1970":            {-56 * 365 * 24 * time.Hour, true, 0, "off"},
		"set back between, told":      {0, true, -time.Hour, "jumped,off"},
		"set forward between, untold": {0, false, time.Hour, "jumped,off"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPocketWorld(t, storetest.SQLite(t))
			h := w.handset()
			h.clock, h.sent = c.clock, c.sent
			h.op("A3", `"yes"`)
			h.clock += c.step
			h.op("A4", `"yes"`)
			h.send()
			if got := w.submission(h.sub).Clock.Text(); got != c.want {
				t.Errorf("flags %q, want %q", got, c.want)
			}
			h.mono += 7_200_000
			w.now = w.now.Add(2 * time.Hour)
			h.op("A5", `"yes"`)
			h.send() // with what is here already in front
			if got := w.submission(h.sub).Clock.Text(); got != c.want {
				t.Errorf("flags %q after a repeat, want %q", got, c.want)
			}
			if on := w.visit().VisitedOn; on != "2026-11-21" {
				t.Errorf("visited on %s", on)
			}
		})
	}
}

func (w *pocketWorld) visit() (v visit.Visit) {
	w.t.Helper()
	err := w.Store.Visits().View(w.t.Context(), w.Org, func(tx visit.Tx) (err error) {
		v, err = tx.Visit(w.t.Context(), w.Org, w.id, false)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *pocketWorld) submission(id string) (sub visit.Submission) {
	w.t.Helper()
	err := w.Store.Visits().View(w.t.Context(), w.Org, func(tx visit.Tx) (err error) {
		sub, err = tx.Submission(w.t.Context(), w.Org, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return sub
}

func TestVeryManyCodesOfReceiptsAreSlowedDown(t *testing.T) {
	w := newPocketWorld(t, storetest.SQLite(t))
	codes := map[int]int{}
	for i := range 60 {
		codes[w.site.Get(auth.Actor{}, fmt.Sprintf("/receipt/0000-0000-%04d", i)).Code]++
	}
	if codes[http.StatusNotFound] < 30 || codes[http.StatusTooManyRequests] < 10 {
		t.Errorf("answers: %v", codes)
	}
	for _, typed := range []string{"x", "UUUU-UUUU-UUUU", "BKMM-GYJJ-YX9F-AAAA"} {
		w.site.Get(auth.Actor{}, "/receipt?code="+typed).Status(http.StatusUnprocessableEntity).Says("three groups of four")
	}
	w.site.Get(auth.Actor{}, "/receipt?code=bkmm+gyjj+yx9f").To("/receipt/BKMM-GYJJ-YX9F")
}

func TestAReportIsSealedOnlyWhenEverythingIsHere(t *testing.T) {
	forEach(t, func(t *testing.T, w *pocketWorld) {
		h := w.handset()
		h.op("A3", `"no"`)
		if r := h.refused(h.seal(), http.StatusNotFound, "not_found"); r.Error.Retry {
			t.Errorf("%+v", r)
		}
		h.send()
		if r := h.refused(h.seal(), http.StatusConflict, "unsealable"); len(r.Missing) < 10 || r.Acked != 1 {
			t.Errorf("%+v", r)
		}
		h.op("A3", `"yes"`)
		if r := h.refused(h.seal(), http.StatusConflict, "unsealable"); r.Acked != 1 || !r.Error.Retry || len(r.Missing) > 0 {
			t.Errorf("ops are missing: %+v", r)
		}
		for q, v := range buyer {
			h.op(q, v)
		}
		photo, b := h.photo()
		if got := h.send(); !cmp.Equal(got.Want, []string{photo}) {
			t.Fatalf("wants %v", got.Want)
		}
		if r := h.refused(h.seal(), http.StatusConflict, "unsealable"); !cmp.Equal(r.Want, []string{photo}) || !r.Error.Retry || len(r.Missing) > 0 {
			t.Errorf("%+v", r)
		}
		if _, err := w.svc.Seal(t.Context(), w.shopper, w.id); err == nil {
			t.Error("the plain page seals without the photo")
		}
		h.upload(photo, b)
		var r reply
		h.decode(h.seal(), http.StatusOK, &r)
		if !strings.Contains(string(r.Statement), fmt.Sprintf(`{"id":%q,"sha256":%q,"size":%d}`, photo, sum(b), len(b))) {
			t.Errorf("the receipt does not list the bytes that were sent: %s", r.Statement)
		}
		if all, err := w.svc.Prove(t.Context(), r.Code); err != nil || len(all) != 1 || !all[0].Unchanged {
			t.Errorf("proof: %+v, %v", all, err)
		}
	})
}
