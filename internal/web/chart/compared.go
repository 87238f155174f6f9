package chart

import (
	"math"
	"time"

	"plainclothes/internal/compare"
)

// FunnelOf draws what a comparison found. name gives a branch's name and href where its link leads; middle is what the line in the
// middle stands for: "average" or "standard".
func FunnelOf(f *compare.Funnel, middle string, name, href func(branch string) string) FunnelData {
	d := FunnelData{Centre: 100 * f.Centre, Middle: middle + " " + targetText(int(math.Floor(100*f.Centre+0.5)))}
	if middle == "average" {
		d.Middle = middle + " " + Whole(d.Centre)
	}
	d.Middle += "%"
	for _, l := range f.Limits {
		d.Limits = append(d.Limits, FunnelLimit{Visits: l.X, Lo95: 100 * l.In95.Lo, Hi95: 100 * l.In95.Hi, Lo998: 100 * l.In998.Lo, Hi998: 100 * l.In998.Hi})
	}
	d.Points = make([]FunnelPoint, 0, len(f.Dots))
	for i := range f.Dots {
		dot := &f.Dots[i]
		p := FunnelPoint{Visits: dot.X, Value: 100 * dot.Y, Outside: dot.Outside95, Named: dot.Named}
		if len(f.Dots) <= mostDots || !p.inside() { // of very many nobody reads the names of those inside
			p.Name = name(dot.Branch)
		}
		if dot.Named {
			p.Href = href(dot.Branch)
		}
		switch {
		case !dot.Named:
		case dot.Side == compare.FunnelBelow:
			p.Tone = Below
		case dot.Side == compare.FunnelAbove:
			p.Tone = Above
		}
		d.Points = append(d.Points, p)
	}
	return d
}

// PartsOf draws why a branch is behind or ahead: at most so many standards, the most telling first, the rest together, then what
// was asked and what caps and zeros did.
func PartsOf(c *compare.Causes, most int) Parts {
	var rows []Part
	rest := 0.0
	for i := range c.Standards {
		s := &c.Standards[i]
		if i >= most {
			rest += s.Performance
			continue
		}
		rows = append(rows, Part{Name: s.Title, Points: s.Performance, Sure: s.Named, Words: s.HowSure()})
	}
	for _, p := range []Part{
		{Rest: "All other standards", Points: rest},
		{Rest: "What was asked in its visits", Points: c.Mix, Sure: true},
		{Rest: "Caps and zeros", Points: c.Penalty, Sure: true},
	} {
		if Points(p.Points) != "0.0" {
			rows = append(rows, p)
		}
	}
	return NewParts(rows, Part{Rest: "In all", Points: c.Total, Sure: true})
}

// SumsOf draws a branch watched visit by visit; date writes a day as the page does.
func SumsOf(c *compare.Chart, limit float64, date func(time.Time) string, narrow bool) Sums {
	points := make([]SumPoint, len(c.Points))
	for i, p := range c.Points {
		points[i] = SumPoint{Label: date(p.At) + ": " + Whole(100*p.Points) + "%", Sum: p.Sum, Alarm: p.Alarm}
	}
	return NewSums(points, limit, narrow)
}
