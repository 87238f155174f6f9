package org

import (
	"context"
	"time"
)

// Repo keeps organisations, regions and branches. What belongs to another organisation is fault.NotFound.
type Repo interface {
	// InTx runs one change: all of it or nothing.
	InTx(ctx context.Context, org string, change func(Repo) error) error
	// View runs reads that belong together.
	View(ctx context.Context, org string, read func(Repo) error) error
	// Append adds entries to the organisation's log, in the transaction of the change.
	Append(ctx context.Context, org string, at time.Time, changes ...Change) error

	organisations
	regions
	branches
}

type organisations interface {
	Organisation(ctx context.Context, org string) (Organisation, error)
	// UpdateOrganisation writes o where the row version is still o.RowVersion, else fault.Conflict.
	UpdateOrganisation(ctx context.Context, o Organisation) error
	// Lock makes others who lock the same organisation wait until this transaction ends.
	Lock(ctx context.Context, org string) error
}

type regions interface {
	// Regions gives what the access reaches, by name, at most MaxRegions.
	Regions(ctx context.Context, x Access) ([]Region, error)
	CreateRegions(ctx context.Context, org string, rs []Region) error
	UpdateRegion(ctx context.Context, org string, r Region) error
	DeleteRegion(ctx context.Context, org string, r Region) error
	// RegionUse says what still needs a region.
	RegionUse(ctx context.Context, org, id string) (RegionUse, error)
}

type branches interface {
	// Branch gives one within reach, else fault.NotFound.
	Branch(ctx context.Context, x Access, id string) (Branch, error)
	// Branches gives those within reach, by code.
	Branches(ctx context.Context, x Access, q BranchQuery) ([]Branch, error)
	// BranchesByCode gives those of the codes that exist.
	BranchesByCode(ctx context.Context, org string, codes []string) ([]Branch, error)
	// CreateBranches inserts branches; each one's region counts from the beginning.
	CreateBranches(ctx context.Context, org string, bs []Branch) error
	// UpdateBranch writes b where the row version is still b.RowVersion, else fault.Conflict.
	UpdateBranch(ctx context.Context, org string, b Branch) error
	// MoveBranch ends the branch's region on a day (2026-11-21) and begins another; region "" is none.
	MoveBranch(ctx context.Context, org, branch, region, on string) error
	// BranchRegions gives the history of a branch, the oldest first.
	BranchRegions(ctx context.Context, org, branch string) ([]BranchRegion, error)
}

// RegionUse counts what needs a region.
type RegionUse struct {
	Regions  int // below it
	Branches int // that are or were in it
	People   int // who manage it
}

// BranchRegion says when a branch was in a region.
type BranchRegion struct {
	Branch, Region string
	From           string // the first day, 2026-11-21; Beginning for a branch's first region
	To             string // the day after the last; "" until today
}

// Beginning is the first day of a branch's first region: what is known first holds for all the past.
const Beginning = "1900-01-01"

// BranchQuery chooses branches. Zero fields choose everything.
type BranchQuery struct {
	Text    string   // part of code or name
	Regions []string // ids; Service.Branches adds the regions below
	Format  string
	Active  *bool
	After   string // only codes after this one: the last of the page before
	Limit   int    // 1 … 200; 0 is 50
}
