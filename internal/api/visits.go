package api

import (
	"context"
	"strings"

	"plainclothes/api"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
)

// ListVisits answers GET /visits.
func (a *API) ListVisits(ctx context.Context, in api.ListVisitsRequestObject) (api.ListVisitsResponseObject, error) {
	p := in.Params
	limit := limitOf(p.Limit)
	rows, err := a.Visits.Planned(ctx, actor(ctx), visit.Query{
		States: statesOf(val(p.State)), Programme: val(p.Programme), Branch: val(p.Branch), Scenario: val(p.Scenario),
		From: val(p.From), To: val(p.To), Order: visit.ByDue, Limit: limit, After: val(p.After),
	})
	if err != nil {
		return nil, err
	}
	out := api.VisitList{Items: make([]api.Visit, 0, len(rows))}
	for i := range rows {
		out.Items = append(out.Items, visitOf(&rows[i]))
	}
	if len(rows) == limit { // a full page: there may be more
		out.Next = &rows[limit-1].Cursor
	}
	return api.ListVisits200JSONResponse{Body: out}, nil
}

func statesOf(all []api.VisitState) []visit.State {
	out := make([]visit.State, 0, len(all))
	for _, s := range all {
		out = append(out, visit.State(s))
	}
	return out
}

// GetVisit answers GET /visits/{id}.
func (a *API) GetVisit(ctx context.Context, in api.GetVisitRequestObject) (api.GetVisitResponseObject, error) {
	r, err := a.Visits.Find(ctx, actor(ctx), in.Id)
	if err != nil {
		return nil, err
	}
	return api.GetVisit200JSONResponse{Body: visitOf(&r)}, nil
}

// PlanVisit answers POST /visits.
func (a *API) PlanVisit(ctx context.Context, in api.PlanVisitRequestObject) (api.PlanVisitResponseObject, error) {
	b := in.Body
	r, replayed, err := a.Visits.PlanOnce(ctx, actor(ctx), visit.PlanInput{
		Programme: b.Programme, Branches: []string{b.Branch}, Scenario: b.Scenario, Shopper: val(b.Shopper), Due: b.DueAt,
		Fee: b.Fee, ClientKey: strings.ToLower(b.Id),
	})
	if err != nil {
		return nil, asPlanned(err)
	}
	out := api.PlanVisit201JSONResponse{Body: visitOf(&r)}
	out.Headers.IdempotencyReplayed = replayedHeader(replayed)
	return out, nil
}

// planNames are the contract's names of fields that the use case calls otherwise.
var planNames = map[string]string{"due": "due_at", "branches": "branch"}

// asPlanned names the fields of a fault as the request does.
func asPlanned(err error) error {
	f, ok := fault.As(err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	var bad fault.Fields
	for _, x := range f.Fields {
		if name, ok := planNames[x.Name]; ok {
			x.Name = name
		}
		bad.Add(x.Name, x.Message)
	}
	return bad.Err()
}

func visitOf(r *visit.Row) api.Visit {
	return api.Visit{
		Id: r.ID, ClientId: orNull(r.ClientKey), Programme: r.Programme, Branch: r.Branch, Scenario: r.Scenario,
		State: api.VisitState(r.State), Version: orNull(r.Number), Shopper: orNull(r.Shopper), DueAt: r.Due.UTC(),
		VisitedOn: orNull(r.VisitedOn), Fee: r.Fee, Currency: r.Currency, CreatedAt: r.Created.UTC(),
		ReceivedAt: timeOrNull(r.Received), PublishedAt: timeOrNull(r.Published),
	}
}
