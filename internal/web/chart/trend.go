package chart

import (
	"strings"
)

// Point is one month: a mean with its range, basis points. A month without visits keeps its place, with Known false.
type Point struct {
	Label    string // "September 2026"
	Short    string // under a large chart: "Sep"
	Known    bool
	Span     Span
	HasRange bool
	Visits   int
}

// Trend is a small chart of some months: a ribbon, the line, the dashed standard, a dot at the end. Its box is
// TrendWidth by TrendHeight; Ribbon and Line hold one list of points for each run of months that have visits.
type Trend struct {
	Title    string
	Tone     Tone
	Ribbon   []string
	Line     []string
	Standard string // y, "" without
	X, Y     string // of the last known point, "" without
}

// The box of a small trend.
const (
	TrendWidth  = 160
	TrendHeight = 48
)

// frame is where a trend is drawn.
type frame struct {
	scale                    Scale
	left, top, width, height float64
	points                   int
}

func (f frame) x(i int) float64 {
	if f.points < 2 {
		return f.left + f.width/2
	}
	return f.left + f.width*float64(i)/float64(f.points-1)
}

func (f frame) y(bp float64) float64 { return f.top + f.height*(1-f.scale.part(bp)) }

func (f frame) at(i int, bp float64) string { return short(f.x(i)) + "," + short(f.y(bp)) }

// NewTrend draws months on a scale; target 0 draws no standard.
func NewTrend(s Scale, points []Point, target int, tone Tone) Trend {
	f := frame{scale: s, left: 2, top: 4, width: TrendWidth - 8, height: TrendHeight - 8, points: len(points)}
	t := Trend{Tone: tone, Ribbon: f.ribbon(points), Line: f.line(points), Title: TrendTitle(points)}
	if target > 0 {
		t.Standard = short(f.y(float64(target)))
	}
	if i := last(points); i >= 0 {
		t.X, t.Y = short(f.x(i)), short(f.y(points[i].Span.Value))
	}
	return t
}

// runs are the stretches of months that hold something: [from, to).
func runs(points []Point, has func(Point) bool) [][2]int {
	var out [][2]int
	for i := 0; i < len(points); i++ {
		if !has(points[i]) {
			continue
		}
		from := i
		for i < len(points) && has(points[i]) {
			i++
		}
		out = append(out, [2]int{from, i})
	}
	return out
}

func (f frame) line(points []Point) []string {
	var out []string
	for _, r := range runs(points, func(p Point) bool { return p.Known }) {
		var at []string
		for i := r[0]; i < r[1]; i++ {
			at = append(at, f.at(i, points[i].Span.Value))
		}
		out = append(out, strings.Join(at, " "))
	}
	return out
}

// ribbon runs along the upper ends and back along the lower ones. One month alone has no width and is left out.
func (f frame) ribbon(points []Point) []string {
	var out []string
	for _, r := range runs(points, func(p Point) bool { return p.Known && p.HasRange }) {
		if r[1]-r[0] < 2 {
			continue
		}
		var at []string
		for i := r[0]; i < r[1]; i++ {
			at = append(at, f.at(i, points[i].Span.Hi))
		}
		for i := r[1] - 1; i >= r[0]; i-- {
			at = append(at, f.at(i, points[i].Span.Lo))
		}
		out = append(out, strings.Join(at, " "))
	}
	return out
}

func last(points []Point) int {
	for i := len(points) - 1; i >= 0; i-- {
		if points[i].Known {
			return i
		}
	}
	return -1
}

// TrendTitle says the first and the last known value.
func TrendTitle(points []Point) string {
	end := last(points)
	if end < 0 {
		return "no visits"
	}
	begin := 0
	for !points[begin].Known {
		begin++
	}
	text := Whole(points[end].Span.Value) + "% in " + points[end].Label
	if begin < end {
		text = Whole(points[begin].Span.Value) + "% in " + points[begin].Label + ", " + text
	}
	return text
}

// Months is a large chart of months with axes, for a page of its own. Sizes are in units of its box.
type Months struct {
	Title         string
	Tone          Tone
	Width, Height int
	Left, Right   string // ends of the grid lines
	Bottom        string // y of the month labels
	Grid          []Tick // X is the label's y; Text "80%"
	Ribbon, Line  []string
	Standard      *Tick // X is its y
	Dots          []Dot
	Labels        []Tick
}

// Dot is one month by itself; its area grows with its visits.
type Dot struct{ X, Y, R, Label, Title string }

// numbersEnd is where the numbers beside a chart end: 100% fits before it, also in a wide font.
const numbersEnd = 37.0

// NewMonths draws the line of rolling months and a dot for each single month. narrow is the squarer drawing for phones.
func NewMonths(s Scale, rolling, single []Point, target int, tone Tone, narrow bool) Months {
	m := Months{Title: TrendTitle(rolling), Tone: tone, Width: 760, Height: 240}
	if narrow {
		m.Width, m.Height = 340, 240
	}
	f := m.frame(s, len(rolling))
	m.Left, m.Right, m.Bottom = short(f.left-4), short(f.left+f.width+8), short(f.top+f.height+24)
	m.Ribbon, m.Line, m.Dots = f.ribbon(rolling), f.line(rolling), f.dots(single)
	for bp := s.lo; bp <= s.hi; bp += step * gridStep(s) {
		m.Grid = append(m.Grid, Tick{X: short(f.y(bp)), Text: Whole(bp) + "%"})
	}
	if target > 0 {
		m.Standard = &Tick{X: short(f.y(float64(target))), Text: "standard " + targetText(target) + "%"}
	}
	m.Labels = f.labels(rolling, narrow)
	return m
}

// frame is where so many months are drawn; every line of one picture lies in the same.
func (m *Months) frame(s Scale, points int) frame {
	return frame{scale: s, left: numbersEnd + 8, top: 12, width: float64(m.Width) - numbersEnd - 32, height: float64(m.Height) - 48, points: points}
}

// gridStep is how many tens lie between two grid lines.
func gridStep(s Scale) float64 {
	if s.lo < 3_000 {
		return 2
	}
	return 1
}

func (f frame) dots(single []Point) []Dot {
	var out []Dot
	for i, p := range single {
		if p.Known {
			r := min(3+float64(p.Visits)/2, 7)
			out = append(out, Dot{
				X: short(f.x(i)), Y: short(f.y(p.Span.Value)), R: short(r), Label: p.Label, Title: Whole(p.Span.Value) + "%, " + visits(p.Visits),
			})
		}
	}
	return out
}

// labels name every month, or on the narrow drawing every third counted from the end.
func (f frame) labels(points []Point, narrow bool) []Tick {
	var out []Tick
	for i, p := range points {
		if narrow && (len(points)-1-i)%3 != 0 {
			continue
		}
		out = append(out, Tick{X: short(f.x(i)), Text: p.Short, Anchor: "mid"})
	}
	return out
}
