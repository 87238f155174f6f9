package scoring

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plainclothes/internal/programme"
)

// adder adds a printed trace up by hand: it sees the JSON that a person sees, and nothing of the engine.
type adder struct {
	fail  func(format string, args ...any)
	trace Trace
}

func (a *adder) amount(e Exact) *big.Rat {
	r, ok := new(big.Rat).SetString(string(e))
	if !ok {
		a.fail("%q is no amount", e)
	}
	return r
}

func (a *adder) equal(what string, got Exact, want *big.Rat) {
	if a.amount(got).Cmp(want) != 0 {
		a.fail("%s is %s, adding up gives %s", what, got, want.RatString())
	}
}

// total gives the base score from questions up, nil for nothing to score.
func (a *adder) total() *big.Rat {
	upper, lower := rat(0), rat(0)
	for _, s := range a.trace.Sections {
		earned, of := a.section(s)
		if a.trace.Policy.Weighted {
			if of.Sign() == 0 {
				continue
			}
			earned, of = mult(ratioOf(earned, of), rat(int64(s.Weight))), rat(int64(s.Weight))
		}
		upper, lower = plus(upper, earned), plus(lower, of)
	}
	a.equal("the upper sum", a.trace.Total.Counted, upper)
	a.equal("the lower sum", a.trace.Total.Of, lower)
	if lower.Sign() == 0 {
		return nil
	}
	score := ratioOf(upper, lower)
	if top := big.NewRat(int64(a.trace.Policy.BonusCapBP), bpOne); a.trace.Policy.Wow == programme.WowBonus && score.Cmp(top) > 0 {
		return top
	}
	return score
}

func (a *adder) section(s SectionTrace) (earned, of *big.Rat) {
	e, p, we, wa := rat(0), rat(0), rat(0), rat(0)
	for _, q := range a.trace.Questions {
		if q.Section == s.Section && q.Counts {
			e, p = plus(e, a.amount(q.Earned)), plus(p, a.amount(q.Possible))
			we, wa = plus(we, a.amount(q.WowEarned)), plus(wa, a.amount(q.WowAvailable))
		}
	}
	a.equal("earned in "+s.Section, s.Earned, e)
	a.equal("possible in "+s.Section, s.Possible, p)
	a.equal("WOW earned in "+s.Section, s.WowEarned, we)
	a.equal("WOW on offer in "+s.Section, s.WowAvailable, wa)
	if a.trace.Policy.Wow != programme.WowSeparate {
		e = plus(e, we)
	}
	if a.trace.Policy.Wow == programme.WowExpected {
		p = plus(p, wa)
	}
	for _, c := range a.trace.Criticals {
		if c.Effect == programme.ZeroSection && c.Section == s.Section {
			e = rat(0)
		}
	}
	a.equal("counted in "+s.Section, s.Counted, e)
	a.equal("of in "+s.Section, s.Of, p)
	if p.Sign() > 0 {
		a.equal("the fraction of "+s.Section, s.Fraction, ratioOf(e, p))
	}
	return e, p
}

func (a *adder) completeness() *int {
	answered, applicable := rat(0), rat(0)
	for _, q := range a.trace.Questions {
		switch q.State {
		case StateAnswered:
			answered, applicable = plus(answered, a.amount(q.Possible)), plus(applicable, a.amount(q.Possible))
		case StateMissing, StateNotObserved, StateExpired:
			applicable = plus(applicable, a.amount(q.Possible))
		case StateHidden, StateNA, StateWaiting:
		}
	}
	if applicable.Sign() == 0 {
		return nil
	}
	bp := int(halfUp(ratioOf(answered, applicable), bpOne))
	return &bp
}

func (a *adder) check(r Result) {
	var base, final *int
	if score := a.total(); score != nil {
		a.equal("the score", a.trace.Total.Score, score)
		bp := int(halfUp(score, bpOne))
		limit := bp
		for _, c := range a.trace.Criticals {
			if c.CapBP != nil {
				limit = min(limit, *c.CapBP)
			}
		}
		base, final = &bp, &limit
	}
	diff := cmp.Diff(base, r.BaseBP) + cmp.Diff(final, r.FinalBP) + cmp.Diff(a.completeness(), r.CompletenessBP)
	if diff != "" {
		a.fail("adding the trace up gives another score (-by hand +engine):\n%s", diff)
	}
}

func TestAddingUpTheTraceByHandGivesTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		c := Compile(p)
		printed := mustJSON(t, c.Trace(in))
		a := adder{fail: t.Fatalf}
		if err := json.Unmarshal(printed, &a.trace); err != nil {
			t.Fatal(err)
		}
		a.check(c.Score(in))
	})
}

func TestAddingUpTheTraceOfTheWorkedExamplesGivesTheirScore(t *testing.T) {
	for _, g := range goldenCases(t) {
		c := Compile(demoProgramme(t, g.Programme))
		in, _ := newLineReader(c).read(g.Visit)
		r, trace := c.ScoreTrace(in)
		(&adder{fail: t.Fatalf, trace: trace}).check(r)
	}
}

func TestTheTraceSaysWhyAQuestionDidOrDidNotCount(t *testing.T) {
	hidden := yesNo("A2", 100)
	hidden.ShowIf = &programme.Condition{Root: programme.Node{
		Op: programme.OpEq, Subject: "A1", Values: []programme.Value{{Text: "no", IsText: true}},
	}}
	na := yesNo("A3", 100)
	na.NAAllowed = true
	p := flatProgramme(yesNo("A1", 100), hidden, na, yesNo("A4", 100), yesNo("A5", 100), programme.Question{ID: "A6", Kind: programme.Text})
	tr := Compile(p).Trace(visit("A1", "yes", "A3", programme.NA, "A4", programme.NotObserved, "A6", "words"))
	for i, want := range []struct {
		state State
		why   string
	}{
		{StateAnswered, "its points count"},
		{StateHidden, "not asked"},
		{StateNA, "does not apply"},
		{StateNotObserved, "completeness is lower"},
		{StateMissing, "no answer"},
		{StateAnswered, "carries no points"},
	} {
		q := tr.Questions[i]
		if q.State != want.state || !strings.Contains(q.Why, want.why) || q.Counts != (i == 0) {
			t.Errorf("%s: %s, %q, counts %v", q.Question, q.State, q.Why, q.Counts)
		}
	}
}

func TestExactAmountsReadAndWriteThemselves(t *testing.T) {
	for text, want := range map[Exact]string{"3.5": "3.5", "7/3": `"7/3"`, "0": "0", "": `""`, "120": "120"} {
		out, err := json.Marshal(text)
		if err != nil || string(out) != want {
			t.Errorf("%q is written %s, %v", text, out, err)
		}
		var back Exact
		if err := json.Unmarshal(out, &back); err != nil || back != text {
			t.Errorf("%s is read %q, %v", out, back, err)
		}
	}
	for _, bad := range []string{`"x"`, `"1e5"`, `"0x1"`, `{}`, `true`, `"1/0"`} {
		var e Exact
		if json.Unmarshal([]byte(bad), &e) == nil {
			t.Errorf("%s was read as %q", bad, e)
		}
	}
	if _, err := json.Marshal(Exact("many")); err == nil {
		t.Error("a word was written as an amount")
	}
}
