package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// root is the top of the repository, seen from this package.
const root = "../.."

// sources reads every Go file of the repository, whatever its build tags.
func sources(t *testing.T) []file {
	t.Helper()
	var files []file
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && ignored(name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		files = append(files, parse(t, name, nil))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// ignored reports whether the go command does not look into a folder either.
func ignored(dir string) bool {
	base := path.Base(dir)
	return dir != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules")
}

// parse reads one file; src stands in for its content where it is not nil.
func parse(t *testing.T, name string, src any) file {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	f := file{name: name}
	names := map[string]string{}
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		f.imports = append(f.imports, imported)
		if usual, ok := watched[imported]; ok {
			names[nameOf(spec, usual)] = usual
		}
	}
	f.uses = usesOf(tree, names)
	return f
}

// watched are the packages whose single functions the rules ask about, with their usual names.
var watched = map[string]string{"time": "time", "math/rand/v2": "rand"}

// nameOf returns how a file calls an imported package.
func nameOf(spec *ast.ImportSpec, usual string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return usual
}

// usesOf lists what a file uses of the packages that it calls by the given names, under their usual names.
func usesOf(tree *ast.File, names map[string]string) []string {
	var uses []string
	ast.Inspect(tree, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && names[x.Name] != "" {
			uses = append(uses, names[x.Name]+"."+sel.Sel.Name)
		}
		return true
	})
	return uses
}
