package report_test

import (
	"fmt"
	"strings"
	"testing"

	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/visit"
)

// major is the tea programme with a first standard that is major and a second that is critical.
func major(standards int) string {
	file := strings.Replace(worldtest.Tea(standards), "good_target: 80, wow_target: 30}", "good_target: 95, wow_target: 30, criticality: major}", 1)
	return file
}

// missing makes one visit a week; those in misses, counted from 0, miss the first standard.
func missing(w *worldtest.World, branch, visits int, misses ...int) (all []worldtest.Made) {
	bad := map[int]bool{}
	for _, m := range misses {
		bad[m] = true
	}
	last := w.Now.AddDate(0, 0, -3)
	for v := range visits {
		a := w.Answered(2, 1)
		if bad[v] {
			a["Q01"], a["L01"] = `"no"`, `"below"`
		}
		on := last.AddDate(0, 0, -7*(visits-1-v)).Format("2006-01-02")
		all = append(all, worldtest.Made{Branch: w.Branches[branch], Scenario: "guest", On: on, Hour: 9, Answers: a})
	}
	return all
}

func TestMissesOfMajorStandardsAreCountedVisitByVisit(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := worldtest.New(t, s, 4)
		w.Publish(major(2), "first", "2024-01-01")
		w.Visits(missing(w, 0, 60, 10, 40, 52))
		w.Visits(missing(w, 2, 20))
		w.Visits(missing(w, 1, 12, 0))
		// What is not published, and what another branch missed, does not count.
		w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: "2026-11-20", Hour: 9, State: visit.Received, Answers: map[string]string{"Q01": `"no"`}})
		for name, svc := range map[string]*report.Service{"few": report.NewService(s.Reports(), w.Clock), "many": large(t, w, s)} {
			r, err := svc.Branch(t.Context(), w.Owner, w.Branches[0].ID, report.Query{})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Tallies.Standards) != 1 || r.Tallies.Visits != 60 || r.Tallies.Cut {
				t.Fatalf("%s: %+v", name, r.Tallies)
			}
			x := &r.Tallies.Standards[0]
			gaps := []int{}
			for _, g := range x.Tally.Gaps {
				gaps = append(gaps, g.Met)
			}
			if x.Standard.ID != "K01" || !x.Tally.Drawn || fmt.Sprint(gaps) != "[10 29 11 7]" || x.Tally.Since != 7 {
				t.Errorf("%s: gaps %v, %+v", name, gaps, x.Tally)
			}
			// One visit a week and a false alarm in twenty years: at least 1,000 visits apart.
			if x.Tally.RunLength < 1000 || x.Tally.RunLength > 1500 {
				t.Errorf("%s: %v visits between false alarms", name, x.Tally.RunLength)
			}
			if n := r.Tallies.Nearby; n.Branches != 2 || n.Region != "North" || n.Monthly <= 0 || n.Monthly > 2*.05/12 {
				t.Errorf("%s: nearby %+v", name, n)
			}
		}
		svc := report.NewService(s.Reports(), w.Clock)
		few, err := svc.Branch(t.Context(), w.Owner, w.Branches[1].ID, report.Query{Span: report.Last12})
		if err != nil || few.Tallies.Standards[0].Tally.Drawn || !strings.HasPrefix(few.Tallies.Standards[0].Tally.Why, "No visits of this standard before these months") {
			t.Errorf("%+v, %v", few.Tallies, err)
		}
		guests, err := svc.Branch(t.Context(), w.Owner, w.Branches[0].ID, report.Query{Scenario: "takeaway"})
		if err != nil || guests.Tallies.Visits != 0 {
			t.Errorf("%+v, %v", guests.Tallies, err)
		}
	})
}

func TestOnlyTheLatestVisitsOfABranchAreCountedAndOnlyInOneDefinition(t *testing.T) {
	w := worldtest.New(t, storetest.SQLite(t), 1)
	w.Publish(major(2), "first", "2024-01-01")
	all := missing(w, 0, 505, 0)
	for i := range all { // several a week
		all[i].On = w.Now.AddDate(0, 0, -3-(len(all)-1-i)/4).Format("2006-01-02")
	}
	w.Visits(all)
	svc := report.NewService(w.Store.Reports(), w.Clock)
	r, err := svc.Branch(t.Context(), w.Owner, w.Branches[0].ID, report.Query{Span: report.Free, From: "2026-11", To: "2026-11"})
	if err != nil || !r.Tallies.Cut || r.Tallies.Visits != 500 {
		t.Fatalf("%d visits, cut %v, %v", r.Tallies.Visits, r.Tallies.Cut, err)
	}
	// The one miss is older than the visits read.
	if x := r.Tallies.Standards[0].Tally; !x.Drawn || len(x.Gaps) != 1 || x.Since != 500 {
		t.Errorf("%+v", x.Gaps)
	}
	now := w.Now
	w.Now = now.AddDate(0, 0, -2)
	w.Publish(strings.Replace(major(2), "standard: K01, points: 2", "standard: K01, points: 1", 1), "another definition", "")
	w.Now = now
	for d := range 3 {
		w.Visit(worldtest.Made{Branch: w.Branches[0], Scenario: "guest", On: fmt.Sprintf("2026-11-%d", 19+d), Hour: 9, Answers: w.Answered(2, 1)})
	}
	r, err = svc.Branch(t.Context(), w.Owner, w.Branches[0].ID, report.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if x := r.Tallies.Standards[0].Tally; x.Drawn || !strings.HasPrefix(x.Why, "No visits of this standard before these months") {
		t.Errorf("%+v", x)
	}
}
