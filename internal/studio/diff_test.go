package studio_test

import (
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

func TestDifferencesAreSaidInWords(t *testing.T) {
	for _, c := range []struct {
		name, old, with             string
		targets, definitions, words []string
		series                      []string
		score                       bool
	}{
		{
			name: "nothing", old: "name: Tea rooms", with: "name: Tea rooms",
		},
		{
			name: "a target", old: "good_target: 80", with: "good_target: 85.5",
			targets: []string{"Standard 1 (K01): the target for Good rises from 80 % to 85.5 %."},
		},
		{
			name: "no WOW target", old: ", wow_target: 30", with: "",
			targets: []string{"Standard 1 (K01): the target for WOW (30 %) is gone."},
		},
		{
			name: "criticality and weight", old: "wow_target: 30}", with: "wow_target: 30, criticality: zero_tolerance, weight: 4}",
			targets: []string{
				"Standard 1 (K01): it is zero tolerance now and was normal.",
				"Standard 1 (K01): its weight changes from 1 to 4.",
			},
		},
		{
			name: "a level", old: "good: {min_score: 80}", with: "good: {min_score: 75}",
			targets: []string{"Levels of later visits: the score that a Good visit needs falls from 80 % to 75 %."},
		},
		{
			name: "words", old: "title: Standard 1, good: 'Staff do it, number 1.'", with: "title: Greeting, good: 'A word.'",
			words: []string{"K01 is called “Greeting” now; it was “Standard 1”.", "Greeting (K01): what Good means is worded anew."},
		},
		{
			name: "points", old: "standard: K02, points: 2", with: "standard: K02, points: 2.5",
			definitions: []string{
				"Standard 2 (K02): question Q02 (“Was it done, number 2?”): its points change from 2 to 2.5.",
				"Score: visits before and after this version are counted apart.",
			},
			series: []string{"K02"}, score: true,
		},
		{
			name: "the met share", old: "wow_target: 30}", with: "wow_target: 30, met_share: 90}",
			definitions: []string{"Standard 1 (K01): the share of points that counts as met falls from 100 % to 90 %."},
			series:      []string{"K01"},
		},
		{
			name: "a hint", old: "points: 2, na_allowed: true}", with: "points: 2, na_allowed: true, hint: A nod counts.}",
			words: []string{"Question Q01 (“Was it done, number 1?”): its hint is worded anew."},
		},
		{
			name: "a plan", old: "minutes: 30", with: "minutes: 45",
			words: []string{"The plan of visits: how long a visit takes is 45 minutes now and was 30 minutes."},
		},
		{
			name: "pay and wave", old: "fee: 12, reimburse_up_to: 8, rotation_days: 60, visits_per_branch: 1, wave: monthly",
			with: "fee: 12.5, reimburse_up_to: 0, rotation_days: 30, visits_per_branch: 2, wave: quarterly",
			words: []string{
				"The plan of visits: the fee is 12.5 now and was 12.",
				"The plan of visits: what is paid back is 0 now and was 8.",
				"The plan of visits: before the same shopper may come again is 30 days now and was 60 days.",
				"The plan of visits: visits to each branch in a wave is 2 now and was 1.",
				"The plan of visits: the wave is quarterly now and was monthly.",
			},
		},
		{
			name: "scenarios", old: "share: 70, brief: Drink a cup of tea at a table.}\n  takeaway: {title: Takeaway, share: 30,",
			with: "share: 60, brief: Drink it.}\n  group: {title: Group, share: 10, brief: Come as three.}\n  takeaway: {title: Takeaway, share: 30, requires: garden,",
			words: []string{
				"Scenario guest: its share of the visits is “60 %” now and was “70 %”.",
				"Scenario guest: its brief is worded anew.",
				"Scenario group (“Group”) is new, for 10 % of the visits.",
				"Scenario takeaway: what it requires of a branch is “garden” now and was nothing.",
			},
		},
		{
			name: "stages, parts of the day, features", old: "features: [garden]", with: "features: [garden, terrace]\nstages: {later: {title: Afterwards, opens: at_start, closes: +14d}}",
			words: []string{"Stage later (“Afterwards”) is new.", "Branch feature terrace is new."},
		},
		{
			name: "a part of the day", old: "morning: '07:00-12:00', ", with: "morning: '06:30-12:00', ",
			words: []string{"Part of the day morning: its time is “06:30 to 12:00” now and was “07:00 to 12:00”."},
		},
		{
			name: "a condition", old: "standard: K02, points: 2, na_allowed: true", with: "standard: K02, points: 2, na_allowed: true, show_if: \"Q01 == 'yes' && branch.garden\"",
			definitions: []string{
				"Standard 2 (K02): question Q02 (“Was it done, number 2?”): it is asked when 1.1 “Was it done, number 1?” is Yes, and “garden” is true of the branch now and was asked always.",
				"Score: visits before and after this version are counted apart.",
			},
			series: []string{"K02"}, score: true,
		},
		{
			name: "points of levels", old: "good: {text: A word, points: 2}", with: "good: {text: A kind word, points: 1}",
			definitions: []string{
				"Standard 1 (K01): question L01 (“How was the welcome?”): the points for Good change from 2 to 1; Good reads “A kind word” now and read “A word”.",
				"Score: visits before and after this version are counted apart.",
			},
			series: []string{"K01"}, score: true,
		},
		{
			name: "weights and policy", old: "scoring: {wow_policy: separate, min_completeness: 50}",
			with: "scoring: {wow_policy: bonus, bonus_cap: 110, min_completeness: 60, section_weights: {A: 2, B: 1}}",
			definitions: []string{
				"Score: WOW points add to the score, up to 110 %; before, they stayed outside the score.",
				"Score: how complete a visit must be to be scored rises from 50 % to 60 %.",
				"Score: section A weighs 2 now; it weighed nothing of its own.",
				"Score: section B weighs 1 now; it weighed nothing of its own.",
				"Score: visits before and after this version are counted apart.",
			},
			score: true,
		},
		{
			name: "options", old: "{id: R01, kind: receipt, text: 'The receipt', required: false}",
			with: "{id: R01, kind: choice, text: 'The receipt', options: [{code: a, label: Given, points: 2}, {code: b, label: Not given, points: 0, critical: {cap_visit: 60}}]}",
			definitions: []string{
				"Score: question R01 (“The receipt”): its kind is choice now and was receipt; option “Given” is new, with 2 points; option “Not given” is new, with 0 points; it must be answered now.",
				"Score: visits before and after this version are counted apart.",
			},
			score: true,
		},
		{
			name: "questions that measure nothing", old: "{id: X01, kind: text, text: 'How was it?', required: false}", with: "{id: X02, kind: text, text: 'What else?', required: false}",
			words: []string{"Question X02 (“What else?”) is new.", "Question X01 (“How was it?”) is gone."},
		},
		{
			name: "a picture", old: "why: Guests notice.", with: "why: Guests notice., photo: hello.jpg",
			words: []string{"Standard 1 (K01): it has a picture now."},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := parse(t, worldtest.Tea(2)), parse(t, strings.Replace(worldtest.Tea(2), c.old, c.with, 1))
			d := studio.DifferenceOf(a, b)
			for what, lists := range map[string][2][]string{
				"targets": {d.Targets, c.targets}, "definitions": {d.Definitions, c.definitions}, "words": {d.Words, c.words}, "series": {d.Series, c.series},
			} {
				if !slices.Equal(lists[0], lists[1]) {
					t.Errorf("%s: %q, want %q", what, lists[0], lists[1])
				}
			}
			if d.Score != c.score || d.Empty() != (c.old == c.with) {
				t.Errorf("score %v, empty %v", d.Score, d.Empty())
			}
		})
	}
}

// Every change of a series has a reason that can be read, whichever field of a question made it.
func TestEveryNewSeriesHasAReason(t *testing.T) {
	for _, change := range []string{
		"reverse: true", "na_allowed: false", "must_observe: true", "required: false", "points: 7", "text: Something else", "show_if: \"scenario == 'guest'\"",
		"critical: {when: [no], flag: true}", "kind: rating, scale: [1, 5]",
	} {
		line := "{id: Q02, kind: yes_no, text: 'Was it done, number 2?', standard: K02, points: 2, na_allowed: true}"
		key, _, _ := strings.Cut(change, ":")
		var parts []string
		for _, part := range strings.Split(strings.Trim(line, "{}"), ", ") {
			if !strings.HasPrefix(part, key+":") && !strings.HasPrefix(part, "number 2?'") {
				parts = append(parts, part)
			}
		}
		with := strings.Join(append(parts, change), ", ")
		with = "{" + strings.Replace(with, "text: 'Was it done", "text: 'Was it done, number 2?'", 1) + "}"
		a, b := parse(t, worldtest.Tea(2)), parse(t, strings.Replace(worldtest.Tea(2), line, with, 1))
		d := studio.DifferenceOf(a, b)
		if !slices.Equal(d.Series, []string{"K02"}) || len(d.Definitions) < 2 {
			t.Errorf("%s: series %q because %q", change, d.Series, d.Definitions)
		}
	}
}

func parse(t *testing.T, src string) *programme.Programme {
	t.Helper()
	p, problems := programme.Parse([]byte(src))
	if err := problems.Err(); err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return p
}

// What an option or a band becomes is said for each of them.
func TestOptionsAndBandsAreComparedOneByOne(t *testing.T) {
	line := "{id: R01, kind: receipt, text: 'The receipt', required: false}"
	of := func(question string) *programme.Programme {
		return parse(t, strings.Replace(worldtest.Tea(2), line, question, 1))
	}
	for _, c := range []struct{ was, is, says string }{
		{
			"{id: R01, kind: choice, text: Given, options: [{code: a, label: Yes, points: 2}, {code: b, label: No, points: 0}, {code: c, label: Later, points: 1}]}",
			"{id: R01, kind: choice, text: Given, options: [{code: a, label: At once, points: 3}, {code: b, label: No, points: 0, critical: {flag: true}}, {code: d, label: Never, points: 0}]}",
			"option “Yes” reads “At once” now; option “At once” has 3 points now and had 2 points; option “No”: choosing it is flagged now; nothing must not fail before; " +
				"option “Never” is new, with 0 points; option “Later” is gone; it had 1 point.",
		},
		{
			"{id: R01, kind: duration, text: Given, unit: s, bands: [{up_to: 60, points: 2}, {points: 0}]}",
			"{id: R01, kind: duration, text: Given, unit: min, bands: [{up_to: 1.5, points: 2}, {up_to: 3, points: 1}, {points: 0}]}",
			"its bands are up to 1.5: 2, up to 3: 1, above: 0 now and were up to 60: 2, above: 0; it is asked in min now and was asked in s.",
		},
		{
			"{id: R01, kind: multi, text: Given, cap: 3, options: [{code: a, label: A, points: 2}, {code: b, label: B, points: 2}]}",
			"{id: R01, kind: multi, text: Given, options: [{code: a, label: A, points: 2}, {code: b, label: B, points: 2}]}",
			"the most that its options can earn is their sum now and was 3.",
		},
	} {
		d := studio.DifferenceOf(of(c.was), of(c.is))
		if !d.Score || !slices.ContainsFunc(d.Definitions, func(s string) bool { return strings.HasSuffix(s, c.says) }) {
			t.Errorf("%q, want %q", d.Definitions, c.says)
		}
	}
}
