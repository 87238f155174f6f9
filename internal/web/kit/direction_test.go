package kit

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"plainclothes/internal/catalogue"
	"plainclothes/static"
)

// physical are properties that name a side of the screen: read from right to left, they stand on the wrong one.
var physical = regexp.MustCompile(`(?:^|[\s;{])((?:margin|padding|border)-(?:left|right)|left|right|float|text-align:\s*(?:left|right))\s*[:;}]`)

func TestStylesNameNoSideOfTheScreen(t *testing.T) {
	names, err := fs.Glob(static.Files, "css/*.css")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		src, err := static.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(src), "\n") {
			if m := physical.FindString(line); m != "" {
				t.Errorf("%s, line %d: %q; write start or end instead", name, i+1, strings.TrimSpace(m))
			}
		}
	}
}

func TestPagesRunTheWayTheirLanguageIsWritten(t *testing.T) {
	for lang, want := range map[string]string{"en": `<html lang="en">`, "de": `<html lang="de">`, catalogue.Mirror: `<html lang="ar-XB" dir="rtl">`} {
		body := signInIn(t, lang)
		if !strings.Contains(body, want) {
			t.Errorf("%s: no %s in %.200s", lang, want, body)
		}
	}
	if body := signInIn(t, catalogue.Mirror); !strings.Contains(body, "\u202eSign in\u202c") {
		t.Errorf("mirrored, the page says %.2000s", body)
	}
}

func TestAWorkerKeepsFilesOfOneLanguage(t *testing.T) {
	english, german := string(workerScript(false, "en")), string(workerScript(false, "de"))
	if strings.Contains(english, "-de/") || !strings.Contains(english, `const OWN = "";`) {
		t.Errorf("%.400s", english)
	}
	if strings.Contains(german, "/static/"+folder("en")+"/") || !strings.Contains(german, `const OWN = "?speak=de";`) || !strings.Contains(german, `const BUILD = "`+folder("de")+`";`) {
		t.Errorf("%.400s", german)
	}
}

func TestTheBrowsersWishIsRead(t *testing.T) {
	for header, want := range map[string]string{
		"de-AT,de;q=0.9,en;q=0.5": "de-AT de en", "en;q=0.1, de": "de en", "fr;q=0, en": "en", "": "", "de;q=x": "de", "*": "*", strings.Repeat("a,", 9000): "",
	} {
		got := strings.Join(accepted(header), " ")
		if len(header) < 500 && got != want || len(got) > 500 {
			t.Errorf("%.40q is read as %.80q, want %q", header, got, want)
		}
	}
}
