package scoring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"
)

// answerOf is one line of output.
type answerOf struct {
	Error  string          `json:"error"`
	Line   int             `json:"line"`
	BaseBP *int            `json:"base_bp"`
	Trace  json.RawMessage `json:"trace"`
}

func scoreText(t *testing.T, text string) (out []answerOf, lines, bad int) {
	t.Helper()
	var w bytes.Buffer
	lines, bad, err := ScoreLines(demoProgramme(t, "coffee-kiosks"), strings.NewReader(text), &w, false)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(w.Bytes()) {
		var a answerOf
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, a)
	}
	return out, lines, bad
}

func TestABadLineIsNamedAndTheOthersAreScored(t *testing.T) {
	good := `{"scenario":"buyer","answers":{"A3":"yes"}}`
	out, lines, bad := scoreText(t, strings.Join([]string{good, "", "nonsense", good, "  ", `{"scenario":"buyer","answers":{"A3":"maybe"}}`}, "\n"))
	if lines != 4 || bad != 2 || len(out) != 4 {
		t.Fatalf("%d lines, %d bad: %+v", lines, bad, out)
	}
	for i, line := range []int{0, 3, 0, 6} {
		if out[i].Line != line || (out[i].Error != "") != (line > 0) || (out[i].BaseBP == nil) != (line > 0) {
			t.Errorf("answer %d: %+v", i+1, out[i])
		}
	}
}

func TestErrorsOfALineNameTheThingAndWhatItMayBe(t *testing.T) {
	for line, want := range map[string][]string{
		`{"scenario":"buyer","answers":{"A3":"maybe"}}`:              {"Question A3", "maybe", "yes", "no"},
		`{"scenario":"buyer","answers":{"A3":"na"}}`:                 {"Question A3", "yes, no"},
		`{"scenario":"buyer","answers":{"A3":true}}`:                 {"Question A3", "yes, no"},
		`{"scenario":"buyer","answers":{"Z9":"yes"}}`:                {`no question "Z9"`, "A1, A2", "more"},
		`{"scenario":"buyer","answers":{"A3":"yes","A3":"no"}}`:      {"Question A3", "twice"},
		`{"scenario":"buyer","answers":{"A3":"yes","\u00413":"no"}}`: {"Question A3", "twice"},
		`{"scenario":"buyer","scenario":"buyer","answers":{}}`:       {`"scenario"`, "twice"},
		`{"scenario":"thief","answers":{}}`:                          {`no scenario "thief"`, "buyer, non_buyer"},
		`{"scenario":7,"answers":{}}`:                                {`"scenario" must be a text`},
		`{"answers":{}}`:                                             {`"scenario" is missing`, "buyer, non_buyer"},
		`{"scenario":"buyer","features":["has_pool"]}`:               {"has_pool", "has_seating"},
		`{"scenario":"buyer","features":[7]}`:                        {"feature 7"},
		`{"scenario":"buyer","features":"has_seating"}`:              {`"features" must be a list`},
		`{"scenario":"buyer","answers":["yes"]}`:                     {`"answers" must be an object`},
		`{"scenario":"buyer","answer":{}}`:                           {`"answer"`, "answers"},
		`{"scenario":"buyer","format":1}`:                            {`"format"`},
		`{"scenario":"buyer","channel":null}`:                        {`"channel"`},
		`["buyer"]`:                                                  {"JSON object"},
		`"buyer"`:                                                    {"JSON object"},
		`{"scenario":"buyer"`:                                        {"not JSON", "byte"},
		`{"scenario":"buyer"} {}`:                                    {"not JSON"},
		`{"scenario":"thief","features":"x"}`:                        {"thief", `"features"`}, // both
	} {
		out, _, bad := scoreText(t, line)
		if bad != 1 {
			t.Errorf("%s was scored", line)
			continue
		}
		for _, w := range want {
			if !strings.Contains(out[0].Error, w) {
				t.Errorf("%s\n\tgives %q\n\twithout %q", line, out[0].Error, w)
			}
		}
	}
}

func TestALineWithManyErrorsSaysOnlySome(t *testing.T) {
	var b strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&b, `,"Z%d":1`, i)
	}
	out, _, _ := scoreText(t, `{"scenario":"buyer","answers":{`+b.String()[1:]+`}}`)
	if n := len(out[0].Error); n > 4_000 || !strings.HasSuffix(out[0].Error, "There is more.") {
		t.Errorf("%d characters: %.200s", n, out[0].Error)
	}
}

func TestALineThatIsTooLongIsThatLinesErrorOnly(t *testing.T) {
	pad := func(n int) string {
		line := `{"scenario":"buyer","answers":{"A3":"yes"}}`
		return line + strings.Repeat(" ", n-len(line))
	}
	out, lines, bad := scoreText(t, pad(MaxLine)+"\r\n"+pad(MaxLine+1)+"\n"+pad(5*MaxLine)+"\n"+pad(100)+"\n"+pad(3*MaxLine))
	if lines != 5 || bad != 3 {
		t.Fatalf("%d lines, %d bad", lines, bad)
	}
	for i, wrong := range []bool{false, true, true, false, true} {
		if strings.Contains(out[i].Error, "longer than") != wrong {
			t.Errorf("line %d: %+v", i+1, out[i])
		}
	}
}

func TestAByteOrderMarkAndWindowsLineEndsDoNoHarm(t *testing.T) {
	line := `{"scenario":"buyer","answers":{"A3":"yes"}}`
	if _, lines, bad := scoreText(t, "\xef\xbb\xbf"+line+"\r\n\r\n"+line+"\r\n"); lines != 2 || bad != 0 {
		t.Errorf("%d lines, %d bad", lines, bad)
	}
}

func TestResultsComeInTheOrderOfTheirLines(t *testing.T) {
	const n = 20_000
	var in strings.Builder
	for i := range n {
		if i%3 == 0 {
			fmt.Fprintf(&in, "{\"scenario\":\"no%d\"}\n", i)
			continue
		}
		fmt.Fprintf(&in, "{\"scenario\":\"buyer\",\"answers\":{\"A3\":%q,\"A4\":\"yes\"}}\n", []string{"yes", "no"}[i%2])
	}
	out, lines, bad := scoreText(t, in.String())
	if lines != n || bad != (n+2)/3 || len(out) != n {
		t.Fatalf("%d lines, %d bad, %d answers", lines, bad, len(out))
	}
	for i, a := range out {
		switch {
		case i%3 == 0 && a.Line != i+1:
			t.Fatalf("answer %d is of line %d", i+1, a.Line)
		case i%3 != 0 && *a.BaseBP != []int{10_000, 5_000}[i%2]:
			t.Fatalf("answer %d is %d", i+1, *a.BaseBP)
		}
	}
}

func TestWithTraceEveryResultCarriesItsArithmetic(t *testing.T) {
	var w bytes.Buffer
	p := demoProgramme(t, "coffee-kiosks")
	if _, _, err := ScoreLines(p, strings.NewReader(`{"scenario":"buyer","answers":{"A3":"yes"}}`), &w, true); err != nil {
		t.Fatal(err)
	}
	var a answerOf
	var trace Trace
	if err := json.Unmarshal(w.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(a.Trace, &trace); err != nil {
		t.Fatal(err)
	}
	if len(trace.Questions) != len(questionsOf(p)) || trace.Total.BaseBP == nil || *trace.Total.BaseBP != *a.BaseBP {
		t.Errorf("trace %s", a.Trace)
	}
}

func TestALineIsAnsweredWithoutWaitingForTheNext(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := demoProgramme(t, "coffee-kiosks")
	in, feed := io.Pipe()
	results, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, _, err := ScoreLines(p, in, out, false)
		ended <- err
		out.Close()
	}()
	got := make(chan string, 1)
	for range 3 {
		if _, err := io.WriteString(feed, `{"scenario":"buyer","answers":{"A3":"yes"}}`+"\n"); err != nil {
			t.Fatal(err)
		}
		go func() {
			buf := make([]byte, 4_096)
			n, _ := results.Read(buf)
			got <- string(buf[:n])
		}()
		select {
		case line := <-got:
			if !strings.Contains(line, `"base_bp":10000`) {
				t.Fatal(line)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("no answer")
		}
	}
	feed.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestAReadErrorIsReportedAfterWhatWasRead(t *testing.T) {
	defer goleak.VerifyNone(t)
	broken := errors.New("the disk is gone")
	line := `{"scenario":"buyer","answers":{"A3":"yes"}}` + "\n"
	var w bytes.Buffer
	r := io.MultiReader(strings.NewReader(line+line+`{"scen`), iotest.ErrReader(broken))
	lines, bad, err := ScoreLines(demoProgramme(t, "coffee-kiosks"), r, &w, false)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "line 3") || lines != 2 || bad != 0 {
		t.Errorf("%d lines, %d bad, %v", lines, bad, err)
	}
}

type fullDisk struct{ left int }

var errFull = errors.New("the disk is full")

func (f *fullDisk) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestAWriteErrorEndsTheRunAndLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := strings.NewReader(strings.Repeat(`{"scenario":"buyer","answers":{"A3":"yes"}}`+"\n", 50_000))
	lines, _, err := ScoreLines(demoProgramme(t, "coffee-kiosks"), r, &fullDisk{left: 1 << 20}, false)
	if !errors.Is(err, errFull) || lines == 50_000 || lines == 0 {
		t.Errorf("%d lines, %v", lines, err)
	}
	if r.Len() == 0 {
		t.Error("it read on to the end")
	}
}

func TestSmallReadsGiveTheSameAsLargeOnes(t *testing.T) {
	text := `{"scenario":"buyer","answers":{"A3":"yes"}}` + "\n\n" + `{"scenario":"buyer"}x` + "\n" + `{"scenario":"non_buyer","answers":{"A3":"no"}}`
	p := demoProgramme(t, "coffee-kiosks")
	var large, small bytes.Buffer
	if _, _, err := ScoreLines(p, strings.NewReader(text), &large, false); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ScoreLines(p, iotest.OneByteReader(strings.NewReader(text)), &small, false); err != nil {
		t.Fatal(err)
	}
	if large.String() != small.String() {
		t.Errorf("%s\nand\n%s", large.String(), small.String())
	}
}

func TestALineKnowsNothingOfTheLineBefore(t *testing.T) {
	l := newLineReader(Compile(demoProgramme(t, "coffee-kiosks")))
	if _, problem := l.read([]byte(`{"scenario":"buyer","format":"tram","channel":"store","features":["has_seating"],"answers":{"A3":"yes"}}`)); problem != "" {
		t.Fatal(problem)
	}
	in, problem := l.read([]byte(`{"scenario":"non_buyer"}`))
	if problem != "" || in.Context.Scenario != "non_buyer" || in.Context.Format != "" || in.Context.Channel != "" ||
		len(in.Context.Features) > 0 || len(in.Answers) > 0 {
		t.Errorf("%+v %s", in, problem)
	}
}

func TestPointsAreWrittenInPoints(t *testing.T) {
	for p, want := range map[int]string{0: "0", 400: "4", 350: "3.5", 305: "3.05", 1: "0.01", 99: "0.99"} {
		r := Result{Wow: WowPoints{Earned: 0, Available: answerPoints(p)}}
		if !strings.Contains(string(r.Wire()), `"available":`+want+`}`) {
			t.Errorf("%d hundredths: %s", p, r.Wire())
		}
	}
}

func FuzzScoreLine(f *testing.F) {
	for _, g := range goldenCases(f) {
		f.Add([]byte(g.Visit))
	}
	for _, s := range []string{
		``, `{}`, `[]`, `{"scenario":"buyer","features":["has_seating"],"format":"a","channel":"b","answers":{"A2":4.5,"A3":null}}`,
		`{"scenario":"buyer","answers":{"A3":"\u0079es","A2":-1e3,"O2":"\ud800"}}`, `{"a":{"b":[1,"]}",{"c":"\""}]}}`, "\xff{", `{"features":[ ]}`,
	} {
		f.Add([]byte(s))
	}
	p := demoProgramme(f, "coffee-kiosks")
	c := Compile(p)
	f.Fuzz(func(t *testing.T, line []byte) {
		l := newLineReader(c)
		in, problem := l.read(line)
		if problem != "" {
			return
		}
		want, got := naiveScore(p, in), c.Score(in)
		if !bytes.Equal(want.Wire(), got.Wire()) {
			t.Fatalf("plain  %s\nengine %s", want.Wire(), got.Wire())
		}
		if !json.Valid(got.Wire()) {
			t.Fatalf("not JSON: %s", got.Wire())
		}
		if _, again := l.read(line); again != "" {
			t.Fatalf("read once and then %q", again)
		}
		c.Preview(in)
		mustJSON(t, c.Trace(in))
	})
}
