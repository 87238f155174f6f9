package event_test

import (
	"testing"
	"time"

	"plainclothes/internal/event"
)

func chain(t *testing.T) []event.Entry {
	t.Helper()
	var prev event.Entry
	var all []event.Entry
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, verb := range []string{"visit.taken", "visit.sealed", "visit.published"} {
		c, err := event.New("m1", verb, "visit", "v1", map[string]string{"state": verb})
		if err != nil {
			t.Fatal(err)
		}
		prev = event.Next(prev, "o1", at, c)
		all = append(all, prev)
	}
	return all
}

func verify(all []event.Entry) error {
	var prev event.Entry
	for _, e := range all {
		if err := event.Follows(prev, e); err != nil {
			return err
		}
		prev = e
	}
	return nil
}

func TestAnUntouchedChainHolds(t *testing.T) {
	if err := verify(chain(t)); err != nil {
		t.Fatal(err)
	}
}

func TestEveryTouchBreaksTheChain(t *testing.T) {
	for name, touch := range map[string]func([]event.Entry) []event.Entry{
		"another body":      func(e []event.Entry) []event.Entry { e[1].Body = []byte(`{}`); return e },
		"another actor":     func(e []event.Entry) []event.Entry { e[0].Actor = "m2"; return e },
		"another time":      func(e []event.Entry) []event.Entry { e[2].At = e[2].At.Add(time.Microsecond); return e },
		"another thing":     func(e []event.Entry) []event.Entry { e[2].Thing = "v2"; return e },
		"a missing entry":   func(e []event.Entry) []event.Entry { return append(e[:1:1], e[2]) },
		"a swapped entry":   func(e []event.Entry) []event.Entry { e[0], e[1] = e[1], e[0]; return e },
		"moved field bytes": func(e []event.Entry) []event.Entry { e[1].Kind, e[1].Thing = "visitv", "1"; return e },
	} {
		if verify(touch(chain(t))) == nil {
			t.Errorf("%s went unnoticed", name)
		}
	}
}
