package manager

import (
	"cmp"
	"slices"
	"strings"

	"plainclothes/internal/alphabet"
	"plainclothes/internal/compare"
	"plainclothes/internal/report"
)

// Orders that branches can be listed in. Without one they stand as they compare: the best first, those without a score last; on
// the page of changes those that moved beyond luck first, then the most fallen.
const (
	weakestFirst = "weakest"
	byName       = "name"
	byRegion     = "region"
	mostVisits   = "visits"
	mostFallen   = "fallen"
	mostRisen    = "risen"
)

// An order is chosen by a word in the address and has a name.
type order struct{ word, name string }

// The orders of a comparison, and of a change; the first is how the branches stand anyway.
var (
	compareOrders = []order{{"", "Best first"}, {weakestFirst, "Weakest first"}, {byName, "By name"}, {byRegion, "By region"}, {mostVisits, "Most visits"}}
	changeOrders  = []order{{"", "Beyond luck first"}, {mostFallen, "Most fallen"}, {mostRisen, "Most risen"}, {byName, "By name"}, {byRegion, "By region"}}
)

// lineup is branches in the order that was chosen. What was compared is shared by all who read it, so numbers of rows are put in order,
// never the rows.
type lineup struct {
	rows []compareRow
	at   []int // numbers in rows; nil: as they are
}

func (l lineup) len() int { return len(l.rows) }

// cut gives a part of the branches, in order.
func (l lineup) cut(from, to int) []compareRow {
	if l.at == nil {
		return l.rows[from:to]
	}
	out := make([]compareRow, 0, to-from)
	for _, i := range l.at[from:to] {
		out = append(out, l.rows[i])
	}
	return out
}

// lineupOf are the branches that are looked for, in the order chosen. Branches that are equal in it stand as they compare.
func lineupOf(ch *choice, r *report.Comparison) lineup {
	l := lineup{rows: found(ch, r.Result.Branches, func(b *compareRow) report.Place { return r.Places[b.ID] })}
	place := func(i int) report.Place { return r.Places[l.rows[i].ID] }
	switch ch.Order {
	case weakestFirst:
		l.at = inOrder(len(l.rows), l.weakest)
	case byName, byRegion:
		l.at = inOrder(len(l.rows), spelled(ch, len(l.rows), place))
	case mostVisits:
		l.at = inOrder(len(l.rows), func(a, b int) int { return cmp.Compare(l.rows[b].Score.N, l.rows[a].Score.N) })
	}
	return l
}

// inOrder gives the numbers of n rows in an order; those that are equal in it stand as they stood.
func inOrder(n int, less func(a, b int) int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, less)
	return at
}

// movesOf are branches that moved in the order chosen. The rows are shared by all who read them: in another order they are copies.
func movesOf(ch *choice, rows []compare.Move, places map[string]report.Place) []compare.Move {
	var less func(a, b int) int
	switch ch.Order {
	case mostFallen:
		less = func(a, b int) int { return cmp.Compare(rows[a].Change, rows[b].Change) }
	case mostRisen:
		less = func(a, b int) int { return cmp.Compare(rows[b].Change, rows[a].Change) }
	case byName, byRegion:
		less = spelled(ch, len(rows), func(i int) report.Place { return places[rows[i].Branch] })
	default:
		return rows
	}
	out := make([]compare.Move, 0, len(rows))
	for _, i := range inOrder(len(rows), less) {
		out = append(out, rows[i])
	}
	return out
}

// weakest is the order of scores turned round; who has none still stands last, because nobody knows how weak it is.
func (l lineup) weakest(a, b int) int {
	x, y := &l.rows[a].Score, &l.rows[b].Score
	if (x.N > 0) != (y.N > 0) {
		return cmp.Compare(min(1, y.N), min(1, x.N))
	}
	return cmp.Compare(x.EstimateBP, y.EstimateBP)
}

// spelled orders n branches by their names or by their regions, whichever was chosen, as the page's language does; each is made
// comparable once. Branches of one region stand as they stood.
func spelled(ch *choice, n int, place func(int) report.Place) func(a, b int) int {
	words := make([]string, n)
	for i := range n {
		p := place(i)
		if words[i] = p.Name; ch.Order == byRegion {
			words[i] = p.Region
		}
	}
	keys := alphabet.Keys(ch.lang, words)
	return func(a, b int) int { return strings.Compare(keys[a], keys[b]) }
}

// ordersOf are the ways to list so many branches, the present one marked; one branch stands in no order. An order that another
// page has is none here: the branches stand as they do without one.
func ordersOf(ch *choice, path string, orders []order, branches int) (all []tab) {
	if branches < 2 {
		return nil
	}
	here := ch.Order
	if !slices.ContainsFunc(orders, func(o order) bool { return o.word == here }) {
		here = ""
	}
	for _, o := range orders {
		other := *ch
		other.Order = o.word
		all = append(all, tab{Text: o.name, Href: other.address(path), Current: here == o.word})
	}
	return all
}

// regionIn is a branch's region, to be said where the branches stand by it.
func regionIn(ch *choice, p report.Place) string {
	if ch.Order != byRegion {
		return ""
	}
	return p.Region
}
