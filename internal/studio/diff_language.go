package studio

import (
	"fmt"
	"slices"
	"strings"

	"plainclothes/internal/programme"
)

// languages compares the translations: which there are, and how many texts of each have other words.
func (d *differ) languages() {
	was, is := d.a.Languages(), d.b.Languages()
	if d.a.Language != d.b.Language && d.a.Language != "" {
		d.say("The programme’s own texts are in %s now; they were in %s.", ownLanguage(d.b), ownLanguage(d.a))
	}
	for _, tag := range is {
		name := programme.LanguageName(tag)
		switch {
		case tag == d.b.Language:
		case !slices.Contains(was, tag):
			d.say("The programme is in %s too now.", name)
		default:
			d.translation(tag, name)
		}
	}
	for _, tag := range was {
		if tag != d.a.Language && !slices.Contains(is, tag) {
			d.say("The programme is not in %s any more.", programme.LanguageName(tag))
		}
	}
}

func ownLanguage(p *programme.Programme) string {
	if p.Language == "" {
		return "a language that is not named"
	}
	return programme.LanguageName(p.Language)
}

// translation counts what changed in one language. Texts that came or went with a question are told where it is.
func (d *differ) translation(tag, name string) {
	var fresh, changed, gone, old, again int
	before := map[string]bool{}
	for _, w := range d.a.Texts() {
		before[w.ID] = true
	}
	for _, w := range d.b.Texts() {
		was, now := d.a.Translated(tag, w.ID), d.b.Translated(tag, w.ID)
		switch {
		case was == now && before[w.ID] && d.b.IsOutdated(tag, w.ID) && !d.a.IsOutdated(tag, w.ID):
			old++
		case was == now && before[w.ID] && d.a.IsOutdated(tag, w.ID) && !d.b.IsOutdated(tag, w.ID):
			again++
		case was == now || !before[w.ID]:
		case was == "":
			fresh++
		case now == "":
			gone++
		default:
			changed++
		}
	}
	var said []string
	for _, c := range []struct {
		n   int
		how string
	}{{fresh, "new"}, {changed, "changed"}, {gone, "gone"}, {old, "to look at again, because the text changed"}, {again, "looked at again"}} {
		if c.n > 0 {
			said = append(said, fmt.Sprintf("%d %s", c.n, c.how))
		}
	}
	if len(said) > 0 {
		d.say("Texts in %s: %s.", name, strings.Join(said, ", "))
	}
}
