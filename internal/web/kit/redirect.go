package kit

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"
)

// SafePath gives path when it is one of ours ("/visits?x=1"), else "/". Browsers read "//host" and "/\host" as another
// host, and drop tabs and line ends before they look.
func SafePath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') ||
		strings.IndexFunc(path, unicode.IsControl) >= 0 || len(path) > 2000 {
		return "/"
	}
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return path
}

// Redirect sends the browser on to one of our pages after a success.
func Redirect(c echo.Context, path string) error {
	return c.Redirect(http.StatusSeeOther, SafePath(path))
}
