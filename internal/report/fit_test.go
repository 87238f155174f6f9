package report_test

import (
	"context"
	"math"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

// large is a service for which a hundred visits are many.
func large(t testing.TB, w *worldtest.World, s *store.Store) *report.Service {
	t.Helper()
	return largeOf(t, w, s.Reports())
}

func largeOf(t testing.TB, w *worldtest.World, repo report.Repo) *report.Service {
	t.Helper()
	svc := report.NewService(repo, w.Clock)
	svc.KeepFrom(40)
	t.Cleanup(func() {
		if err := svc.Close(); err != nil {
			t.Error(err)
		}
	})
	return svc
}

func compared(t *testing.T, svc *report.Service, a auth.Actor, q report.Query) report.Comparison {
	t.Helper()
	c, err := svc.Compare(t.Context(), a, q)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sameFor compares what two comparisons say of each branch.
func sameFor(t *testing.T, a, b report.Comparison) {
	t.Helper()
	if len(a.Result.Branches) != len(b.Result.Branches) || len(a.Headline) == 0 || a.Result.Model.Level != b.Result.Model.Level {
		t.Fatalf("%d branches at %s, and %d at %s", len(a.Result.Branches), a.Result.Model.Level, len(b.Result.Branches), b.Result.Model.Level)
	}
	for i := range a.Headline {
		if a.Headline[i] != b.Headline[i] {
			t.Errorf("%q and %q", a.Headline[i], b.Headline[i])
		}
	}
	for i, x := range a.Result.Branches {
		y := b.Result.Branches[i]
		if x.ID != y.ID || x.Score.N != y.Score.N || math.Abs(x.Score.EstimateBP-y.Score.EstimateBP) > 1e-6 || math.Abs(x.Score.SDBP-y.Score.SDBP) > 1e-6 ||
			math.Abs(x.Score.Place.Expected-y.Score.Place.Expected) > 1e-6 || x.Score.Place.Lo != y.Score.Place.Lo || x.Score.Place.Hi != y.Score.Place.Hi || x.Score.Status != y.Score.Status {
			t.Errorf("%s: %+v and %+v", x.ID, x.Score, y.Score)
		}
		for k := range x.Outcomes {
			if o, p := x.Outcomes[k], y.Outcomes[k]; o.Counts != p.Counts || o.Status != p.Status || math.Abs(o.Good.PBelow-p.Good.PBelow) > 1e-9 {
				t.Errorf("%s, %s: %+v and %+v", x.ID, o.Standard, o, p)
			}
		}
	}
}

func refit(t *testing.T, svc *report.Service, w *worldtest.World, made int) {
	t.Helper()
	r, err := svc.Refit(t.Context(), w.Org)
	if err != nil || r.Made != made {
		t.Fatalf("%d fits made of %d windows instead of %d, %v", r.Made, r.Windows, made, err)
	}
}

func TestALargeProgrammeIsComparedLikeASmallOne(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, small := season(t, s)
		for _, a := range []auth.Actor{w.Owner, manager(w, w.Regions[0])} {
			for _, q := range []report.Query{{}, {Span: report.Last12}, {Span: report.Last12, Scenario: "guest"}} {
				sameFor(t, compared(t, small, a, q), compared(t, large(t, w, s), a, q))
			}
		}
		refit(t, large(t, w, s), w, 2)
		other := large(t, w, s) // another process finds what was kept
		for _, q := range []report.Query{{}, {Span: report.Last12}} {
			sameFor(t, compared(t, small, w.Owner, q), compared(t, other, w.Owner, q))
		}
	})
}

func scoreOf(t *testing.T, c report.Comparison, branch string) compare.ScoreEstimate {
	t.Helper()
	for _, b := range c.Result.Branches {
		if b.ID == branch {
			return b.Score
		}
	}
	t.Fatalf("branch %s is not there", branch)
	return compare.ScoreEstimate{}
}

func TestANewVisitMovesItsBranchAtOnceBetweenTwoFits(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, small := season(t, s)
		svc := large(t, w, s)
		refit(t, svc, w, 2)
		refit(t, svc, w, 0)
		q := report.Query{Span: report.Last12}
		before := compared(t, svc, w.Owner, q)
		b := w.Branches[2]
		for range 5 {
			w.Visit(worldtest.Made{Branch: b, Shopper: w.Shoppers[0], Scenario: "guest", On: "2026-11-05", Answers: w.Answered(4, 0)})
		}
		after, late := compared(t, svc, w.Owner, q), compared(t, large(t, w, s), w.Owner, q)
		sameFor(t, after, late)
		x, y := scoreOf(t, before, b.ID), scoreOf(t, after, b.ID)
		if y.N != x.N+5 || !(y.EstimateBP < x.EstimateBP) || !(y.MeanBP < x.MeanBP) {
			t.Errorf("from %+v to %+v", x, y)
		}
		fresh := scoreOf(t, compared(t, small, w.Owner, q), b.ID)
		if y.N != fresh.N || y.MeanBP != fresh.MeanBP {
			t.Errorf("%+v; counted anew %+v", y, fresh)
		}
		for _, other := range w.Branches {
			if other.ID != b.ID && scoreOf(t, before, other.ID).EstimateBP != scoreOf(t, after, other.ID).EstimateBP {
				t.Errorf("%s moved", other.Code)
			}
		}
		refit(t, svc, w, 0) // the night is not over
		w.Now = w.Now.Add(21 * time.Hour)
		refit(t, svc, w, 2)
		sameFor(t, compared(t, small, w.Owner, q), compared(t, svc, w.Owner, q))
		sameFor(t, compared(t, small, w.Owner, q), compared(t, large(t, w, s), w.Owner, q))
	})
}

func TestAVisitSetAsideLeavesALargeComparison(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, _ := season(t, s)
		svc := large(t, w, s)
		q := report.Query{Span: report.Last12}
		b := w.Branches[4]
		before := scoreOf(t, compared(t, svc, w.Owner, q), b.ID)
		id := w.Visit(worldtest.Made{Branch: b, Shopper: w.Shoppers[0], Scenario: "guest", On: "2026-11-05", Answers: w.Answered(4, 0)})
		if with := scoreOf(t, compared(t, svc, w.Owner, q), b.ID); with.N != before.N+1 {
			t.Fatalf("%d visits after %d", with.N, before.N)
		}
		if err := visit.NewService(s.Visits(), nil, w.Clock).SetAside(t.Context(), w.Member(auth.Editor), id, "The shopper knew the staff."); err != nil {
			t.Fatal(err)
		}
		if again := scoreOf(t, compared(t, svc, w.Owner, q), b.ID); again.N != before.N || math.Abs(again.EstimateBP-before.EstimateBP) > 1e-6 {
			t.Errorf("%+v before, %+v after it came and went", before, again)
		}
		if r := rebuild(t, w, svc, false); !r.Clean() {
			t.Errorf("%+v", r.Differences)
		}
	})
}

func TestATamperedVisitAmongTheSumsIsFoundAndMended(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc := season(t, s)
		refit(t, large(t, w, s), w, 2)
		w.SQL(`UPDATE rollup_visits SET lines = '' WHERE month = '2026-07' AND branch_id = ?`, w.Branches[3].ID)
		w.SQL(`UPDATE rollup_visits SET lines = lines || lines WHERE month = '2026-09' AND branch_id = ?`, w.Branches[1].ID)
		w.SQL(`UPDATE rollup_visits SET lines = replace(lines, ' guest ', ' takeaway ') WHERE month = '2026-02' AND branch_id = ?`, w.Branches[5].ID)
		found := rebuild(t, w, svc, false)
		if len(found.Differences) < 3 || found.Fixed {
			t.Fatalf("found %+v", found.Differences)
		}
		if fixed := rebuild(t, w, svc, true); !fixed.Fixed {
			t.Error("not mended")
		}
		if r := rebuild(t, w, svc, false); !r.Clean() {
			t.Errorf("after mending: %+v", r.Differences)
		}
		refit(t, large(t, w, s), w, 2) // what was found out from wrong sums is thrown away
	})
}

func TestAnOlderDatabaseWithoutSingleVisitsIsComparedTheSame(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, small := season(t, s)
		w.SQL(`DELETE FROM rollup_visits WHERE org_id = ?`, w.Org)
		q := report.Query{Span: report.Last12}
		svc := large(t, w, s)
		refit(t, svc, w, 2)
		sameFor(t, compared(t, small, w.Owner, q), compared(t, svc, w.Owner, q))
		before := scoreOf(t, compared(t, svc, w.Owner, q), w.Branches[2].ID)
		w.Visit(worldtest.Made{Branch: w.Branches[2], Scenario: "guest", On: "2026-11-05", Answers: w.Answered(4, 0)})
		after := scoreOf(t, compared(t, svc, w.Owner, q), w.Branches[2].ID)
		if after.N != before.N+1 || !(after.EstimateBP < before.EstimateBP) || after.EstimateBP < before.EstimateBP-1500 {
			t.Errorf("from %+v to %+v", before, after)
		}
	})
}

func BenchmarkCompareALargeNetworkOf2000(b *testing.B) {
	s := storetest.SQLite(b)
	w := worldtest.New(b, s, 2000)
	w.Publish(worldtest.Tea(4), "The first version.", "2025-01-01")
	w.Season(4, 2, "2026-11")
	svc := large(b, w, s)
	for b.Loop() {
		if _, err := svc.Compare(b.Context(), w.Owner, report.Query{}); err != nil {
			b.Fatal(err)
		}
	}
}

// openReads counts the transactions that are open.
type openReads struct {
	report.Repo
	open int
}

func (r *openReads) View(ctx context.Context, org string, read func(report.Tx) error) error {
	r.open++
	defer func() { r.open-- }()
	return r.Repo.View(ctx, org, read)
}

func TestNoTransactionIdlesWhileAFitIsMade(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, _ := season(t, s)
		reads := &openReads{Repo: s.Reports()}
		var open []int // transactions, each time that somebody looks at the clock
		svc := report.NewService(reads, func() time.Time {
			open = append(open, reads.open)
			return w.Clock()
		})
		svc.KeepFrom(40)
		refit(t, svc, w, 2)
		if err := svc.Close(); err != nil || len(open) == 0 || open[len(open)-1] != 0 {
			t.Errorf("transactions that were open each time: %d; the fit is dated in the last: %v", open, err)
		}
	})
}
