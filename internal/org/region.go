package org

import (
	"context"
	"slices"
	"strings"

	"plainclothes/internal/fault"
)

// Regions gives the regions within the actor's reach, by name. NewTree arranges them.
func (s *Service) Regions(ctx context.Context, a Actor) ([]Region, error) {
	x, err := reading(a)
	if err != nil {
		return nil, err
	}
	return s.repo.Regions(ctx, x)
}

// CreateRegion makes a region below r.Parent, or at the top.
func (s *Service) CreateRegion(ctx context.Context, a Actor, r Region) (Region, error) {
	return s.saveRegion(ctx, a, r, func(repo Repo, x Access, t *Tree) (Region, error) {
		id, err := newID()
		if err != nil {
			return r, err
		}
		made := Region{Org: x.Org, ID: id, Parent: r.Parent, Name: strings.TrimSpace(r.Name), RowVersion: 1}
		if err := checkRegion(made, t); err != nil {
			return r, err
		}
		if err := repo.CreateRegions(ctx, x.Org, []Region{made}); err != nil {
			return r, err
		}
		return made, s.logRegion(ctx, repo, x, "region.created", made)
	})
}

// ChangeRegion renames or moves a region; r.RowVersion is the version that was looked at.
func (s *Service) ChangeRegion(ctx context.Context, a Actor, r Region) (Region, error) {
	return s.saveRegion(ctx, a, r, func(repo Repo, x Access, t *Tree) (Region, error) {
		old, ok := t.Region(r.ID)
		if !ok {
			return r, fault.Missing("region")
		}
		old.Parent, old.Name, old.RowVersion = r.Parent, strings.TrimSpace(r.Name), r.RowVersion
		if err := checkRegion(old, t); err != nil {
			return r, err
		}
		if err := repo.UpdateRegion(ctx, x.Org, old); err != nil {
			return r, err
		}
		old.RowVersion++
		return old, s.logRegion(ctx, repo, x, "region.changed", old)
	})
}

// DeleteRegion removes a region that is and was empty; version is the row version that was looked at.
func (s *Service) DeleteRegion(ctx context.Context, a Actor, id string, version int) error {
	_, err := s.saveRegion(ctx, a, Region{}, func(repo Repo, x Access, t *Tree) (Region, error) {
		r, ok := t.Region(id)
		if !ok {
			return r, fault.Missing("region")
		}
		use, err := repo.RegionUse(ctx, x.Org, id)
		if err == nil {
			err = use.free()
		}
		if err != nil {
			return r, err
		}
		r.RowVersion = version
		if err := repo.DeleteRegion(ctx, x.Org, r); err != nil {
			return r, err
		}
		return r, s.logRegion(ctx, repo, x, "region.deleted", r)
	})
	return err
}

// saveRegion runs a change on the locked tree: two changes at once could otherwise close a circle.
func (s *Service) saveRegion(ctx context.Context, a Actor, r Region, save func(Repo, Access, *Tree) (Region, error)) (Region, error) {
	x, err := changing(a)
	if err != nil {
		return r, err
	}
	err = s.repo.InTx(ctx, x.Org, func(repo Repo) error {
		if err := repo.Lock(ctx, x.Org); err != nil {
			return err
		}
		all, err := repo.Regions(ctx, x)
		if err != nil {
			return err
		}
		t := NewTree(all)
		r, err = save(repo, x, &t)
		return err
	})
	return r, err
}

func (s *Service) logRegion(ctx context.Context, repo Repo, x Access, verb string, r Region) error {
	return s.log(ctx, repo, x, verb, "region", r.ID, map[string]string{"name": r.Name, "parent": r.Parent})
}

// free says what still needs the region.
func (u RegionUse) free() error {
	switch {
	case u.Regions > 0:
		return fault.New(fault.Conflict, "This region has regions below it. Move or delete them first.")
	case u.Branches > 0:
		return fault.New(fault.Conflict, "This region has or had branches, and their history needs it. Rename it instead.")
	case u.People > 0:
		return fault.New(fault.Conflict, "Somebody manages this region. Change that person's regions first.")
	}
	return nil
}

// checkRegion says what is wrong with a new or changed region in the tree as it stands.
func checkRegion(r Region, t *Tree) error {
	var bad fault.Fields
	checkName(r.Name, "name", "the region", &bad)
	if strings.Contains(r.Name, "/") {
		bad.Add("name", "The name may not contain “/”, which separates regions in files.")
	}
	if twin, ok := t.child(r.Parent, r.Name); ok && twin.ID != r.ID {
		bad.Addf("name", "There is already a region “%s” there.", twin.Name)
	}
	if m := wrongParent(r, t); m != "" {
		bad.Add("parent", m)
	}
	return bad.Err()
}

// wrongParent says why a region cannot be below its parent, "" when it can.
func wrongParent(r Region, t *Tree) string {
	_, exists := t.Region(r.ID)
	_, known := t.Region(r.Parent)
	switch {
	case !exists && len(t.byID) >= MaxRegions:
		return "There are too many regions. Delete empty ones first."
	case r.Parent == "":
		return ""
	case !known:
		return "Choose one of the regions."
	case exists && slices.Contains(t.Below(r.ID), r.Parent):
		return "A region cannot be below itself."
	case t.depth(r.Parent)+t.height(r.ID) > MaxDepth:
		return "That would be too deep: a region may have at most seven regions above it."
	}
	return ""
}
