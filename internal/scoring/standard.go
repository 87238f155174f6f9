package scoring

import "plainclothes/internal/programme"

// standardResults judges every standard and splits the score over them.
func (s *sheet) standardResults(r *Result, t *total) {
	for i := range s.c.p.Standards {
		st := &s.c.p.Standards[i]
		r.Standards[i] = StandardResult{
			Standard: st.ID, Outcome: s.standards[i].outcome(st), WowOffered: !s.standards[i].wow.available.zero(),
		}
	}
	if t.scored {
		s.split(r, t)
	}
}

// outcome judges one standard. A fired critical on one of its questions makes it Below whatever else is known, also
// where the question offers no Good points: a breach is never "does not apply".
func (s *standardSum) outcome(st *programme.Standard) Outcome {
	all := s.possible.add(s.open)
	switch {
	case s.fired:
		return OutcomeBelow
	case all.zero():
		return OutcomeNA
	}
	class := classOf(s.earned, all, st)
	if class != classOf(s.earned.add(s.open), all, st) {
		return OutcomeUnknown
	}
	if class == OutcomeGood && s.wow.reaches(st.WowShareBP) {
		return OutcomeWow
	}
	return class
}

// classOf compares a standard's share of Good points with its rule, exactly. Without a partial share any points do.
func classOf(earned, possible num, st *programme.Standard) Outcome {
	switch {
	case atLeast(earned, possible, st.MetShareBP):
		return OutcomeGood
	case !earned.zero() && atLeast(earned, possible, st.PartialShareBP):
		return OutcomePartial
	}
	return OutcomeBelow
}

// split gives every standard its share of the visit's weight and its rate, so that Σ share·rate is the score as the
// questions earned it: before a section was zeroed and before bonus points, which are the visit's and not one
// standard's (Result.Penalty is the difference). Under the expected policy WOW points belong to share and rate.
func (s *sheet) split(r *Result, t *total) {
	clear(s.parts) // earned: what counts, available: its weight
	for i := range s.pairs {
		at := s.c.pairs[i]
		earned, of := s.pairs[i].pure(s.c.p.Policy.Wow)
		unit := t.units[at.section]
		s.parts[at.standard].add(offer{earned: earned.mul(unit), available: of.mul(unit)})
	}
	for i := range r.Standards {
		r.Standards[i].Share, r.Standards[i].Rate = s.parts[i].parts(t.lower)
	}
	r.Unlinked.Share, r.Unlinked.Rate = s.parts[len(r.Standards)].parts(t.lower)
}

// pure gives what a sum brings to the score without zeroed sections and bonus.
func (s *sum) pure(policy programme.WowPolicy) (earned, of num) {
	if policy != programme.WowExpected {
		return s.earned, s.possible
	}
	return s.earned.add(s.wow.earned), s.possible.add(s.wow.available)
}

func (o offer) parts(divisor num) (share, rate int64) {
	if o.available.zero() {
		return 0, 0
	}
	return o.available.roundOver(divisor, nanoOne), o.earned.roundOver(o.available, nanoOne)
}
