package edit_test

import (
	"bytes"
	"slices"
	"testing"

	"plainclothes/internal/fault"
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
