package programme

import (
	"fmt"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
)

// Lint tells what is unwise in a sound programme. All problems are warnings, in file order; they have lines when the
// programme came from Parse.
func Lint(p *Programme) Problems { return advise(p).problems() }

// Advice is Lint without a limit and without lines, for who shows each warning at the part that it is about. p may be
// unfinished.
func Advice(p *Programme) Problems { return placeless(advise(p).list) }

// advise walks a programme.
func advise(p *Programme) *collector {
	l := &linter{p: p, c: &collector{root: p.src}, w: &possibleWorlds{p: p, ix: p.indexed(), budget: maxLooks}}
	l.features()
	l.stages()
	l.scenarios()
	l.standards()
	for i := range p.Sections {
		l.section(&p.Sections[i], fmt.Sprintf("sections[%d]", i))
	}
	l.languages()
	return l.c
}

// languages should be whole: a shopper would read two at once.
func (l *linter) languages() {
	for i := range l.p.Translations {
		tag := l.p.Translations[i].Language
		lacks := l.p.Lacks(tag)
		if old := l.p.Outdated(tag); len(old) > 0 {
			l.warn("outdated."+tag, "%s since the words in %s were written, the first of them %s. Look at the page of languages whether they still ask the same.",
				catalogue.Count(len(old), "text was changed", "texts were changed"), LanguageName(tag), old[0].ID)
		}
		if len(lacks) == 0 {
			continue
		}
		what := catalogue.Count(len(lacks), "text lacks", "texts lack")
		l.warn("translations."+tag, "%s words in %s, the first of them %s. There they are shown as they stand in the file.", what, LanguageName(tag), lacks[0].ID)
	}
}

// linter walks a programme.
type linter struct {
	p *Programme
	c *collector
	w *possibleWorlds
}

// warn notes advice at a path.
func (l *linter) warn(path, format string, args ...any) { l.c.path(Warning, path, format, args...) }

// features that nothing asks about are probably forgotten.
func (l *linter) features() {
	used := map[string]bool{}
	for i := range l.p.Scenarios {
		used[l.p.Scenarios[i].Requires] = true
	}
	EachCondition(l.p, func(c *Condition) { usedFeatures(&c.Root, used) })
	for i, f := range l.p.Features {
		if !used[f] {
			l.warn(fmt.Sprintf("features[%d]", i), "Nothing asks about the feature %q. Leave it out, or use branch.%s in a condition.", f, f)
		}
	}
}

// EachCondition visits every show_if, those of sections before those of their questions.
func EachCondition(p *Programme, visit func(c *Condition)) {
	for i := range p.Sections {
		if c := p.Sections[i].ShowIf; c != nil {
			visit(c)
		}
		for j := range p.Sections[i].Questions {
			if c := p.Sections[i].Questions[j].ShowIf; c != nil {
				visit(c)
			}
		}
	}
}

// usedFeatures notes the features that a condition asks about.
func usedFeatures(n *Node, used map[string]bool) {
	if n.Op == OpFeature {
		used[n.Subject] = true
	}
	for i := range n.Nodes {
		usedFeatures(&n.Nodes[i], used)
	}
}

// stages should have something to do.
func (l *linter) stages() {
	for i := range l.p.Stages {
		id := l.p.Stages[i].ID
		if !slices.ContainsFunc(l.p.Sections, func(s Section) bool { return s.Stage == id }) {
			l.warn("stages."+id, "No section belongs to the stage %q. Give it one, or leave the stage out.", id)
		}
	}
}

// maxSeen is how many questions a shopper should have to keep in mind.
const maxSeen = 40

// scenarios should be short, briefed, planned and able to reach every level.
func (l *linter) scenarios() {
	for i := range l.p.Scenarios {
		s := &l.p.Scenarios[i]
		path := "scenarios." + s.ID
		if n := l.seen(s.ID); n > maxSeen {
			l.warn(path, "A shopper in the scenario %q can see %d questions; after %d, memory and care fade. Drop some, or split the scenario.", s.ID, n, maxSeen)
		}
		if s.Brief == "" {
			l.warn(path, "The scenario %q has no brief. Say in it what the shopper should do.", s.ID)
		}
		if s.Share == 0 {
			l.warn(path+".share", "The scenario %q has no share of the visits, so nobody will ever play it.", s.ID)
		}
		if l.wowPoints(s.ID) == 0 {
			l.warn(path, "The scenario %q offers no WOW points, so none of its visits can reach WOW. Add a wow or level question that it sees.", s.ID)
		}
	}
}

// sees reports whether a scenario may show a question.
func sees(s *Section, q *Question, scenario string) bool {
	return possible(s.ShowIf, scenario) && possible(q.ShowIf, scenario)
}

// seen counts the questions that a scenario may show.
func (l *linter) seen(scenario string) int {
	n := 0
	l.each(func(s *Section, q *Question) {
		if sees(s, q, scenario) {
			n++
		}
	})
	return n
}

// each visits every question.
func (l *linter) each(visit func(s *Section, q *Question)) {
	for i := range l.p.Sections {
		s := &l.p.Sections[i]
		for j := range s.Questions {
			visit(s, &s.Questions[j])
		}
	}
}

// wowPoints adds the WOW points that a scenario may offer.
func (l *linter) wowPoints(scenario string) Points {
	var sum Points
	l.each(func(s *Section, q *Question) {
		if sees(s, q, scenario) {
			sum += q.PossibleWow()
		}
	})
	return sum
}

// section looks at a section and its questions.
func (l *linter) section(s *Section, path string) {
	if s.ShowIf.compiled() && !l.w.holdTogether(&s.ShowIf.Root) {
		l.warn(path+".show_if", "No visit can ever see this section: its condition contradicts itself, or what it asks about. Look at %s.", shorten(s.ShowIf.Source, 80))
	} else {
		l.parts(path+".show_if", s.ShowIf, nil)
	}
	if s.Stage == "" && len(l.p.Stages) > 0 {
		l.warn(path, "This section names no stage, so it belongs to the first. Say which stage it belongs to.")
	}
	l.weight(s, path)
	for j := range s.Questions {
		l.question(s, &s.Questions[j], fmt.Sprintf("%s.questions[%d]", path, j))
	}
}

// weight tells of points that count for nothing.
func (l *linter) weight(s *Section, path string) {
	at := slices.IndexFunc(l.p.Policy.Weights, func(w SectionWeight) bool { return w.Section == s.ID })
	if len(l.p.Policy.Weights) == 0 || at >= 0 && l.p.Policy.Weights[at].Weight > 0 {
		return
	}
	if !slices.ContainsFunc(s.Questions, func(q Question) bool { return q.PossibleGood() > 0 }) {
		return
	}
	if at >= 0 {
		l.warn(path, "This section has points but a weight of 0, so they count for nothing. Give it more in section_weights, or leave the points out.")
		return
	}
	l.warn(path, "This section has points but no weight, so they count for nothing. Add %s to section_weights.", s.ID)
}

// question looks at one question.
func (l *linter) question(s *Section, q *Question, path string) {
	l.condition(s, q, path+".show_if")
	l.wording(q, path)
	l.points(q, path)
	l.options(q, path)
	if q.Evidence == PhotoOnFail && q.PossibleGood() == 0 {
		l.warn(path+".evidence.photo", "Nobody fails a question without Good points, so this photo is never asked for. Use optional or required.")
	}
}

// condition looks for a question that its section or its own condition hides for ever.
func (l *linter) condition(s *Section, q *Question, path string) {
	if !q.ShowIf.compiled() {
		return
	}
	if !l.w.holdTogether(&q.ShowIf.Root) {
		l.warn(path, "No visit can ever see %s: its condition contradicts itself, or what it asks about. Look at %s.", q.ID, shorten(q.ShowIf.Source, 80))
		return
	}
	if s.ShowIf.compiled() && !l.w.holdTogether(&s.ShowIf.Root, &q.ShowIf.Root) {
		if l.w.holdTogether(&s.ShowIf.Root) {
			l.warn(path, "No visit can ever see %s: its condition contradicts that of its section, %s.", q.ID, shorten(s.ShowIf.Source, 80))
		}
		return
	}
	l.parts(path, q.ShowIf, s.ShowIf)
}

// parts looks at the alternatives of a condition one by one: one that can never be true is a slip.
func (l *linter) parts(path string, c, above *Condition) {
	if c == nil || c.Root.Op != OpOr {
		return
	}
	for i := range c.Root.Nodes {
		part := []*Node{&c.Root.Nodes[i]}
		if above != nil {
			part = append(part, &above.Root)
		}
		if !l.w.holdTogether(part...) {
			l.warn(path, "This part of the condition can never be true: %s.", shorten(c.Root.Nodes[i].Source(), 80))
		}
	}
}

// points looks for points that nobody can earn, and for witnesses without points.
func (l *linter) points(q *Question, path string) {
	switch {
	case q.Scored() && q.PossibleGood()+q.PossibleWow() == 0:
		l.warn(path, "%s is scored, but there is nothing to earn: all its points are 0.", q.ID)
	case !q.Scored() && q.Standard != "":
		l.warn(path+".standard", "%s has no points, so it says nothing about %s. Give it points, or leave the standard out.", q.ID, q.Standard)
	case q.Kind == Multi && q.HasCap && q.Cap > positiveSum(q):
		l.warn(path+".cap", "The options give at most %s points together, so the cap of %s is never reached.", positiveSum(q), q.Cap)
	}
}

// options looks for answers that a shopper cannot tell apart, or misses.
func (l *linter) options(q *Question, path string) {
	labels := map[string]string{}
	exclusive := false
	for i := range q.Options {
		o := &q.Options[i]
		exclusive = exclusive || o.Exclusive
		label := strings.ToLower(strings.Join(strings.Fields(o.Label), " "))
		if first, again := labels[label]; again {
			l.warn(fmt.Sprintf("%s.options[%d].label", path, i), "The options %s and %s have the same label; a shopper cannot tell them apart.", first, o.Code)
		}
		labels[label] = o.Code
	}
	if q.Kind == Multi && q.Required && !exclusive {
		l.warn(path+".options", "A shopper who saw none of these cannot say so. Add an option such as {code: none_of_these, label: None of these, points: 0, exclusive: true}.")
	}
}
