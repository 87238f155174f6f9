package visit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// doubling answers each job with its double; odd ones fail when odd is set.
var errOdd = errors.New("odd")

// gate holds up runs until it is opened, and notes what was done together.
type gate struct {
	open chan struct{}
	mu   sync.Mutex
	runs [][]int
}

func (g *gate) run(_ context.Context, _ string, jobs []int) []answer[int] {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	g.runs = append(g.runs, slices.Clone(jobs))
	out := make([]answer[int], len(jobs))
	for i, j := range jobs {
		if out[i].value = 2 * j; j%2 == 1 {
			out[i] = answer[int]{err: errOdd}
		}
	}
	return out
}

// calls starts calls one after the other, so that they wait in this order.
func calls(ctx context.Context, wg *sync.WaitGroup, c *combiner[int, int], key string, jobs ...int) []answer[int] {
	out := make([]answer[int], len(jobs))
	for i, j := range jobs {
		wg.Go(func() { out[i].value, out[i].err = c.do(ctx, key, j) })
		synctest.Wait()
	}
	return out
}

func TestCallsThatWaitAreDoneTogetherInTheirOrderAndEachGetsItsOwnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{open: make(chan struct{})}
		c := newCombiner(3, 1, time.Minute, g.run)
		var wg sync.WaitGroup
		got := calls(t.Context(), &wg, c, "a", 0, 1, 2, 3, 4, 5)
		close(g.open)
		wg.Wait()
		for i, a := range got {
			if odd := i%2 == 1; odd != (a.err != nil) || !odd && a.value != 2*i {
				t.Errorf("job %d was answered %+v", i, a)
			}
		}
		if want := [][]int{{0}, {1, 2, 3}, {4, 5}}; !slices.EqualFunc(g.runs, want, slices.Equal) {
			t.Errorf("done together: %v, want %v", g.runs, want)
		}
		if len(c.queues) != 0 {
			t.Errorf("%d queues are kept", len(c.queues))
		}
	})
}

func TestKeysDoNotWaitForEachOtherAndAKeyHasItsLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{open: make(chan struct{})}
		c := newCombiner(8, 2, time.Minute, g.run)
		var wg sync.WaitGroup
		calls(t.Context(), &wg, c, "a", 0, 2, 4)
		calls(t.Context(), &wg, c, "b", 6)
		if c.queues["a"].busy != 2 || len(c.queues["a"].waiting) != 1 || c.queues["b"].busy != 1 {
			t.Errorf("queues: %+v, %+v", c.queues["a"], c.queues["b"])
		}
		close(g.open)
		wg.Wait()
		if len(g.runs) != 4 {
			t.Errorf("done together: %v", g.runs)
		}
	})
}

func TestBesideOthersAtWorkACallWaitsForAsManyOrForTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{open: make(chan struct{})}
		c := newCombiner(8, 3, time.Minute, g.run)
		var wg sync.WaitGroup
		calls(t.Context(), &wg, c, "a", 0, 2, 4)
		if q := c.queues["a"]; q.busy != 2 || q.atWork != 2 || len(q.waiting) != 1 {
			t.Errorf("one waits for another: %+v", q)
		}
		calls(t.Context(), &wg, c, "a", 6, 8)
		if q := c.queues["a"]; q.busy != 3 || q.atWork != 4 || len(q.waiting) != 1 {
			t.Errorf("two are as many as those at work: %+v", q)
		}
		close(g.open)
		wg.Wait()
		slices.SortFunc(g.runs, func(a, b []int) int { return a[0] - b[0] })
		if want := [][]int{{0}, {2}, {4, 6}, {8}}; !slices.EqualFunc(g.runs, want, slices.Equal) || len(c.queues) != 0 {
			t.Errorf("done together: %v, want %v; %d queues are kept", g.runs, want, len(c.queues))
		}
	})
}

func TestWhoLeavesBeforeHisTurnIsNotDoneAndWhoWasTakenGetsHisAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{open: make(chan struct{})}
		c := newCombiner(8, 1, time.Minute, g.run)
		var wg sync.WaitGroup
		first, endFirst := context.WithCancel(t.Context())
		taken := calls(first, &wg, c, "a", 2)
		second, endSecond := context.WithCancel(t.Context())
		left := calls(second, &wg, c, "a", 4)
		stayed := calls(t.Context(), &wg, c, "a", 6)
		endFirst()
		endSecond()
		synctest.Wait()
		if !errors.Is(left[0].err, context.Canceled) {
			t.Errorf("who left: %+v", left[0])
		}
		close(g.open)
		wg.Wait()
		if taken[0] != (answer[int]{value: 4}) || stayed[0] != (answer[int]{value: 12}) {
			t.Errorf("taken %+v, stayed %+v", taken[0], stayed[0])
		}
		if want := [][]int{{2}, {6}}; !slices.EqualFunc(g.runs, want, slices.Equal) {
			t.Errorf("done: %v, want %v", g.runs, want)
		}
	})
}

func TestTheWorkOfALeaderWhoseRequestEndedGoesOnForTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		c := newCombiner(8, 1, time.Minute, func(ctx context.Context, _ string, jobs []int) []answer[int] {
			<-open
			out := make([]answer[int], len(jobs))
			for i := range jobs {
				out[i] = answer[int]{jobs[i], ctx.Err()}
			}
			return out
		})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		got := calls(ctx, &wg, c, "a", 1)
		cancel()
		close(open)
		wg.Wait()
		if got[0] != (answer[int]{value: 1}) {
			t.Errorf("the leader got %+v", got[0])
		}
		if _, err := c.do(ctx, "a", 1); !errors.Is(err, context.Canceled) {
			t.Errorf("a request that had ended was done: %v", err)
		}
	})
}

func TestALeaderThatBreaksDownLeavesNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		broken := false
		c := newCombiner(8, 1, time.Minute, func(_ context.Context, _ string, jobs []int) []answer[int] {
			<-open
			if len(jobs) > 1 {
				broken = true
				panic("broken")
			}
			return make([]answer[int], len(jobs))
		})
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				defer func() { _ = recover() }()
				_, errs[i] = c.do(t.Context(), "a", i)
			})
			synctest.Wait()
		}
		close(open)
		wg.Wait()
		if !broken || !errors.Is(errs[2], errUnanswered) || !errors.Is(errs[3], errUnanswered) {
			t.Errorf("broken %v, errors %v", broken, errs)
		}
		if _, err := c.do(t.Context(), "a", 9); err != nil {
			t.Errorf("the lane is lost: %v", err)
		}
	})
}

func TestNobodyIsForgottenInACrowdThatComesAndGoes(t *testing.T) {
	var done atomic.Int64
	c := newCombiner(16, 2, time.Minute, func(_ context.Context, _ string, jobs []int) []answer[int] {
		if len(jobs) > 16 {
			t.Errorf("%d jobs together", len(jobs))
		}
		done.Add(int64(len(jobs)))
		out := make([]answer[int], len(jobs))
		for i, j := range jobs {
			out[i].value = -j
		}
		return out
	})
	var wg sync.WaitGroup
	var left atomic.Int64
	for i := range 2000 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%3 == 0 {
				go cancel()
			}
			switch got, err := c.do(ctx, "a", i); {
			case err == nil && got == -i:
			case errors.Is(err, context.Canceled) && i%3 == 0:
				left.Add(1)
			default:
				t.Errorf("job %d: %d, %v", i, got, err)
			}
		})
	}
	wg.Wait()
	if done.Load()+left.Load() != 2000 || len(c.queues) != 0 {
		t.Errorf("%d done, %d left, %d queues", done.Load(), left.Load(), len(c.queues))
	}
}
