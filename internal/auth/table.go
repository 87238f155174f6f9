package auth

// Verb is an action that somebody may or may not do.
type Verb string

// The verbs. Every route names one; a test walks them all.
const (
	// visits of one's own
	VisitDo   Verb = "visit.do"   // list own visits, fill them in, send them
	VisitTake Verb = "visit.take" // see open jobs and take one

	// fieldwork
	VisitPlan Verb = "visit.plan" // plan, assign, cancel visits

	// reports
	ReportReview Verb = "report.review" // queue, answers, accept, send back, decline, set aside, publish
	ReportRead   Verb = "report.read"   // published visits
	Compare      Verb = "compare"       // comparison pages and their CSV

	// the owner's things
	StandardsRead  Verb = "standards.read"  // standards and checklists
	StandardsEdit  Verb = "standards.edit"  // drafts, what-if, publish, import
	BranchesRead   Verb = "branches.read"   // branches and regions
	BranchesEdit   Verb = "branches.edit"   // edit and import them
	PeopleRead     Verb = "people.read"     // members with their names
	PeopleEdit     Verb = "people.edit"     // invite, roles, scopes, deactivate
	TokensEdit     Verb = "tokens.edit"     // tokens for programs
	EventsRead     Verb = "events.read"     // the log of changes
	OrganisationIn Verb = "organisation.in" // be a member at all: start page, own account
)

// table says who may do what, and how far. What is not in it is refused.
var table = map[Verb]map[Role]Extent{
	VisitDo:       {Shopper: OwnVisits},
	VisitTake:     {Shopper: Everywhere},
	VisitPlan:     {Owner: Everywhere, Scheduler: Everywhere},
	ReportReview:  {Owner: Everywhere, Editor: Everywhere},
	ReportRead:    {Owner: Everywhere, Editor: Everywhere, RegionalManager: OwnRegion, BranchManager: OwnBranch},
	Compare:       {Owner: Everywhere, RegionalManager: OwnRegion},
	StandardsRead: {Owner: Everywhere, Editor: Everywhere, Scheduler: Everywhere, RegionalManager: Everywhere, BranchManager: Everywhere},
	StandardsEdit: {Owner: Everywhere},
	BranchesRead:  {Owner: Everywhere, Editor: Everywhere, Scheduler: Everywhere, RegionalManager: OwnRegion, BranchManager: OwnBranch},
	BranchesEdit:  {Owner: Everywhere},
	PeopleRead:    {Owner: Everywhere, Scheduler: Everywhere},
	PeopleEdit:    {Owner: Everywhere},
	TokensEdit:    {Owner: Everywhere},
	EventsRead:    {Owner: Everywhere},
	OrganisationIn: {
		Owner: Everywhere, RegionalManager: Everywhere, BranchManager: Everywhere,
		Editor: Everywhere, Scheduler: Everywhere, Shopper: Everywhere,
	},
}

// Scope is what a program's token may do.
type Scope string

// The scopes of tokens.
const (
	ScopeRead    Scope = "read"    // programmes, branches, results, comparison
	ScopeVisits  Scope = "visits"  // plan visits and send reports
	ScopePublish Scope = "publish" // reports sent with publish:true are accepted and published at once
	ScopeDrafts  Scope = "drafts"  // put programme files into drafts; an owner publishes them
)

// Scopes lists every scope in the order in which screens show them.
func Scopes() []Scope { return []Scope{ScopeRead, ScopeVisits, ScopePublish, ScopeDrafts} }

// scopesFor says which scopes allow a verb to a program.
var scopesFor = map[Verb][]Scope{
	StandardsRead: {ScopeRead, ScopeVisits},
	StandardsEdit: {ScopeDrafts},
	BranchesRead:  {ScopeRead, ScopeVisits},
	ReportRead:    {ScopeRead},
	Compare:       {ScopeRead},
	VisitPlan:     {ScopeVisits},
	VisitDo:       {ScopeVisits},
	ReportReview:  {ScopePublish},
}

// Verbs lists every verb of the table, for the test that walks them.
func Verbs() []Verb {
	return []Verb{
		VisitDo, VisitTake, VisitPlan, ReportReview, ReportRead, Compare, StandardsRead, StandardsEdit, BranchesRead, BranchesEdit,
		PeopleRead, PeopleEdit, TokensEdit, EventsRead, OrganisationIn,
	}
}

// ExtentOf gives the table's entry for a verb and a role, for pages that explain roles and for tests.
func ExtentOf(v Verb, r Role) Extent { return table[v][r] }
