package auth

import "plainclothes/internal/org"

// OrgAccess is what the table gives the actor of the organisation's branches and regions.
func (a Actor) OrgAccess(change bool) org.Access {
	verb := BranchesRead
	if change {
		verb = BranchesEdit
	}
	r := a.Reach(verb)
	return org.Access{Org: a.Org, Member: a.Member, All: r.All, Regions: r.Regions, Branches: r.Branches}
}
