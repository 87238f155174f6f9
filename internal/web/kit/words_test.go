package kit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"plainclothes/internal/catalogue"
	"plainclothes/static"
	"plainclothes/templates"
)

// said collects messages with where each is.
type said map[string][]string

func (s said) in(where string) func(string) (string, bool) {
	return func(m string) (string, bool) {
		s[m] = append(s[m], where)
		return "", false
	}
}

// templateMessages are the messages of all templates, and the expressions that they print.
func templateMessages(t *testing.T) (messages, expressions said) {
	t.Helper()
	messages, expressions = said{}, said{}
	err := fs.WalkDir(templates.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		set, err := template.New("x").Funcs(funcs()).ParseFS(templates.Files, name)
		if err != nil {
			return err
		}
		sp := &speaker{say: messages.in(name), ours: func(e string) bool { expressions[e] = append(expressions[e], name); return false }}
		for _, x := range set.Templates() {
			sp.tree(x.Tree)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return messages, expressions
}

// notWords are texts of scripts that look like words and are none.
var notWords = regexp.MustCompile(`^(\W*|[#.\[(].*|[A-Z]+|SHA-\d+|Ed25519|[A-Z][a-z]+-[A-Z].*|Accept|Escape|Fault|[A-Za-z]+Error|Grant \{1\}|; Secure|.*plainclothes-theme=.*|\{1\}|chip \{1\}|button [a-z]+( \{1\})?|` +
	`(input|form|main|span)[:,\[ ].*|no pack|when idle|something is left to send|\(\{1\} KB\)?)$`)

func scriptMessages(t *testing.T) said {
	t.Helper()
	out := said{}
	names, err := fs.Glob(static.Files, "js/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		src, err := static.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := translateScript(src, out.in(name))
		if err != nil || string(again) != string(src) {
			t.Errorf("%s does not survive reading and writing: %v", name, err)
		}
	}
	maps.DeleteFunc(out, func(m string, _ []string) bool { return notWords.MatchString(m) })
	return out
}

// spokenBy are the folders whose code speaks to people.
var spokenBy = []string{
	"web/kit", "web/shopper", "web/auth", "visit", "auth", "evidence", "programme",
	"web/manager", "web/editor", "web/scheduler", "web/owner", "web/builder", "web/gallery", "web/tryout", "web/questions", "web/chart", "web/sheet",
	"compare", "report", "studio", "programme/edit", "tryout", "org",
}

var verbs = regexp.MustCompile(`%[#+\-0-9.]*[a-zA-Z]`)

// asMessage numbers the verbs of a format.
func asMessage(format string) string {
	n := 0
	return strings.ReplaceAll(verbs.ReplaceAllStringFunc(format, func(string) string { n++; return "{" + strconv.Itoa(n) + "}" }), "%%", "%")
}

// codeMessages are the sentences of code, as far as they stand where sentences are made: in faults, flashes and titles.
func codeMessages(t *testing.T, folder string, take func(call string) bool) said {
	t.Helper()
	out := said{}
	names, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fn := calledName(call.Fun)
			at, known := map[string]int{"New": 1, "Newf": 1, "Retry": 1, "Missing": 0, "Flash": 1, "Add": 1, "Addf": 1, "oneField": 1}[fn]
			if known && take(fn) && at < len(call.Args) {
				if s, ok := literal(call.Args[at]); ok && strings.Contains(s, " ") {
					if fn == "Missing" {
						s = "There is no such " + s + "."
					}
					out[asMessage(s)] = append(out[asMessage(s)], filepath.Base(name))
				}
			}
			return true
		})
	}
	return out
}

func calledName(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// shipped gives the messages of a language's file by their keys.
func shippedEntries(t *testing.T, lang string) map[string]catalogue.Entry {
	t.Helper()
	all, err := catalogue.Entries(lang)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]catalogue.Entry{}
	for _, e := range all {
		out[e.Key()] = e
	}
	return out
}

func TestNoPageAndNoScriptLacksAWordInAnyLanguage(t *testing.T) {
	messages, _ := templateMessages(t)
	for _, lang := range catalogue.Languages()[1:] {
		has := shippedEntries(t, lang)
		for _, all := range []said{messages, scriptMessages(t)} {
			for _, m := range slices.Sorted(maps.Keys(all)) {
				for _, where := range all[m] {
					if has[m].Text == "" && has[strings.TrimSuffix(where, ".html")+"|"+m].Text == "" {
						t.Errorf("%s has no words in %s: %q", where, lang, m)
					}
				}
			}
		}
	}
}

// forPrograms are sentences of the wire that only makers of other programs read.
var forPrograms = regexp.MustCompile(`^\{1\}: \{2\}$|UUID|JSON|Upload-|Tus-|sha256|hex|bytes|token|scope|submission|announced|changes|RFC|under this id|an id of its own|body|lat,|2026-11-21T|key|Bring in|latitude|longitude|accuracy|metres|role|alias|organisation|UTF-8`)

func TestWhatIsSaidToShoppersIsSaidInEveryLanguage(t *testing.T) {
	for _, lang := range catalogue.Languages()[1:] {
		cat := catalogue.For(lang)
		for _, folder := range spokenBy {
			for m, where := range codeMessages(t, folder, func(string) bool { return true }) {
				if !cat.Known(m) && !forPrograms.MatchString(m) {
					t.Errorf("%s: %v says %q, which has no words in %s", folder, where, m, lang)
				}
			}
		}
	}
}

func TestTheCatalogueHoldsOnlyWhatIsSaidWithTheSamePlaces(t *testing.T) {
	sources := allSources(t)
	messages, _ := templateMessages(t)
	scripts := scriptMessages(t)
	for _, lang := range catalogue.Languages()[1:] {
		for key, e := range shippedEntries(t, lang) {
			if a, b := places(e.ID), places(e.Text); !slices.Equal(a, b) {
				t.Errorf("%s, line %d: %q has the places %v, its translation %v", e.File, e.Line, e.ID, a, b)
			}
			if len(messages[e.ID])+len(scripts[e.ID]) > 0 || builtOfParts.MatchString(e.ID) {
				continue
			}
			for _, p := range catalogue.Pieces(e.ID) {
				if words := strings.Trim(p.Words, " .:,;“”()"); words != "" && !strings.Contains(sources, words) {
					t.Errorf("%s, line %d: nobody says %q", e.File, e.Line, key)
					break
				}
			}
		}
	}
}

// builtOfParts are sentences of which no part stands in the code as it is said.
var builtOfParts = regexp.MustCompile(`^\{1\} photos? saved and sent\.$|^There is no such |^[A-Z][a-z]+ to \{1\}$|^(A scenario|A band|Levels\.(good|wow))$`) // the last two: a month and what follows it; what a file calls its parts

// places lists the numbers of a message's places, each once.
func places(message string) []int {
	var out []int
	for _, p := range catalogue.Pieces(message) {
		if p.Place > 0 && !slices.Contains(out, p.Place) {
			out = append(out, p.Place)
		}
	}
	slices.Sort(out)
	return out
}

// allSources is the text of all code but tests, with the months and days that Go writes.
func allSources(t *testing.T) string {
	t.Helper()
	b := []byte("January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday days hours minutes ")
	err := filepath.WalkDir(filepath.Join("..", ".."), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		src, err := os.ReadFile(name)
		b = append(b, src...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(`\"`, `"`, "%%", "%").Replace(string(b))
}

func TestWhatTheTemplatesCallWordsOfOursIsPrintedSomewhere(t *testing.T) {
	_, printed := templateMessages(t)
	for _, s := range spoken {
		where, expression, bound := strings.Cut(s, " ")
		if !bound || strings.HasPrefix(where, ".") || strings.HasPrefix(where, "$") {
			where, expression = "", s
		}
		if !slices.ContainsFunc(printed[expression], func(file string) bool { return where == "" || strings.TrimSuffix(file, ".html") == where }) {
			t.Errorf("no template prints %q", s)
		}
	}
}
