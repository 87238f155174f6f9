package studio

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// frame compares what changes no number: names, plan, scenarios, stages, and the words around questions.
func (d *differ) frame() {
	if d.a.Name != d.b.Name {
		d.say("The programme is called “%s” now; it was “%s”.", d.b.Name, d.a.Name)
	}
	if d.a.Trade != d.b.Trade {
		d.say("The trade is “%s” now; it was “%s”.", d.b.Trade, d.a.Trade)
	}
	d.plan()
	d.scenarios()
	d.stages()
	d.dayparts()
	d.features()
	d.sections()
	d.around()
	d.languages()
	if n := len(d.Targets) + len(d.Definitions) + len(d.Words); n == 0 && d.a.Hash() != d.b.Hash() {
		d.say("The order of things or words around the questions change; every number stays.")
	}
}

// plan compares how visits are planned and paid.
func (d *differ) plan() {
	a, b := d.a.Visit, d.b.Visit
	for _, f := range []struct{ what, from, to string }{
		{"how long a visit takes", strconv.Itoa(a.Minutes) + " minutes", strconv.Itoa(b.Minutes) + " minutes"},
		{"when the report is due", strconv.Itoa(a.ReportDueHours) + " hours after it", strconv.Itoa(b.ReportDueHours) + " hours after it"},
		{"the fee", points(a.Fee), points(b.Fee)},
		{"what is paid back", points(a.ReimburseUpTo), points(b.ReimburseUpTo)},
		{"before the same shopper may come again", strconv.Itoa(a.RotationDays) + " days", strconv.Itoa(b.RotationDays) + " days"},
		{"visits to each branch in a wave", strconv.Itoa(a.VisitsPerBranch), strconv.Itoa(b.VisitsPerBranch)},
		{"the wave", string(a.Wave), string(b.Wave)},
	} {
		if f.from != f.to {
			d.say("The plan of visits: %s is %s now and was %s.", f.what, f.to, f.from)
		}
	}
}

// scenarios compares the roles that shoppers play.
func (d *differ) scenarios() {
	each(d.a.Scenarios, d.b.Scenarios, func(s *programme.Scenario) string { return s.ID }, func(was, is *programme.Scenario) {
		switch {
		case was == nil:
			d.say("Scenario %s (“%s”) is new, for %d %% of the visits.", is.ID, is.Title, is.Share)
		case is == nil:
			d.say("Scenario %s (“%s”) is gone; it had %d %% of the visits.", was.ID, was.Title, was.Share)
		default:
			d.changed("Scenario "+is.ID, []pair{
				{"its title", was.Title, is.Title},
				{"its share of the visits", strconv.Itoa(was.Share) + " %", strconv.Itoa(is.Share) + " %"},
				{"what it requires of a branch", was.Requires, is.Requires},
			})
			if was.Brief != is.Brief {
				d.say("Scenario %s: its brief is worded anew.", is.ID)
			}
		}
	})
}

// stages compares the parts of a visit that come later.
func (d *differ) stages() {
	each(d.a.Stages, d.b.Stages, func(s *programme.Stage) string { return s.ID }, func(was, is *programme.Stage) {
		switch {
		case was == nil:
			d.say("Stage %s (“%s”) is new.", is.ID, is.Title)
		case is == nil:
			d.say("Stage %s (“%s”) is gone.", was.ID, was.Title)
		default:
			d.changed("Stage "+is.ID, []pair{{"its title", was.Title, is.Title}, {"when it opens", was.Opens, is.Opens}, {"when it closes", was.Closes, is.Closes}})
		}
	})
}

// dayparts compares the parts of a day.
func (d *differ) dayparts() {
	hours := func(p *programme.Daypart) string { return clock(p.From) + " to " + clock(p.To) }
	each(d.a.Dayparts, d.b.Dayparts, func(p *programme.Daypart) string { return p.ID }, func(was, is *programme.Daypart) {
		switch {
		case was == nil:
			d.say("Part of the day %s is new, %s.", is.ID, hours(is))
		case is == nil:
			d.say("Part of the day %s is gone; it was %s.", was.ID, hours(was))
		default:
			d.changed("Part of the day "+is.ID, []pair{{"its time", hours(was), hours(is)}})
		}
	})
}

// clock writes minutes after midnight.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// features compares what branches may have.
func (d *differ) features() {
	self := func(f *string) string { return *f }
	each(d.a.Features, d.b.Features, self, func(was, is *string) {
		switch {
		case was == nil:
			d.say("Branch feature %s is new.", *is)
		case is == nil:
			d.say("Branch feature %s is gone.", *was)
		}
	})
}

// sections compares titles and order; what is asked when is said of their questions.
func (d *differ) sections() {
	each(d.a.Sections, d.b.Sections, func(s *programme.Section) string { return s.ID }, func(was, is *programme.Section) {
		switch {
		case was == nil:
			d.say("Section %s (“%s”) is new.", is.ID, is.Title)
		case is == nil:
			d.say("Section %s (“%s”) is gone.", was.ID, was.Title)
		default:
			d.changed("Section "+is.ID, []pair{{"its title", was.Title, is.Title}})
		}
	})
	if !sameOrder(d.a, d.b) {
		d.say("Sections or questions change places.")
	}
}

// sameOrder reports whether the questions that both versions ask stand in the same order.
func sameOrder(a, b *programme.Programme) bool {
	in := func(p, other *programme.Programme) (ids []string) {
		for _, q := range witnesses(p, func(q *programme.Question) bool { _, _, ok := other.Question(q.ID); return ok }) {
			ids = append(ids, q.ID)
		}
		return ids
	}
	return slices.Equal(in(a, b), in(b, a))
}

// around compares what helps to answer a question, and questions that measure nothing.
func (d *differ) around() {
	for _, q := range witnesses(d.b, func(*programme.Question) bool { return true }) {
		was, in, ok := d.a.Question(q.ID)
		switch {
		case !ok && !q.Scored() && q.Standard == "" && !d.Score:
			d.say("Question %s (“%s”) is new.", q.ID, q.Text)
		case ok:
			how := help(was, q.Question)
			if !q.Scored() && !was.Scored() && (q.Standard == "" || !slices.Contains(d.Series, q.Standard)) && (q.Standard != "" || !d.Score) {
				how = append(reasons(witness{was, in, d.a}, q), how...)
			}
			if len(how) > 0 {
				d.say("Question %s (“%s”): %s.", q.ID, q.Text, strings.Join(how, "; "))
			}
		}
	}
	for _, q := range witnesses(d.a, func(q *programme.Question) bool { return !q.Scored() && q.Standard == "" && !d.Score }) {
		if _, _, ok := d.b.Question(q.ID); !ok {
			d.say("Question %s (“%s”) is gone.", q.ID, q.Text)
		}
	}
}

// help says what differs in what helps to answer.
func help(was, is *programme.Question) []string {
	var all []string
	add := func(differs bool, text string) {
		if differs {
			all = append(all, text)
		}
	}
	add(was.Hint != is.Hint, "its hint is worded anew")
	add(was.Evidence != is.Evidence, "a photo is "+photoWords(is.Evidence)+" now and was "+photoWords(was.Evidence))
	add(!reflect.DeepEqual(was.Comment, is.Comment), "when it needs words changes")
	add(was.Perishable != is.Perishable, "whether it is asked first, before it is forgotten, changes")
	add(was.Timer != is.Timer, "the tap that times it changes")
	add(was.Vault != is.Vault, "whether its answer is kept apart changes")
	add(was.Thanks != is.Thanks, "whether it feeds thanks to staff changes")
	add(was.MinChars != is.MinChars, fmt.Sprintf("it needs at least %d characters now and needed %d", is.MinChars, was.MinChars))
	return all
}

// photoWords are the photo rules as they read.
func photoWords(e programme.EvidencePhoto) string {
	switch e {
	case programme.PhotoNone:
		return "not asked for"
	case programme.PhotoNever:
		return "forbidden"
	case programme.PhotoOptional:
		return "possible"
	case programme.PhotoOnFail:
		return "asked for when it fails"
	case programme.PhotoRequired:
		return "required"
	}
	return string(e)
}

// pair is a text on both sides.
type pair struct{ what, from, to string }

// changed says each pair that differs.
func (d *differ) changed(who string, all []pair) {
	for _, p := range all {
		if p.from != p.to {
			d.say("%s: %s is %s now and was %s.", who, p.what, quoted(p.to), quoted(p.from))
		}
	}
}

func quoted(text string) string {
	if text == "" {
		return "nothing"
	}
	return "“" + text + "”"
}

// each pairs the items of two lists by id: those of b in their order, then those that are gone.
func each[T any](a, b []T, id func(*T) string, say func(was, is *T)) {
	left := map[string]*T{}
	for i := range a {
		left[id(&a[i])] = &a[i]
	}
	for i := range b {
		key := id(&b[i])
		say(left[key], &b[i])
		delete(left, key)
	}
	for i := range a {
		if was, gone := left[id(&a[i])]; gone {
			say(was, nil)
		}
	}
}
