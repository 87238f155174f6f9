package catalogue

import (
	"strings"
	"testing"
)

func TestSentencesAreFoundByTheirPlaces(t *testing.T) {
	c := build("xx", []Entry{
		{ID: "due in {1}", Text: "in {1!} fällig"},
		{ID: "{1} hours", Text: "{1} Stunden"},
		{ID: "due in {1} days", Text: "in {1} Tagen fällig"},
		{ID: "“{1}” cannot be sent yet. {2}.", Text: "„{1}“ geht noch nicht: {2!}."},
		{ID: "Opens {1}", Text: "Öffnet {1}"},
		{ID: "Sent", Text: "Gesendet"},
		{ID: "From {1} to {2}", Text: "{2} nach {1}"},
		{ID: "Untranslated", Text: ""},
		{ID: "Sent", Page: "a/b", Text: "Verschickt"},
	})
	for in, want := range map[string]string{
		"due in 3 hours": "in 3 Stunden fällig",
		"due in 3 days":  "in 3 Tagen fällig",
		"“Sent” cannot be sent yet. Opens 7.": "„Sent“ geht noch nicht: Öffnet 7.",
		" Sent\n":      " Gesendet\n",
		"From a to b":  "b nach a",
		"From a to ":   "From a to ",
		"Untranslated": "Untranslated",
		"Sentence":     "Sentence",
		"":             "",
		"{1}":          "{1}",
	} {
		if got := c.Say(in); got != want {
			t.Errorf("%q is said as %q, want %q", in, got, want)
		}
	}
	if s, ok := c.On("a/b")("Sent"); s != "Verschickt" || !ok {
		t.Errorf("on its page it is %q", s)
	}
	var none *Catalogue
	if none.Say("Sent") != "Sent" || none.Lang() != Source || !none.Known("x") {
		t.Error("English is not said as it is")
	}
}

func TestABrokenFileOfWordsIsRefusedWithItsLine(t *testing.T) {
	for src, says := range map[string]string{
		"msgid \"a\"\nmsgstr \"b\"\nmsgid \"a\"\nmsgstr \"c\"\n": "stands in x.po, line 1 too",
		"msgid a":                                 "line 1",
		"msgstr \"b\"":                            "line 1",
		"msgid \"a\"\nmsgid_plural \"b\"":         "line 2",
		"# fine\n\nmsgid \"a\"\nmsgstr \"b\nc\"":  "line 4",
		"msgid \"a\"\nmsgstr \"b\"\n\"c\" oops\n": "line 3",
	} {
		r := newReader()
		if err := r.file("x.po", src); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q gave %v, %v", src, r.out, err)
		}
	}
	r := newReader()
	err := r.file("x.po", "msgid \"\"\nmsgstr \"head\"\n\n# x\nmsgid \"a \"\n\"b\"\nmsgstr \"\"\n\"c\\n\"\n\"d\"\nmsgctxt \"p/q\"\nmsgid \"a b\"\nmsgstr \"e\"")
	if got := r.out; err != nil || len(got) != 2 || got[0].ID != "a b" || got[0].Text != "c\nd" || got[1].Key() != "p/q|a b" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := r.file("y.po", "msgctxt \"p/q\"\nmsgid \"a b\"\nmsgstr \"other\"\n"); err == nil || !strings.Contains(err.Error(), `y.po: "a b" stands in x.po, line 10 too`) {
		t.Errorf("a message of two files: %v", err)
	}
}

func TestEveryShippedLanguageCanBeRead(t *testing.T) {
	for _, lang := range Languages()[1:] {
		if c := For(lang); c.Lang() != lang || len(c.messages) < 100 || Own(lang) == lang {
			t.Errorf("%s: %d messages", lang, len(c.messages))
		}
	}
	if For("fr") != nil || For(Source) != nil || Has("fr") || !Has(Source) {
		t.Error("a language that nobody speaks is spoken")
	}
	if s := For(Mirror).Say("Sent"); s == "Sent" || !strings.Contains(s, "Sent") {
		t.Errorf("mirrored it is %q", s)
	}
}
