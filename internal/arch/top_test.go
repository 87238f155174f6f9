package arch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheTopLevelHoldsOnlyWhatWasAgreed(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for _, name := range strangers(names, gitIgnored(t)) {
		t.Errorf("the top level holds %q: put it into a folder of the house, or agree on it in internal/arch/place_test.go", name)
	}
}

func TestAStrangerAtTheTopLevelIsSeen(t *testing.T) {
	got := strangers([]string{"cmd", ".git", ".ci", "README.md", "pkg", "notes.txt", "plainclothes"}, []string{"plainclothes"})
	if !slices.Equal(got, []string{"pkg", "notes.txt"}) {
		t.Errorf("got %q", got)
	}
}

// strangers returns the names that are neither agreed, nor hidden, nor kept out of the repository.
func strangers(names, ignored []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return strings.HasPrefix(name, ".") || slices.Contains(topLevel, name) || slices.Contains(ignored, name)
	})
}

// gitIgnored returns the top-level names that .gitignore lists, as in "/dist/".
func gitIgnored(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, l := range lines(t, ".gitignore") {
		if strings.HasPrefix(l, "/") {
			names = append(names, strings.Trim(l, "/"))
		}
	}
	return names
}

// lines reads a file at the top level without comments and empty lines.
func lines(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for l := range strings.Lines(string(b)) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}
