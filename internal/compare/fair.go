package compare

import (
	"cmp"
	"math"
	"slices"

	"plainclothes/internal/stats"
)

// VisitCell is a part of the scores of one branch: those by one shopper in one scenario and month. Cells may repeat.
type VisitCell struct {
	Branch, Shopper, Scenario string
	Month                     Month
	Scores
}

// Components are what the crossed model of branches and shoppers found out about how much scores differ, in points
// squared. They change slowly: found once a week, they let a page of today be made without finding them again.
type Components struct {
	Plain        stats.Variances // by restricted likelihood, as lme4 finds them; by moments for very large networks
	Posterior    stats.Variances // by the boundary-avoiding criterion: what estimates rest on
	Criterion    float64         // −2 log restricted likelihood of Plain
	HasCriterion bool
	Uncertain    bool // how much shoppers differ is hardly known: the data fit none of it as well as three times as much
}

// CrossedModel is what scores were adjusted by.
type CrossedModel struct {
	Components
	Fixed    map[string]float64 // what is fixed about a visit, in points, by the names that R gives them; of the plain fit
	Adjusted []string           // in words: shopper, scenario, format, month
	Islands  int                // groups of branches that share no shopper, however small
}

// fair is the crossed model of one table.
type fair struct {
	CrossedModel
	fit       stats.CrossedFit
	reference [][]float64 // by branch: the visit that all branches are judged by
	typical   float64     // conditional variance of a shopper in the middle
	diverse   []oneView   // by branch
	shoppers  []string
	island    []int // by branch, from 1; 0 for branches of no large island
	large     int   // islands with at least a twentieth of the visits
	mean      float64
	crossing  *crossing
	design    *design
	sums      *stats.Crossed
}

// oneView is how far a branch is known through one shopper.
type oneView struct{ most, n int64 }

// crossing is the table with who visited whom, in numbers: branches as in the table, shoppers by name.
type crossing struct {
	t        table
	cells    []stats.CrossedCell // Row is the kind
	kinds    []kind
	shoppers []string
}

// kind is all that may be fixed about a visit.
type kind struct {
	scenario, format, region string
	month                    Month
	island                   int
}

func byKind(a, b kind) int {
	return cmp.Or(cmp.Compare(a.scenario, b.scenario), cmp.Compare(a.format, b.format), cmp.Compare(a.region, b.region),
		cmp.Compare(a.month, b.month), cmp.Compare(a.island, b.island))
}

// newCrossing leaves out cells of branches that are not listed, and sums that no visits have made. What is not adjusted
// for (months, unless asked; formats, unless pooled by) is the same for all.
func newCrossing(t table, in Input) *crossing {
	c := &crossing{t: t}
	branch := make(map[string]int, len(t.branches))
	for i, b := range t.branches {
		branch[b.ID] = i
	}
	shopper, number := names{}, map[kind]int{}
	last := struct {
		id, scenario string
		month        Month
		branch, kind int
	}{branch: -1}
	c.cells = make([]stats.CrossedCell, 0, len(in.Cells))
	for n := range in.Cells {
		v := &in.Cells[n]
		if v.N <= 0 || !v.possible() {
			continue
		}
		if last.branch < 0 || v.Branch != last.id || v.Scenario != last.scenario || v.Month != last.month { // they mostly come by branch and month
			i, ok := branch[v.Branch]
			if !ok {
				continue
			}
			last.id, last.scenario, last.month, last.branch, last.kind = v.Branch, v.Scenario, v.Month, i, c.kind(number, kindOf(v, &t.branches[i], &in))
		}
		c.cells = append(c.cells, stats.CrossedCell{
			Branch: last.branch, Shopper: int(shopper.number(v.Shopper)), Row: last.kind, N: v.N, Sum: v.SumBP, Sum2: v.SumBP2,
		})
	}
	c.shoppers = shopper.all
	c.sortShoppers()
	c.sortKinds()
	c.cells = stats.SortCells(c.cells, len(c.t.branches), len(c.shoppers), len(c.kinds))
	return c
}

// kind numbers what is fixed about a visit by its first appearance.
func (c *crossing) kind(number map[kind]int, k kind) int {
	n, ok := number[k]
	if !ok {
		n = len(c.kinds)
		number[k], c.kinds = n, append(c.kinds, k)
	}
	return n
}

// sortShoppers numbers shoppers by their names, so that the order of the input does not show.
func (c *crossing) sortShoppers() {
	order := make([]int, len(c.shoppers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.shoppers[a], c.shoppers[b]) })
	to, all := make([]int, len(order)), make([]string, len(order))
	for at, i := range order {
		to[i], all[at] = at, c.shoppers[i]
	}
	for i := range c.cells {
		c.cells[i].Shopper = to[c.cells[i].Shopper]
	}
	c.shoppers = all
}

func kindOf(v *VisitCell, b *Branch, in *Input) kind {
	k := kind{scenario: v.Scenario, region: b.Region}
	if in.Peers == SameFormat {
		k.format = b.Format
	}
	if in.ByMonth {
		k.month = v.Month
	}
	return k
}

// sortKinds numbers kinds in an order of their own, so that the order of the input does not show.
func (c *crossing) sortKinds() {
	old := slices.Clone(c.kinds)
	slices.SortFunc(c.kinds, byKind)
	to := make([]int, len(old))
	for i, k := range old {
		to[i], _ = slices.BinarySearchFunc(c.kinds, k, byKind)
	}
	for i := range c.cells {
		c.cells[i].Row = to[c.cells[i].Row]
	}
}

// tell sets apart the branches of each large island, whose shoppers never met those of the others.
func (c *crossing) tell(island []int, large int) {
	if large < 2 {
		return
	}
	number := map[kind]int{}
	var kinds []kind
	for i, x := range c.cells {
		k := c.kinds[x.Row]
		k.island = island[x.Branch]
		if _, ok := number[k]; !ok {
			number[k] = len(kinds)
			kinds = append(kinds, k)
		}
		c.cells[i].Row = number[k]
	}
	c.kinds = kinds
	c.sortKinds()
}

// data is the crossed model's input with the given design.
func (c *crossing) data(d *design) stats.CrossedData {
	return stats.CrossedData{
		Branches: len(c.t.branches), Shoppers: len(c.shoppers), Rows: d.rows, Cells: c.cells, Unit: 0.01,
	}
}

// newFair adjusts scores for shoppers and scenarios, or says why it does not. Without cells it says nothing.
func newFair(t table, in Input) (*fair, []Declined) {
	c := newCrossing(t, in)
	if len(c.cells) == 0 {
		return nil, nil
	}
	links := newLinks(c)
	if no := links.refuse(); no != nil {
		return nil, no
	}
	f := &fair{shoppers: c.shoppers, island: links.island, large: links.large}
	f.Islands, f.crossing = links.islands, c
	c.tell(links.island, links.large)
	d := newDesign(c, false)
	x, ok := stats.NewCrossed(c.data(d))
	if !ok {
		return nil, []Declined{{Why: NoSpread, Sentence: "The scores do not differ enough to tell shoppers from branches; they are not adjusted for shoppers."}}
	}
	if f.Components, ok = componentsOf(x, in.Known); !ok {
		return nil, []Declined{{Why: Singular, Sentence: ownShopper}}
	}
	if f.fit, ok = x.Solve(f.posterior()); !ok {
		return nil, []Declined{{Why: Singular, Sentence: ownShopper}}
	}
	f.design, f.sums = d, x
	f.finish(links)
	return f, f.cautions(links)
}

// componentsOf takes what is known, or finds it out.
func componentsOf(x *stats.Crossed, known *Components) (Components, bool) {
	if known != nil && known.Posterior.Visit > 0 {
		return *known, true
	}
	if !x.Exact() {
		v, ok := x.Moments()
		return Components{Plain: v, Posterior: v}, ok
	}
	var c Components
	var ok bool
	if c.Plain, c.Criterion, ok = x.REML(stats.REML); !ok {
		return c, false
	}
	c.HasCriterion = true
	if c.Posterior, _, ok = x.REMLFrom(c.Plain, stats.BoundaryAvoiding); !ok {
		return c, false
	}
	c.Uncertain = x.ShopperUncertain(c.Plain, c.Criterion)
	return c, true
}

// posterior is what estimates rest on; a network without differences still has a scale.
func (f *fair) posterior() stats.Variances {
	v := f.Posterior
	v.Branch = math.Max(v.Branch, 1e-8*v.Visit)
	return v
}

// finish works out what is asked of every branch.
func (f *fair) finish(links *links) {
	c, d := f.crossing, f.design
	f.Fixed = map[string]float64{}
	plain := f.fit.Fixed
	if f.Plain != f.Posterior && f.sums.Exact() {
		if found, ok := f.sums.FixedAt(f.Plain); ok {
			plain = found
		}
	}
	for k, name := range d.names {
		f.Fixed[name] = plain[k]
	}
	f.Adjusted = append([]string{"shopper"}, d.adjusted...)
	f.reference = make([][]float64, len(c.t.branches))
	for i := range c.t.branches {
		f.reference[i] = d.referenceOf(c.t.branches[i], links.island[i])
	}
	f.mean, _ = f.fit.Line(d.mean)
	f.diverse = links.views
	seen := slices.Sorted(slices.Values(f.fit.ShopperVar))
	f.typical = seen[len(seen)/2]
}

// mostlyOne tells whether a branch's estimate is mostly one shopper's view: at least 60 % of its visits are his, and they
// leave it half as uncertain again as visits by different shoppers would.
func (f *fair) mostlyOne(i int) bool {
	v := f.diverse[i]
	if v.n == 0 || 5*v.most < 3*v.n {
		return false
	}
	p := f.posterior()
	different := 1 / (1/p.Branch + float64(v.n)/(p.Visit+f.typical))
	return v.most > 1 && f.fit.BranchVar[i] > 1.5*different
}

// rankability is the share of the differences between branch means that is real: σ_b² against the middle variance that a
// branch's visits alone would leave, σ_e²/n_eff.
func (f *fair) rankability() float64 {
	var raw []float64
	for _, e := range f.fit.Effective {
		if e > 0 {
			raw = append(raw, f.Posterior.Visit/e)
		}
	}
	if len(raw) == 0 || f.Plain.Branch <= 0 {
		return 0
	}
	slices.Sort(raw)
	mid := (raw[(len(raw)-1)/2] + raw[len(raw)/2]) / 2
	return f.Plain.Branch / (f.Plain.Branch + mid)
}
