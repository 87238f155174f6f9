package xlsform

import (
	"slices"
	"strings"
)

// table is a sheet read by the names over its columns.
type table struct {
	name    string
	at      map[string]int // column of a name
	columns []column
	rows    []row
}

// column is one name over a column.
type column struct {
	name     string // without the language, such as label
	language string // of label::French (fr)
	at       int
}

// aliases are other names that forms in use have for a column.
var aliases = map[string]string{
	"relevance": "relevant", "caption": "label", "value": "name", "command": "type", "list": "list_name", "readonly": "read_only",
	"constraint_msg": "constraint_message", "constraining_message": "constraint_message", "bind::jr::constraintmsg": "constraint_message",
	"tag": "name", "count": "repeat_count", "jr::count": "repeat_count", "control::jr::count": "repeat_count",
	"calculate": "calculation", "bind::calculate": "calculation", "bind::readonly": "read_only", "title": "form_title", "set_form_title": "form_title", "id_string": "form_id", "set_form_id": "form_id",
	"image": "media::image", "audio": "media::audio", "video": "media::video", "bind::relevant": "relevant", "bind::required": "required",
	"bind::constraint": "constraint", "control::appearance": "appearance",
}

// spoken are the columns that may stand once for each language.
var spoken = []string{"label", "hint", "constraint_message", "required_message", "guidance_hint", "media::image", "media::audio", "media::video", "media::big-image"}

// heading reads the name over a column.
func heading(text string, at int) column {
	parts := strings.Split(strings.ReplaceAll(text, "::", ":"), ":")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	key := func(ps []string) string {
		k := strings.ReplaceAll(strings.ToLower(strings.Join(ps, "::")), " ", "_")
		if a, ok := aliases[k]; ok {
			return a
		}
		return k
	}
	if len(parts) > 1 {
		if base := key(parts[:len(parts)-1]); slices.Contains(spoken, base) {
			return column{base, parts[len(parts)-1], at}
		}
	}
	return column{key(parts), "", at}
}

// table reads a sheet whose first row has the names; nil without such a sheet.
func (r *reader) table(name string) (*table, error) {
	for _, s := range r.book.sheets {
		if !strings.EqualFold(strings.TrimSpace(s.name), name) {
			continue
		}
		sh, err := r.book.read(s)
		if err != nil {
			return nil, err
		}
		return r.headed(sh), nil
	}
	return nil, nil //nolint:nilnil // a form need not have choices or settings
}

// headed takes the names off a sheet.
func (r *reader) headed(s *sheet) *table {
	t := &table{name: s.name, at: map[string]int{}}
	if len(s.rows) == 0 {
		return t
	}
	head := s.rows[0]
	for i, c := range head.cells {
		if c.text == "" {
			continue
		}
		col := heading(c.text, i)
		key := col.name + "::" + col.language
		if _, twice := t.at[key]; twice {
			r.wrong(t.name, head.number, i, "The column %q stands twice. Keep one of them.", short(c.text))
			continue
		}
		t.at[key] = i
		t.columns = append(t.columns, col)
	}
	t.rows = s.rows[1:]
	nameless := map[int]bool{}
	for _, x := range t.rows {
		for i, c := range x.cells {
			if c.text != "" && (i >= len(head.cells) || head.cells[i].text == "") && !nameless[i] {
				nameless[i] = true
				r.list(t.name, x.number, i, c.text, "Nothing stands over this column, so it was not read.")
			}
			if c.formula {
				r.list(t.name, x.number, i, c.text, "This cell is a formula. The value that it had when the file was saved was taken.")
			}
			if c.date {
				r.list(t.name, x.number, i, c.text, "The spreadsheet keeps this as a date, perhaps because it looked like one when it was typed. Format the column as text and type it again if it is none.")
			}
		}
	}
	return t
}

// col gives a column without a language, -1 when the sheet lacks it.
func (t *table) col(name string) int {
	if t == nil {
		return -1
	}
	if i, ok := t.at[name+"::"]; ok {
		return i
	}
	if i, ok := t.at[name]; ok { // a name with its language
		return i
	}
	return -1
}

// alias lets the words in a form's own language be read as if the column did not name it.
func (t *table) alias(language string) {
	if t == nil || language == "" {
		return
	}
	for _, name := range []string{"label", "hint"} {
		i, spoken := t.at[name+"::"+language]
		if _, plain := t.at[name+"::"]; spoken && !plain {
			t.at[name+"::"] = i
		}
	}
}

// cell gives a row's text in a column, "" when there is none.
func (x *row) cell(col int) string {
	if col < 0 || col >= len(x.cells) {
		return ""
	}
	return x.cells[col].text
}

// words gives everything that a row says, for a list.
func (x *row) words() string {
	var all []string
	for _, c := range x.cells {
		if c.text != "" {
			all = append(all, c.text)
		}
	}
	return strings.Join(all, " ")
}

// get gives a row's text by the column's name.
func (t *table) get(x *row, name string) string { return x.cell(t.col(name)) }

// say gives a row's text in the form's language, else without a language, else in any language; at is its column.
func (t *table) say(x *row, name, language string) (text string, at int) {
	at = -1
	for _, c := range t.columns {
		if c.name != name || x.cell(c.at) == "" {
			continue
		}
		switch {
		case language != "" && sameLanguage(c.language, language):
			return x.cell(c.at), c.at
		case text == "" || c.language == "":
			text, at = x.cell(c.at), c.at
		}
	}
	return text, at
}

// sameLanguage compares "English (en)" with "English", "en" or itself.
func sameLanguage(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	short := func(s string) (string, string) {
		name, code, _ := strings.Cut(strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), ")")), "(")
		return strings.TrimSpace(name), strings.TrimSpace(code)
	}
	an, ac := short(a)
	bn, bc := short(b)
	if ac != "" && bc != "" { // Chinese (zh-Hans) is not Chinese (zh-Hant)
		return ac == bc
	}
	return an != "" && (an == bn || an == bc || ac != "" && (ac == bn || ac == bc))
}

// language chooses the language of a form: its default, else the words without one, else the first.
func (t *table) language(wanted string) string {
	first, plain := "", false
	for _, c := range t.columns {
		if c.name != "label" {
			continue
		}
		if wanted != "" && sameLanguage(c.language, wanted) {
			return c.language
		}
		if c.language == "" {
			plain = true
		} else if first == "" {
			first = c.language
		}
	}
	if plain {
		return ""
	}
	return first
}
