package edit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// maxLines that are pasted at once.
const maxLines = 200

// PasteQuestions makes a question of every line. Numbering and bullets go, empty lines are skipped. After the text may stand,
// behind tabs or |, in any order: a kind, points, and a standard by id or title. Fields in errors are “line 12”.
type PasteQuestions struct {
	Section string // "": a new section
	At      int    // place of the first, from 1; 0: at the end
	Text    string
}

func (PasteQuestions) drops() bool { return false }

func (o PasteQuestions) do(w *work) error {
	if o.Section != "" && sectionAt(w.p, o.Section) < 0 {
		return gone(Ref{Kind: Section, ID: o.Section})
	}
	rows, err := pasted(o.Text)
	if err != nil {
		return err
	}
	section := o.Section
	if section == "" {
		section = w.newSection()
		w.p.Sections = append(w.p.Sections, programme.Section{ID: section, Title: "New section"})
		w.touch(Ref{Kind: Section, ID: section}, "")
	}
	var bad fault.Fields
	for i, row := range rows {
		if wrong := w.pasteQuestion(section, o.At, i, row); wrong != "" {
			row.wrong(&bad, wrong)
		}
	}
	w.open = Ref{Kind: Section, ID: section}
	w.say(fmt.Sprintf("Pasted %s into %s.", catalogue.Count(len(rows), "question", "questions"), Label(w.p, w.open)))
	return bad.Err()
}

// pastedRow is one line that holds something.
type pastedRow struct {
	line  int // from 1
	cells []string
}

// wrong notes what is the matter with a line. The message says which line, because all of them stand in one control.
func (r pastedRow) wrong(bad *fault.Fields, what string) {
	bad.Add(fmt.Sprintf("line %d", r.line), fmt.Sprintf("Line %d: %s", r.line, what))
}

// pasted splits a text into rows of cells.
func pasted(text string) ([]pastedRow, error) {
	var rows []pastedRow
	for i, line := range strings.Split(tidyLines(text), "\n") {
		if cells := cellsOf(line); len(cells) > 0 && (len(rows) > 0 || !isHead(cells)) {
			rows = append(rows, pastedRow{line: i + 1, cells: cells})
		}
	}
	var bad fault.Fields
	switch {
	case len(rows) == 0:
		bad.Add("text", "Paste at least one line.")
	case len(rows) > maxLines:
		bad.Addf("text", "These are %d lines. Paste at most %d at once.", len(rows), maxLines)
	}
	return rows, bad.Err()
}

// tidyLines evens line ends and leaves the lines where they are.
func tidyLines(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u00a0", " ", "\ufeff", "").Replace(strings.ToValidUTF8(text, ""))
}

// isHead reports whether a row is the head of a table.
func isHead(cells []string) bool {
	first := strings.ToLower(cells[0])
	return len(cells) > 1 && (first == "question" || first == "text" || first == "questions")
}

// cellsOf splits a line at tabs, or at | when it has no tabs; nil when there is nothing in it.
func cellsOf(line string) []string {
	sign := "\t"
	if !strings.Contains(strings.TrimSpace(line), sign) {
		sign = "|"
	}
	var cells []string
	for _, c := range strings.Split(strings.Trim(line, " \t|"), sign) {
		cells = append(cells, strings.TrimSpace(c))
	}
	if len(cells) > 1 && numbering.ReplaceAllString(cells[0]+" ", "") == "" { // a column of numbers
		cells = cells[1:]
	}
	if cells[0] = bare(cells[0]); cells[0] == "" {
		return nil
	}
	return cells
}

// numbering is what lists put before their entries: 1. 1.2 1) (a) a. - • * [ ]
var numbering = regexp.MustCompile(`^\s*(?:(?:[-–—•*·▪◦‣●○]|\(?\d{1,3}(?:\.\d{1,3})*[.):]|\d{1,3}(?:\.\d{1,3})+|\(?[A-Za-z]\)|[A-Za-z]\.|\[[ xX]?\]|☐|Q\d{1,3}[.:)])\s+)+`)

// bare takes numbering and bullets off a line.
func bare(line string) string {
	return strings.TrimSpace(numbering.ReplaceAllString(strings.Trim(line, " \t")+" ", ""))
}

// pasteQuestion makes the question of one row and says what is wrong with it.
func (w *work) pasteQuestion(section string, at, nth int, row pastedRow) string {
	q := programme.Question{ID: w.newQuestion(section), Kind: programme.YesNo, Text: row.cells[0]}
	points := ""
	for _, cell := range row.cells[1:] {
		switch std := w.standardNamed(cell); {
		case cell == "":
		case isPoints(cell):
			points = cell
		case std != "":
			q.Standard = std
		default:
			if wrong := readKind(&q, cell); wrong != "" {
				return wrong
			}
		}
	}
	q.Required = !q.Kind.Optional()
	if wrong := earn(&q, points); wrong != "" {
		return wrong
	}
	s, _ := w.p.Section(section)
	if at > 0 {
		at += nth
	}
	s.Questions = place(s.Questions, at, q)
	w.touch(Ref{Kind: Question, ID: q.ID}, "")
	return ""
}

// isPoints reports whether a cell is a number.
func isPoints(cell string) bool {
	_, ok := scaled(cell, 4)
	return ok
}

// standardNamed finds a standard by its id or title.
func (w *work) standardNamed(cell string) string {
	for i := range w.p.Standards {
		if s := &w.p.Standards[i]; strings.EqualFold(s.ID, cell) || s.Title != "" && strings.EqualFold(s.Title, cell) {
			return s.ID
		}
	}
	return ""
}

// kindWords are what people call the kinds, beside the file's own words.
var kindWords = map[string]programme.Kind{
	"yes/no": programme.YesNo, "yes / no": programme.YesNo, "yes no": programme.YesNo, "y/n": programme.YesNo, "one of": programme.Choice,
	"single choice": programme.Choice, "several of": programme.Multi, "multiple choice": programme.Multi, "checkboxes": programme.Multi,
	"scale": programme.Rating, "words": programme.Text, "comment": programme.Text, "minutes": programme.Duration, "seconds": programme.Duration,
	"amount": programme.Money, "staff": programme.StaffName, "name": programme.StaffName, "staff name": programme.StaffName, "stars": programme.Rating,
}

// kindNamed finds a kind by any of its words.
func kindNamed(word string) (programme.Kind, bool) {
	word = strings.ToLower(strings.TrimSpace(word))
	if k, ok := kindWords[word]; ok {
		return k, true
	}
	k := programme.Kind(strings.ReplaceAll(word, " ", "_"))
	return k, slices.Contains(programme.Kinds(), k)
}

// scaleWords reads “rating 0-10”.
var scaleWords = regexp.MustCompile(`^(rating|scale|stars)\s+(-?\d{1,4})\s*(?:-|–|to|…)\s*(-?\d{1,4})$`)

// readKind reads a kind with what may follow it: “rating 0-10”, “choice: a, b, c”.
func readKind(q *programme.Question, cell string) string {
	word, list, listed := strings.Cut(cell, ":")
	if m := scaleWords.FindStringSubmatch(strings.ToLower(word)); m != nil {
		lo, _ := scaled(m[2], 0)
		hi, _ := scaled(m[3], 0)
		q.Kind, q.ScaleLo, q.ScaleHi = programme.Rating, int(lo), int(hi)
		return ""
	}
	k, ok := kindNamed(word)
	if !ok {
		return fmt.Sprintf("%q is no kind of question, no number of points and no standard. Kinds are yes/no, choice, multi, rating, number, duration, money, level, wow, text, time, date, photo, receipt, staff name.", short(cell))
	}
	q.Kind = programme.Text
	turn(q, k)
	q.Kind = k
	if strings.EqualFold(strings.TrimSpace(word), "seconds") {
		q.Unit = programme.UnitSeconds
	}
	switch {
	case !listed:
		return ""
	case !HasOptions(k):
		return fmt.Sprintf("A question of kind %s has no list of answers.", k)
	}
	for _, label := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' }) {
		q.Options = append(q.Options, programme.Option{Code: optionCode(q, label), Label: strings.TrimSpace(label)})
	}
	return ""
}

// optionCode makes a code that the question does not have yet.
func optionCode(q *programme.Question, label string) string {
	w := work{p: &programme.Programme{Sections: []programme.Section{{Questions: []programme.Question{*q}}}}}
	return w.newWord(Option, q.ID, label, "option")
}

// earn gives a question its points: of options the first earns them.
func earn(q *programme.Question, typed string) string {
	if typed == "" {
		return ""
	}
	n, ok := scaled(typed, 2)
	if !ok || n < 0 {
		return fmt.Sprintf("%q cannot be points: a number of 0 or more with at most two decimals.", short(typed))
	}
	p := programme.Points(n)
	switch q.Kind {
	case programme.YesNo, programme.Rating:
		q.Points, q.HasPoints = p, true
	case programme.LevelKind:
		q.Good.Points = p
	case programme.WowKind:
		q.Wow.Points = p
	case programme.Choice, programme.Multi:
		for i := range q.Options {
			q.Options[i].HasPoints = true
			q.Options[i].Points = onlyWhen(i == 0, p)
		}
	case programme.Number, programme.Duration, programme.Money, programme.Text, programme.Time, programme.Date, programme.Photo, programme.Receipt,
		programme.StaffName, programme.Attention:
		return fmt.Sprintf("A question of kind %s takes no points here. Leave them out; numbers earn points by bands.", q.Kind)
	}
	return ""
}

// PasteOptions makes an option of every line, its points behind a tab or |. Fields in errors are “line 12”.
type PasteOptions struct {
	Question string
	Text     string
}

func (PasteOptions) drops() bool { return false }

func (o PasteOptions) do(w *work) error {
	r := Ref{Kind: Question, ID: o.Question}
	q, _, ok := w.p.Question(o.Question)
	if !ok {
		return gone(r)
	}
	if !HasOptions(q.Kind) {
		return fault.Newf(fault.Invalid, "A question of kind %s has no options. Change its kind to choice or multi first.", q.Kind)
	}
	rows, err := pasted(o.Text)
	if err != nil {
		return err
	}
	scored := q.Scored() || slices.ContainsFunc(rows, func(r pastedRow) bool { return len(r.cells) > 1 && r.cells[1] != "" })
	var bad fault.Fields
	for i := range q.Options {
		q.Options[i].HasPoints = scored
	}
	for _, row := range rows {
		x := programme.Option{Code: w.newWord(Option, q.ID, row.cells[0], "option"), Label: row.cells[0], HasPoints: scored}
		if len(row.cells) > 1 && row.cells[1] != "" {
			n, ok := scaled(row.cells[1], 2)
			if x.Points = programme.Points(n); !ok {
				row.wrong(&bad, "Behind the words stand points: a number such as 2.")
			}
		}
		q.Options = append(q.Options, x)
		w.touch(Ref{Kind: Option, ID: x.Code, Of: q.ID}, "")
	}
	w.open, w.own = r, append(w.own, r)
	w.say(fmt.Sprintf("Pasted %s into %s.", catalogue.Count(len(rows), "option", "options"), Label(w.p, r)))
	return bad.Err()
}
