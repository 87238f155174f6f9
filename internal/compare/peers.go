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
	Range     stats.Interval // 90 %, by the level used
	PBelow    float64        // chance that the share is below the target
	POwnBelow float64        // the same by the branch's own visits alone
}

// series is the good or the WOW counts of one standard over all branches, pooled.
type series struct {
	target float64
	bp     int
	belief []*group // by branch
	shared *columns
}

// columns are tables of probabilities by number of visits, filled when first asked for.
type columns struct {
	target float64
	own    map[int][]float64
}

// group is what a branch's peers say, with what was already worked out from it. Not safe for use by several at once.
type group struct {
	pool   stats.Pool
	pooled bool
	below  map[int][]float64
	known  map[share]Estimate
	ahead  map[share]int
}

func newGroup(pool stats.Pool, pooled bool) *group {
	return &group{
		pool: pool, pooled: pooled,
		below: map[int][]float64{}, known: map[share]Estimate{}, ahead: map[share]int{},
	}
}

// newSeries pools the counts of each branch with those of its peers. wanted is the highest level allowed.
func newSeries(branches []Branch, counts []share, targetBP int, peers Peers, wanted Level) *series {
	s := &series{target: float64(targetBP) / 10_000, bp: targetBP, belief: make([]*group, len(branches))}
	s.shared = &columns{target: s.target, own: map[int][]float64{}}
	whole := newGroup(stats.Pool{}, false)
	if wanted != LevelA {
		whole = newGroup(stats.FitPool(pairsOf(counts)))
	}
	for i := range s.belief {
		s.belief[i] = whole
	}
	if peers == SameFormat && whole.pooled {
		s.splitByFormat(branches, counts, whole.pool)
	}
	return s
}

// splitByFormat pools a large format by itself, moves the network's pool to a middling one, and leaves a small one with
// the network.
func (s *series) splitByFormat(branches []Branch, counts []share, network stats.Pool) {
	for _, format := range formatsOf(branches) {
		var members []int
		var seen []share
		for i, b := range branches {
			if b.Format == format {
				members = append(members, i)
				seen = append(seen, counts[i])
			}
		}
		pool, ok := poolOf(seen, network)
		if !ok {
			continue
		}
		g := newGroup(pool, true)
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
	p := s.belief[i]
	if e, ok := p.known[c]; ok {
		return e
	}
	e := Estimate{N: c.n, X: c.x, TargetBP: s.bp, Level: LevelA}
	e.Interval, _ = stats.Jeffreys(c.n, c.x, rangeLevel)
	belief := stats.Own(c.n, c.x)
	if p.pooled {
		e.Level, belief = LevelB, p.pool.Posterior(c.n, c.x)
	}
	if p.pooled || c.n > 0 {
		e.Mean = belief.Mean()
		e.Range, _ = belief.Interval(rangeLevel)
		e.PBelow, e.POwnBelow = s.below(p, c), s.shared.ownBelow(c)
	}
	p.known[c] = e
	return e
}

// below is P(θ < target) for a branch with these counts.
func (s *series) below(p *group, c share) float64 {
	if !p.pooled {
		return s.shared.ownBelow(c)
	}
	column, ok := p.below[c.n]
	if !ok {
		column = certain(s.target, c.n)
		if column == nil {
			column, _ = p.pool.BelowByMet(s.target, c.n)
		}
		p.below[c.n] = column
	}
	return column[c.x]
}

func (k *columns) ownBelow(c share) float64 {
	column, ok := k.own[c.n]
	if !ok {
		column = certain(k.target, c.n)
		if column == nil {
			column, _ = stats.OwnBelowByMet(k.target, c.n)
		}
		k.own[c.n] = column
	}
	return column[c.x]
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
	for m := 1; m <= 64; m *= 2 {
		if s.settles(p, c, m, rule) >= 0.5 {
			p.ahead[c] = m
			break
		}
	}
	return p.ahead[c]
}

// settles is the chance that m more visits decide, by the very rule that would then be used.
func (s *series) settles(p *group, c share, m int, rule price) float64 {
	ahead, ok := p.pool.Ahead(c.n, c.x, m)
	if !p.pooled {
		ahead, ok = stats.OwnAhead(c.n, c.x, m)
	}
	if !ok {
		return 0
	}
	sum := 0.0
	for j, chance := range ahead {
		if s.stateOf(p, share{n: c.n + m, x: c.x + j}, rule).Settled() {
			sum += chance
		}
	}
	return sum
}

func (s *series) stateOf(p *group, c share, rule price) Status {
	return rule.decide(c.n, c.x, s.below(p, c), s.shared.ownBelow(c))
}
