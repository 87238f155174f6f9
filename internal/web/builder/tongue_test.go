package builder_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/programme"
	"plainclothes/internal/store/worldtest"
)

// alike are words that English and German share.
const alike = "Good WOW Standards Standard Name Person plainclothes Version 1 "

// codes are standards with their titles, and names that the rig made.
var codes = regexp.MustCompile(`^(WOW · )+(1 WOW · )?K0\d$|^K0\d Standard \d$|^Person [0-9a-f]{4}$`)

// theirs tells the words of people on the pages of a draft.
func (r *rig) theirs() func(string) bool {
	var b strings.Builder
	b.WriteString(alike + worldtest.Tea(4) + " Tea rooms Yes or no Section of tea A and B garden party phone store web Is it so? | maybe ")
	for i := range r.draft().Sections {
		s := &r.draft().Sections[i]
		b.WriteString(s.ID + " " + s.Title + " ")
	}
	all := b.String()
	return func(line string) bool {
		rest := strings.TrimLeft(line, "0123456789. ")
		return codes.MatchString(line) || strings.Contains(all, rest) || strings.HasSuffix(rest, "…") && strings.Contains(all, strings.TrimSuffix(rest, "…"))
	}
}

// inBoth asks for a page in English and in German; it may say the words of people in both, and no others.
func (r *rig) inBoth(path string) {
	r.t.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	r.site.Get(r.Owner, r.path()+path+sign+"speak=de").Translated(r.site.Get(r.Owner, r.path()+path), r.theirs())
}

// postedInBoth sends what is refused or asked about in both languages.
func (r *rig) postedInBoth(f url.Values) {
	r.t.Helper()
	r.site.Post(r.Owner, r.path()+"?speak=de", f).Translated(r.site.Post(r.Owner, r.path(), f), r.theirs())
}

func TestTheBuilderSaysNothingInEnglishToWhoReadsGerman(t *testing.T) {
	r := tea(t)
	r.inBoth("")
	for _, open := range []string{"about", "visit", "scenarios", "scoring", "features", "dayparts", "stages", "section/A"} {
		r.inBoth("?open=" + open)
	}
	for _, kind := range programme.Kinds() {
		p := r.open("question/Q01")
		p.form.Set("question/Q01:kind", string(kind))
		p.send("")
		r.inBoth("?open=question/Q01")
	}
	r.inBoth("/steps")
}

func TestWhatIsRefusedInTheBuilderIsRefusedInGermanAroundTheWordsOfPeople(t *testing.T) {
	r := tea(t)
	p := r.open("question/Q01")
	p.form.Set("question/Q01:points", "many")
	r.postedInBoth(p.form)
	r.postedInBoth(url.Values{"rev": {"1"}, "do": {"remove:question/Q99"}})
	r.postedInBoth(url.Values{"rev": {"1"}, "paste:question:": {"Is it so? | maybe"}, "do": {"paste"}})
	r.site.Post(r.Owner, r.path()+"?speak=de", url.Values{"rev": {"1"}, "paste:question:": {"Is it so? | maybe"}, "do": {"paste"}}).Says(`Zeile 1: "maybe" ist keine Art von Frage`)
	r.postedInBoth(url.Values{"rev": {"1"}, "do": {"up:nothing"}})
}

func TestWordsOfPeopleStayAsTheyAreInEveryLanguage(t *testing.T) {
	r := tea(t)
	p := r.open("question/Q01")
	p.form.Set("question/Q01:text", "Smell of coffee and Yes")
	p.send("")
	german := r.site.Get(r.Owner, r.path()+"?open=question/Q01&speak=de")
	german.Says("1.1 Smell of coffee and Yes", "Ja / Nein", "Frage", "Fragen").Silent("Smell von coffee", "coffee und Ja")
	r.site.Get(r.Owner, r.path()+"/steps?speak=de").Says("Geändert bei 1.1 „Was it done, number 1?“: Text.")
}
