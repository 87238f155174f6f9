package edit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// kinds are those that a field belongs to; nil means all.
type kinds []programme.Kind

// questionRule is a field of a question and the kinds that have it.
type questionRule struct {
	rule[programme.Question]
	of kinds
}

// Kinds that share fields.
var (
	banded  = kinds{programme.Number, programme.Duration, programme.Money}
	chosen  = kinds{programme.Choice, programme.Multi, programme.Attention}
	pointed = kinds{programme.YesNo, programme.Rating}
	levels  = kinds{programme.LevelKind}
	wowed   = kinds{programme.LevelKind, programme.WowKind}
)

// questionFields are in the order of the form. Kind, id and options are set by themselves.
var questionFields = []questionRule{
	{text("text", "the text", func(q *programme.Question) *string { return &q.Text }), nil},
	{text("hint", "the hint", func(q *programme.Question) *string { return &q.Hint }), nil},
	{word("standard", "the standard", func(q *programme.Question) *string { return &q.Standard }), nil},
	{points("points", "the points", func(q *programme.Question) (*programme.Points, *bool) { return &q.Points, &q.HasPoints }), pointed},
	{flag("reverse", "which answer earns the points", func(q *programme.Question) *bool { return &q.Reverse }), kinds{programme.YesNo}},
	{points("cap", "the most that the options earn", func(q *programme.Question) (*programme.Points, *bool) { return &q.Cap, &q.HasCap }), kinds{programme.Multi}},
	{choice("unit", "the unit", func(q *programme.Question) *string { return &q.Unit }, "", programme.UnitSeconds, programme.UnitMinutes, programme.UnitHours), kinds{programme.Duration}},
	{bandRule("bands.up_to", upTo), banded},
	{bandRule("bands.points", bandPoints), banded},
	{scale("scale.lo", "the lower end", func(q *programme.Question) *int { return &q.ScaleLo }), kinds{programme.Rating}},
	{scale("scale.hi", "the upper end", func(q *programme.Question) *int { return &q.ScaleHi }), kinds{programme.Rating}},
	{text("below", "the answer below Good", func(q *programme.Question) *string { return &q.Below }), levels},
	{levelText("good.text", "the answer Good", func(q *programme.Question) *programme.LevelText { return &q.Good }), levels},
	{levelPoints("good.points", "the points of Good", func(q *programme.Question) *programme.LevelText { return &q.Good }), levels},
	{levelText("wow.text", "the answer WOW", func(q *programme.Question) *programme.LevelText { return &q.Wow }), wowed},
	{levelPoints("wow.points", "the points of WOW", func(q *programme.Question) *programme.LevelText { return &q.Wow }), wowed},
	{whole("min_chars", "the length that is wanted", 0, func(q *programme.Question) *int { return &q.MinChars }), kinds{programme.Text}},
	{word("timer", "the timer", func(q *programme.Question) *string { return &q.Timer }), kinds{programme.Duration, programme.Time}},
	{flag("na_allowed", "“does not apply”", func(q *programme.Question) *bool { return &q.NAAllowed }), nil},
	{flag("must_observe", "“must be seen”", func(q *programme.Question) *bool { return &q.MustObserve }), nil},
	{flag("required", "“must be answered”", func(q *programme.Question) *bool { return &q.Required }), nil},
	{effect(criticalOf), nil},
	{answersRule("critical.when", "the answers that must not be", criticalAnswers), nil},
	{capAt(criticalOf), nil},
	{zeroes(criticalOf), nil},
	{commentRule(), nil},
	{answersRule("comment.when", "the answers that need words", commentAnswers), nil},
	{commentLength(), nil},
	{choice("evidence.photo", "the photo", func(q *programme.Question) *programme.EvidencePhoto { return &q.Evidence },
		programme.PhotoNone, programme.PhotoNever, programme.PhotoOptional, programme.PhotoOnFail, programme.PhotoRequired), nil},
	{flag("perishable", "“ask first”", func(q *programme.Question) *bool { return &q.Perishable }), nil},
	{flag("privacy", "“kept apart”", func(q *programme.Question) *bool { return &q.Vault }), nil},
	{flag("feeds", "“feeds thanks”", func(q *programme.Question) *bool { return &q.Thanks }), nil},
}

// FieldsOf lists the fields of a kind of question in the order of its form, without id and kind.
func FieldsOf(k programme.Kind) []string {
	var names []string
	for _, r := range questionFields {
		if r.belongs(k) {
			names = append(names, r.name)
		}
	}
	return names
}

// belongs reports whether questions of a kind have the field.
func (r questionRule) belongs(k programme.Kind) bool { return r.of == nil || slices.Contains(r.of, k) }

// HasOptions reports whether questions of a kind have options.
func HasOptions(k programme.Kind) bool { return slices.Contains(chosen, k) }

// questionRules gives the fields of one kind.
func questionRules(k programme.Kind) []rule[programme.Question] {
	var rules []rule[programme.Question]
	for _, r := range questionFields {
		if r.belongs(k) {
			rules = append(rules, r.rule)
		}
	}
	return rules
}

// criticalOf gives the critical of a question.
func criticalOf(q *programme.Question) **programme.Critical { return &q.Critical }

// scale is one end of a rating's scale.
func scale(name, label string, at func(*programme.Question) *int) rule[programme.Question] {
	return one(name, label, func(q *programme.Question) string { return strconv.Itoa(*at(q)) }, func(q *programme.Question, s string) string {
		n, ok := scaled(s, 0)
		if !ok {
			return "Write a whole number, such as 0 or 10."
		}
		*at(q) = int(n)
		return ""
	})
}

// levelText is the text of one level. A level question has WOW when it has a text or points for it.
func levelText(name, label string, at func(*programme.Question) *programme.LevelText) rule[programme.Question] {
	return one(name, label, func(q *programme.Question) string { return at(q).Text }, func(q *programme.Question, s string) string {
		l := at(q)
		l.Text = tidy(s)
		settleLevel(q, l)
		return ""
	})
}

// levelPoints are the points of one level.
func levelPoints(name, label string, at func(*programme.Question) *programme.LevelText) rule[programme.Question] {
	get := func(q *programme.Question) string {
		if l := at(q); l.Set {
			return l.Points.String()
		}
		return ""
	}
	return one(name, label, get, func(q *programme.Question, s string) string {
		n, ok := int64(0), true
		if s != "" {
			n, ok = scaled(s, 2)
		}
		if !ok {
			return "Write points as a number with at most two decimals, such as 2 or 0.5."
		}
		l := at(q)
		l.Points, l.Set = programme.Points(n), s != ""
		settleLevel(q, l)
		return ""
	})
}

// settleLevel decides whether the level is there: only the WOW of a level question may be missing.
func settleLevel(q *programme.Question, l *programme.LevelText) {
	l.Set = l.Set || l.Text != "" || l.Points != 0 || q.Kind == programme.WowKind || l == &q.Good
}

// bandRule is one column of the bands. Both columns come together: see setBands.
func bandRule(name string, column func(programme.Band) string) rule[programme.Question] {
	return rule[programme.Question]{name: name, label: "the bands", get: func(q *programme.Question) []string {
		values := make([]string, len(q.Bands))
		for i, b := range q.Bands {
			values[i] = column(b)
		}
		return values
	}}
}

func upTo(b programme.Band) string {
	if b.Open {
		return ""
	}
	return b.UpTo.String()
}

func bandPoints(b programme.Band) string { return b.Points.String() }

// setBands takes both columns of the bands; rows without anything are left out.
func setBands(q *programme.Question, limits, earned []string) (field, wrong string) {
	if len(limits) != len(earned) {
		return limitColumn, "Give each band its limit and its points."
	}
	var bands []programme.Band
	for i := range limits {
		b, field, wrong := readBand(strings.TrimSpace(limits[i]), strings.TrimSpace(earned[i]), i+1)
		if wrong != "" {
			return inBand(field, i+1), wrong
		}
		if b != nil {
			bands = append(bands, *b)
		}
	}
	q.Bands = bands
	return "", ""
}

// The columns of the bands.
const (
	limitColumn  = "bands.up_to"
	pointsColumn = "bands.points"
)

// inBand is the field of a row of the bands: that of the first has the column's own name.
func inBand(column string, row int) string {
	if row == 1 {
		return column
	}
	return column + "." + strconv.Itoa(row)
}

// readBand reads one row; nil when it is empty.
func readBand(limit, earned string, row int) (b *programme.Band, field, wrong string) {
	if limit == "" && earned == "" {
		return nil, "", ""
	}
	d, ok := scaled(limit, 4)
	if limit != "" && !ok {
		return nil, limitColumn, fmt.Sprintf("Band %d: write its limit as a number, such as 30, and leave it empty in the last.", row)
	}
	if earned == "" {
		return nil, pointsColumn, fmt.Sprintf("Band %d has no points yet. Write how many it earns, such as 2, or empty its limit to take it away.", row)
	}
	n, ok := scaled(earned, 2)
	if !ok {
		return nil, pointsColumn, fmt.Sprintf("Band %d: write its points as a number, such as 2.", row)
	}
	return &programme.Band{Open: limit == "", UpTo: programme.Decimal(d), Points: programme.Points(n)}, "", ""
}

// answersRule is a list of answers; forms may post an empty one.
func answersRule(name, label string, at func(*programme.Question) *[]string) rule[programme.Question] {
	get := func(q *programme.Question) []string {
		if list := at(q); list != nil {
			return slices.Clone(*list)
		}
		return nil
	}
	return rule[programme.Question]{name: name, label: label, get: get, set: func(q *programme.Question, values []string) string {
		chosen, wrong := readAnswers(q, values, strings.HasPrefix(name, "comment"))
		list := at(q)
		switch {
		case wrong != "":
			return wrong
		case list == nil && len(chosen) > 0:
			return "Say first what these answers should do."
		case list != nil:
			*list = chosen
		}
		return ""
	}}
}

// readAnswers reads chosen answers of a question, each once.
func readAnswers(q *programme.Question, values []string, reserved bool) ([]string, string) {
	var chosen []string
	for _, v := range values {
		v = strings.TrimSpace(v)
		if v == "" || slices.Contains(chosen, v) {
			continue
		}
		if !isAnswer(q, v, reserved) {
			return nil, fmt.Sprintf("%q is no answer of this question.", short(v))
		}
		chosen = append(chosen, v)
	}
	return chosen, ""
}

// isAnswer reports whether a word can be listed as an answer of a question.
func isAnswer(q *programme.Question, word string, reserved bool) bool {
	switch {
	case word == programme.CodeNA:
		return reserved && q.NAAllowed
	case word == programme.CodeNotObserved:
		return reserved && q.MayBeNotObserved()
	case q.Codes() != nil:
		return slices.Contains(q.Codes(), word)
	}
	_, ok := programme.ParseDecimal(word)
	return ok && q.Kind.Asked() == programme.AskedNumber
}

func criticalAnswers(q *programme.Question) *[]string {
	if q.Critical == nil {
		return nil
	}
	return &q.Critical.When
}

func commentAnswers(q *programme.Question) *[]string {
	if q.Comment == nil || q.Comment.Always || q.Comment.OnFail {
		return nil
	}
	return &q.Comment.When
}

// The rules of a comment, as a field.
const (
	commentFail    = "fail"
	commentAlways  = "always"
	commentAnswer  = "answers"
	commentRuleKey = "comment.rule"
)

// commentRule says when words are wanted.
func commentRule() rule[programme.Question] {
	get := func(q *programme.Question) string {
		switch c := q.Comment; {
		case c == nil:
			return ""
		case c.Always:
			return commentAlways
		case c.OnFail:
			return commentFail
		}
		return commentAnswer
	}
	return one(commentRuleKey, "when words are wanted", get, setCommentRule)
}

// setCommentRule makes, changes or takes away the comment rule.
func setCommentRule(q *programme.Question, s string) string {
	switch s {
	case "":
		q.Comment = nil
		return ""
	case commentFail, commentAlways, commentAnswer:
	default:
		return "Choose one of fail, always, answers."
	}
	if q.Comment == nil {
		q.Comment = &programme.CommentRule{}
	}
	q.Comment.Always, q.Comment.OnFail = s == commentAlways, s == commentFail
	if s != commentAnswer {
		q.Comment.When = nil
	}
	return ""
}

// commentLength is how many characters are wanted.
func commentLength() rule[programme.Question] {
	get := func(q *programme.Question) string {
		if q.Comment == nil || q.Comment.MinChars == 0 {
			return ""
		}
		return strconv.Itoa(q.Comment.MinChars)
	}
	return one("comment.min_chars", "the length of the words", get, func(q *programme.Question, s string) string {
		n, ok := int64(0), true
		if s != "" {
			n, ok = scaled(s, 0)
		}
		switch {
		case !ok:
			return "Write a whole number of characters, such as 40."
		case q.Comment != nil:
			q.Comment.MinChars = int(n)
		case n != 0:
			return "Say first when words are wanted."
		}
		return ""
	})
}
