package programme

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// vectors are the shared cases of testdata/conditions.json.
type vectors struct {
	Features, Scenarios []string
	Questions, Later    []json.RawMessage
	Cases               []vector
}

type vector struct {
	Condition string
	Context   struct {
		Scenario, Channel, Format string
		Features                  []string
	}
	Answers map[string]json.RawMessage
	Hidden  []string
	Want    bool
	Error   string
}

func loadVectors(t *testing.T) vectors {
	t.Helper()
	b, err := os.ReadFile("testdata/conditions.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// questionFrom reads one question as the file would hold it.
func questionFrom(t testing.TB, raw string) *Question {
	t.Helper()
	tr, err := treeFromJSON([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{root: tr}
	q := readQuestion(node{r: &reader{c: c, bad: map[*tree]bool{}, kinds: kinds}, t: tr})
	if len(c.list) > 0 {
		t.Fatalf("question %s: %v", raw, c.list)
	}
	return &q
}

func (v *vectors) scope(t *testing.T) *scope {
	s := &scope{features: v.Features, scenarios: v.Scenarios, earlier: map[string]*Question{}, all: map[string]bool{"Q0": true}, self: "Q0"}
	for _, raw := range v.Questions {
		q := questionFrom(t, string(raw))
		s.earlier[q.ID], s.all[q.ID] = q, true
	}
	for _, raw := range v.Later {
		s.all[questionFrom(t, string(raw)).ID] = true
	}
	return s
}

// answerOf reads a case's answer without asking whether the question allows the reserved words: conditions never do.
func answerOf(t *testing.T, q *Question, raw json.RawMessage) Answer {
	t.Helper()
	free := *q
	free.NAAllowed = true
	if string(raw) == `"not_observed"` {
		return Answer{State: NotObserved}
	}
	a, err := ParseAnswer(&free, raw)
	if err != nil {
		t.Fatalf("answer %s of %s: %v", raw, q.ID, err)
	}
	return a
}

func (c *vector) env(t *testing.T, s *scope) *Env {
	ctx := Context{Scenario: c.Context.Scenario, Channel: c.Context.Channel, Format: c.Context.Format, Features: c.Context.Features}
	return &Env{Context: &ctx, Answer: func(id string) (Answer, bool) {
		for _, h := range c.Hidden {
			if h == id {
				return Answer{}, false
			}
		}
		raw, ok := c.Answers[id]
		if !ok {
			return Answer{}, true
		}
		return answerOf(t, s.earlier[id], raw), true
	}}
}

func TestConditionsGiveWhatTheSharedCasesSay(t *testing.T) {
	v := loadVectors(t)
	s := v.scope(t)
	for _, c := range v.Cases {
		n, err := s.compile(c.Condition)
		switch {
		case c.Error != "" && err == nil:
			t.Errorf("%s: accepted, want an error with %q", c.Condition, c.Error)
		case c.Error != "" && !strings.Contains(err.message, c.Error):
			t.Errorf("%s: error %q, want %q in it", c.Condition, err.message, c.Error)
		case c.Error == "" && err != nil:
			t.Errorf("%s: %s", c.Condition, err.message)
		case c.Error == "" && n.Eval(c.env(t, s)) != c.Want:
			t.Errorf("%s with %s: %v, want %v", c.Condition, c.Answers, !c.Want, c.Want)
		}
	}
}

func TestThePhoneEvaluatesTheSharedCasesAlike(t *testing.T) {
	v := loadVectors(t)
	s := v.scope(t)
	evaluate := phoneEvaluator(t)
	for _, c := range v.Cases {
		if c.Error != "" {
			continue
		}
		n, err := s.compile(c.Condition)
		if err != nil {
			t.Fatalf("%s: %s", c.Condition, err.message)
		}
		if got := evaluate(&n, &c); got != c.Want {
			t.Errorf("%s with %s: phone says %v, want %v", c.Condition, c.Answers, got, c.Want)
		}
	}
}

// phoneEvaluator runs the browser's module. The engine knows no modules, so the word export is taken away.
func phoneEvaluator(t *testing.T) func(n *Node, c *vector) bool {
	t.Helper()
	src, err := os.ReadFile("../../static/js/conditions.js")
	if err != nil {
		t.Fatal(err)
	}
	vm := goja.New()
	if _, err := vm.RunString(strings.ReplaceAll(string(src), "export function", "function") + `
		function run(node, c) {
			c = JSON.parse(c);
			return evaluate(JSON.parse(node), {...c.context, answer: (id) => c.hidden.includes(id) ? null : c.answers[id]});
		}`); err != nil {
		t.Fatal(err)
	}
	var run func(node, c string) bool
	if err := vm.ExportTo(vm.Get("run"), &run); err != nil {
		t.Fatal(err)
	}
	return func(n *Node, c *vector) bool {
		node, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		return run(string(node), phoneCase(t, c))
	}
}

func phoneCase(t *testing.T, c *vector) string {
	t.Helper()
	answers, features, hidden := c.Answers, c.Context.Features, c.Hidden
	if answers == nil {
		answers = map[string]json.RawMessage{}
	}
	b, err := json.Marshal(map[string]any{
		"context": map[string]any{"scenario": c.Context.Scenario, "channel": c.Context.Channel, "format": c.Context.Format, "features": append([]string{}, features...)},
		"answers": answers, "hidden": append([]string{}, hidden...),
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestALongOrDeepConditionIsRefused(t *testing.T) {
	s := &scope{features: []string{"f"}}
	for name, src := range map[string]string{
		"brackets": strings.Repeat("(", 900) + "branch.f" + strings.Repeat(")", 900),
		"not":      strings.Repeat("!", 1900) + "branch.f",
		"long":     strings.Repeat("branch.f && ", 200) + "branch.f",
	} {
		if _, err := s.compile(src); err == nil || !strings.Contains(err.message, "simpler") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.compile(strings.Repeat("(", 30) + "branch.f" + strings.Repeat(")", 30)); err != nil {
		t.Errorf("30 brackets: %s", err.message)
	}
}

func TestAConditionAllocatesNothingWhenItIsEvaluated(t *testing.T) {
	v := loadVectors(t)
	s := v.scope(t)
	n, err := s.compile("scenario == 'buyer' && (N1 > 3 || B1 in ['room']) && !branch.has_seating")
	if err != nil {
		t.Fatal(err.message)
	}
	codes := []string{"room"}
	env := &Env{Context: &Context{Scenario: "buyer"}, Answer: func(string) (Answer, bool) { return Answer{State: Answered, Codes: codes}, true }}
	if got := testing.AllocsPerRun(100, func() { n.Eval(env) }); got > 0 {
		t.Errorf("%v allocations", got)
	}
}
