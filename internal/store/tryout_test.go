package store

import (
	"encoding/json"
	"testing"
	"time"

	"plainclothes/internal/fault"
	"plainclothes/internal/tryout"
)

// newRun makes a test run of a town's programme with every field filled.
func newRun(t *testing.T, s *Store, w town, programme string) tryout.Run {
	t.Helper()
	r := filled[tryout.Run](t)
	r.Org, r.ID, r.Programme = w.org.ID, id(), programme
	r.Context.Scenario = r.Scenario
	r.Answers = map[string]json.RawMessage{"A1": json.RawMessage(`"ü"`), "A2": json.RawMessage(`4`)}
	r.LinkHash, r.PassHash = "link "+r.ID, "pass "+r.ID
	if err := inRuns(t, s, w, func(tx tryout.Tx) error { return tx.CreateRun(t.Context(), w.org.ID, r) }); err != nil {
		t.Fatal(err)
	}
	return r
}

func inRuns(t *testing.T, s *Store, w town, do func(tryout.Tx) error) error {
	t.Helper()
	return s.Tryouts().InTx(t.Context(), w.org.ID, do)
}

func TestATestRunComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		p := newProgramme(t, s, w)
		r := newRun(t, s, w, p.ID)
		err := inRuns(t, s, w, func(tx tryout.Tx) error {
			got, err := tx.Run(t.Context(), w.org.ID, r.ID)
			same(t, r, got, err)
			got, err = tx.RunByLink(t.Context(), w.org.ID, r.LinkHash)
			same(t, r, got, err)
			got, err = tx.RunByPass(t.Context(), w.org.ID, r.PassHash)
			same(t, r, got, err)
			listed := r
			listed.Document = nil
			all, err := tx.Runs(t.Context(), w.org.ID, p.ID, 5)
			same(t, []tryout.Run{listed}, all, err)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestATestRunChangesButForWhatItIsOf(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		r := newRun(t, s, w, newProgramme(t, s, w).ID)
		change := r
		change.Answers, change.Comments, change.Photos, change.Stages = map[string]json.RawMessage{}, nil, nil, nil
		change.Trail, change.Opened, change.Finished, change.PassUntil = tryout.Trail{}, time.Time{}, time.Time{}, time.Time{}
		change.LinkHash, change.PassHash, change.LinkUntil = "", "", noon
		want := change
		want.RowVersion++
		change.Document, change.Hash, change.Scenario, change.StartedBy, change.Expires = []byte("{}"), "x", "x", "x", noon
		err := inRuns(t, s, w, func(tx tryout.Tx) error { return tx.UpdateRun(t.Context(), w.org.ID, change) })
		if err != nil {
			t.Fatal(err)
		}
		err = inRuns(t, s, w, func(tx tryout.Tx) error {
			got, err := tx.Run(t.Context(), w.org.ID, r.ID)
			same(t, want, got, err)
			for _, find := range []func() (tryout.Run, error){
				func() (tryout.Run, error) { return tx.RunByLink(t.Context(), w.org.ID, "") },
				func() (tryout.Run, error) { return tx.RunByPass(t.Context(), w.org.ID, "") },
			} {
				if _, err := find(); !fault.Is(err, fault.NotFound) {
					t.Errorf("found without a hash: %v", err)
				}
			}
			return tx.UpdateRun(t.Context(), w.org.ID, change)
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale update: %v", err)
		}
	})
}

func TestTestRunsOfAnotherOrganisationAreNotThere(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		one, two := newTown(t, s, "one"), newTown(t, s, "two")
		p := newProgramme(t, s, one)
		r := newRun(t, s, one, p.ID)
		err := inRuns(t, s, two, func(tx tryout.Tx) error {
			for _, org := range []string{two.org.ID, one.org.ID} { // row-level security refuses what a WHERE forgets
				if org == one.org.ID && s.Dialect() == sqliteDialect {
					continue
				}
				if _, err := tx.Run(t.Context(), org, r.ID); !fault.Is(err, fault.NotFound) {
					t.Errorf("by id: %v", err)
				}
				if all, err := tx.Runs(t.Context(), org, p.ID, 5); err != nil || len(all) > 0 {
					t.Errorf("listed %d: %v", len(all), err)
				}
				if err := tx.UpdateRun(t.Context(), org, r); !fault.Is(err, fault.Conflict) {
					t.Errorf("updated: %v", err)
				}
				if err := tx.DeleteRun(t.Context(), org, p.ID, r.ID); err != nil {
					t.Error(err)
				}
				if n, err := tx.DeleteExpired(t.Context(), org, noon.AddDate(9, 0, 0)); err != nil || n > 0 {
					t.Errorf("swept %d: %v", n, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = inRuns(t, s, one, func(tx tryout.Tx) error {
			_, err := tx.Run(t.Context(), one.org.ID, r.ID)
			return err
		})
		if err != nil {
			t.Errorf("the run is gone: %v", err)
		}
	})
}

func TestOnlyRunsWhoseDaysAreOverAreSwept(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		p := newProgramme(t, s, w)
		r := newRun(t, s, w, p.ID)
		for want, at := range []time.Time{r.Expires, r.Expires.Add(time.Microsecond)} {
			err := inRuns(t, s, w, func(tx tryout.Tx) error {
				n, err := tx.DeleteExpired(t.Context(), w.org.ID, at)
				if n != want {
					t.Errorf("%d swept at %s", n, at)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
