package compare

import (
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/stats"
)

func TestAWindowBeforeHasTheSameLength(t *testing.T) {
	w := Window{From: 2025*12 + 10, To: 2026*12 + 1}.Before()
	if got := w.From.String() + " " + w.To.String(); got != "2025-07 2025-10" {
		t.Errorf("before November to February comes %s", got)
	}
}

func TestAFreeRangeIsCheckedInWords(t *testing.T) {
	w, err := MonthRange("2025-12", "2026-01")
	if err != nil || !slices.Equal(w.Months(), []Month{2025*12 + 11, 2026 * 12}) || !w.Has(2026*12) || w.Has(2026*12+1) {
		t.Errorf("window %v, %v", w, err)
	}
	for _, c := range [][3]string{
		{"2026-13", "2026-14", `"2026-13" is not a month; write it like 2026-09`},
		{"2026-3", "2026-04", `"2026-3" is not a month`},
		{"0000-03", "2026-04", `"0000-03" is not a month`},
		{"+026-03", "2026-04", `"+026-03" is not a month`},
		{"2026-03", "2026-02", "the window ends (2026-02) before it begins (2026-03)"},
		{"2010-01", "2026-02", "2010-01 to 2026-02 is longer than ten years; choose less"},
	} {
		if _, err := MonthRange(c[0], c[1]); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s to %s: %v", c[0], c[1], err)
		}
	}
	if Month(0).String() != "" {
		t.Error("no month has a name")
	}
}

func TestATrendKeepsMonthsWithoutVisitsAndLeavesOutOthers(t *testing.T) {
	w, _ := MonthRange("2026-01", "2026-03")
	month := func(m int, c ScoreCell) MonthScores { return MonthScores{Month: w.From + Month(m), Scores: c.Scores} }
	points := Trend([]MonthScores{
		month(2, scored("", 9000)), month(0, scored("", 8000, 9000)), month(0, scored("", 8500)), month(3, scored("", 100)), month(-1, scored("", 100)),
	}, w, Spread{SD: 10, Spare: 40})
	if len(points) != 3 || points[0].N != 3 || points[1].N != 0 || points[1].HasRange || points[2].N != 1 {
		t.Fatalf("points %+v", points)
	}
	near(t, "mean", points[0].MeanBP, 8500, 1e-9)
	belief, _ := stats.OwnScore(3, 85, 100, 40)
	iv, _ := belief.Interval(0.9)
	near(t, "lower end", points[0].LoBP, 100*iv.Lo, 1e-9)
	near(t, "upper end", points[2].HiBP, 10_000, 1e-9)
	if Trend([]MonthScores{month(0, scored("", 8000))}, w, Spread{})[0].HasRange {
		t.Error("a range out of nothing")
	}
}
