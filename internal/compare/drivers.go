package compare

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// DriverVisit is one visit for the question what an overall mark hangs together with: the mark in any unit, and for each
// standard 1 where it was met, 0 where it was not, between for a part of it, NaN where it did not apply.
type DriverVisit struct {
	Branch, Shopper, Scenario string
	Overall                   float64
	Met                       []float64 // in the order of DriverInput.Standards
}

// DriverInput is what importance is worked out from. Customers says that the marks come from customers and not from the
// shopper who filled in the list just before. Draws is the number of bootstrap draws, 0: 999 (199 for more than 40 standards). Seed
// makes them repeatable: a hash of data version, window and purpose.
type DriverInput struct {
	Visits    []DriverVisit
	Standards []Standard
	Section   map[string]string // by standard's id
	Customers bool
	Draws     int
	Seed      uint64
}

// Drivers is how the explained part of the overall mark divides over the standards.
type Drivers struct {
	Declined  string // why nothing is said, in words; everything else is then empty but the counts
	Visits    int
	Branches  int
	R2        float64        // share of the mark's variation that the standards explain, luck taken off
	R2Range   stats.Interval // 90 %
	Adjusted  []string       // whose means were taken off first
	Title     string         // what may be claimed
	Standards []Driver       // most important first
	Sections  []Driver       // the same for the sections' means; empty with fewer than two
	Priority  []Driver       // the standards by importance times room to improve
	Sentence  string
}

// Driver is one standard or section. Part is its share of what is explained, 0 to 1, with its 90 % range and that of its rank;
// Share is how often it is met; Priority is Part times the share of visits that miss it. Inside is, for a standard, its share of
// what its own section explains.
type Driver struct {
	ID, Title string
	Part      float64
	Range     stats.Interval
	Rank      int
	RankLo    int
	RankHi    int
	Share     float64
	Priority  float64
	Inside    float64
}

const (
	driverVisits = 10   // visits that each standard asks for
	driverLeast  = 0.02 // explained share below which nothing is said
	driverDraws  = 999
	driverFew    = 199
	driverMany   = 40 // standards from which fewer draws are made
)

// NewDrivers divides. Means of branch, shopper and scenario are taken off first, so that a happy shopper who ticks everything does not
// prove all drivers. It declines in words where the visits cannot carry an answer.
func NewDrivers(in DriverInput) Drivers {
	visits := in.usable()
	d := Drivers{Visits: len(visits), Adjusted: []string{"branch", "shopper", "scenario"}, Title: in.title()}
	table := newDriverTable(in, visits)
	d.Branches = len(table.blocks)
	if d.Declined = table.refusal(); d.Declined != "" {
		return d
	}
	whole := table.whole()
	main, ok := stats.Relative(whole)
	if !ok {
		d.Declined = "The overall mark never differs within a branch, a shopper and a scenario; nothing hangs together with it."
		return d
	}
	b := table.bootstrap(in, main)
	d.R2, d.R2Range = table.honest(main.R2, 1), b.r2
	if d.R2Range.Lo < driverLeast {
		d.Declined = fmt.Sprintf("The standards together explain between %s and %s of the overall mark; that may be next to nothing, so no standard is named.",
			wholePercent(d.R2Range.Lo), wholePercent(d.R2Range.Hi))
		return d
	}
	d.Standards = table.drivers(in, main, b)
	d.sections(in, table)
	d.prioritise()
	d.say()
	return d
}

func (in DriverInput) title() string {
	if in.Customers {
		return "What customers connect with their overall mark"
	}
	return "What shoppers connect with their overall mark"
}

// usable leaves out visits without a mark or with the wrong number of answers, and fixes one order.
func (in DriverInput) usable() []DriverVisit {
	var out []DriverVisit
	for _, v := range in.Visits {
		if len(v.Met) == len(in.Standards) && !math.IsNaN(v.Overall) && !math.IsInf(v.Overall, 0) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b DriverVisit) int {
		return cmp.Or(strings.Compare(a.Branch, b.Branch), strings.Compare(a.Shopper, b.Shopper), strings.Compare(a.Scenario, b.Scenario),
			cmp.Compare(a.Overall, b.Overall), slices.CompareFunc(a.Met, b.Met, cmp.Compare[float64]))
	})
	return out
}

// driverTable holds the products by branch, the unit that is drawn again.
type driverTable struct {
	standards, visits int
	spare             float64 // visits less the means taken off
	share             []float64
	blocks            []stats.Gram
	settled           bool
}

func newDriverTable(in DriverInput, visits []DriverVisit) driverTable {
	t := driverTable{standards: len(in.Standards), visits: len(visits), share: make([]float64, len(in.Standards))}
	if len(visits) == 0 || len(in.Standards) == 0 {
		return t
	}
	columns := t.columns(visits)
	branch, shopper, scenario := newGrouping(visits, func(v DriverVisit) string { return v.Branch }),
		newGrouping(visits, func(v DriverVisit) string { return v.Shopper }), newGrouping(visits, func(v DriverVisit) string { return v.Scenario })
	t.settled = stats.RemoveMeans(columns, []stats.Grouping{branch, shopper, scenario})
	t.spare = float64(len(visits) - branch.Groups - shopper.Groups - scenario.Groups + 2)
	t.blocks = make([]stats.Gram, branch.Groups)
	for g := range t.blocks {
		t.blocks[g] = stats.NewGram(t.standards)
	}
	row := make([]float64, t.standards+1)
	for i := range visits {
		for k := range row {
			row[k] = columns[k][i]
		}
		t.blocks[branch.Of[i]].Add(row)
	}
	return t
}

// columns are the overall mark and the standards; where one did not apply its usual share stands in, which says nothing.
func (t *driverTable) columns(visits []DriverVisit) [][]float64 {
	columns := make([][]float64, t.standards+1)
	for k := range columns {
		columns[k] = make([]float64, len(visits))
	}
	for k := range t.standards {
		n := 0.0
		for _, v := range visits {
			if m := v.Met[k]; m >= 0 && m <= 1 {
				t.share[k] += m
				n++
			}
		}
		t.share[k] /= math.Max(1, n)
		for i, v := range visits {
			columns[k+1][i] = t.share[k]
			if m := v.Met[k]; m >= 0 && m <= 1 {
				columns[k+1][i] = m
			}
		}
	}
	for i, v := range visits {
		columns[0][i] = v.Overall
	}
	return columns
}

// newGrouping numbers rows by a key, in order of appearance.
func newGrouping[T any](rows []T, key func(T) string) stats.Grouping {
	at := map[string]int{}
	g := stats.Grouping{Of: make([]int, len(rows))}
	for i, r := range rows {
		n, ok := at[key(r)]
		if !ok {
			n = len(at)
			at[key(r)] = n
		}
		g.Of[i] = n
	}
	g.Groups = len(at)
	return g
}

// refusal says what is missing.
func (t *driverTable) refusal() string {
	switch need := driverVisits * t.standards; {
	case t.standards == 0:
		return "There are no standards to compare."
	case t.standards > stats.JohnsonMost:
		return fmt.Sprintf("At most %d standards can be compared at once; choose fewer.", stats.JohnsonMost)
	case t.visits < need:
		return fmt.Sprintf("%s with an overall mark; %s at least %d. With more visits, or fewer standards, it can be told.",
			capital(countOrNo(t.visits)), catalogue.Count(t.standards, "standard needs", "standards need"), need)
	case len(t.blocks) < fewBranches:
		return fmt.Sprintf("The visits come from %s; at least %d are needed to see what holds in all of them.", catalogue.Count(len(t.blocks), "branch", "branches"), fewBranches)
	case !t.settled || t.spare < float64(2*t.standards):
		return "Too many shoppers and branches for so few visits: once their habits are taken off nothing is left to compare."
	}
	return ""
}

func (t *driverTable) whole() stats.Gram {
	g := stats.NewGram(t.standards)
	for _, b := range t.blocks {
		g.Plus(b, 1)
	}
	return g
}

// honest takes off what so many standards explain of mere luck; a bootstrap draw holds that luck twice.
func (t *driverTable) honest(r2, times float64) float64 {
	luck := math.Min(0.9, times*float64(t.standards)/t.spare)
	return math.Max(0, 1-(1-r2)/(1-luck))
}

// driverDrawn is what bootstrap draws say.
type driverDrawn struct {
	r2    stats.Interval
	parts [][]float64 // by standard, sorted
	ranks [][]float64
}

// bootstrap draws branches with replacement.
func (t *driverTable) bootstrap(in DriverInput, main stats.Importance) driverDrawn {
	draws := in.Draws
	if draws <= 0 {
		draws = driverDraws
		if t.standards > driverMany {
			draws = driverFew
		}
	}
	luck := rand.New(rand.NewPCG(in.Seed, 0x64726976657273)) //nolint:gosec // repeatable draws, no secret; "drivers"
	d := driverDrawn{parts: make([][]float64, t.standards), ranks: make([][]float64, t.standards)}
	var r2 []float64
	for range draws {
		imp, ok := stats.Relative(t.draw(luck))
		if !ok {
			continue
		}
		r2 = append(r2, t.honest(imp.R2, 2))
		ranks := ranksOf(imp.Parts)
		for k, p := range imp.Parts {
			d.parts[k] = append(d.parts[k], share01(p, imp.R2))
			d.ranks[k] = append(d.ranks[k], float64(ranks[k]))
		}
	}
	d.r2 = middle90(r2, t.honest(main.R2, 1))
	return d
}

func (t *driverTable) draw(luck *rand.Rand) stats.Gram {
	times := make([]float64, len(t.blocks))
	for range t.blocks {
		times[luck.IntN(len(t.blocks))]++
	}
	g := stats.NewGram(t.standards)
	for i, n := range times {
		if n > 0 {
			g.Plus(t.blocks[i], n)
		}
	}
	return g
}

func share01(part, whole float64) float64 {
	if !(whole > 0) {
		return 0
	}
	return math.Max(0, math.Min(1, part/whole))
}

// ranksOf gives 1 to the largest; equal ones in their order.
func ranksOf(parts []float64) []int {
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(parts[b], parts[a]) })
	out := make([]int, len(parts))
	for rank, k := range order {
		out[k] = rank + 1
	}
	return out
}

// middle90 is the 5th and the 95th of a hundred draws; without draws the value itself.
func middle90(draws []float64, value float64) stats.Interval {
	if len(draws) == 0 {
		return stats.Interval{Lo: value, Hi: value}
	}
	slices.Sort(draws)
	at := func(q float64) float64 { return draws[min(len(draws)-1, int(q*float64(len(draws))))] }
	return stats.Interval{Lo: at(0.05), Hi: at(0.95)}
}

func (t *driverTable) drivers(in DriverInput, main stats.Importance, b driverDrawn) []Driver {
	ranks := ranksOf(main.Parts)
	out := make([]Driver, t.standards)
	for k, s := range in.Standards {
		rank := middle90(b.ranks[k], float64(ranks[k]))
		out[k] = Driver{
			ID: s.ID, Title: cmp.Or(s.Title, s.ID), Part: share01(main.Parts[k], main.R2), Range: middle90(b.parts[k], 0), Rank: ranks[k],
			RankLo: min(ranks[k], int(rank.Lo)), RankHi: max(ranks[k], int(rank.Hi)), Share: t.share[k],
		}
		out[k].Priority = out[k].Part * (1 - t.share[k])
	}
	t.inside(in, out)
	slices.SortStableFunc(out, func(a, b Driver) int { return cmp.Or(cmp.Compare(b.Part, a.Part), strings.Compare(a.ID, b.ID)) })
	return out
}

// inside divides what each section explains by itself over its own standards.
func (t *driverTable) inside(in DriverInput, out []Driver) {
	whole := t.whole()
	for _, name := range in.sectionNames() {
		var members [][]int
		for k, s := range in.Standards {
			if in.Section[s.ID] == name {
				members = append(members, []int{k + 1})
			}
		}
		imp, ok := stats.Relative(whole.Combine(members))
		for i, m := range members {
			if ok {
				out[m[0]-1].Inside = share01(imp.Parts[i], imp.R2)
			}
		}
	}
}

func (in DriverInput) sectionNames() []string {
	var names []string
	for _, s := range in.Standards {
		if name, ok := in.Section[s.ID]; ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// sections compares the means of sections with one another.
func (d *Drivers) sections(in DriverInput, t driverTable) {
	names := in.sectionNames()
	if len(names) < 2 {
		return
	}
	members := make([][]int, len(names))
	share := make([]float64, len(names))
	for k, s := range in.Standards {
		if i := slices.Index(names, in.Section[s.ID]); i >= 0 {
			members[i] = append(members[i], k+1)
			share[i] += t.share[k]
		}
	}
	imp, ok := stats.Relative(t.whole().Combine(members))
	if !ok {
		return
	}
	ranks := ranksOf(imp.Parts)
	for i, name := range names {
		met := share[i] / float64(len(members[i]))
		part := share01(imp.Parts[i], imp.R2)
		d.Sections = append(d.Sections, Driver{
			ID: name, Title: name, Part: part, Range: stats.Interval{Lo: part, Hi: part}, Rank: ranks[i], RankLo: ranks[i], RankHi: ranks[i],
			Share: met, Priority: part * (1 - met),
		})
	}
	slices.SortStableFunc(d.Sections, func(a, b Driver) int { return cmp.Compare(b.Part, a.Part) })
}

func (d *Drivers) prioritise() {
	d.Priority = slices.Clone(d.Standards)
	slices.SortStableFunc(d.Priority, func(a, b Driver) int { return cmp.Compare(b.Priority, a.Priority) })
}

func (d *Drivers) say() {
	first := d.Standards[0]
	d.Sentence = fmt.Sprintf("The standards explain about %s of the overall mark (%s to %s). “%s” goes with it most: %s of that, rank %s. This is what goes together, not what causes what.",
		wholePercent(d.R2), wholePercent(d.R2Range.Lo), wholePercent(d.R2Range.Hi), first.Title, wholePercent(first.Part), rankRange(first))
}

func rankRange(d Driver) string {
	if d.RankLo == d.RankHi {
		return strconv.Itoa(d.RankLo)
	}
	return fmt.Sprintf("%d to %d", d.RankLo, d.RankHi)
}
