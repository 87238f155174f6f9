package report

import (
	"context"
	"fmt"
	"slices"

	"plainclothes/internal/org"
)

// places are the branches and regions of an organisation at one revision. They are shared between readings: nobody changes them.
type places struct {
	rev      int64
	branches []org.Branch // by code
	regions  []org.Region // by name
	named    map[string]string
}

// placesKey names them for ever: the revision grows with every change of a branch or a region, whoever makes it.
type placesKey struct {
	org string
	rev int64
}

// mostPlaces is how many branches of all organisations are kept in memory, about 400 bytes each.
const mostPlaces = 100_000

// placesOf finds the places of an organisation, or reads them.
func (s *Service) placesOf(ctx context.Context, tx Tx, o *org.Organisation) (*places, error) {
	key := placesKey{o.ID, o.PlacesRev}
	if p, ok := s.places.get(key); ok {
		return p, nil
	}
	p := &places{rev: o.PlacesRev, named: map[string]string{}}
	var err error
	if p.regions, err = tx.Regions(ctx, o.ID); err != nil {
		return nil, err
	}
	if p.branches, err = tx.Branches(ctx, o.ID); err != nil {
		return nil, err
	}
	for i := range p.regions {
		p.named[p.regions[i].ID] = p.regions[i].Name
	}
	s.places.put(key, p, 1+len(p.branches)+len(p.regions))
	return p, nil
}

// placed answers with known branches what is asked of the store.
type placed struct {
	Tx
	places *places
}

// Branches gives the known ones.
func (x placed) Branches(context.Context, string) ([]org.Branch, error) {
	return x.places.branches, nil
}

// view names what a reader sees of a network: readers of the same view see the same.
func (d *desk) view() string {
	regions, branches := slices.Sorted(slices.Values(d.reach.Regions)), slices.Sorted(slices.Values(d.reach.Branches))
	return fmt.Sprintf("%d %t %q %q %q %q", d.places.rev, d.reach.All, regions, branches, d.query.Region, d.query.Format)
}
