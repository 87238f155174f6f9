package edit_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/programme/edit"
)

// partsOf lists every part of a programme.
func partsOf(p *programme.Programme) []edit.Ref {
	all := []edit.Ref{{Kind: edit.Whole}}
	add := func(k edit.PartKind, id, of string) { all = append(all, edit.Ref{Kind: k, ID: id, Of: of}) }
	for i := range p.Sections {
		add(edit.Section, p.Sections[i].ID, "")
		for j := range p.Sections[i].Questions {
			q := &p.Sections[i].Questions[j]
			add(edit.Question, q.ID, "")
			for _, o := range q.Options {
				add(edit.Option, o.Code, q.ID)
			}
		}
	}
	for _, s := range p.Standards {
		add(edit.Standard, s.ID, "")
	}
	for _, s := range p.Scenarios {
		add(edit.Scenario, s.ID, "")
	}
	for _, s := range p.Stages {
		add(edit.Stage, s.ID, "")
	}
	for _, d := range p.Dayparts {
		add(edit.Daypart, d.ID, "")
	}
	for _, f := range p.Features {
		add(edit.Feature, f, "")
	}
	return all
}

// drawn draws operations on a programme.
type drawn struct {
	t *rapid.T
	p *programme.Programme
}

func pick[T any](t *rapid.T, label string, of ...T) T { return rapid.SampledFrom(of).Draw(t, label) }

func (d drawn) part(kinds ...edit.PartKind) edit.Ref {
	all := slices.DeleteFunc(partsOf(d.p), func(r edit.Ref) bool { return len(kinds) > 0 && !slices.Contains(kinds, r.Kind) })
	if len(all) == 0 {
		return edit.Ref{Kind: edit.Section, ID: "none"}
	}
	return rapid.SampledFrom(all).Draw(d.t, "part")
}

// words are what people type, and what they should not.
func (d drawn) words(label string) string {
	return pick(d.t, label, "", "yes", "no", "2", "0.5", "-1", "1e9", "30", "A1", "K1", "buyer", "has_seating", "Was it clean?", " two\nlines ", "é\u0301 漢字 🙂", "a\x00b", "\xff", "true", "on",
		"flag", "cap_visit", "zero_section", "fail", "always", "answers", "07:00", "9:30", "after:visit", "+6h", "s", "min", "choice", "yes_no", "required", strings.Repeat("x", 500), "na", "last", "none_of_these")
}

// fields takes some fields of a part and changes some of their values.
func (d drawn) fields(r edit.Ref) []edit.Field {
	var out []edit.Field
	for _, f := range edit.FieldValues(d.p, r) {
		if !rapid.Bool().Draw(d.t, "take "+f.Name) {
			continue
		}
		if rapid.IntRange(0, 3).Draw(d.t, "change") == 0 {
			f.Values = []string{d.words("value")}
		}
		out = append(out, f)
	}
	return out
}

// row draws a row of a condition, sensible more often than not.
func (d drawn) row(part edit.Ref) edit.Row {
	subjects := edit.Subjects(d.p, part)
	s := rapid.SampledFrom(subjects).Draw(d.t, "subject")
	r := edit.Row{Subject: s.ID, Verb: edit.Verb(rapid.SampledFrom(s.Verbs).Draw(d.t, "verb").Value)}
	switch {
	case s.Input == edit.InputFeature:
	case len(s.Values) > 0:
		r.Values = []string{rapid.SampledFrom(s.Values).Draw(d.t, "answer").Value}
	default:
		r.Values = []string{pick(d.t, "constant", "3", "2.5", "14:05", "2026-11-21", "kiosk", "")}
	}
	return r
}

// op draws an operation, right or wrong.
func (d drawn) op() edit.Op {
	drop := rapid.Bool().Draw(d.t, "drop")
	place := rapid.IntRange(0, 9).Draw(d.t, "place")
	switch rapid.IntRange(0, 9).Draw(d.t, "operation") {
	case 0:
		r := d.part()
		return edit.Set{Part: r, Fields: d.fields(r), Drop: drop}
	case 1:
		r := d.part(edit.Question)
		return edit.Set{Part: r, Fields: []edit.Field{edit.F("kind", string(pick(d.t, "kind", programme.Kinds()...)))}, Drop: drop}
	case 2:
		return edit.Add{Kind: edit.Question, In: d.part(edit.Section).ID, At: place, Fields: []edit.Field{
			edit.F("kind", string(pick(d.t, "kind", programme.Kinds()...))), edit.F("text", d.words("text")),
		}}
	case 3:
		kind := pick(d.t, "what", edit.Section, edit.Standard, edit.Scenario, edit.Stage, edit.Feature, edit.Option)
		return edit.Add{Kind: kind, In: d.part(edit.Question).ID, At: place, Fields: []edit.Field{edit.F("title", d.words("title"))}}
	case 4:
		return edit.Move{Part: d.part(), To: place, Drop: drop}
	case 5:
		return edit.Move{Part: d.part(edit.Question), To: place, In: d.part(edit.Section).ID, Drop: drop}
	case 6:
		return edit.Duplicate{Part: d.part()}
	case 7:
		return edit.Remove{Part: d.part(), Drop: drop}
	case 8:
		r := d.part(edit.Section, edit.Question)
		rows := make([]edit.Row, rapid.IntRange(0, 3).Draw(d.t, "rows"))
		for i := range rows {
			rows[i] = d.row(r)
		}
		return edit.SetCondition{Part: r, Any: drop, Rows: rows}
	}
	return edit.PasteQuestions{Section: d.part(edit.Section).ID, At: place, Text: pick(d.t, "paste", "1. One\n2. Two | yes/no | 3", "- a\t\n\n• b | choice: x, y", "x | nonsense", "")}
}

// uniqueIDs fails when two parts have one id.
func uniqueIDs(t *rapid.T, p *programme.Programme) {
	seen := map[edit.Ref]bool{}
	for _, r := range partsOf(p) {
		if seen[r] {
			t.Fatalf("%v is there twice", r)
		}
		seen[r] = true
	}
}

// start is a programme to change: one of the shipped, or an empty one.
func start(t *rapid.T) *programme.Programme {
	name := rapid.SampledFrom(append(demo.Names(), "")).Draw(t, "start")
	if name == "" {
		p, err := edit.New("new-one", "New", "")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	src, _ := demo.File(name)
	p, _ := programme.Parse(src)
	return p
}

func TestAnyOperationsKeepIDsUniqueAndLeaveTheirOriginalAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := start(t)
		fixed := edit.FixedBy(p)
		for range rapid.IntRange(1, 6).Draw(t, "operations") {
			before := p.Canonical()
			op := drawn{t, p}.op()
			r, err := edit.Apply(p, op, fixed)
			if !bytes.Equal(before, p.Canonical()) {
				t.Fatalf("%T %+v changed its original", op, op)
			}
			if err != nil {
				if fault.Is(err, fault.Internal) {
					t.Fatalf("%T %+v: %v", op, op, err)
				}
				continue
			}
			uniqueIDs(t, r.Programme)
			again, problems, err := programme.FromDraft(r.Programme.Canonical())
			if err != nil || !again.Equal(r.Programme) || len(problems) != len(r.Problems) {
				t.Fatalf("%T %+v gives what cannot be read back: %v", op, op, err)
			}
			said := r.Sentence != ""
			if changed := !bytes.Equal(before, r.Programme.Canonical()); changed && (!said || len(r.Touches) == 0) {
				t.Fatalf("%T %+v changes without a word: %q %q", op, op, r.Sentence, r.Touches)
			}
			edit.Findings(r.Programme, r.Problems) // must not fail on anything unfinished
			if len(r.Problems) == 0 {
				if _, err := programme.FromCanonical(r.Programme.Canonical()); err != nil {
					t.Fatalf("%T %+v: said to be finished, but %v", op, op, err)
				}
			}
			p = r.Programme
		}
	})
}

// tells gives what a part says, without its place.
func tells(p *programme.Programme, r edit.Ref) string {
	return fmt.Sprint(edit.FieldValues(p, r), sourceOf(p, r))
}

// sourceOf gives the condition of a section or question.
func sourceOf(p *programme.Programme, r edit.Ref) string {
	var c *programme.Condition
	if s, ok := p.Section(r.ID); ok && r.Kind == edit.Section {
		c = s.ShowIf
	}
	if q, _, ok := p.Question(r.ID); ok && r.Kind == edit.Question {
		c = q.ShowIf
	}
	if c == nil {
		return ""
	}
	return c.Source
}

// renames reports whether an operation gives a part another id: whatever names it follows.
func renames(op edit.Op) bool {
	s, ok := op.(edit.Set)
	return ok && slices.ContainsFunc(s.Fields, func(f edit.Field) bool { return f.Name == "id" || f.Name == "code" })
}

func TestAnOperationChangesOnlyWhatItTouches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := start(t)
		op := drawn{t, p}.op()
		r, err := edit.Apply(p, op, edit.Fixed{})
		if err != nil || renames(op) {
			return
		}
		touched := func(x edit.Ref) bool {
			return slices.ContainsFunc(r.Touches, func(touch string) bool {
				return touch == x.String() || strings.HasPrefix(touch, x.String()+"/") || x.Kind == edit.Option && strings.HasPrefix(touch, "question/"+x.Of)
			})
		}
		for _, x := range partsOf(p) {
			if touched(x) || !edit.Has(r.Programme, x) {
				if !edit.Has(r.Programme, x) && !goneWith(x, r.Touches, p) {
					t.Fatalf("%T %+v took %v away and touches only %q", op, op, x, r.Touches)
				}
				continue
			}
			if x.Kind == edit.Whole {
				continue // it lists the weights of the sections
			}
			if was, is := tells(p, x), tells(r.Programme, x); was != is {
				t.Fatalf("%T %+v touches %q and changed %v\nfrom %s\nto   %s", op, op, r.Touches, x, was, is)
			}
		}
	})
}

// goneWith reports whether a part went with one that was touched as a whole: a question with its section, an option with its
// question.
func goneWith(x edit.Ref, touches []string, p *programme.Programme) bool {
	if slices.Contains(touches, x.String()) {
		return true
	}
	if x.Kind == edit.Option {
		return goneWith(edit.Ref{Kind: edit.Question, ID: x.Of}, touches, p)
	}
	_, s, ok := p.Question(x.ID)
	return x.Kind == edit.Question && ok && slices.Contains(touches, "section/"+s.ID)
}

func TestConditionsGoIntoRowsAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := start(t)
		part := drawn{t, p}.part(edit.Question)
		if part.Kind != edit.Question || part.ID == "none" {
			return
		}
		rows := edit.Rows{Any: rapid.Bool().Draw(t, "any")}
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			rows.Rows = append(rows.Rows, drawn{t, p}.row(part))
		}
		r, err := edit.Apply(p, edit.SetCondition{Part: part, Any: rows.Any, Rows: rows.Rows}, edit.Fixed{})
		if err != nil {
			return
		}
		q, _, _ := r.Programme.Question(part.ID)
		got := edit.RowsOf(q.ShowIf.Source)
		if len(got.Rows) != len(rows.Rows) || len(rows.Rows) > 1 && got.Any != rows.Any {
			t.Fatalf("%+v became %q and then %+v", rows, q.ShowIf.Source, got)
		}
		for i, x := range got.Rows {
			if x.Kept != "" || x.Subject != rows.Rows[i].Subject || x.Verb != rows.Rows[i].Verb || len(x.Values) != len(rows.Rows[i].Values) {
				t.Fatalf("row %d: %+v became %+v by %q", i, rows.Rows[i], x, q.ShowIf.Source)
			}
		}
		if again := got.Source(); again != q.ShowIf.Source {
			t.Fatalf("%q became %q", q.ShowIf.Source, again)
		}
		if same, err := edit.Apply(r.Programme, edit.SetCondition{Part: part, Any: got.Any, Rows: got.Rows}, edit.Fixed{}); err != nil || !same.Programme.Equal(r.Programme) {
			t.Fatalf("setting the same rows again: %v", err)
		}
	})
}

func TestWhatGoesDeeperThanRowsIsKept(t *testing.T) {
	for _, src := range []string{
		"A3 == 'yes' && (A2 > 3 || branch.has_seating)", "!(A3 == 'yes')", "A3 == 'yes' || !(A2 > 3 && A2 < 9)", "(A2 > 3 && A2 < 5) || (A2 > 7 && A2 < 9)",
		"A2 in [1, 2.5]", "!branch.has_seating", "!(scenario in ['buyer', 'guest'])", "A1 < '14:05'", "", "A3 == 'it\\'s'", "format != 'kiosk'",
	} {
		rows := edit.RowsOf(src)
		back := rows.Source()
		if src == "" {
			if back != "" || len(rows.Rows) != 0 {
				t.Errorf("nothing became %q", back)
			}
			continue
		}
		want, err := programme.ReadCondition(src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := programme.ReadCondition(back)
		if err != nil || got.Source() != want.Source() {
			t.Errorf("%q became %q: %v", src, back, err)
		}
	}
	if r := edit.RowsOf("A3 = 'yes'"); len(r.Rows) != 1 || r.Source() != "A3 = 'yes'" {
		t.Errorf("what cannot be read is not kept: %+v", r)
	}
}

func TestADropTakesAwayWhatWasInTheWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := start(t)
		d := drawn{t, p}
		var op edit.Remove
		op.Part = d.part(edit.Question, edit.Section, edit.Standard, edit.Scenario, edit.Feature, edit.Stage, edit.Option)
		_, err := edit.Apply(p, op, edit.Fixed{})
		var way *edit.InTheWay
		if !errors.As(err, &way) {
			return
		}
		if len(way.By) == 0 || way.Message == "" || !fault.Is(err, fault.Conflict) {
			t.Fatalf("%+v: %+v", op, way)
		}
		op.Drop = true
		r, err := edit.Apply(p, op, edit.Fixed{})
		if err != nil {
			t.Fatalf("%+v: %v", op, err)
		}
		for _, dep := range way.By {
			if edit.ValueOf(p, dep.Part, dep.Field) == edit.ValueOf(r.Programme, dep.Part, dep.Field) && dep.Field != "critical.zero_section" {
				t.Fatalf("%+v was in the way of %+v and still says %q", dep, op, edit.ValueOf(p, dep.Part, dep.Field))
			}
			if !slices.ContainsFunc(r.Touches, func(s string) bool { return strings.HasPrefix(s, dep.Part.String()) }) {
				t.Fatalf("%+v is not among what was touched: %q", dep, r.Touches)
			}
		}
	})
}
