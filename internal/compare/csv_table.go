package compare

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvTable reads a table with a header, one line at a time; memory does not grow with its length.
type csvTable struct {
	reader *csv.Reader
	header []string
	at     map[string]int
	row    []string
	line   int
}

// newCSVTable reads the header. Columns are trimmed; a byte order mark is ignored.
func newCSVTable(r io.Reader) (*csvTable, error) {
	t := &csvTable{reader: csv.NewReader(r), at: map[string]int{}}
	t.reader.ReuseRecord = true
	header, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, Problems{{Message: "The table is empty; its first line must name the columns."}}
	}
	if err != nil {
		return nil, asProblem(err)
	}
	var bad Problems
	for i, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if _, twice := t.at[name]; twice {
			bad.add(1, name, "this column stands twice; leave one out")
		}
		t.header = append(t.header, name)
		t.at[name] = i
	}
	return t, bad.err()
}

// next moves to the next line; false at the end.
func (t *csvTable) next() (bool, error) {
	row, err := t.reader.Read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, asProblem(err)
	}
	t.row = row
	t.line, _ = t.reader.FieldPos(0)
	return true, nil
}

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

// asProblem says a parser's error in words; an error of the reader itself is passed on.
func asProblem(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return fmt.Errorf("read table: %w", err)
	}
	switch {
	case errors.Is(p.Err, csv.ErrFieldCount):
		return Problems{{Line: p.Line, Message: "this line has more or fewer values than the header has columns"}}
	case errors.Is(p.Err, csv.ErrQuote), errors.Is(p.Err, csv.ErrBareQuote):
		return Problems{{Line: p.Line, Message: `a quotation mark is not closed or stands inside a value; write a value with one as "…""…"`}}
	}
	return Problems{{Line: p.Line, Message: p.Err.Error()}}
}
