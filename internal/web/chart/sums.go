package chart

import (
	"math"
	"strings"

	"plainclothes/internal/catalogue"
)

// SumPoint is one visit of a chart that watches: the sum after it, and whether it alarmed.
type SumPoint struct {
	Label string // "12 September 2026: 74%"
	Sum   float64
	Alarm bool
}

// Sums is the drawing of such a chart: the sum as steps from visit to visit, the limit as a dashed line, alarms as dots.
// Sizes are in units of its box.
type Sums struct {
	Title         string
	Width, Height int
	Left, Right   string
	Limit         string   // y
	Floor         string   // y of nothing
	Lines         []string // one up to each alarm, then it starts again
	Dots          []SumDot
}

// SumDot is one visit; only an alarm is drawn large.
type SumDot struct {
	Dot
	Alarm bool
}

// NewSums draws visits in their order; limit is above 0.
func NewSums(points []SumPoint, limit float64, narrow bool) Sums {
	s := Sums{Width: 760, Height: 160}
	if narrow {
		s.Width = 340
	}
	left, right, top, floor := 12.0, float64(s.Width)-12, 14.0, float64(s.Height)-14
	most := limit * 1.1
	for _, p := range points {
		most = math.Max(most, p.Sum*1.05)
	}
	x := func(i int) float64 { return left + (right-left)*(float64(i)+0.5)/float64(max(1, len(points))) }
	y := func(sum float64) float64 { return floor - (floor-top)*math.Max(0, sum)/math.Max(most, 1e-9) }
	s.Left, s.Right, s.Limit, s.Floor = short(left), short(right), short(y(limit)), short(floor)
	line := []string{short(left) + "," + short(floor)}
	alarms := 0
	for i, p := range points {
		line = append(line, short(x(i))+","+short(y(p.Sum)))
		d := SumDot{Dot: Dot{X: short(x(i)), Y: short(y(p.Sum)), R: "2.5", Title: p.Label}, Alarm: p.Alarm}
		if p.Alarm {
			alarms++
			d.R = "6"
			s.Lines = append(s.Lines, strings.Join(line, " "))
			line = []string{short(x(i)) + "," + short(floor)}
		}
		s.Dots = append(s.Dots, d)
	}
	if len(line) > 1 {
		s.Lines = append(s.Lines, strings.Join(line, " "))
	}
	s.Title = visits(len(points)) + ", " + count(alarms)
	return s
}

func count(alarms int) string {
	if alarms == 0 {
		return "no alarm"
	}
	return catalogue.Count(alarms, "alarm", "alarms")
}
