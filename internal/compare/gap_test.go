package compare

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestGapsAddUpToTheDifferenceOfScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		standards := []Standard{{ID: "K1"}, {ID: "K2"}, {ID: "K3"}}
		var visits []ScoreCell
		var cells []MixCell
		total, n := map[string]float64{}, map[string]float64{}
		for _, b := range []string{"A", "B", "C"} {
			for range rapid.IntRange(1, 5).Draw(t, "visits") {
				visits = append(visits, ScoreCell{Branch: b, Scores: Scores{N: 1}})
				n[b]++
				left := int64(MixUnit)
				for k, s := range standards {
					w := rapid.Int64Range(0, left).Draw(t, "w")
					if k == len(standards)-1 {
						w = left
					}
					left -= w
					wr := rapid.Int64Range(0, w).Draw(t, "wr")
					cells = append(cells, MixCell{Branch: b, Standard: s.ID, W: w, WR: wr})
					total[b] += float64(wr) / MixUnit
				}
			}
		}
		sums := map[string]float64{}
		for _, g := range Gaps(visits, cells, standards) {
			sums[g.Branch] += g.Performance + g.Mix
		}
		for b := range sums {
			others, visits := 0.0, 0.0
			for o := range total {
				if o != b {
					others += total[o]
					visits += n[o]
				}
			}
			want := 100 * (total[b]/n[b] - others/visits)
			if math.Abs(sums[b]-want) > 1e-9 {
				t.Fatalf("%s: gaps add to %v, scores differ by %v", b, sums[b], want)
			}
		}
		if len(sums) != 3 {
			t.Fatalf("gaps of %d branches", len(sums))
		}
	})
}

func TestWhatWasNeverAskedIsNotHeldAgainstABranch(t *testing.T) {
	gaps := Gaps(
		[]ScoreCell{{Branch: "A", Scores: Scores{N: 1}}, {Branch: "B", Scores: Scores{N: 1}}},
		[]MixCell{
			{Branch: "A", Standard: "K1", W: MixUnit, WR: MixUnit},
			{Branch: "B", Standard: "K1", W: MixUnit / 2, WR: MixUnit / 2},
			{Branch: "B", Standard: "K2", W: MixUnit / 2},
		},
		[]Standard{{ID: "K1"}, {ID: "K2"}})
	near(t, "K1 done as well", gaps[0].Performance, 0, 1e-12)
	near(t, "K2 was not asked of A", gaps[1].Performance, 0, 1e-12)
	near(t, "the mix made the difference", gaps[0].Mix+gaps[1].Mix, 50, 1e-9)
}

func TestABranchAloneHasNoGap(t *testing.T) {
	cells := []MixCell{{Branch: "A", Standard: "K1", W: MixUnit, WR: 0}}
	if g := Gaps([]ScoreCell{{Branch: "A", Scores: Scores{N: 2}}}, cells, []Standard{{ID: "K1"}}); len(g) != 0 {
		t.Errorf("gaps %v to nobody", g)
	}
	if g := Gaps([]ScoreCell{{Branch: "B", Scores: Scores{N: 2}}}, cells, []Standard{{ID: "K1"}}); len(g) != 0 {
		t.Errorf("gaps %v of a branch without visits", g)
	}
}
