package catalogue

import (
	"regexp"
	"testing"
)

func TestNumbersAreWrittenAsTheLanguageWritesThem(t *testing.T) {
	for text, want := range map[string]string{
		"+4.1": "+4,1", "−0.5%": "−0,5%", "1.2–3.4%": "1,2–3,4%", "(95%: 0.25)": "(95%: 0,25)", "€6.50": "€6,50", " 0.5 ": " 0,5 ", "83": "83",
		"7.9.2026": "7.9.2026", "1.2.3": "1.2.3", "Menu 2.1": "Menu 2.1", "2.1 “Greeted”": "2.1 “Greeted”", "v1.2": "v1.2", "e.g. 1": "e.g. 1", "1.": "1.", "": "", ".5": ".5",
	} {
		if got := Number("de", text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
		for _, lang := range []string{"", Source, Mirror, "fr"} {
			if got := Number(lang, text); got != text {
				t.Errorf("%q in %q is %q", text, lang, got)
			}
		}
	}
}

func TestMeasuresInSentencesHaveACommaAndNumbersOfQuestionsDoNot(t *testing.T) {
	c := build("de", []Entry{
		{ID: "{1} points", Text: "{1} Punkte", File: "de/owner.po"},
		{ID: "▼ down {1}", Text: "▼ gefallen um {1!}", File: "de/owner.po"},
		{ID: "Changed the answers of {1} “{2}”", Text: "Geändert die Antworten von {1} „{2}“", File: "de/builder.po"},
		{ID: "It lies between {1} and {2}.", Text: "Es liegt zwischen {1} und {2}.", File: "de/compare.po"},
		{ID: "{1} scored {2}, {3}, in both", Text: "{1}: {2}, {3!.}, in beiden", File: "de/compare.po"},
		{ID: "“{1}” was met in {2} of visits.", Text: "„{1}“ wurde in {2} der Besuche erfüllt.", File: "de/compare.po"},
	})
	for text, want := range map[string]string{
		"▼ down 4.1 points":                            "▼ gefallen um 4,1 Punkte",
		"Changed the answers of 2.1 “Greeted 1.5”":     "Geändert die Antworten von 2.1 „Greeted 1.5“",
		"It lies between −0.4 and 2.5.":                "Es liegt zwischen −0,4 und 2,5.",
		"Guest scored 83.7, Big Tea 2.0 81.3, in both": "Guest: 83,7, Big Tea 2.0 81,3, in beiden",
		"“Hot at 60.5” was met in 99.5% of visits.":    "„Hot at 60.5“ wurde in 99,5% der Besuche erfüllt.",
		"12.5%": "12,5%",
	} {
		if got := c.Say(text); got != want {
			t.Errorf("said %q, not %q", got, want)
		}
		if got, ok := c.Tell(text); !ok || got != want {
			t.Errorf("told %q, %v, not %q", got, ok, want)
		}
	}
}

func TestNoSentenceOfOursHasADecimalPointInGerman(t *testing.T) {
	point := regexp.MustCompile(`\d\.\d`)
	dates := regexp.MustCompile(`\d{1,2}\.\d{1,2}\.\d{4}|\d{1,3}(\.\d{3})+\D`) // and thousands
	entries, err := Entries("de")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if point.MatchString(dates.ReplaceAllString(e.Text, "")) {
			t.Errorf("%s, line %d: %q", e.File, e.Line, e.Text)
		}
	}
}

func TestMonthsOfAWindowAreNoDayOfAMonth(t *testing.T) {
	months := [][2]string{
		{"January", "Januar"},
		{"February", "Februar"},
		{"March", "März"},
		{"April", "April"},
		{"May", "Mai"},
		{"June", "Juni"},
		{"July", "Juli"},
		{"August", "August"},
		{"September", "September"},
		{"October", "Oktober"},
		{"November", "November"},
		{"December", "Dezember"},
	}
	said := func(text, want string) {
		t.Helper()
		if got, _ := For("de").Tell(text); got != want {
			t.Errorf("%q is told as %q, not %q", text, got, want)
		}
		if got := For("de").Say(text); got != want {
			t.Errorf("%q is said as %q, not %q", text, got, want)
		}
	}
	for i, from := range months {
		for _, to := range months[i+1:] {
			said(from[0]+" to "+to[0]+" 2026", from[1]+" bis "+to[1]+" 2026")
		}
		for _, to := range months[:i] {
			said(from[0]+" 2025 to "+to[0]+" 2026", from[1]+" 2025 bis "+to[1]+" 2026")
		}
		said("2 "+from[0]+" 2026", "2. "+from[1]+" 2026")
	}
}
