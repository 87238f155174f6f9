package app

import (
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
	"plainclothes/internal/programme/xlsform"
)

func TestLintReadsAFormOfOtherToolsToo(t *testing.T) {
	src, _ := demo.File("coffee-kiosks")
	p, problems := programme.Parse(src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	form, _, err := xlsform.Write(p)
	if err != nil {
		t.Fatal(err)
	}
	l := newPremises(t, "")
	code, out, _ := l.run("lint", file(t, "coffee.xlsx", string(form)))
	if code != 0 || strings.Count(out, "warning: ") != len(programme.Lint(p)) || len(programme.Lint(p)) == 0 {
		t.Errorf("%d %s", code, out)
	}
	code, out, _ = l.run("lint", file(t, "broken.xlsx", "PK\x03\x04 and no more"))
	if code != 1 || !regexp.MustCompile(`broken\.xlsx: .`).MatchString(out) {
		t.Errorf("a broken workbook: %d %s", code, out)
	}
}
