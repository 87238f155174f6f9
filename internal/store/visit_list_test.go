package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

// TestListsOfSeveralStatesAreInOneOrder pages through lists that are read a state at a time.
func TestListsOfSeveralStatesAreInOneOrder(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := worldtest.New(t, s, 2)
		w.Publish(worldtest.Tea(2), "The first version.", "2025-01-01")
		var made []visit.Visit
		for i := range 40 {
			v := visit.Visit{
				Org: w.Org, ID: uuid.NewString(), Programme: w.Programme.ID, Branch: w.Branches[i%2].ID, Scenario: "guest", State: visit.States()[i*7%12], RowVersion: 1,
				Pseudonym: fmt.Sprintf("P%d", i), Currency: "GBP", Created: w.Now, Due: w.Now.Add(time.Duration(i*i%11) * time.Hour), VisitedOn: fmt.Sprintf("2026-10-%02d", 1+i*i%9),
			}
			v.Month, v.Received = v.VisitedOn[:7], v.Due.Add(time.Duration(i%3)*time.Microsecond)
			made = append(made, v)
		}
		if err := s.Visits().InTx(t.Context(), w.Org, func(tx visit.Tx) error { return tx.CreateVisits(t.Context(), w.Org, made) }); err != nil {
			t.Fatal(err)
		}
		sent := []visit.State{visit.Received, visit.Published, visit.Declined}
		for name, c := range map[string]struct {
			q       visit.Query
			compare func(a, b visit.Visit) int
		}{
			"all, soonest due first": {visit.Query{Order: visit.ByDue}, func(a, b visit.Visit) int { return a.Due.Compare(b.Due) }},
			"some, soonest due first": {
				visit.Query{Order: visit.ByDue, States: sent}, func(a, b visit.Visit) int { return a.Due.Compare(b.Due) },
			},
			"longest waiting first": {visit.Query{Order: visit.ByReceived, States: sent}, func(a, b visit.Visit) int { return a.Received.Compare(b.Received) }},
			"newest first": {
				visit.Query{Order: visit.ByVisited, States: sent}, func(a, b visit.Visit) int {
					return cmp.Or(cmp.Compare(b.VisitedOn, a.VisitedOn), cmp.Compare(b.ID, a.ID))
				},
			},
		} {
			c.q.Reach, c.q.Limit = auth.Reach{All: true}, 7
			want := slices.Clone(made)
			if c.q.States != nil {
				want = slices.DeleteFunc(want, func(v visit.Visit) bool { return !slices.Contains(sent, v.State) })
			}
			slices.SortFunc(want, func(a, b visit.Visit) int { return cmp.Or(c.compare(a, b), cmp.Compare(a.ID, b.ID)) })
			got := []string{}
			for range 9 {
				var rows []visit.Row
				if err := s.Visits().View(t.Context(), w.Org, func(tx visit.Tx) (err error) {
					rows, err = tx.Visits(t.Context(), w.Org, c.q)
					return err
				}); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, r := range rows {
					got = append(got, r.ID)
				}
				if len(rows) < c.q.Limit {
					break
				}
				c.q.After = rows[len(rows)-1].Cursor
			}
			if !slices.EqualFunc(want, got, func(v visit.Visit, id string) bool { return v.ID == id }) {
				t.Errorf("%s: %d visits, want %d, in another order", name, len(got), len(want))
			}
		}
	})
}
