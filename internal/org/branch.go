package org

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"plainclothes/internal/fault"
)

// BranchPage is one page of a list of branches.
type BranchPage struct {
	Branches []Branch
	Next     string // BranchQuery.After of the next page; "" at the end
}

// Branches lists the branches within the actor's reach, by code; a region stands for all regions below it, too.
func (s *Service) Branches(ctx context.Context, a Actor, q BranchQuery) (BranchPage, error) {
	x, err := reading(a)
	if err != nil {
		return BranchPage{}, err
	}
	var page BranchPage
	err = s.repo.View(ctx, x.Org, func(r Repo) error {
		if q.Regions, err = below(ctx, r, x, q.Regions); err != nil {
			return err
		}
		page, err = branchPage(ctx, r, x, q)
		return err
	})
	return page, err
}

// below adds the regions below.
func below(ctx context.Context, r Repo, x Access, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := r.Regions(ctx, x)
	if err != nil {
		return nil, err
	}
	t := NewTree(all)
	var out []string
	for _, id := range ids {
		out = append(out, t.Below(id)...)
	}
	return out, nil
}

// branchPage asks for one more than a page to know whether another follows.
func branchPage(ctx context.Context, r Repo, x Access, q BranchQuery) (BranchPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200) + 1
	bs, err := r.Branches(ctx, x, q)
	if err != nil || len(bs) < q.Limit {
		return BranchPage{Branches: bs}, err
	}
	bs = bs[:q.Limit-1]
	return BranchPage{Branches: bs, Next: bs[len(bs)-1].Code}, nil
}

// Branch gives one branch within the actor's reach.
func (s *Service) Branch(ctx context.Context, a Actor, id string) (Branch, error) {
	x, err := reading(a)
	if err != nil {
		return Branch{}, err
	}
	return s.repo.Branch(ctx, x, id)
}

// BranchRegions gives the regions that a branch was in, the oldest first.
func (s *Service) BranchRegions(ctx context.Context, a Actor, id string) ([]BranchRegion, error) {
	b, err := s.Branch(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return s.repo.BranchRegions(ctx, b.Org, id)
}

// CreateBranch makes a branch. Empty zone, channel and kind become the organisation's zone, a store, one's own.
func (s *Service) CreateBranch(ctx context.Context, a Actor, b Branch) (Branch, error) {
	return s.saveBranch(ctx, a, b, func(r Repo, x Access, _ Organisation, b Branch) (Branch, error) {
		id, err := newID()
		if err != nil {
			return b, err
		}
		b.ID, b.RowVersion = id, 1
		if err := r.CreateBranches(ctx, x.Org, []Branch{b}); err != nil {
			return b, err
		}
		return b, s.logBranch(ctx, r, x, "branch.created", b)
	})
}

// ChangeBranch changes a branch; b.RowVersion is the version that was looked at. A new region counts from today in the
// organisation's zone, and what happened before stays with the old one.
func (s *Service) ChangeBranch(ctx context.Context, a Actor, b Branch) (Branch, error) {
	return s.saveBranch(ctx, a, b, func(r Repo, x Access, o Organisation, b Branch) (Branch, error) {
		old, err := r.Branch(ctx, x, b.ID)
		if err != nil {
			return b, err
		}
		return s.replaceBranch(ctx, r, x, o, old, b)
	})
}

// replaceBranch writes a changed branch, moves it when its region changed, and logs it.
func (s *Service) replaceBranch(ctx context.Context, r Repo, x Access, o Organisation, old, b Branch) (Branch, error) {
	if err := r.UpdateBranch(ctx, x.Org, b); err != nil {
		return b, err
	}
	if old.Region != b.Region {
		if err := r.MoveBranch(ctx, x.Org, b.ID, b.Region, s.today(o)); err != nil {
			return b, err
		}
	}
	b.RowVersion++
	return b, s.logBranch(ctx, r, x, "branch.changed", b)
}

// saveBranch checks a branch in its organisation and saves it.
func (s *Service) saveBranch(ctx context.Context, a Actor, b Branch, save func(Repo, Access, Organisation, Branch) (Branch, error)) (Branch, error) {
	x, err := changing(a)
	if err != nil {
		return b, err
	}
	err = s.repo.InTx(ctx, x.Org, func(r Repo) error {
		o, err := r.Organisation(ctx, x.Org)
		if err != nil {
			return err
		}
		b = b.normal(o)
		if err := checkInPlace(ctx, r, x, b); err != nil {
			return err
		}
		b, err = save(r, x, o, b)
		return err
	})
	return b, err
}

// checkInPlace checks a branch's own fields, its code and its region.
func checkInPlace(ctx context.Context, r Repo, x Access, b Branch) error {
	var bad fault.Fields
	b.check(&bad)
	twins, err := r.BranchesByCode(ctx, x.Org, []string{b.Code})
	if err != nil {
		return err
	}
	if len(twins) > 0 && twins[0].ID != b.ID {
		bad.Addf("code", "The branch “%s” has this code already.", twins[0].Name)
	}
	if b.Region == "" {
		return bad.Err()
	}
	all, err := r.Regions(ctx, x)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(g Region) bool { return g.ID == b.Region }) {
		bad.Add("region", "Choose one of the regions.")
	}
	return bad.Err()
}

func (s *Service) logBranch(ctx context.Context, r Repo, x Access, verb string, b Branch) error {
	return s.log(ctx, r, x, verb, "branch", b.ID, branchBody(b))
}

// branchBody is what the log keeps of a branch: facts of a place, none of a person.
func branchBody(b Branch) any {
	return struct {
		Code     string   `json:"code"`
		Name     string   `json:"name"`
		Region   string   `json:"region"`
		Format   string   `json:"format"`
		Channel  Channel  `json:"channel"`
		Kind     Kind     `json:"kind"`
		Zone     string   `json:"zone"`
		Features []string `json:"features"`
		Active   bool     `json:"active"`
	}{b.Code, b.Name, b.Region, b.Format, b.Channel, b.Kind, b.Zone, b.Features, b.Active}
}

// normal trims texts, sorts features and fills in what the organisation knows.
func (b Branch) normal(o Organisation) Branch {
	b.Org = o.ID
	for _, s := range []*string{&b.Code, &b.Name, &b.Format, &b.Zone, &b.Address} {
		*s = strings.TrimSpace(*s)
	}
	b.Zone = orElse(b.Zone, o.Zone)
	b.Channel = orElse(b.Channel, Store)
	b.Kind = orElse(b.Kind, Own)
	b.Features = slices.Compact(slices.Sorted(slices.Values(b.Features)))
	if !b.HasPlace {
		b.Latitude, b.Longitude = 0, 0
	}
	return b
}

func orElse[S ~string](s, other S) S {
	if s == "" {
		return other
	}
	return s
}

// Bounds of a branch's fields.
const (
	maxFormat   = 60  // characters
	maxAddress  = 300 // characters
	maxFeatures = 50
)

var (
	codePattern    = regexp.MustCompile(`^[\pL\pN][\pL\pN._/-]{0,31}$`)
	featurePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

// check says what is wrong with the branch's own fields, named as in forms and files.
func (b Branch) check(bad *fault.Fields) {
	if !codePattern.MatchString(b.Code) {
		bad.Add("code", "Give the branch a code of up to 32 letters, digits and . _ / - such as MAN-01.")
	}
	checkName(b.Name, "name", "the branch", bad)
	checkText(b.Format, "format", maxFormat, bad)
	checkText(b.Address, "address", maxAddress, bad)
	if !slices.Contains([]Channel{Store, Web, Phone}, b.Channel) {
		bad.Add("channel", "The channel is one of store, web, phone.")
	}
	if b.Kind != Own && b.Kind != Competitor {
		bad.Add("kind", "The kind is own or competitor.")
	}
	if !knownZone(b.Zone) {
		bad.Add("zone", zoneMessage(b.Zone))
	}
	b.checkFeatures(bad)
	b.checkPlace(bad)
}

func (b Branch) checkFeatures(bad *fault.Fields) {
	if len(b.Features) > maxFeatures {
		bad.Addf("features", "A branch may have at most %d features.", maxFeatures)
	}
	for _, f := range b.Features {
		if !featurePattern.MatchString(f) {
			bad.Addf("features", "“%s” is not a feature: write small letters, digits and _ such as has_seating.", f)
			return
		}
	}
}

func (b Branch) checkPlace(bad *fault.Fields) {
	if math.IsNaN(b.Latitude) || math.Abs(b.Latitude) > 90 {
		bad.Add("latitude", "The latitude is a number from -90 to 90.")
	}
	if math.IsNaN(b.Longitude) || math.Abs(b.Longitude) > 180 {
		bad.Add("longitude", "The longitude is a number from -180 to 180.")
	}
}

func checkText(s, field string, most int, bad *fault.Fields) {
	if utf8.RuneCountInString(s) > most {
		bad.Addf(field, "This may have at most %d characters.", most)
	} else if !printable(s) {
		bad.Add(field, "This has characters that cannot be shown.")
	}
}
