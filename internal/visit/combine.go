package visit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// combiner lets calls that come at the same time be done together, as one commit costs the same for one report as for
// many. Who finds a free lane leads: he does his own job and those that wait, gives each its answer, and hands the
// lane to the first who came meanwhile. Nobody waits for company: a call that comes alone is done at once. There is no
// goroutine but those of the callers, and nothing is kept of a key without callers.
type combiner[J, A any] struct {
	most  int           // jobs done together
	lanes int           // goes at the same time for one key
	limit time.Duration // of one go, which does not end with the leader's own request
	run   func(ctx context.Context, key string, jobs []J) []answer[A]

	mu     sync.Mutex
	queues map[string]*queue[J, A]
}

// answer is what one caller gets.
type answer[A any] struct {
	value A
	err   error
}

// queue is who calls for one key. Somebody waits only while every lane is in use.
type queue[J, A any] struct {
	busy    int // lanes in use
	waiting []*caller[J, A]
}

type caller[J, A any] struct {
	job    J
	answer answer[A]
	leads  bool          // under the combiner's mutex: the lane is his
	taken  bool          // under the combiner's mutex: a leader does his job
	turn   chan struct{} // closed when he leads or has his answer
}

func newCombiner[J, A any](most, lanes int, limit time.Duration, run func(context.Context, string, []J) []answer[A]) *combiner[J, A] {
	return &combiner[J, A]{most: most, lanes: lanes, limit: limit, run: run, queues: map[string]*queue[J, A]{}}
}

// do has the job done, alone or with others of the same key. A caller whose context ends before his job was taken up
// leaves; later he gets the answer that there is.
func (c *combiner[J, A]) do(ctx context.Context, key string, job J) (A, error) {
	me := &caller[J, A]{job: job, turn: make(chan struct{})}
	if err := ctx.Err(); err != nil {
		return me.answer.value, err
	}
	if !c.enter(key, me) && !c.wait(ctx, key, me) {
		return me.answer.value, ctx.Err()
	}
	if me.leads {
		c.lead(ctx, key, me)
	}
	return me.answer.value, me.answer.err
}

// enter takes a free lane or joins those who wait.
func (c *combiner[J, A]) enter(key string, me *caller[J, A]) (leads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := c.queues[key]
	if q == nil {
		q = &queue[J, A]{}
		c.queues[key] = q
	}
	if q.busy < c.lanes {
		q.busy++
		me.leads = true
		return true
	}
	q.waiting = append(q.waiting, me)
	return false
}

// wait returns when it is the caller's turn to lead or his answer is there; false when he left before.
func (c *combiner[J, A]) wait(ctx context.Context, key string, me *caller[J, A]) bool {
	select {
	case <-me.turn:
		return true
	case <-ctx.Done():
	}
	c.mu.Lock()
	if me.taken {
		c.mu.Unlock()
		<-me.turn
		return true
	}
	defer c.mu.Unlock()
	if me.leads { // the lane came to him as he left
		c.handOver(key)
		return false
	}
	q := c.queues[key]
	q.waiting = slices.DeleteFunc(q.waiting, func(o *caller[J, A]) bool { return o == me })
	return false
}

// errUnanswered is what callers get whose leader broke down.
var errUnanswered = errors.New("the work that this was part of broke off")

// lead does the leader's job and those of the callers who wait, the first first.
func (c *combiner[J, A]) lead(ctx context.Context, key string, me *caller[J, A]) {
	together := c.take(key, me)
	answers := make([]answer[A], 0, len(together))
	defer func() { // also when run panics: nobody waits for ever
		for i, o := range together {
			o.answer.err = errUnanswered
			if i < len(answers) {
				o.answer = answers[i]
			}
			if o != me {
				close(o.turn)
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.handOver(key)
	}()
	jobs := make([]J, len(together))
	for i, o := range together {
		jobs[i] = o.job
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.limit) // the others' jobs outlive the leader's request
	defer cancel()
	answers = c.run(ctx, key, jobs)
}

// take gives the leader and those whose jobs he does with his own.
func (c *combiner[J, A]) take(key string, me *caller[J, A]) []*caller[J, A] {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := c.queues[key]
	n := min(len(q.waiting), c.most-1)
	together := append([]*caller[J, A]{me}, q.waiting[:n]...)
	q.waiting = slices.Delete(q.waiting, 0, n)
	for _, o := range together {
		o.taken = true
	}
	return together
}

// handOver gives the lane to the first who waits, or frees it. The mutex is held.
func (c *combiner[J, A]) handOver(key string) {
	q := c.queues[key]
	if len(q.waiting) > 0 {
		next := q.waiting[0]
		q.waiting = slices.Delete(q.waiting, 0, 1)
		next.leads = true
		close(next.turn)
		return
	}
	if q.busy--; q.busy == 0 {
		delete(c.queues, key)
	}
}
