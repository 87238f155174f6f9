package compare

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func TestAWeekIsReadAsANumberOrAsAnyDayInIt(t *testing.T) {
	for text, want := range map[string]string{
		"2026-W37": "2026-W37", "2026-09-07": "2026-W37", "7.9.2026": "2026-W37", "13.09.2026": "2026-W37", // Monday to Sunday
		"2025-12-31": "2026-W01", // the last day of 2025 lies in the first week of 2026
		"2026-W54":   "", "2026-02-30": "", "9/7/2026": "", "soon": "", "": "", "1969-W10": "", "1969-12-31": "",
	} {
		week, ok := ParseWeek(text)
		if ok != (want != "") || ok && WeekName(week) != want {
			t.Errorf("%q is %s, %v, not %q", text, WeekName(week), ok, want)
		}
	}
}

func TestWeeksFollowEachOther(t *testing.T) {
	day := time.Date(2019, 12, 30, 0, 0, 0, 0, time.UTC)
	last := WeekOf(day) - 1
	for range 900 {
		w := WeekOf(day)
		if day.Weekday() == time.Monday {
			if w != last+1 {
				t.Fatalf("%s is week %d after %d", day, w, last)
			}
			last = w
		} else if w != last {
			t.Fatalf("%s is week %d in week %d", day, w, last)
		}
		y, n := day.ISOWeek()
		if want := fmt.Sprintf("%d-W%02d", y, n); WeekName(w) != want {
			t.Fatalf("%s is %s, want %s", day, WeekName(w), want)
		}
		if back, ok := ParseWeek(WeekName(w)); !ok || back != w {
			t.Fatalf("%s reads back as %d", WeekName(w), back)
		}
		day = day.AddDate(0, 0, 1)
	}
}

func TestPeriodsWithAMissingWeekAreLeftOut(t *testing.T) {
	var sales []SalesCell
	for w := range 8 {
		sales = append(sales, SalesCell{Branch: "A", Period: w, Sales: 10, Controls: []float64{6}})
		if w != 5 {
			sales = append(sales, SalesCell{Branch: "B", Period: w, Sales: 20, Controls: []float64{7}})
		}
	}
	got, scores := ByWeeks(sales, []PeriodScore{{Branch: "A", Period: 5}}, 4)
	want := "[{A 0 40 [24]} {A 1 40 [24]} {B 0 80 [28]}]"
	if fmt.Sprint(got) != want || scores[0].Period != 1 {
		t.Errorf("%v, %v", got, scores)
	}
	if same, _ := ByWeeks(sales, nil, 1); len(same) != len(sales) {
		t.Error("single weeks changed")
	}
}

func TestWhatIsAllowedForIsTakenOff(t *testing.T) {
	in := salesWorld(5, 60, 12, 0)
	for i := range in.Sales { // more days open, more sales, and by chance higher scores before: without allowing for it a link would be seen
		before := 85.0
		for _, s := range in.Scores {
			if s.Branch == in.Sales[i].Branch && s.Period == in.Sales[i].Period-1 {
				before = float64(s.SumBP) / 100
			}
		}
		in.Sales[i].Controls = []float64{before - 85 + 3*math.Sin(float64(7*i))}
		in.Sales[i].Sales *= math.Exp(.02 * in.Sales[i].Controls[0])
	}
	allowed := NewSalesLink(in)
	for i := range in.Sales {
		in.Sales[i].Controls = nil
	}
	if ignored := NewSalesLink(in); !ignored.Linked || allowed.Linked {
		t.Errorf("allowed for: %+v\nignored: %+v", allowed, ignored)
	}
	in.Sales[3].Controls = []float64{1}
	if got := NewSalesLink(in).Declined; got != "Some sales have more numbers to allow for than others; give every line all of them." {
		t.Error(got)
	}
	in.Sales[3].Controls = nil
	in.Sales = append(in.Sales, in.Sales[0])
	if got := NewSalesLink(in).Declined; got != "B000 has two sales for one period; give each branch and period one." {
		t.Error(got)
	}
}
