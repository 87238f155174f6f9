package xlsform

import (
	"maps"
	"slices"
	"strings"

	"plainclothes/internal/programme"
)

// maxTongues is how many translations come along, as many as a programme may have.
const maxTongues = 20

// tongues are the languages of a form besides the one that it is read in.
type tongues struct {
	own   string            // tag of the form's own language, "" when the form does not say
	tags  map[string]string // the language as it stands over a column → its tag
	texts map[string]map[string]string
}

// tagOf gives the tag of a language as forms write it: "German (de)", "Deutsch", "de"; "" when it is not known.
func tagOf(s string) string {
	name, tag, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(s), ")"), "(")
	name, tag = strings.TrimSpace(name), strings.TrimSpace(strings.ReplaceAll(tag, "_", "-"))
	switch {
	case programme.IsLanguage(tag):
		return tag
	case tag == "" && programme.IsLanguage(name):
		return name
	}
	for _, known := range programme.LanguageTags() {
		if strings.EqualFold(name, programme.LanguageName(known)) || strings.EqualFold(name, programme.OwnName(known)) {
			return known
		}
	}
	return ""
}

// openTongues finds out in which languages the form speaks. wanted is the default that its settings name. What is read
// is in r.language; without a language of its own a form's translations have nothing to be translations of.
func (r *reader) openTongues(wanted string) {
	r.tongues = tongues{own: tagOf(orElse(r.language, wanted)), tags: map[string]string{}, texts: map[string]map[string]string{}}
	if r.tongues.own == "" {
		return
	}
	for _, t := range []*table{r.survey, r.choiceSheet} {
		if t == nil {
			continue
		}
		for _, c := range t.columns {
			tag := tagOf(c.language)
			if c.name != "label" && c.name != "hint" || tag == "" || tag == r.tongues.own || r.tongues.tags[c.language] != "" {
				continue
			}
			if _, known := r.tongues.texts[tag]; !known && len(r.tongues.texts) == maxTongues {
				continue
			}
			r.tongues.tags[c.language], r.tongues.texts[tag] = tag, orEmpty(r.tongues.texts[tag])
		}
	}
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	return m
}

// spokenIn gives what a row says in each other language in one column, by tag; of two columns of a language the first.
func (r *reader) spokenIn(t *table, x *row, name string, limit int, oneLine bool) map[string]string {
	var out map[string]string
	for _, c := range t.columns {
		tag := r.tongues.tags[c.language]
		if c.name != name || tag == "" || x.cell(c.at) == "" || out[tag] != "" || r.untranslated(t, x, c) {
			continue
		}
		out = orEmpty(out)
		out[tag] = armed(r.fit(t.name, x.number, c.at, x.cell(c.at), limit, oneLine))
	}
	return out
}

// untranslated reports whether a cell in another language says nothing new: it holds the form's own words, which we write
// where there is no translation because other tools show a dash there, or what we wrote ourselves.
func (r *reader) untranslated(t *table, x *row, c column) bool {
	own, at := t.say(x, c.name, r.language)
	if own == x.cell(c.at) && at != c.at {
		return true
	}
	if r.kept == nil || t != r.survey {
		return false
	}
	was, ok := r.kept.rows[t.get(x, "name")]
	return ok && clean(was[c.name+"::"+c.language]) == x.cell(c.at)
}

// translate keeps the words of one text.
func (r *reader) translate(id string, words map[string]string) {
	for tag, s := range words {
		r.tongues.texts[tag][id] = s
	}
}

// translateQuestion keeps what a row says of a question in other languages. note is the note before it.
func (r *reader) translateQuestion(x *row, q *programme.Question, note map[string]string) {
	r.translate("questions."+q.ID+".text", r.spokenIn(r.survey, x, "label", 4000, false))
	hints := r.spokenIn(r.survey, x, "hint", 4000, false)
	for tag, s := range note {
		hints = orEmpty(hints)
		hints[tag], _ = limit(strings.TrimSpace(s+"\n"+hints[tag]), 4000)
	}
	r.translate("questions."+q.ID+".hint", hints)
}

// translateOptions keeps the labels of choices in other languages, for the options that the question has.
func (r *reader) translateOptions(q *programme.Question, items []choice, codes map[string]string) {
	for i := range items {
		if _, ok := q.Option(codes[items[i].name]); ok {
			r.translate(r.answerText(q.ID, codes[items[i].name]), items[i].words)
		}
	}
}

// answerText is the address of an answer's words: those of a level of ours are no options.
func (r *reader) answerText(question, code string) string {
	if r.kept != nil {
		if q, _, ok := r.kept.base.Question(question); ok && q.Kind == programme.LevelKind {
			return "questions." + question + "." + code
		}
	}
	return "questions." + question + ".options." + code
}

// speak gives the programme the form's languages; what stood in its sheet before stays where the form says nothing.
func (r *reader) speak(p *programme.Programme) {
	for _, tag := range slices.Sorted(maps.Keys(r.tongues.texts)) {
		texts := r.tongues.texts[tag]
		if len(texts) == 0 || tag == p.Language {
			continue
		}
		if p.Language == "" {
			p.Language = r.tongues.own
		}
		i := slices.IndexFunc(p.Translations, func(t programme.Translation) bool { return t.Language == tag })
		if i < 0 {
			p.Translations = append(slices.Clip(p.Translations), programme.Translation{Language: tag, Texts: texts})
			continue
		}
		merged := maps.Clone(p.Translations[i].Texts)
		maps.Copy(merged, texts)
		p.Translations = slices.Clone(p.Translations)
		p.Translations[i].Texts = merged
	}
}

// unspoken says why the words of a language were not taken.
func (r *reader) unspoken(language string) string {
	switch {
	case tagOf(language) == "":
		return "Which language this is cannot be told, so it was not taken. Write it over the column as German (de)."
	case r.tongues.own == "":
		return "The form does not say in which language its own words are, so their translations were not taken. Name it as default_language on the sheet settings."
	case tagOf(language) == r.tongues.own:
		return "These are words in the form's own language once more; they were not taken."
	}
	return "A programme has at most 20 translations; this one was not taken."
}
