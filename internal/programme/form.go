package programme

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseForm reads what an HTML form posted for a question: the fields of one name, in any order. Nothing, or only empty
// fields, is Missing. People may write 1:42 for a duration, 6,50 for an amount and 9:05 for a time. An error is a whole
// sentence for the person.
func ParseForm(q *Question, values []string) (Answer, error) {
	given := make([]string, 0, len(values))
	for _, v := range values {
		if s := strings.TrimSpace(v); s != "" {
			given = append(given, v)
		}
	}
	if len(given) == 0 {
		return Answer{}, nil
	}
	rule := ruleOf(q.Kind)
	if rule == nil {
		return Answer{}, errNoJSON
	}
	if q.Kind == Multi && (len(given) > 1 || !isReserved(given[0])) {
		return multiAnswer(q, given)
	}
	if len(given) > 1 {
		return Answer{}, errTwice
	}
	if word := strings.TrimSpace(given[0]); isReserved(word) {
		return reserved(q, word)
	}
	return rule.form(q, given[0])
}

// isReserved reports whether a word stands for a state.
func isReserved(s string) bool { return s == CodeNA || s == CodeNotObserved }

// formCode reads a word out of the question's codes.
func formCode(q *Question, s string) (Answer, error) { return codeAnswer(q, strings.TrimSpace(s)) }

// formText reads words.
func formText(_ *Question, s string) (Answer, error) { return textAnswer(s) }

// formRating reads a step of the scale.
func formRating(q *Question, s string) (Answer, error) { return ratingAnswer(q, strings.TrimSpace(s)) }

// formNumber reads a number as people write it.
func formNumber(q *Question, s string) (Answer, error) {
	s = strings.TrimSpace(s)
	if q.Kind == Duration && strings.Contains(s, ":") {
		return clockDuration(q, s)
	}
	if q.Kind == Money {
		s = strings.TrimFunc(s, func(r rune) bool { return unicode.Is(unicode.Sc, r) || unicode.IsSpace(r) })
	}
	plain, err := decimalPoint(s)
	if err != nil {
		return Answer{}, err
	}
	a, err := numberAnswer(q, plain)
	if errors.Is(err, errWantsNumber) {
		err = wantedNumber(q)
	}
	return a, err
}

// wantedNumber says how a number of a question is written, to somebody who wrote something else.
func wantedNumber(q *Question) error {
	switch {
	case q.Kind == Duration && q.Unit != UnitMinutes && q.Unit != UnitHours:
		return errWantsClock
	case q.Kind == Money:
		return errWantsAmount
	}
	return errWantsNumber
}

// decimalPoint makes a decimal comma a point. Three digits behind a comma could be thousands: that is asked, not
// guessed.
func decimalPoint(s string) (string, error) {
	s = strings.TrimPrefix(s, "+")
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, ",") {
		s = "0" + s
	}
	whole, fraction, comma := strings.Cut(s, ",")
	switch {
	case !comma:
		return s, nil
	case strings.ContainsAny(whole, ".") || strings.ContainsAny(fraction, ".,") || len(fraction) == 3 && whole != "0" && whole != "-0":
		return "", errThousandsMark
	}
	return whole + "." + fraction, nil
}

// clockDuration reads m:ss or h:mm:ss, for a question in hours h:mm or h:mm:ss, and gives it in the question's unit,
// rounded half up to four decimals.
func clockDuration(q *Question, s string) (Answer, error) {
	parts := strings.Split(s, ":")
	if len(parts) == 2 && q.Unit == UnitHours {
		parts = append(parts, "00")
	}
	if len(parts) == 2 {
		parts = append([]string{"0"}, parts...)
	}
	if len(parts) != 3 {
		return Answer{}, errWantsClock
	}
	var seconds int64
	for i, p := range parts {
		n, err := parseDecimal(p, 0)
		if err != nil || n < 0 || len(p) > 4 || i == 2 && (n > 59 || len(p) != 2) || i == 1 && n > 59 && parts[0] != "0" {
			return Answer{}, errWantsClock
		}
		seconds = seconds*60 + n
	}
	unit := int64(1)
	switch q.Unit {
	case UnitMinutes:
		unit = 60
	case UnitHours:
		unit = 3600
	}
	return Answer{State: Answered, Number: Decimal((2*seconds*int64(DecimalOne) + unit) / (2 * unit))}, nil
}

// formTime reads 14:05, 9:05 and what a clock field posts with seconds, which are cut off.
func formTime(q *Question, s string) (Answer, error) {
	s = strings.TrimSpace(s)
	if len(s) == 8 && s[5] == ':' && allDigits(s[6:]) && s[6:] < "60" {
		s = s[:5]
	}
	if len(s) == 4 && s[1] == ':' {
		s = "0" + s
	}
	return wireTime(q, wireValue{kind: treeText, text: s})
}

// formDate reads what a date field posts.
func formDate(q *Question, s string) (Answer, error) {
	return wireDate(q, wireValue{kind: treeText, text: strings.TrimSpace(s)})
}

// characters counts what a person would count: characters without the white space around them.
func characters(s string) int { return utf8.RuneCountInString(strings.TrimSpace(s)) }
