package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// windowOf is so many visits of a branch that ask for standards of equal weight; met[k] of them met standard k.
func windowOf(branch string, visits int, met ...int) WindowMix {
	w := WindowMix{}
	share := int64(MixUnit / len(met))
	sum := int64(0)
	for k, m := range met {
		id := fmt.Sprintf("K%d", k+1)
		w.Mix = append(w.Mix, MixCell{Branch: branch, Standard: id, W: share * int64(visits), WR: share * int64(m)})
		w.Shares = append(w.Shares, ShareCell{Branch: branch, Standard: id, Counts: Counts{N: visits, X: m}})
		sum += share * int64(m)
	}
	w.Scores = []ScoreCell{{Branch: branch, Scores: Scores{N: int64(visits), SumBP: sum / (MixUnit / 10_000)}}}
	return w
}

func standardsUpTo(n int) (all []Standard) {
	for k := range n {
		all = append(all, Standard{ID: fmt.Sprintf("K%d", k+1), Title: fmt.Sprintf("Standard %d", k+1)})
	}
	return all
}

func TestAMovedScoreNamesWhatProbablyMovedItAndTheRestCouldBeLuck(t *testing.T) {
	before, after := windowOf("A", 20, 19, 16, 10), windowOf("A", 20, 6, 15, 11)
	after.Penalty = Penalty{N: 20, SumBP: -2000}
	c, declined := WhyMoved{Branch: "A", Before: before, After: after, Standards: standardsUpTo(3)}.Explain()
	if declined != "" || !c.Moves() {
		t.Fatalf("%q %+v", declined, c)
	}
	// Each standard weighs a third: 13, 1 and −1 of 20 visits fewer, and caps that took one point.
	near(t, "whole", c.Total, -100*13.0/60-1, 1e-6)
	near(t, "caps", c.Penalty, -1, 1e-12)
	if s := c.Standards[0]; s.ID != "K1" || !s.Named || s.Behind < .99 || s.Believed > .95*s.Performance || s.Believed < s.Performance {
		t.Errorf("%+v", s)
	}
	for _, s := range c.Standards[1:] {
		if s.Named || math.Abs(s.Believed) > math.Abs(s.Performance)/2 {
			t.Errorf("%+v", s)
		}
	}
	want := "22.7 points lower than in the window before. 21.7 come from “Standard 1” (almost certain), 1.7 from “Standard 2” (could be luck), 1 from caps and zeros."
	if c.Sentence != want {
		t.Errorf("%q", c.Sentence)
	}
	back, _ := WhyMoved{Branch: "A", Before: after, After: before, Standards: standardsUpTo(3)}.Explain()
	near(t, "the other way", back.Total, -c.Total, 1e-9)
	if !strings.HasPrefix(back.Sentence, "22.7 points higher than in the window before.") || !back.Standards[0].Named {
		t.Errorf("%q", back.Sentence)
	}
}

func TestAWindowWithTooFewVisitsIsNotAskedWhy(t *testing.T) {
	few, many := windowOf("A", minVisits-1, 1, 1), windowOf("A", minVisits, 1, 1)
	for _, x := range []struct {
		before, after WindowMix
		want          string
	}{
		{few, many, "2 visits with a score in the window before: why the score moved can be told from 3 visits on in both windows."},
		{many, few, "2 visits with a score in these months: why the score moved can be told from 3 visits on in both windows."},
		{WindowMix{}, many, "No visits with a score in the window before: why the score moved can be told from 3 visits on in both windows."},
		{many, many, ""},
		{many, windowOf("B", 9, 1, 1), "No visits with a score in these months: why the score moved can be told from 3 visits on in both windows."},
	} {
		c, declined := WhyMoved{Branch: "A", Before: x.before, After: x.after, Standards: standardsUpTo(2)}.Explain()
		if declined != x.want || declined == "" && (c.Sentence != "Level with the window before." || c.Moves()) {
			t.Errorf("%q instead of %q, %+v", declined, x.want, c)
		}
	}
}

func TestABranchThatDidNotChangeSeldomHasACauseForIt(t *testing.T) {
	luck := rand.New(rand.NewPCG(11, 4))
	const worlds, standards = 400, 20
	blamed := 0
	for range worlds {
		sizes := []int{4 + luck.IntN(8), 4 + luck.IntN(30)}
		met := [2][]int{make([]int, standards), make([]int, standards)}
		for k := range standards {
			p := .4 + .55*luck.Float64()
			for i, n := range sizes {
				for range n {
					if luck.Float64() < p {
						met[i][k]++
					}
				}
			}
		}
		c, _ := WhyMoved{
			Branch: "A", Before: windowOf("A", sizes[0], met[0]...), After: windowOf("A", sizes[1], met[1]...), Standards: standardsUpTo(standards),
		}.Explain()
		for _, s := range c.Standards {
			if s.Named {
				blamed++
				break
			}
		}
	}
	share := float64(blamed) / worlds
	t.Logf("in %.0f %% of %d branches that did not change a cause is named", 100*share, worlds)
	if share > 2*movedFalse {
		t.Errorf("%.2f", share)
	}
}
