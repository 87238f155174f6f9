package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// salesWorld has branches of all sizes, seasons, and sales that follow the score of the period before by link percent for
// ten points.
func salesWorld(seed uint64, branches, periods int, link float64) SalesInput {
	luck := rand.New(rand.NewPCG(seed, 6))
	in := SalesInput{Lag: 1, Reliability: .6, Seed: 3, Draws: 399}
	for i := range branches {
		size, before := 8+luck.NormFloat64(), 85.0
		for p := range periods {
			score := math.Floor(85 + 6*luck.NormFloat64())
			bp := int64(score * 100)
			in.Scores = append(in.Scores, PeriodScore{Branch: branchID(i), Period: p, Scores: Scores{N: 1, SumBP: bp, SumBP2: bp * bp}})
			sales := math.Exp(size + .3*math.Sin(float64(p)) + math.Log1p(link/100)*(before-85)/10 + .05*luck.NormFloat64())
			in.Sales = append(in.Sales, SalesCell{Branch: branchID(i), Period: p, Sales: sales})
			before = float64(bp) / 100
		}
	}
	return in
}

func TestATrueSalesLinkIsFound(t *testing.T) {
	covered := 0
	for seed := range uint64(80) {
		in := salesWorld(seed, 60, 12, 4)
		in.Draws = 19
		if m := NewSalesLink(in); m.Range.Lo <= 4 && m.Range.Hi >= 4 {
			covered++
		}
	}
	if covered < 71 || covered > 80 {
		t.Errorf("95 %% ranges hold the true link in %d of 80", covered)
	}
	l := NewSalesLink(salesWorld(1, 60, 12, 4))
	if l.Declined != "" || !l.Shown || !l.Linked || l.Range.Lo < 2 {
		t.Fatalf("%+v", l)
	}
	if l.Rows != 60*11 || l.Branches != 60 || l.Periods != 11 {
		t.Errorf("%d rows, %d branches, %d periods", l.Rows, l.Branches, l.Periods)
	}
	if !strings.HasPrefix(l.Sentences[0], "With ten points more, sales were +") || !strings.Contains(l.Sentences[0], "one period later") {
		t.Error(l.Sentences[0])
	}
	near(t, "the smallest link", l.Detectable, 100*math.Expm1(2.8*l.SE/100), 1e-9)
	near(t, "the bound", l.Corrected, 100*math.Expm1(math.Log1p(l.Beta/100)/.6), 1e-9)
	wrong := salesWorld(3, 60, 12, 4)
	wrong.Lag = 2
	if m := NewSalesLink(wrong); m.Linked || !strings.Contains(m.Sentences[0], "2 periods later") {
		t.Errorf("a link two periods later: %+v", m)
	}
}

func TestNoLinkIsANormalOutcome(t *testing.T) {
	found := 0
	for seed := range uint64(60) {
		l := NewSalesLink(salesWorld(seed, 40, 6, 0))
		if l.Linked {
			found++
		} else if l.Sentences[0] != "No detectable link between score and sales one period later." {
			t.Fatal(l.Sentences)
		}
		if last := l.Sentences[2]; last != "Published studies of five chains found no clear link. This is a correlation." {
			t.Fatal(last)
		}
	}
	if found > 8 {
		t.Errorf("%d links of 60 where none is", found)
	}
}

func TestSalesRefuseInWords(t *testing.T) {
	few, unsure, still := salesWorld(1, 12, 8, 9), salesWorld(1, 40, 8, 9), salesWorld(1, 40, 8, 9)
	unsure.Reliability = .1
	for i := range still.Scores {
		still.Scores[i].Scores = Scores{N: 1, SumBP: 8000, SumBP2: 64_000_000}
	}
	if l := NewSalesLink(few); l.Shown || l.Linked || l.Sentences[0] != "Sales and scores meet in 12 branches; a link is shown from 30 on." {
		t.Errorf("%+v", l)
	}
	if l := NewSalesLink(unsure); l.Shown || l.Corrected != 0 || !strings.HasPrefix(l.Sentences[0], "Only about 10 % of what a branch's score moves is real") {
		t.Errorf("%+v", l)
	}
	apart := salesWorld(1, 5, 3, 0)
	for i := range apart.Sales {
		apart.Sales[i].Period += 100
	}
	for want, in := range map[string]SalesInput{
		"The score of a branch does not move from period to period, so nothing can be said about sales moving with it.": still,
		"The lag is 4 periods; choose 0 to 3.":                                                                      {Lag: 4, Sales: few.Sales},
		"There are no sales yet. Upload sales by branch and week.":                                                  {},
		"No branch has both sales and a scored visit in matching periods. Check that branch names and weeks agree.": apart,
		"Sales and scores meet in 1 branch and 1 period; at least two of both are needed.":                          {Sales: few.Sales[:1], Scores: few.Scores[:1]},
	} {
		if got := NewSalesLink(in).Declined; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	zero := salesWorld(1, 40, 8, 9)
	zero.Sales[3].Sales = 0
	if l := NewSalesLink(zero); l.Skipped != 1 || l.Sentences[3] != "1 period was left out because nothing was sold." {
		t.Errorf("%+v", l.Sentences)
	}
}

func TestSalesRepeatThemselvesInAnyOrder(t *testing.T) {
	in := salesWorld(2, 35, 6, 2)
	a := NewSalesLink(in)
	luck := rand.New(rand.NewPCG(9, 9))
	luck.Shuffle(len(in.Sales), func(i, j int) { in.Sales[i], in.Sales[j] = in.Sales[j], in.Sales[i] })
	luck.Shuffle(len(in.Scores), func(i, j int) { in.Scores[i], in.Scores[j] = in.Scores[j], in.Scores[i] })
	if b := NewSalesLink(in); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%+v\n%+v", a, b)
	}
}
