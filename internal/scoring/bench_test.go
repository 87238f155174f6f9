package scoring

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"plainclothes/internal/programme"
)

// fortyQuestions is a checklist of 40 questions of all scored kinds in 8 weighted sections, with conditions, criticals
// and standards, and a visit that answers all of them.
func fortyQuestions(tb testing.TB, policy programme.WowPolicy, weighted bool) (*programme.Programme, Input, string) {
	tb.Helper()
	var y strings.Builder
	y.WriteString("format: plainclothes/programme/v1\nprogramme: forty\nname: Forty\ntrade: test\nfeatures: [seats]\n" +
		"visit: {minutes: 30, report_due_hours: 12, fee: 9.0, reimburse_up_to: 6.5, rotation_days: 60, visits_per_branch: 3, wave: monthly}\n" +
		"scenarios:\n  buyer: {title: Buyer, share: 100, brief: Buy something.}\n")
	fmt.Fprintf(&y, "scoring: {wow_policy: %s, min_completeness: 80", policy)
	if weighted {
		y.WriteString(", section_weights: {A: 10, B: 15, C: 5, D: 20, E: 12, F: 13, G: 11, H: 14}")
	}
	y.WriteString("}\nlevels: {good: {min_score: 80}, wow: {min_score: 90, min_wow_share: 50}}\nstandards:\n")
	for i := range 6 {
		fmt.Fprintf(&y, "  K%d: {title: T%d, good: Good, wow: More, good_target: 85, wow_target: 30}\n", i, i)
	}
	y.WriteString("sections:\n")
	var answers []string
	for s := range 8 {
		id := string(rune('A' + s))
		fmt.Fprintf(&y, "- id: %s\n  title: Part %s\n  questions:\n", id, id)
		for i, q := range []string{
			"kind: yes_no, points: %d, critical: {when: 'no', cap_visit: 69}",
			"kind: choice, options: [{code: a, label: A, points: %d}, {code: b, label: B, points: 1}], show_if: %[2]s1 == 'yes' && scenario == 'buyer'",
			"kind: rating, scale: [0, 10], points: %d",
			"kind: duration, unit: s, bands: [{up_to: 60, points: %d}, {up_to: 120, points: 1}, {points: 0}], show_if: %[2]s3 >= 2",
			"kind: level, below: No, good: {points: %d, text: Good}, wow: {points: 2, text: More}",
		} {
			q = fmt.Sprintf(q, 2+(s*7+i*3)%9, id)
			q, _, _ = strings.Cut(q, "%!")
			fmt.Fprintf(&y, "  - {id: %s%d, text: How was it, standard: K%d, %s}\n", id, i+1, (s+i)%6, q)
			answers = append(answers, fmt.Sprintf(`"%s%d":%s`, id, i+1, []string{`"yes"`, `"b"`, `7`, `90`, `"wow"`}[i]))
		}
	}
	p, problems := programme.Parse([]byte(y.String()))
	if err := problems.Err(); err != nil {
		tb.Fatal(err)
	}
	line := `{"scenario":"buyer","features":["seats"],"answers":{` + strings.Join(answers, ",") + `}}`
	in, problem := newLineReader(Compile(p)).read([]byte(line))
	if problem != "" || len(in.Answers) != 40 {
		tb.Fatalf("%d answers: %s", len(in.Answers), problem)
	}
	return p, in, line
}

func BenchmarkScore40(b *testing.B) {
	for _, policy := range allPolicies {
		for _, weighted := range flatOrNot {
			b.Run(fmt.Sprintf("%s/weighted=%v", policy, weighted), func(b *testing.B) {
				p, in, _ := fortyQuestions(b, policy, weighted)
				c := Compile(p)
				b.ReportAllocs()
				for b.Loop() {
					c.Score(in)
				}
			})
		}
	}
}

func BenchmarkTrace40(b *testing.B) {
	p, in, _ := fortyQuestions(b, programme.WowExpected, true)
	c := Compile(p)
	b.ReportAllocs()
	for b.Loop() {
		c.Trace(in)
	}
}

func BenchmarkPreview40(b *testing.B) {
	p, in, _ := fortyQuestions(b, programme.WowExpected, true)
	delete(in.Answers, "A1")
	delete(in.Answers, "B3")
	c := Compile(p)
	b.ReportAllocs()
	for b.Loop() {
		c.Preview(in)
	}
}

func BenchmarkScoreLines100k(b *testing.B) {
	p, _, line := fortyQuestions(b, programme.WowExpected, true)
	src := bytes.Repeat([]byte(line+"\n"), 100_000)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if lines, bad, err := ScoreLines(p, bytes.NewReader(src), io.Discard, false); lines != 100_000 || bad > 0 || err != nil {
			b.Fatal(lines, bad, err)
		}
	}
}

func TestScoringAVisitOfFortyQuestionsStaysWithinFiftyAllocations(t *testing.T) {
	for _, policy := range allPolicies {
		for _, weighted := range flatOrNot {
			p, in, _ := fortyQuestions(t, policy, weighted)
			c := Compile(p)
			if n := testing.AllocsPerRun(100, func() { c.Score(in) }); n > 50 {
				t.Errorf("%s, weighted %v: %v allocations", policy, weighted, n)
			}
		}
	}
}
