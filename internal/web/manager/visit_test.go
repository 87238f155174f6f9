package manager_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

func TestABranchManagerSeesHisBranchesOnly(t *testing.T) {
	r := newRig(t, 10)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 4, months(4)...)
	own := r.Visit(worldtest.Made{Branch: r.Branches[3], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(2, 1)})
	foreign := r.Visit(worldtest.Made{Branch: r.Branches[4], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(2, 1)})
	waiting := r.Visit(worldtest.Made{Branch: r.Branches[3], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(2, 1), State: visit.Accepted})
	sam := r.manages(r.Branches[3])
	site := r.site(t, sam)
	site.Get(sam, "/compare/branches").Status(http.StatusForbidden)
	site.Get(sam, "/compare.csv").Status(http.StatusForbidden)
	a := site.Get(sam, "/reports").Status(http.StatusOK).Says("Published visits", "Branch 004").Has("/reports/" + own)
	a.Silent("Branch 005", foreign, waiting, `href="/compare/branches"`, "/compare/branches?", r.Regions[0].ID)
	site.Get(sam, "/reports.csv").Status(http.StatusOK).Has("B004").Silent("B005", waiting)
	site.Get(sam, "/reports?branch="+r.Branches[3].ID).Status(http.StatusOK)
	site.Get(sam, "/reports?branch="+r.Branches[4].ID).Status(http.StatusNotFound)
	site.Get(sam, "/reports/"+own).Status(http.StatusOK)
	for _, id := range []string{foreign, waiting, "none", uuid.NewString()} {
		site.Get(sam, "/reports/"+id).Status(http.StatusNotFound)
		site.Get(sam, "/reports/"+id+"/why").Status(http.StatusNotFound)
	}
	site.Get(sam, "/compare/branches/"+r.Branches[3].ID).Status(http.StatusOK).Silent("All branches", `href="/compare/branches"`, "Branch 005")
	site.Get(sam, "/compare/branches/"+r.Branches[4].ID).Status(http.StatusNotFound)
}

func TestAnotherOrganisationsVisitsDoNotExist(t *testing.T) {
	r := newRig(t, 1)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	id := r.Visit(worldtest.Made{Branch: r.Branches[0], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(2, 1)})
	other := worldtest.New(t, r.Store, 1)
	site := r.site(t, other.Owner)
	site.Get(other.Owner, "/reports/"+id).Status(http.StatusNotFound)
	site.Get(other.Owner, "/compare/branches/"+r.Branches[0].ID).Status(http.StatusNotFound)
	site.Get(other.Owner, "/compare/branches?programme="+r.Programme.ID).Status(http.StatusNotFound)
}

func TestAPublishedVisitTellsEverythingButTheShopper(t *testing.T) {
	r := newRig(t, 1)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	shopper := r.Member(auth.Shopper)
	photo, receipt := uuid.NewString(), uuid.NewString()
	answers := r.Answered(2, 1)
	answers["W02"], answers["Q02"] = `"no"`, `"no"`
	answers["T01"], answers["V01"], answers["N01"], answers["X01"] = `"14:37"`, `"a secret"`, `"Vasquez"`, `"It was lovely."`
	id := r.Visit(worldtest.Made{
		Branch: r.Branches[0], Scenario: "guest", Shopper: shopper.Member, On: "2026-11-02", Hour: 14, Answers: answers,
		Comments: map[string]string{"Q01": "At once.", "V01": "hush"},
		Photos:   []evidence.Photo{{ID: photo, Question: "X01", SHA256: strings.Repeat("a", 64), Type: "image/jpeg", Width: 4, Height: 3}, {ID: receipt, Question: "R01", SHA256: strings.Repeat("b", 64), Type: "image/jpeg", Width: 4, Height: 3}},
	})
	site := r.site(t)
	a := site.Get(r.Owner, "/reports/"+id).Status(http.StatusOK)
	a.Says("Branch 001", "2 Nov 2026, afternoon", "Guest", "Section A", "1.1 Was it done, number 1?", "2 of 2 points", "At once.", "It was lovely.", "Afternoon",
		"Kept private", "2.1 Was it done, number 2?", "0 of 2 points", "1 of 1 WOW", "Standards", "Standard 2", "Below", "Otter ", "version 1", "Why 66.7%?")
	a.Has(`src="/photos/` + photo + `"`)
	a.Silent(shopper.Member, shopper.Person, "alias-", "Person ", "14:37", "14:00", "a secret", "hush", "Vasquez", receipt)
	why := site.Get(r.Owner, "/reports/"+id+"/why").Status(http.StatusOK)
	why.Says("Why 66.7%?", "1.1 Was it done, number 1? Yes", "4 ÷ 6", "66 2/3%", "Good", "this visit")
	why.Silent(shopper.Member, "alias-", "14:37", "a secret", "Vasquez", receipt)
	saysGerman(t, site, r.Owner, "/reports/"+id, "/reports/"+id+"/why", "/reports")
	for _, path := range []string{"/reports", "/reports.csv", "/compare/branches/" + r.Branches[0].ID} {
		site.Get(r.Owner, path).Has("Otter ").Silent(shopper.Member, "alias-", "14:37", "14:00")
	}
}

// volatile are parts of a page that differ from request to request.
var volatile = regexp.MustCompile(`[0-9a-f]{16,}`)

func TestPagesDoNotDependOnWhoTheShopperWas(t *testing.T) {
	r := newRig(t, 10)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 6, months(3)...)
	sam, kim := r.manages(r.Branches[0]), r.regional(r.Regions[0])
	id := r.Visit(worldtest.Made{Branch: r.Branches[0], Scenario: "guest", On: "2026-11-02", Hour: 9, Answers: r.Answered(2, 1)})
	crawl := func() map[string]string {
		r2 := &rig{World: r.World, svc: newService(r.World)}
		site := r2.site(t, sam, kim)
		out := map[string]string{}
		for _, path := range []string{"/reports", "/reports.csv", "/reports/" + id, "/reports/" + id + "/why", "/compare/branches/" + r.Branches[0].ID, "/compare/branches/" + r.Branches[0].ID + "/csv"} {
			out["branch manager "+path] = volatile.ReplaceAllString(site.Get(sam, path).Status(http.StatusOK).Body.String(), "")
		}
		for _, path := range []string{"/compare/branches", "/compare.csv", "/compare.csv?table=standards"} {
			out["regional manager "+path] = volatile.ReplaceAllString(site.Get(kim, path).Status(http.StatusOK).Body.String(), "")
		}
		return out
	}
	before := crawl()
	else1, else2 := r.Member(auth.Shopper), r.Member(auth.Shopper)
	r.SQL(`UPDATE visits SET shopper_id = ? WHERE id < '8'`, else1.Member)
	r.SQL(`UPDATE visits SET shopper_id = ? WHERE id >= '8'`, else2.Member)
	for path, body := range crawl() {
		if before[path] != body {
			t.Errorf("%s depends on the shopper", path)
		}
	}
}

func TestReportsArePagedAndFiltered(t *testing.T) {
	r := newRig(t, 2)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 60, months(4)...)
	site := r.site(t)
	ids := regexp.MustCompile(`href="/reports/([0-9a-f-]{36})"`)
	next := regexp.MustCompile(`href="(/reports\?[^"]*after=[^"]*)"`)
	seen, path, pages := map[string]bool{}, "/reports", 0
	for path != "" && pages < 10 {
		body := site.Get(r.Owner, path).Status(http.StatusOK).Body.String()
		for _, m := range ids.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Fatalf("%s stands on two pages", m[1])
			}
			seen[m[1]] = true
		}
		pages++
		path = ""
		if m := next.FindStringSubmatch(body); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != 120 || pages != 3 {
		t.Errorf("%d visits on %d pages", len(seen), pages)
	}
	site.Get(r.Owner, "/reports?branch="+r.Branches[1].ID).Says("Branch 002", "Show all branches", "How it stands").Silent("Branch 001").
		Has(`name="branch" value="` + r.Branches[1].ID + `"`)
	site.Get(r.Owner, "/reports?from=2025-01&to=2025-02").Says("No visit of these months is published yet.")
	site.Get(r.Owner, "/reports?after=nonsense").Status(http.StatusUnprocessableEntity)
	rows, err := csv.NewReader(site.Get(r.Owner, "/reports.csv").Body).ReadAll()
	if err != nil || len(rows) != 121 {
		t.Errorf("the file has %d lines, %v", len(rows), err)
	}
}

func TestFilesAreNamedAfterTheirMonths(t *testing.T) {
	r := newRig(t, 2)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	r.Season(2, 6, months(4)...)
	site := r.site(t)
	a := site.Get(r.Owner, "/compare.csv?table=heat").Status(http.StatusOK)
	if got := a.Header().Get("Content-Disposition"); !strings.Contains(got, `filename="compare-heat 2026-08 to 2026-11.csv"`) {
		t.Error(got)
	}
	if got := a.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Error(got)
	}
	months, err := csv.NewReader(site.Get(r.Owner, "/compare/branches/"+r.Branches[0].ID+"/csv?table=months").Body).ReadAll()
	if err != nil || len(months) != 13 || months[12][2] != "2026-11" {
		t.Errorf("%v, %v", months, err)
	}
	for _, path := range []string{"/compare.csv?table=x", "/compare/branches/" + r.Branches[0].ID + "/csv?table=league"} {
		site.Get(r.Owner, path).Status(http.StatusUnprocessableEntity).Says("There is no such table here.")
	}
}

func TestAVisitSentByAProgramAppearsAtOnce(t *testing.T) {
	r := newRig(t, 3)
	r.Publish(worldtest.Tea(2), "first", "2025-01-01")
	site := r.site(t)
	site.Get(r.Owner, "/compare/branches").Says("3 branches, 0 visits.")
	svc := visit.NewService(r.Store.Visits(), nil, r.Clock)
	program := auth.Actor{Org: r.Org, Member: uuid.NewString(), Program: true, Scopes: []auth.Scope{auth.ScopeVisits, auth.ScopePublish}}
	vs, err := svc.Plan(t.Context(), program, visit.PlanInput{
		Programme: r.Programme.ID, Branches: []string{r.Branches[1].ID}, Scenario: "guest", Shopper: r.Shoppers[0], Due: r.Now.Add(48 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]json.RawMessage{}
	for q, a := range r.Answered(2, 1) {
		answers[q] = json.RawMessage(a)
	}
	answers["N01"] = json.RawMessage(`"Vasquez"`)
	in := visit.SubmitInput{ID: uuid.NewString(), Answers: answers, Visited: r.Now.Add(-time.Hour), Publish: true}
	if _, err := svc.Submit(t.Context(), program, vs[0].ID, in); err != nil {
		t.Fatal(err)
	}
	site.Get(r.Owner, "/compare/branches").Says("3 branches, 1 visit.", "100%", "Too few visits")
	site.Get(r.Owner, "/reports").Says("Branch 002", "100.0%")
	site.Get(r.Owner, "/reports/"+vs[0].ID).Status(http.StatusOK).Says("21 Nov 2026, morning").Silent(r.Shoppers[0], "Vasquez")
}
