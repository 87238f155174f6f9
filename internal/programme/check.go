package programme

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checker looks at what one part of a programme says about another, and compiles the conditions.
type checker struct {
	p *Programme
	c *collector
	s scope
}

// check notes everything that makes a decoded programme unsound.
func check(p *Programme, c *collector) {
	k := &checker{p: p, c: c}
	k.features()
	k.stages()
	k.scenarios()
	k.policy()
	k.standards()
	k.ids()
	k.checklist()
}

// wrong notes an error at a path.
func (k *checker) wrong(path, format string, args ...any) { k.c.path(Error, path, format, args...) }

// twice calls again for each id that came before.
func twice(n int, id func(i int) string, again func(i, first int)) {
	seen := make(map[string]int, n)
	for i := range n {
		if first, ok := seen[id(i)]; ok && id(i) != "" {
			again(i, first)
			continue
		}
		seen[id(i)] = i
	}
}

// features are names in conditions.
func (k *checker) features() {
	for i, f := range k.p.Features {
		if !isIdentifier(f) {
			k.wrong(fmt.Sprintf("features[%d]", i), "%q cannot be a feature's name, because conditions write branch.%s. Use letters, digits and _, a letter first.", f, f)
		}
	}
	twice(len(k.p.Features), func(i int) string { return k.p.Features[i] }, func(i, _ int) {
		k.wrong(fmt.Sprintf("features[%d]", i), "%q stands twice among the features. Keep one of them.", k.p.Features[i])
	})
}

// feature refuses a feature that the file does not declare.
func (k *checker) feature(path, name string) {
	if name != "" && !slices.Contains(k.p.Features, name) {
		k.wrong(path, k.c.forFile("There is no feature %q. Add it to features at the top of the file.%s", "There is no feature %q. Add it to the features first.%s"), name, didYouMean(name, k.p.Features))
	}
}

// stages open and close by a small grammar and wait for earlier stages only.
func (k *checker) stages() {
	for i := range k.p.Stages {
		s := &k.p.Stages[i]
		k.moment("stages."+s.ID+".opens", s.Opens, i, true)
		k.moment("stages."+s.ID+".closes", s.Closes, i, false)
	}
}

// Words of a stage's moments.
const (
	atStart   = "at_start"
	atArrival = "at_arrival"
	afterWord = "after:"
	onEvent   = "on_event:"
	maxHours  = 24 * 366
)

// moment checks when a stage opens or closes.
func (k *checker) moment(path, m string, i int, opens bool) {
	after, isAfter := strings.CutPrefix(m, afterWord)
	event, isEvent := strings.CutPrefix(m, onEvent)
	switch {
	case m == "", opens && (m == atStart || m == atArrival), isSpan(m):
	case isAfter:
		k.after(path, after, i)
	case isEvent && isWord(event):
	case opens:
		k.wrong(path, "A stage opens at_start, at_arrival, +6h, +14d, after:STAGE or on_event:NAME, not %q.", shorten(m, 40))
	default:
		k.wrong(path, "A stage closes +6h or +14d after it opened, after:STAGE or on_event:NAME, not %q.", shorten(m, 40))
	}
}

// isSpan reports whether m is +6h or +14d, at most a year.
func isSpan(m string) bool {
	digits, ok := strings.CutPrefix(m, "+")
	if !ok || len(digits) < 2 || len(digits) > 6 || !allDigits(digits[:len(digits)-1]) {
		return false
	}
	n, err := strconv.Atoi(digits[:len(digits)-1])
	switch {
	case err != nil || n == 0:
		return false
	case strings.HasSuffix(m, "h"):
		return n <= maxHours
	case strings.HasSuffix(m, "d"):
		return n <= maxHours/24
	}
	return false
}

// after checks that a stage waits for one before it: two that wait for each other would never open.
func (k *checker) after(path, name string, i int) {
	j := slices.IndexFunc(k.p.Stages, func(s Stage) bool { return s.ID == name })
	switch {
	case j < 0:
		k.wrong(path, "There is no stage %q.%s", shorten(name, 40), didYouMean(name, k.stageNames()))
	case j >= i:
		k.wrong(path, "A stage waits for an earlier one, and %q does not stand before it. Move it up, or wait for another.", name)
	}
}

// stageNames lists the stages.
func (k *checker) stageNames() []string {
	names := make([]string, len(k.p.Stages))
	for i := range k.p.Stages {
		names[i] = k.p.Stages[i].ID
	}
	return names
}

// scenarios share the visits among them.
func (k *checker) scenarios() {
	if len(k.p.Scenarios) == 0 {
		if k.c.root.get("scenarios") != nil && len(k.c.root.get("scenarios").entries) == 0 {
			k.wrong("scenarios", "A programme needs at least one scenario: visit: {title: Visit, share: 100, brief: …}.")
		}
		return
	}
	sum := 0
	for i := range k.p.Scenarios {
		sum += k.p.Scenarios[i].Share
		k.feature("scenarios."+k.p.Scenarios[i].ID+".requires", k.p.Scenarios[i].Requires)
	}
	if sum != 100 && !k.complained("scenarios") {
		k.wrong("scenarios", "The shares of the scenarios add up to %d. They are percent of the visits: make them 100 together.", sum)
	}
}

// complained reports whether something was wrong in a part of the file.
func (k *checker) complained(part string) bool {
	return slices.ContainsFunc(k.c.list, func(p Problem) bool { return strings.HasPrefix(p.Path, part) })
}

// policy names sections and orders the levels.
func (k *checker) policy() {
	sum := 0
	for _, w := range k.p.Policy.Weights {
		sum += w.Weight
		if _, ok := k.p.Section(w.Section); !ok {
			k.wrong("scoring.section_weights."+w.Section, "There is no section %q.%s", w.Section, didYouMean(w.Section, k.sectionNames()))
		}
	}
	if len(k.p.Policy.Weights) > 0 && sum == 0 {
		k.wrong("scoring.section_weights", "%s", k.c.forFile("All weights are 0, so no visit would have a score. Give one section a weight, or leave section_weights out.",
			"All weights are 0, so no visit would have a score. Give one section a weight, or leave them all empty."))
	}
	if l := k.p.Levels; l.WowMinBP < l.GoodMinBP && !k.complained("levels.") {
		k.wrong("levels.wow.min_score", "WOW needs at least the score of Good, and %s is less than %s.", percentText(l.WowMinBP), percentText(l.GoodMinBP))
	}
}

// percentText writes basis points as 74 % or 82.5 %.
func percentText(bp int) string { return string(appendDecimal(nil, int64(bp), 2)) + " %" }

// sectionNames lists the sections.
func (k *checker) sectionNames() []string {
	names := make([]string, len(k.p.Sections))
	for i := range k.p.Sections {
		names[i] = k.p.Sections[i].ID
	}
	return names
}

// standards have shares that rise.
func (k *checker) standards() {
	for i := range k.p.Standards {
		s := &k.p.Standards[i]
		if s.PartialShareBP > s.MetShareBP {
			k.wrong("standards."+s.ID+".partial_share", k.c.forFile("The partial_share is more than the met_share of %s.", "What counts as partly met is more than what counts as met, %s.")+" Make it smaller.", percentText(s.MetShareBP))
		}
	}
}

// ids are unique: sections among themselves, questions over the whole file.
func (k *checker) ids() {
	twice(len(k.p.Sections), func(i int) string { return k.p.Sections[i].ID }, func(i, first int) {
		k.wrong(fmt.Sprintf("sections[%d].id", i), "Two sections have the id %q; the first is sections[%d]. Give each an id of its own.", k.p.Sections[i].ID, first)
	})
	seen := map[string]string{}
	for i := range k.p.Sections {
		for j := range k.p.Sections[i].Questions {
			k.questionID(seen, k.p.Sections[i].Questions[j].ID, fmt.Sprintf("sections[%d].questions[%d].id", i, j))
		}
	}
}

// questionID checks one question's id against those before it.
func (k *checker) questionID(seen map[string]string, id, path string) {
	first, again := seen[id]
	switch {
	case id == "":
	case again:
		k.wrong(path, "Two questions have the id %q; the first is at %s. Give each an id of its own.", id, first)
	case slices.Contains(reservedNames, id):
		k.wrong(path, "%q has a meaning of its own in conditions. Give the question another id, such as %s1.", id, strings.ToUpper(id[:1]))
	case !isIdentifier(id):
		k.wrong(path, "%q cannot be a question's id, because conditions would misread it. Use letters, digits and _, a letter first: Q%s.", id, strings.ReplaceAll(id, "-", "_"))
	default:
		seen[id] = path
	}
}

// checklist walks sections and questions in file order, so that conditions know what came before.
func (k *checker) checklist() {
	k.s = scope{features: k.p.Features, scenarios: k.scenarioNames(), earlier: map[string]*Question{}, all: map[string]bool{}}
	for i := range k.p.Sections {
		for j := range k.p.Sections[i].Questions {
			k.s.all[k.p.Sections[i].Questions[j].ID] = true
		}
	}
	for i := range k.p.Sections {
		k.section(&k.p.Sections[i], fmt.Sprintf("sections[%d]", i))
	}
}

// scenarioNames lists the scenarios.
func (k *checker) scenarioNames() []string {
	names := make([]string, len(k.p.Scenarios))
	for i := range k.p.Scenarios {
		names[i] = k.p.Scenarios[i].ID
	}
	return names
}

// section checks a section and its questions.
func (k *checker) section(s *Section, path string) {
	k.s.self = ""
	k.condition(s.ShowIf, path+".show_if")
	k.stageOf(s, path+".stage")
	for j := range s.Questions {
		q := &s.Questions[j]
		k.s.self = q.ID
		k.question(q, path+".questions["+strconv.Itoa(j)+"]")
		if _, again := k.s.earlier[q.ID]; !again {
			k.s.earlier[q.ID] = q
		}
	}
}

// stageOf checks that a section's stage exists.
func (k *checker) stageOf(s *Section, path string) {
	switch {
	case s.Stage == "":
	case len(k.p.Stages) == 0:
		k.wrong(path, "%s", k.c.forFile("This programme has no stages. Leave the stage out, or add stages at the top of the file.",
			"This programme has no stages. Leave the stage out, or add stages first."))
	case s.Stage != LastStage && !slices.Contains(k.stageNames(), s.Stage):
		k.wrong(path, "There is no stage %q. It can be %s, or %s for the last that the scenario has.%s",
			s.Stage, strings.Join(k.stageNames(), ", "), LastStage, didYouMean(s.Stage, k.stageNames()))
	}
}

// condition compiles a show_if in place.
func (k *checker) condition(c *Condition, path string) {
	if c == nil {
		return
	}
	root, err := k.s.compile(c.Source)
	if err == errBroken {
		return
	}
	if err != nil {
		at := (&condParser{src: c.Source}).character(err.at)
		k.wrong(path, "At character %d: %s", at, err.message)
		return
	}
	c.Root = root
}

// question checks what a question refers to.
func (k *checker) question(q *Question, path string) {
	rule := ruleOf(q.Kind)
	if rule == nil {
		return
	}
	k.condition(q.ShowIf, path+".show_if")
	if _, ok := k.p.Standard(q.Standard); !ok && q.Standard != "" {
		k.wrong(path+".standard", "There is no standard %q.%s", q.Standard, didYouMean(q.Standard, k.standardNames()))
	}
	if q.Critical != nil {
		k.critical(q, q.Critical, path+".critical")
		k.answers(q, q.Critical.When, path+".critical.when", false)
	}
	for i := range q.Options {
		if c := q.Options[i].Critical; c != nil {
			k.critical(q, c, fmt.Sprintf("%s.options[%d].critical", path, i))
		}
	}
	if q.Comment != nil {
		k.comment(q, path+".comment.when")
	}
	if q.MustObserve && !rule.scored(q) {
		k.wrong(path+".must_observe", "%s", k.c.forFile("Only scored questions may be left not observed, so must_observe means nothing here. Leave it out.",
			"Only scored questions may be left not observed, so to forbid it means nothing here. Take it out."))
	}
}

// standardNames lists the standards.
func (k *checker) standardNames() []string {
	names := make([]string, len(k.p.Standards))
	for i := range k.p.Standards {
		names[i] = k.p.Standards[i].ID
	}
	return names
}

// critical checks that a critical stands on a scored question and that its section exists.
func (k *checker) critical(q *Question, c *Critical, path string) {
	if !q.Scored() {
		k.wrong(path, "Only a scored question can be critical. Give it points, or leave critical out.")
	}
	if _, ok := k.p.Section(c.Section); !ok && c.Effect == ZeroSection && c.Section != "" {
		k.wrong(path+".zero_section", "There is no section %q.%s", c.Section, didYouMean(c.Section, k.sectionNames()))
	}
}

// comment checks that a comment rule can apply.
func (k *checker) comment(q *Question, path string) {
	if q.Comment.OnFail && !q.Scored() {
		k.wrong(path, "%s", k.c.forFile("Nobody fails a question without points. Name the answers, or write when: always.",
			"Nobody fails a question without points. Name the answers, or choose Always."))
	}
	k.answers(q, q.Comment.When, path, true)
}

// answers checks that each listed answer exists; reserved ones only where they may be given and mean something.
func (k *checker) answers(q *Question, when []string, path string, reserved bool) {
	codes := q.Codes()
	for i, w := range when {
		at := path
		if len(when) > 1 || k.c.root.find(path).isList() {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		if slices.Contains(when[:i], w) {
			k.wrong(at, "%q stands twice here. Keep one of them.", w)
			continue
		}
		k.answer(q, w, codes, at, reserved)
	}
}

// isList reports whether a value is a list.
func (t *tree) isList() bool { return t != nil && t.kind == treeList }

// answer checks one listed answer.
func (k *checker) answer(q *Question, w string, codes []string, path string, reserved bool) {
	switch {
	case w == CodeNA || w == CodeNotObserved:
		if !reserved || w == CodeNA && !q.NAAllowed || w == CodeNotObserved && !q.MayBeNotObserved() {
			k.wrong(path, "%q cannot be meant here: a critical needs an answer, and a comment an answer that may be given. Leave it out.", w)
		}
	case slices.Contains(codes, w):
	case codes != nil && reserved && (w == wordFail || w == wordAlways):
		k.wrong(path, "%q is no answer of this question. To mean the rule, write it without brackets: when: %s.", w, w)
	case codes != nil:
		k.wrong(path, "%q is no answer of this question. It can be %s.%s", w, listed(codes), didYouMean(w, codes))
	case ruleOf(q.Kind).asks == condNumber:
		if _, ok := ParseDecimal(w); !ok {
			k.wrong(path, "%q is no answer of this question, which is a number. Write numbers.", w)
		}
	default:
		k.wrong(path, k.c.forFile("The answers of a question of kind %s cannot be listed. Write when: always, or ask a choice.",
			"The answers of a question of kind %s cannot be listed. Choose Always, or ask a choice."), q.Kind)
	}
}
