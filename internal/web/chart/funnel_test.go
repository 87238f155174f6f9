package chart_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"plainclothes/internal/web/chart"
)

// funnelOf makes many branches around 82 % and names those further than three of their standard deviations.
func funnelOf(branches int, seed uint64) chart.FunnelData {
	luck := rand.New(rand.NewPCG(seed, 5))
	d := chart.FunnelData{Centre: 8200, Middle: "average 82%"}
	for n := 1.0; n <= 60; n++ {
		sd := 1100 / math.Sqrt(n)
		top := func(v float64) float64 { return math.Min(10_000, v) }
		d.Limits = append(d.Limits, chart.FunnelLimit{Visits: n, Lo95: 8200 - 1.96*sd, Hi95: top(8200 + 1.96*sd), Lo998: 8200 - 3.09*sd, Hi998: top(8200 + 3.09*sd)})
	}
	for i := range branches {
		n := 2 + 58*luck.Float64()
		x := chart.FunnelPoint{Name: fmt.Sprintf("Branch street %d", i+1), Visits: n, Value: math.Min(10_000, 8200+1500/math.Sqrt(n)*luck.NormFloat64())}
		x.Outside = math.Abs(x.Value-8200) > 2156/math.Sqrt(n)
		if math.Abs(x.Value-8200) > 3300/math.Sqrt(n) {
			x.Named, x.Href, x.Tone = true, fmt.Sprintf("/branch/%d", i), chart.Below
			if x.Value > 8200 {
				x.Tone = chart.Above
			}
		}
		d.Points = append(d.Points, x)
	}
	return d
}

func TestAFunnelLinksOnlyWhatLiesOutside(t *testing.T) {
	d := funnelOf(80, 1)
	named := 0
	for _, p := range d.Points {
		if p.Named {
			named++
		}
	}
	f := chart.NewFunnel(d, false)
	if named == 0 || len(f.Named) != named || len(f.Dots) != 80-named {
		t.Errorf("%d named of %d, %d dots", len(f.Named), named, len(f.Dots))
	}
	if f.Title != fmt.Sprintf("80 branches, %d outside what luck explains", named) {
		t.Error(f.Title)
	}
	inside := 0
	for _, dot := range f.Dots {
		if dot.Inside {
			inside++
		}
	}
	if inside == 0 || inside == len(f.Dots) {
		t.Errorf("%d of %d dots are pale", inside, len(f.Dots))
	}
	for _, n := range f.Named {
		if n.Href == "" || !strings.Contains(n.Title, n.Name+": ") {
			t.Errorf("%+v", n)
		}
	}
}

func TestAFunnelStaysInItsBoxAndItsNamesDoNotTouch(t *testing.T) {
	for seed := range uint64(40) {
		for _, narrow := range []bool{false, true} {
			d := funnelOf(60, seed)
			f := chart.NewFunnel(d, narrow)
			for _, list := range []string{f.Outer, f.Inner} {
				for _, at := range strings.Fields(list) {
					x, y, _ := strings.Cut(at, ",")
					if number(t, x) < 0 || number(t, x) > float64(f.Width) || number(t, y) < 0 || number(t, y) > float64(f.Height) {
						t.Fatalf("%s is outside", at)
					}
				}
			}
			var boxes [][4]float64
			for _, n := range f.Named {
				if n.LabelX == "" {
					continue
				}
				left, width := number(t, n.LabelX), 6.5*float64(len(n.Name))
				switch n.Anchor {
				case "end":
					left -= width
				case "mid":
					left -= width / 2
				}
				box := [4]float64{left, number(t, n.LabelY) - 10, left + width, number(t, n.LabelY)}
				if box[0] < 0 || box[2] > float64(f.Width) {
					t.Fatalf("%q runs out of the picture", n.Name)
				}
				for _, b := range boxes {
					if box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1] {
						t.Fatalf("%q covers another name", n.Name)
					}
				}
				boxes = append(boxes, box)
			}
		}
	}
}

func TestALongNameIsCutAndItsDotHasItWhole(t *testing.T) {
	for _, name := range []string{strings.Repeat("Long Acre ", 8), strings.Repeat("東京駅八重洲口", 6), strings.Repeat("مقهى الرياض ", 8)} {
		for _, narrow := range []bool{false, true} {
			d := chart.FunnelData{Centre: 8000, Middle: "average 80%", Points: []chart.FunnelPoint{
				{Name: "B", Visits: 60, Value: 8000}, {Name: name, Href: "/b", Visits: 30, Value: 6000, Outside: true, Named: true},
			}}
			n := chart.NewFunnel(d, narrow).Named[0]
			if n.LabelX == "" || !strings.HasSuffix(n.Name, "…") || !strings.HasPrefix(name, strings.TrimSuffix(n.Name, "…")) || !strings.HasPrefix(n.Title, name) {
				t.Errorf("narrow %v: %+v", narrow, n)
			}
		}
	}
}

func TestANameStandsWhereItHidesNoDotIfThereIsSuchAPlace(t *testing.T) {
	d := chart.FunnelData{Centre: 8000, Middle: "average 80%", Points: []chart.FunnelPoint{
		{Name: "Far", Visits: 60, Value: 8000},
		{Name: "Somewhere", Href: "/b", Visits: 30, Value: 6000, Outside: true, Named: true},
		{Name: "Grey", Visits: 33, Value: 6000}, // where the name would stand otherwise
	}}
	for _, narrow := range []bool{false, true} {
		n := chart.NewFunnel(d, narrow).Named[0]
		if n.Anchor != "end" || number(t, n.LabelX) >= number(t, n.X) || n.LabelY == "" {
			t.Errorf("narrow %v: the name hides a dot: %+v", narrow, n)
		}
	}
}

func TestNamesLeaveTheWordsOfTheAreasFree(t *testing.T) {
	d := funnelOf(0, 1)
	last := d.Limits[len(d.Limits)-1]
	d.Points = []chart.FunnelPoint{{Name: "Somewhere", Href: "/b", Visits: last.Visits, Value: last.Lo998 - 40, Outside: true, Named: true, Tone: chart.Below}}
	f := chart.NewFunnel(d, false)
	n := f.Named[0]
	if n.LabelX == "" || n.Anchor != "mid" && n.Anchor != "end" {
		t.Fatalf("%+v", n)
	}
	for _, e := range f.Edges {
		if off := math.Abs(number(t, e.Y) - number(t, n.LabelY)); off < 14 {
			t.Errorf("%q is %v from the words %q", n.Name, off, e.Text)
		}
	}
}

func TestAFunnelOfNothingIsAnEmptyFrame(t *testing.T) {
	f := chart.NewFunnel(chart.FunnelData{Centre: 9000, Middle: "standard 90%"}, true)
	if f.Outer != "" || len(f.Dots)+len(f.Named) != 0 || len(f.Grid) == 0 || f.Title != "0 branches, 0 outside what luck explains" {
		t.Errorf("%+v", f)
	}
	one := chart.NewFunnel(chart.FunnelData{Centre: 9000, Points: []chart.FunnelPoint{{Name: "A", Visits: 1, Value: 0}}}, false)
	if one.Title != "1 branch, 0 outside what luck explains" || one.Grid[0].Text != "0%" || number(t, one.Dots[0].Y) != number(t, one.Grid[0].X) {
		t.Errorf("%+v", one)
	}
}

func TestVisitsAreMarkedInRoundNumbers(t *testing.T) {
	for most, want := range map[float64][]string{4: {"1", "2", "3", "4"}, 48: {"10", "20", "30", "40"}, 360: {"100", "200", "300"}} {
		f := chart.NewFunnel(chart.FunnelData{Centre: 8000, Points: []chart.FunnelPoint{{Visits: most, Value: 8000}}}, false)
		var got []string
		for _, tick := range f.Ticks {
			got = append(got, tick.Text)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("up to %v visits: %v", most, got)
		}
	}
}

func TestPartsOfAGapStandOnOneScale(t *testing.T) {
	p := chart.NewParts([]chart.Part{
		{Name: "Greeting", Points: -2.34, Sure: true, Words: "quite sure"}, {Name: "Till", Points: .04}, {Name: "Thanks", Points: 1.2},
	}, chart.Part{Name: "In all", Points: -1.1, Sure: true})
	greet, till, thanks := p.Rows[0], p.Rows[1], p.Rows[2]
	if greet.Value != "−2.3" || greet.Tone != chart.Below || greet.Name != "Greeting" || greet.Words != "quite sure" || till.Value != "0.0" || till.Tone != chart.Neutral || thanks.Tone != chart.Above {
		t.Errorf("%+v", p.Rows)
	}
	zero := number(t, greet.Zero)
	if number(t, thanks.X) != zero || math.Abs(number(t, greet.X)+number(t, greet.Width)-zero) > .11 || p.Total.Zero != greet.Zero {
		t.Errorf("%+v", p)
	}
	if ratio := number(t, greet.Width) / number(t, thanks.Width); math.Abs(ratio-2.34/1.2) > .02 {
		t.Errorf("bars are as %v", ratio)
	}
	small := chart.NewParts([]chart.Part{{Name: "Till", Points: -.1}}, chart.Part{Name: "In all", Points: -.1})
	if w := number(t, small.Rows[0].Width); w > 12 {
		t.Errorf("a tenth of a point fills %v %%", w)
	}
}

func TestSumsStartAgainAfterEachAlarm(t *testing.T) {
	points := []chart.SumPoint{{Label: "a", Sum: 1}, {Label: "b", Sum: 6, Alarm: true}, {Label: "c", Sum: 0}, {Label: "d", Sum: 2}}
	s := chart.NewSums(points, 5.6, false)
	if len(s.Lines) != 2 || len(s.Dots) != 4 || s.Title != "4 visits, 1 alarm" || s.Dots[1].Title != "b" || !s.Dots[1].Alarm {
		t.Errorf("%+v", s)
	}
	if number(t, s.Dots[1].Y) > number(t, s.Limit) || number(t, s.Dots[0].Y) < number(t, s.Limit) || number(t, s.Dots[2].Y) != number(t, s.Floor) {
		t.Errorf("%+v", s)
	}
	if none := chart.NewSums(nil, 5, true); none.Title != "0 visits, no alarm" || len(none.Lines) != 0 {
		t.Errorf("%+v", none)
	}
}

func TestTheNamesOfTheAreasStandWhereNoDotHidesThem(t *testing.T) {
	for seed := range uint64(30) {
		for _, narrow := range []bool{false, true} {
			d := funnelOf(40, seed)
			luck := rand.New(rand.NewPCG(seed, 9))
			for range 60 { // many branches with the most visits, as where all are visited as often
				d.Points = append(d.Points, chart.FunnelPoint{Name: "x", Visits: 56 + 4*luck.Float64(), Value: 7500 + 900*luck.Float64()})
			}
			f := chart.NewFunnel(d, narrow)
			if len(f.Edges) != 2 {
				t.Fatalf("seed %d, narrow %v: %v", seed, narrow, f.Edges)
			}
			hidden := 0
			for _, e := range f.Edges {
				right, base := number(t, e.X), number(t, e.Y)
				left := right - 6.5*float64(len(e.Text))
				if left < number(t, f.Left) || right > number(t, f.Right) {
					t.Errorf("%+v runs out of the picture", e)
				}
				for _, dot := range f.Dots {
					if x, y := number(t, dot.X), number(t, dot.Y); x > left-3 && x < right+3 && y > base-12 && y < base+3 {
						hidden++
					}
				}
			}
			if hidden > 1 || hidden > 0 && !narrow { // a phone has little room beside a hundred dots
				t.Errorf("seed %d, narrow %v: %d dots over %v", seed, narrow, hidden, f.Edges)
			}
			if y := number(t, f.Edges[0].Y) - number(t, f.Edges[1].Y); math.Abs(y) < 10 && math.Abs(number(t, f.Edges[0].X)-number(t, f.Edges[1].X)) < 30 {
				t.Errorf("seed %d: %v touch", seed, f.Edges)
			}
		}
	}
}
