package visit

import (
	"encoding/json"
	"time"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
)

// Visit is one task and, later, the event itself.
type Visit struct {
	Org        string
	ID         string // random (UUIDv4)
	Programme  string // id
	Version    string // id of the version it was taken with; "" while open
	Branch     string // id
	Scenario   string
	Shopper    string // member id; "" while open
	State      State
	Pseudonym  string // what the branch sees instead of the shopper, another for every visit
	Due        time.Time
	Fee        int64 // minor units
	Reimburse  int64 // at most, minor units
	Currency   string
	VisitedOn  string // date in the branch's zone, "" before the first answer
	Month      string // of VisitedOn, "2026-09"
	Created    time.Time
	Taken      time.Time
	Started    time.Time
	Received   time.Time
	Decided    time.Time
	Published  time.Time
	Reviewer   string // member id of the editor
	Stages     []string
	Reason     string // of the last sending back, declining or setting aside
	ClientKey  string // made by a program that plans visits; unique in the organisation
	Score      *int   // base score in basis points, nil before sealing or when not scorable
	Final      *int   // after caps
	Level      scoring.Level
	RowVersion int
}

// Unsent reports whether the visit was begun and its time ran out before anything was sent.
func (v *Visit) Unsent() bool {
	return v.State == Expired && v.Received.IsZero() && !v.Started.IsZero()
}

// Thing is the visit as auth sees it; the region is the branch's.
func (v *Visit) Thing(region string) auth.Thing {
	return auth.Thing{Org: v.Org, Branch: v.Branch, Region: region, Shopper: v.Shopper, Visit: v.ID}
}

// Report is what the shopper found: the op log's present sum and the stored result.
type Report struct {
	Org        string
	Visit      string
	Seq        int                // number of ops in all logs of the visit, late ones not counted
	Head       string             // hash of the op that arrived last, hex
	Revision   int                // how often it was sealed
	Context    *programme.Context // the branch's facts on the day of the visit; nil before the first answer
	Answers    map[string]json.RawMessage
	Comments   map[string]string
	Heads      Heads           // what answers and comments are made of; nil when it was never worked out
	Result     json.RawMessage // storage form of scoring.Result, nil before sealing
	Engine     int
	Complete   *int // basis points
	Sealed     time.Time
	Receipt    string // code of the last receipt, "" before sealing
	Updated    time.Time
	RowVersion int
}

// Version is a published checklist with its standards.
type Version struct {
	Org, ID   string
	Programme string // id
	Number    int
	Hash      string
	Document  []byte // canonical JSON
}

// Outcome is what one visit says about one standard, as it is kept.
type Outcome struct {
	Series string // of the standard's definition
	scoring.StandardResult
}

// NoteKind says what a Note is for.
type NoteKind string

// The kinds of note. Notes and decisions are for editors; the shopper sees SentBack and Reply.
const (
	NoteInternal NoteKind = "note"
	NoteSentBack NoteKind = "sent_back"
	NoteReply    NoteKind = "reply"
	NoteDecision NoteKind = "decision"
)

// Note is words about a report.
type Note struct {
	Org, ID, Visit string
	Author         string // member id
	Kind           NoteKind
	Question       string // id, or "" for the whole report
	Body           string
	Created        time.Time
}

// Place is what a visit needs to know of its branch.
type Place struct {
	org.Branch
	RegionName string
}

// Context is what conditions of a visit of today may ask.
func (p Place) Context(scenario string) programme.Context {
	return programme.Context{Scenario: scenario, Channel: string(p.Channel), Format: p.Format, Features: p.Features}
}

// Today is the date at the branch.
func (p Place) Today(now time.Time) string {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	return now.In(zone).Format(time.DateOnly)
}
