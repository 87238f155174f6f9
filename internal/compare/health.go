package compare

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"plainclothes/internal/stats"
)

// What the health of questions is judged by. Every limit is held against the far end of an interval with one chance in
// hundred of being wrong (healthSure, both sides), never against an estimate: a question is accused only where its visits
// leave no doubt. The unit is the visit, as everywhere; visits of one branch resemble each other, so that the true
// chance is somewhat higher.
const (
	healthSure = 0.98

	// nearlyAll of the marks full, or none at all: the question tells nothing apart. From 110 visits without exception on
	// the Jeffreys bound is beyond it.
	nearlyAll = 0.97
	// mostlyNA: it is asked where it does not apply.
	mostlyNA = 0.50
	// oftenUnseen: what many shoppers cannot observe is asked in the wrong words or at the wrong moment.
	oftenUnseen = 0.10
	// oftenMissed: more visits miss it than not.
	oftenMissed = 0.50
	// hardlyAnswered: an optional question that is left out by nearly everybody.
	hardlyAnswered = 0.95
	// weak agreement with a section that hangs together: below it a question measures something else.
	weak = 0.15
	// coherent is the typical agreement of a section that hangs together (Nunnally and Bernstein 1994 ask for 0.3 of tests;
	// checklists, whose questions are not meant to repeat each other, reach less).
	coherent = 0.25
	// many times what is typical of the checklist's other questions: of answers changed and of reports sent back.
	oftenChanged, changedTimes   = 0.10, 2.5
	oftenReturned, returnedTimes = 0.05, 2.5
	// slow is so many times the typical time, and at least slowSeconds.
	slowTimes, slowSeconds = 3.0, 20.0
)

// The fewest visits to judge from follow from how wide an interval may be at worst: a 90 % interval of a share of one half
// no wider than shareWidth, one of no agreement at all no wider than agreementWidth.
const (
	healthLevel    = 0.90
	shareWidth     = 0.30
	agreementWidth = 0.40
)

// HealthVisits is the fewest visits from which a question is judged.
var HealthVisits = fewestForShare(shareWidth)

// HealthPairs is the fewest visits from which agreement is told.
var HealthPairs = fewestForAgreement(agreementWidth)

// fewestForShare is the smallest even n of which half gives a Jeffreys interval no wider than asked.
func fewestForShare(width float64) int {
	for n := 2; ; n += 2 {
		if iv, ok := stats.Jeffreys(n, n/2, healthLevel); ok && iv.Hi-iv.Lo <= width {
			return n
		}
	}
}

// fewestForAgreement inverts Fisher's interval at no agreement: 2·tanh(z/√(n−3)).
func fewestForAgreement(width float64) int {
	z := distuv.UnitNormal.Quantile(1 - (1-healthLevel)/2)
	return int(math.Ceil(math.Pow(z/math.Atanh(width/2), 2))) + 3
}

// Asking counts what one question did in the published visits of a window. Sums of marks and rests are in basis points
// of the points that there were, times the logarithm to the base 2 of seconds, in thousandths.
type Asking struct {
	Visits                     int // made with the question on the checklist
	Asked, NA, Unseen, Missing int
	Marked, Full, None         int // with a mark; with all of its points; with nothing
	Mark, Mark2                int64
	Pairs                      int // with a mark, and marks of other questions of the section
	PairMark, PairMark2        int64
	Rest, Rest2, Both          int64
	Logged, Changed            int // of which it is known how they were filled in; whose answer was changed
	Returned, Noted            int // named when a report was sent back; in an editor's note
	Timed                      int
	Time, Time2                int64
	Levels, Outcomes           int // whose level, whose standard's outcome would be another without it
}

// HealthQuestion is one question with what it did.
type HealthQuestion struct {
	ID, Section, Standard string
	Scored                bool // it has points
	WowOnly               bool // it has no Good points
	Critical              bool // an answer of it must not happen
	Alone                 bool // no other question witnesses its standard
	Typed                 bool // it is answered in words, with a number or a photo, not with a tap
	Twofold               bool // its words ask for two things
	Hidden                bool // asked only under a condition
	Pictured              bool // answered with a photo, which is no answer that is counted here
	Asking
	Branches       int // whose visits' levels hung on it
	StatusBranches int // whose status at the question's standard would be another without it
}

// Verdict is what to do with a question.
type Verdict string

// The verdicts. TooFew and Unused are none: nothing can be said, and nobody was asked.
const (
	Keep        Verdict = "keep"
	Reword      Verdict = "reword"
	Split       Verdict = "split"
	Retire      Verdict = "retire"
	Train       Verdict = "train"
	Unused      Verdict = "unused"
	TooFewAsked Verdict = "too_few"
)

// Verdicts lists them as they are shown: what asks for work first.
func Verdicts() []Verdict { return []Verdict{Split, Reword, Retire, Train, Unused, TooFewAsked, Keep} }

// Words is the verdict as it reads on screen.
func (v Verdict) Words() string {
	switch v {
	case Keep:
		return "Keep"
	case Reword:
		return "Reword"
	case Split:
		return "Split"
	case Retire:
		return "Retire"
	case Train:
		return "Train"
	case Unused:
		return "Never asked"
	case TooFewAsked:
		return "Too few visits"
	}
	return ""
}

// HealthShare is a share of visits with its interval (healthSure).
type HealthShare struct {
	N, X int
	stats.Interval
}

// Known reports that there is something to count.
func (s HealthShare) Known() bool { return s.N > 0 }

// BP is the share in basis points, rounded half up; 0 without visits.
func (s HealthShare) BP() int {
	if s.N == 0 {
		return 0
	}
	return (20_000*s.X + s.N) / (2 * s.N)
}

// Agreement is the correlation of a question's mark with the share that the rest of its section earned (the corrected
// item-total correlation, Henrysson 1963), with Fisher's interval (healthSure).
type Agreement struct {
	Known bool
	N     int
	R     float64 // −1 … 1
	stats.Interval
}

// AnswerTime is the typical time to answer: the geometric mean, in seconds, with its interval (healthSure).
type AnswerTime struct {
	Known   bool
	N       int
	Seconds float64
	stats.Interval
}

// QuestionHealth is what can be said of one question.
type QuestionHealth struct {
	HealthQuestion
	Verdict Verdict
	Why     string   // a sentence or two
	More    []string // what else is to be seen, in whole sentences; also what cannot be said, and why

	Full, None                   HealthShare // of marks
	Spread                       float64     // standard deviation of the mark, 0 … 1; see SpreadKnown
	SpreadKnown                  bool
	NotApply, NotSeen, NotFilled HealthShare // of the visits in which it was asked
	Agreement                    Agreement
	ChangedShare, ReturnedShare  HealthShare
	AnswerTime                   AnswerTime
}

// Health judges questions, in the order given. What is typical of answers changed, reports sent back and times is taken
// from the questions themselves.
func Health(questions []HealthQuestion) []QuestionHealth {
	out := make([]QuestionHealth, len(questions))
	for i := range questions {
		out[i] = measured(&questions[i])
	}
	j := healthJudge{typicalOf(out)}
	for i := range out {
		j.judge(&out[i])
	}
	return out
}

// measured works out the figures.
func measured(q *HealthQuestion) QuestionHealth {
	h := QuestionHealth{HealthQuestion: *q}
	h.Full, h.None = shareOf(q.Marked, q.Full), shareOf(q.Marked, q.None)
	h.NotApply, h.NotSeen, h.NotFilled = shareOf(q.Asked, q.NA), shareOf(q.Asked, q.Unseen), shareOf(q.Asked, q.Missing)
	if q.Pictured {
		h.NotFilled = HealthShare{}
	}
	h.ChangedShare, h.ReturnedShare = shareOf(q.Logged, q.Changed), shareOf(q.Asked, q.Returned)
	h.Spread, h.SpreadKnown = deviation(q.Marked, q.Mark, q.Mark2, fullBP)
	h.Agreement, h.AnswerTime = agreementOf(&q.Asking), durationOf(&q.Asking)
	return h
}

// fullBP is all of something, in basis points.
const fullBP = 10_000

func shareOf(n, x int) HealthShare {
	iv, ok := stats.Jeffreys(n, x, healthSure)
	if !ok {
		return HealthShare{}
	}
	return HealthShare{N: n, X: x, Interval: iv}
}

// deviation is the standard deviation of n values from their sums, in units of one; false for fewer than two.
func deviation(n int, sum, sum2 int64, one float64) (float64, bool) {
	if n < 2 {
		return 0, false
	}
	mean := float64(sum) / float64(n)
	v := (float64(sum2) - float64(sum)*mean) / float64(n-1)
	return math.Sqrt(math.Max(v, 0)) / one, true
}

// agreementOf correlates marks with rests. Where either never differs there is no correlation.
func agreementOf(a *Asking) Agreement {
	n := float64(a.Pairs)
	if a.Pairs < HealthPairs {
		return Agreement{N: a.Pairs}
	}
	mark, rest := float64(a.PairMark)/n, float64(a.Rest)/n
	vm, vr := float64(a.PairMark2)/n-mark*mark, float64(a.Rest2)/n-rest*rest
	const least = 1 // of 10⁸: the square of a basis point
	if vm < least || vr < least {
		return Agreement{N: a.Pairs}
	}
	r := (float64(a.Both)/n - mark*rest) / math.Sqrt(vm*vr)
	r = math.Max(-0.9999, math.Min(0.9999, r))
	half := distuv.UnitNormal.Quantile(1-(1-healthSure)/2) / math.Sqrt(n-3)
	z := math.Atanh(r)
	return Agreement{Known: true, N: a.Pairs, R: r, Interval: stats.Interval{Lo: math.Tanh(z - half), Hi: math.Tanh(z + half)}}
}

// durationOf is the geometric mean with the interval of a mean of logarithms.
func durationOf(a *Asking) AnswerTime {
	sd, ok := deviation(a.Timed, a.Time, a.Time2, timeUnit)
	if !ok || a.Timed < HealthVisits {
		return AnswerTime{N: a.Timed}
	}
	mean := float64(a.Time) / float64(a.Timed) / timeUnit
	half := distuv.UnitNormal.Quantile(1-(1-healthSure)/2) * sd / math.Sqrt(float64(a.Timed))
	return AnswerTime{
		Known: true, N: a.Timed, Seconds: math.Exp2(mean), Interval: stats.Interval{Lo: math.Exp2(mean - half), Hi: math.Exp2(mean + half)},
	}
}

// timeUnit is what logarithms of times are multiplied by.
const timeUnit = 1000

// perQuestion is one figure of each question that tells it.
type perQuestion map[string]float64

// usual is the median of the other questions; 0 and false where fewer than least tell it.
func (f perQuestion) usual(question string, least int) (float64, bool) {
	others := make([]float64, 0, len(f))
	for id, v := range f {
		if id != question {
			others = append(others, v)
		}
	}
	if len(others) < least {
		return 0, false
	}
	return medianOf(others), true
}

// typical is what is usual on this checklist. No question is held against itself.
type typical struct {
	changed, returned perQuestion
	seconds           map[bool]perQuestion   // by Typed
	agreement         map[string]perQuestion // by section
}

// fewQuestions is how many others it takes to say what is usual of times, fewAgree of agreement.
const (
	fewQuestions = 5
	fewAgree     = 2
)

func typicalOf(all []QuestionHealth) typical {
	t := typical{changed: perQuestion{}, returned: perQuestion{}, seconds: map[bool]perQuestion{false: {}, true: {}}, agreement: map[string]perQuestion{}}
	for i := range all {
		h := &all[i]
		if h.Logged >= HealthVisits {
			t.changed[h.ID] = float64(h.Changed) / float64(h.Logged)
		}
		if h.Asked >= HealthVisits {
			t.returned[h.ID] = float64(h.Returned) / float64(h.Asked)
		}
		if h.AnswerTime.Known {
			t.seconds[h.Typed][h.ID] = h.AnswerTime.Seconds
		}
		if h.Agreement.Known {
			if t.agreement[h.Section] == nil {
				t.agreement[h.Section] = perQuestion{}
			}
			t.agreement[h.Section][h.ID] = h.Agreement.R
		}
	}
	return t
}

// medianOf is the middle of some numbers, 0 of none.
func medianOf(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	return median(all)
}
