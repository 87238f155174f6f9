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
			words: []string{"Hints, order or other things around the questions change; every number stays."},
		},
		{
			name: "a plan", old: "minutes: 30", with: "minutes: 45",
			words: []string{"The plan of a visit changes: its length, pay, deadline or how often."},
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
