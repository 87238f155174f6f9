package programme

import (
	"maps"
	"slices"
)

// A translation is outdated when the text that it translates has changed since: it may ask for something else. The programme
// itself remembers which these are, so that the mark travels with the file and goes when somebody has looked again.

// Outdated lists the texts whose words in a language say what the text said before, in the order of the file.
func (p *Programme) Outdated(lang string) []Wording {
	t := p.translation(lang)
	if t == nil || len(t.Outdated) == 0 {
		return nil
	}
	return slices.DeleteFunc(p.Texts(), func(w Wording) bool { return !t.Outdated[w.ID] || t.Texts[w.ID] == "" })
}

// IsOutdated reports whether the words of a text in a language say what the text said before.
func (p *Programme) IsOutdated(lang, id string) bool {
	t := p.translation(lang)
	return t != nil && t.Outdated[id] && t.Texts[id] != ""
}

// Confirm says that the words of a text in a language are right as they are.
func (p *Programme) Confirm(lang, id string) {
	if p.IsOutdated(lang, id) {
		p.mark(lang, func(marks map[string]bool) { delete(marks, id) })
	}
}

// Outdate marks the translations of every text that was another: its words changed, and those in the other language are
// still the ones that it had. A text that says again what its translation translates is told apart by nobody, so it stays
// marked until somebody looks.
func (p *Programme) Outdate(was *Programme) {
	before := map[string]string{}
	eachText(was, func(id, _ string, _ int, words *string) { before[id] = *words })
	var changed []string
	eachText(p, func(id, _ string, _ int, words *string) {
		if old := before[id]; old != "" && *words != "" && old != *words {
			changed = append(changed, id)
		}
	})
	for i := range p.Translations {
		lang := p.Translations[i].Language
		for _, id := range changed {
			if now := p.Translated(lang, id); now != "" && now == was.Translated(lang, id) {
				p.mark(lang, func(marks map[string]bool) { marks[id] = true })
			}
		}
	}
}

// mark edits a copy of a language's marks.
func (p *Programme) mark(lang string, edit func(marks map[string]bool)) {
	marks := maps.Clone(p.translation(lang).Outdated)
	if marks == nil {
		marks = map[string]bool{}
	}
	edit(marks)
	if len(marks) == 0 {
		marks = nil
	}
	p.Translations = slices.Clone(p.Translations)
	p.translation(lang).Outdated = marks
}

// maxOutdated is more texts than a programme can have.
const maxOutdated = 20_000

// readOutdated reads which translations are outdated.
func readOutdated(o *object, p *Programme) {
	v, ok := o.value("outdated")
	if !ok {
		return
	}
	if v.t.kind != treeMap {
		v.wrong("%q is a group of languages, but here stands %s.", "outdated", v.t.name())
		return
	}
	for _, e := range v.t.entries {
		t := p.translation(e.key)
		switch {
		case t == nil:
			v.entryWrong(e, "There is no translation into “"+shorten(e.key, 40)+"” that could be outdated. Leave the line out.")
		case t.Outdated != nil:
			v.entryWrong(e, "“"+e.key+"” stands twice here. Keep one of them.")
		default:
			t.Outdated = o.under("outdated", e).marks(t.Texts)
		}
	}
}

// marks reads the addresses of one language.
func (n node) marks(texts map[string]string) map[string]bool {
	if n.t.kind != treeList || len(n.t.list) > maxOutdated {
		n.wrong("Here stands %s, but outdated texts are a list of their addresses: [questions.A1.text, …].", n.t.name())
		return nil
	}
	out := map[string]bool{}
	for i, item := range n.t.list {
		at := node{r: n.r, t: item, up: &n, index: i}
		id := at.string("outdated", maxLine)
		if _, ok := texts[id]; !ok && id != "" {
			at.wrong("“%s” is not translated, so it cannot be outdated. Leave it out.", shorten(id, 80))
			continue
		}
		if id != "" {
			out[id] = true
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// encodeOutdated writes the marks of the texts that the programme still has, in the order of the file.
func encodeOutdated(t *tree, p *Programme) {
	m := newMap()
	for i := range p.Translations {
		var ids []string
		for _, w := range p.Outdated(p.Translations[i].Language) {
			ids = append(ids, w.ID)
		}
		m.putWords(p.Translations[i].Language, ids)
	}
	if len(m.entries) > 0 {
		t.add("outdated", m)
	}
}
