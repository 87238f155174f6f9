package programme

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// wireValue is an answer as it travels: a word, a number or a list of words.
type wireValue struct {
	kind treeKind
	text string
	list []string
}

// ParseAnswer reads an answer from its JSON form: "yes", 4, 6.5, ["a","b"], "14:05", "na", "not_observed"; null is
// Missing. An error is a whole sentence for the person who gave the answer.
func ParseAnswer(q *Question, raw []byte) (Answer, error) {
	w, err := readWire(raw)
	if err != nil {
		return Answer{}, err
	}
	switch {
	case w.kind == treeNull:
		return Answer{}, nil
	case w.kind == treeText && (w.text == CodeNA || w.text == CodeNotObserved):
		return reserved(q, w.text)
	}
	rule := ruleOf(q.Kind)
	if rule == nil {
		return Answer{}, fmt.Errorf("There is no question of kind %q.", q.Kind)
	}
	return rule.wire(q, w)
}

// Sentences for answers that do not fit. They are shown to people as they are.
var (
	errNoNA          = errors.New("This question always applies. Choose one of its answers.")
	errMustObserve   = errors.New("This question needs an answer; look again if you can.")
	errNoJSON        = errors.New("This answer cannot be read.")
	errWantsWord     = errors.New("This question takes one of its answers, as a word in quotes.")
	errWantsList     = errors.New("This question takes a list of its answers, such as [\"a\", \"b\"].")
	errWantsNumber   = errors.New("This question takes a number, such as 4 or 6.5.")
	errWantsAmount   = errors.New("Write the amount, such as 6.50.")
	errWantsText     = errors.New("This question takes words, in quotes.")
	errWantsTime     = errors.New("Write the time as 14:05.")
	errWantsDate     = errors.New("Write the date as 2026-11-21.")
	errTooLarge      = errors.New("This number is larger than any answer. Look at it again.")
	errNegative      = errors.New("This cannot be less than 0.")
	errFourDecimals  = errors.New("At most four decimals are kept. Round it.")
	errCents         = errors.New("An amount has at most two decimals.")
	errTwice         = errors.New("You answered this twice. Which is right?")
	errControl       = errors.New("There is a character in it that cannot be seen. Write it again.")
	errReservedText  = errors.New("These are words with a meaning of their own here. Write a few words, or leave it.")
	errThousandsMark = errors.New("Write the number without a mark for thousands: 1234 or 1.5.")
	errWantsClock    = errors.New("Write how long it took as 1:42, or as a number.")
)

// reserved gives the state that a reserved word stands for, where the question allows it.
func reserved(q *Question, word string) (Answer, error) {
	switch {
	case word == CodeNA && q.NAAllowed:
		return Answer{State: NA}, nil
	case word == CodeNotObserved && q.MayBeNotObserved():
		return Answer{State: NotObserved}, nil
	case isFreeText(q.Kind):
		return Answer{}, errReservedText
	case word == CodeNA:
		return Answer{}, errNoNA
	}
	return Answer{}, errMustObserve
}

// isFreeText reports whether any words may be the answer.
func isFreeText(k Kind) bool { return k == Text || k == StaffName }

// readWire reads one JSON value without allocating for what is common.
func readWire(raw []byte) (wireValue, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return wireValue{}, errNoJSON
	}
	switch b := raw[0]; {
	case b == '"':
		return wireString(raw)
	case b == '[':
		return wireStrings(raw)
	case b == '-' || b >= '0' && b <= '9':
		if !json.Valid(raw) {
			return wireValue{}, errNoJSON
		}
		return wireValue{kind: treeNumber, text: string(raw)}, nil
	case string(raw) == "null":
		return wireValue{}, nil
	case b == '{' || string(raw) == "true" || string(raw) == "false":
		return wireValue{kind: treeBool}, nil
	}
	return wireValue{}, errNoJSON
}

// wireString reads a JSON string.
func wireString(raw []byte) (wireValue, error) {
	if s, ok := plainString(raw); ok {
		return wireValue{kind: treeText, text: s}, nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return wireValue{}, errNoJSON
	}
	return wireValue{kind: treeText, text: s}, nil
}

// plainString reads a JSON string that has no escapes.
func plainString(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[len(raw)-1] != '"' {
		return "", false
	}
	inner := raw[1 : len(raw)-1]
	for _, b := range inner {
		if b < 0x20 || b == '"' || b == '\\' || b >= utf8.RuneSelf {
			return "", false
		}
	}
	return string(inner), true
}

// wireStrings reads a JSON list of strings.
func wireStrings(raw []byte) (wireValue, error) {
	w := wireValue{kind: treeList}
	if err := json.Unmarshal(raw, &w.list); err != nil {
		if json.Valid(raw) {
			return wireValue{}, errWantsList
		}
		return wireValue{}, errNoJSON
	}
	return w, nil
}

// wireCode reads a word out of the question's codes.
func wireCode(q *Question, w wireValue) (Answer, error) {
	if w.kind != treeText {
		return Answer{}, errWantsWord
	}
	return codeAnswer(q, w.text)
}

// codeAnswer gives the answer for a code; the text is the question's own string, so that nothing is kept of the input.
func codeAnswer(q *Question, code string) (Answer, error) {
	for i := range q.Options {
		if q.Options[i].Code == code {
			return Answer{State: Answered, Text: q.Options[i].Code}, nil
		}
	}
	if len(q.Options) == 0 {
		for _, c := range wordCodes(q) {
			if c == code {
				return Answer{State: Answered, Text: c}, nil
			}
		}
	}
	return Answer{}, unknownCode(q, code)
}

// wordCodes gives the fixed words of the kinds that have some.
func wordCodes(q *Question) []string {
	switch q.Kind {
	case YesNo, WowKind:
		return yesNoCodes
	case LevelKind:
		return levelCodes(q)
	case Choice, Multi, Rating, Number, Duration, Money, Text, Time, Date, Photo, Receipt, StaffName, Attention:
	}
	return nil
}

// unknownCode names the answers that there are.
func unknownCode(q *Question, code string) error {
	codes := wordCodes(q)
	if len(q.Options) > 0 {
		codes = optionCodes(q)
	}
	return fmt.Errorf("%q is not one of the answers: %s.", shorten(code, 40), listed(codes))
}

// wireMulti reads the chosen options. An exclusive one clears the others.
func wireMulti(q *Question, w wireValue) (Answer, error) {
	if w.kind != treeList {
		return Answer{}, errWantsList
	}
	return multiAnswer(q, w.list)
}

// multiAnswer puts the chosen codes in the order of the options, each once.
func multiAnswer(q *Question, chosen []string) (Answer, error) {
	for _, c := range chosen {
		if c == CodeNA || c == CodeNotObserved {
			return Answer{}, errTwice
		}
		if _, ok := q.Option(c); !ok {
			return Answer{}, unknownCode(q, c)
		}
	}
	a := Answer{State: Answered, Codes: make([]string, 0, len(chosen))}
	for i := range q.Options {
		o := &q.Options[i]
		if !slices.Contains(chosen, o.Code) {
			continue
		}
		if o.Exclusive {
			a.Codes = append(a.Codes[:0], o.Code)
			return a, nil
		}
		a.Codes = append(a.Codes, o.Code)
	}
	return a, nil
}

// wireRating reads a step of the scale.
func wireRating(q *Question, w wireValue) (Answer, error) {
	if w.kind != treeNumber {
		return Answer{}, errWantsNumber
	}
	return ratingAnswer(q, w.text)
}

// ratingAnswer reads a whole number of the scale.
func ratingAnswer(q *Question, s string) (Answer, error) {
	n, err := parseDecimal(s, 0)
	if err != nil || n < int64(q.ScaleLo) || n > int64(q.ScaleHi) {
		return Answer{}, fmt.Errorf("Choose a whole number from %d to %d.", q.ScaleLo, q.ScaleHi)
	}
	return Answer{State: Answered, Number: Decimal(n) * DecimalOne}, nil
}

// wireNumber reads a number, a duration in the question's unit, or an amount.
func wireNumber(q *Question, w wireValue) (Answer, error) {
	if w.kind != treeNumber {
		return Answer{}, errWantsNumber
	}
	return numberAnswer(q, w.text)
}

// numberAnswer reads a plain number and looks whether it can be meant.
func numberAnswer(q *Question, s string) (Answer, error) {
	n, err := parseDecimal(s, 4)
	switch {
	case errors.Is(err, errPlaces):
		return Answer{}, errFourDecimals
	case errors.Is(err, errNoNumber):
		return Answer{}, errWantsNumber
	case err != nil || n > maxDecimal*int64(DecimalOne) || n < -maxDecimal*int64(DecimalOne):
		return Answer{}, errTooLarge
	case n < 0 && q.Kind != Number:
		return Answer{}, errNegative
	case n%100 != 0 && q.Kind == Money:
		return Answer{}, errCents
	}
	return Answer{State: Answered, Number: Decimal(n)}, nil
}

// maxAnswerText is how many characters an answer in words may have.
const maxAnswerText = 20_000

// wireText reads words.
func wireText(_ *Question, w wireValue) (Answer, error) {
	if w.kind != treeText {
		return Answer{}, errWantsText
	}
	return textAnswer(w.text)
}

// textAnswer keeps words as they are; nothing but white space is no answer.
func textAnswer(s string) (Answer, error) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	switch {
	case strings.TrimSpace(s) == "":
		return Answer{}, nil
	case !utf8.ValidString(s) || strings.ContainsFunc(s, isControl):
		return Answer{}, errControl
	case utf8.RuneCountInString(s) > maxAnswerText:
		return Answer{}, fmt.Errorf("This is longer than %d characters. Shorten it.", maxAnswerText)
	}
	return Answer{State: Answered, Text: s}, nil
}

// wireTime reads a time of day, 00:00 to 23:59.
func wireTime(_ *Question, w wireValue) (Answer, error) {
	if _, ok := parseClock(w.text); !ok || w.kind != treeText {
		return Answer{}, errWantsTime
	}
	return Answer{State: Answered, Text: w.text}, nil
}

// wireDate reads a day of the calendar.
func wireDate(_ *Question, w wireValue) (Answer, error) {
	if w.kind != treeText || !isDate(w.text) || w.text < "1900" || w.text >= "2200" {
		return Answer{}, errWantsDate
	}
	return Answer{State: Answered, Text: w.text}, nil
}

// JSON gives the answer in its JSON form; ParseAnswer is its inverse.
func (a Answer) JSON(q *Question) []byte { return a.AppendJSON(nil, q) }

// AppendJSON adds the answer's JSON form to b.
func (a Answer) AppendJSON(b []byte, q *Question) []byte {
	switch a.State {
	case Missing:
		return append(b, "null"...)
	case NA:
		return append(b, `"na"`...)
	case NotObserved:
		return append(b, `"not_observed"`...)
	case Answered:
	}
	switch q.Kind {
	case Multi:
		return appendWords(b, a.Codes)
	case Rating, Number, Duration, Money:
		return appendDecimal(b, int64(a.Number), 4)
	case YesNo, Choice, LevelKind, WowKind, Text, Time, Date, Photo, Receipt, StaffName, Attention:
	}
	return appendQuoted(b, a.Text)
}

// appendWords writes a JSON list of texts.
func appendWords(b []byte, words []string) []byte {
	b = append(b, '[')
	for i, w := range words {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, w)
	}
	return append(b, ']')
}
