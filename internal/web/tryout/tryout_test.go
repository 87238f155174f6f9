package tryoutweb

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/skip2/go-qrcode"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/tryout"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/webtest"
)

type rig struct {
	*storetest.World
	site  *webtest.Site
	runs  *tryout.Service
	owner auth.Actor
	base  string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	w := storetest.NewWorld(t, storetest.SQLite(t), "coffee-kiosks")
	now := func() time.Time { return storetest.Noon }
	r := &rig{World: w, owner: w.Actors[auth.Owner], base: "/standards/" + w.Programme + "/try"}
	r.runs = tryout.NewService(w.Store.Tryouts(), studio.NewService(w.Store.Studio(), now), org.NewService(w.Store.Org(), now), now)
	actors := []auth.Actor{}
	for _, a := range w.Actors {
		actors = append(actors, a)
	}
	r.site = webtest.New(t, storetest.Noon, actors, New(r.runs, "https://lists.example.com/").Routes()...)
	return r
}

var linkIn = regexp.MustCompile(`https://lists\.example\.com/try/open/([^"<]+)`)

// started starts a run by the form and gives the token of its link.
func (r *rig) started(t *testing.T, form url.Values) string {
	t.Helper()
	a := r.site.Post(r.owner, r.base, form).Status(http.StatusOK)
	m := linkIn.FindStringSubmatch(a.Body.String())
	if m == nil {
		t.Fatalf("the page has no link: %s", a.Text())
	}
	return m[1]
}

// tried opens the run on a phone and gives it some answers.
func (r *rig) tried(t *testing.T, token string, answers map[string]string) tryout.Run {
	t.Helper()
	run, pass, err := r.runs.Enter(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	phone, err := r.runs.Holder(t.Context(), pass)
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]visit.Entry{}
	for q, a := range answers {
		entries[q] = visit.Entry{Values: []string{a}}
	}
	if _, err := r.runs.Save(t.Context(), phone, run.ID, entries); err != nil {
		t.Fatal(err)
	}
	return run
}

var nonBuyer = url.Values{"scenario": {"non_buyer"}, "channel": {"store"}}

func TestARunIsStartedAndOpenedByItsCode(t *testing.T) {
	r := newRig(t)
	r.site.Get(r.owner, r.base).Status(http.StatusOK).Says("Run as a shopper", "There is no test run yet.", "Buyer", "has seating")
	token := r.started(t, nonBuyer)
	if _, err := r.runs.Peek(t.Context(), token); err != nil {
		t.Errorf("the link on the page opens nothing: %v", err)
	}
	r.site.Get(r.owner, r.base).Says("not opened yet").Silent(token)
	run := r.tried(t, token, map[string]string{"A3": "yes"})
	r.site.Get(r.owner, r.base).Says("under way")
	r.site.Get(r.owner, r.base+"/"+run.ID).Status(http.StatusOK).
		Says("TEST", "It is in no score, report or comparison", "How the score adds up", "So far", "What was answered").Silent(token)
}

func TestTheCodeOnThePageIsTheAddress(t *testing.T) {
	const text = "https://lists.example.com/try/open/0190.abc"
	got, err := draw(text)
	if err != nil {
		t.Fatal(err)
	}
	want, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	rows := want.Bitmap()
	drawn := make([][]bool, got.Size)
	for y := range drawn {
		drawn[y] = make([]bool, got.Size)
	}
	for _, bar := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`).FindAllStringSubmatch(got.Path, -1) {
		x, y, n := number(bar[1]), number(bar[2]), number(bar[3])
		for i := range n {
			drawn[y][x+i] = true
		}
	}
	for y := range rows {
		for x := range rows[y] {
			if rows[y][x] != drawn[y][x] {
				t.Fatalf("the module at %d, %d is wrong", x, y)
			}
		}
	}
}

func number(s string) (n int) {
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}

func TestTheOverviewSaysWhatNoRunHasBeenThrough(t *testing.T) {
	r := newRig(t)
	r.tried(t, r.started(t, nonBuyer), map[string]string{"A3": "yes"})
	a := r.site.Get(r.owner, r.base)
	a.Says("questions were shown.", "never shown:", "scenario was not tried:", "Buyer").Has("/checklist?open=section/")
	if strings.Contains(a.Text(), "Every path was taken") {
		t.Error("one run cannot have been everywhere")
	}
}

func TestWhatIsWrongWithTheFormIsSaidAtItsField(t *testing.T) {
	r := newRig(t)
	r.site.Post(r.owner, r.base, url.Values{"scenario": {"thief"}, "channel": {"store"}, "features": {"has_seating"}}).
		Status(http.StatusUnprocessableEntity).Says("Choose one of the scenarios").Has(`value="has_seating" checked`, `id="f-scenario"`)
}

func TestADraftThatIsNotFinishedCannotBeTried(t *testing.T) {
	r := newRig(t)
	svc := studio.NewService(r.Store.Studio(), func() time.Time { return storetest.Noon })
	mine, err := svc.BeginEmpty(t.Context(), r.owner, "Bare", "")
	if err != nil {
		t.Fatal(err)
	}
	path := "/standards/" + mine.ID + "/try"
	r.site.Get(r.owner, path).Status(http.StatusOK).Says("This draft is not finished").Silent("<h2>Start a test run")
	r.site.Post(r.owner, path, nonBuyer).Status(http.StatusConflict).Says("This draft is not finished")
}

func TestANewCodeReplacesTheOld(t *testing.T) {
	r := newRig(t)
	token := r.started(t, nonBuyer)
	run, err := r.runs.Peek(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	a := r.site.Post(r.owner, r.base+"/"+run.ID+"/code", nil).Status(http.StatusOK)
	if m := linkIn.FindStringSubmatch(a.Body.String()); m == nil || m[1] == token {
		t.Errorf("the new code is %v", m)
	}
	if _, err := r.runs.Peek(t.Context(), token); err == nil {
		t.Error("the old code still opens the run")
	}
}

func TestARunIsRemoved(t *testing.T) {
	r := newRig(t)
	run := r.tried(t, r.started(t, nonBuyer), nil)
	r.site.Post(r.owner, r.base+"/"+run.ID+"/remove", nil).To(r.base)
	r.site.Get(r.owner, r.base+"/"+run.ID).Status(http.StatusNotFound)
	r.site.Get(r.owner, r.base).Says("There is no test run yet.")
}
