package org

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"plainclothes/internal/fault"
	"plainclothes/internal/tablefile"
)

func parse(t *testing.T, text string) ([]record, *tablefile.Problems) {
	t.Helper()
	bad := &tablefile.Problems{}
	recs, err := readCSV(strings.NewReader(text), bad)
	if err != nil {
		t.Fatal(err)
	}
	return recs, bad
}

func TestAFileIsReadWhateverWroteIt(t *testing.T) {
	for name, text := range map[string]string{
		"plain":           "code,name\nA-1,Mill Lane\n",
		"no last newline": "code,name\nA-1,Mill Lane",
		"CRLF":            "code,name\r\nA-1,Mill Lane\r\n",
		"mark":            "\ufeffcode,name\nA-1,Mill Lane\n",
		"semicolons":      "code;name\r\nA-1;Mill Lane\r\n",
		"tabs":            "code\tname\nA-1\tMill Lane\n",
		"another order":   "name,code\nMill Lane,A-1\n",
		"capitals":        "CODE , Name\nA-1, Mill Lane \n",
		"quotes":          "\"code\",\"name\"\n\"A-1\",\"Mill Lane\"\n",
		"end separator":   "code,name,\nA-1,Mill Lane,\n",
		"empty lines":     "code,name\n\n,\nA-1,Mill Lane\n\n",
		"fewer cells":     "code,name,format\nA-1,Mill Lane\n",
	} {
		recs, bad := parse(t, text)
		if bad.Total != 0 || len(recs) != 1 || recs[0].cells["code"] != "A-1" || recs[0].cells["name"] != "Mill Lane" {
			t.Errorf("%s: records = %+v, problems = %+v", name, recs, bad)
		}
	}
}

func TestAnEmptyCellInATabbedFileStaysEmpty(t *testing.T) {
	recs, bad := parse(t, "code\tname\tformat\nA-1\t\tkiosk\n")
	if bad.Total != 0 || recs[0].cells["name"] != "" || recs[0].cells["format"] != "kiosk" {
		t.Errorf("records = %+v, problems = %+v", recs, bad)
	}
}

func TestWhatIsWrongWithAFileNamesItsLine(t *testing.T) {
	for _, c := range []struct {
		text    string
		line    int
		message string
	}{
		{"", 1, "The file is empty"},
		{"name\nx\n", 1, "“code” is missing"},
		{"code,mane\n", 1, "Did you mean “name”?"},
		{"code,latitute\n", 1, "Did you mean “latitude”?"},
		{"code,colour\n", 1, "The columns are code, name"},
		{"code,name,name\n", 1, "stands there twice"},
		{"code,name\nA,b,c\n", 2, "more cells than there are columns"},
		{"code,name\nA,b\nB,\"c\nd\n", 3, "quotation mark"},
	} {
		_, bad := parse(t, c.text)
		if bad.Total == 0 || bad.List[0].Line != c.line || !strings.Contains(bad.List[0].Message, c.message) {
			t.Errorf("%q: problems = %+v, want line %d %q", c.text, bad.List, c.line, c.message)
		}
	}
}

func TestAFileThatIsNoUseIsRefusedAsAWhole(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		kind fault.Kind
	}{
		"no text":       {"code,name\nA,\xff\n", fault.Invalid},
		"null":          {"code,name\nA,\x00\n", fault.Invalid},
		"too large":     {"code,name\n" + strings.Repeat("x", MaxImportBytes), fault.TooLarge},
		"too many rows": {"code\n" + strings.Repeat("A\n", MaxImportLines+1), fault.TooLarge},
	} {
		if _, err := readCSV(strings.NewReader(c.text), &tablefile.Problems{}); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v, want kind %v", name, err, c.kind)
		}
	}
	if recs, bad := parse(t, "code\n"+strings.Repeat("A\n", MaxImportLines)); len(recs) != MaxImportLines || bad.Total != 0 {
		t.Errorf("%d rows were read, want exactly the limit", len(recs))
	}
}

func TestOnlyTheFirstFiftyProblemsAreShown(t *testing.T) {
	_, bad := parse(t, "code\n"+strings.Repeat("A,b\n", 80))
	if bad.Total != 80 || len(bad.List) != 50 {
		t.Errorf("%d problems, %d shown", bad.Total, len(bad.List))
	}
}

func FuzzReadingAFileNeverPanics(f *testing.F) {
	for _, s := range []string{"code,name\nA,b\n", "code;region\nA;N/L\n", "\ufeffcode\n\"", "code\tname\r\n\t\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		bad := &tablefile.Problems{}
		recs, err := readCSV(bytes.NewReader(src), bad)
		if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Fatal(err)
		}
		p := planner{existing: map[string]Branch{}, lines: map[string]int{}, bad: bad, tree: NewTree(nil), o: Organisation{Zone: "Europe/London"}}
		for _, rec := range recs {
			if rec.line < 1 {
				t.Fatalf("record without a line: %+v", rec)
			}
			if err := p.line(rec); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// broken fails after some bytes.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

var errBroken = errors.New("the line was cut")

func TestAnUploadThatBreaksOffIsNotAShortFile(t *testing.T) {
	if _, err := readCSV(broken{}, &tablefile.Problems{}); !errors.Is(err, errBroken) {
		t.Errorf("error = %v", err)
	}
}
