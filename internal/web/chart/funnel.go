package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// FunnelLimit is the limits of a funnel at one number of visits, basis points: In95 and In998 as value ranges.
type FunnelLimit struct {
	Visits       float64
	Lo95, Hi95   float64
	Lo998, Hi998 float64
}

// FunnelPoint is one branch: its visits, its value in basis points, whether it lies outside the 95 % area, and, for one that
// is named, where its link leads.
type FunnelPoint struct {
	Name, Href    string
	Visits, Value float64
	Outside       bool
	Named         bool
	Tone          Tone
}

// FunnelData is what a funnel draws. Centre is in basis points, Middle its words: "average 82%". Limits ascend by visits.
type FunnelData struct {
	Centre float64
	Middle string
	Limits []FunnelLimit
	Points []FunnelPoint
}

// Funnel is the drawing: two shaded areas, the middle line, all dots, and links with names on those outside only, because a
// hundred links would be a hundred stops of the Tab key. Sizes are in units of its box.
type Funnel struct {
	Title         string
	Width, Height int
	Left, Right   string // ends of the grid lines
	Bottom        string // y of the labels below
	Foot          string // y of the axis' name
	Outer, Inner  string // points of the 99.8 % and of the 95 % area
	Edges         []FunnelEdge
	Middle        FunnelEdge
	Grid          []Tick // X is the label's y
	Ticks         []Tick // X is an x
	Dots          []FunnelDot
	Cloud         string // path of the dots inside, where there are too many to draw each by itself
	CloudWidth    string // of its strokes
	Named         []FunnelName
}

// FunnelDot is a dot without a link, pale where it lies inside.
type FunnelDot struct {
	Dot
	Inside bool
}

// FunnelEdge is a label beside a line.
type FunnelEdge struct{ X, Y, Text string }

// FunnelName is a dot with a link. LabelX is "" where no room was found for its name; the title has it all the same.
type FunnelName struct {
	Dot
	Name, Href     string
	Tone           Tone
	LabelX, LabelY string
	Anchor         string
}

// plane is where a funnel is drawn: x by visits from nothing, y by a scale.
type plane struct {
	frame
	most float64
}

func (p plane) across(visits float64) float64 {
	return p.left + p.width*math.Max(0, math.Min(1, visits/p.most))
}

func (p plane) point(visits, bp float64) string {
	return short(p.across(visits)) + "," + short(p.y(bp))
}

// NewFunnel draws 1000 by 460, or 360 by 360 for phones. It draws the frame alone where there is nothing to show.
func NewFunnel(d FunnelData, narrow bool) Funnel {
	f := Funnel{Width: 1000, Height: 460}
	p := plane{frame: frame{left: 56, top: 16, width: 924, height: 394, scale: d.scale()}, most: d.most()}
	if narrow {
		f.Width, f.Height = 360, 360
		p.frame = frame{left: numbersEnd + 8, top: 12, width: 352 - numbersEnd - 8, height: 304, scale: p.scale}
	}
	f.Left, f.Right = short(p.left), short(p.left+p.width)
	f.Bottom, f.Foot = short(p.top+p.height+20), short(p.top+p.height+38)
	f.areas(p, d)
	f.axes(p)
	f.Title = d.title()
	dots := d.spots(p)
	f.Middle = FunnelEdge{X: short(d.middleAt(p, dots)), Y: short(p.y(d.Centre)), Text: d.Middle}
	f.edges(p, d, dots)
	f.place(p, d, dots, narrow)
	return f
}

// mostDots is how many dots are drawn one by one.
const mostDots = 250

// mostNamed is how many of very many dots have a link of their own, and how many more outside are drawn one by one: those furthest from the
// middle. The table beside the drawing has the others.
const mostNamed = 60

// cloud draws dots inside as one path where there are very many: each by itself would make the page heavy. Dots in one place
// are drawn once.
type cloud struct {
	path []byte
	seen map[[2]float64]bool // tenths
}

func (c *cloud) add(x, y float64) {
	at := [2]float64{tenths(x), tenths(y)}
	if c.seen[at] {
		return
	}
	c.seen[at] = true
	c.path = append(c.path, 'M')
	c.path = appendTenths(c.path, at[0])
	c.path = append(c.path, ' ')
	c.path = appendTenths(c.path, at[1])
	c.path = append(c.path, "h0"...)
}

// scale begins below the lowest dot, and where half of the limits lie above it: the mouth of the funnel may run out.
func (d FunnelData) scale() Scale {
	return ScaleOver(func(yield func(Span) bool) {
		for i := range d.Points {
			if v := d.Points[i].Value; !yield(Span{Value: v, Lo: v, Hi: v}) {
				return
			}
		}
	}, int(d.Centre))
}

func (d FunnelData) most() float64 {
	most := 1.0
	for i := range d.Points {
		most = math.Max(most, d.Points[i].Visits)
	}
	for _, l := range d.Limits {
		most = math.Max(most, l.Visits)
	}
	return most * 1.03
}

// spots are where dots lie, from left to right.
type spots [][2]float64

func (d FunnelData) spots(p plane) spots {
	all := make(spots, len(d.Points))
	for i := range d.Points {
		x := &d.Points[i]
		all[i] = [2]float64{p.across(x.Visits), p.y(x.Value)}
	}
	slices.SortFunc(all, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	return all
}

// within are those in a box: left, top, right, bottom.
func (s spots) within(box [4]float64) (n int) {
	from, _ := slices.BinarySearchFunc(s, box[0], func(at [2]float64, x float64) int { return cmp.Compare(at[0], x) })
	for _, at := range s[from:] {
		if at[0] >= box[2] {
			break
		}
		if at[0] > box[0] && at[1] > box[1] && at[1] < box[3] {
			n++
		}
	}
	return n
}

// middleAt is where the words of the middle line hide the fewest dots.
func (d FunnelData) middleAt(p plane, dots spots) float64 {
	width, best, fewest := letter*float64(letters(d.Middle)), p.left+4, math.MaxInt
	for x := best; x+width < p.left+p.width; x += 12 {
		line := p.y(d.Centre)
		hidden := dots.within([4]float64{x - 8, line - 28, x + width + 8, line + 8})
		if hidden < fewest {
			best, fewest = x, hidden
		}
	}
	return best
}

func (d FunnelData) title() string {
	named := 0
	for i := range d.Points {
		if d.Points[i].Named {
			named++
		}
	}
	return branches(len(d.Points)) + ", " + strconv.Itoa(named) + " outside what luck explains"
}

func branches(n int) string {
	if n == 1 {
		return "1 branch"
	}
	return strconv.Itoa(n) + " branches"
}

// areas run along the upper limits and back along the lower ones.
func (f *Funnel) areas(p plane, d FunnelData) {
	if len(d.Limits) < 2 {
		return
	}
	area := func(ends func(FunnelLimit) (lo, hi float64)) string {
		var at []string
		for _, l := range d.Limits {
			_, hi := ends(l)
			at = append(at, p.point(l.Visits, hi))
		}
		for _, l := range slices.Backward(d.Limits) {
			lo, _ := ends(l)
			at = append(at, p.point(l.Visits, lo))
		}
		return strings.Join(at, " ")
	}
	f.Outer = area(func(l FunnelLimit) (float64, float64) { return l.Lo998, l.Hi998 })
	f.Inner = area(func(l FunnelLimit) (float64, float64) { return l.Lo95, l.Hi95 })
}

// edges names the areas, each above its lower line: as far to the right as no dot is hidden, and else where the fewest are.
func (f *Funnel) edges(p plane, d FunnelData, dots spots) {
	if len(d.Limits) < 2 {
		return
	}
	taken := [][4]float64{textBox(value(f.Middle.X), value(f.Middle.Y)-7, f.Middle.Text)}
	for _, e := range []struct {
		text string
		low  func(FunnelLimit) float64
	}{{"99.8%", func(l FunnelLimit) float64 { return l.Lo998 }}, {"95%", func(l FunnelLimit) float64 { return l.Lo95 }}} {
		best, fewest := FunnelEdge{}, math.MaxInt
		for _, l := range slices.Backward(d.Limits) {
			x, y := p.across(l.Visits)-4, p.y(e.low(l))-5
			box := textBox(x-letter*float64(letters(e.text)), y, e.text)
			if box[0] < p.left || y > p.top+p.height-4 || slices.ContainsFunc(taken, func(t [4]float64) bool { return meet(t, box) }) {
				continue
			}
			if n := dots.under(box); n < fewest {
				best, fewest = FunnelEdge{X: short(x), Y: short(y), Text: e.text}, n
			}
		}
		if best.Text == "" {
			continue // no room beside the other
		}
		f.Edges = append(f.Edges, best)
		taken = append(taken, textBox(value(best.X)-letter*float64(letters(e.text)), value(best.Y), e.text))
	}
}

// under counts the dots that a box would hide.
func (s spots) under(box [4]float64) int {
	const r = 6
	return s.within([4]float64{box[0] - r, box[1] - r, box[2] + r, box[3] + r})
}

// textBox is the room of a text that begins at left on the line y.
func textBox(left, y float64, text string) [4]float64 {
	return [4]float64{left, y - height + 4, left + letter*float64(letters(text)), y + 4}
}

// meet tells whether two boxes overlap: left, top, right, bottom.
func meet(a, b [4]float64) bool { return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1] }

func (f *Funnel) axes(p plane) {
	for bp := p.scale.lo; bp <= p.scale.hi; bp += step * gridStep(p.scale) {
		f.Grid = append(f.Grid, Tick{X: short(p.y(bp)), Text: Whole(bp) + "%"})
	}
	for v, by := 0.0, roundStep(p.most/5); v <= p.most; v += by {
		if v > 0 {
			f.Ticks = append(f.Ticks, Tick{X: short(p.across(v)), Text: short(v), Anchor: "mid"})
		}
	}
}

// roundStep is 1, 2 or 5 times a power of ten, at least 1, and not less than wanted.
func roundStep(wanted float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(math.Max(1, wanted))))
	for _, k := range []float64{1, 2, 5} {
		if k*power >= wanted {
			return k * power
		}
	}
	return 10 * power
}

// place draws the dots; named ones come last, so that they lie above, and the furthest from the middle are labelled first. Among
// very many only these have a link and a label, and only what lies outside has a title.
func (f *Funnel) place(p plane, d FunnelData, dots spots, narrow bool) {
	r, big := "5", "7"
	if narrow {
		r, big = "3.5", "5.5"
	}
	links, many := len(d.Points), len(d.Points) > mostDots
	if many {
		links = mostNamed
	}
	named, others := d.named(links)
	if many {
		others = f.gather(p, others, r)
	}
	f.Dots = make([]FunnelDot, len(others))
	for i, x := range others {
		f.Dots[i] = FunnelDot{Dot: Dot{X: short(p.across(x.Visits)), Y: short(p.y(x.Value)), R: r, Title: x.says()}, Inside: x.inside()}
	}
	room := newRoom(p, named)
	room.keep(f)
	for _, x := range named {
		n := FunnelName{Dot: Dot{X: short(p.across(x.Visits)), Y: short(p.y(x.Value)), R: big, Title: x.says()}, Name: cut(x.Name, int(p.width*mostOfWidth/letter)), Href: x.Href, Tone: x.Tone}
		if label, ok := room.find(p.across(x.Visits), p.y(x.Value), letters(n.Name), dots); ok {
			n.LabelX, n.LabelY, n.Anchor = short(label.x), short(label.y), label.anchor
		}
		f.Named = append(f.Named, n)
	}
}

// gather puts most dots into the cloud and gives those of them that are drawn by themselves.
func (f *Funnel) gather(p plane, dots []*FunnelPoint, r string) (alone []*FunnelPoint) {
	if len(dots) == 0 {
		return nil
	}
	c := cloud{seen: make(map[[2]float64]bool, len(dots))}
	for _, x := range dots {
		if !x.inside() && len(alone) < mostNamed {
			alone = append(alone, x)
			continue
		}
		c.add(p.across(x.Visits), p.y(x.Value))
	}
	f.Cloud, f.CloudWidth = string(c.path), short(2*value(r))
	return alone
}

// named are the branches with names, the furthest from the middle first and at most so many, and all others.
func (d FunnelData) named(most int) (named, others []*FunnelPoint) {
	var far []int // in the order of points
	others = make([]*FunnelPoint, 0, len(d.Points))
	for i := range d.Points {
		if d.Points[i].Named {
			far = append(far, i)
		} else {
			others = append(others, &d.Points[i])
		}
	}
	slices.SortFunc(far, func(a, b int) int {
		return cmp.Or(cmp.Compare(math.Abs(d.Points[b].Value-d.Centre), math.Abs(d.Points[a].Value-d.Centre)), cmp.Compare(a, b))
	})
	for k, i := range far {
		if k < most {
			named = append(named, &d.Points[i])
		} else {
			others = append(others, &d.Points[i])
		}
	}
	return named, others
}

// inside reports whether nothing is said of the branch: it lies where luck alone may have put it.
func (p *FunnelPoint) inside() bool { return !p.Outside && !p.Named }

func (p *FunnelPoint) says() string {
	return p.Name + ": " + Whole(p.Value) + "%, " + visits(int(math.Floor(p.Visits+0.5)))
}

// room keeps track of what is taken, so that no label covers another or a named dot.
type room struct {
	taken                    [][4]float64 // left, top, right, bottom
	left, right, top, bottom float64
}

type label struct {
	x, y   float64
	anchor string
}

const (
	letter = 7.4 // width of a letter at the labels' size, somewhat wide
	height = 20
)

// mostOfWidth is the part of a drawing that a name may take; longer ones are cut, and the dot's title has them whole.
const mostOfWidth = 0.38

func newRoom(p plane, named []*FunnelPoint) *room {
	m := &room{left: p.left, right: p.left + p.width, top: p.top - 8, bottom: p.top + p.height}
	for _, x := range named {
		cx, cy := p.across(x.Visits), p.y(x.Value)
		m.taken = append(m.taken, [4]float64{cx - 8, cy - 8, cx + 8, cy + 8})
	}
	return m
}

// keep leaves the words of the areas and of the middle line free.
func (m *room) keep(f *Funnel) {
	for _, e := range f.Edges {
		m.keepText(value(e.X)-letter*float64(letters(e.Text)), value(e.Y), e.Text)
	}
	m.keepText(value(f.Middle.X), value(f.Middle.Y)-7, f.Middle.Text)
}

func (m *room) keepText(left, y float64, text string) {
	m.taken = append(m.taken, textBox(left, y, text))
}

// find tries right, left, above and below of a dot, then below and above towards the left: at the right edge nothing else has room. Of the
// free places it takes the first of those that hide the fewest dots.
func (m *room) find(x, y float64, letters int, dots spots) (best label, ok bool) {
	width := letter * float64(letters)
	fewest, taken := math.MaxInt, [4]float64{}
	for _, try := range []label{
		{x + 12, y + 4, "start"}, {x - 12, y + 4, "end"}, {x, y - 12, "mid"}, {x, y + 24, "mid"}, {x + 8, y + 24, "end"}, {x + 8, y - 12, "end"},
	} {
		left := try.x
		switch try.anchor {
		case "end":
			left -= width
		case "mid":
			left -= width / 2
		}
		box := [4]float64{left, try.y - height + 4, left + width, try.y + 4}
		if !m.free(box) {
			continue
		}
		if n := dots.under(box); n < fewest {
			best, ok, fewest, taken = try, true, n, box
		}
	}
	if ok {
		m.taken = append(m.taken, taken)
	}
	return best, ok
}

func (m *room) free(b [4]float64) bool {
	if b[0] < m.left || b[2] > m.right || b[1] < m.top || b[3] > m.bottom {
		return false
	}
	return !slices.ContainsFunc(m.taken, func(t [4]float64) bool { return meet(t, b) })
}
