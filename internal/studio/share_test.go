package studio

import (
	"strings"
	"testing"
	"unsafe"

	"plainclothes/internal/visit"
)

func TestSumsShareTheMemoryOfTheirTexts(t *testing.T) {
	text := strings.Clone
	s := Sums{Cells: []CellSum{{Branch: text("leeds"), Month: text("2026-09"), CellRollup: visit.CellRollup{Series: text("s")}}}}
	for range 2 {
		s.Standards = append(s.Standards, StandardSum{Branch: text("leeds"), Month: text("2026-09"), StandardRollup: visit.StandardRollup{Standard: text("speed"), Series: text("s")}})
	}
	s.Share()
	for name, pair := range map[string][2]string{
		"branch": {s.Cells[0].Branch, s.Standards[1].Branch}, "month": {s.Cells[0].Month, s.Standards[0].Month}, "series": {s.Cells[0].Series, s.Standards[1].Series},
		"standard": {s.Standards[0].Standard, s.Standards[1].Standard},
	} {
		if pair[0] == "" || pair[0] != pair[1] || unsafe.StringData(pair[0]) != unsafe.StringData(pair[1]) {
			t.Errorf("the %s is kept twice: %q", name, pair)
		}
	}
}
