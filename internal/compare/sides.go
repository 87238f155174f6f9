package compare

import (
	"fmt"
	"math"
	"slices"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// Side is one kind of visit, such as buyers or non-buyers: its words ("Buyers", "others") and, by branch, the scores and, for
// one standard, the counts.
type Side struct {
	Name   string
	Scores []ScoreCell
	Shares []ShareCell
}

// Sides compares two kinds of visits inside the branches that had both, so that it does not matter which branches have more of
// one kind. Differences are the first minus the second.
type Sides struct {
	Declined    string
	Branches    int // with both kinds
	N1, N2      int
	Mean1       float64 // points or percent, weighted like the difference
	Mean2       float64
	Diff        float64
	Range       stats.Interval // 95 %
	Clear       bool
	ByBranches  bool // the range counts branches; else, with few of them, visits
	Sentence    string
	perStandard string
}

const sidesBranches = 10 // from which branches, not visits, are the unit of luck

// sidePair is one branch's two kinds.
type sidePair struct {
	n1, n2, y1, y2 float64 // y: means
	ss1, ss2       float64
	x1, x2         int
}

// weight is that of Mantel and Haenszel: n₁n₂/(n₁+n₂).
func (p sidePair) weight() float64 { return p.n1 * p.n2 / (p.n1 + p.n2) }

// SidesByScore compares the base scores of two kinds of visits.
func SidesByScore(a, b Side) Sides {
	one, two := sumScores(a.Scores), sumScores(b.Scores)
	var pairs []sidePair
	for _, id := range sortedKeys(one) {
		g, h := one[id].group(), two[id].group()
		if g.N > 0 && h.N > 0 {
			pairs = append(pairs, sidePair{n1: float64(g.N), n2: float64(h.N), y1: g.Mean, y2: h.Mean, ss1: g.SS, ss2: h.SS})
		}
	}
	return newSides(pairs, a.Name, b.Name, "")
}

// SidesByShare compares how often a standard is met by two kinds of visits; title names it in the sentence.
func SidesByShare(a, b Side, standard, title string) Sides {
	one, two := sumCounts(a.Shares, standard), sumCounts(b.Shares, standard)
	var pairs []sidePair
	for _, id := range sortedKeys(one) {
		c, d := one[id], two[id]
		if c.N > 0 && d.N > 0 && c.possible() && d.possible() {
			pairs = append(pairs, sharePair(c, d))
		}
	}
	return newSides(pairs, a.Name, b.Name, title)
}

func sharePair(c, d Counts) sidePair {
	p, q := float64(c.X)/float64(c.N), float64(d.X)/float64(d.N)
	n, m := float64(c.N), float64(d.N)
	return sidePair{n1: n, n2: m, y1: 100 * p, y2: 100 * q, ss1: 1e4 * n * p * (1 - p), ss2: 1e4 * m * q * (1 - q), x1: c.X, x2: d.X}
}

func sumCounts(cells []ShareCell, standard string) map[string]Counts {
	out := map[string]Counts{}
	for _, c := range cells {
		if c.Standard == standard {
			out[c.Branch] = out[c.Branch].Plus(c.Counts)
		}
	}
	return out
}

func newSides(pairs []sidePair, first, second, title string) Sides {
	s := Sides{Branches: len(pairs), perStandard: title}
	weight := 0.0
	for _, p := range pairs {
		w := p.weight()
		weight += w
		s.N1 += int(p.n1)
		s.N2 += int(p.n2)
		s.Mean1 += w * p.y1
		s.Mean2 += w * p.y2
	}
	if s.N1 < minVisits || s.N2 < minVisits {
		s.Declined = fmt.Sprintf("%s and %s meet in %s with %d and %s; that is too few to compare them.",
			capital(first), second, catalogue.Count(len(pairs), "branch", "branches"), s.N1, visits(s.N2))
		s.Sentence = s.Declined
		return s
	}
	s.Mean1 /= weight
	s.Mean2 /= weight
	s.Diff = s.Mean1 - s.Mean2
	s.range95(pairs, weight)
	s.Clear = s.Range.Lo > 0 || s.Range.Hi < 0
	s.say(first, second)
	return s
}

// range95 counts branches where there are enough (each branch's difference around the common one, weighted, with the factor
// B/(B−1) and Student's t); else visits, with the variance pooled within branches and kinds.
func (s *Sides) range95(pairs []sidePair, weight float64) {
	var reach, width float64
	if s.ByBranches = len(pairs) >= sidesBranches; s.ByBranches {
		b := float64(len(pairs))
		for _, p := range pairs {
			e := p.weight() * (p.y1 - p.y2 - s.Diff)
			width += e * e
		}
		width = math.Sqrt(b/(b-1)*width) / weight
		reach = tQuantile(b - 1)
	} else {
		ss, spare, size := 0.0, 0.0, 0.0
		for _, p := range pairs {
			ss += p.ss1 + p.ss2
			spare += p.n1 + p.n2 - 2
			size += p.weight()
		}
		spare = math.Max(1, spare)
		width, reach = math.Sqrt(ss/spare/size), tQuantile(spare)
	}
	s.Range = stats.Interval{Lo: s.Diff - reach*width, Hi: s.Diff + reach*width}
	if iv, ok := pooledNewcombe(pairs); ok && !s.ByBranches && s.perStandard != "" {
		s.Range = widest(s.Range, iv)
	}
}

// pooledNewcombe is Newcombe's interval of all visits together: near 0 and 100 % the pooled variance would be too small.
func pooledNewcombe(pairs []sidePair) (stats.Interval, bool) {
	n, x, m, y := 0, 0, 0, 0
	for _, p := range pairs {
		n, x, m, y = n+int(p.n1), x+p.x1, m+int(p.n2), y+p.x2
	}
	_, iv, ok := stats.Difference(n, x, m, y, 0.95)
	return stats.Interval{Lo: 100 * iv.Lo, Hi: 100 * iv.Hi}, ok
}

func widest(a, b stats.Interval) stats.Interval {
	return stats.Interval{Lo: math.Min(a.Lo, b.Lo), Hi: math.Max(a.Hi, b.Hi)}
}

// tQuantile is the 97.5 % point of Student's t.
func tQuantile(df float64) float64 {
	b := stats.Belief{SD: 1, DF: df}
	iv, _ := b.Interval(0.95)
	return iv.Hi
}

func (s *Sides) say(first, second string) {
	what, unit := "scored", "points"
	if s.perStandard != "" {
		what = "met “" + s.perStandard + "” in"
	}
	one, two := tenths(s.Mean1), tenths(s.Mean2)
	if s.perStandard != "" {
		one, two = wholePercent(s.Mean1/100), wholePercent(s.Mean2/100)
	}
	same := fmt.Sprintf("%s %s %s, %s %s, in the %d branches that had both", capital(first), what, one, second, two, s.Branches)
	ends := []float64{s.Range.Lo, s.Range.Hi}
	if s.Diff < 0 {
		ends = []float64{-s.Range.Hi, -s.Range.Lo}
	}
	slices.Sort(ends)
	if !s.Clear {
		s.Sentence = fmt.Sprintf("%s: no clear difference (%s to %s %s, 95 %%).", same, signed(s.Range.Lo), signed(s.Range.Hi), unit)
		return
	}
	word := "more"
	if s.Diff < 0 {
		word = "fewer"
	}
	s.Sentence = fmt.Sprintf("%s: %s %s %s (%s to %s, 95 %%).", same, tenths(math.Abs(s.Diff)), unit, word, tenths(ends[0]), tenths(ends[1]))
}
