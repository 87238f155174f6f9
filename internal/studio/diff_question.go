package studio

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/edit"
)

// reasons says what differs in what a question measures.
func reasons(was, is witness) []string {
	var all []string
	add := func(differs bool, format string, args ...any) {
		if differs {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(was.Kind != is.Kind, "its kind is %s now and was %s", spokenKind(is.Kind), spokenKind(was.Kind))
	add(wording(was.Text) != wording(is.Text), "it asked “%s”", was.Text)
	add(was.Points != is.Points || was.HasPoints != is.HasPoints, "its points change from %s to %s", pointsOf(was.Question), pointsOf(is.Question))
	add(was.Reverse != is.Reverse, "yes and no change places")
	all = append(all, optionChanges(was.Options, is.Options)...)
	add(was.Cap != is.Cap || was.HasCap != is.HasCap, "the most that its options can earn is %s now and was %s", capOf(is.Question), capOf(was.Question))
	add(!slices.Equal(was.Bands, is.Bands), "its bands are %s now and were %s", bandsOf(is.Question), bandsOf(was.Question))
	add(was.Unit != is.Unit, "it is asked in %s now and was asked in %s", or(is.Unit, "no unit"), or(was.Unit, "no unit"))
	add(was.ScaleLo != is.ScaleLo || was.ScaleHi != is.ScaleHi, "its scale is %d to %d now and was %d to %d", is.ScaleLo, is.ScaleHi, was.ScaleLo, was.ScaleHi)
	all = append(all, levelTexts(was.Question, is.Question)...)
	add(was.NAAllowed != is.NAAllowed, "“does not apply” is %s now", allowed(is.NAAllowed))
	add(was.MustObserve != is.MustObserve, "“not observed” is %s now", allowed(!is.MustObserve))
	add(was.Required != is.Required, "it %s be answered now", map[bool]string{true: "must", false: "need not"}[is.Required])
	add(!sameCondition(was.ShowIf, is.ShowIf), "it is asked %s now and was asked %s", is.when(is.ShowIf), was.when(was.ShowIf))
	add(was.section.ID == is.section.ID && !sameCondition(was.section.ShowIf, is.section.ShowIf),
		"its section %s is asked %s now and was asked %s", is.section.ID, is.when(is.section.ShowIf), was.when(was.section.ShowIf))
	add(was.section.ID != is.section.ID, "it moves from section %s to section %s", was.section.ID, is.section.ID)
	add(was.section.ID == is.section.ID && was.section.Stage != is.section.Stage, "its section %s belongs to %s now and belonged to %s",
		is.section.ID, stageOf(is.section), stageOf(was.section))
	add(!sameCritical(was.Critical, is.Critical), "%s now; %s before", criticalWords(is.Critical), criticalWords(was.Critical))
	return all
}

// when says in a sentence when something is asked.
func (w witness) when(c *programme.Condition) string {
	if c == nil {
		return "always"
	}
	return "when " + edit.Sentence(w.programme, c.Source)
}

func stageOf(s *programme.Section) string {
	if s.Stage == "" {
		return "no stage"
	}
	return "stage " + s.Stage
}

// spokenKind is a kind of question as it reads.
func spokenKind(k programme.Kind) string {
	switch k {
	case programme.YesNo:
		return "yes/no"
	case programme.StaffName:
		return "staff name"
	default:
		return string(k)
	}
}

func allowed(yes bool) string {
	if yes {
		return "an answer"
	}
	return "no answer"
}

// wording evens out spaces, as the series does.
func wording(s string) string { return strings.Join(strings.Fields(s), " ") }

// points writes hundredths of a point.
func points(p programme.Points) string { return number(int(p)) }

func pointsOf(q *programme.Question) string {
	if q.Kind == programme.Rating && !q.HasPoints {
		return "none"
	}
	return points(q.Points)
}

func capOf(q *programme.Question) string {
	if !q.HasCap {
		return "their sum"
	}
	return points(q.Cap)
}

// bandsOf writes bands: "up to 60 2, up to 120 1, above 0".
func bandsOf(q *programme.Question) string {
	if len(q.Bands) == 0 {
		return "none"
	}
	var all []string
	for _, b := range q.Bands {
		limit := "above"
		if !b.Open {
			limit = "up to " + b.UpTo.String()
		}
		all = append(all, limit+": "+points(b.Points))
	}
	return strings.Join(all, ", ")
}

func optionPoints(o *programme.Option) string {
	if !o.HasPoints {
		return "no points"
	}
	return plural2(points(o.Points), "point", "points")
}

// plural2 writes an amount that may be a fraction with its noun.
func plural2(n, one, many string) string {
	if n == "1" {
		return n + " " + one
	}
	return n + " " + many
}

// optionChanges says what becomes of each option.
func optionChanges(was, is []programme.Option) (all []string) {
	for i := range is {
		o := &is[i]
		at := slices.IndexFunc(was, func(x programme.Option) bool { return x.Code == o.Code })
		if at < 0 {
			all = append(all, fmt.Sprintf("option “%s” is new, with %s", o.Label, optionPoints(o)))
			continue
		}
		all = append(all, optionChange(&was[at], o)...)
	}
	for i := range was {
		if !slices.ContainsFunc(is, func(x programme.Option) bool { return x.Code == was[i].Code }) {
			all = append(all, fmt.Sprintf("option “%s” is gone; it had %s", was[i].Label, optionPoints(&was[i])))
		}
	}
	return all
}

func optionChange(was, is *programme.Option) (all []string) {
	if wording(was.Label) != wording(is.Label) {
		all = append(all, fmt.Sprintf("option “%s” reads “%s” now", was.Label, is.Label))
	}
	if was.Points != is.Points || was.HasPoints != is.HasPoints {
		all = append(all, fmt.Sprintf("option “%s” has %s now and had %s", is.Label, optionPoints(is), optionPoints(was)))
	}
	if was.Exclusive != is.Exclusive {
		all = append(all, fmt.Sprintf("option “%s” %s stands alone now", is.Label, map[bool]string{true: "always", false: "no longer"}[is.Exclusive]))
	}
	if !sameCritical(was.Critical, is.Critical) {
		all = append(all, fmt.Sprintf("option “%s”: %s now; %s before", is.Label, criticalWords(is.Critical), criticalWords(was.Critical)))
	}
	return all
}

// levelTexts says what becomes of the levels of a question.
func levelTexts(was, is *programme.Question) (all []string) {
	if wording(was.Below) != wording(is.Below) {
		all = append(all, fmt.Sprintf("below reads “%s” now and read “%s”", is.Below, was.Below))
	}
	for _, l := range []struct {
		name    string
		was, is programme.LevelText
	}{{"Good", was.Good, is.Good}, {"WOW", was.Wow, is.Wow}} {
		switch {
		case l.was.Set != l.is.Set && l.is.Set:
			all = append(all, fmt.Sprintf("it has a %s level now, with %s", l.name, plural2(points(l.is.Points), "point", "points")))
		case l.was.Set != l.is.Set:
			all = append(all, fmt.Sprintf("its %s level is gone; it had %s", l.name, plural2(points(l.was.Points), "point", "points")))
		case l.was.Points != l.is.Points:
			all = append(all, fmt.Sprintf("the points for %s change from %s to %s", l.name, points(l.was.Points), points(l.is.Points)))
		}
		if l.was.Set && l.is.Set && wording(l.was.Text) != wording(l.is.Text) {
			all = append(all, fmt.Sprintf("%s reads “%s” now and read “%s”", l.name, l.is.Text, l.was.Text))
		}
	}
	return all
}

func sameOptions(a, b []programme.Option) bool {
	byCode := func(x, y programme.Option) int { return cmp.Compare(x.Code, y.Code) }
	a, b = slices.SortedFunc(slices.Values(a), byCode), slices.SortedFunc(slices.Values(b), byCode)
	return slices.EqualFunc(a, b, func(x, y programme.Option) bool { return x.Code == y.Code && len(optionChange(&x, &y)) == 0 })
}

// sameCondition compares what is evaluated: spaces and brackets do not matter.
func sameCondition(a, b *programme.Condition) bool { return reflect.DeepEqual(rootOf(a), rootOf(b)) }

func sameCritical(a, b *programme.Critical) bool {
	if a == nil || b == nil {
		return a == b
	}
	sorted := func(s []string) []string { return slices.Sorted(slices.Values(s)) }
	return a.Effect == b.Effect && a.CapBP == b.CapBP && a.Section == b.Section && slices.Equal(sorted(a.When), sorted(b.When))
}

// criticalWords says what must not fail: "no caps the visit at 69 %".
func criticalWords(c *programme.Critical) string {
	if c == nil {
		return "nothing must not fail"
	}
	who := "choosing it"
	if len(c.When) > 0 {
		who = "“" + strings.Join(c.When, "” or “") + "”"
	}
	switch c.Effect {
	case programme.Flag:
		return who + " is flagged"
	case programme.CapVisit:
		return who + " caps the visit at " + percent(c.CapBP)
	case programme.ZeroSection:
		return who + " takes all points of section " + c.Section
	case programme.FailVisit:
		return who + " fails the visit"
	}
	return who + " is critical"
}
