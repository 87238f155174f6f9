package gallery_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/gallery"
	"plainclothes/internal/web/webtest"
)

type rig struct {
	*storetest.World
	site  *webtest.Site
	svc   *studio.Service
	owner auth.Actor
}

func newRig(t *testing.T) *rig {
	t.Helper()
	w := storetest.NewWorld(t, storetest.SQLite(t), "coffee-kiosks")
	r := &rig{World: w, owner: w.Actors[auth.Owner], svc: studio.NewService(w.Store.Studio(), func() time.Time { return storetest.Noon })}
	pages, err := gallery.New(r.svc)
	if err != nil {
		t.Fatal(err)
	}
	actors := []auth.Actor{}
	for _, a := range w.Actors {
		actors = append(actors, a)
	}
	r.site = webtest.New(t, storetest.Noon, actors, pages.Routes()...)
	return r
}

// made gives the programme with a name.
func (r *rig) made(t *testing.T, name string) studio.Programme {
	t.Helper()
	all, err := r.svc.Programmes(t.Context(), r.owner)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("there is no programme %q", name)
	return studio.Programme{}
}

func TestTheGallerySaysWhatEachStartHolds(t *testing.T) {
	r := newRig(t)
	r.site.Get(r.owner, "/programmes/new").Status(http.StatusOK).
		Says("From empty", "From one of ours", "From a file", "sections", "questions, about", "minutes", "Walking up").
		Has(`href="/programmes/shipped/hardware-stores/preview"`, `action="/programmes/import"`)
}

func TestAProgrammeBeginsFromEmpty(t *testing.T) {
	r := newRig(t)
	a := r.site.Post(r.owner, "/programmes/new", url.Values{"name": {"  Bakeries "}, "trade": {"Bread"}})
	p := r.made(t, "Bakeries")
	a.To("/standards/" + p.ID + "/checklist")
	now, err := r.svc.Building(t.Context(), r.owner, p.ID)
	if err != nil || len(now.Programme.Sections) != 0 || now.Programme.Trade != "Bread" || now.Version.State != studio.Draft {
		t.Errorf("%+v: %v", now.Version, err)
	}
}

func TestANameIsAskedForAndWhatWasTypedStays(t *testing.T) {
	r := newRig(t)
	r.site.Post(r.owner, "/programmes/new", url.Values{"name": {" "}, "trade": {"Bread & <more>"}}).Status(http.StatusUnprocessableEntity).
		Says("Give the programme a name.").Has(`value="Bread &amp; &lt;more&gt;"`)
	r.site.Post(r.owner, "/programmes/new", url.Values{"name": {strings.Repeat("x", 300)}}).Status(http.StatusUnprocessableEntity)
}

func TestAProgrammeBeginsFromOneOfOursAndReplacesNothing(t *testing.T) {
	r := newRig(t)
	seen := map[string]bool{}
	for range 2 {
		a := r.site.Post(r.owner, "/programmes/new", url.Values{"from": {"coffee-kiosks"}}).Status(http.StatusSeeOther)
		to := a.Header().Get("Location")
		if seen[to] || strings.Contains(to, r.Programme) {
			t.Errorf("leads to a programme that was there: %s", to)
		}
		seen[to] = true
	}
	r.site.Post(r.owner, "/programmes/new", url.Values{"from": {"nothing"}}).Status(http.StatusNotFound)
}

func TestASectionOfAnotherProgrammeComesIntoTheDraft(t *testing.T) {
	r := newRig(t)
	base := "/standards/" + r.Programme + "/checklist"
	r.site.Get(r.owner, base+"/gallery").Status(http.StatusOK).Says("Add a section", "points").Has(`action="` + base + `/gallery"`)
	before, err := r.svc.Building(t.Context(), r.owner, r.Programme)
	if err != nil {
		t.Fatal(err)
	}
	all, err := studio.Gallery()
	if err != nil {
		t.Fatal(err)
	}
	from := all[1].Programme.Sections[0]
	a := r.site.Post(r.owner, base+"/gallery", url.Values{"from": {all[1].Key}, "section": {from.ID}}).Status(http.StatusSeeOther)
	after, err := r.svc.Building(t.Context(), r.owner, r.Programme)
	if err != nil {
		t.Fatal(err)
	}
	n := len(before.Programme.Sections)
	if len(after.Programme.Sections) != n+1 {
		t.Fatalf("%d sections, before %d", len(after.Programme.Sections), n)
	}
	added := after.Programme.Sections[n]
	if added.Title != from.Title || len(added.Questions) != len(from.Questions) {
		t.Errorf("%s with %d questions came along", added.Title, len(added.Questions))
	}
	if to := a.Header().Get("Location"); !strings.HasPrefix(to, base+"?open=section") {
		t.Errorf("leads to %s", to)
	}
	if n := after.Problems.Errors(); n > 0 {
		t.Errorf("the draft is not sound any more: %v", after.Problems)
	}
}

func TestASectionThatIsNotThereIsRefused(t *testing.T) {
	r := newRig(t)
	path := "/standards/" + r.Programme + "/checklist/gallery"
	r.site.Post(r.owner, path, url.Values{"from": {"coffee-kiosks"}, "section": {"ZZ"}}).Status(http.StatusUnprocessableEntity)
	r.site.Post(r.owner, path, nil).Status(http.StatusUnprocessableEntity)
}

func TestOnlyOwnersOfTheOrganisationBegin(t *testing.T) {
	r := newRig(t)
	foreign := storetest.NewWorld(t, r.Store, "coffee-kiosks").Programme
	form := url.Values{"from": {"coffee-kiosks"}, "section": {"A"}}
	for _, role := range []auth.Role{auth.Editor, auth.Shopper, auth.Scheduler, auth.BranchManager} {
		a := r.Actors[role]
		r.site.Get(a, "/programmes/new").Status(http.StatusForbidden)
		r.site.Post(a, "/programmes/new", form).Status(http.StatusForbidden)
		r.site.Post(a, "/standards/"+r.Programme+"/checklist/gallery", form).Status(http.StatusForbidden)
	}
	r.site.Get(r.owner, "/standards/"+foreign+"/checklist/gallery").Status(http.StatusNotFound)
	r.site.Post(r.owner, "/standards/"+foreign+"/checklist/gallery", form).Status(http.StatusNotFound)
}
