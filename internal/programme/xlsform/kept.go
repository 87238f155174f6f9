package xlsform

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"plainclothes/internal/programme"
)

// keptSheet holds the whole programme, so that nothing is lost on the way through other tools.
const keptSheet = "plainclothes"

// keptHead are the words over its two columns; keptNote is for people who open it.
const (
	keptPart = "part"
	keptText = "text"
	keptNote = "note"
	keptWhy  = "This sheet holds what XLSForm has no place for: standards, points, scenarios. Plainclothes reads it again; leave it as it is."
	// keptSize is how many characters one cell takes, at most two units of Excel each: half its limit.
	keptSize = 15_000
)

// keep writes the programme into cells.
func keep(p *programme.Programme) [][]string {
	rows := [][]string{{keptPart, keptText}, {keptNote, keptWhy}}
	for _, f := range unseen(p) {
		rows = append(rows, []string{keptNote, f.What + ": " + f.Why})
	}
	text := []rune(string(p.Canonical()))
	for len(text) > 0 {
		n := min(len(text), keptSize)
		// White space at the ends of a cell is not safe: another tool may trim it.
		for n > 1 && n < len(text) && (unicode.IsSpace(text[n-1]) || unicode.IsSpace(text[n])) {
			n--
		}
		rows = append(rows, []string{"json", string(text[:n])})
		text = text[n:]
	}
	return rows
}

// kept is a programme that was found in its sheet, with the rows that it would be written as.
type kept struct {
	base    *programme.Programme
	same    bool // the rows are still those
	rows    map[string]record
	lists   map[string][]record
	changed map[string]bool // lists that differ
	survey  *table
}

// openKept reads the sheet that Write left, if there is one and it is sound.
func (r *reader) openKept(survey, choices, settings *table) error {
	t, err := r.table(keptSheet)
	if err != nil || t == nil {
		return err
	}
	var text strings.Builder
	for i := range t.rows {
		if t.get(&t.rows[i], keptPart) == "json" {
			text.WriteString(t.get(&t.rows[i], keptText))
		}
	}
	base, err := programme.FromCanonical([]byte(text.String()))
	if err != nil {
		r.list(t.name, 0, -1, "The sheet "+keptSheet, "It was changed and cannot be read any more, so standards, points and scenarios are not in it. Export the form again to get them.")
		return nil //nolint:nilerr // what can still be read is read, and the loss is listed
	}
	b := build(base)
	for _, t := range []*table{survey, choices} {
		t.alias(b.own)
	}
	k := &kept{base: base, survey: survey, rows: map[string]record{}, lists: byList(b.choices), changed: map[string]bool{}}
	for _, x := range b.survey {
		if x["name"] != "" {
			k.rows[x["name"]] = x
		}
	}
	is := byList(records(choices, b.keys(choicesHead)))
	for name := range k.lists {
		k.changed[name] = !slices.EqualFunc(k.lists[name], is[name], equalRecord)
	}
	k.same = slices.EqualFunc(b.survey, records(survey, b.keys(surveyHead)), equalRecord) && len(is) == len(k.lists) &&
		!slices.Contains(slices.Collect(maps.Values(k.changed)), true) &&
		slices.EqualFunc([]record{b.settings}, records(settings, b.keys(settingsHead)), equalRecord)
	r.kept = k
	return nil
}

// records reads a sheet by its heads.
func records(t *table, head []string) []record {
	if t == nil {
		return nil
	}
	out := make([]record, 0, len(t.rows))
	for i := range t.rows {
		x := record{}
		for _, h := range head {
			x[h] = t.get(&t.rows[i], h)
		}
		out = append(out, x)
	}
	return out
}

// equalRecord compares what a sheet can show of two rows.
func equalRecord(a, b record) bool {
	for _, keys := range []record{a, b} {
		for k := range keys {
			if clean(a[k]) != clean(b[k]) {
				return false
			}
		}
	}
	return true
}

// byList puts choices under the names of their lists.
func byList(choices []record) map[string][]record {
	out := map[string][]record{}
	for _, c := range choices {
		out[c["list_name"]] = append(out[c["list_name"]], c)
	}
	return out
}

// changes reports whether a cell of the row differs from what was written.
func (k *kept) changes(x *row, was record, name string) bool {
	return clean(was[name]) != k.survey.get(x, name)
}

// armed takes back the sign that keeps spreadsheets from taking words for formulas.
func armed(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) {
		return s[1:]
	}
	return s
}

// section gives a group that came out of Write what a form has no place for.
func (k *kept) section(r *reader, x *row, s *programme.Section) {
	if k == nil {
		return
	}
	was, ok := k.rows[k.survey.get(x, "name")]
	base, known := k.base.Section(s.ID)
	if !ok || !known || was["pc_kind"] != kindSection {
		return
	}
	s.Stage, s.Title = base.Stage, armed(s.Title)
	if !k.changes(x, was, "label") {
		s.Title = base.Title
	}
	if !k.changes(x, was, "relevant") {
		s.ShowIf = base.ShowIf
		r.unlist(x, "relevant")
	}
}

// unlist takes back findings about a cell that needed none.
func (r *reader) unlist(x *row, name string) {
	col := letters(r.survey.col(name))
	r.findings = slices.DeleteFunc(r.findings, func(f Finding) bool { return f.Row == x.number && f.Sheet == r.survey.name && f.Column == col })
}

// question gives a row that came out of Write what a form has no place for. Words that were changed in the form stay
// changed; a question whose type was changed is a new one.
func (k *kept) question(r *reader, x *row, q *programme.Question, s *subject) {
	if k == nil {
		return
	}
	name := k.survey.get(x, "name")
	was, ok := k.rows[name]
	base, _, known := k.base.Question(name)
	q.Text, q.Hint = armed(q.Text), armed(q.Hint)
	if !ok || !known || base.ID != q.ID {
		r.list(r.survey.name, x.number, r.survey.col("name"), name, "This question is new, so it has no points and no standard yet.")
		return
	}
	if k.changes(x, was, "type") {
		r.list(r.survey.name, x.number, r.survey.col("type"), k.survey.get(x, "type"), "The type was changed from %s, so points, standard and rules of the question are gone.", was["type"])
		return
	}
	k.merge(r, x, q, was, *base)
	s.kind = q.Kind
	for _, c := range []string{"pc_id", "pc_kind", "pc_standard", "pc_points", "constraint", "constraint_message", "appearance", "parameters"} {
		if k.changes(x, was, c) {
			r.list(r.survey.name, x.number, r.survey.col(c), k.survey.get(x, c), "This was changed in the form, but it is not read from there. Change it in the draft.")
		}
	}
}

// merge puts the changes of a row over the question that it was.
func (k *kept) merge(r *reader, x *row, q *programme.Question, was record, base programme.Question) {
	read := *q
	*q = base
	if k.changes(x, was, "label") {
		q.Text = read.Text
	}
	if k.changes(x, was, "hint") {
		q.Hint = read.Hint
	}
	if k.changes(x, was, "required") {
		q.Required = read.Required
	}
	if k.changes(x, was, "relevant") {
		q.ShowIf = read.ShowIf
	} else {
		r.unlist(x, "relevant")
	}
	_, list, _ := strings.Cut(was["type"], " ")
	if k.changed[list] {
		k.relist(r, x, q, &read)
	}
}

// relist takes the choices as they are now; those that stay keep their points, and new ones earn none.
func (k *kept) relist(r *reader, x *row, q, read *programme.Question) {
	if len(q.Options) == 0 || len(read.Options) == 0 {
		r.list(r.survey.name, x.number, r.survey.col("type"), k.survey.get(x, "type"), "The choices of this question were changed in the form, but they belong to its kind. Change them in the draft.")
		return
	}
	q.NAAllowed = read.NAAllowed
	options := make([]programme.Option, 0, len(read.Options))
	for _, o := range read.Options {
		if old, ok := q.Option(o.Code); ok {
			kept := *old
			kept.Label = armed(o.Label)
			options = append(options, kept)
			continue
		}
		n := programme.Option{Code: o.Code, Label: armed(o.Label), HasPoints: q.Options[0].HasPoints}
		if n.HasPoints {
			r.list(r.survey.name, x.number, r.survey.col("type"), o.Label, "This choice is new and earns 0 points. Change that in the draft.")
		}
		options = append(options, n)
	}
	q.Options = options
	k.prune(r, x, q)
}

// prune takes rules away that name choices which are gone.
func (k *kept) prune(r *reader, x *row, q *programme.Question) {
	gone := func(c string) bool {
		_, ok := q.Option(c)
		return !ok && c != programme.CodeNA && c != programme.CodeNotObserved
	}
	if q.Critical != nil {
		c := *q.Critical
		if c.When = slices.DeleteFunc(slices.Clone(c.When), gone); len(c.When) < len(q.Critical.When) {
			r.list(r.survey.name, x.number, r.survey.col("type"), q.ID, "Its critical named choices that are gone.")
		}
		if q.Critical = &c; len(c.When) == 0 {
			q.Critical = nil
		}
	}
	if q.Comment != nil && len(q.Comment.When) > 0 {
		c := *q.Comment
		if c.When = slices.DeleteFunc(slices.Clone(c.When), gone); len(c.When) < len(q.Comment.When) {
			r.list(r.survey.name, x.number, r.survey.col("type"), q.ID, "Its rule for comments named choices that are gone.")
		}
		if q.Comment = &c; len(c.When) == 0 {
			q.Comment = nil
		}
	}
}

// whole puts the sections into the programme that the form came from.
func (k *kept) whole(r *reader, sections []programme.Section) *programme.Programme {
	p := *k.base
	if r.key != k.base.Key {
		r.list("settings", 2, -1, r.key, "The form_id was changed, so this is taken for another programme.")
	}
	p.Key, p.Name, p.Sections = r.key, armed(r.title), sections
	has := func(id string) bool {
		return slices.ContainsFunc(sections, func(s programme.Section) bool { return s.ID == id })
	}
	p.Policy.Weights = slices.DeleteFunc(slices.Clone(p.Policy.Weights), func(w programme.SectionWeight) bool { return !has(w.Section) })
	for _, s := range k.base.Sections {
		if !has(s.ID) {
			r.list("survey", 0, -1, s.Title, "This section is no longer in the form, so it is gone from the programme.")
		}
	}
	for _, s := range k.base.Sections {
		for _, q := range s.Questions {
			if !slices.ContainsFunc(sections, func(s programme.Section) bool {
				return slices.ContainsFunc(s.Questions, func(x programme.Question) bool { return x.ID == q.ID })
			}) {
				r.list("survey", 0, -1, q.ID, "This question is no longer in the form, so it is gone from the programme.")
			}
		}
	}
	return &p
}

// contextRow takes a row that conditions ask about the visit.
func (r *reader) contextRow(x *row) {
	name := r.survey.get(x, "name")
	to, ok := map[string]string{nameScenario: "scenario", nameChannel: "channel", nameFormat: "format", nameFeatures: "branch"}[name]
	if !ok {
		r.wrong(r.survey.name, x.number, r.survey.col("pc_kind"), "%q is nothing that conditions can ask about a visit. Empty this cell to make it a question.", short(name))
		return
	}
	_, list, _ := strings.Cut(r.survey.get(x, "type"), " ")
	if r.kept != nil && r.kept.changed[list] {
		r.list(r.survey.name, x.number, r.survey.col("type"), list, "This list was changed in the form, but scenarios and features are not read from there. Change them in the draft.")
	}
	r.asked[name] = &subject{id: to, context: to}
}
