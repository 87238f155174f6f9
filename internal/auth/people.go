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
	Language     string // of the pages, "" when he has not chosen
	Reading      string // of checklists, "" for that of the pages
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
	JoinHash   string    // of the link to join with; "" for who has joined
	JoinUntil  time.Time // when that link ends
	RowVersion int
}

// Membership is a Member with names, for choosing an organisation and for lists of people.
type Membership struct {
	Member
	OrgName     string
	OrgLanguage string // for who has not chosen one, "" for none
	Name        string // of the person
	Email       string
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

	ShopperOnly bool // lives by the longer limits of a shopper
	Renew       bool // rights changed: Service.RenewSession gives a new token
}

// Link lets somebody in once, without a password.
type Link struct {
	ID      string
	Person  string // id; "" for the first set-up
	Purpose LinkPurpose
	Created time.Time
	Expires time.Time
	Email   string // of the person, for the page with the button
	Name    string
}

// LinkPurpose says what a link is for.
type LinkPurpose string

// The purposes.
const (
	LinkSignIn   LinkPurpose = "sign_in"
	LinkInvite   LinkPurpose = "invite"   // signs in, and asks for a first password
	LinkPassword LinkPurpose = "password" // asks for a new password
	LinkJoin     LinkPurpose = "join"     // makes a person who is signed in a member of another organisation
	LinkSetUp    LinkPurpose = "set_up"   // makes the first organisation and its owner
)

// Attempt counts failures under a key.
type Attempt struct {
	Key      string
	Failures int
	Last     time.Time
	Blocked  time.Time // nothing is tried before this time
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
