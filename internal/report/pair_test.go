package report_test

import (
	"fmt"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
)

// contrast is branches of which the second is bad, and the others are alike.
func contrast(t *testing.T, s *store.Store) *worldtest.World {
	t.Helper()
	w := worldtest.New(t, s, 10)
	w.Publish(worldtest.Tea(4), "first", "2025-01-01")
	var all []worldtest.Made
	for i, b := range w.Branches[:9] { // the tenth has no visits
		chance := 0.9
		if i == 1 {
			chance = 0.2
		}
		for v := range 8 {
			all = append(all, worldtest.Made{Branch: b, Scenario: "guest", On: fmt.Sprintf("2026-%02d-%02d", 9+v%2, 1+v), Hour: 9, Answers: w.Answered(4, chance)})
		}
	}
	w.Visits(all)
	return w
}

func TestTwoBranchesStandSideBySideForWhoeverSeesBoth(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := contrast(t, s)
		for name, svc := range map[string]*report.Service{"few": report.NewService(s.Reports(), w.Clock), "many": large(t, w, s)} {
			ask := func(a auth.Actor, i int, other string) report.Pairing {
				t.Helper()
				p, err := svc.Pair(t.Context(), a, w.Branches[i].ID, other, report.Query{Region: "not his"})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				return p
			}
			p := ask(w.Owner, 0, w.Branches[1].ID)
			if len(p.Rows) != 2 || p.Rows[0].ID != w.Branches[0].ID || !p.Pair.Clear || p.Pair.P < .9 || len(p.Neighbours.List) != 9 || p.Declined != "" {
				t.Fatalf("%s: %+v", name, p)
			}
			c, err := svc.Compare(t.Context(), w.Owner, report.Query{})
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range c.Result.Branches {
				for _, row := range p.Rows {
					if b.ID == row.ID && (b.Score.EstimateBP != row.Score.EstimateBP || b.Score.LoBP != row.Score.LoBP || b.Outcomes[0].Counts != row.Outcomes[0].Counts) {
						t.Errorf("%s: the table says %+v, side by side %+v", name, b.Score, row.Score)
					}
				}
			}
			back := ask(w.Owner, 1, strings.ToLower(w.Branches[0].Code))
			if back.Rows[0].ID != w.Branches[1].ID || back.Pair.P > .1 {
				t.Errorf("%s: the other way %+v", name, back.Pair)
			}
			if p := ask(w.Owner, 0, w.Branches[2].Name); p.Pair.Clear || !p.Pair.Known {
				t.Errorf("%s: alike, but %+v", name, p.Pair)
			}
			if p := ask(w.Owner, 0, w.Branches[9].ID); p.Pair.Known || len(p.Rows) != 2 {
				t.Errorf("%s: without visits %+v", name, p.Pair)
			}
			if p := ask(w.Owner, 0, "branch 00"); len(p.Matches) != 8 || p.Rows != nil {
				t.Errorf("%s: %d fit", name, len(p.Matches))
			}
			for _, nobody := range []string{"", "  ", "nowhere", w.Branches[0].ID, w.Branches[0].Name} {
				if p := ask(w.Owner, 0, nobody); len(p.Matches) != 0 || p.Rows != nil {
					t.Errorf("%s: %q is %+v", name, nobody, p.Matches)
				}
			}
			north := manager(w, w.Regions[0])
			if p := ask(north, 0, w.Branches[1].ID); len(p.Matches) != 0 || p.Rows != nil || len(p.Neighbours.List) != 4 || len(p.Places) != 5 {
				t.Errorf("%s: he sees %+v", name, p)
			}
			if _, err := svc.Pair(t.Context(), north, w.Branches[1].ID, w.Branches[0].ID, report.Query{}); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := svc.Pair(t.Context(), w.Member(auth.Shopper), w.Branches[1].ID, w.Branches[0].ID, report.Query{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.SQL(`UPDATE branches SET active = false WHERE id = ?`, w.Branches[0].ID)
		w.SQL(`UPDATE organisations SET places_rev = places_rev + 1`)
		svc := report.NewService(s.Reports(), w.Clock)
		closed, err := svc.Pair(t.Context(), w.Owner, w.Branches[0].ID, w.Branches[1].ID, report.Query{})
		if err != nil || closed.Rows != nil || !strings.Contains(closed.Declined, "is closed") {
			t.Errorf("%+v, %v", closed, err)
		}
		if p, err := svc.Pair(t.Context(), w.Owner, w.Branches[1].ID, w.Branches[0].ID, report.Query{}); err != nil || p.Rows != nil || len(p.Matches) != 0 {
			t.Errorf("a closed one: %+v, %v", p.Matches, err)
		}
	})
}
