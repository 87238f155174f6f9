package pocket

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/time/rate"

	"plainclothes/internal/auth"
	"plainclothes/internal/fault"
	"plainclothes/internal/visit"
	"plainclothes/internal/web/kit"
)

// Base is where the addresses of phones begin.
const Base = "/api/v1"

// Logs are the use cases of phones and their logs.
type Logs interface {
	AppendOps(ctx context.Context, a auth.Actor, b visit.Batch) (visit.Progress, error)
	Standing(ctx context.Context, a auth.Actor, submission string) (visit.Progress, error)
	SealPhone(ctx context.Context, a auth.Actor, submission string, in visit.SealInput) (visit.Receipt, error)
	GiveGrant(ctx context.Context, a auth.Actor, visit, device string) (string, visit.Grant, error)
	Pack(ctx context.Context, a auth.Actor, id string) (visit.Pack, error)
	Phones(ctx context.Context, a auth.Actor) ([]visit.Grant, error)
	StopPhones(ctx context.Context, a auth.Actor) (int, error)
}

// Receipts are the use cases of whoever checks a receipt.
type Receipts interface {
	Prove(ctx context.Context, typed string) ([]visit.Proof, error)
	ReceiptKeys(ctx context.Context) ([]visit.ReceiptKey, error)
}

// Phone answers phones and those who check receipts.
type Phone struct {
	logs     Logs
	receipts Receipts
	typing   *middleware.RateLimiterMemoryStore // codes of receipts, by address
}

// NewPhone joins the routes with their use cases.
func NewPhone(l Logs, r Receipts) *Phone {
	return &Phone{logs: l, receipts: r, typing: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: rate.Limit(1), Burst: 30, ExpiresIn: 5 * time.Minute,
	})}
}

// Routes lists the routes. A grant reaches only what appends and what tells how far it came.
func (p *Phone) Routes() []kit.Route {
	session, grant := kit.Need(auth.VisitDo), kit.NeedOrGrant(auth.VisitDo)
	small := kit.Limits{Body: 4 << 10}
	return append(failing([]kit.Route{
		{Method: http.MethodGet, Path: Base + "/visits/:id/pack", Name: "a visit for a phone", Access: session, Handle: told(p.pack)},
		{Method: http.MethodPost, Path: Base + "/visits/:id/grant", Name: "let a phone send", Access: session, Handle: told(p.grant), Limits: small},
		{
			Method: http.MethodPost, Path: Base + "/submissions/:id/ops", Name: "answers of a phone", Access: grant, Handle: told(p.ops),
			Limits: kit.Limits{Body: visit.MaxBatchBody},
		},
		{Method: http.MethodGet, Path: Base + "/submissions/:id", Name: "how far a phone's answers came", Access: grant, Handle: told(p.standing)},
		{Method: http.MethodPost, Path: Base + "/submissions/:id/seal", Name: "send a report from a phone", Access: grant, Handle: told(p.seal), Limits: small},
	}), []kit.Route{
		{Method: http.MethodGet, Path: "/phones", Name: "phones that may send", Access: session, Handle: p.phones},
		{Method: http.MethodPost, Path: "/phones/stop", Name: "stop phones that may send", Access: session, Handle: p.stopPhones},
		{Method: http.MethodGet, Path: "/receipt", Name: "check a receipt", Access: kit.Public(), Handle: p.receiptForm},
		{Method: http.MethodGet, Path: "/receipt/:code", Name: "a receipt", Access: kit.Public(), Handle: p.receipt},
		{Method: http.MethodGet, Path: "/.well-known/plainclothes-receipts", Name: "keys of receipts", Access: kit.Public(), Handle: p.keys},
	}...)
}

// told keeps an answer to a phone out of every cache.
func told(next kit.Handler) kit.Handler {
	return func(c echo.Context, a auth.Actor) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return next(c, a)
	}
}

// failing has routes answer what went wrong as phones understand it, also what goes wrong before the handler.
func failing(routes []kit.Route) []kit.Route {
	for i := range routes {
		routes[i].Fail = fail
	}
	return routes
}

// fail answers an error.
func fail(c echo.Context, err error) error {
	if status, body := refusal(err); status != 0 {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return c.JSON(status, body)
	}
	status, p, wait := problemOf(err)
	return tellProblem(c, status, p, wait)
}

// slowly refuses an address that tries very many codes.
func (p *Phone) slowly(c echo.Context) error {
	ok, err := p.typing.Allow(c.RealIP())
	if err == nil && !ok {
		err = fault.Retry(fault.TooMany, "Very many codes were looked up from here. Wait a minute, then go on.", time.Minute)
	}
	return err
}
