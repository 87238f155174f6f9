package report_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
)

func TestAReaderWhoIsTooEarlyIsAskedToComeBackAndFindsThePageThen(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, _ := season(t, s)
		svc := large(t, w, s)
		q := report.Query{Span: report.Last12}
		svc.Patience(time.Millisecond)
		release := svc.HoldBack()
		for range 3 { // however often he asks
			_, err := svc.Compare(t.Context(), w.Owner, q)
			if f, ok := fault.As(err); !ok || f.Kind != fault.Busy || f.RetryAfter <= 0 {
				t.Fatalf("before it is there: %v, want Busy with a time", err)
			}
		}
		if _, err := svc.Branch(t.Context(), w.Owner, w.Branches[0].ID, q); !fault.Is(err, fault.Busy) {
			t.Errorf("a branch of it: %v, want Busy", err)
		}
		if _, err := svc.Change(t.Context(), w.Owner, q); !fault.Is(err, fault.Busy) {
			t.Errorf("its change: %v, want Busy", err)
		}
		release()
		svc.Settle()
		defer svc.HoldBack()() // nothing more is found out
		got := compared(t, svc, w.Owner, q)
		if !got.AsOf.IsZero() || len(got.Result.Branches) != len(w.Branches) {
			t.Errorf("%d branches as of %s", len(got.Result.Branches), got.AsOf)
		}
	})
}

func TestAReaderWhoGivesUpLeavesTheWorkToTheNext(t *testing.T) {
	w, _ := season(t, storetest.Any(t))
	svc := large(t, w, w.Store)
	q := report.Query{Span: report.Last12}
	release := svc.HoldBack()
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := svc.Compare(ctx, w.Owner, q)
		gone <- err
	}()
	for !svc.Waiting() {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up was told %v", err)
	}
	release()
	svc.Settle()
	defer svc.HoldBack()()
	compared(t, svc, w.Owner, q)
}

func TestAWarmServerAnswersTheUsualPagesAtOnce(t *testing.T) {
	w, _ := season(t, storetest.Any(t))
	svc := large(t, w, w.Store)
	if _, err := svc.Refit(t.Context(), w.Owner.Org); err != nil {
		t.Fatal(err)
	}
	again := large(t, w, w.Store)
	if err := again.Warm(t.Context(), w.Owner.Org); err != nil {
		t.Fatal(err)
	}
	defer again.HoldBack()()
	again.Patience(time.Millisecond)
	compared(t, again, w.Owner, report.Query{})
	if _, err := again.Change(t.Context(), w.Owner, report.Query{}); err != nil {
		t.Errorf("change: %v", err)
	}
	if _, err := again.Compare(t.Context(), w.Owner, report.Query{Span: report.Last12}); !fault.Is(err, fault.Busy) {
		t.Errorf("another window: %v, want Busy", err)
	}
}
