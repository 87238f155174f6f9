package chart_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"plainclothes/internal/web/chart"
)

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil {
		t.Fatalf("%q is no number", s)
	}
	return v
}

func TestAScaleShowsEveryValueAndMostRanges(t *testing.T) {
	for _, c := range []struct {
		name   string
		spans  []chart.Span
		target int
		low    int
	}{
		{"nothing", nil, 0, 50},
		{"the usual", []chart.Span{{Value: 8000, Lo: 7000, Hi: 9000}}, 8500, 50},
		{"a low one", []chart.Span{{Value: 8000, Lo: 7000, Hi: 9000}, {Value: 3400, Lo: 3300, Hi: 3500}}, 8500, 20},
		{"a low target", []chart.Span{{Value: 8000, Lo: 7000, Hi: 9000}}, 4500, 30},
		{"all at nothing", []chart.Span{{}}, 0, 0},
	} {
		if got := chart.NewScale(c.spans, c.target).Low(); got != c.low {
			t.Errorf("%s: begins at %d, want %d", c.name, got, c.low)
		}
	}
	wide := []chart.Span{{Value: 8000, Lo: 1000, Hi: 9900}}
	for range 39 {
		wide = append(wide, chart.Span{Value: 8000, Lo: 7000, Hi: 9000})
	}
	if got := chart.NewScale(wide, 8500).Low(); got != 50 {
		t.Errorf("one wide range of forty moves the scale to %d", got)
	}
}

func TestABarKeepsItsOrderWithinItsCell(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		lo := luck.Float64() * 9000
		v := chart.Span{Value: lo + luck.Float64()*(10_000-lo), Lo: lo}
		v.Hi = v.Value + luck.Float64()*(10_000-v.Value)
		s := chart.NewScale([]chart.Span{v}, luck.IntN(10_000))
		b := chart.NewBar(s, v, true, 1+luck.IntN(10_000), chart.Neutral)
		x1, dot, x2 := number(t, b.X1), number(t, b.Dot), number(t, b.X2)
		if x1 < 0 || x1 > dot || dot > x2 || x2 > 100 || number(t, b.Standard) < 0 || number(t, b.Standard) > 100 {
			t.Fatalf("%+v gives %+v", v, b)
		}
		for _, text := range []string{b.X1, b.X2, b.Dot, b.Standard} {
			if len(text) > len("100.0%") {
				t.Fatalf("%q is longer than a coordinate has to be", text)
			}
		}
	}
}

func TestABarSaysItsRange(t *testing.T) {
	s := chart.NewScale(nil, 8500)
	if b := chart.NewBar(s, chart.Span{Value: 8650, Lo: 7049, Hi: 9450}, true, 8500, chart.Neutral); b.Title != "70 to 95%" {
		t.Error(b.Title)
	}
	if b := chart.NewBar(s, chart.Span{Value: 8650}, false, 0, chart.Neutral); b.Title != "87%" || b.X1 != "" || b.Standard != "" {
		t.Errorf("%+v", b)
	}
	if b := chart.Empty(s, 8500); b.Dot != "" || b.Standard == "" || b.Title != "no visits" {
		t.Errorf("%+v", b)
	}
	b := chart.NewBar(s, chart.Span{Value: 8000}, false, 0, chart.Neutral)
	if b.WithSeen(s, 6000, 8000).Seen == "" || b.WithSeen(s, 8050, 8000).Seen != "" {
		t.Error("a ring stands where the visits are, and not behind the dot")
	}
}

func TestALabelThatTouchesTheTargetsInANarrowTableIsMarked(t *testing.T) {
	for lo, want := range map[float64]string{3000: "20 75! 100c", 7000: "50 75! 100"} {
		var got []string
		for _, x := range chart.Axis(chart.NewScale([]chart.Span{{Value: lo, Lo: lo, Hi: lo}}, 7500), 7500) {
			text := x.Text
			if x.Strong {
				text += "!"
			}
			if x.Close {
				text += "c"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("from %v: %q, not %s", lo, got, want)
		}
	}
}

func TestAxisLabelsNeverTouch(t *testing.T) {
	for target := 0; target <= 10_000; target += 50 {
		for _, low := range []float64{0, 1500, 3500, 6000} {
			s := chart.NewScale([]chart.Span{{Value: low, Lo: low}}, 0)
			ticks := chart.Axis(s, target)
			strong, last := 0, -100.0
			for _, tick := range ticks {
				x := number(t, tick.X)
				if x-last < 20 {
					t.Fatalf("target %d from %v: %+v", target, low, ticks)
				}
				last = x
				if tick.Strong {
					strong++
				}
			}
			if target > 0 && strong != 1 || target == 0 && strong != 0 {
				t.Fatalf("target %d: %+v", target, ticks)
			}
		}
	}
	for _, tick := range chart.Axis(chart.NewScale(nil, 0), 9250) {
		if tick.Strong && tick.Text != "92.5" {
			t.Errorf("the target reads %q", tick.Text)
		}
	}
}

func TestStepsAreSevenAndSymmetricAroundTheTarget(t *testing.T) {
	last := -3
	seen := map[int]bool{}
	for share := 0; share <= 10_000; share += 10 {
		step := chart.Step(share, 8000)
		if step < last {
			t.Fatalf("%d steps back to %d", share, step)
		}
		last = step
		seen[step] = true
	}
	if len(seen) != 7 {
		t.Errorf("%d steps", len(seen))
	}
	for share, want := range map[int]int{8000: 0, 7700: 0, 8300: 0, 7699: -1, 8301: 1, 7000: -1, 6999: -2, 6000: -2, 5999: -3, 8801: 2, 9301: 3} {
		if got := chart.Step(share, 8000); got != want {
			t.Errorf("%d against 8000 is step %d, want %d", share, got, want)
		}
	}
	for i, l := range chart.Legend() {
		if l.Step != strconv.Itoa(i-3) || l.Text == "" {
			t.Errorf("%+v", l)
		}
	}
}

func year(known func(i int) bool) []chart.Point {
	out := make([]chart.Point, 12)
	for i := range out {
		out[i] = chart.Point{Label: fmt.Sprint("month ", i+1), Short: strconv.Itoa(i + 1)}
		if known(i) {
			v := float64(7000 + 100*i)
			out[i].Known, out[i].HasRange, out[i].Visits, out[i].Span = true, true, i, chart.Span{Value: v, Lo: v - 500, Hi: v + 500}
		}
	}
	return out
}

func TestATrendBreaksWhereMonthsHaveNoVisits(t *testing.T) {
	s := chart.NewScale(nil, 8500)
	whole := chart.NewTrend(s, year(func(int) bool { return true }), 8500, chart.Above)
	if len(whole.Line) != 1 || len(strings.Fields(whole.Line[0])) != 12 || len(strings.Fields(whole.Ribbon[0])) != 24 {
		t.Errorf("%+v", whole)
	}
	if whole.Title != "70% in month 1, 81% in month 12" {
		t.Error(whole.Title)
	}
	broken := chart.NewTrend(s, year(func(i int) bool { return i != 4 && i < 11 && i != 9 }), 0, chart.Neutral)
	if len(broken.Line) != 3 || len(broken.Ribbon) != 2 || broken.Standard != "" {
		t.Errorf("%+v", broken)
	}
	x, y := broken.X, broken.Y
	if broken.Line[2] != x+","+y {
		t.Errorf("the dot is at %s,%s, the line ends in %s", x, y, broken.Line[2])
	}
	none := chart.NewTrend(s, year(func(int) bool { return false }), 8500, chart.Neutral)
	if none.X != "" || none.Line != nil || none.Title != "no visits" {
		t.Errorf("%+v", none)
	}
	one := chart.NewTrend(s, year(func(int) bool { return true })[:1], 8500, chart.Neutral)
	if len(one.Line) != 1 || len(one.Ribbon) != 0 {
		t.Errorf("%+v", one)
	}
}

func TestATrendStaysInItsBox(t *testing.T) {
	luck := rand.New(rand.NewPCG(2, 2))
	s := chart.NewScale(nil, 0)
	for range 300 {
		points := year(func(int) bool { return luck.IntN(4) > 0 })
		for i := range points {
			points[i].Span = chart.Span{Value: luck.Float64() * 10_000, Lo: 0, Hi: 10_000}
		}
		tr := chart.NewTrend(s, points, 1+luck.IntN(9999), chart.Neutral)
		for _, list := range append(tr.Line, tr.Ribbon...) {
			for _, at := range strings.Fields(list) {
				x, y, _ := strings.Cut(at, ",")
				if n := number(t, x); n < 0 || n > chart.TrendWidth {
					t.Fatalf("x %s", x)
				}
				if n := number(t, y); n < 0 || n > chart.TrendHeight {
					t.Fatalf("y %s", y)
				}
			}
		}
	}
}

func TestLargeMonthsNameEveryMonthOrEveryThird(t *testing.T) {
	all := year(func(int) bool { return true })
	s := chart.NewScale(nil, 8500)
	wide, narrow := chart.NewMonths(s, all, all, 8500, chart.Neutral, false), chart.NewMonths(s, all, all, 8500, chart.Neutral, true)
	if len(wide.Labels) != 12 || len(narrow.Labels) != 4 || narrow.Labels[3].Text != "12" {
		t.Errorf("%d and %d labels", len(wide.Labels), len(narrow.Labels))
	}
	if len(wide.Dots) != 12 || wide.Dots[1].Label != "month 2" || wide.Dots[1].Title != "71%, 1 visit" || wide.Dots[0].R == wide.Dots[5].R {
		t.Errorf("%+v", wide.Dots)
	}
	if wide.Standard == nil || len(wide.Grid) != 6 || wide.Grid[0].Text != "50%" || wide.Grid[5].Text != "100%" {
		t.Errorf("%+v", wide.Grid)
	}
	if low := chart.NewMonths(chart.NewScale([]chart.Span{{}}, 0), all, all, 0, chart.Neutral, true); len(low.Grid) != 6 || low.Standard != nil {
		t.Errorf("%+v", low.Grid)
	}
}

func TestMarksAreWrittenWithTheirPartsEscaped(t *testing.T) {
	s := chart.NewScale(nil, 8000)
	full := chart.NewBar(s, chart.Span{Value: 7500, Lo: 7000, Hi: 8000}, true, 8000, chart.Below).WithSeen(s, 6000, 7500)
	const want = `<line class="rail" x1="3%" x2="97%" y1="50%" y2="50%"/><line class="range" x1="40.6%" x2="59.4%" y1="50%" y2="50%"/>` +
		`<line class="standard" x1="59.4%" x2="59.4%" y2="100%"/><circle class="seen" cx="21.8%" cy="50%" r="5"/><circle class="dot" cx="50%" cy="50%" r="6"/>`
	if got := string(full.Marks()); got != want {
		t.Errorf("%s\nnot\n%s", got, want)
	}
	if got := string(chart.Empty(s, 0).Marks()); got != `<line class="rail" x1="3%" x2="97%" y1="50%" y2="50%"/>` {
		t.Errorf("nothing is drawn as %s", got)
	}
	if got := string(chart.Bar{Dot: `"><b>`}.Marks()); strings.Contains(got, "<b>") {
		t.Errorf("not escaped: %s", got)
	}
	name := chart.FunnelName{Dot: chart.Dot{X: "12.5", Y: "40", R: "7"}, Tone: chart.Above}
	if got := string(name.Marks()); got != `<circle class="hit" cx="12.5" cy="40" r="15"/><circle class="dot above" cx="12.5" cy="40" r="7"/>` {
		t.Errorf("a named dot is %s", got)
	}
}
