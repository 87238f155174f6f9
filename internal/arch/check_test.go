package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A file is one Go file as the rules see it.
type file struct {
	name    string   // from the top of the repository: internal/visit/seal.go
	imports []string // import paths
	uses    []string // what it uses of the packages time and math/rand/v2: time.Now, rand.IntN
}

func (f file) dir() string { return path.Dir(f.name) }

// test reports whether the file is compiled into tests only.
func (f file) test() bool { return strings.HasSuffix(f.name, "_test.go") || forTests(f.dir()) }

// check returns every broken rule as a sentence that names the file and the way out.
func check(files []file) []string {
	var wrong []string
	for _, f := range files {
		wrong = append(wrong, checkPlace(f)...)
		for _, imported := range f.imports {
			wrong = append(wrong, checkImport(f, imported)...)
		}
		wrong = append(wrong, checkUses(f)...)
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

func checkPlace(f file) []string {
	var wrong []string
	if placeOf(f.dir()) == "" {
		wrong = append(wrong, f.dir()+": the package has no place in the house; give it one in internal/arch/place_test.go")
	}
	for part := range strings.SplitSeq(f.dir(), "/") {
		if slices.Contains(banned, part) {
			wrong = append(wrong, fmt.Sprintf("%s: %q says nothing; name the package after what it is for", f.dir(), part))
		}
	}
	return wrong
}

func checkImport(f file, imported string) []string {
	if imported == module || strings.HasPrefix(imported, module+"/") {
		return checkOwn(f, strings.TrimPrefix(strings.TrimPrefix(imported, module), "/"))
	}
	return checkForeign(f, imported)
}

// checkOwn looks at an import of a package of ours. Tests may join what the
// product must not: a use case may be tried on the real store.
func checkOwn(f file, to string) []string {
	switch {
	case placeOf(f.dir()) == "": // said once, by checkPlace
		return nil
	case f.test() && !strings.HasSuffix(f.name, "_test.go"):
		if maySee(f.dir(), to) {
			return nil
		}
	case f.test():
		if placeOf(to) != "" && placeOf(to) != "cmd" {
			return nil
		}
	case forTests(to):
		return []string{fmt.Sprintf("%s imports %s, which is for tests only", f.name, to)}
	case maySee(f.dir(), to):
		return nil
	}
	return []string{fmt.Sprintf("%s imports %s, which its place must not see", f.name, to)}
}

func checkForeign(f file, imported string) []string {
	if f.test() {
		return nil
	}
	var wrong []string
	place := placeOf(f.dir())
	if slices.Contains(pure, place) && slices.ContainsFunc(pureForbidden, func(p string) bool { return covers(p, imported) }) {
		wrong = append(wrong, fmt.Sprintf("%s imports %s, but %s is pure", f.name, imported, place))
	}
	for _, fence := range fences {
		if covers(fence.pkg, imported) && !slices.Contains(fence.inside, place) {
			wrong = append(wrong, fmt.Sprintf("%s imports %s, which belongs in %s", f.name, imported, where(fence)))
		}
	}
	return wrong
}

func where(f fence) string {
	if len(f.inside) == 0 {
		return "tests"
	}
	return strings.Join(f.inside, ", ")
}

// covers reports whether imported is pkg, lies below it or is a later major version of it.
func covers(pkg, imported string) bool {
	return imported == pkg || strings.HasPrefix(imported, pkg+"/")
}

// checkUses looks for the clock in the domain, and for luck without a seed in its pure part.
func checkUses(f file) []string {
	place := placeOf(f.dir())
	if f.test() || !slices.Contains(line, place) {
		return nil
	}
	var wrong []string
	for _, use := range f.uses {
		switch {
		case slices.Contains(clock, use):
			wrong = append(wrong, fmt.Sprintf("%s uses %s; take the time as an argument", f.name, use))
		case strings.HasPrefix(use, "rand.") && slices.Contains(pure, place) && !slices.Contains(luck, use):
			wrong = append(wrong, fmt.Sprintf("%s uses %s, but %s is pure; draw from a seeded rand.New", f.name, use, place))
		}
	}
	return wrong
}
