package tablefile

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"plainclothes/internal/fault"
)

// fruit is a small kind of file for trying: a name, a number and anything else.
func fruit() *Kind {
	return &Kind{
		MaxBytes: 200, TooLarge: "Too large.", MaxLines: 3, TooLong: "Too long.", Empty: "Empty.",
		Wrong: func(name string) string {
			if name == "poison" {
				return "Not this."
			}
			return ""
		},
		Needs: [][2]string{{"name", "No name."}},
	}
}

// reads writes down what Read hands over and notes.
func reads(t *testing.T, text string) (string, error) {
	t.Helper()
	var bad Problems
	var b strings.Builder
	err := Read(strings.NewReader(text), fruit(), &bad, func(l *Line) error {
		fmt.Fprintf(&b, "%d %s %s %s %v %v; ", l.Number, l.Cell("name"), l.Cell("number"), strings.Join(l.Columns(), "+"), l.Has("number"), l.Commas)
		return nil
	})
	for _, p := range bad.InOrder() {
		fmt.Fprintf(&b, "%d %q %s; ", p.Line, p.Column, p.Message)
	}
	return b.String(), err
}

func TestALineIsReadWhateverWroteTheFile(t *testing.T) {
	for text, want := range map[string]string{
		"name,number\nÄpfel,2\n":                       "2 Äpfel 2 name+number true false; ",
		"\ufeffName;Number;\r\nÄpfel;2;\r\n;;\r\n\r\n": "2 Äpfel 2 name+number true true; ",
		"number\tname\n\t Pear \n":                     "2 Pear  number+name true true; ",
		"name\n'=1\n'a\n":                              "2 =1  name false false; 3 'a  name false false; ",
	} {
		got, err := reads(t, text)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestWhatIsWrongIsNotedAndReadingGoesOn(t *testing.T) {
	for text, want := range map[string]string{
		"":                              `1 "" Empty.; `,
		"number,poison\n1,2\n":          `1 "poison" Not this.; 1 "name" No name.; `,
		"name,NAME\na,b\n":              `1 "name" The column “name” stands there twice. Remove one.; `,
		"name\na,\nb,2\nc\n":            `2 a  name false false; 4 c  name false false; 3 "" This line has more cells than there are columns. Quote a cell that contains the separator.; `,
		"name,\na,\nb,2\n":              `2 a  name false false; 3 "" This line has more cells than there are columns. Quote a cell that contains the separator.; `,
		"name\na\n\"b\nc\n":             `2 a  name false false; 3 "" A quotation mark in this line has no partner, so the file cannot be read from here on.; `,
		"name,number\n\"two\nlines\",1": "2 two\nlines 1 name+number true false; ",
	} {
		if got, err := reads(t, text); err != nil || got != want {
			t.Errorf("%q\ngot  %q, %v\nwant %q", text, got, err, want)
		}
	}
}

func TestAFileThatIsNoUseIsRefusedAsAWhole(t *testing.T) {
	for text, kind := range map[string]fault.Kind{
		"name\n" + strings.Repeat("a", 200): fault.TooLarge,
		"name\na\nb\nc\nd\n":                fault.TooLarge,
		"name\n\xff\n":                      fault.Invalid,
		"name\na\x00\n":                     fault.Invalid,
	} {
		if _, err := reads(t, text); !fault.Is(err, kind) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if _, err := reads(t, "name\na\n\n\nb\n,\nc\n"); err != nil {
		t.Errorf("empty lines count: %v", err)
	}
	var bad Problems
	if err := Read(io.MultiReader(strings.NewReader("name\na\n"), cut{}), fruit(), &bad, func(*Line) error { return nil }); !errors.Is(err, errCut) {
		t.Errorf("an upload that breaks off is taken for a short file: %v", err)
	}
}

var errCut = errors.New("the line was cut")

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, errCut }

func TestOnlyTheFirstFiftyProblemsAreKept(t *testing.T) {
	var bad Problems
	for i := range 80 {
		bad.Add(80-i, "", "x")
	}
	if list := bad.InOrder(); bad.Total != 80 || len(list) != 50 || list[0].Line != 31 {
		t.Errorf("%d problems, %d kept, the first %+v", bad.Total, len(bad.List), bad.List[0])
	}
}

func TestNoCellOfAnExportIsAFormula(t *testing.T) {
	for _, cell := range []string{"", "plain", "=1+1", "+44", "-1.5", "@SUM(A1)", "\tx", "\rx", "'=1", "'t Hof", "''=1", "'", "ü"} {
		g := Guard(cell)
		if g != "" && strings.ContainsRune("=+-@\t\r", rune(g[0])) {
			t.Errorf("guard(%q) = %q begins a formula", cell, g)
		}
		if back := Unguard(g); back != cell {
			t.Errorf("%q comes back as %q", cell, back)
		}
	}
	if Guard("'t Hof") != "'t Hof" {
		t.Error("a name that begins with an apostrophe was changed")
	}
}
