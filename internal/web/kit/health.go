package kit

import (
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
)

// addOwn registers what every site has.
func (s *Site) addOwn() {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		s.echo.Add(method, "/static/:hash/*", serveAsset)
		s.echo.Add(method, "/healthz", alive)
		s.echo.Add(method, "/readyz", s.ready)
		s.echo.Add(method, "/favicon.ico", favicon)
		s.echo.Add(method, "/sw.js", worker)
		s.echo.Add(method, "/manifest.webmanifest", appManifest)
	}
	s.echo.GET("/metrics", s.showMetrics)
}

// alive says that the process answers.
func alive(c echo.Context) error { return plainText(c, http.StatusOK, "ok\n") }

// ready says that the database answers too.
func (s *Site) ready(c echo.Context) error {
	if s.opt.Ready == nil {
		return alive(c)
	}
	if err := s.opt.Ready(c.Request().Context()); err != nil {
		s.opt.Log.LogAttrs(c.Request().Context(), slog.LevelWarn, "not ready", slog.Any("err", err))
		return plainText(c, http.StatusServiceUnavailable, "not ready\n")
	}
	return plainText(c, http.StatusOK, "ready\n")
}

func plainText(c echo.Context, status int, text string) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.String(status, text)
}

// favicon answers browsers that ask without reading the page.
func favicon(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=86400")
	return sendAsset(c, assets().files["favicon.svg"])
}

// showMetrics answers this machine only: they tell how busy an organisation is. Behind a proxy on this machine every
// connection looks local, so a request that was forwarded is refused too.
func (s *Site) showMetrics(c echo.Context) error {
	r := c.Request()
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	local := err == nil && at.Addr().Unmap().IsLoopback() && r.Header.Get(echo.HeaderXForwardedFor) == "" && r.Header.Get("Forwarded") == ""
	if !local && !s.opt.OpenMetrics {
		return fault.Missing("page")
	}
	s.MetricsHandler().ServeHTTP(c.Response(), r)
	return nil
}
