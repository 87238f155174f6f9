package store

import (
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// newProgramme makes a programme in a town.
func newProgramme(t *testing.T, s *Store, w town) studio.Programme {
	t.Helper()
	p := filled[studio.Programme](t)
	p.Org, p.ID = w.org.ID, id()
	err := s.Studio().InTx(t.Context(), w.org.ID, func(tx studio.Tx) error { return tx.CreateProgramme(t.Context(), w.org.ID, p) })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// inStudio runs something in a transaction of a town.
func inStudio(t *testing.T, s *Store, w town, do func(studio.Tx) error) error {
	t.Helper()
	return s.Studio().InTx(t.Context(), w.org.ID, do)
}

func TestAProgrammeComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		p := newProgramme(t, s, w)
		change := p
		change.Name, change.Archived, change.DataRev, change.Key = "Another", noon, 99, "never"
		err := inStudio(t, s, w, func(tx studio.Tx) error {
			got, err := tx.Programme(t.Context(), w.org.ID, p.ID)
			same(t, p, got, err)
			got, err = tx.ProgrammeByKey(t.Context(), w.org.ID, p.Key)
			same(t, p, got, err)
			return tx.UpdateProgramme(t.Context(), w.org.ID, change)
		})
		if err != nil {
			t.Fatal(err)
		}
		want := p
		want.Name, want.Archived, want.RowVersion = "Another", noon, p.RowVersion+1
		err = inStudio(t, s, w, func(tx studio.Tx) error {
			all, err := tx.Programmes(t.Context(), w.org.ID)
			same(t, []studio.Programme{want}, all, err)
			return tx.UpdateProgramme(t.Context(), w.org.ID, change)
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale update: %v", err)
		}
	})
}

func TestAVersionComesBackWhole(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		p := newProgramme(t, s, w)
		v := filled[studio.Version](t)
		v.Org, v.ID, v.Programme, v.State, v.Number, v.PublishedBy, v.PublisherName = w.org.ID, id(), p.ID, studio.Draft, 1, w.member.ID, ""
		change := v
		change.State, change.Note, change.Document, change.EffectiveOn = studio.Published, "because", []byte(`{"a": "ü"}`), "2026-11-21"
		err := inStudio(t, s, w, func(tx studio.Tx) error {
			if err := tx.CreateVersion(t.Context(), w.org.ID, v); err != nil {
				return err
			}
			got, err := tx.Version(t.Context(), w.org.ID, v.ID)
			same(t, v, got, err)
			return tx.UpdateVersion(t.Context(), w.org.ID, change)
		})
		if err != nil {
			t.Fatal(err)
		}
		change.RowVersion++
		err = inStudio(t, s, w, func(tx studio.Tx) error {
			got, err := tx.Version(t.Context(), w.org.ID, v.ID)
			same(t, change, got, err)
			listed := change
			listed.Document, listed.PublisherName = nil, w.person.Name
			all, err := tx.Versions(t.Context(), w.org.ID, p.ID)
			same(t, []studio.Version{listed}, all, err)
			return tx.DeleteDraft(t.Context(), w.org.ID, v.ID, change.RowVersion)
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting a published version: %v", err)
		}
	})
}

func TestAProgrammeHasOneDraft(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		p := newProgramme(t, s, w)
		err := inStudio(t, s, w, func(tx studio.Tx) error {
			for n := range 2 {
				v := studio.Version{Org: w.org.ID, ID: id(), Programme: p.ID, Number: n + 1, State: studio.Draft, Created: noon, RowVersion: 1}
				if err := tx.CreateVersion(t.Context(), w.org.ID, v); err != nil {
					return err
				}
			}
			return nil
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a second draft: %v", err)
		}
	})
}

// rolled adds rollups of one branch over three months and two scenarios.
func rolled(t *testing.T, s *Store, w town, p studio.Programme) {
	t.Helper()
	err := s.Visits().InTx(t.Context(), w.org.ID, func(tx visit.Tx) error {
		for i, month := range []string{"2026-08", "2026-09", "2026-09", "2026-10"} {
			n := int64(i + 1)
			r := visit.Rollup{
				Programme: p.ID, Branch: w.branch.ID, Shopper: id(), Month: month, Scenario: []string{"guest", "takeaway"}[i%2],
				Cell: visit.CellRollup{Series: "s", N: n, SumBP: n << 33, SumBP2: n << 43, Unscored: n + 1, SumPenalty: -n, Caps: n + 2, Zeros: n + 3, Breaches: n + 4},
				Standards: []visit.StandardRollup{{
					Standard: "K1", Series: "k", N: 10 * n, X: 9 * n, NWow: 8 * n, XWow: 7 * n, Partial: 6 * n, NA: 5 * n, Unknown: 4 * n, W: n << 40, WR: n << 39,
				}},
			}
			if err := tx.AddRollup(t.Context(), w.org.ID, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSumsAddUpByWindowScenarioBranchAndMonth(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		p := newProgramme(t, s, w)
		rolled(t, s, w, p)
		sums := func(q studio.SumQuery) studio.Sums {
			var out studio.Sums
			q.Programme = p.ID
			err := s.Studio().View(t.Context(), w.org.ID, func(tx studio.Tx) (err error) {
				out, err = tx.Sums(t.Context(), w.org.ID, q)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		year := studio.Window{From: "2026-01", To: "2026-12"}
		all := sums(studio.SumQuery{Window: year})
		want := studio.Sums{
			Cells: []studio.CellSum{{Branch: w.branch.ID, CellRollup: visit.CellRollup{
				Series: "s", N: 10, SumBP: 10 << 33, SumBP2: 10 << 43, Unscored: 14, SumPenalty: -10, Caps: 18, Zeros: 22, Breaches: 26,
			}}},
			Standards: []studio.StandardSum{{Branch: w.branch.ID, StandardRollup: visit.StandardRollup{
				Standard: "K1", Series: "k", N: 100, X: 90, NWow: 80, XWow: 70, Partial: 60, NA: 50, Unknown: 40, W: 10 << 40, WR: 10 << 39,
			}}},
		}
		same(t, want, all, nil)
		for _, c := range []struct {
			q    studio.SumQuery
			rows int
			n    int64
		}{
			{studio.SumQuery{Window: studio.Window{From: "2026-09", To: "2026-09"}}, 1, 5},
			{studio.SumQuery{Window: year, Scenario: "guest"}, 1, 4},
			{studio.SumQuery{Window: year, Branch: w.branch.ID, Monthly: true}, 3, 10},
			{studio.SumQuery{Window: year, Branch: id()}, 0, 0},
		} {
			got := sums(c.q)
			var n int64
			for _, r := range got.Cells {
				n += r.N
			}
			if len(got.Cells) != c.rows || len(got.Standards) != c.rows || n != c.n {
				t.Errorf("%+v: %d cells and %d standards with %d visits", c.q, len(got.Cells), len(got.Standards), n)
			}
		}
	})
}

func TestProgrammesAndReportsOfAnotherOrganisationAreNotThere(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		us, them := newTown(t, s, "us"), newTown(t, s, "them")
		p := newProgramme(t, s, them)
		v := studio.Version{Org: them.org.ID, ID: id(), Programme: p.ID, Number: 1, State: studio.Draft, Created: noon, RowVersion: 1}
		if err := inStudio(t, s, them, func(tx studio.Tx) error { return tx.CreateVersion(t.Context(), them.org.ID, v) }); err != nil {
			t.Fatal(err)
		}
		rolled(t, s, them, p)
		ctx, o := t.Context(), us.org.ID
		for name, do := range map[string]func(studio.Tx) error{
			"programme":        func(tx studio.Tx) error { _, err := tx.Programme(ctx, o, p.ID); return err },
			"programme by key": func(tx studio.Tx) error { _, err := tx.ProgrammeByKey(ctx, o, p.Key); return err },
			"version":          func(tx studio.Tx) error { _, err := tx.Version(ctx, o, v.ID); return err },
			"update programme": func(tx studio.Tx) error { return tx.UpdateProgramme(ctx, o, p) },
			"update version":   func(tx studio.Tx) error { return tx.UpdateVersion(ctx, o, v) },
			"delete draft":     func(tx studio.Tx) error { return tx.DeleteDraft(ctx, o, v.ID, 1) },
			"version of theirs": func(tx studio.Tx) error {
				own := v
				own.Org, own.ID = o, id()
				return tx.CreateVersion(ctx, o, own)
			},
		} {
			if err := inStudio(t, s, us, do); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := s.Reports().InTx(ctx, o, func(tx report.Tx) error {
			cells, err := tx.Cells(ctx, o, p.ID)
			if err != nil || len(cells) != 0 {
				t.Errorf("%d cells, %v", len(cells), err)
			}
			rows, err := tx.PublishedVisits(ctx, o, report.VisitQuery{Reach: auth.Reach{All: true}})
			if err != nil || len(rows) != 0 {
				t.Errorf("%d visits, %v", len(rows), err)
			}
			return tx.ReplaceRollups(ctx, o, p.ID, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Reports().View(ctx, them.org.ID, func(tx report.Tx) error {
			if cells, err := tx.Cells(ctx, them.org.ID, p.ID); err != nil || len(cells) != 4 {
				t.Errorf("they have %d cells left, %v", len(cells), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The lists and sums that pages wait for never read a table from end to end.
func TestReadingForPagesUsesIndexes(t *testing.T) {
	s := openTest(t, "sqlite:"+t.TempDir()+"/test.db")
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := newTown(t, s, "one")
	p := newProgramme(t, s, w)
	rolled(t, s, w, p)
	seen := watch(t, s)
	ctx, o := t.Context(), w.org.ID
	err := s.Reports().View(ctx, o, func(tx report.Tx) error {
		window := studio.Window{From: "2026-01", To: "2026-12"}
		for _, do := range []func() error{
			func() error { _, err := tx.Programmes(ctx, o); return err },
			func() error { _, err := tx.Versions(ctx, o, p.ID); return err },
			func() error { _, err := tx.Branches(ctx, o); return err },
			func() error {
				_, err := tx.Sums(ctx, o, studio.SumQuery{Programme: p.ID, Window: window, Branch: w.branch.ID, Monthly: true})
				return err
			},
			func() error {
				_, err := tx.PublishedVisits(ctx, o, report.VisitQuery{Reach: auth.Reach{All: true}, Programme: p.ID, Window: window})
				return err
			},
			func() error {
				_, err := tx.Sealed(ctx, o, p.ID, studio.Mark{Month: "2026-01", ID: id()}, 10)
				return err
			},
		} {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range seen.found {
		t.Error(found)
	}
}
