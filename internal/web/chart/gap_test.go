package chart_test

import (
	"strconv"
	"strings"
	"testing"

	"plainclothes/internal/web/chart"
)

func TestGapsBetweenMissesAreBarsOnOneScaleWithTheUsualBehindThem(t *testing.T) {
	g := chart.NewGaps([]chart.GapMark{{Label: "a", Met: 4}, {Label: "b", Met: 0}, {Label: "c", Met: 8, Open: true}}, [2]int{1, 16})
	if g.Title != "2 misses, 8 met visits since the last one" || len(g.Bars) != 3 || g.Earlier != 0 {
		t.Fatalf("%+v", g)
	}
	heights := make([]float64, len(g.Bars))
	floor := number(t, g.Floor)
	for i, b := range g.Bars {
		heights[i] = number(t, b.Height)
		if y := number(t, b.Y) + heights[i]; y < floor-.2 || y > floor+.2 || number(t, b.X) < 0 || number(t, b.X)+number(t, b.Width) > float64(g.Width) {
			t.Errorf("%+v does not stand on the floor", b)
		}
	}
	if heights[2] < 1.99*heights[0] || heights[2] > 2.01*heights[0] || heights[1] != 2 || !g.Bars[2].Open || g.Bars[0].Open {
		t.Errorf("heights %v", heights)
	}
	if top, high := number(t, g.BandTop), number(t, g.BandHeight); top+high > floor || high < 14.5*heights[0]/4 || g.Bars[0].Text != "4" || g.Bars[1].Title != "b: 0 met visits" {
		t.Errorf("band from %v, %v high; %+v", top, high, g.Bars)
	}
	if none := chart.NewGaps([]chart.GapMark{{Met: 5, Open: true}}, [2]int{0, 58}); none.Title != "No miss in 5 visits" {
		t.Error(none.Title)
	}
}

func TestOfManyGapsTheLatestAreDrawn(t *testing.T) {
	all := make([]chart.GapMark, 60)
	for i := range all {
		all[i] = chart.GapMark{Label: strconv.Itoa(i) + " <&>", Met: i % 7, Open: i == 59}
	}
	g := chart.NewGaps(all, [2]int{0, 12})
	if g.Earlier != 36 || len(g.Bars) != 24 || !g.Bars[23].Open || !strings.HasPrefix(g.Bars[0].Title, "36 ") || g.Title != "59 misses, 3 met visits since the last one" {
		t.Errorf("%d earlier, %+v", g.Earlier, g.Bars)
	}
	for i := 1; i < len(g.Bars); i++ {
		if number(t, g.Bars[i].X) < number(t, g.Bars[i-1].X)+number(t, g.Bars[i-1].Width) {
			t.Fatal("bars touch")
		}
	}
	file := string(g.File("A & B", "note"))
	if strings.Count(file, "<rect") != 26 || !strings.Contains(file, "A &amp; B") {
		t.Error(file)
	}
}
