package compare

import (
	"math"
	"slices"

	"plainclothes/internal/stats"
)

// fairShare is what is believed about one branch and standard at level C.
type fairShare struct {
	share        // counted: what is not what the table counts, is not used
	known        bool
	mean, pBelow float64
	pDoubted     float64
	peersSD      float64
	rng          stats.Interval
	sd           float64    // of the belief
	sceptic      [2]float64 // the mean and deviation of what the sceptic believes; the belief itself where he has nothing to doubt
}

// fairShares are those of one standard by branch; nil where it is not adjusted.
type fairShares struct{ good, wow []fairShare }

// shares adjusts all standards. Each is asked about by itself, so that several can be at work at once; what they find does
// not depend on who is first.
type shares struct {
	f       *fair
	c       *crossing
	d       *design
	table   *FairTable
	places  []place
	total   []float32 // of the standards' weights that a visit was judged by
	mean    float64   // points: what a visit without other standards is taken for
	factor  *stats.Factor
	mixes   [][]stats.BinaryMix // by branch
	brief   bool
	near    float64 // how near targets lie to what the network reaches
	byTable []int   // column of each standard in the table, −1 for none
}

// shares adjusts every standard; nil where that is not asked for or not possible. Where islands share no shopper it is not: the
// strictness of an island's shoppers would pass for that of its branches, and a target is the same for all.
func (f *fair) shares(in Input) []fairShares {
	if f == nil || in.Fair == nil || in.Fair.Visits() == 0 || f.large > 1 {
		return nil
	}
	factor, ok := f.sums.NewFactor(f.posterior())
	if !ok {
		return nil
	}
	c := f.crossing
	s := &shares{f: f, c: c, d: f.design, table: in.Fair, factor: factor, brief: in.Brief, mean: f.mean, near: c.t.near()}
	s.places = in.Fair.places(c, in, f.island, f.large)
	s.byTable = make([]int, len(c.t.standards))
	for k, standard := range c.t.standards {
		s.byTable[k] = slices.IndexFunc(in.Fair.standards, func(o Standard) bool { return o.ID == standard.ID })
	}
	s.weigh()
	s.mix()
	return s.all()
}

// weigh sums the weights of the standards that each visit was judged by.
func (s *shares) weigh() {
	s.total = make([]float32, len(s.table.visits))
	k := len(s.table.standards)
	for i := range s.total {
		for a, m := range s.table.outcomes[i*k : (i+1)*k] {
			if Met(m) != MetUnknown {
				s.total[i] += float32(s.table.standards[a].Weight)
			}
		}
	}
}

// mix is by which visits each branch is judged: the scenarios of its format, months averaged; of all formats where nobody
// visited its own, as at the shops of an organisation whose kiosks these visits were made to.
func (s *shares) mix() {
	type group struct{ format, scenario string }
	count, sum := map[group]float64{}, map[group][]float64{}
	var order []group
	visits := make([]float64, len(s.c.kinds))
	for _, x := range s.c.cells {
		visits[x.Row] += float64(x.N)
	}
	for i, k := range s.c.kinds {
		g := group{k.format, k.scenario}
		if sum[g] == nil {
			sum[g] = make([]float64, len(s.d.names))
			order = append(order, g)
		}
		count[g] += visits[i]
		for a, v := range s.d.rows[i] {
			sum[g][a] += visits[i] * v
		}
	}
	s.mixes = make([][]stats.BinaryMix, len(s.c.t.branches))
	for i, b := range s.c.t.branches {
		own := kind{format: b.Format, region: b.Region, island: s.f.island[i]}
		visited := slices.ContainsFunc(order, func(g group) bool { return g.format == b.Format })
		for _, g := range order {
			if g.format != "" && g.format != b.Format && visited {
				continue
			}
			row := make([]float64, len(s.d.names))
			for a, v := range sum[g] {
				row[a] = v / count[g]
			}
			for _, f := range s.d.factors {
				if f.own {
					f.set(row, f.of(own))
				}
			}
			s.mixes[i] = append(s.mixes[i], stats.BinaryMix{Weight: count[g], Row: row})
		}
	}
}

// series of one standard: its visits, and what was fitted to them.
type fairSeries struct {
	standard, targetBP int
	least              Met
	data               *stats.BinaryData
	fit                stats.BinaryFit
	ok                 bool
	shares             []fairShare
}

// all adjusts every standard. Where each has few visits, standards first learn from one another how much shoppers, branches
// and days matter, and how much branches have of their own; with many, each knows by itself.
func (s *shares) all() []fairShares {
	var all []*fairSeries
	for k, standard := range s.c.t.standards {
		if s.byTable[k] < 0 {
			continue
		}
		all = append(all, &fairSeries{standard: k, targetBP: standard.GoodTargetBP, least: MetGood})
		if standard.WowTargetBP > 0 {
			all = append(all, &fairSeries{standard: k, targetBP: standard.WowTargetBP, least: MetWow})
		}
	}
	const few = 2_000_000 // answers
	if len(s.places)*len(all) <= few {
		s.together(all)
	} else {
		stats.AtOnce(len(all), func(i int) { s.load(all[i]); s.fit(all[i]); s.ask(all[i]); all[i].data = nil })
	}
	out := make([]fairShares, len(s.c.t.standards))
	for _, x := range all {
		if x.least == MetGood {
			out[x.standard].good = x.shares
		} else {
			out[x.standard].wow = x.shares
		}
	}
	return out
}

// together lets standards learn from one another; the shares at WOW among themselves.
func (s *shares) together(all []*fairSeries) {
	slopes := make([]stats.BinaryPrior, len(all))
	known := make([]bool, len(all))
	stats.AtOnce(len(all), func(i int) {
		s.load(all[i])
		slopes[i], known[i] = all[i].data.Slopes()
	})
	for _, least := range []Met{MetGood, MetWow} {
		var said []stats.BinaryPrior
		for i, x := range all {
			if x.least == least && known[i] {
				said = append(said, slopes[i])
			}
		}
		prior := stats.PoolSlopes(said)
		for _, x := range all {
			if x.least == least {
				x.data.Prior = prior
			}
		}
	}
	stats.AtOnce(len(all), func(i int) { s.fit(all[i]) })
	for _, least := range []Met{MetGood, MetWow} {
		var fits []*stats.BinaryFit
		for _, x := range all {
			if x.least == least && x.ok {
				fits = append(fits, &x.fit)
			}
		}
		stats.LearnTaus(fits)
	}
	stats.AtOnce(len(all), func(i int) { s.ask(all[i]) })
}

// load gathers the visits, with what the scores without the standard say.
func (s *shares) load(x *fairSeries) {
	at := s.byTable[x.standard]
	e := s.factor.Ask(s.without(at))
	x.data = s.data(&e, at, x.least)
}

func (s *shares) fit(x *fairSeries) { x.fit, x.ok = stats.FitBinary(*x.data) }

// ask every branch.
func (s *shares) ask(x *fairSeries) {
	if !x.ok {
		return
	}
	ask, out := x.fit.Ask(x.data), make([]fairShare, len(s.c.t.branches))
	for _, c := range x.data.Cells {
		out[c.Branch].n += int(c.N)
		out[c.Branch].x += int(c.X)
	}
	for i := range out {
		out[i] = s.believe(ask, i, out[i].share, float64(x.targetBP)/10_000)
	}
	x.shares = out
}

// believe one branch. Where the network is known well, the sceptic has nothing to doubt.
func (s *shares) believe(ask *stats.Binary, i int, counted share, target float64) fairShare {
	belief := ask.Branch(i, s.mixes[i])
	out := fairShare{
		share: counted, known: true, mean: belief.Mean(), sd: belief.SD(), pBelow: belief.Below(target), peersSD: ask.MeanSD(s.mixes[i]),
	}
	out.pDoubted, out.sceptic = out.pBelow, [2]float64{out.mean, out.sd}
	if out.peersSD > knownFar && target > 0 && target < 1 {
		doubted := ask.Doubted(i, s.mixes[i], target, s.near)
		out.pDoubted, out.sceptic = doubted.Below(target), [2]float64{doubted.Mean(), doubted.SD()}
	}
	if !s.brief && !s.c.t.branches[i].Background {
		out.rng, _ = belief.Interval(rangeLevel)
	}
	return out
}

// fine is one point in the whole numbers in which scores without a standard are summed, so that order does not show;
// squares are summed of numbers coarser by a thousand, or they would not fit.
const (
	fine   = 1e6
	coarse = 1000
)

// without is the score of every visit as the standards other than k leave it: (y − W·r)/(1 − W).
func (s *shares) without(k int) stats.Response {
	b, j, kinds := make([]int64, len(s.c.t.branches)), make([]int64, len(s.c.shoppers)), make([]int64, len(s.c.kinds))
	square := int64(0)
	width, weight := len(s.table.standards), float32(s.table.standards[k].Weight)
	neutral := int64(s.mean * fine)
	for _, p := range s.places {
		m := Met(s.table.outcomes[int(p.at)*width+k])
		y := s.rest(int(p.at), m, weight, neutral)
		b[p.branch] += y
		j[p.shopper] += y
		kinds[p.row] += y
		v := (y - neutral) / coarse
		square += v * v
	}
	return s.response(b, j, kinds, float64(square)*(coarse*coarse)/(fine*fine))
}

// rest is one visit's score without a standard, in millionths of a point.
func (s *shares) rest(visit int, m Met, weight float32, neutral int64) int64 {
	y, total := s.table.visits[visit].score, s.total[visit]
	switch {
	case y < 0 || m != MetUnknown && total <= weight:
		return neutral
	case m == MetUnknown:
		return int64(y) * (fine / 100)
	}
	w := float64(weight / total)
	rest := float64(y) / 100
	if m >= MetGood {
		rest -= 100 * w
	}
	return int64(math.Max(0, math.Min(100, rest/(1-w))) * fine)
}

// response takes the centre off, so that squares keep their digits.
func (s *shares) response(b, j, kinds []int64, square float64) stats.Response {
	neutral := int64(s.mean * fine)
	nb, nj, nk := make([]int64, len(b)), make([]int64, len(j)), make([]int64, len(kinds))
	for _, p := range s.places {
		nb[p.branch]++
		nj[p.shopper]++
		nk[p.row]++
	}
	points := func(sum, n []int64) []float64 {
		out := make([]float64, len(sum))
		for i, v := range sum {
			out[i] = float64(v-n[i]*neutral) / fine
		}
		return out
	}
	r := stats.Response{Branch: points(b, nb), Shopper: points(j, nj), Column: make([]float64, len(s.d.names)), Square: square}
	for i, v := range points(kinds, nk) {
		for a, x := range s.d.rows[i] {
			r.Column[a] += x * v
		}
	}
	return r
}

// data is one series of one standard, with what the scores without it say.
func (s *shares) data(e *stats.Effects, k int, least Met) *stats.BinaryData {
	p := s.f.posterior()
	data := &stats.BinaryData{
		Rows: s.d.rows, Cells: s.cells(e, k, least), Branches: len(s.c.t.branches), Branch: e.Branch, Shopper: e.Shopper,
		BranchSD: make([]float64, len(s.c.t.branches)), ShopperSD: math.Sqrt(e.Visit * p.Shopper / p.Visit),
		DaySD: math.Sqrt(e.Visit),
	}
	for i, v := range s.f.fit.BranchVar {
		data.BranchSD[i] = math.Sqrt(v / p.Visit * e.Visit)
	}
	return data
}

// cells are the visits judged by one standard, each with how much better than expected the rest of it was: questions of one
// visit share the day.
func (s *shares) cells(e *stats.Effects, k int, least Met) []stats.BinaryCell {
	out := make([]stats.BinaryCell, 0, len(s.places))
	lines := make([]float64, len(s.d.rows))
	for i, row := range s.d.rows {
		for a, v := range row {
			lines[i] += v * e.Fixed[a]
		}
	}
	width, weight, neutral := len(s.table.standards), float32(s.table.standards[k].Weight), int64(s.mean*fine)
	for _, p := range s.places {
		m := Met(s.table.outcomes[int(p.at)*width+k])
		if m == MetUnknown {
			continue
		}
		y := s.rest(int(p.at), m, weight, neutral)
		c := stats.BinaryCell{Branch: p.branch, Shopper: p.shopper, Row: p.row, N: 1}
		c.Day = float64(y-neutral)/fine - lines[p.row] - e.Branch[p.branch] - e.Shopper[p.shopper]
		if m >= least {
			c.X = 1
		}
		out = append(out, c)
	}
	return out
}
