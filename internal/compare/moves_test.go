package compare

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// moveWorld is a network in two windows: visits of twenty standards, each met or not, more in some than in others; the same
// everywhere but for what drop takes off branch i, in points.
func moveWorld(luck *rand.Rand, branches, visits int, drop func(i int) float64) (windows [2][]ScoreCell) {
	for i := range branches {
		level := 1.8 + .35*luck.NormFloat64()
		for w := range 2 {
			s := Scores{}
			for range visits {
				s = s.plus(oneVisit(luck, level+.6*luck.NormFloat64(), float64(w)*drop(i)))
			}
			windows[w] = append(windows[w], ScoreCell{Branch: branchID(i), Scores: s})
		}
	}
	return windows
}

func oneVisit(luck *rand.Rand, logit, drop float64) Scores {
	met := 0
	for range 20 {
		if luck.Float64() < 1/(1+math.Exp(-logit))-drop/100 {
			met++
		}
	}
	bp := int64(met) * 500
	return Scores{N: 1, SumBP: bp, SumBP2: bp * bp}
}

// harshWorld has a few terrible visits among good ones, and branches that differ in how steady they are; nothing changes.
func harshWorld(luck *rand.Rand, branches, visits int) (windows [2][]ScoreCell) {
	for i := range branches {
		mean, unsteady := 84+4*luck.NormFloat64(), .5+luck.Float64()
		for w := range 2 {
			s := Scores{}
			for range visits {
				bp := int64(100 * math.Max(0, math.Min(100, mean+7*unsteady-14*unsteady*luck.ExpFloat64()*luck.Float64())))
				s = s.plus(Scores{N: 1, SumBP: bp, SumBP2: bp * bp})
			}
			windows[w] = append(windows[w], ScoreCell{Branch: branchID(i), Scores: s})
		}
	}
	return windows
}

func movesOf(t *testing.T, windows [2][]ScoreCell) Movements {
	t.Helper()
	rows, ok := MoveRows(windows[0], windows[1])
	if !ok {
		t.Fatal("no spread")
	}
	m, ok := NewMovements(rows)
	if !ok {
		t.Fatal("declined")
	}
	return m
}

func TestInAQuietNetworkHardlyAnyoneIsCalledWorse(t *testing.T) {
	worlds := map[string]func(luck *rand.Rand, visits int) [2][]ScoreCell{
		"usual": func(luck *rand.Rand, visits int) [2][]ScoreCell {
			return moveWorld(luck, 200, visits, func(int) float64 { return 0 })
		},
		"harsh": func(luck *rand.Rand, visits int) [2][]ScoreCell { return harshWorld(luck, 200, visits) },
	}
	most := map[string]float64{"usual": .13, "harsh": .25}
	for name, world := range worlds {
		for _, visits := range []int{3, 6, 12} {
			luck := rand.New(rand.NewPCG(uint64(visits), 2))
			networks, worse, named, rows := 100, 0, 0, 0
			for range networks {
				m := movesOf(t, world(luck, visits))
				for _, x := range m.Rows {
					rows++
					if x.ClearlyWorse {
						worse++
					}
				}
				if len(m.Listed) > 0 {
					named++
				}
			}
			t.Logf("%s, %d visits: unchanged called worse %.2f %%, a quiet network names someone in %.0f %%",
				name, visits, 100*float64(worse)/float64(rows), 100*float64(named)/float64(networks))
			if share := float64(worse) / float64(rows); share > .01 {
				t.Errorf("%s, %d visits: unchanged branches called worse %.4f", name, visits, share)
			}
			if share := float64(named) / float64(networks); share > most[name] {
				t.Errorf("%s, %d visits: named in %.2f of quiet networks", name, visits, share)
			}
		}
	}
}

func TestAFallOfAllFlagsNobody(t *testing.T) {
	luck := rand.New(rand.NewPCG(5, 2))
	m := movesOf(t, moveWorld(luck, 100, 6, func(int) float64 { return 8 }))
	worse := 0
	for _, x := range m.Rows {
		if x.ClearlyWorse {
			worse++
		}
	}
	if worse > 1 || len(m.Listed) > 1 || !m.NetworkClear || math.Abs(m.Network+8) > 1.5 {
		t.Errorf("%d worse, %d listed, network %v", worse, len(m.Listed), m.Network)
	}
	if !strings.HasPrefix(m.Sentences[0], "Together the 100 branches moved down ") {
		t.Error(m.Sentences)
	}
}

func TestTrueFallsAreFoundAndMostListedAreTrue(t *testing.T) {
	luck := rand.New(rand.NewPCG(6, 2))
	listed, right, fell := 0, 0, 0
	for range 40 {
		m := movesOf(t, moveWorld(luck, 200, 12, func(i int) float64 {
			if i%10 == 0 {
				return 12
			}
			return 0
		}))
		for i, x := range m.Rows {
			if i%10 == 0 {
				fell++
			}
			if x.Listed {
				listed++
				if i%10 == 0 && x.Change < 0 {
					right++
				}
			}
		}
	}
	found, precision := float64(right)/float64(fell), float64(right)/float64(listed)
	t.Logf("found %.2f, right %.2f", found, precision)
	if found < .18 || precision < .8 {
		t.Error("too few found, or too many wrong")
	}
}

func TestAChangeIsDrawnToTheNetworksByHand(t *testing.T) {
	row := func(id string, d, v float64) MoveRow {
		return MoveRow{Branch: id, Before: WindowMean{N: 3, Points: 80, Var: v / 2}, After: WindowMean{N: 3, Points: 80 + d, Var: v / 2}}
	}
	m, ok := NewMovements([]MoveRow{row("C", 20, 1), row("A", 0, 1), row("B", 10, 1)})
	if !ok || m.Rows[0].Branch != "A" {
		t.Fatalf("%+v", m)
	}
	near(t, "network", m.Network, 10, 1e-12)
	near(t, "tau2", m.Tau2, 99, 1e-9)
	near(t, "reliability", m.Reliability, .99, 1e-9)
	near(t, "drawn", m.Rows[0].Shrunk, 10-10*.99, 1e-9)
	near(t, "range", m.Rows[0].Range.Hi-m.Rows[0].Shrunk, 1.6448536*math.Sqrt(.99+.0001*100/3), 1e-6)
	same, _ := NewMovements([]MoveRow{row("A", 5, 4), row("B", 5, 4)})
	near(t, "floor", same.Tau2, 0, 0)
	near(t, "no way from the network", same.Rows[0].PWorseThanRest, .5, 1e-12)
	quiet, _ := NewMovements([]MoveRow{row("A", 5, 400), row("B", -5, 400)})
	if said := strings.Join(quiet.Sentences, " "); strings.Contains(said, "listed") || !strings.Contains(said, "No branch can be said to have changed") {
		t.Errorf("of nobody it is said: %s", said)
	}
	one, _ := NewMovements([]MoveRow{row("A", -30, 4)})
	if len(one.Listed) != 0 || one.Rows[0].ClearlyWorse || len(one.Sentences) != 1 {
		t.Errorf("%+v", one)
	}
	if _, ok := NewMovements([]MoveRow{{Branch: "A"}}); ok {
		t.Error("a branch without visits moved")
	}
}

func TestTheWorstRiseByLuckAlone(t *testing.T) {
	luck := rand.New(rand.NewPCG(7, 2))
	var rise, expected float64
	for range 60 {
		windows := moveWorld(luck, 200, 3, func(int) float64 { return 0 })
		rows, _ := MoveRows(windows[0], windows[1])
		believe, _ := Believer(rows)
		ids, l, ok := PickWorst(rows, .1, 0, believe)
		if !ok || len(ids) != 20 {
			t.Fatalf("%d picked", len(ids))
		}
		rise += l.Rise / 60
		expected += l.Expected / 60
	}
	if rise < 3 || math.Abs(rise-expected) > .5 {
		t.Errorf("the worst rose by %.2f, luck says %.2f", rise, expected)
	}
}

func TestLuckIsSaidBesideTheRise(t *testing.T) {
	picked := make([]Picked, 20)
	for i := range picked {
		picked[i] = Picked{Before: 60, After: 73, Believed: 72.8, BelievedVar: 9, NowVar: 40}
	}
	l, _ := ByLuck(picked, 0)
	if got := l.Sentence(); got != "These 20 branches rose by 13 points. 12.8 would be expected by luck alone." {
		t.Error(got)
	}
	for i := range picked {
		picked[i].After = 90
	}
	l, _ = ByLuck(picked, 1)
	if got := l.Sentence(); !l.MoreThan || !strings.HasSuffix(got, "16.2 points are beyond luck and what all branches moved.") {
		t.Error(got)
	}
	against := Luck{N: 1, Rise: -3.4, Expected: 3.6, LessThan: true}
	if got := against.Sentence(); got != "This branch fell by 3.4 points. A rise of 3.6 would be expected by luck alone. That is worse than luck would have had it." {
		t.Error(got)
	}
	against.Rise, against.Expected, against.LessThan = 2, -1, false
	if got := against.Sentence(); got != "This branch rose by 2 points. A fall of 1 would be expected by luck alone." {
		t.Error(got)
	}
	if _, ok := ByLuck(nil, 0); ok {
		t.Error("nobody was lucky")
	}
}

func TestMovementsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []MoveRow
		for i := range rapid.IntRange(1, 12).Draw(t, "n") {
			rows = append(rows, MoveRow{
				Branch: branchID(i), Before: WindowMean{N: 3, Points: rapid.Float64Range(40, 100).Draw(t, "a"), Var: rapid.Float64Range(1, 90).Draw(t, "v")},
				After: WindowMean{N: 2, Points: rapid.Float64Range(40, 100).Draw(t, "b"), Var: rapid.Float64Range(1, 90).Draw(t, "w")},
			})
		}
		a, _ := NewMovements(rows)
		b, _ := NewMovements(rapid.Permutation(rows).Draw(t, "order"))
		for i := range a.Rows {
			if a.Rows[i] != b.Rows[i] {
				t.Fatalf("%+v and %+v", a.Rows[i], b.Rows[i])
			}
			x := a.Rows[i]
			if x.Range.Lo > x.Shrunk || x.Range.Hi < x.Shrunk || x.ClearlyWorse && x.ClearlyBetter || math.IsNaN(x.PWorse+x.PWorseThanRest) {
				t.Fatalf("%+v", x)
			}
		}
	})
}

func TestOneBranchItsSentenceSaysOnlyWhatIsSure(t *testing.T) {
	x := Move{
		MoveRow: MoveRow{Before: WindowMean{N: 3}, After: WindowMean{N: 4}}, Change: -4, Shrunk: -1.2,
	}
	x.Range.Lo, x.Range.Hi = -4, 1.6
	if got := x.Sentence("Leeds"); got != "Leeds: no clear change. It came out 4 points lower (3 visits, then 4), and luck can do that: the true change plausibly lies between −4 and +1.6 points (90 %)." {
		t.Error(got)
	}
	still := x
	still.Change = 0.04
	if got := still.Sentence("Leeds"); !strings.Contains(got, "It came out the same (3 visits, then 4)") {
		t.Error(got)
	}
	x.ClearlyWorse = true
	if got := x.Sentence("Leeds"); got != "Leeds got clearly worse: down 1.2 points (between −4 and +1.6 points, 90 %)." {
		t.Error(got)
	}
}
