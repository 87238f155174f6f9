package xlsform

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plainclothes/internal/programme"
)

// texts writes a translation, one text a line.
func texts(p *programme.Programme, tag string) string {
	var b strings.Builder
	for i := range p.Translations {
		if p.Translations[i].Language != tag {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(p.Translations[i].Texts)) {
			fmt.Fprintf(&b, "%s: %q\n", id, p.Translations[i].Texts[id])
		}
	}
	return b.String()
}

var spokenForm = []any{
	"survey",
	[]string{
		"type|name|label::English (en)|label::Deutsch (de)|hint::English (en)|hint::Deutsch (de)|label::Klingon|constraint_message::Deutsch (de)",
		"begin_group|arrival|Arrival|Ankunft",
		"note|look|Look around.|Schau dich um.",
		"select_one yn|greeted|Were you greeted?|Begrüßt?|In a minute|In einer Minute|nuqneH",
		"select_multiple what|seen|What was clean?|Was war sauber?||||Nur eine",
		"text|story|Story",
		"end_group",
	},
	"choices",
	[]string{
		"list_name|name|label::English (en)|label::Deutsch (de)",
		"yn|yes|Yes|Ja", "yn|no|No|Nein",
		"what|floor|Floor|Boden", "what|till 2|Till|Kasse", "what|na|Does not apply|Entfällt",
	},
	"settings",
	[]string{"form_title|form_id|default_language", "Check|check|English (en)"},
}

func TestOtherLanguagesOfAFormAreItsTranslations(t *testing.T) {
	p, found := mustRead(t, workbookOf(t, nil, spokenForm...))
	want := `questions.greeted.hint: "Schau dich um.\nIn einer Minute"
questions.greeted.text: "Begrüßt?"
questions.seen.options.floor: "Boden"
questions.seen.options.till_2: "Kasse"
questions.seen.text: "Was war sauber?"
sections.arrival.title: "Ankunft"
`
	if d := cmp.Diff(want, texts(p, "de")); d != "" || p.Language != "en" || len(p.Translations) != 1 {
		t.Errorf("language %q, %d translations:\n%s", p.Language, len(p.Translations), d)
	}
	says(t, found, "label in Klingon: Which language this is cannot be told", "constraint_message in Deutsch (de): Only labels and hints")
	if strings.Contains(found, "label in Deutsch") || strings.Contains(found, "hint in Deutsch") {
		t.Error("what came along is listed as lost:", found)
	}
	q, _, ok := p.In("de").Question("seen")
	if !ok || q.Text != "Was war sauber?" || q.Options[0].Label != "Boden" {
		t.Errorf("in German: %+v", q)
	}
}

func TestTranslationsNeedToKnowWhatTheyTranslate(t *testing.T) {
	form := func(settings ...string) []byte {
		return workbookOf(t, nil, "survey", []string{"type|name|label|label::fr", "text|a|One|Un"}, "settings", settings)
	}
	p, found := mustRead(t, form("form_title|form_id", "F|f1"))
	if len(p.Translations) > 0 || p.Language != "" {
		t.Errorf("%q %v", p.Language, p.Translations)
	}
	says(t, found, "label in fr: The form does not say in which language its own words are")
	p, found = mustRead(t, form("form_title|form_id|default_language", "F|f1|English"))
	if p.Language != "en" || texts(p, "fr") != "questions.a.text: \"Un\"\n" || strings.Contains(found, "label in fr") {
		t.Errorf("%q %s %s", p.Language, texts(p, "fr"), found)
	}
}

func TestLanguagesAreKnownByTagAndByName(t *testing.T) {
	for written, want := range map[string]string{
		"German (de)": "de", "Deutsch": "de", "german": "de", "de": "de", "Português (pt_BR)": "pt-BR", " French ( fr ) ": "fr", "Klingon": "", "": "", "English (x!)": "en",
	} {
		if got := tagOf(written); got != want {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
}

func TestMoreLanguagesThanAProgrammeHoldsAreListed(t *testing.T) {
	head, line := "type|name|label::English (en)", "text|a|One"
	n := 0
	for _, tag := range programme.LanguageTags() {
		if tag != "en" && n < 22 {
			n++
			head, line = head+"|label::"+tag, line+"|"+tag
		}
	}
	p, found := mustRead(t, workbookOf(t, nil, "survey", []string{head, line}))
	if len(p.Translations) != maxTongues {
		t.Errorf("%d translations", len(p.Translations))
	}
	if got := strings.Count(found, "A programme has at most 20 translations"); got != 2 {
		t.Errorf("%d listed:\n%s", got, found)
	}
}

func TestTranslationsSurviveAWayThroughOtherTools(t *testing.T) {
	p, _ := mustRead(t, workbookOf(t, nil, spokenForm...))
	src, unseen, err := Write(p)
	if err != nil {
		t.Fatal(err)
	}
	says(t, listed(unseen), "1 translation: Other tools will not see this")
	back, found := mustRead(t, src)
	if back.Hash() != p.Hash() || found != "" {
		t.Errorf("came back another: %s", found)
	}
}
