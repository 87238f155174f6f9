package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func BenchmarkFunnelOf2000(b *testing.B) {
	luck := rand.New(rand.NewPCG(1, 1))
	in := FunnelInput{Kind: FunnelOfShares}
	for i := range 2000 {
		n := 3 + luck.IntN(40)
		in.Rows = append(in.Rows, FunnelRow{Branch: fmt.Sprintf("B%04d", i), N: n, X: n - luck.IntN(3)})
	}
	for b.Loop() {
		NewFunnel(in)
	}
}

func BenchmarkMovementsOf2000(b *testing.B) {
	luck := rand.New(rand.NewPCG(1, 1))
	w := moveWorld(luck, 2000, 6, func(int) float64 { return 0 })
	for i := range w[0] {
		w[0][i].Branch, w[1][i].Branch = fmt.Sprintf("B%04d", i), fmt.Sprintf("B%04d", i)
	}
	for b.Loop() {
		rows, _ := MoveRows(w[0], w[1])
		NewMovements(rows)
	}
}

func BenchmarkWatch100kVisits(b *testing.B) {
	in := watchWorld(rand.New(rand.NewPCG(1, 1)), 1000, 50, func(int) float64 { return 0 })
	for b.Loop() {
		Watch(in)
	}
}

func BenchmarkPlanNextOf2000(b *testing.B) {
	luck := rand.New(rand.NewPCG(1, 1))
	in := NextInput{TargetBP: 8500, VisitSD: 11, Budget: 6000}
	for i := range 2000 {
		in.Branches = append(in.Branches, NextBranch{ID: fmt.Sprintf("B%04d", i), Mean: 85 + 5*luck.NormFloat64(), SD: 2 + 3*luck.Float64()})
	}
	for b.Loop() {
		PlanNext(in)
	}
}

func BenchmarkExplainOf2000(b *testing.B) {
	in := causeWorld(Counts{N: 12, X: 4})
	for i := range 2000 {
		id := fmt.Sprintf("C%04d", i)
		in.Compared.Branches = append(in.Compared.Branches, Branch{ID: id})
		in.Compared.Shares = append(in.Compared.Shares, ShareCell{Branch: id, Standard: "upsell", Counts: Counts{N: 6 + i%9, X: 6 + i%7%(1+i%9)}})
	}
	for b.Loop() {
		Explain(in)
	}
}

func BenchmarkOutlook(b *testing.B) {
	in := OutlookInput{VisitsAMonth: 2, ICC: .15}
	for k := range 20 {
		in.Standards = append(in.Standards, Standard{ID: branchID(k), GoodTargetBP: 7000 + 125*k})
	}
	for b.Loop() {
		NewOutlook(in)
	}
}

func TestManyStandardsAreDividedByRelativeWeights(t *testing.T) {
	in := driverWorld(1, 1500, 60, 1.5)
	in.Draws = 49
	d := NewDrivers(in)
	if d.Declined != "" || len(d.Standards) != 60 || d.Standards[0].ID != "k0" || d.Standards[1].ID != "k1" {
		t.Fatalf("%+v", d.Declined)
	}
	sum := 0.0
	for _, s := range d.Standards {
		sum += s.Part
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("parts add to %v", sum)
	}
	in.Draws = 0
	in.Standards = append(in.Standards, make([]Standard, 141)...)
	for i := range in.Visits {
		in.Visits[i].Met = append(in.Visits[i].Met, make([]float64, 141)...)
	}
	if got := NewDrivers(in).Declined; got != "At most 200 standards can be compared at once; choose fewer." {
		t.Error(got)
	}
}
