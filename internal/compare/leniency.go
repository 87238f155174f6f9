package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/stats"
)

// Habits are how one shopper fills in reports: sums over his visits. What is not known stays 0.
type Habits struct {
	Shopper     string
	Visits      int
	Answers, NA int     // answers given, and those of them that are "does not apply"
	Spread      Moments // of the answers within one visit: their variance on a scale from 0 to 1, a number for each visit
	Minutes     Moments // a visit took, as natural logarithms
}

// Moments are how many numbers there are, their sum, and the sum of their squares.
type Moments struct {
	N         int
	Sum, Sum2 float64
}

// ShopperLeniency is what editors may be told about one shopper: advice, not accusation.
type ShopperLeniency struct {
	Shopper   string
	Visits    int
	Branches  int
	Known     bool           // false: too few visits or branches, or scores are not adjusted; then nothing is shown
	Points    float64        // scores the same branches so much higher (below zero: lower) than colleagues
	SD        float64        // of Points
	Range     stats.Interval // 90 %
	PFar      float64        // chance that he differs from colleagues by more than 3 points
	Clear     bool           // that chance is at least 90 %
	Sentences []string
}

// LeniencyReport is all shoppers, by their names in the data.
type LeniencyReport struct {
	Shoppers []ShopperLeniency
	SD       float64 // how much shoppers differ, in points
	Declined []Declined
}

const (
	lenientVisits   = 5   // with fewer, or in fewer branches, nothing is said about a shopper
	lenientBranches = 3   //
	lenientPoints   = 3.0 // a difference that matters
	lenientSure     = 0.9
)

// Leniency compares shoppers on the same branches. habits may be nil; those of shoppers without scores are left out.
func Leniency(in Input, habits []Habits) LeniencyReport {
	t := newTable(in)
	model := newScoreModel(t.scores, LevelB)
	if in.Level == LevelA || in.Level == LevelB {
		in.Level = 0
	}
	model.adjust(t, in)
	report := LeniencyReport{Declined: model.Declined}
	c := newCrossing(t, in)
	if model.fair != nil {
		report.SD = math.Sqrt(model.fair.Posterior.Shopper)
	} else if len(report.Declined) == 0 {
		report.Declined = []Declined{{Why: OwnShopper, Sentence: "There are too few branches or visits to compare shoppers with one another."}}
	}
	report.Shoppers = seenBy(c)
	for j := range report.Shoppers {
		l := &report.Shoppers[j]
		if model.fair != nil && l.Visits >= lenientVisits && l.Branches >= lenientBranches {
			l.judge(model.fair.fit.ShopperEffect[j], math.Sqrt(model.fair.fit.ShopperVar[j]))
		}
	}
	report.watch(habits)
	return report
}

// seenBy counts visits and branches of each shopper.
func seenBy(c *crossing) []ShopperLeniency {
	out := make([]ShopperLeniency, len(c.shoppers))
	for j, name := range c.shoppers {
		out[j].Shopper = name
	}
	for _, p := range pairsIn(c.cells) {
		out[p.shopper].Visits += int(p.visits)
		out[p.shopper].Branches++
	}
	return out
}

// judge says how far the shopper is from colleagues.
func (l *ShopperLeniency) judge(points, sd float64) {
	const z = 1.6448536269514722 // 90 % of a normal distribution lie within
	l.Known, l.Points, l.SD = true, points, sd
	l.Range = stats.Interval{Lo: points - z*sd, Hi: points + z*sd}
	if sd > 0 {
		l.PFar = stats.Phi((-lenientPoints-points)/sd) + stats.Phi((points-lenientPoints)/sd)
	}
	if l.Clear = l.PFar >= lenientSure; !l.Clear {
		return
	}
	word, lo, hi := "higher", l.Range.Lo, l.Range.Hi
	if points < 0 {
		word, lo, hi = "lower", -l.Range.Hi, -l.Range.Lo
	}
	whole := func(v float64) int { return int(math.Floor(math.Max(0, v) + 0.5)) }
	l.Sentences = append(l.Sentences, fmt.Sprintf("Scores the same branches about %s %s than colleagues (%d–%d).",
		catalogue.Count(whole(math.Abs(points)), "point", "points"), word, whole(lo), whole(hi)))
}

// watch adds what stands out of a shopper's habits: beyond 99.8 % limits about all shoppers, widened where shoppers differ
// by nature.
func (r *LeniencyReport) watch(habits []Habits) {
	habits = slices.Clone(habits)
	slices.SortFunc(habits, func(a, b Habits) int { return cmp.Compare(a.Shopper, b.Shopper) })
	r.outside(habits, naShare, func(h Habits, mine, all float64) string {
		if mine < all {
			return ""
		}
		return fmt.Sprintf("Answers ‘does not apply’ to %s of questions; colleagues to %s.", wholePercent(mine), wholePercent(all))
	})
	r.outside(habits, func(h Habits) (float64, float64, bool) { return h.Spread.mean() }, func(h Habits, mine, all float64) string {
		if mine > all {
			return ""
		}
		return fmt.Sprintf("Gives much the same answer to every question of a visit (%s); colleagues' answers differ more.", visits(h.Spread.N))
	})
	r.outside(habits, func(h Habits) (float64, float64, bool) { return h.Minutes.mean() }, func(_ Habits, mine, all float64) string {
		word := "quicker"
		if mine > all {
			word = "slower"
		}
		return fmt.Sprintf("Is %s than colleagues: about %s a visit, theirs take %s.", word,
			catalogue.Count(minutes(mine), "minute", "minutes"), catalogue.Count(minutes(all), "minute", "minutes"))
	})
}

func minutes(log float64) int { return int(math.Max(1, math.Floor(math.Exp(math.Min(log, 12))+0.5))) }

// naShare is the share of answers that are "does not apply" with the variance of one visit's share, as if all its
// questions were one: questions of one visit share the branch and the day.
func naShare(h Habits) (mean, variance float64, ok bool) {
	if h.Answers <= 0 || h.NA < 0 || h.NA > h.Answers || h.Visits <= 0 {
		return 0, 0, false
	}
	p := float64(h.NA) / float64(h.Answers)
	smooth := (float64(h.NA) + 0.5) / (float64(h.Answers) + 1)
	return p, smooth * (1 - smooth) / float64(h.Visits), true
}

// mean of the numbers, and its variance.
func (m Moments) mean() (mean, variance float64, ok bool) {
	if m.N < 2 || math.IsNaN(m.Sum+m.Sum2) || math.IsInf(m.Sum+m.Sum2, 0) {
		return 0, 0, false
	}
	n := float64(m.N)
	mean = m.Sum / n
	return mean, math.Max(0, m.Sum2/n-mean*mean) / (n - 1), true
}

// outside finds shoppers beyond the limits of a funnel about the middle of all: mean ± 3.09·√(variance + between), where
// between is how much shoppers differ beyond chance (DerSimonian and Laird, the outer tenth drawn in).
func (r *LeniencyReport) outside(
	habits []Habits, of func(Habits) (float64, float64, bool), say func(h Habits, mine, all float64) string,
) {
	var at []int
	var mean, variance []float64
	for i, h := range habits {
		if m, v, ok := of(h); ok && h.Visits >= lenientVisits {
			at, mean, variance = append(at, i), append(mean, m), append(variance, v)
		}
	}
	if len(at) < fewLinks {
		return
	}
	middle, within := median(mean), median(variance)
	between := spreadBeyond(mean, variance, middle)
	const z = 3.0902323061678132 // 99.8 % of a normal distribution lie within
	for k, i := range at {
		limit := z * math.Sqrt(math.Max(variance[k], within/4)+between)
		if math.Abs(mean[k]-middle) <= limit || limit == 0 {
			continue
		}
		if text := say(habits[i], mean[k], middle); text != "" {
			r.tell(habits[i].Shopper, text)
		}
	}
}

func (r *LeniencyReport) tell(shopper, text string) {
	for j := range r.Shoppers {
		if l := &r.Shoppers[j]; l.Shopper == shopper && l.Visits >= lenientVisits && l.Branches >= lenientBranches {
			l.Sentences = append(l.Sentences, text)
		}
	}
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// spreadBeyond is the variance between shoppers that chance does not explain.
func spreadBeyond(mean, variance []float64, middle float64) float64 {
	var off []float64
	for k, m := range mean {
		off = append(off, (m-middle)*(m-middle)-variance[k])
	}
	slices.Sort(off)
	cut := max(1, len(off)/10)
	sum := 0.0
	for _, v := range off[:len(off)-cut] {
		sum += v
	}
	return math.Max(0, sum/float64(len(off)-cut))
}
