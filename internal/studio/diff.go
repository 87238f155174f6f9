package studio

import (
	"cmp"
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
	verb := "rises"
	if to < from {
		verb = "falls"
	}
	return verb + " from " + percent(from) + " to " + percent(to)
}

// levels compares what a visit needs to be Good or WOW.
func (d *differ) levels() {
	for _, l := range []struct {
		what     string
		from, to int
	}{
		{"the score that a Good visit needs", d.a.Levels.GoodMinBP, d.b.Levels.GoodMinBP},
		{"the score that a WOW visit needs", d.a.Levels.WowMinBP, d.b.Levels.WowMinBP},
		{"the share of WOW points that a WOW visit needs", d.a.Levels.WowMinShareBP, d.b.Levels.WowMinShareBP},
	} {
		if l.from != l.to {
			d.target("Levels of later visits: %s %s.", l.what, moves(l.from, l.to))
		}
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

// targets compares what is asked of branches.
func (d *differ) targets(was, is *programme.Standard) {
	if was.GoodTargetBP != is.GoodTargetBP {
		d.target("%s: the target for Good %s.", title(is), moves(was.GoodTargetBP, is.GoodTargetBP))
	}
	switch {
	case was.WowTargetBP == is.WowTargetBP:
	case was.WowTargetBP == 0:
		d.target("%s: there is a target for WOW now, %s.", title(is), percent(is.WowTargetBP))
	case is.WowTargetBP == 0:
		d.target("%s: the target for WOW (%s) is gone.", title(is), percent(was.WowTargetBP))
	default:
		d.target("%s: the target for WOW %s.", title(is), moves(was.WowTargetBP, is.WowTargetBP))
	}
	if was, now := criticality(was), criticality(is); was != now {
		d.target("%s: it is %s now and was %s.", title(is), spoken(now), spoken(was))
	}
	if was.Weight != is.Weight {
		d.target("%s: its weight changes from %d to %d.", title(is), was.Weight, is.Weight)
	}
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
		{"the picture", was.Photo, is.Photo},
	} {
		if t.from != t.to {
			d.say("%s: %s is worded anew.", title(is), t.what)
		}
	}
}

// definition says why a standard starts a new series.
func (d *differ) definition(was, is *programme.Standard) {
	for _, r := range []struct {
		what     string
		from, to int
	}{
		{"the share of points that counts as met", was.MetShareBP, is.MetShareBP},
		{"the share of points that counts as partly met", was.PartialShareBP, is.PartialShareBP},
		{"the share of WOW points that counts as WOW", was.WowShareBP, is.WowShareBP},
	} {
		if r.from != r.to {
			d.define("%s: %s %s.", title(is), r.what, moves(r.from, r.to))
		}
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
	if d.a.Policy.Wow != d.b.Policy.Wow || d.a.Policy.BonusCapBP != d.b.Policy.BonusCapBP {
		d.define("Score: WOW points count otherwise (%s; they counted %s).", d.b.Policy.Wow, d.a.Policy.Wow)
	}
	if from, to := d.a.Policy.MinCompleteness, d.b.Policy.MinCompleteness; from != to {
		d.define("Score: how complete a visit must be to be scored %s.", moves(from, to))
	}
	d.weights()
	alone := func(q *programme.Question) bool { return q.Standard == "" }
	d.questions("Score: ", witnesses(d.a, alone), witnesses(d.b, alone))
	d.define("Score: visits before and after this version are counted apart.")
}

// weights compares the section weights.
func (d *differ) weights() {
	was, is := weightsOf(d.a), weightsOf(d.b)
	for _, w := range d.b.Policy.Weights {
		if from, ok := was[w.Section]; !ok || from != w.Weight {
			d.define("Score: section %s weighs %d now; it weighed %s.", w.Section, w.Weight, weighed(was, w.Section))
		}
	}
	for _, w := range d.a.Policy.Weights {
		if _, ok := is[w.Section]; !ok {
			d.define("Score: section %s has no weight of its own any more; it weighed %d.", w.Section, w.Weight)
		}
	}
}

func weightsOf(p *programme.Programme) map[string]int {
	all := map[string]int{}
	for _, w := range p.Policy.Weights {
		all[w.Section] = w.Weight
	}
	return all
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
	section *programme.Section
}

// witnesses lists the wanted questions in file order.
func witnesses(p *programme.Programme, want func(*programme.Question) bool) []witness {
	var all []witness
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			if q := &p.Sections[i].Questions[j]; want(q) {
				all = append(all, witness{q, &p.Sections[i]})
			}
		}
	}
	return all
}

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

// reasons says what differs in what a question measures.
func reasons(was, is witness) []string {
	var all []string
	add := func(differs bool, format string, args ...any) {
		if differs {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(was.Kind != is.Kind, "its kind is %s now and was %s", is.Kind, was.Kind)
	add(wording(was.Text) != wording(is.Text), "it asked “%s”", was.Text)
	add(was.Points != is.Points || was.HasPoints != is.HasPoints, "its points change from %s to %s", points(was.Points), points(is.Points))
	add(was.Reverse != is.Reverse, "yes and no change places")
	add(!sameOptions(was.Options, is.Options), "its options change")
	add(was.Cap != is.Cap || was.HasCap != is.HasCap, "the most that its options can earn changes")
	add(!slices.Equal(was.Bands, is.Bands) || was.Unit != is.Unit, "its bands change")
	add(was.ScaleLo != is.ScaleLo || was.ScaleHi != is.ScaleHi, "its scale is %d to %d now and was %d to %d", is.ScaleLo, is.ScaleHi, was.ScaleLo, was.ScaleHi)
	add(!sameLevels(was.Question, is.Question), "its levels change")
	add(was.NAAllowed != is.NAAllowed, "“does not apply” is %s now", allowed(is.NAAllowed))
	add(was.MustObserve != is.MustObserve, "“not observed” is %s now", allowed(!is.MustObserve))
	add(was.Required != is.Required, "whether it must be answered changes")
	add(!sameCondition(was.ShowIf, is.ShowIf) || !sameCondition(was.section.ShowIf, is.section.ShowIf), "when it is asked changes")
	add(was.section.ID != is.section.ID || was.section.Stage != is.section.Stage, "it moves from section %s to section %s", was.section.ID, is.section.ID)
	add(!sameCritical(was.Critical, is.Critical), "what must not fail changes")
	return all
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

func sameOptions(a, b []programme.Option) bool {
	byCode := func(x, y programme.Option) int { return cmp.Compare(x.Code, y.Code) }
	a, b = slices.SortedFunc(slices.Values(a), byCode), slices.SortedFunc(slices.Values(b), byCode)
	return slices.EqualFunc(a, b, func(x, y programme.Option) bool {
		return x.Code == y.Code && wording(x.Label) == wording(y.Label) && x.Points == y.Points && x.HasPoints == y.HasPoints &&
			x.Exclusive == y.Exclusive && sameCritical(x.Critical, y.Critical)
	})
}

func sameLevels(a, b *programme.Question) bool {
	same := func(x, y programme.LevelText) bool {
		return x.Set == y.Set && x.Points == y.Points && wording(x.Text) == wording(y.Text)
	}
	return wording(a.Below) == wording(b.Below) && same(a.Good, b.Good) && same(a.Wow, b.Wow)
}

func sameCondition(a, b *programme.Condition) bool {
	if a == nil || b == nil {
		return a == b
	}
	return wording(a.Source) == wording(b.Source)
}

func sameCritical(a, b *programme.Critical) bool {
	if a == nil || b == nil {
		return a == b
	}
	sorted := func(s []string) []string { return slices.Sorted(slices.Values(s)) }
	return a.Effect == b.Effect && a.CapBP == b.CapBP && a.Section == b.Section && slices.Equal(sorted(a.When), sorted(b.When))
}

// frame compares what changes no number: names, plan, scenarios, and the words around questions.
func (d *differ) frame() {
	if d.a.Name != d.b.Name {
		d.say("The programme is called “%s” now; it was “%s”.", d.b.Name, d.a.Name)
	}
	if d.a.Visit != d.b.Visit {
		d.say("The plan of a visit changes: its length, pay, deadline or how often.")
	}
	if !slices.Equal(d.a.Scenarios, d.b.Scenarios) {
		d.say("The scenarios change: their briefs, shares or what they require.")
	}
	if !slices.Equal(d.a.Stages, d.b.Stages) || !slices.Equal(d.a.Dayparts, d.b.Dayparts) {
		d.say("Stages or parts of the day change.")
	}
	d.languages()
	if n := len(d.Targets) + len(d.Definitions) + len(d.Words); n == 0 && d.a.Hash() != d.b.Hash() {
		d.say("Hints, order or other things around the questions change; every number stays.")
	}
}
