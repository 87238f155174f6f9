package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/stats"
)

func TestVisitsGoWhereTheyTellMostAndEveryBranchIsSeen(t *testing.T) {
	in := NextInput{TargetBP: 8500, VisitSD: 11, Budget: 12, Branches: []NextBranch{
		{ID: "sure", Mean: 95, SD: 2}, {ID: "close", Mean: 84.5, SD: 4}, {ID: "seen", Mean: 84.5, SD: 4, ThisQuarter: 2}, {ID: "heavy", Mean: 84.5, SD: 4, Weight: 3, ThisQuarter: 1},
	}}
	p, ok := PlanNext(in)
	if !ok {
		t.Fatal("declined")
	}
	got := map[string]NextVisits{}
	for _, v := range p.Visits {
		got[v.Branch] = v
	}
	if got["sure"].Visits != 1 || got["sure"].Fair != 1 || got["heavy"].Visits != 4 || got["close"].Visits+got["seen"].Visits != 7 || p.Spent != 12 {
		t.Errorf("%+v", p)
	}
	if p.Sentences[0] != "12 visits to 4 branches: 2 so that every branch is seen, 10 where they tell most." {
		t.Error(p.Sentences)
	}
	in.Budget = 100
	if p, _ = PlanNext(in); p.Spent > 16 || len(p.Sentences) != 3 {
		t.Errorf("%+v", p)
	}
	for name, bad := range map[string]NextInput{"no budget": {TargetBP: 1, VisitSD: 1}, "no spread": {TargetBP: 1, Budget: 1, Branches: in.Branches}, "no target": {VisitSD: 1, Budget: 1}} {
		if _, ok := PlanNext(bad); ok {
			t.Errorf("%s: planned", name)
		}
	}
}

func TestVisitsForAStandardGoWhereItsShareIsOpen(t *testing.T) {
	in := NextInput{TargetBP: 9000, Budget: 8, Least: -1, Branches: []NextBranch{
		{ID: "sure", Met: 30, Missed: .5}, {ID: "open", Met: 9, Missed: 1.2}, {ID: "lost", Met: 5, Missed: 9},
	}}
	for _, aim := range []Aim{LeastHarm, MostSettled} {
		in.Aim = aim
		p, ok := PlanNext(in)
		if !ok || p.Visits[0].Branch != "open" || p.Visits[0].Visits < 3 {
			t.Fatalf("%+v", p)
		}
		for _, v := range p.Visits[1:] {
			if v.Branch == "lost" || v.Worth > p.Visits[0].Worth/1000 {
				t.Errorf("%+v", v)
			}
		}
	}
	near(t, "worth in points of the share", (&nextItem{NextBranch: in.Branches[1]}).worth(&NextInput{TargetBP: 9000}, 2),
		100*stats.ValueOfVisitsShare(9, 1.2, .9, 2), 1e-12)
	a, b, ok := stats.Own(8, 7).Beta()
	if !ok || a != 7.5 || b != 1.5 {
		t.Errorf("%v and %v", a, b)
	}
}

func TestOneVisitThatCannotChangeAnythingIsNotSentAlone(t *testing.T) {
	// at 78 ± 2.5 one visit is worth next to nothing, four are worth more than four times as much
	b := nextItem{NextBranch: NextBranch{ID: "A", Mean: 78, SD: 2.5}}
	in := NextInput{TargetBP: 8500, VisitSD: 11, Most: 4}
	b.offer(&in, 10)
	if b.step != 4 || b.rate <= stats.ValueOfVisits(78, 2.5, 85, 11, 1) {
		t.Errorf("step %d at %v", b.step, b.rate)
	}
}

func TestPlansKeepTheirConstraintsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := NextInput{TargetBP: 8500, VisitSD: 11, Budget: rapid.IntRange(1, 40).Draw(t, "budget"), Aim: Aim(rapid.IntRange(0, 1).Draw(t, "aim"))}
		for i := range rapid.IntRange(1, 12).Draw(t, "branches") {
			in.Branches = append(in.Branches, NextBranch{
				ID: branchID(i), Mean: rapid.Float64Range(70, 100).Draw(t, "mean"), SD: rapid.Float64Range(.5, 6).Draw(t, "sd"), ThisQuarter: rapid.IntRange(0, 2).Draw(t, "quarter"),
			})
		}
		p, ok := PlanNext(in)
		if !ok {
			t.Fatal("declined")
		}
		spent := 0
		seen := map[string]int{}
		for _, v := range p.Visits {
			spent += v.Visits
			seen[v.Branch] = v.Visits
			if v.Visits < 1 || v.Visits > 4 || v.Fair > 1 || v.Worth < -1e-12 || math.IsNaN(v.Worth) {
				t.Fatalf("%+v", v)
			}
		}
		if spent != p.Spent || spent > in.Budget {
			t.Fatalf("%d spent of %d", spent, in.Budget)
		}
		for _, b := range in.Branches {
			if in.Budget >= len(in.Branches) && b.ThisQuarter == 0 && seen[b.ID] == 0 {
				t.Fatalf("%s is not seen: %+v", b.ID, p)
			}
		}
		in.Branches = rapid.Permutation(in.Branches).Draw(t, "order")
		if q, _ := PlanNext(in); fmt.Sprint(p) != fmt.Sprint(q) {
			t.Fatalf("%v and %v", p, q)
		}
	})
}

// TestAdaptiveVisitsLoseLessThanEqualOnes follows branches with known truth: three visits each, then as many again, sent equally
// or where they tell most; the harm is the distance to the target wherever the decision was wrong.
func TestAdaptiveVisitsLoseLessThanEqualOnes(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 7))
	const branches, target, visitSD, between = 200, 85.0, 11.0, 5.0
	var equal, sent float64
	settled := map[Aim]int{}
	for range 30 {
		truth, sum := make([]float64, branches), make([]float64, branches)
		visit := func(i int) float64 { return truth[i] + visitSD*luck.NormFloat64() }
		believe := func(sum float64, n int) (float64, float64) {
			precision := 1/(between*between) + float64(n)/(visitSD*visitSD)
			return (88/(between*between) + sum/(visitSD*visitSD)) / precision, 1 / math.Sqrt(precision)
		}
		in := NextInput{TargetBP: 8500, VisitSD: visitSD, Budget: 3 * branches, Least: -1, Most: 20}
		for i := range branches {
			truth[i] = 88 + between*luck.NormFloat64()
			for range 3 {
				sum[i] += visit(i)
			}
			mean, sd := believe(sum[i], 3)
			in.Branches = append(in.Branches, NextBranch{ID: branchID(i), Mean: mean, SD: sd})
		}
		harm := func(given []int) (lost float64, told int) {
			for i := range branches {
				s := sum[i]
				for range given[i] {
					s += visit(i)
				}
				mean, sd := believe(s, 3+given[i])
				if (mean < target) != (truth[i] < target) {
					lost += math.Abs(truth[i] - target)
				}
				if math.Abs(mean-target) >= settledAt*sd {
					told++
				}
			}
			return lost, told
		}
		for _, aim := range []Aim{LeastHarm, MostSettled} {
			in.Aim = aim
			given := make([]int, branches)
			p, _ := PlanNext(in)
			for _, v := range p.Visits {
				n := 0
				fmt.Sscanf(v.Branch, "B%03d", &n)
				given[n] = v.Visits
			}
			lost, told := harm(given)
			settled[aim] += told
			if aim == LeastHarm {
				sent += lost
			}
		}
		three := make([]int, branches)
		for i := range three {
			three[i] = 3
		}
		lost, _ := harm(three)
		equal += lost
	}
	t.Logf("harm %.0f equal, %.0f adaptive (%.0f %%); told %d and %d", equal, sent, 100*(sent/equal-1), settled[LeastHarm], settled[MostSettled])
	if sent > .85*equal {
		t.Errorf("harm %.0f against %.0f", sent, equal)
	}
	if settled[MostSettled] <= settled[LeastHarm] {
		t.Errorf("aiming at settled branches settles %d, aiming at harm %d", settled[MostSettled], settled[LeastHarm])
	}
}

func TestShoppersRotateAndLeaveTheirHomeAreaOftenEnough(t *testing.T) {
	var branches []NextBranch
	var plan NextPlan
	for i := range 60 {
		area := []string{"north", "south"}[i%2]
		branches = append(branches, NextBranch{ID: branchID(i), Area: area, LastShopper: "s" + strconv.Itoa(i%6)})
		plan.Visits = append(plan.Visits, NextVisits{Branch: branchID(i), Visits: 1 + i%2})
	}
	var shoppers []NextShopper
	for i := range 6 {
		shoppers = append(shoppers, NextShopper{ID: "s" + strconv.Itoa(i), Home: []string{"north", "south"}[i%2], Free: 20})
	}
	last, outside, all := map[string]string{}, map[string]int{}, map[string]int{}
	area := map[string]string{}
	for _, b := range branches {
		last[b.ID], area[b.ID] = b.LastShopper, b.Area
	}
	got := AssignShoppers(plan, branches, shoppers)
	if len(got) != 90 {
		t.Fatalf("%d visits", len(got))
	}
	for _, a := range got {
		if a.Shopper == "" || a.Shopper == last[a.Branch] {
			t.Fatalf("%+v after %s", a, last[a.Branch])
		}
		last[a.Branch] = a.Shopper
		all[a.Shopper]++
		if home := shoppers[a.Shopper[1]-'0'].Home; home != area[a.Branch] {
			outside[a.Shopper]++
		}
	}
	for s, n := range all {
		if n > 20 || float64(outside[s]) < outsideShare*float64(n) || float64(outside[s]) > .4*float64(n) {
			t.Errorf("%s: %d of %d away", s, outside[s], n)
		}
	}
	if a := AssignShoppers(NextPlan{Visits: []NextVisits{{Branch: "X", Visits: 1}}}, []NextBranch{{ID: "X", LastShopper: "s1"}}, []NextShopper{{ID: "s1", Free: 9}}); a[0].Shopper != "" {
		t.Errorf("%+v", a)
	}
}

func TestAPlanCountsOnlyWhatThereIs(t *testing.T) {
	for want, x := range map[string]struct {
		plan NextPlan
		fair int
	}{
		"1 visit to 1 branch, where they tell most.":                                      {NextPlan{Spent: 1, Visits: make([]NextVisits, 1)}, 0},
		"2 visits to 2 branches, so that every branch is seen.":                           {NextPlan{Spent: 2, Visits: make([]NextVisits, 2)}, 2},
		"3 visits to 2 branches: 1 so that every branch is seen, 2 where they tell most.": {NextPlan{Spent: 3, Visits: make([]NextVisits, 2)}, 1},
		"No visits are to be sent.":                                                       {NextPlan{}, 0},
	} {
		x.plan.say(&NextInput{Budget: x.plan.Spent, Aim: MostSettled}, x.fair)
		if len(x.plan.Sentences) != 1 || x.plan.Sentences[0] != want {
			t.Errorf("%q, want %q", x.plan.Sentences, want)
		}
	}
}
