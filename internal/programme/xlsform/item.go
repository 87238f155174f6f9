package xlsform

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// left are the types that have no counterpart, and why.
var left = map[string]string{
	"calculate": "Nothing is calculated here.", "hidden": "Nothing is hidden here.", "start": "When a visit begins is kept anyway.",
	"end": "When a visit ends is kept anyway.", "today": "The day of a visit is kept anyway.", "deviceid": "Which device is used is not asked.",
	"username": "Who visits is known.", "phonenumber": "Who visits is known.", "email": "Who visits is known.", "subscriberid": "Who visits is known.",
	"simserial": "Which device is used is not asked.", "audit": "What a device does is not watched.", "start-geopoint": "Where a visit is made is known from the branch.",
	"geopoint": "Where a visit is made is known from the branch.", "geotrace": "Ways on a map are not asked.", "geoshape": "Areas on a map are not asked.",
	"barcode": "Barcodes are not read.", "audio": "Sound is not recorded.", "background-audio": "Sound is not recorded.", "video": "Films are not recorded.",
	"file": "Only photos are taken.", "xml-external": "Other files are not read.", "csv-external": "Other files are not read.", "osm": "Maps are not edited.",
	"rank": "Nothing is ranked here.", "rank__level": "Nothing is ranked here.", "select_one_from_file": "Choices out of other files are not read. Put them on the sheet choices.",
	"select_multiple_from_file": "Choices out of other files are not read. Put them on the sheet choices.", "select_one_external": "Choices out of external_choices are not read. Put them on the sheet choices.",
	"select_multiple_external": "Choices out of external_choices are not read. Put them on the sheet choices.", "background-geopoint": "Where a visit is made is known from the branch.",
}

// types are what becomes a question.
var types = []string{"select_one", "select_multiple", "score__row", "integer", "decimal", "range", "text", "date", "time", "datetime", "image", "note", "acknowledge", "trigger"}

// item reads a row that is no group.
func (r *reader) item(x *row, kind, typ string) {
	t := r.survey
	name := t.get(x, "name")
	why, gone := left[kind]
	if !gone && !slices.Contains(types, kind) {
		r.wrong(t.name, x.number, t.col("type"), "%q is no type of XLSForm. It can be select_one LIST, select_multiple LIST, integer, decimal, text, date, time, image and others.", short(typ))
		return
	}
	if name == "" && kind != "note" && !gone {
		r.wrong(t.name, x.number, t.col("name"), "This question has no name. Give it one, of letters, digits and _.")
		return
	}
	r.once(name, x)
	for _, g := range r.groups {
		if g.kind == "rank" || g.kind == "kobomatrix" {
			return // listed with its group
		}
	}
	if gone {
		r.list(t.name, x.number, t.col("type"), typ+" "+name, "%s", why)
		if r.asked[name] == nil && name != "" {
			r.asked[name] = &subject{id: name}
		}
		return
	}
	if kind == "note" {
		r.noteOf(x)
		return
	}
	r.question(x, kind, typ)
}

// noteOf keeps a note for the question after it.
func (r *reader) noteOf(x *row) {
	text, _ := r.survey.say(x, "label", r.language)
	if hint, _ := r.survey.say(x, "hint", r.language); hint != "" {
		text = strings.TrimSpace(text + "\n" + hint)
	}
	r.flushNote()
	r.note, r.noteRow, r.noteSaid = text, x.number, r.spokenIn(r.survey, x, "label", 4000, false)
	for tag, s := range r.spokenIn(r.survey, x, "hint", 4000, false) {
		r.noteSaid = orEmpty(r.noteSaid)
		r.noteSaid[tag] = strings.TrimSpace(r.noteSaid[tag] + "\n" + s)
	}
	r.perCell(x, "relevant", "The note goes with the question after it, whatever this condition says.")
	for _, name := range []string{"required", "constraint", "default", "calculation"} {
		if name == "default" || !isNo(r.survey.get(x, name)) {
			r.perCell(x, name, "A note is only read, so it has no such setting here.")
		}
	}
}

// question makes a question of a row.
func (r *reader) question(x *row, kind, typ string) {
	t := r.survey
	name := t.get(x, "name")
	if len(r.groups) == 0 && (!r.loose || len(r.sections) == 0) {
		r.newSection()
	}
	q := &programme.Question{ID: unique(r.ids, identifier(name)), Required: r.required(x)}
	s := &subject{id: q.ID, twice: r.asked[name] != nil}
	r.translateQuestion(x, q, r.noteSaid)
	r.words(x, q)
	q.ShowIf = r.shown(x)
	if !r.kind(x, q, s, kind, typ) {
		r.asked[name] = &subject{id: name, twice: s.twice}
		return
	}
	s.kind = q.Kind
	r.kept.question(r, x, q, s)
	r.asked[name] = s
	if q.ID != name {
		r.list(t.name, x.number, t.col("name"), name, "Ids are unique and have letters, digits and _ only, a letter first. The question is called %s.", q.ID)
	}
	for col, why := range map[string]string{
		"default": "Answers begin empty.", "read_only": "All questions can be answered.", "choice_filter": "All choices are always offered.",
		"calculation": "Nothing is calculated here.", "trigger": "Nothing is calculated here.",
	} {
		if col == "default" || !isNo(t.get(x, col)) {
			r.perCell(x, col, why)
		}
	}
	at := &r.sections[len(r.sections)-1]
	at.Questions = append(at.Questions, *q)
}

// words reads label, hint and the note before.
func (r *reader) words(x *row, q *programme.Question) {
	t := r.survey
	label, at := t.say(x, "label", r.language)
	if label == "" {
		label = t.get(x, "name")
		r.list(t.name, x.number, t.col("name"), label, "This question has no label, so its name is shown.")
	}
	if reference.MatchString(label) {
		r.list(t.name, x.number, at, label, "Answers are not put into the words of later questions; ${…} is shown as it stands.")
	}
	q.Text = r.fit(t.name, x.number, at, label, 4000, false)
	hint, at := t.say(x, "hint", r.language)
	if r.note != "" {
		r.list(t.name, r.noteRow, t.col("type"), r.note, "Notes are no rows of their own here. This one stands in the hint of %s.", q.ID)
		hint = strings.TrimSpace(r.note + "\n" + hint)
		r.note, r.noteSaid = "", nil
	}
	q.Hint = r.fit(t.name, x.number, at, hint, 4000, false)
}

// required reads yes, true and their other writings.
func (r *reader) required(x *row) bool {
	v := r.survey.get(x, "required")
	if !isYes(v) && !isNo(v) {
		r.perCell(x, "required", "A question is required always or never here. This one need not be answered.")
	}
	return isYes(v)
}

// isYes and isNo read the words that forms have for true and false.
func isYes(s string) bool {
	return slices.Contains([]string{"yes", "true", "true()", "1", "y"}, strings.ToLower(s))
}

func isNo(s string) bool {
	return slices.Contains([]string{"", "no", "false", "false()", "0", "n"}, strings.ToLower(s))
}

// shown joins the conditions of a question and of the groups around it below the section.
func (r *reader) shown(x *row) *programme.Condition {
	var all []string
	for i, g := range r.groups {
		if i > 0 && g.cond != "" {
			all = append(all, g.cond)
		}
	}
	if own := r.relevant(x); own != "" {
		all = append(all, own)
	}
	if len(all) == 0 {
		return nil
	}
	for i := range all {
		if len(all) > 1 && strings.Contains(all[i], " || ") {
			all[i] = "(" + all[i] + ")"
		}
	}
	src := strings.Join(all, " && ")
	if len([]rune(src)) > maxCondition {
		r.list(r.survey.name, x.number, r.survey.col("relevant"), src, "Together with the conditions of its groups this is too long; the question is always asked.")
		return nil
	}
	return &programme.Condition{Source: src}
}

// kind fills what belongs to the type; false when the question does not come along.
func (r *reader) kind(x *row, q *programme.Question, s *subject, kind, typ string) bool {
	t := r.survey
	constrained := true
	switch kind {
	case "select_one", "select_multiple", "score__row":
		constrained = false
		if !r.choose(x, q, s, kind, typ) {
			return false
		}
	case "integer":
		if constrained = !r.scaled(x, q); constrained && !r.wholes {
			r.wholes = true
			r.list(t.name, x.number, t.col("type"), typ, "Numbers here may have decimals. This and all other whole numbers became questions for a number.")
		}
	case "decimal":
		q.Kind = programme.Number
	case "range":
		r.ranged(x, q)
	case "text":
		q.Kind = programme.Text
		constrained = !r.minChars(x, q)
	case "date", "time":
		q.Kind = programme.Kind(kind)
	case "datetime":
		q.Kind = programme.Date
		r.list(t.name, x.number, t.col("type"), typ, "Day and time are asked apart. This one asks the day; add a question for the time.")
	case "image":
		q.Kind = programme.Photo
		if a := t.get(x, "appearance"); strings.Contains(a, "signature") || strings.Contains(a, "draw") || strings.Contains(a, "annotate") {
			r.perCell(x, "appearance", "Nobody draws or signs here; a photo is asked for.")
		}
	case "acknowledge", "trigger":
		q.Kind = programme.YesNo
		s.codes, s.order = map[string]string{"OK": programme.Yes}, []string{"OK"}
		r.list(t.name, x.number, t.col("type"), typ, "There is no box to tick; it became a question with yes and no.")
	}
	if r.kept == nil {
		r.limits(x, kind, constrained)
	}
	return true
}

// limits lists what a foreign form says of the answers that it takes.
func (r *reader) limits(x *row, kind string, constrained bool) {
	t, why := r.survey, "The page says by itself what is missing."
	switch {
	case constrained:
		r.perCell(x, "constraint", "Answers are not limited so; the shopper can enter any.")
		why = "Without the constraint there is nothing to say."
	case strings.HasPrefix(kind, "select"):
		r.perCell(x, "constraint", "Choices are not limited so.")
		why = "Without the constraint there is nothing to say."
	}
	if msg, at := t.say(x, "constraint_message", r.language); msg != "" {
		r.list(t.name, x.number, at, msg, "%s", why)
	}
	if kind != "range" {
		r.perCell(x, "parameters", "Only a range has parameters here.")
	}
}

// listOf gives the list that a select names, and whether it has a choice for anything else. The name of a list may have
// spaces where the sheet choices has them.
func (r *reader) listOf(typ string) (name string, other bool) {
	_, rest, _ := strings.Cut(strings.Join(strings.Fields(oneWord(typ)), " "), " ")
	if m := orOther.FindStringIndex(rest); m != nil {
		rest, other = rest[:m[0]], true
	}
	return rest, other
}

// orOther is how a select asks for a choice Other.
var orOther = regexp.MustCompile(`(?i) (?:or_other|or other|or specify other)$`)

// choose makes yes_no, choice, multi or rating of a select.
func (r *reader) choose(x *row, q *programme.Question, s *subject, kind, typ string) bool {
	t := r.survey
	name, other := r.listOf(typ)
	if n := len(r.groups); kind == "score__row" && n > 0 {
		name = r.groups[n-1].list
	}
	if strings.HasPrefix(name, "${") {
		r.list(t.name, x.number, t.col("type"), typ, "Choices out of the answers of a repeat are not offered. The question was not taken.")
		return false
	}
	l := r.lists[name]
	if l == nil {
		r.wrong(t.name, x.number, t.col("type"), "There is no list %q on the sheet choices. Add it, or mend its name here.", short(name))
		return false
	}
	if len(l.items) > maxOptions {
		r.list(t.name, x.number, t.col("type"), typ, "The list has %d choices; at most %d are offered. The question was not taken.", len(l.items), maxOptions)
		return false
	}
	s.codes, s.gone = map[string]string{}, map[string]bool{}
	items := r.reservedChoices(x, q, s, l)
	if len(items) == 0 {
		r.list(t.name, x.number, t.col("type"), typ, "No choice is left to answer with. The question was not taken.")
		return false
	}
	if yn, ok := yesNo(items); ok && kind != "select_multiple" && !other {
		q.Kind, s.codes, s.order = programme.YesNo, yn, []string{items[0].name, items[1].name}
		return true
	}
	if strings.Contains(t.get(x, "appearance"), "likert") && kind == "select_one" && !other && r.likert(x, q, s, items) {
		return true
	}
	q.Kind = programme.Choice
	if kind == "select_multiple" {
		q.Kind = programme.Multi
	}
	r.options(x, q, s, items)
	r.translateOptions(q, items, s.codes)
	if other {
		r.other(x, q, s)
	}
	return true
}

// reservedChoices takes out the choices that are answers of their own here.
func (r *reader) reservedChoices(x *row, q *programme.Question, s *subject, l *choiceList) []choice {
	var items []choice
	for _, c := range l.items {
		switch {
		case isNA(c):
			q.NAAllowed = true
			s.gone[c.name] = true
			if r.kept == nil {
				r.list(r.survey.name, x.number, r.survey.col("type"), c.label, "Not a choice here but an answer of its own: the question may not apply.")
			}
		case isNotObserved(c):
			s.gone[c.name] = true
			if r.kept == nil {
				r.list(r.survey.name, x.number, r.survey.col("type"), c.label, "Not a choice here: any question with points may be left not observed.")
			}
		default:
			items = append(items, c)
		}
	}
	return items
}

// likert makes a rating of choices that are numbers without a gap.
func (r *reader) likert(x *row, q *programme.Question, s *subject, items []choice) bool {
	lo, err := strconv.Atoi(items[0].name)
	step := 1
	if err == nil && len(items) > 1 && items[1].name == strconv.Itoa(lo-1) {
		step = -1
	}
	for i, c := range items {
		if err != nil || c.name != strconv.Itoa(lo+i*step) {
			return false
		}
	}
	hi := lo + (len(items)-1)*step
	q.Kind, q.ScaleLo, q.ScaleHi = programme.Rating, min(lo, hi), max(lo, hi)
	if q.ScaleLo == q.ScaleHi || q.ScaleLo < -1000 || q.ScaleHi > 1000 {
		return false
	}
	for _, c := range items {
		s.codes[c.name] = c.name
		s.order = append(s.order, c.name)
		if c.label != c.name && r.kept == nil {
			r.list(r.survey.name, x.number, r.survey.col("type"), c.name+" = "+c.label, "The steps of a rating are numbers; their labels were not taken. Say in the hint what they mean.")
		}
	}
	return true
}

// options makes options of choices.
func (r *reader) options(x *row, q *programme.Question, s *subject, items []choice) {
	taken := map[string]bool{}
	for _, c := range items {
		to := unique(taken, code(c.name))
		if to != c.name {
			r.list(r.survey.name, x.number, r.survey.col("type"), c.name, "Codes have letters, digits, _ and - only. The choice has the code %s.", to)
		}
		s.codes[c.name] = to
		s.order = append(s.order, c.name)
		q.Options = append(q.Options, programme.Option{Code: to, Label: c.label})
	}
}

// other adds the choice that or_other stands for; its words become the comment.
func (r *reader) other(x *row, q *programme.Question, s *subject) {
	if _, has := s.codes["other"]; !has {
		s.codes["other"] = "other"
		s.order = append(s.order, "other")
		q.Options = append(q.Options, programme.Option{Code: "other", Label: "Other"})
	}
	q.Comment = &programme.CommentRule{When: []string{s.codes["other"]}}
	if words := r.survey.get(x, "name") + "_other"; r.asked[words] == nil {
		r.asked[words] = &subject{id: words}
	}
	r.list(r.survey.name, x.number, r.survey.col("type"), "or_other", "There is a choice Other; its words are asked for as the comment.")
}

var (
	between = regexp.MustCompile(`^\(?\s*\.\s*>=\s*(-?\d{1,4})\s+and\s+\.\s*<=\s*(-?\d{1,4})\s*\)?$`)
	turned  = regexp.MustCompile(`^\(?\s*\.\s*<=\s*(-?\d{1,4})\s+and\s+\.\s*>=\s*(-?\d{1,4})\s*\)?$`)
	longer  = regexp.MustCompile(`^string-length\(\s*\.\s*\)\s*(>=|>)\s*(\d{1,4})$`)
)

// scaled makes a rating of an integer that is limited to a short scale, else a number; true when the limits came along.
func (r *reader) scaled(x *row, q *programme.Question) bool {
	q.Kind = programme.Number
	src := straight.Replace(r.survey.get(x, "constraint"))
	m := between.FindStringSubmatch(src)
	if t := turned.FindStringSubmatch(src); t != nil {
		m = []string{t[0], t[2], t[1]}
	}
	if m == nil {
		return false
	}
	lo, _ := strconv.Atoi(m[1])
	hi, _ := strconv.Atoi(m[2])
	if lo < 0 || lo > 1 || hi <= lo || hi > 10 {
		return false
	}
	q.Kind, q.ScaleLo, q.ScaleHi = programme.Rating, lo, hi
	return true
}

// equals is the sign between a parameter and its value.
var equals = regexp.MustCompile(`\s*=\s*`)

// ranged makes a rating of a range of whole steps, else a number.
func (r *reader) ranged(x *row, q *programme.Question) {
	at := map[string]string{"start": "1", "end": "10", "step": "1"}
	for _, f := range strings.FieldsFunc(equals.ReplaceAllString(r.survey.get(x, "parameters"), "="), func(c rune) bool { return c == ' ' || c == ';' || c == ',' || c == '\n' }) {
		if k, v, ok := strings.Cut(f, "="); ok {
			at[strings.ToLower(k)] = plainNumber(strings.Trim(v, `'"`))
		}
	}
	lo, err1 := strconv.Atoi(at["start"])
	hi, err2 := strconv.Atoi(at["end"])
	if err1 == nil && err2 == nil && at["step"] == "1" && lo < hi && hi-lo <= 100 && lo >= -1000 && hi <= 1000 {
		q.Kind, q.ScaleLo, q.ScaleHi = programme.Rating, lo, hi
		return
	}
	q.Kind = programme.Number
	r.list(r.survey.name, x.number, r.survey.col("parameters"), fmt.Sprintf("start=%s end=%s step=%s", at["start"], at["end"], at["step"]),
		"A rating has whole steps, at most 100. The question asks for a number instead, without limits.")
}

// minChars reads the length that a text needs.
func (r *reader) minChars(x *row, q *programme.Question) bool {
	m := longer.FindStringSubmatch(r.survey.get(x, "constraint"))
	if m == nil {
		return false
	}
	n, _ := strconv.Atoi(m[2])
	if m[1] == ">" {
		n++
	}
	if n > 5000 {
		return false
	}
	q.MinChars = n
	return true
}
