package report

import (
	"context"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/evidence"
	"plainclothes/internal/scoring"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Repo opens transactions; the organisation is in every WHERE inside.
type Repo interface {
	// InTx runs one change: all of it or nothing.
	InTx(ctx context.Context, org string, change func(Tx) error) error
	// View runs reads that may be a moment old.
	View(ctx context.Context, org string, read func(Tx) error) error
}

// Tx is what the use cases need inside one transaction.
type Tx interface {
	studio.Reading
	Published
	Books
	Behind
	Fits
	Inquiries
}

// Published reads visits that were published; others do not exist here.
type Published interface {
	// PublishedVisits lists visits, the newest first.
	PublishedVisits(ctx context.Context, org string, q VisitQuery) ([]Row, error)
	PublishedVisit(ctx context.Context, org, id string) (visit.Visit, error)
	// LatestProgrammes gives the programmes, each once, of the newest published visits to the branches within reach.
	LatestProgrammes(ctx context.Context, org string, r auth.Reach) ([]string, error)
	Place(ctx context.Context, org, branch string) (visit.Place, error)
	Report(ctx context.Context, org, visit string) (visit.Report, error)
	Photos(ctx context.Context, org, visit string) ([]evidence.Photo, error)
	// Photo gives one photo, removed or not.
	Photo(ctx context.Context, org, id string) (evidence.Photo, error)
}

// Books checks and mends rollups.
type Books interface {
	// Lock keeps the rollups of a programme from changing until the transaction ends, and gives the programme as it is.
	Lock(ctx context.Context, org, programme string) (studio.Programme, error)
	// Sealed gives published visits of a programme with all that was stored of them, by month and id, after the mark.
	Sealed(ctx context.Context, org, programme string, after studio.Mark, limit int) ([]Sealed, error)
	// Cells and Standards give all rollup rows of a programme, one as stored each.
	Cells(ctx context.Context, org, programme string) ([]visit.Rollup, error)
	Standards(ctx context.Context, org, programme string) ([]visit.Rollup, error)
	// Facts gives the single visits that stand beside the sums, one a rollup.
	Facts(ctx context.Context, org, programme string) ([]visit.Rollup, error)
	// Questions and Turns give the stored counts of questions and the lines of what visits hung on.
	Questions(ctx context.Context, org, programme string) ([]visit.Rollup, error)
	Turns(ctx context.Context, org, programme string) ([]visit.Rollup, error)
	// ReplaceRollups removes all rollup rows of a programme and adds what is given, and counts data_rev up.
	ReplaceRollups(ctx context.Context, org, programme string, rows []visit.Rollup) error
}

// Sealed is one published visit as it was stored.
type Sealed struct {
	visit.Visit
	Report   visit.Report
	Outcomes []visit.Outcome
	Ops      []visit.Op   // of people; none of a report that a program sent
	Notes    []visit.Note // the first of them, as visit.Tx gives them
}

// VisitQuery is a list of published visits. Zero fields do not filter; Reach always does.
type VisitQuery struct {
	Reach     auth.Reach
	Programme string
	Branches  []string // ids; nil: any
	Scenario  string
	Window    studio.Window // zero: any month
	Limit     int           // at most visit.MaxList
	After     string        // cursor: Row.Cursor of the last row seen
}

// Row is a published visit in a list. It has nothing in it that tells the shopper or the hour.
type Row struct {
	ID            string
	Programme     string // id
	ProgrammeName string
	Version       int // number
	Branch        string
	BranchCode    string
	BranchName    string
	RegionName    string
	Scenario      string
	VisitedOn     string
	Published     time.Time // to the day
	Pseudonym     string
	ScoreBP       *int // base score, nil when not scorable
	FinalBP       *int
	Level         scoring.Level
	Cursor        string
}
