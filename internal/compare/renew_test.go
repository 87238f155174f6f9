package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestAResultRenewedForAFewBranchesIsTheWholeOneButForThePlacesOfOthers(t *testing.T) {
	in := standingWorld(fewPlaces+20, 60, 3)
	f := Freeze(in)
	before := f.Stand(freshOf(in, true))
	old := before.Result(in.Branches, true)
	r := rand.New(rand.NewPCG(3, 5))
	moved := []string{"b004", "b190", "b311"}
	for _, id := range moved {
		for range 4 {
			addVisit(&in, id, r.IntN(60), 3000, make([]float64, 60), r)
		}
	}
	var fresh []Fresh
	for _, x := range freshOf(in, true) {
		if x.Branch.ID == moved[0] || x.Branch.ID == moved[1] || x.Branch.ID == moved[2] {
			fresh = append(fresh, x)
		}
	}
	after := before.With(fresh)
	want, got := after.Result(in.Branches, true), after.Renewed(&old, moved)
	if fmt.Sprint(want.Summaries) != fmt.Sprint(got.Summaries) || want.Headline.Scores != got.Headline.Scores ||
		want.Headline.Outcomes != got.Headline.Outcomes || want.Headline.Visits != got.Headline.Visits {
		t.Errorf("counted %+v, not %+v", got.Headline, want.Headline)
	}
	if fmt.Sprint(want.Headline.Sentences[0], want.Headline.Sentences[1]) != fmt.Sprint(got.Headline.Sentences[0], got.Headline.Sentences[1]) {
		t.Errorf("%q, not %q", got.Headline.Sentences, want.Headline.Sentences)
	}
	isMoved := map[string]bool{moved[0]: true, moved[1]: true, moved[2]: true}
	for i, x := range want.Branches {
		y := got.Branches[i]
		if x.ID != y.ID || x.Score.EstimateBP != y.Score.EstimateBP || x.Score.N != y.Score.N || fmt.Sprint(x.Outcomes) != fmt.Sprint(y.Outcomes) {
			t.Fatalf("line %d: %+v, not %+v", i, y.Score, x.Score)
		}
		off := 1.0 + float64(len(moved))
		if isMoved[x.ID] {
			off = 1
		}
		if math.Abs(x.Score.Place.Expected-y.Score.Place.Expected) > off || math.Abs(float64(x.Score.Place.Lo-y.Score.Place.Lo)) > off {
			t.Errorf("%s: place %+v, not %+v", x.ID, y.Score.Place, x.Score.Place)
		}
	}
	if fmt.Sprint(old.Branches[0].Score) != fmt.Sprint(before.Result(in.Branches, true).Branches[0].Score) {
		t.Error("the older result was changed")
	}
}

func TestANetworkExplainsABranchAsIfAllWereWorkedOutForIt(t *testing.T) {
	in := standingWorld(30, 12, 5)
	r := rand.New(rand.NewPCG(1, 9))
	var mix []MixCell
	for _, b := range in.Branches {
		for _, k := range in.Standards {
			w := r.Int64N(MixUnit)
			mix = append(mix, MixCell{Branch: b.ID, Standard: k.ID, W: 5 * w, WR: r.Int64N(5*w + 1)})
		}
	}
	n := NewNetwork(in, mix)
	gaps := Gaps(in.Scores, mix, in.Standards)
	section := map[string]string{"K1": "A", "K2": "A", "K3": "B"}
	own, rest := Penalty{N: 5, SumBP: -700}, Penalty{N: 145, SumBP: -100}
	t1 := newTable(in)
	for i, b := range t1.branches {
		x := Own{Branch: b.ID, Visits: 5, Penalty: own, Others: rest, SectionOf: section}
		for k := range in.Standards {
			x.Counts = append(x.Counts, t1.counts[k][i])
		}
		for _, c := range mix {
			if c.Branch == b.ID {
				x.Mix = append(x.Mix, c)
			}
		}
		want := Explain(CauseInput{Branch: b.ID, Gaps: gaps, Compared: in, Own: own, Rest: rest, Section: section})
		_, got, ok := n.Explain(x)
		if !ok || fmt.Sprintf("%.6f", want.Total) != fmt.Sprintf("%.6f", got.Total) || want.Sentence != got.Sentence ||
			!sameCauses(want.Standards, got.Standards) {
			t.Errorf("%s: %+v, not %+v", b.ID, got, want)
		}
	}
	if _, _, ok := n.Explain(Own{Branch: "nobody", Counts: make([]Counts, 3)}); ok {
		t.Error("a branch without visits was explained")
	}
}

func sameCauses(a, b []Cause) bool {
	return slices.EqualFunc(a, b, func(x, y Cause) bool {
		return x.ID == y.ID && x.Named == y.Named && math.Abs(x.Performance-y.Performance) < 1e-9 && math.Abs(x.Behind-y.Behind) < 1e-9 && math.Abs(x.Believed-y.Believed) < 1e-9
	})
}
