package scheduler_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

func TestTheFormOffersScenariosRegionsBranchesAndShoppers(t *testing.T) {
	r := newRig(t, 3)
	closed := r.branches("Europe/London", "GONE")[0]
	closed.Active = false
	if err := r.Store.UpdateBranch(t.Context(), r.Org, closed); err != nil {
		t.Fatal(err)
	}
	wantPage(t, r.get("p", "/plan/new"), http.StatusOK, `<optgroup label="Copper Kettle Kiosks`, `<optgroup label="Oakum`, "Buyer · £9.00", "Small part · £16.00", ">North<", "Branch 003", "B003 · North",
		"job board", "alias-"+r.Shoppers[0][:8], `value="2026-11-28"`, `value="20:00"`, "No branch chosen yet", "!Shop GONE", "!Find a shopper", "!More branches", "!First branches")
}

func TestVisitsArePlannedAfterALook(t *testing.T) {
	r := newRig(t, 3)
	form := r.order("go", "preview", "fee", "7,50", "shopper", r.Shoppers[0], "text", "B0")
	form["branch"] = []string{r.Branches[2].ID, r.Branches[0].ID, r.Branches[2].ID}
	w := r.post("p", "/plan/new", form)
	wantPage(t, w, http.StatusOK, "Plan 2 visits?", "Buyer", "£7.50 each", "£15.00 in all", "alias-"+r.Shoppers[0][:8], "28 Nov 2026, 20:00", "Europe/London", "Branch 001", "Branch 003",
		"!Branch 002", `name="fee" value="7,50"`, `name="text" value="B0"`, `value="edit"`)
	if len(r.planned()) != 0 {
		t.Fatal("the look planned")
	}
	back := hidden(w.Body.String())
	back.Set("go", "edit")
	wantPage(t, r.post("p", "/plan/new", back), http.StatusOK, "2 branches chosen", `value="7,50"`, `value="`+r.Branches[0].ID+`" checked`, `value="`+r.Shoppers[0]+`" selected`, `value="`+r.Programme.ID+`|buyer" selected`)
	back.Set("go", "plan")
	wantRedirect(t, r.post("p", "/plan/new", back), "/plan")
	rows := r.planned()
	if len(rows) != 2 || rows[0].Fee != 750 || rows[0].Shopper != r.Shoppers[0] || rows[0].State != visit.Taken || !rows[0].Due.Equal(time.Date(2026, 11, 28, 20, 0, 0, 0, time.UTC)) {
		t.Fatalf("%+v", rows)
	}
}

// hidden reads the hidden fields of a page as a browser would post them.
func hidden(body string) url.Values {
	v := url.Values{}
	for _, part := range strings.Split(body, `<input type="hidden" name="`)[1:] {
		name, rest, _ := strings.Cut(part, `" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		v.Add(name, value)
	}
	return v
}

func TestEveryWrongFieldIsNamedAndNothingTypedIsLost(t *testing.T) {
	r := newRig(t, 2)
	w := r.post("p", "/plan/new", url.Values{"go": {"plan"}, "due_date": {"28.11."}, "due_time": {"20:00"}, "fee": {"<nine>"}, "text": {"B00"}, "codes": {"B001, NOPE-1"}, "ignore": {"1"}})
	wantPage(t, w, http.StatusUnprocessableEntity, "<title>Error:", "Choose what is to be visited for.", "Choose the day on which the visits are due.", "Write the fee as an amount, like 9.50.", "No branch has the code NOPE-1.",
		`href="#f-what"`, `href="#f-due_date"`, `href="#f-fee"`, `href="#f-codes"`, `value="&lt;nine&gt;"`, `value="B00"`, ">NOPE-1</textarea>", `value="`+r.Branches[0].ID+`" checked`, "1 branch chosen",
		`name="ignore" value="1" checked`, "!Choose at least one branch.")
	for _, c := range []struct{ field, value, says string }{
		{"branch", "", "Choose at least one branch."},
		{"due_date", "2026-11-20", "Choose a time that is still to come."},
		{"due_date", "2029-01-01", "Choose a time within the next two years."},
		{"due_time", "25:99", "Write the time like 20:00."},
		{"fee", "-1", "The fee is between 0 and 1,000,000."},
		{"fee", "1000001", "The fee is between 0 and 1,000,000."},
		{"fee", "1,234", "Write the fee as an amount, like 9.50."},
		{"fee", "9.505", "the smallest amount is £0.01."},
		{"what", r.Programme.ID + "|nobody", "Choose what is to be visited for."},
	} {
		form := r.order(c.field, c.value)
		if c.value == "" {
			form.Del(c.field)
		}
		wantPage(t, r.post("p", "/plan/new", form), http.StatusUnprocessableEntity, c.says, `href="#f-`+c.field+`"`)
	}
	if len(r.planned()) != 0 {
		t.Fatal("a wrong form planned")
	}
}

func TestForeignThingsInTheFormAreNotFound(t *testing.T) {
	r := newRig(t, 2)
	other := worldtest.New(t, r.Store, 30)
	other.Luck().Uint64()
	other.Publish(worldtest.Tea(2), "first", "2026-01-01")
	for field, value := range map[string]string{
		"what": other.Programme.ID + "|guest", "branch": other.Branches[0].ID, "shopper": other.Shoppers[0],
	} {
		if w := r.post("p", "/plan/new", r.order(field, value)); w.Code != http.StatusNotFound {
			t.Errorf("a foreign %s: %d\n%s", field, w.Code, w.Body)
		}
	}
	many := r.order()
	for _, b := range other.Branches {
		many.Add("branch", b.ID)
	}
	if w := r.post("p", "/plan/new", many); w.Code != http.StatusNotFound {
		t.Errorf("many foreign branches: %d", w.Code)
	}
	if len(r.planned()) != 0 {
		t.Fatal("planned all the same")
	}
}

func TestWhoIsNoShopperIsRefusedAtTheField(t *testing.T) {
	r := newRig(t, 2)
	editor := r.people.actors["e"].Member
	wantPage(t, r.post("p", "/plan/new", r.order("shopper", editor)), http.StatusUnprocessableEntity, "Choose somebody who is a shopper here at present.", `href="#f-shopper"`, `value="`+editor+`" selected`)
}

func TestAShopperWhoWasThereLatelyNeedsATick(t *testing.T) {
	r := newRig(t, 2)
	r.Visit(worldtest.Made{Branch: r.Branches[0], Scenario: "buyer", Shopper: r.Shoppers[0], On: "2026-11-02", Hour: 9})
	form := r.order("shopper", r.Shoppers[0])
	wantPage(t, r.post("p", "/plan/new", form), http.StatusConflict, "was at the branch on 2 November 2026", "tick “Plan it all the same”", `href="#f-ignore"`, "1 branch chosen")
	form.Set("ignore", "1")
	wantRedirect(t, r.post("p", "/plan/new", form), "/plan")
}

func TestEveryBranchIsDueByItsOwnClock(t *testing.T) {
	r := newRig(t, 2)
	warsaw := r.branches("Europe/Warsaw", "WAW-1", "WAW-2")
	form := r.order("go", "preview")
	form["branch"] = []string{r.Branches[0].ID, warsaw[0].ID, warsaw[1].ID}
	wantPage(t, r.post("p", "/plan/new", form), http.StatusOK, "Due, 1 branch", "Due, 2 branches", "Europe/Warsaw", "Europe/London")
	form.Set("go", "plan")
	wantRedirect(t, r.post("p", "/plan/new", form), "/plan")
	for _, row := range r.planned() {
		want := time.Date(2026, 11, 28, 20, 0, 0, 0, time.UTC)
		if row.BranchZone == "Europe/Warsaw" {
			want = want.Add(-time.Hour)
		}
		if !row.Due.Equal(want) {
			t.Errorf("%s is due %s", row.BranchName, row.Due)
		}
	}
}

func TestWhenALaterZoneIsRefusedTheFormKeepsWhatIsLeft(t *testing.T) {
	r := newRig(t, 2)
	warsaw := r.branches("Europe/Warsaw", "WAW-1")[0]
	r.Visit(worldtest.Made{Branch: warsaw, Scenario: "buyer", Shopper: r.Shoppers[0], On: "2026-11-02", Hour: 9})
	form := r.order("shopper", r.Shoppers[0])
	form.Add("branch", warsaw.ID)
	wantPage(t, r.post("p", "/plan/new", form), http.StatusConflict, "1 visit was planned. What is chosen below is not planned yet.", "1 branch chosen", `value="`+warsaw.ID+`" checked`, `value="`+r.Branches[0].ID+`">`)
	if rows := r.planned(); len(rows) != 1 || rows[0].Branch != r.Branches[0].ID {
		t.Fatalf("%+v", rows)
	}
}

func TestTwoThousandBranchesAreChosenWithoutScripts(t *testing.T) {
	r := newRig(t, 2)
	var codes []string
	for i := range 2000 {
		codes = append(codes, fmt.Sprintf("K%04d", i))
	}
	all := r.branches("Europe/London", codes...)
	w := r.post("p", "/plan/new", url.Values{"what": {r.Programme.ID + "|buyer"}, "branch": {all[0].ID}, "text": {"K"}, "go": {"show"}})
	wantPage(t, w, http.StatusOK, "K0000", "K0199 ·", "!K0200 ·", "More branches", "1 branch chosen")
	if n := strings.Count(w.Body.String(), `type="checkbox" name="branch"`); n != 200 {
		t.Fatalf("%d boxes on a page", n)
	}
	form := hidden(w.Body.String())
	form.Set("what", r.Programme.ID+"|buyer")
	form.Set("text", "K")
	form.Add("branch", all[0].ID)
	form.Set("go", "next")
	w = r.post("p", "/plan/new", form)
	wantPage(t, w, http.StatusOK, "K0200", "K0399", "!K0199 ·", "First branches", "1 branch chosen, 1 of them not on this page", `type="hidden" name="branch" value="`+all[0].ID+`"`)
	form.Set("go", "all")
	wantPage(t, r.post("p", "/plan/new", form), http.StatusUnprocessableEntity, "500 branches chosen", "More branches match than can be planned at once.")
	form.Set("text", "K010")
	wantPage(t, r.post("p", "/plan/new", form), http.StatusOK, "11 branches chosen", "!More branches")
	form.Set("go", "codes")
	form.Set("codes", "k1999; K1998\r\n\tK0000")
	wantPage(t, r.post("p", "/plan/new", form), http.StatusOK, "3 branches chosen", "!K1999</textarea>")
	form.Set("go", "none")
	form.Del("codes")
	wantPage(t, r.post("p", "/plan/new", form), http.StatusOK, "No branch chosen yet")
	form = r.order("due_time", "20:00")
	form["branch"] = nil
	for _, b := range all[:501] {
		form.Add("branch", b.ID)
	}
	wantPage(t, r.post("p", "/plan/new", form), http.StatusUnprocessableEntity, "Plan at most 500 branches at once.", "501 branches chosen")
	form["branch"] = form["branch"][:500]
	wantRedirect(t, r.post("p", "/plan/new", form), "/plan")
	wantPage(t, r.get("p", "/plan"), http.StatusOK, `Ahead <span class="count">200&#43;</span>`)
}

func TestARegionNarrowsTheBranches(t *testing.T) {
	r := newRig(t, 4)
	wantPage(t, r.post("p", "/plan/new", url.Values{"region": {r.Regions[1].ID}, "go": {"show"}}), http.StatusOK, "Branch 002", "Branch 004", "!Branch 001", `value="`+r.Regions[1].ID+`" selected`)
	wantPage(t, r.post("p", "/plan/new", url.Values{"text": {"nothing like it"}, "go": {"show"}}), http.StatusOK, "No open branch fits.")
}

func TestABranchThatLacksWhatTheScenarioNeedsSaysSo(t *testing.T) {
	r := newRig(t, 2)
	file := strings.Replace(worldtest.Tea(2), "guest: {title: Guest,", "guest: {title: Guest, requires: garden,", 1)
	r.Publish(file, "first", "2026-01-01")
	form := url.Values{"what": {r.Programme.ID + "|guest"}, "go": {"show"}}
	wantPage(t, r.post("p", "/plan/new", form), http.StatusOK, "B002 · South · has no garden", "!B001 · North · has no")
	form = r.order("what", r.Programme.ID+"|guest")
	form["branch"] = []string{r.Branches[0].ID, r.Branches[1].ID}
	wantPage(t, r.post("p", "/plan/new", form), http.StatusUnprocessableEntity, "Branch 002: the scenario needs the feature garden", `href="#f-branch"`)
}

func TestManyShoppersAreFoundByName(t *testing.T) {
	r := newRig(t, 1)
	form := r.order("go", "who", "who", "alias-"+r.Shoppers[2][:8], "shopper", r.Shoppers[0])
	wantPage(t, r.post("p", "/plan/new", form), http.StatusOK, `value="`+r.Shoppers[2]+`">`, `value="`+r.Shoppers[0]+`" selected`, "!"+r.Shoppers[3], "Find a shopper")
}

func TestWithoutAProgrammeInEffectThereIsNothingToPlan(t *testing.T) {
	r := newRig(t, 1)
	r.Now = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
	wantPage(t, r.get("p", "/plan/new"), http.StatusOK, "No programme is in effect yet", "!<select id=\"f-what\"")
}
