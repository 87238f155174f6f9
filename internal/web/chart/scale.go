package chart

import (
	"iter"
	"math"
	"slices"
	"strconv"
)

// Scale maps scores in basis points of 100 % to drawings. All charts of a page share one, so that they can be compared
// by eye.
type Scale struct{ lo, hi float64 }

// least and most of what a scale's lower end may be, basis points: half of the width for what usually happens.
const (
	fullScale = 10_000
	usualLow  = 5_000
	step      = 1_000
)

// Span is one thing that a scale should show: a value with its range, basis points.
type Span struct{ Value, Lo, Hi float64 }

// NewScale ends at 100 % and begins at 50 %, or lower, in tens, where values lie lower. A few very wide ranges do not
// make all others narrow: they run out of the picture.
func NewScale(spans []Span, target int) Scale { return ScaleOver(slices.Values(spans), target) }

// ScaleOver is NewScale for spans that need not be put together: there may be tens of thousands.
func ScaleOver(spans iter.Seq[Span], target int) Scale {
	s := Scale{lo: usualLow, hi: fullScale}
	if target > 0 {
		s.lower(float64(target) - step)
	}
	var below [usualLow / step]int // how many begin in each ten: higher ones lower nothing
	all := 0
	for x := range spans {
		all++
		s.lower(x.Value - step/2)
		if at := max(0, int(math.Floor(x.Lo/step))); at < len(below) {
			below[at]++
		}
	}
	wide := all / 20 // so many may run out of the picture
	for at, n := range below {
		if wide -= n; wide < 0 {
			s.lower(float64(at * step))
			break
		}
	}
	return s
}

func (s *Scale) lower(to float64) {
	s.lo = math.Max(0, math.Min(s.lo, step*math.Floor(to/step)))
}

// Low is the lower end in whole percent; the upper one is 100.
func (s Scale) Low() int { return int(s.lo / 100) }

// part is where a value lies: 0 at the lower end, 1 at the upper one, never outside.
func (s Scale) part(bp float64) float64 {
	return math.Max(0, math.Min(1, (bp-s.lo)/(s.hi-s.lo)))
}

// The share of a bar's width that stays free at both ends, so that a dot at 100 % is whole.
const margin = 0.03

// across is a horizontal place in percent of the width: bars keep their thickness however wide they are.
func (s Scale) across(bp float64) string {
	return short(100*(margin+(1-2*margin)*s.part(bp))) + "%"
}

// short writes a coordinate with at most one decimal.
func short(v float64) string {
	var b [24]byte
	return string(appendTenths(b[:0], tenths(v)))
}

func tenths(v float64) float64 { return math.Floor(v*10 + 0.5) }

func appendTenths(b []byte, tenths float64) []byte {
	if !(tenths >= 0 && tenths < 1e6) { // also what is no number
		return strconv.AppendFloat(b, tenths/10, 'f', -1, 64)
	}
	whole, rest := int(tenths)/10, int(tenths)%10
	if b = strconv.AppendInt(b, int64(whole), 10); rest == 0 {
		return b
	}
	return append(b, '.', byte('0'+rest))
}

// Whole writes basis points as whole percent, half up, without the sign.
func Whole(bp float64) string { return strconv.Itoa(int(math.Floor(bp/100 + 0.5))) }
