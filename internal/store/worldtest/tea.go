package worldtest

import (
	"fmt"
	"strings"

	"plainclothes/internal/org"
)

// Tea is a programme file with as many standards as wanted, K01 …, each witnessed by a question of 2 points (Q01 …,
// in sections A and B by turns) and a WOW question (W01 …). K01 also has a level question L01; T01 asks the time, V01 is
// for the vault, N01 for a name, R01 for a receipt, X01 for words.
func Tea(standards int) string {
	var b strings.Builder
	b.WriteString(`format: plainclothes/programme/v1
programme: tea-rooms
name: Tea rooms
trade: cafés
features: [garden]
visit: {minutes: 30, report_due_hours: 24, fee: 12, reimburse_up_to: 8, rotation_days: 60, visits_per_branch: 1, wave: monthly}
dayparts: {morning: '07:00-12:00', afternoon: '12:00-18:00'}
scenarios:
  guest: {title: Guest, share: 70, brief: Drink a cup of tea at a table.}
  takeaway: {title: Takeaway, share: 30, brief: Take a cup of tea with you.}
scoring: {wow_policy: separate, min_completeness: 50}
levels: {good: {min_score: 80}, wow: {min_score: 90, min_wow_share: 50}}
standards:
`)
	for i := range standards {
		fmt.Fprintf(&b, "  K%02d: {title: Standard %d, good: 'Staff do it, number %d.', wow: With a smile., why: Guests notice., good_target: 80, wow_target: 30}\n", i+1, i+1, i+1)
	}
	b.WriteString("sections:\n")
	for s, section := range []string{"A", "B"} {
		fmt.Fprintf(&b, "- id: %s\n  title: Section %s\n  questions:\n", section, section)
		for i := s; i < standards; i += 2 {
			fmt.Fprintf(&b, "  - {id: Q%02d, kind: yes_no, text: 'Was it done, number %d?', standard: K%02d, points: 2, na_allowed: true}\n", i+1, i+1, i+1)
			fmt.Fprintf(&b, "  - {id: W%02d, kind: wow, text: 'With a smile, number %d?', standard: K%02d, wow: {text: A smile, points: 1}}\n", i+1, i+1, i+1)
		}
		if s == 0 {
			b.WriteString(extras)
		}
	}
	return b.String()
}

const extras = `  - {id: L01, kind: level, text: 'How was the welcome?', standard: K01, below: None, good: {text: A word, points: 2}, wow: {text: By name, points: 1}}
  - {id: T01, kind: time, text: 'When did you come in?', required: false}
  - {id: V01, kind: text, text: 'Anything private?', required: false, privacy: vault}
  - {id: N01, kind: staff_name, text: 'Who served you?', privacy: vault}
  - {id: R01, kind: receipt, text: 'The receipt', required: false}
  - {id: X01, kind: text, text: 'How was it?', required: false}
`

// Answered fills in the tea checklist: each question is met with the chance given, WOW with half of that.
func (w *World) Answered(standards int, chance float64) map[string]string {
	yes := func(p float64) string {
		if w.luck.Float64() < p {
			return `"yes"`
		}
		return `"no"`
	}
	all := map[string]string{"L01": `"good"`}
	for i := range standards {
		all[fmt.Sprintf("Q%02d", i+1)] = yes(chance)
		all[fmt.Sprintf("W%02d", i+1)] = yes(chance / 2)
	}
	return all
}

// Season makes the same number of visits to every branch, spread over the months given ("2026-09"), with chances that
// differ by branch from 0.6 to 0.95.
func (w *World) Season(standards, visits int, months ...string) {
	w.t.Helper()
	var all []Made
	for i, b := range w.Branches {
		chance := 0.6 + 0.35*float64(i)/float64(max(1, len(w.Branches)-1))
		for v := range visits {
			all = append(all, w.seasonal(b, v, months, w.Answered(standards, chance)))
		}
	}
	for len(all) > 0 {
		n := min(500, len(all))
		w.Visits(all[:n])
		all = all[n:]
	}
}

func (w *World) seasonal(b org.Branch, v int, months []string, answers map[string]string) Made {
	scenario := "guest"
	if v%3 == 2 {
		scenario = "takeaway"
	}
	return Made{
		Branch: b, Scenario: scenario, On: fmt.Sprintf("%s-%02d", months[v%len(months)], 1+w.luck.IntN(20)), Hour: 9 + w.luck.IntN(8),
		Answers: answers,
	}
}
