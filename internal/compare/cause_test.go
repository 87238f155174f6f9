package compare

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestThePartsOfAGapAddUpAndOnlyProbableCausesAreNamed(t *testing.T) {
	v := fixture(t)
	in := CauseInput{Branch: "B053", Gaps: v.Gaps(), Compared: v.Input(LevelB, WholeNetwork), Section: map[string]string{"std01": "Till", "std02": "Till", "std03": "Shop"}}
	c := Explain(in)
	sum := 0.0
	for _, s := range c.Standards {
		sum += s.Performance + s.Mix
		towards := s.Behind
		if s.Performance > 0 {
			towards = 1 - s.Behind
		}
		if !s.Known || s.Named != (towards >= .8 && s.Performance != 0) {
			t.Errorf("%+v", s)
		}
		if math.Abs(s.Believed) > math.Abs(s.Performance)+1e-9 || s.Believed*s.Performance < 0 {
			t.Errorf("believed is not between nothing and what was seen: %+v", s)
		}
	}
	near(t, "parts", sum, c.Total, 1e-9)
	near(t, "sections", c.Sections[0].Performance+c.Sections[1].Performance, performanceOf(c, "std01", "std02", "std03"), 1e-12)
	near(t, "B001 in all", Explain(CauseInput{Branch: "B001", Gaps: v.Gaps(), Compared: in.Compared}).Total, 7.6890, 5e-5)
	for i := 1; i < len(c.Standards); i++ {
		if math.Abs(c.Standards[i].Believed) > math.Abs(c.Standards[i-1].Believed) {
			t.Errorf("%d is more telling than the one before", i)
		}
	}
}

func performanceOf(c Causes, ids ...string) float64 {
	sum := 0.0
	for _, s := range c.Standards {
		for _, id := range ids {
			if s.ID == id {
				sum += s.Performance
			}
		}
	}
	return sum
}

// causeWorld is one branch that misses one standard often, among others that do not.
func causeWorld(own Counts) CauseInput {
	in := CauseInput{Branch: "B000", Compared: Input{Standards: []Standard{{ID: "upsell", Title: "Offers a second product"}, {ID: "till", Title: "Till"}}}}
	for i := range 20 {
		id := branchID(i)
		in.Compared.Branches = append(in.Compared.Branches, Branch{ID: id})
		c := Counts{N: 12, X: 10}
		if i == 0 {
			c = own
		}
		in.Compared.Shares = append(in.Compared.Shares, ShareCell{Branch: id, Standard: "upsell", Counts: c},
			ShareCell{Branch: id, Standard: "till", Counts: Counts{N: 12, X: 10 + i%3}})
	}
	in.Gaps = []Gap{{Branch: "B000", Standard: "upsell", Performance: -2.3}, {Branch: "B000", Standard: "till", Performance: -.9, Mix: -.2}, {Branch: "B001", Standard: "till", Performance: 9}}
	return in
}

func TestTheSentenceSaysHowSureEachCauseIs(t *testing.T) {
	in := causeWorld(Counts{N: 12, X: 4})
	in.Own, in.Rest = Penalty{N: 2, SumBP: -160}, Penalty{N: 100, SumBP: -1000}
	c := Explain(in)
	want := "4.1 points behind similar branches. 2.3 come from “Offers a second product” (almost certain), 0.9 from “Till” (could be luck), 0.2 because of what was asked in its visits, 0.7 from caps and zeros."
	if c.Sentence != want {
		t.Errorf("got  %s\nwant %s", c.Sentence, want)
	}
	near(t, "penalty", c.Penalty, -.8+.1, 1e-12)
	in.Compared.Level = LevelA
	if a := Explain(in); !a.Standards[0].Known || a.Standards[0].Behind < .95 || a.Standards[0].Named {
		t.Errorf("%+v", a.Standards[0])
	}
	if few := Explain(causeWorld(Counts{N: 1, X: 0})); strings.Contains(few.Sentence, "certain") || few.Standards[0].Named {
		t.Errorf("one visit proves %+v", few.Standards[0])
	}
	for n, want := range map[int]bool{minVisits - 1: false, minVisits: true} {
		all := causeWorld(Counts{N: n, X: 0})
		for i := range all.Compared.Shares {
			if c := &all.Compared.Shares[i]; c.Standard == "upsell" && c.Branch != "B000" {
				c.Counts = Counts{N: 40, X: []int{39, 22, 38}[i%3]}
			}
		}
		if got := Explain(all).Standards[0].Named; got != want {
			t.Errorf("%d visits name a cause: %v", n, got)
		}
	}
	if level := Explain(CauseInput{Branch: "B000"}); level.Sentence != "Level with similar branches." {
		t.Error(level.Sentence)
	}
}

func TestTwoWindowsOfABranchAreSplitByTheSameFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		standards := []Standard{{ID: "K1"}, {ID: "K2"}, {ID: "K3"}}
		window := func(name string) ([]ScoreCell, []MixCell, float64) {
			n := rapid.IntRange(1, 5).Draw(t, name)
			visits := []ScoreCell{{Branch: "A", Scores: Scores{N: int64(n)}}, {Branch: "Z", Scores: Scores{N: 3}}}
			var cells []MixCell
			total := 0.0
			for range n {
				left := int64(MixUnit)
				for k, s := range standards {
					w := left
					if k < 2 {
						w = rapid.Int64Range(0, left).Draw(t, "w")
					}
					left -= w
					wr := rapid.Int64Range(0, w).Draw(t, "wr")
					cells = append(cells, MixCell{Branch: "A", Standard: s.ID, W: w, WR: wr}, MixCell{Branch: "Z", Standard: s.ID, W: w})
					total += float64(wr) / MixUnit
				}
			}
			return visits, cells, 100 * total / float64(n)
		}
		v1, c1, y1 := window("before")
		v2, c2, y2 := window("after")
		sum := 0.0
		for _, g := range GapsBetween("A", v1, v2, c1, c2, standards) {
			sum += g.Performance + g.Mix
		}
		if math.Abs(sum-(y2-y1)) > 1e-9 {
			t.Fatalf("parts add to %v, the score moved by %v", sum, y2-y1)
		}
	})
	if g := GapsBetween("A", nil, []ScoreCell{{Branch: "A", Scores: Scores{N: 1}}}, nil, nil, []Standard{{ID: "K1"}}); g != nil {
		t.Errorf("%v from a window without visits", g)
	}
}

func TestNamedCausesAreTrueAboutAsOftenAsTheySay(t *testing.T) {
	truth := map[string]row{}
	for _, r := range reference(t, "fixture60x40_truth_branch.csv") {
		truth[r["branch"]] = r
	}
	v := fixture(t)
	in := CauseInput{Gaps: v.Gaps(), Compared: v.Input(LevelB, WholeNetwork)}
	named, right, rest, restRight := 0, 0, 0, 0
	for _, id := range sortedKeys(truth) {
		in.Branch = id
		for _, s := range Explain(in).Standards {
			k := "X" + strings.TrimLeft(strings.TrimPrefix(s.ID, "std"), "0")
			worse := truth[id].f(t, "u_logit")+truth[id].f(t, k) < 0
			agrees := 0
			if worse == (s.Performance < 0) {
				agrees = 1
			}
			if s.Named {
				named++
				right += agrees
			} else {
				rest++
				restRight += agrees
			}
		}
	}
	share, others := float64(right)/float64(named), float64(restRight)/float64(rest)
	t.Logf("%d named, %.2f right; of the %d others %.2f", named, share, rest, others)
	if named < 100 || share < .8 || share < others+.1 {
		t.Errorf("%d named, %.2f right; of the others %.2f", named, share, others)
	}
}
