package scoring

import "plainclothes/internal/programme"

// EngineVersion is stored with every result; it changes whenever the same input would give other bytes.
const EngineVersion = 1

// Level that a visit reached.
type Level string

// The levels of a visit.
const (
	NotScorable Level = "not_scorable"
	Failed      Level = "failed"
	WOW         Level = "wow"
	Good        Level = "good"
	Below       Level = "below"
)

// Outcome of one standard in one visit.
type Outcome string

// The outcomes of a standard. OutcomeNA and OutcomeUnknown are counted apart.
const (
	OutcomeWow     Outcome = "wow"
	OutcomeGood    Outcome = "good"
	OutcomePartial Outcome = "partial"
	OutcomeBelow   Outcome = "below"
	OutcomeNA      Outcome = "na"
	OutcomeUnknown Outcome = "unknown"
)

// Result is the score of one visit. Scores are basis points, rounded once, half up. A nil score is "nothing to
// score": neither 0 nor 100, and part of no mean.
type Result struct {
	Engine         int
	BaseBP         *int
	FinalBP        *int
	Level          Level
	CompletenessBP *int
	Wow            WowPoints
	Sections       []SectionResult  // visible sections with something possible, in file order
	Standards      []StandardResult // every standard of the programme, in file order
	Criticals      []string         // question ids whose critical fired, in file order
}

// WowPoints are the WOW points of this visit.
type WowPoints struct{ Earned, Available programme.Points }

// SectionResult is one section's score.
type SectionResult struct {
	Section          string
	BP               int
	Earned, Possible programme.Points // Good points; Earned is rounded half up for show where a rating made it a fraction
	Weight           int
	Zeroed           bool
}

// StandardResult is what one visit says about one standard.
type StandardResult struct {
	Standard   string
	Outcome    Outcome
	WowOffered bool // the visit offered WOW points for it
	// Share is this standard's share of the visit's weight and Rate its earned share, both in 1e-9, the numbers that the
	// exact decomposition of a gap adds up. Both 0 when nothing of it was answered.
	Share, Rate int64
}
