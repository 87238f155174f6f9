package compare

import (
	"cmp"
	"slices"
	"strings"
)

// FairTable holds what single visits found, a few bytes each: the scores and the outcomes of all standards. It is filled
// visit by visit; their order does not show.
type FairTable struct {
	standards []Standard
	branches  names
	shoppers  names
	kinds     map[tableKind]int32
	kindOf    []tableKind
	visits    []tableVisit
	outcomes  []byte // len(standards) for each visit
}

type tableKind struct {
	scenario string
	month    Month
}

// tableVisit is a visit in numbers.
type tableVisit struct {
	branch, shopper, kind int32
	score                 int16 // basis points, −1 for none
}

// names numbers strings by their first appearance.
type names struct {
	of  map[string]int32
	all []string
}

func (n *names) number(s string) int32 {
	if at, ok := n.of[s]; ok {
		return at
	}
	if n.of == nil {
		n.of = map[string]int32{}
	}
	at := int32(len(n.all)) //nolint:gosec // not that many names fit into memory
	s = strings.Clone(s)    // of a line that will be written over
	n.of[s] = at
	n.all = append(n.all, s)
	return at
}

// Met is what one visit found for one standard.
type Met byte

// The findings.
const (
	MetUnknown Met = iota // not asked, does not apply, not known
	MetNot
	MetGood
	MetWow
)

// FairVisit is one visit. ScoreBP below zero is none; Outcomes are in the order of the table's standards.
type FairVisit struct {
	Branch, Shopper, Scenario string
	Month                     Month
	ScoreBP                   int
	Outcomes                  []Met
}

// NewFairTable is empty; the weights of the standards tell how much each counts in a score.
func NewFairTable(standards []Standard) *FairTable {
	return &FairTable{standards: slices.Clone(standards), kinds: map[tableKind]int32{}}
}

// Add adds a visit. One with other than a finding for each standard, or an impossible score, is left out: false.
func (f *FairTable) Add(v FairVisit) bool {
	if len(v.Outcomes) != len(f.standards) || v.ScoreBP > 10_000 || slices.ContainsFunc(v.Outcomes, func(m Met) bool { return m > MetWow }) {
		return false
	}
	key := tableKind{v.Scenario, v.Month}
	kind, ok := f.kinds[key]
	if !ok {
		key.scenario = strings.Clone(v.Scenario)
		kind = int32(len(f.kindOf)) //nolint:gosec // not that many months
		f.kinds[key] = kind
		f.kindOf = append(f.kindOf, key)
	}
	f.visits = append(f.visits, tableVisit{
		branch: f.branches.number(v.Branch), shopper: f.shoppers.number(v.Shopper), kind: kind, score: int16(max(-1, v.ScoreBP)),
	})
	for _, m := range v.Outcomes {
		f.outcomes = append(f.outcomes, byte(m))
	}
	return true
}

// Visits is how many there are.
func (f *FairTable) Visits() int { return len(f.visits) }

// Cells are the scores by who visited whom, one for each visit, for [Input.Cells]; visits without a score are not in them.
func (f *FairTable) Cells() []VisitCell {
	out := make([]VisitCell, 0, len(f.visits))
	for _, v := range f.visits {
		if v.score < 0 {
			continue
		}
		bp, kind := int64(v.score), &f.kindOf[v.kind]
		out = append(out, VisitCell{
			Branch: f.branches.all[v.branch], Shopper: f.shoppers.all[v.shopper], Scenario: kind.scenario, Month: kind.month,
			Scores: Scores{N: 1, SumBP: bp, SumBP2: bp * bp},
		})
	}
	return out
}

// place is a visit in the numbers of a crossing, with its place in the table.
type place struct {
	branch, shopper, row int32
	at                   int32
}

// places finds the visits of branches, shoppers and kinds that the crossing has, in an order of their own.
func (f *FairTable) places(c *crossing, in Input, island []int, large int) []place {
	branch, shopper, row := f.numbers(c, in, island, large)
	out := make([]place, 0, len(f.visits))
	for i, v := range f.visits {
		b, s := branch[v.branch], shopper[v.shopper]
		if b < 0 || s < 0 {
			continue
		}
		if r, ok := row[[2]int32{b, v.kind}]; ok {
			out = append(out, place{branch: b, shopper: s, row: r, at: int32(i)})
		}
	}
	slices.SortFunc(out, func(a, b place) int {
		if c := cmp.Or(cmp.Compare(a.branch, b.branch), cmp.Compare(a.shopper, b.shopper), cmp.Compare(a.row, b.row)); c != 0 {
			return c
		}
		return f.byContent(a.at, b.at)
	})
	return out
}

// byContent orders visits that only differ in what was found.
func (f *FairTable) byContent(a, b int32) int {
	width := len(f.standards)
	i, k := int(a)*width, int(b)*width
	return cmp.Or(cmp.Compare(f.visits[a].score, f.visits[b].score),
		slices.Compare(f.outcomes[i:i+width], f.outcomes[k:k+width]))
}

// numbers translates the table's numbers; −1 is what the crossing does not have.
func (f *FairTable) numbers(c *crossing, in Input, island []int, large int) (branch, shopper []int32, row map[[2]int32]int32) {
	branch, shopper = make([]int32, len(f.branches.all)), make([]int32, len(f.shoppers.all))
	for i, name := range f.branches.all {
		branch[i] = found(slices.BinarySearchFunc(c.t.branches, name, func(b Branch, id string) int { return cmp.Compare(b.ID, id) }))
	}
	for i, name := range f.shoppers.all {
		shopper[i] = found(slices.BinarySearch(c.shoppers, name))
	}
	row = map[[2]int32]int32{}
	for _, b := range branch {
		if b < 0 {
			continue
		}
		for k, kind := range f.kindOf {
			x := kindOf(&VisitCell{Scenario: kind.scenario, Month: kind.month}, &c.t.branches[b], &in)
			if large > 1 {
				x.island = island[b]
			}
			if r := found(slices.BinarySearchFunc(c.kinds, x, byKind)); r >= 0 {
				row[[2]int32{b, int32(k)}] = r
			}
		}
	}
	return branch, shopper, row
}

func found(at int, ok bool) int32 {
	if !ok {
		return -1
	}
	return int32(at) //nolint:gosec // an index
}
