package programme

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plainclothes/internal/programme/demo"
)

// bilingual is the small programme with some German.
func bilingual(t *testing.T, more string) []byte {
	t.Helper()
	return []byte(strings.Replace(small, "name:", "language: en\nname:", 1) + "\ntranslations:\n  de:\n    name: Kleines\n" + more)
}

func TestAProgrammeIsReadInItsLanguagesAndJudgedInNone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p, problems := Check(drawProgramme(rt))
		if p == nil {
			rt.Fatal(problems)
		}
		before := p.Hash()
		for _, lang := range append(p.Languages(), "", "fr") {
			q := p.In(lang)
			for i, w := range p.Texts() {
				want := w.Words
				if s := p.Translated(lang, w.ID); s != "" {
					want = s
				}
				if got := q.Texts()[i]; got.ID != w.ID || got.Words != want || got.Limit != w.Limit {
					rt.Fatalf("%s in %q reads %q, want %q", got.ID, lang, got.Words, want)
				}
			}
			for _, s := range []string{p.Sections[0].ID, q.Sections[0].ID} {
				if s != p.Sections[0].ID {
					rt.Fatal("an id changed")
				}
			}
		}
		if p.Hash() != before {
			rt.Fatal("reading changed the programme")
		}
	})
}

func TestAProgrammeWithoutTranslationsKeepsItsHash(t *testing.T) {
	for key, want := range map[string]string{
		"coffee-kiosks": "3d0075c5e755cada1102f3b1747f184d83269833c166c78503e5baa8198bf779", "luxury-electronics": "162d86d4144328e5c9cce11d7b36aab4ed2e9adb61a6bbb0ce6a436dd091c4c2", "online-store": "8ee5a167f068627b9e71b320d7b673bbb787dcaec7be3ab2116942bbbb2e37b5", "hardware-stores": "c8823e547287e8412051a26903cc9c2915ae97dfe04c08e28a04d47a26d08397",
	} {
		src, ok := demo.File(key)
		if !ok {
			t.Fatal(key)
		}
		p := mustParse(t, src)
		if p.Hash() != want || strings.Contains(string(p.Canonical()), "translations") {
			t.Errorf("%s has the hash %s, visits of years know it as %s", key, p.Hash(), want)
		}
	}
}

func TestABrokenTranslationIsRefusedWithItsLineAndTheWayOut(t *testing.T) {
	for name, c := range map[string]struct{ yaml, says string }{
		"an address that is none":  {"    questions.A1.tekst: Ja\n", "There is no text “questions.A1.tekst” to translate. Did you mean \"questions.A1.text\"?"},
		"an address twice":         {"    name: Nochmal\n", "stands twice"},
		"no words":                 {"    questions.A1.text: ''\n", "is empty"},
		"a list of words":          {"    questions.A1.text: [a]\n", "is a text, but here stands a list"},
		"too many words":           {"    questions.A1.text: " + strings.Repeat("x", 4001) + "\n", "longer than 4000"},
		"a language that is none":  {"  Deutsch: {name: x}\n", "is not the name of a language"},
		"the file's own language":  {"  en: {name: x}\n", "The file itself is in “en” already"},
		"a language twice":         {"  de: {name: x}\n", "twice"},
		"a translation of no kind": {"  fr: nein\n", "a translation is a group of addresses"},
	} {
		p, problems := Parse(bilingual(t, c.yaml))
		if p != nil || problems.Err() == nil || !strings.Contains(problems.Err().Error(), c.says) {
			t.Errorf("%s: %v", name, problems)
		}
		if len(problems) > 0 && problems[0].Line < 3 {
			t.Errorf("%s: no line in %+v", name, problems[0])
		}
	}
	src := strings.Replace(string(bilingual(t, "")), "language: en\n", "", 1)
	if _, problems := Parse([]byte(src)); problems.Err() == nil || !strings.Contains(problems.Err().Error(), "Add language: en") {
		t.Errorf("no language named: %v", problems)
	}
	var many strings.Builder
	many.WriteString(strings.Replace(small, "name:", "language: en\nname:", 1) + "\ntranslations:\n")
	for c := 'a'; c < 'a'+21; c++ {
		many.WriteString("  x" + string(c) + ": {name: x}\n")
	}
	if _, problems := Parse([]byte(many.String())); problems.Err() == nil || !strings.Contains(problems.Err().Error(), "at most 20") {
		t.Errorf("21 languages: %v", problems)
	}
}

func TestTheLinterCountsWhatALanguageLacks(t *testing.T) {
	p := mustParse(t, bilingual(t, ""))
	lacks := p.Lacks("de")
	said := ""
	for _, x := range Lint(p) {
		if x.Path == "translations.de" {
			said = x.Message
		}
	}
	if len(lacks) != len(p.Texts())-1 || !strings.Contains(said, "words in German, the first of them "+lacks[0].ID) {
		t.Errorf("%d of %d lack; said %q", len(lacks), len(p.Texts()), said)
	}
	for _, w := range lacks {
		p.SetText("de", w.ID, "Wort")
	}
	for _, x := range Lint(p) {
		if strings.HasPrefix(x.Path, "translations") {
			t.Errorf("whole, and still %q", x.Message)
		}
	}
}

func TestTranslationsFollowWhatTheyTranslate(t *testing.T) {
	p := mustParse(t, bilingual(t, "    questions.A1.text: Eins\n"))
	shared := *p
	p.CopyTexts("questions.A1", "questions.Z9")
	p.RenameTexts("questions.A1", "questions.Z1")
	for id, want := range map[string]string{"questions.A1.text": "", "questions.Z1.text": "Eins", "questions.Z9.text": "Eins"} {
		if got := p.Translated("de", id); got != want {
			t.Errorf("%s reads %q, want %q", id, got, want)
		}
	}
	if shared.Translated("de", "questions.A1.text") != "Eins" {
		t.Error("a copy of the programme lost its words")
	}
	if strings.Contains(string(p.Canonical()), "Z9") {
		t.Error("words of a question that is not there were written")
	}
	p.SetText("de", "name", "")
	p.DropLanguage("fr")
	if p.Translated("de", "name") != "" || len(p.Languages()) != 2 {
		t.Errorf("languages %v", p.Languages())
	}
}

func TestTheNearestLanguageIsFound(t *testing.T) {
	p := &Programme{Language: "en", Translations: []Translation{{Language: "pt-BR"}, {Language: "de"}, {Language: "de-AT"}}}
	for _, c := range []struct {
		wanted []string
		want   string
	}{
		{[]string{"de-AT"}, "de-AT"}, {[]string{"de-CH"}, "de"}, {[]string{"pt"}, "pt-BR"}, {[]string{"fr", "en-GB"}, "en"}, {[]string{"fr"}, ""}, {[]string{""}, ""}, {nil, ""},
	} {
		if got := p.Match(c.wanted...); got != c.want {
			t.Errorf("%v is met by %q, want %q", c.wanted, got, c.want)
		}
	}
	for tag, want := range map[string]bool{
		"de": true, "pt-BR": true, "zh-Hant": true, "zh-Hant-TW": true, "es-419": true, "ckb": true,
		"": false, "d": false, "DE": false, "de-de": false, "de_DE": false, "german": false, "de-": false, "de-DE-x": false, "de-HANT": false, "../de": false,
	} {
		if IsLanguage(tag) != want {
			t.Errorf("IsLanguage(%q) = %v", tag, !want)
		}
	}
	for tag, want := range map[string]bool{"ar": true, "he": true, "ar-EG": true, "az-Arab": true, "ar-Latn": false, "de": false, "": false} {
		if RightToLeft(tag) != want {
			t.Errorf("RightToLeft(%q) = %v", tag, !want)
		}
	}
}
