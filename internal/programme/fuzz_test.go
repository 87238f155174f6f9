package programme

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"plainclothes/internal/programme/demo"
)

func FuzzParse(f *testing.F) {
	for _, name := range demo.Names() {
		src, _ := demo.File(name)
		f.Add(src)
		p := mustParse(f, src)
		f.Add(p.Canonical())
		f.Add(p.Export())
	}
	for _, src := range []string{
		small, calm, "", "{", "[", "---", "a: &a *a", "? a", "- - -", "a: |\n x", "\uFEFFformat: x", "{\"format\": null}", "format:\n\t- x", "a: 'x\n  y'", "a: \"\\x41\"", "%", "!!a", "<<: x",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		p, problems := Parse(src)
		if (p == nil) != (problems.Errors() > 0) || p == nil && problems.Err() == nil {
			t.Fatalf("programme %v with %v", p != nil, problems)
		}
		for _, x := range problems {
			if x.Message == "" || x.Line < 0 || (x.Line == 0) != (x.Column == 0) {
				t.Fatalf("problem without place or words: %+v", x)
			}
		}
		if p == nil {
			return
		}
		q, problems := Parse(p.Export())
		if q == nil || !q.Equal(p) {
			t.Fatalf("export is another programme: %v\n%s", problems, p.Export())
		}
		r, err := FromCanonical(p.Canonical())
		if err != nil || !bytes.Equal(r.Canonical(), p.Canonical()) || !json.Valid(p.Canonical()) {
			t.Fatalf("canonical form is another programme: %v\n%s", err, p.Canonical())
		}
		Lint(p)
		Gaps(p, Context{Scenario: p.Scenarios[0].ID}, Report{})
	})
}

func FuzzCondition(f *testing.F) {
	for _, src := range []string{
		"scenario == 'buyer'", "N1 >= 3 && (Y1 == 'yes' || B1 in ['a', 'b'])", "!branch.f1", "'x' != format", "T1 < '12:00'", "N1 in [1, -2.5,]", `format == "\u00e9\\\n"`,
		"((((", "a.b.c", "1 < 2 < 3", "N1 == 99999999999999999999", "'", "\\", "Y1=='yes'&&!(!(Y1=='no'))",
	} {
		f.Add(src)
	}
	s := &scope{features: []string{"f1"}, scenarios: []string{"buyer"}, earlier: map[string]*Question{}, all: map[string]bool{}}
	for _, raw := range celQuestions {
		q := questionFrom(f, raw)
		s.earlier[q.ID] = q
	}
	env := &Env{Context: &Context{Scenario: "buyer"}, Answer: func(string) (Answer, bool) { return Answer{State: Answered, Text: "yes"}, true }}
	f.Fuzz(func(t *testing.T, src string) {
		n, err := s.compile(src)
		if err != nil {
			if err.message == "" || err.at < 0 || err.at > len(src) {
				t.Fatalf("%+v", err)
			}
			return
		}
		again, err := s.compile(n.Source())
		if err != nil || !reflect.DeepEqual(n, again) || n.Eval(env) != again.Eval(env) {
			t.Fatalf("%q is shown as %q, which is another condition: %v", src, n.Source(), err)
		}
	})
}
