package programme

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// calm is a programme that nothing is to be said about.
const calm = `format: plainclothes/programme/v1
programme: calm-shop
name: Calm shop
features: [has_seating]
visit: {minutes: 10, report_due_hours: 24, visits_per_branch: 3, wave: monthly}
scenarios:
  buyer: {title: Buyer, share: 50, brief: Buy something.}
  looker: {title: Looker, share: 50, brief: Look around.}
scoring: {wow_policy: separate}
levels:
  good: {min_score: 80}
  wow: {min_score: 90, min_wow_share: 50}
standards:
  S1: {title: Welcome, good: A word, wow: Your name, good_target: 80, wow_target: 20}
sections:
- id: A
  title: Coming in
  questions:
  - {id: A1, kind: number, text: How many waited?}
  - {id: A2, kind: yes_no, text: Someone said a word, standard: S1, points: 2, show_if: branch.has_seating}
  - {id: A3, kind: wow, text: More than that, standard: S1, wow: {points: 2}}
  - {id: A4, kind: time, text: When did you come?}
  - {id: A5, kind: choice, text: How?, options: [{code: x, label: X}, {code: y, label: Y}, {code: z, label: Z}]}
  - {id: A6, kind: multi, text: What else?, options: [{code: x, label: X}, {code: y, label: Y}, {code: none, label: None, exclusive: true}]}
  - {id: A7, kind: rating, text: How good?, scale: [0, 10]}
- id: B
  title: Buying
  show_if: scenario == 'buyer'
  questions:
  - {id: B1, kind: yes_no, text: The price was right, points: 2}
  - {id: B2, kind: yes_no, text: The goods were right, points: 2}
`

func calmWith(t testing.TB, old, by string) *Programme {
	t.Helper()
	if strings.Count(calm, old) != 1 {
		t.Fatalf("%q stands %d times", old, strings.Count(calm, old))
	}
	return mustParse(t, []byte(strings.Replace(calm, old, by, 1)))
}

func TestNothingIsSaidAboutACalmProgramme(t *testing.T) {
	if problems := Lint(mustParse(t, []byte(calm))); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestUnwiseThingsAreToldWithTheirLine(t *testing.T) {
	const b2 = "{id: B2, kind: yes_no, text: The goods were right, points: 2}"
	cases := []struct {
		old, by string
		line    int
		path    string
		message string
	}{
		{"features: [has_seating]", "features: [has_seating, has_garden]", 4, "features[1]", "Nothing asks about"},
		{"visits_per_branch: 3", "visits_per_branch: 1", 0, "", ""},
		{"wave: monthly", "wave: quarterly", 0, "", ""},
		{"visits_per_branch: 3, wave: monthly", "visits_per_branch: 1, wave: quarterly", 14, "standards.S1.good_target", "takes 6 clean visits in a row to be 90 % sure of, and a branch has about 4"},
		{"visits_per_branch: 3, wave: monthly", "visits_per_branch: 1, wave: bi-monthly", 0, "", ""},
		{"monthly}\nscenarios:\n  buyer: {title: Buyer, share: 50", "bi-monthly}\nscenarios:\n  once: {title: O, share: 10, brief: B}\n  buyer: {title: Buyer, share: 40", 0, "", ""},
		{"visits_per_branch: 3, wave: monthly", "visits_per_branch: 5, wave: quarterly", 0, "", ""},
		{"good_target: 80", "good_target: 97", 14, "standards.S1.good_target", "takes 45 clean visits"},
		{"good_target: 80", "good_target: 96.3", 0, "", ""},
		{"good_target: 80", "good_target: 96.4", 14, "standards.S1.good_target", "takes 37 clean visits in a row to be 90 % sure of, and a branch has about 36"},
		{"good_target: 80", "good_target: 97, criticality: zero_tolerance", 0, "", ""},
		{"good_target: 80", "good_target: 100", 14, "standards.S1.good_target", "never be shown"},
		{"wow_target: 20", "wow_target: 90", 14, "standards.S1.wow_target", "every WOW is Good"},
		{"share: 50, brief: Buy something.", "share: 50", 7, "scenarios.buyer", "no brief"},
		{"looker: {title: Looker, share: 50", "nobody: {title: Nobody, share: 0, brief: B}\n  looker: {title: Looker, share: 50", 8, "scenarios.nobody.share", "nobody will ever play it"},
		{"standards:\n", "standards:\n  S2: {title: T, good: G, good_target: 70}\n", 14, "standards.S2", "No question with points"},
		{"standard: S1, wow", "wow", 14, "standards.S1", "no question offers WOW points for it"},
		{"{id: A3, kind: wow, text: More than that, standard: S1,", "{id: A3, kind: wow, text: More than that, show_if: scenario == 'buyer', standard: S1,", 14, "standards.S1", "cannot be earned in looker"},
		{"{id: A3, kind: wow, text: More than that, standard: S1,", "{id: A3, kind: wow, text: More than that, show_if: scenario == 'buyer', standard: S1,", 8, "scenarios.looker", "no WOW points"},
		{"scoring: {wow_policy: separate}", "scoring: {wow_policy: separate, section_weights: {A: 1}}", 26, "sections[1]", "no weight"},
		{"scoring: {wow_policy: separate}", "scoring: {wow_policy: separate, section_weights: {A: 1, B: 0}}", 26, "sections[1]", "a weight of 0"},
		{"scoring: {wow_policy: separate}", "scoring: {wow_policy: separate, section_weights: {A: 1, B: 2}}", 0, "", ""},
		{"scenarios:\n", "stages: {now: {title: N, opens: at_start, closes: +6h}}\nscenarios:\n", 6, "stages.now", "No section belongs"},
		{"scenarios:\n", "stages: {now: {title: N, opens: at_start, closes: +6h}}\nscenarios:\n", 17, "sections[0]", "names no stage"},
		{b2, "{id: B2, kind: yes_no, text: The floor was clean and the staff were kind, points: 2}", 31, "sections[1].questions[1].text", "two things"},
		{b2, "{id: B2, kind: yes_no, text: The goods were right, points: 0}", 31, "sections[1].questions[1]", "nothing to earn"},
		{b2, "{id: B2, kind: yes_no, text: The goods were right, standard: S1}", 31, "sections[1].questions[1].standard", "has no points"},
		{b2, "{id: B2, kind: duration, unit: s, text: How long did it take?}", 31, "sections[1].questions[1]", "seconds from memory"},
		{b2, "{id: B2, kind: duration, unit: s, timer: till, text: How long did it take?}", 0, "", ""},
		{b2, "{id: B2, kind: duration, unit: min, text: How long did it take?}", 0, "", ""},
		{b2, "{id: B2, kind: choice, text: C, options: [{code: a, label: One  more}, {code: b, label: one more}]}", 31, "sections[1].questions[1].options[1].label", "same label"},
		{b2, "{id: B2, kind: multi, text: C, options: [{code: a, label: A}]}", 31, "sections[1].questions[1].options", "cannot say so"},
		{b2, "{id: B2, kind: multi, required: false, text: C, options: [{code: a, label: A}]}", 0, "", ""},
		{b2, "{id: B2, kind: multi, required: false, cap: 3, text: C, options: [{code: a, label: A, points: 2}]}", 31, "sections[1].questions[1].cap", "never reached"},
		{b2, "{id: B2, kind: number, text: C, evidence: {photo: on_fail}}", 31, "sections[1].questions[1].evidence.photo", "never asked for"},
		{b2, b2[:len(b2)-1] + ", show_if: scenario == 'looker'}", 31, "sections[1].questions[1].show_if", "contradicts that of its section"},
		{b2, b2[:len(b2)-1] + ", show_if: B1 == 'yes' || B1 == 'no' && A1 > 3 && A1 < 2}", 31, "sections[1].questions[1].show_if", "can never be true: B1 == 'no' && A1 > 3 && A1 < 2"},
		{"show_if: scenario == 'buyer'", "show_if: scenario == 'buyer' && scenario == 'looker'", 28, "sections[1].show_if", "No visit can ever see this section"},
	}
	for _, c := range cases {
		problems := Lint(calmWith(t, c.old, c.by))
		if c.message == "" {
			if len(problems) > 0 {
				t.Errorf("%q: %v", c.by, problems)
			}
			continue
		}
		found := false
		for _, x := range problems {
			found = found || x.Line == c.line && x.Path == c.path && strings.Contains(x.Message, c.message) && x.Severity == Warning
		}
		if !found {
			t.Errorf("%q: want line %d, %s: …%s…\ngot %v", c.by, c.line, c.path, c.message, problems)
		}
	}
}

func TestConditionsThatCanNeverHoldAreFound(t *testing.T) {
	cases := map[string]bool{
		"A1 > 3 && A1 < 2":                                              true,
		"A1 > 3 && A1 < 3.0002":                                         false,
		"A1 > 3 && A1 < 3.0001":                                         true,
		"A1 >= 3 && A1 <= 3":                                            false,
		"A1 != 3 && A1 == 3":                                            true,
		"A1 in [1, 2] && A1 > 2":                                        true,
		"A2 == 'yes' && A2 == 'no'":                                     true,
		"A2 != 'yes' && A2 != 'no'":                                     true,
		"!(A2 == 'yes') && !(A2 == 'no')":                               false,
		"A2 == 'yes' && !branch.has_seating":                            true,
		"A5 != 'x' && A5 != 'y'":                                        false,
		"A5 != 'x' && A5 != 'y' && A5 != 'z'":                           true,
		"A6 in ['x'] && A6 in ['y']":                                    false,
		"A6 in ['x'] && A6 in ['none']":                                 true,
		"A6 in ['x'] && !(A6 in ['x', 'y'])":                            true,
		"A4 < '09:00' && A4 > '08:58'":                                  false,
		"A4 < '09:00' && A4 > '08:59'":                                  true,
		"A4 < '00:00'":                                                  true,
		"A7 > 9 && A7 < 10":                                             true,
		"A7 > 9.5":                                                      false,
		"A7 > 10":                                                       true,
		"branch.has_seating && !branch.has_seating":                     true,
		"channel == 'web' && channel != 'web'":                          true,
		"format == 'a' && format == 'b'":                                true,
		"format != 'a' && format != 'b'":                                false,
		"scenario != 'buyer' && scenario != 'looker'":                   true,
		"scenario in ['buyer'] && A1 == 2 || A1 == 2 && A1 == 3":        false,
		"!(scenario == 'buyer' || scenario == 'looker')":                true,
		"A1 < 0 && A3 == 'yes'":                                         false,
		"(A1 > 3 || A1 < 2) && A1 == 2.5 && branch.has_seating":         true,
		"!(A1 != 3) && !(A1 == 3)":                                      false,
		"A6 in ['x', 'y', 'none'] && A6 in ['none'] && A5 in ['x','z']": false,
	}
	for src, never := range cases {
		p := calmWith(t, "The goods were right, points: 2", "The goods were right, points: 2, show_if: "+yamlText(src))
		p.Sections[1].ShowIf = nil
		got := strings.Contains(fmt.Sprint(Lint(p)), "No visit can ever see B2")
		if got != never {
			t.Errorf("%s: never %v, want %v", src, got, never)
		}
	}
}

func TestAConditionOnAQuestionOfAnotherScenarioNeverHolds(t *testing.T) {
	p := mustParse(t, []byte(calm+"- id: C\n  title: C\n  show_if: scenario == 'looker'\n  questions:\n  - {id: C1, kind: number, text: N, show_if: B1 == 'yes'}\n"))
	if problems := Lint(p); len(problems) != 1 || !strings.Contains(problems[0].Message, "C1: its condition contradicts that of its section") {
		t.Error(problems)
	}
	p = mustParse(t, []byte(strings.Replace(calm, "  buyer: {title: Buyer,", "  buyer: {requires: has_seating, title: Buyer,", 1)+
		"- id: C\n  title: C\n  show_if: scenario == 'buyer' && !branch.has_seating\n  questions:\n  - {id: C1, kind: number, text: N}\n"))
	if problems := Lint(p); len(problems) != 1 || !strings.Contains(problems[0].Message, "No visit can ever see this section") {
		t.Error(problems)
	}
}

func TestFortyQuestionsAreEnough(t *testing.T) {
	more := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  - {id: X%d, kind: number, text: N}\n", i)
		}
		return b.String()
	}
	if problems := Lint(mustParse(t, []byte(calm+more(31)))); len(problems) > 0 { // a buyer sees 40
		t.Fatal(problems)
	}
	src := strings.Replace(calm, "- id: B\n", more(34)+"- id: B\n", 1)
	problems := Lint(mustParse(t, []byte(src)))
	if len(problems) != 2 || !strings.Contains(problems[0].Message, `"buyer" can see 43 questions`) || !strings.Contains(problems[1].Message, `"looker" can see 41`) {
		t.Error(problems)
	}
}

func TestDoubleBarrelledQuestions(t *testing.T) {
	for text, want := range map[string]bool{
		"A receipt was offered and the returns rule was on it":     true,
		"Cup and lid were clean and did not drip":                  true,
		"The staff were friendly and helpful":                      true,
		"Was the floor clean and the staff friendly?":              true,
		"Were you greeted and thanked?":                            true,
		"The host smiled, and the door was open":                   false,
		"The door was open, and someone was there":                 true,
		"The door was open or a guard was there to open it":        true,
		"The listening room was free or could be booked":           false,
		"Counter, machine front and floor were free of spills":     false,
		"The counter was free of spills and litter":                false,
		"Stock and an expected delivery date were shown":           false,
		"You were thanked, or wished a good day, with a look":      false,
		"Were you offered tea or coffee?":                          false,
		"You were asked what the wall is made of before a fixing":  false,
		"The price was made plain, with installation and warranty": false,
		"And so it began": false,
		"":                false,
	} {
		if got := doubleBarrelled(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// The demo programmes are real ones: what is said about them is true, and this is how much.
func TestLittleIsSaidAboutTheDemoProgrammes(t *testing.T) {
	for name, most := range map[string]int{"coffee-kiosks": 5, "hardware-stores": 5, "luxury-electronics": 6, "online-store": 3} {
		problems := Lint(demoProgramme(t, name))
		if len(problems) > most || problems.Errors() > 0 || problems.Err() != nil {
			t.Errorf("%s: %d warnings: %v", name, len(problems), problems)
		}
		for _, p := range problems {
			if p.Line == 0 || p.Path == "" {
				t.Errorf("%s: no place: %v", name, p)
			}
		}
	}
}

func TestWithoutAFileWarningsHaveAPathButNoLine(t *testing.T) {
	p, err := FromCanonical(demoProgramme(t, "coffee-kiosks").Canonical())
	if err != nil {
		t.Fatal(err)
	}
	problems := Lint(p)
	if len(problems) == 0 || problems[0].Line != 0 || problems[0].Path == "" {
		t.Error(problems)
	}
}

func TestFewestCleanVisitsAreThoseOfTheReference(t *testing.T) {
	f, err := os.Open("testdata/fewest_visits_all_met.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 8 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		target, err := strconv.ParseFloat(row[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := FewestCleanVisits(int(target*10000 + 0.5)); !ok || strconv.Itoa(n) != row[1] {
			t.Errorf("%s: %d, want %s", row[0], n, row[1])
		}
	}
	if n, ok := FewestCleanVisits(0); n != 0 || !ok {
		t.Errorf("0 %%: %d", n)
	}
	if _, ok := FewestCleanVisits(10000); ok {
		t.Error("100 % is reachable")
	}
}

// A programme at all limits with the worst conditions is looked through in bounded time.
func TestLintTakesBoundedTime(t *testing.T) {
	var b strings.Builder
	b.WriteString(calm)
	for i := range 980 {
		from := i - 10
		parts := []string{}
		for j := max(0, from); j < i; j++ {
			parts = append(parts, fmt.Sprintf("X%d in [1, 2, 3] && X%d > 3", j, j))
		}
		cond := ""
		if len(parts) > 0 {
			cond = ", show_if: '" + strings.Join(parts, " || ") + "'"
		}
		fmt.Fprintf(&b, "  - {id: X%d, kind: number, text: N%s}\n", i, cond)
	}
	p := mustParse(t, []byte(b.String()))
	start := time.Now()
	Lint(p)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	} else {
		t.Log(took)
	}
}

func BenchmarkLint(b *testing.B) {
	p := demoProgramme(b, "luxury-electronics")
	for b.Loop() {
		Lint(p)
	}
}
