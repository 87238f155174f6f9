package chart

import (
	"html/template"
	"strings"
)

// A table has a bar in each of its hundred rows, and a template takes longer for each attribute than the drawing for the whole:
// what holds nothing but numbers is written here, words and links stay with the templates.

// marks are shapes as they stand in the page.
type marks struct{ b strings.Builder }

// shape writes one with the attributes that have a value: name and value by turns.
func (m *marks) shape(tag, class string, attributes ...string) {
	m.b.WriteString("<" + tag + ` class="` + template.HTMLEscapeString(class))
	for i := 0; i+1 < len(attributes); i += 2 {
		m.b.WriteString(`" ` + attributes[i] + `="` + template.HTMLEscapeString(attributes[i+1]))
	}
	m.b.WriteString(`"/>`)
}

func (m *marks) html() template.HTML {
	return template.HTML(m.b.String()) //nolint:gosec // shape escapes what is no name of ours
}

// Marks are the bar's lines and dots.
func (b Bar) Marks() template.HTML {
	var m marks
	m.shape("line", "rail", "x1", "3%", "x2", "97%", "y1", "50%", "y2", "50%")
	if b.X1 != "" {
		m.shape("line", "range", "x1", b.X1, "x2", b.X2, "y1", "50%", "y2", "50%")
	}
	if b.Standard != "" {
		m.shape("line", "standard", "x1", b.Standard, "x2", b.Standard, "y2", "100%")
	}
	if b.Seen != "" {
		m.shape("circle", "seen", "cx", b.Seen, "cy", "50%", "r", "5")
	}
	if b.Dot != "" {
		m.shape("circle", "dot", "cx", b.Dot, "cy", "50%", "r", "6")
	}
	return m.html()
}

// Marks are the named dot, and around it what a finger hits.
func (n FunnelName) Marks() template.HTML {
	var m marks
	m.shape("circle", "hit", "cx", n.X, "cy", n.Y, "r", "15")
	m.shape("circle", "dot "+string(n.Tone), "cx", n.X, "cy", n.Y, "r", n.R)
	return m.html()
}
