package builder

import (
	"slices"
	"strconv"

	"plainclothes/internal/web/kit"
)

// Shapes of a control.
const (
	line   = "line"   // one line of text
	area   = "area"   // several lines
	number = "number" // one line, with the keyboard for numbers
	choice = "select"
	tick   = "tick"   // one box
	ticks  = "ticks"  // several boxes
	hidden = "hidden" // a value that must travel along
)

// control is one labelled control of the builder's forms.
type control struct {
	Name, Label, Hint, Error string
	Shape                    string
	Values                   []string
	Options                  []kit.Option
	Optional                 bool
	Unit                     string // behind the control: "%", "points"
	Lines                    int    // of an area
	Size                     string // "small" or "middle" in a line of controls
	Quiet                    bool   // the label is for screen readers
	Theirs                   bool   // the label is somebody's own words
	Mixed                    bool   // among the options are somebody's own words; ours are said already
	First                    bool   // gets the focus when its card opens
	At                       int    // of several controls with this name: the place among them, from 1
}

// ID is the control's id; links of the error summary go there.
func (c control) ID() string { return "f-" + c.Key() }

// Key is what messages about the control are called.
func (c control) Key() string {
	if c.At > 1 {
		return c.Name + "." + strconv.Itoa(c.At)
	}
	return c.Name
}

// Value is the first value.
func (c control) Value() string {
	if len(c.Values) == 0 {
		return ""
	}
	return c.Values[0]
}

// On reports whether a value is chosen.
func (c control) On(v string) bool { return slices.Contains(c.Values, v) }

// Ticked reports whether the only box is ticked.
func (c control) Ticked() bool { return isTrue(c.Value()) }

// Missing reports whether the value is none of the options, so that it is shown as it is.
func (c control) Missing() bool {
	return c.Value() != "" && !slices.ContainsFunc(c.Options, func(o kit.Option) bool { return o.Value == c.Value() })
}

// Described gives the ids for aria-describedby, or "".
func (c control) Described() string {
	switch {
	case c.Hint != "" && c.Error != "":
		return c.ID() + "-hint " + c.ID() + "-error"
	case c.Hint != "":
		return c.ID() + "-hint"
	case c.Error != "":
		return c.ID() + "-error"
	}
	return ""
}

func (c control) help(hint string) control       { c.Hint = hint; return c }
func (c control) maybe() control                 { c.Optional = true; return c }
func (c control) in(unit string) control         { c.Unit = unit; return c }
func (c control) sized(size string) control      { c.Size = size; return c }
func (c control) first() control                 { c.First = true; return c }
func (c control) of(lines int) control           { c.Lines = lines; return c }
func (c control) among(all []kit.Option) control { c.Options = all; return c }

// own gives options of which some are words of people.
func (c control) own(all []kit.Option) control { c.Options, c.Mixed = all, true; return c }

// said puts what is ours into the reader's language.
func (c control) said(say func(string) string) control {
	c.Hint, c.Unit = say(c.Hint), say(c.Unit)
	if !c.Theirs {
		c.Label = say(c.Label)
	}
	if !c.Mixed {
		c.Options = saidOptions(c.Options, say)
	}
	return c
}

func saidOptions(all []kit.Option, say func(string) string) []kit.Option {
	out := make([]kit.Option, len(all))
	for i, o := range all {
		out[i] = kit.Option{Value: o.Value, Label: say(o.Label)}
	}
	return out
}

// isTrue reads a flag as the use cases write it.
func isTrue(s string) bool { return s == "true" || s == "on" || s == "yes" }

// group is some controls under one heading.
type group struct {
	Title    string
	Note     string
	Layout   string // "", "pair", "trio" or "grid-2"
	Fold     bool   // behind its heading, which opens it
	Open     bool
	Told     bool // its note says something even without controls
	Controls []control
	Rows     []row
	When     *conditions
	Paste    control // many at once
	PasteDo  string
	PasteTo  string // what its button says
}

// said puts what is ours into the reader's language.
func (g *group) said(say func(string) string) {
	g.Title, g.Note, g.PasteTo, g.Paste = say(g.Title), say(g.Note), say(g.PasteTo), g.Paste.said(say)
	for i := range g.Controls {
		g.Controls[i] = g.Controls[i].said(say)
	}
	for i := range g.Rows {
		r := &g.Rows[i]
		r.Add = say(r.Add)
		for j := range r.Controls {
			r.Controls[j] = r.Controls[j].said(say)
		}
	}
}

// row is one line of a list: an option, a band, a scenario.
type row struct {
	ID               string
	Label            string // what it is called, for the names of its buttons
	Controls         []control
	Up, Down, Remove string // what its buttons do, "" for none
	New              bool   // not there yet: it is saved when it is complete
	Pair             bool   // of two values that mean something only together: with one of them it waits
	Add              string // what the button of a new one says
	Finds            []find
}

// find is something unfinished or unwise.
type find struct {
	Bad     bool // unfinished
	Message string
}
