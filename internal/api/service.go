// Package api answers programs: JSON in and out, as the contract in the top-level folder api says.
//
// The one rule: a handler reads, asks one use case and writes; who may do what is decided by the token's scopes before it
// and by the use case inside it. Errors are returned: the site's error handler makes problem documents of them.
package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"plainclothes/api"
	"plainclothes/internal/auth"
	"plainclothes/internal/org"
	"plainclothes/internal/report"
	"plainclothes/internal/studio"
	"plainclothes/internal/visit"
)

// Base is where the API is.
const Base = "/api/v1"

// MaxBody is the most bytes that a request may have.
const MaxBody = 1 << 20

// Services are the use cases that programs reach.
type Services struct {
	Auth    *auth.Service
	Org     *org.Service
	Studio  *studio.Service
	Visits  *visit.Service
	Reports *report.Service
	Now     func() time.Time
	Rate    int // requests a second with one token in this instance, and as many at once; 0: 2000
}

// API is the handlers with what they share. Make one with New; it is safe for concurrent use.
type API struct {
	Services
	spec *openapi3.T
	desk *desk
}

// New reads the contract. It fails when contract and routes do not fit each other, which a test would have found.
func New(s Services) (*API, error) {
	spec, err := openapi3.NewLoader().LoadFromData(api.Spec)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	spec.Servers = nil // addresses are matched by Echo
	if s.Rate == 0 {
		s.Rate = tokenRate
	}
	return &API{Services: s, spec: spec, desk: newDesk(s.Auth.TokenActor, s.Now, s.Rate)}, nil
}

// Register adds the routes. The site's own limits of a page are theirs, too.
func (a *API) Register(e *echo.Echo) error {
	middle := map[string][]echo.MiddlewareFunc{}
	for _, r := range routes {
		op, err := a.operation(r)
		if err != nil {
			return err
		}
		middle[r.Operation] = []echo.MiddlewareFunc{a.desk.admit(r), op.check, cached}
	}
	api.RegisterHandlersWithOptions(headToo{e}, api.NewStrictHandler(a, nil), api.RegisterHandlersOptions{BaseURL: Base, OperationMiddlewares: middle})
	return nil
}

// headToo is a router on which whatever answers GET answers HEAD: what watches an address often sends nothing else.
type headToo struct{ api.EchoRouter }

// GET adds both.
func (r headToo) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	r.HEAD(path, h, m...)
	return r.EchoRouter.GET(path, h, m...)
}

// actorKey is where a request's context keeps its actor on the way through generated code, which hands on nothing else.
// The handlers here take it out again: no use case looks for it.
type actorKey struct{}

func withActor(r *http.Request, actor auth.Actor) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), actorKey{}, actor))
}

// actor gives who acts. Without one it is nobody, whom no use case lets in.
func actor(ctx context.Context) auth.Actor {
	a, _ := ctx.Value(actorKey{}).(auth.Actor)
	return a
}

// val is what an optional parameter says, or its zero value.
func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// orNull is nil for a zero value.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// timeOrNull is nil for a time that has not come.
func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// defaultLimit is the length of a page when nobody says.
const defaultLimit = 50

func limitOf(l *int) int {
	if l == nil {
		return defaultLimit
	}
	return *l
}
