package programme

import (
	"math"
	"strings"
)

// standards should be witnessed, reachable and, where they promise a WOW, able to show it.
func (l *linter) standards() {
	for i := range l.p.Standards {
		s := &l.p.Standards[i]
		path := "standards." + s.ID
		good, wow := l.witnesses(s.ID)
		switch {
		case len(good) == 0 && len(wow) == 0:
			l.warn(path, "No question with points witnesses the standard %s, so nothing will ever be known about it. Link a question to it.", s.ID)
			continue
		case s.HasWow() && len(wow) == 0:
			l.warn(path, "The standard %s has a WOW level, but no question offers WOW points for it. Add a wow or level question, or leave the WOW out.", s.ID)
		case s.HasWow():
			l.missingWow(s, path, good, wow)
		}
		if s.WowTargetBP > s.GoodTargetBP {
			l.warn(path+".wow_target", "More visits should be WOW than Good, but every WOW is Good too. Lower the wow_target, or raise the good_target.")
		}
		l.target(s, path, good)
	}
}

// witnesses gives the scenarios that may see Good and WOW points for a standard.
func (l *linter) witnesses(standard string) (good, wow map[string]bool) {
	good, wow = map[string]bool{}, map[string]bool{}
	l.each(func(sec *Section, q *Question) {
		if q.Standard != standard || !q.Scored() {
			return
		}
		for i := range l.p.Scenarios {
			if id := l.p.Scenarios[i].ID; sees(sec, q, id) {
				good[id] = good[id] || q.PossibleGood() > 0
				wow[id] = wow[id] || q.PossibleWow() > 0
			}
		}
	})
	dropFalse(good)
	dropFalse(wow)
	return good, wow
}

// dropFalse leaves only what is true.
func dropFalse(m map[string]bool) {
	for k, v := range m {
		if !v {
			delete(m, k)
		}
	}
}

// missingWow tells in which scenarios a standard can be Good but not WOW.
func (l *linter) missingWow(s *Standard, path string, good, wow map[string]bool) {
	var without []string
	for i := range l.p.Scenarios {
		if id := l.p.Scenarios[i].ID; good[id] && !wow[id] {
			without = append(without, id)
		}
	}
	if len(without) > 0 {
		l.warn(path, "The WOW of %s cannot be earned in %s: no question there offers WOW points for it.", s.ID, strings.Join(without, ", "))
	}
}

// visitsPerYear gives how many visits a branch has in twelve months.
func (v *VisitPlan) visitsPerYear() int {
	waves := 12
	switch v.Wave {
	case WaveMonthly:
	case WaveBiMonthly:
		waves = 6
	case WaveQuarterly:
		waves = 4
	}
	return v.VisitsPerBranch * waves
}

// target looks whether a year of visits could show that a branch meets the standard. A zero-tolerance standard is not
// shown by counting.
func (l *linter) target(s *Standard, path string, good map[string]bool) {
	if s.Criticality == ZeroTolerance || len(good) == 0 {
		return
	}
	share := 0
	for i := range l.p.Scenarios {
		if good[l.p.Scenarios[i].ID] {
			share += l.p.Scenarios[i].Share
		}
	}
	planned := l.p.Visit.visitsPerYear() * share / 100
	fewest, ok := FewestCleanVisits(s.GoodTargetBP)
	switch {
	case !ok:
		l.warn(path+".good_target", "A target of %s can never be shown by visits: one more could always fail. Set it a little lower, or make the standard zero_tolerance.", percentText(s.GoodTargetBP))
	case fewest > planned:
		l.warn(path+".good_target", "A target of %s takes %d clean visits in a row to be 90 %% sure of, and a branch has about %d a year that witness %s. Plan more visits, or lower the target.",
			percentText(s.GoodTargetBP), fewest, planned, s.ID)
	}
}

// maxCleanVisits is where counting ends: no branch is visited more often.
const maxCleanVisits = 100_000

// FewestCleanVisits gives the fewest visits, all of which meet a standard, after which it is at least 90 % sure that the
// true share is at or above a target (basis points): the least n with P(p ≥ T) ≥ 0.9 for p ~ Beta(n+½, ½), the
// posterior under Jeffreys' prior. False when no number of visits is enough, as for a target of 100 %.
//
// With p = cos²θ that probability is ∫cos²ⁿ from 0 to arccos √T, as a part of the same up to π/2; integration by parts
// takes it from n−1 to n.
func FewestCleanVisits(targetBP int) (int, bool) {
	if targetBP <= 0 {
		return 0, true
	}
	if targetBP >= whole {
		return 0, false
	}
	const sure = 0.9
	c := math.Sqrt(float64(targetBP) / whole)
	theta := math.Acos(c)
	probability := theta / (math.Pi / 2)
	power, quarter := math.Sin(theta)/c, math.Pi/2 // sin θ · cos²ⁿ⁻¹ θ, and ∫cos²ⁿ from 0 to π/2
	for n := 0; n < maxCleanVisits; n++ {
		if probability >= sure {
			return n, true
		}
		k := float64(2 * (n + 1))
		power *= c * c
		quarter *= (k - 1) / k
		probability += power / (k * quarter)
	}
	return 0, false
}
