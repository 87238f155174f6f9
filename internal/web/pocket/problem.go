package pocket

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plainclothes/internal/fault"
	"plainclothes/internal/web/kit"
)

// problem is what a phone is told of an error: whether the same request may be sent again, and a sentence for a person.
type problem struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Retry   bool   `json:"retry"`
}

// problemBody is the whole answer.
type problemBody struct {
	Error problem `json:"error"`
}

// kinds are the names of faults on the wire. A phone need not know how a body was unreadable: it is final, like all that is
// not right.
var kinds = map[fault.Kind]string{
	fault.Internal: "internal", fault.NotFound: "not_found", fault.Invalid: "invalid", fault.Forbidden: "forbidden",
	fault.Conflict: "conflict", fault.TooMany: "too_many", fault.TooLarge: "too_large", fault.SignIn: "sign_in",
	fault.Busy: "busy", fault.Gone: "gone", fault.Full: "full", fault.Unreadable: "invalid",
}

// Waits before a request is repeated when nobody said how long.
const (
	afterOurs = 15 * time.Second
	afterBusy = 2 * time.Second
)

// answerWith tells a phone of an error and gives the error back, so that what is ours is logged. An error of ours is
// never final: the phone keeps everything and tries again later.
func answerWith(c echo.Context, err error) error {
	if err == nil || c.Response().Committed || errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		return err // or nobody is there any more
	}
	status, p, wait := problemOf(err)
	return errors.Join(tellProblem(c, status, p, wait), err)
}

// tellProblem writes the answer.
func tellProblem(c echo.Context, status int, p problem, wait time.Duration) error {
	if wait > 0 {
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	p.Message = kit.Say(c, p.Message)
	return c.JSON(status, problemBody{p})
}

// problemOf finds the answer for any error.
func problemOf(err error) (status int, p problem, wait time.Duration) {
	known := kit.ProblemOf(err)
	status, p.Message, p.Kind = known.Status, known.Detail, kinds[kindOf(known.Status)]
	var list []string
	for _, f := range known.Errors {
		list = append(list, f.Message)
	}
	if len(list) > 0 {
		p.Message = strings.Join(list, " ")
	}
	if f, ok := fault.As(err); ok {
		wait = f.RetryAfter
	}
	switch status {
	case http.StatusInternalServerError:
		status, wait = http.StatusServiceUnavailable, max(wait, afterOurs)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusInsufficientStorage:
		wait = max(wait, afterBusy)
	}
	p.Retry = wait > 0
	return status, p, wait
}

// kindOf is the kind of fault that a status stands for.
func kindOf(status int) fault.Kind {
	for k := range kinds {
		if kit.StatusOf(k) == status {
			return k
		}
	}
	return fault.Invalid
}
