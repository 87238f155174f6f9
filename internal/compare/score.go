package compare

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// ScoreEstimate is what is believed about a branch's expected score. All *BP are basis points of the score, unrounded.
type ScoreEstimate struct {
	N          int
	Level      Level   // 0: no visits with a score
	MeanBP     float64 // of its visits
	EstimateBP float64 // the expected score, drawn to the network's as far as its visits are few
	SDBP       float64
	DF         float64 // of the t distribution of the estimate, where there are few branches; 0 for normal
	LoBP, HiBP float64 // 90 % range, within 0 to 10 000; only where HasRange
	HasRange   bool    // false where no spread between visits is known
	PBelow     float64 // chance that the expected score is below the target; only where HasRange and there is a target
	PDoubted   float64 // the same as a sceptic sees it, who takes branches to differ no more than visits prove: a verdict needs him, too
	Confounded bool    // the range is wider by what its shoppers may have done: they cannot be told from the branch
	Status     Status
	Lean       Lean

	Effective float64 // the visits are worth so many once the shoppers' differences are counted; only at level C
	OneView   bool    // mostly one shopper's view
	Island    int     // level C where groups of branches share no shopper: which one, from 1; 0 for none
	HasPlace  bool    // from level B on; not where islands cannot be compared
	Place     Place   // among the branches shown
	PWorst    float64 // chance to be among the worst 10 % of the branches shown; only where HasPlace
}

// Place is where a branch stands: 1 is best; the true place lies from Lo to Hi with 90 %.
type Place = stats.Place

// possible tells whether visits can have such sums: none, or squares that are not less than the mean allows.
func (s Scores) possible() bool {
	if s.N <= 0 {
		return s == Scores{}
	}
	_, ok := s.spread()
	return ok
}

// spread is Σ(score − mean)² in basis points squared, taken in 128 bits: the difference of two
// large, nearly equal numbers. It is false without visits and for sums that no scores have.
func (s Scores) spread() (float64, bool) {
	if s.N <= 0 || s.SumBP < 0 || s.SumBP2 < 0 {
		return 0, false
	}
	size, sum := uint64(s.N), uint64(s.SumBP)
	hi, lo := bits.Mul64(size, uint64(s.SumBP2))
	mhi, mlo := bits.Mul64(sum, sum)
	lo, borrow := bits.Sub64(lo, mlo, 0)
	hi, borrow = bits.Sub64(hi, mhi, borrow)
	if borrow != 0 {
		return 0, false
	}
	return (float64(hi)*(1<<64) + float64(lo)) / float64(s.N), true
}

// group is the branch's scores in points.
func (s Scores) group() stats.ScoreGroup {
	if s.N <= 0 {
		return stats.ScoreGroup{}
	}
	ss, _ := s.spread()
	return stats.ScoreGroup{N: int(s.N), Mean: float64(s.SumBP) / float64(s.N) / 100, SS: ss / 10_000}
}

// Spread is how much the scores of visits to one branch differ: the residual standard deviation in points and its degrees
// of freedom. It is what an interval of a single branch's mean rests on.
type Spread struct {
	SD    float64
	Spare int // 0: not known
}

// Model is how the scores were estimated.
type Model struct {
	Level       Level // 0: no scores
	Spread      Spread
	MeanBP      float64 // the network's expected score
	BranchSDBP  float64 // how much branches differ; level B
	Rankability float64 // share of the differences between branch means that is real, 0 to 1; level B
	Alike       bool    // plain REML finds no difference between branches: none may be shown
	Islands     int     // large groups of branches that share no shopper; level C
	Declined    []Declined
	Notes       []string
	Crossed     *CrossedModel // level C
}

const (
	fewBranches = stats.PoolMinBranches // fewer are not pooled
	fewVisits   = 30
)

// scoreModel fits the network and believes each branch.
type scoreModel struct {
	Model
	fit   stats.OneWay
	plain stats.OneWay // by restricted likelihood, without the pull off the boundary
	fair  *fair        // level C
	clump []float64    // by branch, where shoppers and branches cannot be told apart: how far its visits are one shopper's; else nil
	total Scores
}

func newScoreModel(scores []Scores, wanted Level) scoreModel {
	m := scoreModel{}
	var groups []stats.ScoreGroup
	within, branches := 0.0, 0
	for _, s := range scores {
		m.total = m.total.plus(s)
		if s.N > 0 {
			branches++
			groups = append(groups, s.group())
		}
	}
	if branches == 0 {
		return m
	}
	slices.SortFunc(groups, func(a, b stats.ScoreGroup) int { return cmp.Compare(a.SS, b.SS) })
	for _, g := range groups {
		within += g.SS
	}
	m.Level = LevelA
	m.MeanBP = float64(m.total.SumBP) / float64(m.total.N)
	if spare := int(m.total.N) - branches; spare > 0 {
		m.Spread = Spread{SD: math.Sqrt(within / float64(spare)), Spare: spare}
	}
	m.pool(groups, branches, wanted)
	return m
}

// pool goes up to level B where the visits carry it, and says why where they do not.
func (m *scoreModel) pool(groups []stats.ScoreGroup, branches int, wanted Level) {
	switch {
	case wanted == LevelA:
		return
	case branches < fewBranches:
		m.noteFew(branches)
		return
	case m.total.N < fewVisits:
		m.note("Scores are pooled from %d visits on; there are %d. Each branch stands for itself.", fewVisits, m.total.N)
		return
	}
	fit, ok := stats.FitOneWay(groups, stats.BoundaryAvoiding)
	plain, okPlain := stats.FitOneWay(groups, stats.REML)
	if !ok || !okPlain {
		m.note("Scores of one branch's visits never differ, so luck cannot be told from branches. Each branch stands for itself.")
		return
	}
	m.fit, m.plain, m.Level = fit, plain, LevelB
	m.MeanBP, m.BranchSDBP = 100*fit.Mean, 100*math.Sqrt(fit.BranchVar)
	m.Spread.SD = math.Sqrt(fit.VisitVar)
	var visits []int
	for _, g := range groups {
		visits = append(visits, g.N)
	}
	m.Alike = plain.BranchVar == 0
	m.Rankability = plain.Rankability(visits)
}

// noteFew says that there are too few branches to pool.
func (m *scoreModel) noteFew(branches int) {
	needed := catalogue.Count(fewBranches, "branch", "branches")
	if branches == 1 {
		m.note("Scores are pooled from %s on; there is 1 branch with scores. Each branch stands for itself.", needed)
		return
	}
	m.note("Scores are pooled from %s on; there are %s with scores. Each branch stands for itself.", needed, catalogue.Count(branches, "branch", "branches"))
}

// adjust goes up to level C where the visits carry it, and says why where they do not.
func (m *scoreModel) adjust(t table, in Input) {
	if m.Level != LevelB || in.Level == LevelA || in.Level == LevelB {
		return
	}
	f, said := newFair(t, in)
	for _, d := range said {
		m.decline(d.Why, d.Sentence)
	}
	if f == nil {
		if slices.ContainsFunc(said, func(d Declined) bool { return d.Why == OwnShopper || d.Why == Singular }) {
			if m.clump = clumps(t, in.Cells); m.clump != nil {
				m.note("Ranges of scores are wider by what their shoppers may have done, and “above” and “below” are said more rarely.")
			}
		}
		return
	}
	found := f.CrossedModel
	m.fair, m.Level, m.Crossed = f, LevelC, &found
	m.MeanBP, m.BranchSDBP = 100*f.mean, 100*math.Sqrt(f.Posterior.Branch)
	m.Spread = Spread{SD: math.Sqrt(f.Posterior.Visit), Spare: m.Spread.Spare}
	m.Alike = f.Plain.Branch == 0
	m.Rankability = f.rankability()
	if f.large > 1 {
		m.Islands = f.large
	}
}

// decline says what is not said, and why.
func (m *scoreModel) decline(why Refusal, sentence string) {
	m.Declined = append(m.Declined, Declined{Why: why, Sentence: sentence})
	m.Notes = append(m.Notes, sentence)
}

// belief about the branch with index i; false without scores, or without any known spread.
func (m *scoreModel) belief(i int, s Scores) (stats.Belief, bool) {
	if s.N <= 0 {
		return stats.Belief{}, false
	}
	if m.Level == LevelC {
		return m.fair.fit.At(i, m.fair.reference[i]), true
	}
	g := s.group()
	if m.Level == LevelB {
		return m.fit.BranchShared(g.N, g.Mean, m.shared(i)), true
	}
	return stats.OwnScore(g.N, g.Mean, m.Spread.SD*m.Spread.SD, m.Spread.Spare)
}

// ranked is what is believed about the branch with index i where branches are put in order; false where they are not.
func (m *scoreModel) ranked(i int, s Scores) (stats.Belief, bool) {
	switch {
	case s.N <= 0 || m.Level < LevelB || m.Islands != 0:
		return stats.Belief{}, false
	case m.Level == LevelC:
		return m.fair.fit.EvenAt(i, m.fair.reference[i]), true
	}
	g := s.group()
	return m.fit.Even(g.N, g.Mean, m.shared(i)), true
}

// shared is the part of a branch's deviation that may be its shoppers': as likely theirs as its own, as far as its visits
// are one shopper's. 0 where shoppers are adjusted for, or not named.
func (m *scoreModel) shared(i int) float64 {
	if m.clump == nil {
		return 0
	}
	return m.clump[i] / 2
}

// doubted is what a sceptic believes about the branch with index i.
func (m *scoreModel) doubted(i int, s Scores, belief stats.Belief) stats.Belief {
	switch m.Level {
	case LevelC:
		return m.fair.fit.DoubtedAt(i, m.fair.reference[i], m.fair.Plain.Branch)
	case LevelB:
		g := s.group()
		return m.plain.Doubted(g.N, g.Mean, m.shared(i))
	case LevelA:
	}
	return belief
}

// clumps are Σn²/(Σn)² over the shoppers of each branch: 1 where one made all visits. Where one shopper made the visits
// of all branches they differ by nothing of his, and there are none.
func clumps(t table, cells []VisitCell) []float64 {
	type met struct{ branch, shopper string }
	seen, shoppers := map[met]int64{}, map[string]bool{}
	for i := range cells {
		if c := &cells[i]; c.N > 0 && c.possible() {
			seen[met{c.Branch, c.Shopper}] += c.N
			shoppers[c.Shopper] = true
		}
	}
	if len(shoppers) < 2 {
		return nil
	}
	square, all := map[string]int64{}, map[string]int64{}
	for who, n := range seen {
		square[who.branch] += n * n
		all[who.branch] += n
	}
	out := make([]float64, len(t.branches))
	for i, b := range t.branches {
		if n := all[b.ID]; n > 0 {
			out[i] = float64(square[b.ID]) / float64(n*n)
		}
	}
	return out
}

// estimate judges the score of the branch with index i against the target (basis points, 0: not judged).
func (m *scoreModel) estimate(i int, s Scores, targetBP int) ScoreEstimate {
	if s.N <= 0 {
		return ScoreEstimate{}
	}
	e := ScoreEstimate{N: int(s.N), Level: m.Level, MeanBP: float64(s.SumBP) / float64(s.N)}
	e.EstimateBP = e.MeanBP
	belief, ok := m.belief(i, s)
	if ok {
		iv, _ := belief.Interval(rangeLevel)
		e.SDBP, e.DF, e.HasRange = 100*belief.SD, belief.DF, true
		e.LoBP, e.HiBP = clip(100*iv.Lo), clip(100*iv.Hi)
	}
	if e.Level >= LevelB {
		e.EstimateBP = clip(100 * belief.Mean)
	}
	e.Confounded = e.Level == LevelB && m.shared(i) > 0
	if e.Level == LevelC {
		e.Effective, e.OneView = m.fair.fit.Effective[i], m.fair.mostlyOne(i)
		if m.Islands > 0 {
			e.Island = m.fair.island[i]
		}
	}
	if targetBP > 0 {
		e.judge(belief, m.doubted(i, s, belief), ok, float64(targetBP))
	}
	return e
}

// judge applies the rule for shares to the score: by its own visits alone a branch is below when its mean is.
func (e *ScoreEstimate) judge(belief, doubted stats.Belief, known bool, targetBP float64) {
	switch {
	case e.N < minVisits:
		e.Status = TooFew
		return
	case !known:
		e.Status = CannotTell
		return
	}
	own := 0.0
	if e.MeanBP < targetBP {
		own = 1
	}
	e.PBelow, e.PDoubted = belief.Below(targetBP/100), doubted.Below(targetBP/100)
	const someMissed = -1 // a score has no "all met"
	e.Status = priceOf(Normal).decide(e.N, someMissed, chances{below: e.PBelow, doubted: e.PDoubted, own: own})
	e.Lean = leanOf(e.Status, e.PBelow)
}

func clip(bp float64) float64 { return math.Max(0, math.Min(10_000, bp)) }
