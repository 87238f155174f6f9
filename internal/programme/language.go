package programme

import (
	"maps"
	"slices"
	"strings"
)

// Translation is a programme's texts in one more language, by their addresses. A text that is not in it is shown in the
// programme's own language; points, ids and conditions are the same in every language.
type Translation struct {
	Language string
	Texts    map[string]string
	Outdated map[string]bool // addresses of texts that changed since they were translated; nil for none
}

// maxLanguages is how many translations one programme may have.
const maxLanguages = 20

// IsLanguage reports whether s names a language as BCP 47 does: de, pt-BR, zh-Hant, es-419.
func IsLanguage(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) > 3 || !lettersOf(parts[0], 'a', 2, 3) {
		return false
	}
	rest := parts[1:]
	if len(rest) > 0 && len(rest[0]) == 4 {
		if rest[0][0] < 'A' || rest[0][0] > 'Z' || !lettersOf(rest[0][1:], 'a', 3, 3) {
			return false
		}
		rest = rest[1:]
	}
	return len(rest) == 0 || len(rest) == 1 && (lettersOf(rest[0], 'A', 2, 2) || len(rest[0]) == 3 && allDigits(rest[0]))
}

// lettersOf reports whether s is lo to hi letters from the 26 that begin at first.
func lettersOf(s string, first byte, lo, hi int) bool {
	if len(s) < lo || len(s) > hi {
		return false
	}
	for i := range len(s) {
		if s[i] < first || s[i] >= first+26 {
			return false
		}
	}
	return true
}

// languageNames are the languages that people choose from by name, in English.
var languageNames = map[string]string{
	"ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
	"es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
	"hu": "Hungarian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
	"mk": "Macedonian", "mt": "Maltese", "nb": "Norwegian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
	"sk": "Slovak", "sl": "Slovene", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "th": "Thai", "tr": "Turkish",
	"uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}

// LanguageName gives the English name of a language, with what narrows it: "German", "Portuguese (BR)". One without a
// name here is called by its tag.
func LanguageName(tag string) string { return nameFrom(languageNames, tag) }

func nameFrom(names map[string]string, tag string) string {
	first, rest, narrowed := strings.Cut(tag, "-")
	name, ok := names[first]
	switch {
	case !ok:
		return tag
	case narrowed:
		return name + " (" + rest + ")"
	}
	return name
}

// ownNames are the same languages in themselves, for whoever looks for his own.
var ownNames = map[string]string{
	"ar": "العربية", "bg": "български", "bn": "বাংলা", "ca": "català", "cs": "čeština", "da": "dansk", "de": "Deutsch", "el": "ελληνικά",
	"en": "English", "es": "español", "et": "eesti", "fa": "فارسی", "fi": "suomi", "fr": "français", "ga": "Gaeilge", "he": "עברית",
	"hi": "हिन्दी", "hr": "hrvatski", "hu": "magyar", "id": "Indonesia", "is": "íslenska", "it": "italiano", "ja": "日本語", "ko": "한국어",
	"lt": "lietuvių", "lv": "latviešu", "mk": "македонски", "mt": "Malti", "nb": "norsk", "nl": "Nederlands", "pl": "polski", "pt": "português",
	"ro": "română", "ru": "русский", "sk": "slovenčina", "sl": "slovenščina", "sq": "shqip", "sr": "српски", "sv": "svenska", "sw": "Kiswahili",
	"th": "ไทย", "tr": "Türkçe", "uk": "українська", "ur": "اردو", "vi": "Tiếng Việt", "zh": "中文",
}

// OwnName gives the name of a language in itself: "Deutsch", "português (BR)".
func OwnName(tag string) string { return nameFrom(ownNames, tag) }

// LanguageTags lists the languages that have names, by name.
func LanguageTags() []string {
	return slices.SortedFunc(maps.Keys(languageNames), func(a, b string) int { return strings.Compare(languageNames[a], languageNames[b]) })
}

// RightToLeft reports whether a language is written from right to left.
func RightToLeft(tag string) bool {
	first, rest, _ := strings.Cut(tag, "-")
	script, _, _ := strings.Cut(rest, "-")
	switch first {
	case "ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "arc":
		return script != "Latn" && script != "Cyrl"
	}
	return script == "Arab" || script == "Hebr"
}

// Languages lists the programme's languages: its own first, when the file names it, then the translations.
func (p *Programme) Languages() []string {
	var all []string
	if p.Language != "" {
		all = append(all, p.Language)
	}
	for i := range p.Translations {
		all = append(all, p.Translations[i].Language)
	}
	return all
}

// Match gives the first of the wanted languages that the programme has, "" when it has none of them. A wanted de-AT is
// met by de, and a wanted de by de-CH when there is nothing nearer.
func (p *Programme) Match(wanted ...string) string {
	have := p.Languages()
	for _, w := range wanted {
		if best := nearestLanguage(w, have); best != "" {
			return best
		}
	}
	return ""
}

// nearestLanguage looks for the same tag, then for the same language without what narrows it, then for any variety.
func nearestLanguage(want string, have []string) string {
	first, _, _ := strings.Cut(want, "-")
	switch {
	case want == "":
		return ""
	case slices.Contains(have, want):
		return want
	case slices.Contains(have, first):
		return first
	}
	for _, h := range have {
		if f, _, _ := strings.Cut(h, "-"); f == first {
			return h
		}
	}
	return ""
}

// translation gives the texts of a language, nil when the programme is not translated into it.
func (p *Programme) translation(lang string) *Translation {
	for i := range p.Translations {
		if p.Translations[i].Language == lang {
			return &p.Translations[i]
		}
	}
	return nil
}

// In gives the programme to read in a language: a copy with the same ids, points and conditions, whose texts are the
// translated ones where there are some. It is the programme itself for its own language and for one that it does not
// have. The copy is for showing: it has another hash.
func (p *Programme) In(lang string) *Programme {
	t := p.translation(lang)
	if t == nil {
		return p
	}
	c := p.unshared()
	eachText(c, func(id, _ string, _ int, words *string) {
		if w := t.Texts[id]; w != "" {
			*words = w
		}
	})
	return c
}

// Lacks lists the texts that a language has no words for, in the order of the file.
func (p *Programme) Lacks(lang string) []Wording {
	if lang == p.Language {
		return nil
	}
	var texts map[string]string
	if t := p.translation(lang); t != nil {
		texts = t.Texts
	}
	return slices.DeleteFunc(p.Texts(), func(t Wording) bool { return texts[t.ID] != "" })
}

// Translated gives the words of a text in a language, "" when there are none.
func (p *Programme) Translated(lang, id string) string {
	if t := p.translation(lang); t != nil {
		return t.Texts[id]
	}
	return ""
}

// AddLanguage begins a translation, unless there is one.
func (p *Programme) AddLanguage(lang string) {
	if lang != p.Language && p.translation(lang) == nil {
		p.Translations = append(slices.Clip(p.Translations), Translation{Language: lang, Texts: map[string]string{}})
	}
}

// DropLanguage takes a translation away.
func (p *Programme) DropLanguage(lang string) {
	p.Translations = slices.DeleteFunc(slices.Clone(p.Translations), func(t Translation) bool { return t.Language == lang })
}

// SetText writes one text in a language, which is begun when it is new; no words take it away. Programmes that share the
// translation keep theirs.
func (p *Programme) SetText(lang, id, words string) {
	p.AddLanguage(lang)
	p.change(lang, func(texts map[string]string) {
		delete(texts, id)
		if words != "" {
			texts[id] = words
		}
	})
	p.Confirm(lang, id)
}

// change edits a copy of a language's texts.
func (p *Programme) change(lang string, edit func(texts map[string]string)) {
	t := p.translation(lang)
	if t == nil {
		return
	}
	texts := maps.Clone(t.Texts)
	if texts == nil {
		texts = map[string]string{}
	}
	edit(texts)
	p.Translations = slices.Clone(p.Translations)
	p.translation(lang).Texts = texts
}

// RenameTexts moves the translations of a part whose id changed, and of everything below it: from questions.A1 to
// questions.B7.
func (p *Programme) RenameTexts(from, to string) {
	p.moveTexts(from, to, true)
}

// CopyTexts gives a copied part the translations of the first one.
func (p *Programme) CopyTexts(from, to string) {
	p.moveTexts(from, to, false)
}

// BringTexts takes over another programme's translations of a part, and of everything below it, in the languages that both
// have: for a part that stood there and comes back.
func (p *Programme) BringTexts(from *Programme, part string) {
	for _, lang := range p.Languages() {
		theirs := from.translation(lang)
		if theirs == nil {
			continue
		}
		for id, words := range theirs.Texts {
			if rest, under := strings.CutPrefix(id, part); !under || rest != "" && rest[0] != '.' {
				continue
			}
			p.change(lang, func(texts map[string]string) { texts[id] = words })
			if theirs.Outdated[id] {
				p.mark(lang, func(marks map[string]bool) { marks[id] = true })
			}
		}
	}
}

func (p *Programme) moveTexts(from, to string, away bool) {
	for _, lang := range p.Languages() {
		p.change(lang, func(texts map[string]string) {
			for id, words := range maps.Clone(texts) {
				rest, under := strings.CutPrefix(id, from)
				if !under || rest != "" && rest[0] != '.' {
					continue
				}
				if away {
					delete(texts, id)
				}
				texts[to+rest] = words
				if p.translation(lang).Outdated[id] {
					p.mark(lang, func(marks map[string]bool) {
						if away {
							delete(marks, id)
						}
						marks[to+rest] = true
					})
				}
			}
		})
	}
}

// readTranslations reads the texts in other languages, which is last: their addresses name everything else.
func readTranslations(o *object, p *Programme) {
	p.Language = o.language("language")
	entries := o.translations()
	if len(entries) > 0 && !o.has("language") {
		o.wrong("", "There are translations, but the file does not say in which language its own texts are. Add language: en, or whichever it is.")
	}
	known := map[string]int{}
	eachText(p, func(id, _ string, limit int, _ *string) { known[id] = limit })
	for _, e := range entries {
		n := o.under("translations", e)
		p.Translations = append(p.Translations, Translation{Language: e.key, Texts: n.texts(known)})
	}
}

// language reads the name of a language.
func (o *object) language(name string) string {
	tag := o.text(name, maxWord)
	if tag != "" && !IsLanguage(tag) {
		o.wrong(name, languageSentence(tag))
	}
	return tag
}

func languageSentence(tag string) string {
	return "“" + shorten(tag, 40) + "” is not the name of a language. Write it as de, pt-BR or zh-Hant."
}

// translations gives the languages of the file, refusing what is none, twice there, or the file's own.
func (o *object) translations() []entry {
	v, ok := o.value("translations")
	if !ok {
		return nil
	}
	switch {
	case v.t.kind != treeMap:
		v.wrong("%q is a group of languages, but here stands %s.", "translations", v.t.name())
		return nil
	case len(v.t.entries) > maxLanguages:
		v.wrong("There are %d languages; at most %d are allowed beside the file's own.", len(v.t.entries), maxLanguages)
		return nil
	}
	own, seen := o.t.get("language"), map[string]bool{}
	for _, e := range v.t.entries {
		switch {
		case !IsLanguage(e.key):
			v.entryWrong(e, languageSentence(e.key))
		case seen[e.key]:
			v.entryWrong(e, "“"+e.key+"” stands twice here. Keep one of them.")
		case own != nil && own.text == e.key:
			v.entryWrong(e, "The file itself is in “"+e.key+"” already. Change its texts where they stand, or name another language.")
		}
		seen[e.key] = true
	}
	return v.t.entries
}

// texts reads the texts of one language.
func (n node) texts(known map[string]int) map[string]string {
	out := map[string]string{}
	if n.t.kind != treeMap {
		n.wrong("Here stands %s, but a translation is a group of addresses: {name: …, questions.A1.text: …}.", n.t.name())
		return out
	}
	for _, e := range n.t.entries {
		limit, ok := known[e.key]
		_, again := out[e.key]
		switch {
		case !ok:
			n.entryWrong(e, "There is no text “"+shorten(e.key, 80)+"” to translate."+nearAddress(e.key, known)+" Leave the line out, or write the text in the file’s own language first.")
		case again:
			n.entryWrong(e, "“"+e.key+"” stands twice here. Keep one of them.")
		default:
			v := node{r: n.r, t: e.value, up: &n, key: e.key}
			out[e.key] = v.string(e.key, limit)
		}
	}
	return out
}

// nearAddress suggests an address of the same part, or of the same kind of text.
func nearAddress(typed string, known map[string]int) string {
	group, rest, _ := strings.Cut(typed, ".")
	id, last, _ := strings.Cut(rest, ".")
	var same []string
	for a := range known {
		if strings.HasPrefix(a, group+"."+id+".") || strings.HasPrefix(a, group+".") && strings.HasSuffix(a, "."+last) {
			same = append(same, a)
		}
	}
	slices.Sort(same)
	return didYouMean(shorten(typed, 120), same[:min(len(same), 300)])
}

// encodeTranslations writes the languages with the texts that the programme still has, in the order of the file.
func encodeTranslations(t *tree, p *Programme) {
	t.putGroup("translations", len(p.Translations), func(m *tree, i int) {
		texts := newMap()
		eachText(p, func(id, _ string, _ int, _ *string) { texts.putText(id, p.Translations[i].Texts[id]) })
		m.add(p.Translations[i].Language, texts)
	})
}
