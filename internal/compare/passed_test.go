package compare

import (
	"math"
	"slices"
	"testing"
)

func TestWindowsPassedByMoveAsThoseFittedTogether(t *testing.T) {
	d := goalRealm().sized(60).draw(5)
	before := d.window(12)
	for b := range 6 {
		d.branch[b] -= 1.2 // these fell
	}
	after := d.window(12)
	both := Input{
		Branches: before.in.Branches, Cells: slices.Concat(before.in.Cells, after.in.Cells),
		Scores: slices.Concat(before.in.Scores, after.in.Scores),
	}
	fair, no := NewAdjuster(both)
	if fair == nil {
		t.Fatal(no)
	}
	want, _ := fair.MoveRows(before.in.Cells, after.in.Cells)
	now := after.in
	now.Fair, now.Standards, now.Shares = nil, nil, nil
	f := Freeze(now)
	pass := func(cells []VisitCell) *Passed {
		p, ok := f.Pass()
		if !ok {
			t.Fatal("there is nothing to take off")
		}
		for _, c := range cells {
			p.Add(Branch{ID: c.Branch}, c)
		}
		p.Add(Branch{ID: "B0000"}, VisitCell{Scores: Scores{N: 2, SumBP: -5}}) // never happened
		return p
	}
	got, ok := PassedRows(before.in.Scores, after.in.Scores, pass(before.in.Cells).Means(), pass(after.in.Cells).Means())
	if !ok || len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	adjusted, raw := 0.0, 0.0
	plain, _ := MoveRows(before.in.Scores, after.in.Scores)
	for i := range got {
		d := want[i].After.Points - want[i].Before.Points
		adjusted += math.Abs(got[i].After.Points - got[i].Before.Points - d)
		raw += math.Abs(plain[i].After.Points - plain[i].Before.Points - d)
		if v := got[i].After.Var / want[i].After.Var; v < 0.7 || v > 1.4 {
			t.Errorf("%s: variance %.2f, fitted together %.2f", got[i].Branch, got[i].After.Var, want[i].After.Var)
		}
	}
	t.Logf("off by %.2f points a branch, unadjusted by %.2f", adjusted/60, raw/60)
	if adjusted > raw/2 {
		t.Errorf("off by %.2f points a branch, unadjusted by %.2f", adjusted/60, raw/60)
	}
	a, _ := NewMovements(got)
	fell := 0
	for _, m := range a.Rows {
		if m.ClearlyWorse && m.Branch < "B0006" {
			fell++
		}
	}
	if fell < 3 {
		t.Errorf("only %d of 6 that fell are called clearly worse", fell)
	}
	if _, ok := (&Frozen{}).Pass(); ok {
		t.Error("below level C there is nothing to take off")
	}
}
