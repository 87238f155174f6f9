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
