package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTheAdjusterTakesShoppersAndScenariosOff(t *testing.T) {
	pull := branchAndShopper(3, 40, 30, 3, 6)
	in := audited(3, mixed(3, 40, 30, 12), oneRegion, pull)
	for i := range in.Cells {
		if i%3 == 0 {
			c := &in.Cells[i]
			c.Scenario = "complaint"
			bp := max(0, c.SumBP-800)
			c.Scores = Scores{N: 1, SumBP: bp, SumBP2: bp * bp}
		}
	}
	in.Scores = withoutShoppers(in.Cells)
	a, no := NewAdjuster(in)
	if a == nil {
		t.Fatal(no)
	}
	strict := pulls(4, 30, 6) // the shoppers' own pulls
	var mean, square, cross, own float64
	for j, s := range strict {
		e := a.Explained("B001", fmt.Sprintf("S%03d", j), "buyer", 0)
		mean += e / 30
		square += e * e
		cross += e * s
		own += s * s
	}
	if r := cross / math.Sqrt(square*own); r < 0.85 {
		t.Errorf("what is taken off goes with the shoppers' strictness by %.2f", r)
	}
	if gap := a.Explained("B001", "S001", "buyer", 0) - a.Explained("B001", "S001", "complaint", 0); math.Abs(gap-8) > 2 {
		t.Errorf("the hard scenario costs %v", gap)
	}
	if got := a.Explained("B001", "nobody", "never", 0) - a.Explained("B002", "nobody", "buyer", 0); got != 0 {
		t.Errorf("an unknown scenario is not the usual one: %v", got)
	}
	if m := a.model; !(m.BranchVar > 0 && m.VisitVar > 30 && m.VisitVar < 70 && m.Mean > 70 && m.Mean < 90) {
		t.Errorf("%+v", m)
	}
}

func TestWindowsAreComparedWithoutTheirShoppers(t *testing.T) {
	// the same branches, but in the second window the strict half of the shoppers makes all the visits to ten of them
	pull := branchAndShopper(5, 40, 30, 3, 1)
	strictness := func(j int) float64 {
		if j < 15 {
			return -6
		}
		return 6
	}
	both := func(b, j int) float64 { return pull(b, j) + strictness(j) - 5 }
	first := audited(5, mixed(5, 40, 30, 10), oneRegion, both)
	plan := mixed(6, 40, 30, 10)
	for b := range 10 {
		for v := range plan[b] {
			plan[b][v] %= 15
		}
	}
	second := audited(6, plan, oneRegion, both)
	in := Input{Branches: first.Branches, Cells: slices.Concat(first.Cells, second.Cells), Scores: slices.Concat(first.Scores, second.Scores)}
	a, no := NewAdjuster(in)
	if a == nil {
		t.Fatal(no)
	}
	rows, ok := a.MoveRows(first.Cells, second.Cells)
	raw, _ := MoveRows(first.Scores, second.Scores)
	if !ok || len(rows) != 40 {
		t.Fatalf("%d rows", len(rows))
	}
	fall := func(rows []MoveRow) (sum float64) {
		for _, r := range rows[:10] {
			sum += (r.After.Points - r.Before.Points) / 10
		}
		return sum
	}
	if f, r := fall(rows), fall(raw); f < -2.5 || r > -4 {
		t.Errorf("ten branches fell by %.1f, without their shoppers by %.1f", r, f)
	}
	for i, r := range rows {
		if !(r.After.Var > raw[i].After.Var/4) || r.Before.N != raw[i].Before.N {
			t.Errorf("%+v", r)
		}
	}
	mixedUp := slices.Clone(second.Cells)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(mixedUp), func(i, k int) { mixedUp[i], mixedUp[k] = mixedUp[k], mixedUp[i] })
	if again, _ := a.MoveRows(first.Cells, mixedUp); !slices.Equal(again, rows) {
		t.Error("the order of cells shows")
	}
}

func TestTheAdjusterIsDeclinedInWords(t *testing.T) {
	plan := make([][]int, 30)
	for b := range plan {
		plan[b] = []int{b, b, b, b}
	}
	if a, no := NewAdjuster(audited(3, plan, oneRegion, branchAndShopper(3, 30, 30, 3, 3))); a != nil || !slices.Equal(why(no), []Refusal{OwnShopper}) {
		t.Errorf("%v, %+v", a, no)
	}
	if a, no := NewAdjuster(Input{}); a != nil || len(no) != 1 {
		t.Errorf("%v, %+v", a, no)
	}
}

// worlds are networks unlike the usual one.
func worlds() map[string]realm {
	usual := goalRealm()
	usual.branches, usual.shoppers, usual.standards, usual.regions = 60, 40, 8, 4
	all := map[string]realm{}
	change := func(name string, how func(*realm)) {
		w := usual
		how(&w)
		all[name] = w
	}
	change("one branch", func(w *realm) { w.branches, w.regions = 1, 1 })
	change("nine branches", func(w *realm) { w.branches, w.regions = 9, 1 })
	change("everyone is perfect", func(w *realm) {
		w.base = func(int) float64 { return 1 - 1e-9 }
		w.branchSD, w.ownSD, w.shopperSD, w.daySD = 0, 0, 0, 0
	})
	change("nobody meets anything", func(w *realm) {
		w.base = func(int) float64 { return 1e-9 }
		w.target = func(int, float64) float64 { return 0.8 }
	})
	change("targets far above everyone", func(w *realm) { w.target = func(int, float64) float64 { return 0.98 } })
	change("branches are all the same", func(w *realm) { w.branchSD, w.ownSD = 0, 0 })
	change("branches differ wildly", func(w *realm) { w.branchSD = 3 })
	change("shoppers differ wildly", func(w *realm) { w.shopperSD = 3 })
	change("days differ wildly", func(w *realm) { w.daySD = 3 })
	change("one standard", func(w *realm) { w.standards = 1 })
	change("hardly anything applies", func(w *realm) { w.na = 0.9 })
	change("shoppers stay at home", func(w *realm) { w.home = 1 })
	change("more shoppers than visits", func(w *realm) { w.shoppers = 4000 })
	return all
}

func TestOtherWorldsAreJudgedHonestlyOrNotAtAll(t *testing.T) {
	if testing.Short() {
		t.Skip("networks are drawn and judged without -short")
	}
	for name, w := range worlds() {
		f := &figures{}
		for seed := range uint64(1) {
			d := w.draw(seed)
			for _, visits := range []int{1, 6} {
				win := d.window(visits)
				r := Run(win.in)
				in := win.in
				in.Fair = nil
				f.labelled(d, Statuses(in), &f.below, &f.meets, &f.labels)
				var outcomes []Outcome
				for _, b := range r.Branches {
					checkNumbers(t, name, &b)
					outcomes = append(outcomes, b.Outcomes...)
				}
				f.labelled(d, outcomes, &f.belowC, &f.meetsC, &f.labelsC)
			}
		}
		t.Logf("%s: below, pooled %d, %.0f %% wrong; adjusted %d, %.0f %% wrong; meets %d, %.0f %% wrong",
			name, f.below.all, f.below.percent(), f.belowC.all, f.belowC.percent(), f.meetsC.all, f.meetsC.percent())
		// thin data make errors, but adjustment must not make more of them than pooling does
		if f.belowC.all > 60 && f.belowC.percent() > f.below.percent()+10 || f.meetsC.all > 60 && f.meetsC.percent() > 12 {
			t.Errorf("%s: adjusted labels are wrong too often", name)
		}
	}
}

func checkNumbers(t *testing.T, name string, b *BranchRow) {
	t.Helper()
	e := b.Score
	for _, v := range []float64{e.MeanBP, e.EstimateBP, e.SDBP, e.LoBP, e.HiBP, e.PBelow, e.PWorst, e.Effective, e.Place.Expected} {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			t.Fatalf("%s, %s: %+v", name, b.ID, e)
		}
	}
	for _, o := range b.Outcomes {
		if g := o.Good; !(g.Mean >= 0 && g.Mean <= 1 && g.PBelow >= 0 && g.PBelow <= 1) {
			t.Fatalf("%s, %s: %+v", name, b.ID, o)
		}
	}
}
