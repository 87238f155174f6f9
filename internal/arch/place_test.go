package arch

import (
	"path"
	"slices"
	"strings"
)

// module is our own import path.
const module = "plainclothes"

// The house. A package belongs to the place of the first folder below internal/;
// a folder inside a place (store/sqlitedialect) shares it.
var (
	// line is the domain: a package may import only packages to its left.
	line = []string{
		"alphabet", "catalogue", "fault", "tablefile", "programme", "scoring", "stats", "compare", // pure, see below
		"org", "auth", "event", "evidence", "fieldwork", "visit", "studio", "tryout", "notify", "report",
	}
	// pure is the beginning of the line: no input, no output, no clock, no context.
	pure = line[:8]
	// adapters may import the line and the folders, never one another.
	adapters = []string{"web", "api", "jobs", "store", "blob", "mail", "config"}
	// joins may import the line, the adapters and the folders; only cmd may import it.
	joins = []string{"app"}
	// folders hold files and a small Go file that embeds them; they import nothing of ours.
	folders = []string{"templates", "static", "migrations", "api"}
	// alone are packages for tests only that stand by themselves and import nothing of ours.
	alone = []string{"arch", "browsertest", "roughtest"}
	// webShared are the parts of web that its roles may import; roles never import one another.
	webShared = []string{"kit", "chart", "sheet"}
)

// topLevel is what the repository holds, besides names that begin with a dot.
var topLevel = []string{"cmd", "api", "internal", "templates", "static", "migrations", "go.mod", "go.sum", "Dockerfile", "README.md"}

// banned names say nothing about what a package is for.
var banned = []string{
	"util", "utils", "common", "model", "models", "service", "services", "helper", "helpers", "misc", "lib", "shared", "types",
}

// pureForbidden are imports that a pure package must not have; a name covers what lies below it.
var pureForbidden = []string{"context", "os", "net", "database/sql", "syscall", "log", "crypto/rand"}

// clock are the functions that read the time; it comes in as an argument instead.
var clock = []string{"time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc", "time.Tick", "time.NewTicker", "time.NewTimer", "time.Sleep"}

// luck are the parts of math/rand/v2 that give the same numbers for the same seed; a pure package may use only them.
var luck = []string{"rand.New", "rand.NewPCG", "rand.NewChaCha8", "rand.NewZipf", "rand.Rand", "rand.PCG", "rand.ChaCha8", "rand.Zipf", "rand.Source"}

// A fence keeps a foreign module inside some places of ours.
type fence struct {
	pkg    string   // import path; it covers what lies below it
	inside []string // places as placeOf names them; none means tests only
}

var fences = []fence{
	{"gorm.io", []string{"store"}},
	{"github.com/labstack/echo", []string{"web", "api", "app", "/api"}}, // /api: the routes made from the contract
	{"testing", nil},
	{"net/http/httptest", nil},
	{"github.com/chromedp", nil},
	{"cel.dev/cel-go", nil},
	{"github.com/google/cel-go", nil},
	{"github.com/dop251/goja", nil},
	{"github.com/google/go-cmp", nil},
	{"github.com/stretchr/testify", nil},
	{"github.com/Shopify/toxiproxy", nil},
	{"go.uber.org/goleak", nil},
	{"pgregory.net/rapid", nil},
	{"github.com/xuri/excelize", nil}, // it makes what another tool makes; forms are read and written without it
}

// placeOf returns the place of a package folder: "visit" for internal/visit,
// "cmd" for cmd/plainclothes, "/templates" for templates. "" means that it has none.
func placeOf(dir string) string {
	head, rest, _ := strings.Cut(dir, "/")
	switch {
	case head == "cmd" && rest != "":
		return "cmd"
	case slices.Contains(folders, head):
		return "/" + head
	case head != "internal":
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	for _, names := range [][]string{line, adapters, joins, alone} {
		if slices.Contains(names, name) {
			return name
		}
	}
	return ""
}

// forTests reports whether a package serves tests only: its name ends in "test", as in httptest.
func forTests(dir string) bool {
	return strings.HasSuffix(path.Base(dir), "test") || dir == "internal/arch"
}

// maySee reports whether code in the package folder from may import the package folder to.
func maySee(from, to string) bool {
	a, b := placeOf(from), placeOf(to)
	switch {
	case a == "" || b == "" || b == "cmd":
		return false
	case a == b:
		return a != "web" || mayShareWeb(from, to)
	case a == "cmd":
		return slices.Contains(joins, b)
	case slices.Contains(line, a):
		return slices.Contains(line[:slices.Index(line, a)], b)
	case slices.Contains(adapters, a):
		return slices.Contains(line, b) || isFolder(b)
	case slices.Contains(joins, a):
		return slices.Contains(line, b) || slices.Contains(adapters, b) || isFolder(b)
	}
	return false
}

func isFolder(place string) bool { return strings.HasPrefix(place, "/") }

// mayShareWeb: web itself joins its roles; a role sees what all roles share, and its own folder.
func mayShareWeb(from, to string) bool {
	a, b := webPart(from), webPart(to)
	return a == "" || a == b || slices.Contains(webShared, b)
}

// webPart returns the role or shared part of a folder below internal/web, "" for web itself.
func webPart(dir string) string {
	part, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(dir, "internal/web"), "/"), "/")
	return part
}
