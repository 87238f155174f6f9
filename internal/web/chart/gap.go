package chart

import (
	"math"
	"strconv"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/compare"
)

// GapMark is the met visits before one miss. Open is the latest one, that no miss has ended yet; Label says which miss it is.
type GapMark struct {
	Label string
	Met   int
	Open  bool
}

// Gaps is the drawing of how far misses lie apart: a bar for each, and the band of what is usual. It is a picture only; nothing is
// judged by it. Sizes are in units of its box.
type Gaps struct {
	Title                string
	Width, Height        int
	Left, Right          string
	Floor                string // y of nothing
	BandTop, BandHeight  string
	Bars                 []GapBar
	Earlier              int // gaps that are not drawn
	UsualFrom, UsualUpTo int
}

// GapBar is one bar with its number above it.
type GapBar struct {
	X, Y, Width, Height string
	Middle, Above       string // place of the number
	Text, Title         string
	Open                bool
}

// gapsDrawn is how many of the latest gaps are drawn.
const gapsDrawn = 24

// NewGaps draws gaps in their order; usual is from how many to how many met visits most of them are long.
func NewGaps(all []GapMark, usual [2]int) Gaps {
	g := Gaps{Width: 480, Height: 110, Earlier: max(0, len(all)-gapsDrawn), UsualFrom: usual[0], UsualUpTo: usual[1]}
	drawn := all[g.Earlier:]
	left, right, top, floor := 2.0, float64(g.Width)-2, 20.0, float64(g.Height)-4
	most := math.Max(1, float64(usual[1]))
	for _, m := range drawn {
		most = math.Max(most, float64(m.Met))
	}
	y := func(met int) float64 { return floor - (floor-top)*float64(met)/most }
	slot := (right - left) / float64(max(8, len(drawn)))
	width := math.Min(26, slot*0.7)
	g.Left, g.Right, g.Floor = short(left), short(right), short(floor)
	g.BandTop, g.BandHeight = short(y(usual[1])), short(y(usual[0])-y(usual[1]))
	for i, m := range drawn {
		middle, height := left+slot*(float64(i)+0.5), math.Max(2, floor-y(m.Met))
		b := GapBar{
			X: short(middle - width/2), Y: short(floor - height), Width: short(width), Height: short(height), Middle: short(middle),
			Above: short(floor - height - 5), Text: strconv.Itoa(m.Met), Title: m.Label + ": " + metVisits(m.Met), Open: m.Open,
		}
		g.Bars = append(g.Bars, b)
	}
	g.Title = gapsTitle(all)
	return g
}

func metVisits(n int) string { return catalogue.Count(n, "met visit", "met visits") }

// gapsTitle says in words what is drawn.
func gapsTitle(all []GapMark) string {
	misses, since := 0, 0
	for _, m := range all {
		if m.Open {
			since = m.Met
		} else {
			misses++
		}
	}
	if misses == 0 {
		return "No miss in " + visits(since)
	}
	return catalogue.Count(misses, "miss", "misses") + ", " + metVisits(since) + " since the last one"
}

// GapsOf draws the misses of a standard; date writes a day as the page does.
func GapsOf(t *compare.Tally, date func(compare.TallyGap) string) Gaps {
	all := make([]GapMark, len(t.Gaps))
	for i, x := range t.Gaps {
		all[i] = GapMark{Label: date(x), Met: x.Met, Open: x.Open}
	}
	return NewGaps(all, t.Usual)
}

// File is the gaps as an SVG file of their own.
func (g *Gaps) File(title, note string) []byte {
	p := newPicture(title, note, float64(g.Width), float64(g.Height))
	left, right := value(g.Left), value(g.Right)
	p.rect(left, value(g.BandTop), right-left, value(g.BandHeight), bandInner)
	p.line(left, value(g.Floor), right, value(g.Floor), lineSoft, 1, false)
	for _, b := range g.Bars {
		if b.Open {
			p.b.WriteString(`<rect x="` + b.X + `" y="` + b.Y + `" width="` + b.Width + `" height="` + b.Height + `" fill="#FFFFFF" stroke="` + inkSoft + `"/>` + "\n")
		} else {
			p.rect(value(b.X), value(b.Y), value(b.Width), value(b.Height), inkSoft)
		}
		p.words(value(b.Middle), value(b.Above), b.Text, "mid", inkDark, 11, false)
	}
	return p.done()
}
