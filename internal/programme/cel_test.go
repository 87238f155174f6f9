package programme

import (
	"fmt"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"pgregory.net/rapid"
)

// celQuestions are the kinds that conditions ask about.
var celQuestions = []string{
	`{"id": "N1", "kind": "number", "text": "T"}`, `{"id": "M1", "kind": "money", "text": "T"}`, `{"id": "R1", "kind": "rating", "text": "T", "scale": [0, 10]}`,
	`{"id": "Y1", "kind": "yes_no", "text": "T"}`, `{"id": "L1", "kind": "level", "text": "T", "below": "B", "good": {"points": 1, "text": "G"}, "wow": {"points": 1, "text": "W"}}`,
	`{"id": "B1", "kind": "multi", "text": "T", "options": [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}, {"code": "c", "label": "C"}]}`,
	`{"id": "T1", "kind": "time", "text": "T"}`, `{"id": "E1", "kind": "date", "text": "T"}`,
}

// celEnv declares the same names to CEL.
func celEnv(t *testing.T, s *scope) *cel.Env {
	t.Helper()
	options := []cel.EnvOption{
		cel.Variable("scenario", cel.StringType), cel.Variable("channel", cel.StringType), cel.Variable("format", cel.StringType),
		cel.Variable("branch", cel.MapType(cel.StringType, cel.BoolType)), cel.CrossTypeNumericComparisons(true),
	}
	for id, q := range s.earlier {
		typ := cel.StringType
		switch ruleOf(q.Kind).asks {
		case condNumber:
			typ = cel.DynType
		case condMulti:
			typ = cel.ListType(cel.StringType)
		case condCode, condTime, condDate, condFree, condNothing:
		}
		options = append(options, cel.Variable(id, typ))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func TestConditionsAgreeWithCELWhenEverythingIsAnswered(t *testing.T) {
	s := &scope{features: []string{"f1", "f2"}, scenarios: []string{"buyer", "looker"}, earlier: map[string]*Question{}, all: map[string]bool{}}
	for _, raw := range celQuestions {
		q := questionFrom(t, raw)
		s.earlier[q.ID] = q
	}
	env := celEnv(t, s)
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		ours, theirs := celSource(t, 4)
		n, failed := s.compile(ours)
		if failed != nil {
			t.Fatalf("%s: %s", ours, failed.message)
		}
		ast, issues := env.Compile(theirs)
		if issues.Err() != nil {
			t.Fatalf("CEL refuses %s: %v", theirs, issues.Err())
		}
		program, err := env.Program(ast)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			in, vars := celInput(t, s)
			out, _, err := program.Eval(vars)
			if err != nil {
				t.Fatalf("CEL on %s: %v", theirs, err)
			}
			got := n.Eval(in)
			if seen[got]++; out.Value() != got {
				t.Fatalf("%s with %v: CEL says %v, we say %v", ours, vars, out.Value(), got)
			}
		}
	})
	if all := seen[true] + seen[false]; !t.Failed() && min(seen[true], seen[false])*5 < all {
		t.Errorf("one-sided: %v", seen)
	}
}

// celSource draws a condition and the same in CEL: they differ only in "chose any of", which CEL says with a macro.
func celSource(t *rapid.T, depth int) (ours, theirs string) {
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0, 1:
			a, b := celSource(t, depth-1)
			c, d := celSource(t, depth-1)
			sign := rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "sign")
			return a + sign + c, b + sign + d
		case 2:
			a, b := celSource(t, depth-1)
			return "( " + a + " )", "(" + b + ")"
		case 3:
			a, b := celSource(t, depth-1)
			return "!(" + a + ")", "!(" + b + ")"
		}
	}
	return celLeaf(t)
}

func celLeaf(t *rapid.T) (ours, theirs string) {
	number := func() string {
		return rapid.SampledFrom([]string{"0", "1", "2.5", "-1", "3", "-0.5", "10"}).Draw(t, "number")
	}
	equal := rapid.SampledFrom([]string{"==", "!="}).Draw(t, "equal")
	op := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
	var src string
	switch rapid.IntRange(0, 9).Draw(t, "leaf") {
	case 0:
		src = rapid.SampledFrom([]string{"N1", "M1", "R1"}).Draw(t, "name") + " " + op + " " + number()
	case 1:
		src = number() + op + rapid.SampledFrom([]string{"N1", "M1", "R1"}).Draw(t, "name")
	case 2:
		src = "N1 in [" + number() + "," + number() + ",]"
	case 3:
		src = "Y1 " + equal + ` "yes"`
	case 4:
		src = "L1 in ['good', \"wow\"]"
	case 5:
		src = "T1 " + op + " '12:00'"
	case 6:
		src = "E1 " + op + " '2026-11-21'"
	case 7:
		src = rapid.SampledFrom([]string{"branch.f1", "!branch.f2", "!!branch.f1", "scenario == 'buyer'", "'buyer' != scenario", "channel in ['web', 'phone']"}).Draw(t, "context")
	case 8:
		src = "format " + equal + ` 'it\'s \u00e9 \"x\" \\'`
	default:
		list := rapid.SampledFrom([]string{"['a']", "['b', 'c']", "['a', 'c']"}).Draw(t, "list")
		return "B1 in " + list, "B1.exists(x, x in " + list + ")"
	}
	return src, src
}

// celInput draws what both see.
func celInput(t *rapid.T, s *scope) (*Env, map[string]any) {
	ctx := Context{
		Scenario: rapid.SampledFrom(s.scenarios).Draw(t, "scenario"), Channel: rapid.SampledFrom(channels).Draw(t, "channel"),
		Format: rapid.SampledFrom([]string{"", "it's é \"x\" \\", "other"}).Draw(t, "format"),
	}
	branch := map[string]bool{}
	for _, f := range s.features {
		if branch[f] = rapid.Bool().Draw(t, f); branch[f] {
			ctx.Features = append(ctx.Features, f)
		}
	}
	vars := map[string]any{"scenario": ctx.Scenario, "channel": ctx.Channel, "format": ctx.Format, "branch": branch}
	answers := Answers{}
	for _, raw := range celQuestions {
		id := strings.Split(raw, `"`)[3]
		answers[id], vars[id] = celAnswer(t, s.earlier[id])
	}
	return &Env{Context: &ctx, Answer: func(id string) (Answer, bool) { a, ok := answers[id]; return a, ok }}, vars
}

func celAnswer(t *rapid.T, q *Question) (Answer, any) {
	a := drawAnswer(t, q)
	for a.State != Answered {
		a.State = Answered
		a = drawAnswer(t, q)
	}
	switch q.Kind {
	case Number, Money, Rating:
		a.Number = rapid.SampledFrom([]Decimal{0, DecimalOne, 25000, 30000, -DecimalOne, -5000, 10 * DecimalOne}).Draw(t, "number")
		return a, float64(a.Number) / float64(DecimalOne)
	case Multi:
		return a, a.Codes
	}
	return a, a.Text
}

func TestWhatWeAcceptIsCEL(t *testing.T) {
	v := loadVectors(t)
	s := v.scope(t)
	env := celEnv(t, s)
	for _, c := range v.Cases {
		if c.Error != "" || strings.HasPrefix(c.Condition, "B1") || strings.HasPrefix(c.Condition, "!(B1") {
			continue
		}
		if _, issues := env.Compile(c.Condition); issues.Err() != nil {
			t.Errorf("%s is no CEL: %v", c.Condition, fmt.Sprint(issues.Err()))
		}
	}
}
