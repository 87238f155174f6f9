package owner_test

import (
	"net/http"
	"strings"
	"testing"

	"plainclothes/internal/store/worldtest"
)

func TestAStandardIsAddedMovedAndRemovedInTheDraft(t *testing.T) {
	r := teaRooms(t)
	path := r.base() + "/new"
	r.post(path, form("title=", "good=", "good_target=")).Status(http.StatusUnprocessableEntity).
		Says("Give the standard a title.", "Say what staff do", "Give the target for Good")
	r.post(path, form("title=Napkins", "good=Paper", "good_target=a lot")).Status(http.StatusUnprocessableEntity).Has(`value="Napkins"`)
	to := r.post(path, form("title=Napkins", "good=There is one at each cup.", "good_target=95")).Status(http.StatusSeeOther).Header().Get("Location")
	r.get(to).Says("Napkins", "not witnessed", "A perfect branch needs 27 clean visits to show 95 %: 27 months at the planned visits.")
	id := strings.Split(strings.TrimPrefix(to, r.base()+"/"), "/")[0]
	r.get(r.base()+"/draft").Says("Standards of the draft", "Napkins", "Napkins ("+id+") is new.")
	r.post(r.base()+"/"+id+"/move", form("to=1")).To(r.base() + "/draft#standards")
	draft, err := r.Studio.Draft(t.Context(), r.Owner, r.Programme.ID)
	if err != nil || draft.Programme.Standards[0].ID != id {
		t.Fatalf("first is %+v, %v", draft.Programme.Standards[0], err)
	}
	r.post(r.base()+"/"+id+"/remove", form()).To(r.base() + "/draft#standards")
	r.get(r.base()+"/draft").Silent("Napkins", "Publish…")
	r.get(r.base() + "/" + id + "/edit").Status(http.StatusNotFound)
}

func TestAStandardThatQuestionsWitnessIsRemovedOnlyWhenAskedTwice(t *testing.T) {
	r := teaRooms(t)
	path := r.base() + "/K02/remove"
	r.post(path, form()).Status(http.StatusConflict).Says("Remove it all the same", "Q02").Has(`action="` + path + `"`)
	r.post(path, form("drop=yes")).To(r.base() + "/draft#standards")
	r.get(r.base() + "/draft").Says("Standard 2 (K02) is gone.")
	for _, p := range []string{path, r.base() + "/new", r.base() + "/K01/move", r.base() + "/versions/1/back"} {
		r.site.Post(r.regional, p, form()).Status(http.StatusForbidden)
	}
}

func TestGoingBackBeginsADraftWithANote(t *testing.T) {
	r := teaRooms(t)
	r.edit("K02", "good_target", "95")
	r.PublishDraft("More is asked.", "")
	r.get(r.base() + "/versions").Says("Go back to it")
	path := r.base() + "/versions/1/back"
	r.post(path, form()).To(r.base() + "/draft?back=1")
	r.get(r.base()+"/draft?back=1").Says("the target for Good falls from 95 % to 80 %", "Back to version 1.")
	r.post(path, form()).To(r.base() + "/versions")
	r.post(r.base()+"/versions/9/back", form()).Status(http.StatusSeeOther)
}

func TestAStandardsIDChangesUntilItIsPublishedAndThenSaysWhyItStays(t *testing.T) {
	r := newRig(t, 0)
	made, err := r.Studio.Import(t.Context(), r.Owner, []byte(worldtest.Tea(4)))
	if err != nil {
		t.Fatal(err)
	}
	r.Programme = made.Programme
	path := r.base() + "/K01/edit"
	f := fields(t, r.get(path).Says("Id in files").Silent("so it stays"), path)
	f.Set("id", " ")
	r.post(path, f).Status(http.StatusUnprocessableEntity).Says("Give it a short name")
	f.Set("id", "K02")
	r.post(path, f).Status(http.StatusUnprocessableEntity).Says(`"K02" is taken already`).Has(`href="#f-id"`, `value="K02"`)
	f.Set("id", "greet")
	r.post(path, f).To(r.base() + "/draft")
	r.get(path).Status(http.StatusNotFound)
	path = r.base() + "/greet/edit"
	r.get(path).Says("Witnessed by 3 questions")
	r.PublishDraft("The first.", "")
	f = fields(t, r.get(path).Says("Files name this standard greet", "so it stays").Silent("Id in files"), path)
	f.Set("id", "K01")
	r.post(path, f).Status(http.StatusUnprocessableEntity).Says("It stays as it is").Has(`id="f-id"`)
}

func TestANewStandardTakesTheIDThatFilesGiveIt(t *testing.T) {
	r := teaRooms(t)
	path := r.base() + "/new"
	r.post(path, form("title=Napkins", "good=Paper", "good_target=95", "id=K01")).Status(http.StatusUnprocessableEntity).Says("is taken already").Has(`value="K01"`)
	r.post(path, form("title=Napkins", "good=Paper", "good_target=95", "id=N-7")).To(r.base() + "/N-7/edit")
}
