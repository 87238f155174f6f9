package owner_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// removed has a standard removed by another owner while this one has its form open, filled in.
func (r *rig) removedWhileOpen(standard string, pairs ...string) (path string, typed url.Values) {
	r.t.Helper()
	path = r.base() + "/" + standard + "/edit"
	typed = fields(r.t, r.get(path).Status(http.StatusOK), path)
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		typed.Set(k, v)
	}
	r.post(r.base()+"/"+standard+"/remove", form("drop=yes")).To(r.base() + "/draft#standards")
	return path, typed
}

func TestWhatWasTypedAboutAStandardThatWasRemovedIsGivenBackAndAddedAgain(t *testing.T) {
	r := teaRooms(t)
	path, typed := r.removedWhileOpen("K02", "title=Fresh <tea>", "good=It is hot.\nAlways.", "why=", "good_target=91", "weight=3")
	gone := r.post(path, typed).Status(http.StatusConflict).
		Says("This standard is not there any more", "Fresh <tea>", "It is hot. Always.", "91", "You did that yourself", "Removed standard K02", "Add it again with this").
		Silent("Why", "Photo")
	gone.Has("<dt>Target for Good</dt><dd class=\"pre\">91</dd>", "<dt>How much it matters</dt><dd class=\"pre\">Normal</dd>", "<dt>Met from</dt><dd class=\"pre\">100</dd>")
	back := fields(t, gone, path)
	r.post(path, back).To(r.base() + "/draft")
	again := fields(t, r.get(path), path)
	for name, want := range map[string]string{"title": "Fresh <tea>", "good": "It is hot.\nAlways.", "why": "", "good_target": "91", "weight": "3", "wow": "With a smile.", "wow_target": "30"} {
		if got := strings.ReplaceAll(again.Get(name), "\r\n", "\n"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if p := string(r.draft()); strings.Index(p, "K01") > strings.Index(p, "K02") || strings.Index(p, "K02") > strings.Index(p, "K03") {
		t.Error("it is not where it stood")
	}
}

func TestAStandardThatIsAddedAgainWithSomethingWrongKeepsWhatWasTyped(t *testing.T) {
	r := teaRooms(t)
	path, typed := r.removedWhileOpen("K02", "title=Fresh tea", "good_target=many")
	back := fields(t, r.post(path, typed).Status(http.StatusConflict).Says("many"), path)
	again := r.post(path, back).Status(http.StatusUnprocessableEntity).Says("Give the target for Good").Has(`value="Fresh tea"`, `value="many"`)
	f := fields(t, again, path)
	f.Set("good_target", "92")
	r.post(path, f).To(r.base() + "/draft")
	r.get(path).Has(`value="Fresh tea"`, `value="92"`)
}

func TestAStandardThatTwoAddAgainIsThereOnce(t *testing.T) {
	r := teaRooms(t)
	path, typed := r.removedWhileOpen("K02", "title=Mine")
	back := fields(t, r.post(path, typed).Status(http.StatusConflict), path)
	r.post(path, back).To(r.base() + "/draft")
	back.Set("title", "Yours")
	r.post(path, back).Status(http.StatusConflict).Says("Mine", "Yours")
}

func TestAStandardWhoseRemovalWasPublishedIsAddedAnewUnderAnotherID(t *testing.T) {
	r := teaRooms(t)
	path, typed := r.removedWhileOpen("K02", "title=Fresh tea", "good=It is hot.")
	r.PublishDraft("Without it.", "")
	gone := r.post(path, typed).Status(http.StatusConflict).Says("Fresh tea").Silent("did that")
	to := r.post(path, fields(t, gone, path)).Status(http.StatusSeeOther).Header().Get("Location")
	if to != r.base()+"/K05/edit" {
		t.Errorf("leads to %s", to)
	}
	r.get(to).Has(`value="Fresh tea"`).Says("It is hot.")
}

func TestWhatIsTooLongIsNamedAndTheHeadingStaysTheSavedTitle(t *testing.T) {
	r := teaRooms(t)
	path := r.base() + "/K02/edit"
	f := fields(t, r.get(path), path)
	saved := f.Get("title")
	for _, name := range []string{"title", "good", "wow", "why"} {
		f.Set(name, strings.Repeat("Donaudampfschifffahrt ", 120))
	}
	r.post(path, f).Status(http.StatusUnprocessableEntity).
		Says("Keep the title within 120 characters.", "Keep “Good” within 2000 characters.", "Keep “WOW” within 2000 characters.", "Keep “Why” within 2000 characters.").
		Has("</span>" + saved + "</h1>")
}
