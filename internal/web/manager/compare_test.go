package manager_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/store/worldtest"
)

func TestTheComparisonShowsLeagueHeatMapAndYear(t *testing.T) {
	r := newRig(t, 12)
	r.Publish(worldtest.Tea(3), "first", "2025-01-01")
	r.Season(3, 24, months(12)...)
	site := r.site(t)
	a := site.Get(r.Owner, "/compare/branches").Status(http.StatusOK)
	a.Says("How branches compare", "All regions · August to November 2026", "12 branches, 96 visits.", "League table", "Against standard",
		"Real difference or luck?", "Twelve months", "Same scale everywhere", "How do we know?", "Level B.",
		"Bar: where the true score plausibly lies (90%). Line: standard, 80%.", "No clear change")
	a.Has(`<svg class="bar-svg" role="img"><title>`, `class="chart `, `aria-current="page">Last 3 months`)
	site.Get(r.Owner, "/compare/standards").Says("Branches by standard", "Standard 1 80%").Has(`data-step="`, `href="/compare/branches/`+r.Branches[0].ID+`#s-K01"`)
	a.Silent("<script", "style=", "NaN", "Inf")
	site.Get(r.Owner, "/compare/branches?window=last12").Says("December 2025 to November 2026", "12 branches, 288 visits.").Has(`aria-current="page">12 months`)
	site.Get(r.Owner, "/compare/branches?from=2026-03&to=2026-05").Says("March to May 2026", "12 branches, 72 visits.").Has(`value="2026-03"`)
}

func TestFiltersAreKeptFromPageToPage(t *testing.T) {
	r := newRig(t, 4)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 8, months(4)...)
	site := r.site(t)
	north := r.Regions[0].ID
	a := site.Get(r.Owner, "/compare/branches?region="+north+"&scenario=takeaway&window=last12").Status(http.StatusOK)
	a.Says("North · December 2025 to November 2026", "2 branches, 4 visits.", "Filter: North · Takeaway", "Branch 001").Silent("Branch 002")
	q := url.Values{"region": {north}, "scenario": {"takeaway"}, "window": {"last12"}}.Encode()
	site.Get(r.Owner, "/compare/standards?"+q).Has(`href="/compare/branches/` + r.Branches[0].ID + `?` + strings.ReplaceAll(q, "&", "&amp;") + `#s-K01"`)
	a.Has(`<option value="takeaway" selected>`, `<option value="`+north+`" selected>`)
	b := site.Get(r.Owner, "/compare/branches/"+r.Branches[0].ID+"?"+q).Status(http.StatusOK)
	b.Has(`<a href="/compare/branches?`+strings.ReplaceAll(q, "&", "&amp;")+`">All branches</a>`).Says("2 visits", "Takeaway")
	site.Get(r.Owner, "/compare/branches?format=café").Says("4 branches").Has(`<option value="café" selected>`)
	site.Get(r.Owner, "/compare/branches?format=kiosk").Says("No branch of yours fits these choices.").Has(`href="/compare/branches">Show all that can be compared`).Silent("Branches appear here")
}

func TestARegionalManagerSeesOnlyHisRegions(t *testing.T) {
	r := newRig(t, 20)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 8, months(4)...)
	his, foreign := r.Regions[0], r.Regions[1]
	kim := r.regional(his)
	site := r.site(t, kim)
	a := site.Get(kim, "/compare/branches").Status(http.StatusOK).Says("North · August", "10 branches, 80 visits.", "Branch 001", "Branch 019")
	a.Silent("Branch 002", "Branch 020", r.Branches[1].ID, foreign.ID, "South")
	site.Get(kim, "/compare/branches?region="+foreign.ID).Status(http.StatusNotFound)
	site.Get(kim, "/compare/branches?programme=0").Status(http.StatusNotFound)
	site.Get(kim, "/compare/branches/"+r.Branches[0].ID).Status(http.StatusOK)
	site.Get(kim, "/compare/branches/"+r.Branches[1].ID).Status(http.StatusNotFound)
	site.Get(kim, "/compare/branches/"+r.Branches[1].ID+"/csv").Status(http.StatusNotFound)
	site.Get(kim, "/compare/branches/none").Status(http.StatusNotFound)
	for _, table := range []string{"league", "heat", "standards"} {
		site.Get(kim, "/compare.csv?table="+table).Status(http.StatusOK).Has("Branch 001").Silent("Branch 002", "South")
	}
	site.Get(kim, "/reports").Status(http.StatusOK).Has("Branch 001").Silent("Branch 002", "South")
	site.Get(kim, "/reports.csv").Status(http.StatusOK).Has("Branch 001").Silent("Branch 002", "South")
	nobody := r.regional()
	r.site(t, nobody).Get(nobody, "/compare/branches").Status(http.StatusForbidden)
}

func TestWhoMayOpenWhat(t *testing.T) {
	r := newRig(t, 3)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 4, months(4)...)
	id := r.Visit(worldtest.Made{Branch: r.Branches[0], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(2, 1)})
	ok, no := http.StatusOK, http.StatusForbidden
	for role, want := range map[auth.Role][2]int{
		auth.Owner: {ok, ok}, auth.RegionalManager: {ok, ok}, auth.Editor: {no, ok}, auth.BranchManager: {no, ok}, auth.Scheduler: {no, no}, auth.Shopper: {no, no},
	} {
		a := r.Member(role)
		a.Regions, a.Branches = []string{r.Regions[0].ID}, []string{r.Branches[0].ID}
		site := r.site(t, a)
		for _, path := range []string{"/compare/branches", "/compare.csv", "/compare/branches?window=last12"} {
			site.Get(a, path).Status(want[0])
		}
		for _, path := range []string{"/reports", "/reports.csv", "/reports/" + id, "/reports/" + id + "/why", "/compare/branches/" + r.Branches[0].ID} {
			site.Get(a, path).Status(want[1])
		}
	}
}

func TestNothingToCompareIsSaidInWords(t *testing.T) {
	r := newRig(t, 3)
	site := r.site(t)
	for _, path := range []string{"/compare/branches", "/compare/branches?window=last12", "/reports"} {
		site.Get(r.Owner, path).Status(http.StatusOK).Says("There is no programme yet.")
	}
	site.Get(r.Owner, "/compare/branches?programme=x").Status(http.StatusNotFound)
	if _, err := r.Studio.Import(t.Context(), r.Owner, []byte(worldtest.Tea(2))); err != nil {
		t.Fatal(err)
	}
	site.Get(r.Owner, "/compare/branches").Status(http.StatusOK).Says("This programme has no published version yet.")
	site.Get(r.Owner, "/compare/branches?from=2026-12&to=2026-01").Silent("NaN")
	programmes := newRig(t, 3)
	programmes.Publish(worldtest.Tea(2), "first", "2025-01-01")
	site = programmes.site(t)
	site.Get(programmes.Owner, "/compare/branches").Says("No visit of these months is published yet.", "Look at 12 months", "3 branches, 0 visits.").Silent("League table", "NaN")
	site.Get(programmes.Owner, "/compare/branches?window=last12").Says("No visit of these months is published yet.", "Results appear here as soon as a visit is published.").Silent("Look at 12 months")
	site.Get(programmes.Owner, "/compare/change").Says("nothing can be compared", "Months of your own, in the filter, are held against as many months before them.")
	site.Get(programmes.Owner, "/reports").Says("No visit of these months is published yet.", "Look at 12 months")
	site.Get(programmes.Owner, "/compare/branches/"+programmes.Branches[0].ID).Status(http.StatusOK).
		Says("No visits with a score in these months.", "No visits yet", "There are not enough visits", "No visit is published yet.").Silent("NaN", "Inf")
	saysGerman(t, site, programmes.Owner, "/compare/branches", "/compare/branches?window=last12", "/compare/change", "/compare/drivers", "/reports", "/compare/branches/"+programmes.Branches[0].ID)
	none := newRig(t, 0)
	none.Publish(worldtest.Tea(2), "first", "2025-01-01")
	none.site(t).Get(none.Owner, "/compare/branches").Says("No branch of yours fits these choices.", "Branches appear here").Silent("Show all that can be compared")
}

func TestWrongMonthsAreNamedAndTheUsualPageIsShown(t *testing.T) {
	r := newRig(t, 2)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 4, months(2)...)
	site := r.site(t)
	for path, says := range map[string]string{
		"from=2026-11&to=2026-01":              "The last month is before the first one.",
		"from=2026-11":                         "Give the last month as year and month, for example 2026-11.",
		"window=free":                          "Give the first month as year and month, for example 2026-03.",
		"from=<b>&to=2026-01":                  "Give the first month as year and month",
		"from=1900-01&to=2026-11":              "Choose at most 120 months.",
		"window=always":                        "Choose the last 3 months, the last 12 months, or months of your own.",
		"page=-1":                              "the page",
		"page=two":                             "the page",
		"scenario=" + strings.Repeat("x", 201): "the scenario",
	} {
		for _, page := range []string{"/compare/branches", "/reports", "/compare/branches/" + r.Branches[0].ID} {
			site.Get(r.Owner, page+"?"+path).Status(http.StatusUnprocessableEntity).Says(says, "Some of this needs another look").Silent("<b>").
				Has(`<details class="more" id="filter" open>`)
		}
		site.Get(r.Owner, "/compare.csv?"+path).Status(http.StatusUnprocessableEntity)
	}
}

func TestOneBranchAloneStandsForItself(t *testing.T) {
	r := newRig(t, 1)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 8, months(4)...)
	site := r.site(t)
	site.Get(r.Owner, "/compare/branches").Says("1 branch, 8 visits.", "Level A.", "Each branch stands for itself").Silent("NaN", "Place", "worst tenth")
	site.Get(r.Owner, "/compare/branches/"+r.Branches[0].ID).Says("Level A.").Silent("NaN", "Level B")
}

func TestTwoThousandBranchesArePagedAndNoneIsLost(t *testing.T) {
	const branches = 2000
	r := newRig(t, branches)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 1, months(1)...)
	site := r.site(t)
	rows := regexp.MustCompile(`<th scope="row"><a href="/compare/branches/([0-9a-f-]{36})"`)
	seen := map[string]bool{}
	for _, page := range []int{1, 2, branches / 100} {
		a := site.Get(r.Owner, fmt.Sprintf("/compare/branches?page=%d", page)).Status(http.StatusOK)
		for _, m := range rows.FindAllStringSubmatch(a.Body.String(), -1) {
			seen[m[1]] = true
		}
		if page == 2 {
			a.Says("101 to 200 of 2000", "Before", "Next", "2000 branches, 2000 visits.").Has(`href="/compare/branches?page=3"`, `href="/compare/branches?page=1"`)
		}
	}
	const first, last = `href="/compare/branches?page=1"`, `href="/compare/branches?page=20"`
	site.Get(r.Owner, "/compare/branches").Has(last + ">Last<").Silent(">First<")
	site.Get(r.Owner, "/compare/branches?page=2").Silent(">First<")
	site.Get(r.Owner, "/compare/branches?page=3").Has(first+">First<", last+">Last<")
	site.Get(r.Owner, "/compare/branches?page=19").Silent(">Last<")
	if len(seen) != 300 {
		t.Errorf("%d branches on three pages", len(seen))
	}
	site.Get(r.Owner, "/compare/branches?page=999").Says("1901 to 2000 of 2000")
	if n := strings.Count(site.Get(r.Owner, "/compare.csv").Body.String(), "\n"); n != branches+1 {
		t.Errorf("the file has %d lines", n)
	}
}

// nasty are names that somebody will use.
var nasty = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'; DROP TABLE branches; --`, `=HYPERLINK("http://evil.example")`,
	"Łódź, Manufaktura 🏬", "مقهى الرياض", strings.Repeat("Llanfairpwllgwyngyll", 6), "{{.Person.Name}}", "100% cotton &amp; more",
}

func TestNamesCannotBreakThePages(t *testing.T) {
	r := newRig(t, len(nasty))
	for i, name := range nasty {
		r.rename(i, name)
	}
	r.Publish(titled("<b>Bold</b> greeting", "Grüße"), "first", "2025-01-01")
	r.Season(2, 8, months(4)...)
	id := r.Visit(worldtest.Made{
		Branch: r.Branches[0], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(2, 1),
		Comments: map[string]string{"Q01": `<script>alert("comment")</script>`},
	})
	site := r.site(t)
	for _, path := range []string{"/compare/branches", "/reports", "/reports/" + id, "/reports/" + id + "/why", "/compare/branches/" + r.Branches[0].ID, "/compare/branches/" + r.Branches[1].ID} {
		site.Get(r.Owner, path).Status(http.StatusOK).Has(`<svg`)
		body := site.Get(r.Owner, path).Body.String()
		for _, bad := range []string{"<script>alert", "<img src=x", "<b>Bold"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: %s stands there as markup", path, bad)
			}
		}
	}
	a := site.Get(r.Owner, "/compare/branches")
	for _, name := range nasty {
		if !strings.Contains(a.Text(), name) {
			t.Errorf("%s is not on the page", name)
		}
	}
	site.Get(r.Owner, "/reports/"+id).Says(`<script>alert("comment")</script>`)
	site.Get(r.Owner, "/compare.csv").Has(`'=HYPERLINK(`)
}
