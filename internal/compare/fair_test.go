package compare

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheModelOfTheReferenceNetworkIsLme4s(t *testing.T) {
	var ref struct {
		Fit struct {
			Criterion float64
			Variances struct{ Branch, Shopper, Residual float64 }
			Fixed     map[string]struct{ Est float64 }
		} `json:"with_scenario"`
	}
	b, err := os.ReadFile(filepath.Join("testdata", "fixture60x40_lmm.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &ref); err != nil {
		t.Fatal(err)
	}
	m := NewDocument(fixture(t), 0, WholeNetwork).Model
	if m.Level != "C" || m.Criterion == nil || *m.Components != 1 || len(m.Declined) != 0 {
		t.Fatalf("%+v", m)
	}
	near(t, "criterion", *m.Criterion, ref.Fit.Criterion, 1e-4)
	near(t, "branch", m.Variances.Branch/ref.Fit.Variances.Branch, 1, 1e-3)
	near(t, "shopper", m.Variances.Shopper/ref.Fit.Variances.Shopper, 1, 1e-3)
	near(t, "residual", m.Variances.Residual/ref.Fit.Variances.Residual, 1, 1e-3)
	if len(m.Fixed) != len(ref.Fit.Fixed) {
		t.Errorf("fixed %v", m.Fixed)
	}
	for name, f := range ref.Fit.Fixed {
		near(t, name, m.Fixed[name], f.Est, 1e-3)
	}
}

func TestForcedLevelCAdjustsTheStandardsToo(t *testing.T) {
	v := fixture(t)
	forced, free := NewDocument(v, LevelC, WholeNetwork), NewDocument(v, 0, WholeNetwork)
	if !reflect.DeepEqual(forced.Branches, free.Branches) {
		t.Error("the level of standards changes the scores")
	}
	moved, rows := 0.0, 0
	for i, s := range forced.Standards {
		b := free.Standards[i]
		if s.Level != "C" || b.Level != "B" || s.Branch != b.Branch {
			t.Fatalf("%+v, %+v", s, b)
		}
		if !(s.Range[0] <= *s.Mean && *s.Mean <= s.Range[1]) || *s.POwnBelow != *b.POwnBelow {
			t.Fatalf("%+v", s)
		}
		moved += math.Abs(*s.Mean - *b.Mean)
		rows++
		if (s.Status == "below" && (*s.POwnBelow < 0.5 || s.X == s.N)) || (s.Status == "meets" || s.Status == "wow") && *s.POwnBelow > 0.5 {
			t.Errorf("against its own visits: %+v", s)
		}
	}
	if mean := moved / float64(rows); mean < 0.002 || mean > 0.05 {
		t.Errorf("adjustment moves shares by %.4f on average", mean)
	}
}

func TestFairSharesAreNearerToTheTruthThanPooledOnes(t *testing.T) {
	if testing.Short() {
		t.Skip("networks are drawn and judged without -short")
	}
	var pooled, fair float64
	for seed := range uint64(2) {
		d := goalRealm().draw(seed)
		w := d.window(6)
		r := Run(w.in)
		in := w.in
		in.Fair = nil
		b := Run(in)
		for i, row := range r.Branches {
			for k, o := range row.Outcomes {
				truth := d.theta[numberOf(row.ID)][k]
				fair += (o.Good.Mean - truth) * (o.Good.Mean - truth)
				p := b.Branches[i].Outcomes[k].Good.Mean - truth
				pooled += p * p
			}
		}
	}
	if fair > 0.9*pooled {
		t.Errorf("squared error %v, pooled %v", fair, pooled)
	}
}

func numberOf(branch string) int {
	n := 0
	for _, c := range strings.TrimLeft(branch[1:], "0") {
		n = 10*n + int(c-'0')
	}
	return n
}

// small draws a small network for properties.
func small(t *rapid.T) Input {
	w := goalRealm()
	w.branches, w.shoppers = rapid.IntRange(8, 16).Draw(t, "branches"), rapid.IntRange(12, 20).Draw(t, "shoppers")
	w.standards, w.regions = rapid.IntRange(1, 6).Draw(t, "standards"), 2
	w.branchSD = rapid.SampledFrom([]float64{0, 0.3, 2}).Draw(t, "branchSD")
	w.ownSD = rapid.SampledFrom([]float64{0, 0.4, 3}).Draw(t, "ownSD")
	w.shopperSD = rapid.SampledFrom([]float64{0, 0.4, 3}).Draw(t, "shopperSD")
	return w.draw(rapid.Uint64().Draw(t, "seed")).window(rapid.IntRange(2, 8).Draw(t, "visits")).in
}

func TestTheOrderOfSingleVisitsDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := small(t)
		want := Run(in)
		again := NewFairTable(in.Fair.standards)
		width := len(in.Fair.standards)
		numbers := make([]int, len(in.Fair.visits))
		for i := range numbers {
			numbers[i] = i
		}
		for _, i := range rapid.Permutation(numbers).Draw(t, "visits") {
			v := in.Fair.visits[i]
			outcomes := make([]Met, width)
			for k := range outcomes {
				outcomes[k] = Met(in.Fair.outcomes[i*width+k])
			}
			again.Add(FairVisit{
				Branch: in.Fair.branches.all[v.branch], Shopper: in.Fair.shoppers.all[v.shopper], Scenario: in.Fair.kindOf[v.kind].scenario,
				Month: in.Fair.kindOf[v.kind].month, ScoreBP: int(v.score), Outcomes: outcomes,
			})
		}
		in.Fair, in.Cells = again, rapid.Permutation(again.Cells()).Draw(t, "cells")
		if got := Run(in); !reflect.DeepEqual(got, want) {
			t.Fatal("shuffled visits give another result")
		}
	})
}

func TestAdjustedOutcomesKeepThePromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := small(t)
		r := Run(in)
		for _, b := range r.Branches {
			e := b.Score
			if e.HasRange && !(e.LoBP <= e.EstimateBP && e.EstimateBP <= e.HiBP) || math.IsNaN(e.EstimateBP+e.SDBP+e.Effective) || e.Effective > float64(e.N) {
				t.Fatalf("%+v", e)
			}
			for _, o := range b.Outcomes {
				g := o.Good
				switch {
				case !(g.PBelow >= 0 && g.PBelow <= 1 && g.Mean >= 0 && g.Mean <= 1):
					t.Fatalf("%+v", g)
				case o.Status == Below && (g.POwnBelow < 0.5 || o.X == o.N), (o.Status == Meets || o.Status == WOW) && g.POwnBelow > 0.5:
					t.Fatalf("against its own visits: %+v", o)
				}
			}
		}
	})
}

func TestComponentsFoundBeforeGiveTheSamePage(t *testing.T) {
	in := audited(1, mixed(1, 40, 30, 9), oneRegion, branchAndShopper(1, 40, 30, 4, 5))
	want := Run(in)
	in.Known = &want.Model.Crossed.Components
	got := Run(in)
	if !reflect.DeepEqual(got, want) {
		t.Error("the page of today differs though nothing happened")
	}
	// a new visit moves its branch, with the components of last week
	in.Scores = append(in.Scores, scored("B007", 10_000))
	in.Cells = append(in.Cells, VisitCell{Branch: "B007", Shopper: "S003", Scenario: "buyer", Scores: scored("B007", 10_000).Scores})
	moved := Run(in)
	at := func(r Result) ScoreEstimate {
		for _, b := range r.Branches {
			if b.ID == "B007" {
				return b.Score
			}
		}
		return ScoreEstimate{}
	}
	if a, b := at(want), at(moved); b.EstimateBP <= a.EstimateBP || b.N != a.N+1 || b.SDBP >= a.SDBP || b.Effective <= a.Effective {
		t.Errorf("before %+v, after %+v", a, b)
	}
}

func TestMonthsAndFormatsAreAdjustedForWhereAsked(t *testing.T) {
	in := fixture(t).Input(0, SameFormat)
	in.ByMonth = true
	r := Run(in)
	if got := r.Model.Crossed.Adjusted; !reflect.DeepEqual(got, []string{"shopper", "scenario", "format", "month"}) {
		t.Errorf("adjusted for %v", got)
	}
	if n := len(r.Model.Crossed.Fixed); n != 1+3+2+5 {
		t.Errorf("%d columns: %v", n, r.Model.Crossed.Fixed)
	}
	plain := Run(fixture(t).Input(0, WholeNetwork))
	if got := plain.Model.Crossed.Adjusted; !reflect.DeepEqual(got, []string{"shopper", "scenario"}) {
		t.Errorf("adjusted for %v", got)
	}
}

func TestEstimatesAreThoseOfTheAverageVisit(t *testing.T) {
	// a branch visited in the hard scenario only is not blamed for it
	pull := branchAndShopper(4, 40, 30, 3, 3)
	plan := mixed(4, 40, 30, 8)
	in := audited(4, plan, oneRegion, pull)
	harder := func(c *VisitCell) {
		c.Scenario = "complaint"
		bp := max(0, c.SumBP-1500)
		c.Scores = Scores{N: 1, SumBP: bp, SumBP2: bp * bp}
	}
	sums := map[string]Scores{}
	for i := range in.Cells {
		c := &in.Cells[i]
		if c.Branch == "B000" || i%8 == 3 {
			harder(c)
		}
		sums[c.Branch] = sums[c.Branch].plus(c.Scores)
	}
	for i, s := range in.Scores {
		in.Scores[i].Scores = sums[s.Branch]
	}
	before := Run(audited(4, plan, oneRegion, pull))
	after := Run(in)
	at := func(r Result) ScoreEstimate {
		for _, b := range r.Branches {
			if b.ID == "B000" {
				return b.Score
			}
		}
		return ScoreEstimate{}
	}
	a, b := at(before), at(after)
	if a.MeanBP-b.MeanBP < 1400 || math.Abs((a.EstimateBP-before.Model.MeanBP)-(b.EstimateBP-after.Model.MeanBP)) > 250 {
		t.Errorf("mean %.0f, then %.0f; against the network %.0f, then %.0f", a.MeanBP, b.MeanBP, a.EstimateBP-before.Model.MeanBP, b.EstimateBP-after.Model.MeanBP)
	}
}

func TestCellsThatCannotBeAreLeftOut(t *testing.T) {
	in := audited(1, mixed(1, 40, 30, 9), oneRegion, branchAndShopper(1, 40, 30, 4, 5))
	want := Run(in)
	in.Cells = append(in.Cells,
		VisitCell{Branch: "B001", Shopper: "S001", Scenario: "x", Scores: Scores{N: 2, SumBP: 18_000, SumBP2: 5}},
		VisitCell{Branch: "B001", Shopper: "S001", Scores: Scores{N: -3}},
		VisitCell{Branch: "nowhere", Shopper: "S001", Scores: Scores{N: 1, SumBP: 1, SumBP2: 1}})
	if got := Run(in); !reflect.DeepEqual(got, want) {
		t.Error("impossible cells show")
	}
}

func TestCountsThatAreNotThoseOfTheVisitsAreNotAdjusted(t *testing.T) {
	w := goalRealm().draw(1).window(6)
	w.in.Shares[3].N += 2
	w.in.Shares[3].X++
	for _, b := range Run(w.in).Branches {
		for _, o := range b.Outcomes {
			level := LevelC
			if o.Branch == w.in.Shares[3].Branch && o.Standard == w.in.Shares[3].Standard {
				level = LevelB
			}
			if o.Good.Level != level {
				t.Fatalf("%s %s at level %v", o.Branch, o.Standard, o.Good.Level)
			}
		}
	}
}

func TestAFairTableRefusesWhatIsNoVisit(t *testing.T) {
	f := NewFairTable([]Standard{{ID: "K1"}})
	for _, v := range []FairVisit{{}, {Outcomes: []Met{4}}, {ScoreBP: 10_001, Outcomes: []Met{1}}} {
		if f.Add(v) {
			t.Errorf("took %+v", v)
		}
	}
	if !f.Add(FairVisit{Branch: "B", Shopper: "S", ScoreBP: -1, Outcomes: []Met{MetGood}}) || f.Visits() != 1 || len(f.Cells()) != 0 {
		t.Error("a visit without a score has no cell")
	}
}

// declinedAndWider says whether a document gives the reason and what follows from it, and nothing else.
func declinedAndWider(declined []string) bool {
	return len(declined) == 2 && strings.Contains(declined[0], "we cannot tell a strict shopper from a weak branch") && strings.HasPrefix(declined[1], "Ranges of scores are wider")
}

func TestTheCriterionIsGivenWhereNothingMayBeSaidByIt(t *testing.T) {
	plan := mixed(1, 24, 6, 6) // six shoppers are too few to lean on
	in := audited(1, plan, oneRegion, branchAndShopper(1, 24, 6, 4, 4))
	r := Run(in)
	if r.Model.Level != LevelB {
		t.Fatalf("level %v", r.Model.Level)
	}
	m := modelDocument(&r, in)
	if m.Level != "B" || m.Criterion == nil || !(m.Variances.Shopper > 0) || !declinedAndWider(m.Declined) {
		t.Errorf("%+v", m)
	}
	own := make([][]int, 24)
	for b := range own {
		own[b] = []int{b, b, b}
	}
	in = audited(1, own, oneRegion, branchAndShopper(1, 24, 24, 4, 4))
	r = Run(in)
	if m := modelDocument(&r, in); m.Criterion != nil || m.Variances != nil || !declinedAndWider(m.Declined) {
		t.Errorf("branches and shoppers are one, yet: %+v", m)
	}
	if r.Model.Crossed != nil {
		t.Error("a model that was declined is there")
	}
}

func TestRareFormatsAndScenariosShareAColumn(t *testing.T) {
	in := audited(1, mixed(1, 60, 40, 9), oneRegion, branchAndShopper(1, 60, 40, 4, 4))
	in.Peers = SameFormat
	for i := range in.Branches {
		in.Branches[i].Format = "kiosk"
		if i < 30 {
			in.Branches[i].Format = "own" + in.Branches[i].ID // every one of them has a format of its own
		}
	}
	for i := range in.Cells {
		in.Cells[i].Scenario = shopperName(i % 90)
	}
	m := Run(in).Model
	if m.Level != LevelC || len(m.Crossed.Fixed) != 1+40+1 {
		t.Fatalf("level %v, %d columns: %v", m.Level, len(m.Crossed.Fixed), m.Crossed.Fixed)
	}
	if _, ok := m.Crossed.Fixed["format(other)"]; !ok {
		if _, ok := m.Crossed.Fixed["formatkiosk"]; !ok {
			t.Errorf("formats: %v", m.Crossed.Fixed)
		}
	}
}
