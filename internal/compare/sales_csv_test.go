package compare

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestSalesAreReadByBranchAndWeek(t *testing.T) {
	s, err := ReadSales(strings.NewReader("\ufeffweek, branch,sales,days open\n2026-W37,Leeds,1200.50,6\n2026-09-13,York,800,7\n2025-12-31,Leeds,700,3\n2026-W01,York,5e2,3\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range s.Cells {
		got = append(got, fmt.Sprintf("%s %s %v %v", c.Branch, WeekName(c.Period), c.Sales, c.Controls))
	}
	// 13 September 2026 is the Sunday of week 37; the last day of 2025 lies in the first week of 2026
	want := "Leeds 2026-W01 700 [3] Leeds 2026-W37 1200.5 [6] York 2026-W01 500 [3] York 2026-W37 800 [7]"
	if strings.Join(got, " ") != want || s.Controls[0] != "days open" {
		t.Errorf("%v", got)
	}
}

func TestSalesThatCannotBeAreNamedWithTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                                                  "The table is empty; its first line must name the columns.",
		"branch;week;sales\n":                               "line 1: the values are separated by semicolons; save the table with commas",
		"branch,week,sales\n":                               "The table has no sales.",
		"branch,sales\nA,1\n":                               "line 1, column week: this column is missing; the table needs branch, week, sales",
		"branch,week,sales,\n":                              "line 1: a column has no name; name it or leave it out",
		"branch,week,sales\nA,2026-W54,1\n":                 `line 2, column week: "2026-W54" is not a week; write it like 2026-W37, or a date in it like 2026-09-07`,
		"branch,week,sales\nA,2026-02-30,1\n":               `line 2, column week: "2026-02-30" is not a week; write it like 2026-W37, or a date in it like 2026-09-07`,
		"branch,week,sales\n,2026-W01,\"1,000\"\n":          "line 2, column branch: name the branch\nline 2, column sales: \"1,000\" is not a number; write it like 12345.60, without spaces, separators or currency",
		"branch,week,sales\nA,2026-W01,-5\n":                `line 2, column sales: "-5" is below nothing; leave the line out`,
		"branch,week,sales\nA,2026-W01,1\nA,2025-12-30,2\n": "line 3, column week: A has sales for this week in line 2 already; give each branch and week one line",
		"branch,week,sales\nA,2026-W01\n":                   "line 2: this line has more or fewer values than the header has columns",
		"branch,week,sales\nA,2026-W01,NaN\n":               `line 2, column sales: "NaN" is not a number; write it like 12345.60, without spaces, separators or currency`,
	} {
		if _, err := ReadSales(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q\ngot  %v\nwant %s", text, err, want)
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
		if back, ok := parseWeek(WeekName(w)); !ok || back != w {
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

func FuzzSalesAreReadOrRefusedInWords(f *testing.F) {
	f.Add("branch,week,sales\nA,2026-W01,1\n")
	f.Add("branch,week,sales,x\n\"A\n\",2026-09-07,1e3,-1\n")
	f.Add("\ufeffsales,week,branch\n0,1970-01-01,B\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSales(strings.NewReader(text))
		if err != nil {
			var bad Problems
			if err.Error() == "" || errors.As(err, &bad) && len(bad) > mostProblems {
				t.Fatal("an error without a word, or too many")
			}
			return
		}
		for _, c := range s.Cells {
			if c.Branch == "" || !(c.Sales >= 0) || len(c.Controls) != len(s.Controls) {
				t.Fatalf("%+v", c)
			}
		}
		NewSalesLink(SalesInput{Sales: s.Cells})
	})
}
