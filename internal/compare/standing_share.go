package compare

import (
	"math"

	"plainclothes/internal/stats"
)

// FrozenShare is what was found out about one branch and standard at level C, from N visits of which X met it; N is 0 where
// nothing was.
type FrozenShare struct {
	N, X                             int
	Mean, SD, DoubtedMean, DoubtedSD float64
	PBelow, PDoubted, PeersSD        float64
}

// keep puts what was found out about standards beside the branches.
func (c *FrozenCrossed) keep(t table, all []fairShares) {
	if all == nil {
		return
	}
	for i, b := range t.branches {
		kept := c.Branches[b.ID]
		for k := range t.standards {
			kept.Good = append(kept.Good, frozenShare(all[k].good, i))
			kept.Wow = append(kept.Wow, frozenShare(all[k].wow, i))
		}
		c.Branches[b.ID] = kept
	}
}

func frozenShare(all []fairShare, i int) FrozenShare {
	if all == nil || !all[i].known || all[i].n == 0 {
		return FrozenShare{}
	}
	x := &all[i]
	return FrozenShare{
		N: x.n, X: x.x, Mean: x.mean, SD: x.sd, DoubtedMean: x.sceptic[0], DoubtedSD: x.sceptic[1],
		PBelow: x.pBelow, PDoubted: x.pDoubted, PeersSD: x.peersSD,
	}
}

// fairShares are one standard's by branch, as the visits are now; nil where standards were not adjusted.
func (f *Frozen) fairShares(k int, all []Fresh, target float64, brief, wow bool) []fairShare {
	if f.Crossed == nil {
		return nil
	}
	var out []fairShare
	for i := range all {
		b := f.Crossed.Branches[all[i].Branch.ID]
		kept, c := b.Good, share{all[i].Counts[k].N, all[i].Counts[k].X}
		if wow {
			kept, c = b.Wow, share{all[i].Counts[k].NWow, all[i].Counts[k].XWow}
		}
		if k >= len(kept) {
			continue
		}
		if out == nil {
			out = make([]fairShare, len(all))
		}
		out[i] = kept[k].at(c, target, brief)
	}
	return out
}

// at is what is believed with the visits as they are now: those that came since are added to the belief as it was, which
// knows the shoppers and scenarios of all before. Where visits are gone again, nothing is known until the next fit.
func (f FrozenShare) at(c share, target float64, brief bool) fairShare {
	n, x := c.n-f.N, c.x-f.X
	belief, ok := stats.Believed(f.Mean, f.SD)
	if f.N == 0 || n < 0 || x < 0 || x > n || !ok {
		return fairShare{}
	}
	out := fairShare{share: c, known: true, mean: f.Mean, pBelow: f.PBelow, pDoubted: f.PDoubted, peersSD: f.PeersSD}
	after := belief.Seen(n, x)
	if n > 0 {
		out.mean, out.pBelow = after.Mean(), movedOdds(f.PBelow, belief, after, target)
		out.pDoubted = out.pBelow
		if doubted, ok := stats.Believed(f.DoubtedMean, f.DoubtedSD); ok {
			out.pDoubted = movedOdds(f.PDoubted, doubted, doubted.Seen(n, x), target)
		}
	}
	if !brief {
		out.rng, _ = after.Interval(rangeLevel)
	}
	return out
}

// movedOdds is a probability of the fit after visits that took a belief of nearly its shape from before to after.
func movedOdds(p float64, before, after stats.Mixture, target float64) float64 {
	was, is := before.Below(target), after.Below(target)
	odds := p / (1 - p) * (is / (1 - is)) / (was / (1 - was))
	switch {
	case math.IsNaN(odds): // both certain
		return is
	case math.IsInf(odds, 1):
		return 1
	}
	return odds / (1 + odds)
}
