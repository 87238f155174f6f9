package auth

import (
	"context"
	"time"

	"plainclothes/internal/org"
)

// Repo keeps people, their membership, and what they sign in with. What is not there is fault.NotFound.
type Repo interface {
	// InTx runs one change: all of it or nothing; org "" is for what belongs to no organisation.
	InTx(ctx context.Context, org string, change func(Repo) error) error
	// Append adds entries to the organisation's log, in the transaction of the change.
	Append(ctx context.Context, org string, at time.Time, changes ...org.Change) error

	people
	reminders
	languages
	sessions
	links
	attempts
	members
	tokens
}

// people belong to the whole installation.
type people interface {
	Person(ctx context.Context, id string) (Person, error)
	PersonByEmail(ctx context.Context, email string) (Person, error)
	// AnyPerson reports whether there is somebody at all.
	AnyPerson(ctx context.Context) (bool, error)
	CreatePerson(ctx context.Context, p Person) error
	// UpdatePerson writes p where the row version is still p.RowVersion, else fault.Conflict.
	UpdatePerson(ctx context.Context, p Person) error
}

// sessions are found by the hash of their token.
type sessions interface {
	CreateSession(ctx context.Context, s Session, hash string) error
	// SessionByHash also finds a session by its token before the last one, until that ends.
	SessionByHash(ctx context.Context, hash string, now time.Time) (Session, Person, error)
	// TouchSession notes that a session was used.
	TouchSession(ctx context.Context, id string, at time.Time) error
	// RenewSession gives a session another token; the old one is honoured until oldUntil.
	RenewSession(ctx context.Context, id, oldHash, newHash string, oldUntil time.Time) error
	// Sessions lists a person's sessions that have not ended, the last used first.
	Sessions(ctx context.Context, person string, now time.Time) ([]Session, error)
	// MarkSessions makes a person's sessions get a new token; with tighten they also live no longer than until latest,
	// and by the limits of those who are not only shoppers.
	MarkSessions(ctx context.Context, person string, tighten bool, latest time.Time) error
	// EndSessions ends one session of a person, or with id "" all but the one named by except ("" for none).
	EndSessions(ctx context.Context, person, id, except string) (int, error)
}

// links are found by the hash of their token.
type links interface {
	CreateLink(ctx context.Context, l Link, hash string) error
	// LinkByHash finds a link that was not used; whether it has expired is for the caller to see.
	LinkByHash(ctx context.Context, hash string) (Link, error)
	// ConsumeLink marks a link used; false when somebody else did so before.
	ConsumeLink(ctx context.Context, id string, at time.Time) (bool, error)
	// ConsumeLinks marks all unused links of a person, or with person "" all set-up links.
	ConsumeLinks(ctx context.Context, person string, at time.Time) error
	// Sweep deletes sessions and links that ended, and counters that count nothing any more.
	Sweep(ctx context.Context, sessions, links, attempts time.Time) error
}

// attempts count failures.
type attempts interface {
	// Attempt gives the counter of a key, made when it is new, and keeps others from it until the transaction ends.
	Attempt(ctx context.Context, key string) (Attempt, error)
	SaveAttempt(ctx context.Context, a Attempt) error
	// LastAttempt says when a key was last counted; the zero time for never.
	LastAttempt(ctx context.Context, key string) (time.Time, error)
}

// members are people in an organisation.
type members interface {
	CreateOrganisation(ctx context.Context, o org.Organisation) error
	// Lock makes others who lock the same organisation wait until this transaction ends.
	Lock(ctx context.Context, org string) error
	Member(ctx context.Context, org, id string) (Membership, error)
	MemberOf(ctx context.Context, org, person string) (Membership, error)
	Members(ctx context.Context, org string, q MemberQuery) ([]Membership, error)
	// Memberships lists a person's active memberships in every organisation, by the organisation's name.
	Memberships(ctx context.Context, person string) ([]Membership, error)
	// Actor gives an active member of active person, his regions with all below them.
	Actor(ctx context.Context, org, person string) (Actor, error)
	CreateMember(ctx context.Context, m Member, at time.Time) error
	// UpdateMember writes m with roles, regions and branches where the row version is still m.RowVersion, else fault.Conflict.
	UpdateMember(ctx context.Context, m Member) error
	// ActiveOwners counts the active members with the role Owner.
	ActiveOwners(ctx context.Context, org string) (int, error)
	// AliasHolder gives the member id of an alias, without regard to case; "" when it is free.
	AliasHolder(ctx context.Context, org, alias string) (string, error)
	// Unknown gives those of the ids that are no region, or no branch, of the organisation.
	Unknown(ctx context.Context, org string, regions, branches []string) ([]string, error)
}

// tokens of programs.
type tokens interface {
	CreateToken(ctx context.Context, t Token, hash string) error
	// TokenByHash finds a token before the organisation is known.
	TokenByHash(ctx context.Context, hash string) (Token, error)
	Tokens(ctx context.Context, org string) ([]Token, error)
	// RevokeToken ends a token; one that has ended stays as it was.
	RevokeToken(ctx context.Context, org, id string, at time.Time) (bool, error)
	TouchToken(ctx context.Context, org, id string, at time.Time) error
}

// MemberQuery chooses members. Zero fields choose everything.
type MemberQuery struct {
	Text   string // part of name, e-mail address or alias
	Role   Role
	Active *bool
	After  string // id of the last member of the page before
	Limit  int    // 1 … 200; 0 is 50
}
