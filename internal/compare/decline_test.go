package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// audited makes a network out of who visits whom: plan lists the shoppers of each branch's visits. pull is added to the
// score of a visit, in points.
func audited(seed uint64, plan [][]int, region func(b int) string, pull func(b, shopper int) float64) Input {
	rng := rand.New(rand.NewPCG(seed, 3))
	in := Input{TargetBP: 8500}
	for b, shoppers := range plan {
		branch := Branch{ID: fmt.Sprintf("B%03d", b), Region: region(b)}
		in.Branches = append(in.Branches, branch)
		sum := ScoreCell{Branch: branch.ID}
		for _, j := range shoppers {
			bp := int64(math.Round(100 * min(100, max(0, 80+pull(b, j)+7*rng.NormFloat64()))))
			one := Scores{N: 1, SumBP: bp, SumBP2: bp * bp}
			sum.Scores = sum.plus(one)
			in.Cells = append(in.Cells, VisitCell{Branch: branch.ID, Shopper: fmt.Sprintf("S%03d", j), Scenario: "buyer", Scores: one})
		}
		in.Scores = append(in.Scores, sum)
	}
	return in
}

func oneRegion(int) string { return "North" }

// pulls draws a deviation for each number.
func pulls(seed uint64, n int, sd float64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 4))
	out := make([]float64, n)
	for i := range out {
		out[i] = sd * rng.NormFloat64()
	}
	return out
}

// mixed sends shoppers anywhere.
func mixed(seed uint64, branches, shoppers, visits int) [][]int {
	rng := rand.New(rand.NewPCG(seed, 6))
	plan := make([][]int, branches)
	for b := range plan {
		for range visits {
			plan[b] = append(plan[b], rng.IntN(shoppers))
		}
	}
	return plan
}

func why(all []Declined) []Refusal {
	var out []Refusal
	for _, d := range all {
		out = append(out, d.Why)
	}
	return out
}

func branchAndShopper(seed uint64, branches, shoppers int, sdB, sdS float64) func(b, j int) float64 {
	bs, ss := pulls(seed, branches, sdB), pulls(seed+1, shoppers, sdS)
	return func(b, j int) float64 { return bs[b] + ss[j] }
}

func TestANetworkThatMixesItsShoppersIsAdjusted(t *testing.T) {
	pull := branchAndShopper(1, 40, 30, 4, 5)
	r := Run(audited(1, mixed(1, 40, 30, 9), oneRegion, pull))
	if r.Model.Level != LevelC || len(r.Model.Declined) != 0 || r.Model.Crossed == nil || r.Model.Alike {
		t.Fatalf("level %v, declined %v", r.Model.Level, r.Model.Declined)
	}
	if v := r.Model.Crossed.Posterior; math.Abs(math.Sqrt(v.Shopper)-5) > 2 || math.Abs(math.Sqrt(v.Branch)-4) > 2 {
		t.Errorf("variances %+v", v)
	}
	for _, b := range r.Branches {
		if e := b.Score; e.Level != LevelC || !(e.Effective > 0 && e.Effective < 9) || !e.HasPlace || e.Island != 0 {
			t.Errorf("%s: %+v", b.ID, e)
		}
	}
}

func TestAStrictShopperMakesNoWeakBranch(t *testing.T) {
	// shopper 0 takes 25 points off; two of the three visits to branch 0 are his
	plan := mixed(2, 40, 30, 6)
	plan[0] = []int{0, 0, 7, 0}
	for b := 10; b < 22; b++ {
		plan[b][0] = 0
	}
	pull := branchAndShopper(5, 40, 30, 3, 1)
	in := audited(2, plan, oneRegion, func(b, j int) float64 {
		if v := pull(b, j); j != 0 {
			return v
		}
		return pull(b, j) - 25
	})
	fair := Run(in).Branches
	in.Level = LevelB
	raw := Run(in).Branches
	at := func(rows []BranchRow) float64 {
		for _, b := range rows {
			if b.ID == "B000" {
				return b.Score.EstimateBP - b.Score.MeanBP
			}
		}
		return 0
	}
	if at(fair) < at(raw)+400 {
		t.Errorf("raised by %.0f of basis points, without adjustment by %.0f", at(fair), at(raw))
	}
}

func TestEachBranchWithItsOwnShopperIsDeclined(t *testing.T) {
	plan := make([][]int, 30)
	for b := range plan {
		plan[b] = []int{b, b, b, b}
	}
	r := Run(audited(3, plan, oneRegion, branchAndShopper(3, 30, 30, 3, 3)))
	want := "Every branch was visited by its own shopper; we cannot tell a strict shopper from a weak branch. Swap at least 10 shoppers next wave."
	if r.Model.Level != LevelB || len(r.Model.Declined) != 1 || r.Model.Declined[0] != (Declined{OwnShopper, want}) || !slices.Contains(r.Model.Notes, want) {
		t.Errorf("level %v, declined %+v", r.Model.Level, r.Model.Declined)
	}
}

func TestFewSharedShoppersAreDeclinedInNumbers(t *testing.T) {
	plan := make([][]int, 30)
	for b := range plan {
		plan[b] = []int{b, b, b, b}
	}
	for b := range 9 { // nine branches see a second shopper, who is at home elsewhere
		plan[b][0] = b + 10
	}
	r := Run(audited(3, plan, oneRegion, branchAndShopper(3, 30, 30, 3, 3)))
	if r.Model.Level != LevelB || !strings.HasPrefix(r.Model.Declined[0].Sentence,
		"Only 9 shoppers visited more than one branch, and only 9 branches were seen by more than one shopper; we cannot tell a strict shopper from a weak branch.") {
		t.Errorf("level %v, declined %+v", r.Model.Level, r.Model.Declined)
	}
	for b := range 2 {
		plan[10+b][0] = 25 + b
	}
	if r := Run(audited(3, plan, oneRegion, branchAndShopper(3, 30, 30, 3, 3))); r.Model.Level != LevelC {
		t.Errorf("eleven are not enough: %+v", r.Model.Declined)
	}
}

func TestVisitsWithoutAShopperAreDeclined(t *testing.T) {
	plan := mixed(1, 20, 1, 5)
	in := audited(4, plan, oneRegion, func(int, int) float64 { return 0 })
	if r := Run(in); !slices.Equal(why(r.Model.Declined), []Refusal{OwnShopper}) || !strings.HasPrefix(r.Model.Declined[0].Sentence, "One shopper made all the visits") {
		t.Errorf("one shopper: %+v", r.Model.Declined)
	}
	for i := range in.Cells {
		in.Cells[i].Shopper = ""
	}
	if r := Run(in); !slices.Equal(why(r.Model.Declined), []Refusal{NotNamed}) {
		t.Errorf("no shopper: %+v", r.Model.Declined)
	}
}

func TestFewBranchesOrVisitsStandForThemselves(t *testing.T) {
	r := Run(audited(1, mixed(1, 7, 30, 20), oneRegion, branchAndShopper(1, 7, 30, 4, 4)))
	if r.Model.Level != LevelA || len(r.Model.Notes) != 1 {
		t.Errorf("seven branches: level %v, %q", r.Model.Level, r.Model.Notes)
	}
	r = Run(audited(1, mixed(1, 14, 30, 2), oneRegion, branchAndShopper(1, 14, 30, 4, 4)))
	if r.Model.Level != LevelA || !strings.Contains(r.Model.Notes[0], "from 30 visits on") {
		t.Errorf("28 visits: level %v, %q", r.Model.Level, r.Model.Notes)
	}
}

// twoIslands is a network whose halves share no shopper.
func twoIslands(visits int) [][]int {
	plan := mixed(7, 40, 15, visits)
	for b := 20; b < 40; b++ {
		for v := range plan[b] {
			plan[b][v] += 15
		}
	}
	return plan
}

func TestIslandsAreAdjustedAndNotCompared(t *testing.T) {
	halves := func(b int) string {
		if b < 20 {
			return "North"
		}
		return "South"
	}
	pull := branchAndShopper(8, 40, 30, 4, 4)
	in := audited(8, twoIslands(8), halves, func(b, j int) float64 {
		if b < 20 {
			return pull(b, j) - 8 // branches or shoppers of the north: nobody can tell
		}
		return pull(b, j)
	})
	r := Run(in)
	if r.Model.Level != LevelC || r.Model.Islands != 2 || r.Model.Crossed.Islands != 2 || r.ShowPlaces || len(r.Worst) != 0 {
		t.Fatalf("level %v, islands %d, places %v, worst %v", r.Model.Level, r.Model.Islands, r.ShowPlaces, r.Worst)
	}
	if d := r.Model.Declined; d[0].Why != Apart || !strings.HasPrefix(d[0].Sentence, "North and South share no shopper.") {
		t.Errorf("declined %+v", d)
	}
	means := map[int][]float64{}
	for _, b := range r.Branches {
		e := b.Score
		if e.HasPlace || e.Island < 1 || e.Island > 2 || (e.Island == 1) != (b.Region == "North") {
			t.Errorf("%s of %s: %+v", b.ID, b.Region, e)
		}
		means[e.Island] = append(means[e.Island], e.EstimateBP/100)
	}
	// each is drawn to its own island's mean, not to the other's
	if gap := median(means[2]) - median(means[1]); gap < 5 {
		t.Errorf("the islands were drawn together: %v apart", gap)
	}
}

func TestIslandsWithoutRegionsOfTheirOwnAreCounted(t *testing.T) {
	r := Run(audited(8, twoIslands(6), func(b int) string { return []string{"North", "South"}[b%2] }, branchAndShopper(8, 40, 30, 4, 4)))
	if d := r.Model.Declined; len(d) == 0 || !strings.HasPrefix(d[0].Sentence, "2 groups of branches share no shopper (20 and 20 branches).") {
		t.Errorf("declined %+v", d)
	}
}

func TestAStragglerIsNoIsland(t *testing.T) {
	plan := mixed(7, 40, 15, 8)
	plan[39] = []int{20, 20} // a branch with a shopper of its own, under a twentieth of the visits
	r := Run(audited(8, plan, oneRegion, branchAndShopper(8, 40, 30, 4, 4)))
	if r.Model.Islands != 0 || r.Model.Crossed.Islands != 2 || !r.ShowPlaces {
		t.Errorf("islands %d of %d, places %v", r.Model.Islands, r.Model.Crossed.Islands, r.ShowPlaces)
	}
	var straggler, other ScoreEstimate
	for _, b := range r.Branches {
		if b.ID == "B039" {
			straggler = b.Score
		} else {
			other = b.Score
		}
	}
	if straggler.SDBP < 1.3*other.SDBP {
		t.Errorf("a branch known through nobody else: ±%v, others ±%v", straggler.SDBP, other.SDBP)
	}
}

func TestABranchSeenByOneShopperIsMarked(t *testing.T) {
	plan := mixed(11, 60, 40, 10)
	plan[5] = slices.Repeat([]int{3}, 20)
	plan[6] = slices.Concat(slices.Repeat([]int{4}, 5), []int{8, 9, 10, 11, 12}) // half, not 60 %
	r := Run(audited(11, plan, oneRegion, branchAndShopper(12, 60, 40, 4, 6)))
	for _, b := range r.Branches {
		if b.Score.OneView != (b.ID == "B005") {
			t.Errorf("%s: one view %v", b.ID, b.Score.OneView)
		}
	}
}

func TestShoppersWhoHardlyDifferAreFlaggedAsUncertain(t *testing.T) {
	flagged := 0
	for seed := range uint64(6) {
		in := audited(seed, mixed(seed, 14, 12, 3), oneRegion, branchAndShopper(seed, 14, 12, 4, 0.5))
		r := Run(in)
		if r.Model.Level == LevelC && slices.Contains(why(r.Model.Declined), LeniencyUnsure) {
			flagged++
			if !strings.Contains(r.Model.Declined[0].Sentence, "uncertain") {
				t.Errorf("said %q", r.Model.Declined[0].Sentence)
			}
		}
	}
	if flagged == 0 {
		t.Error("42 visits and no difference between shoppers: nobody was told that it is uncertain")
	}
	r := Run(audited(1, mixed(1, 60, 40, 12), oneRegion, branchAndShopper(1, 60, 40, 4, 6)))
	if slices.Contains(why(r.Model.Declined), LeniencyUnsure) {
		t.Error("720 visits by very different shoppers are called uncertain")
	}
}

func TestBranchesThatAreAllAlikeAreNotTold(t *testing.T) {
	alike := 0
	for seed := range uint64(5) {
		in := audited(seed, mixed(seed, 30, 25, 4), oneRegion, branchAndShopper(seed, 30, 25, 0, 4))
		if r := Run(in); r.Model.Level == LevelC && r.Model.Alike {
			alike++
			if r.ShowPlaces || len(r.Worst) != 0 || !strings.Contains(r.Headline.Text(), "The branches differ no more than visits of one branch do.") {
				t.Errorf("places %v, worst %v, %q", r.ShowPlaces, r.Worst, r.Headline.Text())
			}
		}
	}
	if alike == 0 {
		t.Error("no draw of equal branches was found alike")
	}
}

func TestConstantScoresAreNotAdjusted(t *testing.T) {
	in := audited(1, mixed(1, 20, 15, 5), oneRegion, func(int, int) float64 { return 0 })
	for i := range in.Scores {
		n := in.Scores[i].N
		in.Scores[i].Scores = Scores{N: n, SumBP: 10_000 * n, SumBP2: 1e8 * n}
	}
	for i := range in.Cells {
		in.Cells[i].Scores = Scores{N: 1, SumBP: 10_000, SumBP2: 1e8}
	}
	r := Run(in)
	for _, b := range r.Branches {
		if b.Score.MeanBP != 10_000 || b.Score.EstimateBP != 10_000 {
			t.Fatalf("%+v", b.Score)
		}
	}
	if r.Model.Level == LevelC || r.ShowPlaces {
		t.Errorf("level %v, places %v", r.Model.Level, r.ShowPlaces)
	}
}

func TestRegionsWithDifferentShoppersAreNotTold(t *testing.T) {
	// shoppers stay at home but for a few who bind the regions together; the north's are strict
	plan := make([][]int, 60)
	rng := rand.New(rand.NewPCG(5, 5))
	for b := range plan {
		home := b / 30 * 12
		for range 12 {
			plan[b] = append(plan[b], home+rng.IntN(12))
		}
	}
	plan[0][0], plan[31][0] = 13, 1
	halves := func(b int) string { return []string{"North", "South"}[b/30] }
	pull := branchAndShopper(9, 60, 24, 2, 6)
	in := audited(9, plan, halves, pull)
	g := CompareRegions(in)
	if len(g.Pairs) != 1 || len(g.Rest) != 2 {
		t.Fatalf("%+v", g)
	}
	p := g.Pairs[0]
	if p.Ratio <= 3 || p.Real || !strings.HasPrefix(p.Sentence, "These regions are audited by different people; the gap of 5 points is hardly more than what shoppers alone could cause (±4)") {
		t.Errorf("%+v", p)
	}
	// with other shoppers, who happen to be as strict here as there, the gap is theirs to cause
	p = CompareRegions(audited(10, plan, halves, branchAndShopper(41, 60, 24, 2, 6))).Pairs[0]
	if p.Ratio <= 3 || p.Real || !strings.Contains(p.Sentence, "is within what shoppers alone could cause (±") {
		t.Errorf("%+v", p)
	}
	// everybody goes everywhere: a true gap is found, and named with its range
	in = audited(9, mixed(3, 60, 24, 12), halves, func(b, j int) float64 { return pull(b, j) - 6*float64(1-b/30) })
	p = CompareRegions(in).Pairs[0]
	if p.Branches != 30 || p.Visits != 30*12 {
		t.Errorf("%d branches with %d visits are behind the north", p.Branches, p.Visits)
	}
	if !p.Real || p.Ratio > 3 || p.Points > -3 || !strings.HasPrefix(p.Sentence, "North would score about ") || !strings.Contains(p.Sentence, "lower than South") {
		t.Errorf("%+v", p)
	}
	if r := CompareRegions(audited(3, mixed(1, 5, 9, 9), halves, pull)); len(r.Pairs) != 0 || len(r.Declined) != 1 {
		t.Errorf("five branches: %+v", r)
	}
}
