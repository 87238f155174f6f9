// Package editor is the pages of those who check reports: the queue, a report with its arithmetic, and the decisions.
//
// The one rule: a page offers what the state of the visit allows and nothing else, and every decision names the revision
// that was read, so that nobody accepts what he has not seen.
package editor

import (
	"context"
	"io"
	"net/http"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Visits are the use cases that these pages offer.
type Visits interface {
	Queue(ctx context.Context, a auth.Actor, q visit.Query) ([]visit.Row, error)
	Review(ctx context.Context, a auth.Actor, id string) (visit.Review, error)
	Begin(ctx context.Context, a auth.Actor, id string) error
	Accept(ctx context.Context, a auth.Actor, id string) error
	SendBack(ctx context.Context, a auth.Actor, id string, reasons []visit.Reason) error
	Decline(ctx context.Context, a auth.Actor, id, reason string) error
	SetAside(ctx context.Context, a auth.Actor, id, reason string) error
	Publish(ctx context.Context, a auth.Actor, id string) error
	AddNote(ctx context.Context, a auth.Actor, id, question, text string) error
	ImportCopy(ctx context.Context, a auth.Actor, r io.ReaderAt, size int64) (visit.ImportedCopy, error)
}

// Programmes lists what the queue can be narrowed to.
type Programmes interface {
	Programmes(ctx context.Context, a auth.Actor) ([]studio.Programme, error)
}

// Shoppers compares shoppers with one another.
type Shoppers interface {
	Leniency(ctx context.Context, a auth.Actor, q report.Query) (report.Leniency, error)
}

// Pages answers the editor's requests.
type Pages struct {
	visits     Visits
	programmes Programmes
	shoppers   Shoppers
}

// New joins the pages with their use cases.
func New(visits Visits, programmes Programmes, shoppers Shoppers) *Pages {
	return &Pages{visits: visits, programmes: programmes, shoppers: shoppers}
}

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	review := kit.Need(auth.ReportReview)
	get := func(path, name string, h kit.Handler) kit.Route {
		return kit.Route{Method: http.MethodGet, Path: path, Name: name, Access: review, Handle: h}
	}
	post := func(path, name string, h kit.Handler) kit.Route {
		return kit.Route{Method: http.MethodPost, Path: path, Name: name, Access: review, Handle: h}
	}
	return []kit.Route{
		get("/review", "reports to check", p.queue),
		get("/import", "a copy that a phone has saved", p.copyForm),
		{
			Method: http.MethodPost, Path: "/import", Name: "bring a copy", Access: review, Handle: p.importCopy,
			Limits: kit.Limits{Body: maxCopy, Class: kit.Uploads},
		},
		post("/review/publish", "publish several reports", p.publishAll),
		get("/review/shoppers", "how strict shoppers are", p.leniency),
		get("/review/:id", "a report to check", p.report),
		get("/review/:id/why", "why this score", p.why),
		get("/review/:id/send-back", "reasons for sending back", p.sendBackForm),
		post("/review/:id/send-back", "send a report back", p.sendBack),
		post("/review/:id/begin", "take up a report", p.begin),
		post("/review/:id/accept", "accept a report", p.accept),
		post("/review/:id/decline", "decline a report", p.decline),
		post("/review/:id/set-aside", "set a report aside", p.setAside),
		post("/review/:id/publish", "publish a report", p.publish),
		post("/review/:id/note", "note on a report", p.note),
	}
}
