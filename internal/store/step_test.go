package store

import (
	"strconv"
	"testing"

	"plainclothes/internal/fault"
	"plainclothes/internal/studio"
)

// draftFor makes a draft of a new programme in a town.
func draftFor(t *testing.T, s *Store, w town) studio.Version {
	t.Helper()
	p := newProgramme(t, s, w)
	v := studio.Version{Org: w.org.ID, ID: id(), Programme: p.ID, Number: 1, State: studio.Draft, Hash: "h", Document: []byte(`{}`), Created: noon, RowVersion: 1}
	if err := inStudio(t, s, w, func(tx studio.Tx) error { return tx.CreateVersion(t.Context(), w.org.ID, v) }); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAStepComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		v := draftFor(t, s, w)
		step := filled[studio.Step](t)
		step.Org, step.Version, step.Kind, step.By = w.org.ID, v.ID, studio.StepUndo, w.member.ID
		err := inStudio(t, s, w, func(tx studio.Tx) error {
			if err := tx.AddStep(t.Context(), w.org.ID, step); err != nil {
				return err
			}
			got, err := tx.Step(t.Context(), w.org.ID, v.ID, step.Seq)
			want := step
			want.ByName = "" // only in lists
			same(t, want, got, err)
			draft, err := tx.DraftOf(t.Context(), w.org.ID, v.Programme)
			if draft.ID != v.ID || string(draft.Document) != "{}" {
				t.Errorf("the draft is %+v", draft)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		longer := step
		longer.At, longer.LastRevision, longer.Sentence = noon, 77, "Went on."
		err = inStudio(t, s, w, func(tx studio.Tx) error {
			if err := tx.ExtendStep(t.Context(), w.org.ID, longer); err != nil {
				return err
			}
			all, err := tx.Steps(t.Context(), w.org.ID, v.ID, studio.MaxSteps)
			if len(all) != 1 {
				t.Fatalf("%d steps", len(all))
			}
			want := longer
			want.Before, want.ByName = nil, w.person.Name
			same(t, want, all[0], err)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestOnlyTheNewestStepsOfADraftAreKept(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		v, other := draftFor(t, s, w), draftFor2(t, s, w)
		err := inStudio(t, s, w, func(tx studio.Tx) error {
			for seq := 1; seq <= studio.MaxSteps+3; seq++ {
				step := studio.Step{Version: v.ID, Seq: seq, Kind: studio.StepEdit, Began: noon, At: noon, Sentence: strconv.Itoa(seq), Before: []byte("x")}
				if err := tx.AddStep(t.Context(), w.org.ID, step); err != nil {
					return err
				}
			}
			return tx.AddStep(t.Context(), w.org.ID, studio.Step{Version: other.ID, Seq: 1, Kind: studio.StepEdit, Began: noon, At: noon, Before: []byte("x")})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = inStudio(t, s, w, func(tx studio.Tx) error {
			all, err := tx.Steps(t.Context(), w.org.ID, v.ID, studio.MaxSteps)
			if len(all) != studio.MaxSteps || all[0].Seq != studio.MaxSteps+3 || all[len(all)-1].Seq != 4 {
				t.Errorf("%d steps", len(all))
			}
			if err != nil {
				return err
			}
			if err := tx.DeleteSteps(t.Context(), w.org.ID, v.ID); err != nil {
				return err
			}
			rest, err := tx.Steps(t.Context(), w.org.ID, other.ID, studio.MaxSteps)
			if len(rest) != 1 {
				t.Errorf("the other draft has %d steps", len(rest))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// draftFor2 makes the draft of a second programme, whose key is another.
func draftFor2(t *testing.T, s *Store, w town) studio.Version {
	t.Helper()
	p := studio.Programme{Org: w.org.ID, ID: id(), Key: "second", Name: "Second", Created: noon, RowVersion: 1}
	v := studio.Version{Org: w.org.ID, ID: id(), Programme: p.ID, Number: 1, State: studio.Draft, Hash: "h", Document: []byte(`{}`), Created: noon, RowVersion: 1}
	err := inStudio(t, s, w, func(tx studio.Tx) error {
		if err := tx.CreateProgramme(t.Context(), w.org.ID, p); err != nil {
			return err
		}
		return tx.CreateVersion(t.Context(), w.org.ID, v)
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestStepsOfOthersAreOutOfReach(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		us, them := newTown(t, s, "us"), newTown(t, s, "them")
		v := draftFor(t, s, them)
		step := studio.Step{Version: v.ID, Seq: 1, Kind: studio.StepEdit, Began: noon, At: noon, Before: []byte("x")}
		if err := inStudio(t, s, them, func(tx studio.Tx) error { return tx.AddStep(t.Context(), them.org.ID, step) }); err != nil {
			t.Fatal(err)
		}
		ctx, o := t.Context(), us.org.ID
		for name, do := range map[string]func(studio.Tx) error{
			"draft":  func(tx studio.Tx) error { _, err := tx.DraftOf(ctx, o, v.Programme); return err },
			"step":   func(tx studio.Tx) error { _, err := tx.Step(ctx, o, v.ID, 1); return err },
			"extend": func(tx studio.Tx) error { return tx.ExtendStep(ctx, o, step) },
			"add":    func(tx studio.Tx) error { return tx.AddStep(ctx, o, step) },
		} {
			err := inStudio(t, s, us, do)
			if k := fault.KindOf(err); err == nil || k != fault.NotFound && k != fault.Conflict && name != "add" {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := inStudio(t, s, us, func(tx studio.Tx) error {
			all, err := tx.Steps(ctx, o, v.ID, studio.MaxSteps)
			if len(all) != 0 {
				t.Errorf("we see %d of their steps", len(all))
			}
			if err != nil {
				return err
			}
			return tx.DeleteSteps(ctx, o, v.ID)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = inStudio(t, s, them, func(tx studio.Tx) error { _, err := tx.Step(ctx, them.org.ID, v.ID, 1); return err })
		if err != nil {
			t.Errorf("we deleted theirs: %v", err)
		}
	})
}
