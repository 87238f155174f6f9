package kit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/catalogue"
)

// worker answers /sw.js: the phone's service worker. It lies at the top of the site so that it may serve all its pages,
// and is asked for anew each time: a release reaches phones by one changed byte in it. It comes as a module with the
// outbox in it, so that the browser can let it send in the background; "?plain" is for browsers without module workers,
// where it only keeps pages.
func worker(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-cache")
	h.Set("Service-Worker-Allowed", "/")
	_, plain := c.QueryParams()["plain"]
	vary(c)
	script := workerScript(plain, LanguageOf(c))
	sum := sha256.Sum256(script)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h.Set("ETag", tag)
	if c.Request().Header.Get("If-None-Match") == tag { // browsers ask at every page
		return c.NoContent(http.StatusNotModified)
	}
	return send(c, http.StatusOK, kindOf("sw.js"), script)
}

// engineParts are the scripts that the worker brings along: it cannot import any later.
var engineParts = []string{"photos", "receipt", "pack", "ed25519"}

// workerScript puts before sw.js what it has to know.
func workerScript(plain bool, lang string) []byte {
	dir := folder(lang)
	var b bytes.Buffer
	if !plain {
		at := func(name string) string { return "/static/" + dir + "/js/" + name + ".js" }
		fmt.Fprintf(&b, "import * as engine from %q;\n", at("outbox"))
		for _, name := range engineParts {
			fmt.Fprintf(&b, "import * as %s from %q;\n", name, at(name))
		}
		fmt.Fprintf(&b, "engine.use({ %s });\nself.engine = engine;\n", strings.Join(eachLoaded(engineParts), ", "))
	}
	own := ""
	if lang != catalogue.Source {
		own = "?speak=" + lang
	}
	fmt.Fprintf(&b, "const BUILD = %q;\nconst SHELL = %s;\nconst OWN = %q;\n", dir, shell(dir), own)
	b.Write(assets().files["js/sw.js"].body)
	return b.Bytes()
}

// eachLoaded writes the members of the object that says what is loaded already.
func eachLoaded(names []string) []string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		out = append(out, n+": async () => "+n)
	}
	return out
}

// shell lists, as JSON, the files that a phone needs for any page of a visit.
func shell(dir string) []byte {
	urls := []string{}
	for _, name := range slices.Sorted(maps.Keys(assets().files)) {
		if path.Dir(name) == "js" && name != "js/sw.js" || slices.Contains([]string{"css/app.css", "icons.svg", "favicon.svg"}, name) {
			urls = append(urls, "/static/"+dir+"/"+name)
		}
	}
	list, err := json.Marshal(urls)
	if err != nil { // not for texts
		panic(err)
	}
	return list
}

// appManifest answers /manifest.webmanifest: what the phone calls the site on its home screen. It lies at the top, so
// that an installed site keeps its identity over releases, and its icons are at their present addresses.
func appManifest(c echo.Context) error {
	t := assets()
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=3600")
	body := bytes.ReplaceAll(t.files["manifest.webmanifest"].body, []byte(`"src": "`), []byte(`"src": "/static/`+t.hash+`/`))
	return send(c, http.StatusOK, kindOf("manifest.webmanifest"), body)
}
