package programme

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/programme/demo"
)

func TestEveryProgrammeSurvivesExportAndImport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := drawProgramme(t)
		p, problems := Check(drawn)
		if p == nil {
			t.Fatalf("drawn programme is not sound: %v", problems)
		}
		canonical := p.Canonical()
		exported := p.Export()
		q, problems := Parse(exported)
		if q == nil {
			t.Fatalf("%v\n%s", problems, exported)
		}
		if !bytes.Equal(q.Canonical(), canonical) {
			t.Fatalf("export changed\n%s\ninto\n%s\nby\n%s", canonical, q.Canonical(), exported)
		}
		r, err := FromCanonical(canonical)
		if err != nil || !bytes.Equal(r.Canonical(), canonical) {
			t.Fatalf("%v\n%s", err, canonical)
		}
		q.src, q.ix, r.ix, p.ix = nil, nil, nil, nil
		if !reflect.DeepEqual(q, r) || !reflect.DeepEqual(p, r) {
			t.Fatalf("fields differ\n%+v\n%+v", q, r)
		}
		EachCondition(p, func(c *Condition) { c.Root = Node{} })
		if p.ix = nil; !reflect.DeepEqual(p, drawn) {
			t.Fatalf("writing and reading changed\n%+v\ninto\n%+v", drawn, p)
		}
		Lint(r)
	})
}

func TestTheDemoProgrammesSurviveExportAndImport(t *testing.T) {
	for _, name := range demo.Names() {
		src, _ := demo.File(name)
		p := mustParse(t, src)
		if q := mustParse(t, p.Export()); !q.Equal(p) {
			t.Errorf("%s: changed", name)
		}
		if again := mustParse(t, p.Export()).Export(); !bytes.Equal(again, p.Export()) {
			t.Errorf("%s: the second export differs", name)
		}
	}
}

// Readers of YAML 1.1 take more words for booleans, numbers and dates; none may meet one without quotes.
func TestWordsThatOtherReadersMisreadAreQuoted(t *testing.T) {
	for _, s := range []string{"yes", "No", "ON", "off", "y", "N", "true", "False", "null", "~", "1", "1.5", "0o7", "1e3", "12:30:00", "2026-11-21", "", ".5", "-", "a: b", "a #b", "=", "<<", "+6h"} {
		if got := yamlText(s); got != "'"+s+"'" {
			t.Errorf("%s is written as %s", s, got)
		}
	}
	for _, s := range []string{"Buyer", "on time", "a-b", "Größe", "no_answer_came"} {
		if got := yamlText(s); got != s {
			t.Errorf("%s is written as %s", s, got)
		}
	}
}

// Whatever a shopper answers, hidden questions stay hidden for conditions, and Show never depends on their answers.
func TestAnswersOfHiddenQuestionsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, problems := Check(drawProgramme(t))
		if p == nil {
			t.Fatal(problems)
		}
		answers := drawAnswers(t, p)
		ctx := Context{Scenario: rapid.SampledFrom([]string{"buyer", "no"}).Draw(t, "scenario"), Channel: "web", Features: p.Features}
		shown := Show(p, ctx, answers)
		kept := Answers{}
		for id, a := range answers {
			if shown.Question(id) {
				kept[id] = a
			}
		}
		again := Show(p, ctx, kept)
		if !reflect.DeepEqual(shown.sections, again.sections) || !reflect.DeepEqual(shown.questions, again.questions) {
			t.Fatal("hidden answers made a difference")
		}
		for _, g := range Gaps(p, ctx, Report{Answers: answers}) {
			if !shown.Question(g.Question) || !shown.Section(g.Section) || g.Message == "" {
				t.Fatalf("gap %+v at something hidden", g)
			}
		}
	})
}

// drawAnswers draws valid answers for about half of the questions.
func drawAnswers(t *rapid.T, p *Programme) Answers {
	answers := Answers{}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			if rapid.Bool().Draw(t, "answered") {
				answers[q.ID] = drawAnswer(t, q)
			}
		}
	}
	return answers
}

func drawAnswer(t *rapid.T, q *Question) Answer {
	if q.NAAllowed && rapid.IntRange(0, 4).Draw(t, "na") == 0 {
		return Answer{State: NA}
	}
	if q.MayBeNotObserved() && rapid.IntRange(0, 4).Draw(t, "not observed") == 0 {
		return Answer{State: NotObserved}
	}
	a := Answer{State: Answered}
	switch q.Kind {
	case YesNo, Choice, LevelKind, WowKind, Attention:
		a.Text = rapid.SampledFrom(q.Codes()).Draw(t, "code")
	case Multi:
		a.Codes = []string{}
		for i := range q.Options {
			if !q.Options[i].Exclusive && rapid.Bool().Draw(t, "chosen") {
				a.Codes = append(a.Codes, q.Options[i].Code)
			}
		}
	case Rating:
		a.Number = Decimal(rapid.IntRange(q.ScaleLo, q.ScaleHi).Draw(t, "step")) * DecimalOne
	case Number:
		a.Number = Decimal(rapid.Int64Range(-1e10, 1e10).Draw(t, "number"))
	case Duration:
		a.Number = Decimal(rapid.Int64Range(0, 1e8).Draw(t, "duration"))
	case Money:
		a.Number = Decimal(rapid.Int64Range(0, 1e6).Draw(t, "money")) * 100
	case Time:
		a.Text = clock(rapid.IntRange(0, 1439).Draw(t, "time"))
	case Date:
		a.Text = rapid.SampledFrom([]string{"2026-11-20", "2026-11-21", "2024-02-29"}).Draw(t, "date")
	case Text, Photo, Receipt, StaffName:
		a.Text = g0(t, "text")
	}
	return a
}

func TestEveryAnswerSurvivesTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, problems := Check(drawProgramme(t))
		if p == nil {
			t.Fatal(problems)
		}
		for i := range p.Sections {
			for j := range p.Sections[i].Questions {
				q := &p.Sections[i].Questions[j]
				a := drawAnswer(t, q)
				got, err := ParseAnswer(q, a.JSON(q))
				if err != nil || !reflect.DeepEqual(got, a) {
					t.Fatalf("%s %s: %+v became %+v, %v", q.Kind, a.JSON(q), a, got, err)
				}
			}
		}
	})
}
