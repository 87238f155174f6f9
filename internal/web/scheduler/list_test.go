package scheduler_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

func TestThePlanShowsWhatIsDueWithWhomAndWhere(t *testing.T) {
	r := newRig(t, 4)
	later, sooner := r.one(r.Branches[1], 9, r.Shoppers[0]), r.one(r.Branches[0], 2, "")
	w := r.get("p", "/plan")
	wantPage(t, w, http.StatusOK, "Branch 001", "B001 · North", "nobody yet", "alias-"+r.Shoppers[0][:8], "Person "+r.Shoppers[0][:4], "£9.00", "23 Nov 2026, 12:00",
		`Ahead <span class="count">2</span>`, `On the job board <span class="count">1</span>`, `With shoppers <span class="count">1</span>`, "!late", "!@example.org")
	body := w.Body.String()
	if strings.Index(body, "/plan/"+sooner) > strings.Index(body, "/plan/"+later) {
		t.Error("what is due first is not first")
	}
	r.Now = r.Now.AddDate(0, 0, 3)
	wantPage(t, r.get("p", "/plan?state=open"), http.StatusOK, "late", "!Branch 002")
	wantPage(t, r.get("p", "/plan?state=shoppers"), http.StatusOK, "Branch 002", "!Branch 001")
	wantPage(t, r.get("p", "/plan?state=sent"), http.StatusOK, "No report was sent in yet.")
	r.Visit(worldtest.Made{Branch: r.Branches[3], Scenario: "buyer", On: "2026-11-02", Hour: 9, State: visit.Received})
	wantPage(t, r.get("p", "/plan?state=sent"), http.StatusOK, "Branch 004", "received", "!Cancel<")
}

func TestThePlanNarrowsToABranchByWhatIsTyped(t *testing.T) {
	r := newRig(t, 4)
	r.one(r.Branches[0], 2, "")
	r.one(r.Branches[1], 2, "")
	wantPage(t, r.get("p", "/plan?branch=b002"), http.StatusOK, "Only Branch 002.", "!>Branch 001", `value="b002"`, `Ahead <span class="count">1</span>`)
	wantPage(t, r.get("p", "/plan?branch=Branch"), http.StatusOK, "Several branches fit", "at="+r.Branches[3].ID, "B001")
	wantPage(t, r.get("p", "/plan?branch=zzz"), http.StatusOK, "No branch has “zzz”", "!B001")
	wantPage(t, r.get("p", "/plan?branch=Branch&at="+r.Branches[1].ID), http.StatusOK, "Only Branch 002.", "!Several")
	wantPage(t, r.get("p", "/plan?programme=00000000-0000-4000-8000-000000000000"), http.StatusOK, "No visit is planned at the moment.")
	other := worldtest.New(t, r.Store, 1)
	wantPage(t, r.get("p", "/plan?at="+other.Branches[0].ID), http.StatusNotFound)
}

func TestALongPlanIsReadPageByPage(t *testing.T) {
	r := newRig(t, 1)
	var codes []string
	for i := range 60 {
		codes = append(codes, fmt.Sprintf("K%02d", i))
	}
	for i, b := range r.branches("Europe/London", codes...) {
		r.one(b, 1+i%5, "")
	}
	first := r.get("p", "/plan").Body.String()
	_, rest, _ := strings.Cut(first, `class="pager"`)
	_, rest, _ = strings.Cut(rest, `href="`)
	next, _, _ := strings.Cut(rest, `"`)
	second := r.get("p", strings.ReplaceAll(next, "&amp;", "&"))
	wantPage(t, second, http.StatusOK, "To the beginning", "!Show more")
	for _, c := range codes {
		if n := strings.Count(first+second.Body.String(), ">"+c+" · North<"); n != 1 {
			t.Fatalf("branch %s is listed %d times", c, n)
		}
	}
}

// Nobody makes a visit whose shopper is deactivated: the plan says so, so that it is given to somebody else.
func TestThePlanSaysWhichVisitsWaitForSomebodyWhoIsGone(t *testing.T) {
	r := newRig(t, 2)
	here, gone := r.Member(auth.Shopper), r.Member(auth.Shopper)
	r.one(r.Branches[0], 2, here.Member)
	r.one(r.Branches[1], 3, gone.Member)
	r.SQL(`UPDATE members SET active = ? WHERE org_id = ? AND id = ?`, false, r.Org, gone.Member)
	found := 0
	for _, row := range strings.Split(r.get("p", "/plan?state=shoppers").Body.String(), "</tr>") {
		says, his := strings.Contains(row, ">deactivated<"), strings.Contains(row, ">"+r.Branches[1].Name+"<")
		if says != his {
			t.Errorf("says deactivated %t, should %t: %s", says, his, row)
		}
		if his {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d visits of who is gone", found)
	}
}

func TestAVisitIsCancelledWithAReason(t *testing.T) {
	r := newRig(t, 2)
	id, other := r.one(r.Branches[0], 2, ""), r.one(r.Branches[1], 3, "")
	back := url.Values{"state": {"open"}, "programme": {r.Programme.ID}}.Encode()
	w := r.post("p", "/plan/"+id+"/cancel", url.Values{"reason": {"no"}, "back": {back}})
	wantPage(t, w, http.StatusUnprocessableEntity, "Say why it is cancelled, in a few words.", `href="#f-reason"`, ">no</textarea>", `id="r-`+other+`"`, `!id="r-`+id+`"`,
		`<option value="`+r.Programme.ID+`" selected>`)
	wantRedirect(t, r.post("p", "/plan/"+id+"/cancel", url.Values{"reason": {"The branch is being rebuilt."}, "back": {back}}), "/plan?"+url.Values{"programme": {r.Programme.ID}, "state": {"open"}}.Encode())
	wantPage(t, r.get("p", "/plan?state=cancelled"), http.StatusOK, "The branch is being rebuilt.", "cancelled", "!Cancel the visit")
	wantPage(t, r.post("p", "/plan/"+id+"/cancel", url.Values{"reason": {"Once more, please."}}), http.StatusConflict, "This visit is already cancelled.", "Branch 002")
	for _, hostile := range []string{"http://evil.example/", "//evil.example", "%zz", "state=../../x"} {
		v := r.one(r.Branches[0], 2, "")
		w := r.post("p", "/plan/"+v+"/cancel", url.Values{"reason": {"Not needed any more."}, "back": {hostile}})
		if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/plan?") {
			t.Fatalf("%q leads to %q", hostile, to)
		}
	}
}

func TestForeignVisitsAreNotFoundAndOthersStayOut(t *testing.T) {
	r := newRig(t, 1)
	other := worldtest.New(t, r.Store, 1)
	other.Luck().Uint64()
	other.Publish(worldtest.Tea(2), "first", "2026-01-01")
	vs, err := r.visits.Plan(t.Context(), other.Member(auth.Scheduler), visit.PlanInput{
		Programme: other.Programme.ID, Scenario: "guest", Branches: []string{other.Branches[0].ID}, Due: r.Now.AddDate(0, 0, 3),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{vs[0].ID, "00000000-0000-4000-8000-000000000000", "nonsense"} {
		if w := r.post("p", "/plan/"+id+"/cancel", url.Values{"reason": {"It is not mine at all."}}); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", id, w.Code)
		}
	}
	for _, p := range []string{"/plan", "/plan/new"} {
		if w := r.get("e", p); w.Code != http.StatusForbidden {
			t.Errorf("an editor gets %d at %s", w.Code, p)
		}
	}
	if w := r.post("e", "/plan/new", r.order()); w.Code != http.StatusForbidden || len(r.planned()) != 0 {
		t.Errorf("an editor plans: %d", w.Code)
	}
}
