package kit

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/time/rate"

	"plainclothes/internal/fault"
)

// Class groups routes that share a limit on how many are answered at once, so that uploads cannot keep pages out.
type Class string

// The classes.
const (
	Pages   Class = "page"
	Uploads Class = "upload"
	Exports Class = "export"
	SignIns Class = "sign-in" // each costs a password hash
)

// Limits of a route. The zero value is a page's: 1 MB, class Pages, the site's timeout.
type Limits struct {
	Body    int64 // bytes of the request, 0: 1 MB
	Class   Class // "": Pages
	Timeout time.Duration
}

const (
	defaultBody   = 1 << 20
	uploadTimeout = 10 * time.Minute // an upload ends earlier when nothing more arrives
	uploadPause   = 30 * time.Second // the longest silence in the middle of one
)

// steady is the body of an upload: as long as bytes arrive, the server's time limits move on.
type steady struct {
	io.ReadCloser
	conn *http.ResponseController
	now  func() time.Time
}

func (s steady) Read(p []byte) (int, error) {
	// A connection without deadlines, as in tests, has nothing to move.
	_ = s.conn.SetReadDeadline(s.now().Add(uploadPause))
	_ = s.conn.SetWriteDeadline(s.now().Add(2 * uploadPause))
	return s.ReadCloser.Read(p)
}

// gate lets a number of requests in and lets as many again wait for a moment.
type gate struct{ seats, queue chan struct{} }

func newGate(n int) *gate {
	return &gate{seats: make(chan struct{}, n), queue: make(chan struct{}, 2*n)}
}

func newGates(pages int) map[Class]*gate {
	return map[Class]*gate{Pages: newGate(pages), Uploads: newGate(64), Exports: newGate(8), SignIns: newGate(16)}
}

// patience is how long a request waits for a seat before it is asked to come back.
const patience = 3 * time.Second

// enter takes a seat; leave gives it back. When there are too many already the answer is Busy.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	select {
	case g.queue <- struct{}{}:
	default:
		return nil, fault.Retry(fault.Busy, busyText, 2*time.Second)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case g.seats <- struct{}{}:
		return func() { <-g.seats; <-g.queue }, nil
	case <-ctx.Done():
		<-g.queue
		return nil, fault.Retry(fault.Busy, busyText, 2*time.Second)
	}
}

// Limit sets the limits of a route that was not added with Add.
func (s *Site) Limit(method, path string, l Limits) {
	if l.Body == 0 {
		l.Body = defaultBody
	}
	if l.Class == "" {
		l.Class = Pages
	}
	if l.Timeout == 0 {
		l.Timeout = s.opt.Timeout
		if l.Class == Uploads {
			l.Timeout = uploadTimeout
		}
	}
	s.limits[method+" "+path] = l
}

func (s *Site) limitsOf(c echo.Context) Limits {
	if l, ok := s.limits[c.Request().Method+" "+c.Path()]; ok {
		return l
	}
	return Limits{Body: defaultBody, Class: Pages, Timeout: s.opt.Timeout}
}

// limit keeps body, number and time of requests within the limits of their route.
func (s *Site) limit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if exempt(c) {
			return next(c)
		}
		l := s.limitsOf(c)
		leave, err := s.gates[l.Class].enter(c.Request().Context())
		if err != nil {
			return err
		}
		defer leave()
		ctx, cancel := context.WithTimeout(c.Request().Context(), l.Timeout)
		defer cancel()
		r := c.Request().WithContext(ctx)
		r.Body = http.MaxBytesReader(c.Response(), r.Body, l.Body)
		if l.Class == Uploads {
			r.Body = steady{r.Body, http.NewResponseController(c.Response()), s.opt.Now}
		}
		c.SetRequest(r)
		return next(c)
	}
}

// exempt are the routes that cost nothing and that an overloaded server must still answer.
func exempt(c echo.Context) bool {
	switch c.Path() {
	case "/healthz", "/readyz", "/metrics", "/static/:hash/*", "/favicon.ico", "/sw.js", "/manifest.webmanifest":
		return true
	}
	return false
}

// rates counts requests per address in this instance.
type rates struct {
	store *middleware.RateLimiterMemoryStore
}

func newRates(perSecond float64, burst int) rates {
	return rates{middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: rate.Limit(perSecond), Burst: burst, ExpiresIn: 3 * time.Minute,
	})}
}

// rate asks an address that sends very many requests to slow down. Programs are counted by their tokens instead
// (internal/api): one of them may send the reports of a whole chain from one address. Phones call below /api, too, and
// are counted here: they bring a cookie or a grant.
func (s *Site) rate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		program := strings.HasPrefix(c.Path(), "/api/") && strings.HasPrefix(c.Request().Header.Get(echo.HeaderAuthorization), "Bearer ")
		if exempt(c) || program {
			return next(c)
		}
		ok, err := s.rates.store.Allow(c.RealIP())
		if err != nil {
			return err
		}
		if !ok {
			return fault.Retry(fault.TooMany, "Too many requests came from here at once. Wait a moment, then go on.", time.Second)
		}
		return next(c)
	}
}
