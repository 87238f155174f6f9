package report_test

import (
	"fmt"
	"strings"
	"testing"

	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
)

// does writes what a file would do: its rows, then what is wrong with it.
func does(p *report.SalesPreview) string {
	var b strings.Builder
	fmt.Fprintf(&b, "+%d ~%d =%d stay %d", p.Adds, p.Changes, p.Unchanged, p.Stay)
	for _, r := range p.Rows {
		fmt.Fprintf(&b, "; line %d %s (%s) %s %s", r.Line, r.Code, r.Name, r.Week, r.Action)
		for _, x := range r.Parts {
			fmt.Fprintf(&b, " %s %q %q", x.Name, x.Was, x.Now)
		}
	}
	for _, e := range p.Errors {
		fmt.Fprintf(&b, "; line %d %s: %s", e.Line, e.Column, e.Message)
	}
	return b.String()
}

func TestAFileOfSalesIsLookedAtBeforeItIsBroughtIn(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w, svc, _ := crowd(t, s)
		look := func(file string) report.SalesPreview {
			t.Helper()
			p, err := svc.PreviewSales(t.Context(), w.Owner, strings.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		take := func(seen, file string) (report.SalesPreview, error) {
			return svc.ImportSales(t.Context(), w.Owner, 0, seen, strings.NewReader(file))
		}
		first := "branch,week,sales,days\nB002,2026-W10,20,6\nb001,2026-W10,10.5,6\n"
		p := look(first)
		if got := does(&p); got != `+2 ~0 =0 stay 0; line 2 B002 (Branch 002) 2026-W10 create sales "" "20"; line 3 b001 (Branch 001) 2026-W10 create sales "" "10.5"` {
			t.Error(got)
		}
		if page, err := svc.SalesLink(t.Context(), w.Owner, report.Query{}); err != nil || page.Extent.Lines != 0 {
			t.Fatalf("looking stored something: %+v, %v", page.Extent, err)
		}
		if _, err := take(p.Seen, first); err != nil {
			t.Fatal(err)
		}
		// A second press of the same button does nothing and is no mistake.
		if again, err := take(p.Seen, first); err != nil || does(&again) != "+0 ~0 =2 stay 0" {
			t.Errorf("%s, %v", does(&again), err)
		}
		second := "branch,week,sales,open\nB001,2026-W10,11,6\nB001,2026-W11,7,6\n"
		p = look(second)
		const whole = `+1 ~1 =0 stay 1; line 2 B001 (Branch 001) 2026-W10 change sales "10.5" "11" days "6" "" open "" "6"; line 3 B001 (Branch 001) 2026-W11 create sales "" "7"`
		if got := does(&p); got != whole {
			t.Error(got)
		}
		// Somebody else changed a week after we looked: we see what it would do now, and nothing was done.
		theirs := "branch,week,sales\nB001,2026-W10,99\n"
		if q := look(theirs); q.Seen == p.Seen {
			t.Error("two files are taken for one")
		} else if _, err := take(q.Seen, theirs); err != nil {
			t.Fatal(err)
		}
		stale, err := take(p.Seen, second)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(does(&stale), `sales "99" "11"`) || stale.Seen == p.Seen {
			t.Errorf("%s, %v", does(&stale), err)
		}
		if q := look(second); does(&q) != does(&stale) {
			t.Errorf("half of it was done: %s", does(&q))
		}
		if _, err := take("", second); !fault.Is(err, fault.Conflict) {
			t.Errorf("a form of old: %v", err)
		}
		if _, err := take(stale.Seen, second+"B002,2026-W12,1,1\n"); !fault.Is(err, fault.Conflict) {
			t.Errorf("another file than was looked at: %v", err)
		}
		if done, err := take(stale.Seen, second); err != nil || done.Adds != 1 || done.Changes != 1 {
			t.Errorf("%s, %v", does(&done), err)
		}
		// Another organisation's branches of the same codes have none of this.
		other := worldtest.New(t, s, 2)
		if q, err := svc.PreviewSales(t.Context(), other.Owner, strings.NewReader(second)); err != nil || q.Adds != 2 || q.Stay != 0 {
			t.Errorf("%s, %v", does(&q), err)
		}
	})
}

func TestAFileOfSalesIsReadAsSpreadsheetsSaveIt(t *testing.T) {
	w, svc, _ := crowd(t, storetest.Any(t))
	for name, file := range map[string]string{
		"plain":          "branch,week,sales,days open\nB001,2026-W37,1234.5,6\n",
		"by Excel":       "\ufeffBranch;Week;Sales;Days open\r\nB001;07.09.2026;1234,5;6\r\n;;;\r\n",
		"tabs":           "week\tbranch\tdays open\tsales\n2026-09-13\tb001\t6\t1234,50\n",
		"quoted":         "\"branch\",\"week\",\"sales\",\"days open\",\n\"B001\",\"2026-W37\",\"1234.5\",\"6\",\n",
		"with a formula": "branch,week,sales,days open\n'B001,2026-W37,1234.5,6\n",
	} {
		p, err := svc.PreviewSales(t.Context(), w.Owner, strings.NewReader(file))
		if name == "with a formula" { // only what an export guarded is taken apart
			if err != nil || p.ErrorCount != 1 {
				t.Errorf("%s: %s, %v", name, does(&p), err)
			}
			continue
		}
		if err != nil || p.ErrorCount > 0 || p.Adds != 1 || p.Rows[0].Week != "2026-W37" || p.Rows[0].Parts[0].Now != "1234.5" {
			t.Errorf("%s: %s, %v", name, does(&p), err)
		}
	}
}

func TestEveryMistakeOfAFileOfSalesIsNamedWithItsLineAndColumn(t *testing.T) {
	w, svc, _ := crowd(t, storetest.Any(t))
	for file, want := range map[string]string{
		"":                                     "line 1 : The file is empty. Its first line names the columns: branch, week, sales.",
		"branch,week,sales\n":                  "line 0 : The file has no sales below the names of its columns.",
		"branch,sales\nB001,1\n":               "line 1 week: The column “week” is missing. It holds weeks such as 2026-W37.",
		"branch,,week,sales\n":                 "line 1 : A column has no name. Name it, or leave it out.",
		"branch,week,sales,week\n":             "line 1 week: The column “week” stands there twice. Remove one.",
		"branch,week,sales\nB001,2026-W54,1\n": "line 2 week: “2026-W54” is not a week. Write it like 2026-W37, or as a date in it like 2026-09-07.",
		"branch,week,sales\n,2026-W01,\"1,000\"\n": "line 2 branch: Name the branch by its code.; " +
			"line 2 sales: “1,000” is not a number. Write it like 12345.60, without spaces, separators or currency.",
		"branch;week;sales\nB001;2026-W01;1.234\nB001;2026-W02;1.234,50\nB001;2026-W03;1234.5\n": "line 2 sales: “1.234” can be read in two ways. Write thousands without a point between them, and decimals after a comma.; " +
			"line 3 sales: “1.234,50” is not a number. Write it like 12345.60, without spaces, separators or currency.",
		"branch,week,sales\nB001,2026-W01,-5\n":                     "line 2 sales: “-5” is below nothing. Leave the line out.",
		"branch,week,sales\nB001,2026-W01,\n":                       "line 2 sales: There is no number here. Write one, or leave the line out.",
		"branch,week,sales\nB001,2026-W01,NaN\nB001,2026-W02,1_0":   "line 2 sales: “NaN” is not a number. Write it like 12345.60, without spaces, separators or currency.; line 3 sales: “1_0” is not a number. Write it like 12345.60, without spaces, separators or currency.",
		"branch,week,sales\nB001,2026-W01,1\n\nb001,2025-12-30,2\n": "line 4 week: Line 2 has sales of this branch for this week already. Give each branch and week one line.",
		"branch,week,sales\nB001,2026-W01,1,2\n":                    "line 2 : This line has more cells than there are columns. Quote a cell that contains the separator.",
		"branch,week,sales\nZERO,2026-W01,1\nNOPE,2026-W01,1\nZERO,2026-W02,x\n": "line 2 branch: No branch has the code “ZERO”. Use the codes of the list of branches, or add the branch there first.; " +
			"line 3 branch: No branch has the code “NOPE”. Use the codes of the list of branches, or add the branch there first.; " +
			"line 4 sales: “x” is not a number. Write it like 12345.60, without spaces, separators or currency.",
	} {
		p, err := svc.PreviewSales(t.Context(), w.Owner, strings.NewReader(file))
		if got := strings.TrimPrefix(does(&p), "+0 ~0 =0 stay 0; "); err != nil || got != want {
			t.Errorf("%q\ngot  %s, %v\nwant %s", file, got, err, want)
		}
	}
	for file, kind := range map[string]fault.Kind{
		"branch,week,sales\n" + strings.Repeat("x", report.MaxSalesBytes): fault.TooLarge,
		"branch,week,sales\nB\xff,2026-W01,1\n":                           fault.Invalid,
	} {
		if _, err := svc.PreviewSales(t.Context(), w.Owner, strings.NewReader(file)); !fault.Is(err, kind) {
			t.Errorf("%.30q: %v", file, err)
		}
	}
}
