package xlsform

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// reader makes a programme of a workbook.
type reader struct {
	book        *book
	problems    programme.Problems
	findings    []Finding
	more        int    // findings beyond those kept
	language    string // the form's default, "" when it names none
	doubles     bool   // a list may have a choice twice
	wholes      bool   // it was said that whole numbers are not asked for
	tongues     tongues
	lists       map[string]*choiceList
	survey      *table
	choiceSheet *table              // nil without one
	asked       map[string]*subject // by the name in the form
	named       map[string][]int    // rows of each name of the survey
	ids         map[string]bool     // of questions
	sections    []programme.Section
	secIDs      map[string]bool
	top         map[string]int // rows of the names outside groups
	groups      []group
	loose       bool   // the last section is one of questions outside groups
	note        string // words of a note, for the hint of the question after it
	noteRow     int
	noteSaid    map[string]string // the note in other languages, by tag
	title       string
	key         string
	kept        *kept // what Write left in the workbook, nil in a foreign form
}

// group is one that is open.
type group struct {
	kind  string // group, repeat, score, rank, kobomatrix
	name  string
	row   int
	cond  string // ours
	list  string // of a Kobo score
	label string
	names map[string]int // rows of the names inside
}

// read reads the workbook; problems say why there is no programme.
func (r *reader) read(src []byte) *programme.Programme {
	b, err := open(src)
	if r.refused(err) {
		return nil
	}
	r.book, r.secIDs, r.top = b, map[string]bool{}, map[string]int{}
	survey, err := r.table("survey")
	if r.refused(err) || !r.usable(survey) {
		return nil
	}
	choices, err := r.table("choices")
	if r.refused(err) {
		return nil
	}
	settings, err := r.table("settings")
	if r.refused(err) {
		return nil
	}
	r.otherSheets()
	r.settings(settings)
	if r.refused(r.openKept(survey, choices, settings)) {
		return nil
	}
	if r.kept != nil && r.kept.same {
		r.findings = nil
		return r.kept.base
	}
	r.survey, r.choiceSheet = survey, choices
	wanted := r.language
	r.language = survey.language(wanted)
	r.openTongues(wanted)
	r.choices(choices, wanted)
	r.surveyRows()
	if r.problems.Errors() > 0 {
		return nil
	}
	return r.assemble()
}

// refused notes why a workbook cannot be read.
func (r *reader) refused(err error) bool {
	var known *refusal
	switch {
	case err == nil:
		return false
	case errors.As(err, &known):
		r.wrong(known.sheet, known.row, known.col, "%s", known.message)
	default:
		r.wrong("", 0, -1, "This workbook cannot be read: %v.", err)
	}
	return true
}

// usable refuses a survey without its columns.
func (r *reader) usable(t *table) bool {
	if t == nil {
		var names []string
		for _, s := range r.book.sheets {
			names = append(names, short(s.name))
		}
		r.wrong("", 0, -1, "This workbook has no sheet called survey; it has %s. An XLSForm has the sheets survey, choices and settings.", strings.Join(names, ", "))
		return false
	}
	for _, name := range []string{"type", "name"} {
		if t.col(name) < 0 {
			r.wrong(t.name, 1, -1, "The first row lacks the column %s. It needs type, name and label.", name)
		}
	}
	if !slices.ContainsFunc(t.columns, func(c column) bool { return c.name == "label" }) {
		r.wrong(t.name, 1, -1, "The first row lacks the column label. It needs type, name and label.")
	}
	return r.problems.Errors() == 0
}

// otherSheets lists the sheets that are not read.
func (r *reader) otherSheets() {
	for _, s := range r.book.sheets {
		switch name := strings.ToLower(strings.TrimSpace(s.name)); name {
		case "survey", "choices", "settings", keptSheet:
		case "external_choices", "osm", "entities":
			r.list(s.name, 0, -1, "The sheet "+name, "It has no counterpart in a programme and was not read.")
		default:
			r.list(s.name, 0, -1, "The sheet "+short(s.name), "It is no part of XLSForm and was not read.")
		}
	}
}

// settings reads the form's name and language.
func (r *reader) settings(t *table) {
	r.title, r.key = "Form", "xlsform"
	if t == nil || len(t.rows) == 0 {
		r.list("", 0, -1, "The name of the form", "The workbook has no settings with a form_title, so the programme is called Form. Change its name in the draft.")
		return
	}
	x := &t.rows[0]
	if s := t.get(x, "form_title"); s != "" {
		r.title = r.fit(t.name, x.number, t.col("form_title"), s, 300, true)
		r.key = keyOf(r.title)
	}
	if s := t.get(x, "form_id"); s != "" {
		r.key = keyOf(s)
	}
	r.language, r.doubles = t.get(x, "default_language"), isYes(t.get(x, "allow_choice_duplicates"))
	for _, c := range t.columns {
		if v := x.cell(c.at); v != "" && !slices.Contains([]string{"form_title", "form_id", "default_language", "allow_choice_duplicates"}, c.name) {
			r.list(t.name, x.number, c.at, v, "The setting %s has no counterpart.", c.name)
		}
	}
	for i := range t.rows[1:] {
		r.list(t.name, t.rows[1+i].number, -1, "A second row of settings", "Only the first is read.")
	}
}

// technical are columns that tools write for themselves; they say nothing to anyone.
var technical = []string{"$kuid", "kuid", "$autoname", "$given_name", "$xpath", "$qpath"}

// unusedColumns lists columns of which nothing was read, once each.
func (r *reader) unusedColumns(t *table, used []string, why string) {
	for _, c := range t.columns {
		if slices.Contains(technical, c.name) || slices.Contains(used, c.name) && (c.language == "" || sameLanguage(c.language, t.language(r.language))) {
			continue
		}
		for i := range t.rows {
			if t.rows[i].cell(c.at) == "" {
				continue
			}
			if c.language != "" && slices.Contains(used, c.name) {
				r.unread(t, c)
			} else {
				r.list(t.name, t.rows[i].number, c.at, "The column "+short(c.name), "%s", why)
			}
			break
		}
	}
}

// unread lists a column of words in another language that did not come along.
func (r *reader) unread(t *table, c column) {
	switch carried := c.name == "label" || c.name == "hint"; {
	case carried && r.tongues.tags[c.language] != "":
	case carried:
		r.list(t.name, 1, c.at, c.name+" in "+c.language, "%s", r.unspoken(c.language))
	default:
		r.list(t.name, 1, c.at, c.name+" in "+c.language, "Only labels and hints come along in other languages.")
	}
}

// surveyRows reads the survey from top to bottom.
func (r *reader) surveyRows() {
	t := r.survey
	r.names()
	if r.problems.Errors() > 0 {
		return
	}
	for i := range t.rows {
		r.surveyRow(&t.rows[i])
	}
	if n := len(r.groups); n > 0 {
		g := r.groups[n-1]
		r.wrong(t.name, g.row, t.col("type"), "The %s %q begins here and never ends. Add a row with end %s.", g.kind, short(g.name), g.kind)
	}
	r.flushNote()
	used := []string{
		"type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message", "appearance", "parameters", "choice_filter", "calculation", "default",
		"read_only", "repeat_count", "trigger", "disabled", "kobo--score-choices", "pc_id", "pc_kind", "pc_standard", "pc_points",
	}
	r.unusedColumns(t, used, "This column has no counterpart.")
	r.looks()
}

// looks lists, once, that appearances were left behind.
func (r *reader) looks() {
	t := r.survey
	for i := range t.rows {
		x := &t.rows[i]
		if s := t.get(x, "appearance"); s != "" && !strings.Contains(s, "likert") && r.kept == nil {
			r.list(t.name, x.number, t.col("appearance"), s, "How questions look is the same everywhere here; appearances matter only where they make a rating.")
			return
		}
	}
}

// names looks at all names and references before anything else, because an expression may name what is never asked.
func (r *reader) names() {
	t := r.survey
	relevant := map[string][]string{} // what a name waits for; a group is also known by its row
	var open []string
	for i := range t.rows {
		x := &t.rows[i]
		kind, name := kindOf(t.get(x, "type")), t.get(x, "name")
		if isYes(t.get(x, "disabled")) {
			r.disabled(x, kind)
			continue
		}
		r.madeNames(x, kind, name)
		if strings.HasPrefix(kind, "end_") && len(open) > 0 {
			open = open[:len(open)-1]
		}
		if name != "" && kind != "" && !strings.HasPrefix(kind, "end_") {
			r.named[name] = append(r.named[name], x.number)
			relevant[name] = append(relevant[name], waits(t.get(x, "relevant"), open)...)
		}
		if strings.HasPrefix(kind, "begin_") {
			group := fmt.Sprintf("\x00%d", x.number)
			relevant[group] = waits(t.get(x, "relevant"), open)
			open = append(open, group)
		}
	}
	r.references(relevant)
}

// disabled lists a row that the form itself has switched off. A group cannot be switched off alone: its end would be left.
func (r *reader) disabled(x *row, kind string) {
	t := r.survey
	if strings.HasPrefix(kind, "begin_") || strings.HasPrefix(kind, "end_") {
		r.wrong(t.name, x.number, t.col("disabled"), "Rows that begin or end something cannot be disabled. Delete them, or empty this cell.")
		return
	}
	r.list(t.name, x.number, t.col("disabled"), orElse(t.get(x, "name"), x.words()), "This row is disabled in the form, so it was not taken.")
}

// madeNames are those that tools make beside the rows of a form, and that its conditions may ask about.
func (r *reader) madeNames(x *row, kind, name string) {
	switch _, other := r.listOf(r.survey.get(x, "type")); {
	case name == "":
	case other && strings.HasPrefix(kind, "select_"):
		r.named[name+"_other"] = append(r.named[name+"_other"], x.number)
	case kind == "begin_repeat" && r.survey.get(x, "repeat_count") != "":
		r.named[name+"_count"] = append(r.named[name+"_count"], x.number)
	}
}

// waits gives what a condition asks about, and the group around it.
func waits(condition string, open []string) []string {
	var out []string
	for _, m := range reference.FindAllStringSubmatch(condition, -1) {
		out = append(out, m[1])
	}
	if n := len(open); n > 0 {
		out = append(out, open[n-1])
	}
	return out
}

// references refuses names that are not there, and questions that wait for each other.
func (r *reader) references(relevant map[string][]string) {
	t := r.survey
	for i := range t.rows {
		x := &t.rows[i]
		for _, name := range []string{"relevant", "constraint", "calculation"} {
			for _, m := range reference.FindAllStringSubmatch(t.get(x, name), -1) {
				if len(r.named[m[1]]) == 0 && !strings.HasPrefix(m[1], "last-saved#") {
					r.wrong(t.name, x.number, t.col(name), "This asks about ${%s}, and nothing in the survey has that name. Mend the name.", short(m[1]))
				}
			}
		}
	}
	state := map[string]int{} // 1 on the way, 2 done
	var visit func(name string) bool
	visit = func(name string) bool {
		if state[name] == 1 {
			return true
		}
		if state[name] == 2 {
			return false
		}
		state[name] = 1
		for _, next := range relevant[name] {
			if visit(next) {
				return true
			}
		}
		state[name] = 2
		return false
	}
	for i := range t.rows {
		if name := t.get(&t.rows[i], "name"); name != "" && visit(name) {
			r.wrong(t.name, t.rows[i].number, t.col("relevant"), "Whether %q is asked depends, by way of others or directly, on itself. Take one of these conditions out.", short(name))
			return
		}
	}
}

// wordy are the selects of older forms, in as many words: "Select one from LIST", "add select multiple prompt using LIST".
var wordy = regexp.MustCompile(`(?i)^\s*(?:add[\s_]+)?select[\s_]+(one|1|multiple|all[\s_]+that[\s_]+apply)(?:[\s_]+(?:from|prompt[\s_]+using|using))?\s+`)

// oneWord gives a row's type as forms write it now; what stands behind the first word stays as it is.
func oneWord(s string) string {
	m := wordy.FindStringSubmatch(s)
	if m == nil {
		return strings.TrimSpace(s)
	}
	kind, rest := "select_multiple", strings.TrimSpace(s[len(m[0]):])
	if one := strings.ToLower(m[1]); one == "one" || one == "1" {
		kind = "select_one"
	}
	if f := strings.Fields(rest); len(f) > 1 && strings.EqualFold(f[0], "file") {
		return kind + "_from_file " + strings.Join(f[1:], " ")
	}
	return kind + " " + rest
}

// synonyms are types under the other names that forms have for them.
var synonyms = map[string]string{
	"select1": "select_one", "select": "select_multiple", "select_all_that_apply": "select_multiple", "int": "integer", "string": "text", "photo": "image",
	"begin_looped": "begin_repeat", "end_looped": "end_repeat", "begin_loop": "begin_repeat", "end_loop": "end_repeat", "begin_lgroup": "begin_repeat",
	"end_lgroup": "end_repeat", "gps": "geopoint", "location": "geopoint", "imei": "deviceid", "device_id": "deviceid",
	"phone_number": "phonenumber", "sim_id": "simserial", "subscriber_id": "subscriberid", "start_time": "start", "end_time": "end", "date_time": "datetime",
}

// kindOf gives a row's type in one writing: begin_group, end_repeat, select_one.
func kindOf(s string) string {
	f := strings.Fields(strings.ToLower(oneWord(s)))
	if len(f) == 0 {
		return ""
	}
	k := f[0]
	if two := strings.Join(f, "_"); len(f) == 2 && (k == "begin" || k == "end" || synonyms[two] != "") {
		k = two
	} else if len(f) > 2 && (k == "begin" || k == "end") {
		k += "_" + f[1]
	}
	if other, ok := synonyms[k]; ok {
		return other
	}
	return k
}

// surveyRow reads one row.
func (r *reader) surveyRow(x *row) {
	t := r.survey
	typ := oneWord(t.get(x, "type"))
	kind := kindOf(typ)
	switch {
	case kind == "":
		if t.get(x, "name") != "" || t.get(x, "relevant") != "" {
			r.wrong(t.name, x.number, t.col("type"), "This row has no type. Say what it is: text, integer, select_one LIST …")
			return
		}
		r.list(t.name, x.number, -1, x.words(), "This row has neither type nor name, so it was taken for a remark.")
		return
	case strings.HasPrefix(typ, "#"):
		r.list(t.name, x.number, -1, x.words(), "This row begins with #, so it was taken for a remark.")
		return
	case isYes(t.get(x, "disabled")):
		return // listed when names were looked at
	case strings.HasPrefix(kind, "begin_"):
		r.begin(x, strings.TrimPrefix(kind, "begin_"))
		return
	case strings.HasPrefix(kind, "end_"):
		r.end(x, strings.TrimPrefix(kind, "end_"))
		return
	}
	if t.get(x, "pc_kind") == kindContext {
		r.contextRow(x)
		return
	}
	r.item(x, kind, typ)
}

// groupKinds are what may begin and end.
var groupKinds = []string{"group", "repeat", "score", "rank", "kobomatrix"}

// begin opens a group.
func (r *reader) begin(x *row, kind string) {
	t := r.survey
	if !slices.Contains(groupKinds, kind) {
		r.wrong(t.name, x.number, t.col("type"), "%q is no type of XLSForm. It can be begin_group or begin_repeat.", short(t.get(x, "type")))
		return
	}
	r.flushNote()
	g := group{kind: kind, name: t.get(x, "name"), row: x.number, names: map[string]int{}}
	if len(r.groups) >= 20 {
		r.wrong(t.name, x.number, t.col("type"), "Groups stand inside one another more than 20 deep. Take some away.")
		return
	}
	r.once(g.name, x)
	label, at := t.say(x, "label", r.language)
	g.label = r.fit(t.name, x.number, at, label, 300, true)
	g.cond = r.relevant(x)
	r.groupCells(x)
	switch kind {
	case "repeat":
		r.list(t.name, x.number, t.col("type"), g.name, "Nothing is asked several times over here, so the questions of this repeat are asked once.")
		r.perCell(x, "repeat_count", "Repeats are asked once.")
		if name := g.name + "_count"; r.asked[name] == nil {
			r.asked[name] = &subject{id: name}
		}
	case "score":
		g.list = t.get(x, "kobo--score-choices")
	case "rank", "kobomatrix":
		r.list(t.name, x.number, t.col("type"), g.name, "A %s has no counterpart; it was not taken.", map[string]string{"rank": "ranking", "kobomatrix": "matrix"}[kind])
	}
	switch {
	case kind == "rank" || kind == "kobomatrix":
	case len(r.groups) == 0:
		r.openSection(x, &g)
	case label != "":
		r.list(t.name, x.number, at, label, "Sections hold no sections here, so a group inside another has no title; its questions stand in the section around it.")
	}
	r.groups = append(r.groups, g)
}

// groupCells lists what groups have only in forms.
func (r *reader) groupCells(x *row) {
	t := r.survey
	if hint, at := t.say(x, "hint", r.language); hint != "" {
		r.list(t.name, x.number, at, hint, "Groups have no hints here.")
	}
	for _, name := range []string{"required", "constraint", "parameters", "default"} {
		if !isNo(t.get(x, name)) {
			r.perCell(x, name, "Groups have no such setting here.")
		}
	}
}

// openSection makes a section of a group at the top.
func (r *reader) openSection(x *row, g *group) {
	name := g.name
	if id := r.survey.get(x, "pc_id"); id != "" && r.kept != nil {
		name = id
	}
	s := programme.Section{ID: unique(r.secIDs, code(orElse(name, "part"))), Title: orElse(g.label, orElse(g.name, r.title))}
	if s.ID != name && name != "" {
		r.list(r.survey.name, g.row, r.survey.col("name"), g.name, "Ids have letters, digits, _ and - only. The section is called %s.", s.ID)
	}
	if g.cond != "" {
		s.ShowIf = &programme.Condition{Source: g.cond}
	}
	g.cond = ""
	r.sections, r.loose = append(r.sections, s), false
	r.translate("sections."+s.ID+".title", r.spokenIn(r.survey, x, "label", 300, true))
	r.kept.section(r, x, &r.sections[len(r.sections)-1])
}

// orElse gives the first text that is not empty.
func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// end closes a group.
func (r *reader) end(x *row, kind string) {
	t := r.survey
	r.flushNote()
	n := len(r.groups)
	switch {
	case !slices.Contains(groupKinds, kind):
		r.wrong(t.name, x.number, t.col("type"), "%q is no type of XLSForm. It can be end_group or end_repeat.", short(t.get(x, "type")))
		return
	case n == 0:
		r.wrong(t.name, x.number, t.col("type"), "A %s ends here that never began. Delete this row, or add begin %s.", kind, kind)
		return
	case r.groups[n-1].kind != kind:
		g := r.groups[n-1]
		r.wrong(t.name, x.number, t.col("type"), "A %s ends here, but what is open is the %s %q of row %d.", kind, g.kind, short(g.name), g.row)
	}
	r.groups = r.groups[:n-1]
}

// once refuses a name that stands twice in the same group.
func (r *reader) once(name string, x *row) {
	if name == "" {
		return
	}
	names := r.top
	if n := len(r.groups); n > 0 {
		names = r.groups[n-1].names
	}
	if first, again := names[name]; again {
		r.wrong(r.survey.name, x.number, r.survey.col("name"), "The name %q stands twice; the first is in row %d. Give each a name of its own.", short(name), first)
		return
	}
	names[name] = x.number
}

// relevant reads a row's condition; what does not fit is listed.
func (r *reader) relevant(x *row) string {
	t := r.survey
	src := t.get(x, "relevant")
	if src == "" || strings.EqualFold(src, "true()") || isYes(src) {
		return ""
	}
	if _, typ := t.get(x, "type"), kindOf(t.get(x, "type")); typ == "begin_rank" {
		return ""
	}
	out, err := r.condition(src)
	if err != nil {
		r.list(t.name, x.number, t.col("relevant"), src, "This condition was not taken, because %v. What it stands on is always asked.", err)
		return ""
	}
	return out
}

// perCell lists a cell that is not carried.
func (r *reader) perCell(x *row, name, why string) {
	t := r.survey
	if v := t.get(x, name); v != "" {
		r.list(t.name, x.number, t.col(name), v, "%s", why)
	}
}

// flushNote lists a note that no question follows.
func (r *reader) flushNote() {
	if r.note != "" {
		r.list(r.survey.name, r.noteRow, r.survey.col("type"), r.note, "No question follows this note in its group, so there is nothing to show it with.")
	}
	r.note, r.noteSaid = "", nil
}

// assemble makes the programme and has it checked.
func (r *reader) assemble() *programme.Programme {
	sections := make([]programme.Section, 0, len(r.sections))
	for _, s := range r.sections {
		if len(s.Questions) > 0 {
			sections = append(sections, s)
		} else {
			r.list(r.survey.name, 0, -1, s.Title, "No question of this group came along, so there is no such section.")
		}
	}
	if len(sections) == 0 {
		r.wrong(r.survey.name, 0, -1, "There is no question here that can be asked. Add one, such as a select_one or a text.")
		return nil
	}
	var p *programme.Programme
	if r.kept != nil {
		p = r.kept.whole(r, sections)
	} else {
		p = r.least(sections)
	}
	r.speak(p)
	checked, problems := programme.Check(p)
	for n := 0; checked == nil && n < maxSheets && r.dropConditions(p, problems); n++ {
		checked, problems = programme.Check(p)
	}
	if checked == nil {
		for _, x := range problems {
			x.Line, x.Column = 0, 0
			x.Message = "The programme that this form makes is not sound: " + x.Message
			r.problems = append(r.problems, x)
		}
		return nil
	}
	again, err := programme.FromCanonical(checked.Canonical())
	if err != nil {
		r.wrong("", 0, -1, "The programme that this form makes is not sound: %v", err)
		return nil
	}
	return again
}

// unsoundAt is where Check finds fault with a condition.
var unsoundAt = regexp.MustCompile(`^sections\[(\d+)\](?:\.questions\[(\d+)\])?\.show_if$`)

// dropConditions takes conditions away that do not hold in the programme, such as ones about choices that are gone.
func (r *reader) dropConditions(p *programme.Programme, problems programme.Problems) bool {
	dropped := false
	for _, x := range problems {
		m := unsoundAt.FindStringSubmatch(x.Path)
		if m == nil {
			continue
		}
		i, _ := strconv.Atoi(m[1])
		at, what := &p.Sections[i].ShowIf, p.Sections[i].Title
		if m[2] != "" {
			j, _ := strconv.Atoi(m[2])
			at, what = &p.Sections[i].Questions[j].ShowIf, p.Sections[i].Questions[j].ID
		}
		if *at != nil {
			r.list(r.survey.name, 0, -1, what+" if "+(*at).Source, "This condition was not taken, so it is always asked. %s", x.Message)
			*at, dropped = nil, true
		}
	}
	return dropped
}

// least is the least programme that holds these sections, and says what it lacks.
func (r *reader) least(sections []programme.Section) *programme.Programme {
	const what = "The draft"
	r.list("", 0, -1, what, "Forms have no scenarios. There is one, Visit, for all visits; write its brief.")
	r.list("", 0, -1, what, "Forms have no standards and no points, so no visit has a score yet. Add standards, and points to the questions.")
	r.list("", 0, -1, what, "Forms have no plan and no levels. A visit of 30 minutes each month and levels at 80 and 90 %% were put in; change them.")
	p := &programme.Programme{
		Key: r.key, Name: r.title, ChangeNote: "Taken from an XLSForm.",
		Visit:     programme.VisitPlan{Minutes: 30, ReportDueHours: 24, VisitsPerBranch: 1, Wave: programme.WaveMonthly},
		Scenarios: []programme.Scenario{{ID: "visit", Title: "Visit", Share: 100}},
		Policy:    programme.Policy{Wow: programme.WowSeparate},
		Levels:    programme.Levels{GoodMinBP: 8000, WowMinBP: 9000, WowMinShareBP: 5000},
		Sections:  sections,
	}
	r.conditioned(p)
	return p
}

// conditioned gives a form of ours whose own sheet is lost the scenarios and features that its conditions name.
func (r *reader) conditioned(p *programme.Programme) {
	if l := r.lists[nameScenario]; l != nil && r.asked[nameScenario] != nil {
		p.Scenarios = nil
		for i, c := range l.items {
			share := 100 / len(l.items)
			if i == 0 {
				share = 100 - share*(len(l.items)-1)
			}
			p.Scenarios = append(p.Scenarios, programme.Scenario{ID: c.name, Title: c.label, Share: share})
		}
	}
	if l := r.lists[nameFeatures]; l != nil && r.asked[nameFeatures] != nil {
		p.Features = l.names()
	}
}

// newSection opens a section for questions outside groups.
func (r *reader) newSection() {
	s := programme.Section{ID: unique(r.secIDs, code(orElse(strings.Trim(wordOf(strings.ToLower(r.key), true), "_"), "form"))), Title: r.title}
	r.sections, r.loose = append(r.sections, s), true
	if n := len(r.sections); n > 1 {
		r.sections[n-1].Title, _ = line(fmt.Sprintf("%s (%d)", r.title, n), 300)
	}
}
