package shopper_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/shopper"
	"plainclothes/internal/web/webtest"
)

// rig is the shopper's pages over real use cases and a real database.
type rig struct {
	*storetest.World
	site    *webtest.Site
	svc     *visit.Service
	shopper auth.Actor
	other   auth.Actor
}

func newRig(t *testing.T, programme string) *rig {
	t.Helper()
	w := storetest.NewWorld(t, storetest.SQLite(t), programme)
	now := func() time.Time { return storetest.Noon }
	r := &rig{World: w, svc: visit.NewService(w.Store.Visits(), memory{}, now), shopper: w.Actors[auth.Shopper], other: w.Member(auth.Shopper)}
	actors := []auth.Actor{r.other}
	for _, a := range w.Actors {
		actors = append(actors, a)
	}
	r.site = webtest.New(t, storetest.Noon, actors, shopper.New(r.svc, now).Routes()...)
	return r
}

func (r *rig) taken(t *testing.T, scenario string) string {
	t.Helper()
	vs, err := r.svc.Plan(t.Context(), r.Actors[auth.Scheduler], visit.PlanInput{
		Programme: r.Programme, Branches: []string{r.Branch}, Scenario: scenario, Shopper: r.shopper.Member, Due: storetest.Noon.Add(50 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return vs[0].ID
}

// memory keeps photos for a test.
type memory map[string][]byte

func (m memory) Put(_ context.Context, key string, b []byte) error {
	m[key] = bytes.Clone(b)
	return nil
}

func (m memory) Get(_ context.Context, key string) (io.ReadCloser, error) {
	if b, ok := m[key]; ok {
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	return nil, fault.Missing("photo")
}

func form(pairs ...string) url.Values {
	f := url.Values{}
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		f.Add(k, v)
	}
	return f
}

func TestMyVisitsSayWhatIsDueAndWhatItPays(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	r.site.Get(r.shopper, "/visits").Status(http.StatusOK).Says("Nothing to do at the moment.")
	r.taken(t, "buyer")
	r.site.Get(r.shopper, "/visits").Says("Leeds, Briggate", "due in 2 days", "£9.00").Silent("mystery", "Mystery")
	r.site.Get(r.other, "/visits").Silent("Briggate")
}

func TestAnOpenVisitIsTakenFromTheBoard(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	vs, err := r.svc.Plan(t.Context(), r.Actors[auth.Scheduler], visit.PlanInput{
		Programme: r.Programme, Branches: []string{r.Branch}, Scenario: "non_buyer", Due: storetest.Noon.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	id := vs[0].ID
	r.site.Get(r.shopper, "/visits/open").Says("Leeds, Briggate", "due in 1 hour")
	r.site.Get(r.shopper, "/visits/open/"+id).Says("Buy nothing. Ask for directions", "Take this visit")
	r.site.Get(r.shopper, "/visits/"+id).Status(http.StatusNotFound)
	r.site.Post(r.shopper, "/visits/open/"+id+"/take", nil).To("/visits/" + id)
	r.site.Post(r.other, "/visits/open/"+id+"/take", nil).To("/visits/open")
	r.site.Get(r.other, "/visits/"+id).Status(http.StatusNotFound)
	r.site.Post(r.shopper, "/visits/"+id+"/hand-back", nil).To("/visits")
	r.site.Get(r.other, "/visits/open").Says("Leeds, Briggate")
}

func TestASectionIsSavedAndLeadsOn(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	id := r.taken(t, "buyer")
	base := "/visits/" + id
	r.site.Get(r.shopper, base).Says("Buyer", "Buy one hot drink", "up to £6.50", "version 1")
	r.site.Get(r.shopper, base+"/s/A").Says("Section 1 of 6", "Walking up", "0 of 7 answered", "Not seen", "Does not apply").
		Has(`name="a.A3" value="yes"`, `name="a.A3" value="not_observed"`).
		Silent(`value="yes" checked`)
	r.site.Post(r.shopper, base+"/s/A", form("go=next", "seen=A1 A2 A3 A4 A5 A6 A7", "q=A1", "a.A1=09:05", "q=A2", "a.A2=1", "q=A3", "a.A3=yes",
		"q=A4", "a.A4=yes", "q=A5", "a.A5=na", "q=A6", "a.A6=not_observed", "q=A7", "a.A7=yes")).To(base + "/s/B")
	r.site.Get(r.shopper, base+"/s/A").Says("7 of 7 answered", "Saved and sent").Has(`name="a.A3" value="yes" checked`)
}

func TestAWrongAnswerIsNamedAndNothingTypedIsLost(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	a := r.site.Post(r.shopper, base+"/s/A", form("go=next", "q=A2", "a.A2=a handful", "q=A3", "a.A3=yes", "was.A3=null"))
	a.Status(http.StatusUnprocessableEntity).Has(`value="a handful"`, `href="#f-A2"`, `aria-invalid="true"`).Silent("nvalid value", "nvalid answer")
	r.site.Get(r.shopper, base+"/s/A").Has(`name="a.A3" value="yes" checked`)
}

func TestAnAnswerThatOpensAQuestionKeepsTheShopperThere(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	r.site.Get(r.shopper, base+"/s/D").Has(`id="q-D2" data-question="D2" hidden`)
	r.site.Post(r.shopper, base+"/s/D", form("go=next", "seen=D1 D3 D5 D6", "q=D1", "a.D1=6:10", "q=D2", "q=D3", "a.D3=yes")).To(base + "/s/D")
	r.site.Post(r.shopper, base+"/s/D", form("go=next", "seen=D1 D2 D3 D5 D6", "q=D2", "a.D2=no")).To(base + "/s/E")
}

func TestATypedAnswerBesideNotSeenIsAskedAbout(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	r.site.Post(r.shopper, base+"/s/B", form("go=next", "q=B1", "a.B1=0:20", "a.B1=not_observed")).
		Status(http.StatusUnprocessableEntity).Says("Keep one of the two.").Has(`value="0:20"`)
}

func TestCheckAndSendListsWhatIsMissingWithLinks(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	r.site.Post(r.shopper, base+"/s/A", form("go=next", "q=A3", "a.A3=no"))
	r.site.Get(r.shopper, base+"/check").Says("Still missing", "Photo of the receipt").Has(`href="`+base+`/s/A#q-A3"`, `href="`+base+`/photos/O3"`, "disabled")
	r.site.Post(r.shopper, base+"/seal", nil).Status(http.StatusUnprocessableEntity).Says("Still missing")
}

func TestAVisitIsFilledInAndSentWithoutScripts(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	id := r.taken(t, "non_buyer")
	base := "/visits/" + id
	for section, answers := range map[string][]string{
		"A": {"q=A1", "a.A1=09:05", "q=A2", "a.A2=0", "q=A3", "a.A3=yes", "q=A4", "a.A4=yes", "q=A5", "a.A5=na", "q=A6", "a.A6=yes", "q=A7", "a.A7=yes"},
		"B": {"q=B1", "a.B1=0:20", "q=B2", "a.B2=good"},
		"N": {"q=N1", "a.N1=yes", "q=N2", "a.N2=wow", "q=N3", "a.N3=no"},
		"E": {"q=E1", "a.E1=yes", "q=E2", "a.E2=no"},
		"O": {"q=O1", "a.O1=8", "q=O4", "a.O4=09:10"},
	} {
		r.site.Post(r.shopper, base+"/s/"+section, form(append(answers, "go=stay")...)).To(base + "/s/" + section)
	}
	r.site.Get(r.shopper, base+"/check").Says("Everything is there.")
	r.site.Post(r.shopper, base+"/seal", nil).Status(http.StatusOK).Says("Receipt", "answers")
	r.site.Get(r.shopper, base+"/s/A").To(base)
	r.site.Get(r.shopper, base).Says("Sent", "Receipt").Silent("Go on")
	r.site.Post(r.shopper, base+"/s/A", form("go=next", "q=A3", "a.A3=no", `was.A3="yes"`)).Status(http.StatusConflict)
}

func TestPhotosAreAddedShownAndRemoved(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	page := base + "/photos/O3"
	r.site.Get(r.shopper, page).Says("Take a photo", "Choose photos")
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, _ := m.CreateFormFile("choose", "x.png")
	if err := png.Encode(part, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	bad, _ := m.CreateFormFile("choose", "evil.svg")
	_, _ = bad.Write([]byte(`<svg onload="alert(1)"/>`))
	_ = m.Close()
	a := r.site.PostBody(r.shopper, page, m.FormDataContentType(), &body)
	a.Status(http.StatusUnprocessableEntity).Says("1 photo so far", "not a photo")
	_, rest, _ := strings.Cut(a.Body.String(), `src="/photos/`)
	photo, _, _ := strings.Cut(rest, `"`)
	got := r.site.Get(r.shopper, "/photos/"+photo).Status(http.StatusOK)
	if got.Header().Get("Content-Type") != "image/jpeg" || !strings.Contains(got.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("headers of a photo: %v", got.Header())
	}
	r.site.Get(r.other, "/photos/"+photo).Status(http.StatusNotFound)
	r.site.Get(r.shopper, base+"/s/O").Has(`data-id="`+photo+`"`, `<noscript><img src="/photos/`+photo, `aria-label="Remove photo 1"`)
	r.site.Get(r.shopper, base+"/s/O?pack=1").Silent(photo, "data-tray")
	r.site.Post(r.shopper, base+"/s/O", form("go=photo.O3", "q=O3")).To(page)
	r.site.Post(r.shopper, page+"/"+photo+"/remove", nil).To(page)
	r.site.Get(r.shopper, base+"/s/O").Silent(photo, "data-tray")
	r.site.Get(r.shopper, "/photos/"+photo).Status(http.StatusNotFound)
}

func TestAReportSentBackShowsTheReasonAndTakesAReply(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	id := r.taken(t, "non_buyer")
	base := "/visits/" + id
	r.site.Post(r.shopper, base+"/s/A", form("go=stay", "q=A1", "a.A1=09:05", "q=A2", "a.A2=0", "q=A3", "a.A3=yes", "q=A4", "a.A4=yes", "q=A5", "a.A5=na",
		"q=A6", "a.A6=yes", "q=A7", "a.A7=yes", "q=B1", "a.B1=0:20", "q=B2", "a.B2=good", "q=N1", "a.N1=yes", "q=N2", "a.N2=wow", "q=N3", "a.N3=no",
		"q=E1", "a.E1=yes", "q=E2", "a.E2=no", "q=O1", "a.O1=8", "q=O4", "a.O4=09:10"))
	r.site.Post(r.shopper, base+"/seal", nil).Status(http.StatusOK)
	if err := r.svc.SendBack(t.Context(), r.Actors[auth.Editor], id, []visit.Reason{{Question: "A3", Text: "Was the floor dry? <b>Say so.</b>"}}); err != nil {
		t.Fatal(err)
	}
	r.site.Get(r.shopper, "/visits").Says("Back with you")
	r.site.Get(r.shopper, base).Says("Sent back to you", "Was the floor dry? <b>Say so.</b>", "Counter, machine front").Silent("<b>Say")
	r.site.Post(r.shopper, base+"/reply", form("reason=no")).Status(http.StatusUnprocessableEntity)
	r.site.Post(r.shopper, base+"/reply", form("reason=Yes, it was dry.")).To(base)
	r.site.Get(r.shopper, base).Says("Yes, it was dry.")
}

func TestTheQuietLookIsOneTapAwayAndSavesFirst(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	a := r.site.Post(r.shopper, base+"/s/A", form("go=discreet", "q=A3", "a.A3=yes")).To(base + "/s/A")
	if !strings.Contains(strings.Join(a.Header().Values("Set-Cookie"), " "), "discreet") {
		t.Error("the look was not kept")
	}
	r.site.Get(r.shopper, base+"/s/A").Has(`name="a.A3" value="yes" checked`)
}

func TestTheChecklistStaysWithinItsBudget(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	page := zipped(t, r.site.Get(r.shopper, base+"/s/A").Body.Bytes())
	if page > 12<<10 {
		t.Errorf("the page takes %d bytes zipped, more than 12 KB", page)
	}
	js := 0
	for _, f := range scriptsOf(t, "visit.js") {
		js += zipped(t, lean(t, f))
	}
	if js > 15<<10 {
		t.Errorf("the scripts take %d bytes zipped, more than 15 KB", js)
	}
	icons, err := os.ReadFile("../../../static/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	css, err := os.ReadFile("../../../static/css/app.css")
	if err != nil {
		t.Fatal(err)
	}
	if all := page + js + zipped(t, icons) + zipped(t, css); all > 40<<10 || zipped(t, css) > 8<<10 {
		t.Errorf("a cold visit page takes %d bytes, of which the style sheet %d", all, zipped(t, css))
	}
}

func (m memory) Delete(_ context.Context, key string) error {
	delete(m, key)
	return nil
}

func (memory) Sweep(context.Context, string, time.Time) error { return nil }

// scriptsOf lists a module and all that it cannot begin without.
func scriptsOf(t *testing.T, name string) []string {
	t.Helper()
	all := []string{name}
	for i := 0; i < len(all); i++ {
		for _, m := range regexp.MustCompile(`(?m)^import .*from '\./([a-z]+\.js)';$`).FindAllSubmatch(lean(t, all[i]), -1) {
			if f := string(m[1]); !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	if len(all) < 4 {
		t.Fatalf("the checklist's script needs %v: there must be more", all)
	}
	return all
}

// lean is a script as it is sent: without comments and indents.
func lean(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../../static/js/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^[ \t]+|^[ \t]*//.*\n|^\n`).ReplaceAll(regexp.MustCompile(`(?m)^ *//.*\n`).ReplaceAll(b, nil), nil)
}

func TestThePageThatThePhoneKeepsHasEveryQuestionAndNoAnswer(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	r.site.Post(r.shopper, base+"/s/A", form("go=next", "q=A1", "a.A1=09:05", "q=A3", "a.A3=no", "c.A3=A puddle by the door."))
	r.site.Get(r.shopper, base+"/s/A").Has("09:05", "A puddle by the door.", `value="no" checked`)
	r.site.Get(r.shopper, base+"/s/A?pack=1").Status(http.StatusOK).Has("data-pack", `id="q-A6"`, `name="c.A3"`, "js/theme.js").
		Silent("09:05", "puddle", `" checked`)
	for _, page := range []string{"", "/list", "/check", "/s/D"} {
		r.site.Get(r.shopper, base+page+"?pack=1").Status(http.StatusOK).Has("data-pack").Silent("09:05", "puddle", `" checked`)
	}
	r.site.Get(r.other, base+"/s/A?pack=1").Status(http.StatusNotFound)
}

func TestASectionThatIsNotAskedIsThereForThePhoneToOpen(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	r.site.Get(r.shopper, base+"/s/N").Status(http.StatusOK).Says("Nothing is asked here at the moment.").Has(`data-question="N1" hidden`)
	r.site.Get(r.shopper, base+"/s/A").Has(`id="unasked" hidden`)
	r.site.Get(r.shopper, base+"/s/ZZ").Status(http.StatusNotFound)
}

func TestWhatMemoryKeepsWorstComesFirst(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	base := "/visits/" + r.taken(t, "buyer")
	r.site.Get(r.shopper, base).Says("Before you forget", "How many people were waiting ahead of you?", "Amount paid").Has(`href="` + base + `/s/C#q-C6"`)
	r.site.Get(r.shopper, base+"/s/A").Says("Before you forget").Has(`href="` + base + `/s/D#q-D1"`)
	r.site.Get(r.shopper, base+"/s/B").Silent(`id="soon"`)
}

func TestTheCoverIsAShoppingListWithoutAScriptToo(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	r.site.Get(r.shopper, "/cover").Status(http.StatusOK).Says("Shopping", "Milk", "Bread").Silent("Briggate", "mystery", "Kettle", "plainclothes", "answer")
	r.site.Post(r.shopper, "/visits/"+r.taken(t, "buyer")+"/s/A", form("go=cover", "q=A3", "a.A3=yes")).To("/cover")
}

func TestThePhonesOwnPageSaysNothingOfAnybody(t *testing.T) {
	r := newRig(t, "coffee-kiosks")
	r.taken(t, "buyer")
	r.site.Get(r.shopper, "/phone").Status(http.StatusOK).Says("What is on this phone", "Send now", "Save a copy").Silent("Briggate", "Kettle Ltd")
}
