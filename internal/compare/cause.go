package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"plainclothes/internal/stats"
)

// Penalty is what caps, zeros and bonuses did to the scores of a branch: the sum of final minus base score over N visits, in
// basis points.
type Penalty struct{ N, SumBP int64 }

// points is the mean effect of penalties on a visit.
func (p Penalty) points() float64 {
	if p.N <= 0 {
		return 0
	}
	return float64(p.SumBP) / float64(p.N) / 100
}

// CauseInput is what it takes to say why one branch is behind or ahead: its gaps (from [Gaps]), the counts of the same
// branches that the gaps were made from, and the penalties of the branch and of its peers. Section names the section of a
// standard by its id; standards without one stand in no section.
type CauseInput struct {
	Branch    string
	Gaps      []Gap
	Compared  Input // its branches, standards and share cells say how sure each cause is
	Own, Rest Penalty
	Section   map[string]string
}

// Causes splits the gap between one branch and its peers. Total = Performance + Mix + Penalty, exactly, in points; below
// zero is behind.
type Causes struct {
	Branch                           string
	Total, Performance, Mix, Penalty float64
	Standards                        []Cause  // the most telling first
	Sections                         []Cause  // sums of their standards, by size
	Sentence                         string   // Head and From as a paragraph
	Head                             string   // "4.2 points behind similar branches."
	From                             []string // what it comes from, in words, the largest first: "2.1 come from “Greeting” (quite sure)"
}

// Cause is one standard's, or one section's, part of a gap. Behind is the chance that the branch truly does worse than its peers
// here; Believed is Performance with luck taken out, as far as the visits allow. Named tells whether it may be called a cause.
type Cause struct {
	ID, Title        string
	Performance, Mix float64
	Known            bool // whether anything is known of the chance; never for sections
	Behind           float64
	Believed         float64
	Named            bool
}

// causeSure is the chance from which a cause is named.
const causeSure = 0.8

// Explain says why. A cause is named only where it is probable (0.8) that the branch truly differs from its peers in it, in the
// direction of its part; the parts themselves always add up.
func Explain(in CauseInput) Causes {
	beliefs := peerBeliefs(in.Compared, in.Branch)
	return causes(in.Branch, in.Gaps, in.Compared.Standards, beliefs, in.Own.points()-in.Rest.points(), in.Section)
}

// causes puts the gaps of a branch together with what is believed of it.
func causes(branch string, gaps []Gap, standards []Standard, beliefs map[string]peerBelief, penalty float64, section map[string]string) Causes {
	c := Causes{Branch: branch, Penalty: penalty}
	titles := map[string]string{}
	for _, s := range standards {
		titles[s.ID] = s.Title
	}
	for _, g := range gaps {
		if g.Branch != branch {
			continue
		}
		c.Performance += g.Performance
		c.Mix += g.Mix
		cause := Cause{ID: g.Standard, Title: cmp.Or(titles[g.Standard], g.Standard), Performance: g.Performance, Mix: g.Mix}
		cause.believe(g, beliefs[g.Standard])
		c.Standards = append(c.Standards, cause)
	}
	c.Total = c.Performance + c.Mix + c.Penalty
	c.Sections = sections(c.Standards, section)
	slices.SortStableFunc(c.Standards, telling)
	c.say(besidePeers())
	return c
}

// peerBelief is what is believed of a branch against its peers in one standard.
type peerBelief struct {
	known        bool
	enough       bool    // judged with its peers, from enough visits
	mean, peers  float64 // expected shares
	behind, rate float64 // chance to be behind; the difference as seen
}

// believe scales the seen part by how much of the difference is believed: weight times (believed share minus peers'). A cause is
// named only where the peers teach how far branches differ, and the branch has as many visits as any judgement needs: from one visit
// every miss would look certain.
func (c *Cause) believe(g Gap, b peerBelief) {
	if !b.known {
		return
	}
	c.Known, c.Behind = true, b.behind
	if b.rate != 0 {
		c.Believed = g.Performance * math.Max(0, (b.mean-b.peers)/b.rate)
	}
	c.Named = b.enough && (c.Performance < 0 && b.behind >= causeSure || c.Performance > 0 && 1-b.behind >= causeSure)
}

// peerBeliefs judges each standard of one branch against all others: pooled where the peers allow it.
func peerBeliefs(in Input, branch string) map[string]peerBelief {
	t := newTable(in)
	out := map[string]peerBelief{}
	for k, s := range t.standards {
		own, rest, ok := Counts{}, Counts{}, false
		for i, b := range t.branches {
			c := t.counts[k][i]
			if b.ID == branch {
				own, ok = c, true
			} else {
				rest = rest.Plus(c)
			}
		}
		if ok && own.N > 0 && rest.N > 0 {
			out[s.ID] = against(own, rest, gapPool(gapPairs(t.counts[k]), in.Level))
		}
	}
	return out
}

// gapPairs are the counts of one standard as pools take them.
func gapPairs(counts []Counts) []stats.Pair {
	pairs := make([]stats.Pair, len(counts))
	for i, c := range counts {
		pairs[i] = stats.Pair{N: c.N, X: c.X, Branches: 1}
	}
	return pairs
}

// gapPool pools where the level wanted is above A and the branches allow it.
func gapPool(pairs []stats.Pair, level Level) (p pooledPeers) {
	if level != LevelA {
		p.pool, p.ok = stats.FitPool(pairs)
	}
	return p
}

func against(own, rest Counts, peers pooledPeers) peerBelief {
	belief := stats.Own(own.N, own.X)
	if peers.ok {
		belief = peers.pool.Posterior(own.N, own.X)
	}
	b := peerBelief{known: true, enough: peers.ok && own.N >= minVisits, mean: belief.Mean(), peers: float64(rest.X) / float64(rest.N)}
	b.rate = float64(own.X)/float64(own.N) - b.peers
	b.behind = below(belief, stats.Own(rest.N, rest.X))
	return b
}

// below is the chance that one share is below another, over nineteen equally likely values of the second.
func below(a, b stats.Mixture) float64 {
	const values = 19
	sum := 0.0
	for i := range values {
		sum += a.Below(b.Quantile((float64(i) + 0.5) / values))
	}
	return sum / values
}

// telling orders causes by what is believed of them, the largest first, whatever their direction.
func telling(a, b Cause) int {
	return cmp.Or(cmp.Compare(math.Abs(b.Believed), math.Abs(a.Believed)), cmp.Compare(math.Abs(b.Performance), math.Abs(a.Performance)), strings.Compare(a.ID, b.ID))
}

func sections(standards []Cause, of map[string]string) []Cause {
	at := map[string]int{}
	var out []Cause
	for _, s := range standards {
		name, ok := of[s.ID]
		if !ok {
			continue
		}
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, Cause{ID: name, Title: name})
		}
		out[i].Performance += s.Performance
		out[i].Mix += s.Mix
		out[i].Believed += s.Believed
	}
	slices.SortStableFunc(out, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Performance), math.Abs(a.Performance)), strings.Compare(a.ID, b.ID))
	})
	return out
}

// beside is what a branch is held against, in words.
type beside struct{ level, behind, ahead string }

func besidePeers() beside {
	return beside{"Level with similar branches.", "behind similar branches", "ahead of similar branches"}
}

func besideBefore() beside {
	return beside{"Level with the window before.", "lower than in the window before", "higher than in the window before"}
}

// say names at most three parts that go the way of the whole.
func (c *Causes) say(w beside) {
	c.Head, c.From = c.said(w)
	c.Sentence = c.Head
	if len(c.From) > 0 {
		c.Sentence += " " + strings.Join(c.From, ", ") + "."
	}
}

func (c *Causes) said(w beside) (head string, from []string) {
	if tenths(math.Abs(c.Total)) == "0" {
		return w.level, nil
	}
	sign := 1.0
	where := w.ahead
	if c.Total < 0 {
		sign, where = -1, w.behind
	}
	unit := "points"
	if tenths(math.Abs(c.Total)) == "1" {
		unit = "point"
	}
	text := fmt.Sprintf("%s %s %s.", tenths(math.Abs(c.Total)), unit, where)
	parts := c.parts(sign)
	if len(parts) == 0 {
		return text, nil
	}
	verb := "come"
	if strings.HasPrefix(parts[0], "1 ") {
		verb = "comes"
	}
	parts[0] = strings.Replace(parts[0], " from", " "+verb+" from", 1)
	return text, parts
}

// parts are what goes the way of sign, in words.
func (c *Causes) parts(sign float64) []string {
	const most = 3
	var parts []string
	for _, s := range c.Standards {
		if part := sign * s.Performance; shows(part) && len(parts) < most {
			parts = append(parts, fmt.Sprintf("%s from “%s” (%s)", tenths(part), s.Title, s.HowSure()))
		}
	}
	if mix := sign * c.Mix; shows(mix) {
		parts = append(parts, tenths(mix)+" because of what was asked in its visits")
	}
	if penalty := sign * c.Penalty; shows(penalty) {
		parts = append(parts, tenths(penalty)+" from caps and zeros")
	}
	return parts
}

// shows tells whether a part is at least a tenth of a point, rounded.
func shows(part float64) bool { return part > 0 && tenths(part) != "0" }

// HowSure says in words how far to trust one cause. It says nothing of a part of less than a tenth of a point: what counts for nothing was
// neither luck nor anything else.
func (c *Cause) HowSure() string {
	sure := math.Max(c.Behind, 1-c.Behind)
	switch {
	case !shows(math.Abs(c.Performance)):
		return ""
	case !c.Named:
		return "could be luck"
	case sure >= 0.95:
		return "almost certain"
	}
	return "quite sure"
}

// GapsBetween splits what one branch's score moved from one window to the next, by the same formula: the branch then stands for
// the peers. It is nil for a branch without visits in one of them.
func GapsBetween(branch string, before, after []ScoreCell, cellsBefore, cellsAfter []MixCell, standards []Standard) []Gap {
	was, is := oneRow(branch, before, cellsBefore, standards), oneRow(branch, after, cellsAfter, standards)
	if was.visits <= 0 || is.visits <= 0 {
		return nil
	}
	return is.gapsTo(sumOf([]*mixRow{was}, len(standards)), standards, MixUnit)
}

func oneRow(branch string, visits []ScoreCell, cells []MixCell, standards []Standard) *mixRow {
	book := newMixBook(len(standards))
	r := book.row(branch)
	for _, v := range visits {
		if v.Branch == branch {
			r.visits += float64(v.N)
		}
	}
	for _, c := range cells {
		k := slices.IndexFunc(standards, func(s Standard) bool { return s.ID == c.Standard })
		if k >= 0 && c.Branch == branch {
			r.w[k] += c.W
			r.wr[k] += c.WR
		}
	}
	return r
}
