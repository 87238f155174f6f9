package studio

import (
	"context"
	"time"
	"unique"

	"plainclothes/internal/event"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
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
	Reading
	Writing
	Drafting
	Past
	Picturing
}

// Reading finds programmes, their versions and what was counted; reports read through it too.
type Reading interface {
	Organisation(ctx context.Context, org string) (org.Organisation, error)
	// Branches lists at most MaxBranches branches by code, competitors and closed ones too.
	Branches(ctx context.Context, org string) ([]org.Branch, error)
	// Regions lists at most MaxBranches regions by name.
	Regions(ctx context.Context, org string) ([]org.Region, error)
	// Programmes lists at most MaxList programmes by name.
	Programmes(ctx context.Context, org string) ([]Programme, error)
	Programme(ctx context.Context, org, id string) (Programme, error)
	// Versions lists the newest MaxList versions of a programme, newest first, without documents.
	Versions(ctx context.Context, org, programme string) ([]Version, error)
	// Version gives one version of any state with its document.
	Version(ctx context.Context, org, id string) (Version, error)
	// Sums adds up rollups; rows come in a fixed order.
	Sums(ctx context.Context, org string, q SumQuery) (Sums, error)
}

// Writing changes programmes and drafts.
type Writing interface {
	ProgrammeByKey(ctx context.Context, org, key string) (Programme, error)
	CreateProgramme(ctx context.Context, org string, p Programme) error
	// UpdateProgramme writes name and archived where the row version is still p.RowVersion, else fault.Conflict.
	UpdateProgramme(ctx context.Context, org string, p Programme) error
	CreateVersion(ctx context.Context, org string, v Version) error
	// UpdateVersion writes all fields of a draft where the row version is still v.RowVersion, else fault.Conflict.
	UpdateVersion(ctx context.Context, org string, v Version) error
	// DeleteDraft removes a draft where the row version is still the given one, else fault.Conflict.
	DeleteDraft(ctx context.Context, org, id string, rowVersion int) error
	// Append puts a change at the end of the organisation's event chain when the transaction commits.
	Append(ctx context.Context, org string, at time.Time, changes ...event.Change) error
}

// Past reads visits: published ones with their answers, for what-if, and how many are under way.
type Past interface {
	// PastVisits gives published visits of one month of a programme with their answers, by id.
	PastVisits(ctx context.Context, org string, q PastQuery) ([]PastVisit, error)
	// OpenVisits counts the visits of a programme that are neither published nor ended, by version.
	OpenVisits(ctx context.Context, org, programme string) ([]OnVersion, error)
}

// Limits of lists.
const (
	MaxList     = 200
	MaxBranches = 20_000
	MaxPast     = 1000 // visits with answers that one reader holds in memory at once
)

// SumQuery chooses rollups.
type SumQuery struct {
	Programme string
	Window    Window
	Scenario  string // "" for all together
	Branch    string // "" for all
	Monthly   bool   // rows by month instead of one for the window
	Scores    bool   // scores only: no rows of standards
}

// Sums are rollups added up over scenarios, shoppers and, unless asked monthly, months.
type Sums struct {
	Cells     []CellSum
	Standards []StandardSum
}

// Share lets equal texts share their memory: the sums of 2,000 branches and 40 standards name each branch and each standard in
// many rows, and are kept for long.
func (s *Sums) Share() {
	one := func(text *string) { *text = unique.Make(*text).Value() }
	for i := range s.Cells {
		c := &s.Cells[i]
		one(&c.Branch)
		one(&c.Month)
		one(&c.Series)
	}
	for i := range s.Standards {
		r := &s.Standards[i]
		one(&r.Branch)
		one(&r.Month)
		one(&r.Standard)
		one(&r.Series)
	}
}

// CellSum is the scores of one branch in one series.
type CellSum struct {
	Branch string
	Month  string // only monthly
	visit.CellRollup
}

// StandardSum is the outcomes of one standard at one branch in one series.
type StandardSum struct {
	Branch string
	Month  string // only monthly
	visit.StandardRollup
}

// PastQuery chooses published visits of one month: those with ids behind After, up to and with Until.
type PastQuery struct {
	Programme string
	Month     string
	After     string
	Until     string
	Limit     int // at most MaxPast
}

// Mark is where a reader of visits by month is: behind the visit with this month and id; zero at the start.
type Mark struct{ Month, ID string }

// PastVisit is a published visit with what is needed to score it again.
type PastVisit struct {
	ID       string
	Version  string // id
	Branch   string // id
	Scenario string
	Month    string
	Score    *int // base score in basis points, nil when not scorable
	Level    scoring.Level
	Answers  []byte             // JSON object: question → answer in wire form
	Context  *programme.Context // the branch's facts on the day
}
