// Package scheduler is the pages of those who plan visits: the plan, and the form that makes new ones.
//
// The one rule: the form is one page that may be sent as often as one likes. Every button keeps what was chosen and
// typed, and only the last one plans.
package scheduler

import (
	"context"
	"net/http"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Visits are the use cases that these pages offer.
type Visits interface {
	Plan(ctx context.Context, a auth.Actor, in visit.PlanInput) ([]visit.Visit, error)
	Planned(ctx context.Context, a auth.Actor, q visit.Query) ([]visit.Row, error)
	Cancel(ctx context.Context, a auth.Actor, id, reason string) error
}

// Programmes says what can be planned.
type Programmes interface {
	Programmes(ctx context.Context, a auth.Actor) ([]studio.Programme, error)
	Versions(ctx context.Context, a auth.Actor, programme string) ([]studio.Version, error)
	Version(ctx context.Context, a auth.Actor, id string) (studio.Contents, error)
}

// Branches says where.
type Branches interface {
	Organisation(ctx context.Context, a org.Actor) (org.Organisation, error)
	Regions(ctx context.Context, a org.Actor) ([]org.Region, error)
	Branches(ctx context.Context, a org.Actor, q org.BranchQuery) (org.BranchPage, error)
	Branch(ctx context.Context, a org.Actor, id string) (org.Branch, error)
}

// People says who.
type People interface {
	Members(ctx context.Context, a auth.Actor, q auth.MemberQuery) (auth.MemberPage, error)
	Member(ctx context.Context, a auth.Actor, id string) (auth.Membership, error)
}

// Reports says where visits would tell most.
type Reports interface {
	Send(ctx context.Context, a auth.Actor, q report.Query, n report.SendQuery) (report.Sending, error)
}

// Pages answers the scheduler's requests.
type Pages struct {
	visits     Visits
	programmes Programmes
	branches   Branches
	people     People
	reports    Reports
	now        func() time.Time
}

// New joins the pages with their use cases.
func New(visits Visits, programmes Programmes, branches Branches, people People, reports Reports, now func() time.Time) *Pages {
	return &Pages{visits: visits, programmes: programmes, branches: branches, people: people, reports: reports, now: now}
}

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	plan := kit.Need(auth.VisitPlan)
	return []kit.Route{
		{Method: http.MethodGet, Path: "/plan", Name: "the plan", Access: plan, Handle: p.list},
		{Method: http.MethodGet, Path: "/plan/new", Name: "plan visits", Access: plan, Handle: p.form},
		{Method: http.MethodGet, Path: "/plan/next", Name: "where the next visits tell most", Access: plan, Handle: p.next},
		{Method: http.MethodGet, Path: "/plan/next/csv", Name: "table of the next visits", Access: plan, Handle: p.nextFile},
		{Method: http.MethodPost, Path: "/plan/new", Name: "plan visits, each step of it", Access: plan, Handle: p.step},
		{Method: http.MethodPost, Path: "/plan/:id/cancel", Name: "cancel a visit", Access: plan, Handle: p.cancel},
	}
}
