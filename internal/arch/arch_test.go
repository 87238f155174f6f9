package arch

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageKeepsItsPlaceInTheHouse(t *testing.T) {
	files := sources(t)
	if len(files) < 20 {
		t.Fatalf("only %d Go files found below %s", len(files), root)
	}
	for _, wrong := range check(files) {
		t.Error(wrong)
	}
}

// imports builds a file that imports packages.
func imports(name string, packages ...string) file { return file{name: name, imports: packages} }

func TestTheRulesRefuseWhatTheHouseForbids(t *testing.T) {
	for _, c := range []struct {
		rule string
		file file
		says string // "" means that it is allowed
	}{
		// the line
		{"the domain looks left", imports("internal/visit/seal.go", "plainclothes/internal/scoring"), ""},
		{"the domain does not look right", imports("internal/scoring/score.go", "plainclothes/internal/visit"), "must not see"},
		{"the first of the line sees nothing of ours", imports("internal/fault/fault.go", "plainclothes/internal/programme"), "must not see"},
		{"the domain does not see an adapter", imports("internal/visit/seal.go", "plainclothes/internal/store"), "must not see"},
		{"the domain does not see the wiring", imports("internal/visit/seal.go", "plainclothes/internal/app"), "must not see"},
		{"the domain does not see the folders", imports("internal/visit/seal.go", "plainclothes/templates"), "must not see"},
		{"the domain does not see generated code", imports("internal/report/csv.go", "plainclothes/api"), "must not see"},
		{"a folder inside a place shares it", imports("internal/visit/oplog/log.go", "plainclothes/internal/scoring"), ""},
		{"a folder inside a place has no more rights", imports("internal/scoring/inner/x.go", "plainclothes/internal/visit"), "must not see"},
		{"parts of one place see each other", imports("internal/store/visit.go", "plainclothes/internal/store/sqlitedialect"), ""},

		// adapters
		{"an adapter sees the line", imports("internal/store/visit.go", "plainclothes/internal/visit"), ""},
		{"an adapter does not see another", imports("internal/web/page.go", "plainclothes/internal/store"), "must not see"},
		{"an adapter does not see settings", imports("internal/mail/smtp.go", "plainclothes/internal/config"), "must not see"},
		{"an adapter does not see the wiring", imports("internal/jobs/work.go", "plainclothes/internal/app"), "must not see"},
		{"an adapter sees the folders", imports("internal/store/migrate.go", "plainclothes/migrations"), ""},
		{"the handlers see the generated contract", imports("internal/api/visits.go", "plainclothes/api"), ""},

		// web
		{"web joins its roles", imports("internal/web/routes.go", "plainclothes/internal/web/shopper"), ""},
		{"a role sees what roles share", imports("internal/web/manager/page.go", "plainclothes/internal/web/kit", "plainclothes/internal/web/chart"), ""},
		{"a role does not see another", imports("internal/web/manager/page.go", "plainclothes/internal/web/owner"), "must not see"},
		{"a role does not see the sign-in pages", imports("internal/web/owner/page.go", "plainclothes/internal/web/auth"), "must not see"},
		{"a role does not see web itself", imports("internal/web/owner/page.go", "plainclothes/internal/web"), "must not see"},
		{"what roles share does not see a role", imports("internal/web/kit/page.go", "plainclothes/internal/web/owner"), "must not see"},

		// joining
		{"the wiring sees everything", imports("internal/app/serve.go", "plainclothes/internal/web", "plainclothes/internal/store", "plainclothes/internal/visit", "plainclothes/static"), ""},
		{"the command sees the wiring", imports("cmd/plainclothes/main.go", "plainclothes/internal/app"), ""},
		{"the command sees nothing else", imports("cmd/plainclothes/main.go", "plainclothes/internal/store"), "must not see"},
		{"nobody sees the command", imports("internal/app/run.go", "plainclothes/cmd/plainclothes"), "must not see"},

		// folders
		{"a folder sees nothing of ours", imports("templates/templates.go", "plainclothes/internal/fault"), "must not see"},
		{"a folder sees no other folder", imports("static/static.go", "plainclothes/templates"), "must not see"},

		// places and names
		{"a package needs a place", imports("internal/loyalty/card.go"), "no place"},
		{"the top level holds no package", imports("main.go"), "no place"},
		{"a new top folder is no place", imports("pkg/visit/visit.go"), "no place"},
		{"a name says what a package is for", imports("internal/web/helpers/form.go"), `"helpers" says nothing`},
		{"util is no name", imports("internal/visit/util/x.go"), `"util" says nothing`},
		{"a place cannot be imported that is none", imports("internal/visit/x.go", "plainclothes/internal/loyalty"), "must not see"},

		// pure packages
		{"pure packages have no context", imports("internal/stats/mixed.go", "context"), "is pure"},
		{"pure packages do not open files", imports("internal/programme/parse.go", "os"), "is pure"},
		{"pure packages do not start programs", imports("internal/programme/parse.go", "os/exec"), "is pure"},
		{"pure packages do not use the network", imports("internal/compare/rollup.go", "net/http"), "is pure"},
		{"pure packages know no database", imports("internal/scoring/score.go", "database/sql/driver"), "is pure"},
		{"pure packages may count", imports("internal/stats/mixed.go", "math", "slices", "math/big"), ""},
		{"pure packages draw no luck without a seed", file{name: "internal/stats/boot.go", uses: []string{"rand.IntN"}}, "seeded"},
		{"pure packages may draw from a seed", file{name: "internal/stats/boot.go", uses: []string{"rand.New", "rand.NewPCG"}}, ""},
		{"pure packages draw no luck from the system", imports("internal/stats/boot.go", "crypto/rand"), "is pure"},
		{"use cases have a context", imports("internal/visit/seal.go", "context"), ""},
		{"a name that only begins alike is another package", imports("internal/stats/x.go", "network", "oscillator"), ""},

		// the clock
		{"the domain reads no clock", file{name: "internal/visit/seal.go", uses: []string{"time.Now"}}, "take the time as an argument"},
		{"the domain measures no time", file{name: "internal/stats/fit.go", uses: []string{"time.Since"}}, "take the time as an argument"},
		{"the domain may speak of time", file{name: "internal/visit/seal.go", uses: []string{"time.Time", "time.Hour"}}, ""},
		{"an adapter may read the clock", file{name: "internal/store/store.go", uses: []string{"time.Now"}}, ""},

		// fences
		{"GORM stays in the store", imports("internal/visit/row.go", "gorm.io/gorm"), "belongs in store"},
		{"GORM's drivers stay there too", imports("internal/app/open.go", "gorm.io/driver/postgres"), "belongs in store"},
		{"the store uses GORM", imports("internal/store/sqlitedialect/d.go", "gorm.io/gorm/clause"), ""},
		{"Echo stays at the edge", imports("internal/visit/seal.go", "github.com/labstack/echo/v4"), "belongs in web, api, app"},
		{"jobs have no pages", imports("internal/jobs/work.go", "github.com/labstack/echo/v4/middleware"), "belongs in web, api, app"},
		{"web uses Echo", imports("internal/web/shopper/page.go", "github.com/labstack/echo/v4"), ""},
		{"the product holds no test code", imports("internal/app/serve.go", "testing"), "belongs in tests"},
		{"test libraries stay in tests", imports("internal/programme/cond.go", "cel.dev/cel-go/cel"), "belongs in tests"},

		// tests
		{"a test may use GORM", imports("internal/app/serve_test.go", "gorm.io/gorm", "testing"), ""},
		{"a test may read the clock", file{name: "internal/visit/seal_test.go", uses: []string{"time.Now"}}, ""},
		{"a use case may be tried on the real store", imports("internal/visit/seal_test.go", "plainclothes/internal/store"), ""},
		{"a test may not see a package without a place", imports("internal/visit/seal_test.go", "plainclothes/internal/loyalty"), "must not see"},
		{"a test may import a test's package", imports("internal/store/visit_test.go", "plainclothes/internal/store/pgtest"), ""},
		{"the product may not", imports("internal/store/open.go", "plainclothes/internal/store/pgtest"), "for tests only"},
		{"not even the wiring", imports("internal/app/bench.go", "plainclothes/internal/browsertest"), "for tests only"},
		{"a test's package may use test libraries", imports("internal/browsertest/page.go", "testing", "github.com/chromedp/chromedp"), ""},
		{"a test's package has the rights of its place", imports("internal/store/storetest/fill.go", "plainclothes/internal/visit"), ""},
		{"and no more", imports("internal/store/storetest/fill.go", "plainclothes/internal/web"), "must not see"},
		{"one that stands alone sees nothing of ours", imports("internal/browsertest/page.go", "plainclothes/internal/web"), "must not see"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got := check([]file{c.file})
			switch {
			case c.says == "" && len(got) > 0:
				t.Errorf("refused: %q", got)
			case c.says != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.says) }):
				t.Errorf("got %q, want a sentence with %q", got, c.says)
			}
		})
	}
}

func TestAPackageWithoutAPlaceIsToldOnce(t *testing.T) {
	got := check([]file{imports("internal/loyalty/a.go", "plainclothes/internal/fault"), imports("internal/loyalty/b.go")})
	if len(got) != 1 || !strings.Contains(got[0], "internal/arch/place_test.go") {
		t.Errorf("got %q", got)
	}
}

func TestEveryPairOfTheLineIsAllowedInOneDirectionOnly(t *testing.T) {
	for i, left := range line {
		for j, right := range line {
			if got := maySee("internal/"+right, "internal/"+left); got != (i <= j) {
				t.Errorf("%s may see %s: %t", right, left, got)
			}
		}
	}
}

func TestNoAdapterSeesAnother(t *testing.T) {
	for _, a := range adapters {
		for _, b := range adapters {
			if a != b && maySee("internal/"+a, "internal/"+b) {
				t.Errorf("%s may see %s", a, b)
			}
		}
	}
}

func TestTheReaderSeesImportsAndTheClockUnderAnyName(t *testing.T) {
	f := parse(t, "internal/visit/x.go", "package visit\nimport (\n\tclock \"time\"\n\t_ \"os\"\n)\nvar now = clock.Now\n")
	if !slices.Equal(f.imports, []string{"time", "os"}) || !slices.Equal(f.uses, []string{"time.Now"}) {
		t.Errorf("read %+v", f)
	}
}
