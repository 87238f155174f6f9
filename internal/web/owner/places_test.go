package owner_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/org"
	"plainclothes/internal/store/worldtest"
)

func TestBranchesAreFilteredAndPaged(t *testing.T) {
	r := newRig(t, 55)
	r.get("/branches").Status(http.StatusOK).Says("Branch 001", "Branch 050", "garden", "Show more").Silent("Branch 051")
	r.get("/branches?after=B050").Says("Branch 055", "To the beginning").Silent("Branch 050", "Show more")
	r.get("/branches?text=B007").Says("Branch 007").Silent("Branch 008")
	r.get("/branches?region="+r.Regions[1].ID).Says("Branch 002", "South").Silent("Branch 001")
	r.get("/branches?format=kiosk").Says("No branch fits.")
	r.site.Get(r.regional, "/branches").Says("Branch 001").Silent("Branch 002", "Add a branch", "Import", `href="/branches/`+r.Branches[0].ID)
	r.site.Get(r.regional, "/branches/"+r.Branches[0].ID).Status(http.StatusForbidden)
}

func TestABranchIsAddedChangedAndDeactivated(t *testing.T) {
	r := newRig(t, 1)
	f := fields(t, r.get("/branches/new"), "/branches")
	if f.Get("zone") != "Europe/London" {
		t.Errorf("a new branch is in zone %q", f.Get("zone"))
	}
	f.Set("name", "Leeds <i>")
	f.Set("code", "no spaces please")
	f.Set("latitude", "north")
	f.Set("features", "Has Seating")
	r.post("/branches", f).Status(http.StatusUnprocessableEntity).Says("Write a number of degrees", "come together").Has(`value="no spaces please"`, `value="north"`).Silent("<i>")
	f.Set("latitude", "")
	r.post("/branches", f).Status(http.StatusUnprocessableEntity).Says("up to 32 letters", "“Has” is not a feature")
	f.Set("code", "LDS-01")
	f.Set("features", "has_seating")
	f.Set("region", r.Regions[0].ID)
	r.post("/branches", f).To("/branches")
	path := "/branches/" + r.branchID("LDS-01")
	f = fields(t, r.get(path).Says("Leeds <i>").Silent("<i>"), path)
	f.Set("region", r.Regions[1].ID)
	r.post(path, f).To("/branches")
	r.get(path).Says("Regions so far", "North from the beginning, until 21 Nov 2026", "South since 21 Nov 2026")
	r.post(path+"/active", fields(t, r.get(path), path+"/active")).To("/branches")
	r.get("/branches?state=gone").Says("LDS-01", "deactivated")
	r.post(path+"/active", fields(t, r.get(path), path+"/active")).To("/branches")
	r.get("/branches?state=gone").Says("No branch fits.")
}

func (r *rig) branchID(code string) string {
	r.t.Helper()
	page, err := r.places.Branches(r.t.Context(), r.Owner, org.BranchQuery{Text: code})
	if err != nil || len(page.Branches) != 1 {
		r.t.Fatalf("%d branches with code %s, %v", len(page.Branches), code, err)
	}
	return page.Branches[0].ID
}

func TestOfTwoOwnersOfOneBranchTheSecondSeesBothNames(t *testing.T) {
	r := newRig(t, 1)
	path := "/branches/" + r.Branches[0].ID
	first, second := fields(t, r.get(path), path), fields(t, r.get(path), path)
	first.Set("name", "First name")
	second.Set("name", "Second name")
	r.post(path, first).To("/branches")
	again := r.post(path, second).Status(http.StatusConflict).Says("First name", "Second name", "Nothing of yours is lost")
	r.post(path, fields(t, again, path)).To("/branches")
	r.get("/branches").Says("Second name").Silent("First name")
	r.post(path+"/active", second).Status(http.StatusConflict)
	closed := fields(t, r.get(path), path)
	r.post(path+"/active", fields(t, r.get(path), path+"/active")).To("/branches")
	r.post(path, closed).Status(http.StatusConflict).Says("Somebody else has changed this meanwhile, but nothing that you typed.", "deactivated")
}

func TestPlacesOfOthersAreNotThere(t *testing.T) {
	r := newRig(t, 1)
	other := worldtest.New(t, r.Store, 1)
	branch, region := "/branches/"+other.Branches[0].ID, "/regions/"+other.Regions[0].ID
	for _, path := range []string{branch, region} {
		r.get(path).Status(http.StatusNotFound)
		r.post(path, form("version=1", "name=Mine", "code=B001", "zone=Europe/London")).Status(http.StatusNotFound)
	}
	r.post(branch+"/active", form("version=1")).Status(http.StatusNotFound)
	r.post(region+"/delete", form("version=1")).Status(http.StatusNotFound)
	r.post("/regions", form("name=Mine", "parent="+other.Regions[0].ID)).Status(http.StatusUnprocessableEntity).Says("Choose one of the regions.")
}

const goodCSV = "code,name,region,features\nB001,Renamed,North/Leeds,garden\nNEW-1,\"New, one\",North/Leeds,has_seating\n"

func TestAFileOfBranchesIsPreviewedAndThenApplied(t *testing.T) {
	r := newRig(t, 2)
	seen := r.upload("/branches/import", "b.csv", goodCSV).Status(http.StatusOK).Says(
		"1 branch to add, 1 to change, 0 unchanged", "Line 2 B001 Renamed change", "Line 3 NEW-1 New, one add", "North/Leeds", "1 region is made",
	)
	r.get("/branches").Silent("Renamed", "NEW-1")
	r.post("/branches/import/apply", fields(t, seen, "/branches/import/apply")).To("/branches")
	r.get("/branches").Says("Renamed", "New, one", "North / Leeds", "has_seating")
	again := r.get("/branches/file").Status(http.StatusOK)
	if kind := again.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		t.Errorf("the file is %s", kind)
	}
	r.upload("/branches/import", "b.csv", again.Body.String()).Status(http.StatusOK).Says("0 branches to add, 0 to change, 3 unchanged")
}

func TestAFileWithWrongLinesSaysWhichAndStoresNothing(t *testing.T) {
	r := newRig(t, 1)
	bad := "code,name,active,latitude\nOK-1,Fine,yes,\nOK-1,Twice,yes,\nOK-2,,maybe,north\n"
	got := r.upload("/branches/import", "b.csv", bad).Status(http.StatusUnprocessableEntity).Says(
		"Nothing was imported", "Line 3 code This code stands in line 2 already.", "Line 4", "Write yes or no.", "Give the branch a name.",
	).Silent("<b>")
	if strings.Contains(got.Body.String(), "/branches/import/apply") {
		t.Error("a file with errors can be applied")
	}
	r.post("/branches/import/apply", url.Values{"part": {bad}}).Status(http.StatusUnprocessableEntity).Says("Line 3", "Line 4")
	r.get("/branches").Says("Branch 001").Silent("OK-1")
	pasted := r.post("/branches/import", url.Values{"text": {"code,nam\nX,<script>y</script>\n"}}).Status(http.StatusUnprocessableEntity).Says("Did you mean “name”?").Silent("<script>y")
	if f := fields(t, pasted, "/branches/import"); !strings.Contains(f.Get("text"), "code,nam") {
		t.Errorf("what was pasted is gone: %q", f)
	}
	r.upload("/branches/import", "b.csv", "code\n\xff\xfe\n").Status(http.StatusUnprocessableEntity).Says("not UTF-8 text")
	r.post("/branches/import", form()).Status(http.StatusUnprocessableEntity).Says("Choose a CSV file, or paste one.")
	r.site.Post(r.regional, "/branches/import", form("text=code")).Status(http.StatusForbidden)
}

func TestALongFileSurvivesThePreview(t *testing.T) {
	r := newRig(t, 0)
	var b strings.Builder
	b.WriteString("code,name,address\r\n")
	const n = 1500
	for i := range n {
		fmt.Fprintf(&b, "L%04d,Łódź %d,\"Street %d\r\nSecond line ☕☕☕\"\r\n", i, i, i)
	}
	seen := r.upload("/branches/import", "b.csv", b.String())
	seen.Status(http.StatusUnprocessableEntity).Says("characters that cannot be shown")
	clean := strings.ReplaceAll(b.String(), "\r\nSecond", ", Second")
	seen = r.upload("/branches/import", "b.csv", clean).Status(http.StatusOK)
	f := fields(t, seen, "/branches/import/apply")
	if len(f["part"]) < 2 {
		t.Fatalf("%d parts: the test is too short", len(f["part"]))
	}
	r.post("/branches/import/apply", f).To("/branches")
	r.get("/branches?text=L1499").Says("Łódź 1499")
	page, err := r.places.Branches(t.Context(), r.Owner, org.BranchQuery{Text: "L1499"})
	if err != nil || page.Branches[0].Address != "Street 1499, Second line ☕☕☕" {
		t.Errorf("the address is %+v, %v", page.Branches, err)
	}
}

func TestRegionsAreATree(t *testing.T) {
	r := newRig(t, 2)
	r.get("/regions").Status(http.StatusOK).Says("North", "South", "Add a region")
	r.post("/regions", form("name=", "parent=")).Status(http.StatusUnprocessableEntity).Says("Give the region a name.")
	r.post("/regions", form("name=north", "parent=")).Status(http.StatusUnprocessableEntity).Says("There is already a region “North” there.").Has(`value="north"`)
	r.post("/regions", form("name=Leeds", "parent="+r.Regions[0].ID)).To("/regions")
	got := r.get("/regions").Has(`list-row d1"><span><strong>Leeds`)
	_, id, _ := strings.Cut(got.Body.String(), "<strong>Leeds</strong>")
	_, id, _ = strings.Cut(id, `href="/regions/`)
	id, _, _ = strings.Cut(id, `"`)
	path := "/regions/" + id
	stale := fields(t, r.get(path), path)
	f := fields(t, r.get(path), path)
	f.Set("name", "Greater Leeds")
	f.Set("parent", r.Regions[1].ID)
	r.post(path, f).To("/regions")
	stale.Set("name", "Other Leeds")
	r.post(path, stale).Status(http.StatusConflict).Says("Greater Leeds", "Other Leeds", "North", "South")
	full := "/regions/" + r.Regions[0].ID
	r.post(full+"/delete", fields(t, r.get(full), full+"/delete")).Status(http.StatusConflict).Says("has or had branches", "Rename it instead.")
	circle := fields(t, r.get("/regions/"+r.Regions[1].ID), "/regions/"+r.Regions[1].ID)
	circle.Set("parent", id)
	r.post("/regions/"+r.Regions[1].ID, circle).Status(http.StatusUnprocessableEntity).Says("A region cannot be below itself.")
	r.post(path+"/delete", fields(t, r.get(path), path+"/delete")).To("/regions")
	r.get("/regions").Silent("Leeds")
	r.site.Get(r.regional, "/regions").Says("North").Silent("South", "Add a region", `href="/regions/`)
}
