package api

import (
	"context"
	"strings"

	"plainclothes/api"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
)

// maxAnswers is far more questions than any checklist has.
const maxAnswers = 2000

// SendReport answers POST /visits/{id}/report. What it answers stays the same for ever, so that a repeat gets the same bytes.
func (a *API) SendReport(ctx context.Context, in api.SendReportRequestObject) (api.SendReportResponseObject, error) {
	b := in.Body
	if err := checkReport(b); err != nil {
		return nil, err
	}
	sent, err := a.Visits.Submit(ctx, actor(ctx), in.Id, visit.SubmitInput{
		ID: strings.ToLower(b.Id), Answers: b.Answers, Comments: val(b.Comments), Visited: val(b.VisitedAt), Publish: val(b.Publish),
	})
	if err != nil {
		return nil, err
	}
	if sent.Replayed && val(b.Publish) && sent.Visit.Published.IsZero() {
		return nil, fault.New(fault.Conflict, "Under this id the report was sent without publishing it.")
	}
	out := api.SendReport201JSONResponse{Body: api.ReportReceipt{
		Id: strings.ToLower(b.Id), Visit: sent.Visit.ID, Receipt: sent.Receipt, BaseBp: sent.Visit.Score, FinalBp: sent.Visit.Final,
		Level: api.Level(sent.Visit.Level),
	}}
	out.Headers.IdempotencyReplayed = replayedHeader(sent.Replayed)
	return out, nil
}

// checkReport is what the contract's schema would have said; the use case knows the rest.
func checkReport(b *api.Report) error {
	var bad fault.Fields
	if b.Answers == nil {
		bad.Add("answers", "This is missing.")
	}
	if len(b.Answers) > maxAnswers || len(val(b.Comments)) > maxAnswers {
		bad.Addf("answers", "A report has at most %d answers.", maxAnswers)
	}
	return bad.Err()
}
