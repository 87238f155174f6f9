package manager

import "testing"

func TestTheSurestAreKeptInOrderAndAllAreCounted(t *testing.T) {
	var s surest
	for i, p := range []float64{0.6, 0.9, 0.7, 0.95, 0.9, 0.65, 0.8, 0.99, 0.9} {
		s.take(lagging{name: string(rune('a' + i)), p: p})
	}
	s.take(lagging{name: "b", standard: "Queue", p: 0.9})
	got := ""
	for _, f := range s.best {
		got += f.name
	}
	if s.all != 10 || got != "hdbbei" || s.best[2].standard != "" {
		t.Errorf("of %d the surest are %s, %+v", s.all, got, s.best)
	}
}
