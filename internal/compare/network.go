package compare

import "plainclothes/internal/stats"

// Network is what all branches together did, ready to hold one of them against the others: what Gaps and Explain work out of all
// branches each time is worked out once.
type Network struct {
	standards []Standard
	mix       *mixBook
	all       mixSum
	own       map[string][]Counts // by branch, in the order of the standards
	sums      []Counts
	pools     []pooledPeers
}

// pooledPeers is what peers say about one standard.
type pooledPeers struct {
	pool stats.Pool
	ok   bool
}

// Own is one branch as it is now, whatever the network knew of it.
type Own struct {
	Branch    string
	Visits    int64     // scored
	Mix       []MixCell // of this branch; cells may repeat
	Counts    []Counts  // in the order of the standards
	Penalty   Penalty
	Others    Penalty           // of all other branches
	SectionOf map[string]string // by standard
}

// NewNetwork prepares a network. in is that of a comparison of all branches; Cells, Fair and targets are not looked at.
func NewNetwork(in Input, mix []MixCell) *Network {
	t := newTable(in)
	n := &Network{
		standards: t.standards, mix: newMixBook(len(t.standards)), own: map[string][]Counts{}, sums: make([]Counts, len(t.standards)),
		pools: make([]pooledPeers, len(t.standards)),
	}
	for _, v := range in.Scores {
		n.mix.row(v.Branch).visits += float64(v.N)
	}
	n.mix.add(mix, t.standards)
	n.all = sumOf(n.mix.scored(), n.mix.standards)
	for i, b := range t.branches {
		n.own[b.ID] = make([]Counts, len(t.standards))
		for k := range t.standards {
			n.own[b.ID][k] = t.counts[k][i]
			n.sums[k] = n.sums[k].Plus(t.counts[k][i])
		}
	}
	for k := range t.standards {
		n.pools[k] = gapPool(gapPairs(t.counts[k]), in.Level)
	}
	return n
}

// Explain says why a branch is behind or ahead of all others, as Gaps and [Explain] do. It is false where the branch has no
// visits, or nobody else has.
func (n *Network) Explain(own Own) ([]Gap, Causes, bool) {
	book := newMixBook(len(n.standards))
	row := book.row(own.Branch)
	row.visits = float64(own.Visits)
	book.add(own.Mix, n.standards)
	rest := n.without(own.Branch)
	if row.visits <= 0 || rest.visits <= 0 {
		return nil, Causes{}, false
	}
	gaps := row.gapsTo(rest, n.standards, MixUnit)
	beliefs := map[string]peerBelief{}
	known := n.own[own.Branch]
	for k, s := range n.standards {
		others := n.sums[k]
		if known != nil {
			others = others.minus(known[k])
		}
		if own.Counts[k].N > 0 && others.N > 0 {
			beliefs[s.ID] = against(own.Counts[k], others, n.pools[k])
		}
	}
	return gaps, causes(own.Branch, gaps, n.standards, beliefs, own.Penalty.points()-own.Others.points(), own.SectionOf), true
}

// without is all branches but one.
func (n *Network) without(branch string) mixSum {
	rest := mixSum{visits: n.all.visits, w: append([]float64{}, n.all.w...), wr: append([]float64{}, n.all.wr...)}
	r, ok := n.mix.rows[branch]
	if !ok || r.visits <= 0 {
		return rest
	}
	rest.visits -= r.visits
	for k := range rest.w {
		rest.w[k] -= float64(r.w[k])
		rest.wr[k] -= float64(r.wr[k])
	}
	return rest
}
