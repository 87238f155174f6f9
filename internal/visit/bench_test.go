package visit_test

import (
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
		b.Run(name, func(b *testing.B) { benchmarkSubmit(b, open(b)) })
	}
}

func benchmarkSubmit(b *testing.B, s *store.Store) {
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
	program := auth.Actor{Org: w.Org, Member: uuid.NewString(), Program: true, Scopes: auth.Scopes()}
	answers := raw(map[string]any{
		"A1": "09:05", "A2": 1, "A3": "yes", "A4": "yes", "A5": "yes", "A6": "yes", "A7": "yes", "B1": 22, "B2": "good", "C1": "yes",
		"C2": "answered_correctly_straight_away", "C3": "something_that_fitted_what", "C4": "yes", "C5": "na", "C6": 3.4, "D1": 160,
		"D3": "yes", "D5": "pleasant_to_drink", "D6": "yes", "E1": "yes", "E2": "no", "O1": 9, "O2": story, "O4": "09:17",
	})
	b.ReportAllocs()
	b.ResetTimer()
	for _, id := range ids {
		if _, err := svc.Submit(b.Context(), program, id, visit.SubmitInput{ID: uuid.NewString(), Answers: answers, Publish: true}); err != nil {
			b.Fatal(err)
		}
	}
}
