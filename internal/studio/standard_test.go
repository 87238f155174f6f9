package studio_test

import (
	"strings"
	"testing"

	"plainclothes/internal/fault"
	ops "plainclothes/internal/programme/edit"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// drafted is a desk at a programme that was never published, with Spanish words for its first standard.
func drafted(t *testing.T) *desk {
	t.Helper()
	w := worldtest.New(t, storetest.Any(t), 0)
	made, err := w.Studio.Import(t.Context(), w.Owner, []byte(worldtest.Tea(4)))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, w: w, id: made.Programme.ID, a: w.Owner}
	w.Programme = made.Programme
	d.look()
	err = w.Studio.AddLanguage(t.Context(), w.Owner, d.id, "en", "es")
	if err == nil {
		err = w.Studio.Translate(t.Context(), w.Owner, d.id, "es", []studio.Translation{
			{ID: "standards.K01.title", Words: "Saludo"}, {ID: "standards.K01.good", Words: "Saludan"},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	d.look()
	return d
}

// witnesses lists the questions of a standard in the newest draft.
func (d *desk) witnesses(standard string) string {
	d.t.Helper()
	var all []string
	p := d.look().Programme
	for i := range p.Sections {
		for _, q := range p.Sections[i].Questions {
			if q.Standard == standard {
				all = append(all, q.ID)
			}
		}
	}
	return strings.Join(all, " ")
}

func TestAStandardThatWasNeverPublishedTakesAnotherIDAndAllThatNamesItFollows(t *testing.T) {
	d := drafted(t)
	before, document := d.witnesses("K01"), string(d.look().Version.Document)
	restandard(t, d.w, "K01", func(in *studio.StandardInput) { in.ID, in.Title = " greet-1 ", "The greeting" })
	b := d.look()
	s, ok := b.Programme.Standard("greet-1")
	if _, still := b.Programme.Standard("K01"); !ok || still || s.Title != "The greeting" {
		t.Fatalf("renamed %v, still there %v, %+v", ok, still, s)
	}
	if now := d.witnesses("greet-1"); before == "" || now != before || d.witnesses("K01") != "" {
		t.Errorf("witnesses were %q, are %q", before, now)
	}
	if got := b.Programme.Translated("es", "standards.greet-1.title"); got != "Saludo" || b.Programme.Translated("es", "standards.K01.title") != "" {
		t.Errorf("its title in Spanish is %q", got)
	}
	if !b.Programme.IsOutdated("es", "standards.greet-1.title") || b.Programme.IsOutdated("es", "standards.greet-1.good") {
		t.Error("not the changed title alone is marked as translated from other words")
	}
	if b.Undo == nil || b.Undo.Words() != "Changed standard greet-1 “The greeting”, which was K01." {
		t.Errorf("the step says %+v", b.Undo)
	}
	d.undo()
	if string(d.look().Version.Document) != document {
		t.Error("undo did not take all of it back in one step")
	}
}

func TestAnIDThatIsTakenPublishedOrUnreadableIsRefused(t *testing.T) {
	d := drafted(t)
	draft := d.look()
	s, _ := draft.Programme.Standard("K01")
	for _, id := range []string{"K02", "two words", "é", strings.Repeat("k", 65)} {
		in := studio.InputOf(s)
		in.ID = id
		_, err := d.w.Studio.ChangeStandard(t.Context(), d.a, d.id, "K01", in, draft.Version.RowVersion)
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "id" {
			t.Errorf("%q: %v", id, err)
		}
	}
	d.w.PublishDraft("The first.", "")
	in := studio.InputOf(s)
	in.ID = "greet"
	_, err := d.w.Studio.ChangeStandard(t.Context(), d.a, d.id, "K01", in, d.look().Version.RowVersion)
	if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid || !strings.Contains(f.Fields[0].Message, "published versions") {
		t.Errorf("after publication: %v", err)
	}
	if _, ok := d.look().Programme.Standard("K01"); !ok {
		t.Error("it lost its id all the same")
	}
	fixed, err := d.w.Studio.PublishedIDs(t.Context(), d.a, d.id)
	if err != nil || !fixed.Has(ops.Ref{Kind: ops.Standard, ID: "K01"}) || fixed.Has(ops.Ref{Kind: ops.Standard, ID: "greet"}) {
		t.Errorf("fixed: %+v, %v", fixed, err)
	}
}
