package xlsform

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
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
		"note|look|Look around.|Schau dich um.|Up too.|Auch nach oben.",
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
	want := `questions.greeted.hint: "Schau dich um.\nAuch nach oben.\nIn einer Minute"
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
	if strings.Contains(listed(unseen), "translat") {
		t.Errorf("labels and hints are all there is, and are said to be lost: %s", listed(unseen))
	}
	back, found := mustRead(t, src)
	if back.Hash() != p.Hash() || found != "" {
		t.Errorf("came back another: %s", found)
	}
}

// polyglot is a shipped programme in two more languages: all of it in German, and half of it in Portuguese.
func polyglot(t *testing.T) *programme.Programme {
	t.Helper()
	src, _ := demo.File("coffee-kiosks")
	p, _ := programme.Parse(src)
	p.Language = "en"
	for i, w := range p.Texts() {
		p.SetText("de", w.ID, "de: "+w.Words)
		if i%2 == 0 {
			p.SetText("pt-BR", w.ID, "pt: "+w.Words)
		}
	}
	out, problems := programme.Check(p)
	if out == nil {
		t.Fatal(problems)
	}
	return out
}

func TestTranslationsAreColumnsOfTheForm(t *testing.T) {
	p := polyglot(t)
	src, unseen, err := Write(p)
	if err != nil {
		t.Fatal(err)
	}
	says(t, listed(unseen), "translated texts of standards, stages, briefs and names: Other tools will not see this")
	f, err := excelize.OpenReader(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	survey, _ := f.GetRows("survey")
	head := survey[0]
	for _, want := range []string{"label::English (en)", "label::German (de)", "label::Portuguese (pt-BR)", "hint::English (en)", "hint::German (de)"} {
		if !slices.Contains(head, want) {
			t.Errorf("no column %s in %v", want, head)
		}
	}
	if slices.Contains(head, "label") {
		t.Error("a column of words without a language beside those with one")
	}
	de := slices.Index(head, "label::German (de)")
	for _, row := range survey[1:] {
		row = append(row, make([]string, len(head)-len(row))...)
		if label := row[2]; label != "" && !strings.HasPrefix(row[1], "pc_") && row[de] != "de: "+label {
			t.Errorf("%s: %q beside %q", row[1], row[de], label)
		}
		if row[1] != "" && row[2] != "" && row[de] == "" {
			t.Errorf("%s: other tools would show a dash", row[1])
		}
	}
	settings, _ := f.GetRows("settings")
	if !slices.Contains(settings[0], "default_language") || !slices.Contains(settings[1], "English (en)") {
		t.Errorf("settings are %v", settings)
	}
	back, found := mustRead(t, src)
	if back.Hash() != p.Hash() || found != "" {
		t.Errorf("came back another: %s", found)
	}
}

func TestATranslationIsChangedInASpreadsheet(t *testing.T) {
	p := polyglot(t)
	src, _, _ := Write(p)
	f, _ := excelize.OpenReader(bytes.NewReader(src))
	survey, _ := f.GetRows("survey")
	head := survey[0]
	at := func(row int, column string) string {
		name, _ := excelize.CoordinatesToCellName(slices.Index(head, column)+1, row+1)
		return name
	}
	row := slices.IndexFunc(survey, func(x []string) bool { return len(x) > 1 && x[1] == "A3" })
	_ = f.SetCellStr("survey", at(row, "label::German (de)"), "Ganz neu?")
	level := slices.IndexFunc(survey, func(x []string) bool { return len(x) > 1 && x[1] == "B2" })
	_ = f.SetCellStr("survey", at(level, "label::English (en)"), "Another question")
	choices, _ := f.GetRows("choices")
	for i, x := range choices {
		if x[0] == "B2" && x[1] == "good" {
			name, _ := excelize.CoordinatesToCellName(slices.Index(choices[0], "label::German (de)")+1, i+1)
			_ = f.SetCellStr("choices", name, "Gut gemacht")
		}
	}
	var out bytes.Buffer
	_ = f.Write(&out)
	got, found := mustRead(t, out.Bytes())
	want := polyglot(t)
	want.SetText("de", "questions.A3.text", "Ganz neu?")
	want.SetText("de", "questions.B2.good", "Gut gemacht")
	for i := range want.Sections {
		for j := range want.Sections[i].Questions {
			if q := &want.Sections[i].Questions[j]; q.ID == "B2" {
				q.Text = "Another question"
			}
		}
	}
	if d := cmp.Diff(string(want.Export()), string(got.Export())); d != "" {
		t.Errorf("%s\n%s", found, d)
	}
}

func TestTranslationsComeBackWithoutOurOwnSheet(t *testing.T) {
	p := polyglot(t)
	src, _, _ := Write(p)
	f, _ := excelize.OpenReader(bytes.NewReader(src))
	_ = f.DeleteSheet(keptSheet)
	var out bytes.Buffer
	_ = f.Write(&out)
	got, _ := mustRead(t, out.Bytes())
	if got.Language != "en" || len(got.Translations) != 2 || got.Translated("de", "questions.A3.text") != p.Translated("de", "questions.A3.text") {
		t.Fatalf("%q, %d translations, %q", got.Language, len(got.Translations), got.Translated("de", "questions.A3.text"))
	}
	if q, _, _ := got.Question("A3"); strings.HasPrefix(q.Text, "de:") || strings.HasPrefix(q.Text, "pt:") {
		t.Errorf("its own words are %q", q.Text)
	}
	for _, w := range got.Texts() {
		if words := got.Translated("pt-BR", w.ID); words != "" && !strings.HasPrefix(words, "pt: ") {
			t.Errorf("%s: its own words became a translation: %q", w.ID, words)
		}
	}
}

func TestVarietiesOfOneLanguageStayApart(t *testing.T) {
	p, _ := mustRead(t, workbookOf(t, nil, "survey",
		[]string{"type|name|label::Chinese (zh-Hans)|label::Chinese (zh-Hant)", "text|a|简体|繁體", "text|b||只有繁體"},
		"settings", []string{"form_title|form_id|default_language", "F|f1|Chinese (zh-Hant)"}))
	q, _, _ := p.Question("a")
	if p.Language != "zh-Hant" || q.Text != "繁體" || p.Translated("zh-Hans", "questions.a.text") != "简体" {
		t.Errorf("%s %q %q", p.Language, q.Text, p.Translated("zh-Hans", "questions.a.text"))
	}
}
