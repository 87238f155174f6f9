package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"plainclothes/internal/fault"
	"plainclothes/internal/notify"
)

// Workers are what is done for each kind of task.
type Workers struct {
	Mail notify.Sender
	// Notice finds the messages that a change asks for; none is fine.
	Notice func(ctx context.Context, n Notice) ([]notify.Message, error)
	// Daily finds the messages of each day, such as reminders; it is asked once a day by one of the instances. May be nil.
	Daily func(ctx context.Context) ([]notify.Message, error)
	// Chores do what the clock asks for and find the messages of the moment; one of the instances is asked every few
	// minutes. May be nil.
	Chores func(ctx context.Context) ([]notify.Message, error)
	// Fits finds out anew about large programmes where that is due; one of the instances is asked twice an hour. May be nil.
	Fits func(ctx context.Context) error
}

// errNoMail gives up a message where there is no mail server any more.
var errNoMail = errors.New("there is no mail server")

// daily is the task that comes round by itself.
type daily struct{}

// Kind names the task.
func (daily) Kind() string { return "daily" }

// chores are the task that comes round every few minutes.
type chores struct{}

// Kind names the task.
func (chores) Kind() string { return "chores" }

// fits are the task that finds out about branches.
type fits struct{}

// Kind names the task.
func (fits) Kind() string { return "fits" }

// longWorker does a task for longer than others may take.
type longWorker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	do   func(ctx context.Context) error
	most time.Duration
}

// Work does it once.
func (w *longWorker[T]) Work(ctx context.Context, _ *river.Job[T]) error { return w.do(ctx) }

// Timeout is the longest time that it may take.
func (w *longWorker[T]) Timeout(*river.Job[T]) time.Duration { return w.most }

const (
	fitsTask   = 9 * time.Minute  // longest time for the fits of all organisations; a task is taken for lost after 10
	fitsEach   = 30 * time.Minute // from fits to fits
	oneTask    = time.Minute      // longest time for a task
	choresTask = 9 * time.Minute  // longest time for the chores of all organisations
	choresEach = 10 * time.Minute // from chores to chores
	lostAfter  = 10 * time.Minute // a task whose instance died is taken up again
	messageFor = 24 * time.Hour   // how long a notice is worth sending
	atOnce     = 4                // tasks worked on at the same time by this instance
)

// Work begins to work on tasks, on PostgreSQL over connections of its own to url, so that a new task wakes it.
// stop waits for the tasks in hand, until its context ends.
func (q *Queue) Work(ctx context.Context, url string, w Workers) (stop func(context.Context) error, err error) {
	cfg, err := q.config(w)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if q.dialect == "sqlite" {
		c, err := river.NewClient(q.driver(), cfg)
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
		return c.Stop, c.Start(context.WithoutCancel(ctx))
	}
	pool, err := workPool(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	c, err := river.NewClient(riverpgxv5.New(pool), cfg)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("jobs: %w", err)
	}
	stop = func(ctx context.Context) error {
		defer pool.Close()
		return c.Stop(ctx)
	}
	return stop, c.Start(context.WithoutCancel(ctx))
}

// workPool is small: fetching tasks and listening for new ones.
func workPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = atOnce
	return pgxpool.NewWithConfig(ctx, cfg)
}

// config joins the workers with the limits of tasks.
func (q *Queue) config(w Workers) (*river.Config, error) {
	workers := river.NewWorkers()
	err := errors.Join(
		river.AddWorkerSafely(workers, river.WorkFunc(func(ctx context.Context, j *river.Job[Mail]) error { return q.mail(ctx, w.Mail, j.Args) })),
		river.AddWorkerSafely(workers, river.WorkFunc(func(ctx context.Context, j *river.Job[Notice]) error {
			return q.sendAll(ctx, func(ctx context.Context) ([]notify.Message, error) { return w.Notice(ctx, j.Args) })
		})),
		river.AddWorkerSafely(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[daily]) error { return q.sendAll(ctx, w.Daily) })),
		river.AddWorkerSafely(workers, &longWorker[chores]{do: func(ctx context.Context) error { return q.sendAll(ctx, w.Chores) }, most: choresTask}),
	)
	cfg := &river.Config{
		Logger: q.log, Workers: workers, JobTimeout: oneTask, RescueStuckJobsAfter: lostAfter,
		FetchCooldown: 100 * time.Millisecond, FetchPollInterval: lookFor(w), CompletedJobRetentionPeriod: time.Hour,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: atOnce}},
	}
	if w.Daily != nil {
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, round(daily{}, time.Hour, 24*time.Hour, attempts))
	}
	if w.Chores != nil { // what fails comes round again anyway
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, round(chores{}, choresEach, choresEach, 1))
	}
	if w.Fits != nil {
		err = errors.Join(err, river.AddWorkerSafely(workers, &longWorker[fits]{do: w.Fits, most: fitsTask}))
		cfg.PeriodicJobs = append(cfg.PeriodicJobs, round(fits{}, fitsEach, fitsEach, 1))
	}
	return cfg, err
}

// lookFor is how often a new task is looked for. Mails are waited for; without them there are only chores.
func lookFor(w Workers) time.Duration {
	if w.Mail == nil {
		return 5 * time.Second
	}
	return time.Second
}

// round is a task that comes round by itself: it is looked for every so often, and at the start, and there is one in a
// period, whoever looks.
func round(task river.JobArgs, look, period time.Duration, tries int) *river.PeriodicJob {
	once := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: period}, MaxAttempts: tries}
	return river.NewPeriodicJob(river.PeriodicInterval(look), func() (river.JobArgs, *river.InsertOpts) { return task, once },
		&river.PeriodicJobOpts{RunOnStart: true})
}

// mail sends one message. What can never be sent is given up at once.
func (q *Queue) mail(ctx context.Context, to notify.Sender, m Mail) error {
	if !m.Until.IsZero() && q.now().After(m.Until) {
		return river.JobCancel(errors.New("too late to be of use"))
	}
	message, err := q.open(m.Sealed)
	if err != nil {
		return river.JobCancel(err)
	}
	if to == nil {
		return river.JobCancel(errNoMail)
	}
	return to.Send(ctx, message)
}

// sendAll puts what find gives into the queue. A thing that is gone asks for nothing.
func (q *Queue) sendAll(ctx context.Context, find func(context.Context) ([]notify.Message, error)) error {
	messages, err := find(ctx)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := q.Send(ctx, m, q.now().Add(messageFor)); err != nil {
			return err
		}
	}
	return nil
}
