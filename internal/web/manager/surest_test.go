package manager

import (
	"strings"
	"testing"
)

func TestTheSurestAreKeptInOrderAndAllAreCounted(t *testing.T) {
	var s surest
	for i, p := range []float64{0.6, 0.9, 0.7, 0.95, 0.9, 0.65, 0.8, 0.99, 0.9} {
		if s.wants(p) {
			s.take(lagging{name: string(rune('a' + i)), p: p})
		}
	}
	if !s.wants(0.9) {
		t.Error("one as sure as the last is not wanted")
	}
	s.take(lagging{name: "b", standard: "Queue", p: 0.9})
	if s.wants(0.6) {
		t.Error("one less sure than all is wanted")
	}
	var got strings.Builder
	for _, f := range s.best {
		got.WriteString(f.name)
	}
	if s.all != 11 || got.String() != "hdbbei" || s.best[2].standard != "" {
		t.Errorf("of %d the surest are %s, %+v", s.all, got.String(), s.best)
	}
}

func TestVisitsThatTellNothingAreNotSaidToBeWorthZeroPoints(t *testing.T) {
	for worth, want := range map[float64]string{
		0: "hardly less wrong", 0.049: "hardly less wrong", 0.051: "0.1 points less wrong", 0.98: "1 point less wrong", 1.1: "1.1 points less wrong", 12: "12 points less wrong",
	} {
		if got := pointsLess(worth); got != want {
			t.Errorf("%v is %q, not %q", worth, got, want)
		}
	}
}
