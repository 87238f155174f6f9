package owner_test

import (
	"net/http"
	"strings"
	"testing"

	"plainclothes/internal/org"
	"plainclothes/internal/store/worldtest"
)

func TestTheLogTellsInWordsWhatWasDone(t *testing.T) {
	r := newRig(t, 1)
	r.Publish(worldtest.Tea(2), "The first version.", "2025-01-01")
	r.edit("K01", "good_target", "90")
	r.post("/regions", form("name=<u>West")).To("/regions")
	r.post("/tokens", form("name=Till", "scopes=read")).Status(http.StatusOK)
	path := "/branches/" + r.Branches[0].ID
	f := fields(t, r.get(path), path)
	f.Set("name", "Leeds, Briggate")
	r.post(path, f).To("/branches")
	got := r.get("/log").Status(http.StatusOK).Says(
		"changed the branch Leeds, Briggate", "made the token Till", "added the region <u>West", "changed a standard in the draft of Tea rooms, version 2",
		"published the draft of Tea rooms, version 1", "effective on 2025-01-01", "region North", "Person "+r.Owner.Member[:4],
	).Silent("<u>", "{", r.Owner.Member)
	if text := got.Text(); strings.Index(text, "changed the branch") > strings.Index(text, "published the draft of Tea rooms") {
		t.Error("the newest does not come first")
	}
	r.get("/log?kind=token").Says("made the token Till").Silent("changed the branch")
	r.get("/log?kind=visit").Says("Nothing of this kind has happened yet.")
	r.site.Get(r.scheduler, "/log").Status(http.StatusForbidden)
	r.site.Get(r.regional, "/log").Status(http.StatusForbidden)
}

func TestTheLogHasPagesAndBelongsToOneOrganisation(t *testing.T) {
	r := newRig(t, 0)
	for i := range 55 {
		if _, err := r.places.CreateRegion(t.Context(), r.Owner, org.Region{Name: "Region " + string(rune('A'+i/10)) + string(rune('a'+i%10))}); err != nil {
			t.Fatal(err)
		}
	}
	other := worldtest.New(t, r.Store, 0)
	other.Publish(worldtest.Tea(2), "Foreign note.", "2025-01-01")
	first := r.get("/log?kind=region").Says("Region Fe", "Show older").Silent("Region Ae", "Foreign", "To the newest")
	_, next, _ := strings.Cut(first.Body.String(), `href="/log?before=`)
	next, _, _ = strings.Cut(next, `"`)
	r.get("/log?before="+strings.ReplaceAll(next, "&amp;", "&")).Says("Region Ae", "Region Aa", "To the newest").Silent("Region Fe", "Show older")
	r.get("/log?before=x").Status(http.StatusUnprocessableEntity)
}
