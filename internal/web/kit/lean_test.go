package kit

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

func TestOurScriptsAndStylesAreSentSmall(t *testing.T) {
	script := lean("js/x.js", []byte("// why\nexport function area(width, height) {\n  // because\n  const product = width * height;\n  return `${product} m`; // so\n}\n"))
	if len(script) > 60 || bytes.Contains(script, []byte("because")) || bytes.Contains(script, []byte("product")) {
		t.Errorf("the script became %q", script)
	}
	vm := goja.New()
	got, err := vm.RunString(strings.TrimPrefix(string(script), "export ") + "; area(3, 4)")
	if err != nil || got.String() != "12 m" {
		t.Errorf("it says %v, %v", got, err)
	}
	if got := string(lean("css/x.css", []byte("/* why */\n.a {\n  color: #ffffff;\n}\n"))); got != ".a{color:#fff}" {
		t.Errorf("the style became %q", got)
	}
	if got := string(lean("vendor/x.js", []byte("// theirs\n"))); got != "// theirs\n" {
		t.Errorf("another's file became %q", got)
	}
}

func TestNoScriptIsSentInALanguageThatOldPhonesLack(t *testing.T) {
	got := string(lean("js/x.js", []byte("export function f(a, b) { if (a === null || a === undefined) a = b; return a; }")))
	if strings.Contains(got, "??=") {
		t.Errorf("it became %q", got)
	}
}

func TestStylesAndIconsKeepToTheirBudget(t *testing.T) {
	for name, limit := range map[string]int{"css/app.css": 8 << 10, "css/charts.css": 4 << 10, "icons.svg": 4 << 10} {
		n := len(assets().files[name].zipped)
		t.Logf("%s: %d bytes zipped", name, n)
		if n == 0 || n > limit {
			t.Errorf("%s takes %d bytes zipped, at most %d", name, n, limit)
		}
	}
}

func BenchmarkAssets(b *testing.B) {
	for b.Loop() {
		readAssets()
	}
}
