package scoring

import (
	"math"

	"plainclothes/internal/programme"
)

// ItemResult is what one question did in one visit.
type ItemResult struct {
	State State
	// MarkBP is the share of its own points that the answer earned, Good and WOW together, 0 … 10 000; of a rating or a
	// yes-or-no without points, where on its scale the answer lies. Marked is false where there is no such share.
	Marked bool
	MarkBP int
	// RestBP is the share earned by the other answered questions of its section, by their points. Paired is false where
	// there are none, or no mark.
	Paired bool
	RestBP int
	// Level says that the visit's level would be another if this question's points and criticals were left out.
	Level bool
	// Outcome of its standard, and what it would be if the question were left out; WowOffered likewise. Witness is false
	// where the question is linked to no standard, or is the only one of the checklist that can decide it.
	Witness               bool
	Outcome, Without      Outcome
	WowOffered, WowOffers bool
}

// Turned reports whether the standard's outcome would be another without the question.
func (r *ItemResult) Turned() bool {
	return r.Witness && (r.Outcome != r.Without || r.WowOffered != r.WowOffers)
}

// Asked reports whether the question was put to the shopper.
func (r *ItemResult) Asked() bool { return r.State.visible() && r.State != StateWaiting }

// Items says what every question did in one visit, in file order. A question that is left out takes its points and its
// criticals with it; other questions stay as they were asked, also where a condition looked at its answer.
func (c *Checklist) Items(in Input) []ItemResult {
	s := c.sheet(&in)
	defer c.put(s)
	l := s.lever()
	out := make([]ItemResult, len(s.c.items))
	for at := range s.c.items {
		s.itemResult(at, &l, &out[at])
	}
	return out
}

func (s *sheet) itemResult(at int, l *lever, r *ItemResult) {
	it, m := &s.c.items[at], &s.marks[at]
	if r.State = m.state; !m.state.visible() {
		return
	}
	if r.MarkBP, r.Marked = s.mark(at); r.Marked {
		r.RestBP, r.Paired = s.rest(at)
	}
	if !m.state.applicable() || !it.decides() {
		return
	}
	r.Level = l.turns(at)
	if it.standard < len(s.c.p.Standards) && s.c.witnesses[it.standard] > 1 {
		s.witness(at, r)
	}
}

// decides reports whether the item can move a score, a level or an outcome.
func (it *item) decides() bool { return it.pair >= 0 || len(it.critical) > 0 }

// mark gives the share of an item's own points.
func (s *sheet) mark(at int) (bp int, ok bool) {
	it, m := &s.c.items[at], &s.marks[at]
	if m.state != StateAnswered {
		return 0, false
	}
	if of := it.good.add(it.wow); !of.zero() {
		return int(m.earned.add(m.wow).roundOver(of, bpOne)), true
	}
	switch it.q.Kind { //nolint:exhaustive // no other kind has a scale of its own
	case programme.YesNo:
		return choose((m.answer.Text == "yes") != it.q.Reverse, bpOne, 0), true
	case programme.Rating:
		lo, hi := scale(it.q)
		if hi <= lo || m.answer.Number < lo {
			return 0, false
		}
		return int(ratio(uint64(m.answer.Number-lo), uint64(hi-lo)).round(bpOne)), true //nolint:gosec // neither is negative
	}
	return 0, false
}

// rest gives the share that the section earned without the item.
func (s *sheet) rest(at int) (bp int, ok bool) {
	it, m := &s.c.items[at], &s.marks[at]
	sec := &s.sections[it.section].sum
	earned, of := sec.earned.add(sec.wow.earned), sec.possible.add(sec.wow.available)
	if it.pair >= 0 {
		earned, of = earned.sub(m.earned.add(m.wow)), of.sub(it.good.add(it.wow))
	}
	if of.zero() {
		return 0, false
	}
	return min(int(earned.roundOver(of, bpOne)), bpOne), true
}

// witness judges the item's standard with and without it.
func (s *sheet) witness(at int, r *ItemResult) {
	it := &s.c.items[at]
	st := &s.c.p.Standards[it.standard]
	with := s.standards[it.standard]
	without := with
	without.sum = with.without(s, at)
	without.fired = false
	for _, f := range s.fired {
		without.fired = without.fired || f.item != at && s.c.items[f.item].standard == it.standard
	}
	r.Witness = true
	r.Outcome, r.WowOffered = with.outcome(st), !with.wow.available.zero()
	r.Without, r.WowOffers = without.outcome(st), !without.wow.available.zero()
}

// without takes one item out of a sum that it is part of.
func (s sum) without(of *sheet, at int) sum {
	it, m := &of.c.items[at], &of.marks[at]
	switch {
	case it.pair < 0 || !m.state.applicable():
	case m.state != StateAnswered:
		s.open = s.open.sub(it.good)
	default:
		s.earned, s.possible = s.earned.sub(m.earned), s.possible.sub(it.good)
		s.wow = offer{earned: s.wow.earned.sub(m.wow), available: s.wow.available.sub(it.wow)}
	}
	return s
}

// lever finds out which items a visit's level hangs on. Nearly all are far from any threshold, which floating point
// shows at once; the others are worked out exactly.
type lever struct {
	s            *sheet
	level        Level
	upper, lower float64   // the score is upper ÷ lower
	unit         []float64 // as sections: what a point brings
	cap          float64   // of the score, basis points: of the bonus and of criticals
}

func (s *sheet) lever() lever {
	l := lever{s: s, level: s.levelNow(), cap: float64(s.lowestCap(math.MaxInt32)), unit: make([]float64, len(s.sections))}
	if s.c.p.Policy.Wow == programme.WowBonus {
		l.cap = min(l.cap, float64(s.c.bonusCap()))
	}
	t := s.total()
	l.upper, l.lower = t.upper.float(), t.lower.float()
	for i := range l.unit {
		l.unit[i] = t.units[i].float()
	}
	return l
}

// turns reports whether the visit's level would be another without an item.
func (l *lever) turns(at int) bool {
	if level, sure := l.quick(at); sure {
		return level != l.level
	}
	return l.exact(at) != l.level
}

// near is how close to a threshold, in basis points, floating point is no longer trusted: far above its error, which is
// below 1e-9 of 10 000.
const near = 1e-4

// quick gives the level without an item where it is far from every threshold.
func (l *lever) quick(at int) (level Level, sure bool) {
	s := l.s
	it, m := &s.c.items[at], &s.marks[at]
	if len(it.critical) > 0 && s.firedBy(at) {
		return "", false
	}
	all := s.all.without(s, at)
	f := facts{fails: s.fails(), critical: len(s.fired) > 0, wowShare: all.wow.reaches(s.c.p.Levels.WowMinShareBP)}
	var completeness, final int
	if of := all.possible.add(all.open); !of.zero() {
		completeness = int(all.possible.roundOver(of, bpOne))
		f.completeness = &completeness
	}
	score, scored, sure := l.score(it, m)
	if !sure || scored && (atEdge(score, s.c.p.Levels.GoodMinBP) || atEdge(score, s.c.p.Levels.WowMinBP)) {
		return "", false
	}
	if scored {
		final = int(math.Floor(score + 0.5))
		f.final = &final
	}
	return s.c.level(f), true
}

// atEdge reports whether a score is too close to where it would be rounded up to a threshold.
func atEdge(score float64, threshold int) bool {
	return math.Abs(score-(float64(threshold)-0.5)) < near
}

// score gives the score without an item, in basis points, after caps. It is not sure where little is left of the sums.
func (l *lever) score(it *item, m *mark) (bp float64, scored, sure bool) {
	s := l.s
	upper, lower := l.upper, l.lower
	if it.pair >= 0 && m.state == StateAnswered {
		sec := &s.sections[it.section]
		e, o := (&sum{earned: m.earned, possible: it.good, wow: offer{m.wow, it.wow}}).brings(s.c.p.Policy.Wow)
		earned, of := s.counted(it.section)
		if sec.zeroed {
			e = num{}
		}
		switch {
		case !s.c.weighted:
			upper, lower = upper-e.float(), lower-o.float()
		case l.unit[it.section] == 0 || o.zero() && e.zero():
		case of.cmp(o) == 0: // the section's last: its weight goes with it
			u := l.unit[it.section]
			upper, lower = upper-u*earned.float(), lower-u*of.float()
		default: // the section keeps its weight, spread over fewer points
			u, left := l.unit[it.section], of.float()-o.float()
			upper += u * (of.float()*(earned.float()-e.float())/left - earned.float())
		}
	}
	if lower <= l.lower*1e-9 {
		return 0, false, lower == 0 && l.lower == 0
	}
	return min(upper/lower*bpOne, l.cap), true, true
}

// brings gives what a sum brings to a section's score, as counted does for a section that is not zeroed.
func (s *sum) brings(policy programme.WowPolicy) (earned, of num) {
	earned, of = s.earned, s.possible
	switch policy {
	case programme.WowBonus:
		earned = earned.add(s.wow.earned)
	case programme.WowExpected:
		earned, of = earned.add(s.wow.earned), of.add(s.wow.available)
	case programme.WowSeparate:
	}
	return earned, of
}

func (s *sheet) firedBy(at int) bool {
	for _, f := range s.fired {
		if f.item == at {
			return true
		}
	}
	return false
}

// exact works the level out on a sheet without the item, and puts the sheet back as it was.
func (l *lever) exact(at int) Level {
	s := l.s
	section := s.c.items[at].section
	all, sum, fired := s.all, s.sections[section].sum, s.fired
	zeroed := make([]bool, len(s.sections))
	for i := range s.sections {
		zeroed[i], s.sections[i].zeroed = s.sections[i].zeroed, false
	}
	s.all, s.sections[section].sum = all.without(s, at), sum.without(s, at)
	s.fired = nil
	for _, f := range fired {
		if f.item != at {
			s.fired = append(s.fired, f)
			if z := s.c.items[f.item].critical[f.critical].section; z >= 0 {
				s.sections[z].zeroed = true
			}
		}
	}
	level := s.levelNow()
	s.all, s.sections[section].sum, s.fired = all, sum, fired
	for i := range s.sections {
		s.sections[i].zeroed = zeroed[i]
	}
	return level
}

// levelNow is the level of the sheet as it stands.
func (s *sheet) levelNow() Level {
	var completeness, final int
	var of, score *int
	if applicable := s.all.possible.add(s.all.open); !applicable.zero() {
		completeness = int(s.all.possible.roundOver(applicable, bpOne))
		of = &completeness
	}
	if t := s.total(); t.scored {
		final = int(t.base.round(bpOne))
		final = min(final, s.lowestCap(final))
		score = &final
	}
	return s.level(of, score)
}
