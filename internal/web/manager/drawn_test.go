package manager

import (
	"fmt"
	"strconv"
	"testing"

	"plainclothes/internal/compare"
)

func TestALargeFunnelIsDrawnOnceForAllWhoChooseTheSame(t *testing.T) {
	var d drawings
	drawn := 0
	get := func(of *compare.Funnel, ch choice) string {
		return d.get(drawnKey{of, ch}, func() funnel {
			drawn++
			return funnel{Of: fmt.Sprint(ch.Region, drawn)}
		}).Of
	}
	one, other := &compare.Funnel{}, &compare.Funnel{}
	if first := get(one, choice{}); get(one, choice{}) != first || drawn != 1 {
		t.Errorf("drawn %d times", drawn)
	}
	if get(one, choice{Region: "north"}) == get(one, choice{}) || get(other, choice{}) == get(one, choice{}) || drawn != 3 {
		t.Errorf("drawn %d times for another choice and other data", drawn)
	}
	for i := range 3 * mostDrawn {
		get(one, choice{Region: strconv.Itoa(i)})
		if len(d.made) > mostDrawn {
			t.Fatalf("%d are kept", len(d.made))
		}
	}
}
