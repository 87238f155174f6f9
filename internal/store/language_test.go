package store_test

import (
	"testing"

	"github.com/google/uuid"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/store"
	"plainclothes/internal/store/storetest"
)

func TestLanguagesAreKeptWithThePersonAndTheOrganisation(t *testing.T) {
	storetest.ForEach(t, func(t *testing.T, s *store.Store) {
		ctx, w := t.Context(), storetest.NewWorld(t, s, "coffee-kiosks")
		person := uuid.NewString()
		if err := s.CreatePerson(ctx, auth.Person{ID: person, Email: person + "@example.org", Name: "Somebody", Created: storetest.Noon, RowVersion: 1}); err != nil {
			t.Fatal(err)
		}
		if err := s.SetLanguage(ctx, person, "de"); err != nil {
			t.Fatal(err)
		}
		if err := s.SetReading(ctx, person, "pt-BR"); err != nil {
			t.Fatal(err)
		}
		if err := s.SetOrgLanguage(ctx, w.Org, "de"); err != nil {
			t.Fatal(err)
		}
		p, err := s.Person(ctx, person)
		if err != nil || p.Language != "de" || p.Reading != "pt-BR" {
			t.Fatalf("%+v, %v", p, err)
		}
		p.Name, p.Language = "Another Name", "fr" // a change of the person is no change of languages
		if err := s.UpdatePerson(ctx, p); err != nil {
			t.Fatal(err)
		}
		if p, err = s.Person(ctx, person); err != nil || p.Language != "de" || p.Name != "Another Name" {
			t.Errorf("%+v, %v", p, err)
		}
		member := w.Member(auth.Shopper)
		w.Exec(`UPDATE members SET person_id = $1 WHERE org_id = $2 AND id = $3`, person, w.Org, member.Member)
		all, err := s.Memberships(ctx, person)
		if err != nil || len(all) == 0 || all[0].OrgLanguage != "de" {
			t.Errorf("%+v, %v", all, err)
		}
		if err := s.SetLanguage(ctx, "0190a1b2-0000-7000-8000-000000000000", "de"); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody's language: %v", err)
		}
	})
}
