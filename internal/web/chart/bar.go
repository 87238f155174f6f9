package chart

import "slices"

// Tone of a drawing: how the word beside it judges.
type Tone string

// The tones, as CSS classes.
const (
	Neutral Tone = ""
	Above   Tone = "above"
	Below   Tone = "below"
)

// Bar is one row's interval: a rail from end to end, the range, the standard's line, the dot.
// X1, X2, Dot, Seen and Standard are percent of the width; an empty one is not drawn.
type Bar struct {
	Title    string
	Tone     Tone
	X1, X2   string
	Dot      string
	Seen     string // a ring where the visits themselves lie, when the dot is drawn away from them
	Standard string
}

// NewBar draws a value with its range; target 0 draws no line. hasRange is false where only the value is known.
func NewBar(s Scale, v Span, hasRange bool, target int, tone Tone) Bar {
	b := Bar{Tone: tone, Dot: s.across(v.Value), Title: Whole(v.Value) + "%"}
	if hasRange {
		b.X1, b.X2 = s.across(v.Lo), s.across(v.Hi)
		b.Title = Whole(v.Lo) + " to " + Whole(v.Hi) + "%"
	}
	b.Standard = Line(s, target)
	return b
}

// WithSeen adds the ring, unless it would hide behind the dot.
func (b Bar) WithSeen(s Scale, seen, value float64) Bar {
	if d := s.part(seen) - s.part(value); d >= ringFrom || d <= -ringFrom {
		b.Seen = s.across(seen)
	}
	return b
}

// ringFrom is the part of the width from which a ring stands beside its dot.
const ringFrom = 0.025

// Line is where a target lies, "" without one.
func Line(s Scale, target int) string {
	if target <= 0 {
		return ""
	}
	return s.across(float64(target))
}

// Empty is the row of a branch without visits: nothing but the rail and the standard.
func Empty(s Scale, target int) Bar { return Bar{Title: "no visits", Standard: Line(s, target)} }

// Tick is one label of an axis. Anchor is the class start, mid or end.
type Tick struct {
	X, Text, Anchor string
	Strong          bool
	Close           bool // touches the target's label where the axis is as narrow as a table on a phone
}

// near is the part of an axis below which two labels would touch on a phone.
const near = 0.24

// closeBy is the same in the narrowest tables, for a label at an axis's end, which reaches far into it.
const closeBy = 0.34

// Axis labels the ends, the middle and, in bold, the target; labels that would touch that of the target are left out.
func Axis(s Scale, target int) []Tick {
	middle := step * float64(int((s.lo+s.hi)/2/step))
	marks := []struct {
		bp     float64
		anchor string
	}{{s.lo, "start"}, {middle, "mid"}, {s.hi, "end"}}
	var ticks []Tick
	strong := Tick{X: s.across(float64(target)), Text: targetText(target), Anchor: "mid", Strong: true}
	for _, m := range marks {
		if target > 0 && !strong.drawn(ticks) && float64(target) <= m.bp {
			ticks = append(ticks, strong)
		}
		if target <= 0 || apart(s, m.bp, target, near) {
			ticks = append(ticks, Tick{X: s.across(m.bp), Text: Whole(m.bp), Anchor: m.anchor, Close: target > 0 && !apart(s, m.bp, target, closeBy)})
		}
	}
	return ticks
}

// drawn reports whether the label stands among others already.
func (t Tick) drawn(ticks []Tick) bool { return slices.Contains(ticks, t) }

func apart(s Scale, bp float64, target int, by float64) bool {
	d := s.part(bp) - s.part(float64(target))
	return d >= by || d <= -by
}

// targetText writes a target with the decimals that it has: 85, 92.5.
func targetText(bp int) string {
	if bp%100 == 0 {
		return Whole(float64(bp))
	}
	return short(float64(bp) / 100)
}
