package manager_test

import (
	"fmt"
	"net/http"
	"testing"

	"plainclothes/internal/store/worldtest"
)

func TestABranchsPageSaysWhyItsScoreMoved(t *testing.T) {
	r := newRig(t, 3)
	r.Publish(worldtest.Tea(3), "first", "2025-01-01")
	var all []worldtest.Made
	for i, month := range []string{"2026-06", "2026-10"} {
		for v := range 10 {
			a := r.Answered(3, 1)
			if i == 1 {
				a["Q02"] = `"no"`
			}
			all = append(all, worldtest.Made{Branch: r.Branches[0], Scenario: "guest", On: fmt.Sprintf("%s-%02d", month, 1+v), Hour: 9, Answers: a})
		}
	}
	all = append(all, worldtest.Made{Branch: r.Branches[1], Scenario: "guest", On: "2026-10-02", Hour: 9, Answers: r.Answered(3, 1)})
	r.Visits(all)
	sam := r.manages(r.Branches[0])
	site := r.site(t, sam)
	path := "/compare/branches/" + r.Branches[0].ID
	a := site.Get(sam, path).Status(http.StatusOK)
	a.Says("Why has it moved?", "Points against April to July 2026", "points lower than in the window before.", "“Standard 2” (almost certain)", "at most one in five should be luck")
	a.Has(`href="`+path+`/csv?table=moved"`, `href="`+path+`/svg?chart=moved"`).Silent("NaN", "Inf", "style=")
	site.Get(sam, path+"/csv?table=moved").Status(http.StatusOK).Has("Chance to be met less often than before").Has("K02,Standard 2,-").Has("All together")
	whole(t, path, site.Get(sam, path+"/svg?chart=moved").Status(http.StatusOK).Has("Why its score moved").Body.String())
	site.Get(sam, path+"/picture?chart=moved").Status(http.StatusOK)

	other := "/compare/branches/" + r.Branches[1].ID
	site.Get(r.Owner, other).Says("Why has it moved?", "No visits with a score in the window before").Silent("almost certain")
	saysGerman(t, site, r.Owner, path, other)
	site.Get(r.Owner, other+"/svg?chart=moved").Status(http.StatusNotFound)
	site.Get(r.Owner, "/compare/branches/"+r.Branches[2].ID).Silent("Why has it moved?")
}
