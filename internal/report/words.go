package report

import (
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// words puts an answer into the words of its checklist, as managers read it: a time becomes a part of the day.
func words(p *programme.Programme, q *programme.Question, a programme.Answer, currency string) string {
	switch a.State {
	case programme.Missing:
		return ""
	case programme.NA:
		return "Does not apply"
	case programme.NotObserved:
		return "Not seen"
	case programme.Answered:
	}
	switch q.Kind {
	case programme.YesNo, programme.WowKind:
		return capital(a.Text)
	case programme.LevelKind:
		return levelWords(q, a.Text)
	case programme.Choice, programme.Attention:
		return label(q, a.Text)
	case programme.Multi:
		labels := make([]string, len(a.Codes))
		for i, code := range a.Codes {
			labels[i] = label(q, code)
		}
		return strings.Join(labels, ", ")
	case programme.Rating:
		return decimal(a.Number) + " of " + strconv.Itoa(q.ScaleHi)
	case programme.Number:
		return decimal(a.Number)
	case programme.Duration:
		return decimal(a.Number) + " " + q.Unit
	case programme.Money:
		return strings.TrimSpace(money(a.Number) + " " + currency)
	case programme.Time:
		return timeWords(p, a.Text)
	case programme.Photo:
		return "" // the pictures say it
	case programme.Text, programme.Date:
		return a.Text
	case programme.Receipt, programme.StaffName:
	}
	return "" // withheld
}

// levelWords gives the words of the level reached.
func levelWords(q *programme.Question, level string) string {
	switch level {
	case "good":
		return or(q.Good.Text, "Good")
	case "wow":
		return or(q.Wow.Text, "WOW")
	}
	return or(q.Below, "Below")
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// label gives the words of an option.
func label(q *programme.Question, code string) string {
	if o, ok := q.Option(code); ok {
		return or(o.Label, code)
	}
	return code
}

// timeWords turns "14:05" into a part of the day.
func timeWords(p *programme.Programme, text string) string {
	hours, minutes, ok := strings.Cut(text, ":")
	h, errH := strconv.Atoi(hours)
	m, errM := strconv.Atoi(minutes)
	if !ok || errH != nil || errM != nil {
		return ""
	}
	return capital(daypartOf(p, 60*h+m))
}

// daypartOf names the part of the day that a minute lies in, by the programme or else by common use.
func daypartOf(p *programme.Programme, minute int) string {
	for _, list := range [][]programme.Daypart{p.Dayparts, usualDayparts} {
		for _, d := range list {
			if d.From <= minute && minute < d.To {
				return strings.NewReplacer("_", " ", "-", " ").Replace(d.ID)
			}
		}
	}
	return ""
}

// decimal writes a number with the decimals that it has.
func decimal(d programme.Decimal) string {
	return strconv.FormatFloat(float64(d)/float64(programme.DecimalOne), 'f', -1, 64)
}

// money writes a number with two decimals.
func money(d programme.Decimal) string {
	return strconv.FormatFloat(float64(d)/float64(programme.DecimalOne), 'f', 2, 64)
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
