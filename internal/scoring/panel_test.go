package scoring

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plainclothes/internal/programme"
)

// readBy are the stored answers as one checklist understands them: what a panel has to agree with.
func readBy(t interface{ Fatal(args ...any) }, p *programme.Programme, src string) programme.Answers {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(src), &raw); err != nil {
		t.Fatal(err)
	}
	all := programme.Answers{}
	for _, q := range questionsOf(p) {
		if b, ok := raw[q.ID]; ok {
			if a, err := programme.ParseAnswer(q, b); err == nil && a.State != programme.Missing {
				all[q.ID] = a
			}
		}
	}
	return all
}

// stored are answers as reports keep them.
func stored(t interface{ Fatal(args ...any) }, answers programme.Answers) string {
	b, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAPanelJudgesAsEachChecklistWouldAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Three checklists that share some questions and not others, and visits that were made with any of them.
		a, first := drawCase(t, wild)
		b, second := drawCase(t, wild)
		c, _ := programme.FromCanonical(a.Canonical())
		if c == nil {
			c = a
		} else if qs := questionsOf(c); len(qs) > 0 {
			q := qs[rapid.IntRange(0, len(qs)-1).Draw(t, "changed")]
			q.NAAllowed, q.MustObserve, q.Reverse = !q.NAAllowed, !q.MustObserve, !q.Reverse
		}
		lists := []*Checklist{Compile(a), Compile(b), Compile(c)}
		panel := NewPanel(lists...)
		var got, want Verdict
		for _, in := range []Input{first, second, first} { // what is left of one visit must not reach the next
			src := stored(t, in.Answers)
			if err := panel.Read([]byte(src)); err != nil {
				t.Fatal(err)
			}
			for i, l := range lists {
				answers := readBy(t, l.p, src)
				l.Judge(Input{Context: in.Context, Answers: answers}, &want)
				panel.Judge(i, &in.Context, &got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("checklist %d of %s:\n%s", i, src, diff)
				}
			}
			var has []string
			panel.Answered(func(q int) { has = append(has, lists[0].items[q].q.ID) })
			if mine := readBy(t, a, src); len(has) != len(mine) {
				t.Fatalf("answers to %v of %v", has, mine)
			}
		}
	})
}

func TestOldAnswersAreReadAsEachChecklistUnderstandsThem(t *testing.T) {
	choice := programme.Question{ID: "B", Kind: programme.Choice, Options: []programme.Option{{Code: "yes", Points: 3, HasPoints: true}}}
	now := Compile(flatProgramme(yesNo("A", 100), choice, yesNo("D", 100)))
	old := Compile(flatProgramme(yesNo("A", 100), yesNo("B", 100), yesNo("C", 100)))
	p := NewPanel(now, old)
	answered := func() string {
		var all []string
		p.Answered(func(q int) { all = append(all, now.items[q].q.ID) })
		return strings.Join(all, ",")
	}
	var v Verdict
	for range 2 { // what is left of one visit must not reach the next
		if err := p.Read([]byte(` {"A":"yes", "B" : "no","C":"yes","X":[1,{"y":2}],"D":null} `)); err != nil {
			t.Fatal(err)
		}
		if got := answered(); got != "A" {
			t.Errorf("the draft has answers to %s", got)
		}
		for list, bp := range []int{10_000, 6667} {
			if p.Judge(list, &programme.Context{}, &v); v.BaseBP != bp {
				t.Errorf("checklist %d: %d, want %d", list, v.BaseBP, bp)
			}
		}
		if err := p.Read([]byte(`{}`)); err != nil || answered() != "" {
			t.Errorf("%s, %v", answered(), err)
		}
		if p.Judge(1, &programme.Context{}, &v); v.Scored {
			t.Errorf("nothing was answered: %+v", v)
		}
	}
	for _, bad := range []string{``, `[]`, `{"A":"yes"`, `{"A" "yes"}`, `null`} {
		if err := p.Read([]byte(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}

func TestAPanelRemembersAnswersWithinBounds(t *testing.T) {
	text := programme.Question{ID: "T", Kind: programme.Text}
	p := NewPanel(Compile(flatProgramme(yesNo("A", 100), text)))
	for i := range 2 * mostKnown {
		if err := p.Read(fmt.Appendf(nil, `{"T":"%d","A":"%s"}`, i, strings.Repeat("no", i))); err != nil {
			t.Fatal(err)
		}
	}
	for i := range p.slots {
		for raw := range p.slots[i].known {
			if len(raw) > longestKnown || len(p.slots[i].known) > mostKnown {
				t.Fatalf("%d answers are kept, one of %d bytes", len(p.slots[i].known), len(raw))
			}
		}
	}
}

// BenchmarkPanel40 reads a visit and judges it by two checklists that differ in one question.
func BenchmarkPanel40(b *testing.B) {
	p, in, _ := fortyQuestions(b, "separate", false)
	changed, _ := programme.FromCanonical(p.Canonical())
	changed.Sections[0].Questions[0].Points++
	panel := NewPanel(Compile(changed), Compile(p))
	src := []byte(stored(b, in.Answers))
	var v Verdict
	b.ReportAllocs()
	for b.Loop() {
		if err := panel.Read(src); err != nil {
			b.Fatal(err)
		}
		panel.Judge(0, &in.Context, &v)
		panel.Judge(1, &in.Context, &v)
	}
}
