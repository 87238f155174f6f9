package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/browsertest"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/roughtest"
)

func TestPromise01AKillInMidWordWithoutSignalLosesNothing(t *testing.T) {
	s, folder := newScene(t, 1), t.TempDir()
	b := browsertest.StartIn(t, folder)
	p := s.carries(b.Tab(t, browsertest.Phone), 0)
	p.prepares(0)
	p.loses()
	p.at(0, "O")
	p.Type(`[name="a.O2"]`, "I joined the queue and was gree")
	p.at(0, "A")
	p.taps("A3", "yes")
	p.taps("A7", "no")
	p.keeps("A7", `"no"`)
	p.Type(`[name="c.A7"]`, "The board was blank on the lef")
	p.jots("A7.comment", "The board was blank on the lef")
	b.Kill(t)

	p = s.carries(browsertest.StartIn(t, folder).Tab(t, browsertest.Phone), 0)
	p.Offline(true)
	p.at(0, "A") // the gate is shut: this can only come from the phone
	p.Until(`document.querySelector('[name="a.A3"][value=yes]').checked && document.querySelector('[name="a.A7"][value=no]').checked`)
	p.Until(`document.querySelector('[name="c.A7"]').value === "The board was blank on the lef"`)
	if !browsertest.Eval[bool](p.Page, `performance.getEntriesByType("navigation")[0].workerStart > 0`) {
		t.Error("the page did not come from the worker")
	}
	p.at(0, "O")
	p.Until(`document.querySelector('[name="a.O2"]').value === "I joined the queue and was gree"`)
	p.finds()
	p.says("Saved and sent")
	s.answered(0, "A7", `"no"`)
	s.answered(0, "O2", `"I joined the queue and was gree"`)
	p.arrived()
}

func TestPromise02ATwelveMegapixelPhotoTakenWithoutSignalArrivesWhole(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	p.loses()
	p.SetFiles(`#q-A3 input[type=file]`, twelveMegapixels(t))
	p.Until(`document.querySelector("#q-A3 .photo img")?.naturalWidth > 0`)
	p.says("1 photo to send")
	kept := browsertest.Eval[[]keptPhoto](p.Page, photosJS)
	if len(kept) != 1 || kept[0].Size < 20_000 || kept[0].Size > 600<<10 || max(kept[0].W, kept[0].H) != 1600 || kept[0].SHA256 != kept[0].Real {
		t.Fatalf("kept %+v", kept)
	}
	t.Logf("12 megapixels became %d × %d, %d bytes", kept[0].W, kept[0].H, kept[0].Size)
	p.finds()
	p.says("Saved and sent")
	if n := s.number(`SELECT count(*) FROM photos WHERE sent_sha256 = $1 AND sent_size = $2 AND visit_id = $3`, kept[0].Real, kept[0].Size, s.visits[0]); n != 1 {
		t.Errorf("%d photos of the server have the phone's bytes", n)
	}
	p.arrived()
}

// keptPhoto is a photo on the phone; Real is the hash of its bytes.
type keptPhoto struct {
	ID, SHA256, Real string
	W, H, Size       int
}

const photosJS = `(` + idbJS + `)("photos").then(all => Promise.all(all.map(async p => ({id: p.id, sha256: p.sha256, w: p.w, h: p.h, size: p.bytes.byteLength,
	real: Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", p.bytes)), b => b.toString(16).padStart(2, "0")).join("")}))))`

func TestPromise03TheOutboxDrainsThroughRefusalsAndLostReplies(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	ops := roughtest.NewPlan(to(http.MethodPost, "/ops"), fates(roughtest.Refuse, roughtest.Refuse, roughtest.Mute, roughtest.Lost, roughtest.Mute)...)
	pieces := roughtest.NewPlan(to(http.MethodPatch, "/photos/"), fates(roughtest.Mute, roughtest.Pass, roughtest.Mute, roughtest.Broken)...)
	s.gate.Decide(both(ops.Decide, pieces.Decide))
	p.taps("A3", "yes")
	p.taps("A4", "yes")
	p.SetFiles(`#q-A3 input[type=file]`, twelveMegapixels(t))
	p.Until(`document.querySelector("#q-A3 .photo img")?.naturalWidth > 0`)
	p.looksUntil(func() bool { return ops.Done() && pieces.Done() })
	p.says("Saved and sent")
	if n := len(s.gate.Log()); n > 100 {
		t.Errorf("%d requests were needed", n)
	}
	p.arrived()
	if n := s.number(`SELECT count(*) FROM ops`); n != len(p.ops()) {
		t.Errorf("%d ops are stored, %d were written", n, len(p.ops()))
	}
	if n := s.number(`SELECT count(*) FROM photos`); n != 1 {
		t.Errorf("%d photos are stored", n)
	}
}

func TestPromise04AServerBackFromAnOlderBackupLosesNothing(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	p.taps("A3", "yes")
	p.says("Saved and sent")
	backup := filepath.Join(t.TempDir(), "backup.tar")
	s.must("backup", backup)
	p.taps("A4", "yes")
	p.SetFiles(`#q-A3 input[type=file]`, twelveMegapixels(t))
	p.Until(`document.querySelector("#q-A3 .photo img")?.naturalWidth > 0`)
	p.says("Saved and sent")
	p.arrived()

	s.program.kill()
	s.moves(filepath.Join(t.TempDir(), "restored"))
	s.must("restore", backup)
	if n := s.number(`SELECT count(*) FROM ops`); n >= len(p.ops()) {
		t.Fatalf("the older state has all %d ops", n)
	}
	s.program.start()
	p.taps("A6", "yes")
	p.keeps("A6", `"yes"`)
	s.answered(0, "A6", `"yes"`)
	s.answered(0, "A4", `"yes"`)
	p.says("Saved and sent")
	p.arrived()
	if n := s.number(`SELECT count(*) FROM photos`); n != 1 {
		t.Errorf("%d photos are stored", n)
	}
}

func TestPromise05TwoDevicesThatAnswerOneQuestionKeepBothAnswersUntilTheShopperChooses(t *testing.T) {
	s, b := newScene(t, 1), browsertest.Start(t)
	one, other := s.carries(b.Page(t, browsertest.Phone), 0), s.carries(b.Page(t, browsertest.Phone), 0)
	for _, p := range []*carrier{one, other} {
		p.prepares(0)
		p.at(0, "A")
	}
	one.loses(other)
	one.taps("A3", "yes")
	one.keeps("A3", `"yes"`)
	other.taps("A3", "not_observed")
	other.keeps("A3", `"not_observed"`)
	one.finds(other)
	one.says("Saved and sent")
	other.says("Saved and sent")
	one.Reload()
	one.UntilText("You answered this twice.")
	if n := s.number(`SELECT count(*) FROM ops WHERE body LIKE '%"A3"%'`); n != 2 {
		t.Errorf("%d answers to A3 are stored", n)
	}
	one.Until(`document.querySelectorAll("#q-A3 [data-twice] button").length === 2`)
	if text := one.Text("#q-A3 [data-twice]"); !strings.Contains(text, "Yes") || !strings.Contains(text, "Not seen") {
		t.Errorf("the shopper is asked %q", text)
	}
	one.Click(`#q-A3 [data-twice] button:first-of-type`)
	one.Until(`!document.querySelector("#q-A3 [data-twice]")`)
	one.says("Saved and sent")
	one.arrived()
	one.Reload()
	one.awake()
	one.Until(`!document.querySelector("#q-A3 [data-twice]") && document.querySelector('[name="a.A3"]:checked')`)
}

func TestPromise06TwoTabsThatWriteAtOnceMakeOneLogWithoutGaps(t *testing.T) {
	s, b := newScene(t, 1), browsertest.StartIn(t, t.TempDir())
	one, two := s.carries(b.Tab(t, browsertest.Phone), 0), s.carries(b.Tab(t, browsertest.Phone), 0)
	one.prepares(0)
	one.at(0, "A")
	two.at(0, "A")
	const times = 25
	for p, q := range map[*carrier]string{one: "A3", two: "A4"} {
		browsertest.Eval[bool](p.Page, fmt.Sprintf(`(globalThis.busy = (async () => {
			for (let i = 0; i < %d; i++) {
				document.querySelector('[name="a.%s"][value=' + (i %% 2 ? "no" : "yes") + ']').click();
				await new Promise(r => setTimeout(r, 3));
			}
		})(), true)`, times, q))
	}
	for _, p := range []*carrier{one, two} {
		browsertest.Eval[bool](p.Page, `busy.then(() => true)`)
	}
	one.keeps("A3", `"yes"`)
	two.keeps("A4", `"yes"`)
	one.says("Saved and sent")
	one.arrived()
	ops := one.ops()
	for i, o := range ops {
		if o.Seq != i+1 {
			t.Fatalf("op %d has the number %d", i+1, o.Seq)
		}
	}
	if len(ops) < times {
		t.Errorf("only %d ops were written", len(ops))
	}
	if subs := s.number(`SELECT count(*) FROM submissions`); subs != 1 {
		t.Errorf("%d submissions of one phone", subs)
	}
}

// tapsWhileToldJS taps to and fro while another tab tells that the checklist was read again, and gives at the end what the
// page shows.
const tapsWhileToldJS = `(async () => {
	const [sub] = await (${idb})("subs");
	const other = new BroadcastChannel("plainclothes");
	for (let i = 0; i < 60; i++) {
		document.querySelector('[name="a.A3"][value=' + (i % 2 ? "no" : "yes") + ']').click();
		if (i % 3 === 0) other.postMessage({sub: sub.id, what: "pack"});
		await new Promise(r => setTimeout(r, i % 7));
	}
	return document.querySelector('[name="a.A3"]:checked').value;
})()`

func TestWhatThePageShowsAndWhatThePhoneKeepsNeverPart(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	p.taps("A4", "yes")
	p.says("Saved and sent")
	for range 3 {
		if shown := browsertest.Eval[string](p.Page, strings.ReplaceAll(tapsWhileToldJS, "${idb}", idbJS)); shown != "no" {
			t.Fatalf("after a tap on No the page shows %s", shown)
		}
		p.keeps("A3", `"no"`)
	}
}

func TestPromise07TheReceiptIsVerifiedOnThePhoneAndByAnybody(t *testing.T) {
	s, b := newScene(t, 1), browsertest.Start(t)
	s.prefills(0, "A3")
	p := s.carries(b.Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	p.taps("A3", "yes")
	p.keeps("A3", `"yes"`)
	p.sends(0)
	code := p.Text("#receipt")
	subs := browsertest.Eval[[]sealed](p.Page, `(`+idbJS+`)("subs")`)
	if len(subs) != 1 || subs[0].State != "received" || len(subs[0].Receipts) != 1 || subs[0].Receipts[0].Verdict != "verified" {
		t.Fatalf("on the phone: %+v", subs)
	}
	s.repeats(subs[0])
	s.provesTo(b.Page(t, browsertest.Desk), strings.TrimSpace(code))
	if n := s.number(`SELECT count(*) FROM visits WHERE state = 'received'`); n != 1 {
		t.Error("the visit is not received")
	}
}

func TestAReceiptThatIsNotTrueDeletesNothing(t *testing.T) {
	s := newScene(t, 1)
	s.prefills(0, "A3")
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.BeforeScripts(`{
		const real = fetch;
		globalThis.fetch = async (to, ...more) => {
			const r = await real(to, ...more);
			if (!String(to).endsWith("/seal") || !r.ok) return r;
			const told = await r.json();
			return new Response(JSON.stringify({...told, sig: (told.sig[0] === "A" ? "B" : "A") + told.sig.slice(1)}), {status: r.status, headers: r.headers});
		};
	}`)
	p.prepares(0)
	p.at(0, "A")
	p.taps("A3", "yes")
	p.keeps("A3", `"yes"`)
	p.goes(s.visitPath(0, "/check"))
	p.UntilText("Everything is there.")
	p.Click(`button[form=seal]`)
	p.UntilText("The receipt does not fit what is on this phone. Nothing was deleted.")
	subs := browsertest.Eval[[]sealed](p.Page, `(`+idbJS+`)("subs")`)
	if len(subs) != 1 || subs[0].State == "received" || len(subs[0].Receipts) != 0 || len(p.ops()) != 1 {
		t.Errorf("on the phone: %+v, %d ops", subs, len(p.ops()))
	}
}

// sealed is a report on the phone after sending.
type sealed struct {
	ID, State, Head string
	Seq             int
	Receipts        []kept
}

// kept is a receipt on the phone, and what the phone itself found out about it.
type kept struct {
	proof
	Verdict string
}

// repeats seals once more, by the session, and compares.
func (s *scene) repeats(sub sealed) {
	s.t.Helper()
	h := newHandset(s.program.url(), s.sessions[0], s.visits[0], nil, http.DefaultTransport)
	h.submission, h.head = sub.ID, sub.Head
	h.ops = make([]written, sub.Seq)
	h.ops[len(h.ops)-1].Hash = sub.Head
	p, lacks, err := h.seals(s.t.Context())
	if err != nil || p.Bytes != sub.Receipts[0].Bytes || p.Sig != sub.Receipts[0].Sig {
		s.t.Errorf("the repeated seal gives %+v, lacks %+v, %v; on the phone %+v", p, lacks, err, sub.Receipts[0])
	}
	raw, err := base64.StdEncoding.DecodeString(p.Bytes)
	var said said
	if err != nil || json.Unmarshal(raw, &said) != nil || said.Head != sub.Head || said.Visit != s.visits[0] {
		s.t.Errorf("the receipt says %s, %v", raw, err)
	}
}

// provesTo shows a receipt to somebody without an account, by its address and typed by hand.
func (s *scene) provesTo(stranger *browsertest.Page, code string) {
	s.t.Helper()
	if status := stranger.Open(s.gate.URL + "/receipt/" + code); status != http.StatusOK {
		s.t.Fatalf("the receipt's page answers %d", status)
	}
	stranger.UntilText("Kettle Ltd")
	stranger.UntilText("unchanged")
	stranger.Open(s.gate.URL + "/receipt")
	stranger.Fill(`main form input:not([type=hidden])`, strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	stranger.Follow(`main form button`)
	stranger.UntilText("unchanged")
	stranger.Open(s.gate.URL + "/receipt/0000-0000-0000")
	if text := stranger.Text("body"); strings.Contains(text, "unchanged") || strings.Contains(text, "Kettle") {
		s.t.Errorf("a code that nobody was given says %q", text)
	}
}

func TestPromise08SigningOutWithUnsentWorkLeavesItLockedAndItStillDrains(t *testing.T) {
	s, b := newScene(t, 11), browsertest.StartIn(t, t.TempDir())
	p := s.carries(b.Tab(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	s.gate.Decide(func(r *http.Request) roughtest.Fate {
		if strings.HasPrefix(r.URL.Path, "/api/v1/submissions/") {
			return roughtest.Fate{Kind: roughtest.Refuse}
		}
		return roughtest.Fate{}
	})
	p.taps("A3", "yes")
	p.taps("A7", "no")
	p.Type(`[name="c.A7"]`, "A secret of the first shopper.")
	p.keeps("A7.comment", `"A secret of the first shopper."`)
	p.goes("/sign-out")
	p.UntilText("only on this phone")
	p.Screenshot("promise-sign-out")
	p.Click("#lock")
	p.Until(`location.pathname === "/sign-in"`)
	p.Until(`!document.cookie.includes("plainclothes-who")`)

	next := s.carries(p.Page, 10)
	next.goes("/visits")
	next.goes("/phone")
	next.UntilText("1 visit of another person")
	for _, path := range []string{"/phone", s.visitPath(0, "/s/A"), "/visits"} {
		next.Open(s.gate.URL + path)
		next.Until(`document.readyState === "complete"`)
		if text := browsertest.Eval[string](next.Page, `document.body.innerText + [...document.querySelectorAll("input:checked, textarea")].map(e => e.value)`); strings.Contains(text, "secret of the first") {
			t.Errorf("%s shows the next person the first one's answers: %s", path, text)
		}
	}
	s.gate.Decide(roughtest.Smooth)
	next.goes("/visits")
	s.answered(0, "A7", `"no"`)
	s.answered(0, "A3", `"yes"`)
}

func TestPromise09WithoutStorageEverySectionIsAFormThatIsSaved(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.BeforeScripts(`Object.defineProperty(globalThis, "indexedDB", {value: undefined})`)
	p.goes(s.visitPath(0, "/s/A"))
	p.UntilText("cannot keep answers without signal")
	p.taps("A3", "yes")
	p.taps("A7", "no")
	p.Fill(`[name="c.A7"]`, "The board was blank on the left.")
	p.Fill(`[name="a.A2"]`, "2")
	p.Follow(`#next`)
	p.Until(`location.pathname.endsWith("/s/B")`)
	s.answered(0, "A7", `"no"`)
	s.answered(0, "A2", `2`)
	p.goes(s.visitPath(0, "/s/A"))
	p.Until(`document.querySelector('[name="a.A3"][value=yes]').checked && document.querySelector('[name="c.A7"]').value === "The board was blank on the left."`)
}

func TestPromise10AfterTheSessionHasEndedTheGrantStillDrains(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	p.loses()
	p.taps("A3", "yes")
	p.taps("A4", "yes")
	p.keeps("A4", `"yes"`)
	s.endsSessions()
	p.finds()
	s.answered(0, "A4", `"yes"`)
	p.arrived()
	if kind := browsertest.Eval[string](p.Page, `fetch("/visits", {redirect: "manual"}).then(r => r.type)`); kind != "opaqueredirect" {
		t.Errorf("the session had not ended: %s", kind)
	}
}

// endsSessions signs everybody out, as time would.
func (s *scene) endsSessions() {
	s.t.Helper()
	x := s.openNow()
	defer func() { _ = x.close() }()
	res, err := x.store.Pool().ExecContext(s.t.Context(), `DELETE FROM sessions`)
	if err != nil {
		s.t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		s.t.Fatalf("%d sessions ended, %v", n, err)
	}
}

func TestPromise11ANewVersionDuringTheVisitChangesNothingForIt(t *testing.T) {
	s := newScene(t, 1)
	s.prefills(0, "A3", "A4")
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.prepares(0)
	p.at(0, "A")
	before := p.Text("#q-A4 legend")
	p.taps("A3", "yes")
	p.says("Saved and sent")
	s.publishesAnother("A4", "Quite another question")
	p.taps("A4", "yes")
	p.keeps("A4", `"yes"`)
	p.says("Saved and sent")
	p.Reload()
	p.awake()
	if after := p.Text("#q-A4 legend"); after != before {
		t.Errorf("the question was %q and is %q", before, after)
	}
	p.UntilText("version 1")
	p.sends(0)
	if n := s.number(`SELECT v.number FROM visits x JOIN versions v ON v.id = x.version_id WHERE x.id = $1`, s.visits[0]); n != 1 {
		t.Errorf("the visit is on version %d", n)
	}
	p.arrived()
}

// publishesAnother publishes the programme's next version, with other words in one question.
func (s *scene) publishesAnother(question, words string) {
	s.t.Helper()
	src, _ := demo.File("coffee-kiosks")
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		s.t.Fatal(err)
	}
	withOtherWords(s.t, p, question, words)
	file := filepath.Join(s.t.TempDir(), "next.json")
	if err := os.WriteFile(file, p.Canonical(), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.must("import", "--publish", "--note=Other words.", file)
	if n := s.number(`SELECT count(*) FROM versions WHERE state = 'published'`); n != 2 {
		s.t.Fatalf("%d versions are published", n)
	}
}

func TestPromise12AClockThatIsAnHourWrongIsFlaggedAndNotRefused(t *testing.T) {
	s := newScene(t, 1)
	p := s.carries(browsertest.Start(t).Page(t, browsertest.Phone), 0)
	p.BeforeScripts(`{
		const Real = Date, ahead = 3600000;
		globalThis.Date = class extends Real {
			constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead); }
			static now() { return Real.now() + ahead; }
		};
	}`)
	p.prepares(0)
	p.at(0, "A")
	p.taps("A3", "yes")
	p.says("Saved and sent")
	p.taps("A4", "yes")
	p.keeps("A4", `"yes"`)
	p.says("Saved and sent")
	s.answered(0, "A4", `"yes"`)
	p.arrived()
	offset := s.number(`SELECT max(abs(clock_offset_ms)) FROM submissions`)
	if off := time.Duration(offset) * time.Millisecond; off < 59*time.Minute || off > 61*time.Minute {
		t.Errorf("the clock is known to be off by %v", off)
	}
	if n := s.number(`SELECT count(*) FROM submissions WHERE clock_flag <> ''`); n != 1 {
		t.Error("the clock is not flagged")
	}
	if n := s.number(`SELECT count(*) FROM ops WHERE abs(julianday(substr(corrected_at, 1, 19)) - julianday(substr(received_at, 1, 19))) * 1440 < 5`); n != len(p.ops()) {
		t.Errorf("%d of %d ops are at their corrected time", n, len(p.ops()))
	}
}
