package studio

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// RunState says how far a what-if is.
type RunState string

// The states of a run.
const (
	Running RunState = "running"
	Done    RunState = "done"
	Stopped RunState = "stopped" // by an owner
	Broken  RunState = "broken"  // Err says why
)

// Run is one what-if that goes on by itself while its owner looks at something else. Nothing of it is stored: it lives
// in the process that began it, and is forgotten RunKept after it ended.
type Run struct {
	ID          string
	Org         string
	Programme   string
	By          string // member who began it
	Window      Window
	Began       time.Time
	State       RunState
	Draft       int     // row version of the draft that it tries
	Done, Total int     // past visits
	Result      *WhatIf // only Done; not to be changed
	Err         error   // only Broken
}

// Limits of what-ifs in one process.
const (
	RunKept    = 15 * time.Minute // after the end
	runLasts   = 5 * time.Minute  // at most
	runsOfOne  = 2                // of one organisation at a time
	runsOfAll  = 4                // at a time
	runsListed = 32               // ended ones that are remembered
)

// runs are the what-ifs of a process.
type runs struct {
	mu      sync.Mutex
	all     map[string]*running
	closed  bool
	waiting sync.WaitGroup
}

// running is a run with what stops it.
type running struct {
	Run
	stop  context.CancelFunc
	ended time.Time
}

// halt stops a run. The lock is held.
func (r *running) halt(now time.Time) {
	r.State, r.ended = Stopped, now
	r.stop()
}

func newRuns() *runs { return &runs{all: map[string]*running{}} }

// BeginWhatIf starts WhatIf in the background and gives the run; it goes on when ctx ends. What can be told at once is:
// wrong months, no draft, a draft that is not finished. TooMany when enough are running.
func (s *Service) BeginWhatIf(ctx context.Context, a auth.Actor, programme string, w Window) (Run, error) {
	t, err := s.tried(ctx, a, programme, w)
	if err != nil {
		return Run{}, wrap("what-if", err)
	}
	r := &running{Run: Run{
		ID: newID(), Org: a.Org, Programme: programme, By: a.Member, Window: t.Window, Began: s.clock(), State: Running,
		Draft: t.draft.Version.RowVersion, Total: t.total(),
	}}
	work, stop := context.WithTimeout(context.WithoutCancel(ctx), runLasts)
	r.stop = stop
	if err := s.runs.begin(r, s.now()); err != nil {
		stop()
		return Run{}, err
	}
	began := r.Run
	go func() {
		defer s.runs.waiting.Done()
		defer stop()
		result, err := s.finish(work, &t, func(done, total int) { s.runs.progress(r, done, total) })
		s.runs.end(r, result, err, s.now())
	}()
	return began, nil
}

// finish scores and judges. What goes wrong in it must not end the program: nobody waits for it.
func (s *Service) finish(ctx context.Context, t *trial, progress func(done, total int)) (w *WhatIf, err error) {
	defer caught(&err)
	if err := s.rescore(ctx, t, progress); err != nil {
		return nil, err
	}
	result := t.result()
	return &result, nil
}

// caught turns a panic into an error.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
	}
}

// begin takes a run in, or says why not.
func (x *runs) begin(r *running, now time.Time) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.forget(now)
	mine, all := 0, 0
	for _, o := range x.all {
		if o.State == Running {
			all++
			if o.Org == r.Org {
				mine++
			}
		}
	}
	switch {
	case x.closed:
		return fault.New(fault.Busy, "The program is about to stop. Try again in a minute.")
	case mine >= runsOfOne:
		return fault.New(fault.TooMany, "Two what-ifs are running already. Wait for one of them, or stop one.")
	case all >= runsOfAll:
		return fault.New(fault.TooMany, "Many what-ifs are running at the moment. Try again in a minute.")
	}
	x.all[r.ID] = r
	x.waiting.Add(1)
	return nil
}

// forget drops what ended long ago, and the oldest of too many. The lock is held.
func (x *runs) forget(now time.Time) {
	var ended []*running
	for id, r := range x.all {
		switch {
		case r.State == Running:
		case now.Sub(r.ended) >= RunKept:
			delete(x.all, id)
		default:
			ended = append(ended, r)
		}
	}
	slices.SortFunc(ended, func(a, b *running) int { return a.ended.Compare(b.ended) })
	for i := 0; i < len(ended)-runsListed; i++ {
		delete(x.all, ended[i].ID)
	}
}

func (x *runs) progress(r *running, done, total int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r.Done, r.Total = done, total
}

// end keeps what became of a run.
func (x *runs) end(r *running, result *WhatIf, err error, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r.ended = now
	switch {
	case r.State == Stopped:
	case err == nil:
		r.State, r.Result = Done, result
	case errors.Is(err, context.DeadlineExceeded):
		r.State, r.Err = Broken, fault.New(fault.TooLarge, "This took longer than five minutes and was given up. Choose fewer months.")
	case errors.Is(err, context.Canceled):
		r.State = Stopped
	default:
		r.State, r.Err = Broken, wrap("what-if", err)
	}
}

// WhatIfRun gives a run as it is now. It is NotFound for one that is unknown, forgotten, of another programme, or was
// begun by another process.
func (s *Service) WhatIfRun(a auth.Actor, programme, id string) (Run, error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return Run{}, err
	}
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	s.runs.forget(s.now())
	r, ok := s.runs.all[id]
	if !ok || r.Org != a.Org || r.Programme != programme {
		return Run{}, fault.Missing("what-if")
	}
	return r.Run, nil
}

// WhatIfRuns lists the programme's runs that are known, the newest first.
func (s *Service) WhatIfRuns(a auth.Actor, programme string) ([]Run, error) {
	if err := may(a, auth.StandardsEdit); err != nil {
		return nil, err
	}
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	s.runs.forget(s.now())
	var all []Run
	for _, r := range s.runs.all {
		if r.Org == a.Org && r.Programme == programme {
			all = append(all, r.Run)
		}
	}
	slices.SortFunc(all, func(a, b Run) int { return b.Began.Compare(a.Began) })
	return all, nil
}

// StopWhatIf ends a run; one that has ended already stays as it is.
func (s *Service) StopWhatIf(a auth.Actor, programme, id string) error {
	if _, err := s.WhatIfRun(a, programme, id); err != nil {
		return err
	}
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	if r, ok := s.runs.all[id]; ok && r.State == Running {
		r.halt(s.now())
	}
	return nil
}

// Close stops all runs and waits for them; later ones are refused.
func (s *Service) Close() error {
	s.runs.mu.Lock()
	s.runs.closed = true
	for _, r := range s.runs.all {
		if r.State == Running {
			r.halt(s.now())
		}
	}
	s.runs.mu.Unlock()
	s.runs.waiting.Wait()
	return nil
}
