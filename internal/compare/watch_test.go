package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func day(n int) time.Time { return time.Date(2025, 1, 1, 10, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// watchWorld makes visits of two years; drop is taken off after the first one.
func watchWorld(luck *rand.Rand, branches, aYear int, drop func(i int) float64) WatchInput {
	in := WatchInput{From: day(365), Model: WatchModel{Mean: 84, BranchVar: 16, VisitVar: 0}}
	skew := func() float64 { return 9 - 9*luck.ExpFloat64() } // mean 0, variance 81
	in.Model.VisitVar = 81
	for i := range branches {
		mean := 84 + 4*luck.NormFloat64()
		for v := range 2 * aYear {
			at := v * 730 / (2 * aYear)
			y := mean + skew()
			if at >= 365 {
				y -= drop(i)
			}
			in.Visits = append(in.Visits, WatchVisit{Branch: branchID(i), ID: strconv.Itoa(v), Series: "s1", At: day(at), Points: y})
		}
	}
	return in
}

func TestFalseAlarmsStayWithinTheBudget(t *testing.T) {
	alarms, years := 0, 0
	for seed := range uint64(10) {
		luck := rand.New(rand.NewPCG(seed, 3))
		w := Watch(watchWorld(luck, 200, 24, func(int) float64 { return 0 }))
		for _, c := range w.Charts {
			if !c.Drawn {
				t.Fatal(c.Why)
			}
			years++
			alarms += len(c.Alarms)
		}
	}
	rate := 100 * float64(alarms) / float64(years)
	t.Logf("false alarms per 100 branches and year: %.1f", rate)
	if rate > 7 || rate < 1 {
		t.Errorf("false alarms per 100 branches and year: %.1f", rate)
	}
}

func TestATrueFallIsCaughtAndThePageSaysItsPrice(t *testing.T) {
	luck := rand.New(rand.NewPCG(3, 3))
	in := watchWorld(luck, 200, 24, func(i int) float64 { return 8.7 * float64(i%2) })
	w := Watch(in)
	caught := 0
	for i := range w.Charts {
		if i%2 == 1 && w.Charts[i].Look() {
			caught++
		}
	}
	if share := float64(caught) / 100; share < .6 {
		t.Errorf("caught %.2f of falls of 8.7 points within a year", share)
	}
	if w.Sentences[0] != "With 200 branches and nothing wrong, expect about 10 alarms a year." {
		t.Error(w.Sentences)
	}
	near(t, "twice the wanted run", w.RunLength, 2*24/.05, 5)
}

func TestTheSumStartsAgainAfterAnAlarm(t *testing.T) {
	luck := rand.New(rand.NewPCG(4, 3))
	w := Watch(watchWorld(luck, 60, 24, func(i int) float64 { return 30 }))
	c := w.Charts[0]
	if len(c.Alarms) < 2 {
		t.Fatalf("%d alarms", len(c.Alarms))
	}
	sum := 0.0
	smooth := c.Expected
	for i, p := range c.Points {
		near(t, "sum", p.Sum, math.Max(0, sum-p.Z-.5), 1e-9)
		smooth = .8*smooth + .2*p.Points
		near(t, "smoothed", p.Smooth, smooth, 1e-9)
		if sum = p.Sum; p.Alarm {
			sum = 0
		}
		if p.Alarm != (p.Sum >= w.Limit-1e-9) {
			t.Errorf("visit %d: %+v", i, p)
		}
	}
}

func TestTooFewVisitsBeforeGiveNoChartAndANewSeriesStartsAgain(t *testing.T) {
	luck := rand.New(rand.NewPCG(5, 3))
	in := watchWorld(luck, 40, 12, func(int) float64 { return 0 })
	for i := range in.Visits {
		v := &in.Visits[i]
		n := 0
		fmt.Sscan(v.ID, &n)
		if v.Branch == branchID(1) && n >= 6 { // a new checklist after six visits: six of the new one lie before
			v.Series = "s2"
		}
		if v.Branch == branchID(2) && n >= 3 { // after three: nine lie before
			v.Series = "s2"
		}
	}
	w := Watch(in)
	if c := w.Charts[1]; c.Drawn || c.Baseline != 6 || !strings.HasPrefix(c.Why, "6 visits in the twelve months before") {
		t.Errorf("%+v", c)
	}
	if c := w.Charts[2]; !c.Drawn || c.Baseline != 9 {
		t.Errorf("%+v", c)
	}
	if w.Sentences[1] != "1 branch has too few visits for a chart." {
		t.Error(w.Sentences)
	}
	none := Watch(WatchInput{From: day(365)})
	if len(none.Charts) != 0 || len(none.Sentences) != 1 {
		t.Errorf("%+v", none)
	}
}

func TestChartsDoNotDependOnTheOrderOfVisits(t *testing.T) {
	luck := rand.New(rand.NewPCG(6, 3))
	in := watchWorld(luck, 30, 12, func(int) float64 { return 0 })
	a := Watch(in)
	luck.Shuffle(len(in.Visits), func(i, j int) { in.Visits[i], in.Visits[j] = in.Visits[j], in.Visits[i] })
	b := Watch(in)
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Error("another order, another chart")
	}
}

func TestOneBranchAloneIsDrawnWithTheLimitOfAll(t *testing.T) {
	luck := rand.New(rand.NewPCG(7, 3))
	in := watchWorld(luck, 40, 12, func(i int) float64 { return 12 * float64(i%2) })
	all := Watch(in)
	in.Visits = slices.DeleteFunc(in.Visits, func(v WatchVisit) bool { return v.Branch != branchID(5) })
	in.Limit = all.Limit
	alone := Watch(in)
	if fmt.Sprint(alone.Charts[0]) != fmt.Sprint(all.Charts[5]) || alone.Limit != all.Limit {
		t.Errorf("%+v\n%+v", alone.Charts[0], all.Charts[5])
	}
	in.Limit, in.Visits = 0, in.Visits[:14]
	if c := Watch(in).Charts[0]; c.Drawn || c.Why != "The visits so far cannot say how often a chart would alarm by luck." {
		t.Errorf("%+v", c)
	}
}
