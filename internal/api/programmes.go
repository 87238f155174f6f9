package api

import (
	"bytes"
	"context"

	"plainclothes/api"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
)

// ListProgrammes answers GET /programmes.
func (a *API) ListProgrammes(ctx context.Context, _ api.ListProgrammesRequestObject) (api.ListProgrammesResponseObject, error) {
	all, err := a.Studio.Programmes(ctx, actor(ctx))
	if err != nil {
		return nil, err
	}
	out := api.ProgrammeList{Items: make([]api.Programme, 0, len(all))}
	for i := range all {
		out.Items = append(out.Items, programmeOf(&all[i]))
	}
	return api.ListProgrammes200JSONResponse{Body: out}, nil
}

func programmeOf(p *studio.Programme) api.Programme {
	return api.Programme{Id: p.ID, Key: p.Key, Name: p.Name, Archived: !p.Archived.IsZero(), CreatedAt: p.Created.UTC()}
}

// ImportProgramme answers POST /programmes.
func (a *API) ImportProgramme(ctx context.Context, in api.ImportProgrammeRequestObject) (api.ImportProgrammeResponseObject, error) {
	done, err := a.Studio.Import(ctx, actor(ctx), in.Body.File)
	if err != nil {
		return nil, err
	}
	out := api.ImportedDraft{
		Programme: programmeOf(&done.Programme), Number: done.Draft.Number, New: done.New, Same: done.Same, Listed: []api.Remark{}, Advice: []api.Remark{},
	}
	for _, f := range done.Listed {
		out.Listed = append(out.Listed, api.Remark{Place: f.Place(), Text: f.What + ": " + f.Why})
	}
	for _, p := range done.Problems {
		out.Advice = append(out.Advice, api.Remark{Place: p.Path, Text: p.Message})
	}
	return api.ImportProgramme200JSONResponse(out), nil
}

// GetProgramme answers GET /programmes/{id}.
func (a *API) GetProgramme(ctx context.Context, in api.GetProgrammeRequestObject) (api.GetProgrammeResponseObject, error) {
	p, err := a.Studio.Programme(ctx, actor(ctx), in.Id)
	if err != nil {
		return nil, err
	}
	versions, err := a.Studio.Versions(ctx, actor(ctx), in.Id)
	if err != nil {
		return nil, err
	}
	out := api.ProgrammeDetail{
		Id: p.ID, Key: p.Key, Name: p.Name, Archived: !p.Archived.IsZero(), CreatedAt: p.Created.UTC(),
		Versions: versionsOf(versions), Scenarios: []api.Scenario{},
	}
	newest, err := a.Studio.VersionNumbered(ctx, actor(ctx), in.Id, 0)
	switch {
	case err == nil:
		out.Scenarios = scenariosOf(newest.Programme)
	case !fault.Is(err, fault.NotFound): // without a published version there is nothing to plan for
		return nil, err
	}
	return api.GetProgramme200JSONResponse{Body: out}, nil
}

// versionsOf leaves drafts out: they are nobody's business but their editors'.
func versionsOf(all []studio.Version) []api.Version {
	out := make([]api.Version, 0, len(all))
	for _, v := range all {
		if v.State == studio.Published {
			out = append(out, api.Version{Number: v.Number, Hash: v.Hash, PublishedAt: v.Published.UTC(), EffectiveOn: v.EffectiveOn})
		}
	}
	return out
}

func scenariosOf(p *programme.Programme) []api.Scenario {
	out := make([]api.Scenario, 0, len(p.Scenarios))
	for _, s := range p.Scenarios {
		out = append(out, api.Scenario{Id: s.ID, Title: s.Title})
	}
	return out
}

// GetProgrammeFile answers GET /programmes/{id}/file.
func (a *API) GetProgrammeFile(ctx context.Context, in api.GetProgrammeFileRequestObject) (api.GetProgrammeFileResponseObject, error) {
	b, err := a.Studio.Export(ctx, actor(ctx), in.Id, val(in.Params.Version))
	if err != nil {
		return nil, err
	}
	return api.GetProgrammeFile200ApplicationyamlResponse{Body: bytes.NewReader(b), ContentLength: int64(len(b))}, nil
}
