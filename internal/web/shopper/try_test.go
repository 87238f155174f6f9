package shopper_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/tryout"
	"plainclothes/internal/web/shopper"
	"plainclothes/internal/web/webtest"
)

// tryRig is the pages of previews and test runs over real use cases.
type tryRig struct {
	*storetest.World
	site  *webtest.Site
	runs  *tryout.Service
	owner auth.Actor
}

func newTryRig(t testing.TB, programme string) *tryRig {
	t.Helper()
	w := storetest.NewWorld(t, storetest.SQLite(t), programme)
	now := func() time.Time { return storetest.Noon }
	r := &tryRig{World: w, owner: w.Actors[auth.Owner]}
	r.runs = tryout.NewService(w.Store.Tryouts(), studio.NewService(w.Store.Studio(), now), org.NewService(w.Store.Org(), now), now)
	actors := []auth.Actor{}
	for _, a := range w.Actors {
		actors = append(actors, a)
	}
	r.site = webtest.New(t, storetest.Noon, actors, append(shopper.NewPreviews(r.runs).Routes(), shopper.NewTrials(r.runs, now).Routes()...)...)
	return r
}

func (r *tryRig) start(t *testing.T, scenario string) (run tryout.Run, token string) {
	t.Helper()
	run, token, err := r.runs.Start(t.Context(), r.owner, r.Programme, tryout.Input{Scenario: scenario, Channel: "store", Features: []string{"has_seating"}})
	if err != nil {
		t.Fatal(err)
	}
	return run, token
}

// phone is a browser without a sign-in.
type phone struct {
	r    *tryRig
	t    *testing.T
	pass string
}

func (p *phone) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	p.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Host = "localhost:8080"
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if p.pass != "" {
		req.AddCookie(&http.Cookie{Name: "plainclothes-test", Value: p.pass})
	}
	w := httptest.NewRecorder()
	p.r.site.Echo().ServeHTTP(w, req)
	for _, c := range w.Result().Cookies() {
		if c.Name == "plainclothes-test" {
			p.pass = c.Value
			if !c.HttpOnly {
				p.t.Error("scripts may read the pass")
			}
		}
	}
	return w
}

// get fails the test unless the page is there, and says all phrases.
func (p *phone) get(path string, phrases ...string) string {
	p.t.Helper()
	w := p.do(http.MethodGet, path, nil)
	for _, s := range phrases {
		if !strings.Contains(w.Body.String(), s) {
			p.t.Errorf("%s does not say %q:\n%s", path, s, w.Body.String())
		}
	}
	if w.Code != http.StatusOK {
		p.t.Fatalf("%s answers %d", path, w.Code)
	}
	return w.Body.String()
}

// to posts a form and fails the test unless it leads on.
func (p *phone) to(path string, form url.Values, want string) {
	p.t.Helper()
	w := p.do(http.MethodPost, path, form)
	if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != want {
		p.t.Fatalf("%s answers %d and leads to %q, want %q: %s", path, w.Code, got, want, w.Body.String())
	}
}

// opened is a phone that has used the link of a new run.
func (r *tryRig) opened(t *testing.T, scenario string) (p *phone, base string) {
	t.Helper()
	run, token := r.start(t, scenario)
	p = &phone{r: r, t: t}
	p.to("/try/open/"+token, nil, "/try/"+run.ID)
	return p, "/try/" + run.ID
}

func TestATestRunIsFilledInWithoutASignInAndSaysWhatItCameTo(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	p, base := r.opened(t, "non_buyer")
	p.get(base, "Buy nothing. Ask for directions", "TEST", "Nothing here counts", `href="`+base+`/s/A"`)
	page := p.get(base+"/s/A", "Walking up", "<title>TEST · ", "Section 1 of", `action="`+base+`/s/A"`, "js/rehearse.js")
	for _, no := range []string{"js/visit.js", "js/store.js", "/visits/", "js/phone.js"} {
		if strings.Contains(page, no) {
			t.Errorf("the page of a test run has %s", no)
		}
	}
	p.to(base+"/s/A", form("go=next", "seen=A1 A2 A3 A4 A5 A6 A7", "q=A1", "a.A1=09:05", "q=A2", "a.A2=1", "q=A3", "a.A3=yes",
		"q=A4", "a.A4=yes", "q=A5", "a.A5=na", "q=A6", "a.A6=not_observed", "q=A7", "a.A7=yes"), base+"/s/B")
	p.get(base+"/s/A", "7 of 7 answered", `name="a.A3" value="yes" checked`)
	p.get(base+"/list", "Find a question", `href="`+base+`/s/B#q-B1"`)
	p.get(base+"/check", "Still missing", `action="`+base+`/seal"`)
	if w := p.do(http.MethodPost, base+"/seal", nil); w.Code != http.StatusUnprocessableEntity {
		t.Fatalf("ended with gaps: %d", w.Code)
	}
	all := form("go=next", "q=B1", "a.B1=20", "q=B2", "a.B2=good", "q=N1", "a.N1=yes", "q=N2", "a.N2=wow", "q=N3", "a.N3=no",
		"q=E1", "a.E1=yes", "q=E2", "a.E2=no", "q=O1", "a.O1=8", "q=O4", "a.O4=09:10", "go=list")
	all.Set("go", "list")
	p.to(base+"/s/B", all, base+"/list")
	p.to(base+"/seal", nil, base+"/result")
	p.get(base+"/result", "That would be sent now", "How the score adds up", "TEST")
	if w := p.do(http.MethodGet, base+"/s/A", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the run is over, and a section answers %d", w.Code)
	}
	if w := p.do(http.MethodPost, base+"/s/A", form("go=list", "q=A3", "a.A3=no")); w.Code != http.StatusConflict {
		t.Errorf("an answer after the end: %d", w.Code)
	}
}

func TestTheLinkOfATestRunShowsAButtonAndWorksOnce(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	run, token := r.start(t, "non_buyer")
	p, late := &phone{r: r, t: t}, &phone{r: r, t: t}
	for range 2 {
		p.get("/try/open/"+token, "Open the test run")
	}
	p.to("/try/open/"+token, nil, "/try/"+run.ID)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if w := late.do(method, "/try/open/"+token, nil); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "no longer good") || late.pass != "" {
			t.Errorf("%s of a used link: %d", method, w.Code)
		}
	}
	if w := late.do(http.MethodGet, "/try/"+run.ID, nil); w.Code != http.StatusNotFound {
		t.Errorf("without a pass: %d", w.Code)
	}
}

func TestPhotosOfATestRunAreImagined(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	p, base := r.opened(t, "buyer")
	p.get(base+"/photos/A3", "Imagine a photo")
	p.to(base+"/photos/A3", form("imagine=yes"), base+"/photos/A3")
	page := p.get(base+"/photos/A3", "1 photo so far", "A test run keeps no pictures")
	if page := p.get(base+"/s/A", `aria-label="Photo 1: Counter`, `<span class="fine">counted</span>`, `value="photo.A3" data-remove`); strings.Contains(page, "<img") {
		t.Error("a picture is looked for that nobody keeps")
	}
	remove := regexp.MustCompile(`action="([^"]*/remove)"`).FindStringSubmatch(page)
	if remove == nil {
		t.Fatal("there is no button to remove it")
	}
	p.to(remove[1], nil, base+"/photos/A3")
	if w := p.do(http.MethodPost, base+"/photos/A3", nil); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a form without a photo: %d", w.Code)
	}
}

func TestAStagedTestRunGoesOnToTheNextPart(t *testing.T) {
	r := newTryRig(t, "online-store")
	x := r.published(t)
	scenario := ""
	for i := range x.Scenarios {
		if len(programme.StagesOf(x, x.Scenarios[i].ID)) > 1 {
			scenario = x.Scenarios[i].ID
		}
	}
	if scenario == "" {
		t.Fatal("no scenario of the programme has parts")
	}
	run, token, err := r.runs.Start(t.Context(), r.owner, r.Programme, tryout.Input{Scenario: scenario, Channel: "web", Features: x.Features})
	if err != nil {
		t.Fatal(err)
	}
	p := &phone{r: r, t: t}
	p.to("/try/open/"+token, nil, "/try/"+run.ID)
	stages := programme.StagesOf(x, scenario)
	p.get("/try/"+run.ID+"/check", "Send this part", stages[0].Title)
}

func (r *tryRig) published(t *testing.T) *programme.Programme {
	t.Helper()
	sub, err := r.runs.Subject(t.Context(), r.owner, r.Programme)
	if err != nil {
		t.Fatal(err)
	}
	return sub.Contents.Programme
}

func (r *tryRig) look(t testing.TB, query string) webtest.Answer {
	t.Helper()
	return r.site.Get(r.owner, "/standards/"+r.Programme+"/checklist/preview"+query).Status(http.StatusOK)
}

func TestThePreviewIsTheShoppersPageAndMayStandInAFrame(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	a := r.look(t, "?section=B")
	a.Says("TEST", "Section 2 of", "Answers here are not kept").Has(`method="dialog"`, "js/rehearse.js", `name="a.B1"`).
		Silent("js/visit.js", `action="/visits`, `method="post"`, "js/store.js")
	if got := a.Header().Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'self'") {
		t.Errorf("the preview may not be framed: %s", got)
	}
	if got := r.site.Get(r.owner, "/try/open/nothing").Header().Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'none'") {
		t.Errorf("another page may be framed: %s", got)
	}
}

func TestThePreviewShowsWhatTheScenarioAndTheBranchSee(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	r.look(t, "?section=N&scenario=buyer").Says("Nothing is asked here at the moment").Has(`id="q-N1" data-question="N1" hidden`)
	r.look(t, "?section=N&scenario=non_buyer").Silent(`id="q-N1" data-question="N1" hidden`)
	with, without := r.look(t, "?section=A&feature=has_seating"), r.look(t, "?section=A")
	if with.Body.String() == without.Body.String() {
		t.Error("the branch's features change nothing")
	}
	with.Has(`value="has_seating" checked`)
}

func TestThePreviewAlwaysShowsSomething(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	r.look(t, "?section=gone&scenario=gone&feature=gone&format=gone&channel=gone").Says("Section 1 of")
	r.site.Get(r.owner, "/programmes/shipped/hardware-stores/preview").Status(http.StatusOK).Says("TEST")
	r.site.Get(r.owner, "/programmes/shipped/nothing/preview").Status(http.StatusNotFound)
}

func TestThePreviewTellsItsScriptAsMuchAsAPhoneKnows(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	m := regexp.MustCompile(`<div id="try" data-of="([^"]*)"`).FindStringSubmatch(r.look(t, "?section=A").Body.String())
	if m == nil {
		t.Fatal("there is nothing for the script")
	}
	var got struct {
		Form    json.RawMessage
		Context struct{ Scenario string }
		Keep    string
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &got); err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(programme.PhoneForm(r.published(t), got.Context.Scenario))
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(got.Form, &a) != nil || json.Unmarshal(want, &b) != nil || got.Keep == "" {
		t.Fatalf("not read: %s", m[1])
	}
	if x, _ := json.Marshal(a); !strings.Contains(string(x), `"A3"`) || !equalJSON(a, b) {
		t.Error("the script knows another checklist than a phone")
	}
}

func equalJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

func TestAnUnfinishedDraftIsShownAsFarAsItGoes(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	svc := studio.NewService(r.Store.Studio(), func() time.Time { return storetest.Noon })
	mine, err := svc.BeginEmpty(t.Context(), r.owner, "Bare", "")
	if err != nil {
		t.Fatal(err)
	}
	r.site.Get(r.owner, "/standards/"+mine.ID+"/checklist/preview").Status(http.StatusOK).Says("There is nothing to show yet")
	r.unfinished(t, svc, mine.ID)
	r.site.Get(r.owner, "/standards/"+mine.ID+"/checklist/preview").Status(http.StatusOK).Says("A question without words", "Not finished yet:")
	if _, _, err := r.runs.Start(t.Context(), r.owner, mine.ID, tryout.Input{Channel: "store"}); err == nil {
		t.Error("an unfinished draft is tried")
	}
}

// unfinished adds a section with a question that says nothing yet.
func (r *tryRig) unfinished(t *testing.T, svc *studio.Service, id string) {
	t.Helper()
	now, err := svc.Building(t.Context(), r.owner, id)
	if err != nil {
		t.Fatal(err)
	}
	done, err := svc.Edit(t.Context(), r.owner, id, now.Version.RowVersion, edit.Add{Kind: edit.Section, Fields: []edit.Field{edit.F("title", "First")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Edit(t.Context(), r.owner, id, done.Version.RowVersion, edit.Add{Kind: edit.Question, In: done.Open.ID, Fields: []edit.Field{edit.F("kind", "choice")}}); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyOwnersSeeAPreview(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	path := "/standards/" + r.Programme + "/checklist/preview"
	r.site.Get(r.Actors[auth.Editor], path).Status(http.StatusForbidden)
	r.site.Get(r.Actors[auth.Shopper], path).Status(http.StatusForbidden)
	other := storetest.NewWorld(t, r.Store, "coffee-kiosks")
	r.site.Get(r.owner, "/standards/"+other.Programme+"/checklist/preview").Status(http.StatusNotFound)
}

// long is a programme of 120 questions, some with conditions.
func (r *tryRig) long(t testing.TB) {
	t.Helper()
	var b strings.Builder
	b.WriteString("format: plainclothes/programme/v1\nprogramme: long\nname: Long\ntrade: Test\nfeatures: [has_seating]\nvisit: {minutes: 60, report_due_hours: 24, fee: 5, rotation_days: 30, visits_per_branch: 1, wave: monthly}\n" +
		"scenarios:\n  s: {title: S, share: 100, brief: B}\nscoring: {wow_policy: separate}\nlevels: {good: {min_score: 80}, wow: {min_score: 90, min_wow_share: 50}}\nstandards:\n  K1: {title: T, good: G, good_target: 80}\nsections:\n")
	for s := range 12 {
		b.WriteString("- id: S" + strconv.Itoa(s) + "\n  title: Section number " + strconv.Itoa(s) + "\n  questions:\n")
		for q := range 10 {
			id := "Q" + strconv.Itoa(10*s+q)
			show := ""
			if q > 0 {
				show = ", show_if: \"Q" + strconv.Itoa(10*s) + " == 'yes'\""
			}
			b.WriteString("  - {id: " + id + ", kind: yes_no, text: 'Was everything as it ought to be at place number " + id + "?', points: 2, standard: K1" + show + "}\n")
		}
	}
	p, problems := programme.Parse([]byte(b.String()))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r.Exec(`INSERT INTO versions (org_id, id, programme_id, number, state, hash, document, note, created_at, created_by, published_by, effective_on, row_version)
 VALUES ($1, $2, $3, 2, 'draft', $4, $5, '', $6, 'system', '', '', 1)`, r.Org, "01900000-0000-7000-8000-000000000002", r.Programme, p.Hash(), string(p.Canonical()), storetest.Noon)
}

func TestAPreviewOf120QuestionsDrawsOneSectionAndStaysSmall(t *testing.T) {
	r := newTryRig(t, "coffee-kiosks")
	r.long(t)
	a := r.look(t, "?section=S7")
	if got := strings.Count(a.Body.String(), `class="card question`); got != 10 {
		t.Errorf("%d questions are drawn", got)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(a.Body.Bytes()); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	if zipped.Len() > 14<<10 {
		t.Errorf("the page is %d bytes zipped", zipped.Len())
	}
	t.Logf("%d bytes, %d zipped", a.Body.Len(), zipped.Len())
}

func BenchmarkPreviewOf120Questions(b *testing.B) {
	r := newTryRig(b, "coffee-kiosks")
	r.long(b)
	for b.Loop() {
		r.look(b, "?section=S7")
	}
}
