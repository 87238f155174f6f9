// Package manager is the pages of regional managers, branch managers and owners who read results: the comparison from its
// overview to the plan of the next visits, one branch, published visits.
//
// The one rule: a page says only what the engine says, with its range, and where the visits cannot carry an answer it
// says that. Every control is a link or a form; nothing needs a script.
package manager

import (
	"context"
	"io"
	"net/http"

	"plainclothes/internal/auth"
	"plainclothes/internal/report"
	"plainclothes/internal/web/kit"
)

// Reports are the use cases that these pages show.
type Reports interface {
	Compare(ctx context.Context, a auth.Actor, q report.Query) (report.Comparison, error)
	Trends(ctx context.Context, a auth.Actor, q report.Query) (report.Trends, error)
	Branch(ctx context.Context, a auth.Actor, branch string, q report.Query) (report.BranchReport, error)
	Pair(ctx context.Context, a auth.Actor, branch, other string, q report.Query) (report.Pairing, error)
	Change(ctx context.Context, a auth.Actor, q report.Query) (report.Change, error)
	Next(ctx context.Context, a auth.Actor, q report.Query) (report.Next, error)
	Regions(ctx context.Context, a auth.Actor, q report.Query) (report.RegionGaps, error)
	Outlook(ctx context.Context, a auth.Actor, q report.Query, n report.NextQuery) (report.Outlook, error)
	Drivers(ctx context.Context, a auth.Actor, q report.Query) (report.Drivers, error)
	SalesLink(ctx context.Context, a auth.Actor, q report.Query) (report.SalesPage, error)
	PreviewSales(ctx context.Context, a auth.Actor, r io.Reader) (report.SalesPreview, error)
	ImportSales(ctx context.Context, a auth.Actor, lag int, seen string, r io.Reader) (report.SalesPreview, error)
	ForgetSales(ctx context.Context, a auth.Actor) error
	PublishedVisits(ctx context.Context, a auth.Actor, q report.Query, branch string, limit int, after string) (report.VisitList, error)
	AllPublishedVisits(ctx context.Context, a auth.Actor, q report.Query, branch string) (report.VisitList, error)
	PublishedVisit(ctx context.Context, a auth.Actor, id string) (report.VisitReport, error)
}

// Pages answers the requests of those who read results.
type Pages struct {
	reports Reports
	drawn   drawings
}

// New joins the pages with their use cases.
func New(reports Reports) *Pages { return &Pages{reports: reports} }

// Addresses of the pages of the comparison.
const (
	comparePath   = "/compare"
	branchesPath  = "/compare/branches"
	standardsPath = "/compare/standards"
	changePath    = "/compare/change"
	driversPath   = "/compare/drivers"
	salesPath     = "/compare/sales"
	surePath      = "/compare/sure"
)

// Routes lists the pages with who may open them.
func (p *Pages) Routes() []kit.Route {
	compare, read, bring := kit.Need(auth.Compare), kit.Need(auth.ReportRead), kit.Need(auth.BranchesEdit)
	get := func(path, name string, access kit.Access, h kit.Handler) kit.Route {
		return kit.Route{Method: http.MethodGet, Path: path, Name: name, Access: access, Handle: h}
	}
	upload := func(path, name string, h kit.Handler) kit.Route {
		return kit.Route{
			Method: http.MethodPost, Path: path, Name: name, Access: bring, Handle: h,
			Limits: kit.Limits{Body: report.MaxSalesBytes + 1<<20, Class: kit.Uploads},
		}
	}
	return []kit.Route{
		get(comparePath, "overview of the comparison", compare, p.overview),
		get(branchesPath, "how branches compare", compare, p.compare),
		get(standardsPath, "how standards are met", compare, p.standards),
		get(changePath, "what changed", compare, p.change),
		get(driversPath, "what the overall mark hangs together with", compare, p.drivers),
		get(salesPath, "sales and scores", compare, p.sales),
		get(surePath, "how sure can we be", compare, p.sure),
		get("/compare.csv", "tables of the comparison", compare, p.compareFile),
		get("/compare.svg", "charts of the comparison as files", compare, p.comparePicture),
		get("/compare/picture", "a chart of the comparison by itself", compare, p.pictureOfCompare),
		get("/compare/branches/:id", "one branch", read, p.branch),
		get("/compare/branches/:id/beside", "two branches side by side", read, p.pair),
		get("/compare/branches/:id/csv", "tables of one branch", read, p.branchFile),
		get("/compare/branches/:id/svg", "charts of one branch as files", read, p.branchPicture),
		get("/compare/branches/:id/picture", "a chart of one branch by itself", read, p.pictureOfBranch),
		upload(salesPath, "look at a file of sales", p.previewSales),
		upload(salesPath+"/apply", "bring sales in", p.importSales),
		{Method: http.MethodPost, Path: salesPath + "/remove", Name: "remove sales", Access: bring, Handle: p.removeSales},
		get("/reports", "published visits", read, p.list),
		get("/reports.csv", "table of published visits", read, p.listFile),
		get("/reports/:id", "a published visit", read, p.visit),
		get("/reports/:id/why", "why a visit has its score", read, p.why),
	}
}

// parts are the pages of the comparison with the same choices, the present one marked.
func parts(ch *choice, here string) []tab {
	var all []tab
	for _, x := range [][2]string{
		{comparePath, "Overview"},
		{branchesPath, "Branches"},
		{standardsPath, "Standards"},
		{changePath, "Change"},
		{driversPath, "Drivers"},
		{salesPath, "Sales"},
		{surePath, "How sure?"},
	} {
		all = append(all, tab{Text: x[1], Href: ch.address(x[0]), Current: x[0] == here})
	}
	return all
}
