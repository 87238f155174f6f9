package report_test

import (
	"context"
	"math"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// bad is some visits to a branch at which nothing was met.
func bad(w *worldtest.World, b org.Branch, n int) {
	for range n {
		w.Visit(worldtest.Made{Branch: b, Shopper: w.Shoppers[0], Scenario: "guest", On: "2026-11-05", Answers: w.Answered(4, 0)})
	}
}

func TestAReaderOfALargeComparisonDoesNotWaitForWhatIsNew(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, _ := season(t, s)
		svc := large(t, w, s)
		q, b := report.Query{Span: report.Last12}, w.Branches[2]
		first := compared(t, svc, w.Owner, q)
		if !first.AsOf.IsZero() {
			t.Errorf("what was just found out is as of %s", first.AsOf)
		}
		w.Now = w.Now.Add(time.Minute)
		bad(w, b, 5)
		release := svc.HoldBack()
		held := compared(t, svc, w.Owner, q)
		if held.AsOf.IsZero() || !held.AsOf.Before(w.Now) {
			t.Errorf("as of %s", held.AsOf)
		}
		x, y := scoreOf(t, first, b.ID), scoreOf(t, held, b.ID)
		if y.N != x.N+5 || !(y.EstimateBP < x.EstimateBP) || held.Result.Headline.Visits != first.Result.Headline.Visits+5 {
			t.Errorf("from %+v to %+v", x, y)
		}
		if len(held.Scores) != len(first.Scores) {
			t.Errorf("%d scores for the funnel, then %d", len(first.Scores), len(held.Scores))
		}
		for i := range held.Scores {
			if held.Scores[i].Branch == b.ID && int(held.Scores[i].N) != y.N {
				t.Errorf("the funnel knows of %d visits, the table of %d", held.Scores[i].N, y.N)
			}
		}
		release()
		w.Now = w.Now.Add(time.Minute)
		compared(t, svc, w.Owner, q)
		svc.Settle()
		after := compared(t, svc, w.Owner, q)
		if !after.AsOf.IsZero() {
			t.Errorf("still as of %s", after.AsOf)
		}
		sameFor(t, held, after) // among few branches places are of now, too
	})
}

func TestWhatIsFoundOutBesideTheReadersRestsBetweenTwoTimesAndHasAnEnd(t *testing.T) {
	w, _ := season(t, storetest.Any(t))
	svc := large(t, w, w.Store)
	q := report.Query{Span: report.Last12}
	compared(t, svc, w.Owner, q)
	bad(w, w.Branches[1], 1)
	compared(t, svc, w.Owner, q)
	svc.Settle()
	compared(t, svc, w.Owner, q)
	bad(w, w.Branches[1], 1)
	for range 3 { // it rests: the clock stands still
		held := compared(t, svc, w.Owner, q)
		svc.Settle()
		if held.AsOf.IsZero() {
			t.Fatal("found out anew at once")
		}
	}
	w.Now = w.Now.Add(11 * time.Minute)
	if late := compared(t, svc, w.Owner, q); !late.AsOf.IsZero() {
		t.Errorf("after more than ten minutes still as of %s", late.AsOf)
	}
}

func TestEveryPageOfALargeProgrammeSaysAsOfWhenItIs(t *testing.T) {
	w, _ := season(t, storetest.Any(t))
	svc := large(t, w, w.Store)
	q, b := report.Query{Span: report.Last12}, w.Branches[0]
	regional := manager(w, w.Regions[0])
	pages := map[string]func(context.Context, auth.Actor) (time.Time, error){
		"change": func(ctx context.Context, a auth.Actor) (time.Time, error) {
			r, err := svc.Change(ctx, a, q)
			return r.AsOf, err
		},
		"drivers": func(ctx context.Context, a auth.Actor) (time.Time, error) {
			r, err := svc.Drivers(ctx, a, q)
			return r.AsOf, err
		},
		"outlook": func(ctx context.Context, a auth.Actor) (time.Time, error) {
			r, err := svc.Outlook(ctx, a, q, report.NextQuery{})
			return r.AsOf, err
		},
		"branches": func(ctx context.Context, a auth.Actor) (time.Time, error) {
			r, err := svc.Compare(ctx, a, q)
			return r.AsOf, err
		},
		"branch": func(ctx context.Context, a auth.Actor) (time.Time, error) {
			r, err := svc.Branch(ctx, a, b.ID, q)
			return r.AsOf, err
		},
	}
	look := func(wanted bool) {
		t.Helper()
		for name, page := range pages {
			for _, a := range []auth.Actor{w.Owner, regional} {
				at, err := page(t.Context(), a)
				if err != nil || at.IsZero() == wanted {
					t.Errorf("%s: as of %v, %v", name, at, err)
				}
			}
		}
	}
	compared(t, svc, w.Owner, q)
	look(false)
	w.Now = w.Now.Add(time.Minute)
	bad(w, b, 2)
	release := svc.HoldBack()
	look(true)
	release()
	w.Now = w.Now.Add(time.Minute)
	compared(t, svc, w.Owner, q)
	svc.Settle()
	w.Now = w.Now.Add(time.Minute)
	look(false)
}

func TestAPageOfABranchHasItsNewVisitsAtOnceAndReadsAsInASmallProgramme(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, small := season(t, s)
		svc := large(t, w, s)
		q, b := report.Query{Span: report.Last12}, w.Branches[3]
		read := func(svc *report.Service) report.BranchReport {
			r, err := svc.Branch(t.Context(), w.Owner, b.ID, q)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		sameBranch(t, read(small), read(svc), 1e-9)
		bad(w, b, 4)
		defer svc.HoldBack()()
		held := read(svc)
		if held.AsOf.IsZero() {
			t.Error("all is of now")
		}
		sameBranch(t, read(small), held, 3) // what others taught of it is a little older
		for i, p := range read(small).Year.Branches[b.ID].Months {
			if got := held.Year.Branches[b.ID].Months[i]; got.N != p.N || got.MeanBP != p.MeanBP {
				t.Errorf("month %s: %+v, not %+v", p.Month, got, p)
			}
		}
	})
}

// sameBranch compares what a branch's own visits say, exactly, and why it stands where it stands, within some points.
func sameBranch(t *testing.T, want, got report.BranchReport, within float64) {
	t.Helper()
	if want.Score.N != got.Score.N || want.Score.MeanBP != got.Score.MeanBP || len(want.Standards) != len(got.Standards) {
		t.Errorf("%+v, not %+v", got.Score, want.Score)
	}
	for i := range want.Standards {
		x, y := want.Standards[i], got.Standards[i]
		if x.Outcome.Counts != y.Outcome.Counts || (x.Cause == nil) != (y.Cause == nil) || x.Cause != nil && math.Abs(x.Cause.Performance-y.Cause.Performance) > within {
			t.Errorf("%s: %+v and %+v", x.Standard.ID, x.Cause, y.Cause)
		}
	}
	if (want.Causes == nil) != (got.Causes == nil) || want.Causes != nil && math.Abs(want.Causes.Total-got.Causes.Total) > within {
		t.Errorf("%+v, not %+v", got.Causes, want.Causes)
	}
	if within < 1 && want.Causes != nil && want.Causes.Sentence != got.Causes.Sentence {
		t.Errorf("%q, not %q", got.Causes.Sentence, want.Causes.Sentence)
	}
}

func TestABranchThatMovedToAnotherRegionIsSeenFromThereAtOnce(t *testing.T) {
	w, _ := season(t, storetest.Any(t))
	svc := large(t, w, w.Store)
	q := report.Query{Span: report.Last12}
	there := manager(w, w.Regions[0])
	before := compared(t, svc, there, q)
	var other org.Branch
	for _, b := range w.Branches {
		if _, ok := before.Places[b.ID]; !ok {
			other = b
		}
	}
	moveTo(t, w, other.ID, w.Regions[0])
	after := compared(t, svc, there, q)
	if _, ok := after.Places[other.ID]; !ok || len(after.Places) != len(before.Places)+1 {
		t.Errorf("%d branches, then %d", len(before.Places), len(after.Places))
	}
}

// moveTo puts a branch into another region.
func moveTo(t *testing.T, w *worldtest.World, branch string, region org.Region) {
	t.Helper()
	b, err := w.Store.Branch(t.Context(), org.Access{Org: w.Org, All: true}, branch)
	if err != nil {
		t.Fatal(err)
	}
	b.Region = region.ID
	if _, err := org.NewService(w.Store.Org(), w.Clock).ChangeBranch(t.Context(), w.Owner, b); err != nil {
		t.Fatal(err)
	}
}

// watched lets something happen before the second time that the store is opened, and counts what goes through the visits of all.
type watched struct {
	report.Repo
	second func()
	opened atomic.Int64
	long   atomic.Int64
	whole  atomic.Int64 // sums of scores of all branches
	facts  atomic.Int64 // visits of all branches, one by one
}

func (r *watched) View(ctx context.Context, org string, read func(report.Tx) error) error {
	if r.opened.Add(1) == 2 && r.second != nil {
		r.second()
	}
	return r.Repo.View(ctx, org, func(tx report.Tx) error { return read(watchedTx{tx, r}) })
}

type watchedTx struct {
	report.Tx
	of *watched
}

func (x watchedTx) ByShopper(ctx context.Context, org string, q studio.SumQuery) ([]report.ShopperSum, error) {
	x.of.long.Add(1)
	return x.Tx.ByShopper(ctx, org, q)
}

func (x watchedTx) Sums(ctx context.Context, org string, q studio.SumQuery) (studio.Sums, error) {
	if q.Scores && q.Branch == "" {
		x.of.whole.Add(1)
	}
	return x.Tx.Sums(ctx, org, q)
}

func (x watchedTx) EachFact(ctx context.Context, org string, q studio.SumQuery, each func(*visit.Rollup) error) error {
	if q.Branch == "" {
		x.of.facts.Add(1)
	}
	return x.Tx.EachFact(ctx, org, q, each)
}

func TestVisitsOfAllBranchesArePassedAgainOnlyOfThoseThatMoved(t *testing.T) {
	w, _, _ := crowd(t, storetest.Any(t))
	repo := &watched{Repo: w.Store.Reports()}
	many := largeOf(t, w, repo)
	many.AtOnce(50)
	refit(t, many, w, 2)
	change := func(svc *report.Service) report.Change {
		c, err := svc.Change(t.Context(), w.Owner, report.Query{})
		if err != nil || !c.Adjusted {
			t.Fatalf("adjusted %v, %v: %s", c.Adjusted, err, c.Declined)
		}
		return c
	}
	first, read := change(many), repo.facts.Load()
	w.Now = w.Now.Add(time.Minute)
	bad(w, w.Branches[1], 2)
	change(many)
	many.Settle()
	got := change(many)
	again := large(t, w, w.Store)
	again.AtOnce(50)
	want := change(again)
	if !got.AsOf.IsZero() || !reflect.DeepEqual(got.Moves.Rows, want.Moves.Rows) || reflect.DeepEqual(got.Moves.Rows, first.Moves.Rows) {
		t.Errorf("as of %s: %+v\nnot\n%+v", got.AsOf, got.Moves.Rows, want.Moves.Rows)
	}
	if n := repo.facts.Load(); n != read || read == 0 {
		t.Errorf("gone through %d times, then %d", read, n-read)
	}
}

func TestScoresOfAllBranchesAreReadAnewOnlyOfThoseThatMoved(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, _ := season(t, s)
		repo := &watched{Repo: s.Reports()}
		svc := report.NewService(repo, w.Clock)
		year := func(svc *report.Service) report.Trends {
			y, err := svc.Trends(t.Context(), w.Owner, report.Query{})
			if err != nil {
				t.Fatal(err)
			}
			return y
		}
		first := year(svc)
		if repo.whole.Load() != 1 {
			t.Fatalf("read %d times at first", repo.whole.Load())
		}
		b := w.Branches[5].ID
		bad(w, w.Branches[5], 3)
		got, want := year(svc), year(report.NewService(s.Reports(), w.Clock))
		if n := repo.whole.Load(); n != 1 {
			t.Errorf("read as a whole %d times", n)
		}
		if !reflect.DeepEqual(got, want) || reflect.DeepEqual(got.Branches[b], first.Branches[b]) {
			t.Errorf("%+v, not %+v", got.Branches[b], want.Branches[b])
		}
		for range 3 { // too many to read one by one
			bad(w, w.Branches[1], 1)
			bad(w, w.Branches[2], 1)
			bad(w, w.Branches[3], 1)
		}
		if got, want := year(svc), year(report.NewService(s.Reports(), w.Clock)); !reflect.DeepEqual(got, want) || repo.whole.Load() != 2 {
			t.Errorf("%+v, not %+v, read as a whole %d times", got.Branches[b], want.Branches[b], repo.whole.Load())
		}
	})
}

func TestAPageThatIsFirstAskedForWhileOthersAreFoundOutIsReadyWithThem(t *testing.T) {
	w, _ := season(t, storetest.Any(t))
	repo := &watched{Repo: w.Store.Reports()}
	svc := largeOf(t, w, repo)
	change := func() report.Change {
		c, err := svc.Change(t.Context(), w.Owner, report.Query{})
		if err != nil {
			t.Error(err)
		}
		return c
	}
	compared(t, svc, w.Owner, report.Query{})
	w.Now = w.Now.Add(time.Minute)
	bad(w, w.Branches[1], 1)
	repo.opened.Store(0)
	repo.second = func() { // the first was the reader's, who has the table of branches found out about anew
		if c := change(); c.AsOf.IsZero() {
			t.Error("what is new is shown before it is found out")
		}
	}
	compared(t, svc, w.Owner, report.Query{})
	svc.Settle()
	before := repo.long.Load()
	if c := change(); !c.AsOf.IsZero() || c.Declined != "" {
		t.Errorf("as of %s: %s", c.AsOf, c.Declined)
	}
	if n := repo.long.Load() - before; before == 0 || n > 0 {
		t.Errorf("all visits were gone through %d times before, and %d times by the reader himself", before, n)
	}
}

func TestRegionsOfALargeProgrammeAreFoundOutLessOftenAndSayAsOfWhen(t *testing.T) {
	w, _, _ := crowd(t, storetest.Any(t))
	many := large(t, w, w.Store)
	many.AtOnce(50)
	refit(t, many, w, 2)
	ask := func() report.RegionGaps {
		t.Helper()
		r, err := many.Regions(t.Context(), w.Owner, report.Query{})
		if err != nil || len(r.Rest) != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		return r
	}
	later := func(by time.Duration) { // visits come in, are found out beside the readers, and are there
		w.Now = w.Now.Add(by)
		bad(w, w.Branches[1], 5)
		ask()
		many.Settle()
	}
	began := w.Now
	first := ask()
	later(time.Minute)
	if kept := ask(); !kept.AsOf.Equal(began) || !reflect.DeepEqual(kept.Regions, first.Regions) || !first.AsOf.IsZero() {
		t.Errorf("as of %s, then %s, not %s: %+v and %+v", first.AsOf, kept.AsOf, began, first.Rest, kept.Rest)
	}
	later(8 * time.Minute)
	later(2 * time.Minute)
	renewed := ask()
	if !renewed.AsOf.IsZero() || reflect.DeepEqual(renewed.Regions, first.Regions) {
		t.Errorf("as of %s: %+v", renewed.AsOf, renewed.Rest)
	}
	w.Now = w.Now.Add(25 * time.Minute)
	bad(w, w.Branches[1], 5)
	if now := ask(); !now.AsOf.IsZero() || reflect.DeepEqual(now.Regions, renewed.Regions) {
		t.Errorf("after a long time as of %s: %+v", now.AsOf, now.Rest)
	}
	was := ask().Rest[0].Branches
	moveTo(t, w, w.Branches[0].ID, w.Regions[1])
	if is := ask().Rest[0].Branches; is != was-1 {
		t.Errorf("a region of %d branches that lost one has %d", was, is)
	}
}
