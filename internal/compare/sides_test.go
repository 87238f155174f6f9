package compare

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestBuyersAreComparedInsideTheBranchesThatHadBoth(t *testing.T) {
	var a, b Side
	a.Name, b.Name = "buyers", "non-buyers"
	for i := range 12 {
		// good branches see more buyers: comparing all with all would credit that to buying
		one, two := Counts{N: 10, X: 5}, Counts{N: 20, X: 10}
		if i%2 == 0 {
			one, two = Counts{N: 20, X: 18}, Counts{N: 10, X: 9}
		}
		a.Shares = append(a.Shares, ShareCell{Branch: branchID(i), Standard: "k", Counts: one})
		b.Shares = append(b.Shares, ShareCell{Branch: branchID(i), Standard: "k", Counts: two})
	}
	s := SidesByShare(a, b, "k", "Greeting")
	if math.Abs(s.Diff) > .01 || s.Clear || !s.ByBranches || s.Branches != 12 {
		t.Errorf("%+v", s)
	}
	if !strings.HasPrefix(s.Sentence, "Buyers met “Greeting” in ") || !strings.Contains(s.Sentence, "no clear difference") {
		t.Error(s.Sentence)
	}
}

func TestTheDifferenceIsMantelAndHaenszels(t *testing.T) {
	a := Side{Name: "buyers", Scores: []ScoreCell{{Branch: "A", Scores: scoresOf(90, 80)}, {Branch: "B", Scores: scoresOf(70, 60, 80)}, {Branch: "C", Scores: scoresOf(10)}}}
	b := Side{Name: "others", Scores: []ScoreCell{{Branch: "A", Scores: scoresOf(70, 60)}, {Branch: "B", Scores: scoresOf(60)}}}
	s := SidesByScore(a, b)
	// weights 2·2/4 = 1 and 3·1/4 = 0.75; differences 20 and 10
	near(t, "difference", s.Diff, (20+.75*10)/1.75, 1e-9)
	// squares within: 50, 200, 50, 0 over 1+2+1+0 = 4 degrees: 75; error √(75/1.75), t(4) at 97.5 % 2.776445
	near(t, "range", s.Range.Hi-s.Diff, 2.776445105*math.Sqrt(75/1.75), 1e-6)
	if s.ByBranches || s.N1 != 5 || s.N2 != 3 {
		t.Errorf("%+v", s)
	}
}

func scoresOf(points ...int64) Scores {
	s := Scores{}
	for _, p := range points {
		s = s.plus(Scores{N: 1, SumBP: 100 * p, SumBP2: 10_000 * p * p})
	}
	return s
}

func TestRangesOfSidesHoldTheTruth(t *testing.T) {
	luck := rand.New(rand.NewPCG(2, 8))
	covered, worlds := 0, 400
	for range worlds {
		var a, b Side
		for i := range 15 {
			level, gap := .7+.1*luck.NormFloat64(), .1+.08*luck.NormFloat64()
			a.Shares = append(a.Shares, ShareCell{Branch: branchID(i), Standard: "k", Counts: metOf(luck, 6, level+gap)})
			b.Shares = append(b.Shares, ShareCell{Branch: branchID(i), Standard: "k", Counts: metOf(luck, 4, level)})
		}
		if s := SidesByShare(a, b, "k", "Greeting"); s.Range.Lo <= 10 && s.Range.Hi >= 10 {
			covered++
		}
	}
	if share := float64(covered) / float64(worlds); share < .92 || share > .98 {
		t.Errorf("95 %% ranges hold the truth in %.3f", share)
	}
}

func metOf(luck *rand.Rand, n int, p float64) Counts {
	c := Counts{N: n}
	for range n {
		if luck.Float64() < p {
			c.X++
		}
	}
	return c
}

func TestTooFewOfOneSideAreRefusedAndClearOnesSaid(t *testing.T) {
	a := Side{Name: "buyers", Scores: []ScoreCell{{Branch: "A", Scores: scoresOf(90, 80)}}}
	b := Side{Name: "non-buyers", Scores: []ScoreCell{{Branch: "A", Scores: scoresOf(70)}, {Branch: "B", Scores: scoresOf(70, 80)}}}
	if s := SidesByScore(a, b); s.Declined != "Buyers and non-buyers meet in 1 branch with 2 and 1 visit; that is too few to compare them." {
		t.Error(s.Declined)
	}
	var c, d Side
	c.Name, d.Name = "non-buyers", "buyers"
	for i := range 12 {
		c.Scores = append(c.Scores, ScoreCell{Branch: branchID(i), Scores: scoresOf(70, 71+int64(i%3))})
		d.Scores = append(d.Scores, ScoreCell{Branch: branchID(i), Scores: scoresOf(82, 81)})
	}
	if s := SidesByScore(c, d); !s.Clear || s.Sentence != "Non-buyers scored 71, buyers 81.5, in the 12 branches that had both: 10.5 points fewer (10.2 to 10.8, 95 %)." {
		t.Error(s.Sentence)
	}
	sure := Side{Name: "buyers", Shares: []ShareCell{{Branch: "A", Standard: "k", Counts: Counts{N: 5, X: 5}}}}
	other := Side{Name: "others", Shares: []ShareCell{{Branch: "A", Standard: "k", Counts: Counts{N: 4, X: 4}}}}
	if s := SidesByShare(sure, other, "k", "Greeting"); s.Range.Hi-s.Range.Lo < 40 {
		t.Errorf("5 of 5 and 4 of 4 prove that they are alike: %+v", s.Range)
	}
}
