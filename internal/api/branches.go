package api

import (
	"context"

	"plainclothes/api"
	"plainclothes/internal/org"
)

// ListBranches answers GET /branches.
func (a *API) ListBranches(ctx context.Context, in api.ListBranchesRequestObject) (api.ListBranchesResponseObject, error) {
	p := in.Params
	q := org.BranchQuery{Text: val(p.Text), Format: val(p.Format), Active: p.Active, After: val(p.After), Limit: limitOf(p.Limit)}
	if p.Region != nil {
		q.Regions = []string{*p.Region}
	}
	page, err := a.Org.Branches(ctx, actor(ctx), q)
	if err != nil {
		return nil, err
	}
	out := api.BranchList{Items: make([]api.Branch, 0, len(page.Branches)), Next: orNull(page.Next)}
	for i := range page.Branches {
		out.Items = append(out.Items, branchOf(&page.Branches[i]))
	}
	return api.ListBranches200JSONResponse{Body: out}, nil
}

// GetBranch answers GET /branches/{id}.
func (a *API) GetBranch(ctx context.Context, in api.GetBranchRequestObject) (api.GetBranchResponseObject, error) {
	b, err := a.Org.Branch(ctx, actor(ctx), in.Id)
	if err != nil {
		return nil, err
	}
	return api.GetBranch200JSONResponse{Body: branchOf(&b)}, nil
}

func branchOf(b *org.Branch) api.Branch {
	out := api.Branch{
		Id: b.ID, Code: b.Code, Name: b.Name, Region: orNull(b.Region), Format: b.Format, Channel: api.BranchChannel(b.Channel),
		Kind: api.BranchKind(b.Kind), Zone: b.Zone, Address: b.Address, Features: append([]string{}, b.Features...), Active: b.Active,
	}
	if b.HasPlace {
		out.Latitude, out.Longitude = &b.Latitude, &b.Longitude
	}
	return out
}
