package report_test

import (
	"fmt"
	"reflect"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
)

// yearOf makes visits to every branch in each of the months, all met with the chance of their month.
func yearOf(w *worldtest.World, visits int, chance func(branch, month int) float64) {
	var all []worldtest.Made
	for i, b := range w.Branches {
		for m := range 15 {
			at := 2026*12 + 10 - 14 + m
			for v := range visits {
				all = append(all, worldtest.Made{
					Branch: b, Scenario: "guest", On: fmt.Sprintf("%04d-%02d-%02d", at/12, at%12+1, 1+v), Hour: 9, Answers: w.Answered(10, chance(i, m)),
				})
			}
		}
	}
	w.Visits(all)
}

func TestTrendsEndWithTheWindowAndLookBackAYear(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 10)
	w.Publish(worldtest.Tea(10), "first", "2025-01-01")
	yearOf(w, 2, func(branch, month int) float64 {
		if branch == 0 {
			return 1 - 0.06*float64(month)
		}
		return 0.8
	})
	svc := report.NewService(w.Store.Reports(), w.Clock)
	got, err := svc.Trends(t.Context(), w.Owner, report.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Window.From != "2025-12" || got.Window.To != "2026-11" || got.TargetBP != 8000 || len(got.Branches) != 10 {
		t.Errorf("%v, %d, %d branches", got.Window, got.TargetBP, len(got.Branches))
	}
	fell := got.Branches[w.Branches[0].ID]
	if len(fell.Months) != 12 || fell.Months[0].N != 2 || fell.Rolling[0].N != 8 || fell.Rolling[11].N != 8 {
		t.Errorf("months of %d and rolling of %d visits", fell.Months[0].N, fell.Rolling[0].N)
	}
	if !fell.Drift.Worse || fell.Drift.Points > -40 {
		t.Errorf("the branch that fell: %+v", fell.Drift)
	}
	if still := got.Branches[w.Branches[1].ID].Drift; still.Worse || still.Better {
		t.Errorf("a branch that did not move: %+v", still)
	}
	past, err := svc.Trends(t.Context(), w.Owner, report.Query{Span: report.Free, From: "2026-01", To: "2026-02"})
	if err != nil || past.Window.To != "2026-02" || past.Window.From != "2025-03" {
		t.Errorf("%v, %v", past.Window, err)
	}
}

func TestTheLastRollingPointCountsTheUsualWindow(t *testing.T) {
	storetest.ForEach(t, lastRollingPoint)
}

func lastRollingPoint(t *testing.T, s *store.Store) {
	t.Helper()
	w := worldtest.New(t, s, 9)
	w.Publish(worldtest.Tea(2), "first", "2025-01-01")
	w.Season(2, 20, "2026-06", "2026-08", "2026-09", "2026-10", "2026-11")
	svc := report.NewService(w.Store.Reports(), w.Clock)
	c, err := svc.Compare(t.Context(), w.Owner, report.Query{})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := svc.Trends(t.Context(), w.Owner, report.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range c.Result.Branches {
		if last := tr.Branches[b.ID].Rolling[11]; last.N != b.Score.N || last.MeanBP != b.Score.MeanBP {
			t.Errorf("%s: %d visits with %v in the trend, %d with %v in the comparison", b.Name, last.N, last.MeanBP, b.Score.N, b.Score.MeanBP)
		}
	}
}

func TestTrendsStayWithinReach(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 4)
	w.Publish(worldtest.Tea(2), "first", "2025-01-01")
	w.Season(2, 8, "2026-10", "2026-11")
	svc := report.NewService(w.Store.Reports(), w.Clock)
	kim := w.Member(auth.RegionalManager)
	kim.Regions = []string{w.Regions[0].ID}
	got, err := svc.Trends(t.Context(), kim, report.Query{})
	if err != nil || len(got.Branches) != 2 {
		t.Errorf("%d branches, %v", len(got.Branches), err)
	}
	for _, only := range []string{w.Branches[1].ID, "none"} {
		if r, err := svc.Branch(t.Context(), kim, only, report.Query{}); !fault.Is(err, fault.NotFound) || len(r.Year.Branches) != 0 {
			t.Errorf("%s: %d branches, %v", only, len(r.Year.Branches), err)
		}
	}
	sam := w.Member(auth.BranchManager)
	sam.Branches = []string{w.Branches[1].ID}
	if r, err := svc.Branch(t.Context(), sam, w.Branches[1].ID, report.Query{}); err != nil || len(r.Year.Branches) != 1 || r.Year.TargetBP != got.TargetBP || r.Year.Window != got.Window {
		t.Errorf("a year %+v, %v", r.Year, err)
	}
	if _, err = svc.Trends(t.Context(), w.Member(auth.Shopper), report.Query{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a shopper got %v", err)
	}
}

func TestReadersOfTheSameYearsSeeTheirOwnBranchesOnly(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	read := func(a auth.Actor, q report.Query) map[string]report.Trend {
		y, err := svc.Trends(t.Context(), a, q)
		if err != nil {
			t.Fatal(err)
		}
		return y.Branches
	}
	all := read(w.Owner, report.Query{})
	mine := read(manager(w, w.Regions[0]), report.Query{})
	there := read(w.Owner, report.Query{Region: w.Regions[0].ID})
	one, err := svc.Branch(t.Context(), w.Owner, w.Branches[0].ID, report.Query{})
	if err != nil || !reflect.DeepEqual(one.Year.Branches[w.Branches[0].ID], all[w.Branches[0].ID]) {
		t.Errorf("%+v, %v; among all %+v", one.Year, err, all[w.Branches[0].ID])
	}
	if len(all) != 12 || len(mine) == 0 || len(mine) >= 12 || len(there) != len(mine) || len(one.Year.Branches) != 1 {
		t.Errorf("%d years of all, %d of a region's manager, %d of the region, %d of one branch", len(all), len(mine), len(there), len(one.Year.Branches))
	}
	if again := read(w.Owner, report.Query{}); len(again) != 12 {
		t.Errorf("then %d years of all", len(again))
	}
}
