package report_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"plainclothes/internal/compare"
	"plainclothes/internal/report"
	"plainclothes/internal/store/storetest"
)

// branchRow is a row of the comparison.
type branchRow = compare.BranchRow

// rows reads a table back.
func rows(t *testing.T, write func(*bytes.Buffer) error) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryTableIsAlsoAFile(t *testing.T) {
	w, svc := season(t, storetest.Any(t))
	c, err := svc.Compare(t.Context(), w.Owner, report.Query{Span: report.Last12})
	if err != nil {
		t.Fatal(err)
	}
	b, err := svc.Branch(t.Context(), w.Owner, w.Branches[0].ID, report.Query{Span: report.Last12})
	if err != nil {
		t.Fatal(err)
	}
	v, err := svc.PublishedVisits(t.Context(), w.Owner, report.Query{Span: report.Last12}, "", 0, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		write       func(*bytes.Buffer) error
		lines       int
		first, last string
	}{
		"league":    {func(w *bytes.Buffer) error { return report.LeagueCSV(w, &c) }, 12, "Branch code", "Place to"},
		"standards": {func(w *bytes.Buffer) error { return report.StandardsCSV(w, &c) }, 48, "Branch code", "State"},
		"heat":      {func(w *bytes.Buffer) error { return report.HeatCSV(w, &c) }, 12, "Branch code", "Mean score %"},
		"branch":    {func(w *bytes.Buffer) error { return report.BranchCSV(w, &b) }, 4, "Branch code", "State"},
		"months":    {func(w *bytes.Buffer) error { return report.MonthsCSV(w, &b) }, 12, "Branch code", "To % (90 % range)"},
		"visits":    {func(w *bytes.Buffer) error { return report.VisitsCSV(w, v.Rows) }, 120, "Visit", "Level"},
	} {
		all := rows(t, c.write)
		if head := all[0]; len(all) != c.lines+1 || head[0] != c.first || head[len(head)-1] != c.last {
			t.Errorf("%s: %d lines, header %q", name, len(all), head)
		}
	}
	heat := rows(t, func(w *bytes.Buffer) error { return report.HeatCSV(w, &c) })
	long := rows(t, func(w *bytes.Buffer) error { return report.StandardsCSV(w, &c) })
	if heat[1][3] != long[1][7] || heat[1][3] == "" || heat[1][0] != long[1][0] {
		t.Errorf("the heat map says %q, the counts %q", heat[1], long[1])
	}
}

func TestNoCellBecomesAFormula(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "tea": "tea", "=1+1": "'=1+1", "+44": "'+44", "-3": "-3", "-0.25": "-0.25", "-": "'-", "-.5": "'-.5", "-3.": "'-3.", "-3+1": "'-3+1", "-3.1.2": "'-3.1.2", "-A1": "'-A1", "--3": "'--3", "-٣": "'-٣", "@you": "'@you", "\tx": "'\tx", "\rx": "'\rx", "a=b": "a=b",
	} {
		if got := report.Cell(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	w, svc := season(t, storetest.Any(t))
	w.SQL(`UPDATE branches SET name = '=HYPERLINK("x")' WHERE code = 'B001'`)
	c, err := svc.Compare(t.Context(), w.Owner, report.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := report.LeagueCSV(&out, &c); err != nil || !strings.Contains(out.String(), `"'=HYPERLINK(""x"")"`) {
		t.Errorf("%v\n%s", err, out.String())
	}
}
