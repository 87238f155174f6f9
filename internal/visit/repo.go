package visit

import (
	"context"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/event"
	"plainclothes/internal/evidence"
)

// Repo opens transactions; the organisation is in every WHERE inside.
type Repo interface {
	// InTx runs one change: all of it or nothing.
	InTx(ctx context.Context, org string, change func(Tx) error) error
	// View runs reads that may be a moment old.
	View(ctx context.Context, org string, read func(Tx) error) error
	receiptRepo
}

// Tx is what a use case needs inside one transaction.
type Tx interface {
	visits
	reports
	uploads
	phoneRows
	grants
	receiptRows
	moments
	overdue
	silent
	checkins
	// Append puts changes at the end of the organisation's event chain. Called last: it holds the chain until commit.
	Append(ctx context.Context, org string, at time.Time, changes ...event.Change) error
}

// visits are the rows of visits and what they refer to.
type visits interface {
	// Visit loads one; lock keeps others from changing it until the transaction ends.
	Visit(ctx context.Context, org, id string, lock bool) (Visit, error)
	// Located loads visits with their places, in the order of their ids, and locks them as Visit does. Those that are not
	// there are left out.
	Located(ctx context.Context, org string, ids []string) ([]Located, error)
	Visits(ctx context.Context, org string, q Query) ([]Row, error)
	CreateVisits(ctx context.Context, org string, vs []Visit) error
	// UpdateVisit writes all fields of v where the row version is still v.RowVersion, else fault.Conflict.
	UpdateVisit(ctx context.Context, org string, v Visit) error
	VisitByClientKey(ctx context.Context, org, key string) (Visit, error)
	Version(ctx context.Context, org, id string) (Version, error)
	// CurrentVersion is the published version of a programme that is in effect on a date (2026-11-21).
	CurrentVersion(ctx context.Context, org, programme, on string) (Version, error)
	Place(ctx context.Context, org, branch string) (Place, error)
	// Alias is how a member is called by everyone but editors and schedulers.
	Alias(ctx context.Context, org, member string) (string, error)
	// ShopperActive reports whether a member may be given visits: active, with the role.
	ShopperActive(ctx context.Context, org, member string) (bool, error)
	// Currency of the organisation, ISO 4217.
	Currency(ctx context.Context, org string) (string, error)
	// ShopperAt says when a shopper was last at a branch for a programme, "" when never.
	ShopperAt(ctx context.Context, org, shopper, branch, programme string) (date string, err error)
}

// reports are the rows below a visit.
type reports interface {
	// Report gives the zero Report with its keys set when nothing was answered yet.
	Report(ctx context.Context, org, visit string) (Report, error)
	// SaveReport inserts or updates by row version, else fault.Conflict.
	SaveReport(ctx context.Context, org string, r Report) error
	Submission(ctx context.Context, org, id string) (Submission, error)
	// SaveSubmission inserts a submission or updates the end of its log and what is known of its clock.
	SaveSubmission(ctx context.Context, org string, s Submission) error
	AppendOps(ctx context.Context, org, visit string, ops []Op) error
	// Ops gives every log of a visit, each in its order, the submission that began first in front.
	Ops(ctx context.Context, org, visit string) ([]Op, error)
	SaveOutcomes(ctx context.Context, org, visit string, outcomes []Outcome) error
	Outcomes(ctx context.Context, org, visit string) ([]Outcome, error)
	AddRollup(ctx context.Context, org string, r Rollup) error
	Photos(ctx context.Context, org, visit string) ([]evidence.Photo, error)
	Photo(ctx context.Context, org, id string) (evidence.Photo, error)
	AddPhoto(ctx context.Context, org string, p evidence.Photo) error
	RemovePhoto(ctx context.Context, org, id string, at time.Time) error
	// RestorePhoto puts a removed one back.
	RestorePhoto(ctx context.Context, org, id string) error
	// LatePhotos gives those that came after their part of the report was sent; Photos leaves them out.
	LatePhotos(ctx context.Context, org, visit string) ([]evidence.Photo, error)
	Notes(ctx context.Context, org, visit string) ([]Note, error)
	AddNote(ctx context.Context, org string, n Note) error
	// AddFinished inserts whole published visits and adds their rollups, summed up first.
	AddFinished(ctx context.Context, org string, all []Finished) error
	// AddReports stores reports of visits that are there: what a report changes of its visit where the row version is still
	// the same, else fault.Conflict; report, submission, ops, outcomes; and the rollups of published ones, summed up first.
	AddReports(ctx context.Context, org string, all []Finished) error
	// FreshProgrammes are the programmes with visits whose questions are not yet added up.
	FreshProgrammes(ctx context.Context, org string) ([]string, error)
	// AddUpQuestions adds up what the questions of so many of them did, at most, and gives their number.
	AddUpQuestions(ctx context.Context, org, programme string, most int) (int, error)
}

// Located is a visit with its place.
type Located struct {
	Visit
	Place
}

// Query is a list of visits. Zero fields do not filter; Reach always does.
type Query struct {
	Reach     auth.Reach
	States    []State
	Programme string
	Branch    string
	Scenario  string
	From, To  string // VisitedOn, inclusive
	Begun     bool   // only visits with an answer
	Order     Order
	Limit     int    // at most MaxList
	After     string // cursor: Row.Cursor of the last row seen
}

// MaxList is the longest page of a list.
const MaxList = 200

// Order of a list of visits.
type Order int

// The orders.
const (
	ByDue      Order = iota // soonest first
	ByReceived              // longest waiting first
	ByVisited               // newest first
)

// Row is a visit in a list, with the names that go with it.
type Row struct {
	Visit
	BranchName    string
	BranchCode    string
	BranchZone    string
	RegionName    string
	ProgrammeName string
	Number        int    // of the version, 0 while open
	Alias         string // of the shopper; callers who may not see it clear it
	Answered      int    // number of ops so far: has anything been said?
	Cursor        string
	Next          *StageTime // the part that is due, of the shopper's own visits with parts
}
