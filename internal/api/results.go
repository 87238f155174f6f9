package api

import (
	"context"
	"encoding/json"
	"fmt"

	"plainclothes/api"
	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/report"
	"plainclothes/internal/scoring"
	"plainclothes/internal/visit"
)

// replayedHeader is the header of an answer to a repeated request.
func replayedHeader(replayed bool) *string {
	if !replayed {
		return nil
	}
	yes := "true"
	return &yes
}

// GetResult answers GET /visits/{id}/result: of a report that a program sent, or of a published visit.
func (a *API) GetResult(ctx context.Context, in api.GetResultRequestObject) (api.GetResultResponseObject, error) {
	who := actor(ctx)
	if who.May(auth.VisitDo) {
		sent, err := a.Visits.Sent(ctx, who, in.Id)
		if err == nil {
			body, err := sentResult(&sent)
			return api.GetResult200JSONResponse{Body: body}, err
		}
		if !fault.Is(err, fault.NotFound) || !who.May(auth.ReportRead) {
			return nil, err
		}
	}
	r, err := a.Reports.PublishedVisit(ctx, who, in.Id)
	if err != nil {
		return nil, err
	}
	body, err := publishedResult(&r)
	return api.GetResult200JSONResponse{Body: body}, err
}

func sentResult(s *visit.Sent) (api.VisitResult, error) {
	score, err := scoreOf(&s.Result)
	return api.VisitResult{
		Visit: s.ID, State: api.VisitState(s.State), Programme: s.Programme, Version: s.Number, Branch: s.Branch, Scenario: s.Scenario,
		VisitedOn: s.VisitedOn, Pseudonym: s.Pseudonym, Receipt: orNull(s.Receipt), Score: score,
	}, err
}

func publishedResult(r *report.VisitReport) (api.VisitResult, error) {
	score, err := scoreOf(&r.Result)
	return api.VisitResult{
		Visit: r.ID, State: api.Published, Programme: r.Programme, Version: r.Version, Branch: r.Branch, Scenario: r.Scenario.ID,
		VisitedOn: r.VisitedOn, Pseudonym: r.Pseudonym, Score: score,
	}, err
}

// scoreOf takes the form that the engine has for other programs.
func scoreOf(r *scoring.Result) (out api.Score, err error) {
	if err := json.Unmarshal(r.Wire(), &out); err != nil {
		return out, fmt.Errorf("wire form of a result: %w", err)
	}
	return out, nil
}

// ListResults answers GET /results.
func (a *API) ListResults(ctx context.Context, in api.ListResultsRequestObject) (api.ListResultsResponseObject, error) {
	p := in.Params
	q, err := window(report.Query{Programme: p.Programme, Region: val(p.Region), Format: val(p.Format), Scenario: val(p.Scenario)},
		string(val(p.Window)), val(p.From), val(p.To))
	if err != nil {
		return nil, err
	}
	l, err := a.Reports.PublishedVisits(ctx, actor(ctx), q, val(p.Branch), limitOf(p.Limit), val(p.After))
	if err != nil {
		return nil, err
	}
	out := api.ResultList{Items: make([]api.ResultItem, 0, len(l.Rows)), Next: orNull(l.Next), From: l.Window.From, To: l.Window.To}
	for i := range l.Rows {
		out.Items = append(out.Items, resultOf(&l.Rows[i]))
	}
	return api.ListResults200JSONResponse{Body: out}, nil
}

func resultOf(r *report.Row) api.ResultItem {
	return api.ResultItem{
		Visit: r.ID, Programme: r.Programme, Version: r.Version, Branch: r.Branch, BranchCode: r.BranchCode, Scenario: r.Scenario,
		VisitedOn: r.VisitedOn, Pseudonym: r.Pseudonym, BaseBp: r.ScoreBP, FinalBp: r.FinalBP, Level: api.Level(r.Level),
	}
}

// window adds the months that were asked for.
func window(q report.Query, span, from, to string) (report.Query, error) {
	q.Span = report.Span(span)
	if from == "" && to == "" {
		return q, nil
	}
	q.Span, q.From, q.To = report.Free, from, to
	var bad fault.Fields
	if from == "" {
		bad.Add("from", "Give the first month, too.")
	}
	if to == "" {
		bad.Add("to", "Give the last month, too.")
	}
	return q, bad.Err()
}
