package scoring

import (
	"slices"

	"plainclothes/internal/programme"
)

// critical is one must-not-fail answer of an item.
type critical struct {
	effect  programme.Effect
	capBP   int
	section int    // with ZeroSection, else -1
	option  string // fires when this option is chosen; "" fires by when
	when    []string
}

// firing is a critical that fired: items[item].critical[critical].
type firing struct{ item, critical int }

func newCritical(cr *programme.Critical, option string, sections map[string]int) critical {
	c := critical{effect: cr.Effect, capBP: cr.CapBP, section: -1, option: option, when: cr.When}
	if at, ok := sections[cr.Section]; ok && cr.Effect == programme.ZeroSection {
		c.section = at
	}
	return c
}

// fires reports whether an answer that fits fires the critical; only an answered question can.
func (c *critical) fires(q *programme.Question, a *programme.Answer) bool {
	switch {
	case a.State != programme.Answered:
		return false
	case c.option == "":
		return programme.Matches(q, *a, c.when)
	case q.Kind == programme.Multi:
		return slices.Contains(a.Codes, c.option)
	}
	return a.Text == c.option
}
