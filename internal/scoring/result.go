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

// Words is the level as it reads on screen, "" before there is one.
func (l Level) Words() string {
	switch l {
	case NotScorable:
		return "Not scorable"
	case Failed:
		return "Failed (critical)"
	case WOW:
		return "WOW"
	case Good:
		return "Good"
	case Below:
		return "Below"
	}
	return ""
}

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
// score": neither 0 nor 100, and part of no mean. Its JSON (json.Marshal) is for keeping and loses nothing; Wire is
// the form for other programs.
type Result struct {
	Engine         int              `json:"engine"`
	BaseBP         *int             `json:"base_bp"`  // before caps; what branches are compared by
	FinalBP        *int             `json:"final_bp"` // after the lowest cap_visit
	Level          Level            `json:"level"`
	CompletenessBP *int             `json:"completeness_bp"` // nil when no question with Good points applied
	Wow            WowPoints        `json:"wow"`
	Sections       []SectionResult  `json:"sections"`  // visible sections with something possible, in file order
	Standards      []StandardResult `json:"standards"` // every standard of the programme, in file order
	Unlinked       Part             `json:"unlinked"`  // of questions without a standard
	Criticals      []string         `json:"criticals"` // question ids whose critical fired, in file order
}

// WowPoints are WOW points earned and on offer, over answered questions.
type WowPoints struct {
	Earned    programme.Points `json:"earned"`
	Available programme.Points `json:"available"`
}

// SectionResult is one section's score.
type SectionResult struct {
	Section string `json:"section"`
	BP      int    `json:"bp"` // with WOW points under the expected policy, without them under the others
	// Good points over answered questions; Earned is rounded half up for show where a rating made it a fraction, and 0
	// when the section was zeroed.
	Earned   programme.Points `json:"earned"`
	Possible programme.Points `json:"possible"`
	Wow      WowPoints        `json:"wow"` // as answered, also when zeroed
	Weight   int              `json:"weight"`
	Zeroed   bool             `json:"zeroed,omitempty"`
}

// StandardResult is what one visit says about one standard.
type StandardResult struct {
	Standard   string  `json:"standard"`
	Outcome    Outcome `json:"outcome"`
	WowOffered bool    `json:"wow_offered,omitempty"` // the visit offered WOW points for it in a question that was answered
	// Share is this standard's share of the visit's weight and Rate its earned share, as in Part.
	Share int64 `json:"share"`
	Rate  int64 `json:"rate"`
}

// Part gives what the standard brings to the score.
func (s *StandardResult) Part() Part { return Part{Share: s.Share, Rate: s.Rate} }

// Part is a share of the visit's weight and the rate that was earned of it, both in 1e-9 and rounded half up: the
// numbers that the exact decomposition of a gap adds up. Both are 0 when nothing of it was answered or weighs anything.
type Part struct {
	Share int64 `json:"share"`
	Rate  int64 `json:"rate"`
}

// Points gives Share × Rate: what this part brings to the score, in 1e-9, rounded half up.
func (p Part) Points() int64 {
	return ratio(uint64(max(p.Share, 0)), nanoOne).mul(whole(uint64(max(p.Rate, 0)))).round(1)
}

// Penalty gives what zeroed sections took from the base score (below 0) or bonus points and their cap put on it, in
// 1e-9: base − Σ Share × Rate. Without either it is 0 but for rounding (the base score is kept in whole basis points).
// ok is false when there is no score.
func (r *Result) Penalty() (nano int64, ok bool) {
	if r.BaseBP == nil {
		return 0, false
	}
	nano = int64(*r.BaseBP)*(nanoOne/bpOne) - r.Unlinked.Points()
	for i := range r.Standards {
		nano -= r.Standards[i].Part().Points()
	}
	return nano, true
}
