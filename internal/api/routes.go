package api

import (
	"net/http"
	"slices"
	"strings"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
)

// Route is one method and path with what a token must be allowed to do.
type Route struct {
	Method    string
	Path      string      // below Base, in Echo's form: /visits/:id
	Operation string      // operationId in the contract
	Verbs     []auth.Verb // any of them
}

// routes is every route of the contract. POST /visits/:id/report asks for auth.ReportReview as well when the report is to
// be published; the use case sees to that.
var routes = []Route{
	{http.MethodGet, "/programmes", "listProgrammes", []auth.Verb{auth.StandardsRead}},
	{http.MethodPost, "/programmes", "importProgramme", []auth.Verb{auth.StandardsEdit}},
	{http.MethodGet, "/programmes/:id", "getProgramme", []auth.Verb{auth.StandardsRead}},
	{http.MethodGet, "/programmes/:id/file", "getProgrammeFile", []auth.Verb{auth.StandardsRead}},
	{http.MethodGet, "/branches", "listBranches", []auth.Verb{auth.BranchesRead}},
	{http.MethodGet, "/branches/:id", "getBranch", []auth.Verb{auth.BranchesRead}},
	{http.MethodGet, "/visits", "listVisits", []auth.Verb{auth.VisitPlan}},
	{http.MethodPost, "/visits", "planVisit", []auth.Verb{auth.VisitPlan}},
	{http.MethodGet, "/visits/:id", "getVisit", []auth.Verb{auth.VisitPlan}},
	{http.MethodPost, "/visits/:id/report", "sendReport", []auth.Verb{auth.VisitDo}},
	{http.MethodGet, "/visits/:id/result", "getResult", []auth.Verb{auth.ReportRead, auth.VisitDo}},
	{http.MethodGet, "/results", "listResults", []auth.Verb{auth.ReportRead}},
	{http.MethodGet, "/comparison", "getComparison", []auth.Verb{auth.Compare}},
}

// Routes lists every route, for the test that walks them all.
func Routes() []Route { return slices.Clone(routes) }

// allows says whether a token may use the route for anything at all, and which scopes it lacks when it may not.
func (r Route) allows(a auth.Actor) error {
	if slices.ContainsFunc(r.Verbs, a.May) {
		return nil
	}
	var scopes []string
	for _, s := range auth.Scopes() {
		one := auth.Actor{Org: a.Org, Program: true, Scopes: []auth.Scope{s}}
		if slices.ContainsFunc(r.Verbs, one.May) {
			scopes = append(scopes, string(s))
		}
	}
	return fault.Newf(fault.Forbidden, "This token's scopes do not include this: it needs %s.", strings.Join(scopes, " or "))
}
