package builder_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/programme"
	"plainclothes/internal/store/storetest"
	"plainclothes/internal/store/worldtest"
	"plainclothes/internal/web/builder"
	"plainclothes/internal/web/gallery"
	"plainclothes/internal/web/owner"
	"plainclothes/internal/web/webtest"
)

// rig is the builder over real use cases and a real database.
type rig struct {
	*worldtest.World
	t         testing.TB
	site      *webtest.Site
	other     auth.Actor // a second owner
	id        string     // of the programme
	scheduler auth.Actor
}

func newRig(t testing.TB) *rig {
	t.Helper()
	w := worldtest.New(t, storetest.SQLite(t), 0)
	r := &rig{World: w, t: t, other: w.Member(auth.Owner)}
	pages := builder.New(w.Studio, org.NewService(w.Store.Org(), w.Clock))
	r.scheduler = w.Member(auth.Scheduler)
	r.site = webtest.New(t, w.Now, []auth.Actor{w.Owner, r.other, r.scheduler}, pages.Routes()...)
	return r
}

// office is a rig with nothing in it and with all pages on which a programme comes to be.
func office(t testing.TB) *rig {
	t.Helper()
	r := newRig(t)
	places, people := org.NewService(r.Store.Org(), r.Clock), auth.NewService(r.Store.Auth(), r.Clock, auth.Options{})
	starts, err := gallery.New(r.Studio)
	if err != nil {
		t.Fatal(err)
	}
	r.site.Add(starts.Routes()...)
	r.site.Add(owner.New(r.Studio, places, people, nil, owner.Options{}, r.Clock).Routes()...)
	return r
}

// empty is a rig with a programme that holds nothing yet.
func empty(t testing.TB) *rig {
	t.Helper()
	r := newRig(t)
	p, err := r.Studio.BeginEmpty(t.Context(), r.Owner, "Copper Kettle", "coffee kiosk")
	if err != nil {
		t.Fatal(err)
	}
	r.id = p.ID
	return r
}

// holding is a rig with a draft made of a file.
func holding(t testing.TB, file []byte) *rig {
	t.Helper()
	r := newRig(t)
	made, err := r.Studio.Import(t.Context(), r.Owner, file)
	if err != nil {
		t.Fatal(err)
	}
	r.id = made.Programme.ID
	return r
}

// tea is a rig with the draft of a small programme.
func tea(t testing.TB) *rig { t.Helper(); return holding(t, []byte(worldtest.Tea(4))) }

func (r *rig) path() string { return "/standards/" + r.id + "/checklist" }

// draft is the programme as the draft has it.
func (r *rig) draft() *programme.Programme {
	r.t.Helper()
	b, err := r.Studio.Building(r.t.Context(), r.Owner, r.id)
	if err != nil {
		r.t.Fatal(err)
	}
	return b.Programme
}

func (r *rig) question(id string) *programme.Question {
	r.t.Helper()
	q, _, ok := r.draft().Question(id)
	if !ok {
		r.t.Fatalf("there is no question %s", id)
	}
	return q
}

// paper is a page as somebody without scripts has it before him: the controls of one form, to be filled in and sent.
type paper struct {
	r    *rig
	who  auth.Actor
	body string
	form url.Values
}

// open asks for the builder with something open, and takes its form.
func (r *rig) open(what string) *paper { r.t.Helper(); return r.openAs(r.Owner, what) }

func (r *rig) openAs(who auth.Actor, what string) *paper {
	r.t.Helper()
	return r.paper(who, r.site.Get(who, r.path()+"?open="+url.QueryEscape(what)).Status(http.StatusOK).Body.String())
}

func (r *rig) paper(who auth.Actor, body string) *paper {
	r.t.Helper()
	p := &paper{r: r, who: who, body: body}
	p.form = p.formWith("data-save")
	return p
}

var formTag = regexp.MustCompile(`(?s)<form ([^>]*)>(.*?)</form>`)

// formWith gives the controls of the first form whose tag has a mark.
func (p *paper) formWith(mark string) url.Values {
	for _, m := range formTag.FindAllStringSubmatch(p.body, -1) {
		if strings.Contains(m[1], mark) {
			return controls(m[2])
		}
	}
	return url.Values{}
}

// set changes a field; a name without a colon is one of the part that is open.
func (p *paper) set(field string, values ...string) *paper {
	p.r.t.Helper()
	name := field
	if !strings.Contains(field, ":") {
		name = p.form.Get("open") + ":" + field
	}
	if !strings.Contains(p.body, `name="`+html.EscapeString(name)+`"`) {
		p.r.t.Fatalf("there is no control %s; the form has %q", name, slices.Sorted(keys(p.form)))
	}
	p.form[name] = values
	return p
}

func keys(v url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range v {
			if !yield(k) {
				return
			}
		}
	}
}

// send presses a button of the form, "" for Save.
func (p *paper) send(do string) webtest.Answer {
	p.r.t.Helper()
	if do != "" && !strings.Contains(p.body, `value="`+html.EscapeString(do)+`"`) {
		p.r.t.Fatalf("there is no button %s", do)
	}
	f := url.Values{}
	for k, v := range p.form {
		f[k] = v
	}
	f.Set("do", do)
	return p.r.site.Post(p.who, p.r.path(), f)
}

// save presses a button and takes the page that follows.
func (p *paper) save(do string) *paper {
	p.r.t.Helper()
	a := p.send(do)
	if a.Code != http.StatusSeeOther {
		p.r.t.Logf("sent %q: %v", do, p.form)
	}
	to := a.Status(http.StatusSeeOther).Header().Get("Location")
	to, _, _ = strings.Cut(to, "#")
	return p.r.paper(p.who, p.r.site.Get(p.who, to).Status(http.StatusOK).Body.String())
}

// press presses a button that stands outside of the form.
func (p *paper) press(do string) *paper {
	p.r.t.Helper()
	q := *p
	q.form = p.formWith(`id="moves"`)
	return q.save(do)
}

var (
	inputTag  = regexp.MustCompile(`<input [^>]*>`)
	areaTag   = regexp.MustCompile(`(?s)<textarea ([^>]*)>(.*?)</textarea>`)
	selectTag = regexp.MustCompile(`(?s)<select ([^>]*)>(.*?)</select>`)
	optionTag = regexp.MustCompile(`<option value="([^"]*)"( selected)?>`)
	nameOf    = regexp.MustCompile(`name="([^"]*)"`)
	actionOf  = regexp.MustCompile(`action="([^"]*)"`)
	valueOf   = regexp.MustCompile(`value="([^"]*)"`)
)

// controls gives what a browser would send of a form.
func controls(markup string) url.Values {
	f := url.Values{}
	for _, in := range inputTag.FindAllString(markup, -1) {
		choice := strings.Contains(in, `type="checkbox"`) || strings.Contains(in, `type="radio"`)
		if choice && !strings.Contains(in, " checked") {
			continue
		}
		f.Add(attribute(nameOf, in), attribute(valueOf, in))
	}
	for _, m := range areaTag.FindAllStringSubmatch(markup, -1) {
		f.Add(attribute(nameOf, m[1]), html.UnescapeString(m[2]))
	}
	for _, m := range selectTag.FindAllStringSubmatch(markup, -1) {
		options := optionTag.FindAllStringSubmatch(m[2], -1)
		value := ""
		if len(options) > 0 {
			value = options[0][1]
		}
		for _, o := range options {
			if o[2] != "" {
				value = o[1]
			}
		}
		f.Add(attribute(nameOf, m[1]), html.UnescapeString(value))
	}
	return f
}

func attribute(re *regexp.Regexp, tag string) string {
	if m := re.FindStringSubmatch(tag); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}
