package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/fault"
)

// durable opens a store whose server waits for the disk, whatever the server's own setting is.
func durable(t *testing.T) *Store {
	t.Helper()
	url := migrated.DB(t)
	sep := "?"
	if strings.Contains(url, "?") {
		sep = "&"
	}
	s := openTest(t, url+sep+"synchronous_commit=on")
	if s.flusher == nil {
		t.Fatal("there is no flusher")
	}
	return s
}

func TestAUnitReturnsOnlyWhenItsCommitIsOnDisk(t *testing.T) {
	s := durable(t)
	o := newOrg(t, s, "One")
	for n := range 20 {
		var before string
		err := s.inTx(t.Context(), o.ID, func(s *Store) error {
			if err := s.appendEvent(o.ID, noon, change(t, n)); err != nil {
				return err
			}
			return s.db(t.Context()).Raw("SELECT pg_current_wal_insert_lsn()::text").Scan(&before).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		var flushed bool
		if err := s.pool.QueryRowContext(t.Context(), "SELECT pg_current_wal_flush_lsn() > $1::pg_lsn", before).Scan(&flushed); err != nil {
			t.Fatal(err)
		}
		if !flushed {
			t.Fatalf("unit %d returned before its commit was on disk", n)
		}
	}
}

func TestAUnitItselfDoesNotWaitForTheDisk(t *testing.T) {
	s := durable(t)
	setting := func(open func(context.Context, string, func(*Store) error) error) (v string) {
		err := open(t.Context(), "", func(s *Store) error {
			return s.db(t.Context()).Raw("SHOW synchronous_commit").Scan(&v).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := setting(s.inTx); v != "off" {
		t.Errorf("a writing unit has synchronous_commit = %s", v)
	}
	if v := setting(s.inView); v != "on" {
		t.Errorf("after it a view has synchronous_commit = %s: the setting outlived its transaction", v)
	}
	s.flusher = nil // as where the function is missing
	if v := setting(s.inTx); v != "on" {
		t.Errorf("without a flusher a unit has synchronous_commit = %s", v)
	}
}

func TestManyWaitForOneFlush(t *testing.T) {
	s := durable(t)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := s.flusher.wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for range 100 { // the worker ends by itself
		s.flusher.mu.Lock()
		busy := s.flusher.busy
		s.flusher.mu.Unlock()
		if !busy {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the worker never ends")
}

func TestAFlushThatFailsIsNoSuccess(t *testing.T) {
	s := durable(t)
	dead, err := sql.Open("pgx", "postgres://127.0.0.1:1/none")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dead.Close() }()
	s.flusher = &flusher{db: dead}
	err = s.inTx(t.Context(), "", func(*Store) error { return nil })
	if !fault.Is(err, fault.Busy) {
		t.Errorf("error = %v, want Busy: nothing reached the disk", err)
	}
}

func TestAFailedUnitDoesNotWait(t *testing.T) {
	s := durable(t)
	s.flusher = &flusher{} // would panic
	stop := errors.New("stop")
	if err := s.inTx(t.Context(), "", func(*Store) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error = %v", err)
	}
	if err := s.inView(t.Context(), "", func(*Store) error { return nil }); err != nil {
		t.Errorf("a view: %v", err)
	}
}
