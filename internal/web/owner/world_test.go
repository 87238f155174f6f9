package owner_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/org"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/web/owner"
	"plainclothes/internal/web/webtest"
)

// rig is the owner's pages over real use cases and a real database.
type rig struct {
	*worldtest.World
	t         *testing.T
	site      *webtest.Site
	people    *auth.Service
	places    *org.Service
	scheduler auth.Actor
	regional  auth.Actor
	pages     *owner.Pages
}

// newRig makes an organisation with some branches and nothing published.
func newRig(t *testing.T, branches int) *rig {
	t.Helper()
	return rigWith(t, branches, owner.Options{URL: "http://localhost:8080"})
}

func rigWith(t *testing.T, branches int, opt owner.Options) *rig {
	t.Helper()
	w := worldtest.New(t, storetest.SQLite(t), branches)
	opts := auth.Options{}
	if opt.Mail {
		opts.Send = func(context.Context, auth.Person, auth.LinkPurpose, string) error { return nil }
	}
	r := &rig{World: w, t: t, people: auth.NewService(w.Store.Auth(), w.Clock, opts), places: org.NewService(w.Store.Org(), w.Clock)}
	r.scheduler, r.regional = w.Member(auth.Scheduler), w.Member(auth.RegionalManager)
	r.regional.Regions = []string{w.Regions[0].ID}
	r.pages = owner.New(w.Studio, r.places, r.people, entriesOf(w.Store), opt, w.Clock)
	r.site = webtest.New(t, w.Now, []auth.Actor{w.Owner, r.scheduler, r.regional}, r.pages.Routes()...)
	return r
}

// teaRooms is a rig with a published programme of four standards and a year of visits.
func teaRooms(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, 12)
	r.Publish(worldtest.Tea(4), "The first version.", "2025-01-01")
	r.Season(4, 10, "2026-02", "2026-07", "2026-09", "2026-11")
	return r
}

func entriesOf(s *store.Store) owner.Entries {
	return func(ctx context.Context, org, kind string, before int64, limit int) ([]event.Entry, error) {
		return s.Events(ctx, org, store.EventQuery{Kind: kind, Before: before, Limit: limit})
	}
}

func (r *rig) get(path string) webtest.Answer { r.t.Helper(); return r.site.Get(r.Owner, path) }

func (r *rig) post(path string, form url.Values) webtest.Answer {
	r.t.Helper()
	return r.site.Post(r.Owner, path, form)
}

// base is the address of the programme's standards.
func (r *rig) base() string { return "/standards/" + r.Programme.ID }

func form(pairs ...string) url.Values {
	f := url.Values{}
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		f.Add(k, v)
	}
	return f
}

// fields reads the values of a form that a page shows: inputs, text areas and chosen options.
func fields(t *testing.T, a webtest.Answer, action string) url.Values {
	t.Helper()
	_, rest, ok := strings.Cut(a.Body.String(), `action="`+action+`"`)
	if !ok {
		t.Fatalf("no form for %s on the page:\n%s", action, a.Body)
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	return parseFields(rest)
}
