package compare

import (
	"cmp"
	"fmt"
	"slices"

	"plainclothes/internal/stats"
)

// Input is everything one page compares. Cells may repeat (one per month, say): they are added up. Cells of branches or
// standards that are not listed are left out, and so are counts that cannot be. Only the order of Standards shows.
type Input struct {
	Branches  []Branch
	Standards []Standard
	Shares    []ShareCell
	Scores    []ScoreCell
	TargetBP  int   // of the score, basis points; 0: scores are not judged
	Level     Level // the highest level wanted; 0: the highest that the visits carry
	Peers     Peers
	Cells     []VisitCell // the scores by who visited whom: lets them be adjusted for shoppers and scenarios (level C)
	ByMonth   bool        // adjust scores for months, too: right for windows of more than three
	Known     *Components // found before; nil: find them out now, which takes a second for 500 branches
	Fair      *FairTable  // outcomes of single visits: lets standards be adjusted, too. Nil: they stay pooled (level B)
	Brief     bool        // leave out pooled ranges and plans: enough for a table of all branches, in a quarter of the time
}

// Branch is one place visited.
type Branch struct {
	ID, Name       string
	Format, Region string
	Background     bool // its visits count among the peers, but it is not shown, ranked or counted in sentences
}

// Standard is what is asked of branches, with the targets it is judged by. Targets are basis points of visits.
type Standard struct {
	ID, Title    string
	GoodTargetBP int // 0: counted, never judged
	WowTargetBP  int // 0: no WOW level
	Criticality  Criticality
	Weight       float64 // its part in the score, for gaps; any unit
}

// Criticality of a standard; empty is normal.
type Criticality string

// The criticalities.
const (
	Normal        Criticality = "normal"
	Major         Criticality = "major"          // called below sooner and met later
	ZeroTolerance Criticality = "zero_tolerance" // one breach is a breach
)

// Counts are visits to one branch for one standard: N judged, X of them Good or WOW; NWow offered WOW, XWow reached it.
type Counts struct {
	N, X, NWow, XWow     int
	Partial, NA, Unknown int
}

// Plus adds the counts of other visits.
func (c Counts) Plus(d Counts) Counts {
	return Counts{
		N: c.N + d.N, X: c.X + d.X, NWow: c.NWow + d.NWow, XWow: c.XWow + d.XWow,
		Partial: c.Partial + d.Partial, NA: c.NA + d.NA, Unknown: c.Unknown + d.Unknown,
	}
}

// possible tells whether such visits can have happened.
func (c Counts) possible() bool {
	return c.N >= 0 && c.X >= 0 && c.X <= c.N && c.NWow >= 0 && c.XWow >= 0 && c.XWow <= c.NWow
}

// ShareCell is a part of the counts of one branch and standard.
type ShareCell struct {
	Branch, Standard string
	Counts
}

// ScoreCell is a part of the scores of one branch: how many visits, the sum of their base scores in basis points, and the
// sum of squares.
type ScoreCell struct {
	Branch string
	Scores
}

// Scores are summed scores: N visits, SumBP in basis points, SumBP2 in their squares.
type Scores struct{ N, SumBP, SumBP2 int64 }

func (s Scores) plus(t Scores) Scores {
	return Scores{N: s.N + t.N, SumBP: s.SumBP + t.SumBP, SumBP2: s.SumBP2 + t.SumBP2}
}

// Level is how far an estimate goes beyond a branch's own counts.
type Level int

// The levels.
const (
	LevelA Level = iota + 1 // the branch's own visits
	LevelB                  // pooled with its peers
	LevelC                  // and adjusted for shoppers and scenarios
)

// String is the level's letter, empty for none.
func (l Level) String() string {
	if l < LevelA || l > LevelC {
		return ""
	}
	return "ABC"[l-LevelA : l]
}

// ParseLevel reads "A", "B" or "C"; empty is 0, the highest that the visits carry.
func ParseLevel(s string) (Level, error) {
	for _, l := range []Level{0, LevelA, LevelB, LevelC} {
		if l.String() == s {
			return l, nil
		}
	}
	return 0, fmt.Errorf("there is no level %q; choose A, B or C", s)
}

// Peers says with whom a branch is pooled.
type Peers int

// The peer groups.
const (
	WholeNetwork Peers = iota
	SameFormat         // its format, where that has at least 8 branches with visits; else the whole network
)

// table is the input in rectangular form: branches by id, standards as given, cells added up.
type table struct {
	branches  []Branch
	standards []Standard
	counts    [][]Counts // by standard, then branch
	scores    []Scores   // by branch
}

func newTable(in Input) table {
	t := table{branches: slices.Clone(in.Branches), standards: in.Standards}
	slices.SortStableFunc(t.branches, func(a, b Branch) int { return cmp.Compare(a.ID, b.ID) })
	t.branches = slices.CompactFunc(t.branches, func(a, b Branch) bool { return a.ID == b.ID })
	t.scores = make([]Scores, len(t.branches))
	t.counts = make([][]Counts, len(t.standards))
	for k := range t.counts {
		t.counts[k] = make([]Counts, len(t.branches))
	}
	t.add(in)
	return t
}

func (t table) add(in Input) {
	branch, standard := map[string]int{}, map[string]int{}
	for i, b := range t.branches {
		branch[b.ID] = i
	}
	for k := len(t.standards) - 1; k >= 0; k-- {
		standard[t.standards[k].ID] = k
	}
	for _, c := range in.Shares {
		i, okB := branch[c.Branch]
		k, okS := standard[c.Standard]
		if okB && okS {
			t.counts[k][i] = t.counts[k][i].Plus(c.Counts)
		}
	}
	for _, c := range in.Scores {
		if i, ok := branch[c.Branch]; ok {
			t.scores[i] = t.scores[i].plus(c.Scores)
		}
	}
	t.dropImpossible()
}

// dropImpossible leaves out sums that no visits can have made, so that a broken rollup cannot become a verdict.
func (t table) dropImpossible() {
	for _, row := range t.counts {
		for i, c := range row {
			if !c.possible() {
				row[i] = Counts{}
			}
		}
	}
	for i, s := range t.scores {
		if !s.possible() {
			t.scores[i] = Scores{}
		}
	}
}

// near is how near the Good targets lie to what the network reaches, as all standards tell together.
func (t *table) near() float64 {
	all := make([]stats.Targeted, 0, len(t.standards))
	for k, s := range t.standards {
		if s.GoodTargetBP <= 0 || s.Criticality == ZeroTolerance {
			continue
		}
		x := stats.Targeted{Target: float64(s.GoodTargetBP) / 10_000, Pairs: make([]stats.Pair, len(t.counts[k]))}
		for i, c := range t.counts[k] {
			x.Pairs[i] = stats.Pair{N: c.N, X: c.X, Branches: 1}
		}
		all = append(all, x)
	}
	return stats.Nearness(all)
}
