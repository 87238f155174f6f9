package compare

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/stats"
)

// one asks about a single branch among equals: n peers with the same counts, and the one with its own.
func one(peers int, peer, own Counts, s Standard, level Level) Outcome {
	in := Input{Standards: []Standard{s}, Level: level}
	for i := range peers {
		id := "P" + string(rune('A'+i))
		in.Branches = append(in.Branches, Branch{ID: id, Background: true})
		in.Shares = append(in.Shares, ShareCell{Branch: id, Standard: s.ID, Counts: peer})
	}
	in.Branches = append(in.Branches, Branch{ID: "own"})
	in.Shares = append(in.Shares, ShareCell{Branch: "own", Standard: s.ID, Counts: own})
	r := Run(in)
	return r.Branches[0].Outcomes[0]
}

func TestEveryStateHasItsSentence(t *testing.T) {
	normal := Standard{ID: "K1", GoodTargetBP: 8000}
	wow := Standard{ID: "K1", GoodTargetBP: 8000, WowTargetBP: 5000}
	zero := Standard{ID: "K1", GoodTargetBP: 9900, Criticality: ZeroTolerance}
	for name, c := range map[string]struct {
		standard Standard
		own      Counts
		status   Status
		sentence string
	}{
		"no visits":   {normal, Counts{NA: 3}, Unjudged, "No visits yet."},
		"no target":   {Standard{ID: "K1"}, Counts{N: 5, X: 4}, Unjudged, "Met in 4 of 5 visits. This standard has no target."},
		"too few":     {normal, Counts{N: 2, X: 1}, TooFew, "Met in 1 of 2 visits. That is too few to judge; we say something from 3 visits on."},
		"below":       {normal, Counts{N: 20, X: 9}, Below, "Below the standard. Met in 9 of 20 visits; the standard asks for 80 %. We are over 99 % sure."},
		"meets":       {normal, Counts{N: 20, X: 20}, Meets, "Meets the standard. 20 of 20; asked 80 %. Over 99 % sure."},
		"wow":         {wow, Counts{N: 20, X: 20, NWow: 20, XWow: 18}, WOW, "At WOW level (18 of 20; asked 50 %; over 99 % sure)."},
		"not yet wow": {wow, Counts{N: 20, X: 20, NWow: 20, XWow: 11}, Meets, "Meets the standard. 20 of 20; asked 80 %. Over 99 % sure."},
		"breach":      {zero, Counts{N: 12, X: 11}, Breach, "Breach in 1 of 12 visits. This standard allows none."},
		"no breach":   {zero, Counts{N: 12, X: 12}, NoBreach, "No breach in 12 visits. Had we visited many more times, up to 15 % could still show one."},
		"cannot tell": {normal, Counts{N: 5, X: 4}, CannotTell, "4 of 5 met. For a standard of 80 % that does not tell: by its own visits it meets it with 45 : 55. About 32 more visits would probably settle it."},
	} {
		o := one(0, Counts{}, c.own, c.standard, 0)
		if o.Status != c.status || o.Sentence() != c.sentence {
			t.Errorf("%s:\n got %v %q\nwant %v %q", name, o.Status, o.Sentence(), c.status, c.sentence)
		}
		if o.Good.Level != LevelA {
			t.Errorf("%s: a single branch is judged at level %v", name, o.Good.Level)
		}
	}
}

func TestPlausibleRangeIsJeffreys(t *testing.T) {
	o := one(0, Counts{}, Counts{N: 6, X: 5}, Standard{ID: "K1", GoodTargetBP: 8000}, 0)
	want := "Greeting: met in 5 of 6 visits. Had we visited many more times, between 51 % and 97 % would have met it."
	if got := o.Plausible("Greeting"); got != want {
		t.Errorf("got %q", got)
	}
}

func TestNoBranchIsCalledBelowBecauseOthersAreBadNorPraisedBecauseOthersAreGood(t *testing.T) {
	s := Standard{ID: "K1", GoodTargetBP: 8500}
	bad := one(12, Counts{N: 20, X: 8}, Counts{N: 6, X: 6}, s, LevelB)
	if bad.Good.PBelow < 0.9 || bad.Status != CannotTell {
		t.Errorf("6 of 6 among bad peers: %v at %.3f below", bad.Status, bad.Good.PBelow)
	}
	// 4 of 5 is under 85 % by its own visits, whatever the peers do
	good := one(12, Counts{N: 40, X: 39}, Counts{N: 5, X: 4}, s, LevelB)
	if 1-good.Good.PBelow < 0.9 || good.Good.POwnBelow <= 0.5 || good.Status != CannotTell || good.Lean != LeansMeets {
		t.Errorf("4 of 5 among good peers: %v %v at %.3f, own %.3f", good.Status, good.Lean, good.Good.PBelow, good.Good.POwnBelow)
	}
}

func TestAMajorStandardIsCalledBelowSoonerAndMetLater(t *testing.T) {
	normal, major := Standard{ID: "K1", GoodTargetBP: 8000}, Standard{ID: "K1", GoodTargetBP: 8000, Criticality: Major}
	miss, clean := Counts{N: 9, X: 6}, Counts{N: 7, X: 7}
	if a, b := one(0, Counts{}, miss, normal, 0).Status, one(0, Counts{}, miss, major, 0).Status; a != CannotTell || b != Below {
		t.Errorf("6 of 9: normal %v, major %v", a, b)
	}
	if a, b := one(0, Counts{}, clean, normal, 0).Status, one(0, Counts{}, clean, major, 0).Status; a != Meets || b != CannotTell {
		t.Errorf("7 of 7: normal %v, major %v", a, b)
	}
}

func TestATargetOfEverythingIsMissedByOneMissAndNeverProven(t *testing.T) {
	s := Standard{ID: "K1", GoodTargetBP: 10_000}
	if got := one(0, Counts{}, Counts{N: 9, X: 8}, s, 0).Status; got != Below {
		t.Errorf("8 of 9 for 100 %%: %v", got)
	}
	if got := one(0, Counts{}, Counts{N: 90, X: 90}, s, 0); got.Status != CannotTell || !strings.Contains(got.Sentence(), "will not settle") {
		t.Errorf("90 of 90 for 100 %%: %v", got.Sentence())
	}
}

func genInput(t *rapid.T) Input {
	in := network(rapid.IntRange(1, 30).Draw(t, "branches"), rapid.IntRange(1, 4).Draw(t, "standards"), rapid.Uint64().Draw(t, "seed"))
	in.Peers = rapid.SampledFrom([]Peers{WholeNetwork, SameFormat}).Draw(t, "peers")
	in.Level = rapid.SampledFrom([]Level{0, LevelA, LevelB, LevelC}).Draw(t, "level")
	for i := range in.Branches {
		in.Branches[i].Background = rapid.IntRange(0, 3).Draw(t, "background") == 0
	}
	return in
}

func TestTheOrderOfTheInputDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		want := Run(in)
		in.Branches = rapid.Permutation(in.Branches).Draw(t, "branches")
		in.Shares = rapid.Permutation(in.Shares).Draw(t, "shares")
		in.Scores = rapid.Permutation(in.Scores).Draw(t, "scores")
		if got := Run(in); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestCellsSplitByMonthAddUpToTheSame(t *testing.T) {
	in := network(12, 2, 3)
	want := Run(in)
	first := in.Shares[0]
	in.Shares[0].Counts = Counts{N: first.N - 1, X: first.X - 1, NWow: first.NWow, XWow: first.XWow, NA: first.NA}
	in.Shares = append(in.Shares, ShareCell{Branch: first.Branch, Standard: first.Standard, Counts: Counts{N: 1, X: 1}})
	in.Scores = append(in.Scores, ScoreCell{Branch: first.Branch, Scores: Scores{}})
	if got := Run(in); !reflect.DeepEqual(got, want) {
		t.Error("two months of counts are not their sum")
	}
}

func TestStatesKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		for _, o := range Statuses(in) {
			switch {
			case o.Status == Below && o.X == o.N && o.Criticality != ZeroTolerance:
				t.Fatalf("below with %d of %d", o.X, o.N)
			case o.N == 0 && o.Status != Unjudged:
				t.Fatalf("%v without visits", o.Status)
			case o.N > 0 && o.N < 3 && o.Status != TooFew:
				t.Fatalf("%v after %d visits", o.Status, o.N)
			case (o.Status == Meets || o.Status == WOW) && o.Good.POwnBelow > 0.5:
				t.Fatalf("praised for its peers: %+v", o)
			case o.Status == Below && o.Good.POwnBelow < 0.5:
				t.Fatalf("blamed for its peers: %+v", o)
			case o.Status == WOW && o.XWow == 0:
				t.Fatalf("WOW without one: %+v", o)
			case in.Level == LevelA && o.Good.Level != LevelA:
				t.Fatalf("level %v though A was asked for", o.Good.Level)
			}
		}
	})
}

func TestAnotherCleanVisitNeverLowersWhatIsExpected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		pooled := rapid.Bool().Draw(t, "pooled")
		in.Level = LevelA
		if pooled {
			in.Level = LevelB
		}
		in.Branches = append(in.Branches, Branch{ID: "own"}, Branch{ID: "twin"})
		n := rapid.IntRange(0, 30).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		s := in.Standards[0].ID
		in.Shares = append(in.Shares,
			ShareCell{Branch: "own", Standard: s, Counts: Counts{N: n, X: x}},
			ShareCell{Branch: "twin", Standard: s, Counts: Counts{N: n + 1, X: x + 1}})
		var own, twin Outcome
		for _, o := range Statuses(in) {
			if o.Standard == s && o.Branch == "own" {
				own = o
			}
			if o.Standard == s && o.Branch == "twin" {
				twin = o
			}
		}
		if n > 0 && (twin.Good.Mean < own.Good.Mean-1e-12 || twin.Good.PBelow > own.Good.PBelow+1e-12) {
			t.Fatalf("%d of %d: mean %v, below %v; one more: mean %v, below %v", x, n, own.Good.Mean, own.Good.PBelow, twin.Good.Mean, twin.Good.PBelow)
		}
	})
}

func TestNothingShownIsEverNoNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		in.Shares = append(in.Shares, ShareCell{Branch: "B0001", Standard: "K01", Counts: Counts{N: -50, X: 3}})
		in.Scores = append(in.Scores, ScoreCell{Branch: "B0001", Scores: Scores{N: 1, SumBP: 9_000_000_000, SumBP2: 4}})
		r := Run(in)
		for _, b := range r.Branches {
			e := b.Score
			for _, v := range []float64{e.MeanBP, e.EstimateBP, e.SDBP, e.LoBP, e.HiBP, e.PBelow, e.PWorst, e.Place.Expected} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s: %+v", b.ID, e)
				}
			}
			if e.HasRange && !(0 <= e.LoBP && e.LoBP <= e.HiBP && e.HiBP <= 10_000) {
				t.Fatalf("%s: range %v to %v", b.ID, e.LoBP, e.HiBP)
			}
			for _, o := range b.Outcomes {
				if !(o.Good.PBelow >= 0 && o.Good.PBelow <= 1 && o.Good.Range.Lo <= o.Good.Range.Hi && o.Good.Mean >= 0 && o.Good.Mean <= 1) {
					t.Fatalf("%s: %+v", b.ID, o)
				}
			}
		}
	})
}

func TestABrokenRollupBecomesNoVerdict(t *testing.T) {
	o := one(0, Counts{}, Counts{N: 5, X: 9}, Standard{ID: "K1", GoodTargetBP: 8000}, 0)
	if o.Status != Unjudged || o.N != 0 {
		t.Errorf("9 of 5: %v with n %d", o.Status, o.N)
	}
	for name, s := range map[string]Scores{
		"less than no visits":       {N: -1, SumBP: 8000, SumBP2: 64_000_000},
		"squares below the mean's":  {N: 2, SumBP: 16_000, SumBP2: 5},
		"a sum without visits":      {SumBP: 3},
		"squares that are negative": {N: 2, SumBP: 1, SumBP2: -4},
	} {
		if s.possible() {
			t.Errorf("%s passes for scores", name)
		}
	}
}

func TestSpreadKeepsItsDigitsForVeryManyVisits(t *testing.T) {
	const n = 3_000_000
	s := Scores{N: 2 * n, SumBP: n * (9_000 + 9_002), SumBP2: n * (9_000*9_000 + 9_002*9_002)}
	got, ok := s.spread()
	if !ok || got != 2*n {
		t.Errorf("Σ(score−mean)² of half 9000, half 9002: got %v, want %v", got, 2*n)
	}
}

func TestBackgroundBranchesArePooledWithAndNotShown(t *testing.T) {
	in := network(40, 3, 5)
	all := Run(in)
	for i := range in.Branches {
		in.Branches[i].Background = i >= 12
	}
	some := Run(in)
	if len(some.Branches) != 12 || some.Headline.Branches != 12 {
		t.Fatalf("%d branches shown", len(some.Branches))
	}
	full := map[string]BranchRow{}
	for _, b := range all.Branches {
		full[b.ID] = b
	}
	for _, b := range some.Branches {
		if b.Score.EstimateBP != full[b.ID].Score.EstimateBP || !reflect.DeepEqual(b.Outcomes, full[b.ID].Outcomes) {
			t.Errorf("%s is judged differently when others are not shown", b.ID)
		}
		if b.Score.Place.Hi > 12 {
			t.Errorf("%s: place up to %d of 12", b.ID, b.Score.Place.Hi)
		}
	}
}

func TestFormatsArePooledApartWhereTheyAreLargeEnough(t *testing.T) {
	pool := func(kiosks int) (kiosk, all stats.Pool) {
		in := network(0, 1, 1)
		in.Peers = SameFormat
		for i := range kiosks + 30 {
			b := Branch{ID: "F" + string(rune('0'+i)), Format: "flagship"}
			c := Counts{N: 10, X: 9}
			if i < kiosks {
				b.Format, c.X = "kiosk", 5
			}
			in.Branches = append(in.Branches, b)
			in.Shares = append(in.Shares, ShareCell{Branch: b.ID, Standard: "K01", Counts: c})
		}
		t := newTable(in)
		j := newJudge(t, 0, pooling{branches: t.branches, peers: SameFormat, ranges: ranges{}})
		n := newJudge(t, 0, pooling{branches: t.branches, ranges: ranges{}})
		return j.good.belief[0].pool, n.good.belief[0].pool
	}
	if kiosk, _ := pool(20); math.Abs(kiosk.Mean()-0.5) > 0.01 {
		t.Errorf("20 kiosks expect %v of themselves", kiosk.Mean())
	}
	middling, network := pool(10)
	if want := network.Shift(100, 50); !reflect.DeepEqual(middling, want) {
		t.Errorf("10 kiosks: %v, want the network moved: %v", middling, want)
	}
	if few, network := pool(7); !reflect.DeepEqual(few, network) {
		t.Errorf("7 kiosks: %v, want the network's %v", few, network)
	}
}

func TestFewerThanEightBranchesStandForThemselves(t *testing.T) {
	seven, eight := network(7, 2, 4), network(8, 2, 4)
	for _, b := range Run(seven).Branches {
		if b.Score.Level != LevelA || b.Outcomes[0].Good.Level != LevelA || b.Score.HasPlace {
			t.Errorf("%s of seven: scores %v, standards %v", b.ID, b.Score.Level, b.Outcomes[0].Good.Level)
		}
		if b.Score.EstimateBP != b.Score.MeanBP {
			t.Errorf("%s of seven is drawn to its peers", b.ID)
		}
	}
	for _, b := range Run(eight).Branches {
		if b.Score.Level != LevelB || b.Outcomes[0].Good.Level != LevelB || !b.Score.HasPlace {
			t.Errorf("%s of eight: scores %v, standards %v", b.ID, b.Score.Level, b.Outcomes[0].Good.Level)
		}
	}
	notes := Run(seven).Model.Notes
	if len(notes) != 1 || notes[0] != "Scores are pooled from 8 branches on; there are 7 branches with scores. Each branch stands for itself." {
		t.Errorf("notes %q", notes)
	}
}

// scored is n visits at one score, so that the sums are plain.
func scored(branch string, bps ...int64) ScoreCell {
	c := ScoreCell{Branch: branch}
	for _, bp := range bps {
		c.Scores = c.plus(Scores{N: 1, SumBP: bp, SumBP2: bp * bp})
	}
	return c
}

func TestScoresWithoutAnyKnownSpreadAreNotJudged(t *testing.T) {
	in := Input{TargetBP: 8000, Branches: []Branch{{ID: "A"}, {ID: "B"}}, Scores: []ScoreCell{scored("A", 9000)}}
	r := Run(in)
	a, b := r.Branches[0].Score, r.Branches[1].Score
	if a.HasRange || a.Status != TooFew || a.MeanBP != 9000 {
		t.Errorf("one visit: %+v", a)
	}
	if b.N != 0 || b.Status != Unjudged || b.Level != 0 {
		t.Errorf("no visit: %+v", b)
	}
}

func TestBranchesThatDifferNoMoreThanVisitsAreNotRanked(t *testing.T) {
	in := Input{TargetBP: 8500}
	for i := range 12 {
		id := "B" + string(rune('A'+i))
		in.Branches = append(in.Branches, Branch{ID: id})
		in.Scores = append(in.Scores, scored(id, 7000, 9000, 8000, int64(7900+20*i), 8100-20*int64(i)))
	}
	r := Run(in)
	if !r.Model.Alike || r.ShowPlaces || len(r.Worst) != 0 {
		t.Errorf("alike %v, places %v, worst %v", r.Model.Alike, r.ShowPlaces, r.Worst)
	}
	if !strings.Contains(r.Headline.Text(), "The branches differ no more than visits of one branch do.") {
		t.Errorf("headline %q", r.Headline.Text())
	}
}

func TestTheHeadlineCountsWhatTheTablesShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		r := Run(in)
		scores, outcomes, visits := States{}, States{}, 0
		for _, b := range r.Branches {
			scores.add(b.Score.Status)
			visits += b.Score.N
			for _, o := range b.Outcomes {
				outcomes.add(o.Status)
			}
		}
		h := r.Headline
		if h.Scores != scores || h.Outcomes != outcomes || h.Visits != visits || h.Branches != len(r.Branches) {
			t.Fatalf("headline %+v, tables %+v %+v", h, scores, outcomes)
		}
		if len(r.Worst) > len(r.Branches)/10 {
			t.Fatalf("%d worst of %d", len(r.Worst), len(r.Branches))
		}
		for _, w := range r.Worst {
			if w.P < 0.5 {
				t.Fatalf("named with %v", w.P)
			}
		}
		for k, s := range r.Summaries {
			if s.Standard != in.Standards[k].ID {
				t.Fatalf("summary %d is of %s", k, s.Standard)
			}
		}
	})
}

func TestTheHeadlineSaysWhoIsBelowAndAbove(t *testing.T) {
	for want, h := range map[string]Headline{
		"One branch is clearly below the standard of 85 %; one is clearly above. For the rest the visits so far cannot tell.": {Branches: 18, Scores: States{Below: 1, Meets: 1}},
		"3 branches are clearly below the standard of 85 %; 2 are clearly above.":                                             {Branches: 5, Scores: States{Below: 3, Meets: 2}},
		"2 branches are clearly above the standard of 85 %, none clearly below.":                                              {Branches: 2, Scores: States{Meets: 2}},
		"One branch is clearly below the standard of 85 %, none clearly above. For the rest the visits so far cannot tell.":   {Branches: 4, Scores: States{Below: 1, TooFew: 3}},
		"For none of them can the visits tell whether it is below or above 85 %.":                                             {Branches: 4, Scores: States{CannotTell: 4}},
	} {
		if got := h.judged(8500); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	h := Headline{Branches: 10, Outcomes: States{Below: 1, Meets: 3, WOW: 2, Breach: 1, NoBreach: 1, CannotTell: 10, TooFew: 2}}
	if got, want := h.standards(2), "Of 20 results on 2 standards, 6 meet the standard (2 at WOW level), 1 is below it, 1 breaches it; for 12 the visits cannot tell."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWordsForTheWorst(t *testing.T) {
	for p, want := range map[float64]string{0.95: "almost surely", 0.9: "almost surely", 0.85: "very likely", 0.6: "probably"} {
		if got := (Worst{P: p}).Words(); got != want {
			t.Errorf("%v: %s", p, got)
		}
	}
}

func TestWhatIfNamesWhoChanges(t *testing.T) {
	in := network(20, 3, 8)
	before := Statuses(in)
	if c := Changes(before, before); len(c) != 0 {
		t.Errorf("nothing changed, yet %v", c)
	}
	raised := in
	raised.Standards = append([]Standard(nil), in.Standards...)
	raised.Standards[1].GoodTargetBP = 9900
	after := Statuses(raised)
	changes := Changes(before, after)
	if len(changes) == 0 {
		t.Fatal("a target of 99 % changes nothing")
	}
	for _, c := range changes {
		if c.Standard != "K02" || c.From == c.To || c.To == Meets && c.From == Below {
			t.Errorf("%+v", c)
		}
	}
	gone := Changes(before, nil)
	if len(gone) != 60 || gone[0].Branch != "B0001" || gone[0].Standard != "K01" || gone[0].To != Unjudged {
		t.Errorf("%d changes where everything is gone, first %+v", len(gone), gone[0])
	}
	sums := Summarise(in.Standards, after)
	if sums[1].States == Summarise(in.Standards, before)[1].States || sums[1].N == 0 {
		t.Errorf("summary %+v", sums[1])
	}
}

func TestBriefLeavesOutOnlyRangesAndPlans(t *testing.T) {
	in := network(30, 3, 6)
	full := Run(in)
	in.Brief = true
	brief := Run(in)
	for i, b := range full.Branches {
		for k := range b.Outcomes {
			full.Branches[i].Outcomes[k].Plan = Plan{}
			full.Branches[i].Outcomes[k].Good.Range = stats.Interval{}
			full.Branches[i].Outcomes[k].Wow.Range = stats.Interval{}
		}
	}
	if !reflect.DeepEqual(full, brief) {
		t.Error("brief says something else")
	}
}

func TestLevelsAreReadByTheirLetter(t *testing.T) {
	for text, want := range map[string]Level{"": 0, "A": LevelA, "B": LevelB, "C": LevelC} {
		if got, err := ParseLevel(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if _, err := ParseLevel("b"); err == nil || err.Error() != `there is no level "b"; choose A, B or C` {
		t.Errorf("got %v", err)
	}
}
