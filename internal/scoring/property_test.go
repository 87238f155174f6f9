package scoring

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plainclothes/internal/programme"
)

func drawCase(t *rapid.T, r recipe) (*programme.Programme, Input) {
	p := drawProgramme(t, r)
	in := drawInput(t, p)
	if r.stages {
		drawStages(t, &in)
	}
	return p, in
}

// scoreOf is what a score says, without amounts of points.
type scoreOf struct {
	Base, Final, Completeness *int
	Level                     Level
	Sections                  map[string]int
	Standards                 map[string]StandardResult
	Unlinked                  Part
	Criticals                 []string
}

func bare(r Result) scoreOf {
	s := scoreOf{
		Base: r.BaseBP, Final: r.FinalBP, Completeness: r.CompletenessBP, Level: r.Level, Unlinked: r.Unlinked,
		Sections: map[string]int{}, Standards: map[string]StandardResult{}, Criticals: slices.Sorted(slices.Values(r.Criticals)),
	}
	for _, x := range r.Sections {
		s.Sections[x.Section] = x.BP
	}
	for _, x := range r.Standards {
		s.Standards[x.Standard] = x
	}
	return s
}

func same(t *rapid.T, what string, want, got Result) {
	t.Helper()
	if diff := cmp.Diff(bare(want), bare(got), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func TestTheEngineAgreesWithAPlainReadingOfTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		want, got := naiveScore(p, in), Compile(p).Score(in)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("-plain +engine:\n%s\n%s", diff, describe(p, in))
		}
	})
}

func TestScoresStayInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		r := Compile(p).Score(in)
		top := bpOne
		if p.Policy.Wow == programme.WowBonus {
			top = p.Policy.BonusCapBP
		}
		between := func(what string, n *int, top int) {
			if n != nil && (*n < 0 || *n > top) {
				t.Fatalf("%s is %d, outside 0 … %d", what, *n, top)
			}
		}
		between("base", r.BaseBP, top)
		between("completeness", r.CompletenessBP, bpOne)
		if (r.BaseBP == nil) != (r.FinalBP == nil) {
			t.Fatal("base and final are not absent together")
		}
		if r.FinalBP != nil {
			between("final", r.FinalBP, *r.BaseBP)
		}
		for _, s := range r.Sections {
			between("section "+s.Section, &s.BP, bpOne)
		}
		for _, s := range r.Standards {
			if s.Share < 0 || s.Share > nanoOne || s.Rate < 0 || s.Rate > nanoOne {
				t.Fatalf("share %d or rate %d of %s is outside 0 … 1", s.Share, s.Rate, s.Standard)
			}
		}
		if r.Wow.Earned > r.Wow.Available {
			t.Fatalf("%d of %d WOW points", r.Wow.Earned, r.Wow.Available)
		}
	})
}

var outcomeRank = map[Outcome]int{OutcomeBelow: 1, OutcomePartial: 2, OutcomeGood: 3, OutcomeWow: 4}

// raised reports whether answer b earns more than a in Good or WOW points, and not less in the other.
func raised(q *programme.Question, a, b programme.Answer) bool {
	good, wow := naiveEarned(q, b).Cmp(naiveEarned(q, a)), naiveWow(q, b)-naiveWow(q, a)
	return good >= 0 && wow >= 0 && (good > 0 || wow > 0)
}

func TestRaisingOneAnswerNeverLowersTheScoreOrAStandardsOutcome(t *testing.T) {
	r := plain
	r.criticals, r.onWorst = true, true
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t, r)
		if len(questionsOf(p)) == 0 {
			return
		}
		in := drawInput(t, p)
		q := pick1(t, "raise", questionsOf(p))
		from, to := pick1(t, "from", answeredOnly(q)), pick1(t, "to", answeredOnly(q))
		from.Codes, to.Codes = exclusiveOnly(q, from.Codes), exclusiveOnly(q, to.Codes)
		if !raised(q, from, to) {
			from, to = to, from
		}
		if !raised(q, from, to) {
			return
		}
		c := Compile(p)
		in.Answers[q.ID] = from
		low := c.Score(in)
		in.Answers[q.ID] = to
		notLower(t, low, c.Score(in))
	})
}

func exclusiveOnly(q *programme.Question, codes []string) []string {
	for _, c := range codes {
		if o, _ := q.Option(c); o.Exclusive {
			return []string{c}
		}
	}
	return codes
}

func notLower(t *rapid.T, low, high Result) {
	t.Helper()
	if low.BaseBP != nil && (*high.BaseBP < *low.BaseBP || *high.FinalBP < *low.FinalBP) {
		t.Fatalf("the score fell from %d/%d to %d/%d", *low.BaseBP, *low.FinalBP, *high.BaseBP, *high.FinalBP)
	}
	for i, s := range low.Standards {
		a, b := outcomeRank[s.Outcome], outcomeRank[high.Standards[i].Outcome]
		if a > 0 && b > 0 && b < a {
			t.Fatalf("standard %s fell from %s to %s", s.Standard, s.Outcome, high.Standards[i].Outcome)
		}
	}
	if levelRank[high.Level] < levelRank[low.Level] {
		t.Fatalf("the level fell from %s to %s", low.Level, high.Level)
	}
}

func TestMultiplyingAllPointsByAConstantChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		want := Compile(p).Score(in)
		by := programme.Points(rapid.SampledFrom([]int{2, 3, 7, 100, 1_000_003}).Draw(t, "by"))
		for _, q := range questionsOf(p) {
			multiply(q, by)
		}
		same(t, "all points multiplied", want, Compile(p).Score(in))
	})
}

func multiply(q *programme.Question, by programme.Points) {
	q.Points *= by
	q.Cap *= by
	q.Good.Points *= by
	q.Wow.Points *= by
	for i := range q.Options {
		q.Options[i].Points *= by
	}
	for i := range q.Bands {
		q.Bands[i].Points *= by
	}
}

func TestMultiplyingAllWeightsByAConstantChangesNothing(t *testing.T) {
	r := wild
	r.weights = []bool{true}
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, r)
		want := Compile(p).Score(in)
		by := rapid.SampledFrom([]int{2, 3, 97, 250}).Draw(t, "by")
		for i := range p.Policy.Weights {
			p.Policy.Weights[i].Weight *= by
		}
		same(t, "all weights multiplied", want, Compile(p).Score(in))
	})
}

func TestOrderOfQuestionsSectionsAndAnswersChangesNothing(t *testing.T) {
	r := plain
	r.criticals = true
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, r)
		want := Compile(p).Score(in)
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		dice.Shuffle(len(p.Sections), func(i, j int) { p.Sections[i], p.Sections[j] = p.Sections[j], p.Sections[i] })
		for _, s := range p.Sections {
			dice.Shuffle(len(s.Questions), func(i, j int) { s.Questions[i], s.Questions[j] = s.Questions[j], s.Questions[i] })
		}
		for id, a := range in.Answers {
			if q, _, _ := p.Question(id); len(exclusiveOnly(q, a.Codes)) == len(a.Codes) {
				a.Codes = slices.Clone(a.Codes)
				dice.Shuffle(len(a.Codes), func(i, j int) { a.Codes[i], a.Codes[j] = a.Codes[j], a.Codes[i] })
				in.Answers[id] = a
			}
		}
		same(t, "shuffled", want, Compile(p).Score(in))
	})
}

func TestAQuestionThatDoesNotApplyOrIsHiddenChangesNothing(t *testing.T) {
	r := wild
	r.stages = false // an expired stage makes gaps of all its questions
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, r)
		want := Compile(p).Score(in)
		b := &builder{recipe: plain, t: t, p: p}
		q := b.question("X1")
		q.NAAllowed = true
		in.Answers["X1"] = programme.Answer{State: programme.NA}
		if b.one(2) {
			q.ShowIf = &programme.Condition{Root: programme.Node{
				Op: programme.OpEq, Subject: "scenario", Values: []programme.Value{{Text: "nobody", IsText: true}},
			}}
			in.Answers["X1"] = pick1(t, "answer", listAnswers(&q))
		}
		s := &p.Sections[b.num(0, len(p.Sections)-1)]
		s.Questions = slices.Insert(s.Questions, b.num(0, len(s.Questions)), q)
		if diff := cmp.Diff(want, Compile(p).Score(in)); diff != "" {
			t.Fatalf("-without +with the question:\n%s", diff)
		}
	})
}

func TestASectionOfWeightZeroChangesNoScore(t *testing.T) {
	r := plain
	r.weights = []bool{true}
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, r)
		want := Compile(p).Score(in)
		b := &builder{recipe: plain, t: t, p: p}
		p.Sections = append(p.Sections, programme.Section{ID: "X", Questions: []programme.Question{b.question("X1"), b.question("X2")}})
		if b.one(2) {
			p.Policy.Weights = append(p.Policy.Weights, programme.SectionWeight{Section: "X"})
		}
		for _, q := range p.Sections[len(p.Sections)-1].Questions {
			in.Answers[q.ID] = pick1(t, "answer", listAnswers(&q))
		}
		got := Compile(p).Score(in)
		if diff := cmp.Diff([]*int{want.BaseBP, want.FinalBP}, []*int{got.BaseBP, got.FinalBP}); diff != "" {
			t.Fatalf("-without +with the section:\n%s", diff)
		}
		for i := range want.Standards {
			if want.Standards[i].Share != got.Standards[i].Share || want.Standards[i].Rate != got.Standards[i].Rate {
				t.Fatalf("share or rate of %s changed", want.Standards[i].Standard)
			}
		}
	})
}

func TestWeightsEqualToPossiblePointsAreTheFlatScore(t *testing.T) {
	r := plain
	r.weights, r.policies = []bool{false}, []programme.WowPolicy{programme.WowSeparate, programme.WowExpected}
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t, r)
		in := drawFull(t, p)
		flat := Compile(p).Score(in)
		for _, s := range flat.Sections {
			w := s.Possible
			if p.Policy.Wow == programme.WowExpected {
				w += s.Wow.Available
			}
			p.Policy.Weights = append(p.Policy.Weights, programme.SectionWeight{Section: s.Section, Weight: int(w)})
		}
		same(t, "weights equal to possible points", flat, Compile(p).Score(in))
	})
}

func TestACriticalNeverRaisesAScore(t *testing.T) {
	r := wild
	r.criticals = false
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, r)
		before := Compile(p).Score(in)
		b := &builder{recipe: wild, t: t, p: p}
		for _, q := range questionsOf(p) {
			if q.Scored() && b.one(2) {
				b.critical(q)
			}
		}
		b.sectionCriticals()
		after := Compile(p).Score(in)
		notLower(t, after, before)
		if diff := cmp.Diff(before.CompletenessBP, after.CompletenessBP); diff != "" {
			t.Fatalf("a critical changed completeness: %s", diff)
		}
	})
}

func TestTwoCapsActAsTheLower(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := 100*rapid.IntRange(0, 100).Draw(t, "a"), 100*rapid.IntRange(0, 100).Draw(t, "b")
		score := func(first, second int) int {
			p := flatProgramme(yesNo("A1", 900), capped(yesNo("A2", 50), first), capped(yesNo("A3", 50), second))
			return *Compile(p).Score(visit("A1", "yes", "A2", "no", "A3", "no")).FinalBP
		}
		if got, want := score(a, b), score(min(a, b), min(a, b)); got != want || got != min(9_000, a, b) {
			t.Fatalf("caps %d and %d give %d, the lower alone %d", a, b, got, want)
		}
	})
}

func TestNothingToScoreNeverBecomesZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t, wild)
		in := Input{Context: drawContext(t), Answers: programme.Answers{}}
		for _, q := range questionsOf(p) {
			if q.NAAllowed {
				in.Answers[q.ID] = programme.Answer{State: programme.NA}
			}
		}
		r := Compile(p).Score(in)
		if r.BaseBP != nil || r.FinalBP != nil || r.Level != NotScorable || len(r.Sections) != 0 {
			t.Fatalf("no answers give %+v", r)
		}
		if !bytes.HasPrefix(r.Wire(), []byte(`{"base_bp":null,"final_bp":null,"level":"not_scorable",`)) {
			t.Fatalf("on the wire: %s", r.Wire())
		}
	})
}

func TestScoringTwiceGivesIdenticalBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		c := Compile(p)
		other := drawInput(t, p)
		first, trace := c.Score(in), mustJSON(t, c.Trace(in))
		c.Score(other) // leaves nothing behind
		for _, again := range []*Checklist{c, Compile(p)} {
			r := again.Score(in)
			if !bytes.Equal(first.Wire(), r.Wire()) || !bytes.Equal(mustJSON(t, first), mustJSON(t, r)) {
				t.Fatalf("%s\nthen\n%s", first.Wire(), r.Wire())
			}
			if !bytes.Equal(trace, mustJSON(t, again.Trace(in))) {
				t.Fatal("two traces of one visit differ")
			}
		}
	})
}

func TestResultAndTraceSurviveStorage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		r, trace := Compile(p).ScoreTrace(in)
		var r2 Result
		var trace2 Trace
		if err := json.Unmarshal(mustJSON(t, r), &r2); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(mustJSON(t, trace), &trace2); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, r2) + cmp.Diff(trace, trace2); diff != "" {
			t.Fatal(diff)
		}
	})
}

func mustJSON(t interface{ Fatal(args ...any) }, v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSharesTimesRatesAreTheScoreButForZeroedSectionsAndBonus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		r := Compile(p).Score(in)
		penalty, ok := r.Penalty()
		if ok != (r.BaseBP != nil) {
			t.Fatal("a penalty without a score, or a score without a penalty")
		}
		zeroed := slices.ContainsFunc(r.Sections, func(s SectionResult) bool { return s.Zeroed })
		bonus := p.Policy.Wow == programme.WowBonus
		const rounding = nanoOne/bpOne/2 + 20
		switch {
		case !zeroed && !bonus && (penalty < -rounding || penalty > rounding):
			t.Fatalf("penalty %d without a reason", penalty)
		case zeroed && !bonus && penalty > rounding:
			t.Fatalf("a zeroed section brought %d", penalty)
		case bonus && !zeroed && p.Policy.BonusCapBP >= bpOne && penalty < -rounding:
			t.Fatalf("a bonus took %d", penalty)
		}
		shares := r.Unlinked.Share
		for _, s := range r.Standards {
			shares += s.Share
		}
		if r.BaseBP != nil && (shares < nanoOne-20 || shares > nanoOne+20) {
			t.Fatalf("shares add up to %d", shares)
		}
	})
}

func TestDroppingHiddenAnswersChangesNoScore(t *testing.T) {
	r := wild
	r.stages = false
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, r)
		for id, a := range in.Answers { // as they come from reading them
			q, _, _ := p.Question(id)
			a.Codes = exclusiveOnly(q, a.Codes)
			in.Answers[id] = a
		}
		in.Answers["gone"] = programme.Answer{State: programme.Answered, Text: "yes"}
		c := Compile(p)
		want := c.Score(in)
		shown := programme.Show(p, in.Context, in.Answers)
		kept := c.DropHidden(in.Context, in.Answers)
		for _, q := range questionsOf(p) {
			if _, has := kept[q.ID]; has != (shown.Question(q.ID) && in.Answers[q.ID].State != programme.Missing) {
				t.Fatalf("%s: kept is %v", q.ID, has)
			}
		}
		if _, has := kept["gone"]; has {
			t.Fatal("an answer to no question was kept")
		}
		in.Answers = kept
		if diff := cmp.Diff(want, c.Score(in)); diff != "" {
			t.Fatal(diff)
		}
	})
}
