// Package org holds organisations, their regions and branches.
//
// The one rule: a branch's membership in a region is dated, so that history keeps the region it happened in.
package org

import "time"

// Organisation is a company whose branches are visited. Every row of data belongs to exactly one.
type Organisation struct {
	ID         string
	Name       string
	Zone       string // IANA time zone, for branches without their own
	Currency   string // ISO 4217
	Created    time.Time
	RowVersion int
	PlacesRev  int64 // grows with every change of its branches and regions
}

// Region groups branches; regions form a tree.
type Region struct {
	Org, ID    string
	Parent     string // id, "" at the top
	Name       string
	RowVersion int
}

// Kind of a branch.
type Kind string

// The kinds of branch.
const (
	Own        Kind = "own"
	Competitor Kind = "competitor"
)

// Channel of a branch.
type Channel string

// The channels.
const (
	Store Channel = "store"
	Web   Channel = "web"
	Phone Channel = "phone"
)

// Branch is one place visited, a web shop too.
type Branch struct {
	Org, ID    string
	Code       string // the organisation's own short name, unique in it
	Name       string
	Region     string // id of the region it is in today
	Format     string
	Channel    Channel
	Kind       Kind
	Zone       string // IANA time zone
	Address    string
	Features   []string
	Latitude   float64 // degrees, only with HasPlace
	Longitude  float64 // degrees, only with HasPlace
	HasPlace   bool
	Active     bool
	RowVersion int
}
