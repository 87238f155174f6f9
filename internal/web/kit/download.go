package kit

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// Download answers with a file to keep. Its name goes out twice: in plain ASCII for old programs and in UTF-8.
func Download(c echo.Context, name, kind string, body []byte) error {
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+asciiName(name)+`"; filename*=UTF-8''`+url.PathEscape(name))
	return send(c, http.StatusOK, kind, body)
}

func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/%`, r) {
			return '_'
		}
		return r
	}, name)
}

// Photo sends a picture that came from somebody: nothing in it is ever run, whatever it turns out to be. Kept says how long
// browsers may keep it, as in Cache-Control.
func Photo(c echo.Context, kind, kept string, body io.Reader) error {
	return photo(c, kind, kept, `inline; filename="photo.jpg"`, body)
}

// PhotoAsItCame sends what nothing here has looked into as a file to keep, which nothing shows. Ending is its name's: ".heic".
func PhotoAsItCame(c echo.Context, ending, kept string, body io.Reader) error {
	return photo(c, echo.MIMEOctetStream, kept, `attachment; filename="photo`+ending+`"`, body)
}

func photo(c echo.Context, kind, kept, disposition string, body io.Reader) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set(echo.HeaderCacheControl, kept)
	h.Set(echo.HeaderContentDisposition, disposition)
	return c.Stream(http.StatusOK, kind, body)
}
