package programme_test

import (
	"regexp"
	"slices"
	"testing"

	"plainclothes/internal/programme"
)

// seriesExample is a programme with two standards and a question of most kinds.
func seriesExample() *programme.Programme {
	cond := func(v string) *programme.Condition {
		return &programme.Condition{Source: "scenario == '" + v + "'", Root: programme.Node{
			Op: programme.OpEq, Subject: "scenario", Values: []programme.Value{{Text: v, IsText: true}},
		}}
	}
	return &programme.Programme{
		Key: "tea", Name: "Tea", Policy: programme.Policy{
			Wow: programme.WowSeparate, BonusCapBP: 10_000, MinCompleteness: 8_000,
			Weights: []programme.SectionWeight{{Section: "A", Weight: 10}, {Section: "B", Weight: 20}},
		},
		Levels: programme.Levels{GoodMinBP: 8_000},
		Standards: []programme.Standard{
			{ID: "K1", Title: "Greeting", Good: "Within a minute", Why: "They notice", GoodTargetBP: 8_500, Weight: 1, MetShareBP: 10_000, WowShareBP: 5_000},
			{ID: "K2", Title: "Till", GoodTargetBP: 9_000, Weight: 2, MetShareBP: 10_000, WowShareBP: 5_000},
		},
		Sections: []programme.Section{
			{ID: "A", Title: "Arrival", Questions: []programme.Question{
				{ID: "A1", Kind: programme.YesNo, Text: "Greeted?", Standard: "K1", Points: 200, Required: true, ShowIf: cond("buyer")},
				{ID: "A2", Kind: programme.Choice, Text: "How?", Standard: "K1", Options: []programme.Option{
					{Code: "warm", Label: "Warmly", Points: 300, HasPoints: true},
					{Code: "cold", Label: "Coldly", HasPoints: true, Critical: &programme.Critical{Effect: programme.Flag}},
				}},
				{ID: "A3", Kind: programme.Text, Text: "The story", Hint: "What happened?"},
			}},
			{ID: "B", Title: "Till", ShowIf: cond("buyer"), Questions: []programme.Question{
				{
					ID: "B1", Kind: programme.Duration, Text: "How long?", Standard: "K2", Unit: "s",
					Bands: []programme.Band{{UpTo: 600_000, Points: 300}, {Open: true}},
				},
				{
					ID: "B2", Kind: programme.YesNo, Text: "Receipt?", Standard: "K2", Points: 100,
					Critical: &programme.Critical{When: []string{"no"}, Effect: programme.FailVisit},
				},
			}},
		},
	}
}

func TestASeriesIsTwelveHexCharactersAndTheSameEveryTime(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{12}$`)
	for _, of := range []func() string{
		func() string { return programme.Series(seriesExample(), "K1") },
		func() string { return programme.Series(seriesExample(), "K2") },
		func() string { return programme.ScoreSeries(seriesExample()) },
	} {
		if s := of(); !shape.MatchString(s) || s != of() {
			t.Fatalf("series %q, then %q", s, of())
		}
	}
	if s := programme.Series(seriesExample(), "K9"); s != "" {
		t.Fatalf("a standard that is not there has series %q", s)
	}
}

// change is an edit of the programme and what it begins anew.
type change struct {
	edit          func(p *programme.Programme)
	first, second bool // a new series of K1, of K2
	score         bool // a new series of the score
}

// q gives a question of the example.
func q(p *programme.Programme, id string) *programme.Question {
	x, _, _ := p.Question(id)
	return x
}

func TestWhatStandardsAskForKeepsTheirSeriesAndWhatTheyMeasureBeginsANewOne(t *testing.T) {
	for name, c := range map[string]change{
		"a target":                 {edit: func(p *programme.Programme) { p.Standards[0].GoodTargetBP = 9_000 }},
		"a WOW target":             {edit: func(p *programme.Programme) { p.Standards[0].WowTargetBP = 2_000 }},
		"title, words and reason":  {edit: func(p *programme.Programme) { s := &p.Standards[0]; s.Title, s.Good, s.Wow, s.Why = "a", "b", "c", "d" }},
		"weight and criticality":   {edit: func(p *programme.Programme) { p.Standards[0].Weight, p.Standards[0].Criticality = 9, programme.Major }},
		"levels":                   {edit: func(p *programme.Programme) { p.Levels.GoodMinBP = 9_000 }},
		"a hint":                   {edit: func(p *programme.Programme) { q(p, "A1").Hint = "A nod counts" }},
		"a question without marks": {edit: func(p *programme.Programme) { q(p, "A3").Text = "Tell it" }},
		"order of questions":       {edit: func(p *programme.Programme) { slices.Reverse(p.Sections[0].Questions) }},
		"order of sections":        {edit: func(p *programme.Programme) { slices.Reverse(p.Sections) }},
		"order of options":         {edit: func(p *programme.Programme) { slices.Reverse(q(p, "A2").Options) }},
		"order of weights":         {edit: func(p *programme.Programme) { slices.Reverse(p.Policy.Weights) }},
		"spaces": {edit: func(p *programme.Programme) {
			q(p, "A1").Text, q(p, "A1").ShowIf.Source = " Greeted? ", "scenario=='buyer'"
		}},
		"points":                {edit: func(p *programme.Programme) { q(p, "A1").Points = 300 }, first: true, score: true},
		"words of a question":   {edit: func(p *programme.Programme) { q(p, "A1").Text = "Greeted in 30 s?" }, first: true, score: true},
		"option points":         {edit: func(p *programme.Programme) { q(p, "A2").Options[0].Points = 100 }, first: true, score: true},
		"an option's critical":  {edit: func(p *programme.Programme) { q(p, "A2").Options[1].Critical = nil }, first: true, score: true},
		"does not apply":        {edit: func(p *programme.Programme) { q(p, "A1").NAAllowed = true }, first: true, score: true},
		"reverse":               {edit: func(p *programme.Programme) { q(p, "A1").Reverse = true }, first: true, score: true},
		"a condition":           {edit: func(p *programme.Programme) { q(p, "A1").ShowIf = nil }, first: true, score: true},
		"a band":                {edit: func(p *programme.Programme) { q(p, "B1").Bands[0].UpTo = 900_000 }, second: true, score: true},
		"a section's condition": {edit: func(p *programme.Programme) { p.Sections[1].ShowIf = nil }, second: true, score: true},
		"a critical":            {edit: func(p *programme.Programme) { q(p, "B2").Critical.Effect = programme.Flag }, second: true, score: true},
		"the met share":         {edit: func(p *programme.Programme) { p.Standards[0].MetShareBP = 9_000 }, first: true},
		"the partial share":     {edit: func(p *programme.Programme) { p.Standards[0].PartialShareBP = 4_000 }, first: true},
		"the WOW share":         {edit: func(p *programme.Programme) { p.Standards[1].WowShareBP = 9_000 }, second: true},
		"the witness":           {edit: func(p *programme.Programme) { q(p, "A2").Standard = "K2" }, first: true, second: true},
		"section weights":       {edit: func(p *programme.Programme) { p.Policy.Weights[0].Weight = 11 }, score: true},
		"the WOW policy":        {edit: func(p *programme.Programme) { p.Policy.Wow = programme.WowBonus }, score: true},
		"completeness":          {edit: func(p *programme.Programme) { p.Policy.MinCompleteness = 5_000 }, score: true},
	} {
		t.Run(name, func(t *testing.T) {
			was, is := seriesExample(), seriesExample()
			c.edit(is)
			for what, got := range map[string]struct{ changed, want bool }{
				"K1":    {programme.Series(was, "K1") != programme.Series(is, "K1"), c.first},
				"K2":    {programme.Series(was, "K2") != programme.Series(is, "K2"), c.second},
				"score": {programme.ScoreSeries(was) != programme.ScoreSeries(is), c.score},
			} {
				if got.changed != got.want {
					t.Errorf("%s: new series %v, want %v", what, got.changed, got.want)
				}
			}
		})
	}
}
