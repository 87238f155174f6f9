package chart_test

import (
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/web/chart"
)

func TestAMonthThatCannotBeRestatedIsAGapAndNotZero(t *testing.T) {
	month := func(known bool, bp float64) chart.Point {
		return chart.Point{Label: "a month", Short: "M", Known: known, Span: chart.Span{Value: bp}, Visits: 3}
	}
	was := []chart.Point{month(true, 8000), month(true, 8200), month(true, 7900), month(true, 8100)}
	is := []chart.Point{month(false, 0), month(true, 7000), month(false, 0), month(true, 7200)}
	for _, narrow := range []bool{false, true} {
		r := chart.NewRestated(was, is, narrow)
		if len(r.Line) != 1 || len(r.Dashed) != 2 || len(r.Dots) != 4 || len(r.Again) != 2 {
			t.Fatalf("%d solid and %d dashed runs, %d and %d dots", len(r.Line), len(r.Dashed), len(r.Dots), len(r.Again))
		}
		if strings.Contains(strings.Join(r.Dashed, " "), r.Grid[0].X+" ") && r.Grid[0].Text == "0%" {
			t.Error("a gap is drawn at zero")
		}
		if !strings.Contains(r.Title, "Restated: 70% in a month, 72% in a month.") {
			t.Errorf("title %q", r.Title)
		}
	}
	if r := chart.NewRestated(was, make([]chart.Point, 4), false); len(r.Dashed) != 0 || !strings.Contains(r.Title, "Restated: no visits.") {
		t.Errorf("without anything restated: %+v", r)
	}
}

func TestTheSameMonthsRestatedLieOnThemselves(t *testing.T) {
	points := []chart.Point{{Known: true, Visits: 3, Span: chart.Span{Value: 7000}}, {Known: true, Visits: 2, Span: chart.Span{Value: 9000}}}
	for _, narrow := range []bool{false, true} {
		r := chart.NewRestated(points, points, narrow)
		if len(r.Line) == 0 || !slices.Equal(r.Line, r.Dashed) {
			t.Errorf("narrow %v: %v beside %v", narrow, r.Line, r.Dashed)
		}
	}
}
