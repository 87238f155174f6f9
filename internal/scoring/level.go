package scoring

import "plainclothes/internal/programme"

// facts are what a visit's level follows from.
type facts struct {
	completeness, final *int // basis points; nil: nothing applied, nothing to score
	fails               bool // a critical with FailVisit fired
	critical            bool // any critical fired, a flag too
	wowShare            bool // enough of the WOW points on offer were earned
}

// level gives the first that holds of Not scorable, Failed, WOW, Good and Below. A visit with nothing to score is not
// scorable. A visit that offered no WOW points cannot be WOW: nothing out of nothing is no share.
func (c *Checklist) level(f facts) Level {
	l := &c.p.Levels
	switch {
	case f.final == nil || f.completeness != nil && *f.completeness < c.p.Policy.MinCompleteness:
		return NotScorable
	case f.fails:
		return Failed
	case *f.final >= l.WowMinBP && f.wowShare && !f.critical:
		return WOW
	case *f.final >= l.GoodMinBP:
		return Good
	}
	return Below
}

func (s *sheet) level(completeness, final *int) Level {
	return s.c.level(facts{
		completeness: completeness, final: final,
		fails:    s.fails(),
		critical: len(s.fired) > 0,
		wowShare: s.all.wow.reaches(s.c.p.Levels.WowMinShareBP),
	})
}

func (s *sheet) fails() bool {
	for _, f := range s.fired {
		if s.c.items[f.item].critical[f.critical].effect == programme.FailVisit {
			return true
		}
	}
	return false
}

// reaches reports whether the share of the WOW points on offer is at least shareBP, compared exactly.
func (o offer) reaches(shareBP int) bool {
	return !o.available.zero() && atLeast(o.earned, o.available, shareBP)
}

// atLeast reports whether part ÷ of ≥ bp basis points, exactly.
func atLeast(part, of num, bp int) bool {
	return part.mul(whole(bpOne)).cmp(of.mul(whole(uint64(max(bp, 0))))) >= 0
}
