package studio_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// slow is a repository of which runs, which alone have a deadline, read nothing until they are let go or stopped. They wait
// outside of it: it has only so many connections.
type slow struct {
	studio.Repo
	let chan struct{}
}

func (s slow) View(ctx context.Context, org string, read func(studio.Tx) error) error {
	if _, run := ctx.Deadline(); run {
		select {
		case <-s.let:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.Repo.View(ctx, org, read)
}

// slowly is a season with a draft, and a service over it whose what-ifs wait.
func slowly(t *testing.T) (*worldtest.World, *studio.Service, chan struct{}) {
	t.Helper()
	w := season(t)
	replace(t, w, "standard: K02, points: 2", "standard: K02, points: 3")
	let := make(chan struct{})
	s := studio.NewService(slow{w.Store.Studio(), let}, w.Clock)
	t.Cleanup(func() { _ = s.Close() })
	return w, s, let
}

// until waits for a state of a run.
func until(t *testing.T, s *studio.Service, w *worldtest.World, id string, state studio.RunState) studio.Run {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		r, err := s.WhatIfRun(w.Owner, w.Programme.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == state {
			return r
		}
	}
	t.Fatalf("the run is never %s", state)
	return studio.Run{}
}

func TestARunGoesOnWhenItsRequestHasEndedAndIsForgottenLater(t *testing.T) {
	w, s, let := slowly(t)
	ctx, leave := context.WithCancel(t.Context())
	r, err := s.BeginWhatIf(ctx, w.Owner, w.Programme.ID, studio.Window{})
	if err != nil || r.State != studio.Running || r.Total != 120 {
		t.Fatalf("%+v, %v", r, err)
	}
	leave()
	close(let)
	done := until(t, s, w, r.ID, studio.Done)
	if done.Result == nil || done.Result.Rescored != 120 || done.Done != 120 {
		t.Errorf("%+v", done)
	}
	if all, err := s.WhatIfRuns(w.Owner, w.Programme.ID); err != nil || len(all) != 1 {
		t.Errorf("%d runs, %v", len(all), err)
	}
	w.Now = w.Now.Add(studio.RunKept)
	if _, err := s.WhatIfRun(w.Owner, w.Programme.ID, r.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after 15 minutes: %v", err)
	}
}

func TestAStoppedRunEndsAndMakesRoom(t *testing.T) {
	w, s, _ := slowly(t)
	var ids []string
	for range 2 {
		r, err := s.BeginWhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if _, err := s.BeginWhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{}); !fault.Is(err, fault.TooMany) {
		t.Fatalf("a third one: %v", err)
	}
	if err := s.StopWhatIf(w.Owner, w.Programme.ID, ids[0]); err != nil {
		t.Fatal(err)
	}
	until(t, s, w, ids[0], studio.Stopped)
	if _, err := s.BeginWhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{}); err != nil {
		t.Errorf("after one was stopped: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	until(t, s, w, ids[1], studio.Stopped)
	if _, err := s.BeginWhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{}); !fault.Is(err, fault.Busy) {
		t.Errorf("after the end of the program: %v", err)
	}
}

func TestARunIsItsOrganisationsOwners(t *testing.T) {
	w, s, _ := slowly(t)
	r, err := s.BeginWhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{})
	if err != nil {
		t.Fatal(err)
	}
	other := worldtest.New(t, storetest.Any(t), 1)
	for name, c := range map[string]struct {
		who       auth.Actor
		programme string
		kind      fault.Kind
	}{
		"another organisation": {other.Owner, w.Programme.ID, fault.NotFound},
		"another programme":    {w.Owner, "none", fault.NotFound},
		"a manager":            {w.Member(auth.RegionalManager), w.Programme.ID, fault.Forbidden},
	} {
		if _, err := s.WhatIfRun(c.who, c.programme, r.ID); !fault.Is(err, c.kind) {
			t.Errorf("%s looks at it: %v", name, err)
		}
		if err := s.StopWhatIf(c.who, c.programme, r.ID); !fault.Is(err, c.kind) {
			t.Errorf("%s stops it: %v", name, err)
		}
	}
	if _, err := s.BeginWhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{From: "2026-05", To: "2026-01"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("wrong months: %v", err)
	}
	if all, err := s.WhatIfRuns(other.Owner, w.Programme.ID); err != nil || len(all) != 0 {
		t.Errorf("%d runs, %v", len(all), err)
	}
}

func TestWhatBreaksARunIsSaidAndDoesNotEndTheProgram(t *testing.T) {
	w, s, let := slowly(t)
	w.SQL(`UPDATE reports SET answers = '{"Q01"' WHERE org_id = ?`, w.Org)
	close(let)
	r, err := s.BeginWhatIf(t.Context(), w.Owner, w.Programme.ID, studio.Window{})
	if err != nil {
		t.Fatal(err)
	}
	if broken := until(t, s, w, r.ID, studio.Broken); broken.Err == nil || !strings.Contains(broken.Err.Error(), "no JSON object") {
		t.Errorf("%+v", broken)
	}
}
