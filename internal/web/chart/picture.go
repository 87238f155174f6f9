package chart

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// picture writes an SVG file that stands alone: colours and sizes are attributes, so that it looks the same in a browser, a
// text program and a printer, without our style sheet. It is light, whatever the reader's screen is.
type picture struct {
	b             strings.Builder
	width, height float64
}

// Colours of files: the light ones of the pages.
const (
	inkDark, inkSoft, lineSoft, rangeGrey = "#1B2024", "#474E54", "#D8D2C6", "#B5AFA6"
	bandInner, bandOuter                  = "#EFEBE2", "#F6F4EF"
	toneAbove, toneBelow                  = "#1B6A73", "#A8442A"
)

// stepColours are fill and ink of the seven steps, from −3.
var stepColours = [7][2]string{
	{"#A8442A", "#FFFFFF"}, {"#D9906F", "#1B2024"}, {"#F0CFBB", "#1B2024"}, {"#EFEBE2", "#1B2024"}, {"#C3DDDB", "#1B2024"}, {"#79B5B6", "#1B2024"}, {"#1B6A73", "#FFFFFF"},
}

// pictureHead is the height of title and note, in units of the drawing.
const pictureHead = 56

func newPicture(title, note string, width, height float64) *picture {
	p := &picture{width: width, height: height + pictureHead + 24}
	p.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<svg xmlns="http://www.w3.org/2000/svg" width="` + num(p.width) + `" height="` + num(p.height) +
		`" viewBox="0 0 ` + num(p.width) + " " + num(p.height) + `" font-family="system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" font-size="13" role="img">` + "\n<title>")
	p.b.WriteString(escape(title) + "</title>\n")
	p.rect(0, 0, p.width, p.height, "#FFFFFF")
	p.words(24, 26, title, "start", inkDark, 18, true)
	p.words(24, 45, note, "start", inkSoft, 12, false)
	p.b.WriteString(`<g transform="translate(0 ` + num(pictureHead) + `)">` + "\n")
	return p
}

func (p *picture) done() []byte { return []byte(p.b.String() + "</g>\n</svg>\n") }

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil { // a strings.Builder takes everything
		return ""
	}
	return b.String()
}

func num(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// value reads a place of a drawing; "" is 0.
func value(s string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil {
		return 0
	}
	return v
}

func (p *picture) rect(x, y, w, h float64, fill string) {
	p.b.WriteString(`<rect x="` + num(x) + `" y="` + num(y) + `" width="` + num(w) + `" height="` + num(h) + `" fill="` + fill + `"/>` + "\n")
}

func (p *picture) line(x1, y1, x2, y2 float64, colour string, width float64, dashed bool) {
	p.b.WriteString(`<line x1="` + num(x1) + `" y1="` + num(y1) + `" x2="` + num(x2) + `" y2="` + num(y2) + `" stroke="` + colour + `" stroke-width="` + num(width) + `"`)
	if dashed {
		p.b.WriteString(` stroke-dasharray="4 4"`)
	}
	p.b.WriteString("/>\n")
}

// bar is a line with round ends.
func (p *picture) bar(x1, x2, y float64, colour string) {
	p.b.WriteString(`<line x1="` + num(x1) + `" y1="` + num(y) + `" x2="` + num(x2) + `" y2="` + num(y) + `" stroke="` + colour + `" stroke-width="8" stroke-linecap="round"/>` + "\n")
}

func (p *picture) circle(x, y, r float64, fill string) {
	p.b.WriteString(`<circle cx="` + num(x) + `" cy="` + num(y) + `" r="` + num(r) + `" fill="` + fill + `" stroke="#FFFFFF" stroke-width="1.5"/>` + "\n")
}

func (p *picture) area(points, fill string) {
	if points != "" {
		p.b.WriteString(`<polygon points="` + escape(points) + `" fill="` + fill + `"/>` + "\n")
	}
}

func (p *picture) path(points, colour string) {
	p.b.WriteString(`<polyline points="` + escape(points) + `" fill="none" stroke="` + colour + `" stroke-width="2" stroke-linejoin="round"/>` + "\n")
}

func (p *picture) words(x, y float64, text, anchor, colour string, size float64, strong bool) {
	if text == "" {
		return
	}
	p.b.WriteString(`<text x="` + num(x) + `" y="` + num(y) + `" text-anchor="` + anchorOf(anchor) + `" fill="` + colour + `" font-size="` + num(size) + `"`)
	if strong {
		p.b.WriteString(` font-weight="600"`)
	}
	p.b.WriteString(">" + escape(text) + "</text>\n")
}

func anchorOf(a string) string {
	if a == "mid" {
		return "middle"
	}
	return a
}

func (t Tone) colour(neutral string) string {
	switch t {
	case Above:
		return toneAbove
	case Below:
		return toneBelow
	case Neutral:
	}
	return neutral
}

// Say puts words of ours into the reader's language.
type Say func(words string) string

// File is the funnel as an SVG file of its own. Title and note are in the reader's language already.
func (f *Funnel) File(title, note string, say Say) []byte {
	p := newPicture(title, note, float64(f.Width), float64(f.Height))
	p.area(f.Outer, bandOuter)
	p.area(f.Inner, bandInner)
	left, right := value(f.Left), value(f.Right)
	for _, g := range f.Grid {
		p.line(left, value(g.X), right, value(g.X), lineSoft, 1, false)
		p.words(left-8, value(g.X)+4, say(g.Text), "end", inkSoft, 13, false)
	}
	p.line(left, value(f.Middle.Y), right, value(f.Middle.Y), inkSoft, 1.5, false)
	if f.Cloud != "" {
		p.b.WriteString(`<path d="` + escape(f.Cloud) + `" stroke="#857F74" stroke-linecap="round" stroke-width="` + f.CloudWidth + `"/>` + "\n")
	}
	for _, d := range f.Dots {
		colour := inkSoft
		if d.Inside {
			colour = "#857F74"
		}
		p.circle(value(d.X), value(d.Y), value(d.R), colour)
	}
	p.words(value(f.Middle.X), value(f.Middle.Y)-7, say(f.Middle.Text), "start", inkDark, 13, false)
	for _, e := range f.Edges {
		p.words(value(e.X), value(e.Y), say(e.Text), "end", inkSoft, 13, false)
	}
	for _, n := range f.Named {
		p.circle(value(n.X), value(n.Y), value(n.R), n.Tone.colour(inkSoft))
		if n.LabelX != "" {
			p.words(value(n.LabelX), value(n.LabelY), n.Name, n.Anchor, inkDark, 13, true)
		}
	}
	for _, t := range f.Ticks {
		p.words(value(t.X), value(f.Bottom), t.Text, "mid", inkSoft, 13, false)
	}
	p.words(right, value(f.Foot), say("visits"), "end", inkSoft, 13, false)
	return p.done()
}

// File is the months as an SVG file of their own.
func (m *Months) File(title, note string, say Say) []byte {
	p := newPicture(title, note, float64(m.Width), float64(m.Height))
	left, right := value(m.Left), value(m.Right)
	for _, g := range m.Grid {
		p.line(left, value(g.X), right, value(g.X), lineSoft, 1, false)
		p.words(numbersEnd, value(g.X)+4, g.Text, "end", inkSoft, 12, false)
	}
	for _, r := range m.Ribbon {
		p.area(r, bandInner)
	}
	if m.Standard != nil {
		p.line(left, value(m.Standard.X), right, value(m.Standard.X), inkDark, 1.5, true)
	}
	for _, l := range m.Line {
		p.path(l, m.Tone.colour(inkSoft))
	}
	for _, d := range m.Dots {
		p.circle(value(d.X), value(d.Y), value(d.R), m.Tone.colour(inkSoft))
	}
	for _, l := range m.Labels {
		p.words(value(l.X), value(m.Bottom), say(l.Text), l.Anchor, inkSoft, 12, false)
	}
	return p.done()
}

// File is the chart that watches as an SVG file of its own.
func (s *Sums) File(title, note string, say Say) []byte {
	p := newPicture(title, note, float64(s.Width), float64(s.Height))
	left, right := value(s.Left), value(s.Right)
	p.line(left, value(s.Floor), right, value(s.Floor), lineSoft, 1, false)
	p.line(left, value(s.Limit), right, value(s.Limit), inkDark, 1.5, true)
	p.words(right, value(s.Limit)-5, say("alarm"), "end", inkSoft, 12, false)
	for _, l := range s.Lines {
		p.path(l, inkSoft)
	}
	for _, d := range s.Dots {
		colour := inkSoft
		if d.Alarm {
			colour = toneBelow
		}
		p.circle(value(d.X), value(d.Y), value(d.R), colour)
	}
	return p.done()
}

// BarLine is one line of a file of bars: what it is called, its bar, its value and a few words.
type BarLine struct {
	Name, Value, Words string
	Bar                Bar
}

const (
	barsWidth, barsLeft, barsRight = 1010.0, 350.0, 750.0
	namesIn                        = 28 // letters of a name that leave room for its value, also in a wide font
	barsLine                       = 30.0
)

// BarsFile is a table of bars as an SVG file; places of bars are percent of their column.
func BarsFile(title, note string, axis []Tick, lines []BarLine) []byte {
	p := newPicture(title, note, barsWidth, barsLine*float64(len(lines)+1))
	at := func(s string) float64 { return barsLeft + (barsRight-barsLeft)*value(s)/100 }
	for _, t := range axis {
		p.words(at(t.X), 16, t.Text, t.Anchor, inkSoft, 13, t.Strong)
	}
	for i := range lines {
		l, y := &lines[i], barsLine*(float64(i)+1.5)
		p.words(24, y+4, cut(l.Name, namesIn), "start", inkDark, 13, true)
		p.words(barsLeft-12, y+4, l.Value, "end", inkDark, 13, true)
		p.line(at("3"), y, at("97"), y, lineSoft, 1, false)
		if l.Bar.X1 != "" {
			p.bar(at(l.Bar.X1), at(l.Bar.X2), y, l.Bar.Tone.colour(rangeGrey))
		}
		if l.Bar.Standard != "" {
			p.line(at(l.Bar.Standard), y-barsLine/2, at(l.Bar.Standard), y+barsLine/2, inkDark, 1.5, false)
		}
		if l.Bar.Dot != "" {
			p.circle(at(l.Bar.Dot), y, 6, l.Bar.Tone.colour(inkSoft))
		}
		p.words(barsRight+24, y+4, cut(l.Words, 36), "start", l.Bar.Tone.colour(inkSoft), 13, l.Bar.Tone != Neutral)
	}
	return p.done()
}

// HeatCell is one cell of a file: its number, and its step from −3 to 3 where it has one.
type HeatCell struct {
	Text    string
	Step    int
	Stepped bool
	Thin    bool
}

// HeatLine is one line of it.
type HeatLine struct {
	Name  string
	Cells []HeatCell
}

const heatNames = 26 // letters of a name that leave room for the cells

const (
	heatLeft, heatCell, heatLine, heatTop = 265.0, 76.0, 30.0, 44.0
)

// HeatFile is a heat map as an SVG file.
func HeatFile(title, note string, columns []string, lines []HeatLine) []byte {
	p := newPicture(title, note, max(480, heatLeft+heatCell*float64(len(columns))+24), heatTop+heatLine*float64(len(lines)))
	for k, c := range columns {
		x := heatLeft + heatCell*(float64(k)+0.5)
		for i, part := range folded(c, 12, 3) {
			p.words(x, 10+14*float64(i), part, "mid", inkSoft, 11, false)
		}
	}
	for i := range lines {
		y := heatTop + heatLine*float64(i)
		p.words(24, y+20, cut(lines[i].Name, heatNames), "start", inkDark, 13, true)
		for k, c := range lines[i].Cells {
			p.cell(heatLeft+heatCell*float64(k), y, c)
		}
	}
	return p.done()
}

func (p *picture) cell(x, y float64, c HeatCell) {
	fill, ink := "#FFFFFF", inkSoft
	if c.Stepped {
		colours := stepColours[max(-3, min(3, c.Step))+3]
		fill, ink = colours[0], colours[1]
	}
	p.rect(x+1.5, y+1.5, heatCell-3, heatLine-3, fill)
	if c.Thin {
		p.b.WriteString(`<rect x="` + num(x+4) + `" y="` + num(y+4) + `" width="` + num(heatCell-8) + `" height="` + num(heatLine-8) +
			`" fill="none" stroke="` + ink + `" stroke-dasharray="2 2"/>` + "\n")
	}
	p.words(x+heatCell/2, y+20, c.Text, "mid", ink, 13, !c.Thin)
}

// folded breaks a title into lines of about so many characters, at most so many lines.
func folded(text string, width, most int) []string {
	var all []string
	now := ""
	for _, w := range strings.Fields(text) {
		switch {
		case now == "":
			now = w
		case letters(now)+1+letters(w) <= width:
			now += " " + w
		default:
			all, now = append(all, cut(now, width+1)), w
		}
	}
	all = append(all, cut(now, width+1))
	if len(all) > most {
		all = all[:most]
		all[most-1] = cut(all[most-1]+" …", width+1)
	}
	return all
}

// File is a gap with its parts as an SVG file.
func (x *Parts) File(title, note string, say Say) []byte {
	lines := append(append([]PartBar(nil), x.Rows...), x.Total)
	p := newPicture(title, note, barsWidth, barsLine*float64(len(lines)))
	at := func(s string) float64 { return barsLeft + (barsRight-barsLeft)*value(s)/100 }
	for i := range lines {
		l, y := &lines[i], barsLine*(float64(i)+0.5)
		if i == len(lines)-1 {
			p.line(24, y-barsLine/2, barsWidth-24, y-barsLine/2, inkSoft, 1, false)
		}
		p.words(24, y+4, cut(l.Name+say(l.Rest), namesIn), "start", inkDark, 13, true)
		p.words(barsLeft-12, y+4, say(l.Value), "end", inkDark, 13, true)
		w := (barsRight - barsLeft) * value(l.Width) / 100
		if l.Sure {
			p.rect(at(l.X), y-7, w, 14, l.Tone.colour(inkSoft))
		} else {
			p.b.WriteString(`<rect x="` + num(at(l.X)) + `" y="` + num(y-7) + `" width="` + num(w) + `" height="14" fill="#FFFFFF" stroke="` + l.Tone.colour(inkSoft) + `"/>` + "\n")
		}
		p.line(at(l.Zero), y-barsLine/2, at(l.Zero), y+barsLine/2, inkSoft, 1, false)
		p.words(barsRight+24, y+4, cut(say(l.Words), 36), "start", inkSoft, 13, false)
	}
	return p.done()
}
