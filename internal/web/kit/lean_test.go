package kit

import (
	"bytes"
	"testing"

	"plainclothes/static"
)

func TestScriptsAreSentWithoutCommentsAndIndents(t *testing.T) {
	got := string(lean("js/x.js", []byte("// why\nif (a) {\n  // because\n  b(); // so\n}\n\n")))
	if want := "if (a) {\nb(); // so\n}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := string(lean("vendor/x.js", []byte("// theirs\n"))); got != "// theirs\n" {
		t.Errorf("another's file became %q", got)
	}
}

func TestNoTextOfAScriptGoesOverTheEndOfALine(t *testing.T) {
	files, err := static.Files.ReadDir("js")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := static.Files.ReadFile("js/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(b, []byte("\n")) {
			if bytes.Count(line, []byte("`"))%2 != 0 {
				t.Errorf("%s:%d: a template string that goes on would lose its blanks", f.Name(), i+1)
			}
		}
	}
}
