package programme

import "strings"

// readQuestion reads one question with the rule of its kind.
func readQuestion(n node) Question {
	if n.t.kind != treeMap {
		n.wrong("Here stands %s, but a question is a group of keys: {id: A1, kind: yes_no, text: …}.", n.t.name())
		return Question{}
	}
	k, ok := questionKind(n)
	if !ok {
		o := object{node: n}
		return Question{ID: o.word("id")} // so that conditions that ask about it are not called wrong
	}
	rule := ruleOf(k)
	s := shapeOf(rule)
	o, ok := n.object(&s)
	if !ok {
		return Question{}
	}
	q := Question{Kind: k, ID: o.word("id"), Text: o.text("text", maxText), Hint: o.text("hint", maxText), Standard: o.word("standard")}
	rule.read(o, &q)
	readBehaviour(o, &q, rule)
	return q
}

// questionKind reads the kind first, because the other keys depend on it.
func questionKind(n node) (Kind, bool) {
	o := object{node: n}
	names := make([]string, len(kinds))
	for i, r := range kinds {
		names[i] = string(r.kind)
	}
	if !o.has("kind") {
		o.wrong("kind", "A question needs a kind: one of "+strings.Join(names, ", ")+".")
		return "", false
	}
	k := Kind(o.oneOf("kind", "", names...))
	return k, ruleOf(k) != nil
}

// readBehaviour reads what questions of all kinds may have.
func readBehaviour(o *object, q *Question, rule *kindRule) {
	q.NAAllowed = o.flag("na_allowed", false)
	q.MustObserve = o.flag("must_observe", false)
	q.Required = o.flag("required", !rule.optional)
	q.ShowIf = readCondition(o)
	q.Perishable = o.flag("perishable", false)
	q.Vault = o.oneOf("privacy", "", wordVault) != ""
	q.Thanks = o.oneOf("feeds", "", wordThanks) != ""
	if c, ok := o.value("critical"); ok {
		q.Critical = readCritical(c, &shapeCritical)
	}
	if c, ok := o.value("comment"); ok {
		q.Comment = readComment(c)
	}
	if e, ok := o.value("evidence"); ok {
		q.Evidence = readEvidence(e)
	}
}

// The only words of privacy and feeds.
const (
	wordVault  = "vault"
	wordThanks = "thanks"
)

// readCritical reads a critical of a question or of an option: exactly one effect.
func readCritical(n node, s *shape) *Critical {
	o, ok := n.object(s)
	if !ok {
		return nil
	}
	c := &Critical{}
	if s == &shapeCritical {
		c.When = readAnswers(o, "when")
	}
	effects := readEffects(o, c)
	switch {
	case effects > 1:
		o.wrong("", "A critical has one effect. Keep one of flag, cap_visit, zero_section, fail_visit.")
	case effects == 0 && !o.anyBroken():
		o.wrong("", "A critical needs an effect. Add one of flag: true, cap_visit: 74, zero_section: A, fail_visit: true.")
	}
	return c
}

// readEffects reads the effects and counts them.
func readEffects(o *object, c *Critical) int {
	effects := 0
	if o.flag("flag", false) {
		c.Effect, effects = Flag, effects+1
	}
	if o.has("cap_visit") {
		c.Effect, c.CapBP, effects = CapVisit, o.percent("cap_visit", 0, 0, whole), effects+1
	}
	if o.has("zero_section") {
		c.Effect, c.Section, effects = ZeroSection, o.word("zero_section"), effects+1
	}
	if o.flag("fail_visit", false) {
		c.Effect, effects = FailVisit, effects+1
	}
	return effects
}

// anyBroken reports whether one of the group's values was complained about already.
func (o *object) anyBroken() bool {
	for _, e := range o.t.entries {
		if o.r.bad[e.value] {
			return true
		}
	}
	return false
}

// maxAnswers in one `when`.
const maxAnswers = 100

// readAnswers reads one answer or a list of them. Numbers stand for the answers of ratings and numbers.
func readAnswers(o *object, name string) []string {
	v, ok := o.value(name)
	if !ok {
		return nil
	}
	if v.t.kind != treeList {
		return v.answer(nil)
	}
	var answers []string
	for i, t := range o.list(name, 1, maxAnswers) {
		answers = o.item(name, i, t).answer(answers)
	}
	return answers
}

// answer adds one answer, as the word that it is on the wire.
func (n node) answer(answers []string) []string {
	switch n.t.kind {
	case treeText:
		return append(answers, strings.TrimSpace(n.t.text))
	case treeNumber:
		if x, ok := n.number(4, -maxDecimal*int64(DecimalOne), maxDecimal*int64(DecimalOne)); ok {
			return append(answers, Decimal(x).String())
		}
	case treeBool:
		n.wrong("%s is not an answer. Answers are words: yes, no, or an option's code.", n.t.text)
	case treeNull, treeList, treeMap:
		n.wrong("Here an answer is wanted, not %s.", n.t.name())
	}
	return answers
}

// The words of a comment's `when` that are rules, not answers.
const (
	wordFail   = "fail"
	wordAlways = "always"
)

// readComment reads which answers need words. An option whose code is fail or always is meant by a list: when: [fail].
func readComment(n node) *CommentRule {
	o, ok := n.object(&shapeComment)
	if !ok {
		return nil
	}
	c := &CommentRule{MinChars: o.integer("min_chars", 0, 0, maxMinChars)}
	v, _ := o.value("when")
	switch {
	case v.t != nil && v.t.kind == treeText && v.t.text == wordFail:
		c.OnFail = true
	case v.t != nil && v.t.kind == treeText && v.t.text == wordAlways:
		c.Always = true
	default:
		c.When = readAnswers(o, "when")
	}
	return c
}

// readEvidence reads whether a photo goes with the answer.
func readEvidence(n node) EvidencePhoto {
	o, ok := n.object(&shapeEvidence)
	if !ok {
		return PhotoNone
	}
	return EvidencePhoto(o.oneOf("photo", "", string(PhotoNever), string(PhotoOptional), string(PhotoOnFail), string(PhotoRequired)))
}
