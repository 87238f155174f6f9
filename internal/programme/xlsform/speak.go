package xlsform

import (
	"slices"
	"strings"

	"plainclothes/internal/programme"
)

// Where a record keeps the addresses of its words until they are written in every language.
const (
	labelText = "@label"
	hintText  = "@hint"
)

// languageHead is how forms write a language over a column: Portuguese (pt-BR).
func languageHead(tag string) string {
	first, _, _ := strings.Cut(tag, "-")
	return programme.LanguageName(first) + " (" + tag + ")"
}

// speak writes labels and hints in the programme's other languages. A programme without translations has plain columns;
// with some, every column names its language, as the makers of ODK and Kobo advise, and the settings name the programme's own.
func (b *form) speak() {
	for _, rows := range [][]record{b.survey, b.choices} {
		for _, r := range rows {
			for i := range b.p.Translations {
				b.say(r, b.p.Translations[i].Language)
			}
			delete(r, labelText)
			delete(r, hintText)
		}
	}
	if len(b.p.Translations) > 0 {
		b.own = languageHead(b.p.Language)
		b.settings["default_language"] = b.own
	}
}

// say writes what a row says in one language. Other tools show a dash for words that a language lacks, so the programme's own
// words stand there; reading leaves them out again.
func (b *form) say(r record, tag string) {
	if r["label"] != "" {
		r["label::"+languageHead(tag)] = orElse(b.p.Translated(tag, r[labelText]), r["label"])
	}
	if r["hint"] == "" {
		return
	}
	hint := r["hint"]
	if said := b.p.Translated(tag, r[hintText]); said != "" {
		q, _, _ := b.p.Question(r["name"])
		hint = said + strings.TrimPrefix(hint, q.Hint) // what we add to a hint stays behind it
	}
	r["hint::"+languageHead(tag)] = hint
}

// keys are the columns of a sheet by the names that records have for them.
func (b *form) keys(head []string) []string {
	if b.own == "" {
		return head
	}
	var all []string
	for _, h := range head {
		all = append(all, h)
		if h == "label" || h == "hint" {
			for i := range b.p.Translations {
				all = append(all, h+"::"+languageHead(b.p.Translations[i].Language))
			}
		}
	}
	if slices.Equal(head, settingsHead) {
		all = append(all, "default_language")
	}
	return all
}

// headed puts records under what stands over their columns.
func (b *form) headed(head []string, rows []record) [][]string {
	keys := b.keys(head)
	out := grid(keys, rows)
	if b.own == "" {
		return out
	}
	for i, k := range keys {
		if k == "label" || k == "hint" {
			out[0][i] = k + "::" + b.own
		}
	}
	return out
}

// untold counts the translated texts that no column of a form has a place for.
func untold(p *programme.Programme) int {
	n := 0
	for i := range p.Translations {
		for id, words := range p.Translations[i].Texts {
			if words != "" && !strings.HasPrefix(id, "questions.") && !strings.HasPrefix(id, "sections.") {
				n++
			}
		}
	}
	return n
}
