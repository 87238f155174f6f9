package report

import (
	"context"
	"slices"

	"plainclothes/internal/compare"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// branchAmongMany judges a branch by what was found out about all, with every visit that it has now.
func (s *Service) branchAmongMany(ctx context.Context, x *study, b *org.Branch, r *BranchReport) error {
	c := &x.counted
	list := []compare.Branch{{ID: b.ID, Name: b.Name, Format: b.Format, Region: b.Region}}
	stands, ok, err := s.standing(ctx, x.tx, &x.desk, c, list)
	if err != nil {
		return err
	}
	if !ok { // somebody found out something newer in this moment
		return s.branchAmongFew(ctx, x, b, r)
	}
	now, err := s.nowOf(ctx, x, b)
	if err != nil {
		return err
	}
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

// nowOf is the study's counts with none but the branch, and its visits as they are now.
func (s *Service) nowOf(ctx context.Context, x *study, b *org.Branch) (*studio.Counted, error) {
	now := x.counted
	now.Branches = []org.Branch{*b}
	if x.held == nil {
		now.Sums.Cells = slices.DeleteFunc(slices.Clone(now.Sums.Cells), func(r studio.CellSum) bool { return r.Branch != b.ID })
		now.Sums.Standards = rowsOf(now.Sums.Standards, b.ID)
		return &now, nil
	}
	q := x.networkKey().query
	q.Branch = b.ID
	sums, err := x.tx.Sums(ctx, x.programme.Org, q)
	now.Sums = x.counted.Chosen(sums)
	return &now, err
}

// rowsOf are the rows of one branch; all come by branch.
func rowsOf(rows []studio.StandardSum, branch string) (out []studio.StandardSum) {
	for i := range rows {
		if rows[i].Branch == branch {
			out = append(out, rows[i])
		}
	}
	return out
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
