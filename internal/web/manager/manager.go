// Package manager is the pages of regional managers, branch managers and owners who read results: how branches compare,
// one branch, published visits.
//
// The one rule: a page says only what the engine says, with its range, and where the visits cannot carry an answer it
// says that. Every control is a link or a form; nothing needs a script.
package manager

import (
	"context"
	"net/http"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// Reports are the use cases that these pages show.
type Reports interface {
	Compare(ctx context.Context, a auth.Actor, q report.Query) (report.Comparison, error)
	Trends(ctx context.Context, a auth.Actor, q report.Query, only string) (report.Trends, error)
	Branch(ctx context.Context, a auth.Actor, branch string, q report.Query) (report.BranchReport, error)
	PublishedVisits(ctx context.Context, a auth.Actor, q report.Query, branch string, limit int, after string) (report.VisitList, error)
	PublishedVisit(ctx context.Context, a auth.Actor, id string) (report.VisitReport, error)
}

// Pages answers the requests of those who read results.
type Pages struct{ reports Reports }

// New joins the pages with their use cases.
func New(reports Reports) *Pages { return &Pages{reports: reports} }

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	compare, read := kit.Need(auth.Compare), kit.Need(auth.ReportRead)
	return []kit.Route{
		{Method: http.MethodGet, Path: "/compare", Name: "how branches compare", Access: compare, Handle: p.compare},
		{Method: http.MethodGet, Path: "/compare.csv", Name: "tables of the comparison", Access: compare, Handle: p.compareFile},
		{Method: http.MethodGet, Path: "/compare/branches/:id", Name: "one branch", Access: read, Handle: p.branch},
		{Method: http.MethodGet, Path: "/compare/branches/:id/csv", Name: "tables of one branch", Access: read, Handle: p.branchFile},
		{Method: http.MethodGet, Path: "/reports", Name: "published visits", Access: read, Handle: p.list},
		{Method: http.MethodGet, Path: "/reports.csv", Name: "table of published visits", Access: read, Handle: p.listFile},
		{Method: http.MethodGet, Path: "/reports/:id", Name: "a published visit", Access: read, Handle: p.visit},
		{Method: http.MethodGet, Path: "/reports/:id/why", Name: "why a visit has its score", Access: read, Handle: p.why},
	}
}
