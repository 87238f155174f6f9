package scheduler_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
	"plainclothes/internal/web/scheduler"
)

// failing is the real use cases, but planning says err.
type failing struct {
	*visit.Service
	err error
	got visit.PlanInput
}

func (f *failing) Plan(_ context.Context, _ auth.Actor, in visit.PlanInput) ([]visit.Visit, error) {
	f.got = in
	return nil, f.err
}

func TestWhatTheUseCaseSaysReachesTheFieldItIsAbout(t *testing.T) {
	r := newRig(t, 2)
	for field, at := range map[string]string{"programme": "what", "scenario": "what", "branches": "branch", "due": "due_date", "fee": "fee", "shopper": "shopper"} {
		var bad fault.Fields
		bad.Add(field, "Look at this once more.")
		f := r.with(bad.Err())
		wantPage(t, r.post("p", "/plan/new", r.order("fee", "GBP 8,5", "ignore", "1")), http.StatusUnprocessableEntity, `href="#f-`+at+`">Look at this once more.`, `value="GBP 8,5"`, "1 branch chosen")
		if f.got.Fee == nil || *f.got.Fee != 850 || !f.got.IgnoreRotation || f.got.Scenario != "buyer" || f.got.Programme != r.Programme.ID {
			t.Fatalf("%+v", f.got)
		}
	}
}

func TestFailuresOfOursAreNotTheFormsFault(t *testing.T) {
	r := newRig(t, 2)
	r.with(fault.Retry(fault.Busy, "Too much is going on.", time.Second))
	wantPage(t, r.post("p", "/plan/new", r.order()), http.StatusServiceUnavailable, "Too much is going on.")
	r.with(errors.New("disk on fire"))
	wantPage(t, r.post("p", "/plan/new", r.order()), http.StatusInternalServerError, "!disk on fire")
}

// with serves the pages on use cases whose planning says err.
func (r *rig) with(err error) *failing {
	r.t.Helper()
	f := &failing{Service: r.visits, err: err}
	site, bad := kit.New(kit.Options{BaseURL: "http://localhost:8080", Now: r.Clock, Log: slog.New(slog.DiscardHandler), Sessions: r.people})
	if bad != nil {
		r.t.Fatal(bad)
	}
	site.Add(scheduler.New(f, r.Studio, r.org, auth.NewService(r.Store.Auth(), r.Clock, auth.Options{}), report.NewService(r.Store.Reports(), r.Clock), r.Clock).Routes()...)
	r.handler = site.Echo()
	return f
}
