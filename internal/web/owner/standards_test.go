package owner_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/web/webtest"
)

func TestBeforeAnyProgrammeTheStandardsPageOffersAStart(t *testing.T) {
	r := newRig(t, 0)
	r.get("/standards").Status(http.StatusOK).Says("There are no standards yet", "Copper Kettle Kiosks", "Start")
	r.site.Get(r.scheduler, "/standards").Status(http.StatusOK).Says("There are no standards yet").Silent("Copper Kettle")
}

func TestStandardsShowWhatIsAskedAndHowOftenItIsMet(t *testing.T) {
	r := teaRooms(t)
	r.get("/standards").Status(http.StatusOK).Says(
		"Version 1, in force since 1 Jan 2025", "August to November 2026", "K01 Standard 1", "Staff do it, number 1.", "With a smile.", "Guests notice.",
		"Good on 80% of visits, WOW on 30%", "of 48 visits", "plausibly", "Witnessed by 3 questions", "How was the welcome?",
	).Has(r.base()+"/K01/edit", `class="rail"`).Silent("There is a draft")
}

func TestOnlyOwnersSeeDraftsAndEdit(t *testing.T) {
	r := teaRooms(t)
	r.edit("K02", "good_target", "95")
	r.get(r.base()).Says("There is a draft of version 2")
	for _, path := range []string{"/standards", r.base(), r.base() + "/versions", "/programmes"} {
		r.site.Get(r.regional, path).Status(http.StatusOK).Silent("/edit", "raft", "Import", "<form class=\"card\"")
	}
	r.site.Get(r.regional, r.base()).Says("of 24 visits")                  // his own region alone
	r.site.Get(r.scheduler, r.base()).Says("Standard 1").Silent("Met now") // may not compare
	for _, path := range []string{"/draft", "/K01/edit"} {
		r.site.Get(r.regional, r.base()+path).Status(http.StatusForbidden)
	}
	r.site.Get(r.regional, r.base()+"/versions/2/file").Status(http.StatusNotFound)
	r.site.Post(r.regional, r.base()+"/draft/publish", form("note=mine")).Status(http.StatusForbidden)
}

// edit saves one field of a standard as the owner's browser would.
func (r *rig) edit(standard, field, value string) {
	r.t.Helper()
	path := r.base() + "/" + standard + "/edit"
	f := fields(r.t, r.get(path).Status(http.StatusOK), path)
	f.Set(field, value)
	r.post(path, f).To(r.base() + "/draft")
}

func TestLookingAtAStandardBeginsNoDraft(t *testing.T) {
	r := teaRooms(t)
	r.get(r.base()+"/K01/edit").Status(http.StatusOK).Says("Edit a standard · plainclothes", "for version 2")
	r.get(r.base() + "/draft").To(r.base())
	if all, err := r.Studio.Versions(t.Context(), r.Owner, r.Programme.ID); err != nil || len(all) != 1 {
		t.Errorf("%d versions, %v", len(all), err)
	}
}

func TestWrongFieldsOfAStandardAreNamedAndWhatWasTypedStays(t *testing.T) {
	r := teaRooms(t)
	path := r.base() + "/K01/edit"
	f := fields(t, r.get(path), path)
	f.Set("title", "")
	f.Set("good", "They say <b>hello</b> & smile.")
	f.Set("good_target", "a lot")
	f.Set("partial_share", "120")
	r.post(path, f).Status(http.StatusUnprocessableEntity).Says(
		"Error:", "Give the standard a title.", "Give the target for Good as a percentage", "They say <b>hello</b> & smile.",
	).Has(`href="#f-good_target"`, `value="a lot"`, `value="120"`, `aria-invalid="true"`).Silent("<b>hello")
}

func TestOfTwoOwnersOfOneStandardTheSecondSeesBothTexts(t *testing.T) {
	r := teaRooms(t)
	path := r.base() + "/K01/edit"
	first, second := fields(t, r.get(path), path), fields(t, r.get(path), path)
	first.Set("good", "The first owner's text.")
	r.post(path, first).To(r.base() + "/draft")
	second.Set("good", "The second owner's text.")
	again := r.post(path, second).Status(http.StatusConflict).Says("Somebody else has changed this meanwhile", "The first owner's text.", "The second owner's text.")
	retry := fields(t, again, path)
	if retry.Get("good") != "The second owner's text." {
		t.Errorf("the form lost what was typed: %q", retry.Get("good"))
	}
	r.post(path, retry).To(r.base() + "/draft")
	r.get(path).Says("The second owner's text.").Silent("The first owner's text.")
}

func TestTwoOwnersOfDifferentStandardsDoNotMeet(t *testing.T) {
	r := teaRooms(t)
	one, two := r.base()+"/K01/edit", r.base()+"/K02/edit"
	first, second := fields(t, r.get(one), one), fields(t, r.get(two), two)
	first.Set("good", "First.")
	second.Set("good", "Second.")
	r.post(one, first).To(r.base() + "/draft")
	r.post(two, second).To(r.base() + "/draft")
	r.get(one).Says("First.")
	r.get(two).Says("Second.")
}

func TestAHigherTargetNamesTheBranchesBeforeItIsPublished(t *testing.T) {
	r := teaRooms(t)
	r.edit("K02", "good_target", "95")
	r.get(r.base()+"/draft").Status(http.StatusOK).Says(
		"Draft of version 2", "the target for Good rises from 80 % to 95 %", "120 published visits", "Nothing is stored", "verdicts would change",
		"Branch 0", "below", "Standard 2", "80% → with the draft 95%", "Branch 001", "its target", "Standard 2: its target",
	).Silent("scored again")
}

func TestPublishingMakesTheDraftTheVersionInForce(t *testing.T) {
	r := teaRooms(t)
	r.edit("K02", "good_target", "95")
	path := r.base() + "/draft/publish"
	f := fields(t, r.get(r.base()+"/draft"), path)
	f.Set("effective_on", "2026-11-01")
	r.post(path, f).Status(http.StatusUnprocessableEntity).Says("Say in a sentence what changed", "cannot begin in the past").Has(`value="2026-11-01"`)
	f.Set("effective_on", "")
	f.Set("note", "Guests asked for it.")
	r.post(path, f).To(r.base())
	r.get(r.base()).Says("Version 2, in force since 21 Nov 2026", "Good on 95% of visits").Silent("There is a draft")
	r.get(r.base()+"/versions").Says("Version 2", "in force", "Guests asked for it.", "Person ", "The first version.")
	r.get(r.base()+"/versions?from=1&to=2").Says("Version 1 → Version 2", "rises from 80 % to 95 %")
	r.get(r.base() + "/versions?from=2&to=2").Says("They say the same.")
}

func TestAVersionOfTomorrowIsNotInForceToday(t *testing.T) {
	r := teaRooms(t)
	r.edit("K02", "good_target", "95")
	f := fields(t, r.get(r.base()+"/draft"), r.base()+"/draft/publish")
	f.Set("note", "From tomorrow.")
	f.Set("effective_on", "2026-11-22")
	r.post(r.base()+"/draft/publish", f).To(r.base())
	r.get(r.base()).Says("Version 1, in force since", "Good on 80% of visits").Silent("Good on 95%")
	r.get(r.base() + "/versions").Says("from 22 Nov 2026")
}

func TestADraftThatChangedMeanwhileIsNotPublishedOrThrownAway(t *testing.T) {
	r := teaRooms(t)
	r.edit("K02", "good_target", "95")
	f := fields(t, r.get(r.base()+"/draft"), r.base()+"/draft/publish")
	f.Set("note", "Mine.")
	r.edit("K03", "good_target", "90")
	r.post(r.base()+"/draft/publish", f).Status(http.StatusConflict).Says("Somebody else has changed this draft meanwhile", "Mine.")
	r.post(r.base()+"/draft/discard", f).Status(http.StatusConflict).Says("Look at it again before you throw it away")
	f = fields(t, r.get(r.base()+"/draft"), r.base()+"/draft/discard")
	r.post(r.base()+"/draft/discard", f).Status(http.StatusSeeOther)
	r.get(r.base()).Silent("There is a draft")
	r.get(r.base() + "/versions").Says("Version 1").Silent("Version 2")
}

func TestTheFileOfAVersionIsTheProgramme(t *testing.T) {
	r := teaRooms(t)
	got := r.get(r.base() + "/versions/1/file").Status(http.StatusOK)
	if name := got.Header().Get("Content-Disposition"); !strings.Contains(name, "tea-rooms-v1.yaml") {
		t.Errorf("named %s", name)
	}
	back, problems := programme.Parse(got.Body.Bytes())
	want, _ := programme.Parse([]byte(worldtest.Tea(4)))
	if problems.Err() != nil || !bytes.Equal(back.Canonical(), want.Canonical()) {
		t.Errorf("another programme: %v", problems)
	}
	for _, n := range []string{"0", "7", "x"} {
		r.get(r.base() + "/versions/" + n + "/file").Status(http.StatusNotFound)
	}
}

func TestProgrammesOfOthersAreNotThere(t *testing.T) {
	r := teaRooms(t)
	other := worldtest.New(t, r.Store, 1)
	other.Publish(strings.Replace(worldtest.Tea(2), "Tea rooms", "Foreign rooms", 1), "Theirs.", "2025-01-01")
	base := "/standards/" + other.Programme.ID
	for _, path := range []string{base, base + "/draft", base + "/versions", base + "/versions/1/file", base + "/K01/edit", "/standards/nothing"} {
		r.get(path).Status(http.StatusNotFound).Silent("Foreign")
	}
	for _, path := range []string{base + "/K01/edit", base + "/draft/publish", base + "/draft/discard"} {
		r.post(path, form("row_version=1", "note=x", "title=x", "good=x", "good_target=80")).Status(http.StatusNotFound)
	}
	r.get(r.base() + "/K99/edit").Status(http.StatusNotFound)
	r.get("/programmes").Silent("Foreign")
}

func TestABrokenFileShowsEveryMistakeWithItsLine(t *testing.T) {
	r := newRig(t, 0)
	bad := strings.Replace(worldtest.Tea(2), "good_target: 80", "good_target: 180", 2) + "surprise: <script>x</script>\n"
	r.upload("/programmes/import", "bad.yaml", bad).Status(http.StatusUnprocessableEntity).
		Says("the file has 3 mistakes", "Line 14", "Line 15", "standards.K01.good_target", "surprise", "There is no programme yet").Silent("<script>x")
	pasted := r.post("/programmes/import", url.Values{"text": {bad}}).Status(http.StatusUnprocessableEntity).Says("Line 14")
	if got := fields(t, pasted, "/programmes/import").Get("text"); !strings.HasPrefix(got, "format: plainclothes") {
		t.Errorf("what was pasted is gone: %q", got)
	}
	r.post("/programmes/import", form("text=")).Status(http.StatusUnprocessableEntity).Says("Choose a programme file, or paste one.")
}

func TestAFileBecomesADraftAndThenTheFirstVersion(t *testing.T) {
	r := newRig(t, 0)
	to := r.upload("/programmes/import", "tea.yaml", worldtest.Tea(2)).Status(http.StatusSeeOther).Header().Get("Location")
	r.get(to).Says("Draft of version 1", "This will be the first version: 2 standards and 10 questions")
	base := strings.TrimSuffix(to, "/draft")
	r.get(base).Says("Nothing is published yet", "Standard 1")
	r.site.Get(r.regional, base).Status(http.StatusOK).Says("no published version yet").Silent("Standard 1")
	f := fields(t, r.get(to), to+"/publish")
	f.Set("note", "Off we go.")
	r.post(to+"/publish", f).To(base)
	r.get(base).Says("Version 1, in force since 21 Nov 2026")
	r.upload("/programmes/import", "tea.yaml", worldtest.Tea(2)).To(base)
	r.get("/programmes").Says("Tea rooms", "tea-rooms", "version 1, in force from 21 Nov 2026")
}

func TestAShippedProgrammeBecomesADraft(t *testing.T) {
	r := newRig(t, 0)
	to := r.post("/programmes/start", form("name=coffee-kiosks")).Status(http.StatusSeeOther).Header().Get("Location")
	r.get(to).Status(http.StatusOK).Says("Copper Kettle Kiosks", "Draft of version 1")
	r.post("/programmes/start", form("name=coffee-kiosks")).To(strings.TrimSuffix(to, "/draft"))
	r.post(to+"/discard", fields(t, r.get(to).Says("Everything in it is lost."), to+"/discard")).To("/programmes")
	r.get(strings.TrimSuffix(to, "/draft")).Says("no published version yet")
	r.post("/programmes/start", form("name=coffee-kiosks")).To(to)
	r.post("/programmes/start", form("name=../secret")).Status(http.StatusNotFound)
	r.site.Post(r.regional, "/programmes/start", form("name=online-store")).Status(http.StatusForbidden)
}

// upload sends a file as the field "file" of a form.
func (r *rig) upload(path, name, text string) webtest.Answer {
	r.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	w, err := m.CreateFormFile("file", name)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		r.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		r.t.Fatal(err)
	}
	return r.site.PostBody(r.Owner, path, m.FormDataContentType(), &b)
}
