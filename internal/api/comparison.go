package api

import (
	"context"

	"plainclothes/api"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
)

// GetComparison answers GET /comparison.
func (a *API) GetComparison(ctx context.Context, in api.GetComparisonRequestObject) (api.GetComparisonResponseObject, error) {
	p := in.Params
	q, err := window(report.Query{Programme: p.Programme, Region: val(p.Region), Format: val(p.Format), Scenario: val(p.Scenario)},
		string(val(p.Window)), val(p.From), val(p.To))
	if err != nil {
		return nil, err
	}
	c, err := a.Reports.Compare(ctx, actor(ctx), q)
	if err != nil {
		return nil, err
	}
	return api.GetComparison200JSONResponse{Body: comparisonOf(&c)}, nil
}

func comparisonOf(c *report.Comparison) api.Comparison {
	r := &c.Result
	out := api.Comparison{
		Programme: c.Programme.ID, Version: c.Version.Number, From: c.Window.From, To: c.Window.To, TargetBp: r.TargetBP,
		Headline: append([]string{}, c.Headline...), Notes: append([]string{}, c.Notes...),
		Standards: make([]api.ComparedStandard, 0, len(r.Standards)), Branches: make([]api.ComparedBranch, 0, len(r.Branches)),
		Worst: make([]api.WorstBranch, 0, len(r.Worst)),
	}
	for i := range r.Standards {
		out.Standards = append(out.Standards, comparedStandard(&r.Standards[i]))
	}
	for i := range r.Branches {
		out.Branches = append(out.Branches, comparedBranch(&r.Branches[i], c.Places[r.Branches[i].ID], r.ShowPlaces))
	}
	for _, w := range r.Worst {
		out.Worst = append(out.Worst, api.WorstBranch{Branch: w.Branch, Probability: w.P})
	}
	return out
}

func comparedStandard(s *compare.Standard) api.ComparedStandard {
	criticality := s.Criticality
	if criticality == "" {
		criticality = compare.Normal
	}
	return api.ComparedStandard{
		Id: s.ID, Title: s.Title, GoodTargetBp: s.GoodTargetBP, WowTargetBp: s.WowTargetBP,
		Criticality: api.ComparedStandardCriticality(criticality),
	}
}

// comparedBranch leaves out what the visits cannot carry, and places where they may not be shown.
func comparedBranch(b *compare.BranchRow, at report.Place, places bool) api.ComparedBranch {
	s := &b.Score
	out := api.ComparedBranch{
		Branch: b.ID, Code: at.Code, Name: at.Name, Region: at.Region, Visits: s.N, Status: api.Status(s.Status.String()),
		Lean: api.Lean(s.Lean.String()), Standards: make([]api.ComparedOutcome, 0, len(b.Outcomes)),
	}
	if s.N > 0 {
		out.MeanBp, out.EstimateBp = &s.MeanBP, &s.EstimateBP
	}
	if s.HasRange {
		out.RangeBp = &api.Interval{Lo: s.LoBP, Hi: s.HiBP}
	}
	if s.HasPlace && places {
		out.Rank = &api.Rank{Expected: s.Place.Expected, Lo: s.Place.Lo, Hi: s.Place.Hi}
	}
	for i := range b.Outcomes {
		out.Standards = append(out.Standards, comparedOutcome(&b.Outcomes[i]))
	}
	return out
}

func comparedOutcome(o *compare.Outcome) api.ComparedOutcome {
	out := api.ComparedOutcome{
		Standard: o.Standard, Visits: o.N, Met: o.X, Status: api.Status(o.Status.String()), Lean: api.Lean(o.Lean.String()),
		Sentence: o.Sentence(),
	}
	if o.N > 0 {
		out.Mean = &o.Good.Mean
	}
	if r := o.Good.Range; o.N > 0 && r.Hi > 0 { // it is left out where many branches are pooled
		out.Range = &api.Interval{Lo: r.Lo, Hi: r.Hi}
	}
	return out
}
