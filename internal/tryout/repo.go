package tryout

import (
	"context"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/org"
	"plainclothes/internal/studio"
)

// Repo opens transactions; the organisation is in every WHERE inside.
type Repo interface {
	// InTx runs one change: all of it or nothing.
	InTx(ctx context.Context, org string, change func(Tx) error) error
	// View runs reads that may be a moment old.
	View(ctx context.Context, org string, read func(Tx) error) error
}

// Tx is what the use cases need inside one transaction. What is not there is NotFound.
type Tx interface {
	CreateRun(ctx context.Context, org string, r Run) error
	Run(ctx context.Context, org, id string) (Run, error)
	RunByLink(ctx context.Context, org, hash string) (Run, error)
	RunByPass(ctx context.Context, org, hash string) (Run, error)
	// Runs lists the runs of a programme, the newest first, at most limit, without documents.
	Runs(ctx context.Context, org, programme string, limit int) ([]Run, error)
	// UpdateRun writes all but the document where the row version is still r.RowVersion, else fault.Conflict.
	UpdateRun(ctx context.Context, org string, r Run) error
	DeleteRun(ctx context.Context, org, programme, id string) error
	// DeleteExpired removes the runs that expired before a time and says how many.
	DeleteExpired(ctx context.Context, org string, before time.Time) (int, error)
	// Append puts a change at the end of the organisation's event chain when the transaction commits.
	Append(ctx context.Context, org string, at time.Time, changes ...event.Change) error
}

// Drafts gives the checklists that can be tried.
type Drafts interface {
	Programme(ctx context.Context, a auth.Actor, id string) (studio.Programme, error)
	Versions(ctx context.Context, a auth.Actor, programme string) ([]studio.Version, error)
	VersionNumbered(ctx context.Context, a auth.Actor, programme string, number int) (studio.Contents, error)
}

// Places knows the organisation, whose time and money a test run has.
type Places interface {
	Organisation(ctx context.Context, a org.Actor) (org.Organisation, error)
}
