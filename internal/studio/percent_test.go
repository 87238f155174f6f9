package studio

import "testing"

func TestPercentagesReadAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "85": 8500, "85 %": 8500, "87.5": 8750, "87,5%": 8750, "12.25": 1225, "100": 10_000, "0.05": 5} {
		if bp, ok := basisPoints(text); !ok || bp != want {
			t.Errorf("%q is %d, %v", text, bp, ok)
		}
	}
	for _, text := range []string{"", "%", "x", "-1", "101", "100.01", "1.234", "1.", ".5", "1e2", "8 5", "85 of", "0x1", "1.2.3", "٣"} {
		if bp, ok := basisPoints(text); ok {
			t.Errorf("%q is taken as %d", text, bp)
		}
	}
	for bp := 0; bp <= 10_000; bp++ {
		if back, ok := basisPoints(percent(bp)); !ok || back != bp {
			t.Fatalf("%d is written %q and read %d", bp, percent(bp), back)
		}
	}
}
