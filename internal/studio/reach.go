package studio

import (
	"fmt"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/programme"
)

// Reach says what it takes to show each target of a standard: how many visits in a row a perfect branch needs, by its
// own visits alone and by the same rule that gives the status, and how long they take at the planned pace.
func Reach(p *programme.Programme, s *programme.Standard) []string {
	if criticality(s) == programme.ZeroTolerance {
		return []string{"Zero tolerance: one failure is a breach, and no number of clean visits proves that there will be none."}
	}
	var all []string
	if s.GoodTargetBP > 0 {
		all = append(all, reach(p, s.GoodTargetBP, compare.Criticality(criticality(s)), ""))
	}
	if s.WowTargetBP > 0 {
		all = append(all, reach(p, s.WowTargetBP, compare.Normal, " at WOW"))
	}
	return all
}

func reach(p *programme.Programme, targetBP int, c compare.Criticality, what string) string {
	n, ok := compare.CleanVisits(targetBP, c)
	switch {
	case targetBP >= 10_000:
		return fmt.Sprintf("No number of visits can show %s%s: even a perfect branch may miss the next one. Ask for a little less.", percent(targetBP), what)
	case !ok:
		return fmt.Sprintf("A perfect branch needs more than 4,096 clean visits to show %s%s.", percent(targetBP), what)
	}
	text := fmt.Sprintf("A perfect branch needs %s to show %s%s", catalogue.Count(n, "clean visit", "clean visits"), percent(targetBP), what)
	months := map[programme.Wave]int{programme.WaveMonthly: 1, programme.WaveBiMonthly: 2, programme.WaveQuarterly: 3}[p.Visit.Wave]
	if v := p.Visit.VisitsPerBranch; v > 0 && months > 0 {
		text += ": " + catalogue.Count((n+v-1)/v*months, "month", "months") + " at the planned visits"
	}
	return text + "."
}
