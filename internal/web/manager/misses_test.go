package manager_test

import (
	"net/http"
	"strings"
	"testing"

	"plainclothes/internal/store/worldtest"
)

func TestABranchsPageCountsTheMissesOfItsMajorStandards(t *testing.T) {
	r := newRig(t, 4)
	r.Publish(strings.Replace(worldtest.Tea(3), "good_target: 80, wow_target: 30}", "good_target: 85, criticality: major}", 1), "first", "2024-01-01")
	var all []worldtest.Made
	for i, b := range r.Branches[:3] {
		for v := range 40 {
			a := r.Answered(3, 1)
			if v%10 == 4 || i == 1 && v >= 32 {
				a["Q01"], a["L01"] = `"no"`, `"below"`
			}
			all = append(all, worldtest.Made{Branch: b, Scenario: "guest", On: r.Now.AddDate(0, 0, -7*(40-v)).Format("2006-01-02"), Hour: 9, Answers: a})
		}
	}
	r.Visits(all)
	sam, kim := r.manages(r.Branches[0]), r.regional(r.Regions[0])
	site := r.site(t, sam, kim)
	path := func(i int) string { return "/compare/branches/" + r.Branches[i].ID }
	a := site.Get(sam, path(0)).Status(http.StatusOK)
	a.Says("Misses of the major standards", "asked 85%", "5 met visits since the last miss.", "Each miss adds", "With nothing wrong that happens once in about", "no miss since").Silent("NaN", "Inf", "style=", "branches of North", "alarmed on")
	a.Has(`class="chart gaps"`, "4 misses, 5 met visits since the last one", "at least 4", "none since", path(0)+"/svg?chart=misses&amp;standard=K01")
	site.Get(kim, path(0)).Says("Over the 2 branches of North that you see, and 1 major standard, expect about")
	site.Get(r.Owner, path(1)).Says("Look: ", "alarmed on")
	site.Get(r.Owner, path(3)).Status(http.StatusOK).Says("No visits of this standard before these months; counting misses needs 8.")
	saysGerman(t, site, kim, path(0))
	saysGerman(t, site, r.Owner, path(1), path(3))
	site.Get(sam, path(0)+"/csv?table=misses").Status(http.StatusOK).Has("Met visits since the miss before").Has("K01,Standard 1,").Silent("K02")
	whole(t, path(0), site.Get(sam, path(0)+"/svg?chart=misses&standard=K01").Status(http.StatusOK).Has("Met visits between misses").Body.String())
	site.Get(sam, path(0)+"/picture?chart=misses&standard=K01").Status(http.StatusOK).Has("chart=misses&amp;standard=K01")
	for _, gone := range []string{path(0) + "/svg?chart=misses&standard=K02", path(0) + "/svg?chart=misses", path(1) + "/svg?chart=misses&standard=K01"} {
		site.Get(sam, gone).Status(http.StatusNotFound)
	}
	site.Get(r.Owner, path(3)+"/svg?chart=misses&standard=K01").Status(http.StatusNotFound)
}

func TestWithoutMajorStandardsNoMissesAreCounted(t *testing.T) {
	r := newRig(t, 1)
	r.Publish(worldtest.Tea(2), "first", "2024-01-01")
	r.Season(2, 24, months(12)...)
	r.site(t).Get(r.Owner, "/compare/branches/"+r.Branches[0].ID).Silent("Misses of the major standards")
}
