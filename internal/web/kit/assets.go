package kit

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"

	"plainclothes/internal/catalogue"
	"plainclothes/static"
)

// asset is one file of static/, with its zipped form where that is smaller.
type asset struct {
	body, zipped []byte
	kind         string
}

// assetTree holds every file, and one hash of all: modules import each other by relative paths, so they share a folder.
type assetTree struct {
	hash  string
	files map[string]asset
}

// assets reads the embedded tree once.
var assets = sync.OnceValue(readAssets)

// scripts are the scripts of each language but English, made when somebody first reads in it. All other files are the same
// in every language.
var scripts = func() map[string]func() map[string]asset {
	all := map[string]func() map[string]asset{}
	for _, lang := range append(catalogue.Languages()[1:], catalogue.Mirror) {
		all[lang] = sync.OnceValue(func() map[string]asset { return scriptsIn(lang) })
	}
	return all
}()

// scriptsIn translates our scripts.
func scriptsIn(lang string) map[string]asset {
	out := map[string]asset{}
	for name := range assets().files {
		if path.Dir(name) != "js" {
			continue
		}
		src, err := static.Files.ReadFile(name)
		if err == nil {
			src, err = translateScript(src, catalogue.For(lang).Message)
		}
		if err != nil { // a script that cannot be read: every test says so
			panic(fmt.Sprintf("kit: say %s in %s: %v", name, lang, err))
		}
		out[name] = newAsset(name, lean(name, src))
	}
	return out
}

// fileIn gives a file as a language has it.
func fileIn(lang, name string) (asset, bool) {
	if get, ok := scripts[lang]; ok {
		if a, ok := get()[name]; ok {
			return a, true
		}
	}
	a, ok := assets().files[name]
	return a, ok
}

// folder is the part of an address that changes with every release, and with the language: modules import each other by
// relative paths, so each language has a folder.
func folder(lang string) string {
	if lang == catalogue.Source {
		return assets().hash
	}
	return assets().hash + "-" + lang
}

func readAssets() assetTree {
	t := assetTree{files: map[string]asset{}}
	sum := sha256.New()
	err := fs.WalkDir(static.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := static.Files.ReadFile(name)
		if err != nil {
			return err
		}
		body = lean(name, body)
		sum.Write(fmt.Appendf(nil, "%s %d\n", name, len(body)))
		sum.Write(body)
		t.files[name] = newAsset(name, body)
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("kit: read the embedded assets: %v", err))
	}
	sum.Write(catalogue.Bytes())
	t.hash = hex.EncodeToString(sum.Sum(nil))[:8]
	return t
}

// lean makes our own scripts and styles small: comments and long names are for readers here, and a phone in bad signal
// would pay for them. Nothing is written in a newer language than the oldest browser that we name understands.
func lean(name string, body []byte) []byte {
	var small bytes.Buffer
	var err error
	switch m := minify.New(); {
	case path.Dir(name) == "js":
		err = (&js.Minifier{Version: oldestScript}).Minify(m, &small, bytes.NewReader(body), nil)
	case path.Dir(name) == "css":
		err = (&css.Minifier{}).Minify(m, &small, bytes.NewReader(body), nil)
	default:
		return body
	}
	if err != nil { // a script that cannot be read: every test says so
		panic(fmt.Sprintf("kit: make %s small: %v", name, err))
	}
	return small.Bytes()
}

// oldestScript is the year of the language that Safari 15.4, Chrome 99 and Firefox 97 understand.
const oldestScript = 2020

func newAsset(name string, body []byte) asset {
	a := asset{body: body, kind: kindOf(name)}
	if z := zipAt(body, gzip.BestCompression); len(body) >= zipFrom && len(z) < len(body) {
		a.zipped = z
	}
	return a
}

// kindOf does not ask the machine's own list of types: it differs from one to the next.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".webmanifest":
		return "application/manifest+json"
	case ".md":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Asset gives the address of a file of static/: Asset("css/app.css") is /static/1a2b3c4d/css/app.css.
// A file that does not exist is an error, so that a page that names it fails its test.
func Asset(name string) (string, error) {
	t := assets()
	if _, ok := t.files[name]; !ok {
		return "", fmt.Errorf("there is no file static/%s", name)
	}
	return "/static/" + t.hash + "/" + name, nil
}

// AssetIn gives the address of a file of static/ as a language has it.
func AssetIn(lang, name string) (string, error) {
	if _, err := Asset(name); err != nil {
		return "", err
	}
	return "/static/" + folder(lang) + "/" + name, nil
}

// serveAsset answers /static/:hash/*. Under the present hash a file never changes; under another (a page from before
// an update) the present file is sent, but not kept.
func serveAsset(c echo.Context) error {
	hash, lang, other := strings.Cut(c.Param("hash"), "-")
	if !other {
		lang = catalogue.Source
	}
	a, ok := fileIn(lang, c.Param("*"))
	if !ok {
		return echo.ErrNotFound
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-cache")
	if hash == assets().hash && catalogue.Has(lang) {
		h.Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	return sendAsset(c, a)
}

func sendAsset(c echo.Context, a asset) error {
	h, body := c.Response().Header(), a.body
	if a.zipped != nil {
		h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		if acceptsGzip(c.Request()) {
			body = a.zipped
			h.Set(echo.HeaderContentEncoding, "gzip")
		}
	}
	if c.Request().Method == http.MethodHead {
		body = nil
	}
	return c.Blob(http.StatusOK, a.kind, body)
}
