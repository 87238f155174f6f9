package manager

import (
	"cmp"
	"slices"
	"strings"

	"plainclothes/internal/report"
)

// Orders that branches can be listed in. Without one they stand as they compare: the best first, those without a score last.
const (
	weakestFirst = "weakest"
	byName       = "name"
	byRegion     = "region"
	mostVisits   = "visits"
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
	var less func(a, b int) int
	switch ch.Order {
	case weakestFirst:
		less = l.weakest
	case byName:
		less = l.spelled(func(p report.Place) string { return p.Name }, r.Places)
	case byRegion:
		less = l.spelled(func(p report.Place) string { return p.Region }, r.Places)
	case mostVisits:
		less = func(a, b int) int { return cmp.Compare(l.rows[b].Score.N, l.rows[a].Score.N) }
	default:
		return l
	}
	l.at = make([]int, len(l.rows))
	for i := range l.at {
		l.at[i] = i
	}
	slices.SortStableFunc(l.at, less)
	return l
}

// weakest is the order of scores turned round; who has none still stands last, because nobody knows how weak it is.
func (l lineup) weakest(a, b int) int {
	x, y := &l.rows[a].Score, &l.rows[b].Score
	if (x.N > 0) != (y.N > 0) {
		return cmp.Compare(min(1, y.N), min(1, x.N))
	}
	return cmp.Compare(x.EstimateBP, y.EstimateBP)
}

// spelled orders by words, without regard to case; each is made comparable once.
func (l lineup) spelled(word func(report.Place) string, places map[string]report.Place) func(a, b int) int {
	words := make([]string, len(l.rows))
	for i := range l.rows {
		words[i] = strings.ToLower(word(places[l.rows[i].ID]))
	}
	return func(a, b int) int { return strings.Compare(words[a], words[b]) }
}

// ordersOf are the ways to list so many branches, the present one marked; one branch stands in no order.
func ordersOf(ch *choice, path string, branches int) (all []tab) {
	if branches < 2 {
		return nil
	}
	for _, x := range [][2]string{
		{"", "Best first"}, {weakestFirst, "Weakest first"}, {byName, "By name"}, {byRegion, "By region"}, {mostVisits, "Most visits"},
	} {
		other := *ch
		other.Order = x[0]
		all = append(all, tab{Text: x[1], Href: other.address(path), Current: ch.Order == x[0]})
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
