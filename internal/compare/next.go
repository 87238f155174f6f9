package compare

import (
	"cmp"
	"container/heap"
	"fmt"
	"math"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// Aim says what further visits are for.
type Aim int

// The aims.
const (
	LeastHarm   Aim = iota // the fewest points lost by wrong decisions
	MostSettled            // the largest number of branches that can be told
)

// NextBranch is one branch that visits could go to: what is believed of its expected score, in points, or, where the question is a
// standard, of its share, as the beta distribution of Met and Missed visits; how much it counts (0: 1), and how many visits it
// has this quarter already, planned ones included.
type NextBranch struct {
	ID          string
	Mean, SD    float64
	Met, Missed float64 // both above 0: the question is the share; see [stats.Mixture.Beta]
	Weight      float64
	ThisQuarter int
	Area        string // where it lies, for shoppers' home areas
	LastShopper string
}

// NextInput asks where the next visits tell most. VisitSD is how much visits of one branch differ, in points; questions of a
// share do without.
type NextInput struct {
	Branches []NextBranch
	TargetBP int
	VisitSD  float64
	Budget   int // visits of this wave
	Least    int // visits a branch and quarter, for fairness; 0: 1, below 0: none
	Most     int // a branch and wave; 0: 4
	Aim      Aim
}

// NextVisits is how many visits a branch should get, and what they are worth: points of harm averted (LeastHarm), or the
// chance that the branch will be told (MostSettled), beyond what is known now. Fair of them only keep the least.
type NextVisits struct {
	Branch string
	Visits int
	Fair   int
	Worth  float64
}

// NextPlan is a wave.
type NextPlan struct {
	Visits    []NextVisits // by branch id; branches without visits are left out
	Spent     int
	Sentences []string
}

const (
	nextLeast = 1
	nextMost  = 4
)

// PlanNext spends the budget: first the least that fairness asks for, then visit by visit, or a few at once where one alone
// cannot change anything, where they are worth most per visit. Equal worth goes by branch id. Branches whose belief cannot
// be are left out. It is false where no branch is left, and for no budget or target.
func PlanNext(in NextInput) (NextPlan, bool) {
	if in.Budget < 1 || in.TargetBP <= 0 {
		return NextPlan{}, false
	}
	in.settle()
	q := newNextQueue(in)
	if q.Len() == 0 {
		return NextPlan{}, false
	}
	left := q.fair(in.Budget)
	for left > 0 && q.Len() > 0 {
		best := q.items[0]
		if best.rate <= 0 {
			break
		}
		n := min(best.step, left)
		best.given += n
		left -= n
		best.offer(q.in, left)
		heap.Fix(q, 0)
		q.trim()
	}
	return q.plan(in.Budget - left), true
}

// settle fills in what was left open.
func (in *NextInput) settle() {
	if in.Least == 0 {
		in.Least = nextLeast
	}
	if in.Most <= 0 {
		in.Most = nextMost
	}
}

// nextItem is one branch in the queue: what it was given and what it offers next.
type nextItem struct {
	NextBranch
	given, fair, step int
	rate              float64 // worth of a visit among the next step
}

// worth of n visits in all, beyond none.
func (b *nextItem) worth(in *NextInput, n int) float64 {
	if n < 1 {
		return 0
	}
	weight := b.Weight
	if !(weight > 0) {
		weight = 1
	}
	switch {
	case in.Aim == MostSettled && b.ofShare():
		return weight * settlesShare(b.Met, b.Missed, float64(in.TargetBP)/10_000, n)
	case in.Aim == MostSettled:
		return weight * b.settles(in, n)
	case b.ofShare():
		return weight * 100 * stats.ValueOfVisitsShare(b.Met, b.Missed, float64(in.TargetBP)/10_000, n)
	}
	return weight * stats.ValueOfVisits(b.Mean, b.SD, float64(in.TargetBP)/100, in.VisitSD, n)
}

// ofShare tells whether the question is a standard's share.
func (b *NextBranch) ofShare() bool { return b.Met > 0 && b.Missed > 0 }

// usable tells whether visits to the branch can be worth anything that can be worked out.
func (b *NextBranch) usable(visitSD float64) bool {
	if b.ofShare() {
		return !math.IsInf(b.Met+b.Missed, 0)
	}
	return visitSD > 0 && b.SD > 0 && !math.IsInf(b.SD, 0) && !math.IsNaN(b.Mean) && !math.IsInf(b.Mean, 0)
}

// settles is the chance that n more visits tell a score, 0 where it is told already.
func (b *NextBranch) settles(in *NextInput, n int) float64 {
	away := b.Mean - float64(in.TargetBP)/100
	if math.Abs(away) >= settledAt*b.SD {
		return 0
	}
	return scoreSettles(b.SD, in.VisitSD*in.VisitSD, away, n)
}

// settlesShare is the same for a share.
func settlesShare(met, missed, target float64, n int) float64 {
	if told, ok := stats.SettledAfter(met, missed, target, moveSure, 0); !ok || told > 0 {
		return 0
	}
	after, _ := stats.SettledAfter(met, missed, target, moveSure, n)
	return after
}

// settledAt is how many standard deviations from the target a belief is told already: 90 %.
const settledAt = 1.2815515655446004

// offer finds the step that is worth most per visit.
func (b *nextItem) offer(in *NextInput, left int) {
	b.step, b.rate = 0, 0
	now := b.worth(in, b.given)
	for j := 1; j <= min(in.Most-b.given, left); j++ {
		if rate := (b.worth(in, b.given+j) - now) / float64(j); rate > b.rate*(1+1e-12) {
			b.step, b.rate = j, rate
		}
	}
}

// nextQueue gives out what is worth most first.
type nextQueue struct {
	in    *NextInput
	items []*nextItem
	done  []*nextItem
}

func newNextQueue(in NextInput) *nextQueue {
	q := &nextQueue{in: &in}
	for _, b := range in.Branches {
		if b.usable(in.VisitSD) {
			item := &nextItem{NextBranch: b}
			item.offer(q.in, in.Budget)
			q.items = append(q.items, item)
		}
	}
	heap.Init(q)
	return q
}

// fair gives every branch what it lacks of the least, the most telling first where the budget is short.
func (q *nextQueue) fair(budget int) int {
	order := slices.Clone(q.items)
	slices.SortStableFunc(order, byRate)
	for round := 1; round <= q.in.Least && round <= q.in.Most; round++ {
		for _, b := range order {
			if budget > 0 && b.ThisQuarter+b.given < round {
				b.given++
				b.fair++
				budget--
			}
		}
	}
	for _, b := range q.items {
		b.offer(q.in, budget)
	}
	heap.Init(q)
	return budget
}

func byRate(a, b *nextItem) int {
	return cmp.Or(cmp.Compare(b.rate, a.rate), strings.Compare(a.ID, b.ID))
}

// trim takes off the front what has nothing more to offer.
func (q *nextQueue) trim() {
	for q.Len() > 0 && q.items[0].rate <= 0 {
		item, ok := heap.Pop(q).(*nextItem)
		if !ok {
			return
		}
		q.done = append(q.done, item)
	}
}

// Len, Less, Swap, Push and Pop make it a heap.
func (q *nextQueue) Len() int           { return len(q.items) }
func (q *nextQueue) Less(i, j int) bool { return byRate(q.items[i], q.items[j]) < 0 }
func (q *nextQueue) Swap(i, j int)      { q.items[i], q.items[j] = q.items[j], q.items[i] }

// Push adds an item.
func (q *nextQueue) Push(x any) {
	if item, ok := x.(*nextItem); ok {
		q.items = append(q.items, item)
	}
}

// Pop takes the last one off.
func (q *nextQueue) Pop() any {
	last := len(q.items) - 1
	item := q.items[last]
	q.items = q.items[:last]
	return item
}

func (q *nextQueue) plan(spent int) NextPlan {
	p := NextPlan{Spent: spent}
	fair := 0
	for _, b := range append(q.done, q.items...) {
		if b.given > 0 {
			p.Visits = append(p.Visits, NextVisits{Branch: b.ID, Visits: b.given, Fair: b.fair, Worth: b.worth(q.in, b.given)})
			fair += b.fair
		}
	}
	slices.SortFunc(p.Visits, func(a, b NextVisits) int { return strings.Compare(a.Branch, b.Branch) })
	p.say(q.in, fair)
	return p
}

func (p *NextPlan) say(in *NextInput, fair int) {
	where := fmt.Sprintf("%s to %s", visits(p.Spent), catalogue.Count(len(p.Visits), "branch", "branches"))
	switch most := p.Spent - fair; {
	case p.Spent == 0:
		p.Sentences = append(p.Sentences, "No visits are to be sent.")
	case fair == 0:
		p.Sentences = append(p.Sentences, where+", where they tell most.")
	case most == 0:
		p.Sentences = append(p.Sentences, where+", so that every branch is seen.")
	default:
		p.Sentences = append(p.Sentences, fmt.Sprintf("%s: %d so that every branch is seen, %d where they tell most.", where, fair, most))
	}
	if p.Spent < in.Budget {
		p.Sentences = append(p.Sentences, visits(in.Budget-p.Spent)+" would tell nothing more, or the most visits a branch and wave are reached.")
	}
	if in.Aim == LeastHarm {
		p.Sentences = append(p.Sentences, "Visits sent where they tell most make plain averages of all branches too dark or too bright; only the estimates stay fair.")
	}
}

// NextShopper is one shopper that visits can go to: at most Free of them, and how many visits were made before, in all and
// away from the home area.
type NextShopper struct {
	ID, Home         string
	Free             int
	Visited, Outside int
	away             int // visits away from home wanted by the end of the wave
}

// Assigned is one visit with its shopper; empty where nobody may go.
type Assigned struct{ Branch, Shopper string }

// outsideShare of each shopper's visits must lie outside the home area: without shoppers who see several areas a strict
// shopper cannot be told from a weak branch.
const outsideShare = 0.1

// AssignShoppers gives each visit of a plan a shopper: never the one who was at the branch last, at home as far as possible, and
// away from home often enough. Of those who may go the one with the fewest visits goes, then by id. Visits are handed out one
// a branch in turn.
func AssignShoppers(plan NextPlan, branches []NextBranch, shoppers []NextShopper) []Assigned {
	at := map[string]NextBranch{}
	for _, b := range branches {
		at[b.ID] = b
	}
	pool := slices.Clone(shoppers)
	slices.SortStableFunc(pool, func(a, b NextShopper) int { return strings.Compare(a.ID, b.ID) })
	reserve(pool, plan)
	var out []Assigned
	for round := 1; ; round++ {
		more := false
		for _, v := range plan.Visits {
			if v.Visits < round {
				continue
			}
			more = true
			b := at[v.Branch]
			b.ID = v.Branch
			a := Assigned{Branch: v.Branch, Shopper: choose(pool, b)}
			if a.Shopper != "" {
				b.LastShopper = a.Shopper
				at[v.Branch] = b
			}
			out = append(out, a)
		}
		if !more {
			return out
		}
	}
}

// reserve sets how often each shopper should go away in this wave, if he got up to twice his part of it: the visits away come first, while
// there are any, because at home alone he would soon have to stop.
func reserve(pool []NextShopper, plan NextPlan) {
	all := 0
	for _, v := range plan.Visits {
		all += v.Visits
	}
	for i := range pool {
		s := &pool[i]
		part := 2 * (all + len(pool) - 1) / len(pool)
		s.away = int(math.Ceil(outsideShare * float64(s.Visited+min(s.Free, part))))
	}
}

// choose takes the shopper who may go and was given least; at home before away, unless it is time to go away.
func choose(pool []NextShopper, b NextBranch) string {
	best := -1
	for i, s := range pool {
		if s.Free > 0 && s.ID != b.LastShopper && (s.Home != b.Area || s.settledAway()) && (best < 0 || s.before(pool[best], b)) {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	s := &pool[best]
	s.Free--
	s.Visited++
	if s.Home != b.Area {
		s.Outside++
	}
	return s.ID
}

// settledAway tells whether one more visit at home leaves enough away from it.
func (s NextShopper) settledAway() bool {
	return float64(s.Outside) >= outsideShare*float64(s.Visited+1)
}

// before orders shoppers for a branch: who has to go away goes away first, then those at home there, then the least used.
func (s NextShopper) before(t NextShopper, b NextBranch) bool {
	return cmp.Or(cmp.Compare(s.turn(b), t.turn(b)), cmp.Compare(s.Visited, t.Visited)) < 0
}

func (s NextShopper) turn(b NextBranch) int {
	switch {
	case s.Home != b.Area && s.Outside < s.away:
		return 0
	case s.Home == b.Area:
		return 1
	}
	return 2
}
