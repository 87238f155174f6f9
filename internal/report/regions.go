package report

import (
	"context"
	"fmt"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/compare"
)

// RegionGaps is what can be said of regions, of those that the reader sees.
type RegionGaps struct {
	compare.Regions
	AsOf time.Time // of when they are, where that is not when the rest of the page is of; zero: they are of the same data
}

// regional is what was found out about all regions. Readers share it: nobody changes it.
type regional struct {
	rev  int64 // of which data
	made time.Time
	all  compare.Regions
}

// Regions say the same for longest of all that a page tells, because a region has hundreds of visits; and they take longest to
// find out, because their shoppers are. So those of a large window are found out less often than the rest.
const (
	regionsFor  = patience     // beside the readers they are found out again when they are older
	regionsMost = 2 * patience // a reader is not shown older ones
)

// Regions says which regions differ, as far as shoppers allow it, of those that the reader sees.
func (s *Service) Regions(ctx context.Context, a auth.Actor, q Query) (r RegionGaps, err error) {
	err = s.view(ctx, a, q, readRegions, func(x *study) error {
		found, err := s.regions(ctx, x)
		if err != nil {
			return err
		}
		if found.rev != x.programme.DataRev {
			r.AsOf = x.local(found.made)
		}
		r.Regions = x.regionsSeen(&found.all)
		return nil
	})
	return r, err
}

// regions finds out about all regions; of a large window that may have been done of slightly older data.
func (s *Service) regions(ctx context.Context, x *study) (*regional, error) {
	work := func() (*regional, int, error) {
		all, err := s.workRegions(ctx, x)
		return &regional{x.programme.DataRev, s.now(), all}, len(all.Pairs) + len(all.Rest), err
	}
	if s.at(&x.desk) == nil {
		return once(s.works, x.key("regions"), work)
	}
	key := workKey{purpose: fmt.Sprintf("regions %s %d", x.counted.Score.Series, x.places.rev), sums: x.key("").sums}
	key.sums.rev = 0
	most := regionsMost
	if s.ahead != nil {
		most = regionsFor
	}
	old, _ := s.works.get(key)
	if r, ok := old.(*regional); ok && (r.rev == x.programme.DataRev || s.now().Sub(r.made) < most) {
		return r, nil
	}
	r, weight, err := work()
	if err == nil {
		s.works.set(key, r, 1+weight)
	}
	return r, err
}

func (s *Service) workRegions(ctx context.Context, x *study) (compare.Regions, error) {
	in, err := s.crossedInput(ctx, x)
	if err != nil {
		return compare.Regions{}, err
	}
	for i := range in.Branches {
		in.Branches[i].Region = x.regionName(in.Branches[i].Region)
	}
	return compare.CompareRegions(in), nil
}

// regionsSeen leaves out what the reader may not know of, or did not ask for.
func (x *study) regionsSeen(all *compare.Regions) compare.Regions {
	seen, mine := compare.Regions{Declined: all.Declined}, map[string]bool{}
	for _, region := range x.regions {
		mine[region.Name] = x.mayName(region.ID) && (x.query.Region == "" || x.query.Region == region.ID)
	}
	for _, g := range all.Rest {
		if mine[g.Region] {
			seen.Rest = append(seen.Rest, g)
		}
	}
	for _, g := range all.Pairs {
		if mine[g.Region] && mine[g.Other] {
			seen.Pairs = append(seen.Pairs, g)
		}
	}
	return seen
}
