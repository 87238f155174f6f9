package studio

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Difference says in sentences how one version differs from another.
type Difference struct {
	// Targets are changes that judge the same counts anew, at once and for past visits too.
	Targets []string
	// Definitions are changes of what is measured: from then on visits are counted apart from those before.
	Definitions []string
	// Words are changes of texts and of the plan, which change no number.
	Words []string
	// Series are the standards whose visits are counted apart, by id; Score says the same of the score.
	Series []string
	Score  bool
}

// Empty reports that nothing differs.
func (d Difference) Empty() bool { return len(d.Targets)+len(d.Definitions)+len(d.Words) == 0 }

// Diff says how version b differs from version a; both belong to the same programme.
func (s *Service) Diff(ctx context.Context, actor auth.Actor, a, b string) (d Difference, err error) {
	if err := may(actor, auth.StandardsRead); err != nil {
		return d, err
	}
	err = s.repo.View(ctx, actor.Org, func(tx Tx) error {
		from, err := open(ctx, tx, actor, a)
		if err != nil {
			return err
		}
		to, err := open(ctx, tx, actor, b)
		if err != nil {
			return err
		}
		if from.Version.Programme != to.Version.Programme {
			return fault.New(fault.Invalid, "These versions belong to different programmes.")
		}
		d = DifferenceOf(from.Programme, to.Programme)
		return nil
	})
	return d, wrap("differences", err)
}

// DifferenceOf says how programme b differs from programme a.
func DifferenceOf(a, b *programme.Programme) Difference {
	d := differ{a: a, b: b}
	d.levels()
	for i := range b.Standards {
		d.standard(&b.Standards[i])
	}
	for i := range a.Standards {
		if s := &a.Standards[i]; !d.hasStandard(b, s.ID) {
			d.define("%s is gone.", title(s))
		}
	}
	d.score()
	d.frame()
	return d.Difference
}

// differ gathers sentences.
type differ struct {
	Difference
	a, b *programme.Programme
}

func (d *differ) target(format string, args ...any) {
	d.Targets = append(d.Targets, fmt.Sprintf(format, args...))
}

func (d *differ) define(format string, args ...any) {
	d.Definitions = append(d.Definitions, fmt.Sprintf(format, args...))
}

func (d *differ) say(format string, args ...any) {
	d.Words = append(d.Words, fmt.Sprintf(format, args...))
}

func (d *differ) hasStandard(p *programme.Programme, id string) bool {
	_, ok := p.Standard(id)
	return ok
}

// title names a standard in a sentence.
func title(s *programme.Standard) string { return s.Title + " (" + s.ID + ")" }

// moves says "rises from 85 % to 90 %".
func moves(from, to int) string {
	if to < from {
		return "falls from " + percent(from) + " to " + percent(to)
	}
	return "rises from " + percent(from) + " to " + percent(to)
}

// figure is a percentage that stands in both versions.
type figure struct {
	what     string
	from, to int // basis points
}

// moved says of each figure that is not what it was how it moves.
func moved(all ...figure) (out []string) {
	for _, f := range all {
		if f.from != f.to {
			out = append(out, f.what+" "+moves(f.from, f.to))
		}
	}
	return out
}

// levelChanges compares what a visit needs to be Good or WOW.
func levelChanges(a, b *programme.Programme) []string {
	return moved(
		figure{"the score that a Good visit needs", a.Levels.GoodMinBP, b.Levels.GoodMinBP},
		figure{"the score that a WOW visit needs", a.Levels.WowMinBP, b.Levels.WowMinBP},
		figure{"the share of WOW points that a WOW visit needs", a.Levels.WowMinShareBP, b.Levels.WowMinShareBP},
	)
}

func (d *differ) levels() {
	for _, how := range levelChanges(d.a, d.b) {
		d.target("Levels of later visits: %s.", how)
	}
}

// standard compares one standard of b with what a had under its id.
func (d *differ) standard(s *programme.Standard) {
	was, ok := d.a.Standard(s.ID)
	if !ok {
		d.Series = append(d.Series, s.ID)
		d.define("%s is new.", title(s))
		return
	}
	d.targets(was, s)
	d.texts(was, s)
	if programme.Series(d.a, s.ID) != programme.Series(d.b, s.ID) {
		d.Series = append(d.Series, s.ID)
		d.definition(was, s)
	}
}

func (d *differ) targets(was, is *programme.Standard) {
	for _, how := range targetChanges(was, is) {
		d.target("%s: %s.", title(is), how)
	}
	if was.Weight != is.Weight {
		d.target("%s: its weight changes from %d to %d.", title(is), was.Weight, is.Weight)
	}
}

// targetChanges compares by what branches are judged.
func targetChanges(was, is *programme.Standard) []string {
	all := moved(figure{"the target for Good", was.GoodTargetBP, is.GoodTargetBP})
	switch {
	case was.WowTargetBP == is.WowTargetBP:
	case was.WowTargetBP == 0:
		all = append(all, "there is a target for WOW now, "+percent(is.WowTargetBP))
	case is.WowTargetBP == 0:
		all = append(all, "the target for WOW ("+percent(was.WowTargetBP)+") is gone")
	default:
		all = append(all, moved(figure{"the target for WOW", was.WowTargetBP, is.WowTargetBP})...)
	}
	if was, now := criticality(was), criticality(is); was != now {
		all = append(all, "it is "+spoken(now)+" now and was "+spoken(was))
	}
	return all
}

// spoken is a criticality in words.
func spoken(c programme.Criticality) string { return strings.ReplaceAll(string(c), "_", " ") }

// texts compares the words of a standard.
func (d *differ) texts(was, is *programme.Standard) {
	if was.Title != is.Title {
		d.say("%s is called “%s” now; it was “%s”.", is.ID, is.Title, was.Title)
	}
	for _, t := range []struct{ what, from, to string }{
		{"what Good means", was.Good, is.Good},
		{"what WOW means", was.Wow, is.Wow},
		{"the reason", was.Why, is.Why},
	} {
		if t.from != t.to {
			d.say("%s: %s is worded anew.", title(is), t.what)
		}
	}
	switch {
	case was.Photo == is.Photo:
	case was.Photo == "":
		d.say("%s: it has a picture now.", title(is))
	case is.Photo == "":
		d.say("%s: its picture is gone.", title(is))
	default:
		d.say("%s: it has another picture.", title(is))
	}
}

// ruleChanges compares when a visit meets a standard.
func ruleChanges(was, is *programme.Standard) []string {
	if was == nil {
		return nil
	}
	return moved(
		figure{"the share of points that counts as met", was.MetShareBP, is.MetShareBP},
		figure{"the share of points that counts as partly met", was.PartialShareBP, is.PartialShareBP},
		figure{"the share of WOW points that counts as WOW", was.WowShareBP, is.WowShareBP},
	)
}

// definition says why a standard starts a new series.
func (d *differ) definition(was, is *programme.Standard) {
	for _, how := range ruleChanges(was, is) {
		d.define("%s: %s.", title(is), how)
	}
	mine := func(q *programme.Question) bool { return q.Standard == is.ID }
	d.questions(title(is)+": ", witnesses(d.a, mine), witnesses(d.b, mine))
}

// score says when scores cannot be compared any more, and names what no standard witnesses.
func (d *differ) score() {
	if programme.ScoreSeries(d.a) == programme.ScoreSeries(d.b) {
		return
	}
	d.Score = true
	for _, how := range policyChanges(d.a, d.b) {
		d.define("Score: %s.", how)
	}
	alone := func(q *programme.Question) bool { return q.Standard == "" }
	d.questions("Score: ", witnesses(d.a, alone), witnesses(d.b, alone))
	d.define("Score: visits before and after this version are counted apart.")
}

// policyChanges compares how answers become a score.
func policyChanges(a, b *programme.Programme) (all []string) {
	if a.Policy.Wow != b.Policy.Wow || a.Policy.BonusCapBP != b.Policy.BonusCapBP {
		all = append(all, "WOW points "+wowWords(&b.Policy, false)+"; before, they "+wowWords(&a.Policy, true))
	}
	all = append(all, moved(figure{"how complete a visit must be to be scored", a.Policy.MinCompleteness, b.Policy.MinCompleteness})...)
	was, is := weightsBy(&a.Policy), weightsBy(&b.Policy)
	for _, w := range b.Policy.Weights {
		if from, ok := was[w.Section]; !ok || from != w.Weight {
			all = append(all, fmt.Sprintf("section %s weighs %d now; it weighed %s", w.Section, w.Weight, weighed(was, w.Section)))
		}
	}
	for _, w := range a.Policy.Weights {
		if _, ok := is[w.Section]; !ok {
			all = append(all, fmt.Sprintf("section %s has no weight of its own any more; it weighed %d", w.Section, w.Weight))
		}
	}
	return all
}

// wowWords says what WOW points do, or did.
func wowWords(p *programme.Policy, past bool) string {
	is := map[programme.WowPolicy][2]string{
		programme.WowSeparate: {"stay outside the score", "stayed outside the score"},
		programme.WowBonus:    {"add to the score, up to " + percent(p.BonusCapBP), "added to the score, up to " + percent(p.BonusCapBP)},
		programme.WowExpected: {"are expected: a missed one costs score", "were expected: a missed one cost score"},
	}[p.Wow]
	if past {
		return is[1]
	}
	return is[0]
}

func weighed(weights map[string]int, section string) string {
	if w, ok := weights[section]; ok {
		return strconv.Itoa(w)
	}
	return "nothing of its own"
}

// witness is a question with the section that it stands in.
type witness struct {
	*programme.Question
	section   *programme.Section
	programme *programme.Programme
}

// witnesses lists the wanted questions in file order.
func witnesses(p *programme.Programme, want func(*programme.Question) bool) []witness {
	var all []witness
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			if q := &p.Sections[i].Questions[j]; want(q) {
				all = append(all, witness{q, &p.Sections[i], p})
			}
		}
	}
	return all
}

func everyQuestion(*programme.Question) bool { return true }

// questions compares questions of the same ids.
func (d *differ) questions(who string, was, is []witness) {
	for _, q := range is {
		i := slices.IndexFunc(was, func(w witness) bool { return w.ID == q.ID })
		if i < 0 {
			d.define("%squestion %s (“%s”) is new here.", who, q.ID, q.Text)
			continue
		}
		if how := reasons(was[i], q); len(how) > 0 {
			d.define("%squestion %s (“%s”): %s.", who, q.ID, q.Text, strings.Join(how, "; "))
		}
	}
	for _, q := range was {
		if !slices.ContainsFunc(is, func(w witness) bool { return w.ID == q.ID }) {
			d.define("%squestion %s (“%s”) is gone from here.", who, q.ID, q.Text)
		}
	}
}
