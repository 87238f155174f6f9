package report

import (
	"plainclothes/internal/compare"
	"plainclothes/internal/studio"
)

// Moved is why the score of a branch is another one than in the window before.
type Moved struct {
	Causes *compare.Causes // nil where it cannot be told
	Why    string          // why not, a whole sentence
}

// otherChecklist says why two windows are not split.
const otherChecklist = "The checklist changed between the two windows. Their scores are made of different parts, so what moved the score cannot be split."

// movedBy holds a branch against itself: its window against the one of the same length before, both as they are now.
func (x *study) movedBy(branch string, sums studio.Sums, before studio.Window) Moved {
	if !sameChecklist(&x.counted, sums) {
		return Moved{Why: otherChecklist}
	}
	p := x.counted.Edition.List.Programme
	why := compare.WhyMoved{Branch: branch, Standards: studio.StandardsOf(p), Section: sections(x)}
	why.Before, why.After = halves(sums, before.To)
	c, declined := why.Explain()
	if declined != "" {
		return Moved{Why: declined}
	}
	return Moved{Causes: &c}
}

// sameChecklist reports whether all visits have one definition of the score and of each standard: those that are counted.
func sameChecklist(c *studio.Counted, sums studio.Sums) bool {
	for i := range sums.Cells {
		if sums.Cells[i].Series != c.Score.Series {
			return false
		}
	}
	for i := range sums.Standards {
		r := &sums.Standards[i]
		if choice, ok := c.Standards[r.Standard]; !ok || choice.Series != r.Series {
			return false
		}
	}
	return true
}

// halves are the sums of one branch up to a month, and those after it.
func halves(sums studio.Sums, last string) (before, after compare.WindowMix) {
	half := func(month string) *compare.WindowMix {
		if month <= last {
			return &before
		}
		return &after
	}
	for i := range sums.Cells {
		r := &sums.Cells[i]
		w := half(r.Month)
		w.Scores = append(w.Scores, compare.ScoreCell{Branch: r.Branch, Scores: compare.Scores{N: r.N, SumBP: r.SumBP, SumBP2: r.SumBP2}})
		w.Penalty.N += r.N
		w.Penalty.SumBP += r.SumPenalty
	}
	for i := range sums.Standards {
		r := &sums.Standards[i]
		w := half(r.Month)
		w.Mix = append(w.Mix, compare.MixCell{Branch: r.Branch, Standard: r.Standard, W: r.W, WR: r.WR})
		w.Shares = append(w.Shares, compare.ShareCell{Branch: r.Branch, Standard: r.Standard, Counts: studio.CountsOf(&r.StandardRollup)})
	}
	return before, after
}
