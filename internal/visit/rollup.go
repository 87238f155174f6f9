package visit

import "plainclothes/internal/scoring"

// Rollup is what one published visit adds to the sums that comparison reads: one cell of scores, one row a standard,
// and the visit itself in a few bytes.
type Rollup struct {
	Programme, Branch, Shopper string
	Scenario, Month            string
	Cell                       CellRollup
	Standards                  []StandardRollup
	Fact                       Fact
	Version                    string // id, of the questions
	Questions                  []QuestionRollup
	Turns                      string // lines of what the visit hung on: see Turn
}

// Fact is what one published visit found, in as few bytes as can be: what looks at single visits reads these, not reports.
// The zero Fact is of a visit that could not be scored: it is averaged into nothing.
type Fact struct {
	Visit, Version string // ids
	BaseBP         int
	Marks          string // a letter a standard, in the order of the version's standards: see Mark
	Out            bool   // the visit is taken out again
}

// Mark is the letter of one outcome; it is a capital where the visit offered WOW.
func Mark(o Outcome) byte {
	m := byte('u')
	switch o.Outcome {
	case scoring.OutcomeBelow:
		m = 'b'
	case scoring.OutcomePartial:
		m = 'p'
	case scoring.OutcomeGood:
		m = 'g'
	case scoring.OutcomeWow:
		m = 'w'
	case scoring.OutcomeNA:
		m = 'n'
	case scoring.OutcomeUnknown:
	}
	if o.WowOffered {
		m -= 'a' - 'A'
	}
	return m
}

// CellRollup sums scores in basis points.
type CellRollup struct {
	Series                string
	N, SumBP, SumBP2      int64 // visits with a score
	Unscored              int64 // visits without
	SumPenalty            int64 // final − base, basis points
	Caps, Zeros, Breaches int64 // visits lowered by a cap, with a zeroed section, failed by a critical
}

// StandardRollup counts the outcomes of one standard. W and WR are sums in 1e-9.
type StandardRollup struct {
	Standard, Series     string
	N, X, NWow, XWow     int64
	Partial, NA, Unknown int64
	W, WR                int64
}

// NoShopper stands in rollups for a visit that no member made.
const NoShopper = "00000000-0000-0000-0000-000000000000"

// RollupOf makes the rollup of one visit from its result; sign −1 takes it out again.
func RollupOf(v *Visit, res *scoring.Result, series string, outcomes []Outcome, sign int64) Rollup {
	r := Rollup{Programme: v.Programme, Branch: v.Branch, Shopper: v.Shopper, Scenario: v.Scenario, Month: v.Month}
	if r.Shopper == "" {
		r.Shopper = NoShopper
	}
	r.Cell = cellOf(res, series, sign)
	if r.Cell.Unscored != 0 {
		return r // not scorable: averaged into nothing
	}
	marks := make([]byte, len(outcomes))
	for i, o := range outcomes {
		r.Standards = append(r.Standards, standardOf(o, sign))
		marks[i] = Mark(o)
	}
	r.Fact = Fact{Visit: v.ID, Version: v.Version, BaseBP: *res.BaseBP, Marks: string(marks), Out: sign < 0}
	return r
}

// cellOf counts the visit once: with its score when it has one that may be averaged.
func cellOf(res *scoring.Result, series string, sign int64) CellRollup {
	c := CellRollup{Series: series}
	if res.BaseBP == nil || res.Level == scoring.NotScorable {
		c.Unscored = sign
		return c
	}
	base := int64(*res.BaseBP)
	c.N, c.SumBP, c.SumBP2 = sign, sign*base, sign*base*base
	c.SumPenalty = sign * (int64(*res.FinalBP) - base)
	if *res.FinalBP < *res.BaseBP {
		c.Caps = sign
	}
	for _, s := range res.Sections {
		if s.Zeroed {
			c.Zeros = sign
		}
	}
	if res.Level == scoring.Failed {
		c.Breaches = sign
	}
	return c
}

// CountOf counts one outcome.
func CountOf(o Outcome) StandardRollup { return standardOf(o, 1) }

// standardOf counts one outcome (n = good + wow + partial + below; na and unknown apart).
func standardOf(o Outcome, sign int64) StandardRollup {
	s := StandardRollup{Standard: o.Standard, Series: o.Series, W: sign * o.Share, WR: sign * scaled(o.Share, o.Rate)}
	switch o.Outcome {
	case scoring.OutcomeNA:
		s.NA = sign
		return s
	case scoring.OutcomeUnknown:
		s.Unknown = sign
		return s
	case scoring.OutcomeGood, scoring.OutcomeWow:
		s.X = sign
	case scoring.OutcomePartial:
		s.Partial = sign
	case scoring.OutcomeBelow:
	}
	s.N = sign
	if o.WowOffered {
		s.NWow = sign
		if o.Outcome == scoring.OutcomeWow {
			s.XWow = sign
		}
	}
	return s
}

// scaled multiplies two numbers of 1e-9 in [0, 1] without overflow: their product is below 1e18.
func scaled(share, rate int64) int64 { return share * rate / 1_000_000_000 }

// Add adds the sums of another rollup of the same key. Standards of another series come behind.
func (r *Rollup) Add(o *Rollup) {
	c, d := &r.Cell, &o.Cell
	c.N, c.SumBP, c.SumBP2, c.Unscored = c.N+d.N, c.SumBP+d.SumBP, c.SumBP2+d.SumBP2, c.Unscored+d.Unscored
	c.SumPenalty, c.Caps, c.Zeros, c.Breaches = c.SumPenalty+d.SumPenalty, c.Caps+d.Caps, c.Zeros+d.Zeros, c.Breaches+d.Breaches
	for _, s := range o.Standards {
		r.addStandard(s)
	}
}

func (r *Rollup) addStandard(s StandardRollup) {
	for i := range r.Standards {
		t := &r.Standards[i]
		if t.Standard != s.Standard || t.Series != s.Series {
			continue
		}
		t.Add(&s)
		return
	}
	r.Standards = append(r.Standards, s)
}

// Add adds the counts of another sum of the same standard and series.
func (t *StandardRollup) Add(s *StandardRollup) {
	t.N, t.X, t.NWow, t.XWow = t.N+s.N, t.X+s.X, t.NWow+s.NWow, t.XWow+s.XWow
	t.Partial, t.NA, t.Unknown, t.W, t.WR = t.Partial+s.Partial, t.NA+s.NA, t.Unknown+s.Unknown, t.W+s.W, t.WR+s.WR
}
