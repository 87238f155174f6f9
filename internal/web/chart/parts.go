package chart

import (
	"math"
	"strconv"
)

// Part is one row of a gap split into its causes: so many points of score, below zero for behind. Sure tells whether it
// may be called a cause; the others are drawn as outlines.
type Part struct {
	Name   string // of a standard
	Rest   string // or words of ours for what is none: "Caps and zeros"
	Points float64
	Sure   bool
	Words  string // "quite sure", "could be luck"
}

// PartBar is one such row, drawn in percent of its width from the line of nothing: to the left what puts a branch behind.
type PartBar struct {
	Name, Rest   string // one of the two
	Words, Value string
	Tone         Tone
	Sure         bool
	X, Width     string
	Zero         string
}

// Parts are all rows on one scale, so that they can be compared by eye, and the total on its own.
type Parts struct {
	Rows  []PartBar
	Total PartBar
}

// NewParts draws rows and their total. Rows keep their order.
func NewParts(rows []Part, total Part) Parts {
	lo, hi := math.Min(0, total.Points), math.Max(0, total.Points)
	for _, r := range rows {
		lo, hi = math.Min(lo, r.Points), math.Max(hi, r.Points)
	}
	if hi-lo < 1 { // tenths of a point do not become large bars
		lo = math.Min(lo, hi-1)
	}
	p := Parts{Total: partBar(total, lo, hi)}
	for _, r := range rows {
		p.Rows = append(p.Rows, partBar(r, lo, hi))
	}
	return p
}

func partBar(r Part, lo, hi float64) PartBar {
	at := func(points float64) float64 { return 100 * (margin + (1-2*margin)*(points-lo)/(hi-lo)) }
	from, to := at(math.Min(0, r.Points)), at(math.Max(0, r.Points))
	b := PartBar{
		Name: r.Name, Rest: r.Rest, Words: r.Words, Sure: r.Sure, Value: Points(r.Points),
		X: short(from) + "%", Width: short(math.Max(0.3, to-from)) + "%", Zero: short(at(0)) + "%",
	}
	switch {
	case b.Value == "0.0":
	case r.Points < 0:
		b.Tone = Below
	default:
		b.Tone = Above
	}
	return b
}

// Points writes points of score with their sign and one decimal, half up: "+1.2", "−0.4", "0.0".
func Points(v float64) string {
	tenth := math.Floor(math.Abs(v)*10+0.5) / 10
	text := strconv.FormatFloat(tenth, 'f', 1, 64)
	switch {
	case tenth == 0:
		return text
	case v < 0:
		return "−" + text
	}
	return "+" + text
}
