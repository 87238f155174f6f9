package owner_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/programme/edit"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/webtest"
)

// tried begins a what-if over the year and gives the address of what came out.
func (r *rig) tried() string {
	r.t.Helper()
	path := r.post(r.base()+"/draft/whatif", form("from=2026-01", "to=2026-11")).Status(http.StatusSeeOther).Header().Get("Location")
	r.ended(path)
	return path
}

// ended waits until a what-if does not run any more, and gives its page.
func (r *rig) ended(path string) webtest.Answer {
	r.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if a := r.get(path).Status(http.StatusOK); !strings.Contains(a.Body.String(), `id="running"`) {
			return a
		}
	}
	r.t.Fatal("the what-if never ends")
	return webtest.Answer{}
}

func TestADefinitionChangeIsTriedOnAnyMonthsInTheBackground(t *testing.T) {
	r := teaRooms(t)
	r.edit("K01", "met_share", "50")
	r.get(r.base()+"/draft").Says("Try it on past visits", "Definitions", "What if it had been in force?").Silent("Shares, now and with the draft")
	path := r.post(r.base()+"/draft/whatif", form("from=2026-01", "to=2026-11")).Status(http.StatusSeeOther).Header().Get("Location")
	r.ended(path).Says(
		"Shares, now and with the draft", "scored again", "The old answers of 120 visits were scored by the draft", "January to November 2026",
		"What did it", "Standard 1: when it is met", "the share of points that counts as met falls from 100 % to 50 %", "Mean score, month by month",
		"November 2026", "gap",
	).Has(`class="line again"`, `class="chart months restated"`)
	r.get(path + "?standard=K01").Says("K01 Standard 1: share of visits that meet it, month by month")
	r.get(r.base() + "/draft").Says("what came out").Has(path)
	narrow := r.post(r.base()+"/draft/whatif", form("from=2026-07", "to=2026-09")).Header().Get("Location")
	r.ended(narrow).Says("July to September 2026", "The old answers of 60 visits").Silent("January to")
	r.edit("K01", "met_share", "60")
	r.get(path).Says("The draft was changed since")
}

func TestTheQuestionThatDidItIsNamedWithALinkIntoTheChecklist(t *testing.T) {
	r := teaRooms(t)
	file := strings.Replace(worldtest.Tea(4), "standard: K02, points: 2, na_allowed: true", "standard: K02, points: 2, na_allowed: true, reverse: true", 1)
	if _, err := r.Studio.Import(t.Context(), r.Owner, []byte(file)); err != nil {
		t.Fatal(err)
	}
	page := r.get(r.tried()).Says("Q02 Was it done, number 2?", "yes and no change places", "question Q02", "Visits that would change level", "Branch 012").
		Has(r.base() + `/checklist?open=question%2FQ02`)
	if !regexp.MustCompile(`data-label="Mean score, points">[−+]\d+\.\d\d<`).MatchString(page.Body.String()) {
		t.Error("no movement of the mean score in points")
	}
}

func TestWrongMonthsAreNamedAndStayAsChosen(t *testing.T) {
	r := teaRooms(t)
	r.edit("K01", "met_share", "50")
	path := r.base() + "/draft/whatif"
	r.post(path, form("from=2026-09", "to=2026-03")).Status(http.StatusUnprocessableEntity).Says("The last month is before the first one.").
		Has(`<option value="2026-09" selected>`, `<option value="2026-03" selected>`)
	r.post(path, form("from=soon", "to=2026-03")).Status(http.StatusUnprocessableEntity).Says("Give the first month as year and month")
}

func TestAnUnfinishedDraftSaysWhatIsMissingInsteadOfWhatIf(t *testing.T) {
	r := teaRooms(t)
	draft, err := r.Studio.Draft(t.Context(), r.Owner, r.Programme.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Studio.Edit(t.Context(), r.Owner, r.Programme.ID, draft.Version.RowVersion, edit.Add{Kind: edit.Question, In: "A"}); err != nil {
		t.Fatal(err)
	}
	r.get(r.base()+"/draft").Status(http.StatusOK).Says("This draft is not finished").Has("/checklist?open=question%2F").
		Silent("Try it on past visits", "What changed, and why")
	r.post(r.base()+"/draft/whatif", form("from=2026-01", "to=2026-11")).Status(http.StatusConflict).Says("not finished")
}

func TestAWhatIfThatIsOverIsNotFoundAndOthersNeverSeeIt(t *testing.T) {
	r := teaRooms(t)
	r.edit("K01", "met_share", "50")
	path := r.tried()
	r.site.Get(r.regional, path).Status(http.StatusForbidden)
	r.post(path+"/stop", form()).To(path)
	r.get(path).Says("Shares, now and with the draft") // stopping what has ended changes nothing
	r.Now = r.Now.Add(studio.RunKept)
	r.get(path).To(r.base() + "/draft#try")
	r.post(path+"/stop", form()).To(path)
}
