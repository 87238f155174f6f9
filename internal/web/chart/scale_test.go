package chart_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"plainclothes/internal/web/chart"
)

func TestAScaleLetsATwentiethOfTheRangesRunOut(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for n := 1; n < 400; n += 7 {
		var spans []chart.Span
		var lows []float64
		for range n {
			lo := 6500 + 2500*r.NormFloat64()
			spans, lows = append(spans, chart.Span{Value: 9000, Lo: lo, Hi: 9500}), append(lows, lo)
		}
		slices.Sort(lows)
		want := min(50, max(0, 10*int(lows[n/20]/1000)))
		if got := chart.NewScale(spans, 0).Low(); got != want {
			t.Errorf("%d ranges: it begins at %d, want %d", n, got, want)
		}
	}
}

func TestCoordinatesAreWrittenShort(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.04: "0", 0.05: "0.1", 9.95: "10", 12: "12", 12.34: "12.3", 99_999.96: "100000", 1e7 + 0.26: "10000000.3", -3.26: "-3.3", -0.04: "0",
	} {
		if got := chart.Short(v); got != want {
			t.Errorf("%v is written %q instead of %q", v, got, want)
		}
	}
	if got := chart.Short(math.NaN()); got != "NaN" {
		t.Errorf("no number is written %q", got)
	}
}
