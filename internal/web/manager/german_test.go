package manager_test

import (
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/web/webtest"
)

var (
	// theirs is what people of the test world wrote: names of standards, scenarios, formats and questions, answers, files.
	theirs = regexp.MustCompile(`Was it done, number \d\??|At once\.?|It was lovely\.?|Otter \w+|How was (it|the welcome)\?|A word|Who served you\?|When did you come in\?|The receipt|Anything private\?|` +
		`With a smile, number \d\??|Staff do it, number \d|Staff did it unasked\W*\d?|Standard \d|Guest|Takeaway|café|kiosk|Tea rooms|Anything( to tell)?\??|branch, week, sales`)
	// alike are lines that are the same in both languages once those are gone: names, codes, months and a few words.
	alike = regexp.MustCompile(`^(Branch \d+|Zzz 1|مقهى الرياض|<script>alert\(1\)</script>|Section [A-Z]|▲|▼|B\d+|T\d+|North|South|WOW|Good|CSV|Code|Name|Filter|Format|Region|Standards?|Alarm|Version|` +
		`Jan|Feb|Apr|Aug|Sept?|Nov|April|August|September|November|nobody|and|\d+|[,·:–\s.%()/"„“”‘’])*$`)
	// numbered begins with the number of a question, which has a point in every language.
	numbered = regexp.MustCompile(`^\d\.\d+( |$)`)
	// english are words that no German sentence has.
	english = regexp.MustCompile(`\b(the|of|is|are|and|with|that|from|than|by|which|have|has|not|to|for|visits?|branch|branches|points?|sure|asked|met)\b`)
)

// saysGerman fails the test where a page tells a German something in English that we have words for.
func saysGerman(t *testing.T, site *webtest.Site, a auth.Actor, paths ...string) {
	t.Helper()
	for _, path := range paths {
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		page := site.Get(a, path+sign+"speak=de")
		page.Translated(site.Get(a, path), func(line string) bool {
			return alike.MatchString(strings.TrimSpace(theirs.ReplaceAllString(line, "")))
		})
		page.Commas(func(line string) bool { return strings.Contains(path, "/reports/") && numbered.MatchString(line) })
		text := theirs.ReplaceAllString(page.Text(), "")
		for _, at := range english.FindAllStringIndex(text, -1) {
			t.Errorf("%s: … %s …", path, text[max(0, at[0]-60):min(len(text), at[1]+60)])
		}
	}
}

func TestThePagesOfTheComparisonSpeakGerman(t *testing.T) {
	r := fourteen(t)
	branch := "/compare/branches/" + r.Branches[1].ID
	list := r.site(t).Get(r.Owner, "/reports?window=last12").Body.String()
	visit := regexp.MustCompile(`href="(/reports/[0-9a-f-]{36})"`).FindStringSubmatch(list)[1]
	saysGerman(t, r.site(t), r.Owner, visit, visit+"/why", "/compare?window=last12", "/compare/branches?window=last12", "/compare/branches?window=last12&standard=K02",
		"/compare/standards?window=last12", "/compare/change", "/compare/drivers?window=last12", "/compare/sales", "/compare/sure?window=last12",
		"/reports?window=last12", branch+"?window=last12", branch+"/beside?other="+r.Branches[2].ID, branch+"/beside?other=x", branch+"/picture?chart=months",
		"/compare?window=free&from=2026-09&to=2026-11", "/compare?from=2026-13", "/compare/branches?find=nobody", "/compare/sure?visits=many&budget=-1")
}

func TestADrawingIsInTheLanguageOfItsReader(t *testing.T) {
	r := fourteen(t)
	site, branch := r.site(t), "/compare/branches/"+r.Branches[1].ID
	for path, words := range map[string][]string{
		"/compare.svg?chart=league":     {"Wie die Filialen im Vergleich stehen", "Alle Regionen · ", "90%-Spannen", "Besuche"},
		"/compare.svg?chart=funnel":     {"Echter Unterschied oder Zufall?", ">Besuche<", "Durchschnitt"},
		"/compare.svg?chart=heat":       {"Filialen nach Standard", "Prozent der Besuche"},
		"/compare.svg?chart=change":     {"Was sich verändert hat", " gegenüber "},
		branch + "/svg?chart=months":    {"Zwölf Monate", "Dezember 2025 bis November 2026", ">Okt.<"},
		branch + "/svg?chart=parts":     {"Warum sie steht, wo sie steht", "Insgesamt", "vergleichbaren Filialen"},
		branch + "/svg?chart=watch":     {"Besuch für Besuch", ">Alarm<"},
		branch + "/picture?chart=watch": {"Branch 002: Besuch für Besuch"},
	} {
		drawing := site.Get(r.Owner, path+"&speak=de").Status(200).Has(words...).Body.String()
		for _, text := range regexp.MustCompile(`>[^<]*\d\.\d[^<]*<`).FindAllString(drawing, -1) {
			t.Errorf("%s: a number has a decimal point in %q", path, text)
		}
	}
}
