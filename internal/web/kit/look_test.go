package kit_test

import (
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"plainclothes/internal/web/kit"
	"plainclothes/static"
	"plainclothes/templates"
)

func read(t *testing.T, files fs.FS, name string) string {
	t.Helper()
	b, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var token = regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9A-Fa-f]{6})\b`)

// block gives the colour tokens of the n-th rule whose selector line holds sel.
func block(t *testing.T, css, sel string) map[string]string {
	t.Helper()
	_, rest, ok := strings.Cut(css, sel)
	if !ok {
		t.Fatalf("no rule %s", sel)
	}
	body, _, _ := strings.Cut(rest, "}")
	out := map[string]string{}
	for _, m := range token.FindAllStringSubmatch(body, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// themes reads the tokens of each theme from both style sheets.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	app, charts := read(t, static.Files, "css/app.css"), read(t, static.Files, "css/charts.css")
	pair := func(a, b string) map[string]string {
		m := block(t, app, a)
		for k, v := range block(t, charts, b) {
			m[k] = v
		}
		return m
	}
	return map[string]map[string]string{
		"light":       pair(":root {", ":root {"),
		"dark device": pair(":root:not([data-theme]) {", ":root:not([data-theme]) {"),
		"dark":        pair(`[data-theme="dark"] {`, `[data-theme="dark"], [data-theme="discreet"] {`),
		"discreet":    pair(`[data-theme="discreet"] {`, `[data-theme="dark"], [data-theme="discreet"] {`),
	}
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || hex == "" {
		t.Fatalf("colour %q: %v", hex, err)
	}
	lin := func(v uint64) float64 {
		c := float64(v&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(n>>16) + 0.7152*lin(n>>8) + 0.0722*lin(n)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrastIsComputedAsTheGuidelinesDo(t *testing.T) {
	if got := contrast(t, "#000000", "#FFFFFF"); math.Abs(got-21) > 1e-9 {
		t.Fatalf("black on white is %v", got)
	}
	if got := contrast(t, "#0B5660", "#FFFFFF"); math.Abs(got-8.35) > 0.01 {
		t.Fatalf("petrol on white is %.3f, want 8.35", got)
	}
}

// textPairs are ink and ground of all text that the style sheets make; controls need less.
func textPairs() [][2]string {
	pairs := [][2]string{{"on-brand", "brand"}, {"brand", "brand-soft"}, {"ink", "brand-soft"}, {"ink-3", "sunken"}}
	for _, ink := range []string{"ink", "ink-2", "ink-3", "brand", "fail"} {
		for _, ground := range []string{"canvas", "surface"} {
			pairs = append(pairs, [2]string{ink, ground})
		}
	}
	for _, ink := range []string{"ink", "ink-2", "brand"} {
		pairs = append(pairs, [2]string{ink, "sunken"})
	}
	for _, mood := range []string{"wait", "pass", "fail", "na", "warn"} {
		pairs = append(pairs, [2]string{mood, mood + "-soft"}, [2]string{mood, "surface"})
	}
	for _, step := range []string{"-3", "-2", "-1", "0", "1", "2", "3"} {
		pairs = append(pairs, [2]string{"t" + step, "d" + step})
	}
	return pairs
}

func TestEveryTextIsReadableInEveryTheme(t *testing.T) {
	for name, theme := range themes(t) {
		for _, p := range textPairs() {
			if got := contrast(t, theme[p[0]], theme[p[1]]); got < 4.5 {
				t.Errorf("%s: %s on %s is %.2f, needs 4.5", name, p[0], p[1], got)
			}
		}
	}
}

func TestEveryControlCanBeSeenInEveryTheme(t *testing.T) {
	for name, theme := range themes(t) {
		for _, p := range [][2]string{{"edge", "surface"}, {"edge", "canvas"}, {"focus", "surface"}, {"focus", "canvas"}, {"brand", "surface"}, {"fail", "surface"}, {"above", "surface"}, {"below", "surface"}} {
			if got := contrast(t, theme[p[0]], theme[p[1]]); got < 3 {
				t.Errorf("%s: %s against %s is %.2f, needs 3", name, p[0], p[1], got)
			}
		}
	}
}

func TestTheDarkThemeIsTheSameByDeviceAndByChoice(t *testing.T) {
	all := themes(t)
	if a, b := fmt.Sprint(all["dark device"]), fmt.Sprint(all["dark"]); a != b {
		t.Fatalf("by device %s\nby choice %s", a, b)
	}
	if len(all["light"]) != len(all["dark"]) || len(all["light"]) != len(all["discreet"]) {
		t.Fatalf("tokens: light %d, dark %d, discreet %d", len(all["light"]), len(all["dark"]), len(all["discreet"]))
	}
}

// TestThePaletteIsTheOneThatWasChosen keeps the brand from drifting.
func TestThePaletteIsTheOneThatWasChosen(t *testing.T) {
	all := themes(t)
	want := map[string]string{"canvas": "#F6F4EF", "brand": "#0B5660", "ink-3": "#62696F", "edge": "#857F74", "focus": "#B4500B", "d-3": "#A8442A", "d3": "#1B6A73"}
	for k, v := range want {
		if all["light"][k] != v {
			t.Errorf("light %s is %s, want %s", k, all["light"][k], v)
		}
	}
	if all["dark"]["brand"] != "#62C4CE" || all["discreet"]["canvas"] != "#000000" {
		t.Error("dark brand or discreet canvas drifted")
	}
}

func TestStyleSheetsStandInLayersAndUseNoNewFunctions(t *testing.T) {
	for _, name := range []string{"css/app.css", "css/charts.css"} {
		css := read(t, static.Files, name)
		if strings.Contains(strings.ReplaceAll(css, "because light-dark() would", ""), "light-dark(") || strings.Contains(css, "url(") || strings.Contains(css, "@import") {
			t.Errorf("%s uses light-dark(), url() or @import", name)
		}
		if strings.Count(css, "{") != strings.Count(css, "}") {
			t.Errorf("%s: braces do not match", name)
		}
		for _, side := range []string{"margin-left", "margin-right", "padding-left", "padding-right", "text-align: left", "text-align: right", "border-left", "border-right"} {
			if strings.Contains(css, side) {
				t.Errorf("%s has %q: right-to-left needs the logical one", name, side)
			}
		}
	}
}

// eachTemplate calls f with every template file.
func eachTemplate(t *testing.T, f func(name, text string)) {
	t.Helper()
	n := 0
	err := fs.WalkDir(templates.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
			f(name, read(t, templates.Files, name))
		}
		return err
	})
	if err != nil || n < 10 {
		t.Fatalf("%d templates, %v", n, err)
	}
}

// forbidden is what the content policy would refuse.
var forbidden = map[string]*regexp.Regexp{
	"an inline style":        regexp.MustCompile(`(?i)\sstyle\s*=|<style`),
	"an inline script":       regexp.MustCompile(`(?i)<script(?:[^>]*)>\s*[^<\s]|<script(?:>|\s(?:[^>]*\s)?)>`),
	"an event handler":       regexp.MustCompile(`(?i)\son[a-z]+\s*=`),
	"a javascript: address":  regexp.MustCompile(`(?i)javascript:`),
	"a foreign address":      regexp.MustCompile(`(?i)(?:src|href|action)\s*=\s*"(?:https?:)?//`),
	"autofocus on a control": regexp.MustCompile(`(?i)<(?:input|select|textarea|button)[^>]*autofocus`),
	"a zoom lock":            regexp.MustCompile(`(?i)maximum-scale|user-scalable`),
}

func TestNoTemplateHoldsWhatThePolicyRefuses(t *testing.T) {
	eachTemplate(t, func(name, text string) {
		for what, re := range forbidden {
			if m := re.FindString(text); m != "" {
				t.Errorf("%s holds %s: %s", name, what, m)
			}
		}
	})
}

func TestTheSearchForForbiddenThingsFindsThem(t *testing.T) {
	for what, bad := range map[string]string{
		"an inline style": `<p style="x">`, "an inline script": `<script>go()</script>`, "an event handler": `<a onclick="x">`, "a javascript: address": `<a href="javascript:x">`,
		"a foreign address":      `<script src="https://cdn.example/x.js">`,
		"autofocus on a control": `<input name="a" autofocus>`, "a zoom lock": `content="maximum-scale=1"`,
	} {
		if !forbidden[what].MatchString(bad) {
			t.Errorf("%s is not found in %s", what, bad)
		}
	}
	if m := forbidden["an inline script"].FindString(`<script type="module" src="{{asset .}}"></script>`); m != "" {
		t.Errorf("a script of ours counts as inline: %q", m)
	}
}

var (
	assetCall = regexp.MustCompile(`asset "([^"]+)"`)
	iconCall  = regexp.MustCompile(`icon "([^"]+)"`)
	symbol    = regexp.MustCompile(`<symbol id="([^"]+)"`)
)

func TestEveryAssetAndIconThatATemplateNamesExists(t *testing.T) {
	icons := map[string]bool{}
	for _, m := range symbol.FindAllStringSubmatch(read(t, static.Files, "icons.svg"), -1) {
		icons[m[1]] = true
	}
	eachTemplate(t, func(name, text string) {
		for _, m := range assetCall.FindAllStringSubmatch(text, -1) {
			if _, err := kit.Asset(m[1]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, m := range iconCall.FindAllStringSubmatch(text, -1) {
			if !icons[m[1]] {
				t.Errorf("%s: no icon %s", name, m[1])
			}
		}
	})
}

func TestEveryLayoutHasLanguageTitleSkipLinkAndOneMain(t *testing.T) {
	for _, name := range []string{"layout/plain.html", "layout/shopper.html", "layout/desk.html"} {
		text := read(t, templates.Files, name)
		for _, want := range []string{"<!doctype html>", `<html lang="{{.Lang}}"`, "<title>{{.DocumentTitle", `{{template "skip"}}`, `<main id="main"`} {
			if strings.Count(text, want) != 1 {
				t.Errorf("%s has %q %d times", name, want, strings.Count(text, want))
			}
		}
	}
}

// banned words are those that scold, cheer, or tell a bystander something.
var banned = regexp.MustCompile(`(?i)\b(?:oops|awesome|mystery|submit|invalid|sync(?:ing|ed)?)\b`)

func TestNoPageSpeaksInWordsThatWeDoNotUse(t *testing.T) {
	markup := regexp.MustCompile(`(?s){{.*?}}|<[^>]*>`)
	eachTemplate(t, func(name, text string) {
		if m := banned.FindString(markup.ReplaceAllString(strings.ReplaceAll(text, "aria-invalid", ""), " ")); m != "" {
			t.Errorf("%s says %q", name, m)
		}
	})
}

func TestVendoredFilesAreWhatTheListSays(t *testing.T) {
	list := read(t, static.Files, "vendor/VENDOR.md")
	if sum := sha(read(t, static.Files, "icons.svg")); !strings.Contains(list, sum) {
		t.Errorf("icons.svg has sha256 %s, which is not in VENDOR.md", sum)
	}
}
