package studio

import (
	"cmp"
	"slices"

	"plainclothes/internal/compare"
	"plainclothes/internal/scoring"
)

// tally is what some visits came to. All of it is sums of whole numbers, so that it does not matter who counted what
// in which order.
type tally struct {
	again     *again
	done      int
	elsewhere int                   // visits whose published score has another definition
	counts    []compare.Counts      // branch × standard of the draft
	unsure    []int                 // by standard of the draft
	answered  []int                 // by question of the draft, in file order: visits that had an answer for it
	levels    map[levelStep]int     // visits that go from level to level
	branches  map[int]*BranchLevels // by place
	months    []MonthMove           // of the window
	score     scoreSum              // of visits counted today
	together  Together              // Moved and Verdicts come at the end
	causes    []causeSum            // by suspect
}

type levelStep struct{ from, to scoring.Level }

// scoreSum adds up scores of visits that have one on both sides.
type scoreSum struct{ visits, unscored, gained, was, is int64 }

// causeSum is what one suspect does by itself.
type causeSum struct {
	moved    int64
	unscored int
	levels   map[levelStep]int
	counts   map[int]compare.Counts // branch × standard of the published version: what it adds
}

// compared is one visit on both sides.
type compared struct {
	v       *PastVisit
	branch  int
	speaks  *speaks
	is, was *scoring.Verdict
	blamed  bool // a suspect alone explains the new level
}

func newTally(a *again) *tally {
	t := &tally{
		again: a, counts: make([]compare.Counts, len(a.branches)*len(a.list.Programme.Standards)),
		unsure: make([]int, len(a.list.Programme.Standards)), answered: make([]int, len(witnesses(a.list.Programme, everyQuestion))), levels: map[levelStep]int{},
		branches: map[int]*BranchLevels{}, months: make([]MonthMove, len(a.months)), causes: make([]causeSum, len(a.suspects)),
	}
	for m, i := range a.months {
		t.months[i].Month = m
		t.months[i].Standards = make([]ShareMove, len(a.list.Programme.Standards))
		for k := range a.list.Programme.Standards {
			t.months[i].Standards[k].Standard = a.list.Programme.Standards[k].ID
		}
	}
	for i := range t.causes {
		t.causes[i] = causeSum{levels: map[levelStep]int{}, counts: map[int]compare.Counts{}}
	}
	return t
}

// count takes what the draft says of a visit.
func (t *tally) count(c *compared) {
	t.done++
	t.trend(c)
	for k := range c.is.Standards {
		if !c.speaks.standards[k] {
			continue
		}
		said := contribution(c.is, k)
		if said == (compare.Counts{}) || said.Unknown > 0 {
			t.unsure[k]++
		}
		add(&t.counts[c.branch*len(t.unsure)+k], said)
	}
	if c.speaks.score {
		t.scores(c)
	} else {
		t.elsewhere++
	}
}

// contribution is what a visit says of one standard, as publication counts it: a visit that cannot be scored says nothing.
func contribution(v *scoring.Verdict, k int) compare.Counts {
	if !v.Scorable() || k < 0 {
		return compare.Counts{}
	}
	s := v.Standards[k]
	var c compare.Counts
	switch s.Outcome {
	case scoring.OutcomeNA:
		return compare.Counts{NA: 1}
	case scoring.OutcomeUnknown:
		return compare.Counts{Unknown: 1}
	case scoring.OutcomeGood, scoring.OutcomeWow:
		c.X = 1
	case scoring.OutcomePartial:
		c.Partial = 1
	case scoring.OutcomeBelow:
	}
	c.N = 1
	if s.WowOffered {
		c.NWow = 1
		if s.Outcome == scoring.OutcomeWow {
			c.XWow = 1
		}
	}
	return c
}

// minus takes counts from counts.
func minus(c, d compare.Counts) compare.Counts {
	return compare.Counts{
		N: c.N - d.N, X: c.X - d.X, NWow: c.NWow - d.NWow, XWow: c.XWow - d.XWow,
		Partial: c.Partial - d.Partial, NA: c.NA - d.NA, Unknown: c.Unknown - d.Unknown,
	}
}

// trend puts the visit into its month, whatever its score was defined by: the restated line is of one kind throughout.
func (t *tally) trend(c *compared) {
	i, ok := t.again.months[c.v.Month]
	if !ok {
		return
	}
	m := &t.months[i]
	if c.v.counts() {
		m.Was.N++
		m.Was.Sum += int64(*c.v.Score)
	}
	if c.is.Scorable() {
		m.Is.N++
		m.Is.Sum += int64(c.is.BaseBP)
	}
	for k := range m.Standards {
		if !c.speaks.standards[k] {
			continue
		}
		s, said := &m.Standards[k], contribution(c.is, k)
		s.IsN, s.IsX, s.Unsure = s.IsN+said.N, s.IsX+said.X, s.Unsure+said.Unknown
	}
	for k, now := range t.again.inDraft {
		if now >= 0 && c.speaks.published[k] {
			s, said := &m.Standards[now], contribution(c.was, k)
			s.WasN, s.WasX = s.WasN+said.N, s.WasX+said.X
		}
	}
}

// counts reports whether the visit has a score that is averaged.
func (v *PastVisit) counts() bool { return v.Score != nil && v.Level != scoring.NotScorable }

// scores compares a visit's published score and level with the draft's.
func (t *tally) scores(c *compared) {
	if c.v.Level != c.is.Level {
		t.levels[levelStep{c.v.Level, c.is.Level}]++
		t.branch(c)
	}
	switch had, has := c.v.counts(), c.is.Scorable(); {
	case had && has:
		t.score.visits++
		t.score.was += int64(*c.v.Score)
		t.score.is += int64(c.is.BaseBP)
	case had:
		t.score.unscored++
	case has:
		t.score.gained++
	}
}

// branch notes where a visit changes level.
func (t *tally) branch(c *compared) {
	b := t.branches[c.branch]
	if b == nil {
		b = &BranchLevels{Branch: t.again.branches[c.branch].ID, Name: t.again.branches[c.branch].Name}
		t.branches[c.branch] = b
	}
	switch from, to := rank(c.v.Level), rank(c.is.Level); {
	case from == 0 || to == 0:
		b.Other++
	case to > from:
		b.Better++
	default:
		b.Worse++
	}
}

// rank orders levels; 0 has no place among them.
func rank(l scoring.Level) int {
	return slices.Index([]scoring.Level{scoring.NotScorable, scoring.Failed, scoring.Below, scoring.Good, scoring.WOW}, l)
}

// suspect takes what a visit comes to with one suspect alone. places turns a standard of the published version into
// one of the verdict, nil where they are the same.
func (t *tally) suspect(i int, c *compared, v *scoring.Verdict, places []int) {
	s, alike := &t.causes[i], v.Scorable() == c.was.Scorable()
	for k := range c.was.Standards {
		if !c.speaks.published[k] {
			continue
		}
		at := k
		if places != nil {
			at = places[k]
		}
		if alike && at >= 0 && v.Standards[at] == c.was.Standards[k] {
			continue // as nearly always
		}
		if d := minus(contribution(v, at), contribution(c.was, k)); d != (compare.Counts{}) {
			key := c.branch*len(c.was.Standards) + k
			sum := s.counts[key]
			add(&sum, d)
			s.counts[key] = sum
		}
	}
	if !c.speaks.score {
		return
	}
	if c.v.counts() && c.is.Scorable() && c.was.Scorable() && v.Scorable() {
		s.moved += int64(v.BaseBP - c.was.BaseBP)
	}
	if c.v.counts() && c.was.Scorable() && !v.Scorable() {
		s.unscored++
	}
	if c.v.Level != c.is.Level && c.was.Level != c.is.Level && v.Level == c.is.Level {
		s.levels[levelStep{c.v.Level, c.is.Level}]++
		c.blamed = true
	}
}

// settle notes a new level that no suspect alone explains.
func (t *tally) settle(c *compared) {
	if c.speaks.score && c.v.Level != c.is.Level && !c.blamed {
		t.together.Releveled++
	}
}

// add takes over what another has counted.
func (t *tally) add(o *tally) {
	t.done, t.elsewhere = t.done+o.done, t.elsewhere+o.elsewhere
	for i := range o.counts {
		add(&t.counts[i], o.counts[i])
	}
	for i := range o.unsure {
		t.unsure[i] += o.unsure[i]
	}
	for i := range o.answered {
		t.answered[i] += o.answered[i]
	}
	addAll(t.levels, o.levels)
	for at, b := range o.branches {
		if t.branches[at] == nil {
			t.branches[at] = &BranchLevels{Branch: b.Branch, Name: b.Name}
		}
		x := t.branches[at]
		x.Better, x.Worse, x.Other = x.Better+b.Better, x.Worse+b.Worse, x.Other+b.Other
	}
	for i := range o.months {
		t.months[i].add(&o.months[i])
	}
	t.score.add(o.score)
	t.together.Releveled += o.together.Releveled
	for i := range o.causes {
		t.causes[i].add(&o.causes[i])
	}
}

func addAll[K comparable](to, from map[K]int) {
	for k, n := range from {
		to[k] += n
	}
}

func (m *MonthMove) add(o *MonthMove) {
	m.Was = Mean{m.Was.N + o.Was.N, m.Was.Sum + o.Was.Sum}
	m.Is = Mean{m.Is.N + o.Is.N, m.Is.Sum + o.Is.Sum}
	for k := range o.Standards {
		s, x := &m.Standards[k], &o.Standards[k]
		s.WasN, s.WasX = s.WasN+x.WasN, s.WasX+x.WasX
		s.IsN, s.IsX, s.Unsure = s.IsN+x.IsN, s.IsX+x.IsX, s.Unsure+x.Unsure
	}
}

func (s *scoreSum) add(o scoreSum) {
	s.visits, s.unscored, s.gained = s.visits+o.visits, s.unscored+o.unscored, s.gained+o.gained
	s.was, s.is = s.was+o.was, s.is+o.is
}

// move gives the two means, rounded half up.
func (s scoreSum) move() ScoreMove {
	m := ScoreMove{Visits: int(s.visits), Unscored: int(s.unscored), Gained: int(s.gained), Moved: s.is - s.was}
	m.WasBP, _ = Mean{m.Visits, s.was}.Value()
	m.IsBP, _ = Mean{m.Visits, s.is}.Value()
	return m
}

func (s *causeSum) add(o *causeSum) {
	s.moved, s.unscored = s.moved+o.moved, s.unscored+o.unscored
	addAll(s.levels, o.levels)
	for k, c := range o.counts {
		sum := s.counts[k]
		add(&sum, c)
		s.counts[k] = sum
	}
}

// cells gives the draft's counts in a fixed order; what nobody spoke of is left out.
func (a *again) cells() []compare.ShareCell {
	var all []compare.ShareCell
	standards := a.list.Programme.Standards
	for at, c := range a.sum.counts {
		if c != (compare.Counts{}) {
			all = append(all, compare.ShareCell{Branch: a.branches[at/len(standards)].ID, Standard: standards[at%len(standards)].ID, Counts: c})
		}
	}
	return all
}

// levelMoves gives changes of level, the most frequent first, and their sum.
func levelMoves(levels map[levelStep]int) (all []LevelMove, sum int) {
	for k, n := range levels {
		all = append(all, LevelMove{From: k.from, To: k.to, Visits: n})
		sum += n
	}
	slices.SortFunc(all, func(x, y LevelMove) int {
		return cmp.Or(cmp.Compare(y.Visits, x.Visits), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	return all, sum
}
