package org

import "plainclothes/internal/fault"

// Access is what somebody may reach of an organisation's branches and regions.
type Access struct {
	Org      string
	Member   string   // what events name: the member, or the token of a program
	All      bool     // every branch and region
	Regions  []string // ids, with all regions below them
	Branches []string // ids
}

// Actor is whoever acts. The table of who may do what gives his access: to read, or to change.
type Actor interface {
	OrgAccess(change bool) Access
}

// reading gives the actor's access to read branches and regions, or says that there is none.
func reading(a Actor) (Access, error) {
	x := a.OrgAccess(false)
	if x.Org == "" || !x.All && len(x.Regions) == 0 && len(x.Branches) == 0 {
		return x, errForbidden()
	}
	return x, nil
}

// changing gives the actor's access to change branches and regions: the whole organisation or nothing.
func changing(a Actor) (Access, error) {
	x := a.OrgAccess(true)
	if x.Org == "" || !x.All {
		return x, errForbidden()
	}
	return x, nil
}

func errForbidden() error {
	return fault.New(fault.Forbidden, "Your role here does not include this.")
}
