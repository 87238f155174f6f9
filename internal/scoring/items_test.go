package scoring

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/programme"
)

// mute takes points and criticals from one question and leaves all else.
func mute(p *programme.Programme, id string) *programme.Programme {
	q := *p
	q.Sections = slices.Clone(p.Sections)
	for i := range q.Sections {
		q.Sections[i].Questions = slices.Clone(q.Sections[i].Questions)
		for j := range q.Sections[i].Questions {
			if x := &q.Sections[i].Questions[j]; x.ID == id {
				x.Points, x.HasPoints, x.Cap, x.HasCap, x.Bands, x.Critical = 0, false, 0, false, nil, nil
				x.Good.Points, x.Wow.Points = 0, 0
				x.Options = slices.Clone(x.Options)
				for k := range x.Options {
					x.Options[k].Points, x.Options[k].Critical = 0, nil
				}
			}
		}
	}
	return &q
}

// witnessesOf counts the questions of a standard that can decide it.
func witnessesOf(p *programme.Programme, standard string) (n int) {
	for _, q := range questionsOf(p) {
		critical := q.Critical != nil || slices.ContainsFunc(q.Options, func(o programme.Option) bool { return o.Critical != nil })
		if q.Standard == standard && (q.PossibleGood() > 0 || q.PossibleWow() > 0 || critical) {
			n++
		}
	}
	return n
}

func TestWhatAQuestionDecidesIsWhatAScoreWithoutItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		whole, items := naiveScore(p, in), Compile(p).Items(in)
		for i, q := range questionsOf(p) {
			it := &items[i]
			without := naiveScore(mute(p, q.ID), in)
			if it.Level != (without.Level != whole.Level) {
				t.Fatalf("%s turns the level: %v; it is %s, without it %s", q.ID, it.Level, whole.Level, without.Level)
			}
			at := slices.IndexFunc(p.Standards, func(s programme.Standard) bool { return s.ID == q.Standard })
			if at < 0 || witnessesOf(p, q.Standard) < 2 {
				if it.Witness {
					t.Fatalf("%s is no witness beside others", q.ID)
				}
				continue
			}
			a, b := whole.Standards[at], without.Standards[at]
			if it.Turned() != (a.Outcome != b.Outcome || a.WowOffered != b.WowOffered) {
				t.Fatalf("%s turns %s: %v (%+v); with it %s, without it %s", q.ID, q.Standard, it.Turned(), it, a.Outcome, b.Outcome)
			}
			if it.Witness && (it.Outcome != a.Outcome || it.Without != b.Outcome || it.WowOffered != a.WowOffered || it.WowOffers != b.WowOffered) {
				t.Fatalf("%s: %+v; with it %+v, without it %+v", q.ID, it, a, b)
			}
		}
	})
}

func TestLookingAtQuestionsOneByOneLeavesTheScoreAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, in := drawCase(t, wild)
		c := Compile(p)
		want := c.Score(in)
		c.Items(in)
		same(t, "after", want, c.Score(in))
	})
}

func TestTheMarkOfAQuestionAndOfTheRestOfItsSection(t *testing.T) {
	reversed := yesNo("E", 2)
	reversed.Reverse = true
	asked := rating("F", 0, 0, 10)
	asked.HasPoints = false
	p := flatProgramme(yesNo("A", 2), levelQuestion("B", 3, 1), wowQuestion("C", 2), rating("D", 10, 1, 5), reversed, asked)
	items := Compile(p).Items(visit("A", "yes", "B", "good", "C", "no", "D", 4, "E", "yes", "F", 3))
	for i, want := range []struct{ mark, rest int }{
		// points: A 2/2, B 3/4, C 0/2, D 7.5/10, E 0/2: 12.5 of 20
		{10_000, 10_500_00 / 180}, {7_500, 9_500_00 / 160}, {0, 12_500_00 / 180}, {7_500, 5_000_00 / 100}, {0, 12_500_00 / 180}, {3_000, 12_500_00 / 200},
	} {
		it := items[i]
		if !it.Marked || !it.Paired || it.MarkBP != want.mark || abs(it.RestBP-want.rest) > 1 {
			t.Errorf("question %d: mark %d, rest %d; want %+v", i+1, it.MarkBP, it.RestBP, want)
		}
	}
	alone := Compile(flatProgramme(yesNo("A", 2))).Items(visit("A", "no"))
	if !alone[0].Marked || alone[0].Paired || alone[0].MarkBP != 0 {
		t.Errorf("a question alone in its section: %+v", alone[0])
	}
	if unanswered := Compile(p).Items(visit("A", "na")); unanswered[0].Marked || unanswered[1].Marked || !unanswered[1].Asked() {
		t.Errorf("without answers: %+v", unanswered[:2])
	}
}

func abs(n int) int { return max(n, -n) }

func BenchmarkItems40(b *testing.B) {
	for _, weighted := range flatOrNot {
		p, in, _ := fortyQuestions(b, programme.WowExpected, weighted)
		c := Compile(p)
		b.ReportAllocs()
		b.Run(map[bool]string{false: "flat", true: "weighted"}[weighted], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Items(in)
			}
		})
	}
}
