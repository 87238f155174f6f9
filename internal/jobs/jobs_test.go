package jobs_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/fault"
	"plainclothes/internal/jobs"
	"plainclothes/internal/notify"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
)

const key = "a key of this test, long enough for it"

// outbox is a sender that keeps what it is given, after refusing some.
type outbox struct {
	mu     sync.Mutex
	refuse int
	got    []notify.Message
	tries  int
}

func (o *outbox) Send(_ context.Context, m notify.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tries++
	if o.refuse > 0 {
		o.refuse--
		return errors.New("the mail server is away")
	}
	o.got = append(o.got, m)
	return nil
}

// wait gives what was sent once there are n messages.
func (o *outbox) wait(t *testing.T, n int) []notify.Message {
	t.Helper()
	for range 400 {
		o.mu.Lock()
		got := o.got
		o.mu.Unlock()
		if len(got) >= n {
			return got
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("%d messages, want %d", len(o.got), n)
	return nil
}

// bench is a queue on a database.
type bench struct {
	*jobs.Queue
	t   *testing.T
	db  *sql.DB
	url string
	log bytes.Buffer
}

// forEach runs a test on both databases.
func forEach(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			url := storetest.SQLiteURL(t)
			if dialect == "postgres" {
				url = storetest.PostgresURL(t)
			}
			s, err := store.Open(t.Context(), url, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			b := &bench{t: t, db: s.Pool(), url: url}
			if b.Queue, err = jobs.Open(dialect, s.Pool(), key, time.Now, slog.New(slog.NewTextHandler(&b.log, nil))); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(b.Migrate(t.Context()), b.Migrate(t.Context())); err != nil {
				t.Fatal(err)
			}
			test(t, b)
		})
	}
}

// work works until the test ends.
func (b *bench) work(w jobs.Workers) {
	b.t.Helper()
	stop, err := b.Work(b.t.Context(), b.url, w)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := stop(ctx); err != nil {
			b.t.Errorf("stop: %v", err)
		}
	})
}

func message(to string) notify.Message {
	return notify.SignIn(to, "https://lists.example.com/link/s3cret", 15*time.Minute)
}

func TestAMessageIsSentAfterARefusal(t *testing.T) {
	forEach(t, func(t *testing.T, b *bench) {
		if err := b.Send(t.Context(), message("a@example.com"), time.Time{}); err != nil {
			t.Fatal(err)
		}
		o := &outbox{refuse: 1}
		b.work(jobs.Workers{Mail: o})
		if got := o.wait(t, 1); got[0] != message("a@example.com") || o.tries != 2 {
			t.Errorf("%d tries, got %+v", o.tries, got)
		}
	})
}

func TestWhatWaitsTellsNothingOfPeople(t *testing.T) {
	forEach(t, func(t *testing.T, b *bench) {
		if err := b.Send(t.Context(), message("someone@example.com"), time.Time{}); err != nil {
			t.Fatal(err)
		}
		var args string
		if err := b.db.QueryRowContext(t.Context(), "SELECT CAST(args AS text) FROM river_job WHERE kind = 'mail'").Scan(&args); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"someone", "example", "s3cret", "link"} {
			if bytes.Contains([]byte(args), []byte(bad)) {
				t.Errorf("%q is in %s", bad, args)
			}
		}
	})
}

func TestAMessageThatIsTooLateOrOfAnotherKeyIsGivenUp(t *testing.T) {
	forEach(t, func(t *testing.T, b *bench) {
		dialect := "sqlite"
		if b.url[:6] != "sqlite" {
			dialect = "postgres"
		}
		other, err := jobs.Open(dialect, b.db, key+"!", time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(b.Send(t.Context(), message("late@example.com"), time.Now().Add(-time.Second)),
			other.Send(t.Context(), message("other@example.com"), time.Time{}), b.Send(t.Context(), message("good@example.com"), time.Now().Add(time.Hour)))
		if err != nil {
			t.Fatal(err)
		}
		o := &outbox{}
		b.work(jobs.Workers{Mail: o})
		if got := o.wait(t, 1); got[0].To != "good@example.com" {
			t.Errorf("sent %+v", got)
		}
		b.count(2, "SELECT count(*) FROM river_job WHERE kind = 'mail' AND state = 'cancelled'")
	})
}

// count waits until a query gives n.
func (b *bench) count(n int, query string) {
	b.t.Helper()
	got := 0
	for range 200 {
		if err := b.db.QueryRowContext(b.t.Context(), query).Scan(&got); err != nil {
			b.t.Fatal(err)
		}
		if got == n {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Errorf("%s gives %d, want %d", query, got, n)
}

func TestANoticeLivesAndDiesWithItsTransaction(t *testing.T) {
	forEach(t, func(t *testing.T, b *bench) {
		for _, thing := range []string{"kept", "thrown away"} {
			tx, err := b.db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Tell(t.Context(), tx, jobs.Notice{Org: "o", Verb: "visit.sent_back", Thing: thing}); err != nil {
				t.Fatal(err)
			}
			end := tx.Commit
			if thing != "kept" {
				end = tx.Rollback
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
		}
		o := &outbox{}
		var asked []jobs.Notice
		b.work(jobs.Workers{Mail: o, Notice: func(_ context.Context, n jobs.Notice) ([]notify.Message, error) {
			asked = append(asked, n)
			return []notify.Message{message(n.Thing + "@example.com")}, nil
		}})
		if got := o.wait(t, 1); got[0].To != "kept@example.com" || len(asked) != 1 {
			t.Errorf("asked %+v, sent %+v", asked, got)
		}
	})
}

func TestANoticeOfWhatIsGoneAsksForNothing(t *testing.T) {
	forEach(t, func(t *testing.T, b *bench) {
		tx, err := b.db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(b.Tell(t.Context(), tx, jobs.Notice{Thing: "gone"}), tx.Commit()); err != nil {
			t.Fatal(err)
		}
		b.work(jobs.Workers{Mail: &outbox{}, Notice: func(context.Context, jobs.Notice) ([]notify.Message, error) {
			return nil, fault.Missing("visit")
		}})
		b.count(1, "SELECT count(*) FROM river_job WHERE kind = 'notice' AND state = 'completed'")
	})
}

func TestTheDailyMessagesComeOnceHoweverOftenItStarts(t *testing.T) {
	forEach(t, func(t *testing.T, b *bench) {
		o := &outbox{}
		daily := func(context.Context) ([]notify.Message, error) {
			return []notify.Message{message("editor@example.com")}, nil
		}
		for range 2 {
			stop, err := b.Work(t.Context(), b.url, jobs.Workers{Mail: o, Daily: daily})
			if err != nil {
				t.Fatal(err)
			}
			o.wait(t, 1)
			time.Sleep(300 * time.Millisecond)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			if err := stop(ctx); err != nil {
				t.Error(err)
			}
			cancel()
		}
		b.count(1, "SELECT count(*) FROM river_job WHERE kind = 'daily'")
	})
}

func TestChoresAreDoneByOneInstanceInEachPeriodAlsoWithoutAMailServer(t *testing.T) {
	forEach(t, func(t *testing.T, b *bench) {
		done := make(chan struct{}, 10)
		w := jobs.Workers{Chores: func(context.Context) ([]notify.Message, error) { done <- struct{}{}; return nil, nil }}
		var stops []func(context.Context) error
		for range 2 {
			stop, err := b.Work(t.Context(), b.url, w)
			if err != nil {
				t.Fatal(err)
			}
			stops = append(stops, stop)
		}
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Error("no chores were done")
		}
		time.Sleep(300 * time.Millisecond)
		for _, stop := range stops {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			if err := stop(ctx); err != nil {
				t.Error(err)
			}
			cancel()
		}
		b.count(1, "SELECT count(*) FROM river_job WHERE kind = 'chores'")
		if len(done) > 0 {
			t.Error("the chores were done twice")
		}
	})
}

func TestInstancesThatStartAtOnceMakeTheTablesOnce(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.PostgresURL(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			q, err := jobs.Open(s.Dialect(), s.Pool(), key, time.Now, slog.New(slog.DiscardHandler))
			if err == nil {
				err = q.Migrate(t.Context())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
