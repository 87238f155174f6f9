package store

import (
	"strings"
	"testing"
)

func TestPastVisitsOfAMonthAreReadAlongTheIndexByMonthAlone(t *testing.T) {
	s := openTest(t, "sqlite:"+t.TempDir()+"/test.db")
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Pool().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+pastOfSQLite, "org", "programme", "2026-09", "0", "f", 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(plan) != 2 || !strings.Contains(plan[0], "visits_by_month (org_id=? AND programme_id=? AND state=? AND month=? AND id>? AND id<?)") ||
		!strings.Contains(plan[1], "(org_id=? AND visit_id=?)") {
		t.Errorf("the plan is %q", plan)
	}
}

func TestAPageOfPastVisitsKeepsWhatItReadWhereItIs(t *testing.T) {
	p := newPastPage("2026-09", 3)
	row := [][]byte{[]byte("1"), []byte("v"), []byte("b"), []byte("guest"), []byte("8125"), []byte("good"), []byte(`{"A":"yes"}`), []byte(`{"scenario":"guest"}`)}
	long := []byte(`{"A":"` + strings.Repeat("x", 300<<10) + `"}`)
	for i, answers := range [][]byte{row[pastAnswers], long, []byte(`{}`)} {
		row[pastID], row[pastAnswers] = []byte{byte('1' + i)}, answers
		if i == 2 {
			row[pastScore] = nil
		}
		if err := p.take(row); err != nil {
			t.Fatal(err)
		}
	}
	for i := range row { // the next row takes the place of this one
		copy(row[i], strings.Repeat("#", len(row[i])))
	}
	one, two, three := p.all[0], p.all[1], p.all[2]
	if one.ID != "1" || one.Version != "v" || one.Branch != "b" || *one.Score != 8125 || one.Level != "good" || string(one.Answers) != `{"A":"yes"}` || one.Month != "2026-09" {
		t.Errorf("%+v", one)
	}
	if len(two.Answers) != len(long) || string(three.Answers) != "{}" || three.Score != nil || two.Context != one.Context || one.Context.Scenario != "guest" {
		t.Errorf("%d bytes, %+v", len(two.Answers), three)
	}
	p.all = nil
	row[pastScore] = []byte("much")
	if err := p.take(row); err == nil || !strings.Contains(err.Error(), "score of visit") {
		t.Errorf("a score that is no number: %v", err)
	}
}
