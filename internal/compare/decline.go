package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// Refusal says why something is not said. The zero value is none.
type Refusal int

// The refusals of the crossed model.
const (
	NotNamed         Refusal = iota + 1 // visits do not say who made them
	OwnShopper                          // too few shoppers visited several branches, or too few branches saw several
	Singular                            // branches and shoppers cannot be told apart
	NoSpread                            // scores do not differ
	Apart                               // groups of branches share no shopper: adjusted, but not compared
	LeniencyUnsure                      // shoppers are adjusted for, by an amount hardly known
	SharesNotOffered                    // the adjustment of standards is switched off, or impossible
)

// Declined is one refusal, in words.
type Declined struct {
	Why      Refusal
	Sentence string
}

const (
	fewLinks   = 10 // shoppers of several branches, and branches of several shoppers
	ownShopper = "Every branch was visited by its own shopper; we cannot tell a strict shopper from a weak branch. Swap at least 10 shoppers next wave."
	smallPart  = 20 // an island with less than one in so many visits is no island
)

// links is who met whom: the graph of branches and shoppers.
type links struct {
	shoppersLinked, branchesLinked int // with two partners at least
	shoppers                       int
	islands, large                 int
	island                         []int // by branch
	regions                        [][]string
	sizes                          []int // branches of each large island
	views                          []oneView
	named                          bool
}

func newLinks(c *crossing) *links {
	l := &links{island: make([]int, len(c.t.branches)), views: make([]oneView, len(c.t.branches)), shoppers: len(c.shoppers)}
	l.named = len(c.shoppers) > 1 || len(c.shoppers) == 1 && c.shoppers[0] != "" && c.shoppers[0] != constant
	pairs := pairsIn(c.cells)
	l.count(pairs, len(c.t.branches), len(c.shoppers))
	l.split(c, pairs)
	return l
}

// pair is a branch and a shopper who met, and how often.
type pair struct {
	branch, shopper int
	visits          int64
}

// pairsIn lists the pairs in cells that are sorted by them.
func pairsIn(cells []stats.CrossedCell) []pair {
	var out []pair
	for _, x := range cells {
		if last := len(out) - 1; last >= 0 && out[last].branch == x.Branch && out[last].shopper == x.Shopper {
			out[last].visits += x.N
			continue
		}
		out = append(out, pair{x.Branch, x.Shopper, x.N})
	}
	return out
}

// count finds who met at least two, and each branch's most frequent shopper.
func (l *links) count(pairs []pair, branches, shoppers int) {
	b, s := make([]int, branches), make([]int, shoppers)
	for _, p := range pairs {
		b[p.branch]++
		s[p.shopper]++
		v := &l.views[p.branch]
		v.n += p.visits
		v.most = max(v.most, p.visits)
	}
	for _, k := range b {
		if k > 1 {
			l.branchesLinked++
		}
	}
	for _, k := range s {
		if k > 1 {
			l.shoppersLinked++
		}
	}
}

// forest is a union–find over branches and shoppers.
type forest []int

func (f forest) root(i int) int {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

// join keeps the smaller root, so that an island is named by its first branch.
func (f forest) join(i, k int) {
	i, k = f.root(i), f.root(k)
	f[max(i, k)] = min(i, k)
}

// split finds the islands, and numbers those with at least a twentieth of the visits by their first branch.
func (l *links) split(c *crossing, pairs []pair) {
	b := len(c.t.branches)
	f := make(forest, b+len(c.shoppers))
	for i := range f {
		f[i] = i
	}
	total := int64(0)
	for _, p := range pairs {
		f.join(p.branch, b+p.shopper)
	}
	visits := make([]int64, b)
	for _, p := range pairs {
		visits[f.root(p.branch)] += p.visits
		total += p.visits
	}
	number := map[int]int{}
	for i, n := range visits {
		if n > 0 {
			l.islands++
		}
		if n > 0 && smallPart*n >= total {
			l.large++
			number[i] = l.large
		}
	}
	l.regions, l.sizes = make([][]string, l.large), make([]int, l.large)
	for i := range b {
		if at := number[f.root(i)]; at > 0 {
			l.island[i] = at
			l.sizes[at-1]++
			l.regions[at-1] = append(l.regions[at-1], c.t.branches[i].Region)
		}
	}
}

// refuse says why shoppers cannot be adjusted for; nil where they can.
func (l *links) refuse() []Declined {
	switch {
	case !l.named:
		return []Declined{{Why: NotNamed, Sentence: "The visits do not say who made them; we cannot tell a strict shopper from a weak branch, so scores are not adjusted."}}
	case l.shoppers == 1:
		return []Declined{{Why: OwnShopper, Sentence: "One shopper made all the visits; how strict that one is lies in every score, and there is nobody to compare with. Send at least 10 shoppers next wave."}}
	case l.shoppersLinked == 0 || l.branchesLinked == 0:
		return []Declined{{Why: OwnShopper, Sentence: ownShopper}}
	case l.shoppersLinked < fewLinks || l.branchesLinked < fewLinks:
		return []Declined{{Why: OwnShopper, Sentence: fmt.Sprintf(
			"Only %s visited more than one branch, and only %s seen by more than one shopper; we cannot tell a strict shopper from a weak branch. Swap at least 10 shoppers next wave.",
			catalogue.Count(l.shoppersLinked, "shopper", "shoppers"), catalogue.Count(l.branchesLinked, "branch was", "branches were"))}}
	}
	return nil
}

// cautions are what is said beside an adjustment that was made.
func (f *fair) cautions(l *links) []Declined {
	var out []Declined
	if f.large > 1 {
		out = append(out, Declined{Why: Apart, Sentence: apart(l)})
	}
	if f.Uncertain {
		out = append(out, Declined{Why: LeniencyUnsure, Sentence: "How much shoppers differ is uncertain: the visits fit no difference as well as a large one. They are adjusted for by the likeliest amount."})
	}
	return out
}

// apart names the islands by their regions, where these tell them apart.
func apart(l *links) string {
	const after = " Each group is adjusted by itself; they are not compared with one another."
	var names []string
	seen := map[string]int{}
	for i, regions := range l.regions {
		slices.Sort(regions)
		regions = slices.Compact(regions)
		for _, r := range regions {
			seen[r]++
		}
		l.regions[i] = regions
		names = append(names, strings.Join(regions, ", "))
	}
	for r, n := range seen {
		if n > 1 || r == "" || r == constant {
			return fmt.Sprintf("%s of branches share no shopper (%s).%s", capital(catalogue.Count(l.large, "group", "groups")), listed(l.sizes), after)
		}
	}
	if len(names) == 2 {
		return fmt.Sprintf("%s and %s share no shopper.%s", names[0], names[1], after)
	}
	return fmt.Sprintf("%s and %s share no shopper.%s", strings.Join(names[:len(names)-1], "; "), names[len(names)-1], after)
}

func listed(sizes []int) string {
	parts := make([]string, len(sizes))
	for i, n := range sizes {
		parts[i] = strconv.Itoa(n)
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1] + " branches"
}

// componentsAlone fits the crossed model where nothing may be said by it, for whoever checks the figures; nil where it
// cannot be fitted at all.
func componentsAlone(in Input) (*CrossedModel, bool) {
	t := newTable(in)
	c := newCrossing(t, in)
	if len(c.cells) == 0 {
		return nil, false
	}
	l := newLinks(c)
	d := newDesign(c, false)
	x, ok := stats.NewCrossed(c.data(d))
	if !ok {
		return nil, false
	}
	m := &CrossedModel{Islands: l.islands, Fixed: map[string]float64{}}
	if l.shoppers == 1 {
		m.Plain, m.Criterion, ok = x.OneSided(stats.REML)
	} else {
		m.Plain, m.Criterion, ok = x.REML(stats.REML)
	}
	if !ok {
		return nil, false
	}
	m.HasCriterion = true
	if fit, ok := x.Solve(m.Plain); ok {
		for k, name := range d.names {
			m.Fixed[name] = fit.Fixed[k]
		}
	}
	return m, true
}
