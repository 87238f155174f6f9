package compare

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestMissesAreTalliedByTheRuleThatThePageSays(t *testing.T) {
	var answers []Answer
	for i, met := range []bool{true, false, true, true, false, false, true} {
		answers = append(answers, Answer{At: day(i), ID: "v", Met: met})
	}
	tally := TallyStandard(Major, answers, .9, 8500, 12, .05)
	// the target asks for 85 %, so misses of 15 % are expected though the branch does better
	if !tally.Drawn || tally.Miss != 3 || tally.Alarm != 11 {
		t.Fatalf("%+v", tally)
	}
	sums := []int{0, 3, 2, 1, 4, 7, 6}
	since := []int{0, 1, 0, 1, 2, 0, 0}
	for i, p := range tally.Points {
		if p.Sum != sums[i] || p.Since != since[i] {
			t.Errorf("visit %d: %+v", i, p)
		}
	}
	if got := tally.Sentence(); got != "Each miss adds 3 points, each met visit takes one away; 11 is an alarm. With nothing wrong that happens once in about 286 visits." {
		t.Error(got)
	}
	for range 4 {
		answers = append(answers, Answer{At: day(len(answers)), Met: false})
	}
	tally = TallyStandard(Major, answers, .9, 8500, 12, 0)
	if len(tally.Alarms) != 1 || tally.Points[8].Sum != 12 || tally.Points[9].Sum != 3 {
		t.Errorf("%+v", tally.Points)
	}
	if TallyStandard(Normal, answers, .9, 8500, 12, 0).Drawn || TallyStandard(Major, answers, 1, 10_000, 12, 0).Drawn {
		t.Error("drawn all the same")
	}
	near(t, "alarms a month", ExpectedAlarms([]float64{2, 4, 9}, []float64{200, 400, 0}), .02, 1e-12)
}

// answersOf are visits day by day: + met, − missed.
func answersOf(text string) (all []Answer) {
	for i, r := range []rune(text) {
		all = append(all, Answer{At: day(i), ID: fmt.Sprintf("v%03d", i), Met: r == '+'})
	}
	return all
}

func TestATallySaysWhereItStandsAndHowFarMissesLieApart(t *testing.T) {
	for _, x := range []struct{ visits, state, gaps string }{
		{"++-+-+++", "The count stands at 2. 3 met visits since the last miss.", "[2 1 3]"},
		{"++--", "The count stands at 6. The last visit was a miss.", "[2 0 0]"},
		{"+++", "The count stands at 0. No miss in 3 visits.", "[3]"},
		{"----", "The last visit raised an alarm; the count starts again from 0. The last visit was a miss.", "[0 0 0 0 0]"},
		{"", "", "[]"},
	} {
		tally := TallyStandard(Major, answersOf(x.visits), .9, 8500, 12, .05)
		gaps := make([]int, len(tally.Gaps))
		for i, g := range tally.Gaps {
			gaps[i] = g.Met
			if g.First != (i == 0) || g.Open != (i == len(gaps)-1) {
				t.Errorf("%s: gap %d %+v", x.visits, i, g)
			}
		}
		if got := tally.State(); got != x.state || fmt.Sprint(gaps) != x.gaps {
			t.Errorf("%s: %q, gaps %v", x.visits, got, gaps)
		}
	}
	// Misses of 15 %: of 20 gaps 19 lie between 0 and 22 met visits, since 0.85^23 < 0.025.
	if got := TallyStandard(Major, nil, .9, 8500, 12, .05).Usual; got != [2]int{0, 22} {
		t.Errorf("usual %v", got)
	}
	if none := TallyStandard(Normal, nil, .9, 8500, 12, 0); none.State() != "" || none.Sentence() != "Only major standards are watched visit by visit." {
		t.Errorf("%+v", none)
	}
}

func TestWhatToExpectOfABranchComesFromItsBaselineAndItsPeers(t *testing.T) {
	major := Standard{ID: "K1", Criticality: Major, GoodTargetBP: 9500}
	var cells []ShareCell
	for i := range 30 {
		cells = append(cells, ShareCell{Branch: branchID(i), Standard: "K1", Counts: Counts{N: 20, X: 18 + i%2}})
	}
	peers := NewTallyPeers([]Standard{major, {ID: "K2"}}, cells)
	if r := peers.Rate("K1", 4, 0); r < .5 || r > .93 {
		t.Errorf("four misses among good peers: %v", r)
	}
	if alone := NewTallyPeers([]Standard{major}, cells[:3]); alone.Rate("K1", 4, 0) != .1 {
		t.Errorf("without peers %v", alone.Rate("K1", 4, 0))
	}
	watched := answersOf("++++++++" + "--")
	if tally := peers.Tally(&major, watched, day(8), 12); !tally.Drawn || tally.Now == 0 || len(tally.Points) != 10 {
		t.Errorf("%+v", tally)
	}
	// What is watched does not say what to expect: the same chart, however many misses follow.
	a, b := peers.Tally(&major, watched, day(8), 12), peers.Tally(&major, answersOf("++++++++"+"+++++----------"), day(8), 12)
	if a.Miss != b.Miss || a.Alarm != b.Alarm || a.RunLength != b.RunLength || len(b.Alarms) == 0 {
		t.Errorf("%+v\n%+v", a, b)
	}
	if tally := peers.Tally(&major, watched, day(7), 12); tally.Drawn || tally.Why != "7 visits of this standard before these months; counting misses needs 8." {
		t.Errorf("%+v", tally)
	}
	minor := Standard{ID: "K2", GoodTargetBP: 9500}
	if tally := peers.Tally(&minor, nil, day(8), 12); !strings.HasPrefix(tally.Why, "Only major") {
		t.Errorf("%+v", tally)
	}
}

func TestFalseAlarmsOfManyChartsAreThoseOfEachTogether(t *testing.T) {
	major := Standard{ID: "K1", Criticality: Major, GoodTargetBP: 9500}
	peers := NewTallyPeers([]Standard{major}, nil)
	var loads []TallyLoad
	sum := 0.0
	luck := rand.New(rand.NewPCG(4, 8))
	for range 60 {
		n := 4 + luck.IntN(30)
		x := n - luck.IntN(4)
		loads = append(loads, TallyLoad{Standard: &major, N: n, X: x, Months: 4})
		alone := TallyStandard(Major, nil, peers.Rate("K1", n, x), 9500, 3*float64(n), 0)
		sum += float64(n) / 4 / alone.RunLength
	}
	got := peers.FalseAlarms(loads)
	if got < .93*sum || got > 1.07*sum || got > 60*watchBudget/12 {
		t.Errorf("%v, one by one %v", got, sum)
	}
	slices.Reverse(loads)
	near(t, "in another order", peers.FalseAlarms(loads), got, 1e-12)
	loads[0].N, loads[1].Months = 0, 0
	if less := peers.FalseAlarms(loads); less >= got {
		t.Errorf("%v of fewer", less)
	}
	for v, want := range map[float64]string{0: "no alarm", 2.4: "2 alarms a month", 1: "1 alarm a month", .4: "5 alarms a year", 1.0 / 24: "one alarm in 2 years"} {
		if text := AlarmsAMonth(v); text != want {
			t.Errorf("%v is %q", v, text)
		}
	}
}
