package store

import (
	"testing"

	"plainclothes/internal/org"
)

func TestEveryChangeOfABranchOrRegionCountsThePlacesUp(t *testing.T) {
	forEach(t, func(t *testing.T, s *Store) {
		o := filled[org.Organisation](t)
		o.ID, o.PlacesRev = id(), 0
		if err := s.CreateOrganisation(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		region := org.Region{Org: o.ID, ID: id(), Name: "North", RowVersion: 1}
		branch := org.Branch{Org: o.ID, ID: id(), Code: "B1", Name: "One", Format: "shop", Channel: org.Store, Kind: org.Own, Zone: "UTC", Active: true, RowVersion: 1}
		last := int64(0)
		for _, step := range []struct {
			what string
			do   func() error
		}{
			{"a region made", func() error { return s.CreateRegions(t.Context(), o.ID, []org.Region{region}) }},
			{"a region renamed", func() error { return s.UpdateRegion(t.Context(), o.ID, region) }},
			{"a branch made", func() error { return s.CreateBranches(t.Context(), o.ID, []org.Branch{branch}) }},
			{"a branch changed", func() error { return s.UpdateBranch(t.Context(), o.ID, branch) }},
			{"a region removed", func() error {
				region.RowVersion++
				return s.DeleteRegion(t.Context(), o.ID, region)
			}},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
			got, err := s.Organisation(t.Context(), o.ID)
			if err != nil || got.PlacesRev <= last {
				t.Errorf("%s: from %d to %d, %v", step.what, last, got.PlacesRev, err)
			}
			last = got.PlacesRev
		}
		o.Name = "Another"
		if err := s.UpdateOrganisation(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Organisation(t.Context(), o.ID); err != nil || got.PlacesRev != last {
			t.Errorf("a new name of the organisation: from %d to %d, %v", last, got.PlacesRev, err)
		}
	})
}
