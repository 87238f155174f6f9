package editor_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/editor"
)

// between is the real use cases with something that happens between reading a report and deciding about it.
type between struct {
	*visit.Service
	meanwhile error            // what every decision says
	fail      map[string]error // what publishing a report says
}

func (b between) Accept(context.Context, auth.Actor, string) error { return b.meanwhile }

func (b between) Publish(ctx context.Context, a auth.Actor, id string) error {
	if err, ok := b.fail[id]; ok {
		return err
	}
	return b.Service.Publish(ctx, a, id)
}

func TestADecisionThatLosesTheRaceIsExplained(t *testing.T) {
	r := newRig(t)
	id := r.made(visit.Received)
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{fault.New(fault.Conflict, "Somebody else changed this meanwhile."), http.StatusConflict, "Somebody else changed this meanwhile."},
		{fault.Retry(fault.Busy, "Too much is going on.", time.Second), http.StatusServiceUnavailable, "Too much is going on."},
		{errors.New("disk on fire"), http.StatusInternalServerError, "!disk on fire"},
	} {
		r.handler = siteOf(t, r.Clock, r.people, editor.New(between{Service: r.visits, meanwhile: c.err}, r.Studio, report.NewService(r.Store.Reports(), r.Clock)))
		wantPage(t, r.post("e", path(id, "/accept"), revision1()), c.status, c.says)
	}
}

func TestAFailureOfOursIsNotReportedAsARefusal(t *testing.T) {
	r := newRig(t)
	a, b := r.made(visit.Accepted), r.made(visit.Accepted)
	r.handler = siteOf(t, r.Clock, r.people, editor.New(between{Service: r.visits, fail: map[string]error{b: errors.New("disk on fire")}}, r.Studio, report.NewService(r.Store.Reports(), r.Clock)))
	wantPage(t, r.post("e", "/review/publish", url.Values{"visit": {a, b}}), http.StatusInternalServerError, "!disk on fire", "!stays as")
	if r.state(a) != visit.Published || r.state(b) != visit.Accepted {
		t.Fatalf("%s, %s", r.state(a), r.state(b))
	}
}

func TestMoreThanAListAtOnceIsTooMuch(t *testing.T) {
	r := newRig(t)
	form := url.Values{}
	for range visit.MaxList + 1 {
		form.Add("visit", "00000000-0000-4000-8000-000000000000")
	}
	wantPage(t, r.post("e", "/review/publish", form), http.StatusRequestEntityTooLarge, "at most 200 reports")
	id := r.made(visit.Received)
	form = revision1()
	for range 41 {
		form.Add("question", "C6")
		form.Add("text", "What was this?")
	}
	wantPage(t, r.post("e", path(id, "/send-back"), form), http.StatusRequestEntityTooLarge, "at most 40 questions")
}
