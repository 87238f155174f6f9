package edit_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/programme/edit"
)

func TestWhateverIsRemovedAndLeavesNothingDanglingIsPutBackAsItWas(t *testing.T) {
	for _, name := range demo.Names() {
		p := shipped(t, name)
		p.SetText("de", "sections."+p.Sections[0].ID+".title", "Titel")
		p.SetText("de", "questions."+p.Sections[0].Questions[0].ID+".text", "Frage?")
		p.SetText("de", "standards."+p.Standards[0].ID+".title", "Regel")
		fixed, same := edit.FixedBy(p), 0
		for _, r := range partsOf(p) {
			without, err := edit.Apply(p, edit.Remove{Part: r}, fixed)
			if err != nil {
				continue // something asks about it; the next test
			}
			back, err := edit.Apply(without.Programme, edit.PutBack{Part: r, From: p}, fixed)
			if err != nil {
				t.Errorf("%s: %s: %v", name, r, err)
				continue
			}
			if !bytes.Equal(back.Programme.Canonical(), p.Canonical()) {
				t.Errorf("%s: %s does not come back as it was:\n%s\n%s", name, r, back.Programme.Canonical(), p.Canonical())
			}
			same++
		}
		if same < 10 {
			t.Errorf("%s: only %d parts were tried", name, same)
		}
	}
}

func TestEverythingThatIsRemovedComesBackWithoutWhatIsGoneToo(t *testing.T) {
	for _, name := range demo.Names() {
		p := shipped(t, name)
		for _, r := range partsOf(p) {
			without, err := edit.Apply(p, edit.Remove{Part: r, Drop: true}, edit.Fixed{})
			if err != nil {
				continue
			}
			back, err := edit.Apply(without.Programme, edit.PutBack{Part: r, From: p}, edit.Fixed{})
			if err != nil || !edit.Has(back.Programme, r) {
				t.Errorf("%s: %s: %v", name, r, err)
				continue
			}
			if _, err := edit.Apply(back.Programme, edit.PutBack{Part: r, From: p}, edit.Fixed{}); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %s twice: %v", name, r, err)
			}
		}
	}
}

func TestWhatOthersTookFromAPartComesBackWithIt(t *testing.T) {
	for _, name := range demo.Names() {
		p := shipped(t, name)
		same := 0
		for _, r := range partsOf(p) {
			if _, err := edit.Apply(p, edit.Remove{Part: r}, edit.Fixed{}); !fault.Is(err, fault.Conflict) {
				continue // nothing asks about it
			}
			without, err := edit.Apply(p, edit.Remove{Part: r, Drop: true}, edit.Fixed{})
			if err != nil {
				t.Fatalf("%s: %s: %v", name, r, err)
			}
			back, err := edit.Apply(without.Programme, edit.PutBack{Part: r, From: p}, edit.Fixed{})
			if err != nil || !bytes.Equal(back.Programme.Canonical(), p.Canonical()) {
				t.Errorf("%s: %s does not come back as it was: %v\n%s\n%s", name, r, err, back.Programme.Canonical(), p.Canonical())
			}
			if !strings.Contains(back.Sentence, "took from it is there again.") || len(back.Touches) < 2 {
				t.Errorf("%s: %s: %q touches %q", name, r, back.Sentence, back.Touches)
			}
			same++
		}
		if same == 0 {
			t.Errorf("%s: nothing was tried", name)
		}
	}
}

func TestWhatWasChangedSinceAPartWentStaysAndWhatLeadsNowhereIsLeftOut(t *testing.T) {
	p := shipped(t, "coffee-kiosks") // D2 asks D1, D4 asks D3, B3 asks A2
	question := func(id string) edit.Ref { return edit.Ref{Kind: edit.Question, ID: id} }
	apply := func(p *programme.Programme, op edit.Op) *programme.Programme {
		t.Helper()
		done, err := edit.Apply(p, op, edit.Fixed{})
		if err != nil {
			t.Fatal(err)
		}
		return done.Programme
	}
	source := func(p *programme.Programme, id string) string {
		if q, _, _ := p.Question(id); q.ShowIf != nil {
			return q.ShowIf.Source
		}
		return ""
	}
	gone := apply(p, edit.Remove{Part: question("D3"), Drop: true})
	other := apply(gone, edit.SetCondition{Part: question("D4"), Rows: []edit.Row{{Subject: "A3", Verb: edit.Is, Values: []string{"no"}}}})
	if back := apply(other, edit.PutBack{Part: question("D3"), From: p}); source(back, "D4") != source(other, "D4") || source(back, "D4") == "" {
		t.Errorf("the condition that was written since is %q", source(back, "D4"))
	}
	late := apply(gone, edit.Move{Part: question("D4"), In: "A", To: 1})
	if back := apply(late, edit.PutBack{Part: question("D3"), From: p}); source(back, "D4") != "" {
		t.Errorf("what stands before it asks about it: %q", source(back, "D4"))
	}
	standard := edit.Ref{Kind: edit.Standard, ID: "K6"}
	gone = apply(apply(p, edit.Remove{Part: standard, Drop: true}), edit.Set{Part: question("N1"), Fields: []edit.Field{edit.F("standard", "K5")}})
	back := apply(gone, edit.PutBack{Part: standard, From: p})
	if n1, _, _ := back.Question("N1"); n1.Standard != "K5" {
		t.Errorf("N1 witnesses %q", n1.Standard)
	}
	if n2, _, _ := back.Question("N2"); n2.Standard != "K6" {
		t.Errorf("N2 witnesses %q", n2.Standard)
	}
}

func TestAQuestionOrAnswerWhoseHolderIsGoneBringsItAlong(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	without, err := edit.Apply(p, edit.Remove{Part: edit.Ref{Kind: edit.Section, ID: "B"}, Drop: true}, edit.Fixed{})
	if err != nil {
		t.Fatal(err)
	}
	back, err := edit.Apply(without.Programme, edit.PutBack{Part: edit.Ref{Kind: edit.Question, ID: "B2"}, From: p}, edit.Fixed{})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := back.Programme.Section("B")
	if !ok || len(s.Questions) != 1 || s.Questions[0].ID != "B2" || back.Programme.Sections[1].ID != "B" {
		t.Errorf("section B is %+v", s)
	}
	var question, option edit.Ref
	for _, r := range partsOf(p) {
		if r.Kind == edit.Option {
			question, option = edit.Ref{Kind: edit.Question, ID: r.Of}, r
		}
	}
	without, err = edit.Apply(p, edit.Remove{Part: question, Drop: true}, edit.Fixed{})
	if err != nil {
		t.Fatal(err)
	}
	back, err = edit.Apply(without.Programme, edit.PutBack{Part: option, From: p}, edit.Fixed{})
	if err != nil || !edit.Has(back.Programme, option) {
		t.Errorf("%s does not come back with its question: %v", option, err)
	}
}

func TestAnAnswerTakesTheRulesThatNameItAlongAndSaysSo(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	option := edit.Ref{Kind: edit.Option, ID: "did_not_know_checked", Of: "C2"} // words are asked for with it
	want := []string{option.String(), "question/C2/comment"}
	without, err := edit.Apply(p, edit.Remove{Part: option}, edit.Fixed{})
	if err != nil || !slices.Equal(without.Touches, want) {
		t.Fatalf("removed: %v %q", err, without.Touches)
	}
	back, err := edit.Apply(without.Programme, edit.PutBack{Part: option, From: p}, edit.Fixed{})
	if slices.Sort(back.Touches); err != nil || !slices.Equal(back.Touches, want) {
		t.Errorf("put back: %v %q", err, back.Touches)
	}
}

func TestWhatNeverWasIsNotPutBack(t *testing.T) {
	p := shipped(t, "coffee-kiosks")
	for _, r := range []edit.Ref{{Kind: edit.Question, ID: "Z9"}, {Kind: edit.Standard, ID: "K99"}, {Kind: edit.Option, ID: "x", Of: "Z9"}} {
		if _, err := edit.Apply(p, edit.PutBack{Part: r, From: p}, edit.Fixed{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", r, err)
		}
	}
}
