package programme

import "fmt"

// encode writes a Programme as a tree: the inverse of decode. Keys stand in the order of the format, and what the
// format would assume anyway is left out.
func encode(p *Programme) *tree {
	t := newMap()
	t.putText("format", Format)
	t.putText("programme", p.Key)
	t.putText("name", p.Name)
	t.putText("trade", p.Trade)
	t.putText("language", p.Language)
	t.putText("change_note", p.ChangeNote)
	t.putWords("features", p.Features)
	t.add("visit", encodeVisit(&p.Visit))
	t.putGroup("dayparts", len(p.Dayparts), func(m *tree, i int) {
		d := &p.Dayparts[i]
		m.add(d.ID, textTree(clock(d.From)+"-"+clock(d.To)))
	})
	t.putGroup("stages", len(p.Stages), func(m *tree, i int) { m.add(p.Stages[i].ID, encodeStage(&p.Stages[i])) })
	t.putGroup("scenarios", len(p.Scenarios), func(m *tree, i int) { m.add(p.Scenarios[i].ID, encodeScenario(&p.Scenarios[i])) })
	t.add("scoring", encodeScoring(&p.Policy))
	t.add("levels", encodeLevels(p.Levels))
	t.putGroup("standards", len(p.Standards), func(m *tree, i int) { m.add(p.Standards[i].ID, encodeStandard(&p.Standards[i])) })
	t.add("sections", encodeSections(p.Sections))
	encodeTranslations(t, p)
	encodeOutdated(t, p)
	return t
}

// encodeVisit writes the plan of a visit.
func encodeVisit(v *VisitPlan) *tree {
	m := newMap()
	m.putInteger("minutes", v.Minutes, 0)
	m.putInteger("report_due_hours", v.ReportDueHours, 0)
	m.putPointsIf(v.Fee != 0, "fee", v.Fee)
	m.putPointsIf(v.ReimburseUpTo != 0, "reimburse_up_to", v.ReimburseUpTo)
	m.putInteger("rotation_days", v.RotationDays, 0)
	m.putInteger("visits_per_branch", v.VisitsPerBranch, 0)
	m.putText("wave", string(v.Wave))
	return m
}

// clock writes minutes after midnight as 07:00.
func clock(minutes int) string {
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// encodeStage writes a stage.
func encodeStage(s *Stage) *tree {
	m := newMap()
	m.putText("title", s.Title)
	m.putText("opens", s.Opens)
	m.putText("closes", s.Closes)
	return m
}

// encodeScenario writes a role.
func encodeScenario(s *Scenario) *tree {
	m := newMap()
	m.putText("title", s.Title)
	m.add("share", numberTree(int64(s.Share), 0))
	m.putText("brief", s.Brief)
	m.putText("requires", s.Requires)
	return m
}

// encodeScoring writes the score policy.
func encodeScoring(p *Policy) *tree {
	m := newMap()
	m.putText("wow_policy", string(p.Wow))
	if p.Wow == WowBonus {
		m.putPercent("bonus_cap", p.BonusCapBP, whole)
	}
	m.putPercent("min_completeness", p.MinCompleteness, 0)
	m.putGroup("section_weights", len(p.Weights), func(g *tree, i int) {
		g.add(p.Weights[i].Section, numberTree(int64(p.Weights[i].Weight), 0))
	})
	return m
}

// encodeLevels writes the thresholds.
func encodeLevels(l Levels) *tree {
	good, wow, m := newMap(), newMap(), newMap()
	good.putPercent("min_score", l.GoodMinBP, -1)
	wow.putPercent("min_score", l.WowMinBP, -1)
	wow.putPercent("min_wow_share", l.WowMinShareBP, -1)
	m.add("good", good)
	m.add("wow", wow)
	return m
}

// encodeStandard writes a standard.
func encodeStandard(s *Standard) *tree {
	m := newMap()
	m.putText("title", s.Title)
	m.putText("good", s.Good)
	m.putText("wow", s.Wow)
	m.putText("why", s.Why)
	m.putText("photo", s.Photo)
	m.putPercent("good_target", s.GoodTargetBP, -1)
	m.putPercent("wow_target", s.WowTargetBP, 0)
	if s.Criticality != Normal {
		m.putText("criticality", string(s.Criticality))
	}
	m.putInteger("weight", s.Weight, 1)
	m.putPercent("met_share", s.MetShareBP, whole)
	m.putPercent("partial_share", s.PartialShareBP, 0)
	m.putPercent("wow_share", s.WowShareBP, whole/2)
	return m
}

// encodeSections writes the checklist.
func encodeSections(sections []Section) *tree {
	list := &tree{kind: treeList}
	for i := range sections {
		s := &sections[i]
		m := newMap()
		m.putText("id", s.ID)
		m.putText("title", s.Title)
		m.putText("stage", s.Stage)
		m.putCondition(s.ShowIf)
		questions := &tree{kind: treeList}
		for j := range s.Questions {
			questions.list = append(questions.list, encodeQuestion(&s.Questions[j]))
		}
		m.add("questions", questions)
		list.list = append(list.list, m)
	}
	return list
}

// encodeQuestion writes a question with the rule of its kind.
func encodeQuestion(q *Question) *tree {
	m := newMap()
	m.putText("id", q.ID)
	m.putText("kind", string(q.Kind))
	m.putText("text", q.Text)
	m.putText("hint", q.Hint)
	m.putText("standard", q.Standard)
	rule := ruleOf(q.Kind)
	if rule == nil {
		return m
	}
	rule.write(q, m)
	m.putCritical("critical", q.Critical)
	m.putComment(q.Comment)
	if q.Evidence != PhotoNone {
		e := newMap()
		e.putText("photo", string(q.Evidence))
		m.add("evidence", e)
	}
	encodeBehaviour(q, rule, m)
	return m
}

// encodeBehaviour writes the plain switches of a question.
func encodeBehaviour(q *Question, rule *kindRule, m *tree) {
	m.putFlag("na_allowed", q.NAAllowed)
	m.putFlag("must_observe", q.MustObserve)
	if q.Required == rule.optional {
		m.add("required", boolTree(q.Required))
	}
	m.putCondition(q.ShowIf)
	m.putFlag("perishable", q.Perishable)
	if q.Vault {
		m.putText("privacy", wordVault)
	}
	if q.Thanks {
		m.putText("feeds", wordThanks)
	}
}

// newMap makes an empty group.
func newMap() *tree { return &tree{kind: treeMap} }

// textTree, numberTree and boolTree make values.
func textTree(s string) *tree { return &tree{kind: treeText, text: s} }

func numberTree(n int64, places int) *tree {
	return &tree{kind: treeNumber, text: string(appendDecimal(nil, n, places))}
}

func boolTree(b bool) *tree {
	if b {
		return &tree{kind: treeBool, text: "true"}
	}
	return &tree{kind: treeBool, text: "false"}
}

// add puts a key behind the others.
func (t *tree) add(key string, v *tree) { t.entries = append(t.entries, entry{key: key, value: v}) }

// putText adds a text unless it is empty.
func (t *tree) putText(key, s string) {
	if s != "" {
		t.add(key, textTree(s))
	}
}

// putWords adds a list of texts unless it is empty.
func (t *tree) putWords(key string, words []string) {
	if len(words) == 0 {
		return
	}
	list := &tree{kind: treeList}
	for _, w := range words {
		list.list = append(list.list, textTree(w))
	}
	t.add(key, list)
}

// putInteger adds a whole number unless it is the one assumed.
func (t *tree) putInteger(key string, n, unset int) {
	if n != unset {
		t.add(key, numberTree(int64(n), 0))
	}
}

// putPercent adds basis points as percent unless they are those assumed.
func (t *tree) putPercent(key string, bp, unset int) {
	if bp != unset {
		t.add(key, numberTree(int64(bp), 2))
	}
}

// putPointsIf adds points.
func (t *tree) putPointsIf(set bool, key string, p Points) {
	if set {
		t.add(key, numberTree(int64(p), 2))
	}
}

// putFlag adds true.
func (t *tree) putFlag(key string, b bool) {
	if b {
		t.add(key, boolTree(true))
	}
}

// putCondition adds a show_if.
func (t *tree) putCondition(c *Condition) {
	if c != nil {
		t.putText("show_if", c.Source)
	}
}

// putGroup adds a group of ids unless it is empty.
func (t *tree) putGroup(key string, n int, add func(m *tree, i int)) {
	if n == 0 {
		return
	}
	m := newMap()
	for i := range n {
		add(m, i)
	}
	t.add(key, m)
}

// putCritical adds a critical.
func (t *tree) putCritical(key string, c *Critical) {
	if c == nil {
		return
	}
	m := newMap()
	m.putWords("when", c.When)
	switch c.Effect {
	case Flag:
		m.putFlag("flag", true)
	case CapVisit:
		m.putPercent("cap_visit", c.CapBP, -1)
	case ZeroSection:
		m.putText("zero_section", c.Section)
	case FailVisit:
		m.putFlag("fail_visit", true)
	}
	t.add(key, m)
}

// putComment adds a comment rule.
func (t *tree) putComment(c *CommentRule) {
	if c == nil {
		return
	}
	m := newMap()
	switch {
	case c.Always:
		m.putText("when", wordAlways)
	case c.OnFail:
		m.putText("when", wordFail)
	default:
		m.putWords("when", c.When)
	}
	m.putInteger("min_chars", c.MinChars, 0)
	t.add("comment", m)
}
