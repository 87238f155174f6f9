package kit

import (
	"bytes"
	"html/template"
	"strings"
	"testing"

	"plainclothes/internal/catalogue"
	"plainclothes/internal/programme"
)

// spokenAs makes a template's output with messages from a small catalogue.
func spokenAs(t *testing.T, source string, words map[string]string, data any) string {
	t.Helper()
	set := template.Must(template.New("page").Funcs(funcs()).Parse(source))
	sp := &speaker{
		say:  func(m string) (string, bool) { s, ok := words[m]; return s, ok },
		ours: func(e string) bool { return e == ".State" },
	}
	for _, x := range set.Templates() {
		sp.tree(x.Tree)
	}
	set.Funcs(template.FuncMap{"say": func(v any) any {
		if s, ok := v.(string); ok && words[s] != "" {
			return words[s]
		}
		return v
	}})
	var b bytes.Buffer
	if err := set.Execute(&b, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestASharedPartIsNotChangedByTheLanguageOfACopy(t *testing.T) {
	set := template.Must(template.New("page").Funcs(funcs()).Parse(`<p>Open</p>{{((field "a" "Open" "" nil).Help "Open").Label}}`))
	again := template.Must(template.New("page").Funcs(funcs()).AddParseTree("page", set.Tree.Copy()))
	sp := &speaker{say: func(string) (string, bool) { return "Öffnen", true }, ours: func(string) bool { return false }}
	sp.tree(again.Tree)
	for want, x := range map[string]*template.Template{"<p>Open</p>Open": set, "<p>Öffnen</p>Öffnen": again} {
		var b bytes.Buffer
		if err := x.Execute(&b, nil); err != nil || b.String() != want {
			t.Errorf("%q, %v; want %q", b.String(), err, want)
		}
	}
}

func TestATemplateSpeaksAnotherLanguageAndPeopleKeepTheirWords(t *testing.T) {
	type data struct {
		N     int
		Name  string
		State string
		On    bool
		Text  string
	}
	d := data{N: 3, Name: "Sent", State: "Sent", On: true, Text: "<b>Sent</b>"}
	words := map[string]string{
		"Sent": "Gesendet", "{1} of {2}": "von {2} sind {1}", "Photo {1}": "Foto {1}", "Hello {1}, it is {2}": "{2!} ist es, {1}", "photo": "Foto", "photos": "Fotos",
		"A & B": "A < B", "Open": "Öffnen", "now": "jetzt", "Type": "Eintippen", "Your reply": "Ihre Antwort", "said “so”": "sagte „so“",
	}
	for name, c := range map[string]struct{ in, want string }{
		"a text between tags":                   {`<p>Sent</p>`, `<p>Gesendet</p>`},
		"white space around it stays":           {"<p>\n Sent </p>", "<p>\n Gesendet </p>"},
		"words of people":                       {`<p>{{.Name}}</p>`, `<p>Sent</p>`},
		"words of ours that come with the data": {`<p>{{.State}}</p>`, `<p>Gesendet</p>`},
		"places in another order":               {`<p>{{.N}} of {{.Name}}</p>`, `<p>von Sent sind 3</p>`},
		"a place with words of ours":            {`Hello {{.Name}}, it is {{.State}}`, `Gesendet ist es, Sent`},
		"an attribute that is heard":            {`<a aria-label="Photo {{.N}}" href="/Sent" class="Sent">{{.Name}}</a>`, `<a aria-label="Foto 3" href="/Sent" class="Sent">Sent</a>`},
		"an attribute between branches":         {`<a{{if .On}} class="Sent"{{end}} title="Open">Sent</a>`, `<a class="Sent" title="Öffnen">Gesendet</a>`},
		"signs around it":                       {`<p>{{.Name}}{{if .On}} · now{{end}}</p>`, `<p>Sent · jetzt</p>`},
		"escapes":                               {`<p>A &amp; B</p>`, `<p>A &lt; B</p>`},
		"nothing is run together":               {`<p>{{.Text}} Sent</p>`, `<p>&lt;b&gt;Sent&lt;/b&gt; Sent</p>`},
		"a script stays":                        {`<script type="module" src="/Sent.js"></script><p>Sent</p>`, `<script type="module" src="/Sent.js"></script><p>Gesendet</p>`},
		"a comment stays out":                   {`<!-- Sent --><p>Sent</p>`, `<p>Gesendet</p>`},
		"words handed to a function":            {`<p>{{plural .N "photo" "photos"}}</p>`, `<p>3 Fotos</p>`},
		"what is compared stays":                {`{{if eq .Name "Sent"}}<p>Sent</p>{{end}}`, `<p>Gesendet</p>`},
		"an unknown text":                       {`<p>Never heard of</p>`, `<p>Never heard of</p>`},
		"an address":                            {`<p>/.well-known/x</p>`, `<p>/.well-known/x</p>`},
		"a template inside a tag":               {`<i{{template "x" .}}>Sent</i>{{define "x"}} data-a="Sent"{{end}}`, `<i data-a="Sent">Gesendet</i>`},
	} {
		if got := spokenAs(t, c.in, words, d); got != c.want {
			t.Errorf("%s: %s became %s, want %s", name, c.in, got, c.want)
		}
	}
}

func TestAScriptSpeaksAnotherLanguageAndDoesTheSame(t *testing.T) {
	words := map[string]string{
		"Saved on phone": "Auf dem `Telefon`", "{1} of {2} answered": "{2}: {1} beantwortet", "photo": "Foto", "photos": "Fotos", "sent": "gesendet", "Next: {1}": "Weiter: {1}",
		"It's here": "Hier's", "Which is right?": "Was stimmt?", "{1} to send": "{1} ${x} zu senden", "Fault": "Falsch",
	}
	for in, want := range map[string]string{
		"say('Saved on phone');":                                "say('Auf dem `Telefon`');",
		"x = `${a} of ${b.c} answered`;":                        "x = `${b.c}: ${a} beantwortet`;",
		"plural(n, 'photo', 'photos'), f('photo', 'sent')":      "plural(n, 'Foto', 'Fotos'), f('photo', 'sent')",
		"word('sent') + 'sent'":                                 "word('gesendet') + 'sent'",
		"const r = /'Saved on phone'/.test(s) ? a / b : c / 2;": "const r = /'Saved on phone'/.test(s) ? a / b : c / 2;",
		"// say('Saved on phone')\n'use strict';":               "// say('Saved on phone')\n'use strict';",
		"`Next: ${all.map((x) => `${x} of ${y} answered`)}`":    "`Weiter: ${all.map((x) => `${y}: ${x} beantwortet`)}`",
		`'It\'s here'`:       `'Hier\'s'`,
		"' Which is right?'": "' Was stimmt?'",
		"`${n} to send`":     "`${n} \\${x} zu senden`",
		"`${n}`":             "`${n}`",
	} {
		got, err := translateScript([]byte(in), func(m string) (string, bool) { s, ok := words[m]; return s, ok })
		if err != nil || string(got) != want {
			t.Errorf("%s became %s, %v, want %s", in, got, err, want)
		}
	}
	if _, err := translateScript([]byte("'open"), func(string) (string, bool) { return "", false }); err == nil {
		t.Error("a broken script was taken")
	}
}

func TestWhatOnePageCallsWordsOfOursIsNoneOfAnothers(t *testing.T) {
	set := parse("layout/shopper", "shopper/section")
	files := map[string]string{}
	for _, x := range set.Templates() {
		files[x.Name()] = fileOf(x, "shopper/section", "layout/shopper")
	}
	for name, want := range map[string]string{
		"main": "shopper/section", "bar": "shopper/section", "question": "part/question", "field": "part/field", "notice": "layout/base", "shopper.html": "layout/shopper",
	} {
		if files[name] != want {
			t.Errorf("%s comes from %q, want %q", name, files[name], want)
		}
	}
	why := parse("layout/desk", "editor/why")
	for _, x := range why.Templates() {
		if got := fileOf(x, "editor/why", "layout/desk"); x.Name() == "why" && got != "part/why" || x.Name() == "main" && got != "editor/why" {
			t.Errorf("%s comes from %q", x.Name(), got)
		}
	}
	if ours := spokenIn("part/question"); ours(".Text") || ours(".Label") || !ours(".Error") {
		t.Error("what a programme asks would be translated")
	}
}

func TestEveryPageAndScriptCanBeMadeInEveryLanguage(t *testing.T) {
	for _, lang := range append(catalogue.Languages()[1:], catalogue.Mirror) {
		english := assets().files
		for name := range scriptsIn(lang) {
			if len(english[name].body) == 0 {
				t.Errorf("%s is in %s only", name, lang)
			}
		}
		if body := signInIn(t, lang); !strings.Contains(body, `<script type="module" src="/static/`+folder(lang)+`/js/phone.js"></script>`) {
			t.Errorf("%s: %s", lang, body)
		}
	}
}

// signInIn makes the page of signing in in a language.
func signInIn(t *testing.T, lang string) string {
	t.Helper()
	page := parse("layout/plain", "auth/sign_in")
	if lang != catalogue.Source {
		page = inLanguage(lang, "auth/sign_in", "layout/plain", page)
	}
	view := struct {
		Chrome
		Email, Next string
		Mails       bool
		Languages   []LanguageChoice
	}{Chrome: Chrome{Title: "Sign in", Lang: lang, RightToLeft: programme.RightToLeft(lang), Theme: "auto", Script: []string{"js/phone.js"}}}
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
