package tryout

import (
	"slices"
	"testing"
	"time"

	"plainclothes/internal/programme"
)

const small = `
format: plainclothes/programme/v1
programme: small
name: Small
trade: Test
features: [has_seating]
visit: {minutes: 10, report_due_hours: 24, fee: 5, rotation_days: 30, visits_per_branch: 1, wave: monthly}
scenarios:
  buyer: {title: Buyer, share: 50, brief: Buy}
  browser: {title: Browser, share: 50, brief: Look}
scoring: {wow_policy: separate}
levels: {good: {min_score: 80}, wow: {min_score: 90, min_wow_share: 50}}
standards:
  K1: {title: Welcome, good: Greeted, good_target: 80}
sections:
- id: A
  title: First
  questions:
  - {id: A1, kind: yes_no, text: Was somebody there?, points: 2, standard: K1, comment: {when: [no]}}
  - {id: A2, kind: yes_no, text: Did they greet?, points: 2, standard: K1, show_if: "A1 == 'yes'", evidence: {photo: on_fail}}
- id: B
  title: Seats
  show_if: branch.has_seating
  questions:
  - {id: B1, kind: yes_no, text: Was a seat free?, points: 1, standard: K1}
`

func parsedSmall(t *testing.T) *programme.Programme {
	t.Helper()
	p, problems := programme.Parse([]byte(small))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// walked is a run that gave these answers one after another.
func walked(p *programme.Programme, scenario string, features []string, answers ...programme.Answers) Run {
	r := Run{Hash: "now", Scenario: scenario, Opened: time.Unix(1, 0), Context: programme.Context{Scenario: scenario, Features: features}}
	r.walk(p)
	for _, a := range answers {
		shown := programme.Show(p, r.Context, a)
		r.Trail.walk(p, &shown, a)
	}
	return r
}

func said(word string) programme.Answer {
	return programme.Answer{State: programme.Answered, Text: word}
}

func numbers(all []Place) []string {
	out := []string{}
	for _, x := range all {
		out = append(out, x.Number)
	}
	return out
}

func TestCoverageNamesWhatWasNeverShown(t *testing.T) {
	p := parsedSmall(t)
	seats := []string{"has_seating"}
	yes, no := programme.Answers{"A1": said("yes")}, programme.Answers{"A1": said("no")}
	failed := programme.Answers{"A1": said("yes"), "A2": said("no")}
	for name, c := range map[string]struct {
		runs                         []Run
		never, always, words, photos []string
		scenarios, seen              int
		done                         bool
	}{
		"no run":              {nil, []string{"1", "2"}, nil, nil, nil, 2, 0, false},
		"one that was opened": {[]Run{walked(p, "buyer", nil)}, []string{"1.2", "2"}, nil, []string{"1.1"}, nil, 1, 1, false},
		"one with answers":    {[]Run{walked(p, "buyer", nil, yes)}, []string{"2"}, nil, []string{"1.1"}, []string{"1.2"}, 1, 2, false},
		"seats every time":    {[]Run{walked(p, "buyer", seats, yes, failed, no)}, nil, []string{"2"}, nil, nil, 1, 3, false},
		"two that go round":   {[]Run{walked(p, "buyer", seats, failed, no), walked(p, "browser", nil)}, nil, nil, nil, nil, 0, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := coverageOf(p, "now", c.runs)
			for what, x := range map[string][2][]string{
				"never": {numbers(got.Never), c.never}, "always": {numbers(got.Always), c.always}, "words": {numbers(got.Words), c.words}, "photos": {numbers(got.Photos), c.photos},
			} {
				if !slices.Equal(x[0], x[1]) {
					t.Errorf("%s: %v, want %v", what, x[0], x[1])
				}
			}
			if len(got.Scenarios) != c.scenarios || got.Seen != c.seen || got.Total != 3 || got.Done() != c.done {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestRunsOfAnOlderDraftOrNeverOpenedSayNothing(t *testing.T) {
	p := parsedSmall(t)
	older, unopened := walked(p, "buyer", nil), walked(p, "buyer", nil)
	older.Hash, unopened.Opened = "then", time.Time{}
	got := coverageOf(p, "now", []Run{older, unopened})
	if got.Older != 1 || got.Runs != 0 || len(got.Never) != 2 || len(got.Scenarios) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestASectionAndAQuestionMayHaveTheSameID(t *testing.T) {
	var trail Trail
	add(&trail.Without, "B")
	if has(trail.Without, sectionMark+"B") {
		t.Error("the question B stands for the section B")
	}
}
