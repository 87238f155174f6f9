package scoring

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/programme"
)

var levelRank = map[Level]int{NotScorable: 1, Failed: 2, Below: 3, Good: 4, WOW: 5}

var smallKinds = []programme.Kind{
	programme.YesNo, programme.Choice, programme.Multi, programme.Rating, programme.Number, programme.LevelKind, programme.WowKind,
}

// collect scores every way of giving the missing answers with which the visit may be sealed: nothing that is asked,
// required and not fixed is missing.
func collect(c *Checklist, in Input, fixed map[string]bool) seen {
	var s seen
	in.Answers = maps.Clone(in.Answers)
	var fill func(at int)
	fill = func(at int) {
		if at == len(c.items) {
			if sealable(c, in, fixed) {
				s.add(c.Score(in))
			}
			return
		}
		q := c.items[at].q
		if _, answered := in.Answers[q.ID]; answered || fixed[q.ID] {
			fill(at + 1)
			return
		}
		for _, a := range listAnswers(q) {
			in.Answers[q.ID] = a
			fill(at + 1)
		}
		delete(in.Answers, q.ID)
	}
	fill(0)
	return s
}

func sealable(c *Checklist, in Input, fixed map[string]bool) bool {
	s := c.sheet(&in)
	defer c.put(s)
	for i := range s.marks {
		if q := c.items[i].q; s.marks[i].state == StateMissing && q.Required && !fixed[q.ID] {
			return false
		}
	}
	return true
}

func ways(p *programme.Programme, in Input) int {
	n := 1
	for _, q := range questionsOf(p) {
		if _, ok := in.Answers[q.ID]; !ok && n < 1e6 {
			n *= len(listAnswers(q))
		}
	}
	return n
}

// seen collects what completions come to.
type seen struct {
	n           int
	base, final [2]int
	level       [2]int
	scored      bool
	empty       bool
}

func (s *seen) add(r Result) {
	if s.n == 0 {
		s.level = [2]int{levelRank[r.Level], levelRank[r.Level]}
	}
	s.n++
	s.level = widen(s.level, levelRank[r.Level])
	if r.BaseBP == nil {
		s.empty = true
		return
	}
	if !s.scored {
		s.base, s.final = [2]int{*r.BaseBP, *r.BaseBP}, [2]int{*r.FinalBP, *r.FinalBP}
	}
	s.scored = true
	s.base, s.final = widen(s.base, *r.BaseBP), widen(s.final, *r.FinalBP)
}

func widen(r [2]int, n int) [2]int { return [2]int{min(r[0], n), max(r[1], n)} }

func previewCase(t *rapid.T, r recipe) (*Checklist, Input) {
	p := drawProgramme(t, r)
	in := Input{Context: drawContext(t), Answers: programme.Answers{}}
	for _, q := range questionsOf(p) {
		if a := pick1(t, q.ID, listAnswers(q)); a.State != programme.Missing && rapid.Bool().Draw(t, "known") {
			in.Answers[q.ID] = a
		}
	}
	if ways(p, in) > 20_000 {
		t.Skip("too many completions to list")
	}
	return Compile(p), in
}

func TestThePreviewContainsEveryCompletion(t *testing.T) {
	r := wild
	r.small, r.kinds, r.stages = true, smallKinds, false
	rapid.Check(t, func(t *rapid.T) {
		c, in := previewCase(t, r)
		got := c.Preview(in)
		s := collect(c, in, nil)
		if s.n == 0 {
			return
		}
		contains(t, got, s, describe(c.p, in))
	})
}

func contains(t *rapid.T, got Range, s seen, about string) {
	t.Helper()
	if s.scored {
		if got.Worst.BaseBP == nil || *got.Worst.BaseBP > s.base[0] || *got.Best.BaseBP < s.base[1] {
			t.Fatalf("base: %v is outside %s\n%s", s.base, show(got), about)
		}
		if *got.Worst.FinalBP > s.final[0] || *got.Best.FinalBP < s.final[1] {
			t.Fatalf("final: %v is outside %s\n%s", s.final, show(got), about)
		}
	}
	if s.empty && !got.Empty {
		t.Fatalf("a completion leaves nothing to score, and the preview does not say so\n%s", about)
	}
	if levelRank[got.Worst.Level] > s.level[0] || levelRank[got.Best.Level] < s.level[1] {
		t.Fatalf("levels %v are outside %s\n%s", s.level, show(got), about)
	}
}

func show(r Range) string {
	out, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

func TestThePreviewIsTightWhereNothingDependsOnAMissingAnswer(t *testing.T) {
	r := plain
	r.small, r.kinds = true, []programme.Kind{
		programme.YesNo, programme.Choice, programme.Rating, programme.Number, programme.LevelKind, programme.WowKind,
	}
	rapid.Check(t, func(t *rapid.T) {
		c, in := previewCase(t, r)
		got, s := c.Preview(in), collect(c, in, nil)
		if !s.scored {
			if got.Worst.BaseBP != nil {
				t.Fatalf("a score for nothing: %s", show(got))
			}
			return
		}
		if [2]int{*got.Worst.BaseBP, *got.Best.BaseBP} != s.base || got.Empty != s.empty {
			t.Fatalf("completions reach %v (empty %v), the preview says %s\n%s", s.base, s.empty, show(got), describe(c.p, in))
		}
	})
}

func TestThePreviewOfACompleteVisitIsItsScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t, wild)
		in := drawFull(t, p)
		c := Compile(p)
		r, got := c.Score(in), c.Preview(in)
		if r.BaseBP == nil {
			if got.Worst.BaseBP != nil || got.Best.BaseBP != nil || !got.Empty {
				t.Fatalf("nothing to score, but %s", show(got))
			}
			return
		}
		for _, b := range []Bound{got.Worst, got.Best} {
			if *b.BaseBP != *r.BaseBP || *b.FinalBP != *r.FinalBP || b.Level != r.Level {
				t.Fatalf("score %s, preview %s", r.Wire(), show(got))
			}
		}
		if len(got.Open) > 0 {
			t.Fatalf("nothing is missing, but %v", got.Open)
		}
	})
}

func TestThePreviewOfStagesContainsEveryLaterStage(t *testing.T) {
	r := wild
	r.small, r.kinds = true, smallKinds
	rapid.Check(t, func(t *rapid.T) {
		c, in := previewCase(t, r)
		drawStages(t, &in)
		if in.Stages == nil {
			return
		}
		got := c.Preview(in)
		if in.Final { // nothing can be added any more
			var s seen
			s.add(c.Score(in))
			contains(t, got, s, describe(c.p, in))
			return
		}
		fixed := sealedQuestions(c, in)
		in.Stages = nil
		if s := collect(c, in, fixed); s.n > 0 {
			contains(t, got, s, describe(c.p, in))
		}
	})
}

// sealedQuestions are the questions of the stages that are sealed: what is missing there stays missing.
func sealedQuestions(c *Checklist, in Input) map[string]bool {
	sealed := map[string]bool{}
	for i := range c.items {
		stage := c.stageOf(c.items[i].section, in.Context.Scenario)
		sealed[c.items[i].q.ID] = slices.Contains(in.Stages, stage)
	}
	return sealed
}

func TestThePreviewOfMissingCriticals(t *testing.T) {
	zero := programme.Critical{Effect: programme.ZeroSection, Section: "A"}
	for _, c := range []struct {
		name        string
		critical    programme.Critical
		base, final [2]int
		worst, best Level
	}{
		{"a cap", programme.Critical{Effect: programme.CapVisit, CapBP: 6_900}, [2]int{9_000, 10_000}, [2]int{6_900, 10_000}, Below, Good},
		{"a zeroed section", zero, [2]int{0, 10_000}, [2]int{0, 10_000}, Below, Good},
		{"a failed visit", programme.Critical{Effect: programme.FailVisit}, [2]int{9_000, 10_000}, [2]int{9_000, 10_000}, Failed, Good},
	} {
		p := flatProgramme(yesNo("A1", 900), onNo(yesNo("A2", 100), c.critical))
		p.Sections[0].Questions[1].MustObserve = true
		got := Compile(p).Preview(visit("A1", "yes"))
		wantBP(t, c.name+", worst base", got.Worst.BaseBP, c.base[0])
		wantBP(t, c.name+", best base", got.Best.BaseBP, c.base[1])
		wantBP(t, c.name+", worst final", got.Worst.FinalBP, c.final[0])
		wantBP(t, c.name+", best final", got.Best.FinalBP, c.final[1])
		if got.Worst.Level != c.worst || got.Best.Level != c.best || !slices.Equal(got.Open, []string{"A2"}) || got.Empty {
			t.Errorf("%s: %s", c.name, show(got))
		}
		fired := Compile(p).Preview(visit("A2", "no", "A1", "yes"))
		if want := Compile(p).Score(visit("A2", "no", "A1", "yes")); *fired.Best.FinalBP != *want.FinalBP || fired.Best.Level != want.Level {
			t.Errorf("%s, fired: %s", c.name, show(fired))
		}
	}
}

func TestThePreviewTakesTheLowestOfTheCapsThatMayCome(t *testing.T) {
	p := flatProgramme(yesNo("A1", 900), capped(yesNo("A2", 50), 5_000), capped(yesNo("A3", 50), 7_000))
	c := Compile(p)
	wantBP(t, "worst of two to come", c.Preview(visit("A1", "yes")).Worst.FinalBP, 5_000)
	got := c.Preview(visit("A1", "yes", "A3", "no"))
	wantBP(t, "worst with one fired", got.Worst.FinalBP, 5_000)
	wantBP(t, "best with one fired", got.Best.FinalBP, 7_000)
}

func TestThePreviewLetsAWholeSectionStayWithoutAnswers(t *testing.T) {
	p := flatProgramme(yesNo("A1", 100))
	weigh(p, "A", 50)
	withSection(p, "B", 50, rating("B1", 100, 0, 10))
	q := &p.Sections[0].Questions[0]
	// A may only bring 0 or be left out: its best is worse than leaving it out.
	*q = programme.Question{ID: "A1", Kind: programme.Choice, Required: true, Options: []programme.Option{
		{Code: "a", Points: 50, HasPoints: true}, {Code: "b", Points: 100, HasPoints: true},
	}}
	in := visit("B1", 2) // 20 %; A brings 50 to 100 %, or nothing at all
	got := Compile(p).Preview(in)
	wantBP(t, "worst", got.Worst.BaseBP, 2_000)
	wantBP(t, "best", got.Best.BaseBP, 6_000)
	q.MustObserve = true
	wantBP(t, "worst when A must be observed", Compile(p).Preview(in).Worst.BaseBP, 3_500)
}

func TestThePreviewCountsAnAnswerThatMayBeHiddenBothWays(t *testing.T) {
	is := func(id, code string) *programme.Condition {
		return &programme.Condition{Root: programme.Node{Op: programme.OpEq, Subject: id, Values: []programme.Value{{Text: code, IsText: true}}}}
	}
	a2, a3 := yesNo("A2", 100), yesNo("A3", 100)
	a2.ShowIf, a3.ShowIf = is("A1", "yes"), is("A2", "yes")
	first := yesNo("A1", 0)
	p := flatProgramme(first, a2, a3, yesNo("A4", 100))
	// A1 is open: A2 (yes) and with it A3 (no) may be hidden or not.
	got := Compile(p).Preview(visit("A2", "yes", "A3", "no", "A4", "no"))
	wantBP(t, "worst", got.Worst.BaseBP, 0)
	wantBP(t, "best", got.Best.BaseBP, 5_000)
	if p.Sections[0].Questions[0].Points = 100; !slices.Equal(Compile(p).Preview(visit()).Open, []string{"A1", "A4"}) {
		t.Errorf("open are %v", Compile(p).Preview(visit()).Open)
	}
	p.Sections[0].Questions[0].Points = 0
	got = Compile(p).Preview(visit("A2", "yes", "A3", "yes", "A4", "yes"))
	wantBP(t, "all yes", got.Worst.BaseBP, 10_000)
	got = Compile(p).Preview(visit("A2", "no", "A3", "no", "A4", "yes")) // A3 is hidden whatever A1 is
	wantBP(t, "A3 hidden for certain", got.Worst.BaseBP, 5_000)
}

func TestTheEndsOfAFractionAreThoseOfAllWaysOfTakingThePicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		picks := make([]pick, rapid.IntRange(0, 6).Draw(t, "picks"))
		for i := range picks {
			lo := rapid.Uint64Range(0, 5).Draw(t, "lo")
			picks[i] = pick{
				lo: whole(lo), hi: whole(lo + rapid.Uint64Range(0, 3).Draw(t, "more")),
				of: whole(rapid.Uint64Range(0, 5).Draw(t, "of")), optional: rapid.Bool().Draw(t, "optional"),
			}
		}
		for _, best := range []bool{false, true} {
			want, wantOK := extremeByTrying(picks, best)
			got, ok := extreme(picks, best)
			if ok != wantOK || ok && got.cmp(want) != 0 {
				t.Fatalf("best %v of %v: %s %v, trying gives %s %v", best, picks, got.rat(), ok, want.rat(), wantOK)
			}
		}
	})
}

func extremeByTrying(picks []pick, best bool) (num, bool) {
	var found num
	ok := false
	for mask := range 1 << len(picks) {
		var e, of num
		fits := true
		for i, p := range picks {
			taken := mask&(1<<i) != 0
			fits = fits && (taken || p.optional)
			if taken {
				e, of = e.add(choose(best, p.hi, p.lo)), of.add(p.of)
			}
		}
		if !fits || of.zero() {
			continue
		}
		if f := e.over(of); !ok || (f.cmp(found) > 0) == best && f.cmp(found) != 0 {
			found, ok = f, true
		}
	}
	return found, ok
}
