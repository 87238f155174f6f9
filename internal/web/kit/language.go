package kit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/catalogue"
)

const cookieLanguage = "plainclothes-language"

// keyLanguage is where a request keeps the language that was found for it.
const keyLanguage = "kit.language"

// LanguageOf gives the language in which this visitor reads the pages: the one he chose for himself; else the one chosen
// on this device; else what his browser asks for; else the organisation's; else English.
func LanguageOf(c echo.Context) string {
	if lang, ok := c.Get(keyLanguage).(string); ok {
		return lang
	}
	s, v := siteOf(c), seen(c)
	asked := []string{v.person.Language, s.cookie(c, cookieLanguage), c.QueryParam("speak")}
	asked = append(append(asked, accepted(c.Request().Header.Get("Accept-Language"))...), v.current.OrgLanguage)
	lang := catalogue.Source
	for _, a := range asked {
		if l := s.spoken(a); l != "" {
			lang = l
			break
		}
	}
	if v.token != "" || v.person.ID != "" {
		c.Set(keyLanguage, lang)
	}
	return lang
}

// spoken gives the language of ours that meets a wish, "" for none: de-AT is met by de.
func (s *Site) spoken(wish string) string {
	first, _, _ := strings.Cut(strings.ToLower(wish), "-")
	switch {
	case wish == catalogue.Mirror && s.opt.Mirror:
		return wish
	case slices.Contains(catalogue.Languages(), first):
		return first
	}
	return ""
}

// accepted lists the languages of an Accept-Language header, the most wanted first. A header of more than a browser sends
// is not read on.
func accepted(header string) []string {
	type wish struct {
		lang string
		q    float64
	}
	var wishes []wish
	for part := range strings.SplitSeq(header[:min(len(header), 500)], ",") {
		lang, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		w := wish{strings.TrimSpace(lang), 1}
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			if f, err := strconv.ParseFloat(q, 64); err == nil {
				w.q = f
			}
		}
		if w.q > 0 {
			wishes = append(wishes, w)
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return int((b.q - a.q) * 1000) })
	out := make([]string, len(wishes))
	for i, w := range wishes {
		out[i] = w.lang
	}
	return out
}

// SetLanguage remembers on this device in which language its pages are; "" forgets it.
func SetLanguage(c echo.Context, lang string) {
	c.Set(keyLanguage, nil)
	age := year
	if lang == "" {
		age = 0
	}
	siteOf(c).setCookie(c, cookieLanguage, lang, age, false)
}

// ReadingOf lists the languages in which this visitor likes to read what others wrote, the most wanted first: the one he
// chose for checklists, then that of the pages.
func ReadingOf(c echo.Context) []string {
	out := []string{LanguageOf(c)}
	if p := seen(c).person; p.Reading != "" {
		out = slices.Insert(out, 0, p.Reading)
	}
	return out
}

// Say puts words of ours into the visitor's language.
func Say(c echo.Context, s string) string { return catalogue.For(LanguageOf(c)).Say(s) }

// Speaker gives what puts words of ours into the visitor's language, for a page that joins them with the words of people.
func Speaker(c echo.Context, page string) func(string) string {
	cat := catalogue.For(LanguageOf(c))
	on := cat.On(page)
	return func(s string) string {
		if text, ok := on(s); ok {
			return text
		}
		return sayWhole(cat, s)
	}
}

// LanguageChoice is one language that people may choose.
type LanguageChoice struct {
	Tag, Name string // the name is in the language itself
	Chosen    bool
}

// LanguageChoices lists the languages of the pages, with the present one marked.
func LanguageChoices(c echo.Context) []LanguageChoice {
	now := LanguageOf(c)
	var out []LanguageChoice
	for _, tag := range catalogue.Languages() {
		out = append(out, LanguageChoice{tag, catalogue.Own(tag), tag == now})
	}
	return out
}

// vary tells caches that a page depends on who asks and in which language.
func vary(c echo.Context) {
	h := c.Response().Header()
	for _, name := range []string{"Accept-Language", "Cookie"} {
		if !slices.Contains(h.Values(echo.HeaderVary), name) {
			h.Add(echo.HeaderVary, name)
		}
	}
}
