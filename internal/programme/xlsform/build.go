package xlsform

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/programme"
)

// Names of the rows and lists that only our forms have. Conditions ask them for what a form otherwise does not know.
const (
	kindContext  = "context"
	kindSection  = "section"
	nameScenario = "pc_scenario"
	nameChannel  = "pc_channel"
	nameFormat   = "pc_format"
	nameFeatures = "pc_features"
)

// channels are the ways in which a branch is visited.
var channels = []string{"store", "web", "phone"}

// The columns of the sheets.
var (
	surveyHead = []string{
		"type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message", "appearance", "parameters",
		"pc_id", "pc_kind", "pc_standard", "pc_points",
	}
	choicesHead  = []string{"list_name", "name", "label", "pc_points"}
	settingsHead = []string{"form_title", "form_id"}
)

// line of the survey by the names of its columns.
type record map[string]string

// form is a workbook to be written.
type form struct {
	p        *programme.Programme
	survey   []record
	choices  []record
	settings record
	lists    map[string]bool // written already
	names    map[string]bool // taken in the survey
	own      string          // the programme's own language as a form writes it, "" without translations
}

// build makes the sheets of a programme.
func build(p *programme.Programme) *form {
	b := &form{p: p, lists: map[string]bool{}, names: map[string]bool{}, settings: record{"form_title": p.Name, "form_id": p.Key}}
	for _, n := range []string{nameScenario, nameChannel, nameFormat, nameFeatures} {
		b.names[n] = true
	}
	for i := range p.Sections {
		for j := range p.Sections[i].Questions {
			b.names[p.Sections[i].Questions[j].ID] = true
		}
	}
	b.context()
	for i := range p.Sections {
		b.section(&p.Sections[i])
	}
	b.speak()
	for _, rows := range [][]record{b.survey, b.choices, {b.settings}} {
		for _, r := range rows {
			disarm(r)
		}
	}
	return b
}

// disarm keeps spreadsheets from taking words for formulas. Names and types hold no such words.
func disarm(r record) {
	for k, v := range r {
		if k != "name" && k != "list_name" && v != "" && strings.ContainsRune("=+-@", rune(v[0])) {
			r[k] = "'" + v
		}
	}
}

// context writes the rows that conditions ask about the visit.
func (b *form) context() {
	uses := map[string]bool{}
	for i := range b.p.Sections {
		s := &b.p.Sections[i]
		asks(s.ShowIf, uses)
		for j := range s.Questions {
			asks(s.Questions[j].ShowIf, uses)
		}
	}
	row := func(typ, name, label string) {
		b.survey = append(b.survey, record{"type": typ, "name": name, "label": label, "pc_kind": kindContext})
	}
	if len(b.p.Scenarios) > 1 || uses["scenario"] {
		row("select_one pc_scenario", nameScenario, "Which scenario is this visit?")
		for _, s := range b.p.Scenarios {
			b.choices = append(b.choices, record{"list_name": "pc_scenario", "name": s.ID, "label": s.Title, labelText: "scenarios." + s.ID + ".title"})
		}
	}
	if uses["channel"] {
		row("select_one pc_channel", nameChannel, "How is the branch visited?")
		for _, c := range channels {
			b.choices = append(b.choices, record{"list_name": "pc_channel", "name": c, "label": c})
		}
	}
	if uses["format"] {
		row("text", nameFormat, "Format of the branch")
	}
	if uses["branch"] {
		row("select_multiple pc_features", nameFeatures, "What does the branch have?")
		for _, f := range b.p.Features {
			b.choices = append(b.choices, record{"list_name": "pc_features", "name": f, "label": strings.ReplaceAll(f, "_", " ")})
		}
	}
}

// asks notes what of the visit a condition asks about.
func asks(c *programme.Condition, uses map[string]bool) {
	if c == nil {
		return
	}
	var walk func(n programme.Node)
	walk = func(n programme.Node) {
		if n.Op == programme.OpFeature {
			uses["branch"] = true
		}
		uses[n.Subject] = true
		for _, k := range n.Nodes {
			walk(k)
		}
	}
	walk(c.Root)
}

// section writes a group.
func (b *form) section(s *programme.Section) {
	name := unique(b.names, "section_"+wordOf(s.ID, false))
	b.survey = append(b.survey, record{"type": "begin_group", "name": name, "label": s.Title, "relevant": b.relevant(s.ShowIf), "pc_id": s.ID, "pc_kind": kindSection, labelText: "sections." + s.ID + ".title"})
	for i := range s.Questions {
		b.question(&s.Questions[i])
	}
	b.survey = append(b.survey, record{"type": "end_group"})
}

// question writes a row, and the list that it chooses from.
func (b *form) question(q *programme.Question) {
	r := record{
		"name": q.ID, "label": q.Text, "hint": q.Hint, "relevant": b.relevant(q.ShowIf),
		"pc_id": q.ID, "pc_kind": string(q.Kind), "pc_standard": q.Standard, "pc_points": pointsOf(q),
		labelText: "questions." + q.ID + ".text", hintText: "questions." + q.ID + ".hint",
	}
	extra := extras(q)
	if q.Required && (hasList(q) || extra == nil) {
		r["required"] = "yes"
	}
	if !hasList(q) && extra != nil {
		addHint(r, "Leave this empty when it does not apply or was not seen.")
	}
	b.typed(q, r, extra)
	b.survey = append(b.survey, r)
}

// addHint puts a sentence behind a hint.
func addHint(r record, s string) { r["hint"] = strings.TrimSpace(r["hint"] + "\n" + s) }

// extras are the answers that are none of the question's own.
func extras(q *programme.Question) []record {
	var out []record
	if q.NAAllowed {
		out = append(out, record{"name": programme.CodeNA, "label": "Does not apply"})
	}
	if q.MayBeNotObserved() {
		out = append(out, record{"name": programme.CodeNotObserved, "label": "Not observed"})
	}
	return out
}

// maxLikert is the longest scale that is written as choices.
const maxLikert = 10

// hasList reports whether the question is written as a choice of a list.
func hasList(q *programme.Question) bool {
	switch q.Kind {
	case programme.YesNo, programme.Choice, programme.Multi, programme.LevelKind, programme.WowKind, programme.Attention:
		return true
	case programme.Rating:
		return q.ScaleHi-q.ScaleLo <= maxLikert
	case programme.Number, programme.Duration, programme.Money, programme.Text, programme.Time, programme.Date, programme.Photo,
		programme.Receipt, programme.StaffName:
	}
	return false
}

// typed fills what depends on the kind.
func (b *form) typed(q *programme.Question, r record, extra []record) {
	switch q.Kind {
	case programme.YesNo, programme.WowKind:
		if q.Wow.Text != "" {
			addHint(r, q.Wow.Text)
		}
		r["type"] = "select_one " + b.list(sharedName("pc_yes_no", extra), []record{{"name": programme.Yes, "label": "Yes"}, {"name": programme.No, "label": "No"}}, extra)
	case programme.LevelKind:
		items := []record{
			{"name": programme.AnswerBelow, "label": q.Below, labelText: "questions." + q.ID + ".below"},
			{"name": programme.AnswerGood, "label": q.Good.Text, "pc_points": q.Good.Points.String(), labelText: "questions." + q.ID + ".good"},
		}
		if q.Wow.Set {
			items = append(items, record{"name": programme.AnswerWow, "label": q.Wow.Text, "pc_points": q.Wow.Points.String(), labelText: "questions." + q.ID + ".wow"})
		}
		r["type"] = "select_one " + b.list(q.ID, items, extra)
	case programme.Choice, programme.Attention:
		r["type"] = "select_one " + b.list(q.ID, optionsOf(q), extra)
	case programme.Multi:
		r["type"] = "select_multiple " + b.list(q.ID, optionsOf(q), extra)
		b.alone(q, r, extra)
	case programme.Rating:
		b.rating(q, r, extra)
	case programme.Duration:
		r["type"], r["constraint"], r["constraint_message"] = "decimal", ". >= 0", "This is never less than 0."
		addHint(r, map[string]string{programme.UnitSeconds: "In seconds.", programme.UnitMinutes: "In minutes.", programme.UnitHours: "In hours."}[q.Unit])
	case programme.Money:
		r["type"], r["constraint"], r["constraint_message"] = "decimal", ". >= 0", "This is never less than 0."
	case programme.Number:
		r["type"] = "decimal"
	case programme.Text:
		if r["type"] = "text"; q.MinChars > 0 {
			r["constraint"], r["constraint_message"] = fmt.Sprintf("string-length(.) >= %d", q.MinChars), fmt.Sprintf("At least %d characters.", q.MinChars)
		}
	case programme.StaffName:
		r["type"] = "text"
	case programme.Time, programme.Date:
		r["type"] = string(q.Kind)
	case programme.Photo, programme.Receipt:
		r["type"] = "image"
	}
}

// rating writes short scales as choices and long ones as a range.
func (b *form) rating(q *programme.Question, r record, extra []record) {
	if !hasList(q) {
		r["type"], r["parameters"] = "range", fmt.Sprintf("start=%d end=%d step=1", q.ScaleLo, q.ScaleHi)
		return
	}
	var items []record
	for i := q.ScaleLo; i <= q.ScaleHi; i++ {
		items = append(items, record{"name": strconv.Itoa(i), "label": strconv.Itoa(i)})
	}
	name := sharedName(fmt.Sprintf("pc_%d_to_%d", q.ScaleLo, q.ScaleHi), extra)
	r["type"], r["appearance"] = "select_one "+b.list(name, items, extra), "likert"
}

// sharedName tells lists with and without extra answers apart.
func sharedName(name string, extra []record) string {
	names := []string{name}
	for _, x := range extra {
		names = append(names, x["name"])
	}
	return strings.Join(names, "_")
}

// optionsOf writes options as choices.
func optionsOf(q *programme.Question) []record {
	out := make([]record, len(q.Options))
	for i := range q.Options {
		o := &q.Options[i]
		out[i] = record{"name": o.Code, "label": o.Label, labelText: "questions." + q.ID + ".options." + o.Code}
		if o.HasPoints {
			out[i]["pc_points"] = o.Points.String()
		}
	}
	return out
}

// alone keeps answers that exclude the others from being chosen with them.
func (b *form) alone(q *programme.Question, r record, extra []record) {
	var all []string
	for i := range q.Options {
		if q.Options[i].Exclusive {
			all = append(all, q.Options[i].Code)
		}
	}
	for _, x := range extra {
		all = append(all, x["name"])
	}
	for i := range all {
		all[i] = "selected(., '" + all[i] + "')"
	}
	if len(all) > 0 {
		r["constraint"] = "not(count-selected(.) > 1 and (" + strings.Join(all, " or ") + "))"
		r["constraint_message"] = "One of these answers goes with no other."
	}
}

// list writes a list of choices once and gives its name.
func (b *form) list(name string, items, extra []record) string {
	if b.lists[name] {
		return name
	}
	b.lists[name] = true
	for _, x := range slices.Concat(items, extra) {
		x["list_name"] = name
		b.choices = append(b.choices, x)
	}
	return name
}

// pointsOf writes what a question can earn.
func pointsOf(q *programme.Question) string {
	if !q.Scored() {
		return ""
	}
	out := q.PossibleGood().String()
	if w := q.PossibleWow(); w > 0 {
		out += " + " + w.String() + " WOW"
	}
	return out
}

// relevant writes a condition of ours as XPath.
func (b *form) relevant(c *programme.Condition) string {
	if c == nil {
		return ""
	}
	return b.xpath(c.Root)
}

func (b *form) xpath(n programme.Node) string {
	switch n.Op {
	case programme.OpAnd, programme.OpOr:
		parts := make([]string, len(n.Nodes))
		for i, k := range n.Nodes {
			parts[i] = b.xpath(k)
		}
		return "(" + strings.Join(parts, " "+string(n.Op)+" ") + ")"
	case programme.OpNot:
		return "not(" + b.xpath(n.Nodes[0]) + ")"
	case programme.OpFeature:
		return "selected(${" + nameFeatures + "}, '" + n.Subject + "')"
	case programme.OpIn:
		parts := make([]string, len(n.Values))
		for i, v := range n.Values {
			parts[i] = b.relation(n.Subject, programme.OpEq, v)
		}
		if len(parts) == 0 {
			return "false()"
		}
		return "(" + strings.Join(parts, " or ") + ")"
	case programme.OpEq, programme.OpNe, programme.OpLt, programme.OpLe, programme.OpGt, programme.OpGe:
		return b.relation(n.Subject, n.Op, n.Values[0])
	}
	return "true()"
}

// signs of XPath.
var signs = map[programme.Op]string{programme.OpEq: "=", programme.OpNe: "!=", programme.OpLt: "<", programme.OpLe: "<=", programme.OpGt: ">", programme.OpGe: ">="}

// relation writes one comparison. With an answer that is not there, ours is false; XPath needs to be told.
func (b *form) relation(name string, op programme.Op, v programme.Value) string {
	switch name {
	case "scenario":
		return "${" + nameScenario + "} " + signs[op] + " " + xpathText(v.Text)
	case "channel":
		return "${" + nameChannel + "} " + signs[op] + " " + xpathText(v.Text)
	case "format":
		return "${" + nameFormat + "} " + signs[op] + " " + xpathText(v.Text)
	}
	ref := "${" + name + "}"
	q, _, ok := b.p.Question(name)
	if !ok {
		return "true()"
	}
	switch q.Kind {
	case programme.Multi:
		return "selected(" + ref + ", " + xpathText(v.Text) + ")"
	case programme.Rating, programme.Number, programme.Duration, programme.Money:
		return there(q, ref, op, ref+" "+signs[op]+" "+v.Number.String())
	case programme.Time:
		h, m, _ := strings.Cut(v.Text, ":")
		hours, _ := strconv.Atoi(h)
		minutes, _ := strconv.Atoi(m)
		return fmt.Sprintf("(%s != '' and number(substr(%s, 0, 2)) * 60 + number(substr(%s, 3, 5)) %s %d)", ref, ref, ref, signs[op], hours*60+minutes)
	case programme.Date:
		return fmt.Sprintf("(%s != '' and %s %s date('%s'))", ref, ref, signs[op], v.Text)
	case programme.YesNo, programme.Choice, programme.LevelKind, programme.WowKind, programme.Attention, programme.Text,
		programme.Photo, programme.Receipt, programme.StaffName:
	}
	return there(q, ref, op, ref+" "+signs[op]+" "+xpathText(v.Text))
}

// there adds to != that there is an answer, and one of the question's own.
func there(q *programme.Question, ref string, op programme.Op, rel string) string {
	if op != programme.OpNe {
		return rel
	}
	parts := []string{ref + " != ''"}
	if hasList(q) {
		for _, x := range extras(q) {
			parts = append(parts, ref+" != '"+x["name"]+"'")
		}
	}
	return "(" + strings.Join(append(parts, rel), " and ") + ")"
}

// xpathText writes a text of XPath, which knows no escapes.
func xpathText(s string) string {
	switch {
	case !strings.Contains(s, "'"):
		return "'" + s + "'"
	case !strings.Contains(s, `"`):
		return `"` + s + `"`
	}
	return "concat('" + strings.ReplaceAll(s, "'", `', "'", '`) + "')"
}

// unseen lists what of a programme other tools do not see.
func unseen(p *programme.Programme) []Finding {
	var out []Finding
	add := func(n int, one, many, why string) {
		if n > 0 {
			out = append(out, Finding{Sheet: keptSheet, What: catalogue.Count(n, one, many), Why: why})
		}
	}
	const kept = "Other tools will not see this; it comes back when the form is imported here."
	c := map[string]int{}
	for i := range p.Sections {
		s := &p.Sections[i]
		count(c, "stage", s.Stage != "")
		for j := range s.Questions {
			countQuestion(c, &s.Questions[j])
		}
	}
	add(len(p.Standards), "standard", "standards", kept)
	add(len(p.Scenarios), "scenario with its share and brief", "scenarios with their shares and briefs", kept)
	add(len(p.Stages), "stage", "stages", kept)
	add(len(p.Dayparts), "part of the day", "parts of the day", kept)
	add(1, "plan of visits, score policy and levels", "", kept)
	add(untold(p), "translated text of standards, stages, briefs and names", "translated texts of standards, stages, briefs and names", kept)
	add(c["points"], "question with points", "questions with points", kept)
	add(c["critical"], "critical", "criticals", kept)
	add(c["comment"], "rule for comments", "rules for comments", kept)
	add(c["evidence"], "rule for photos", "rules for photos", kept)
	add(c["timer"], "timer", "timers", kept)
	add(c["perishable"], "question that is asked first", "questions that are asked first", kept)
	add(c["vault"], "answer that is kept apart and expires", "answers that are kept apart and expire", "Other tools will keep it like any other answer.")
	add(c["thanks"], "question that feeds thanks", "questions that feed thanks", kept)
	add(c["skip"], "question without choices that may not apply", "questions without choices that may not apply", "Other tools show them as not required, with a hint to leave them empty.")
	return out
}

func count(c map[string]int, what string, is bool) {
	if is {
		c[what]++
	}
}

// countQuestion counts what is particular to one question.
func countQuestion(c map[string]int, q *programme.Question) {
	count(c, "points", q.Scored())
	count(c, "critical", q.Critical != nil)
	for i := range q.Options {
		count(c, "critical", q.Options[i].Critical != nil)
	}
	count(c, "comment", q.Comment != nil)
	count(c, "evidence", q.Evidence != programme.PhotoNone)
	count(c, "timer", q.Timer != "")
	count(c, "perishable", q.Perishable)
	count(c, "vault", q.Vault)
	count(c, "thanks", q.Thanks)
	count(c, "skip", !hasList(q) && extras(q) != nil)
}
