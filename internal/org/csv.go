package org

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
)

// Bounds of a file of branches.
const (
	MaxImportBytes = 5 << 20
	MaxImportLines = 20_000
	maxShownErrors = 50
)

// columns are the columns of a file of branches, in the order of an export.
var columns = []string{
	"code", "name", "region", "format", "channel", "kind", "zone", "address", "features", "latitude", "longitude", "active",
}

// ImportError is one thing that is wrong with a file.
type ImportError struct {
	Line    int    // 1 is the header
	Column  string // name of the column, "" for the whole line
	Message string
}

// record is one line of a file.
type record struct {
	line  int
	cells map[string]string // by column, only columns that the file has
}

// has reports whether the file has a column.
func (r record) has(column string) bool {
	_, ok := r.cells[column]
	return ok
}

// problems collects what is wrong with a file and keeps the first fifty.
type problems struct {
	list  []ImportError
	total int
}

func (p *problems) add(line int, column, message string) {
	p.total++
	if len(p.list) < maxShownErrors {
		p.list = append(p.list, ImportError{line, column, message})
	}
}

// readCSV reads a file into records. An error is for a file that is no use at all.
func readCSV(src io.Reader, bad *problems) ([]record, error) {
	text, err := readText(src)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = r.Comma != '\t'
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		bad.add(1, "", "The file is empty. Its first line names the columns: "+strings.Join(columns, ", ")+".")
		return nil, nil //nolint:nilerr // what is wrong stands in bad
	}
	names, ok := readHeader(header, bad)
	if !ok {
		return nil, nil
	}
	return readRecords(r, names, bad)
}

// readText takes at most MaxImportBytes of UTF-8, without a byte order mark.
func readText(src io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(src, MaxImportBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxImportBytes {
		return nil, fault.New(fault.TooLarge, "The file is larger than 5 MB. Split it and import the parts one after the other.")
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

// readHeader gives the column of each cell; false when the file cannot be read by it.
func readHeader(header []string, bad *problems) ([]string, bool) {
	names := make([]string, len(header))
	before := bad.total
	for i, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		switch {
		case name == "" && i == len(header)-1: // a separator at the end of each line
		case !slices.Contains(columns, name):
			bad.add(1, h, unknownColumn(name))
		case slices.Contains(names[:i], name):
			bad.add(1, name, "The column “"+name+"” stands there twice. Remove one.")
		default:
			names[i] = name
		}
	}
	if !slices.Contains(names, "code") {
		bad.add(1, "code", "The column “code” is missing. It says which branch a line is about.")
	}
	return names, bad.total == before
}

func unknownColumn(name string) string {
	if like := programme.Nearest(name, columns); like != "" {
		return "There is no column “" + name + "”. Did you mean “" + like + "”?"
	}
	return "There is no column “" + name + "”. The columns are " + strings.Join(columns, ", ") + "."
}

// readRecords reads the lines after the header, empty ones left out.
func readRecords(r *csv.Reader, names []string, bad *problems) ([]record, error) {
	var out []record
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			line, message := brokenLine(err)
			bad.add(line, "", message)
			return nil, nil
		}
		line, _ := r.FieldPos(0)
		if len(out) == MaxImportLines {
			return nil, fault.Newf(fault.TooLarge, "The file has more than %d branches. Split it and import the parts one after the other.", MaxImportLines)
		}
		if rec, ok := readRecord(line, cells, names, bad); ok {
			out = append(out, rec)
		}
	}
}

func brokenLine(err error) (int, string) {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return pe.StartLine, "A quotation mark in this line has no partner, so the file cannot be read from here on."
	}
	return 0, "The file cannot be read."
}

func readRecord(line int, cells, names []string, bad *problems) (record, bool) {
	rec := record{line: line, cells: make(map[string]string, len(names))}
	for _, name := range names {
		if name != "" {
			rec.cells[name] = ""
		}
	}
	filled := false
	for i, cell := range cells {
		cell = unguard(strings.TrimSpace(cell))
		filled = filled || cell != ""
		if i < len(names) && names[i] != "" {
			rec.cells[names[i]] = cell
		} else if cell != "" {
			bad.add(line, "", "This line has more cells than there are columns. Quote a cell that contains the separator.")
			return rec, false
		}
	}
	return rec, filled
}

// guard keeps a spreadsheet from taking a cell for a formula; a cell that looks guarded is guarded once more.
func guard(cell string) string {
	switch {
	case cell == "":
	case strings.ContainsRune("=+-@\t\r", rune(cell[0])), cell[0] == '\'' && guard(cell[1:]) != cell[1:]:
		return "'" + cell
	}
	return cell
}

// unguard takes away what guard put there, so that an exported file can be imported.
func unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && guard(cell[1:]) == cell {
		return cell[1:]
	}
	return cell
}

// writeCSV writes branches as a file that can be imported again.
func writeCSV(w io.Writer, bs []Branch, t *Tree) error {
	out := csv.NewWriter(w)
	for _, b := range bs {
		if err := out.Write(csvCells(b, t)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvCells(b Branch, t *Tree) []string {
	cells := []string{
		b.Code, b.Name, t.Path(b.Region), b.Format, string(b.Channel), string(b.Kind), b.Zone, b.Address,
		strings.Join(b.Features, " "), "", "", yesNo(b.Active),
	}
	for i, c := range cells {
		cells[i] = guard(c)
	}
	if b.HasPlace { // numbers, which no spreadsheet takes for a formula
		cells[9], cells[10] = degrees(b.Latitude), degrees(b.Longitude)
	}
	return cells
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
