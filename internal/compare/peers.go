package compare

import (
	"slices"

	"plainclothes/internal/stats"
)

// rangeLevel is the level of every interval shown: 90 %.
const rangeLevel = 0.90

// ownGroup is the number of branches with visits from which a format is pooled by itself.
const ownGroup = 20

// share is x met of n visits.
type share struct{ n, x int }

// Estimate is what is believed about one share of visits against one target.
type Estimate struct {
	N, X      int
	TargetBP  int
	Level     Level
	Interval  stats.Interval // of the counts alone, Jeffreys 90 %; zero without visits
	Mean      float64        // expected share, if the branch kept working as it did
	Range     stats.Interval // 90 %, by the level used; left out when Input.Brief
	PBelow    float64        // chance that the share is below the target
	PDoubted  float64        // the same as a sceptic sees it, who doubts what the peers say: a verdict needs him, too
	POwnBelow float64        // the same by the branch's own visits alone
	PeersSD   float64        // how far the mean of the peers is known, as a share
}

func (e *Estimate) chances() chances { return chances{e.PBelow, e.PDoubted, e.POwnBelow, e.PeersSD} }

// series is the good or the WOW counts of one standard over all branches, pooled.
type series struct {
	target float64
	bp     int
	brief  bool
	belief []*group // by branch
	own    map[int][]float64
	ranges ranges
	fair   []fairShare // by branch, level C; nil for none
}

// ranges keeps the intervals of counts, which are the same for every standard.
type ranges map[share]stats.Interval

func (r ranges) of(c share) stats.Interval {
	iv, ok := r[c]
	if !ok {
		iv, _ = stats.Jeffreys(c.n, c.x, rangeLevel)
		r[c] = iv
	}
	return iv
}

// group is what a branch's peers say, with what was already worked out from it. Not safe for use by several at once.
type group struct {
	pool    stats.Pool
	doubted stats.Pool // empty where the pool is known well
	unknown float64    // deviation of its mean
	pooled  bool
	below   map[int]columns
	known   map[share]Estimate
	ahead   map[share]int
}

// knownFar is a deviation of the peers' mean, as a share, that a sceptic has nothing to say about.
const knownFar = 0.01

func newGroup(pool stats.Pool, pooled bool, target, near float64) *group {
	g := &group{
		pool: pool, pooled: pooled, unknown: pool.MeanSD(),
		below: map[int]columns{}, known: map[share]Estimate{}, ahead: map[share]int{},
	}
	if g.unknown > knownFar {
		g.doubted = pool.Doubted(target, near)
	}
	return g
}

// pooling is what all series of one input share.
type pooling struct {
	branches []Branch
	peers    Peers
	wanted   Level
	brief    bool
	ranges   ranges
	fair     []fairShares // by standard; nil below level C
	near     float64      // how near targets lie to what the network reaches, in logits
}

// series pools the counts of each branch with those of its peers.
func (q pooling) series(counts []share, targetBP int) *series {
	s := &series{target: float64(targetBP) / 10_000, bp: targetBP, brief: q.brief, ranges: q.ranges, own: map[int][]float64{}}
	s.belief = make([]*group, len(q.branches))
	network, pooled := stats.Pool{}, false
	if q.wanted != LevelA {
		network, pooled = stats.FitPool(pairsOf(counts))
	}
	whole := newGroup(network, pooled, s.target, q.near)
	for i := range s.belief {
		s.belief[i] = whole
	}
	if q.peers == SameFormat && whole.pooled {
		s.splitByFormat(q, counts, whole.pool)
	}
	return s
}

// splitByFormat pools a large format by itself, moves the network's pool to a middling one, and leaves a small one with
// the network.
func (s *series) splitByFormat(q pooling, counts []share, network stats.Pool) {
	for _, format := range formatsOf(q.branches) {
		var members []int
		var seen []share
		for i, b := range q.branches {
			if b.Format == format {
				members = append(members, i)
				seen = append(seen, counts[i])
			}
		}
		pool, ok := poolOf(seen, network)
		if !ok {
			continue
		}
		g := newGroup(pool, true, s.target, q.near)
		for _, i := range members {
			s.belief[i] = g
		}
	}
}

func poolOf(counts []share, network stats.Pool) (stats.Pool, bool) {
	visited, n, x := 0, 0, 0
	for _, c := range counts {
		if c.n > 0 {
			visited++
		}
		n += c.n
		x += c.x
	}
	switch {
	case visited >= ownGroup:
		return stats.FitPool(pairsOf(counts))
	case visited >= stats.PoolMinBranches:
		return network.Shift(n, x), true
	}
	return stats.Pool{}, false
}

func formatsOf(branches []Branch) []string {
	var out []string
	for _, b := range branches {
		out = append(out, b.Format)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func pairsOf(counts []share) []stats.Pair {
	out := make([]stats.Pair, len(counts))
	for i, c := range counts {
		out[i] = stats.Pair{N: c.n, X: c.x, Branches: 1}
	}
	return out
}

// estimate is what is believed about the branch with index i, which met x of n visits.
func (s *series) estimate(i int, c share) Estimate {
	e := s.pooled(i, c)
	if s.fair == nil || !s.fair[i].known || s.fair[i].share != c {
		return e
	}
	f := s.fair[i]
	e.Level, e.Mean, e.PBelow, e.PDoubted, e.PeersSD, e.Range = LevelC, f.mean, f.pBelow, f.pDoubted, f.peersSD, f.rng
	return e
}

// pooled is estimate by the branch's own visits and its peers'.
func (s *series) pooled(i int, c share) Estimate {
	p := s.belief[i]
	if e, ok := p.known[c]; ok {
		return e
	}
	e := Estimate{N: c.n, X: c.x, TargetBP: s.bp, Level: LevelA}
	if c.n > 0 {
		e.Interval = s.ranges.of(c)
	}
	if p.pooled {
		e.Level = LevelB
	}
	if p.pooled || c.n > 0 {
		all := s.below(p, c.n).at(c.x)
		e.PBelow, e.PDoubted, e.POwnBelow, e.PeersSD = all.below, all.doubted, all.own, all.unknown
		s.believe(p, c, &e)
	}
	p.known[c] = e
	return e
}

// believe fills in what is expected of the share.
func (s *series) believe(p *group, c share, e *Estimate) {
	belief := p.belief(c)
	e.Mean = belief.Mean()
	if !s.brief {
		e.Range, _ = belief.Interval(rangeLevel)
	}
}

// belief about a share by these counts and, where pooled, the peers.
func (g *group) belief(c share) stats.Mixture {
	if g.pooled {
		return g.pool.Posterior(c.n, c.x)
	}
	return stats.Own(c.n, c.x)
}

// columns are P(θ < target) for a branch that met 0, 1 … n of n visits.
type columns struct {
	below, doubted, own []float64
	unknown             float64
}

func (c columns) at(x int) chances { return chances{c.below[x], c.doubted[x], c.own[x], c.unknown} }

// below gives the columns of a branch of the group with n visits.
func (s *series) below(p *group, n int) columns {
	column, ok := p.below[n]
	if ok {
		return column
	}
	own := s.ownBelow(n)
	column = columns{below: own, doubted: own, own: own}
	if p.pooled {
		pooled := s.pooledBelow(p.pool, n)
		column = columns{pooled, pooled, own, p.unknown}
		if p.unknown > knownFar {
			column.doubted = s.pooledBelow(p.doubted, n)
		}
	}
	p.below[n] = column
	return column
}

func (s *series) pooledBelow(p stats.Pool, n int) []float64 {
	column := certain(s.target, n)
	if column == nil {
		column, _ = p.BelowByMet(s.target, n)
	}
	return column
}

// ownBelow is below by the branch's own visits alone.
func (s *series) ownBelow(n int) []float64 {
	column, ok := s.own[n]
	if !ok {
		if column = certain(s.target, n); column == nil {
			column, _ = stats.OwnBelowByMet(s.target, n)
		}
		s.own[n] = column
	}
	return column
}

// certain is the column of a target that every share or no share reaches; nil for all others.
func certain(target float64, n int) []float64 {
	switch {
	case target <= 0:
		return make([]float64, n+1)
	case target >= 1:
		return slices.Repeat([]float64{1}, n+1)
	}
	return nil
}

// moreVisits is the smallest of 1, 2, 4 … 64 further visits after which, more likely than not, the branch's state would
// be decided; 0 when not even 64 are enough.
func (s *series) moreVisits(i int, c share, rule price) int {
	p := s.belief[i]
	if m, ok := p.ahead[c]; ok {
		return m
	}
	p.ahead[c] = 0
	belief := p.belief(c)
	for m := 1; m <= 64; m *= 2 {
		if s.settles(p, c, belief, m, rule) >= 0.5 {
			p.ahead[c] = m
			break
		}
	}
	return p.ahead[c]
}

// settles is the chance that m more visits decide, by the very rule that would then be used.
func (s *series) settles(p *group, c share, belief stats.Mixture, m int, rule price) float64 {
	ahead, _ := belief.Ahead(m)
	n, sum := c.n+m, 0.0
	below := s.below(p, n)
	for j, chance := range ahead {
		if x := c.x + j; rule.decide(n, x, below.at(x)).Settled() {
			sum += chance
		}
	}
	return sum
}
