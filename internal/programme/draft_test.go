package programme

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/fault"
)

// sketch is a draft with one question.
func sketch() *Programme {
	return &Programme{
		Key: "small", Name: "Small", Visit: VisitPlan{Minutes: 5, ReportDueHours: 2, VisitsPerBranch: 1, Wave: WaveMonthly},
		Scenarios: []Scenario{{ID: "visit", Title: "Visit", Share: 100}}, Policy: Policy{Wow: WowSeparate},
		Sections: []Section{{ID: "A", Title: "Arriving", Questions: []Question{{ID: "A1", Kind: YesNo, Text: "Was it clean?", Required: true}}}},
	}
}

func TestADraftThatLacksSomethingIsReadAndSaysWhat(t *testing.T) {
	cases := map[string]struct {
		change  func(p *Programme)
		path    string
		message string
	}{
		"no text":      {func(p *Programme) { p.Sections[0].Questions[0].Text = "" }, "sections[0].questions[0].text", "The text is not filled in."},
		"no title":     {func(p *Programme) { p.Sections[0].Title = "" }, "sections[0].title", "The title is not filled in."},
		"no questions": {func(p *Programme) { p.Sections[0].Questions = nil }, "sections[0].questions", "There are no questions yet. Add at least one."},
		"no sections":  {func(p *Programme) { p.Sections = nil }, "sections", "There are no sections yet. Add at least one."},
		"no scenarios": {func(p *Programme) { p.Scenarios = nil }, "scenarios", "There are no scenarios yet. Add at least one."},
		"no minutes":   {func(p *Programme) { p.Visit.Minutes = 0 }, "visit.minutes", "The length of a visit in minutes is not filled in."},
		"no wave":      {func(p *Programme) { p.Visit.Wave = "" }, "visit.wave", "The wave is not filled in."},
		"no options":   {func(p *Programme) { p.Sections[0].Questions[0].Kind = Choice }, "sections[0].questions[0].options", "There are no options yet. Add at least one."},
		"no scale": {
			func(p *Programme) { p.Sections[0].Questions[0].Kind = Rating }, "sections[0].questions[0].scale",
			"The lower end comes first and is smaller than the upper end, such as 0 and 10.",
		},
		"a condition that nobody understands": {
			func(p *Programme) { p.Sections[0].ShowIf = &Condition{Source: "B7 == 'yes'"} }, "sections[0].show_if", "At character 1: There is no question",
		},
		"shares": {func(p *Programme) { p.Scenarios[0].Share = 40 }, "scenarios", "The shares of the scenarios add up to 40."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := sketch()
			c.change(p)
			got, problems, err := FromDraft(p.Canonical())
			if err != nil || len(problems) == 0 || problems[0].Path != c.path || !strings.HasPrefix(problems[0].Message, c.message) || problems[0].Line != 0 {
				t.Fatalf("problems %+v, %v", problems, err)
			}
			if !got.Equal(p) {
				t.Error("something was lost")
			}
			if _, err := FromCanonical(p.Canonical()); err == nil {
				t.Error("a published version may be unfinished")
			}
		})
	}
}

// TestADraftIsToldOfInTheWordsOfItsForm and not in those of the file, which its writer does not see.
func TestADraftIsToldOfInTheWordsOfItsForm(t *testing.T) {
	timed := func(bands ...Band) *Programme {
		p := sketch()
		q := &p.Sections[0].Questions[0]
		q.Kind, q.Unit, q.Bands = Duration, "s", bands
		return p
	}
	with := func(change func(p *Programme)) *Programme {
		p := sketch()
		change(p)
		return p
	}
	first := func(p *Programme) *Question { return &p.Sections[0].Questions[0] }
	for want, p := range map[string]*Programme{
		"The last band takes everything above, so it has no limit. Leave that empty": timed(Band{UpTo: 30 * DecimalOne}),
		"Only the last band has no limit. Give this one a limit.":                    timed(Band{Open: true}, Band{Open: true}),
		"There is no feature \"parking\". Add it to the features first.":             with(func(p *Programme) { p.Scenarios[0].Requires = "parking" }),
		"Give one section a weight, or leave them all empty.":                        with(func(p *Programme) { p.Policy.Weights = []SectionWeight{{Section: "A"}} }),
		"What counts as partly met is more than what counts as met, 50 %.": with(func(p *Programme) {
			p.Standards = []Standard{{ID: "K1", Title: "Clean", Good: "Clean", MetShareBP: 5000, PartialShareBP: 6000}}
		}),
		"Leave the stage out, or add stages first.":         with(func(p *Programme) { p.Sections[0].Stage = "later" }),
		"so to forbid it means nothing here. Take it out.":  with(func(p *Programme) { first(p).MustObserve = true }),
		"Name the answers, or choose Always.":               with(func(p *Programme) { first(p).Comment = &CommentRule{OnFail: true} }),
		"cannot be listed. Choose Always, or ask a choice.": with(func(p *Programme) { first(p).Kind, first(p).Comment = Photo, &CommentRule{When: []string{"x"}} }),
	} {
		_, problems, err := FromDraft(p.Canonical())
		var all strings.Builder
		for _, x := range problems {
			all.WriteString(x.Message + "\n")
		}
		told := all.String()
		if !strings.Contains(told, want) {
			t.Errorf("%s, %v; want %s", told, err, want)
		}
		for _, word := range []string{"up_to", "section_weights", "_share", "top of the file", "must_observe means", "when:"} {
			if strings.Contains(told, word) {
				t.Errorf("%q is a word of the file: %s", word, told)
			}
		}
	}
}

func TestWhatNotEvenADraftHoldsIsRefusedWithItsPlace(t *testing.T) {
	cases := map[string]func(p *Programme){
		"sections[0].questions[0].points": func(p *Programme) { q := &p.Sections[0].Questions[0]; q.Points, q.HasPoints = -5, true },
		"sections[0].title":               func(p *Programme) { p.Sections[0].Title = strings.Repeat("x", maxLine+1) },
		"sections[0].questions[0].hint":   func(p *Programme) { p.Sections[0].Questions[0].Hint = "a\x00b" },
		"sections[0].stage":               func(p *Programme) { p.Sections[0].Stage = "not a word" },
		"visit.minutes":                   func(p *Programme) { p.Visit.Minutes = 5000 },
	}
	for path, change := range cases {
		p := sketch()
		change(p)
		for name, read := range map[string]func() (*Programme, Problems, error){
			"document": func() (*Programme, Problems, error) { return FromDraft(p.Canonical()) },
			"changed":  func() (*Programme, Problems, error) { return Redraft(p) },
		} {
			got, problems, err := read()
			if got != nil || !fault.Is(err, fault.Invalid) || len(problems) == 0 || problems[0].Path != path {
				t.Errorf("%s, %s: %+v, %v", path, name, problems, err)
			}
		}
	}
	for _, doc := range []string{"", "null", "[]", "{}", `{"format":"plainclothes/programme/v1","x":1}`, string(sketch().Canonical()) + " "} {
		if p, _, err := FromDraft([]byte(doc)); p != nil || err == nil {
			t.Errorf("%q is a draft: %v", doc, err)
		}
	}
}

func TestADraftWithoutProblemsIsSoundAndASoundProgrammeIsADraftWithoutProblems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		sound, problems := Check(p)
		if sound == nil {
			t.Fatal(problems)
		}
		got, left, err := FromDraft(sound.Canonical())
		if err != nil || len(left) > 0 || !got.Equal(sound) {
			t.Fatalf("%v %v", left, err)
		}
	})
}

func TestUnreachableQuestionsAreThoseThatNoVisitSees(t *testing.T) {
	p := sketch()
	yes := Question{Kind: YesNo, Text: "x", Required: true}
	for i, src := range []string{"", "A1 == 'yes' && A1 == 'no'", "A1 == 'yes'", "A3 == 'yes'", "A9 == 'oops'"} {
		q := yes
		q.ID = "A" + string(rune('2'+i))
		if src != "" {
			q.ShowIf = &Condition{Source: src}
		}
		p.Sections[0].Questions = append(p.Sections[0].Questions, q)
	}
	p, _, err := FromDraft(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(Unreachable(p), " "); got != "A3 A5" { // A6 cannot be understood, so nobody knows
		t.Errorf("got %q", got)
	}
	p.Sections[0].ShowIf = &Condition{Source: "scenario == 'visit' && scenario != 'visit'"}
	p, _, _ = Redraft(p)
	if got := Unreachable(p); len(got) != 6 {
		t.Errorf("in a section that nobody sees: %q", got)
	}
}

func TestAConditionIsReadAsIfItStoodAtAPlace(t *testing.T) {
	p := sketch()
	p.Features = []string{"garden"}
	p, _, err := Redraft(p)
	if err != nil {
		t.Fatal(err)
	}
	for src, ok := range map[string]bool{
		"branch.garden": true, "scenario == 'visit'": true, "A1 == 'yes'": false, "A1 == 'perhaps'": false, "branch.roof": false, "A1 ==": false,
	} {
		if _, err := p.ConditionAt(0, 0, src); (err == nil) != ok {
			t.Errorf("%q at the first question: %v", src, err)
		}
	}
	if n, err := p.ConditionAt(0, 1, "A1 == 'yes'"); err != nil || n.Subject != "A1" {
		t.Errorf("behind the first question: %v", err)
	}
}

func TestADraftOfAnythingNeverPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgramme(t)
		for i := range p.Sections {
			for j := range p.Sections[i].Questions {
				q := &p.Sections[i].Questions[j]
				switch rapid.IntRange(0, 8).Draw(t, "break") {
				case 0:
					q.Kind = rapid.SampledFrom(Kinds()).Draw(t, "kind")
				case 1:
					q.Options = nil
				case 2:
					q.ShowIf = &Condition{Source: rapid.SampledFrom([]string{"Q1", "x ==", "scenario", "branch.q", q.ID + " == 'x'"}).Draw(t, "condition")}
				case 3:
					q.Text, q.Bands, q.Unit = "", nil, ""
				}
			}
		}
		got, _, err := FromDraft(p.Canonical())
		if err != nil {
			return
		}
		Advice(got)
		Unreachable(got)
		Show(got, Context{Scenario: "buyer"}, nil)
		Gaps(got, Context{Scenario: "buyer"}, Report{})
		got.Export()
		PhoneForm(got, "buyer")
	})
}
