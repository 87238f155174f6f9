package studio_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme/demo"
	ops "plainclothes/internal/programme/edit"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/studio"
)

// desk is an owner at the builder.
type desk struct {
	t  *testing.T
	w  *worldtest.World
	id string // programme
	a  auth.Actor
	at int // revision that he sees
}

func (d *desk) do(op ops.Op) studio.Edited {
	d.t.Helper()
	out, err := d.try(op)
	if err != nil {
		d.t.Fatalf("%T: %v", op, err)
	}
	return out
}

// try does an operation on what the owner sees, and looks at what came of it.
func (d *desk) try(op ops.Op) (studio.Edited, error) {
	out, err := d.w.Studio.Edit(d.t.Context(), d.a, d.id, d.at, op)
	if err == nil {
		d.at = out.Version.RowVersion
	}
	return out, err
}

// look sees the newest draft.
func (d *desk) look() studio.Building {
	d.t.Helper()
	b, err := d.w.Studio.Building(d.t.Context(), d.a, d.id)
	if err != nil {
		d.t.Fatal(err)
	}
	d.at = b.Version.RowVersion
	return b
}

// back goes back by undo, redo or restore.
func (d *desk) back(out studio.Edited, err error) studio.Edited {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	d.at = out.Version.RowVersion
	return out
}

func (d *desk) undo() studio.Edited {
	d.t.Helper()
	return d.back(d.w.Studio.Undo(d.t.Context(), d.a, d.id, d.at))
}

func (d *desk) redo() studio.Edited {
	d.t.Helper()
	return d.back(d.w.Studio.Redo(d.t.Context(), d.a, d.id, d.at))
}

// begun is an owner who begins a programme from empty.
func begun(t *testing.T, s *store.Store) *desk {
	t.Helper()
	w := worldtest.New(t, s, 0)
	p, err := w.Studio.BeginEmpty(t.Context(), w.Owner, "Every cup counts", "coffee kiosk")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, w: w, id: p.ID, a: w.Owner}
	d.look()
	return d
}

// second is another owner at the same draft.
func (d *desk) second() *desk {
	return &desk{t: d.t, w: d.w, id: d.id, at: d.at, a: d.w.Member(auth.Owner)}
}

func question(id string) ops.Ref { return ops.Ref{Kind: ops.Question, ID: id} }

func setText(id, text string) ops.Set {
	return ops.Set{Part: question(id), Fields: []ops.Field{ops.F("text", text)}}
}

func addQuestion(text string) ops.Add {
	return ops.Add{Kind: ops.Question, In: "A", Fields: []ops.Field{ops.F("text", text), ops.F("points", "2")}}
}

// textOf gives the words of a question in the newest draft.
func (d *desk) textOf(id string) string {
	d.t.Helper()
	q, _, ok := d.look().Programme.Question(id)
	if !ok {
		return "(gone)"
	}
	return q.Text
}

func TestAProgrammeIsBuiltFromEmptyAndPublishedWhenItIsFinished(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		d := begun(t, s)
		if b := d.look(); b.Finished() == nil || b.Undo != nil || b.Last != nil || b.Published.Number != 0 {
			t.Fatalf("an empty programme: %+v", b)
		}
		d.do(ops.Add{Kind: ops.Section, Fields: []ops.Field{ops.F("title", "Walking up")}})
		d.do(addQuestion(""))
		_, err := d.w.Studio.Publish(t.Context(), d.a, d.id, "The first.", d.at, "")
		if f, ok := fault.As(err); !ok || f.Kind != fault.Conflict || !strings.Contains(f.Message, "not finished: 1 thing is to mend") || !strings.Contains(f.Message, "1.1") {
			t.Fatalf("an unfinished draft is published: %v", err)
		}
		d.do(setText("A1", "Was it clean?"))
		if err := d.look().Finished(); err != nil {
			t.Fatal(err)
		}
		v, err := d.w.Studio.Publish(t.Context(), d.a, d.id, "The first.", d.at, "")
		if err != nil || v.State != studio.Published {
			t.Fatal(err)
		}
		if got := verbs(t, d.w); strings.Join(got, " ") != "standards.drafted standards.edited standards.published" {
			t.Errorf("events %q: one sitting is one event", got)
		}
		b := d.look() // of the next draft
		if b.Version.Number != 2 || b.Last != nil || !b.Fixed.Has(question("A1")) || b.Published.Number != 1 {
			t.Errorf("the next draft: %+v", b.Version)
		}
		if _, err := d.try(ops.Set{Part: question("A1"), Fields: []ops.Field{ops.F("id", "Z9")}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a published id was changed: %v", err)
		}
	})
}

func TestUndoAndRedoWalkTheStepsAndRestoreIsAStep(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		d := begun(t, s)
		d.do(ops.Add{Kind: ops.Section})
		for i := 1; i <= 3; i++ {
			d.do(addQuestion(fmt.Sprintf("Question %d", i)))
		}
		whole := d.look().Version.Hash
		count := func() int { return len(d.look().Programme.Sections[0].Questions) }
		d.undo()
		d.undo()
		if n := count(); n != 1 {
			t.Fatalf("after two undos there are %d questions", n)
		}
		if b := d.look(); b.Undo.Sentence != "Added 1.1 “Question 1”." || b.Redo.Sentence != "Added 1.2 “Question 2”." || b.Last.Words() != "Undone: Added 1.2 “Question 2”." {
			t.Errorf("undo %q, redo %q, last %q", b.Undo.Sentence, b.Redo.Sentence, b.Last.Words())
		}
		d.redo()
		d.redo()
		if got := d.look().Version.Hash; got != whole {
			t.Error("undone and done again is not the same")
		}
		d.undo()
		d.do(setText("A1", "Another")) // what was undone is forgotten
		if _, err := d.w.Studio.Redo(t.Context(), d.a, d.id, d.at); !fault.Is(err, fault.Conflict) {
			t.Errorf("redo after a change: %v", err)
		}
		steps, err := d.w.Studio.Steps(t.Context(), d.a, d.id)
		if err != nil || len(steps) != 10 || steps[0].ByName == "" {
			t.Fatalf("%d steps, %v, by %q", len(steps), err, steps[0].ByName)
		}
		d.back(d.w.Studio.Restore(t.Context(), d.a, d.id, d.at, steps[len(steps)-1].Seq)) // before the section
		if b := d.look(); len(b.Programme.Sections) != 0 || b.Last.Kind != studio.StepRestore {
			t.Errorf("restored to %d sections by %q", len(b.Programme.Sections), b.Last.Words())
		}
		d.undo()
		if got := d.textOf("A1"); got != "Another" {
			t.Errorf("undoing the restore gives %q", got)
		}
		if _, err := d.w.Studio.Undo(t.Context(), d.a, d.id, d.at-1); !fault.Is(err, fault.Conflict) {
			t.Errorf("undo of what the owner has not seen: %v", err)
		}
	})
}

func TestTwoOwnersAtOnceLoseNothing(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		d := begun(t, s)
		d.do(ops.Add{Kind: ops.Section})
		d.do(addQuestion("One"))
		d.do(addQuestion("Two"))
		other := d.second()
		d.do(setText("A1", "One, by the first"))
		other.do(setText("A2", "Two, by the second")) // on an older draft, elsewhere
		if d.textOf("A1") != "One, by the first" || d.textOf("A2") != "Two, by the second" {
			t.Fatalf("got %q and %q", d.textOf("A1"), d.textOf("A2"))
		}
		other.do(setText("A1", "One, by the second"))
		d.at -= 2 // the first has not seen that
		_, err := d.try(setText("A1", "One, again by the first"))
		var c *studio.Clash
		if !errors.As(err, &c) || !fault.Is(err, fault.Conflict) || len(c.Fields) != 1 || c.By == "" {
			t.Fatalf("the same text: %v, %+v", err, c)
		}
		if f := c.Fields[0]; f.Name != "text" || f.Theirs != "One, by the second" || f.Yours != "One, again by the first" || f.Part != question("A1") {
			t.Errorf("the clash says %+v", f)
		}
		if got := other.textOf("A1"); got != "One, by the second" {
			t.Errorf("the clash wrote %q", got)
		}
		d.at = c.Revision
		d.do(setText("A1", "One, again by the first"))
		if got := d.textOf("A1"); got != "One, again by the first" {
			t.Errorf("keeping mine gives %q", got)
		}
		other.at = d.at
		d.do(ops.Remove{Part: question("A2")})
		if _, err := other.try(setText("A2", "Still here?")); !errors.As(err, &c) || !c.Gone {
			t.Errorf("a change of what was removed: %v", err)
		}
		d.do(addQuestion("Three"))
		added := other.do(addQuestion("Four"))
		if added.Open != question("A3") && added.Open != question("A4") {
			t.Errorf("the question added beside another is %v", added.Open)
		}
		if n := len(d.look().Programme.Sections[0].Questions); n != 3 {
			t.Errorf("%d questions", n)
		}
	})
}

func TestManyOwnersInTheSameMomentLoseNothing(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		d := begun(t, s)
		d.do(ops.Add{Kind: ops.Section})
		const owners = 6
		var all sync.WaitGroup
		wrong := make(chan error, owners)
		for i := range owners {
			a := d.w.Member(auth.Owner)
			all.Go(func() {
				_, err := d.w.Studio.Edit(t.Context(), a, d.id, d.at, addQuestion(fmt.Sprintf("By owner %d", i)))
				wrong <- err
			})
		}
		all.Wait()
		close(wrong)
		for err := range wrong {
			if err != nil {
				t.Error(err)
			}
		}
		b := d.look()
		if n := len(b.Programme.Sections[0].Questions); n != owners {
			t.Errorf("%d of %d questions are there", n, owners)
		}
		steps, err := d.w.Studio.Steps(t.Context(), d.a, d.id)
		if err != nil || len(steps) != owners+1 {
			t.Errorf("%d steps, %v", len(steps), err)
		}
	})
}

func TestARevisionOfADraftThatIsGoneIsNotTrusted(t *testing.T) {
	d := begun(t, storetest.Any(t))
	d.do(ops.Add{Kind: ops.Section})
	d.do(addQuestion("One"))
	other := d.second()
	other.at = 900 // of another draft, long ago
	var c *studio.Clash
	if _, err := other.try(setText("A1", "Two")); !errors.As(err, &c) {
		t.Errorf("got %v", err)
	}
}

func TestGoingOnWithTheSameTextIsOneStep(t *testing.T) {
	d := begun(t, storetest.Any(t))
	d.do(ops.Add{Kind: ops.Section})
	d.do(addQuestion(""))
	for _, text := range []string{"W", "Was it", "Was it clean?"} {
		d.do(setText("A1", text))
		d.w.Now = d.w.Now.Add(time.Second)
	}
	if again := d.do(setText("A1", "Was it clean?")); !again.Same {
		t.Error("saying the same again is a step")
	}
	steps, err := d.w.Studio.Steps(t.Context(), d.a, d.id)
	if err != nil || len(steps) != 3 {
		t.Fatalf("%d steps, %v", len(steps), err)
	}
	d.undo()
	if got := d.textOf("A1"); got != "" {
		t.Errorf("undo leaves %q", got)
	}
}

func TestNoMoreStepsAreKeptThanTheLimit(t *testing.T) {
	d := begun(t, storetest.Any(t))
	d.do(ops.Add{Kind: ops.Section})
	d.do(addQuestion("One"))
	d.do(addQuestion("Two"))
	for i := range studio.MaxSteps + 5 {
		d.do(ops.Move{Part: question("A1"), To: 2 - i%2})
	}
	steps, err := d.w.Studio.Steps(t.Context(), d.a, d.id)
	if err != nil || len(steps) != studio.MaxSteps || steps[0].Seq != studio.MaxSteps+8 {
		t.Fatalf("%d steps, the newest %d, %v", len(steps), steps[0].Seq, err)
	}
	if _, err := d.w.Studio.Restore(t.Context(), d.a, d.id, d.at, 1); !fault.Is(err, fault.NotFound) {
		t.Errorf("a forgotten step: %v", err)
	}
}

func TestAStrangerSeesNoDraftAndChangesNone(t *testing.T) {
	d := begun(t, storetest.Any(t))
	d.do(ops.Add{Kind: ops.Section})
	shopper := d.w.Member(auth.Shopper)
	theirs := begunElsewhere(t, d)
	for who, a := range map[string]auth.Actor{"a shopper": shopper, "another organisation": theirs} {
		want := fault.NotFound
		if who == "a shopper" {
			want = fault.Forbidden
		}
		_, err1 := d.w.Studio.Building(t.Context(), a, d.id)
		_, err2 := d.w.Studio.Edit(t.Context(), a, d.id, d.at, ops.Add{Kind: ops.Section})
		_, err3 := d.w.Studio.Steps(t.Context(), a, d.id)
		_, err4 := d.w.Studio.Undo(t.Context(), a, d.id, d.at)
		_, err5 := d.w.Studio.Restore(t.Context(), a, d.id, d.at, 1)
		for i, err := range []error{err1, err2, err3, err4, err5} {
			if !fault.Is(err, want) {
				t.Errorf("%s, call %d: %v", who, i+1, err)
			}
		}
	}
}

// begunElsewhere is an owner of another organisation on the same store.
func begunElsewhere(t *testing.T, d *desk) auth.Actor {
	t.Helper()
	return worldtest.New(t, d.w.Store, 0).Owner
}

func TestAProgrammeBeginsFromTheGalleryAndTakesSections(t *testing.T) {
	w := worldtest.New(t, storetest.Any(t), 0)
	all, err := studio.Gallery()
	if err != nil || len(all) != len(demo.Names()) {
		t.Fatalf("%d in the gallery, %v", len(all), err)
	}
	first, err := w.Studio.BeginFrom(t.Context(), w.Owner, "coffee-kiosks", "My kiosks")
	if err != nil || first.Key != "my-kiosks" || first.Name != "My kiosks" {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := w.Studio.BeginFrom(t.Context(), w.Owner, "coffee-kiosks", "My kiosks")
	if err != nil || again.Key != "my-kiosks-2" || again.ID == first.ID {
		t.Fatalf("%+v, %v", again, err)
	}
	d := &desk{t: t, w: w, id: first.ID, a: w.Owner}
	b := d.look()
	if b.Finished() != nil || len(b.Programme.Sections) != 7 || b.Programme.ChangeNote != "" {
		t.Fatalf("%d sections, %v", len(b.Programme.Sections), b.Finished())
	}
	out, err := w.Studio.AddFromGallery(t.Context(), w.Owner, first.ID, d.at, "hardware-stores", "A")
	if err != nil || out.Finished() != nil || len(out.Programme.Sections) != 8 || out.Open.ID == "A" {
		t.Fatalf("%v, %v", out.Open, err)
	}
	if _, err := w.Studio.BeginFrom(t.Context(), w.Owner, "no-such", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such start: %v", err)
	}
	if _, err := w.Studio.BeginEmpty(t.Context(), w.Owner, "  ", ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("no name: %v", err)
	}
}

func TestAnImportReplacesADraftAsAStepThatCanBeUndone(t *testing.T) {
	w := published(t, storetest.Any(t))
	d := &desk{t: t, w: w, id: w.Programme.ID, a: w.Owner}
	d.look()
	d.do(setText("Q01", "Was it so?"))
	if _, err := w.Studio.Import(t.Context(), w.Owner, []byte(worldtest.Tea(3))); err != nil {
		t.Fatal(err)
	}
	other := d.second() // sees the draft from before the import
	other.at = 1
	var c *studio.Clash
	if _, err := other.try(setText("Q02", "Mine")); !errors.As(err, &c) {
		t.Errorf("a change of what a file replaced: %v", err)
	}
	d.look()
	d.undo()
	if got := d.textOf("Q01"); got != "Was it so?" {
		t.Errorf("undoing the import gives %q", got)
	}
}

func TestADraftThatIsThrownAwayTakesItsStepsAlong(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		w := published(t, s)
		d := &desk{t: t, w: w, id: w.Programme.ID, a: w.Owner}
		d.look()
		d.do(setText("Q01", "Was it so?"))
		if err := w.Studio.DiscardDraft(t.Context(), d.a, d.id, d.at); err != nil {
			t.Fatal(err)
		}
		if b := d.look(); b.Last != nil || b.Undo != nil {
			t.Errorf("the new draft knows %q", b.Last.Words())
		}
	})
}

// BenchmarkEdit saves a changed text of a checklist of 120 questions.
func BenchmarkEdit(b *testing.B) {
	for name, s := range map[string]*store.Store{"sqlite": storetest.SQLite(b), "postgres": storetest.Postgres(b)} {
		b.Run(name, func(b *testing.B) { benchmarkEdit(b, s) })
	}
}

func benchmarkEdit(b *testing.B, s *store.Store) {
	w := worldtest.New(b, s, 0)
	w.Publish(worldtest.Tea(57), "The first.", "2025-01-01")
	c, err := w.Studio.Draft(b.Context(), w.Owner, w.Programme.ID)
	if err != nil {
		b.Fatal(err)
	}
	at := c.Version.RowVersion
	for n := 0; b.Loop(); n++ {
		out, err := w.Studio.Edit(b.Context(), w.Owner, w.Programme.ID, at, setText(fmt.Sprintf("Q%02d", 1+n%50), fmt.Sprintf("Was it done %d times?", n)))
		if err != nil {
			b.Fatal(err)
		}
		at = out.Version.RowVersion
	}
}
