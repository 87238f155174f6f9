package compare

import (
	"fmt"
	"math"
	"strconv"

	"plainclothes/internal/catalogue"
)

// Sentence says what the visits say about a branch and a standard, with the counts, the target and how sure it is.
func (o Outcome) Sentence() string {
	switch o.Status {
	case Unjudged:
		if o.N == 0 {
			return "No visits yet."
		}
		return fmt.Sprintf("Met in %s. This standard has no target.", ofVisits(o.X, o.N))
	case TooFew:
		return fmt.Sprintf("Met in %s. That is too few to judge; we say something from %d visits on.", ofVisits(o.X, o.N), minVisits)
	case CannotTell:
		return o.doubt()
	case Below:
		return fmt.Sprintf("Below the standard. Met in %s; the standard asks for %s. We are %s.",
			ofVisits(o.X, o.N), Percent(o.Good.TargetBP), sure(o.Good.PBelow))
	case Meets:
		return fmt.Sprintf("Meets the standard. %d of %d; asked %s. %s.",
			o.X, o.N, Percent(o.Good.TargetBP), capital(sure(1-o.Good.PBelow)))
	case WOW:
		return fmt.Sprintf("At WOW level (%d of %d; asked %s; %s).", o.XWow, o.NWow, Percent(o.Wow.TargetBP), sure(1-o.Wow.PBelow))
	case Breach:
		return fmt.Sprintf("Breach in %s. This standard allows none.", ofVisits(o.N-o.X, o.N))
	case NoBreach:
		return fmt.Sprintf("No breach in %s. Had we visited many more times, up to %s could still show one.",
			visits(o.N), wholePercent(1-o.Good.Interval.Lo))
	}
	return ""
}

// doubt says what is missing to tell.
func (o Outcome) doubt() string {
	target, meets := Percent(o.Good.TargetBP), oddsOf(1-o.Good.PBelow)
	like := "a branch like this meets it"
	if o.Good.Level == LevelA {
		like = "by its own visits it meets it"
	}
	if o.early() {
		return fmt.Sprintf("%d of %d met. For a standard of %s it is too early to tell%s: all branches together have too few visits to know what is usual.",
			o.X, o.N, target, o.Lean.aside())
	}
	if o.X == o.N {
		return fmt.Sprintf("%d of %d met. For a standard of %s that is not yet proof: %s with %d : %d.%s",
			o.X, o.N, target, like, meets, 100-meets, o.remedy())
	}
	return fmt.Sprintf("%d of %d met. For a standard of %s that does not tell%s: %s with %d : %d.%s",
		o.X, o.N, target, o.Lean.aside(), like, meets, 100-meets, o.remedy())
}

// early tells whether only the doubt about the peers stands between the visits and a verdict.
func (o Outcome) early() bool {
	c := o.Good.chances()
	c.doubted, c.unknown = c.below, 0
	return o.Status == CannotTell && priceOf(o.Criticality).decide(o.N, o.X, c).Settled()
}

func (l Lean) aside() string {
	switch l {
	case NoLean:
		return ""
	case LeansBelow:
		return ", though it leans below"
	case LeansMeets:
		return ", though it leans towards meeting it"
	}
	return ""
}

// remedy says how many visits would settle it: the number of clean ones, unless a few of any kind will do.
func (o Outcome) remedy() string {
	const few = 4
	switch {
	case !o.Plan.Made:
		return ""
	case o.Plan.More == 1:
		return " One more visit would probably settle it."
	case o.Plan.Clean > 0 && (o.Plan.More == 0 || o.Plan.More > few):
		return fmt.Sprintf(" It would take about %d clean visits in a row.", o.Plan.Clean)
	case o.Plan.More > 1:
		return fmt.Sprintf(" About %d more visits would probably settle it.", o.Plan.More)
	}
	return " More visits at this pace will not settle it this year."
}

// Plausible says in what range the share lies by the branch's own visits (90 %), for a standard with the given title.
func (o Outcome) Plausible(title string) string {
	if o.N == 0 {
		return title + ": no visits yet."
	}
	return fmt.Sprintf("%s: met in %s. Had we visited many more times, between %s and %s would have met it.",
		title, ofVisits(o.X, o.N), wholePercent(o.Good.Interval.Lo), wholePercent(o.Good.Interval.Hi))
}

// Sentence says where a branch stands, of the given number of branches ranked.
func (e ScoreEstimate) Sentence(name string, of int) string {
	if !e.HasPlace {
		return ""
	}
	return fmt.Sprintf("%s: rank %.0f of %d, but anything from %d to %d fits.", name, e.Place.Expected, of, e.Place.Lo, e.Place.Hi)
}

// Verdict is the state of a score in two or three words.
func (e ScoreEstimate) Verdict() string {
	switch e.Status {
	case Below:
		return "Below"
	case Meets, WOW, NoBreach:
		return "Above"
	case CannotTell:
		return "Too early to say"
	case TooFew:
		return "Too few visits"
	case Unjudged, Breach:
		return ""
	}
	return ""
}

// Percent writes basis points of 100 % as people read them: "95 %", "92.5 %".
func Percent(bp int) string {
	return strconv.FormatFloat(float64(bp)/100, 'f', -1, 64) + " %"
}

// wholePercent rounds half up; a share between 0 and 1 is never called 0 % or 100 %.
func wholePercent(p float64) string {
	switch v := math.Floor(100*p + 0.5); {
	case p > 0 && v < 1:
		return "under 1 %"
	case p < 1 && v > 99:
		return "over 99 %"
	default:
		return strconv.FormatFloat(v, 'f', 0, 64) + " %"
	}
}

// sure says a probability as certainty.
func sure(p float64) string { return wholePercent(min(p, 0.9999)) + " sure" }

// oddsOf is the first of two numbers that add to 100, at least 1 and at most 99.
func oddsOf(p float64) int { return int(min(99, max(1, math.Floor(100*p+0.5)))) }

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func visits(n int) string { return catalogue.Count(n, "visit", "visits") }

func ofVisits(x, n int) string { return fmt.Sprintf("%d of %s", x, visits(n)) }

func (m *scoreModel) note(format string, args ...any) {
	m.Notes = append(m.Notes, fmt.Sprintf(format, args...))
}
