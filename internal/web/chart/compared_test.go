package chart_test

import (
	"strings"
	"testing"
	"time"

	"plainclothes/internal/compare"
	"plainclothes/internal/web/chart"
)

func TestAFunnelIsDrawnAsItWasFound(t *testing.T) {
	in := compare.FunnelInput{Kind: compare.FunnelOfShares, Centre: 92.5}
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		in.Rows = append(in.Rows, compare.FunnelRow{Branch: id, N: 20, X: 19})
	}
	in.Rows[2].X = 5
	f, ok := compare.NewFunnel(in)
	if !ok {
		t.Fatal("declined")
	}
	name := func(id string) string { return "Branch " + strings.ToUpper(id) }
	href := func(id string) string { return "/branches/" + id }
	d := chart.FunnelOf(&f, "standard", name, href)
	p := d.Points[2]
	if d.Middle != "standard 92.5%" || p.Name != "Branch C" || p.Href != "/branches/c" || !p.Named || !p.Outside || p.Tone != chart.Below || p.Value != 2500 || d.Points[0].Named {
		t.Errorf("%+v", d)
	}
	if len(d.Limits) != len(f.Limits) || d.Limits[0].Lo95 != 100*f.Limits[0].In95.Lo || d.Limits[0].Hi998 != 100*f.Limits[0].In998.Hi {
		t.Errorf("%+v", d.Limits[0])
	}
	if d := chart.FunnelOf(&f, "average", name, href); d.Middle != "average 93%" {
		t.Error(d.Middle)
	}
}

func TestEveryPointOfAGapIsDrawnSomewhere(t *testing.T) {
	c := compare.Causes{Total: -3.1, Performance: -3.6, Mix: .2, Penalty: .3, Standards: []compare.Cause{
		{Title: "Greeting", Performance: -2, Behind: .97, Named: true},
		{Title: "Till", Performance: -1, Behind: .6},
		{Title: "Thanks", Performance: -.5, Behind: .85, Named: true},
		{Title: "Shop", Performance: -.1},
	}}
	p := chart.PartsOf(&c, 3)
	var names []string
	for _, r := range p.Rows {
		names = append(names, r.Name+r.Rest+" "+r.Value+" "+r.Words)
	}
	want := "Greeting −2.0 almost certain|Till −1.0 could be luck|Thanks −0.5 quite sure|All other standards −0.1 |What was asked in its visits +0.2 |Caps and zeros +0.3 "
	if got := strings.Join(names, "|"); got != want || p.Total.Value != "−3.1" || p.Rows[1].Sure || p.Rows[3].Sure {
		t.Errorf("%s", got)
	}
	c = compare.Causes{Total: -1, Performance: -1, Mix: .04, Standards: []compare.Cause{
		{Title: "Greeting", Performance: -1, Behind: .7}, {Title: "Till"}, {Title: "Shop", Performance: .03, Behind: .1, Named: true},
	}}
	names = nil
	for _, r := range chart.PartsOf(&c, 3).Rows {
		names = append(names, r.Name+r.Rest+" "+r.Value+" "+r.Words)
	}
	if got := strings.Join(names, "|"); got != "Greeting −1.0 could be luck|Till 0.0 |Shop 0.0 " {
		t.Errorf("what counts for nothing: %s", got)
	}
	if none := chart.PartsOf(&compare.Causes{}, 5); len(none.Rows) != 0 {
		t.Errorf("%+v", none)
	}
}

func TestAWatchedBranchIsDrawnVisitByVisit(t *testing.T) {
	at := time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)
	c := compare.Chart{Points: []compare.ChartPoint{{At: at, Sum: 1, Points: 81.6}, {At: at, Sum: 7, Points: 40, Alarm: true}}}
	s := chart.SumsOf(&c, 5.6, func(t time.Time) string { return t.Format("2 January") }, true)
	if len(s.Dots) != 2 || s.Dots[0].Title != "7 September: 82%" || !s.Dots[1].Alarm || s.Width != 340 {
		t.Errorf("%+v", s)
	}
}
