package kit

import (
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"plainclothes/internal/catalogue"
)

// inOthers gives a page's template in every language but English, each made when it is first asked for.
func inOthers(name, frame string, read func() *template.Template) map[string]func() *template.Template {
	out := map[string]func() *template.Template{}
	for _, lang := range append(catalogue.Languages()[1:], catalogue.Mirror) {
		out[lang] = sync.OnceValue(func() *template.Template { return inLanguage(lang, name, frame, read()) })
	}
	return out
}

// inLanguage rewrites a set of templates that nobody has used yet.
func inLanguage(lang, name, frame string, t *template.Template) *template.Template {
	cat := catalogue.For(lang)
	for _, x := range t.Templates() {
		file := fileOf(x, name, frame)
		sp := &speaker{say: cat.On(file), ours: spokenIn(file)}
		sp.tree(x.Tree)
	}
	return t.Funcs(funcsIn(cat))
}

// funcsIn are the functions of templates in another language.
func funcsIn(cat *catalogue.Catalogue) template.FuncMap {
	f := funcs()
	asset := func(name string) (string, error) { return AssetIn(cat.Lang(), name) }
	f["asset"] = asset
	f["icon"] = func(name string) (template.HTML, error) { return iconIn(cat.Lang(), name) }
	f["ago"] = func(t, now time.Time) string { return cat.Say(Ago(t, now)) }
	f["say"] = func(v any) any {
		if s, ok := v.(string); ok {
			return sayWhole(cat, s)
		}
		return v
	}
	if cat.Lang() == "de" {
		f["money"], f["percent"], f["points"] = germanMoney, func(bp int) string { return comma(tenths(bp, 10)) + "\u00a0%" }, func(n int) string { return comma(Points(n)) }
		f["number"] = func(plain string) string { return catalogue.Number("de", plain) }
		f["date"], f["datetime"] = germanDate, germanDateTime
		f["when"] = func(t time.Time, zone string) template.HTML {
			//nolint:gosec // digits, letters and colons of our own making
			return template.HTML(`<time datetime="` + t.In(Zone(zone)).Format(time.RFC3339) + `">` + germanDateTime(t, zone) + `</time>`)
		}
	}
	return f
}

// sayWhole says a text: as a message, as one that quotes people, as a list or as sentences that follow each other.
func sayWhole(cat *catalogue.Catalogue, s string) string {
	if told, ok := cat.Tell(s); ok {
		return told
	}
	return cat.Say(s)
}

func comma(s string) string { return strings.Replace(s, ".", ",", 1) }

var germanMonths = [...]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."}

func germanDate(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(Zone(zone))
	return fmt.Sprintf("%d. %s %d", t.Day(), germanMonths[t.Month()-1], t.Year())
}

func germanDateTime(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	return germanDate(t, zone) + ", " + Clock(t, zone)
}

func germanMoney(minor int64, currency string) string {
	amount := comma(decimal(minor, MinorDigits(currency)))
	if s, ok := signs[currency]; ok {
		currency = s
	}
	return strings.TrimSpace(amount + "\u00a0" + currency)
}
