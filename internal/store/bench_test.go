package store

import (
	"path/filepath"
	"sync"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/org"
	"plainclothes/internal/store/pgtest"
)

// benchEach runs a benchmark on both databases, on a PostgreSQL that waits for the disk, as one in the field does.
func benchEach(b *testing.B, bench func(b *testing.B, s *Store)) {
	b.Helper()
	run := func(name, url string) {
		b.Run(name, func(b *testing.B) {
			s, err := Open(b.Context(), url, clock)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = s.Close() })
			if err := s.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			bench(b, s)
		})
	}
	run("sqlite", "sqlite:"+filepath.Join(b.TempDir(), "bench.db"))
	run("postgres", pgtest.Start(b, pgtest.Options{Durable: true}).DB(b))
}

// BenchmarkAppend adds one event per unit of work to one organisation's chain, by many clients at once.
func BenchmarkAppend(b *testing.B) {
	benchEach(b, func(b *testing.B, s *Store) {
		o := org.Organisation{ID: id(), Name: "Bench", Zone: "UTC", Currency: "EUR", Created: noon, RowVersion: 1}
		if err := s.CreateOrganisation(b.Context(), o); err != nil {
			b.Fatal(err)
		}
		c := event.Change{Actor: "system", Verb: "visit.received", Kind: "visit", Thing: id(), Body: []byte(`{"state":"received"}`)}
		for name, clients := range map[string]int{"1client": 1, "32clients": 32} {
			b.Run(name, func(b *testing.B) {
				work := make(chan struct{})
				var all sync.WaitGroup
				for range clients {
					all.Go(func() {
						for range work {
							err := s.inTx(b.Context(), o.ID, func(s *Store) error { return s.appendEvent(o.ID, noon, c) })
							if err != nil {
								b.Error(err)
							}
						}
					})
				}
				for b.Loop() {
					work <- struct{}{}
				}
				close(work)
				all.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			})
		}
	})
}

// BenchmarkActor loads who a person is, as each request does.
func BenchmarkActor(b *testing.B) {
	benchEach(b, func(b *testing.B, s *Store) {
		o := org.Organisation{ID: id(), Name: "Bench", Zone: "UTC", Currency: "EUR", Created: noon, RowVersion: 1}
		p := auth.Person{ID: id(), Email: id() + "@example.org", Created: noon, RowVersion: 1}
		m := auth.Member{Org: o.ID, ID: id(), Person: p.ID, Alias: "Wren", Roles: []auth.Role{auth.Shopper}, Active: true, RowVersion: 1}
		for _, err := range []error{s.CreateOrganisation(b.Context(), o), s.CreatePerson(b.Context(), p), s.CreateMember(b.Context(), m, noon)} {
			if err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() {
			if _, err := s.Actor(b.Context(), o.ID, p.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
}
