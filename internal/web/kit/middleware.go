package kit

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"plainclothes/internal/fault"
)

// use sets up what every request goes through, outermost first.
func (s *Site) use() {
	s.echo.Use(s.identify, s.observe, s.headers,
		middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: s.recovered}),
		s.rate, s.limit, clean, s.sameSite)
}

// identify gives the request a number. One that comes from outside is not believed: it would be written into logs.
func (s *Site) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set(keySite, s)
		c.Response().Header().Set(echo.HeaderXRequestID, uuid.NewString())
		return next(c)
	}
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// observe answers errors, so that the status is the real one, then logs and counts the request by its route.
func (s *Site) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.opt.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		took, route, status := s.opt.Now().Sub(start), routeOf(c), c.Response().Status
		s.metrics.count(c.Request().Method, route, status, took)
		s.opt.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request", slog.String("id", requestID(c)), slog.String("method", c.Request().Method),
			slog.String("route", route), slog.Int("status", status), slog.Duration("took", took), slog.String("member", seen(c).actor.Member))
		return nil
	}
}

// routeOf names the route, never the path: paths hold ids and would make endless labels.
func routeOf(c echo.Context) string {
	if p := c.Path(); p != "" {
		return p
	}
	return "unmatched"
}

// recovered logs where a panic came from; the error goes on to be answered.
func (s *Site) recovered(c echo.Context, err error, stack []byte) error {
	s.opt.Log.LogAttrs(c.Request().Context(), slog.LevelError, "panic", slog.String("id", requestID(c)), slog.String("route", routeOf(c)),
		slog.Any("err", err), slog.String("stack", string(stack)))
	return err
}

const (
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; " +
		"manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors "
	permissions = "camera=(self), geolocation=(self), microphone=()"
)

// headers sets what every answer carries.
func (s *Site) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(echo.HeaderContentSecurityPolicy, policy+"'none'")
		h.Set(echo.HeaderXContentTypeOptions, "nosniff")
		h.Set(echo.HeaderReferrerPolicy, "same-origin")
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.secure {
			h.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
		}
		return next(c)
	}
}

// framing loosens the policy for the two pages that need it: the preview and the page that shows it.
func framing(c echo.Context, ch *Chrome) {
	p := policy + "'none'"
	if ch.Framed {
		p = policy + "'self'"
	}
	if ch.Frames {
		p += "; frame-src 'self'"
	}
	c.Response().Header().Set(echo.HeaderContentSecurityPolicy, p)
}

// sameSite refuses a form or call that another site sent in a person's name.
func (s *Site) sameSite(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.cop.Check(c.Request()); err != nil {
			return fault.New(fault.Forbidden, "This was sent from another site. Open the page here and do it again.")
		}
		return next(c)
	}
}

// clean refuses addresses with broken text: no database takes them and no page of ours makes them.
func clean(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		query, err := url.QueryUnescape(u.RawQuery)
		if !cleanText(u.Path) || strings.ContainsAny(u.Path, "\r\n\t") {
			return echo.ErrNotFound
		}
		if err != nil || !cleanText(query) {
			return echo.NewHTTPError(http.StatusBadRequest)
		}
		return next(c)
	}
}

// HTTPServer wraps a handler with the time and size limits of a server in the open.
// Routes of class Uploads get more time for as long as bytes arrive.
func HTTPServer(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 60 * time.Second, IdleTimeout: 120 * time.Second, MaxHeaderBytes: 32 << 10,
	}
}

// Drain stops a server: no new requests, those in flight get up to 20 s.
func Drain(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return srv.Shutdown(ctx)
}
