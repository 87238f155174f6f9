package xlsform

import (
	"strings"

	"plainclothes/internal/programme"
)

// maxOptions of one question.
const maxOptions = 100

// choiceList is one list of the sheet choices.
type choiceList struct {
	name  string
	items []choice
	at    map[string]int // of each name
}

// choice is one row of it.
type choice struct {
	name, label string
	row         int
	words       map[string]string // the label in other languages, by tag
}

// names gives the names of a list.
func (l *choiceList) names() []string {
	out := make([]string, len(l.items))
	for i := range l.items {
		out[i] = l.items[i].name
	}
	return out
}

// index gives the place of a name, -1 when the list lacks it.
func (l *choiceList) index(name string) int {
	if i, ok := l.at[name]; ok {
		return i
	}
	return -1
}

// choices reads the sheet choices.
func (r *reader) choices(t *table, wanted string) {
	if t == nil {
		return
	}
	listCol, nameCol := t.col("list_name"), t.col("name")
	if listCol < 0 || nameCol < 0 {
		r.wrong(t.name, 1, -1, "The first row needs the columns list_name, name and label. They are not all there.")
		return
	}
	language := t.language(orElse(r.language, wanted))
	for i := range t.rows {
		x := &t.rows[i]
		list, name := x.cell(listCol), x.cell(nameCol)
		label, at := t.say(x, "label", language)
		switch {
		case list == "" && name == "" && label == "":
			continue
		case list == "":
			r.wrong(t.name, x.number, listCol, "This choice belongs to no list. Fill in its list_name.")
			continue
		case name == "":
			r.wrong(t.name, x.number, nameCol, "This choice has no name. Give it one.")
			continue
		case label == "":
			label = name
			r.list(t.name, x.number, nameCol, name, "This choice has no label, so its name is shown.")
		}
		r.choice(t, choice{name, r.fit(t.name, x.number, at, label, 300, true), x.number, r.spokenIn(t, x, "label", 300, true)}, list)
	}
	r.unusedColumns(t, []string{"list_name", "name", "label", "pc_points"}, "Only the names and labels of choices are carried.")
}

// choice adds one choice to its list.
func (r *reader) choice(t *table, c choice, list string) {
	l := r.lists[list]
	if l == nil {
		l = &choiceList{name: list, at: map[string]int{}}
		r.lists[list] = l
	}
	i := l.index(c.name)
	if i >= 0 && r.doubles {
		r.list(t.name, c.row, t.col("name"), c.label, "The list %s has the choice %s already, in row %d, and choices are not filtered here. This one was not taken.", short(list), short(c.name), l.items[i].row)
		return
	}
	if i >= 0 {
		r.wrong(t.name, c.row, t.col("name"), "The list %s has the choice %q twice; the first is in row %d. Give each a name of its own.", short(list), short(c.name), l.items[i].row)
		return
	}
	l.at[c.name] = len(l.items)
	l.items = append(l.items, c)
}

// fit cuts what is too long for its place, and lists it.
func (r *reader) fit(sheet string, row, col int, s string, n int, oneLine bool) string {
	out, cut := limit(s, n)
	if oneLine {
		out, cut = line(s, n)
	}
	if cut {
		r.list(sheet, row, col, s, "This has more than %d characters. The rest was cut off.", n)
	}
	return out
}

// isNA reports whether a choice means that the question does not apply.
func isNA(c choice) bool {
	for _, s := range []string{c.name, c.label} {
		switch strings.NewReplacer("_", " ", "-", " ", "/", "", ".", "").Replace(strings.ToLower(s)) {
		case "na", "n a", "not applicable", "does not apply":
			return true
		}
	}
	return false
}

// isNotObserved reports whether a choice is our word for not observed.
func isNotObserved(c choice) bool { return c.name == programme.CodeNotObserved }

// yesNo says which of two choices is yes and which is no.
func yesNo(items []choice) (map[string]string, bool) {
	if len(items) != 2 {
		return nil, false
	}
	out := map[string]string{}
	for _, c := range items {
		label := strings.ToLower(strings.Trim(c.label, " .!"))
		name := strings.ToLower(c.name)
		switch {
		case label == "yes" || name == "yes" && label != "no":
			out[c.name] = programme.Yes
		case label == "no" || name == "no" && label != "yes":
			out[c.name] = programme.No
		}
	}
	return out, len(out) == 2 && out[items[0].name] != out[items[1].name]
}
