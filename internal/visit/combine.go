package visit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// combiner lets calls that come at the same time be done together, as one commit costs the same for one report as for
// many. The first who waits leads when there is a lane for him: he does his own job and those that wait, gives each its
// answer, and hands the lane on. A call that comes alone is done at once; beside others at work one waits until as many
// have come as they are, or until they are done, so that the lanes share the jobs evenly. There is no goroutine but those
// of the callers, and nothing is kept of a key without callers.
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

// queue is who calls for one key.
type queue[J, A any] struct {
	busy    int // lanes in use
	atWork  int // callers whose jobs are being done in them
	waiting []*caller[J, A]
}

type caller[J, A any] struct {
	job      J
	answer   answer[A]
	together []*caller[J, A] // of a leader: himself and those whose jobs he does
	taken    bool            // under the combiner's mutex: a leader does his job
	turn     chan struct{}   // closed when he leads or has his answer
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
	c.enter(key, me)
	if !c.wait(ctx, key, me) {
		return me.answer.value, ctx.Err()
	}
	if me.together != nil {
		c.lead(ctx, key, me)
	}
	return me.answer.value, me.answer.err
}

// enter joins those who wait.
func (c *combiner[J, A]) enter(key string, me *caller[J, A]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := c.queues[key]
	if q == nil {
		q = &queue[J, A]{}
		c.queues[key] = q
	}
	q.waiting = append(q.waiting, me)
	c.start(q)
}

// start has the first who waits lead, with all who wait now, where there is a lane and it is worth it. The mutex is held.
func (c *combiner[J, A]) start(q *queue[J, A]) {
	if q.busy == c.lanes || len(q.waiting) == 0 || len(q.waiting) < q.atWork {
		return
	}
	next := q.waiting[0]
	next.together = slices.Clone(q.waiting[:min(len(q.waiting), c.most)])
	q.waiting = slices.Delete(q.waiting, 0, len(next.together))
	q.busy, q.atWork = q.busy+1, q.atWork+len(next.together)
	for _, o := range next.together {
		o.taken = true
	}
	close(next.turn)
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
	q := c.queues[key]
	q.waiting = slices.DeleteFunc(q.waiting, func(o *caller[J, A]) bool { return o == me })
	return false
}

// errUnanswered is what callers get whose leader broke down.
var errUnanswered = errors.New("the work that this was part of broke off")

// lead does the leader's job and those of the callers who wait, the first first.
func (c *combiner[J, A]) lead(ctx context.Context, key string, me *caller[J, A]) {
	together := me.together
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
		c.leave(key, len(together))
	}()
	jobs := make([]J, len(together))
	for i, o := range together {
		jobs[i] = o.job
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.limit) // the others' jobs outlive the leader's request
	defer cancel()
	answers = c.run(ctx, key, jobs)
}

// leave frees a lane in which so many jobs were done. The mutex is held.
func (c *combiner[J, A]) leave(key string, done int) {
	q := c.queues[key]
	q.busy, q.atWork = q.busy-1, q.atWork-done
	if c.start(q); q.busy == 0 {
		delete(c.queues, key)
	}
}
