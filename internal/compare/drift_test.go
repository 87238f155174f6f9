package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

var year = Window{From: 2026 * 12, To: 2026*12 + 11}

// season gives one branch some visits a month, around a line from one score to another, with an SD of 10 points.
func season(luck *rand.Rand, branch string, visits int, from, to float64) []BranchMonth {
	var out []BranchMonth
	for i, m := range year.Months() {
		for range visits {
			y := from + (to-from)*float64(i)/11 + 10*luck.NormFloat64()
			bp := int64(math.Round(100 * math.Max(0, math.Min(100, y))))
			out = append(out, BranchMonth{Branch: branch, MonthScores: MonthScores{Month: m, Scores: Scores{N: 1, SumBP: bp, SumBP2: bp * bp}}})
		}
	}
	return out
}

func TestABranchThatFellIsNamedAndOthersAreNot(t *testing.T) {
	luck := rand.New(rand.NewPCG(3, 4))
	cells := season(luck, "fell", 3, 85, 60)
	cells = append(cells, season(luck, "rose", 3, 60, 85)...)
	for i := range 30 {
		cells = append(cells, season(luck, fmt.Sprint("same", i), 3, 75, 75)...)
	}
	got := year.Drift(cells, Spread{SD: 10, Spare: 1000})
	if d := got.Branches["fell"]; !d.Worse || d.Better || d.Points > -10 {
		t.Errorf("fell: %+v", d)
	}
	if d := got.Branches["rose"]; !d.Better || d.Worse || d.Points < 10 {
		t.Errorf("rose: %+v", d)
	}
	named := 0
	for id, d := range got.Branches {
		if d.Worse || d.Better {
			named++
		}
		if !d.Known {
			t.Errorf("%s is not known", id)
		}
	}
	if named > 4 {
		t.Errorf("%d branches named, two moved", named)
	}
	if got.Moved {
		t.Error("all together did not move")
	}
}

func TestQuietNetworksNameAtMostOneInAHundred(t *testing.T) {
	luck := rand.New(rand.NewPCG(5, 6))
	named, all := 0, 0
	for range 20 {
		var cells []BranchMonth
		for i := range 50 {
			cells = append(cells, season(luck, strconv.Itoa(i), 1, 75, 75)...)
		}
		for _, d := range year.Drift(cells, Spread{SD: 10, Spare: 500}).Branches {
			all++
			if d.Worse || d.Better {
				named++
			}
		}
	}
	if named*100 > all {
		t.Errorf("%d of %d unchanged branches were named", named, all)
	}
}

func TestAFallOfAllTogetherIsSaidOnceAndFlagsNobody(t *testing.T) {
	luck := rand.New(rand.NewPCG(7, 8))
	var cells []BranchMonth
	for i := range 40 {
		cells = append(cells, season(luck, strconv.Itoa(i), 2, 85, 75)...)
	}
	got := year.Drift(cells, Spread{SD: 10, Spare: 500})
	if !got.Moved || math.Abs(got.Points+10) > 3 {
		t.Errorf("all moved by %v (%v), want about −10", got.Points, got.Moved)
	}
	for id, d := range got.Branches {
		if d.Worse || d.Better {
			t.Errorf("%s: %+v", id, d)
		}
	}
}

func TestFewVisitsOrNeighbouringMonthsShowNoMovement(t *testing.T) {
	luck := rand.New(rand.NewPCG(9, 9))
	few := season(luck, "few", 1, 80, 40)[:5]
	close := season(luck, "close", 4, 80, 40)
	close = slices.DeleteFunc(close, func(c BranchMonth) bool { return c.Month > year.From+2 })
	got := year.Drift(append(few, close...), Spread{SD: 10, Spare: 100})
	for _, id := range []string{"few", "close"} {
		if d, ok := got.Branches[id]; !ok || d.Known || d.Words() != "Too few visits to see a change" {
			t.Errorf("%s: %+v", id, d)
		}
	}
	if d := year.Drift(season(luck, "x", 3, 80, 40), Spread{}).Branches["x"]; d.Known {
		t.Error("without a known spread nothing can be said")
	}
}

func TestTheMovementIsTheLineThroughTheMonths(t *testing.T) {
	var cells []BranchMonth
	for i, m := range year.Months() {
		bp := int64(5000 + 200*i) // 2 points a month: 22 in the eleven steps of a year
		cells = append(cells, BranchMonth{"b", MonthScores{m, Scores{N: 2, SumBP: 2 * bp, SumBP2: 2 * bp * bp}}})
	}
	d := year.Drift(cells, Spread{SD: 3, Spare: 12}).Branches["b"]
	// Var(slope) = 9 / (2·143) per month², times 11².
	if want := math.Sqrt(9.0 / 286 * 121); math.Abs(d.Points-22) > 1e-9 || math.Abs(d.SD-want) > 1e-9 || !d.Better {
		t.Errorf("%+v, want 22 ± %v", d, want)
	}
	if d.Words() != "up 22 points in a year" {
		t.Error(d.Words())
	}
}

func TestMovementsDoNotDependOnTheOrderOfCells(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 2))
	var cells []BranchMonth
	for i := range 12 {
		cells = append(cells, season(luck, strconv.Itoa(i), 2, 80, 70+float64(i))...)
	}
	a := year.Drift(cells, Spread{SD: 10, Spare: 100})
	luck.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	b := year.Drift(cells, Spread{SD: 10, Spare: 100})
	for id, d := range a.Branches {
		if b.Branches[id] != d {
			t.Errorf("%s: %+v and %+v", id, d, b.Branches[id])
		}
	}
}

func TestRollingSumsEachMonthWithThoseBefore(t *testing.T) {
	cells := []MonthScores{{Month: 98, Scores: Scores{N: 1, SumBP: 10, SumBP2: 100}}, {Month: 101, Scores: Scores{N: 2, SumBP: 40, SumBP2: 800}}}
	got := Trend(Rolling(cells, Window{From: 100, To: 103}, 3), Window{From: 100, To: 103}, Spread{})
	for i, want := range []int{1, 2, 2, 2} {
		if got[i].N != want {
			t.Errorf("month %d has %d visits, want %d", i, got[i].N, want)
		}
	}
}

func TestMoreVisitsAreFewerTheFartherFromTheTarget(t *testing.T) {
	m := Model{Spread: Spread{SD: 12, Spare: 200}}
	last := 0
	for _, estimate := range []float64{7000, 7600, 8000, 8300} {
		e := ScoreEstimate{N: 4, HasRange: true, SDBP: 500, EstimateBP: estimate, Status: CannotTell}
		n, ok := m.MoreVisits(&e, 8500)
		if !ok || n != 0 && n < last {
			t.Errorf("at %v: %d visits after %d", estimate, n, last)
		}
		last = n
	}
	few := ScoreEstimate{N: 1, HasRange: true, SDBP: 500, EstimateBP: 3000, Status: TooFew}
	if n, _ := m.MoreVisits(&few, 8500); n != 2 {
		t.Errorf("%d more visits, want 2: nobody is judged below three", n)
	}
	told := ScoreEstimate{N: 9, HasRange: true, SDBP: 500, EstimateBP: 3000, Status: Below}
	if _, ok := m.MoreVisits(&told, 8500); ok {
		t.Error("what is settled needs no more visits")
	}
}

func TestMoreVisitsKeepTheirPromise(t *testing.T) {
	const sd, visitSD, away = 4.0, 12.0, 3.0
	luck := rand.New(rand.NewPCG(11, 12))
	for _, n := range []int{4, 16, 64} {
		after := 1 / (1/(sd*sd) + float64(n)/(visitSD*visitSD))
		decided := 0
		const worlds = 20_000
		for range worlds {
			truth := away + sd*luck.NormFloat64()
			mean := truth + visitSD/math.Sqrt(float64(n))*luck.NormFloat64()
			belief := after * (away/(sd*sd) + mean*float64(n)/(visitSD*visitSD))
			if math.Abs(belief) >= 1.2815515655446004*math.Sqrt(after) {
				decided++
			}
		}
		if got, want := float64(decided)/worlds, scoreSettles(sd, visitSD*visitSD, away, n); math.Abs(got-want) > 0.015 {
			t.Errorf("%d visits: decided %.3f, said %.3f", n, got, want)
		}
	}
}
