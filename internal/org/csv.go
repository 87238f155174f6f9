package org

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"plainclothes/internal/programme"
	"plainclothes/internal/tablefile"
)

// Bounds of a file of branches.
const (
	MaxImportBytes = 5 << 20
	MaxImportLines = 20_000
)

// columns are the columns of a file of branches, in the order of an export.
var columns = []string{
	"code", "name", "region", "format", "channel", "kind", "zone", "address", "features", "latitude", "longitude", "active",
}

// branchFile is what a file of branches is taken for.
var branchFile = tablefile.Kind{
	MaxBytes: MaxImportBytes, TooLarge: "The file is larger than 5 MB. Split it and import the parts one after the other.",
	MaxLines: MaxImportLines, TooLong: "The file has more than " + strconv.Itoa(MaxImportLines) + " branches. Split it and import the parts one after the other.",
	Empty: "The file is empty. Its first line names the columns: " + strings.Join(columns, ", ") + ".",
	Wrong: unknownColumn,
	Needs: [][2]string{{"code", "The column “code” is missing. It says which branch a line is about."}},
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

// readCSV reads a file into records. An error is for a file that is no use at all; where the file cannot be read to its end there
// are none.
func readCSV(src io.Reader, bad *tablefile.Problems) ([]record, error) {
	var out []record
	err := tablefile.Read(src, &branchFile, bad, func(l *tablefile.Line) error {
		rec := record{line: l.Number, cells: make(map[string]string, len(columns))}
		for _, name := range columns {
			if l.Has(name) {
				rec.cells[name] = l.Cell(name)
			}
		}
		out = append(out, rec)
		return nil
	})
	return out, err
}

// unknownColumn is what is wrong with a column's name, "" for nothing.
func unknownColumn(name string) string {
	if slices.Contains(columns, name) {
		return ""
	}
	if like := programme.Nearest(name, columns); like != "" {
		return "There is no column “" + name + "”. Did you mean “" + like + "”?"
	}
	return "There is no column “" + name + "”. The columns are " + strings.Join(columns, ", ") + "."
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
		cells[i] = tablefile.Guard(c)
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
