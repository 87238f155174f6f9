package scoring

import (
	"testing"

	"plainclothes/internal/programme"
)

// flatProgramme has one section A, one standard K and the separate policy; levels at 80 and 90 %, half the WOW points.
func flatProgramme(qs ...programme.Question) *programme.Programme {
	return &programme.Programme{
		Key:       "table",
		Scenarios: []programme.Scenario{{ID: "buyer", Share: 100}},
		Policy:    programme.Policy{Wow: programme.WowSeparate, BonusCapBP: 10_000},
		Levels:    programme.Levels{GoodMinBP: 8_000, WowMinBP: 9_000, WowMinShareBP: 5_000},
		Standards: []programme.Standard{{ID: "K", MetShareBP: 10_000, WowShareBP: 5_000}},
		Sections:  []programme.Section{{ID: "A", Questions: qs}},
	}
}

// withSection adds a section, and its weight when that is not below 0.
func withSection(p *programme.Programme, id string, weight int, qs ...programme.Question) *programme.Programme {
	p.Sections = append(p.Sections, programme.Section{ID: id, Questions: qs})
	return weigh(p, id, weight)
}

func weigh(p *programme.Programme, id string, weight int) *programme.Programme {
	if weight >= 0 {
		p.Policy.Weights = append(p.Policy.Weights, programme.SectionWeight{Section: id, Weight: weight})
	}
	return p
}

func yesNo(id string, points programme.Points) programme.Question {
	return programme.Question{ID: id, Kind: programme.YesNo, Points: points, HasPoints: true, Standard: "K", Required: true}
}

func wowQuestion(id string, points programme.Points) programme.Question {
	return programme.Question{
		ID: id, Kind: programme.WowKind, Wow: programme.LevelText{Points: points, Set: true}, Standard: "K", Required: true,
	}
}

func levelQuestion(id string, good, wow programme.Points) programme.Question {
	return programme.Question{
		ID: id, Kind: programme.LevelKind, Standard: "K", Required: true,
		Good: programme.LevelText{Points: good, Set: true}, Wow: programme.LevelText{Points: wow, Set: true},
	}
}

func rating(id string, points programme.Points, lo, hi int) programme.Question {
	return programme.Question{
		ID: id, Kind: programme.Rating, Points: points, HasPoints: true, ScaleLo: lo, ScaleHi: hi, Standard: "K", Required: true,
	}
}

// onNo gives a yes_no question a critical on no.
func onNo(q programme.Question, cr programme.Critical) programme.Question {
	cr.When = []string{"no"}
	q.Critical = &cr
	return q
}

func capped(q programme.Question, bp int) programme.Question {
	return onNo(q, programme.Critical{Effect: programme.CapVisit, CapBP: bp})
}

// visit makes an input of pairs of question and answer: a text, an int or Decimal, a list of codes.
func visit(pairs ...any) Input {
	in := Input{Context: programme.Context{Scenario: "buyer"}, Answers: programme.Answers{}}
	for i := 0; i < len(pairs); i += 2 {
		in.Answers[pairs[i].(string)] = answer(pairs[i+1])
	}
	return in
}

func answer(v any) programme.Answer {
	a := programme.Answer{State: programme.Answered}
	switch x := v.(type) {
	case programme.AnswerState:
		a.State = x
	case string:
		a.Text = x
	case int:
		a.Number = programme.Decimal(x) * programme.DecimalOne
	case programme.Decimal:
		a.Number = x
	case []string:
		a.Codes = x
	}
	return a
}

func wantBP(t *testing.T, what string, got *int, want int) {
	t.Helper()
	switch {
	case got == nil:
		t.Errorf("%s is nil, want %d", what, want)
	case *got != want:
		t.Errorf("%s is %d, want %d", what, *got, want)
	}
}

func answerPoints(hundredths int) programme.Points { return programme.Points(hundredths) }
