package manager

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
	"plainclothes/internal/web/chart"
	"plainclothes/internal/web/sheet"
)

// prose writes percentages as all our pages do, so that a sentence and the table below it read alike.
func prose(text string) string { return strings.ReplaceAll(text, " %", "%") }

// aside keeps a name that is written from right to left from turning what stands beside it in a sentence.
func aside(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
	}) {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// percent writes basis points as whole percent, half up.
func percent(bp float64) string { return chart.Whole(bp) + "%" }

// share writes x of n as whole percent, half up; it says 0 only for none and 100 only for all.
func share(x, n int) string {
	whole := (200*x + n) / (2 * n)
	switch {
	case x > 0 && whole == 0:
		whole = 1
	case x < n && whole == 100:
		whole = 99
	}
	return strconv.Itoa(whole)
}

// toneOf is a state's colour in drawings.
func toneOf(s compare.Status) chart.Tone {
	switch s {
	case compare.Below, compare.Breach:
		return chart.Below
	case compare.Meets, compare.WOW:
		return chart.Above
	case compare.NoBreach, compare.CannotTell, compare.TooFew, compare.Unjudged:
	}
	return chart.Neutral
}

// stateWords is a standard's state as it reads on screen.
func stateWords(o *compare.Outcome) string {
	switch o.Status {
	case compare.Below:
		return "▼ Below"
	case compare.Meets:
		return "▲ Meets"
	case compare.WOW:
		return "▲ WOW"
	case compare.Breach:
		return "▼ Breach"
	case compare.NoBreach:
		return "No breach"
	case compare.CannotTell:
		return "Too early to say"
	case compare.TooFew:
		return "Too few visits"
	case compare.Unjudged:
	}
	if o.N == 0 {
		return "No visits yet"
	}
	return "No target"
}

// stateChip is the class of a state's chip.
func stateChip(s compare.Status) sheet.Tone {
	switch toneOf(s) {
	case chart.Above:
		return "above-soft"
	case chart.Below:
		return "below-soft"
	case chart.Neutral:
	}
	return sheet.None
}

// mark is the sign before a verdict on a score.
func mark(s compare.Status) string {
	switch toneOf(s) {
	case chart.Above:
		return "▲"
	case chart.Below:
		return "▼"
	case chart.Neutral:
	}
	return ""
}

// sure writes a probability as whole percent between 50 and 99.
func sure(p float64) string {
	return strconv.Itoa(int(math.Min(99, math.Floor(100*p+0.5)))) + "%"
}

// scoreSentence says what the visits say about a branch's score.
func scoreSentence(e *compare.ScoreEstimate, target int) string {
	if e.N == 0 {
		return "No visits with a score in these months."
	}
	text := "From " + catalogue.Count(e.N, "visit", "visits") + " we expect " + percent(e.EstimateBP)
	if e.HasRange {
		text += ", and the true score plausibly lies between " + percent(e.LoBP) + " and " + percent(e.HiBP)
	}
	text += "."
	if target <= 0 {
		return text
	}
	return text + " " + against(e, prose(compare.Percent(target)))
}

// against compares a score with its standard, in a sentence.
func against(e *compare.ScoreEstimate, target string) string {
	switch e.Status {
	case compare.Below:
		return "That is below the standard of " + target + "; we are " + sure(e.PBelow) + " sure."
	case compare.Meets, compare.WOW:
		return "That is above the standard of " + target + "; we are " + sure(1-e.PBelow) + " sure."
	case compare.TooFew:
		return "That is too few to judge; we say something from 3 visits on."
	case compare.CannotTell:
		switch e.Lean {
		case compare.LeansBelow:
			return "It leans below the standard of " + target + ", but that is not yet proof."
		case compare.LeansMeets:
			return "It leans above the standard of " + target + ", but that is not yet proof."
		case compare.NoLean:
		}
		return "That does not tell whether it is above or below the standard of " + target + "."
	case compare.Unjudged, compare.Breach, compare.NoBreach:
	}
	return ""
}

// settle says how many more visits would tell, "" where that is not known or no number of them would.
func settle(m *compare.Model, e *compare.ScoreEstimate, target int) string {
	n, ok := m.MoreVisits(e, target)
	if !ok || n == 0 {
		return ""
	}
	return "about " + catalogue.Count(n, "more visit", "more visits") + " would settle it"
}
