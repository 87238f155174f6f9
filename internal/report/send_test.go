package report_test

import (
	"fmt"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

func sent(t *testing.T, svc *report.Service, a auth.Actor, q report.Query, n report.SendQuery) report.Sending {
	t.Helper()
	s, err := svc.Send(t.Context(), a, q, n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheNextVisitsGoWhereTheyTellMostAndNotToTheLastVisitor(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, _, _ := crowd(t, s)
		svc := report.NewService(s.Reports(), w.Clock)
		planner := w.Member(auth.Scheduler)
		last := map[string]string{}
		for i, b := range w.Branches {
			last[b.ID] = w.Shoppers[(i*5+23*3)%len(w.Shoppers)] // of crowd's last visits, of November
		}
		// A visit under way is later than all that were published.
		next := w.Shoppers[7]
		w.Visit(worldtest.Made{Branch: w.Branches[2], Scenario: "guest", On: "2026-11-20", Hour: 9, Shopper: next, State: visit.Taken, Answers: w.Answered(4, 1)})
		last[w.Branches[2].ID] = next
		out := sent(t, svc, planner, report.Query{}, report.SendQuery{Budget: 40, Each: 6})
		if !out.Known || out.Shoppers != 16 || len(out.Places) != 16 || len(out.Says) == 0 {
			t.Fatalf("%+v", out)
		}
		visits := 0
		for _, p := range out.Parcels {
			mine := 0
			for _, b := range p.Branches {
				mine += b.Visits
				if b.Visits == 1 && p.Shopper == last[b.Branch] {
					// He may come back after somebody else went in between.
					others := 0
					for _, o := range out.Parcels {
						for _, x := range o.Branches {
							if x.Branch == b.Branch && o.Shopper != p.Shopper {
								others += x.Visits
							}
						}
					}
					if others == 0 {
						t.Errorf("%s goes to %s again", p.Alias, out.Places[b.Branch].Name)
					}
				}
			}
			busy := 0
			if p.Shopper == next {
				busy = 1
			}
			if p.Shopper != "" && (mine+busy > 6 || p.Alias == "") {
				t.Errorf("%+v has %d", p, mine)
			}
			visits += mine
		}
		if visits == 0 || visits > 40 {
			t.Errorf("%d visits", visits)
		}
		owner := sent(t, svc, w.Owner, report.Query{}, report.SendQuery{Budget: 40, Each: 6})
		if fmt.Sprint(owner.Parcels) != fmt.Sprint(out.Parcels) {
			t.Error("the owner is told something else")
		}
		north := sent(t, svc, planner, report.Query{Region: w.Regions[0].ID}, report.SendQuery{})
		for _, p := range north.Parcels {
			for _, b := range p.Branches {
				if north.Places[b.Branch].Region != "North" {
					t.Errorf("%+v is not in the north", b)
				}
			}
		}
		if north.Budget != 8 || north.Each == 0 || len(north.Parcels) == 0 {
			t.Errorf("%+v", north)
		}
		for _, role := range []auth.Role{auth.Editor, auth.RegionalManager, auth.BranchManager, auth.Shopper} {
			a := w.Member(role)
			a.Regions, a.Branches = []string{w.Regions[0].ID}, []string{w.Branches[0].ID}
			if _, err := svc.Send(t.Context(), a, report.Query{}, report.SendQuery{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
	})
}

func TestVisitsThatAreUnderWayCountForTheQuarterAndForTheShopper(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, _ := crowd(t, s)
		busy := w.Shoppers[1]
		for _, b := range w.Branches[:3] {
			w.Visit(worldtest.Made{Branch: b, Scenario: "guest", On: "2026-11-20", Hour: 9, Shopper: busy, State: visit.Taken, Answers: w.Answered(4, 1)})
		}
		gone := w.Shoppers[2]
		w.SQL(`UPDATE members SET active = false WHERE id = ?`, gone)
		out := sent(t, svc, w.Owner, report.Query{}, report.SendQuery{Budget: 60, Each: 3, Aim: compare.MostSettled})
		if out.Shoppers != 15 {
			t.Errorf("%d shoppers", out.Shoppers)
		}
		for _, p := range out.Parcels {
			if p.Shopper == busy || p.Shopper == gone {
				t.Errorf("%+v", p)
			}
		}
		err := s.Reports().View(t.Context(), w.Org, func(tx report.Tx) error {
			n, err := tx.UnderWay(t.Context(), w.Org, w.Programme.ID)
			if err == nil && (len(n) != 3 || n[w.Branches[0].ID] != 1) {
				t.Errorf("under way %v", n)
			}
			if none, err := tx.UnderWay(t.Context(), "00000000-0000-0000-0000-000000000001", w.Programme.ID); err != nil || len(none) != 0 {
				t.Errorf("of another organisation %v, %v", none, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestInOneRegionAloneNobodyHasToGoAway(t *testing.T) {
	w := worldtest.New(t, storetest.SQLite(t), 9)
	w.Publish(worldtest.Tea(3), "first", "2025-01-01")
	w.SQL(`UPDATE branches SET region_id = ?`, w.Regions[0].ID)
	w.SQL(`UPDATE organisations SET places_rev = places_rev + 1`)
	w.Season(3, 12, "2026-09", "2026-10", "2026-11")
	out := sent(t, report.NewService(w.Store.Reports(), w.Clock), w.Owner, report.Query{}, report.SendQuery{Budget: 9, Each: 9})
	if len(out.Parcels) == 0 || out.Parcels[len(out.Parcels)-1].Shopper == "" {
		t.Errorf("%+v", out.Parcels)
	}
}

func TestWithoutVisitsNothingIsSaidOfTheNext(t *testing.T) {
	w := worldtest.New(t, storetest.SQLite(t), 3)
	w.Publish(worldtest.Tea(3), "first", "2025-01-01")
	out := sent(t, report.NewService(w.Store.Reports(), w.Clock), w.Owner, report.Query{}, report.SendQuery{})
	var b strings.Builder
	if err := report.SendCSV(&b, &out); err != nil || out.Known || len(out.Parcels) > 0 || strings.Count(b.String(), "\n") != 1 {
		t.Errorf("%+v, %q, %v", out, b.String(), err)
	}
}
