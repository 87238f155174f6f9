package programme

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	yaml3 "go.yaml.in/yaml/v3"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme/demo"
)

// small is a programme with little in it; tests change one thing at a time.
const small = `format: plainclothes/programme/v1
programme: corner-shop
name: Corner shop
features: [has_seating]
visit: {minutes: 10, report_due_hours: 24, visits_per_branch: 3, wave: monthly}
stages:
  shop: {title: In the shop, opens: at_start, closes: +6h}
  after: {title: Afterwards, opens: 'after:shop', closes: +3d}
dayparts: {rush: '07:00-09:30'}
scenarios:
  buyer: {title: Buyer, share: 60, brief: Buy something., requires: has_seating}
  looker: {title: Looker, share: 40, brief: Look around.}
scoring: {wow_policy: separate, min_completeness: 80, section_weights: {A: 10, B: 5}}
levels:
  good: {min_score: 80}
  wow: {min_score: 90, min_wow_share: 50}
standards:
  S1: {title: Welcome, good: A word, wow: Your name, good_target: 80, wow_target: 20}
sections:
- id: A
  title: Coming in
  stage: shop
  questions:
  - {id: A1, kind: number, text: How many waited?}
  - id: A2
    kind: yes_no
    text: Someone said a word
    standard: S1
    points: 2
    critical:
      when: "no"
      cap_visit: 70
    comment:
      when: [no]
      min_chars: 20
  - id: A3
    kind: choice
    text: What was said?
    standard: S1
    options:
    - {code: hello, label: Hello, points: 2}
    - {code: nothing, label: Nothing, points: 0}
    show_if: A2 == 'yes'
- id: B
  title: Buying
  stage: last
  show_if: scenario == 'buyer'
  questions:
  - {id: B1, kind: duration, text: How long?, unit: s, timer: wait, bands: [{up_to: 30, points: 3}, {points: 0}]}
  - {id: B2, kind: wow, text: More than that, standard: S1, wow: {points: 2}}
`

// change replaces one thing in the small programme.
func change(t testing.TB, old, by string) []byte {
	t.Helper()
	if strings.Count(small, old) != 1 {
		t.Fatalf("%q stands %d times in the small programme", old, strings.Count(small, old))
	}
	return []byte(strings.Replace(small, old, by, 1))
}

func mustParse(t testing.TB, src []byte) *Programme {
	t.Helper()
	p, problems := Parse(src)
	if p == nil {
		t.Fatalf("refused:\n%s\n%v", src, problems)
	}
	return p
}

func TestTheSmallProgrammeIsReadAsWritten(t *testing.T) {
	p := mustParse(t, []byte(small))
	a2, sec, _ := p.Question("A2")
	want := Question{
		ID: "A2", Kind: YesNo, Text: "Someone said a word", Standard: "S1", Points: 200, HasPoints: true, Required: true,
		Critical: &Critical{When: []string{"no"}, Effect: CapVisit, CapBP: 7000}, Comment: &CommentRule{When: []string{"no"}, MinChars: 20},
	}
	if !reflect.DeepEqual(*a2, want) || sec.ID != "A" {
		t.Errorf("A2 = %+v", *a2)
	}
	if want := (Standard{
		ID: "S1", Title: "Welcome", Good: "A word", Wow: "Your name", GoodTargetBP: 8000, WowTargetBP: 2000, Criticality: Normal,
		Weight: 1, MetShareBP: 10000, WowShareBP: 5000,
	}); p.Standards[0] != want {
		t.Errorf("S1 = %+v", p.Standards[0])
	}
	if want := []Daypart{{"rush", 7 * 60, 9*60 + 30}}; !reflect.DeepEqual(p.Dayparts, want) {
		t.Errorf("dayparts = %+v", p.Dayparts)
	}
	if want := []Band{{UpTo: 30 * DecimalOne, Points: 300}, {Open: true}}; !reflect.DeepEqual(p.Sections[1].Questions[0].Bands, want) {
		t.Errorf("bands = %+v", p.Sections[1].Questions[0].Bands)
	}
	if p.Policy.MinCompleteness != 8000 || p.Levels != (Levels{8000, 9000, 5000}) || p.Scenarios[0].Requires != "has_seating" {
		t.Errorf("policy %+v, levels %+v", p.Policy, p.Levels)
	}
}

func TestTheDemoProgrammesAreSound(t *testing.T) {
	if got := len(demo.Names()); got != 4 {
		t.Fatalf("%d programmes", got)
	}
	for _, name := range demo.Names() {
		src, ok := demo.File(name)
		if !ok {
			t.Fatalf("no %s", name)
		}
		p, problems := Parse(src)
		if p == nil || len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
	if _, ok := demo.File("../demo"); ok {
		t.Error("a file outside was given")
	}
}

// Another library reads the same words out of the same files.
func TestTheTreeOfYAMLIsWhatAnotherReaderSees(t *testing.T) {
	for _, name := range demo.Names() {
		src, _ := demo.File(name)
		tr, err := treeFromYAML(string(src))
		if err != nil {
			t.Fatal(err)
		}
		var other any
		if err := yaml3.Unmarshal(src, &other); err != nil {
			t.Fatal(err)
		}
		if got := plain(tr); !reflect.DeepEqual(got, fold(other)) {
			t.Errorf("%s: the trees differ", name)
		}
	}
}

// plain makes maps and lists of a tree; every scalar is its text.
func plain(t *tree) any {
	switch t.kind {
	case treeList:
		out := []any{}
		for _, v := range t.list {
			out = append(out, plain(v))
		}
		return out
	case treeMap:
		out := map[string]any{}
		for _, e := range t.entries {
			out[e.key] = plain(e.value)
		}
		return out
	case treeNumber:
		n, _ := parseDecimal(t.text, 4)
		return string(appendDecimal(nil, n, 4))
	case treeNull, treeBool, treeText:
	}
	return t.text
}

func fold(v any) any {
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, x := range v {
			out = append(out, fold(x))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			out[k] = fold(x)
		}
		return out
	}
	return fmt.Sprint(v)
}

func TestEveryMistakeIsToldWithLinePathAndRemedy(t *testing.T) {
	cases := []struct {
		old, by string
		line    int
		path    string
		message string
	}{
		{"format: plainclothes/programme/v1", "format: plainclothes/programme/v2", 1, "format", "Write format: plainclothes/programme/v1"},
		{"format: plainclothes/programme/v1\n", "", 1, "format", `needs "format"`},
		{"programme: corner-shop", "programme: Corner Shop", 2, "programme", "corner-shop"},
		{"programme: corner-shop", "programme: c", 2, "programme", "2 to 64"},
		{"name: Corner shop", "nam: Corner shop", 3, "nam", `Did you mean "name"?`},
		{"name: Corner shop", "name: Corner shop", 0, "", ""},
		{"name: Corner shop", "name: 2024", 3, "name", "Put it in quotes: '2024'"},
		{"name: Corner shop", "name: true", 3, "name", "quotes"},
		{"name: Corner shop", "name:", 3, "name", "has no value"},
		{"name: Corner shop", "name: ' '", 3, "name", "is empty"},
		{"name: Corner shop", "name: [a]", 3, "name", "here stands a list"},
		{"name: Corner shop", `name: "a\x07b"`, 3, "name", "control character"},
		{"name: Corner shop", `name: "a\nb"`, 3, "name", "one line"},
		{"name: Corner shop", "name: " + strings.Repeat("x", 301), 3, "name", "longer than 300"},
		{"features: [has_seating]", "features: [has_seating, has_seating]", 4, "features[1]", "twice"},
		{"features: [has_seating]", "features: [has_seating, 24h]", 4, "features[1]", "a letter first"},
		{"features: [has_seating]", "features: {a: b}", 4, "features", "is a list"},
		{"minutes: 10", "minutes: ten", 5, "visit.minutes", "number is wanted"},
		{"minutes: 10", "minutes: '10'", 5, "visit.minutes", "Leave the quotes out"},
		{"minutes: 10", "minutes: 10.5", 5, "visit.minutes", "whole number"},
		{"minutes: 10", "minutes: 0", 5, "visit.minutes", "from 1 to 1440"},
		{"minutes: 10", "minutes: 0x10", 5, "visit.minutes", "plain number"},
		{"minutes: 10", "minutes: 1_0", 5, "visit.minutes", "plain number"},
		{"minutes: 10", "minutes: .inf", 5, "visit.minutes", "plain number"},
		{"minutes: 10, ", "", 5, "visit.minutes", `needs "minutes"`},
		{"wave: monthly", "wave: weekly", 5, "visit.wave", "monthly, bi-monthly, quarterly"},
		{"wave: monthly", "wave: quaterly", 5, "visit.wave", `Did you mean "quarterly"?`},
		{"wave: monthly}", "wave: monthly, fee: 1.234}", 5, "visit.fee", "too many decimals"},
		{"opens: at_start", "opens: soon", 7, "stages.shop.opens", "at_start, at_arrival, +6h"},
		{"closes: +6h", "closes: at_start", 7, "stages.shop.closes", "after it opened"},
		{"closes: +6h", "closes: +0h", 7, "stages.shop.closes", "+6h or +14d"},
		{"closes: +6h", "closes: '+367d'", 7, "stages.shop.closes", "+6h or +14d"},
		{"closes: +6h", "closes: '+8784h'", 0, "", ""},
		{"closes: +6h", "closes: '+366d'", 0, "", ""},
		{"closes: +6h", "closes: '+9999d'", 7, "stages.shop.closes", "+6h or +14d"},
		{"opens: at_start", "opens: 'after:after'", 7, "stages.shop.opens", "earlier one"},
		{"opens: 'after:shop'", "opens: 'after:after'", 8, "stages.after.opens", "earlier one"},
		{"opens: 'after:shop'", "opens: 'after:shup'", 8, "stages.after.opens", `Did you mean "shop"?`},
		{"opens: 'after:shop'", "opens: 'on_event:'", 8, "stages.after.opens", "on_event:NAME"},
		{"'07:00-09:30'", "'09:30-07:00'", 9, "dayparts.rush", "earlier time first"},
		{"'07:00-09:30'", "'07:00-07:00'", 9, "dayparts.rush", "earlier time first"},
		{"'07:00-09:30'", "'00:00-24:00'", 0, "", ""},
		{"'07:00-09:30'", "'7:00-9:30'", 9, "dayparts.rush", "07:00-09:30"},
		{"'07:00-09:30'", "'07:00-25:00'", 9, "dayparts.rush", "07:00-09:30"},
		{"share: 60", "share: 50", 11, "scenarios", "add up to 90"},
		{"share: 60", "share: 60.5", 11, "scenarios.buyer.share", "whole number"},
		{"requires: has_seating", "requires: has_seats", 11, "scenarios.buyer.requires", "Add it to features"},
		{"  looker: {", "  buyer: {", 12, "scenarios.buyer", "stands twice"},
		{"  looker: {", "  'look er': {", 12, "scenarios.look er", "look_er"},
		{"wow_policy: separate", "wow_policy: extra", 13, "scoring.wow_policy", "separate, bonus, expected"},
		{"wow_policy: separate", "wow_policy: separate, bonus_cap: 110", 13, "scoring.bonus_cap", "wow_policy: bonus"},
		{"min_completeness: 80", "min_completeness: 180", 13, "scoring.min_completeness", "from 0 to 100"},
		{"{A: 10, B: 5}", "{A: 10, C: 5}", 13, "scoring.section_weights.C", `no section "C"`},
		{"{A: 10, B: 5}", "{A: 0}", 13, "scoring.section_weights", "All weights are 0"},
		{"{A: 10, B: 5}", "{A: -1}", 13, "scoring.section_weights.A", "from 0 to 10000"},
		{"wow: {min_score: 90", "wow: {min_score: 70", 16, "levels.wow.min_score", "less than 80 %"},
		{", min_wow_share: 50", "", 16, "levels.wow.min_wow_share", `needs "min_wow_share"`},
		{"good_target: 80", "good_target: 101", 18, "standards.S1.good_target", "from 0 to 100"},
		{"good_target: 80", "good_target: 80, partial_share: 90, met_share: 50", 18, "standards.S1.partial_share", "more than the met_share"},
		{"good_target: 80", "good_target: 80, criticality: fatal", 18, "standards.S1.criticality", "zero_tolerance"},
		{"- id: B\n", "- id: A\n", 44, "sections[1].id", "Two sections"},
		{"stage: shop", "stage: shup", 22, "sections[0].stage", `Did you mean "shop"?`},
		{"id: A1, kind", "id: 1A, kind", 24, "sections[0].questions[0].id", "a letter first"},
		{"id: A1, kind", "id: scenario, kind", 24, "sections[0].questions[0].id", "a meaning of its own"},
		{"id: A1, kind", "id: in, kind", 24, "sections[0].questions[0].id", "a meaning of its own"},
		{"id: A1, kind", "id: A2, kind", 25, "sections[0].questions[1].id", "Two questions"},
		{"kind: number,", "kind: numbr,", 24, "sections[0].questions[0].kind", `Did you mean "number"?`},
		{"kind: number, ", "", 24, "sections[0].questions[0].kind", "needs a kind"},
		{"kind: number,", "kind: number, points: 2,", 24, "sections[0].questions[0].points", "it belongs to yes_no, rating"},
		{"kind: number,", "kind: number, must_observe: true,", 24, "sections[0].questions[0].must_observe", "Leave it out"},
		{"kind: number,", "kind: number, required: yes,", 24, "sections[0].questions[0].required", "true or false"},
		{"kind: number,", "kind: number, comment: {when: fail},", 24, "sections[0].questions[0].comment.when", "without points"},
		{"kind: number,", "kind: number, critical: {when: [0], flag: true},", 24, "sections[0].questions[0].critical", "Only a scored question"},
		{"standard: S1\n    points: 2", "standard: S2\n    points: 2", 28, "sections[0].questions[1].standard", `Did you mean "S1"?`},
		{"points: 2\n", "points: -2\n", 29, "sections[0].questions[1].points", "from 0"},
		{"points: 2\n", "points: 2.555\n", 29, "sections[0].questions[1].points", "at most 2"},
		{`when: "no"`, "when: maybe", 31, "sections[0].questions[1].critical.when", "'yes', 'no'"},
		{`when: "no"`, "when: false", 31, "sections[0].questions[1].critical.when", "not an answer"},
		{`when: "no"`, "when: na", 31, "sections[0].questions[1].critical.when", "critical needs an answer"},
		{`      when: "no"` + "\n", "", 31, "sections[0].questions[1].critical.when", `needs "when"`},
		{"cap_visit: 70", "cap_visit: 170", 32, "sections[0].questions[1].critical.cap_visit", "from 0 to 100"},
		{"cap_visit: 70", "zero_section: Z", 32, "sections[0].questions[1].critical.zero_section", `no section "Z"`},
		{"cap_visit: 70", "cap_visit: 70\n      flag: true", 31, "sections[0].questions[1].critical", "one effect"},
		{"      cap_visit: 70\n", "", 31, "sections[0].questions[1].critical", "needs an effect"},
		{"when: [no]", "when: [no, no]", 34, "sections[0].questions[1].comment.when[1]", "twice"},
		{"when: [no]", "when: [fail]", 34, "sections[0].questions[1].comment.when[0]", "without brackets"},
		{"when: [no]", "when: [na]", 34, "sections[0].questions[1].comment.when[0]", "may be given"},
		{"min_chars: 20", "min_chars: 99999", 35, "sections[0].questions[1].comment.min_chars", "from 0 to 5000"},
		{"{code: nothing,", "{code: hello,", 42, "sections[0].questions[2].options[1].code", "Two options"},
		{"{code: nothing,", "{code: na,", 42, "sections[0].questions[2].options[1].code", "reserved"},
		{"{code: nothing,", "{code: not_observed,", 42, "sections[0].questions[2].options[1].code", "reserved"},
		{"label: Nothing, points: 0", "label: Nothing", 42, "sections[0].questions[2].options[1]", "Write points: 0"},
		{"label: Nothing, points: 0", "label: Nothing, points: -1", 42, "sections[0].questions[2].options[1].points", "from 0"},
		{"label: Nothing, points: 0", "label: Nothing, points: 0, exclusive: true", 42, "sections[0].questions[2].options[1].exclusive", "Only a multi"},
		{"A2 == 'yes'", "A2 == 'maybe'", 43, "sections[0].questions[2].show_if", "At character 7: A2 is never"},
		{"A2 == 'yes'", "A3 == 'hello'", 43, "sections[0].questions[2].show_if", "its own answer"},
		{"A2 == 'yes'", "B1 > 3", 43, "sections[0].questions[2].show_if", "look back only"},
		{"A2 == 'yes'", "branch.has_garden", 43, "sections[0].questions[2].show_if", `no feature "has_garden"`},
		{"scenario == 'buyer'", "B1 > 3", 47, "sections[1].show_if", "look back only"},
		{"unit: s", "unit: ms", 49, "sections[1].questions[0].unit", "s, min, h"},
		{"unit: s, ", "", 49, "sections[1].questions[0].unit", `needs "unit"`},
		{"[{up_to: 30, points: 3}, {points: 0}]", "[{up_to: 30, points: 3}]", 49, "sections[1].questions[0].bands[0].up_to", "last band takes everything"},
		{"[{up_to: 30, points: 3}, {points: 0}]", "[{points: 3}, {points: 0}]", 49, "sections[1].questions[0].bands[0]", "Give this band an up_to"},
		{"[{up_to: 30, points: 3}, {points: 0}]", "[{up_to: 30, points: 3}, {up_to: 30, points: 2}, {points: 0}]", 49, "sections[1].questions[0].bands[1].up_to", "must be more than 30"},
		{"[{up_to: 30, points: 3}, {points: 0}]", "[]", 49, "sections[1].questions[0].bands", "is empty"},
		{"wow: {points: 2}}", "wow: 2}", 50, "sections[1].questions[1].wow", "group of keys"},
		{"kind: wow, text: More than that, standard: S1, wow: {points: 2}", "kind: rating, text: More, scale: [10, 0]", 50, "sections[1].questions[1].scale", "lower end comes first"},
		{"kind: wow, text: More than that, standard: S1, wow: {points: 2}", "kind: rating, text: More, scale: [10]", 50, "sections[1].questions[1].scale", "2 items"},
		{"kind: wow, text: More than that, standard: S1, wow: {points: 2}", "kind: level, text: More, good: {points: 1, text: A}", 50, "sections[1].questions[1].below", `needs "below"`},
		{"kind: wow, text: More than that, standard: S1, wow: {points: 2}", "kind: multi, text: More, cap: 3, options: [{code: a, label: A}]", 50, "sections[1].questions[1].cap", "needs options with points"},
		{"kind: wow, text: More than that, standard: S1, wow: {points: 2}", "kind: attention, text: More, options: [{code: a, label: A, points: 1}]", 50, "sections[1].questions[1].options[0].points", "never scored"},
		{"kind: wow, text: More than that, standard: S1, wow: {points: 2}", "kind: text, text: More, timer: x", 50, "sections[1].questions[1].timer", "belongs to duration, time"},
		{"  - {id: B2", "  - B2\n  - {id: B2", 50, "sections[1].questions[1]", "a question is a group"},
	}
	for _, c := range cases {
		p, problems := Parse(change(t, c.old, c.by))
		if c.message == "" {
			if p == nil {
				t.Errorf("%s: %v", c.by, problems)
			}
			continue
		}
		if p != nil {
			t.Errorf("%q for %q: accepted", c.by, c.old)
			continue
		}
		found := false
		for _, x := range problems {
			found = found || x.Line == c.line && x.Column > 0 && x.Path == c.path && strings.Contains(x.Message, c.message) && x.Severity == Error
		}
		if !found {
			t.Errorf("%q for %q: want line %d, %s: …%s…\ngot %v", c.by, c.old, c.line, c.path, c.message, problems)
		}
	}
}

func TestSeveralMistakesAreToldAtOnceInTheOrderOfTheFile(t *testing.T) {
	src := strings.NewReplacer("minutes: 10", "minutes: 0", "share: 60", "share: sixty", "unit: s", "unit: ms", "points: 2\n", "points: 2.555\n").Replace(small)
	_, problems := Parse([]byte(src))
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if want := []int{5, 11, 29, 49}; !reflect.DeepEqual(lines, want) {
		t.Fatalf("lines %v, want %v: %v", lines, want, problems)
	}
	f, ok := fault.As(problems.Err())
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 4 || f.Fields[0].Name != "visit.minutes" || !strings.HasPrefix(f.Fields[0].Message, "Line 5: ") {
		t.Errorf("fault %+v", f)
	}
}

func TestOneMistakeIsToldOnce(t *testing.T) {
	for _, by := range [][2]string{
		{"kind: number,", "kind: numbr,"},
		{"id: A1, kind", "id: A1, kynd: x, kind"},
		{"cap_visit: 70", "cap_visit: lots"},
		{"share: 60", "share: sixty"},
		{"wow: {min_score: 90", "wow: {min_score: high"},
		{"S1: {title: Welcome,", "S1: {titel: x, title: Welcome,"},
	} {
		if _, problems := Parse(change(t, by[0], by[1])); len(problems) != 1 {
			t.Errorf("%s: %v", by[1], problems)
		}
	}
}

func TestAHundredMistakesAreCountedNotListed(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "  - {id: X%d, kind: yes_no}\n", i)
	}
	_, problems := Parse(append([]byte(small), b.String()...))
	if len(problems) != maxProblems+1 || !strings.HasPrefix(problems[maxProblems].Message, "And 50 more.") {
		t.Fatalf("%d problems, the last %v", len(problems), problems[len(problems)-1])
	}
}

func TestYesAndNoAreTextQuotedOrNot(t *testing.T) {
	for _, word := range []string{"no", `"no"`, "'no'", "[no]", `["no"]`} {
		p := mustParse(t, change(t, `when: "no"`, "when: "+word))
		if q, _, _ := p.Question("A2"); !reflect.DeepEqual(q.Critical.When, []string{"no"}) {
			t.Errorf("%s: %v", word, q.Critical.When)
		}
	}
	p := mustParse(t, []byte(strings.NewReplacer("code: hello", "code: yes", "code: nothing", "code: off", "A2 == 'yes'", "A2 in ['yes']").Replace(small)))
	if q, _, _ := p.Question("A3"); q.Options[0].Code != "yes" || q.Options[1].Code != "off" {
		t.Errorf("options %+v", q.Options)
	}
}

func TestWhatYAMLCanDoBeyondAProgrammeIsRefused(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString("a: &a [x, x]\n")
	for i := range 20 {
		fmt.Fprintf(&laughs, "%c: &%c [*%c, *%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i)
	}
	cases := map[string][2]string{
		"anchor":            {strings.Replace(small, "name: Corner", "name: &n Corner", 1), "Anchors"},
		"alias":             {strings.Replace(small, "name: Corner shop", "name: *n", 1), "Aliases"},
		"billion laughs":    {laughs.String(), "Anchors"},
		"merge key":         {strings.Replace(small, "name: Corner", "<<: {a: b}\nname: Corner", 1), "Merge keys"},
		"tag":               {strings.Replace(small, "name: Corner", "name: !!str Corner", 1), "Tags"},
		"directive":         {"%YAML 1.1\n---\n" + small, "Directives"},
		"complex key":       {"? a\n: b\n" + small, "key"},
		"second document":   {small + "---\n" + small, "second document"},
		"tab":               {strings.Replace(small, "  title: Buying", "\ttitle: Buying", 1), "indented by a tab"},
		"duplicate key":     {strings.Replace(small, "name: Corner", "name: a\nname: Corner", 1), "stands twice"},
		"NUL":               {strings.Replace(small, "Corner", "Cor\x00ner", 1), "U+0000"},
		"control":           {strings.Replace(small, "Corner", "Cor\u0085ner", 1), "U+0085"},
		"not UTF-8":         {strings.Replace(small, "Corner", "Cor\xffner", 1), "not UTF-8"},
		"mark inside":       {strings.Replace(small, "Corner", "Cor\uFEFFner", 1), "U+FEFF"},
		"UTF-16":            {"\xff\xfe{\x00}\x00", "UTF-8"},
		"empty":             {"", "empty"},
		"blank":             {"\n \n", "empty"},
		"comments":          {"# nothing\n", "empty"},
		"list":              {"- a\n- b\n", "begins with"},
		"word":              {"hello", "begins with"},
		"unclosed":          {small + "x: [a", "cannot be read as YAML"},
		"unclosed quote":    {small + "x: 'a", "cannot be read as YAML"},
		"bad indent":        {strings.Replace(small, "  title: Buying", "   title: Buying", 1), "cannot be read as YAML"},
		"list as key":       {small + "[a, b]: c\n", "key"},
		"JSON and more":     {`{"format": "x"} {"a": 1}`, "cannot be read as YAML"},
		"JSON twice a key":  {strings.Replace(string(mustParse(t, []byte(small)).Canonical()), `"name":`, `"name":"x","name":`, 1), "stands twice"},
		"JSON with boolean": {strings.Replace(string(mustParse(t, []byte(small)).Canonical()), `"when":["no"]`, `"when":[false]`, 1), "not an answer"},
	}
	for name, c := range cases {
		p, problems := Parse([]byte(c[0]))
		if p != nil || len(problems) == 0 || !strings.Contains(fmt.Sprint(problems), c[1]) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestAByteOrderMarkAndWindowsLineEndsAreNoHarm(t *testing.T) {
	want := mustParse(t, []byte(small))
	for name, src := range map[string]string{
		"BOM": "\uFEFF" + small, "CRLF": strings.ReplaceAll(small, "\n", "\r\n"), "CR": strings.ReplaceAll(small, "\n", "\r"),
		"document": "---\n" + small, "end": small + "...\n", "comments": "# hello\n" + strings.ReplaceAll(small, "\nvisit:", "\n# about visits\nvisit:"),
	} {
		if p := mustParse(t, []byte(src)); !p.Equal(want) {
			t.Errorf("%s: another programme", name)
		}
	}
}

func TestJSONIsReadLikeYAML(t *testing.T) {
	for _, name := range demo.Names() {
		src, _ := demo.File(name)
		p := mustParse(t, src)
		var indented bytes.Buffer
		if err := json.Indent(&indented, p.Canonical(), "", "\t"); err != nil {
			t.Fatal(err)
		}
		if q := mustParse(t, indented.Bytes()); !q.Equal(p) {
			t.Errorf("%s: another programme", name)
		}
	}
	_, problems := Parse([]byte("{\n  \"format\": \"plainclothes/programme/v1\",\n  \"näme\": 1}"))
	if len(problems) < 2 || problems[0].Line != 1 && problems[len(problems)-1].Line != 3 {
		t.Errorf("problems %v", problems)
	}
}

// Hostile files cost no more than their size; the limit leaves room for a busy machine.
func TestHopelessFilesAreRefusedQuickly(t *testing.T) {
	many := func(n int, one string) string {
		var b strings.Builder
		b.WriteString(small)
		for i := range n {
			fmt.Fprintf(&b, one, i)
		}
		return b.String()
	}
	unknown := strings.Repeat("  - {id: Q, kind: yes_no, text: T, show_if: nothing_of_the_kind == 'yes' || Q}\n", 900)
	cases := map[string][2]string{
		"5 MB":             {strings.Repeat("a", 5<<20), "at most 2 MB"},
		"10 000 questions": {many(10_000, "  - {id: Q%d, kind: yes_no, text: 'Was it so?', points: 2}\n"), "at most 1000"},
		"10 000 in lines":  {many(10_000, "  - id: Q%d\n    kind: yes_no\n    text: 'Was it so?'\n    points: 2\n"), "at most 1000"},
		"10 000 in JSON":   {`{"format":"plainclothes/programme/v1","sections":[{"questions":[` + strings.Repeat("{},", 10_000) + "{}]}]}", "at most 1000"},
		"300 sections":     {many(300, "- {id: Z%d, title: T, questions: []}\n"), "at most 200"},
		"deep lists":       {"a: " + strings.Repeat("[", 150_000), "nested more than"},
		"deep groups":      {strings.Repeat("{a: ", 40_000), "nested more than"},
		"deep JSON":        {strings.Repeat(`{"a":`, 50_000) + "1" + strings.Repeat("}", 50_000), "nested more than"},
		"deep dashes":      {strings.Repeat("- ", 200_000), "nested more than"},
		"deep lines":       {deepLines(600), "nested more than"},
		"many keys":        {many(50_000, "k%d: v\n"), "more than 250 keys"},
		"same key":         {strings.Repeat("a: b\n", 60_000), "more than 250 keys"},
		"keys in brackets": {"a: {" + strings.Repeat("b: c, ", 40_000) + "}", "more than 250 keys"},
		"keys in JSON":     {`{"a":1` + strings.Repeat(`,"a":1`, 100_000) + "}", "more than 250 keys"},
		"many documents":   {strings.Repeat("---\na\n", 40_000), "second document"},
		"many items":       {"a: [" + strings.Repeat("a,", 900_000) + "]", "marks"},
		"many anchors":     {strings.Repeat("- &a b\n", 200_000), "marks"},
		"unknown names":    {small + unknown, "There is no question"},
		"unknown keys":     {strings.Replace(small, "name: Corner shop", strings.Repeat("nome: a\n", 230)+"name: b", 1), "Did you mean"},
		"one long word":    {"format: " + strings.Repeat("x", 2_000_000), "This reads"},
		"long condition":   {strings.Replace(small, "scenario == 'buyer'", strings.Repeat("(", 900)+"A1 > 3"+strings.Repeat(")", 900), 1), "nested more than"},
		"longer condition": {strings.Replace(small, "scenario == 'buyer'", strings.Repeat("A1 > 3 && ", 50_000)+"A1 > 4", 1), "longer than 2000"},
		"many lines":       {strings.Repeat("\n", 2_000_000), "empty"},
		"spaces":           {"a: b\n" + strings.Repeat(" ", 2_000_000), "format"},
	}
	for name, c := range cases {
		start := time.Now()
		p, problems := Parse([]byte(c[0]))
		took := time.Since(start)
		if p != nil || !strings.Contains(fmt.Sprint(problems), c[1]) {
			t.Errorf("%s: %.300s", name, fmt.Sprint(problems))
		}
		if took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		t.Logf("%-18s %8d bytes %v", name, len(c[0]), took.Round(time.Millisecond))
	}
}

func deepLines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestFromCanonicalRefusesWhatIsNoProgramme(t *testing.T) {
	good := mustParse(t, []byte(small)).Canonical()
	for name, b := range map[string][]byte{
		"cut": good[:len(good)-1], "more": append(bytes.Clone(good), "{}"...), "empty": nil, "points": bytes.Replace(good, []byte(`"points":2`), []byte(`"points":-2`), 1),
		"dangling": bytes.Replace(good, []byte(`"standard":"S1"`), []byte(`"standard":"S9"`), 1), "not UTF-8": bytes.Replace(good, []byte("Corner"), []byte("\xff"), 1),
	} {
		if p, err := FromCanonical(b); err == nil || p != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCheckFindsWhatAChangeBroke(t *testing.T) {
	p := mustParse(t, []byte(small))
	if q, problems := Check(p); q == nil || !q.Equal(p) {
		t.Fatalf("nothing was changed: %v", problems)
	}
	p.Standards = append([]Standard(nil), p.Standards...)
	p.Standards[0].ID = "S7"
	q, problems := Check(p)
	if q != nil || problems.Err() == nil || !strings.Contains(fmt.Sprint(problems), `Did you mean "S7"?`) {
		t.Errorf("problems %v", problems)
	}
}

func TestTheHashNamesTheContentNotTheNotation(t *testing.T) {
	p := mustParse(t, []byte(small))
	same := mustParse(t, change(t, `"no"`, `[ 'no' ]`))
	other := mustParse(t, change(t, "points: 2\n", "points: 2.5\n"))
	if p.Hash() != same.Hash() || p.Hash() == other.Hash() || len(p.Hash()) != 64 {
		t.Errorf("hashes %s %s %s", p.Hash(), same.Hash(), other.Hash())
	}
}

func TestTheSchemaAndTheReaderKnowTheSameKeys(t *testing.T) {
	b, err := os.ReadFile("../../api/programme.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		schemaPart
		Defs map[string]schemaPart `json:"$defs"`
	}
	if err := json.Unmarshal(b, &schema); err != nil {
		t.Fatal(err)
	}
	shapes := []shape{
		shapeVisit, shapeStage, shapeScenario, shapeScoring, shapeLevels, shapeLevelGood, shapeLevelWow, shapeStandard, shapeSection,
		shapeOption, shapeBand, shapeLevelText, shapeWowText, shapeCritical, shapeOptionCritical, shapeComment, shapeEvidence,
	}
	for _, r := range kinds {
		shapes = append(shapes, shapeOf(r))
	}
	schema.same(t, &shapeProgramme)
	for i := range shapes {
		d, ok := schema.Defs[shapes[i].name]
		if !ok {
			t.Errorf("the schema has no %s", shapes[i].name)
		}
		d.same(t, &shapes[i])
		delete(schema.Defs, shapes[i].name)
	}
	for name, d := range schema.Defs {
		if len(d.Properties) > 0 {
			t.Errorf("the reader has no %s", name)
		}
	}
}

// schemaPart is the part of a schema that names keys.
type schemaPart struct {
	Properties           map[string]json.RawMessage
	Required             []string
	AdditionalProperties *bool
}

func (d *schemaPart) same(t *testing.T, s *shape) {
	t.Helper()
	var required []string
	for _, k := range s.keys {
		if _, ok := d.Properties[k.name]; !ok {
			t.Errorf("%s: the schema lacks %s", s.name, k.name)
		}
		if k.required {
			required = append(required, k.name)
		}
	}
	if len(d.Properties) != len(s.keys) {
		t.Errorf("%s: %d keys in the schema, %d are read", s.name, len(d.Properties), len(s.keys))
	}
	if len(required)+len(d.Required) > 0 && !reflect.DeepEqual(required, d.Required) {
		t.Errorf("%s: required %v in the schema, %v are read", s.name, d.Required, required)
	}
	if d.AdditionalProperties == nil || *d.AdditionalProperties {
		t.Errorf("%s: the schema takes other keys", s.name)
	}
}

func BenchmarkParseADemoProgramme(b *testing.B) {
	src, _ := demo.File("coffee-kiosks")
	for b.Loop() {
		if p, _ := Parse(src); p == nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkFromCanonical(b *testing.B) {
	src, _ := demo.File("coffee-kiosks")
	canonical := mustParse(b, src).Canonical()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FromCanonical(canonical); err != nil {
			b.Fatal(err)
		}
	}
}
