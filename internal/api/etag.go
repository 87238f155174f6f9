package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// held keeps an answer until its tag is known.
type held struct {
	http.ResponseWriter
	body bytes.Buffer
}

// WriteHeader waits: what is wrong comes as an error, so this is always 200.
func (h *held) WriteHeader(int) {}

func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// cached tags answers to GET and HEAD and answers 304 to who has the same already. Nothing else may be kept, and nothing by
// caches that several share.
func cached(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		if m := c.Request().Method; m != http.MethodGet && m != http.MethodHead {
			header.Set(echo.HeaderCacheControl, "private, no-store")
			return next(c)
		}
		out := c.Response()
		w := out.Writer
		h := &held{ResponseWriter: w}
		out.Writer = h
		err := next(c)
		out.Writer = w
		if err != nil {
			return err
		}
		return answer(c, h.body.Bytes())
	}
}

// answer sends what was held, or says that it is the same.
func answer(c echo.Context, body []byte) error {
	out := c.Response()
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	out.Header().Set("ETag", tag)
	out.Header().Set(echo.HeaderCacheControl, "private, no-cache")
	out.Header().Set(echo.HeaderVary, echo.HeaderAuthorization)
	if matches(c.Request().Header.Get("If-None-Match"), tag) {
		out.Header().Del(echo.HeaderContentType)
		out.Header().Del(echo.HeaderContentLength)
		out.Status, out.Size = http.StatusNotModified, 0
		out.Writer.WriteHeader(http.StatusNotModified)
		return nil
	}
	out.Writer.WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := out.Writer.Write(body)
	return err
}

// matches reports whether a list of tags names this one.
func matches(list, tag string) bool {
	for _, t := range strings.Split(list, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}
