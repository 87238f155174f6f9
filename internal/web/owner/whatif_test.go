package owner_test

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/programme/edit"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/owner"
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

// TestAShareOfTheFailedAloneIsAGap has a question that was added later: of the old visits only those can be told that failed anyway.
func TestAShareOfTheFailedAloneIsAGap(t *testing.T) {
	r := teaRooms(t)
	file := strings.Replace(worldtest.Tea(4), "  K02: {title", "  K02: {partial_share: 100, title", 1)
	file = strings.Replace(file, "  - {id: Q04,", "  - {id: Q99, kind: yes_no, text: 'Was there a biscuit?', standard: K02, points: 2}\n  - {id: Q04,", 1)
	r.upload("/programmes/import", "tea.yaml", file)
	path := r.tried()
	r.get(path).Has(`<span class="hidden-visually">with the draft</span> <strong>–</strong>`).Says("No verdict is told for 1 standard").Silent(" 0.0%")
	r.get(path+"?standard=K02").Says("K02 Standard 2: share of visits that meet it, month by month", "gap").Silent(" 0.0%")
}

// held is a repository that hands over one page of past visits for each turn. Nothing of the database is held meanwhile.
type held struct {
	studio.Repo
	turn chan struct{}
}

func (h held) View(ctx context.Context, org string, read func(studio.Tx) error) error {
	var visits int
	err := h.Repo.View(ctx, org, func(tx studio.Tx) error { visits = 0; return read(heldTx{tx, &visits}) })
	if err != nil || visits == 0 {
		return err
	}
	select {
	case <-h.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type heldTx struct {
	studio.Tx
	visits *int
}

func (h heldTx) PastVisits(ctx context.Context, org string, q studio.PastQuery) ([]studio.PastVisit, error) {
	page, err := h.Tx.PastVisits(ctx, org, q)
	*h.visits += len(page)
	return page, err
}

// holding lets the reading of past visits go on by turns, or altogether when they are closed.
func (r *rig) holding() chan struct{} {
	turn := make(chan struct{})
	slow := studio.NewService(held{r.Store.Studio(), turn}, r.Clock)
	r.t.Cleanup(func() { _ = slow.Close() })
	r.pages = owner.New(slow, r.places, r.people, entriesOf(r.Store), owner.Options{URL: "http://localhost:8080"}, r.Clock)
	r.site = webtest.New(r.t, r.Now, []auth.Actor{r.Owner, r.scheduler, r.regional}, r.pages.Routes()...)
	return turn
}

// begun begins a what-if over the year and gives the address of its page.
func (r *rig) begun() string {
	r.t.Helper()
	return r.post(r.base()+"/draft/whatif", form("from=2026-01", "to=2026-11")).Status(http.StatusSeeOther).Header().Get("Location")
}

var farAlong = regexp.MustCompile(`<progress value="(\d+)" max="120"[^>]*></progress><p role="status">(\d+) of 120 past visits`)

func TestALongWhatIfTellsHowFarItIsAndThatTheDraftWentOn(t *testing.T) {
	r := teaRooms(t)
	turn := r.holding()
	r.edit("K01", "met_share", "50")
	path := r.begun()
	r.get(path).Status(http.StatusOK).Says("Past visits are being scored", "0 of 120 past visits").
		Has(`<noscript><meta http-equiv="refresh" content="2"></noscript>`, `action="`+path+`/stop"`, "js/whatif.js")
	r.get(r.base() + "/draft").Has(path)
	turn <- struct{}{}
	far := 0
	for until := time.Now().Add(time.Minute); far == 0 && time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		m := farAlong.FindStringSubmatch(r.get(path).Body.String())
		if m == nil || m[1] != m[2] {
			t.Fatalf("the bar and the words say %q", m)
		}
		far, _ = strconv.Atoi(m[1])
	}
	if far == 0 || far >= 120 {
		t.Fatalf("after one page of visits it is at %d", far)
	}
	r.edit("K01", "met_share", "60") // meanwhile
	close(turn)
	r.ended(path).Says("The old answers of 120 visits", "falls from 100 % to 50 %", "The draft was changed since").Silent("60 %").
		Has(r.base() + "/draft#try")
}

func TestALongWhatIfEndsWhenItIsStopped(t *testing.T) {
	r := teaRooms(t)
	turn := r.holding()
	r.edit("K01", "met_share", "50")
	paths := []string{r.begun(), r.begun()}
	r.post(r.base()+"/draft/whatif", form("from=2026-01", "to=2026-11")).Status(http.StatusTooManyRequests).Says("Two what-ifs are running already")
	r.site.Post(r.regional, paths[0]+"/stop", form()).Status(http.StatusForbidden)
	r.get(paths[0]).Says("Past visits are being scored")
	r.post(paths[0]+"/stop", form()).To(paths[0])
	r.get(paths[0]).Says("You stopped it. Nothing was changed.", "Try again").Silent("Shares, now and with the draft").Silent("http-equiv")
	r.get(paths[1]).Says("Past visits are being scored") // the other one goes on
	third := r.begun()
	close(turn)
	r.ended(third).Says("The old answers of 120 visits")
	r.get(paths[0]).Says("You stopped it.")
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
