package scoring

import (
	"slices"
	"testing"

	"plainclothes/internal/programme"
)

func TestPointsOfEveryKind(t *testing.T) {
	options := []programme.Option{
		{Code: "a", Points: 300, HasPoints: true},
		{Code: "b", Points: 200, HasPoints: true},
		{Code: "minus", Points: -100, HasPoints: true},
		{Code: "none", Points: 0, HasPoints: true, Exclusive: true},
	}
	bands := []programme.Band{{UpTo: 300_000, Points: 400}, {UpTo: 600_000, Points: 200}, {Open: true, Points: 0}}
	choice := programme.Question{Kind: programme.Choice, Options: options[:2]}
	multi := programme.Question{Kind: programme.Multi, Options: options}
	cap4 := programme.Question{Kind: programme.Multi, Options: options, Cap: 400, HasCap: true}
	reverse := yesNo("", 250)
	reverse.Reverse = true
	unscored := programme.Question{Kind: programme.Rating, ScaleHi: 10}
	for _, c := range []struct {
		name             string
		q                programme.Question
		answer           any
		earned, possible string
		wow, wowOf       string
	}{
		{"yes", yesNo("", 250), "yes", "2.5", "2.5", "0", "0"},
		{"no", yesNo("", 250), "no", "0", "2.5", "0", "0"},
		{"yes, reversed", reverse, "yes", "0", "2.5", "0", "0"},
		{"no, reversed", reverse, "no", "2.5", "2.5", "0", "0"},
		{"the best option", choice, "a", "3", "3", "0", "0"},
		{"another option", choice, "b", "2", "3", "0", "0"},
		{"nothing chosen", multi, []string{}, "0", "5", "0", "0"},
		{"both chosen", multi, []string{"a", "b"}, "5", "5", "0", "0"},
		{"one taken off", multi, []string{"a", "minus"}, "2", "5", "0", "0"},
		{"never below nothing", multi, []string{"minus"}, "0", "5", "0", "0"},
		{"an exclusive option clears the others", multi, []string{"a", "none"}, "0", "5", "0", "0"},
		{"the cap is reached", cap4, []string{"a", "b"}, "4", "4", "0", "0"},
		{"the cap is not reached", cap4, []string{"a"}, "3", "4", "0", "0"},
		{"top mark", rating("", 300, 1, 5), 5, "3", "3", "0", "0"},
		{"lowest mark", rating("", 300, 1, 5), 1, "0", "3", "0", "0"},
		{"a mark between", rating("", 100, 0, 3), 1, "1/3", "1", "0", "0"},
		{"a mark below zero", rating("", 100, -2, 2), -1, "0.25", "1", "0", "0"},
		{"a rating without points", unscored, 7, "0", "0", "0", "0"},
		{"on the limit of a band", programme.Question{Kind: programme.Duration, Bands: bands}, 30, "4", "4", "0", "0"},
		{"just above the limit", programme.Question{Kind: programme.Number, Bands: bands}, programme.Decimal(300_001), "2", "4", "0", "0"},
		{"above all limits", programme.Question{Kind: programme.Money, Bands: bands}, 9_999, "0", "4", "0", "0"},
		{"a number without bands", programme.Question{Kind: programme.Number}, 3, "0", "0", "0", "0"},
		{"level below", levelQuestion("", 300, 200), "below", "0", "3", "0", "2"},
		{"level good", levelQuestion("", 300, 200), "good", "3", "3", "0", "2"},
		{"level WOW", levelQuestion("", 300, 200), "wow", "3", "3", "2", "2"},
		{"WOW yes", wowQuestion("", 200), "yes", "0", "0", "2", "2"},
		{"WOW no", wowQuestion("", 200), "no", "0", "0", "0", "2"},
		{"words", programme.Question{Kind: programme.Text}, "words", "0", "0", "0", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.q.ID = "A1"
			tr := Compile(flatProgramme(c.q)).Trace(visit("A1", c.answer)).Questions[0]
			got := [4]string{string(tr.Earned), string(tr.Possible), string(tr.WowEarned), string(tr.WowAvailable)}
			if want := [4]string{c.earned, c.possible, c.wow, c.wowOf}; got != want {
				t.Errorf("earned, possible, WOW earned, WOW on offer: %v, want %v", got, want)
			}
		})
	}
}

func TestAnAnswerThatTheChecklistNoLongerKnowsIsAGapAndNotZero(t *testing.T) {
	mustObserve := yesNo("A1", 100)
	mustObserve.MustObserve = true
	noWow := levelQuestion("A1", 100, 0)
	noWow.Wow.Set = false
	option := programme.Question{ID: "A1", Kind: programme.Choice, Options: []programme.Option{{Code: "a", Points: 100, HasPoints: true}}}
	multi := option
	multi.Kind = programme.Multi
	for name, c := range map[string]struct {
		q programme.Question
		a any
	}{
		"an option that went away":         {option, "gone"},
		"one of several options went away": {multi, []string{"a", "gone"}},
		"a word for yes":                   {yesNo("A1", 100), "yes!"},
		"a level that went away":           {noWow, "wow"},
		"a mark above the scale":           {rating("A1", 100, 0, 5), 6},
		"a mark below the scale":           {rating("A1", 100, 0, 5), -1},
		"does not apply, not allowed":      {yesNo("A1", 100), programme.NA},
		"not observed, not allowed":        {mustObserve, programme.NotObserved},
	} {
		t.Run(name, func(t *testing.T) {
			p := flatProgramme(c.q, yesNo("A2", 300))
			r := Compile(p).Score(visit("A1", c.a, "A2", "yes"))
			wantBP(t, "base", r.BaseBP, 10_000)
			wantBP(t, "completeness", r.CompletenessBP, 7_500)
			if state := Compile(p).Trace(visit("A1", c.a, "A2", "yes")).Questions[0].State; state != StateMissing {
				t.Errorf("its state is %s", state)
			}
		})
	}
}

func TestStatesLeaveOrStayAsTheTableSays(t *testing.T) {
	for _, c := range []struct {
		state              programme.AnswerState
		base, completeness int
	}{
		{programme.NA, 10_000, 10_000},
		{programme.NotObserved, 10_000, 7_500},
		{programme.Missing, 10_000, 7_500},
	} {
		q := yesNo("A1", 100)
		q.NAAllowed = true
		r := Compile(flatProgramme(q, yesNo("A2", 300))).Score(visit("A1", c.state, "A2", "yes"))
		wantBP(t, "base", r.BaseBP, c.base)
		wantBP(t, "completeness", r.CompletenessBP, c.completeness)
	}
}

func TestWowPoliciesAddWowPointsAsTheySay(t *testing.T) {
	for _, c := range []struct {
		policy        programme.WowPolicy
		bonusCap      int
		wow           string
		base, section int
	}{
		{programme.WowSeparate, 10_000, "yes", 5_000, 5_000},
		{programme.WowBonus, 10_000, "yes", 7_000, 5_000},
		{programme.WowBonus, 10_000, "no", 5_000, 5_000},
		{programme.WowBonus, 6_000, "yes", 6_000, 5_000},
		{programme.WowExpected, 10_000, "yes", 5_833, 5_833},
		{programme.WowExpected, 10_000, "no", 4_167, 4_167},
	} {
		p := flatProgramme(yesNo("A1", 500), yesNo("A2", 500), wowQuestion("A3", 200))
		p.Policy.Wow, p.Policy.BonusCapBP = c.policy, c.bonusCap
		r := Compile(p).Score(visit("A1", "yes", "A2", "no", "A3", c.wow))
		wantBP(t, string(c.policy)+" base", r.BaseBP, c.base)
		wantBP(t, string(c.policy)+" section", &r.Sections[0].BP, c.section)
	}
}

func TestABonusMayPassFullPointsOnlyUpToItsCap(t *testing.T) {
	p := flatProgramme(yesNo("A1", 500), wowQuestion("A2", 200))
	p.Policy.Wow = programme.WowBonus
	for limit, want := range map[int]int{10_000: 10_000, 11_000: 11_000, 20_000: 14_000, 0: 10_000} {
		p.Policy.BonusCapBP = limit
		wantBP(t, "base", Compile(p).Score(visit("A1", "yes", "A2", "yes")).BaseBP, want)
	}
}

func TestWeightsSpreadOverSectionsThatHaveSomethingPossible(t *testing.T) {
	p := flatProgramme(yesNo("A1", 100))
	weigh(p, "A", 10)
	withSection(p, "B", 30, yesNo("B1", 900))
	withSection(p, "C", 60, yesNo("C1", 50))
	c := Compile(p)
	wantBP(t, "all three", c.Score(visit("A1", "yes", "B1", "no", "C1", "yes")).BaseBP, 7_000)
	wantBP(t, "without C", c.Score(visit("A1", "yes", "B1", "no", "C1", programme.NotObserved)).BaseBP, 2_500)
	wantBP(t, "only B", c.Score(visit("B1", "yes")).BaseBP, 10_000)
	p.Policy.Weights[0].Weight = 0
	wantBP(t, "A weighs nothing", Compile(p).Score(visit("A1", "yes", "B1", "no", "C1", "yes")).BaseBP, 6_667)
}

func TestSectionsThatAllWeighNothingLeaveNothingToScore(t *testing.T) {
	p := flatProgramme(yesNo("A1", 100))
	weigh(p, "A", 0)
	r := Compile(p).Score(visit("A1", "yes"))
	if r.BaseBP != nil || r.FinalBP != nil || r.Level != NotScorable {
		t.Errorf("got %s", r.Wire())
	}
	wantBP(t, "completeness", r.CompletenessBP, 10_000)
	if s := r.Standards[0]; s.Share != 0 || s.Rate != 0 || s.Outcome != OutcomeGood {
		t.Errorf("the standard is %+v", s)
	}
}

func TestAScoreIsRoundedOnceAndHalfUp(t *testing.T) {
	// (2/3 + 3/7)/2 is 54.76 %; of sections rounded before, (66.67 + 42.86)/2 would give 54.77 %.
	p := flatProgramme(rating("A1", 100, 0, 3))
	weigh(p, "A", 1)
	withSection(p, "B", 1, rating("B1", 100, 0, 7))
	wantBP(t, "2/3 and 3/7", Compile(p).Score(visit("A1", 2, "B1", 3)).BaseBP, 5_476)
	half := flatProgramme(yesNo("A1", 1), yesNo("A2", 19_999)) // 0.5 basis points
	wantBP(t, "half of a basis point", Compile(half).Score(visit("A1", "yes", "A2", "no")).BaseBP, 1)
	less := flatProgramme(yesNo("A1", 1), yesNo("A2", 20_000))
	wantBP(t, "less than half", Compile(less).Score(visit("A1", "yes", "A2", "no")).BaseBP, 0)
}

func TestALevelIsReachedByTheScoreAsItIsKept(t *testing.T) {
	p := flatProgramme(yesNo("A1", 79_996), yesNo("A2", 20_004)) // 79.996 % is kept as 80.00 %
	if r := Compile(p).Score(visit("A1", "yes", "A2", "no")); r.Level != Good {
		t.Errorf("level is %s at %d", r.Level, *r.BaseBP)
	}
	p = flatProgramme(yesNo("A1", 79_994), yesNo("A2", 20_006)) // 79.99 %
	if r := Compile(p).Score(visit("A1", "yes", "A2", "no")); r.Level != Below {
		t.Errorf("level is %s at %d", r.Level, *r.BaseBP)
	}
}

func TestCriticalsAct(t *testing.T) {
	for _, c := range []struct {
		name        string
		critical    programme.Critical
		base, final int
		level       Level
	}{
		{"flag", programme.Critical{Effect: programme.Flag}, 9_500, 9_500, Good},
		{"cap below the score", programme.Critical{Effect: programme.CapVisit, CapBP: 6_900}, 9_500, 6_900, Below},
		{"cap above the score", programme.Critical{Effect: programme.CapVisit, CapBP: 9_900}, 9_500, 9_500, Good},
		{"cap at nothing", programme.Critical{Effect: programme.CapVisit}, 9_500, 0, Below},
		{"zero the own section", programme.Critical{Effect: programme.ZeroSection, Section: "A"}, 4_750, 4_750, Below},
		{"zero the other section", programme.Critical{Effect: programme.ZeroSection, Section: "B"}, 4_750, 4_750, Below},
		{"fail", programme.Critical{Effect: programme.FailVisit}, 9_500, 9_500, Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := flatProgramme(yesNo("A1", 950), onNo(yesNo("A2", 100), c.critical), wowQuestion("A3", 100))
			withSection(p, "B", -1, yesNo("B1", 950))
			r := Compile(p).Score(visit("A1", "yes", "A2", "no", "B1", "yes", "A3", "yes"))
			wantBP(t, "base", r.BaseBP, c.base)
			wantBP(t, "final", r.FinalBP, c.final)
			if r.Level != c.level || !slices.Equal(r.Criticals, []string{"A2"}) || r.Standards[0].Outcome != OutcomeBelow {
				t.Errorf("got %s", r.Wire())
			}
			r = Compile(p).Score(visit("A1", "yes", "A2", "yes", "B1", "yes", "A3", "yes"))
			if r.Level != WOW || len(r.Criticals) > 0 || r.Standards[0].Outcome != OutcomeWow {
				t.Errorf("without the critical: %s", r.Wire())
			}
		})
	}
}

func TestACriticalFiresOnlyOnAnAnsweredQuestionThatIsAsked(t *testing.T) {
	q := capped(yesNo("A1", 100), 0)
	q.NAAllowed = true
	q.Critical.When = []string{"no", "na", "not_observed"}
	hidden := capped(yesNo("A3", 100), 0)
	hidden.ShowIf = &programme.Condition{Root: programme.Node{
		Op: programme.OpEq, Subject: "A2", Values: []programme.Value{{Text: "no", IsText: true}},
	}}
	c := Compile(flatProgramme(q, yesNo("A2", 100), hidden))
	for _, state := range []programme.AnswerState{programme.NA, programme.NotObserved, programme.Missing} {
		if r := c.Score(visit("A1", state, "A2", "yes", "A3", "no")); len(r.Criticals) > 0 || *r.FinalBP != 10_000 {
			t.Errorf("state %d: %s", state, r.Wire())
		}
	}
}

func TestCriticalsFireOnOptionsNumbersAndLevels(t *testing.T) {
	cr := &programme.Critical{Effect: programme.FailVisit}
	options := []programme.Option{{Code: "a", Points: 100, HasPoints: true}, {Code: "b", HasPoints: true, Critical: cr}, {Code: "x", HasPoints: true, Exclusive: true}}
	choice := programme.Question{ID: "A1", Kind: programme.Choice, Options: options}
	multi := programme.Question{ID: "A1", Kind: programme.Multi, Options: options}
	mark := rating("A1", 100, 0, 10)
	mark.Critical = &programme.Critical{Effect: programme.FailVisit, When: []string{"0", "1"}}
	level := levelQuestion("A1", 100, 100)
	level.Critical = &programme.Critical{Effect: programme.FailVisit, When: []string{"below"}}
	for _, c := range []struct {
		q      programme.Question
		answer any
		fires  bool
	}{
		{choice, "a", false},
		{choice, "b", true},
		{multi, []string{"a", "b"}, true},
		{multi, []string{"a"}, false},
		{multi, []string{"b", "x"}, false}, // cleared
		{mark, 1, true},
		{mark, 2, false},
		{level, "below", true},
		{level, "good", false},
	} {
		r := Compile(flatProgramme(c.q)).Score(visit("A1", c.answer))
		if (r.Level == Failed) != c.fires || (len(r.Criticals) == 1) != c.fires {
			t.Errorf("%s %v: %s", c.q.Kind, c.answer, r.Wire())
		}
	}
}

func TestAQuestionWithTwoCriticalsIsNamedOnce(t *testing.T) {
	cr := func(bp int) *programme.Critical { return &programme.Critical{Effect: programme.CapVisit, CapBP: bp} }
	q := programme.Question{ID: "A1", Kind: programme.Multi, Options: []programme.Option{
		{Code: "a", Points: 100, HasPoints: true, Critical: cr(5_000)}, {Code: "b", Points: 100, HasPoints: true, Critical: cr(4_000)},
	}}
	r := Compile(flatProgramme(q)).Score(visit("A1", []string{"a", "b"}))
	wantBP(t, "final", r.FinalBP, 4_000)
	if !slices.Equal(r.Criticals, []string{"A1"}) {
		t.Errorf("criticals %v", r.Criticals)
	}
}

func TestAZeroedSectionLosesItsWowPointsToo(t *testing.T) {
	for policy, want := range map[programme.WowPolicy]int{
		programme.WowSeparate: 5_000, programme.WowBonus: 5_000, programme.WowExpected: 4_000,
	} {
		p := flatProgramme(onNo(yesNo("A1", 100), programme.Critical{Effect: programme.ZeroSection, Section: "A"}), yesNo("A2", 100), wowQuestion("A3", 100))
		withSection(p, "B", -1, yesNo("B1", 200))
		p.Policy.Wow = policy
		r := Compile(p).Score(visit("A1", "no", "A2", "yes", "A3", "yes", "B1", "yes"))
		wantBP(t, string(policy), r.BaseBP, want)
		a := r.Sections[0]
		if !a.Zeroed || a.BP != 0 || a.Earned != 0 || a.Possible != 200 || r.Wow != (WowPoints{100, 100}) {
			t.Errorf("%s: section %+v, WOW %+v", policy, a, r.Wow)
		}
	}
}

func TestLevels(t *testing.T) {
	p := flatProgramme(yesNo("A1", 900), yesNo("A2", 100), wowQuestion("A3", 100), wowQuestion("A4", 100))
	p.Policy.MinCompleteness = 9_000
	for _, c := range []struct {
		name string
		in   Input
		want Level
	}{
		{"all and half the WOW points", visit("A1", "yes", "A2", "yes", "A3", "yes", "A4", "no"), WOW},
		{"all and no WOW points", visit("A1", "yes", "A2", "yes", "A3", "no", "A4", "no"), Good},
		{"WOW points not observed are not on offer", visit("A1", "yes", "A2", "yes", "A3", "yes", "A4", programme.NotObserved), WOW},
		{"no WOW points on offer", visit("A1", "yes", "A2", "yes"), Good},
		{"90 %", visit("A1", "yes", "A2", "no", "A3", "yes"), WOW},
		{"10 %", visit("A1", "no", "A2", "yes", "A3", "yes"), Below},
		{"just enough observed", visit("A1", "yes", "A2", programme.NotObserved), Good},
		{"too little observed", visit("A1", programme.NotObserved, "A2", "yes", "A3", "yes"), NotScorable},
		{"nothing", visit(), NotScorable},
	} {
		if r := Compile(p).Score(c.in); r.Level != c.want {
			t.Errorf("%s: %s", c.name, r.Wire())
		}
	}
}

func TestNotScorableComesBeforeFailed(t *testing.T) {
	p := flatProgramme(onNo(yesNo("A1", 100), programme.Critical{Effect: programme.FailVisit}), yesNo("A2", 900))
	p.Policy.MinCompleteness = 8_000
	r := Compile(p).Score(visit("A1", "no"))
	if r.Level != NotScorable || len(r.Criticals) != 1 {
		t.Errorf("got %s", r.Wire())
	}
}

func TestCompletenessIsThatOfGoodPointsUnderEveryPolicy(t *testing.T) {
	p := flatProgramme(yesNo("A1", 100), yesNo("A2", 100), wowQuestion("A3", 1_000))
	p.Policy.Wow = programme.WowExpected
	wantBP(t, "completeness", Compile(p).Score(visit("A1", "yes", "A3", "yes")).CompletenessBP, 5_000)
}

func TestAStagesQuestionsCountWhenItIsSealed(t *testing.T) {
	p := flatProgramme(yesNo("A1", 100))
	withSection(p, "B", -1, yesNo("B1", 300))
	withSection(p, "C", -1, yesNo("C1", 100))
	p.Stages = []programme.Stage{{ID: "order"}, {ID: "return"}}
	p.Sections[0].Stage, p.Sections[1].Stage, p.Sections[2].Stage = "order", "return", programme.LastStage
	c := Compile(p)
	in := visit("A1", "yes", "B1", "no", "C1", "yes")
	for _, x := range []struct {
		name               string
		stages             []string
		final              bool
		base, completeness int
		state              State
	}{
		{"all count", nil, false, 4_000, 10_000, StateAnswered},
		{"both sealed", []string{"return", "order"}, true, 4_000, 10_000, StateAnswered},
		{"the second is still to come", []string{"order"}, false, 10_000, 10_000, StateWaiting},
		{"the second has expired", []string{"order"}, true, 10_000, 2_000, StateExpired},
	} {
		in.Stages, in.Final = x.stages, x.final
		r, tr := c.ScoreTrace(in)
		wantBP(t, x.name, r.BaseBP, x.base)
		wantBP(t, x.name+": completeness", r.CompletenessBP, x.completeness)
		if tr.Questions[1].State != x.state || tr.Questions[2].State != x.state {
			t.Errorf("%s: states %s, %s", x.name, tr.Questions[1].State, tr.Questions[2].State)
		}
	}
	in.Stages, in.Final = []string{}, false
	if r := c.Score(in); r.BaseBP != nil || r.CompletenessBP != nil {
		t.Errorf("nothing is sealed, but %s", r.Wire())
	}
}

func TestASectionOfTheLastStageFollowsTheScenario(t *testing.T) {
	p := demoProgramme(t, "online-store")
	c := Compile(p)
	for scenario, want := range map[string]string{"gift": "return", "pickup": "deliver", "browse_and_ask": "ask"} {
		if got := c.stageOf(len(p.Sections)-1, scenario); got != want {
			t.Errorf("%s: the last stage is %q, want %q", scenario, got, want)
		}
	}
}

func TestHugePointsAndManyScalesStayExact(t *testing.T) {
	var qs []programme.Question
	in := visit()
	primes := []int{7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97}
	for i, prime := range primes {
		q := rating("A"+string(rune('A'+i)), 10_000_000_00, 0, prime)
		qs = append(qs, q)
		in.Answers[q.ID] = answer(programme.Decimal(prime*10_000/3 + i))
	}
	p := flatProgramme(qs...)
	weigh(p, "A", 9_973)
	for i, prime := range primes[:15] {
		id := "S" + string(rune('A'+i))
		withSection(p, id, 10_000-prime, rating(id+"1", programme.Points(prime*1_000_003), 0, prime), yesNo(id+"2", 1))
		in.Answers[id+"1"], in.Answers[id+"2"] = answer(i), answer("no")
	}
	c := Compile(p)
	s := c.sheet(&in)
	total := s.total()
	c.put(s)
	if total.base.big == nil {
		t.Fatal("this was meant to pass 64 bits")
	}
	want, got := naiveScore(p, in), c.Score(in)
	if string(want.Wire()) != string(got.Wire()) || want.Standards[0] != got.Standards[0] {
		t.Errorf("got  %s %+v\nwant %s %+v", got.Wire(), got.Standards[0], want.Wire(), want.Standards[0])
	}
}
