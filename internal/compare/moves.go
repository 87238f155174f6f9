package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// WindowMean is a branch's mean score in one window: N visits, Points, and the variance of its error in points squared.
// With a model of shoppers both are adjusted; without, they are the plain mean and the variance of visits over N.
type WindowMean struct {
	N           int
	Points, Var float64
}

// MoveRow is one branch in two windows of the same length and the same checklist series.
// Tail is the excess kurtosis of the error of the change: above 0 where visits are skewed or differ more in some branches
// than in others, so that large changes come about by luck more often than the normal distribution says.
type MoveRow struct {
	Branch        string
	Before, After WindowMean
	Tail          float64
}

// Movements is how branches moved from one window to the next.
type Movements struct {
	Network, NetworkSE float64 // what they moved together, points: Σ(d/v)/Σ(1/v)
	NetworkClear       bool    // beyond luck, at 95 %
	Tau2               float64 // how much branches truly moved apart, points squared (DerSimonian and Laird)
	Reliability        float64 // share of the differences between changes that is real, 0 to 1
	Rows               []Move  // by branch id
	Listed             []string
	Sentences          []string
}

// Move is one branch's change, in points; below zero is worse. Change is as seen, Shrunk as believed, with its 90 % range.
type Move struct {
	MoveRow
	Change, SD     float64
	P, Adjusted    float64 // of a change as far from the network's by luck; adjusted for how many are looked at
	Listed         bool    // changed, by a rule that keeps the false ones among those listed to one in ten
	Shrunk         float64
	Range          stats.Interval
	PWorse         float64 // chance that it fell
	PWorseThanRest float64 // chance that it fell more than the network did
	ClearlyWorse   bool
	ClearlyBetter  bool
}

const (
	moveFalse = 0.10 // of the branches listed at most this part is luck
	moveSure  = 0.90
	moveFloor = 0.25 // points squared: a branch's own change always speaks a little
)

// MoveRows pairs the raw scores of two windows, with the variance between visits of one branch in one window pooled over
// all. Branches without visits in both are left out. It is false when that variance is not known: no branch was visited
// twice in a window, or the visits of a branch never differ.
func MoveRows(before, after []ScoreCell) ([]MoveRow, bool) {
	was, is := sumScores(before), sumScores(after)
	s := newMoveSpread(was, is)
	if !(s.variance > 0) {
		return nil, false
	}
	var rows []MoveRow
	for _, id := range sortedKeys(was) {
		if a, b := was[id].group(), is[id].group(); a.N > 0 && b.N > 0 {
			rows = append(rows, MoveRow{
				Branch: id, Before: WindowMean{N: a.N, Points: a.Mean, Var: s.variance / float64(a.N)},
				After: WindowMean{N: b.N, Points: b.Mean, Var: s.variance / float64(b.N)}, Tail: s.tail(float64(a.N), float64(b.N)),
			})
		}
	}
	return rows, true
}

// moveSpread is how visits of one branch in one window differ: their variance, its own variance from branch to branch in
// units of its square (uneven), and the excess kurtosis of single visits.
type moveSpread struct{ variance, uneven, kurtosis float64 }

// newMoveSpread pools the variance. How much the variances of branches scatter says how far from normal the visits are; what of
// it branches keep from one window to the next is that branches differ in it, the rest is kurtosis of visits.
func newMoveSpread(windows ...map[string]Scores) moveSpread {
	ss, spare := 0.0, 0.0
	for _, sums := range windows {
		for _, id := range sortedKeys(sums) {
			if g := sums[id].group(); g.N > 1 {
				ss += g.SS
				spare += float64(g.N - 1)
			}
		}
	}
	if !(spare > 0) {
		return moveSpread{}
	}
	s := moveSpread{variance: ss / spare}
	if s.variance > 0 {
		s.shape(windows)
	}
	return s
}

func (s *moveSpread) shape(windows []map[string]Scores) {
	var both, pairs, beyond, weight float64
	for _, id := range sortedKeys(windows[0]) {
		a, okA := s.off(windows[0][id])
		b, okB := s.off(windows[1][id])
		if okA && okB {
			both += a * b
			pairs++
		}
	}
	if pairs >= fewBranches {
		s.uneven = math.Max(0, both/pairs)
	}
	for _, sums := range windows {
		for _, id := range sortedKeys(sums) {
			if d, ok := s.off(sums[id]); ok {
				n := float64(sums[id].N)
				beyond += d*d - 2/(n-1) - s.uneven*(n+1)/(n-1)
				weight += 1 / n
			}
		}
	}
	if weight > 0 {
		s.kurtosis = math.Max(0, beyond/weight)
	}
}

// off is how far the variance of one branch's visits lies from the pooled one, in units of it.
func (s *moveSpread) off(sum Scores) (float64, bool) {
	g := sum.group()
	if g.N < 2 {
		return 0, false
	}
	return g.SS/float64(g.N-1)/s.variance - 1, true
}

// tail is the excess kurtosis of the difference of means of n and m visits: a branch's own variance does not average out, the
// kurtosis of visits does.
func (s *moveSpread) tail(n, m float64) float64 {
	size := 1/n + 1/m
	return 3*s.uneven + s.kurtosis*(1/(n*n*n)+1/(m*m*m))/(size*size)
}

// chance is the two-sided chance of a change z standard deviations from what is expected: Student's t with this kurtosis.
func (r MoveRow) chance(z float64) float64 {
	if !(r.Tail > 1e-3) {
		return 2 * stats.Phi(-math.Abs(z))
	}
	df := 4 + 6/r.Tail
	t := stats.Belief{SD: 1, DF: df}
	return 2 * t.Below(-math.Abs(z)*math.Sqrt(df/(df-2)))
}

func sumScores(cells []ScoreCell) map[string]Scores {
	out := map[string]Scores{}
	for _, c := range cells {
		out[c.Branch] = out[c.Branch].plus(c.Scores)
	}
	for id, s := range out {
		if !s.possible() {
			delete(out, id)
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// usable tells whether a row can be compared at all.
func (r MoveRow) usable() bool {
	v := r.Before.Var + r.After.Var
	d := r.After.Points - r.Before.Points
	return r.Before.N > 0 && r.After.N > 0 && v > 0 && !math.IsInf(v, 0) && !math.IsNaN(d) && !math.IsInf(d, 0)
}

// NewMovements compares two windows. Rows that cannot be compared are left out; without any it is false. A branch is listed
// when it moved apart from what the rest did by more than luck explains (Benjamini and Hochberg at 0.10), in the direction
// in which it moved itself: else a movement of all would list everyone, and a branch that stood still beside it too. Clearly
// worse needs both chances, of having fallen and of having fallen more than the network, at 90 %.
func NewMovements(rows []MoveRow) (Movements, bool) {
	var kept []MoveRow
	var d, v []float64
	for _, r := range rows {
		if r.usable() {
			kept = append(kept, r)
		}
	}
	slices.SortStableFunc(kept, func(a, b MoveRow) int { return strings.Compare(a.Branch, b.Branch) })
	for _, r := range kept {
		d, v = append(d, r.After.Points-r.Before.Points), append(v, r.Before.Var+r.After.Var)
	}
	all, ok := stats.Combine(d, v)
	if !ok {
		return Movements{}, false
	}
	all = all.AroundFixed()
	m := Movements{Network: all.Mean, NetworkSE: all.SE, NetworkClear: math.Abs(all.Mean) >= z95*all.SE, Tau2: all.Tau2}
	m.Reliability = reliability(all.Tau2, v)
	m.rows(kept, d, v, all.Floored(moveFloor))
	m.say()
	return m, true
}

// reliability is the true variance between changes over the observed one.
func reliability(tau2 float64, v []float64) float64 {
	mean := 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	return tau2 / (tau2 + mean)
}

func (m *Movements) rows(kept []MoveRow, d, v []float64, all stats.Combined) {
	p := make([]float64, len(d))
	rest, _ := stats.Steady(d, v)
	for i := range d {
		p[i] = kept[i].chance((d[i] - rest) / math.Sqrt(v[i]))
	}
	adjusted, _ := stats.FalseDiscovery(p)
	for i, r := range kept {
		x := Move{MoveRow: r, Change: d[i], SD: math.Sqrt(v[i]), P: p[i], Adjusted: adjusted[i]}
		apart := d[i] - rest
		x.Listed = adjusted[i] <= moveFalse && d[i]*apart > 0
		x.believe(v[i], all)
		if x.Listed {
			m.Listed = append(m.Listed, r.Branch)
		}
		m.Rows = append(m.Rows, x)
	}
}

// believe draws the change to the network's and says how sure it is.
func (x *Move) believe(v float64, all stats.Combined) {
	value, sd := all.Shrink(x.Change, v)
	x.Shrunk = value
	x.Range = stats.Interval{Lo: value - z90*sd, Hi: value + z90*sd}
	x.PWorse = stats.Phi(-value / sd)
	own := math.Sqrt(all.Tau2 * v / (all.Tau2 + v)) // of the distance from the network, whose own error cancels
	x.PWorseThanRest = stats.Phi(-(value - all.Mean) / own)
	x.ClearlyWorse = x.PWorse >= moveSure && x.PWorseThanRest >= moveSure
	x.ClearlyBetter = 1-x.PWorse >= moveSure && 1-x.PWorseThanRest >= moveSure
}

const z90 = 1.6448536269514722

func (m *Movements) say() {
	up, down := 0, 0
	for _, x := range m.Rows {
		switch {
		case x.Listed && x.Change > 0:
			up++
		case x.Listed:
			down++
		}
	}
	n := len(m.Rows)
	if n == 1 {
		m.Sentences = append(m.Sentences, "Only one branch has visits in both windows, so there is nothing to compare its change with.")
		return
	}
	switch {
	case m.NetworkClear:
		m.Sentences = append(m.Sentences, fmt.Sprintf("Together the %s moved %s.", catalogue.Count(n, "branch", "branches"), upOrDown(m.Network)))
	default:
		m.Sentences = append(m.Sentences, fmt.Sprintf("Together the %s show no clear movement.", catalogue.Count(n, "branch", "branches")))
	}
	if up+down == 0 {
		m.Sentences = append(m.Sentences, "No branch can be said to have changed by itself: the differences are within luck.")
		return
	}
	m.Sentences = append(m.Sentences, fmt.Sprintf("%s by more than luck explains: %d better, %d worse.", changed(up+down), up, down),
		"Of the branches listed about one in ten is expected to be there by luck; where nothing changed at all, a list like this names someone about once in ten times.")
}

func changed(n int) string {
	if n == 1 {
		return "One branch changed"
	}
	return fmt.Sprintf("%d branches changed", n)
}

// upOrDown says points with their direction.
func upOrDown(points float64) string {
	word := "up"
	if points < 0 {
		word = "down"
	}
	return fmt.Sprintf("%s %s points", word, tenths(math.Abs(points)))
}

// Sentence says what can be said about one branch's change.
func (x *Move) Sentence(name string) string {
	lo, hi := x.Range.Lo, x.Range.Hi
	between := fmt.Sprintf("(between %s and %s points, 90 %%)", signed(lo), signed(hi))
	switch {
	case x.ClearlyWorse:
		return fmt.Sprintf("%s got clearly worse: %s %s.", name, upOrDown(x.Shrunk), between)
	case x.ClearlyBetter:
		return fmt.Sprintf("%s got clearly better: %s %s.", name, upOrDown(x.Shrunk), between)
	}
	return fmt.Sprintf("%s: no clear change. It came out %s (%s, then %d), and luck can do that: the true change plausibly lies between %s and %s points (90 %%).",
		name, higherOrLower(x.Change), visits(x.Before.N), x.After.N, signed(lo), signed(hi))
}

// higherOrLower says points as a result that came out differently.
func higherOrLower(points float64) string {
	word := "higher"
	if points < 0 {
		word = "lower"
	}
	if text := tenths(math.Abs(points)); text != "0" {
		return fmt.Sprintf("%s %s %s", text, pointWord(points), word)
	}
	return "the same"
}

func signed(points float64) string {
	s := tenths(math.Abs(points))
	switch {
	case s == "0":
		return s
	case points < 0:
		return "−" + s
	}
	return "+" + s
}

// Picked is one of a group of branches that was picked by its result in the first window: its raw means then and now, what
// was believed of it then (drawn to the network's mean as far as its visits were few), and the error variances of that
// belief and of the mean now. Points and points squared.
type Picked struct {
	Before, After       float64
	Believed            float64
	BelievedVar, NowVar float64
}

// Luck is how much of a picked group's rise would have come by itself: who is picked for a bad result was also unlucky.
type Luck struct {
	N                  int
	Rise               float64 // of the raw means, points
	Expected           float64 // without any change
	Beyond, SE         float64 // Rise − Expected − what all moved together, and its standard error
	MoreThan, LessThan bool    // Beyond is clear, at 90 % two-sided
}

// ByLuck measures a picked group; network is what all branches moved together. It is false for none.
func ByLuck(picked []Picked, network float64) (Luck, bool) {
	l := Luck{N: len(picked)}
	v := 0.0
	for _, p := range picked {
		l.Rise += p.After - p.Before
		l.Expected += p.Believed - p.Before
		v += p.BelievedVar + p.NowVar
	}
	n := float64(l.N)
	if l.N == 0 || math.IsNaN(l.Rise+l.Expected) || math.IsInf(l.Rise+l.Expected, 0) {
		return Luck{}, false
	}
	l.Rise /= n
	l.Expected /= n
	l.Beyond, l.SE = l.Rise-l.Expected-network, math.Sqrt(v)/n
	l.MoreThan, l.LessThan = l.Beyond > z90*l.SE, l.Beyond < -z90*l.SE
	return l, true
}

// Sentence says the rise beside what luck would have given.
func (l Luck) Sentence() string {
	verb := "rose by"
	if l.Rise < 0 {
		verb = "fell by"
	}
	who := fmt.Sprintf("These %d branches", l.N)
	if l.N == 1 {
		who = "This branch"
	}
	text := fmt.Sprintf("%s %s %s %s. %s would be expected by luck alone.", who, verb,
		tenths(math.Abs(l.Rise)), pointWord(l.Rise), l.expected())
	switch {
	case l.MoreThan:
		return text + fmt.Sprintf(" %s points are beyond luck and what all branches moved.", tenths(l.Beyond))
	case l.LessThan:
		return text + " That is worse than luck would have had it."
	}
	return text
}

// expected is the number alone where luck goes the way that they went, or says which way it goes.
func (l Luck) expected() string {
	text := tenths(math.Abs(l.Expected))
	switch {
	case text == "0" || l.Rise*l.Expected >= 0:
		return text
	case l.Expected < 0:
		return "A fall of " + text
	}
	return "A rise of " + text
}

func pointWord(v float64) string {
	if tenths(math.Abs(v)) == "1" {
		return "point"
	}
	return "points"
}

// PickWorst picks the worst share (0.1 for a tenth) of branches by their raw mean before, at least one, and measures what
// luck gives them. believe is what was believed of a branch by its first window alone: mean and standard deviation.
func PickWorst(rows []MoveRow, share, network float64, believe func(MoveRow) (mean, sd float64)) ([]string, Luck, bool) {
	var kept []MoveRow
	for _, r := range rows {
		if r.usable() {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 || !(share > 0 && share < 1) {
		return nil, Luck{}, false
	}
	slices.SortStableFunc(kept, worstFirst)
	kept = kept[:max(1, int(float64(len(kept))*share))]
	var ids []string
	var picked []Picked
	for _, r := range kept {
		mean, sd := believe(r)
		ids = append(ids, r.Branch)
		picked = append(picked, Picked{Before: r.Before.Points, After: r.After.Points, Believed: mean, BelievedVar: sd * sd, NowVar: r.After.Var})
	}
	l, ok := ByLuck(picked, network)
	return ids, l, ok
}

func worstFirst(a, b MoveRow) int {
	switch {
	case a.Before.Points < b.Before.Points:
		return -1
	case a.Before.Points > b.Before.Points:
		return 1
	}
	return strings.Compare(a.Branch, b.Branch)
}

// Believer gives what was believed of each branch by its first window, from the spread between branches in that window: the
// function that [PickWorst] asks for. Error variances are taken as they are.
func Believer(rows []MoveRow) (func(MoveRow) (mean, sd float64), bool) {
	var y, v []float64
	for _, r := range rows {
		if r.usable() {
			y, v = append(y, r.Before.Points), append(v, r.Before.Var)
		}
	}
	all, ok := stats.Combine(y, v)
	if !ok {
		return nil, false
	}
	return func(r MoveRow) (float64, float64) { return all.Shrink(r.Before.Points, r.Before.Var) }, true
}
