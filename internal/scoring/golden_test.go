package scoring

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
)

// goldenCase is a worked example: a visit as a line of the score command, and its result.
type goldenCase struct {
	Case      string          `json:"case"`
	Programme string          `json:"programme"`
	Visit     json.RawMessage `json:"visit"`
	Result    json.RawMessage `json:"result"`
}

func goldenCases(t testing.TB) []goldenCase {
	t.Helper()
	src, err := os.ReadFile("testdata/scoring-visits.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	if err := json.Unmarshal(src, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func demoProgramme(t testing.TB, name string) *programme.Programme {
	t.Helper()
	src, ok := demo.File(name)
	if !ok {
		t.Fatalf("there is no programme %s", name)
	}
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func compact(t testing.TB, src []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, src); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheWorkedExamplesAreExactToTheByte(t *testing.T) {
	cases := goldenCases(t)
	if len(cases) != 10 {
		t.Fatalf("%d worked examples, want 10", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Case, func(t *testing.T) {
			var out strings.Builder
			p := demoProgramme(t, c.Programme)
			lines, bad, err := ScoreLines(p, strings.NewReader(compact(t, c.Visit)+"\n"), &out, false)
			if err != nil || lines != 1 || bad != 0 {
				t.Fatalf("%d lines, %d bad, %v: %s", lines, bad, err, out.String())
			}
			if got, want := strings.TrimSpace(out.String()), compact(t, c.Result); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestTheWorkedExamplesAgreeWithAPlainReadingOfTheRules(t *testing.T) {
	for _, c := range goldenCases(t) {
		p := demoProgramme(t, c.Programme)
		in, problem := newLineReader(Compile(p)).read(c.Visit)
		if problem != "" {
			t.Fatal(problem)
		}
		if r := naiveScore(p, in); string(r.Wire()) != compact(t, c.Result) {
			t.Errorf("%s: the plain engine gives %s", c.Case, r.Wire())
		}
	}
}
