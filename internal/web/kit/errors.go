package kit

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
)

// StatusOf gives the HTTP status of a kind of fault.
func StatusOf(k fault.Kind) int {
	switch k {
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.SignIn:
		return http.StatusUnauthorized
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.Gone:
		return http.StatusGone
	case fault.Unreadable:
		return http.StatusUnsupportedMediaType
	case fault.Full:
		return http.StatusInsufficientStorage
	case fault.Internal:
	}
	return http.StatusInternalServerError
}

// answer is what a person or program is told about an error.
type answer struct {
	status int
	fault  *fault.Fault
	ours   bool // to be logged with its cause
}

const (
	busyText = "Too much is going on right now. Nothing is lost. Try again in a moment."
	oursText = "Something here went wrong, and it is not your doing. What you saved before is safe. Try again; if it stays like this, tell the people who run this site the number below."
)

// understand finds the answer for any error.
func understand(err error) answer {
	var tooLarge *http.MaxBytesError
	var he *echo.HTTPError
	f, ok := fault.As(err)
	switch {
	case ok:
		return answer{status: StatusOf(f.Kind), fault: f, ours: f.Kind == fault.Internal}
	case errors.As(err, &tooLarge):
		return of(fault.New(fault.TooLarge, "This is larger than we can take here."))
	case errors.Is(err, context.DeadlineExceeded):
		a := of(fault.Retry(fault.Busy, busyText, 5*time.Second))
		a.ours = true
		return a
	case errors.As(err, &he):
		return fromEcho(he)
	}
	return answer{status: http.StatusInternalServerError, fault: fault.New(fault.Internal, oursText), ours: true}
}

func of(f *fault.Fault) answer { return answer{status: StatusOf(f.Kind), fault: f} }

// fromEcho puts the router's own errors into our words.
func fromEcho(he *echo.HTTPError) answer {
	switch he.Code {
	case http.StatusNotFound:
		return of(fault.New(fault.NotFound, "There is no page at this address."))
	case http.StatusMethodNotAllowed:
		return answer{status: he.Code, fault: fault.New(fault.Invalid, "This address does not take what was sent to it.")}
	case http.StatusRequestEntityTooLarge:
		return of(fault.New(fault.TooLarge, "This is larger than we can take here."))
	case http.StatusBadRequest, http.StatusUnsupportedMediaType:
		return answer{status: he.Code, fault: fault.New(fault.Invalid, "What arrived here could not be read.")}
	}
	return answer{status: http.StatusInternalServerError, fault: fault.New(fault.Internal, oursText), ours: true}
}

// handleError is the one place where an error becomes an answer.
func (s *Site) handleError(err error, c echo.Context) {
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		return // nobody is there any more
	}
	a := understand(err)
	s.logError(c, a, err)
	if c.Response().Committed {
		return
	}
	retryAfter(c, a.fault)
	if werr := s.tell(c, a, err); werr != nil {
		s.opt.Log.LogAttrs(c.Request().Context(), slog.LevelError, "answer an error", slog.String("id", requestID(c)), slog.Any("err", werr))
	}
}

// logError logs what is ours to mend. What a person did wrong is no more than a status in the request log: the text
// could name him.
func (s *Site) logError(c echo.Context, a answer, err error) {
	if !a.ours {
		return
	}
	s.opt.Log.LogAttrs(c.Request().Context(), slog.LevelError, "request failed", slog.String("id", requestID(c)),
		slog.String("route", c.Path()), slog.Int("status", a.status), slog.Any("err", err))
}

func retryAfter(c echo.Context, f *fault.Fault) {
	d := f.RetryAfter
	if d <= 0 && f.Kind == fault.Busy {
		d = 2 * time.Second
	}
	if d > 0 {
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(d.Seconds()))))
	}
}

// tell picks the form of the answer: the route's own, a problem document for programs, a way to sign in, or a page.
func (s *Site) tell(c echo.Context, a answer, err error) error {
	r := c.Request()
	if own := s.fails[r.Method+" "+c.Path()]; own != nil {
		return own(c, err)
	}
	switch {
	case isAPI(r):
		return sendProblem(c, a)
	case a.fault.Kind == fault.SignIn && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		return c.Redirect(http.StatusSeeOther, SignInPath(r))
	}
	return errorPage.Render(c, a.status, newErrorView(c, a))
}

// isAPI reports whether a program asks: by the path, or by the protocol in which photos arrive.
func isAPI(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || r.Header.Get("Tus-Resumable") != ""
}

// SignInPath is the sign-in page that leads back to where the request came from.
func SignInPath(r *http.Request) string {
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		next = refererPath(r)
	}
	if next = SafePath(next); next == "/" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(next)
}

func refererPath(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return u.RequestURI()
}
