package chart_test

import (
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
