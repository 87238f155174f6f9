package programme

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"pgregory.net/rapid"
)

// phoneJS is what the phone runs, in an engine for tests.
type phoneJS struct{ vm *goja.Runtime }

var (
	jsImport = regexp.MustCompile(`(?m)^import [^;]*;$`)
	jsExport = regexp.MustCompile(`(?m)^export (const|function)`)
)

// newPhoneJS loads the modules one after the other: the engine knows no modules, so import and export are taken away.
func newPhoneJS(t *testing.T) *phoneJS {
	t.Helper()
	var all strings.Builder
	for _, name := range []string{"conditions", "checklist", "gaps"} {
		b, err := os.ReadFile("../../static/js/" + name + ".js")
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(jsExport.ReplaceAllString(jsImport.ReplaceAllString(string(b), ""), "$1") + "\n")
	}
	all.WriteString(`
		const mapOf = (o) => new Map(Object.entries(o));
		function runShown(form, context, answers) {
			const s = shown(JSON.parse(form), JSON.parse(context), mapOf(JSON.parse(answers)));
			return JSON.stringify([[...s.sections], [...s.questions]]);
		}
		function runGaps(form, context, report, stage) {
			const r = JSON.parse(report);
			const all = gaps(JSON.parse(form), JSON.parse(context), {answers: mapOf(r.answers), comments: mapOf(r.comments), photos: mapOf(r.photos)}, stage);
			return JSON.stringify(all.map((g) => [g.section, g.question, g.kind, g.message]));
		}
		function runRead(question, values) {
			const q = JSON.parse(question);
			try {
				const v = read(q, JSON.parse(values));
				return JSON.stringify({value: v, again: read(q, typed(q, v))});
			} catch (e) {
				return JSON.stringify({error: e.message});
			}
		}`)
	vm := goja.New()
	if _, err := vm.RunString(all.String()); err != nil {
		t.Fatal(err)
	}
	return &phoneJS{vm}
}

// call runs one of the functions above with its arguments as JSON and reads its answer.
func (p *phoneJS) call(t rapid.TB, out any, name string, args ...any) {
	t.Helper()
	f, ok := goja.AssertFunction(p.vm.Get(name))
	if !ok {
		t.Fatalf("no function %s", name)
	}
	values := make([]goja.Value, len(args))
	for i, a := range args {
		if s, ok := a.(string); ok {
			values[i] = p.vm.ToValue(s)
			continue
		}
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		values[i] = p.vm.ToValue(string(b))
	}
	got, err := f(goja.Undefined(), values...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := json.Unmarshal([]byte(got.String()), out); err != nil {
		t.Fatal(err)
	}
}

// phoneContext is Context as the phone has it.
func phoneContext(c Context) map[string]any {
	return map[string]any{"scenario": c.Scenario, "channel": c.Channel, "format": c.Format, "features": append([]string{}, c.Features...)}
}

func drawContext(t *rapid.T, p *Programme) Context {
	return Context{
		Scenario: rapid.SampledFrom(p.Scenarios).Draw(t, "scenario").ID, Channel: rapid.SampledFrom([]string{"store", "web"}).Draw(t, "channel"),
		Format: rapid.SampledFrom([]string{"", "it's"}).Draw(t, "format"), Features: p.Features[:rapid.IntRange(0, len(p.Features)).Draw(t, "has")],
	}
}

// drawReport draws answers that the questions take, words and photos.
func drawReport(t *rapid.T, p *Programme) Report {
	r := Report{Answers: drawAnswers(t, p), Comments: map[string]string{}, Photos: map[string]int{}}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			if c := rapid.SampledFrom([]string{"", " ", "a", "é 漢字 🙂\u0085", strings.Repeat("words ", 20)}).Draw(t, "comment"); c != "" {
				r.Comments[q.ID] = c
			}
			if n := rapid.IntRange(0, 2).Draw(t, "photos"); n > 0 {
				r.Photos[q.ID] = n
			}
		}
	}
	return r
}

func TestThePhoneShowsAndMissesTheSame(t *testing.T) {
	js := newPhoneJS(t)
	found := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		p, problems := Check(drawProgramme(t))
		if p == nil {
			t.Fatal(problems)
		}
		ctx, r := drawContext(t, p), drawReport(t, p)
		form, answers := PhoneForm(p, ctx.Scenario), map[string]json.RawMessage{}
		for id, a := range r.Answers {
			q, _, _ := p.Question(id)
			answers[id] = a.JSON(q)
		}
		var seen [2][]string
		js.call(t, &seen, "runShown", form, phoneContext(ctx), answers)
		if want := shownIDs(p, Show(p, ctx, r.Answers)); !slices.Equal(append(seen[0], seen[1]...), want) {
			t.Fatalf("the phone shows %v, the server %v", seen, want)
		}
		stage := ""
		if stages := StagesOf(p, ctx.Scenario); len(stages) > 0 {
			stage = rapid.SampledFrom(stages).Draw(t, "stage").ID
			r.Stages = []string{stage}
		}
		var got [][4]string
		js.call(t, &got, "runGaps", form, phoneContext(ctx), map[string]any{"answers": answers, "comments": r.Comments, "photos": r.Photos}, stage)
		want := [][4]string{}
		for _, g := range Gaps(p, ctx, r) {
			want = append(want, [4]string{g.Section, g.Question, string(g.Kind), g.Message})
			found[string(g.Kind)]++
		}
		if !slices.Equal(got, want) {
			t.Fatalf("the phone misses %v, the server %v", got, want)
		}
	})
	for _, kind := range []GapKind{GapAnswer, GapComment, GapPhoto} {
		if !t.Failed() && found[string(kind)] == 0 {
			t.Errorf("no gap of kind %s was drawn", kind)
		}
	}
}

// shownIDs lists sections, then questions, in file order.
func shownIDs(p *Programme, s Shown) []string {
	var sections, questions []string
	for i := range p.Sections {
		if s.Section(p.Sections[i].ID) {
			sections = append(sections, p.Sections[i].ID)
		}
		for j := range p.Sections[i].Questions {
			if s.QuestionAt(i, j) {
				questions = append(questions, p.Sections[i].Questions[j].ID)
			}
		}
	}
	return append(sections, questions...)
}

// readAs are questions of every kind, and what people type and tap.
func readAs() []Question {
	unit := func(u string) Question { return Question{ID: "Q", Kind: Duration, Unit: u} }
	return []Question{
		{ID: "Q", Kind: YesNo, HasPoints: true},
		{ID: "Q", Kind: YesNo, NAAllowed: true},
		{ID: "Q", Kind: Rating, ScaleLo: -2, ScaleHi: 10},
		{ID: "Q", Kind: Number},
		{ID: "Q", Kind: Money},
		unit("s"), unit("min"), unit("h"),
		{ID: "Q", Kind: Time, NAAllowed: true},
		{ID: "Q", Kind: Date},
		{ID: "Q", Kind: Text},
		{ID: "Q", Kind: StaffName},
		{ID: "Q", Kind: LevelKind, Below: "b", Good: LevelText{Set: true, Text: "g"}, Wow: LevelText{Set: true}},
		{ID: "Q", Kind: Multi, Options: []Option{{Code: "a", Label: "A"}, {Code: "b", Label: "B"}, {Code: "c", Label: "C", Exclusive: true}}},
		{ID: "Q", Kind: Choice, Options: []Option{{Code: "a", Label: "A"}, {Code: "b", Label: "B"}}},
	}
}

func TestThePhoneReadsWhatIsTypedAlike(t *testing.T) {
	js := newPhoneJS(t)
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		questions := readAs()
		q := &questions[rapid.IntRange(0, len(questions)-1).Draw(t, "question")]
		form := phoneQuestion(q)
		word := rapid.OneOf(
			rapid.SampledFrom([]string{"yes", "no", "a", "b", "c", "na", "not_observed", "below", "good", "wow", "", " ", "2026-02-29", "2028-02-29", "1899-12-31", "2026-11-21", "0000-01-01"}),
			rapid.StringMatching(`[ ]?[+-]?[0-9]{0,4}[.,]?[0-9]{0,6}[ ]?`), rapid.StringMatching(`-?[0-9]{1,5}:[0-9]{1,3}(:[0-9]{2})?`), rapid.StringMatching(`[0-9]{1,14}`),
			rapid.StringMatching(`[£$€]? ?[0-9]{1,3}[.,][0-9]{1,3}([.,][0-9]{2})? ?[£$€]?`), rapid.StringMatching(`[0-2]?[0-9]:[0-6][0-9](:[0-6][0-9])?`),
			rapid.StringOfN(rapid.RuneFrom([]rune("aé漢🙂 \t\n\u0007\u0085\u00a0\u2028")), 0, 8, -1),
		)
		values := rapid.SliceOfN(word, 1, 1).Draw(t, "typed")
		if q.Kind == Multi || rapid.IntRange(0, 9).Draw(t, "twice") == 0 {
			values = append(values, rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "na", ""}), 0, 3).Draw(t, "more")...)
		}
		var got struct {
			Value, Again json.RawMessage
			Error        string
		}
		js.call(t, &got, "runRead", form, values)
		a, err := ParseForm(q, values)
		if errors.Is(err, errControl) { // the phone takes such characters out when it keeps the words
			return
		}
		if err != nil {
			if got.Error == "" || got.Error != err.Error() && got.Error != "Choose one of the answers." &&
				!strings.Contains(err.Error(), "not one of the answers") && isASCII(values) {
				t.Fatalf("%s %q: the phone says %s%q, the server %q", q.Kind, values, got.Value, got.Error, err)
			}
			return
		}
		read++
		if want := string(a.JSON(q)); !sameJSON(t, want, string(got.Value)) || !sameJSON(t, want, string(got.Again)) {
			t.Fatalf("%s %q: the phone reads %s (again %s)%s, the server %s", q.Kind, values, got.Value, got.Again, got.Error, want)
		}
		if _, err := ParseAnswer(q, got.Value); err != nil {
			t.Fatalf("%s %q: the server refuses %s: %v", q.Kind, values, got.Value, err)
		}
	})
	if !t.Failed() && read < 10 {
		t.Errorf("only %d answers could be read", read)
	}
}

// isASCII reports whether every character is one byte: about a number with other characters in it both complain, but
// maybe about another part of it.
func isASCII(values []string) bool {
	return !strings.ContainsFunc(strings.Join(values, ""), func(r rune) bool { return r > 127 })
}

func sameJSON(t rapid.TB, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return fmt.Sprintf("%#v", x) == fmt.Sprintf("%#v", y)
}

func TestTapsFollowFromTheTimers(t *testing.T) {
	p := &Programme{Sections: []Section{{ID: "A", Questions: []Question{
		{ID: "A1", Kind: Time, Timer: "arrive"}, {ID: "A2", Kind: Duration, Timer: "arrive_to_greet"}, {ID: "A3", Kind: Duration, Timer: "look_up"}, {ID: "A4", Kind: Duration},
	}}, {ID: "B", Questions: []Question{{ID: "B1", Kind: Duration, Timer: "greet_to_pay"}, {ID: "B2", Kind: Time, Timer: "leave"}}}}}
	var got []string
	for _, tap := range Taps(p) {
		got = append(got, fmt.Sprintf("%s %q %v %v %v", tap.Name, tap.Label, tap.Time, tap.Start, tap.Stop))
	}
	want := []string{
		`arrive "Arrived" [A1] [A2] []`, `greet "Greeted" [] [B1] [A2]`, `look_up "Look up: start" [] [A3] []`, `look_up_end "Look up: stop" [] [] [A3]`,
		`pay "Paid" [] [] [B1]`, `leave "Left" [B2] [] []`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !IsTap(p, "greet") || IsTap(p, "arrive_to_greet") {
		t.Error("a tap is a moment, not a timer")
	}
}
