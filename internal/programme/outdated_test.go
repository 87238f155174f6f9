package programme_test

import (
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/programme/demo"
)

// bilingual is a shipped programme with one question in German.
func bilingual(t *testing.T) *programme.Programme {
	t.Helper()
	src, _ := demo.File("coffee-kiosks")
	p, _ := programme.Parse(src)
	p.Language = "en"
	p.SetText("de", "questions.A3.text", "Begrüßt?")
	p.SetText("de", "questions.A4.text", "Gelächelt?")
	return p
}

// reworded changes the words of a question.
func reworded(p *programme.Programme, id, words string) *programme.Programme {
	c, _, err := programme.Redraft(p)
	if err != nil {
		panic(err)
	}
	q, _, _ := c.Question(id)
	q.Text = words
	c.Outdate(p)
	return c
}

func TestATranslationIsOutdatedWhenItsTextHasChanged(t *testing.T) {
	p := reworded(bilingual(t), "A3", "Did somebody greet you?")
	if old := p.Outdated("de"); len(old) != 1 || old[0].ID != "questions.A3.text" || old[0].Words != "Did somebody greet you?" {
		t.Fatalf("outdated are %+v", old)
	}
	if p.IsOutdated("de", "questions.A4.text") || p.IsOutdated("fr", "questions.A3.text") || len(p.Outdated("fr")) > 0 {
		t.Error("something else is outdated too")
	}
	again, problems := programme.Parse(p.Export())
	if again == nil || !again.IsOutdated("de", "questions.A3.text") || again.Hash() != p.Hash() {
		t.Fatalf("the mark is lost in the file: %v\n%s", problems, p.Export())
	}
	says := false
	for _, x := range programme.Lint(p) {
		says = says || strings.Contains(x.Message, "1 text was changed since the words in German were written")
	}
	if !says {
		t.Error("the linter does not tell")
	}
}

func TestAMarkGoesWhenSomebodyHasLookedAgain(t *testing.T) {
	p := bilingual(t)
	old := reworded(p, "A3", "Did somebody greet you?")
	confirmed, translated := reworded(p, "A3", "Did somebody greet you?"), reworded(p, "A3", "Did somebody greet you?")
	confirmed.Confirm("de", "questions.A3.text")
	translated.SetText("de", "questions.A3.text", "Hat jemand gegrüßt?")
	for _, x := range []*programme.Programme{confirmed, translated} {
		if len(x.Outdated("de")) > 0 || strings.Contains(string(x.Export()), "outdated") {
			t.Errorf("still marked:\n%s", x.Export())
		}
	}
	if !old.IsOutdated("de", "questions.A3.text") || p.IsOutdated("de", "questions.A3.text") {
		t.Error("a programme that shared the translation changed too")
	}
	// both at once is no outdated translation, and neither is one of a text that is new
	both, _, _ := programme.Redraft(p)
	q, _, _ := both.Question("A3")
	q.Text = "Did somebody greet you?"
	both.SetText("de", "questions.A3.text", "Hat jemand gegrüßt?")
	both.Outdate(p)
	if len(both.Outdated("de")) > 0 {
		t.Error("text and translation changed together")
	}
}

func TestAMarkFollowsItsText(t *testing.T) {
	p := reworded(bilingual(t), "A3", "Did somebody greet you?")
	p.CopyTexts("questions.A3", "questions.A5")
	if !p.IsOutdated("de", "questions.A5.text") || !p.IsOutdated("de", "questions.A3.text") {
		t.Error("a copy is not marked as its original")
	}
	q, _, _ := p.Question("A3")
	q.ID = "A33"
	p.RenameTexts("questions.A3", "questions.A33")
	if !p.IsOutdated("de", "questions.A33.text") || p.IsOutdated("de", "questions.A3.text") {
		t.Error("the mark stayed with the old name")
	}
	p.SetText("de", "questions.A33.text", "")
	if len(p.Outdated("de")) != 1 {
		t.Errorf("outdated are %v", p.Outdated("de"))
	}
}

func TestAWrongMarkInAFileIsNamed(t *testing.T) {
	file := string(reworded(bilingual(t), "A3", "Did somebody greet you?").Export())
	_, mark, _ := strings.Cut(file, "outdated:")
	mark = "outdated:" + mark
	for with, want := range map[string]string{
		"outdated: {fr: [questions.A3.text]}\n":                          "There is no translation into “fr”",
		"outdated: {de: [questions.A9.text]}\n":                          "is not translated, so it cannot be outdated",
		"outdated: {de: questions.A3.text}\n":                            "a list of their addresses",
		"outdated: [de]\n":                                               "is a group of languages",
		"outdated: {de: [questions.A3.text], de: [questions.A3.text]}\n": "twice",
		"outdated: {de: [{a: b}]}\n":                                     "is a text",
	} {
		p, problems := programme.Parse([]byte(strings.Replace(file, mark, with, 1)))
		said := false
		for _, x := range problems {
			said = said || strings.Contains(x.Message, want) && x.Line > 0
		}
		if !said || problems.Errors() == 0 {
			t.Errorf("%s: %v, %v", with, p != nil, problems)
		}
	}
}
