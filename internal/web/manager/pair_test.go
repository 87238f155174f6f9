package manager_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/org"
	"plainclothes/internal/store/worldtest"
)

func TestABranchCanBeHeldBesideAnotherOne(t *testing.T) {
	r := newRig(t, 12)
	r.Publish(worldtest.Tea(4), "first", "2025-01-01")
	r.Season(4, 16, months(4)...)
	r.rename(10, nasty[0])
	kim, sam := r.regional(r.Regions[0]), r.manages(r.Branches[0])
	site := r.site(t, kim, sam)
	page := func(i int) string { return "/compare/branches/" + r.Branches[i].ID }
	beside := func(i int, other string) string {
		return page(i) + "/beside?other=" + url.QueryEscape(other)
	}
	site.Get(kim, page(0)).Says("Compare with another branch", r.Branches[2].Name+" · B003").Has(`action="`+page(0)+`/beside"`).Silent(r.Branches[1].Name, r.Branches[1].ID)
	site.Get(kim, page(0)+"?window=last12&scenario=guest").Has(`name="window" value="last12"`, `name="scenario" value="guest"`)
	a := site.Get(r.Owner, beside(0, r.Branches[11].ID)).Status(http.StatusOK)
	a.Says("Branch 012 is better than Branch 001; we are", "Standard by standard", "Standard 4", "asked 80%", "84% each").Silent("NaN", "Inf", "style=", "<script")
	a.Has(`<option value="`+r.Branches[11].ID+`" selected>`, `href="`+page(11)+`"`, "other="+r.Branches[11].ID, `class="bar-svg"`)
	if a.Body.String() == site.Get(r.Owner, beside(11, r.Branches[0].ID)).Body.String() {
		t.Error("the order in which they were asked for does not show")
	}
	r.rename(8, nasty[5])
	site.Get(r.Owner, beside(5, r.Branches[8].ID)).Has("<h1>Branch 006 and \u2068"+nasty[5]+"\u2069</h1>", "Branch 006 or \u2068"+nasty[5]+"\u2069:")
	site.Get(r.Owner, beside(5, r.Branches[6].ID)).Says("It is too early to tell which is better, Branch 006 or Branch 007:")
	saysGerman(t, site, r.Owner, beside(0, r.Branches[11].ID), beside(5, r.Branches[6].ID), beside(0, "branch 01"), beside(0, "nowhere"))
	saysGerman(t, site, sam, page(0)+"/beside")
	site.Get(r.Owner, beside(0, r.Branches[10].Code)).Status(http.StatusOK).Says(nasty[0]).Silent(nasty[0] + " and")
	site.Get(r.Owner, beside(0, "branch 01")).Status(http.StatusOK).Says("Several branches fit. Which one?")
	for _, missing := range []string{"nowhere", r.Branches[0].ID, strings.Repeat("x", 101)} {
		site.Get(r.Owner, beside(0, missing)).Status(http.StatusUnprocessableEntity).Has(`class="field-error"`).Silent("Standard by standard")
	}
	site.Get(kim, beside(0, r.Branches[1].ID)).Status(http.StatusUnprocessableEntity).Silent(r.Branches[1].Name)
	site.Get(kim, beside(1, r.Branches[0].ID)).Status(http.StatusNotFound)
	site.Get(sam, page(0)).Silent("Compare with another branch")
	site.Get(sam, page(0)+"/beside").Status(http.StatusOK).Says("You see no other branch of this programme")
	csv := page(0) + "/csv?table=pair&other="
	site.Get(r.Owner, csv+r.Branches[11].ID).Status(http.StatusOK).Has("B001,Branch 001,score", "B012,Branch 012,K04")
	site.Get(r.Owner, csv).Status(http.StatusUnprocessableEntity)
	site.Get(kim, csv+r.Branches[11].ID).Status(http.StatusUnprocessableEntity)
}

func TestOfVeryManyBranchesTheOtherOneIsLookedForByName(t *testing.T) {
	r := newRig(t, 3)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 4, months(2)...)
	var more []org.Branch
	for i := range 205 {
		b := r.Branches[0]
		b.ID, b.Code, b.Name = uuid.NewString(), fmt.Sprintf("M%03d", i), fmt.Sprintf("More %03d", i)
		more = append(more, b)
	}
	if err := r.Store.CreateBranches(t.Context(), r.Org, more); err != nil {
		t.Fatal(err)
	}
	r.SQL(`UPDATE organisations SET places_rev = places_rev + 1`)
	site := r.site(t)
	path := "/compare/branches/" + r.Branches[0].ID
	site.Get(r.Owner, path).Says("Compare with another branch", "Name or code of the other branch").Silent("More 100")
	site.Get(r.Owner, path+"/beside?other=more").Says("Several branches fit", "More 023").Silent("More 024")
	site.Get(r.Owner, path+"/beside?other=b002").Says("Branch 001 and Branch 002").Has(`value="Branch 002"`)
}
