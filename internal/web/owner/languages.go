package owner

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/programme"
	"plainclothes/internal/studio"
	"plainclothes/internal/web/kit"
)

// Translating is what the page of a programme's languages uses.
type Translating interface {
	Languages(ctx context.Context, a auth.Actor, programme string) (studio.Languages, error)
	Translate(ctx context.Context, a auth.Actor, programme, lang string, texts []studio.Translation) error
	AddLanguage(ctx context.Context, a auth.Actor, programme, own, lang string) error
	DropLanguage(ctx context.Context, a auth.Actor, programme, lang string) error
}

// languagesView is a programme's texts in two languages side by side, a part of it at a time.
type languagesView struct {
	kit.Chrome
	Base      string
	Name      string
	Draft     bool // may be changed
	Own       string
	OwnTag    string
	Known     []kit.Option // languages to add
	Form      languageForm
	Languages []languageRow
	Here      languageRow // the one being translated; Tag is "" for none
	Direction string
	Parts     []textPart
	Part      string
	Rows      []textRow
	Lost      []textRow // what was typed for texts that are not there any more
	Next      string    // where the next missing text is, "" when nothing is missing
}

// languageRow is one translation in the list of them.
type languageRow struct {
	Tag, Name  string
	Done, All  int
	Href       string
	Chosen     bool
	Unfinished bool
	Old        int // say what their text said before
}

// textPart is one part of the programme in the list of them.
type textPart struct {
	ID     string
	Title  string // of the section
	Called string // in words of ours, for what is no section
	More   int    // the further part of a long one, from 2
	Lacks  int
	Href   string
	Chosen bool
}

// textRow is one text in both languages.
type textRow struct {
	ID, Words, Was, Typed, Error string
	What                         string // what kind of text it is
	About                        string // the id of what it belongs to
	Lines, Limit                 int
	First                        bool // of its question or standard
	Old                          bool // the text has changed since
}

// Field is the row's name in the form, which may not look like anything else's.
func (r textRow) Field() string { return "f-" + r.ID }

type languageForm struct {
	Do   string `form:"do"`
	Lang string `form:"lang"`
	Part string `form:"part"`
	Own  string `form:"own"`
	Add  string `form:"add"`
	Tag  string `form:"tag"`
	Sure string `form:"sure"`
}

var languagesPage = kit.NewPage[languagesView]("owner/languages")

func (p *Pages) languages(c echo.Context, a auth.Actor) error {
	f := languageForm{Lang: c.QueryParam("lang"), Part: c.QueryParam("part")}
	return p.languagesWith(c, a, http.StatusOK, f, nil, nil)
}

// languagesWith shows the page with a form as it was typed and what is wrong with it.
func (p *Pages) languagesWith(c echo.Context, a auth.Actor, status int, f languageForm, typed []studio.Translation, errs kit.Errors) error {
	now, err := p.studio.Languages(c.Request().Context(), a, c.Param("programme"))
	if err != nil {
		return err
	}
	view := languagesView{Chrome: chrome("Languages"), Base: "/standards/" + c.Param("programme"), Name: now.Programme.Name, Draft: now.Draft, Form: f}
	view.Errors = errs
	view.fill(now.Programme, f)
	view.retype(typed, errs)
	return languagesPage.Render(c, status, view)
}

// fill lists languages, parts and the texts of the part that is looked at.
func (v *languagesView) fill(p *programme.Programme, f languageForm) {
	v.OwnTag, v.Own = p.Language, programme.LanguageName(p.Language)
	all := p.Texts()
	for i := range p.Translations {
		tag := p.Translations[i].Language
		lacks, old := len(p.Lacks(tag)), len(p.Outdated(tag))
		v.Languages = append(v.Languages, languageRow{
			Tag: tag, Name: programme.LanguageName(tag), Done: len(all) - lacks, All: len(all), Unfinished: lacks+old > 0, Old: old,
			Href: v.address(tag, ""), Chosen: tag == f.Lang,
		})
	}
	v.Known = []kit.Option{{Value: "", Label: "–"}}
	for _, tag := range programme.LanguageTags() {
		if !slices.Contains(p.Languages(), tag) {
			v.Known = append(v.Known, kit.Option{Value: tag, Label: programme.LanguageName(tag)})
		}
	}
	if i := slices.IndexFunc(v.Languages, func(l languageRow) bool { return l.Chosen }); i >= 0 {
		v.Here, v.Direction = v.Languages[i], "ltr"
		if programme.RightToLeft(v.Here.Tag) {
			v.Direction = "rtl"
		}
		v.texts(p, all, f.Part)
	}
}

// address is the page at a language and a part.
func (v *languagesView) address(lang, part string) string {
	q := url.Values{"lang": {lang}}
	if part != "" {
		q.Set("part", part)
	}
	return v.Base + "/languages?" + q.Encode()
}

// Parts of a programme that are no section.
const (
	partAround    = "around"
	partStandards = "standards"
)

// noSections are the names of those parts.
var noSections = map[string]string{partAround: "Around the visit", partStandards: "Standards"}

// mostRows is how many texts one form holds.
const mostRows = 200

// partsOf says in which part of the page each text stands; a long part goes on in another.
func partsOf(all []programme.Wording) map[string]string {
	parts, count := make(map[string]string, len(all)), map[string]int{}
	for _, w := range all {
		part := groupOf(w)
		if n := count[part] / mostRows; n > 0 {
			parts[w.ID] = part + "." + strconv.Itoa(n+1)
		} else {
			parts[w.ID] = part
		}
		count[part]++
	}
	return parts
}

// groupOf says to which part of the programme a text belongs.
func groupOf(w programme.Wording) string {
	switch {
	case w.Section != "":
		return "s." + w.Section
	case strings.HasPrefix(w.ID, "standards."):
		return partStandards
	}
	return partAround
}

func (v *languagesView) texts(p *programme.Programme, all []programme.Wording, part string) {
	titles := map[string]string{}
	for i := range p.Sections {
		titles["s."+p.Sections[i].ID] = p.Sections[i].Title
	}
	parts, lacks := partsOf(all), map[string]int{}
	todo := toDo(p, all, v.Here.Tag)
	for _, w := range todo {
		lacks[parts[w.ID]]++
	}
	for _, w := range all {
		id := parts[w.ID]
		if !slices.ContainsFunc(v.Parts, func(x textPart) bool { return x.ID == id }) {
			more, _ := strconv.Atoi(strings.TrimPrefix(id, groupOf(w)+"."))
			v.Parts = append(v.Parts, textPart{
				ID: id, Title: titles[groupOf(w)], Called: noSections[groupOf(w)], More: more, Lacks: lacks[id], Href: v.address(v.Here.Tag, id), Chosen: id == part,
			})
		}
	}
	v.choosePart(part)
	for _, w := range all {
		if parts[w.ID] == v.Part {
			r := textRowOf(w, p.Translated(v.Here.Tag, w.ID), v.Rows)
			r.Old = p.IsOutdated(v.Here.Tag, w.ID)
			v.Rows = append(v.Rows, r)
		}
	}
	v.next(todo, parts)
}

// toDo lists the texts that a language lacks or that have changed since they were translated, in the order of the file.
func toDo(p *programme.Programme, all []programme.Wording, lang string) []programme.Wording {
	var todo []programme.Wording
	for _, w := range all {
		if p.Translated(lang, w.ID) == "" || p.IsOutdated(lang, w.ID) {
			todo = append(todo, w)
		}
	}
	return todo
}

// choosePart takes the part that is asked for, else the first with something missing, else the first.
func (v *languagesView) choosePart(part string) {
	at := slices.IndexFunc(v.Parts, func(x textPart) bool { return x.ID == part })
	if at < 0 {
		at = max(0, slices.IndexFunc(v.Parts, func(x textPart) bool { return x.Lacks > 0 }))
	}
	if at < len(v.Parts) {
		v.Part, v.Parts[at].Chosen = v.Parts[at].ID, true
	}
}

// next leads to the first text that is missing or outdated: in this part, else in the next that lacks one.
func (v *languagesView) next(todo []programme.Wording, parts map[string]string) {
	var first, after string
	passed := false
	for _, w := range todo {
		id := parts[w.ID]
		to := v.address(v.Here.Tag, id) + "#f-" + w.ID
		if id == v.Part {
			v.Next = to
			return
		}
		passed = passed || slices.IndexFunc(v.Parts, func(x textPart) bool { return x.ID == id }) > slices.IndexFunc(v.Parts, func(x textPart) bool { return x.Chosen })
		if first == "" {
			first = to
		}
		if passed && after == "" {
			after = to
		}
	}
	v.Next = cmp.Or(after, first)
}

// whats are what texts are called, by the last part of their address.
var whats = map[string]string{
	"name": "Name", "trade": "Trade", "title": "Title", "brief": "Brief", "good": "Good", "wow": "WOW", "why": "Why", "text": "Question", "hint": "Hint", "below": "Below",
}

func textRowOf(w programme.Wording, translated string, before []textRow) textRow {
	parts := strings.Split(w.ID, ".")
	r := textRow{ID: w.ID, Words: w.Words, Was: translated, Typed: translated, Limit: w.Limit, Lines: 1, What: whats[parts[len(parts)-1]]}
	if len(parts) > 1 {
		r.About = parts[1]
	}
	if len(parts) == 4 {
		r.What = "Answer"
	}
	if w.Lines() {
		r.Lines = min(2+len(w.Words)/60, 12)
	}
	r.First = len(before) == 0 || before[len(before)-1].About != r.About
	return r
}

// retype puts back what was typed, with what is wrong beside it. Where somebody else wrote meanwhile, saving once more
// takes the place of theirs: the row has what stands there now as what its writer has seen. What was typed for a text that
// somebody removed is shown by itself.
func (v *languagesView) retype(typed []studio.Translation, errs kit.Errors) {
	for _, t := range typed {
		if i := slices.IndexFunc(v.Rows, func(r textRow) bool { return r.ID == t.ID }); i >= 0 {
			v.Rows[i].Typed, v.Rows[i].Error = t.Words, errs.For(t.ID)
		} else if words := strings.TrimSpace(t.Words); words != "" && words != strings.TrimSpace(t.Was) {
			r := textRowOf(programme.Wording{ID: t.ID}, "", nil)
			r.Typed = words
			v.Lost = append(v.Lost, r)
		}
	}
}

func (p *Pages) changeLanguages(c echo.Context, a auth.Actor) error {
	var f languageForm
	if err := kit.Bind(c, &f); err != nil {
		return err
	}
	ctx, id, typed := c.Request().Context(), c.Param("programme"), []studio.Translation(nil)
	to := "/standards/" + id + "/languages"
	var err error
	switch f.Do {
	case "begin":
		_, err = p.studio.Draft(ctx, a, id)
	case "add":
		f.Lang = cmp.Or(strings.TrimSpace(f.Tag), f.Add)
		err = p.studio.AddLanguage(ctx, a, id, f.Own, f.Lang)
		to += "?lang=" + url.QueryEscape(f.Lang)
	case "drop":
		if f.Sure != "yes" {
			var bad fault.Fields
			bad.Add("sure", "Tick that the translation may go, with every text of it.")
			err = bad.Err()
			break
		}
		err = p.studio.DropLanguage(ctx, a, id, f.Lang)
	default:
		typed = typedTexts(c.Request().PostForm)
		if f.Lang == "" {
			var bad fault.Fields
			bad.Add("lang", "Choose the language that these words are in.")
			err = bad.Err()
			break
		}
		err = p.studio.Translate(ctx, a, id, f.Lang, typed)
		to += "?" + url.Values{"lang": {f.Lang}, "part": {f.Part}}.Encode()
		if f.Do == "next" && err == nil {
			to = "/standards/" + id + "/languages?lang=" + url.QueryEscape(f.Lang)
		}
	}
	if errs, ok := kit.FormErrors(err); ok {
		return p.languagesWith(c, a, kit.StatusOf(fault.KindOf(err)), f, typed, errs)
	}
	if fault.Is(err, fault.NotFound) && len(typed) > 0 { // somebody took the language out; of a programme that is none it says so again
		return p.languagesWith(c, a, http.StatusNotFound, f, typed, nil)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "Saved.")
	return kit.Redirect(c, to)
}

// typedTexts reads the rows of a posted form.
func typedTexts(form url.Values) []studio.Translation {
	var all []studio.Translation
	for _, id := range form["text"] {
		all = append(all, studio.Translation{
			ID: id, Was: strings.ReplaceAll(form.Get("was."+id), "\r\n", "\n"), Words: form.Get("t." + id), Fine: slices.Contains(form["fine"], id),
		})
	}
	return all
}
