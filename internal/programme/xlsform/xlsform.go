// Package xlsform reads and writes programmes as XLSForm, the open standard of ODK and Kobo: an .xlsx workbook with the
// sheets survey, choices and settings (xlsform.org).
//
// Nothing is dropped silently: whatever the other side cannot hold is listed, cell by cell, as a Finding. A workbook that is
// broken, or that tries to harm, is refused with sheet, row and column. Time and memory are bounded whatever the input.
package xlsform

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
)

// A Finding is one thing of a form that did not come along, or came along changed.
type Finding struct {
	Sheet  string // "" for the workbook as a whole
	Row    int    // from 1; 0 for a whole sheet
	Column string // the letter over the column; "" for a whole row
	What   string // the words of the cell, or what was made of it
	Why    string // a whole sentence
}

// Place gives "survey!C7", "survey, row 7", "survey", or "" for the workbook.
func (f Finding) Place() string {
	switch {
	case f.Row == 0:
		return f.Sheet
	case f.Column == "":
		return f.Sheet + ", row " + strconv.Itoa(f.Row)
	}
	return f.Sheet + "!" + f.Column + strconv.Itoa(f.Row)
}

// String gives a line for a terminal.
func (f Finding) String() string {
	out := f.What + ": " + f.Why
	if p := f.Place(); p != "" {
		out = p + ": " + out
	}
	return out
}

// maxFindings of one form are told, and the rest is counted; maxKept bounds the memory that a hopeless form can take.
const (
	maxFindings = 500
	maxKept     = 5000
)

// Read makes a programme of an XLSForm workbook of at most 3 MB. The Programme is nil when an Error is among the problems;
// a Problem's Path is the cell, Line its row and Column its number. A form that Write made gives back the programme it was
// made of; a foreign one becomes the least programme that can hold its questions, and the findings say what that lacks.
func Read(src []byte) (*programme.Programme, []Finding, programme.Problems) {
	r := &reader{ids: map[string]bool{}, lists: map[string]*choiceList{}, asked: map[string]*subject{}, named: map[string][]int{}}
	p := r.read(src)
	if r.problems.Errors() > 0 {
		return nil, nil, r.told()
	}
	return p, r.found(), r.told()
}

// Write gives the programme as an XLSForm workbook, and what other tools will not see of it. The sheet plainclothes holds
// the programme whole, so that Read gives it back. Equal programmes give equal bytes.
func Write(p *programme.Programme) ([]byte, []Finding, error) {
	b := build(p)
	src, err := b.bytes()
	if err != nil {
		return nil, nil, fmt.Errorf("write xlsform: %w", err)
	}
	if len(src) > maxBytes {
		return nil, nil, fmt.Errorf("write xlsform: %d bytes are more than a form may have", len(src))
	}
	return src, unseen(p), nil
}

// Looks reports whether src begins as a workbook does, new or old, or as a sheet of one saved as CSV, and not as a
// programme file.
func Looks(src []byte) bool {
	head := string(src[:min(len(src), 300)])
	return strings.HasPrefix(head, zipMark) || strings.HasPrefix(head, oleMark) || isCSV(head)
}

// isCSV reports whether a text begins with the heads of a survey, or of choices.
func isCSV(head string) bool {
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(head, "\uFEFF")), "\n")
	cells := strings.FieldsFunc(first, func(r rune) bool { return strings.ContainsRune(",;\t\" \r", r) })
	return len(cells) > 2 && (slices.Contains(cells, "type") || slices.Contains(cells, "list_name")) && slices.Contains(cells, "name") && !strings.Contains(first, ": ")
}

// list notes a finding.
func (r *reader) list(sheet string, row, col int, what, why string, args ...any) {
	if len(r.findings) >= maxKept {
		r.more++
		return
	}
	r.findings = append(r.findings, Finding{Sheet: sheet, Row: row, Column: letters(col), What: short(what), Why: fmt.Sprintf(why, args...)})
}

// wrong notes an error at a cell; col -1 is the whole row.
func (r *reader) wrong(sheet string, row, col int, message string, args ...any) {
	if len(r.problems) >= maxKept {
		return
	}
	f := Finding{Sheet: sheet, Row: row, Column: letters(col)}
	r.problems = append(r.problems, programme.Problem{Line: row, Column: col + 1, Path: f.Place(), Message: fmt.Sprintf(message, args...)})
}

// maxProblems of one form are told at once.
const maxProblems = 50

// told gives the problems, the first fifty of them.
func (r *reader) told() programme.Problems {
	if len(r.problems) <= maxProblems {
		return r.problems
	}
	more := programme.Problem{Message: fmt.Sprintf("And %d more. Mend these first, then look again.", len(r.problems)-maxProblems)}
	return append(r.problems[:maxProblems:maxProblems], more)
}

// found gives the findings, with a count of those beyond what anyone reads.
func (r *reader) found() []Finding {
	if len(r.findings) <= maxFindings {
		return r.findings
	}
	more := Finding{What: fmt.Sprintf("And %d more", len(r.findings)-maxFindings+r.more), Why: "Only the first are listed."}
	return append(r.findings[:maxFindings:maxFindings], more)
}

// short cuts words for a list.
func short(s string) string {
	const most = 120
	if rs := []rune(s); len(rs) > most {
		return string(rs[:most]) + "…"
	}
	return s
}

// letters gives the name of a column: A for 0, AA for 26; "" below 0.
func letters(col int) string {
	out := ""
	for n := col + 1; n > 0; n = (n - 1) / 26 {
		out = string(rune('A'+(n-1)%26)) + out
	}
	return out
}
