package compare

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvTable reads a table with a header, one line at a time; memory does not grow with its length.
type csvTable struct {
	lines  *bufio.Reader // nil once a line has a quotation mark
	quoted *csv.Reader   // what reads from there on
	before int           // lines that it does not know of
	header []string
	at     map[string]int
	row    []string
	line   int
}

// byteOrderMark is what some programs write before the first column, also where that stands in quotation marks.
const byteOrderMark = "\ufeff"

// newCSVTable reads the header. Columns are trimmed; a byte order mark is ignored.
func newCSVTable(r io.Reader) (*csvTable, error) {
	t := &csvTable{lines: bufio.NewReaderSize(r, 1<<16), at: map[string]int{}}
	if mark, _ := t.lines.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = t.lines.Discard(len(byteOrderMark)) // it was peeked: nothing is read here
	}
	more, err := t.next()
	if err != nil {
		return nil, err
	}
	if !more {
		return nil, Problems{{Message: "The table is empty; its first line must name the columns."}}
	}
	bad := t.otherSeparator()
	for i, name := range t.row {
		name = strings.TrimSpace(name)
		if _, twice := t.at[name]; twice {
			bad.add(1, name, "this column stands twice; leave one out")
		}
		t.header = append(t.header, name)
		t.at[name] = i
	}
	return t, bad.err()
}

// otherSeparator refuses a table that has no commas but what else separates values: taken as it is, it would be one column that nobody
// asked for.
func (t *csvTable) otherSeparator() (bad Problems) {
	if len(t.row) != 1 {
		return nil
	}
	switch {
	case strings.Contains(t.row[0], ";"):
		bad.add(1, "", "the values are separated by semicolons; save the table with commas")
	case strings.Contains(t.row[0], "\t"):
		bad.add(1, "", "the values are separated by tabs; save the table with commas")
	}
	return bad
}

// next moves to the next line; false at the end. Lines without a quotation mark, in most tables all, are split here, which
// is several times as fast as a reader of everything that CSV may be.
func (t *csvTable) next() (bool, error) {
	for t.lines != nil {
		text, err := t.readLine()
		if err != nil && (text == "" || !errors.Is(err, io.EOF)) {
			return false, atEnd(err)
		}
		if strings.IndexByte(text, '"') >= 0 {
			t.unquote(text)
			break
		}
		t.line++
		if text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r"); text == "" {
			continue
		}
		return true, t.split(text)
	}
	row, err := t.quoted.Read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, asProblem(err, t.before)
	}
	t.row = row
	t.line, _ = t.quoted.FieldPos(0)
	t.line += t.before
	return true, nil
}

// atEnd is what is wrong with a reader that gave no line.
func atEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return fmt.Errorf("read table: %w", err)
}

// readLine gives a line with its end.
func (t *csvTable) readLine() (string, error) {
	part, err := t.lines.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return string(part), err
	}
	whole := bytes.Clone(part)
	rest, err := t.lines.ReadBytes('\n')
	return string(append(whole, rest...)), err
}

// unquote leaves this line and all after it to the reader of everything.
func (t *csvTable) unquote(text string) {
	t.quoted = csv.NewReader(io.MultiReader(strings.NewReader(text), t.lines))
	t.quoted.ReuseRecord, t.quoted.FieldsPerRecord = true, len(t.header)
	t.lines, t.before = nil, t.line
}

func (t *csvTable) split(text string) error {
	t.row = t.row[:0]
	for {
		at := strings.IndexByte(text, ',')
		if at < 0 {
			break
		}
		t.row, text = append(t.row, text[:at]), text[at+1:]
	}
	t.row = append(t.row, text)
	if t.header != nil && len(t.row) != len(t.header) {
		return Problems{{Line: t.line, Message: otherLength}}
	}
	return nil
}

// otherLength is what is wrong with a line that does not have a value for each column.
const otherLength = "this line has more or fewer values than the header has columns"

func (t *csvTable) has(column string) bool {
	_, ok := t.at[column]
	return ok
}

// column is where a column stands, −1 for one that the table lacks.
func (t *csvTable) column(name string) int {
	if i, ok := t.at[name]; ok {
		return i
	}
	return -1
}

// value is a trimmed value of the present line, empty for column −1.
func (t *csvTable) value(column int) string {
	if column < 0 {
		return ""
	}
	return strings.TrimSpace(t.row[column])
}

// cell is value by a column's name.
func (t *csvTable) cell(column string) string { return t.value(t.column(column)) }

// asProblem says a parser's error in words, the line counted from so many before; an error of the reader itself is passed on.
func asProblem(err error, before int) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("read table: %w", err)
	}
	line := p.Line + before
	switch {
	case errors.Is(p.Err, csv.ErrFieldCount):
		return Problems{{Line: line, Message: otherLength}}
	case errors.Is(p.Err, csv.ErrQuote), errors.Is(p.Err, csv.ErrBareQuote):
		return Problems{{Line: line, Message: `a quotation mark is not closed or stands inside a value; write a value with one as "…""…"`}}
	}
	return Problems{{Line: line, Message: p.Err.Error()}}
}
