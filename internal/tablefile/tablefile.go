// Package tablefile reads files of lines that people bring: branches, sales. It takes them as spreadsheets save them, with commas,
// semicolons or tabs between the cells, a byte order mark, any line ends and quotation marks.
//
// The one rule: what is wrong with a line is noted with its line and column, and reading goes on, so that a person mends a file
// once and not twenty times. An error is only for a file that is no use at all.
package tablefile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"plainclothes/internal/fault"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	Line    int    // 1 is the header, 0 the file as a whole
	Column  string // name of the column, "" for the whole line
	Message string // a sentence, with the way out
}

// mostKept is how many problems are kept; a person mends those first.
const mostKept = 50

// Problems collects what is wrong with a file and keeps the first fifty.
type Problems struct {
	List  []Problem
	Total int
}

// Add notes a problem.
func (p *Problems) Add(line int, column, message string) {
	p.Total++
	if len(p.List) < mostKept {
		p.List = append(p.List, Problem{line, column, message})
	}
}

// InOrder lists the problems by line.
func (p *Problems) InOrder() []Problem {
	slices.SortStableFunc(p.List, func(a, b Problem) int { return a.Line - b.Line })
	return p.List
}

// Kind is what a file is taken for.
type Kind struct {
	MaxBytes int
	TooLarge string // a sentence, for a file of more bytes
	MaxLines int
	TooLong  string              // a sentence, for a file of more lines
	Empty    string              // a sentence that names the columns, for a file without a line
	Wrong    func(string) string // what is wrong with the name of a column, "" for nothing
	Needs    [][2]string         // columns that must be there, each with the sentence for a file without it
}

// Line is one line of a file. Its cells are good until the next one is read.
type Line struct {
	Number int
	Commas bool // commas are decimal marks here: what separates the cells is another sign
	names  []string
	at     map[string]int
	cells  []string
}

// Columns lists the names of the file's columns, in order.
func (l *Line) Columns() []string { return l.names }

// Has reports whether the file has a column.
func (l *Line) Has(column string) bool {
	_, ok := l.at[column]
	return ok
}

// Cell gives what stands in a column, "" where the line ends before it or the file lacks it.
func (l *Line) Cell(column string) string {
	i, ok := l.at[column]
	if !ok || i >= len(l.cells) {
		return ""
	}
	return Unguard(strings.TrimSpace(l.cells[i]))
}

// Read hands over the lines of a file that are not empty. Names of columns are taken in small letters; where the header is wrong no
// line is read.
func Read(src io.Reader, k *Kind, bad *Problems, each func(*Line) error) error {
	text, err := k.text(src)
	if err != nil {
		return err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = r.Comma != '\t'
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		bad.Add(1, "", k.Empty)
		return nil //nolint:nilerr // what is wrong stands in bad
	}
	names, ok := k.header(header, bad)
	if !ok {
		return nil
	}
	l := Line{Commas: r.Comma != ',', at: map[string]int{}}
	for i, name := range names {
		if name != "" {
			l.at[name], l.names = i, append(l.names, name)
		}
	}
	return k.lines(r, &l, bad, each)
}

// text takes at most MaxBytes of UTF-8, without a byte order mark.
func (k *Kind) text(src io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(src, int64(k.MaxBytes)+1))
	if err != nil {
		return nil, err
	}
	if len(text) > k.MaxBytes {
		return nil, fault.New(fault.TooLarge, k.TooLarge)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "The file is not UTF-8 text. Save it as “CSV UTF-8” and try again.")
	}
	return text, nil
}

// separator is what separates the names in the first line: spreadsheets write semicolons where a comma is the decimal mark.
func separator(text []byte) rune {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := ',', 0
	for _, sep := range []rune{',', ';', '\t'} {
		if n := strings.Count(string(first), string(sep)); n > most {
			best, most = sep, n
		}
	}
	return best
}

// header gives the column of each cell; false when the file cannot be read by it.
func (k *Kind) header(header []string, bad *Problems) ([]string, bool) {
	names := make([]string, len(header))
	before := bad.Total
	for i, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		if name == "" && i == len(header)-1 { // a separator at the end of each line
			continue
		}
		if wrong := k.Wrong(name); wrong != "" {
			bad.Add(1, h, wrong)
			continue
		}
		if slices.Contains(names[:i], name) {
			bad.Add(1, name, "The column “"+name+"” stands there twice. Remove one.")
			continue
		}
		names[i] = name
	}
	for _, needed := range k.Needs {
		if !slices.Contains(names, needed[0]) {
			bad.Add(1, needed[0], needed[1])
		}
	}
	return names, bad.Total == before
}

// lines reads the lines after the header, empty ones left out.
func (k *Kind) lines(r *csv.Reader, l *Line, bad *Problems, each func(*Line) error) error {
	for n := 0; ; {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			line, message := broken(err)
			bad.Add(line, "", message)
			return nil
		}
		if l.cells = cells; l.empty() {
			continue
		}
		if n++; n > k.MaxLines {
			return fault.New(fault.TooLarge, k.TooLong)
		}
		l.Number, _ = r.FieldPos(0)
		if l.spills() {
			bad.Add(l.Number, "", "This line has more cells than there are columns. Quote a cell that contains the separator.")
			continue
		}
		if err := each(l); err != nil {
			return err
		}
	}
}

// filled reports whether something stands in a cell.
func filled(cell string) bool { return Unguard(strings.TrimSpace(cell)) != "" }

func (l *Line) empty() bool { return !slices.ContainsFunc(l.cells, filled) }

// spills reports whether something stands beyond the last column, or in one without a name, which only the last can be.
func (l *Line) spills() bool {
	return len(l.cells) > len(l.at) && slices.ContainsFunc(l.cells[len(l.at):], filled)
}

func broken(err error) (int, string) {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return pe.StartLine, "A quotation mark in this line has no partner, so the file cannot be read from here on."
	}
	return 0, "The file cannot be read."
}

// Guard keeps a spreadsheet from taking a cell for a formula; a cell that looks guarded is guarded once more.
func Guard(cell string) string {
	switch {
	case cell == "":
	case strings.ContainsRune("=+-@\t\r", rune(cell[0])), cell[0] == '\'' && Guard(cell[1:]) != cell[1:]:
		return "'" + cell
	}
	return cell
}

// Unguard takes away what Guard put there, so that an exported file can be brought in.
func Unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && Guard(cell[1:]) == cell {
		return cell[1:]
	}
	return cell
}
