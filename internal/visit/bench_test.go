package visit_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/visit"
)

// BenchmarkSubmit is one whole report: checked, scored, stored with its op log, published, summed up and noted.
func BenchmarkSubmit(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name+"/alone", func(b *testing.B) { benchmarkSubmit(b, open(b), 1) })
		b.Run(name+"/together", func(b *testing.B) { benchmarkSubmit(b, open(b), 16) })
	}
}

// benchmarkSubmit has clients for each processor.
func benchmarkSubmit(b *testing.B, s *store.Store, clients int) {
	w := storetest.NewWorld(b, s, "coffee-kiosks")
	svc := visit.NewService(s.Visits(), &memory{kept: map[string][]byte{}}, func() time.Time { return noon })
	var ids []string
	for range b.N {
		vs, err := svc.Plan(b.Context(), w.Actors[auth.Scheduler], visit.PlanInput{
			Programme: w.Programme, Branches: []string{w.Branch}, Scenario: "buyer", Shopper: w.Actors[auth.Shopper].Member,
			Due: noon.Add(time.Hour), IgnoreRotation: true,
		})
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, vs[0].ID)
	}
	answers, p := wholeAnswers(true), program(w.Org)
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	b.SetParallelism(clients)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := ids[next.Add(1)-1]
			if _, err := svc.Submit(b.Context(), p, id, visit.SubmitInput{ID: uuid.NewString(), Answers: answers, Publish: true}); err != nil {
				b.Error(err)
			}
		}
	})
}
