package compare

import (
	"fmt"
	"math"
	"strings"

	"plainclothes/internal/stats"
)

// OutlookInput is a plan of visits before they are made: so many to each branch a month, against these targets. ICC is how
// alike visits of one branch are (variance between branches over all variance of one visit), 0 where not known. Errors says,
// by standard, how often single answers are wrong.
type OutlookInput struct {
	VisitsAMonth float64
	Standards    []Standard
	ICC          float64
	Errors       map[string]stats.ErrorRates
}

// Outlook is what such a plan can tell, and when.
type Outlook struct {
	Declined    string // why nothing can be said
	Standards   []StandardOutlook
	Reliability []ReliabilityRow // of branch means after so many visits; empty without ICC
	Sentences   []string
}

// StandardOutlook is what the plan can tell about one target.
type StandardOutlook struct {
	Standard string
	TargetBP int
	Spot     []SpotRow // branches below the target, from far to near
	Prove    []SpotRow // branches above it
	Clean    int       // visits, all met, that prove the target by themselves; 0: more than 4,096
	CleanIn  string    // the time they take
	Reach    Reach
	Sentence string
}

// SpotRow is a branch whose true share is ShareBP: after Visits visits it is told on which side of the target it lies in at
// least 8 of 10 cases, by its own visits alone. Visits 0: it takes more than 4,096.
type SpotRow struct {
	ShareBP int
	Visits  int
	Months  float64
	In      string // "5 months", "two and a half years"
}

// ReliabilityRow is how much of the differences between branches is real after so many visits to each.
type ReliabilityRow struct {
	Visits      int
	Months      float64
	Reliability float64
}

// Reach tells whether a target can be reached at all, given how often answers are wrong.
type Reach struct {
	Possible  bool
	CeilingBP int // the most that a perfect branch would show
	Known     bool
	Sentence  string
}

const (
	outlookPower = 0.8
	outlookSure  = 0.9
	longYears    = 10
)

// NewOutlook works the plan out. It declines for no visits and for more than a thousand a month.
func NewOutlook(in OutlookInput) Outlook {
	o := Outlook{}
	if !(in.VisitsAMonth > 0) || in.VisitsAMonth > 1000 {
		o.Declined = "Say how many visits each branch gets a month: more than none, at most 1000."
		return o
	}
	known := map[price]map[int]StandardOutlook{} // standards with the same target take the same visits
	for _, s := range in.Standards {
		if s.GoodTargetBP <= 0 || s.GoodTargetBP >= 10_000 {
			continue
		}
		rule := priceOf(s.Criticality)
		if known[rule] == nil {
			known[rule] = map[int]StandardOutlook{}
		}
		k, ok := known[rule][s.GoodTargetBP]
		if !ok {
			k = in.target(s.GoodTargetBP, rule)
			known[rule][s.GoodTargetBP] = k
		}
		rates, checked := in.Errors[s.ID]
		k.Standard, k.Reach = s.ID, reachOf(s.GoodTargetBP, rates, checked)
		o.Standards = append(o.Standards, k)
	}
	for _, n := range []int{1, 3, 6, 12, 24, 48} {
		if r, ok := stats.SpearmanBrown(in.ICC, n); ok && in.ICC > 0 {
			o.Reliability = append(o.Reliability, ReliabilityRow{Visits: n, Months: float64(n) / in.VisitsAMonth, Reliability: r})
		}
	}
	o.say(in)
	return o
}

// target works one target out.
func (in OutlookInput) target(targetBP int, rule price) StandardOutlook {
	o := StandardOutlook{TargetBP: targetBP}
	target := float64(targetBP) / 10_000
	for bp := 5000; bp < 10_000; bp += 500 {
		switch {
		case bp < targetBP-100:
			o.Spot = append(o.Spot, in.row(bp, target, rule.below))
		case bp > targetBP+100:
			o.Prove = append(o.Prove, in.row(bp, target, rule.meets))
		}
	}
	if n, ok := stats.FewestVisits(target, rule.meets, 0); ok {
		o.Clean, o.CleanIn = n, Duration(float64(n)/in.VisitsAMonth)
	}
	o.Sentence = in.spotSentence(o)
	return o
}

func (in OutlookInput) row(shareBP int, target, sure float64) SpotRow {
	r := SpotRow{ShareBP: shareBP}
	if n, ok := stats.VisitsNeeded(float64(shareBP)/10_000, target, sure, outlookPower); ok {
		r.Visits, r.Months = n, float64(n)/in.VisitsAMonth
		r.In = Duration(r.Months)
	}
	return r
}

// spotSentence compares a branch far below the target with one near it: 30 and 10 points.
func (in OutlookInput) spotSentence(o StandardOutlook) string {
	const far, near = 3000, 1000
	target := float64(o.TargetBP) / 10_000
	a, b := in.row(o.TargetBP-far, target, outlookSure), in.row(o.TargetBP-near, target, outlookSure)
	if o.TargetBP <= far || a.Visits == 0 {
		return ""
	}
	text := fmt.Sprintf("With %s you can spot a branch at %s against a target of %s in %s",
		pace(in.VisitsAMonth), Percent(a.ShareBP), Percent(o.TargetBP), a.In)
	if b.Visits > 0 {
		text += fmt.Sprintf("; %s against %s takes %s", Percent(b.ShareBP), Percent(o.TargetBP), b.In)
	}
	return text + "."
}

func (o *Outlook) say(in OutlookInput) {
	var hardest *StandardOutlook
	for i := range o.Standards {
		if hardest == nil || o.Standards[i].TargetBP == 9000 && hardest.TargetBP != 9000 {
			hardest = &o.Standards[i]
		}
	}
	if hardest != nil && hardest.Sentence != "" {
		o.Sentences = append(o.Sentences, hardest.Sentence+" For small differences compare regions, not branches.")
	}
	for _, s := range o.Standards {
		if s.Reach.Known && !s.Reach.Possible {
			o.Sentences = append(o.Sentences, s.Reach.Sentence)
		}
	}
	if len(in.Errors) == 0 {
		o.Sentences = append(o.Sentences, AssumesRight)
	}
	if len(o.Reliability) > 0 {
		year := 12 * in.VisitsAMonth
		if r, ok := stats.SpearmanBrown(in.ICC, int(math.Max(1, math.Floor(year+0.5)))); ok {
			o.Sentences = append(o.Sentences, fmt.Sprintf("After a year about %s of the differences between branch scores would be real.", wholePercent(r)))
		}
		if n, ok := stats.VisitsForReliability(in.ICC, mostlyReal); ok {
			o.Sentences = append(o.Sentences, fmt.Sprintf("For %s of them to be real it takes %s to each branch: %s.", wholePercent(mostlyReal), visits(n), Duration(float64(n)/in.VisitsAMonth)))
		}
	}
}

// mostlyReal is the reliability from which places and differences of branches are usually taken at their word.
const mostlyReal = 0.8

// AssumesRight stands wherever answers were never checked.
const AssumesRight = "This assumes that shoppers report correctly."

// reachOf tells what a perfect branch would show.
func reachOf(targetBP int, rates stats.ErrorRates, known bool) Reach {
	r := Reach{Possible: true, CeilingBP: 10_000, Known: known, Sentence: AssumesRight}
	if !known {
		return r
	}
	r.CeilingBP = int(math.Floor(10_000*rates.Seen(1) + 0.5))
	r.Possible = targetBP <= r.CeilingBP
	r.Sentence = fmt.Sprintf("%s of met answers are reported as not met, so that even a perfect branch would show %s.", wholePercent(rates.Missed), Percent(r.CeilingBP))
	if !r.Possible {
		r.Sentence += fmt.Sprintf(" %s cannot be reached whatever a branch does.", Percent(targetBP))
	}
	return r
}

// MapTargets moves each target to the share that a branch just at it would be reported with, given how often answers are
// wrong (Rogan and Gladen 1978): shares stay as they are and so do their ranges. The sentences say what was assumed, one a standard moved.
func MapTargets(standards []Standard, errors map[string]stats.ErrorRates) ([]Standard, []string) {
	out := append([]Standard(nil), standards...)
	var said []string
	for i, s := range out {
		rates, ok := errors[s.ID]
		if !ok {
			continue
		}
		out[i].GoodTargetBP, out[i].WowTargetBP = mapped(s.GoodTargetBP, rates), mapped(s.WowTargetBP, rates)
		said = append(said, fmt.Sprintf("“%s”: checks show %s of met answers reported as not met and %s the other way; a branch at %s would show %s, and that is what it is judged by.",
			s.Title, wholePercent(rates.Missed), wholePercent(rates.Granted), Percent(s.GoodTargetBP), Percent(out[i].GoodTargetBP)))
	}
	if len(said) < len(standards) {
		said = append(said, AssumesRight)
	}
	return out, said
}

func mapped(bp int, rates stats.ErrorRates) int {
	if bp <= 0 {
		return bp
	}
	return int(math.Floor(10_000*rates.Seen(float64(bp)/10_000) + 0.5))
}

// pace says how often a branch is visited.
func pace(visitsAMonth float64) string {
	switch {
	case visitsAMonth < 1:
		return fmt.Sprintf("1 visit every %s months", tenths(1/visitsAMonth))
	case visitsAMonth == 1:
		return "1 visit a month"
	}
	return tenths(visitsAMonth) + " visits a month"
}

// Duration says months as people do: whole months up to a year and a half, then half years.
func Duration(months float64) string {
	const manyMonths = 18
	whole := math.Ceil(months - 1e-9)
	switch {
	case !(months > 0):
		return ""
	case whole <= 1:
		return "a month"
	case whole <= manyMonths:
		return fmt.Sprintf("%.0f months", whole)
	}
	halves := int(math.Floor(months/6 + 0.5))
	if halves > 2*longYears {
		return "more than ten years"
	}
	text := numbers()[halves/2]
	if halves%2 == 1 {
		text += " and a half"
	}
	return text + " years"
}

func numbers() []string {
	return strings.Fields("no one two three four five six seven eight nine ten")
}
