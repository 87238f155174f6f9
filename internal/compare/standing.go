package compare

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"plainclothes/internal/stats"
)

// Frozen is what was found out about a whole network, in a form that can be kept: how much branches, shoppers and visits
// differ, what each shopper's and each scenario's part is, what peers say about each standard. With it a branch is judged
// in a moment when it has a new visit, without the visits of all others, whose part in the answer changes slowly.
type Frozen struct {
	TargetBP  int
	Standards []Standard
	Peers     Peers
	ByMonth   bool
	Model     Model
	Near      float64 // how near targets lie to what the network reaches, in logits; see stats.Nearness
	OneWay    stats.OneWay
	Plain     stats.OneWay       // the same without the pull off the boundary
	Clumps    map[string]float64 // by branch, where shoppers cannot be told from branches: how far its visits are one shopper's
	Pools     []FrozenPools      // by standard
	Crossed   *FrozenCrossed
}

// FrozenPools are what peers say about one standard: its Good and its WOW series, by format.
type FrozenPools struct{ Good, Wow map[string]FrozenPool }

// FrozenPool is a peer group; not Pooled where it was too small.
type FrozenPool struct {
	Pooled bool
	Pool   stats.Pool
}

// FrozenCrossed is the crossed model of branches and shoppers, level C.
type FrozenCrossed struct {
	Expected map[FrozenKind]float64 // points, of a visit of the kind by the average shopper to the average branch
	Formats  map[string]FrozenLine  // by which visits branches of a format are judged
	Mean     FrozenLine
	Shoppers map[string]float64 // points above the average shopper
	Branches map[string]FrozenBranch
	Typical  float64 // conditional variance of a shopper in the middle
	Count    int     // branches with visits
	Columns  int     // of the design
}

// FrozenKind is all that is fixed about a visit.
type FrozenKind struct {
	Scenario, Format string
	Month            Month
	Island           int
}

// FrozenLine is what is expected of a visit, in points, and the variance of the error.
type FrozenLine struct{ Mean, Var float64 }

// FrozenBranch is one branch's deviation as the fit found it, from these scores.
type FrozenBranch struct {
	Scores
	Line                   FrozenLine
	Effect, Var, Effective float64
	Most                   int64 // visits by its most frequent shopper
	Island                 int
	Good, Wow              []FrozenShare // by standard, level C; empty below
}

// Fresh is one branch with all its visits in the window. Cells are needed only for a branch whose scores are not those that
// the model was fitted to, and only where the model adjusts for shoppers.
type Fresh struct {
	Branch Branch
	Counts []Counts // in the order of the standards
	Scores Scores
	Cells  []VisitCell
}

// Standing is a network as it stands: each branch judged by what was found out about all.
type Standing struct {
	frozen *Frozen
	rows   map[string]standingRow
	fresh  map[string]*Fresh
}

type standingRow struct {
	BranchRow
	belief stats.Belief // by which it is put in order among others
	known  bool
}

// Freeze compares all branches with one another, whoever may see them, and keeps what was found out.
func Freeze(in Input) *Frozen {
	in.Brief = true
	t := newTable(in)
	model, shares := adjusted(t, in)
	f := &Frozen{
		TargetBP: in.TargetBP, Standards: slices.Clone(in.Standards), Peers: in.Peers, ByMonth: in.ByMonth, Model: model.Model, OneWay: model.fit, Plain: model.plain,
		Near: t.near(),
	}
	q := pooling{branches: t.branches, peers: in.Peers, wanted: in.Level, brief: true, ranges: ranges{}, near: f.Near}
	for k := range t.standards {
		j := newJudge(t, k, q)
		pools := FrozenPools{Good: frozenPools(j.good, t.branches)}
		if j.wow != nil {
			pools.Wow = frozenPools(j.wow, t.branches)
		}
		f.Pools = append(f.Pools, pools)
	}
	if model.clump != nil {
		f.Clumps = map[string]float64{}
		for i, b := range t.branches {
			f.Clumps[b.ID] = model.clump[i]
		}
	}
	if model.fair != nil {
		f.Crossed = model.fair.freeze(t)
		f.Crossed.keep(t, shares)
	}
	return f
}

func frozenPools(s *series, branches []Branch) map[string]FrozenPool {
	out := map[string]FrozenPool{}
	for i, b := range branches {
		out[b.Format] = FrozenPool{Pooled: s.belief[i].pooled, Pool: s.belief[i].pool}
	}
	return out
}

// freeze keeps the crossed model.
func (f *fair) freeze(t table) *FrozenCrossed {
	line := func(row []float64) FrozenLine {
		mean, variance := f.fit.Line(row)
		return FrozenLine{mean, variance}
	}
	c := &FrozenCrossed{
		Expected: map[FrozenKind]float64{}, Formats: map[string]FrozenLine{}, Mean: line(f.design.mean), Shoppers: map[string]float64{},
		Branches: map[string]FrozenBranch{}, Typical: f.typical, Count: f.fit.Branches, Columns: f.fit.Columns,
	}
	for i, k := range f.crossing.kinds {
		c.Expected[FrozenKind{k.scenario, k.format, k.month, k.island}] = line(f.design.rows[i]).Mean
	}
	for format, row := range f.design.byFormat {
		c.Formats[format] = line(row)
	}
	for j, s := range f.shoppers {
		c.Shoppers[s] = f.fit.ShopperEffect[j]
	}
	for i, b := range t.branches {
		c.Branches[b.ID] = FrozenBranch{
			Scores: t.scores[i], Line: line(f.reference[i]), Effect: f.fit.BranchEffect[i], Var: f.fit.BranchVar[i], Effective: f.fit.Effective[i],
			Most: f.diverse[i].most, Island: f.island[i],
		}
	}
	return c
}

// Stand judges branches by what was found out.
func (f *Frozen) Stand(all []Fresh) *Standing {
	s := &Standing{frozen: f, rows: make(map[string]standingRow, len(all)), fresh: make(map[string]*Fresh, len(all))}
	s.add(all)
	return s
}

// With judges some branches anew and leaves the others as they are. The standing itself stays as it was.
func (s *Standing) With(moved []Fresh) *Standing {
	out := &Standing{frozen: s.frozen, rows: maps.Clone(s.rows), fresh: maps.Clone(s.fresh)}
	out.add(moved)
	return out
}

// Only judges some branches as [Standing.With] does, for who asks for no others: those are not copied.
func (s *Standing) Only(some []Fresh) *Standing { return s.frozen.Stand(some) }

func (s *Standing) add(all []Fresh) {
	for i, row := range s.frozen.judge(all, true) {
		s.rows[all[i].Branch.ID], s.fresh[all[i].Branch.ID] = row, &all[i]
	}
}

// Has reports whether a branch has been judged.
func (s *Standing) Has(branch string) bool {
	_, ok := s.rows[branch]
	return ok
}

// Result is what a reader sees who is shown some branches: the same that [Run] says when all others are in the background.
// Those listed as background are left out. It is not brief where ranges and plans are wanted, too.
func (s *Standing) Result(branches []Branch, brief bool) Result {
	r := Result{TargetBP: s.frozen.TargetBP, Model: s.frozen.Model, Standards: slices.Clone(s.frozen.Standards)}
	all := slices.Clone(branches)
	slices.SortStableFunc(all, func(a, b Branch) int { return cmp.Compare(a.ID, b.ID) })
	all = slices.CompactFunc(all, func(a, b Branch) bool { return a.ID == b.ID })
	var beliefs []stats.Belief
	var ranked []int
	var outcomes [][]Outcome
	for i, row := range s.shown(all, brief) {
		if all[i].Background {
			continue
		}
		row.Branch = all[i]
		r.Branches, outcomes = append(r.Branches, row.BranchRow), append(outcomes, row.Outcomes)
		if row.known {
			beliefs, ranked = append(beliefs, row.belief), append(ranked, len(r.Branches)-1)
		}
	}
	r.finish(beliefs, ranked, outcomes)
	return r
}

// shown gives a row for each branch, also for one that has no visits and so no row of its own yet.
func (s *Standing) shown(branches []Branch, brief bool) []standingRow {
	out, at := make([]standingRow, len(branches)), []int{}
	var again []Fresh
	for i, b := range branches {
		row, ok := s.rows[b.ID]
		if b.Background || ok && brief && row.Format == b.Format {
			out[i] = row
			continue
		}
		fresh := Fresh{Counts: make([]Counts, len(s.frozen.Standards))}
		if kept, ok := s.fresh[b.ID]; ok {
			fresh = *kept
		}
		fresh.Branch = b
		again, at = append(again, fresh), append(at, i)
	}
	for k, row := range s.frozen.judge(again, brief) {
		out[at[k]] = row
	}
	return out
}

// judge gives a row for each branch.
func (f *Frozen) judge(all []Fresh, brief bool) []standingRow {
	out := make([]standingRow, len(all))
	model := scoreModel{Model: f.Model, fit: f.OneWay, plain: f.Plain, fair: f.fair(all)}
	if f.Clumps != nil {
		model.clump = make([]float64, len(all))
		for i := range all {
			model.clump[i] = f.Clumps[all[i].Branch.ID]
		}
	}
	for i := range all {
		b := all[i].Branch
		b.Background = false
		scores := all[i].Scores
		if !scores.possible() {
			scores = Scores{}
		}
		row := standingRow{BranchRow: BranchRow{Branch: b, Score: model.estimate(i, scores, f.TargetBP), Outcomes: make([]Outcome, 0, len(f.Standards))}}
		row.belief, row.known = model.ranked(i, scores)
		out[i] = row
	}
	between := ranges{}
	for k, standard := range f.Standards {
		j := f.judgeOf(k, all, brief, between)
		for i := range all {
			c := all[i].Counts[k]
			if !c.possible() {
				c = Counts{}
			}
			out[i].Outcomes = append(out[i].Outcomes, j.outcome(i, all[i].Branch.ID, standard, c))
		}
	}
	for i := range out {
		out[i].Behind = lags(out[i].Outcomes)
	}
	return out
}

// judgeOf is newJudge by pools that are known.
func (f *Frozen) judgeOf(k int, all []Fresh, brief bool, between ranges) judgeOf {
	s := f.Standards[k]
	j := judgeOf{rule: priceOf(s.Criticality), plan: !brief, good: f.series(f.Pools[k].Good, s.GoodTargetBP, all, brief, between)}
	j.good.fair = f.fairShares(k, all, j.good.target, brief, false)
	if j.plan {
		j.clean, _ = stats.FewestVisits(float64(s.GoodTargetBP)/10_000, j.rule.meets, 0)
	}
	if s.WowTargetBP > 0 {
		j.wow = f.series(f.Pools[k].Wow, s.WowTargetBP, all, brief, between)
		j.wow.fair = f.fairShares(k, all, j.wow.target, brief, true)
	}
	return j
}

// series has each branch believe what its format's peers say; one of a format not seen before stands for itself.
func (f *Frozen) series(pools map[string]FrozenPool, targetBP int, all []Fresh, brief bool, between ranges) *series {
	s := &series{target: float64(targetBP) / 10_000, bp: targetBP, brief: brief, ranges: between, own: map[int][]float64{}, belief: make([]*group, len(all))}
	groups := map[string]*group{}
	for i := range all {
		format := all[i].Branch.Format
		g, ok := groups[format]
		if !ok {
			p := pools[format]
			g = newGroup(p.Pool, p.Pooled, s.target, f.Near)
			groups[format] = g
		}
		s.belief[i] = g
	}
	return s
}

// fair is the crossed model of some branches, in which each is its own line of the design: nil below level C.
func (f *Frozen) fair(all []Fresh) *fair {
	if f.Crossed == nil || f.Model.Crossed == nil {
		return nil
	}
	c := f.Crossed
	out := &fair{CrossedModel: *f.Model.Crossed, typical: c.Typical, large: f.Model.Islands}
	v := out.posterior()
	// A branch's row is (its mean, the deviation of the mean's error): At then gives both back.
	out.fit = stats.CrossedFit{Variances: v, Fixed: []float64{1, 0}, FixedVar: []float64{0, 0, 0, 1}, Branches: c.Count, Columns: c.Columns}
	for i := range all {
		b := f.moved(&all[i], v)
		out.reference = append(out.reference, []float64{b.Line.Mean, math.Sqrt(b.Line.Var)})
		out.fit.BranchEffect, out.fit.BranchVar = append(out.fit.BranchEffect, b.Effect), append(out.fit.BranchVar, b.Var)
		out.fit.Effective = append(out.fit.Effective, b.Effective)
		out.diverse = append(out.diverse, oneView{most: b.Most, n: b.N})
		out.island = append(out.island, b.Island)
	}
	return out
}

// moved is a branch's deviation with shoppers and components as they were found: b̂ = Σ(y − xᵀβ̂ − ŝ)/(n + σ_e²/σ_b²), which
// is what the fit itself gives for the visits that it saw. What is known more or less than then counts as visits by
// shoppers known as well as one in the middle.
func (f *Frozen) moved(x *Fresh, v stats.Variances) FrozenBranch {
	c := f.Crossed
	b, ok := c.Branches[x.Branch.ID]
	if !ok {
		b = FrozenBranch{Line: c.lineOf(x.Branch), Var: v.Branch}
	}
	if b.Scores == x.Scores {
		return b
	}
	seen := b.N
	b.Scores, b.Most = x.Scores, 0
	sum, by := 0.0, map[string]int64{}
	for _, cell := range inOrder(x.Cells) {
		if cell.N <= 0 || !cell.possible() {
			continue
		}
		expected := c.expected(f.kindOf(cell, x.Branch, b.Island), b.Line) + c.Shoppers[cell.Shopper]
		sum += float64(cell.SumBP)/100 - float64(cell.N)*expected
		by[cell.Shopper] += cell.N
		b.Most = max(b.Most, by[cell.Shopper])
	}
	b.Effect = sum / (float64(b.N) + v.Visit/v.Branch)
	known := 1/b.Var + float64(b.N-seen)/(v.Visit+c.Typical)
	b.Var = 1 / math.Max(known, 1/v.Branch)
	b.Effective = math.Max(0, v.Visit*(1/b.Var-1/v.Branch))
	return b
}

// lineOf is by which visits a branch is judged that the fit has not seen.
func (c *FrozenCrossed) lineOf(b Branch) FrozenLine {
	if line, ok := c.Formats[b.Format]; ok {
		return line
	}
	return c.Mean
}

// expected is what the fixed part says of a kind of visit; of a kind not seen before, what it says of the branch's.
func (c *FrozenCrossed) expected(k FrozenKind, branch FrozenLine) float64 {
	if points, ok := c.Expected[k]; ok {
		return points
	}
	return branch.Mean
}

func (f *Frozen) kindOf(v VisitCell, b Branch, island int) FrozenKind {
	k := kindOf(&v, &b, &Input{Peers: f.Peers, ByMonth: f.ByMonth})
	out := FrozenKind{k.scenario, k.format, k.month, 0}
	if f.Model.Islands > 1 {
		out.Island = island
	}
	return out
}
