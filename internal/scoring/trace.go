package scoring

import "plainclothes/internal/programme"

// Trace is the arithmetic of one score: what every question gave and why, what the sections made of it, what criticals
// did. Adding it up by hand gives the score. Amounts are exact, in points.
type Trace struct {
	Policy       TracePolicy     `json:"policy"`
	Questions    []QuestionTrace `json:"questions"` // every question of the checklist, in file order
	Sections     []SectionTrace  `json:"sections"`  // the visible ones, in file order
	Standards    []StandardTrace `json:"standards"` // every standard, in file order
	Criticals    []CriticalTrace `json:"criticals"` // those that fired, in file order
	Completeness CompletenessSum `json:"completeness"`
	Wow          WowSum          `json:"wow"`
	Total        TotalTrace      `json:"total"`
}

// TracePolicy is the part of the score policy that the arithmetic used. Shares and scores are basis points.
type TracePolicy struct {
	Wow               programme.WowPolicy `json:"wow"`
	BonusCapBP        int                 `json:"bonus_cap_bp,omitempty"` // only under the bonus policy
	Weighted          bool                `json:"weighted"`
	MinCompletenessBP int                 `json:"min_completeness_bp"`
	GoodMinBP         int                 `json:"good_min_bp"`
	WowMinBP          int                 `json:"wow_min_bp"`
	WowMinShareBP     int                 `json:"wow_min_share_bp"`
}

// QuestionTrace says what one question gave. Amounts of a question that does not count are 0; Possible and
// WowAvailable are what it would have offered.
type QuestionTrace struct {
	Question     string `json:"question"`
	Section      string `json:"section"`
	Standard     string `json:"standard,omitempty"`
	State        State  `json:"state"`
	Counts       bool   `json:"counts"` // earned and possible enter the sums
	Why          string `json:"why"`    // a whole sentence
	Earned       Exact  `json:"earned"`
	Possible     Exact  `json:"possible"`
	WowEarned    Exact  `json:"wow_earned"`
	WowAvailable Exact  `json:"wow_available"`
}

// SectionTrace is one section's fraction. Counted ÷ Of is what enters the score, after the WOW policy and zeroing.
type SectionTrace struct {
	Section      string `json:"section"`
	Weight       int    `json:"weight"` // 0 in a flat programme
	Earned       Exact  `json:"earned"` // Good points as answered
	Possible     Exact  `json:"possible"`
	WowEarned    Exact  `json:"wow_earned"`
	WowAvailable Exact  `json:"wow_available"`
	Zeroed       bool   `json:"zeroed,omitempty"`
	Counted      Exact  `json:"counted"`
	Of           Exact  `json:"of"`
	Fraction     Exact  `json:"fraction,omitempty"` // Counted ÷ Of; empty when nothing is possible
}

// StandardTrace is what one standard's outcome follows from.
type StandardTrace struct {
	Standard     string  `json:"standard"`
	Outcome      Outcome `json:"outcome"`
	Earned       Exact   `json:"earned"`
	Possible     Exact   `json:"possible"`   // of answered questions
	Unanswered   Exact   `json:"unanswered"` // of questions that apply and have no answer
	WowEarned    Exact   `json:"wow_earned"`
	WowAvailable Exact   `json:"wow_available"`
	Critical     bool    `json:"critical,omitempty"` // one fired
}

// CriticalTrace is one critical that fired.
type CriticalTrace struct {
	Question string           `json:"question"`
	Option   string           `json:"option,omitempty"` // the option that carries it
	Effect   programme.Effect `json:"effect"`
	CapBP    *int             `json:"cap_bp,omitempty"`  // with cap_visit
	Section  string           `json:"section,omitempty"` // with zero_section
}

// CompletenessSum is answered Good points of applicable ones.
type CompletenessSum struct {
	Answered   Exact `json:"answered"`
	Applicable Exact `json:"applicable"`
	BP         *int  `json:"bp"`
}

// WowSum is WOW points earned of those on offer.
type WowSum struct {
	Earned    Exact `json:"earned"`
	Available Exact `json:"available"`
}

// TotalTrace is the last step: Counted ÷ Of, limited by the cap of the bonus, rounded once, limited by the visit's caps.
type TotalTrace struct {
	Counted Exact `json:"counted"` // flat: points; weighted: Σ weight × fraction
	Of      Exact `json:"of"`      // flat: points; weighted: Σ weight
	Score   Exact `json:"score,omitempty"`
	BaseBP  *int  `json:"base_bp"`
	FinalBP *int  `json:"final_bp"`
	Level   Level `json:"level"`
}

// Trace gives the arithmetic of the score that Score gives for the same input.
func (c *Checklist) Trace(in Input) Trace {
	_, t := c.ScoreTrace(in)
	return t
}

// ScoreTrace is Score and Trace in one.
func (c *Checklist) ScoreTrace(in Input) (Result, Trace) {
	s := c.sheet(&in)
	defer c.put(s)
	r := s.result()
	return r, s.trace(&r)
}

func (s *sheet) trace(r *Result) Trace {
	return Trace{
		Policy: s.c.tracePolicy(), Questions: s.traceQuestions(), Sections: s.traceSections(),
		Standards: s.traceStandards(r), Criticals: s.traceCriticals(),
		Completeness: CompletenessSum{
			Answered: hundredths(s.all.possible), Applicable: hundredths(s.all.possible.add(s.all.open)), BP: r.CompletenessBP,
		},
		Wow:   WowSum{Earned: hundredths(s.all.wow.earned), Available: hundredths(s.all.wow.available)},
		Total: s.traceTotal(r),
	}
}

func (c *Checklist) tracePolicy() TracePolicy {
	p := TracePolicy{
		Wow: c.p.Policy.Wow, Weighted: c.weighted, MinCompletenessBP: c.p.Policy.MinCompleteness,
		GoodMinBP: c.p.Levels.GoodMinBP, WowMinBP: c.p.Levels.WowMinBP, WowMinShareBP: c.p.Levels.WowMinShareBP,
	}
	if p.Wow == programme.WowBonus {
		p.BonusCapBP = c.bonusCap()
	}
	return p
}

func (s *sheet) traceQuestions() []QuestionTrace {
	out := make([]QuestionTrace, len(s.c.items))
	for i := range s.c.items {
		it, m := &s.c.items[i], &s.marks[i]
		out[i] = QuestionTrace{
			Question: it.q.ID, Section: s.c.sections[it.section].id, Standard: it.q.Standard, State: m.state,
			Counts: m.state == StateAnswered && it.pair >= 0, Why: why(it, m.state, s.sections[it.section].visible),
			Earned: hundredths(m.earned), Possible: hundredths(it.good),
			WowEarned: hundredths(m.wow), WowAvailable: hundredths(it.wow),
		}
	}
	return out
}

// why says why a question did or did not count.
func why(it *item, state State, sectionVisible bool) string {
	switch state {
	case StateHidden:
		if !sectionVisible {
			return "Its section was not asked in this visit, so it leaves earned and possible points alone."
		}
		return "It was not asked in this visit, so it leaves earned and possible points alone."
	case StateNA:
		return "It does not apply, so it leaves earned and possible points and completeness alone."
	case StateNotObserved:
		return "It was not observed: no points earned or possible, but completeness is lower."
	case StateMissing:
		return "It has no answer: no points earned or possible, but completeness is lower."
	case StateExpired:
		return "Its stage ended unsealed: no points earned or possible, but completeness is lower."
	case StateWaiting:
		return "Its stage is still to come, so it does not count yet."
	case StateAnswered:
		if it.pair < 0 {
			return "It carries no points."
		}
		return "It was answered, so its points count."
	}
	return ""
}

func (s *sheet) traceSections() []SectionTrace {
	out := make([]SectionTrace, 0, len(s.sections))
	for i := range s.sections {
		sec := &s.sections[i]
		if !sec.visible {
			continue
		}
		counted, of := s.counted(i)
		t := SectionTrace{
			Section: s.c.sections[i].id, Weight: s.c.sections[i].weight, Zeroed: sec.zeroed,
			Earned: hundredths(sec.earned), Possible: hundredths(sec.possible),
			WowEarned: hundredths(sec.wow.earned), WowAvailable: hundredths(sec.wow.available),
			Counted: hundredths(counted), Of: hundredths(of),
		}
		if !of.zero() {
			t.Fraction = exact(counted.over(of), 1)
		}
		out = append(out, t)
	}
	return out
}

func (s *sheet) traceStandards(r *Result) []StandardTrace {
	out := make([]StandardTrace, len(r.Standards))
	for i := range r.Standards {
		st := &s.standards[i]
		out[i] = StandardTrace{
			Standard: r.Standards[i].Standard, Outcome: r.Standards[i].Outcome, Critical: st.fired,
			Earned: hundredths(st.earned), Possible: hundredths(st.possible), Unanswered: hundredths(st.open),
			WowEarned: hundredths(st.wow.earned), WowAvailable: hundredths(st.wow.available),
		}
	}
	return out
}

func (s *sheet) traceCriticals() []CriticalTrace {
	out := make([]CriticalTrace, len(s.fired))
	for i, f := range s.fired {
		it := &s.c.items[f.item]
		cr := &it.critical[f.critical]
		out[i] = CriticalTrace{Question: it.q.ID, Option: cr.option, Effect: cr.effect}
		if cr.effect == programme.CapVisit {
			limit := cr.capBP
			out[i].CapBP = &limit
		}
		if cr.section >= 0 {
			out[i].Section = s.c.sections[cr.section].id
		}
	}
	return out
}

func (s *sheet) traceTotal(r *Result) TotalTrace {
	t := s.total()
	unit := uint64(100) // points are hundredths, weights are not
	if s.c.weighted {
		unit = 1
	}
	out := TotalTrace{
		Counted: exact(t.upper.over(t.scale), unit), Of: exact(t.lower.over(t.scale), unit),
		BaseBP: r.BaseBP, FinalBP: r.FinalBP, Level: r.Level,
	}
	if t.scored {
		out.Score = exact(t.base, 1)
	}
	return out
}
