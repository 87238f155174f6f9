package owner_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/web/owner"
)

// invite is a form that invites an editor.
func invite(pairs ...string) []string {
	return append([]string{"name=Robin Doe", "email=robin@example.org", "roles=editor"}, pairs...)
}

func TestAnInvitationShowsItsLinkOnceWithoutMail(t *testing.T) {
	r := newRig(t, 2)
	r.get("/people/invite").Status(http.StatusOK).Says("Make the invitation", "North")
	got := r.post("/people/invite", form(invite()...)).Status(http.StatusOK).Says("Robin Doe is invited", "http://localhost:8080/link/", "15 minutes")
	_, rest, _ := strings.Cut(got.Text(), "/link/")
	token, _, _ := strings.Cut(rest, " ")
	if l, err := r.people.PeekLink(t.Context(), token); err != nil || l.Email != "robin@example.org" || l.Purpose != auth.LinkInvite {
		t.Errorf("the link is for %+v, %v", l, err)
	}
	r.get("/people?text=robin").Says("Robin Doe", "Editor").Silent(token)
}

func TestWithMailNoLinkIsShown(t *testing.T) {
	r := rigWith(t, 0, owner.Options{URL: "http://localhost:8080", Mail: true})
	r.get("/people/invite").Says("Send the invitation")
	r.post("/people/invite", form(invite()...)).Status(http.StatusOK).Says("A mail with a link is on its way to robin@example.org").Silent("/link/")
}

func TestAWrongInvitationSaysEverythingAndKeepsWhatWasTyped(t *testing.T) {
	r := newRig(t, 2)
	r.post("/people/invite", form("name=", "email=robin", "roles=regional_manager", "alias=Wren")).Status(http.StatusUnprocessableEntity).Says(
		"Give the person's name.", "Give an e-mail address such as", "Choose the regions of this regional manager.",
	).Has(`value="robin"`, `value="Wren"`, `value="regional_manager" checked`, `href="#f-regions"`)
	r.post("/people/invite", form(invite("roles=branch_manager", "branches=B001 B999")...)).Status(http.StatusUnprocessableEntity).
		Says("There is no branch with the code “B999”", "B001 B999")
	r.post("/people/invite", form(invite("roles=branch_manager", "branches=b001, B002")...)).Status(http.StatusOK)
	r.get("/people?role=branch_manager").Says("Robin Doe", "Branch 001, Branch 002")
	r.post("/people/invite", form(invite()...)).Status(http.StatusUnprocessableEntity).Says("among your people already")
}

// member finds somebody's member id by name.
func (r *rig) member(name string) string {
	r.t.Helper()
	page, err := r.people.Members(r.t.Context(), r.Owner, auth.MemberQuery{Text: name})
	if err != nil || len(page.Members) != 1 {
		r.t.Fatalf("%d people called %s, %v", len(page.Members), name, err)
	}
	return page.Members[0].ID
}

func TestRolesAndScopesAreChangedAndTheSecondOfTwoSeesBoth(t *testing.T) {
	r := newRig(t, 2)
	r.post("/people/invite", form(invite()...)).Status(http.StatusOK)
	path := "/people/" + r.member("Robin")
	first, second := fields(t, r.get(path), path), fields(t, r.get(path), path)
	first["roles"], first["regions"] = []string{"regional_manager"}, []string{r.Regions[0].ID}
	r.post(path, first).To("/people")
	r.get("/people?text=robin").Says("Regional manager", "North")
	second["roles"] = []string{"scheduler"}
	again := r.post(path, second).Status(http.StatusConflict).Says("Somebody else has changed this meanwhile", "Regional manager", "Scheduler")
	retry := fields(t, again, path)
	if !slices.Equal(retry["roles"], []string{"scheduler"}) {
		t.Errorf("what was typed is gone: %q", retry["roles"])
	}
	r.post(path, retry).To("/people")
	r.get("/people?text=robin").Says("Scheduler").Silent("Regional manager North")
	retry.Set("alias", "")
	r.post(path, retry).Status(http.StatusUnprocessableEntity).Says("Give the person an alias.")
}

func TestTheLastOwnerStays(t *testing.T) {
	r := newRig(t, 0)
	path := "/people/" + r.Owner.Member
	f := fields(t, r.get(path), path)
	r.post(path+"/deactivate", f).Status(http.StatusConflict).Says("This is the last active owner. Make somebody else an owner first.")
	f["roles"] = []string{"editor"}
	r.post(path, f).Status(http.StatusConflict).Says("This is the last active owner.").Has(`value="editor" checked`)
	if m, err := r.people.Member(t.Context(), r.Owner, r.Owner.Member); err != nil || !m.Active || !slices.Contains(m.Roles, auth.Owner) {
		t.Errorf("the owner is %+v, %v", m, err)
	}
}

func TestSomebodyIsDeactivatedAndActivated(t *testing.T) {
	r := newRig(t, 0)
	r.post("/people/invite", form(invite()...)).Status(http.StatusOK)
	path := "/people/" + r.member("Robin")
	r.post(path+"/link", form()).Status(http.StatusOK).Says("/link/")
	r.post(path+"/deactivate", fields(t, r.get(path), path+"/deactivate")).To("/people")
	r.get("/people?state=gone").Says("Robin Doe", "deactivated")
	r.get("/people?state=active").Silent("Robin Doe")
	r.post(path+"/link", form()).Status(http.StatusConflict)
	r.post(path+"/activate", fields(t, r.get(path), path+"/activate")).To("/people")
	r.get("/people?state=active").Says("Robin Doe")
}

func TestASchedulerReadsPeopleAndChangesNobody(t *testing.T) {
	r := newRig(t, 1)
	r.site.Get(r.scheduler, "/people").Status(http.StatusOK).Says("Owner", "Shopper").Silent("Invite", `href="/people/`)
	path := "/people/" + r.Owner.Member
	for _, p := range []string{path, "/people/invite"} {
		r.site.Get(r.scheduler, p).Status(http.StatusForbidden)
		r.site.Post(r.scheduler, p, form(invite()...)).Status(http.StatusForbidden)
	}
	r.site.Get(r.regional, "/people").Status(http.StatusForbidden)
}

func TestPeopleOfOthersAreNotThere(t *testing.T) {
	r := newRig(t, 0)
	other := worldtest.New(t, r.Store, 0)
	path := "/people/" + other.Owner.Member
	r.get(path).Status(http.StatusNotFound)
	for _, p := range []string{path, path + "/deactivate", path + "/activate", path + "/link"} {
		r.post(p, form("version=1", "alias=x", "roles=editor")).Status(http.StatusNotFound)
	}
	r.get("/people?text=" + other.Owner.Member[:8]).Says("Nobody fits.")
}

func TestNamesOfPeopleAreTextAndNotMarkup(t *testing.T) {
	r := newRig(t, 0)
	name := "<img src=x onerror=alert(1)>" + strings.Repeat("Long", 15)
	r.post("/people/invite", form("name="+name, "email=x@example.org", "roles=editor")).Status(http.StatusOK).Says(name).Silent("<img")
	r.get("/people?text=onerror").Says(name).Silent("<img")
	r.get("/people/" + r.member("onerror")).Says(name).Silent("<img")
	r.get("/log?kind=member").Says(name).Silent("<img")
}

func TestTheListOfPeopleHasPages(t *testing.T) {
	r := newRig(t, 0)
	for range 52 {
		r.Member(auth.Shopper)
	}
	first := r.get("/people?role=shopper").Says("Show more").Silent("To the beginning")
	_, next, _ := strings.Cut(first.Body.String(), `href="/people?after=`)
	next, _, _ = strings.Cut(next, `"`)
	next = "/people?after=" + strings.ReplaceAll(next, "&amp;", "&")
	if !strings.Contains(next, "role=shopper") {
		t.Errorf("the next page forgets the role: %s", next)
	}
	r.get(next).Status(http.StatusOK).Says("To the beginning").Silent("Show more")
}

func TestATokenShowsItsSecretOnce(t *testing.T) {
	r := newRig(t, 0)
	r.get("/tokens").Says("There are no tokens yet")
	r.post("/tokens", form("name=")).Status(http.StatusUnprocessableEntity).Says("Give the token a name", "Choose what the program may do.")
	got := r.post("/tokens", form("name=Till <b>", "scopes=read", "scopes=visits")).Status(http.StatusOK).Says("Till <b>", "Copy the secret now", "pc_", "read, visits")
	_, rest, _ := strings.Cut(got.Text(), "pc_")
	secret, _, _ := strings.Cut(rest, " ")
	if a, err := r.people.TokenActor(t.Context(), "pc_"+secret); err != nil || !a.Program {
		t.Errorf("the secret opens %+v, %v", a, err)
	}
	again := r.get("/tokens").Says("Till <b>").Silent(secret, "<b>")
	_, id, _ := strings.Cut(again.Body.String(), `action="/tokens/`)
	id, _, _ = strings.Cut(id, "/")
	r.post("/tokens/"+id+"/revoke", form()).To("/tokens")
	r.get("/tokens").Says("revoked")
	if _, err := r.people.TokenActor(t.Context(), "pc_"+secret); err == nil {
		t.Error("a revoked token still opens")
	}
	r.post("/tokens/0197c0de-0000-7000-8000-000000000000/revoke", form()).Status(http.StatusNotFound)
	r.site.Get(r.scheduler, "/tokens").Status(http.StatusForbidden)
}
