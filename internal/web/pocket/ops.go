package pocket

import (
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/auth"
	"plainclothes/internal/visit"
)

// wireTime is how phones are told a time.
const wireTime = "2006-01-02T15:04:05.000Z"

// standing is where a submission stands.
type standing struct {
	Acked     int         `json:"acked"`
	Head      string      `json:"head"`
	Now       string      `json:"now"`
	Conflicts []string    `json:"conflicts"`
	Want      []string    `json:"want"`
	State     visit.State `json:"state"`
}

func standingOf(p *visit.Progress) standing {
	return standing{
		Acked: p.Acked, Head: p.Head, Now: p.Now.UTC().Truncate(time.Millisecond).Format(wireTime), Conflicts: list(p.Conflicts),
		Want: list(p.Want), State: p.State,
	}
}

// list keeps an empty list from becoming null.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// body reads a request's body; the site keeps it within its limit.
func body(c echo.Context) ([]byte, error) { return io.ReadAll(c.Request().Body) }

// read reads a small message into v.
func read(c echo.Context, v any) error {
	raw, err := body(c)
	if err != nil {
		return err
	}
	return visit.ReadStrict(raw, v)
}

// ops stores what is new of a phone's log.
func (p *Phone) ops(c echo.Context, a auth.Actor) error {
	raw, err := body(c)
	if err != nil {
		return err
	}
	b, err := visit.ReadBatch(c.Param("id"), raw)
	if err != nil {
		return err
	}
	at, err := p.logs.AppendOps(c.Request().Context(), a, b)
	if err != nil {
		return err
	}
	replayed(c, at.Replayed)
	return c.JSON(http.StatusOK, standingOf(&at))
}

// replayed marks the answer to a repeat, which has changed nothing.
func replayed(c echo.Context, is bool) {
	if is {
		c.Response().Header().Set("Idempotency-Replayed", "true")
	}
}

// standing tells how far a phone's answers came.
func (p *Phone) standing(c echo.Context, a auth.Actor) error {
	at, err := p.logs.Standing(c.Request().Context(), a, c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, standingOf(&at))
}
