package programme

import (
	"fmt"
	"strings"
)

// Format is the first key of every programme file.
const Format = "plainclothes/programme/v1"

// Limits of one programme.
const (
	maxBytes     = 2 << 20
	maxQuestions = 1000
	maxSections  = 200
	maxStandards = 200
	maxScenarios = 50
	maxStages    = 20
	maxDayparts  = 50
	maxFeatures  = 200
)

// whole is 100 % in basis points.
const whole = 10_000

// decode reads a Programme from a tree. What it gives is only sound when the collector has no error and check agrees.
func decode(t *tree, c *collector) *Programme {
	return decodeWith(&reader{c: c, bad: map[*tree]bool{}, kinds: kinds}, t)
}

// decodeWith is decode with a reader of one's own.
func decodeWith(r *reader, t *tree) *Programme {
	root := node{r: r, t: t}
	if t.kind != treeMap {
		root.wrong("A programme file begins with “format: %s”, but here stands %s.", Format, t.name())
		return nil
	}
	if !rightFormat(&root) {
		return nil
	}
	o, ok := root.object(&shapeProgramme)
	if !ok {
		return nil
	}
	p := &Programme{}
	readHead(o, p)
	readVisit(o, p)
	readDayparts(o, p)
	readStages(o, p)
	readScenarios(o, p)
	readScoring(o, p)
	readLevels(o, p)
	readStandards(o, p)
	readSections(o, p)
	readTranslations(o, p)
	readOutdated(o, p)
	return p
}

// rightFormat looks at the format before anything else: the rest of another format would only give misleading errors.
func rightFormat(root *node) bool {
	f := root.t.get("format")
	if f == nil || f.kind == treeText && f.text == Format {
		return true
	}
	n := node{r: root.r, t: f, up: root, key: "format"}
	n.wrong("This reads %s, and here stands %s. Write format: %s.", Format, f.name(), Format)
	return false
}

// readHead reads the keys that say what the programme is.
func readHead(o *object, p *Programme) {
	p.Key = o.text("programme", maxWord)
	if p.Key != "" && !isKey(p.Key) {
		o.wrongf("programme", "%q cannot be a programme's key. Use 2 to 64 small letters, digits and -: %s.",
			shorten(p.Key, 40), strings.ReplaceAll(wordFrom(p.Key), "_", "-"))
	}
	p.Name = o.text("name", maxLine)
	p.Trade = o.text("trade", maxLine)
	p.ChangeNote = o.text("change_note", maxText)
	p.Features = o.words("features", maxFeatures)
}

// isKey reports whether s is [a-z0-9-]{2,64}.
func isKey(s string) bool {
	if len(s) < 2 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		b := s[i]
		if b != '-' && (b < '0' || b > '9') && (b < 'a' || b > 'z') {
			return false
		}
	}
	return true
}

// readVisit reads the plan of a visit.
func readVisit(o *object, p *Programme) {
	n, ok := o.value("visit")
	if !ok {
		return
	}
	v, ok := n.object(&shapeVisit)
	if !ok {
		return
	}
	p.Visit = VisitPlan{
		Minutes:         v.integer("minutes", 0, 1, 24*60),
		ReportDueHours:  v.integer("report_due_hours", 0, 1, 24*90),
		Fee:             v.money("fee"),
		ReimburseUpTo:   v.money("reimburse_up_to"),
		RotationDays:    v.integer("rotation_days", 0, 0, 3650),
		VisitsPerBranch: v.integer("visits_per_branch", 0, 1, 1000),
		Wave:            Wave(v.oneOf("wave", "", string(WaveMonthly), string(WaveBiMonthly), string(WaveQuarterly))),
	}
}

// readDayparts reads the parts of the day.
func readDayparts(o *object, p *Programme) {
	for _, e := range o.entriesOf("dayparts", maxDayparts) {
		n := o.under("dayparts", e)
		d := Daypart{ID: e.key}
		if n.t.kind != treeText {
			n.notText(e.key)
			continue
		}
		var ok bool
		if d.From, d.To, ok = parseDaypart(n.t.text); !ok {
			n.wrong("Write a part of the day as '07:00-09:30', the earlier time first.")
		}
		p.Dayparts = append(p.Dayparts, d)
	}
}

// parseDaypart reads 07:00-09:30; the end may be 24:00.
func parseDaypart(s string) (from, to int, ok bool) {
	a, b, _ := strings.Cut(s, "-")
	from, okFrom := parseClock(strings.TrimSpace(a))
	to, okTo := parseClock(strings.TrimSpace(b))
	if strings.TrimSpace(b) == "24:00" {
		to, okTo = 24*60, true
	}
	return from, to, okFrom && okTo && from < to
}

// parseClock reads 07:00 as minutes after midnight.
func parseClock(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' || !allDigits(s[:2]) || !allDigits(s[3:]) {
		return 0, false
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	return h*60 + m, h < 24 && m < 60
}

// readStages reads the stages in the order in which they follow one another.
func readStages(o *object, p *Programme) {
	for _, e := range o.entriesOf("stages", maxStages) {
		n := o.under("stages", e)
		if e.key == LastStage {
			n.wrong("%q always means the last stage that the scenario has. Give this stage another name.", LastStage)
		}
		s, ok := n.object(&shapeStage)
		if !ok {
			p.Stages = append(p.Stages, Stage{ID: e.key})
			continue
		}
		p.Stages = append(p.Stages, Stage{ID: e.key, Title: s.text("title", maxLine), Opens: s.text("opens", maxLine), Closes: s.text("closes", maxLine)})
	}
}

// readScenarios reads the roles.
func readScenarios(o *object, p *Programme) {
	for _, e := range o.entriesOf("scenarios", maxScenarios) {
		n := o.under("scenarios", e)
		s, ok := n.object(&shapeScenario)
		if !ok {
			p.Scenarios = append(p.Scenarios, Scenario{ID: e.key})
			continue
		}
		p.Scenarios = append(p.Scenarios, Scenario{
			ID: e.key, Title: s.text("title", maxLine), Share: s.integer("share", 0, 0, 100),
			Brief: s.text("brief", maxBrief), Requires: s.word("requires"),
		})
	}
}

// readScoring reads the score policy.
func readScoring(o *object, p *Programme) {
	n, ok := o.value("scoring")
	if !ok {
		return
	}
	s, ok := n.object(&shapeScoring)
	if !ok {
		return
	}
	p.Policy.Wow = WowPolicy(s.oneOf("wow_policy", "", string(WowSeparate), string(WowBonus), string(WowExpected)))
	if p.Policy.Wow == WowBonus {
		p.Policy.BonusCapBP = s.percent("bonus_cap", whole, 1, 2*whole)
	} else if s.has("bonus_cap") && p.Policy.Wow != "" {
		s.wrong("bonus_cap", "A bonus_cap only means something with wow_policy: bonus. Leave it out, or change the policy.")
	}
	p.Policy.MinCompleteness = s.percent("min_completeness", 0, 0, whole)
	for _, e := range s.entriesOf("section_weights", maxSections) {
		w := s.under("section_weights", e)
		p.Policy.Weights = append(p.Policy.Weights, SectionWeight{Section: e.key, Weight: w.integer(0, maxWeight)})
	}
}

// maxWeight of a section or a standard.
const maxWeight = 10_000

// readLevels reads the thresholds.
func readLevels(o *object, p *Programme) {
	n, ok := o.value("levels")
	if !ok {
		return
	}
	l, ok := n.object(&shapeLevels)
	if !ok {
		return
	}
	if g, ok := l.value("good"); ok {
		if good, ok := g.object(&shapeLevelGood); ok {
			p.Levels.GoodMinBP = good.percent("min_score", 0, 0, whole)
		}
	}
	if w, ok := l.value("wow"); ok {
		if wow, ok := w.object(&shapeLevelWow); ok {
			p.Levels.WowMinBP = wow.percent("min_score", 0, 0, 2*whole)
			p.Levels.WowMinShareBP = wow.percent("min_wow_share", 0, 0, whole)
		}
	}
}

// readStandards reads what staff should do.
func readStandards(o *object, p *Programme) {
	for _, e := range o.entriesOf("standards", maxStandards) {
		n := o.under("standards", e)
		s, ok := n.object(&shapeStandard)
		if !ok {
			p.Standards = append(p.Standards, Standard{ID: e.key})
			continue
		}
		p.Standards = append(p.Standards, Standard{
			ID: e.key, Title: s.text("title", maxLine), Good: s.text("good", maxText), Wow: s.text("wow", maxText),
			Why: s.text("why", maxText), Photo: s.text("photo", maxLine),
			GoodTargetBP:   s.percent("good_target", 0, 0, whole),
			WowTargetBP:    s.percent("wow_target", 0, 0, whole),
			Criticality:    Criticality(s.oneOf("criticality", string(Normal), string(Normal), string(Major), string(ZeroTolerance))),
			Weight:         s.integer("weight", 1, 0, maxWeight),
			MetShareBP:     s.percent("met_share", whole, 0, whole),
			PartialShareBP: s.percent("partial_share", 0, 0, whole),
			WowShareBP:     s.percent("wow_share", whole/2, 0, whole),
		})
	}
}

// readSections reads the checklist, unless it is beyond all measure.
func readSections(o *object, p *Programme) {
	list := o.list("sections", 1, maxSections)
	questions := 0
	for _, t := range list {
		if q := t.get("questions"); q != nil {
			questions += len(q.list)
		}
	}
	if questions > maxQuestions {
		o.wrong("sections", fmt.Sprintf("There are %d questions; at most %d are allowed. %s", questions, maxQuestions, limitsSentence))
		return
	}
	p.Sections = make([]Section, 0, len(list))
	for i, t := range list {
		p.Sections = append(p.Sections, readSection(o.item("sections", i, t)))
	}
}

// readSection reads one section; a broken one stays as a gap, so that numbers in paths stay right.
func readSection(n node) Section {
	o, ok := n.object(&shapeSection)
	if !ok {
		return Section{}
	}
	s := Section{ID: o.word("id"), Title: o.text("title", maxLine), Stage: o.word("stage"), ShowIf: readCondition(o)}
	list := o.list("questions", 1, maxQuestions)
	s.Questions = make([]Question, 0, len(list))
	for i, t := range list {
		s.Questions = append(s.Questions, readQuestion(o.item("questions", i, t)))
	}
	return s
}

// readCondition takes a condition's text; it is understood once all questions are known.
func readCondition(o *object) *Condition {
	v, ok := o.value("show_if")
	if !ok {
		return nil
	}
	if src := v.string("show_if", maxCondition); src != "" && !v.r.bad[v.t] {
		return &Condition{Source: src}
	}
	return nil
}
