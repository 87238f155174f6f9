package scoring

import (
	"slices"
	"sync"

	"plainclothes/internal/programme"
)

// Checklist is a programme made ready for scoring many visits. It may be used by several goroutines at once; the
// programme must not change while it is in use.
type Checklist struct {
	p        *programme.Programme
	sections []section
	items    []item // the questions, in file order
	pairs    []pair // which standards have scored questions in which sections, in file order
	index    map[string]int
	stages   map[string][]string // per scenario, the stage of every section
	// witnesses counts, for each standard, the items that can decide it.
	witnesses []int
	weighted  bool
	sheets    sync.Pool // of *sheet
}

// section is a section's part of the checklist: items[first:end].
type section struct {
	id         string
	show       *programme.Condition
	weight     int
	first, end int
}

// item is one question with what it can give. Its standard is an index into the programme's standards, or their
// number when it is linked to none.
type item struct {
	q        *programme.Question
	section  int
	standard int
	pair     int // -1 where there is nothing to earn
	good     num // possible Good points
	wow      num // WOW points on offer
	critical []critical
}

// pair is a standard's part of a section.
type pair struct{ section, standard int }

// Compile makes a programme ready for scoring. The programme must be sound, as one that programme.Parse gave.
func Compile(p *programme.Programme) *Checklist {
	c := &Checklist{p: p, index: map[string]int{}, stages: map[string][]string{}, weighted: len(p.Policy.Weights) > 0}
	c.witnesses = make([]int, len(p.Standards)+1)
	standards := map[string]int{}
	for i := range p.Standards {
		standards[p.Standards[i].ID] = i
	}
	sections := map[string]int{}
	for i := range p.Sections {
		sections[p.Sections[i].ID] = i
	}
	for i := range p.Sections {
		c.addSection(&p.Sections[i], standards, sections)
	}
	for i := range p.Scenarios {
		c.stages[p.Scenarios[i].ID] = stagesOf(p, p.Scenarios[i].ID)
	}
	return c
}

func (c *Checklist) addSection(s *programme.Section, standards, sections map[string]int) {
	at := len(c.sections)
	first := len(c.items)
	pairs := map[int]int{}
	for i := range s.Questions {
		it := newItem(&s.Questions[i], at, sections)
		standard, ok := standards[it.q.Standard]
		if !ok {
			standard = len(c.p.Standards)
		}
		it.standard, it.pair = standard, -1
		if !it.good.zero() || !it.wow.zero() {
			it.pair = c.pairOf(pairs, at, standard)
		}
		if it.decides() {
			c.witnesses[standard]++
		}
		c.index[it.q.ID] = len(c.items)
		c.items = append(c.items, it)
	}
	c.sections = append(c.sections, section{
		id: s.ID, show: s.ShowIf, weight: weightOf(c.p, s.ID), first: first, end: len(c.items),
	})
}

func (c *Checklist) pairOf(pairs map[int]int, section, standard int) int {
	at, ok := pairs[standard]
	if !ok {
		at = len(c.pairs)
		pairs[standard] = at
		c.pairs = append(c.pairs, pair{section: section, standard: standard})
	}
	return at
}

// weightOf gives a section's weight. In a weighted programme a section that is not named weighs nothing.
func weightOf(p *programme.Programme, id string) int {
	at := slices.IndexFunc(p.Policy.Weights, func(w programme.SectionWeight) bool { return w.Section == id })
	if at < 0 {
		return 0
	}
	return max(p.Policy.Weights[at].Weight, 0)
}

func (c *Checklist) weight(section int) num { return whole(uint64(max(c.sections[section].weight, 0))) }

func stagesOf(p *programme.Programme, scenario string) []string {
	out := make([]string, len(p.Sections))
	for i := range p.Sections {
		out[i] = programme.StageOf(p, scenario, &p.Sections[i])
	}
	return out
}

// stageOf gives the stage to which a section belongs in a scenario, "" when the scenario has no stages.
func (c *Checklist) stageOf(section int, scenario string) string {
	stages, ok := c.stages[scenario]
	if !ok { // a scenario that the programme does not know
		return programme.StageOf(c.p, scenario, &c.p.Sections[section])
	}
	return stages[section]
}

func newItem(q *programme.Question, section int, sections map[string]int) item {
	it := item{q: q, section: section, good: points(q.PossibleGood()), wow: points(q.PossibleWow())}
	if q.Critical != nil {
		it.critical = append(it.critical, newCritical(q.Critical, "", sections))
	}
	for i := range q.Options {
		if o := &q.Options[i]; o.Critical != nil {
			it.critical = append(it.critical, newCritical(o.Critical, o.Code, sections))
		}
	}
	return it
}
