package programme

import (
	"reflect"
	"strings"
	"testing"

	"plainclothes/internal/programme/demo"
)

func demoProgramme(t testing.TB, name string) *Programme {
	t.Helper()
	src, ok := demo.File(name)
	if !ok {
		t.Fatalf("no %s", name)
	}
	return mustParse(t, src)
}

// gapsAt gives kind and message of the gaps of one question.
func gapsAt(gaps []Gap, id string) string {
	var b strings.Builder
	for _, g := range gaps {
		if g.Question == id {
			b.WriteString(g.Section + " " + string(g.Kind) + ": " + g.Message + "\n")
		}
	}
	return b.String()
}

func TestGapsOfOneQuestion(t *testing.T) {
	words := strings.Repeat("é", 12)
	cases := []struct {
		name, question string
		a              Answer
		comment        string
		photos         int
		want           string
	}{
		{"not answered", qNumber, Answer{}, "", 0, "A answer: No answer yet.\n"},
		{"not answered, may be unseen", qYesNo, Answer{}, "", 0, "A answer: No answer yet. “Not seen” is an answer too.\n"},
		{"not answered, may not apply", with(qNumber, `"na_allowed": true`), Answer{}, "", 0, "A answer: No answer yet. “Does not apply” is an answer too.\n"},
		{"not answered, may be both", with(qYesNo, `"na_allowed": true`), Answer{}, "", 0, "A answer: No answer yet. “Not seen” and “Does not apply” are answers too.\n"},
		{"must observe", with(qYesNo, `"must_observe": true`), Answer{}, "", 0, "A answer: No answer yet.\n"},
		{"optional", with(qYesNo, `"required": false`), Answer{}, "", 0, ""},
		{"optional unless set", qText, Answer{}, "", 0, ""},
		{"name is optional", qName, Answer{}, "", 0, ""},
		{"answered", qYesNo, said("no"), "", 0, ""},
		{"does not apply", with(qYesNo, `"na_allowed": true`), Answer{State: NA}, "", 0, ""},
		{"does not apply, not allowed", qYesNo, Answer{State: NA}, "", 0, "A answer: This one always applies. Choose one of its answers.\n"},
		{"not seen", qYesNo, Answer{State: NotObserved}, "", 0, ""},
		{"not seen, must be", with(qYesNo, `"must_observe": true`), Answer{State: NotObserved}, "", 0, "A answer: This one needs an answer; “Not seen” is not among them.\n"},
		{"not seen, not scored", qNumber, Answer{State: NotObserved}, "", 0, "A answer: This one needs an answer; “Not seen” is not among them.\n"},
		{"required text", with(qText, `"required": true`), Answer{}, "", 0, "A answer: Say in a few words what you saw. At least 10 characters.\n"},
		{"short text", qText, said(" short  "), "", 0, "A answer: Say a little more. At least 10 characters; so far it is 5.\n"},
		{"text counted in characters", qText, said("éééééééééé"), "", 0, ""},
		{"photo wanted", with(qPhoto, `"required": true`), Answer{}, "", 0, "A photo: Add a photo.\n"},
		{"photo there", with(qPhoto, `"required": true`), Answer{}, "", 1, ""},
		{"photo optional", qPhoto, Answer{}, "", 0, ""},
		{"photo does not apply", with(qPhoto, `"required": true, "na_allowed": true`), Answer{State: NA}, "", 0, ""},
		{"receipt wanted", with(qReceipt, `"required": true`), Answer{}, "", 0, "A photo: Add a photo of the receipt.\n"},
		{"evidence", with(qYesNo, `"evidence": {"photo": "required"}`), said("yes"), "", 0, "A photo: Add a photo to this answer.\n"},
		{"evidence there", with(qYesNo, `"evidence": {"photo": "required"}`), said("yes"), "", 2, ""},
		{"no evidence of the unseen", with(qYesNo, `"evidence": {"photo": "required"}`), Answer{State: NotObserved}, "", 0, ""},
		{"evidence on fail", with(qYesNo, `"evidence": {"photo": "on_fail"}`), said("no"), "", 0, "A photo: Add a photo that shows what you saw.\n"},
		{"no evidence without fail", with(qYesNo, `"evidence": {"photo": "on_fail"}`), said("yes"), "", 0, ""},
		{"evidence optional", with(qYesNo, `"evidence": {"photo": "optional"}`), said("no"), "", 0, ""},
		{"comment", with(qYesNo, `"comment": {"when": ["no"]}`), said("no"), " ", 0, "A comment: Say in a few words what you saw.\n"},
		{"comment given", with(qYesNo, `"comment": {"when": ["no"]}`), said("no"), "x", 0, ""},
		{"comment not wanted", with(qYesNo, `"comment": {"when": ["no"]}`), said("yes"), "", 0, ""},
		{"comment too short", with(qYesNo, `"comment": {"when": ["no"], "min_chars": 13}`), said("no"), " " + words + " ", 0, "A comment: Say in a few words what you saw. At least 13 characters.\n"},
		{"comment long enough", with(qYesNo, `"comment": {"when": ["no"], "min_chars": 12}`), said("no"), words, 0, ""},
		{"comment on fail", with(qLevel, `"comment": {"when": "fail"}`), said("below"), "", 0, "A comment: Say in a few words what you saw.\n"},
		{"comment on fail, passed", with(qLevel, `"comment": {"when": "fail"}`), said("good"), "", 0, ""},
		{"comment always", with(qYesNo, `"comment": {"when": "always"}`), Answer{State: NotObserved}, "", 0, "A comment: Say in a few words what you saw.\n"},
		{"comment always, unanswered", with(qYesNo, `"required": false, "comment": {"when": "always"}`), Answer{}, "", 0, ""},
		{"comment on not observed", with(qYesNo, `"comment": {"when": ["not_observed"]}`), Answer{State: NotObserved}, "", 0, "A comment: Say in a few words what you saw.\n"},
		{"comment on a rating", with(qRating, `"comment": {"when": [1, 2]}`), number(2), "", 0, "A comment: Say in a few words what you saw.\n"},
		{"both", with(qYesNo, `"comment": {"when": ["no"]}, "evidence": {"photo": "on_fail"}`), said("no"), "", 0, "A photo: Add a photo that shows what you saw.\nA comment: Say in a few words what you saw.\n"},
	}
	for _, c := range cases {
		p := &Programme{Sections: []Section{{ID: "A", Questions: []Question{*questionFrom(t, c.question)}}}}
		r := Report{Answers: Answers{"Q": c.a}, Comments: map[string]string{"Q": c.comment}, Photos: map[string]int{"Q": c.photos}}
		if got := gapsAt(Gaps(p, Context{}, r), "Q"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestHiddenQuestionsHaveNoGaps(t *testing.T) {
	p := demoProgramme(t, "coffee-kiosks")
	gaps := Gaps(p, Context{Scenario: "non_buyer"}, Report{})
	ids := map[string]bool{}
	for _, g := range gaps {
		ids[g.Question] = true
	}
	for _, hidden := range []string{"A6", "B3", "C1", "D1", "D4", "O3"} {
		if ids[hidden] {
			t.Errorf("%s is hidden and has a gap", hidden)
		}
	}
	for _, shown := range []string{"A1", "A3", "B1", "N1", "N2", "E2", "O1", "O4"} {
		if !ids[shown] {
			t.Errorf("%s has no gap", shown)
		}
	}
	if ids["O2"] || ids["B4"] {
		t.Error("an optional question has a gap")
	}
}

func TestAFullReportHasNoGaps(t *testing.T) {
	p := mustParse(t, []byte(small))
	r := Report{Answers: Answers{"A1": number(2), "A2": said("no")}, Comments: map[string]string{"A2": strings.Repeat("x", 20)}}
	if gaps := Gaps(p, Context{Scenario: "looker"}, r); gaps != nil {
		t.Errorf("%+v", gaps)
	}
	delete(r.Answers, "A1")
	want := []Gap{{"A", "A1", GapAnswer, "No answer yet."}}
	if gaps := Gaps(p, Context{Scenario: "looker"}, r); !reflect.DeepEqual(gaps, want) {
		t.Errorf("%+v", gaps)
	}
}

func TestGapsLookAtTheNamedStagesOnly(t *testing.T) {
	p := demoProgramme(t, "luxury-electronics")
	ctx := Context{Scenario: "upgrade"}
	for _, c := range []struct {
		stages []string
		has    string
		hasNot string
	}{{[]string{"salon"}, "A2", "F1"}, {[]string{"after"}, "O1", "A2"}, {[]string{}, "", "A2"}} {
		gaps := Gaps(p, ctx, Report{Stages: c.stages})
		if c.has != "" && gapsAt(gaps, c.has) == "" || gapsAt(gaps, c.hasNot) != "" {
			t.Errorf("%v: %+v", c.stages, gaps)
		}
	}
}

func TestTheLastStageIsThatOfTheScenario(t *testing.T) {
	p := demoProgramme(t, "online-store")
	for scenario, last := range map[string]string{"gift": "return", "pickup": "deliver", "browse_and_ask": "ask"} {
		ctx := Context{Scenario: scenario}
		if gapsAt(Gaps(p, ctx, Report{Stages: []string{last}}), "O1") == "" {
			t.Errorf("%s: O1 is not asked for with %s", scenario, last)
		}
		if gapsAt(Gaps(p, ctx, Report{Stages: []string{"order", LastStage}}), "O1") != "" {
			t.Errorf("%s: O1 is asked for with the order", scenario)
		}
	}
}

func TestShowFollowsConditionsStepByStep(t *testing.T) {
	p := mustParse(t, []byte(small))
	cases := []struct {
		scenario string
		answers  Answers
		want     string
	}{
		{"looker", nil, "A1 A2"},
		{"looker", Answers{"A2": said("yes")}, "A1 A2 A3"},
		{"looker", Answers{"A2": said("no")}, "A1 A2"},
		{"looker", Answers{"A2": {State: NotObserved}}, "A1 A2"},
		{"buyer", Answers{"A2": said("yes")}, "A1 A2 A3 B1 B2"},
		{"nobody", nil, "A1 A2"},
	}
	for _, c := range cases {
		shown := Show(p, Context{Scenario: c.scenario}, c.answers)
		var ids []string
		for _, id := range []string{"A1", "A2", "A3", "B1", "B2", "Z"} {
			if shown.Question(id) {
				ids = append(ids, id)
			}
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.scenario, c.answers, got, c.want)
		}
		if !shown.Section("A") || shown.Section("B") != (c.scenario == "buyer") || shown.Section("Z") {
			t.Errorf("%s: sections", c.scenario)
		}
	}
}

func TestAHiddenAnswerIsNoAnswerForConditions(t *testing.T) {
	p := demoProgramme(t, "coffee-kiosks")
	answers := Answers{"D3": said("no"), "D1": number(400)}
	if s := Show(p, Context{Scenario: "buyer"}, answers); !s.Question("D4") || !s.Question("D2") {
		t.Error("the buyer does not see what the answers open")
	}
	if s := Show(p, Context{Scenario: "non_buyer"}, answers); s.Question("D4") || s.Question("D2") || s.Section("D") {
		t.Error("an answer in a hidden section opens a question")
	}
}

func TestShowIsRightForAProgrammeThatWasChanged(t *testing.T) {
	p := mustParse(t, []byte(small))
	p.Sections = append([]Section(nil), p.Sections...)
	p.Sections[0], p.Sections[1] = p.Sections[1], p.Sections[0]
	p.Sections[1].Questions = append([]Question{{ID: "A0", Kind: Text}}, p.Sections[1].Questions...)
	s := Show(p, Context{Scenario: "looker"}, Answers{"A2": said("yes")})
	if !s.Question("A0") || !s.Question("A3") || s.Question("B1") {
		t.Error("a stale index was believed")
	}
	p = mustParse(t, []byte(small))
	p.Sections[0].Questions[0].ID, p.Sections[0].Questions[2].ID = "A3", "A1" // the third has a condition
	if s := Show(p, Context{}, nil); s.Question("A1") || !s.Question("A3") {
		t.Error("swapped ids were not found")
	}
	p = mustParse(t, []byte(small))
	last := &p.Sections[1]
	last.Questions = append(last.Questions, Question{ID: "B3", Kind: Text})
	if s := Show(p, Context{Scenario: "buyer"}, nil); !s.Question("B3") {
		t.Error("a question added at the end was not found")
	}
}

func TestStagesOfAScenario(t *testing.T) {
	p := demoProgramme(t, "online-store")
	for scenario, want := range map[string]string{"gift": "order ask deliver return", "pickup": "order ask deliver", "browse_and_ask": "order ask"} {
		var ids []string
		for _, s := range StagesOf(p, scenario) {
			ids = append(ids, s.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: %s, want %s", scenario, got, want)
		}
		own, _ := p.Section("O")
		if got := StageOf(p, scenario, own); got != ids[len(ids)-1] {
			t.Errorf("%s: last is %s", scenario, got)
		}
		if got := StageOf(p, scenario, &Section{}); got != "order" {
			t.Errorf("%s: a section without a stage belongs to %s", scenario, got)
		}
	}
	p = mustParse(t, change(t, "stage: last\n  show_if: scenario == 'buyer'", "stage: after\n  show_if: \"!(scenario == 'buyer') && A1 > 3 || branch.has_seating && scenario in ['looker']\""))
	if len(StagesOf(p, "buyer")) != 1 || len(StagesOf(p, "looker")) != 2 {
		t.Errorf("buyer %v, looker %v", StagesOf(p, "buyer"), StagesOf(p, "looker"))
	}
	if c := demoProgramme(t, "coffee-kiosks"); StagesOf(c, "buyer") != nil || StageOf(c, "buyer", &c.Sections[0]) != "" {
		t.Error("coffee has stages")
	}
}

func TestShowTakesFewAllocations(t *testing.T) {
	p := demoProgramme(t, "coffee-kiosks")
	answers := Answers{"A2": number(4), "D1": number(160), "D3": said("yes")}
	ctx := Context{Scenario: "buyer", Features: []string{"has_seating"}}
	if got := testing.AllocsPerRun(100, func() { Show(p, ctx, answers) }); got > 5 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkShow(b *testing.B) {
	p := demoProgramme(b, "coffee-kiosks")
	answers := Answers{"A2": number(4), "D1": number(160), "D3": said("yes")}
	ctx := Context{Scenario: "buyer", Features: []string{"has_seating"}}
	b.ReportAllocs()
	for b.Loop() {
		Show(p, ctx, answers)
	}
}

func BenchmarkGaps(b *testing.B) {
	p := demoProgramme(b, "online-store")
	b.ReportAllocs()
	for b.Loop() {
		Gaps(p, Context{Scenario: "gift"}, Report{})
	}
}
