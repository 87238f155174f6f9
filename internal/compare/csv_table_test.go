package compare

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// rowsOf reads a table to its end, or to what is wrong with it.
func rowsOf(text string) (rows [][]string, lines []int, err error) {
	t, err := newCSVTable(strings.NewReader(text))
	if err != nil {
		return nil, nil, err
	}
	for {
		more, err := t.next()
		if err != nil || !more {
			return rows, lines, err
		}
		rows, lines = append(rows, slices.Clone(t.row)), append(lines, t.line)
	}
}

// drawnTable is a table as programs write them: with values in quotation marks, empty lines, either kind of end, and now and then
// a mistake.
func drawnTable(r *rand.Rand) string {
	values := []string{"", "a", "1", " b ", "é", strings.Repeat("x", 30), `"q"`, `"a ""b"""`, "\"two\nlines\"", `a"b`, `"open`}
	usual := 6 + r.IntN(len(values)-5)
	var b strings.Builder
	b.WriteString("a,b,c\n")
	for range r.IntN(12) {
		if r.IntN(8) == 0 {
			b.WriteString([]string{"\n", "\r\n"}[r.IntN(2)])
		}
		for k := range 3 + r.IntN(40)/39 {
			if k > 0 {
				b.WriteByte(',')
			}
			b.WriteString(values[r.IntN(usual)])
		}
		b.WriteString([]string{"\n", "\r\n"}[r.IntN(2)])
	}
	return strings.TrimRight(b.String(), strings.Repeat("\r\n", r.IntN(2)))
}

func TestATableIsReadAsTheStandardLibraryReadsIt(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		text := drawnTable(r)
		got, lines, err := rowsOf(text)
		want := csv.NewReader(strings.NewReader(text))
		_, _ = want.Read()
		for i := 0; ; i++ {
			row, end := want.Read()
			if end != nil {
				var p *csv.ParseError
				if wrong := errors.As(end, &p); wrong != (err != nil) || i != len(got) {
					t.Fatalf("%q: %d rows and %v, want %d and %v", text, len(got), err, i, end)
				} else if wrong && !strings.HasPrefix(err.Error(), fmt.Sprintf("line %d:", p.Line)) {
					t.Fatalf("%q: %v, want line %d", text, err, p.Line)
				}
				break
			}
			line, _ := want.FieldPos(0)
			if i >= len(got) || !slices.Equal(row, got[i]) || lines[i] != line {
				t.Fatalf("%q: row %d is %q in line %v, want %q in line %d", text, i, got, lines, row, line)
			}
		}
	}
}

func TestALineLongerThanTheBufferIsRead(t *testing.T) {
	long := strings.Repeat("y", 200_000)
	rows, _, err := rowsOf("a,b\n" + long + ",1\n2," + long)
	if err != nil || len(rows) != 2 || rows[0][0] != long || rows[1][1] != long {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestANameIsKnownByItsLine(t *testing.T) {
	book := nameBook{}
	for i := range 5000 {
		if line, known := book.add(fmt.Sprint("V", i), i+2); known {
			t.Fatalf("name %d is known from line %d", i, line)
		}
	}
	for i := range 5000 {
		if line, known := book.add(fmt.Sprint("V", i), 9999); !known || line != i+2 {
			t.Fatalf("name %d is in line %d, %v", i, line, known)
		}
	}
	if _, known := book.add("V", 1); known {
		t.Error("the beginning of a name is known")
	}
}
