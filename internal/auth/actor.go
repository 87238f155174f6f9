// Package auth knows people, their roles and scopes, and answers one question: may this actor do this to that?
//
// The one rule: who may do what stands in the table of this package (table.go) and nowhere else. Lists ask Reach and
// put its answer into the WHERE of their query; single things ask Can.
package auth

import (
	"slices"

	"plainclothes/internal/fault"
)

// Role of a person in one organisation. A person may have several.
type Role string

// The roles.
const (
	Owner           Role = "owner"
	RegionalManager Role = "regional_manager" // scoped to regions
	BranchManager   Role = "branch_manager"   // scoped to branches
	Editor          Role = "editor"
	Scheduler       Role = "scheduler"
	Shopper         Role = "shopper"
)

// Roles lists every role in the order in which screens show them.
func Roles() []Role {
	return []Role{Owner, RegionalManager, BranchManager, Editor, Scheduler, Shopper}
}

// Actor is who is acting: a person as member of one organisation, or a program by its token.
type Actor struct {
	Person   string // id of the person; "" for a program
	Org      string // id of the organisation acted in; "" before one is chosen
	Member   string // id of the membership, or of the token: what events name
	Alias    string // the only name that clients see of a shopper
	Roles    []Role
	Regions  []string // ids with all regions below them; only for RegionalManager
	Branches []string // ids; only for BranchManager
	Scopes   []Scope  // only for a program
	Program  bool
	Only     string // id of the one visit that a phone's grant is for; "" for everyone else
}

// Has reports whether the actor has a role.
func (a Actor) Has(r Role) bool { return slices.Contains(a.Roles, r) }

// Extent is how far a role's permission goes.
type Extent int

// The extents, each wider than the one before.
const (
	Nowhere    Extent = iota
	OwnVisits         // visits that this shopper has taken
	OwnBranch         // the branches of the branch manager
	OwnRegion         // the branches of the regional manager's regions
	Everywhere        // the whole organisation
)

// Thing is what an action is about. Empty fields mean that the thing has no such owner: a programme has neither
// branch nor shopper, and only Everywhere (or a table entry that says Anyone) reaches it.
type Thing struct {
	Org     string
	Branch  string // id of the branch
	Region  string // id of the branch's region
	Shopper string // member id of the shopper who has the visit
	Visit   string // id, when the thing is a visit or below one
}

// Reach is what an actor may see or do with one verb, for the WHERE of a list.
// All wins; otherwise a row fits when its branch, its region or its shopper is named.
type Reach struct {
	All      bool
	Regions  []string
	Branches []string
	Shopper  string
}

// Empty reports that nothing is within reach.
func (r Reach) Empty() bool {
	return !r.All && len(r.Regions) == 0 && len(r.Branches) == 0 && r.Shopper == ""
}

// Reach joins what the actor's roles allow for a verb.
func (a Actor) Reach(v Verb) Reach {
	var r Reach
	if a.Program {
		r.All = a.scope(v) != ""
		return r
	}
	for _, role := range a.Roles {
		switch table[v][role] {
		case Everywhere:
			r.All = true
		case OwnRegion:
			r.Regions = a.Regions
		case OwnBranch:
			r.Branches = a.Branches
		case OwnVisits:
			r.Shopper = a.Member
		case Nowhere:
		}
	}
	return r
}

// scope gives the scope of the program that allows v, or "".
func (a Actor) scope(v Verb) Scope {
	for _, s := range a.Scopes {
		if slices.Contains(scopesFor[v], s) {
			return s
		}
	}
	return ""
}

// Covers reports whether the reach includes a thing.
func (r Reach) Covers(t Thing) bool {
	return r.All ||
		t.Region != "" && slices.Contains(r.Regions, t.Region) ||
		t.Branch != "" && slices.Contains(r.Branches, t.Branch) ||
		t.Shopper != "" && t.Shopper == r.Shopper
}

// Can says whether the actor may do v to t: nil, or NotFound for what is foreign or out of reach (its existence is
// not his business), or Forbidden when none of his roles may do v to anything at all.
func Can(a Actor, v Verb, t Thing) error {
	if a.Org == "" || t.Org != a.Org || a.Only != "" && t.Visit != a.Only {
		return fault.Missing("thing here")
	}
	r := a.Reach(v)
	if r.Empty() {
		return fault.New(fault.Forbidden, "Your role here does not include this.")
	}
	if !r.Covers(t) {
		return fault.Missing("thing here")
	}
	return nil
}

// May reports whether the actor may do v to anything at all: what decides which links a page shows.
func (a Actor) May(v Verb) bool { return !a.Reach(v).Empty() }
