package scoring

import "plainclothes/internal/programme"

const (
	bpOne   = 10_000
	nanoOne = 1_000_000_000 // fixed point of Share and Rate
)

// Score scores one visit. It never fails: answers that do not fit the checklist are gaps (missing), and a visit with
// nothing to score has no score and the level NotScorable.
func (c *Checklist) Score(in Input) Result {
	s := c.sheet(&in)
	defer c.put(s)
	return s.result()
}

func (s *sheet) result() Result {
	t := s.total()
	r := Result{
		Engine:    EngineVersion,
		Wow:       s.all.wow.points(),
		Sections:  s.sectionResults(),
		Standards: make([]StandardResult, len(s.c.p.Standards)),
		Criticals: s.criticals(),
	}
	kept := &[3]int{} // one allocation for the three numbers that may be absent
	if applicable := s.all.possible.add(s.all.open); !applicable.zero() {
		kept[0] = int(s.all.possible.roundOver(applicable, bpOne))
		r.CompletenessBP = &kept[0]
	}
	if t.scored {
		kept[1] = int(t.base.round(bpOne))
		kept[2] = min(kept[1], s.lowestCap(kept[1]))
		r.BaseBP, r.FinalBP = &kept[1], &kept[2]
	}
	r.Level = s.level(r.CompletenessBP, r.FinalBP)
	s.standardResults(&r, &t)
	return r
}

// total is the visit's score before caps of the visit, exact, as a fraction of two sums over the sections.
type total struct {
	scored       bool // false: nothing to score
	upper, lower num
	units        []num // what one point of a section brings to the sums
	scale        num   // of both sums
	base         num   // upper ÷ lower, after the cap of the bonus
}

// counted gives what a section brings to the score: Good points, and WOW points as the policy says. A zeroed section
// earns nothing, WOW points included; what it offers stays.
func (s *sheet) counted(at int) (earned, of num) {
	sec := &s.sections[at]
	earned, of = sec.earned, sec.possible
	switch s.c.p.Policy.Wow {
	case programme.WowBonus:
		earned = earned.add(sec.wow.earned)
	case programme.WowExpected:
		earned, of = earned.add(sec.wow.earned), of.add(sec.wow.available)
	case programme.WowSeparate:
	}
	return when(!sec.zeroed, earned), of
}

// total adds the sections up. Flat: Σ earned ÷ Σ possible. Weighted: Σ w·(earned ÷ possible) ÷ Σ w over the sections
// with something possible; when all of those weigh nothing there is nothing to score.
func (s *sheet) total() total {
	t := s.units()
	for i := range s.sections {
		earned, of := s.counted(i)
		t.upper = t.upper.add(t.units[i].mul(earned))
		t.lower = t.lower.add(t.units[i].mul(of))
	}
	if t.lower.zero() {
		return t
	}
	t.scored, t.base = true, s.c.capBonus(t.upper.over(t.lower))
	return t
}

// units gives what a point of each section brings. Flat: one. Weighted: weight ÷ possible points, nothing where nothing
// is possible. To stay with whole numbers, which are fast, weighted units are multiplied by the least common multiple of
// the possible points while that fits; the scale falls out of the fraction.
func (s *sheet) units() total {
	t := total{units: s.unit, scale: whole(1)}
	if !s.c.weighted {
		for i := range t.units {
			t.units[i] = t.scale
		}
		return t
	}
	t.scale = s.scale()
	for i := range t.units {
		t.units[i] = num{}
		if _, of := s.counted(i); !of.zero() {
			t.units[i] = t.scale.over(of).mul(s.c.weight(i))
		}
	}
	return t
}

func (s *sheet) scale() num {
	scale := uint64(1)
	for i := range s.sections {
		_, of := s.counted(i)
		if of.zero() || s.c.sections[i].weight == 0 {
			continue
		}
		next, ok := lcm(scale, of.n)
		if !ok || of.big != nil {
			break // any scale is right; the rest stays fractions
		}
		scale = next
	}
	return whole(scale)
}

// capBonus limits a score with bonus points. The cap is 100 % unless the programme sets it.
func (c *Checklist) capBonus(raw num) num {
	if c.p.Policy.Wow != programme.WowBonus {
		return raw
	}
	return least(raw, ratio(uint64(max(c.bonusCap(), 0)), bpOne))
}

func (c *Checklist) bonusCap() int {
	if c.p.Policy.BonusCapBP <= 0 {
		return bpOne
	}
	return c.p.Policy.BonusCapBP
}

// lowestCap gives the lowest cap of the visit among the criticals that fired, or limit when that is lower.
func (s *sheet) lowestCap(limit int) int {
	for _, f := range s.fired {
		if cr := &s.c.items[f.item].critical[f.critical]; cr.effect == programme.CapVisit {
			limit = min(limit, cr.capBP)
		}
	}
	return limit
}

func (s *sheet) criticals() []string {
	ids := make([]string, 0, len(s.fired))
	for i, f := range s.fired {
		if i == 0 || s.fired[i-1].item != f.item {
			ids = append(ids, s.c.items[f.item].q.ID)
		}
	}
	return ids
}

func (o offer) points() WowPoints {
	return WowPoints{Earned: shown(o.earned), Available: shown(o.available)}
}

func shown(n num) programme.Points { return programme.Points(n.round(1)) }

// sectionResults gives the sections that have something possible. Under the bonus policy a section's score leaves the
// bonus out: it belongs to the visit.
func (s *sheet) sectionResults() []SectionResult {
	out := make([]SectionResult, 0, len(s.sections))
	for i := range s.sections {
		sec := &s.sections[i]
		earned, of := s.counted(i)
		if s.c.p.Policy.Wow == programme.WowBonus {
			earned = when(!sec.zeroed, sec.earned)
		}
		if of.zero() {
			continue
		}
		out = append(out, SectionResult{
			Section: s.c.sections[i].id, BP: int(earned.roundOver(of, bpOne)),
			Earned: shown(when(!sec.zeroed, sec.earned)), Possible: shown(sec.possible), Wow: sec.wow.points(),
			Weight: s.c.sections[i].weight, Zeroed: sec.zeroed,
		})
	}
	return out
}
