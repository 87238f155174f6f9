package store

import (
	"strings"
	"testing"

	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
)

func TestNamesStandInOneOrderWhateverTheDatabase(t *testing.T) {
	names := []string{"Zürich", "essen", "Äpfel", "Zoo", "École", "apfel", "Eiche", "Öl", "Nord"}
	const want = "apfel Äpfel École Eiche essen Nord Öl Zoo Zürich"
	forEach(t, func(t *testing.T, s *Store) {
		w := newTown(t, s, "one")
		regions := make([]org.Region, len(names))
		for i, name := range names {
			regions[i] = org.Region{Org: w.org.ID, ID: id(), Name: name, RowVersion: 1}
		}
		err := inStudio(t, s, w, func(tx studio.Tx) error {
			for i, name := range names {
				p := filled[studio.Programme](t)
				p.Org, p.ID, p.Name, p.Key = w.org.ID, id(), name, "key-"+string(rune('a'+i))
				if err := tx.CreateProgramme(t.Context(), w.org.ID, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = s.inTx(t.Context(), w.org.ID, func(s *Store) error { return s.CreateRegions(t.Context(), w.org.ID, regions) })
		}
		if err != nil {
			t.Fatal(err)
		}
		check := func(list string, got []string) {
			t.Helper()
			if text := strings.Replace(strings.Join(got, " "), "North ", "", 1); text != want { // the town has a region of its own
				t.Errorf("%s: %s", list, text)
			}
		}
		rs, err := s.Regions(t.Context(), w.all)
		if err != nil {
			t.Fatal(err)
		}
		check("regions", namesOf(rs, func(r org.Region) string { return r.Name }))
		err = s.Reports().View(t.Context(), w.org.ID, func(tx report.Tx) error {
			rs, err := tx.Regions(t.Context(), w.org.ID)
			if err != nil {
				return err
			}
			check("regions to compare", namesOf(rs, func(r org.Region) string { return r.Name }))
			ps, err := tx.Programmes(t.Context(), w.org.ID)
			check("programmes", namesOf(ps, func(p studio.Programme) string { return p.Name }))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = name(list[i])
	}
	return out
}
