package auth

import "time"

// Person is somebody with a way to sign in, known to the whole installation.
type Person struct {
	ID           string
	Email        string // lower case, unique
	Name         string
	PasswordHash string // PHC string, or "" before the first password
	Created      time.Time
	Deactivated  time.Time // zero: active
	RowVersion   int
}

// Member is a person's place in one organisation.
type Member struct {
	Org        string
	ID         string
	Person     string
	Alias      string // how clients see a shopper, unique in the organisation
	Roles      []Role
	Regions    []string // as given, without the regions below
	Branches   []string
	Active     bool
	RowVersion int
}

// Membership is a Member with names, for choosing an organisation and for lists of people.
type Membership struct {
	Member
	OrgName string
	Name    string // of the person
	Email   string
}

// Session is one signed-in browser.
type Session struct {
	ID       string // not the token
	Person   string
	Created  time.Time
	LastSeen time.Time
	Expires  time.Time
	Agent    string // shortened User-Agent
	Current  bool
}

// Token lets a program act in one organisation.
type Token struct {
	Org      string
	ID       string
	Name     string
	Scopes   []Scope
	Created  time.Time
	LastUsed time.Time
	Revoked  time.Time
}
