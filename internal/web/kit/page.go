package kit

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	syntax "text/template/parse"

	"github.com/jba/templatecheck"
	"github.com/labstack/echo/v4"

	"plainclothes/internal/catalogue"
	"plainclothes/templates"
)

// Page is a template that was checked against its struct when the program started: a field that is not there fails
// every test, not a reader.
type Page[T any] struct {
	name   string
	tmpl   func() *templatecheck.CheckedTemplate[T]
	others map[string]func() *template.Template // the same in other languages
}

// checked reads a template and checks it against its struct, panics when they do not fit, and reads it again when it is
// first used. The templates of all pages together are most of what an instance keeps alive, and many an instance answers
// programs only, or few pages.
func checked[T any](read func() *template.Template) func() *templatecheck.CheckedTemplate[T] {
	check := func() *templatecheck.CheckedTemplate[T] { return templatecheck.MustChecked[T](read()) }
	check()
	return sync.OnceValue(check)
}

// NewPage makes the page templates/<name>.html inside its layout. The layout follows from the folder: "shopper" for
// shopper/, "plain" for auth/ and the top folder, "desk" for the others; a second argument names another.
// It panics when template and T do not fit. T embeds Chrome.
func NewPage[T any](name string, layout ...string) *Page[T] {
	if _, ok := any(new(T)).(chromed); !ok {
		panic(fmt.Sprintf("kit: the struct of page %s does not embed kit.Chrome", name))
	}
	frame := layoutOf(name)
	if len(layout) > 0 {
		frame = layout[0]
	}
	read := func() *template.Template { return parse("layout/"+frame, name) }
	return &Page[T]{name: name, tmpl: checked[T](read), others: inOthers(name, "layout/"+frame, read)}
}

func layoutOf(name string) string {
	switch path.Dir(name) {
	case "shopper":
		return "shopper"
	case ".", "auth":
		return "plain"
	}
	return "desk"
}

// parse reads a layout and a page, then adds the shared parts that they name, directly or through each other: a page
// holds what it draws and no more. A block that the page defines wins over a part of that name.
func parse(layout, name string) *template.Template {
	t := template.New(path.Base(layout) + ".html").Funcs(funcs())
	t = template.Must(t.ParseFS(templates.Files, layout+".html"))
	if layout != name {
		t = template.Must(t.ParseFS(templates.Files, name+".html"))
	}
	for {
		missing := missingParts(t)
		if len(missing) == 0 {
			return t
		}
		for _, part := range missing {
			template.Must(t.AddParseTree(part, sharedParts()[part].Copy()))
		}
	}
}

// sharedParts are the trees of all parts, read once.
var sharedParts = sync.OnceValue(func() map[string]*syntax.Tree {
	t := template.Must(template.New("parts").Funcs(funcs()).ParseFS(templates.Files, "layout/base.html", "part/*.html"))
	all := map[string]*syntax.Tree{}
	for _, p := range t.Templates() {
		if p.Tree != nil {
			all[p.Name()] = p.Tree
		}
	}
	return all
})

// missingParts lists the parts that the set names and does not have yet. A name that is no part either stays for the
// template's own check to complain about.
func missingParts(t *template.Template) []string {
	var missing []string
	for _, p := range t.Templates() {
		if p.Tree == nil {
			continue
		}
		for _, name := range named(p.Tree.Root, nil) {
			if t.Lookup(name) == nil && sharedParts()[name] != nil && !slices.Contains(missing, name) {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// named collects the templates that a node calls.
func named(n syntax.Node, into []string) []string {
	switch n := n.(type) {
	case *syntax.TemplateNode:
		return append(into, n.Name)
	case *syntax.ListNode:
		if n == nil {
			return into
		}
		for _, x := range n.Nodes {
			into = named(x, into)
		}
	case *syntax.IfNode:
		return named(n.ElseList, named(n.List, into))
	case *syntax.RangeNode:
		return named(n.ElseList, named(n.List, into))
	case *syntax.WithNode:
		return named(n.ElseList, named(n.List, into))
	}
	return into
}

// Render fills in the chrome and answers with the whole page, or with nothing when the template fails.
func (p *Page[T]) Render(c echo.Context, status int, view T) error {
	if v, ok := any(&view).(chromed); ok {
		v.chrome().fill(c)
		p.sayTitle(v.chrome())
		framing(c, v.chrome())
	}
	vary(c)
	b := blank()
	defer give(b)
	if v, ok := any(&view).(worded); ok {
		v.InWords(catalogue.For(LanguageOf(c)).Say)
	}
	if err := p.execute(b, LanguageOf(c), view); err != nil {
		return fmt.Errorf("render %s: %w", p.name, err)
	}
	return send(c, status, echo.MIMETextHTMLCharsetUTF8, b.Bytes())
}

// paper is what pages were rendered on: one that has grown to the size of a large page is used again.
var paper = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostPaper is how large one may be that is kept.
const mostPaper = 1 << 20

func blank() *bytes.Buffer {
	b, ok := paper.Get().(*bytes.Buffer)
	if !ok { // nothing else is put there
		return new(bytes.Buffer)
	}
	b.Reset()
	return b
}

// give takes back what was answered with.
func give(b *bytes.Buffer) {
	if b.Cap() <= mostPaper {
		paper.Put(b)
	}
}

// worded is fulfilled by pages that mix words of ours with those of people in one field: they know which are which.
type worded interface{ InWords(say func(string) string) }

// titledByPeople are the pages whose title is what somebody wrote.
var titledByPeople = []string{"shopper/section", "manager/branch", "manager/visit", "editor/report"}

// sayTitle puts the page's title into the reader's language, when it is a message as a whole: other titles hold names.
func (p *Page[T]) sayTitle(ch *Chrome) {
	if title, ok := catalogue.For(ch.Lang).Message(ch.Title); ok && !slices.Contains(titledByPeople, p.name) {
		ch.Title = title
	}
}

// execute makes the page in a language.
func (p *Page[T]) execute(b *bytes.Buffer, lang string, view T) error {
	if other, ok := p.others[lang]; ok {
		return other().Execute(b, view)
	}
	return p.tmpl().Execute(b, view)
}

// Name gives the template's path without ending, for tests.
func (p *Page[T]) Name() string { return p.name }

// send answers with text, zipped when the browser can take it. What is not said to be cacheable is not.
func send(c echo.Context, status int, kind string, body []byte) error {
	h := c.Response().Header()
	if h.Get(echo.HeaderCacheControl) == "" {
		h.Set(echo.HeaderCacheControl, "no-store")
	}
	if len(body) >= zipFrom {
		h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		if acceptsGzip(c.Request()) {
			body = zip(body)
			h.Set(echo.HeaderContentEncoding, "gzip")
		}
	}
	if c.Request().Method == http.MethodHead {
		body = nil
	}
	return c.Blob(status, kind, body)
}

func acceptsGzip(r *http.Request) bool {
	for _, enc := range strings.Split(r.Header.Get(echo.HeaderAcceptEncoding), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(enc), ";")
		if name == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}
