package scheduler_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/store/worldtest"
)

func TestASchedulerIsToldWhereTheNextVisitsTellMostAndTheFormIsFilledIn(t *testing.T) {
	r := newRig(t, 9)
	r.Publish(worldtest.Tea(3), "first", "2025-01-01")
	wantPage(t, r.get("p", "/plan/next?programme="+r.Programme.ID), http.StatusOK, "cannot be said yet", "!Table (CSV)", "Tea rooms")
	r.Season(3, 12, "2026-09", "2026-10", "2026-11")
	w := r.get("p", "/plan/next?programme="+r.Programme.ID+"&scenario=takeaway&budget=12&each=4")
	wantPage(t, w, http.StatusOK, "Where the next visits tell most", "12 visits to", "Branch 00", "alias-", "Person ", `value="takeaway" selected`, "!NaN", "!%25", "!Level")
	links := regexp.MustCompile(`href="(/plan/new\?[^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(links) < 2 {
		t.Fatal("no links to the form")
	}
	for _, l := range links {
		u, err := url.Parse(strings.ReplaceAll(l[1], "&amp;", "&"))
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		form := r.get("p", u.String())
		wantPage(t, form, http.StatusOK, `value="`+r.Programme.ID+`|takeaway" selected`, `value="`+q.Get("shopper")+`" selected`, `value="2026-11-28"`)
		if got := strings.Count(form.Body.String(), " checked>"); got != len(q["branch"]) || got == 0 {
			t.Errorf("%d of %d branches are ticked", got, len(q["branch"]))
		}
	}
	csv := r.get("p", "/plan/next/csv?programme="+r.Programme.ID+"&budget=12&each=4")
	if csv.Code != http.StatusOK || !strings.HasPrefix(csv.Body.String(), "Shopper,Branch code,Branch,Region,Visits\n") || strings.Count(csv.Body.String(), "\n") < 5 {
		t.Errorf("%d %s", csv.Code, csv.Body)
	}
	wantPage(t, r.get("p", "/plan"), http.StatusOK, `href="/plan/next"`)
}

func TestAPlanOfTheNextVisitsSaysWhatIsWrongWithItsForm(t *testing.T) {
	r := newRig(t, 3)
	for _, bad := range []string{"budget=-1", "budget=501", "budget=x", "each=51", "aim=best"} {
		wantPage(t, r.get("p", "/plan/next?"+bad), http.StatusUnprocessableEntity, `class="field-error"`)
	}
	for _, missing := range []string{"programme=nope", "region=nope"} {
		wantPage(t, r.get("p", "/plan/next?"+missing), http.StatusNotFound)
	}
	for _, path := range []string{"/plan/next", "/plan/next/csv"} {
		if w := r.get("e", path); w.Code != http.StatusForbidden {
			t.Errorf("%s: an editor gets %d", path, w.Code)
		}
	}
	wantPage(t, r.get("p", "/plan/new?shopper=nobody"), http.StatusNotFound)
	wantPage(t, r.get("p", "/plan/new?branch=nobody&what=nothing"), http.StatusOK, "1 branch chosen")
}
