package sheet

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plainclothes/internal/programme"
	"plainclothes/internal/scoring"
	"plainclothes/internal/web/kit"
)

// Words gives an answer as a person says it: an option's label, 1:42, £6.50. Currency is that of the visit (ISO 4217).
func Words(q *programme.Question, a programme.Answer, currency string) string {
	switch a.State {
	case programme.Missing:
		return "No answer"
	case programme.NA:
		return "Does not apply"
	case programme.NotObserved:
		return "Not seen"
	case programme.Answered:
	}
	switch q.Kind {
	case programme.YesNo, programme.WowKind:
		return yesNo(a.Text)
	case programme.Choice, programme.Attention:
		return label(q, a.Text)
	case programme.Multi:
		return labels(q, a.Codes)
	case programme.LevelKind:
		return levelText(q, a.Text)
	case programme.Rating:
		return fmt.Sprintf("%s on a scale from %d to %d", a.Number, q.ScaleLo, q.ScaleHi)
	case programme.Duration:
		return duration(a.Number, q.Unit)
	case programme.Money:
		return money(a.Number, currency)
	case programme.Number:
		return a.Number.String()
	case programme.Date:
		return day(a.Text)
	case programme.Text, programme.Time, programme.StaffName, programme.Photo, programme.Receipt:
	}
	return a.Text
}

// Ours reports whether the words of an answer are the program's own, which are said in the reader's language: all others
// are the checklist's or the shopper's.
func Ours(kind programme.Kind, a programme.Answer) bool {
	switch kind {
	case programme.YesNo, programme.WowKind, programme.Rating, programme.Date, programme.Photo, programme.Receipt:
		return true
	case programme.Multi:
		return a.State != programme.Answered || len(a.Codes) == 0
	case programme.Choice, programme.Attention, programme.LevelKind, programme.Duration, programme.Money, programme.Number,
		programme.Text, programme.Time, programme.StaffName:
	}
	return a.State != programme.Answered
}

func yesNo(code string) string {
	if code == "yes" {
		return "Yes"
	}
	return "No"
}

func label(q *programme.Question, code string) string {
	if o, ok := q.Option(code); ok {
		return o.Label
	}
	return code
}

func labels(q *programme.Question, codes []string) string {
	if len(codes) == 0 {
		return "None of these"
	}
	all := make([]string, len(codes))
	for i, c := range codes {
		all[i] = label(q, c)
	}
	return strings.Join(all, "; ")
}

func levelText(q *programme.Question, code string) string {
	switch code {
	case programme.AnswerGood:
		return q.Good.Text
	case programme.AnswerWow:
		return q.Wow.Text
	}
	return q.Below
}

// duration writes a time span as a stopwatch shows it; what is no whole second keeps its number.
func duration(d programme.Decimal, unit string) string {
	per, name := programme.Decimal(1), "s"
	switch unit {
	case programme.UnitMinutes:
		per, name = 60, "min"
	case programme.UnitHours:
		per, name = 3600, "h"
	}
	if d < 0 || d*per%programme.DecimalOne != 0 {
		return d.String() + " " + name
	}
	s := int64(d * per / programme.DecimalOne)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d h", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d min", s/60, s%60)
}

// money writes an amount that a shopper gave. What is finer than the currency's minor unit is shown as it was written.
func money(d programme.Decimal, currency string) string {
	unit := programme.DecimalOne
	for range kit.MinorDigits(currency) {
		unit /= 10
	}
	if d%unit != 0 {
		return strings.TrimSpace(currency + " " + d.String())
	}
	return kit.Money(int64(d/unit), currency)
}

func day(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return t.Format("2 Jan 2006")
}

// ScenarioName makes a name of a scenario's id where its title is not at hand: "non_buyer" is "Non buyer".
func ScenarioName(id string) string {
	s := strings.ReplaceAll(id, "_", " ")
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// LevelTone is the level's colour; the word beside it says the same.
func LevelTone(l scoring.Level) Tone {
	switch l {
	case scoring.WOW, scoring.Good:
		return Pass
	case scoring.Below, scoring.Failed:
		return Fail
	case scoring.NotScorable:
	}
	return None
}

// outcomeName is what a visit says about a standard.
func outcomeName(o scoring.Outcome) (string, Tone) {
	switch o {
	case scoring.OutcomeWow:
		return "WOW", Pass
	case scoring.OutcomeGood:
		return "Good", Pass
	case scoring.OutcomePartial:
		return "Partly", Part
	case scoring.OutcomeBelow:
		return "Below", Fail
	case scoring.OutcomeNA:
		return "Did not apply", None
	case scoring.OutcomeUnknown:
	}
	return "Cannot be told", None
}
