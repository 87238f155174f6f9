package chart_test

import (
	"strconv"
	"testing"

	"plainclothes/internal/web/chart"
)

func TestAFunnelOfThousandsOutsideLinksTheFurthestAndDrawsAll(t *testing.T) {
	var d chart.FunnelData
	d.Centre, d.Middle = 8000, "average 80%"
	for i := range 2000 {
		d.Points = append(d.Points, chart.FunnelPoint{
			Name: "Branch " + strconv.Itoa(i), Href: "/b/" + strconv.Itoa(i), Visits: float64(5 + i%40), Value: float64(2000 + 4*i), Outside: true, Named: true,
		})
	}
	f := chart.NewFunnel(d, false)
	if len(f.Named) == 0 || len(f.Named) > 100 || len(f.Dots) > 100 || f.Cloud == "" {
		t.Fatalf("%d named, %d dots, a cloud of %d bytes", len(f.Named), len(f.Dots), len(f.Cloud))
	}
	if f.Named[0].Name != "Branch 0" { // 60 points below the middle, further than any other
		t.Errorf("%s is the first", f.Named[0].Name)
	}
	if body := f.File("Funnel", "all", func(words string) string { return words }); len(body) > 100_000 {
		t.Errorf("the file has %d bytes", len(body))
	}
}
