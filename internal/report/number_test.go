package report

import "testing"

func TestNothingHasNoSign(t *testing.T) {
	for v, want := range map[float64]string{-0.0004: "0.000", 0.0004: "0.000", -0.0006: "-0.001", -10: "-10.000", 0: "0.000"} {
		if got := number(v, 3); got != want {
			t.Errorf("%v is written %s, not %s", v, got, want)
		}
	}
}
