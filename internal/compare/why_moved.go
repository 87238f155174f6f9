package compare

import (
	"fmt"
	"math"
	"slices"

	"plainclothes/internal/stats"
)

// WindowMix is one branch in one window: its scored visits, what was asked of each standard and earned, in how many visits each
// standard was met, and what caps and zeros did. Rows of other branches are not looked at.
type WindowMix struct {
	Scores  []ScoreCell
	Mix     []MixCell
	Shares  []ShareCell
	Penalty Penalty
}

// WhyMoved asks what moved the score of one branch between two windows. Both are of the same checklist series, which is for the
// caller to see to: parts of different wholes cannot be compared.
type WhyMoved struct {
	Branch        string
	Before, After WindowMix
	Standards     []Standard
	Section       map[string]string // by standard
}

// movedFalse is the part of the causes named of one branch that may be luck by the rule used: a branch has many standards, and of twenty
// that did not change several always look as if. Chances from few visits are rough, so that in truth it is up to twice that.
const movedFalse = 0.10

// Explain splits what the score moved, exactly. A cause is named only where it is probable (0.8) that the standard is met more, or
// less, often than before, by the branch's own visits, and still where it is counted how many standards were looked at (Benjamini and
// Hochberg at 0.1). It is false, with the reason as a whole sentence, where a window has too few visits.
func (w WhyMoved) Explain() (c Causes, declined string) {
	for _, x := range []struct {
		n    int64
		when string
	}{{visitsOf(w.Branch, w.Before.Scores), "the window before"}, {visitsOf(w.Branch, w.After.Scores), "these months"}} {
		if x.n < minVisits {
			return Causes{}, fmt.Sprintf("%s with a score in %s: why the score moved can be told from %d visits on in both windows.",
				capital(countOrNo(int(x.n))), x.when, minVisits)
		}
	}
	gaps := GapsBetween(w.Branch, w.Before.Scores, w.After.Scores, w.Before.Mix, w.After.Mix, w.Standards)
	c = causes(w.Branch, gaps, w.Standards, w.beliefs(), w.After.Penalty.points()-w.Before.Penalty.points(), w.Section)
	c.say(besideBefore())
	return c, ""
}

func visitsOf(branch string, scores []ScoreCell) (n int64) {
	for _, s := range scores {
		if s.Branch == branch {
			n += s.N
		}
	}
	return n
}

// beliefs hold each standard against itself. Both windows count by their own visits alone: drawn towards the peers, the window with fewer
// visits would lie nearer to them, and that alone would look like a change.
func (w WhyMoved) beliefs() map[string]peerBelief {
	was, is := sharesOf(w.Branch, w.Before.Shares), sharesOf(w.Branch, w.After.Shares)
	all := map[string]peerBelief{}
	var ids []string
	var chance []float64
	for _, s := range w.Standards {
		if a, b := was[s.ID], is[s.ID]; a.N > 0 && b.N > 0 {
			belief := sinceThen(a, b)
			all[s.ID] = belief
			ids, chance = append(ids, s.ID), append(chance, 2*math.Min(belief.behind, 1-belief.behind))
		}
	}
	adjusted, ok := stats.FalseDiscovery(chance)
	for i, id := range ids {
		b := all[id]
		luck := 1.0
		if ok {
			luck = math.Min(1, adjusted[i])
		}
		b.enough = b.enough && luck <= movedFalse
		b.mean = b.peers + b.rate*(1-luck)
		all[id] = b
	}
	return all
}

func sharesOf(branch string, cells []ShareCell) map[string]Counts {
	all := map[string]Counts{}
	for _, c := range cells {
		if c.Branch == branch {
			all[c.Standard] = all[c.Standard].Plus(c.Counts)
		}
	}
	return all
}

// sinceThen is what two windows of a standard say by themselves.
func sinceThen(was, is Counts) peerBelief {
	b := peerBelief{known: true, enough: was.N >= minVisits && is.N >= minVisits, peers: float64(was.X) / float64(was.N)}
	b.rate = float64(is.X)/float64(is.N) - b.peers
	b.behind = below(stats.Own(is.N, is.X), stats.Own(was.N, was.X))
	if was.N == is.N && was.X == is.X {
		b.behind = 0.5 // whatever the last digits of an integral say
	}
	return b
}

// Moves tells whether any part of at least a tenth of a point moved the score.
func (c *Causes) Moves() bool {
	return tenths(math.Abs(c.Mix)) != "0" || tenths(math.Abs(c.Penalty)) != "0" ||
		slices.ContainsFunc(c.Standards, func(s Cause) bool { return tenths(math.Abs(s.Performance)) != "0" })
}
