package report

import (
	"context"
	"slices"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// branchAmongMany judges a branch by what was found out about all, with every visit that it has now.
func (s *Service) branchAmongMany(ctx context.Context, x *study, b *org.Branch, own studio.Sums, r *BranchReport) error {
	c := &x.counted
	list := []compare.Branch{{ID: b.ID, Name: b.Name, Format: b.Format, Region: b.Region}}
	stands, ok, err := s.standing(ctx, x.tx, &x.desk, c, list)
	if err != nil {
		return err
	}
	if !ok { // somebody found out something newer in this moment
		return s.branchAmongFew(ctx, x, b, r)
	}
	now := x.nowOf(b, own)
	if x.held != nil {
		fresh, err := s.fresh(ctx, x.tx, &x.desk, now, []string{b.ID})
		if err != nil {
			return err
		}
		stands = stands.Only(fresh)
	}
	result := stands.Result(list, false)
	r.take(&result, c.Edition.List.Programme)
	if !oneDefinition(c) {
		return nil
	}
	network, err := once(s.works, x.key("network "+c.Edition.Meta.ID), func() (*compare.Network, int, error) {
		return compare.NewNetwork(c.Input(c.Edition.List.Programme, studio.Everyone), mixOf(c.Sums.Standards)), len(c.Branches), nil
	})
	if err != nil {
		return err
	}
	if _, causes, ok := network.Explain(ownOf(x, now, b.ID)); ok {
		r.because(causes)
	}
	return nil
}

// nowOf is the study's counts with none but the branch, and its visits as they are now: those of the window among its own sums,
// month by month.
func (x *study) nowOf(b *org.Branch, own studio.Sums) *studio.Counted {
	now := x.counted
	now.Branches = []org.Branch{*b}
	now.Sums = x.counted.Chosen(own)
	before := func(month string) bool { return month < x.window.From }
	now.Sums.Cells = slices.DeleteFunc(slices.Clone(now.Sums.Cells), func(r studio.CellSum) bool { return before(r.Month) })
	now.Sums.Standards = slices.DeleteFunc(slices.Clone(now.Sums.Standards), func(r studio.StandardSum) bool { return before(r.Month) })
	return &now
}

// ownOf is one branch beside the network.
func ownOf(x *study, now *studio.Counted, branch string) compare.Own {
	own := compare.Own{Branch: branch, Mix: mixOf(now.Sums.Standards), SectionOf: sections(x)}
	for _, f := range freshOf(now, []string{branch}) {
		own.Visits, own.Counts = f.Scores.N, f.Counts
	}
	own.Penalty, _ = penalties(now, branch)
	_, own.Others = penalties(&x.counted, branch)
	return own
}
