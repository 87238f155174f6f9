package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"plainclothes/internal/event"
	"plainclothes/internal/fault"
)

func change(t *testing.T, n int) event.Change {
	t.Helper()
	c, err := event.New("system", "test.done", "test", strconv.Itoa(n), map[string]int{"n": n})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func appendOne(t *testing.T, s *Store, org string, n int) {
	t.Helper()
	err := s.inTx(t.Context(), org, func(s *Store) error { return s.appendEvent(org, noon, change(t, n)) })
	if err != nil {
		t.Error(err)
	}
}

func wholeChainOf(t *testing.T, s *Store, org string) Chain {
	t.Helper()
	c, err := s.VerifyChain(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEightWritersMakeOneChainWithoutGaps(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o, other := newOrg(t, s, "One"), newOrg(t, s, "Two")
		var all sync.WaitGroup
		for w := range 8 {
			all.Go(func() {
				for i := range 10 {
					appendOne(t, s, o.ID, w*10+i)
				}
			})
		}
		all.Wait()
		appendOne(t, s, other.ID, 1)
		if c := wholeChainOf(t, s, o.ID); c.Broken != nil || c.Entries != 80 {
			t.Errorf("chain = %+v, want 80 whole entries", c)
		}
		if c := wholeChainOf(t, s, other.ID); c.Broken != nil || c.Entries != 1 {
			t.Errorf("the other organisation's chain = %+v, want its one entry", c)
		}
	})
}

func TestSeveralEventsOfOneUnitFollowEachOther(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		err := s.inTx(t.Context(), o.ID, func(s *Store) error {
			return s.appendEvent(o.ID, noon, change(t, 1), change(t, 2), change(t, 3))
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Events(t.Context(), o.ID, EventQuery{Before: 3, Limit: 10})
		if err != nil || len(got) != 2 || got[0].Seq != 2 || got[1].Thing != "1" || string(got[1].Body) != `{"n":1}` {
			t.Fatalf("events before the third = %+v, %v", got, err)
		}
		if got, _ = s.Events(t.Context(), o.ID, EventQuery{Kind: "test", Thing: "3"}); len(got) != 1 || got[0].Seq != 3 {
			t.Fatalf("events of thing 3 = %+v", got)
		}
		if c := wholeChainOf(t, s, o.ID); c.Broken != nil || c.Entries != 3 {
			t.Fatalf("chain = %+v", c)
		}
	})
}

func TestAFailedUnitLeavesNoEvent(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		refused := errors.New("refused")
		err := s.inTx(t.Context(), o.ID, func(s *Store) error {
			return errors.Join(s.appendEvent(o.ID, noon, change(t, 1)), refused)
		})
		if !errors.Is(err, refused) {
			t.Fatalf("error = %v", err)
		}
		if c := wholeChainOf(t, s, o.ID); c.Entries != 0 || c.Broken != nil {
			t.Fatalf("chain = %+v, want none", c)
		}
	})
}

func TestAnEventNeedsAWritingUnitOfItsOrganisation(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o, other := newOrg(t, s, "One"), newOrg(t, s, "Two")
		add := func(s *Store) error { return s.appendEvent(o.ID, noon, change(t, 1)) }
		for name, err := range map[string]error{
			"no unit":                   add(s),
			"a unit of another":         s.inTx(t.Context(), other.ID, add),
			"a unit of no organisation": s.inTx(t.Context(), "", add),
			"a view":                    s.inView(t.Context(), o.ID, add),
		} {
			if err == nil {
				t.Errorf("%s: an event was taken", name)
			}
		}
	})
}

func TestEventsCanNeitherBeChangedNorDeleted(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		appendOne(t, s, o.ID, 1)
		statements := []string{"UPDATE events SET body = '{}'", "DELETE FROM events"}
		if s.Dialect() == postgresDialect {
			statements = append(statements, "TRUNCATE events")
		}
		for _, q := range statements {
			err := s.inTx(t.Context(), o.ID, func(s *Store) error { return s.db(t.Context()).Exec(q).Error })
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v, want a refusal", q, err)
			}
		}
		if c := wholeChainOf(t, s, o.ID); c.Entries != 1 || c.Broken != nil {
			t.Errorf("chain = %+v", c)
		}
	})
}

func TestAChangedEntryIsFoundEvenWithoutTheTrigger(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		for n := range 5 {
			appendOne(t, s, o.ID, n)
		}
		disable := map[string]string{
			sqliteDialect:   "DROP TRIGGER events_no_update",
			postgresDialect: "ALTER TABLE events DISABLE TRIGGER append_only",
		}[s.Dialect()]
		tamper(t, s, o.ID, disable, `UPDATE events SET body = '{"n":7}' WHERE seq = 3`)
		if c := wholeChainOf(t, s, o.ID); c.Broken == nil || c.Entries != 2 {
			t.Errorf("chain = %+v, want it broken after entry 2", c)
		}
	})
}

func TestAChainCutAtItsEndIsFound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		appendOne(t, s, o.ID, 1)
		appendOne(t, s, o.ID, 2)
		disable := map[string]string{
			sqliteDialect:   "DROP TRIGGER events_no_delete",
			postgresDialect: "ALTER TABLE events DISABLE TRIGGER append_only",
		}[s.Dialect()]
		tamper(t, s, o.ID, disable, `DELETE FROM events WHERE seq = 2`)
		if c := wholeChainOf(t, s, o.ID); c.Broken == nil {
			t.Error("nobody missed the last entry")
		}
	})
}

func TestAChainWrittenAnewIsFoundByItsEnd(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		appendOne(t, s, o.ID, 1)
		disable := map[string]string{
			sqliteDialect:   "DROP TRIGGER events_no_delete",
			postgresDialect: "ALTER TABLE events DISABLE TRIGGER append_only",
		}[s.Dialect()]
		forged := event.Next(event.Entry{}, o.ID, noon, change(t, 2))
		tamper(t, s, o.ID, disable, "DELETE FROM events", fmt.Sprintf("INSERT INTO events VALUES ('%s', 1, '%s', '', '%s', 'system', '%s', '%s', '%s', '%s')",
			o.ID, forged.At.Format("2006-01-02 15:04:05-07:00"), forged.Hash, forged.Verb, forged.Kind, forged.Thing, forged.Body))
		if c := wholeChainOf(t, s, o.ID); c.Broken == nil {
			t.Error("a chain with other entries went unnoticed")
		}
	})
}

func TestAnEntryBeyondTheEndIsFound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		appendOne(t, s, o.ID, 1)
		tamper(t, s, o.ID, "UPDATE event_heads SET seq = 0, hash = ''")
		if c := wholeChainOf(t, s, o.ID); c.Broken == nil {
			t.Error("an entry beyond the end went unnoticed")
		}
	})
}

func tamper(t *testing.T, s *Store, org string, statements ...string) {
	t.Helper()
	err := s.inTx(t.Context(), org, func(s *Store) error {
		for _, q := range statements {
			if err := s.db(t.Context()).Exec(q).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnUnknownOrganisationHasNoChain(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		if _, err := s.VerifyChain(t.Context(), id()); !fault.Is(err, fault.NotFound) {
			t.Errorf("error = %v, want NotFound", err)
		}
		_, err := s.VerifyChain(context.WithoutCancel(t.Context()), "no-uuid'; --")
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("error = %v, want NotFound", err)
		}
	})
}

func TestAChainThatGrowsWhileItIsReadIsWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := newOrg(t, s, "One")
		stop := make(chan struct{})
		var writer sync.WaitGroup
		writer.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
					appendOne(t, s, o.ID, n)
				}
			}
		})
		for range 100 {
			if c := wholeChainOf(t, s, o.ID); c.Broken != nil {
				t.Errorf("chain = %+v", c)
				break
			}
		}
		close(stop)
		writer.Wait()
	})
}
